//! A signature's bytes, and their text forms.

use crate::text::base64;
use crate::text::hex::{self, Hex};
use crate::text::percent::PercentEncoded;
use crate::text::sink::Sink;
use alloc::string::String;
use alloc::vec::Vec;

/// The raw bytes of a signature: an HMAC in place, or a longer signature of another algorithm.
///
/// It doesn't implement `PartialEq`; [`SigningKey::verify`](super::signing_key::SigningKey::verify)
/// compares in constant time.
#[derive(Clone)]
pub(crate) enum Signature {
    HmacSha256([u8; 32]),
    HmacSha1([u8; 20]),
    /// A signature that was made elsewhere.
    Other(Vec<u8>),
}

impl Signature {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Signature::HmacSha256(bytes) => bytes,
            Signature::HmacSha1(bytes) => bytes,
            Signature::Other(bytes) => bytes,
        }
    }

    /// Writes lowercase hexadecimal digits, the form of SigV4.
    pub(crate) fn write_hex(&self, sink: &mut impl Sink) {
        match self {
            Signature::HmacSha256(bytes) => sink.text(Hex::new(bytes).as_str()),
            other => {
                for byte in other.as_bytes() {
                    let digits = hex::digits(*byte);
                    sink.text(core::str::from_utf8(&digits).unwrap_or_default());
                }
            }
        }
    }

    /// Writes base64, the form of SigV2.
    pub(crate) fn write_base64(&self, sink: &mut impl Sink) {
        /// The length of the base64 of 48 bytes.
        const MAX_SHORT: usize = 64;
        let bytes = self.as_bytes();
        if bytes.len().div_ceil(3).saturating_mul(4) <= MAX_SHORT {
            sink.text(base64::encode_into(bytes, &mut [0; MAX_SHORT]));
        } else {
            let mut text = String::new();
            base64::write(bytes, &mut text);
            sink.text(&text);
        }
    }

    /// Writes base64 as the value of a query parameter.
    pub(crate) fn write_base64_encoded(&self, sink: &mut impl Sink) {
        self.write_base64(&mut PercentEncoded(sink));
    }
}
