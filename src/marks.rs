//! What marks a query as signed, by either generation. A server refuses a request that is signed in both ways, so neither generation
//! signs what carries a signature of the other. What does not live here: what each adds itself, and what the parameters have to say.

use crate::error::{Error, error};
use crate::request::{Header, Param, Parts};

/// The parameters of which one is enough, in any case of letters, for a query to be signed with SigV4.
pub(crate) const V4: [&str; 3] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"];

/// Those that come with them, and that are no headers elsewhere, as date and token are.
const V4_BESIDE: [&str; 2] = ["X-Amz-Expires", "X-Amz-SignedHeaders"];

/// The parameters of a URL that is presigned with SigV2, and with the last one those that a call of the query APIs shares with it. The
/// first is also the name of a form's field.
pub(crate) const ACCESS_KEY_ID: &str = "AWSAccessKeyId";
pub(crate) const EXPIRES: &str = "Expires";
pub(crate) const SIGNATURE: &str = "Signature";
pub(crate) const SIGNATURE_VERSION: &str = "SignatureVersion";

/// Which parameters of a SigV2 signature a query has.
#[derive(Default)]
pub(crate) struct V2Marks {
    pub(crate) access_key_id: bool,
    pub(crate) expires: bool,
    pub(crate) signature: bool,
    pub(crate) version: bool,
}

impl V2Marks {
    pub(crate) fn see(&mut self, param: &Param<'_>) {
        self.access_key_id |= param.is_exactly(ACCESS_KEY_ID);
        self.expires |= param.is_exactly(EXPIRES);
        self.signature |= param.is_exactly(SIGNATURE);
        self.version |= param.is_exactly(SIGNATURE_VERSION);
    }

    /// A query of another kind may well have one of the common words.
    pub(crate) fn is_signed(&self) -> bool {
        self.access_key_id || (self.signature && (self.expires || self.version))
    }
}

/// Refuses to sign what is signed with SigV2.
pub(crate) fn check_no_v2(parts: &Parts<'_>) -> Result<(), Error> {
    let mut marks = V2Marks::default();
    for param in parts.params.as_slice() {
        marks.see(param);
    }
    match marks.is_signed() {
        true if marks.access_key_id => Err(carries(ACCESS_KEY_ID)),
        true => Err(carries(SIGNATURE)),
        false => Ok(()),
    }
}

/// Refuses to sign what is signed with SigV4.
pub(crate) fn check_no_v4(parts: &Parts<'_>) -> Result<(), Error> {
    let mut params = parts.params.as_slice().iter();
    match params.find_map(|param| V4.into_iter().find(|name| param.is_named(name))) {
        Some(name) => Err(carries(name)),
        None => Ok(()),
    }
}

/// Refuses a header that would be a mark of SigV4 once it stands in the query.
pub(crate) fn check_no_v4_header(header: &Header<'_>) -> Result<(), Error> {
    let mut names = V4.into_iter().chain(V4_BESIDE);
    match names.find(|name| header.is_named(name)) {
        Some(name) => Err(error!(
            Header,
            "the header {name} would stand in the query of the URL, where it is part of a SigV4 signature: leave it out"
        )),
        None => Ok(()),
    }
}

fn carries(mark: &str) -> Error {
    error!(
        Query,
        "the query has {mark}, so it is signed already, and a server refuses two signatures: \
         sign the request as it was before it was presigned"
    )
}
