//! The reader of SigV4's headers: `Authorization` and the date.

use super::authentication::{Authentication, Carrier, Claim, nonempty_token};
use super::error::{VerifyError, reject};
use super::received_request::ReceivedRequest;
use super::slots::{Duplicate, Slots};
use super::v4_claim::{V4Claim, check_algorithm, invalid_date, parse_credential, parse_region_set};
use crate::error::Quoted;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::percent::Component;
use crate::time::{AmzDate, Timestamp};
use crate::wire::added_headers::AUTHORIZATION;
use alloc::borrow::Cow;

const CREDENTIAL: &str = "Credential";
const SIGNED_HEADERS: &str = "SignedHeaders";
const SIGNATURE: &str = "Signature";

impl<'r> V4Claim<'r> {
    /// Reads the signature from the headers of a request.
    pub(super) fn from_headers(
        scheme: &'static V4Scheme,
        request: &'r ReceivedRequest<'_>,
    ) -> Result<Self, VerifyError> {
        let authorization = request.single(AUTHORIZATION)?.unwrap_or_default();
        let [credential, signed_headers, signature] = split_authorization(scheme, authorization)?;
        let (time, signed_at) = signing_time(scheme, request, signed_headers)?;
        let token = request.single(scheme.name(Role::SecurityToken).lowercase)?;
        let express_token = request.single(scheme.name(Role::ExpressToken).lowercase)?;
        let mut credential = parse_credential(scheme, Component::Raw(credential), &time)?;
        if let Some(name) = scheme.region_set() {
            let name = name.lowercase;
            let set = request.single(name)?;
            let set = set.ok_or_else(|| VerifyError::missing("header", name))?;
            credential.region = parse_region_set(Component::Raw(set))?;
        }
        Ok(V4Claim {
            scheme,
            common: Claim {
                authentication: Authentication::v4(
                    scheme.id,
                    Carrier::Header,
                    credential,
                    signed_at,
                ),
                token: nonempty_token(token.map(Component::Raw)),
                signature: Component::Raw(signature),
            },
            time,
            signed_headers: Cow::Borrowed(signed_headers),
            express_token: nonempty_token(express_token.map(Component::Raw)),
            content_sha256: None,
            canonical_query: None,
        })
    }
}

/// Splits `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. The parts can be in any
/// order, with white space at the commas or without.
fn split_authorization<'r>(
    scheme: &V4Scheme,
    authorization: &'r str,
) -> Result<[&'r str; 3], VerifyError> {
    let (algorithm, parts) = authorization.split_once(' ').unwrap_or((authorization, ""));
    check_algorithm(scheme, Component::Raw(algorithm))?;
    let names = [CREDENTIAL, SIGNED_HEADERS, SIGNATURE];
    let mut slots = Slots::new(names);
    for part in parts.split(',') {
        let part = part.trim_matches([' ', '\t']);
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let is_known = slots.add(|known| known == name, value);
        let is_known = is_known.map_err(|Duplicate(name)| {
            reject!(
                Repeated,
                "duplicate part `{name}` of the Authorization header; send it once"
            )
        })?;
        if !is_known {
            return Err(reject!(
                Malformed,
                "unknown part of the Authorization header; write {CREDENTIAL}, {SIGNED_HEADERS} \
                 and {SIGNATURE}"
            ));
        }
    }
    if let [Some(credential), Some(signed_headers), Some(signature)] =
        names.map(|name| slots.get(name))
    {
        return Ok([credential, signed_headers, signature]);
    }
    Err(reject!(
        Malformed,
        "the Authorization header needs {CREDENTIAL}, {SIGNED_HEADERS} and {SIGNATURE}"
    ))
}

/// Returns the signing time: that of the scheme's own header, or else of `Date`, which then has to
/// be signed.
fn signing_time(
    scheme: &V4Scheme,
    request: &ReceivedRequest<'_>,
    signed_headers: &str,
) -> Result<(AmzDate, Timestamp), VerifyError> {
    let name = scheme.name(Role::Date).lowercase;
    if let Some(text) = request.single(name)? {
        return AmzDate::parse(text).ok_or_else(|| invalid_date(name, text));
    }
    let Some(text) = request.single("date")? else {
        return Err(reject!(
            Missing,
            "missing header `{name}` or `Date`; send one of them"
        ));
    };
    if !signed_headers.split(';').any(|name| name == "date") {
        return Err(reject!(
            HeaderNotSigned,
            "the header Date states the signing time, but is not signed; sign it"
        ));
    }
    let moment = Timestamp::parse_http_date(text).or_else(|| Timestamp::parse_amz_date(text));
    let time = moment.and_then(|moment| Some((moment.amz_date().ok()?, moment)));
    time.ok_or_else(|| {
        reject!(
            Malformed,
            "invalid Date {}; write a time such as Fri, 24 May 2013 00:00:00 GMT",
            Quoted(text)
        )
    })
}
