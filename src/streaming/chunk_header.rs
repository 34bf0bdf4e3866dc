//! The line before a chunk: its length and its signature.

use super::framing::CHUNK_SIGNATURE;
use crate::verify::{VerifyError, refuse};

/// The longest line before a chunk, in bytes: the longest length, and room for a signature of any
/// algorithm.
pub(super) const MAX_LINE: usize = 256;

/// The longest length of a chunk in hexadecimal digits: 64 bits.
const MAX_LENGTH_DIGITS: usize = 16;

/// The length of the longest signature of a chunk, SigV4a's, in hexadecimal digits.
const MAX_SIGNATURE: usize = 144;

/// The line before a chunk.
#[derive(Clone, Copy)]
pub(super) struct ChunkHeader {
    pub(super) length: u64,
    /// The signature; none if chunks are not signed.
    pub(super) signature: Option<ChunkSignature>,
}

/// The signature of a chunk, as it was received.
#[derive(Clone, Copy)]
pub(super) struct ChunkSignature {
    bytes: [u8; MAX_SIGNATURE],
    length: usize,
}

impl ChunkSignature {
    /// Copies a signature of that length.
    fn new(text: &[u8], expected: usize) -> Result<Self, VerifyError> {
        let length = text.len();
        let mut bytes = [0; MAX_SIGNATURE];
        match bytes.get_mut(..length).filter(|_| length == expected) {
            Some(copy) => copy.copy_from_slice(text),
            None => {
                return Err(refuse!(
                    BodyMalformed,
                    "the signature of a chunk has {length} characters, but {expected} are needed"
                ));
            }
        }
        Ok(ChunkSignature { bytes, length })
    }

    /// Returns the text; it is empty if it isn't UTF-8.
    pub(super) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl ChunkHeader {
    /// Parses a line without its line break. Signatures have that length, if chunks are signed.
    pub(super) fn parse(line: &[u8], signature_len: Option<usize>) -> Result<Self, VerifyError> {
        let (length, signature) = match line.iter().position(|byte| *byte == b';') {
            Some(index) => line.split_at_checked(index).unwrap_or_default(),
            None => (line, &[][..]),
        };
        let length = parse_length(length)
            .ok_or_else(|| refuse!(BodyMalformed, "the length of a chunk is not hexadecimal"))?;
        let digits = signature.strip_prefix(CHUNK_SIGNATURE.as_bytes());
        let signature = match (signature_len, digits) {
            (Some(expected), Some(digits)) => Some(ChunkSignature::new(digits, expected)?),
            (Some(_), None) => {
                return Err(refuse!(
                    BodyMalformed,
                    "a chunk has no signature, but the request announces signed chunks"
                ));
            }
            (None, _) if signature.is_empty() => None,
            (None, _) => {
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
