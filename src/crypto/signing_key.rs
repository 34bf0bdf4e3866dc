//! Keys that are ready to sign and to verify. The key decides the algorithm.

use super::hash::Hash;
use super::hmac::{HmacSha1Key, HmacSha256Key};
use super::message::Message;
use super::private_key::PrivateKey;
use super::signature::Signature;
use crate::error::Error;
use alloc::vec::Vec;

/// A key, ready to sign.
#[derive(Clone)]
pub(crate) enum SigningKey {
    /// For SigV4 it is derived from the secret and the scope (`v4::sigv4_key`).
    HmacSha256(HmacSha256Key),
    HmacSha1(HmacSha1Key),
    /// A private key that signs with SHA-256.
    Private(PrivateKey),
}

impl SigningKey {
    /// Returns the key for messages that begin with a text, and the end of that text, with which
    /// the messages then begin. HMAC keeps the whole blocks before it.
    pub(crate) fn with_start(self, start: Vec<u8>) -> (Self, Vec<u8>) {
        let (blocks, rest) = start.as_chunks();
        let key = match self {
            SigningKey::HmacSha256(key) => SigningKey::HmacSha256(key.with_prefix(blocks)),
            SigningKey::HmacSha1(key) => SigningKey::HmacSha1(key.with_prefix(blocks)),
            SigningKey::Private(_) => return (self, start),
        };
        (key, rest.into())
    }

    /// Returns the signature of a message.
    ///
    /// # Errors
    /// Returns the errors of [`PrivateKey::sign`]. HMAC has none.
    #[inline]
    pub(crate) fn sign(&self, message: &(impl Message + ?Sized)) -> Result<Signature, Error> {
        match self {
            SigningKey::HmacSha256(key) => Ok(Signature::HmacSha256(
                key.sign(|hasher| message.write(hasher)),
            )),
            SigningKey::HmacSha1(key) => Ok(Signature::HmacSha1(
                key.sign(|hasher| message.write(hasher)),
            )),
            SigningKey::Private(key) => key.sign(Hash::Sha256, message),
        }
    }

    /// Returns whether a signature is that of the message, for HMAC in a time that doesn't depend
    /// on where the two differ.
    pub(crate) fn verify(&self, message: &(impl Message + ?Sized), signature: &[u8]) -> bool {
        match self {
            SigningKey::HmacSha256(key) => key.verify(message, signature),
            SigningKey::HmacSha1(key) => key.verify(message, signature),
            SigningKey::Private(key) => key.public_key().verify(Hash::Sha256, message, signature),
        }
    }
}
