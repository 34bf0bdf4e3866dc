//! Private keys that sign, and their public keys that verify.
//!
//! Without the features `rsa` and `p256` both types have no values.

use super::algorithm::Algorithm;
use super::hash::Hash;
use super::message::Message;
#[cfg(feature = "p256")]
use super::p256_key::{P256PrivateKey, P256PublicKey};
#[cfg(feature = "rsa")]
use super::rsa_key::{RsaPrivateKey, RsaPublicKey};
use super::signature::Signature;
use crate::error::Error;

/// The kind of a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrivateKeyKind {
    Rsa,
    P256,
}

impl PrivateKeyKind {
    /// Returns the algorithm of signatures with a hash.
    pub(crate) fn algorithm(self, hash: Hash) -> Algorithm {
        match (self, hash) {
            (PrivateKeyKind::Rsa, Hash::Sha1) => Algorithm::RsaSha1,
            (PrivateKeyKind::Rsa, Hash::Sha256) => Algorithm::RsaSha256,
            (PrivateKeyKind::P256, Hash::Sha1) => Algorithm::EcdsaSha1,
            (PrivateKeyKind::P256, Hash::Sha256) => Algorithm::EcdsaSha256,
        }
    }
}

/// A private key. Clones are cheap.
#[derive(Clone)]
pub(crate) enum PrivateKey {
    #[cfg(feature = "rsa")]
    Rsa(RsaPrivateKey),
    #[cfg(feature = "p256")]
    P256(P256PrivateKey),
}

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    #[cfg(feature = "rsa")]
    Rsa(RsaPublicKey),
    #[cfg(feature = "p256")]
    P256(P256PublicKey),
}

#[cfg_attr(
    not(any(feature = "rsa", feature = "p256")),
    allow(unused_variables, unreachable_code, reason = "there are no keys")
)]
impl PrivateKey {
    pub(crate) fn kind(&self) -> PrivateKeyKind {
        match *self {
            #[cfg(feature = "rsa")]
            PrivateKey::Rsa(_) => PrivateKeyKind::Rsa,
            #[cfg(feature = "p256")]
            PrivateKey::P256(_) => PrivateKeyKind::P256,
        }
    }

    /// Returns the signature of a message.
    ///
    /// # Errors
    /// [`ErrorKind::Signature`](crate::ErrorKind::Signature) if the operating system has no
    /// randomness for the blinding of RSA.
    pub(crate) fn sign(
        &self,
        hash: Hash,
        message: &(impl Message + ?Sized),
    ) -> Result<Signature, Error> {
        let signature = match *self {
            #[cfg(feature = "rsa")]
            PrivateKey::Rsa(ref key) => key.sign(&hash.digest(message))?,
            #[cfg(feature = "p256")]
            PrivateKey::P256(ref key) => key.sign(hash.digest(message).as_bytes())?,
        };
        Ok(Signature::Other(signature))
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        match *self {
            #[cfg(feature = "rsa")]
            PrivateKey::Rsa(ref key) => PublicKey::Rsa(key.public_key()),
            #[cfg(feature = "p256")]
            PrivateKey::P256(ref key) => PublicKey::P256(key.public_key()),
        }
    }
}

#[cfg_attr(
    not(any(feature = "rsa", feature = "p256")),
    allow(unused_variables, reason = "there are no keys")
)]
impl PublicKey {
    pub(crate) fn kind(&self) -> PrivateKeyKind {
        match *self {
            #[cfg(feature = "rsa")]
            PublicKey::Rsa(_) => PrivateKeyKind::Rsa,
            #[cfg(feature = "p256")]
            PublicKey::P256(_) => PrivateKeyKind::P256,
        }
    }

    /// Returns the size of an RSA key.
    pub(crate) fn rsa_bits(&self) -> Option<usize> {
        match *self {
            #[cfg(feature = "rsa")]
            PublicKey::Rsa(ref key) => Some(key.bits()),
            #[cfg(feature = "p256")]
            PublicKey::P256(_) => None,
        }
    }

    /// Returns whether a signature is one of a message. The time may depend on all three, because
    /// none is secret.
    pub(crate) fn verify(
        &self,
        hash: Hash,
        message: &(impl Message + ?Sized),
        signature: &[u8],
    ) -> bool {
        match *self {
            #[cfg(feature = "rsa")]
            PublicKey::Rsa(ref key) => key.verify(&hash.digest(message), signature),
            #[cfg(feature = "p256")]
            PublicKey::P256(ref key) => key.verify(hash.digest(message).as_bytes(), signature),
        }
    }
}
