//! SigV4's signing key ([Derive a signing
//! key](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key)).

use crate::crypto::HmacSha256Key;
use crate::scheme::v4_scheme::V4Scheme;
use crate::text::sink::Sink as _;
use alloc::string::String;
use zeroize::{Zeroize as _, Zeroizing};

/// Returns the signing key
/// `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
/// `Scope::hmac_key` caches it.
pub(super) fn derive_key(
    scheme: &V4Scheme,
    secret: &str,
    date: &str,
    region: &str,
    service: &str,
) -> HmacSha256Key {
    let mut key = first_key(scheme, secret);
    for step in [date, region, service, scheme.terminator] {
        let mut bytes = key.sign(|hasher| hasher.text(step));
        key = HmacSha256Key::new(&bytes);
        bytes.zeroize();
    }
    key
}

/// Returns the HMAC key with which every derivation begins: `"AWS4" + secret`.
pub(super) fn first_key(scheme: &V4Scheme, secret: &str) -> HmacSha256Key {
    let length = scheme.key_prefix.len().saturating_add(secret.len());
    let mut key = Zeroizing::new(String::with_capacity(length));
    key.push_str(scheme.key_prefix);
    key.push_str(secret);
    HmacSha256Key::new(key.as_bytes())
}
