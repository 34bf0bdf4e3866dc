//! Hashes and encodings by other crates, so that the library isn't compared with itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use presign::{Algorithm, Unsigned};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// Returns the raw bytes of a signature by a remote key.
pub fn remote_signature<T>(unsigned: &Unsigned<T>, secret: &str) -> Vec<u8> {
    let message = unsigned.string_to_sign();
    match (unsigned.algorithm(), unsigned.scope()) {
        (Algorithm::HmacSha256, Some(scope)) => {
            let mut key = format!("AWS4{secret}").into_bytes();
            for part in scope.split('/') {
                key = hmac_sha256(&key, part.as_bytes());
            }
            hmac_sha256(&key, message)
        }
        (Algorithm::HmacSha256, None) => hmac_sha256(secret.as_bytes(), message),
        (Algorithm::HmacSha1, None) => hmac_sha1(secret.as_bytes(), message),
        other => panic!("no key for {other:?}"),
    }
}

pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

pub fn hmac_sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

pub fn sha256_hex(message: impl AsRef<[u8]>) -> String {
    hex(Sha256::digest(message.as_ref()))
}

pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Percent-encodes by RFC 3986: every byte except the unreserved characters.
pub fn percent_encoded(text: impl AsRef<[u8]>) -> String {
    let encode = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(*byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.as_ref().iter().map(encode).collect()
}
