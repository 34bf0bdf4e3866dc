//! The line before a chunk: its length and its signature.

use super::framing::CHUNK_SIGNATURE;
use crate::verify::{VerifyError, reject};

/// The longest line before a chunk, in bytes: the longest length, and room for a signature of any
/// algorithm.
pub(super) const MAX_LINE: usize = 256;

/// The longest length of a chunk in hexadecimal digits: 64 bits.
const MAX_LENGTH_DIGITS: usize = 16;

/// Parses a line without its line break: the length of the chunk and its signature. Signatures have
/// that length, if chunks are signed; else they are empty.
pub(super) fn parse_chunk_header(
    line: &[u8],
    signature_len: Option<usize>,
) -> Result<(u64, &[u8]), VerifyError> {
    let (length, signature) = match line.iter().position(|byte| *byte == b';') {
        Some(index) => line.split_at_checked(index).unwrap_or_default(),
        None => (line, &[][..]),
    };
    let length = parse_length(length)
        .ok_or_else(|| reject!(BodyMalformed, "the length of a chunk is not hexadecimal"))?;
    let digits = signature.strip_prefix(CHUNK_SIGNATURE.as_bytes());
    match (signature_len, digits) {
        (Some(expected), Some(digits)) if digits.len() == expected => Ok((length, digits)),
        (Some(expected), Some(digits)) => Err(reject!(
            BodyMalformed,
            "the signature of a chunk has {} characters, but {expected} are needed",
            digits.len()
        )),
        (Some(_), None) => Err(reject!(
            BodyMalformed,
            "a chunk has no signature, but the request announces signed chunks"
        )),
        (None, _) if signature.is_empty() => Ok((length, signature)),
        (None, _) => Err(reject!(
            BodyMalformed,
            "a chunk has a signature, but the request announces unsigned chunks"
        )),
    }
}

fn parse_length(digits: &[u8]) -> Option<u64> {
    if digits.len() > MAX_LENGTH_DIGITS || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    // An empty text isn't a number.
    u64::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
}
