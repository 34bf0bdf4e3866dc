//! The payload hash: the last line of the canonical request.

use crate::encode::{Hex, holds};
use crate::error::{Error, Quoted, error};
use crate::hash::sha256;

/// What is signed of a request's payload, its body.
///
/// S3 is told by the header `x-amz-content-sha256`, which signing adds; other services hash the body that they
/// receive. If the request has that header already, its value is what is signed.
///
/// ```
/// use presign::Payload;
///
/// let body = b"Welcome to Amazon S3.";
/// assert_eq!(
///     Payload::of(body),
///     Payload::hash("44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")?,
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
    /// `UNSIGNED-PAYLOAD`: the signature does not cover the body. S3 takes it over https; most
    /// other services refuse it.
    Unsigned,
}

/// SHA-256 of nothing, in hex.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
pub(crate) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

impl Payload {
    /// The hash of a body that is at hand.
    #[must_use]
    pub fn of(body: impl AsRef<[u8]>) -> Self {
        match body.as_ref() {
            [] => Payload::Empty,
            body => Payload::Sha256(sha256(body)),
        }
    }

    /// A hash that is known already, as 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) for any other text.
    pub fn hash(hex: &str) -> Result<Self, Error> {
        let mut hash = [0; 32];
        match hex::decode_to_slice(hex, &mut hash) {
            Ok(()) => Ok(Payload::Sha256(hash)),
            Err(_) => Err(error!(
                Payload,
                "{} is not a SHA-256 hash: that is 64 hexadecimal digits",
                Quoted(hex)
            )),
        }
    }

    pub(crate) fn text(self) -> PayloadText {
        match self {
            Payload::Empty => PayloadText::Static(EMPTY_SHA256),
            Payload::Unsigned => PayloadText::Static(UNSIGNED_PAYLOAD),
            Payload::Sha256(hash) => PayloadText::Hash(Hex::of(&hash)),
        }
    }
}

/// A payload as the canonical request has it.
#[derive(Clone, Copy)]
pub(crate) enum PayloadText {
    Static(&'static str),
    Hash(Hex),
}

impl PayloadText {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            PayloadText::Static(text) => text,
            PayloadText::Hash(hash) => hash.as_str(),
        }
    }
}

/// Checks the value of an `x-amz-content-sha256` header: a hash, or one of the texts that stand for
/// a payload without one ([x-amz-content-sha256](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html)).
pub(crate) fn check_content_sha256(value: &[u8]) -> Result<&str, Error> {
    const OTHERS: [&str; 7] = [
        UNSIGNED_PAYLOAD,
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-EVENTS",
    ];
    let text = core::str::from_utf8(value).unwrap_or_default();
    if OTHERS.contains(&text) || is_hash(text) {
        return Ok(text);
    }
    Err(error!(
        Payload,
        "x-amz-content-sha256 is {}: it should be 64 hexadecimal digits in lower case, UNSIGNED-PAYLOAD \
         or one of the STREAMING- values",
        Quoted(&alloc::string::String::from_utf8_lossy(value))
    ))
}

/// The hash that a payload text is, if it is one.
pub(crate) fn hash_of(text: &str) -> Option<[u8; 32]> {
    let text = text.as_bytes().try_into().ok().filter(|_| is_hash(text))?;
    Some(Hex::from_digits(text).bytes())
}

/// Whether a payload text is a hash, and not a word that stands for a payload without one.
pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == EMPTY_SHA256.len()
        && !holds(
            text.as_bytes(),
            |byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        )
}
