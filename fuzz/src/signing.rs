//! The ways to sign a request, which have to agree: in one call, into a writer, and in two steps
//! with a local or remote key.

use crate::crypto::{base64, hex, remote_signature, sha256_hex};
use presign::{
    Algorithm, Credentials, Error, ErrorKind, Expiry, PresignedUrl, Request, SignedRequest,
    Timestamp, Unsigned,
};
use std::fmt;

/// A result with the steps of its signature.
#[derive(Debug)]
pub struct Signed<T> {
    pub result: T,
    /// `None` under SigV2, which has no canonical request.
    pub canonical_request: Option<String>,
    pub string_to_sign: Vec<u8>,
    pub signature: String,
}

/// Presigns in every way. All ways return the same URL or the same error.
pub fn presign(
    request: &Request<'_>,
    (credentials, secret): (&Credentials, &str),
    expiry: Expiry,
    now: Timestamp,
) -> Result<Signed<PresignedUrl>, Error> {
    let prepare = || request.prepare_url(credentials.identity(), expiry, now);
    let written = presign_into(request, credentials, expiry, now);
    let result = match request.presign(credentials, expiry, now) {
        Ok(result) => result,
        Err(error) => {
            assert_eq!(prepare().map(drop), Err(error.clone()));
            // A writer receives a URL even if its headers can't be returned as text.
            if !is_not_utf8(&error) {
                assert_eq!(written, Err(error.clone()));
            }
            return Err(error);
        }
    };
    assert_eq!(written.as_deref(), Ok(result.as_str()));
    let mut full = FullWriter;
    let error = request.presign_into(credentials, expiry, now, &mut full);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Output);

    let unsigned = prepare().unwrap();
    std::hint::black_box(format!("{unsigned:?}"));
    let signed = steps_of(result, &unsigned, secret);
    assert_eq!(signed.result.signature(), signed.signature);
    let signature = remote_signature(&unsigned, secret);
    let with_key = unsigned.sign_with(credentials).unwrap();
    let elsewhere = prepare().unwrap().finish(&signature).unwrap();
    assert_same_url(&with_key, &signed.result);
    assert_same_url(&elsewhere, &signed.result);
    std::hint::black_box(format!("{:?}", signed.result));
    Ok(signed)
}

/// Presigns into a writer. Nothing is written before an error.
pub fn presign_into(
    request: &Request<'_>,
    credentials: &Credentials,
    expiry: Expiry,
    now: Timestamp,
) -> Result<String, Error> {
    const BEFORE: &str = "before";
    let mut text = String::from(BEFORE);
    let result = request.presign_into(credentials, expiry, now, &mut text);
    let url = text.split_off(BEFORE.len());
    assert_eq!(text, BEFORE);
    match result {
        Ok(()) => Ok(url),
        Err(error) => {
            assert_eq!(url, "");
            Err(error)
        }
    }
}

/// Signs with headers in every way. All ways return the same headers or the same error.
pub fn sign(
    request: &Request<'_>,
    (credentials, secret): (&Credentials, &str),
    now: Timestamp,
) -> Result<Signed<SignedRequest>, Error> {
    let prepare = || request.prepare_headers(credentials.identity(), now);
    let result = match request.sign(credentials, now) {
        Ok(result) => result,
        Err(error) => {
            assert_eq!(prepare().map(drop), Err(error.clone()));
            return Err(error);
        }
    };
    let unsigned = prepare().unwrap();
    std::hint::black_box(format!("{unsigned:?}"));
    let signed = steps_of(result, &unsigned, secret);
    assert_eq!(signed.result.signature(), signed.signature);
    let signature = remote_signature(&unsigned, secret);
    let with_key = unsigned.sign_with(credentials).unwrap();
    let elsewhere = prepare().unwrap().finish(&signature).unwrap();
    assert_same_request(&with_key, &signed.result);
    assert_same_request(&elsewhere, &signed.result);
    std::hint::black_box(format!("{:?}", signed.result));
    Ok(signed)
}

/// Returns whether an error is about a header value that can't be returned as text.
pub fn is_not_utf8(error: &Error) -> bool {
    error.kind() == ErrorKind::Header && error.to_string().contains("is not UTF-8")
}

/// Returns the value of the `Authorization` header.
pub fn authorization(signed: &SignedRequest) -> &str {
    let mut headers = signed.headers();
    let authorization = headers.find(|(name, _)| *name == "Authorization");
    authorization.unwrap().1
}

pub fn assert_same_url(one: &PresignedUrl, other: &PresignedUrl) {
    assert_eq!(one.as_str(), other.as_str());
    assert_eq!(one.method(), other.method());
    assert!(one.headers().eq(other.headers()), "{one:?} {other:?}");
    assert!(one.not_covered().eq(other.not_covered()));
    assert_eq!(one.expires_at(), other.expires_at());
}

fn assert_same_request(one: &SignedRequest, other: &SignedRequest) {
    assert!(one.headers().eq(other.headers()), "{one:?} {other:?}");
    assert!(one.not_covered().eq(other.not_covered()));
    assert_eq!(one.url(), other.url());
    assert_eq!(one.body(), other.body());
}

/// Recomputes hash and signature of a prepared result with other crates.
fn steps_of<T>(result: T, unsigned: &Unsigned<T>, secret: &str) -> Signed<T> {
    let string_to_sign = unsigned.string_to_sign().to_vec();
    let canonical_request = unsigned.canonical_request().map(String::from);
    let signature = remote_signature(unsigned, secret);
    if let Some(canonical_request) = &canonical_request {
        let text = std::str::from_utf8(&string_to_sign).unwrap();
        let lines: Vec<_> = text.split('\n').collect();
        let [algorithm, time, scope, hash] = lines[..] else {
            panic!("{text}");
        };
        assert_eq!(algorithm, "AWS4-HMAC-SHA256");
        assert_eq!(time.split('T').next(), scope.split('/').next());
        assert_eq!(Some(scope), unsigned.scope());
        // Header values that aren't UTF-8 contain replacement characters here, so their hash
        // differs.
        if !canonical_request.contains('\u{fffd}') {
            assert_eq!(sha256_hex(canonical_request), hash);
        }
    } else {
        assert_eq!(unsigned.scope(), None);
    }
    let signature = match (unsigned.algorithm(), unsigned.scope()) {
        (Algorithm::HmacSha256, Some(_)) => hex(signature),
        _ => base64(signature),
    };
    Signed {
        result,
        canonical_request,
        string_to_sign,
        signature,
    }
}

/// A writer that returns an error.
struct FullWriter;

impl fmt::Write for FullWriter {
    fn write_str(&mut self, _text: &str) -> fmt::Result {
        Err(fmt::Error)
    }
}
