//! The queries that Shared Key can sign, so that no other query has the same text. Signer and
//! verifier reject the others.

use super::shared_key::Form;
use crate::text::repeated::find_repeated;
use crate::verify::{VerifyError, reject};
use crate::wire::query::Param;
use alloc::string::String;
use alloc::vec::Vec;

/// Checks that a query of a URL has no `+` in a signed parameter. It is signed like `%2B`, but many
/// servers read a space.
pub(super) fn check_plus(form: Form, query: Option<&str>) -> Result<(), VerifyError> {
    if !form.signs_only_comp() && query.is_some_and(|query| query.contains('+')) {
        return Err(reject!(
            Request,
            "a parameter has a raw `+`, which can be read as a space; encode a plus sign as %2B, a space as \
             %20"
        ));
    }
    Ok(())
}

/// Checks the parameters that are signed.
pub(super) fn check_params(form: Form, params: &[Param<'_>]) -> Result<(), VerifyError> {
    if form.signs_only_comp() {
        check_comp(params)
    } else {
        check_all(params)
    }
}

/// Checks that `comp` is written once and in lowercase. Only the first one in that case is signed.
fn check_comp(params: &[Param<'_>]) -> Result<(), VerifyError> {
    let names = params.iter().map(|param| param.name);
    let mut names = names.filter(|name| name.decodes_to_ignore_case("comp"));
    match (names.next(), names.next()) {
        (_, Some(_)) => Err(VerifyError::duplicate("parameter", "comp")),
        (Some(name), None) if !name.decodes_to("comp") => {
            Err(reject!(Malformed, "misspelled parameter; write comp"))
        }
        _ => Ok(()),
    }
}

/// Checks that no other query has the same text: `a=1&a=2` has that of `a=1,2`, `a:b=c` that of
/// `a=b:c`, and a line feed begins another parameter.
fn check_all(params: &[Param<'_>]) -> Result<(), VerifyError> {
    let mut names = Vec::with_capacity(params.len());
    for param in params {
        let name = param.name.to_bytes().to_ascii_lowercase();
        let value = param.value.unwrap_or_default().to_bytes();
        if name.contains(&b':') || name.iter().chain(&*value).any(u8::is_ascii_control) {
            return Err(reject!(
                Request,
                "a parameter has a colon in its name, or a control character, so that another query \
                 would have the same signature"
            ));
        }
        names.push(name);
    }
    names.sort();
    match find_repeated(&names, |one, two| one == two) {
        None => Ok(()),
        Some(name) => {
            let name = String::from_utf8_lossy(name);
            Err(VerifyError::duplicate("parameter", &name))
        }
    }
}
