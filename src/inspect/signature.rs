//! The text of a signature. Whether it is right can't be known without the key.

use super::problem::{ProblemKind, Problems};
use alloc::format;
use alloc::string::String;
use core::ops::RangeInclusive;

/// The encoding of a signature.
#[derive(Clone, Copy)]
pub(super) enum Encoding {
    Hex,
    Base64,
    /// Base64 with `-_~` in place of `+=/`.
    #[cfg(feature = "cloudfront")]
    CloudFront,
}

impl Encoding {
    fn contains(self, byte: u8) -> bool {
        match self {
            Encoding::Hex => byte.is_ascii_hexdigit(),
            #[cfg(feature = "cloudfront")]
            Encoding::CloudFront => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~')
            }
            Encoding::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        }
    }
}

/// Checks characters and length of a signature. Returns its first four characters, which give
/// nothing away.
pub(super) fn check_signature(
    signature: &str,
    encoding: Encoding,
    expected_len: &RangeInclusive<usize>,
    problems: &mut Problems,
) -> String {
    if !signature.bytes().all(|byte| encoding.contains(byte)) {
        let message = if signature.contains(' ') {
            "the signature contains a space, which was a `+`; encode `+` as %2B in a URL"
        } else {
            "the signature contains an invalid character; it was changed, or text was added to it"
        };
        problems.add(ProblemKind::SignatureAlphabet, message);
    }
    let (length, min, max) = (
        signature.chars().count(),
        expected_len.start(),
        expected_len.end(),
    );
    if length < *min {
        let message = format!("the signature has {length} characters of {min}; the URL is cut off");
        problems.add(ProblemKind::Truncated, message);
    } else if length > *max {
        let message =
            format!("the signature has {length} characters instead of {max}; text was added to it");
        problems.add(ProblemKind::SignatureLength, message);
    }
    signature.chars().take(4).collect()
}
