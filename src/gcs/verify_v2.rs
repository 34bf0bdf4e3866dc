//! Verifying Google's V2 signatures of URLs and `Authorization` headers.

use super::v2::{AUTHORIZATION_START, V2Signer, is_accepted_rsa_key};
use crate::crypto::Hash;
use crate::error::{Error, Quoted};
use crate::scheme::Scheme;
use crate::scheme::aws::AMZ_PREFIX;
use crate::scheme::google::GOOGLE2;
use crate::scheme::limits::MAX_CLOCK_SKEW;
use crate::scheme::sigv2::{EXPIRES, SIGNATURE};
use crate::text::base64;
use crate::text::decimal::parse_unix_seconds;
use crate::time::Timestamp;
use crate::v2::signing_key;
use crate::verify::{
    Carrier, ReceivedRequest, VerifyError, check_expiration, check_no_escaped_slash, check_skew,
    reject,
};
use crate::verifying_key::VerifyingKey;
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::path::Path;
use crate::wire::query::{Param, parse_query};
use crate::wire::request_parts::{Host, Origin, RequestParts};
use alloc::string::String;
use alloc::vec::Vec;

/// Verifies a request that is signed with Google's V2: a URL, with an HMAC key or a public key, or
/// an `Authorization` header, with an HMAC key.
///
/// A host that names the bucket needs [`ReceivedRequest::bucket`]. A header is valid for 15 minutes
/// around its `Date`.
///
/// V2 covers the method, the path, `Content-Type`, `Content-MD5`, and the `x-goog-*` headers except
/// those with an encryption key. It covers no other header, such as `Content-Encoding` or
/// `If-Match`, no query parameter except the names of sub-resources, such as `acl`, and no body.
///
/// ```
/// use core::time::Duration;
/// use presign::gcs::{self, Bucket};
/// use presign::verify::{ReceivedRequest, VerifyErrorKind};
/// use presign::{Credentials, SignatureVersion, Timestamp};
///
/// let key = Credentials::new("GOOG1EXAMPLE", "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ")?;
/// let now: Timestamp = "20190201T090000Z".parse()?;
/// let bucket = Bucket::builder("examplebucket")
///     .signature_version(SignatureVersion::V2)
///     .build()?;
/// let link = bucket.get("a.txt").presign(&key, Duration::from_secs(600), now)?;
///
/// let request = ReceivedRequest::from_url("GET", link.as_str())?;
/// assert!(gcs::verify_v2(&request, now, |_| Some(&key)).is_ok());
///
/// let request = ReceivedRequest::from_url("PUT", link.as_str())?;
/// let error = gcs::verify_v2(&request, now, |_| Some(&key)).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::Signature);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A URL is accepted until its `Expires`, however distant that is: the scheme has no longest
/// validity.
///
/// # Errors
/// The kinds of [`VerifyErrorKind`](crate::verify::VerifyErrorKind), in the order of the checks:
/// `TooLarge` and `Request` for the request, `SignedTwice`, `NotSigned`, then `Missing`, `Repeated`
/// and `Malformed` for the signature, `Expired` or `TimeSkew`, `Request` for what the signature
/// can't cover, `AccessKey`, `SessionToken`, `CredentialsExpired`,
/// `Signature`.
pub fn verify_v2<'k, K: Into<VerifyingKey<'k>>>(
    request: &ReceivedRequest<'_>,
    now: impl Into<Timestamp>,
    lookup: impl FnOnce(&str) -> Option<K>,
) -> Result<(), VerifyError> {
    request.check()?;
    let params: Vec<_> = parse_query(request.target.query).collect();
    let is_part = |param: &&Param<'_>| {
        [GOOGLE2.access_key_id, SIGNATURE]
            .iter()
            .any(|name| param.name.decodes_to(name))
    };
    let is_query = params.iter().any(|param| is_part(&param));
    let authorization = request.authorization()?;
    let carrier = match (is_query, authorization) {
        (true, None) => Carrier::Query,
        (false, Some(_)) => Carrier::Header,
        (false, None) => return Err(reject!(NotSigned, "the request is not signed")),
        (true, Some(_)) => {
            return Err(reject!(
                SignedTwice,
                "the request is signed in its query and in its {AUTHORIZATION} header; send one \
                 signature"
            ));
        }
    };
    let stated = match authorization {
        Some(text) => Stated::of_header(request, text),
        None => Stated::of_query(&params),
    };
    let checked = stated.and_then(|stated| stated.check(request, params, now.into(), lookup));
    checked.map_err(|error| error.signed_by(Scheme::GoogleV2, carrier))
}

/// Returns the string to sign of a URL, if it is signed with V2.
#[cfg(feature = "explain")]
pub(crate) fn string_to_sign_v2(request: &ReceivedRequest<'_>) -> Option<String> {
    let params: Vec<_> = parse_query(request.target.query).collect();
    let stated = Stated::of_query(&params).ok()?;
    stated.text(request, params).ok()
}

/// A signature as a request states it.
struct Stated {
    access_id: String,
    /// The line with the date or the expiration, as it is signed.
    date: String,
    moment: Timestamp,
    is_header: bool,
    signature: Vec<u8>,
}

impl Stated {
    fn of_query(params: &[Param<'_>]) -> Result<Self, VerifyError> {
        let text = |name: &str| {
            let mut values = params.iter().filter(|param| param.name.decodes_to(name));
            let value = values.next();
            if values.next().is_some() {
                return Err(VerifyError::duplicate("parameter", name));
            }
            let value = value.and_then(|param| param.value?.to_text());
            value
                .filter(|value| !value.is_empty())
                .ok_or_else(|| VerifyError::missing("parameter", name))
        };
        let access_id = text(GOOGLE2.access_key_id)?;
        let (expires, signature) = (text(EXPIRES)?, text(SIGNATURE)?);
        let moment = parse_unix_seconds(&expires).ok_or_else(|| {
            reject!(
                Malformed,
                "invalid {EXPIRES} {}; write a number of seconds since 1970",
                Quoted(&expires)
            )
        })?;
        Ok(Stated {
            access_id: access_id.into_owned(),
            date: expires.into_owned(),
            moment,
            is_header: false,
            signature: decode(&signature)?,
        })
    }

    fn of_header(request: &ReceivedRequest<'_>, authorization: &str) -> Result<Self, VerifyError> {
        let parts = authorization
            .strip_prefix(AUTHORIZATION_START)
            .and_then(|text| text.rsplit_once(':'));
        let (access_id, signature) = parts.ok_or_else(|| {
            reject!(
                Malformed,
                "invalid {AUTHORIZATION} header; write {AUTHORIZATION_START}ACCESS-ID:SIGNATURE"
            )
        })?;
        let date = request
            .single("date")?
            .ok_or_else(|| VerifyError::missing("header", "Date"))?;
        let moment = Timestamp::parse_http_date(date).ok_or_else(|| {
            reject!(
                Malformed,
                "invalid Date {}; write a time such as Fri, 24 May 2013 00:00:00 GMT",
                Quoted(date)
            )
        })?;
        Ok(Stated {
            access_id: access_id.into(),
            date: date.into(),
            moment,
            is_header: true,
            signature: decode(signature)?,
        })
    }

    fn check<'k, K: Into<VerifyingKey<'k>>>(
        &self,
        request: &ReceivedRequest<'_>,
        params: Vec<Param<'_>>,
        now: Timestamp,
        lookup: impl FnOnce(&str) -> Option<K>,
    ) -> Result<(), VerifyError> {
        self.check_time(now)?;
        // Google rejects them, and V2 doesn't sign them.
        request.check_without_prefix(AMZ_PREFIX)?;
        let text = self.text(request, params)?;
        let key: VerifyingKey<'k> = lookup(&self.access_id)
            .ok_or_else(unknown_access_id)?
            .into();
        if let Some(credentials) = key.credentials() {
            let identity = credentials.identity();
            // The signature doesn't cover the access ID.
            if identity.access_key_id() != self.access_id {
                return Err(unknown_access_id());
            }
            if identity.session_token().is_some() {
                return Err(reject!(
                    SessionToken,
                    "the credentials have a session token, which Google Cloud Storage doesn't support"
                ));
            }
            check_expiration(identity, now)?;
        }
        let is_signed = match key.secret_access_key() {
            Some(secret) => signing_key(secret).verify(text.as_str(), &self.signature),
            None => key.public_key().is_some_and(|key| {
                let is_rsa = !self.is_header && is_accepted_rsa_key(&key);
                is_rsa && key.verify(Hash::Sha256, text.as_str(), &self.signature)
            }),
        };
        if is_signed {
            return Ok(());
        }
        Err(reject!(
            Signature,
            "the signature doesn't match the request; check the key, and whether a proxy changed \
             the request"
        ))
    }

    /// Returns the string to sign.
    fn text(
        &self,
        request: &ReceivedRequest<'_>,
        params: Vec<Param<'_>>,
    ) -> Result<String, VerifyError> {
        let path = request.target.path;
        check_no_escaped_slash(path)?;
        let (origin, host) = (Origin::Text(""), Host::Text(""));
        let headers = &request.headers;
        let parts = RequestParts::new(
            request.method,
            origin,
            host,
            Path::Url(path),
            params,
            headers,
        );
        let invalid = |error: Error| reject!(Request, "{error}");
        let parts = parts.map_err(invalid)?;
        parts
            .check_single(&["content-md5", "content-type"])
            .map_err(invalid)?;
        let signer = V2Signer::new(request.bucket);
        Ok(signer.string_to_sign(&parts, &self.date))
    }

    fn check_time(&self, now: Timestamp) -> Result<(), VerifyError> {
        let moment = self.moment;
        if !self.is_header {
            if now <= moment {
                return Ok(());
            }
            return Err(reject!(
                Expired,
                "the request expired at {moment}; it is now {now}"
            ));
        }
        check_skew(moment, now, MAX_CLOCK_SKEW)
    }
}

fn unknown_access_id() -> VerifyError {
    reject!(AccessKey, "unknown access ID")
}

fn decode(signature: &str) -> Result<Vec<u8>, VerifyError> {
    base64::decode(signature.as_bytes())
        .ok_or_else(|| reject!(Malformed, "the signature is not base64"))
}
