//! The payload's hash: the last line of the canonical request.

use crate::crypto::sha256;
use crate::error::{Error, Quoted, error};
use crate::scheme::aws::{STREAMING_PAYLOADS, UNSIGNED_PAYLOAD};
use crate::text::hex::{self, Hex};
use alloc::string::String;

/// The payload of a request, its body, as it is signed.
///
/// S3 receives the hash in the header `x-amz-content-sha256`, which signing adds; other services
/// hash the body themselves. If the request has that header, its value is signed.
///
/// ```
/// use presign::Payload;
///
/// let body = b"Welcome to Amazon S3.";
/// assert_eq!(
///     Payload::sha256_of(body),
///     Payload::from_hex("44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")?,
/// );
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Payload {
    /// No body: the hash of the empty string.
    Empty,
    /// The SHA-256 of the body.
    Sha256([u8; 32]),
    /// `UNSIGNED-PAYLOAD`: the signature doesn't cover the body. S3 accepts it over https; most
    /// other services reject it.
    Unsigned,
}

/// The SHA-256 of the empty string.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

impl Payload {
    /// Returns the hash of a body.
    #[must_use]
    pub fn sha256_of(body: impl AsRef<[u8]>) -> Self {
        match body.as_ref() {
            [] => Payload::Empty,
            body => Payload::Sha256(sha256(body)),
        }
    }

    /// Parses a hash from 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) for any other text.
    pub fn from_hex(text: &str) -> Result<Self, Error> {
        let mut hash = [0; 32];
        match ::hex::decode_to_slice(text, &mut hash) {
            Ok(()) => Ok(Payload::Sha256(hash)),
            Err(_) => Err(error!(
                Payload,
                "invalid SHA-256 hash {}; write 64 hexadecimal digits",
                Quoted(text)
            )),
        }
    }

    /// Returns the last line of the canonical request.
    pub(crate) fn line(self) -> PayloadLine<'static> {
        match self {
            Payload::Empty => PayloadLine::Text(EMPTY_SHA256),
            Payload::Unsigned => PayloadLine::Text(UNSIGNED_PAYLOAD),
            Payload::Sha256(hash) => PayloadLine::Hash(Hex::new(&hash)),
        }
    }
}

/// The last line of a canonical request.
#[derive(Clone, Copy)]
pub(crate) enum PayloadLine<'a> {
    Text(&'a str),
    Hash(Hex),
}

impl PayloadLine<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            PayloadLine::Text(text) => text,
            PayloadLine::Hash(hash) => hash.as_str(),
        }
    }
}

/// Checks the value of an `x-amz-content-sha256` header: a hash, or a text that replaces it.
pub(crate) fn check_content_sha256(value: &[u8]) -> Result<&str, Error> {
    let text = core::str::from_utf8(value).unwrap_or_default();
    if text == UNSIGNED_PAYLOAD || STREAMING_PAYLOADS.contains(&text) || is_hash(text) {
        return Ok(text);
    }
    Err(error!(
        Payload,
        "invalid x-amz-content-sha256 {}; write 64 lowercase hexadecimal digits, UNSIGNED-PAYLOAD \
         or one of the STREAMING- values",
        Quoted(&String::from_utf8_lossy(value))
    ))
}

/// Returns whether the text is a hash, not a text that replaces it.
fn is_hash(text: &str) -> bool {
    hex::decode(text.as_bytes()).is_some()
}
