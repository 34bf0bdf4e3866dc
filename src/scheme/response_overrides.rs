//! The `response-*` parameters, by which a URL sets headers of the response
//! ([GetObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html)).

use crate::error::{Error, Quoted, error};
use crate::wire::query::Param;

/// Checks that no response header would contain a line break or NUL. Row values of a template are
/// checked when they are written.
#[inline]
pub(crate) fn check_response_overrides(params: &[Param<'_>]) -> Result<(), Error> {
    if params.is_empty() {
        return Ok(());
    }
    let mut overrides = params
        .iter()
        .filter(|param| param.name.starts_with_ignore_case("response-"));
    overrides.try_for_each(check_value)
}

fn check_value(param: &Param<'_>) -> Result<(), Error> {
    let mut value = param.value.unwrap_or_default().decoded();
    match value.find(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        None => Ok(()),
        Some(byte) => Err(error!(
            Query,
            "the value of the parameter {} contains {}, which no header of the response can carry",
            Quoted(param.name.text()),
            char::from(byte).escape_debug()
        )),
    }
}
