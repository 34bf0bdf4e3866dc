//! Detection of queries that are signed already.
//!
//! Servers reject a request with two signatures, so a request that is signed by one scheme is not
//! signed by another.

use super::aws::AWS4;
use super::sigv2;
use super::v4_scheme::V4Scheme;
use crate::error::{Error, error};
use crate::wire::query::Param;

/// The parameter that only URLs of CloudFront have.
pub(crate) const CLOUDFRONT_KEY_PAIR_ID: &str = "Key-Pair-Id";

/// Returns the name of a parameter that shows that its query is signed with SigV4. A date, an
/// expiry or a token doesn't, because unsigned requests may have parameters with these names.
pub(crate) fn v4_signature_name(scheme: &V4Scheme, param: &Param<'_>) -> Option<&'static str> {
    let name = scheme.name_of(param)?;
    name.role.shows_signature().then_some(name.query)
}

/// The parameters of a SigV2 signature that a query has.
#[derive(Clone, Copy, Default)]
pub(crate) struct V2Signals {
    pub(crate) access_key_id: bool,
    pub(crate) expires: bool,
    pub(crate) signature: bool,
    pub(crate) signature_version: bool,
}

impl V2Signals {
    pub(crate) fn add(&mut self, param: &Param<'_>) {
        match param.name.to_text().as_deref() {
            Some(sigv2::ACCESS_KEY_ID) => self.access_key_id = true,
            Some(sigv2::EXPIRES) => self.expires = true,
            Some(sigv2::SIGNATURE) => self.signature = true,
            Some(sigv2::SIGNATURE_VERSION) => self.signature_version = true,
            _ => {}
        }
    }

    /// Returns whether a parameter can be part of a signature.
    pub(crate) fn contains(param: &Param<'_>) -> bool {
        let mut found = V2Signals::default();
        found.add(param);
        found.access_key_id || found.expires || found.signature || found.signature_version
    }

    /// Returns whether the query is signed. `Expires` or `Signature` alone can be another
    /// parameter.
    pub(crate) fn is_signed(self) -> bool {
        self.access_key_id || (self.signature && (self.expires || self.signature_version))
    }
}

/// Checks that a query is not signed with SigV2.
pub(crate) fn check_no_v2_signature(params: &[Param<'_>]) -> Result<(), Error> {
    let mut found = V2Signals::default();
    params.iter().for_each(|param| found.add(param));
    if !found.is_signed() {
        return Ok(());
    }
    Err(already_signed(if found.access_key_id {
        sigv2::ACCESS_KEY_ID
    } else {
        sigv2::SIGNATURE
    }))
}

/// Checks that a query is not signed with SigV4.
pub(crate) fn check_no_v4_signature(params: &[Param<'_>]) -> Result<(), Error> {
    let mut params = params.iter();
    match params.find_map(|param| v4_signature_name(&AWS4, param)) {
        Some(name) => Err(already_signed(name)),
        None => Ok(()),
    }
}

/// Returns the name of the first parameter that has one of these names, ignoring ASCII case.
pub(crate) fn find_param(params: &[Param<'_>], names: &[&'static str]) -> Option<&'static str> {
    params.iter().find_map(|param| {
        let mut names = names.iter().copied();
        names.find(|name| param.name.decodes_to_ignore_case(name))
    })
}

/// Returns the error for a query with a parameter that signing adds.
pub(crate) fn already_signed(name: &str) -> Error {
    error!(
        Query,
        "the query contains {name}, so it is signed already; sign the request without its signature"
    )
}

/// Returns the error for a header that a presigned URL has as a parameter.
pub(crate) fn in_query(name: &str) -> Error {
    error!(
        Header,
        "the request has the header {name}, but a presigned URL has it in its query, and servers reject both; \
         leave it out"
    )
}
