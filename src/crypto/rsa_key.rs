//! RSA keys that sign with PKCS #1 v1.5 padding ([RFC 8017, section
//! 8.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2)).

use super::hash::Digest;
use crate::error::{Error, error};
use alloc::sync::Arc;
use alloc::vec::Vec;
use rsa::traits::PublicKeyParts as _;

/// The sizes of keys in bits. Smaller ones are not secure, and larger ones only slow.
const BITS: core::ops::RangeInclusive<u32> = 2048..=4096;

/// A private key. It is overwritten when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct RsaPrivateKey(Arc<rsa::PrivateKey>);

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RsaPublicKey(rsa::PublicKey);

impl RsaPrivateKey {
    pub(super) fn new(key: rsa::PrivateKey) -> Result<Self, Error> {
        check_size(key.as_public_key())?;
        Ok(RsaPrivateKey(Arc::new(key)))
    }

    /// Signs a digest. The operation is blinded, except on `wasm32-unknown-unknown`, which has no
    /// source of randomness.
    ///
    /// # Errors
    /// [`ErrorKind::Signature`](crate::ErrorKind::Signature) if the operating system has no
    /// randomness, or if a fault of the machine made the signature wrong.
    pub(crate) fn sign(&self, digest: &Digest) -> Result<Vec<u8>, Error> {
        let signature = match digest {
            Digest::Sha1(bytes) => self.0.pkcs1v15_sign_prehash::<sha1::Sha1>(bytes),
            Digest::Sha256(bytes) => self.0.pkcs1v15_sign_prehash::<sha2::Sha256>(bytes),
        };
        signature.map_err(|error| error!(Signature, "the RSA key can't sign: {error}"))
    }

    pub(crate) fn public_key(&self) -> RsaPublicKey {
        RsaPublicKey(self.0.to_public_key())
    }
}

impl RsaPublicKey {
    pub(super) fn new(key: rsa::PublicKey) -> Result<Self, Error> {
        check_size(&key)?;
        Ok(RsaPublicKey(key))
    }

    pub(crate) fn bits(&self) -> usize {
        usize::try_from(self.0.n().bit_width()).unwrap_or(usize::MAX)
    }

    pub(crate) fn verify(&self, digest: &Digest, signature: &[u8]) -> bool {
        let result = match digest {
            Digest::Sha1(bytes) => {
                let key = &self.0;
                key.pkcs1v15_verify_prehash::<sha1::Sha1>(bytes, signature)
            }
            Digest::Sha256(bytes) => {
                let key = &self.0;
                key.pkcs1v15_verify_prehash::<sha2::Sha256>(bytes, signature)
            }
        };
        result.is_ok()
    }
}

fn check_size(key: &rsa::PublicKey) -> Result<(), Error> {
    let bits = key.n().bit_width();
    if BITS.contains(&bits) {
        Ok(())
    } else {
        Err(error!(
            Credentials,
            "the RSA key has {bits} bits; use one of {} to {}",
            BITS.start(),
            BITS.end()
        ))
    }
}
