//! The query of a received request, read once.

use super::error::VerifyError;
use super::received_request::ReceivedRequest;
use super::v4_claim::V4Claim;
use crate::scheme::v4_scheme::V4Scheme;
use crate::wire::inline_list::InlineList;
use crate::wire::query::{Param, parse_query};

/// The query of a received request.
#[expect(
    clippy::large_enum_variant,
    reason = "a box would be allocated for each request"
)]
pub(super) enum ReceivedQuery<'r> {
    /// A query with a SigV4 signature, which is canonical as it was received. It has no other
    /// signature.
    Canonical(V4Claim<'r>),
    /// The parameters of any other query, in its order.
    Params(InlineList<Param<'r>, 16>),
}

impl<'r> ReceivedQuery<'r> {
    /// Reads the query with the reader of canonical queries, which accepts only what the plain one
    /// accepts, or else with the plain one.
    #[inline]
    pub(super) fn read(
        scheme: &'static V4Scheme,
        request: &'r ReceivedRequest<'r>,
    ) -> Result<Self, VerifyError> {
        let query = request.target.query;
        let canonical = query.and_then(|query| V4Claim::from_canonical_query(scheme, query));
        if let Some(claim) = canonical {
            return Ok(ReceivedQuery::Canonical(claim));
        }
        request.check_query()?;
        let mut params = InlineList::new();
        params.extend(parse_query(query));
        Ok(ReceivedQuery::Params(params))
    }
}
