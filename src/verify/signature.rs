//! Received signatures, decoded strictly: one text for each signature.

use crate::crypto::{Hash, Message, PublicKey, SigningKey};
use crate::scheme::v4_scheme::V4Scheme;
use crate::text::percent::Component;
use crate::text::{base64, hex};
use crate::v4::{Scope, private_key};
use crate::verifying_key::VerifyingKey;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The length of the longest HMAC signature: an HMAC-SHA256 in hexadecimal digits.
const MAX_HMAC_TEXT: usize = 64;

/// Returns whether lowercase hexadecimal digits are the signature of a message, with the key of a
/// scope.
pub(super) fn verify_v4(
    scope: &Scope<'_>,
    key: &VerifyingKey<'_>,
    message: &(impl Message + ?Sized),
    signature: Component<'_>,
) -> bool {
    let scheme = scope.scheme();
    if scheme.private_key.is_none() {
        let (Some(secret), Some(signature)) = (key.secret_access_key(), decode_hex(signature))
        else {
            return false;
        };
        return scope.hmac_key(secret).verify(message, &signature);
    }
    let signature = decode_long_hex(signature, *scheme.signature_len.end());
    match (public_key(scheme, key), signature) {
        (Some(key), Some(signature)) => key.verify(Hash::Sha256, message, &signature),
        _ => false,
    }
}

/// Returns the public key that verifies the signatures of a scheme.
fn public_key<'k>(scheme: &V4Scheme, key: &'k VerifyingKey<'_>) -> Option<Cow<'k, PublicKey>> {
    let public_key = match key.credentials() {
        Some(credentials) => Cow::Owned(private_key(scheme, credentials).ok()?.public_key()),
        None => key.public_key()?,
    };
    (scheme.private_key == Some(public_key.kind())).then_some(public_key)
}

/// Returns whether base64 with padding is the signature of a message.
pub(super) fn verify_v2(
    key: &SigningKey,
    message: &(impl Message + ?Sized),
    signature: Component<'_>,
) -> bool {
    let mut buffer = [0; MAX_HMAC_TEXT];
    decode_base64(signature, &mut buffer).is_some_and(|signature| key.verify(message, signature))
}

/// Decodes 64 lowercase hexadecimal digits.
fn decode_hex(signature: Component<'_>) -> Option<[u8; 32]> {
    let mut buffer = [0; MAX_HMAC_TEXT];
    hex::decode(unescape(signature, &mut buffer)?)
}

/// Decodes at most `max` lowercase hexadecimal digits.
fn decode_long_hex(signature: Component<'_>, max: usize) -> Option<Vec<u8>> {
    let text = signature.to_text().filter(|text| text.len() <= max)?;
    let mut bytes = alloc::vec![0; text.len() / 2];
    hex::decode_into(&text, &mut bytes)?;
    Some(bytes)
}

/// Decodes the base64 of an HMAC, with padding.
fn decode_base64<'b>(
    signature: Component<'_>,
    buffer: &'b mut [u8; MAX_HMAC_TEXT],
) -> Option<&'b [u8]> {
    let mut text = [0; MAX_HMAC_TEXT];
    base64::decode_into(unescape(signature, &mut text)?, buffer)
}

/// Decodes percent escapes, into a buffer if there are any. A text that is longer than the buffer
/// isn't a signature.
fn unescape<'b>(signature: Component<'b>, buffer: &'b mut [u8; MAX_HMAC_TEXT]) -> Option<&'b [u8]> {
    if !signature.is_escaped() {
        return Some(signature.text().as_bytes());
    }
    let mut length = Some(0usize);
    signature.decode(|piece| {
        length = length.and_then(|start| {
            let end = start.saturating_add(piece.len());
            buffer.get_mut(start..end)?.copy_from_slice(piece);
            Some(end)
        });
    });
    buffer.get(..length?)
}

#[cfg(test)]
mod tests {
    use super::{MAX_HMAC_TEXT, decode_base64, decode_hex};
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
            let mut buffer = [0; MAX_HMAC_TEXT];
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
