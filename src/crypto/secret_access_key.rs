//! A secret access key, with the keys that were derived from it.

use super::hmac::HmacSha1Key;
use super::key_cache::KeyCache;
#[cfg(feature = "sigv4a")]
use super::private_key::PrivateKey;
#[cfg(feature = "azure")]
use super::signing_key::SigningKey;
use alloc::boxed::Box;
use ctutils::CtEq as _;
#[cfg(any(feature = "azure", feature = "sigv4a"))]
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// A secret access key. It is overwritten when it is dropped, with all keys derived from it.
pub(crate) struct SecretAccessKey {
    text: Zeroizing<Box<str>>,
    /// Keys of SigV4.
    derived_keys: KeyCache,
    /// The key of SigV2, which is the secret itself.
    hmac_sha1_key: HmacSha1Key,
    /// The HMAC key that the secret encodes in base64, or `None` if it isn't base64.
    #[cfg(feature = "azure")]
    base64_key: OnceLock<Option<SigningKey>>,
    /// The key of SigV4a; `None` if there is none.
    #[cfg(feature = "sigv4a")]
    p256_key: OnceLock<Option<PrivateKey>>,
}

impl SecretAccessKey {
    pub(crate) fn new(text: &str) -> Self {
        SecretAccessKey {
            // A boxed text has no spare capacity in which a part of the secret could remain.
            text: Zeroizing::new(Box::from(text)),
            derived_keys: KeyCache::new(),
            hmac_sha1_key: HmacSha1Key::new(text.as_bytes()),
            #[cfg(feature = "azure")]
            base64_key: OnceLock::new(),
            #[cfg(feature = "sigv4a")]
            p256_key: OnceLock::new(),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn derived_keys(&self) -> &KeyCache {
        &self.derived_keys
    }

    pub(crate) fn hmac_sha1_key(&self) -> &HmacSha1Key {
        &self.hmac_sha1_key
    }

    /// Returns the HMAC key that the secret encodes in base64. It is decoded on first use.
    #[cfg(feature = "azure")]
    pub(crate) fn base64_key(
        &self,
        decode: impl FnOnce() -> Option<SigningKey>,
    ) -> Option<&SigningKey> {
        self.base64_key.get_or_init(decode).as_ref()
    }

    /// Returns the key of SigV4a. It is derived on first use.
    #[cfg(feature = "sigv4a")]
    pub(crate) fn p256_key(
        &self,
        derive: impl FnOnce() -> Option<PrivateKey>,
    ) -> Option<PrivateKey> {
        self.p256_key.get_or_init(derive).clone()
    }

    /// Returns whether both are equal, in a time that doesn't depend on where they differ.
    pub(crate) fn ct_eq(&self, other: &Self) -> bool {
        self.text.as_bytes().ct_eq(other.text.as_bytes()).to_bool()
    }
}
