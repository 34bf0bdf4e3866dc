//! Received signatures, decoded strictly: one text for each signature.

use crate::crypto::{Message, SigningKey};
use crate::text::percent::Component;
use crate::text::{base64, hex};

/// Bytes of the longest text of a signature: hexadecimal digits of an HMAC-SHA256.
const MAX_TEXT: usize = 64;

/// Returns whether 64 lowercase hexadecimal digits are the signature of a message.
pub(super) fn verify_hex(
    key: &SigningKey,
    message: &(impl Message + ?Sized),
    signature: Component<'_>,
) -> bool {
    decode_hex(signature).is_some_and(|signature| key.verify(message, &signature))
}

/// Returns whether base64 with padding is the signature of a message.
pub(super) fn verify_base64(
    key: &SigningKey,
    message: &(impl Message + ?Sized),
    signature: Component<'_>,
) -> bool {
    let mut buffer = [0; MAX_TEXT];
    decode_base64(signature, &mut buffer).is_some_and(|signature| key.verify(message, signature))
}

/// Decodes 64 lowercase hexadecimal digits.
fn decode_hex(signature: Component<'_>) -> Option<[u8; 32]> {
    let mut buffer = [0; MAX_TEXT];
    hex::decode(unescape(signature, &mut buffer)?)
}

/// Decodes the base64 of an HMAC, with padding.
fn decode_base64<'b>(signature: Component<'_>, buffer: &'b mut [u8; MAX_TEXT]) -> Option<&'b [u8]> {
    let mut text = [0; MAX_TEXT];
    base64::decode_into(unescape(signature, &mut text)?, buffer)
}

/// Decodes percent escapes, into a buffer if there are any. A text that is longer than the buffer
/// isn't a signature.
fn unescape<'b>(signature: Component<'b>, buffer: &'b mut [u8; MAX_TEXT]) -> Option<&'b [u8]> {
    if !signature.is_escaped() {
        return Some(signature.text().as_bytes());
    }
    let mut length = 0usize;
    for byte in signature.decoded() {
        *buffer.get_mut(length)? = byte;
        length = length.saturating_add(1);
    }
    buffer.get(..length)
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, decode_base64, decode_hex};
    use crate::text::percent::Component;

    #[test]
    fn a_signature_has_one_hexadecimal_text() {
        let digits = "0123456789abcdef".repeat(4);
        assert!(decode_hex(Component::Raw(&digits)).is_some());
        let escaped = digits.replacen('0', "%30", 1);
        assert!(decode_hex(Component::Encoded(&escaped)).is_some());
        for bad in [
            digits.to_uppercase(),
            digits[1..].into(),
            digits.clone() + "0",
            digits.replace('f', "g"),
            escaped,
        ] {
            assert_eq!(decode_hex(Component::Raw(&bad)), None, "{bad}");
        }
    }

    #[test]
    fn a_signature_has_one_base64_text() {
        let decode = |text| {
            let mut buffer = [0; MAX_TEXT];
            decode_base64(text, &mut buffer).map(<[u8]>::len)
        };
        let good = "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=";
        assert_eq!(decode(Component::Raw(good)), Some(20));
        let escaped = Component::Encoded("qgk2%2B6Sv9%2FoM7G3qLEjTH1a1l1g%3D");
        assert_eq!(decode(escaped), Some(20));
        // Without padding, with unused bits that are set, in the other alphabet, and with white
        // space.
        for bad in [
            "qgk2+6Sv9/oM7G3qLEjTH1a1l1g",
            "qgk2+6Sv9/oM7G3qLEjTH1a1l1h=",
            "qgk2-6Sv9_oM7G3qLEjTH1a1l1g=",
            " qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
        ] {
            assert_eq!(decode(Component::Raw(bad)), None, "{bad}");
        }
    }
}
