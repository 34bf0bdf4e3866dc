//! The plain reader of a presigned URL's query: parameters in any order, with any percent-encoding.
//! `v4_canonical_query.rs` is tried first.

use super::authentication::Carrier;
use super::error::{VerifyError, reject};
use super::v4_claim::{V4Claim, V4Parts};
use crate::error::Quoted;
use crate::scheme::v4_scheme::V4Scheme;
use crate::wire::query::Param;

impl<'r> V4Claim<'r> {
    /// Reads the signature from the parameters of a query.
    pub(super) fn from_query(
        scheme: &'static V4Scheme,
        params: &[Param<'r>],
    ) -> Result<Self, VerifyError> {
        let mut parts = V4Parts::new(scheme, Carrier::Query);
        for param in params {
            let Some(name) = scheme.name_of(param) else {
                parts.add_other(param)?;
                continue;
            };
            if !param.name.decodes_to(name.query) {
                return Err(reject!(
                    Malformed,
                    "invalid parameter {}; write {}",
                    Quoted(param.name.text()),
                    name.query
                ));
            }
            parts.add(name, param.value)?;
        }
        parts.parse()
    }
}
