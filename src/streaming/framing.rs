//! The framing of aws-chunked bodies: texts, lengths and the mode.

use crate::crypto::sha256;
use crate::scheme::aws::{STREAMING_PAYLOADS, UNSIGNED_CHUNKS};
use crate::scheme::v4_scheme::V4Scheme;
use crate::v4::SignedPart;
use alloc::string::String;

/// The text between the length of a chunk and its signature.
pub(super) const CHUNK_SIGNATURE: &str = ";chunk-signature=";

/// The name of the last trailer of a signed body.
pub(super) const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// The header with the length of the body without its framing.
pub(super) const DECODED_CONTENT_LENGTH: &str = "x-amz-decoded-content-length";

/// The header with the names of the trailers.
pub(super) const TRAILER: &str = "x-amz-trailer";

/// The content coding of a body in chunks.
pub(super) const AWS_CHUNKED: &str = "aws-chunked";

/// The parts of a body in chunks that are present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mode {
    pub(super) has_signatures: bool,
    pub(super) has_trailers: bool,
}

impl Mode {
    /// Returns the value of `x-amz-content-sha256` under a scheme, or `None` for chunks with
    /// neither signatures nor trailers, which S3 doesn't have.
    pub(super) fn payload(self, scheme: &V4Scheme) -> Option<&'static str> {
        if !self.has_signatures {
            return self.has_trailers.then_some(UNSIGNED_CHUNKS);
        }
        let end = if self.has_trailers {
            "-PAYLOAD-TRAILER"
        } else {
            "-PAYLOAD"
        };
        let mut payloads = STREAMING_PAYLOADS.into_iter();
        payloads.find(|payload| {
            let algorithm = payload.strip_prefix("STREAMING-");
            let algorithm = algorithm.and_then(|text| text.strip_suffix(end));
            algorithm == Some(scheme.algorithm)
        })
    }

    /// Returns the encoded length in bytes, or `None` if it exceeds `u64::MAX`. `trailers` are
    /// pairs of the lengths of name and value.
    pub(super) fn encoded_len(
        self,
        signature_len: usize,
        length: u64,
        chunk_size: u64,
        trailers: impl Iterator<Item = (usize, usize)>,
    ) -> Option<u64> {
        let signature = if self.has_signatures {
            CHUNK_SIGNATURE.len().checked_add(signature_len)? as u64
        } else {
            0
        };
        let around = signature.checked_add(4)?;
        let whole_chunks = length.checked_div(chunk_size)?;
        let last = length.checked_rem(chunk_size)?;
        let mut total = length;
        let per_chunk = hex_len(chunk_size).checked_add(around)?;
        total = total.checked_add(whole_chunks.checked_mul(per_chunk)?)?;
        if last > 0 {
            total = total.checked_add(hex_len(last))?.checked_add(around)?;
        }
        // The last chunk, without data and without a line break after them.
        total = total.checked_add(signature)?.checked_add(3)?;
        for (name, value) in trailers {
            let line = name.checked_add(value)?.checked_add(3)?;
            total = total.checked_add(line as u64)?;
        }
        if self.has_signatures && self.has_trailers {
            let line = TRAILER_SIGNATURE.len().checked_add(signature_len)?;
            total = total.checked_add(line as u64)?.checked_add(3)?;
        }
        total.checked_add(2)
    }
}

/// Returns the number of hexadecimal digits of a number.
fn hex_len(number: u64) -> u64 {
    let bits = u64::BITS.saturating_sub(number.leading_zeros());
    u64::from(bits.div_ceil(4).max(1))
}

/// Appends the lines of trailers.
pub(super) fn write_trailers(trailers: &[(String, String)], line_end: &str, out: &mut String) {
    for (name, value) in trailers {
        out.extend([name, ":", value, line_end]);
    }
}

/// Returns the part of the body that the signature of trailers covers.
pub(super) fn signed_trailers(trailers: &[(String, String)]) -> SignedPart {
    let mut lines = String::new();
    write_trailers(trailers, "\n", &mut lines);
    SignedPart::Trailer(sha256(lines.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{Mode, hex_len};
    use core::iter;

    #[test]
    fn digits_are_counted() {
        for number in [0, 1, 0xf, 0x10, 0xff, 0x100, 65_536, u64::MAX] {
            assert_eq!(hex_len(number), std::format!("{number:x}").len() as u64);
        }
    }

    #[test]
    fn a_length_that_overflows_is_none() {
        let mode = Mode {
            has_signatures: true,
            has_trailers: false,
        };
        let length = |length| mode.encoded_len(64, length, 8192, iter::empty());
        assert!(length(u64::MAX / 2).is_some());
        assert_eq!(length(u64::MAX), None);
        assert_eq!(length(u64::MAX - 1000), None);
        assert_eq!(mode.encoded_len(64, 1, 0, iter::empty()), None);
    }
}
