//! The line before a chunk: its length and its signature.

use super::framing::CHUNK_SIGNATURE;
use crate::v4::CHAINED_SIGNATURE_LEN;
use crate::verify::{VerifyError, refuse};

/// The longest line before a chunk, in bytes: the longest length, and room for a signature of any
/// algorithm.
pub(super) const MAX_LINE: usize = 256;

/// The longest length of a chunk in hexadecimal digits: 64 bits.
const MAX_LENGTH_DIGITS: usize = 16;

/// The line before a chunk.
#[derive(Clone, Copy)]
pub(super) struct ChunkHeader {
    pub(super) length: u64,
    /// The hexadecimal digits of the signature; none if chunks are not signed.
    pub(super) signature: Option<[u8; CHAINED_SIGNATURE_LEN]>,
}

impl ChunkHeader {
    /// Parses a line without its line break.
    pub(super) fn parse(line: &[u8], is_signed: bool) -> Result<Self, VerifyError> {
        let (length, signature) = match line.iter().position(|byte| *byte == b';') {
            Some(index) => line.split_at_checked(index).unwrap_or_default(),
            None => (line, &[][..]),
        };
        let length = parse_length(length)
            .ok_or_else(|| refuse!(BodyMalformed, "the length of a chunk is not hexadecimal"))?;
        let digits = signature.strip_prefix(CHUNK_SIGNATURE.as_bytes());
        let signature = match (is_signed, digits) {
            (true, Some(digits)) => Some(digits.try_into().map_err(|_| {
                refuse!(
                    BodyMalformed,
                    "the signature of a chunk has {} characters, but {CHAINED_SIGNATURE_LEN} are \
                     needed",
                    digits.len()
                )
            })?),
            (true, None) => {
                return Err(refuse!(
                    BodyMalformed,
                    "a chunk has no signature, but the request announces signed chunks"
                ));
            }
            (false, _) if signature.is_empty() => None,
            (false, _) => {
                return Err(refuse!(
                    BodyMalformed,
                    "a chunk has a signature, but the request announces unsigned chunks"
                ));
            }
        };
        Ok(ChunkHeader { length, signature })
    }
}

fn parse_length(digits: &[u8]) -> Option<u64> {
    if digits.len() > MAX_LENGTH_DIGITS || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    // An empty text isn't a number.
    u64::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()
}
