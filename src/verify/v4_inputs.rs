//! The text that a SigV4 signature of a received request covers.

use super::payload::SignedPayload;
use super::received_request::ReceivedRequest;
use super::settings::ScopeRef;
use crate::crypto::sha256_of;
use crate::scheme::services::CanonicalUri;
use crate::scheme::v4_scheme::Role;
use crate::text::hex::Hex;
use crate::text::sink::Sink;
use crate::time::AmzDate;
use crate::v4::{CanonicalRequest, Query, Scope, SignedHeaders, StringToSign};
use crate::wire::path::Path;
use crate::wire::query::{Param, parse_query, sort_encoded};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The inputs of the canonical request and of the string to sign that the received request doesn't
/// contain itself.
#[derive(Clone)]
pub(super) struct V4Inputs<'v, 'r> {
    pub(super) time: AmzDate,
    pub(super) signing_scope: ScopeRef<'v>,
    pub(super) canonical_uri: CanonicalUri,
    /// The signed part of the query, if it is canonical as received.
    pub(super) canonical_query: Option<&'r str>,
    /// The parameters that are not signed: the signature, and a token that was appended.
    pub(super) unsigned_params: &'static [Role],
    /// The names of the signed headers, as they are signed: `host;x-amz-date`.
    pub(super) header_names: Cow<'r, str>,
    pub(super) headers: SignedHeaders<'r>,
    pub(super) payload: SignedPayload<'r>,
}

impl V4Inputs<'_, '_> {
    pub(super) fn write_canonical_request(
        &self,
        request: &ReceivedRequest<'_>,
        sink: &mut impl Sink,
    ) {
        let params = self.signed_params(request);
        let query = match self.canonical_query {
            Some(query) => Query::Canonical(query),
            None => Query::Sorted(&params),
        };
        let payload = self.payload.line(request.body);
        let canonical = CanonicalRequest {
            method: request.method,
            path: Path::Url(request.target.path),
            canonical_uri: self.canonical_uri,
            query,
            headers: &self.headers,
            written_names: Some(&self.header_names),
            payload: payload.as_str(),
        };
        canonical.write(sink);
    }

    pub(super) fn string_to_sign(&self, request: &ReceivedRequest<'_>) -> StringToSign<'_> {
        let hash = sha256_of(|hasher| self.write_canonical_request(request, hasher));
        StringToSign {
            scope: Scope {
                time: self.time,
                signing_scope: &self.signing_scope,
            },
            canonical_hash: Hex::new(&hash),
        }
    }

    /// Returns the signed parameters in canonical order; none if the query is canonical as
    /// received.
    fn signed_params<'q>(&self, request: &ReceivedRequest<'q>) -> Vec<Param<'q>> {
        if self.canonical_query.is_some() {
            return Vec::new();
        }
        let params = parse_query(request.target.query);
        let is_signed = |param: &Param<'_>| {
            let name = self.signing_scope.scheme.name_of(param);
            !name.is_some_and(|name| self.unsigned_params.contains(&name.role))
        };
        let mut params: Vec<_> = params.filter(is_signed).collect();
        sort_encoded(&mut params);
        params
    }
}
