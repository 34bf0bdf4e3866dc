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
pub(crate) struct PrivateKey(Private);

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey(Public);

#[derive(Clone)]
enum Private {
    #[cfg(feature = "rsa")]
    Rsa(RsaPrivateKey),
    #[cfg(feature = "p256")]
    P256(P256PrivateKey),
}

#[derive(Clone, PartialEq, Eq)]
enum Public {
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
        match self.0 {
            #[cfg(feature = "rsa")]
            Private::Rsa(_) => PrivateKeyKind::Rsa,
            #[cfg(feature = "p256")]
            Private::P256(_) => PrivateKeyKind::P256,
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
        let signature = match self.0 {
            #[cfg(feature = "rsa")]
            Private::Rsa(ref key) => key.sign(&hash.digest(message))?,
            #[cfg(feature = "p256")]
            Private::P256(ref key) => key.sign(hash.digest(message).as_bytes())?,
        };
        Ok(Signature::Other(signature))
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        PublicKey(match self.0 {
            #[cfg(feature = "rsa")]
            Private::Rsa(ref key) => Public::Rsa(key.public_key()),
            #[cfg(feature = "p256")]
            Private::P256(ref key) => Public::P256(key.public_key()),
        })
    }
}

#[cfg_attr(
    not(any(feature = "rsa", feature = "p256")),
    allow(unused_variables, reason = "there are no keys")
)]
impl PublicKey {
    pub(crate) fn kind(&self) -> PrivateKeyKind {
        match self.0 {
            #[cfg(feature = "rsa")]
            Public::Rsa(_) => PrivateKeyKind::Rsa,
            #[cfg(feature = "p256")]
            Public::P256(_) => PrivateKeyKind::P256,
        }
    }

    /// Returns the size of an RSA key.
    pub(crate) fn rsa_bits(&self) -> Option<usize> {
        match self.0 {
            #[cfg(feature = "rsa")]
            Public::Rsa(ref key) => Some(key.bits()),
            #[cfg(feature = "p256")]
            Public::P256(_) => None,
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
        match self.0 {
            #[cfg(feature = "rsa")]
            Public::Rsa(ref key) => key.verify(&hash.digest(message), signature),
            #[cfg(feature = "p256")]
            Public::P256(ref key) => key.verify(hash.digest(message).as_bytes(), signature),
        }
    }
}

#[cfg(feature = "rsa")]
impl From<RsaPrivateKey> for PrivateKey {
    fn from(key: RsaPrivateKey) -> Self {
        PrivateKey(Private::Rsa(key))
    }
}

#[cfg(feature = "p256")]
impl From<P256PrivateKey> for PrivateKey {
    fn from(key: P256PrivateKey) -> Self {
        PrivateKey(Private::P256(key))
    }
}

#[cfg(feature = "rsa")]
impl From<RsaPublicKey> for PublicKey {
    fn from(key: RsaPublicKey) -> Self {
        PublicKey(Public::Rsa(key))
    }
}

#[cfg(feature = "p256")]
impl From<P256PublicKey> for PublicKey {
    fn from(key: P256PublicKey) -> Self {
        PublicKey(Public::P256(key))
    }
}
