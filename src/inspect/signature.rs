//! The text of a signature. Whether it is right can't be known without the key.

use super::problem::{ProblemKind, Problems};
use crate::text::damage::is_blank;
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
    /// The hexadecimal digits of an ECDSA signature in DER, which states its length.
    HexDer,
}

impl Encoding {
    fn is_hex(self) -> bool {
        matches!(self, Encoding::Hex | Encoding::HexDer)
    }

    fn contains(self, byte: u8) -> bool {
        match self {
            Encoding::Hex | Encoding::HexDer => byte.is_ascii_hexdigit(),
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
    // In base64, a space can be a `+`.
    let is_wrapped = encoding.is_hex() && signature.contains(is_blank);
    let joined = is_wrapped.then(|| signature.replace(is_blank, ""));
    if is_wrapped {
        let message = "the signature contains a space, as after line wrapping; remove it";
        problems.add(ProblemKind::Space, message);
    }
    let signature = joined.as_deref().unwrap_or(signature);
    if !signature.bytes().all(|byte| encoding.contains(byte)) {
        let message = if signature.contains(' ') {
            "the signature contains a space, which was a `+`; encode `+` as %2B in a URL"
        } else {
            "the signature contains an invalid character; it was changed, or text was added to it"
        };
        problems.add(ProblemKind::SignatureAlphabet, message);
    }
    let length = signature.chars().count();
    let stated_len = match encoding {
        Encoding::HexDer => stated_len(signature).filter(|length| expected_len.contains(length)),
        _ => None,
    };
    let min = stated_len.as_ref().unwrap_or(expected_len.start());
    let max = stated_len.as_ref().unwrap_or(expected_len.end());
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

/// Returns the number of digits of a signature in DER. Its second byte is the number of bytes that
/// follow.
fn stated_len(signature: &str) -> Option<usize> {
    let digits = signature.strip_prefix("30")?.get(..2)?;
    let bytes = usize::from_str_radix(digits, 16).ok()?;
    bytes.checked_add(2)?.checked_mul(2)
}
