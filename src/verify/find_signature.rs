//! Finding the signature of a request: its carrier and its scheme.

use super::authentication::Carrier;
use super::error::{VerifyError, reject};
use super::received_request::ReceivedRequest;
use crate::scheme::Scheme;
use crate::scheme::detect::{V2Signals, v4_signature_name};
use crate::scheme::sigv2;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::query::{Param, parse_query};

/// Returns whether a request states the algorithm of a scheme: in its `Authorization` header, or,
/// without one, in its query.
pub(super) fn states_algorithm(scheme: &V4Scheme, request: &ReceivedRequest<'_>) -> bool {
    let mut authorizations = request.values(AUTHORIZATION);
    if let Some(header) = authorizations.next() {
        return header.trimmed().starts_with(scheme.algorithm.as_bytes());
    }
    let name = scheme.name(Role::Algorithm).query;
    parse_query(request.target.query).any(|param| {
        param.name.decodes_to_ignore_case(name)
            && param
                .value
                .is_some_and(|value| value.decodes_to(scheme.algorithm))
    })
}

/// Finds the signature of a request: its scheme and its carrier. A canonical query is signed with
/// SigV4, and its parameters are not passed.
pub(super) fn find_signature(
    scheme: &V4Scheme,
    request: &ReceivedRequest<'_>,
    is_canonical: bool,
    params: &[Param<'_>],
) -> Result<(Scheme, Carrier), VerifyError> {
    let authorization = request.authorization_header()?;
    let (mut is_v4, mut v2) = (is_canonical, V2Signals::default());
    for param in params {
        is_v4 |= v4_signature_name(scheme, param).is_some();
        v2.add(param);
    }
    match (authorization, is_v4, v2.is_signed()) {
        (Some(header), false, false) => {
            let text = header.trimmed();
            if text.starts_with(scheme.algorithm.as_bytes()) {
                Ok((scheme.id, Carrier::Header))
            } else if text.starts_with(sigv2::AUTHORIZATION_START.as_bytes()) {
                Ok((Scheme::AwsV2, Carrier::Header))
            } else {
                Err(reject!(
                    Scheme,
                    "unsupported kind of {AUTHORIZATION} header; sign with {}",
                    scheme.algorithm
                ))
            }
        }
        (None, true, false) => Ok((scheme.id, Carrier::Query)),
        (None, false, true) if v2.signature_version => Ok((Scheme::AwsV2QueryApi, Carrier::Query)),
        (None, false, true) => Ok((Scheme::AwsV2, Carrier::Query)),
        (None, false, false) => Err(reject!(NotSigned, "the request is not signed")),
        _ => Err(reject!(
            SignedTwice,
            "the request has more than one signature; send one, in the {AUTHORIZATION} header or in the query"
        )),
    }
}
