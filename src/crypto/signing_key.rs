//! Algorithms, and symmetric keys that sign and verify. The key decides the algorithm.

use super::hmac::{HmacSha1Key, HmacSha256Key};
use super::signature::Signature;
use crate::text::sink::Sink;
use ctutils::CtEq as _;

/// The algorithm of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256. Under SigV4 its key is derived from the secret access key and the scope.
    HmacSha256,
    /// HMAC with SHA-1. Its key is the secret access key.
    HmacSha1,
    /// RSA with PKCS #1 v1.5 padding and SHA-256.
    RsaSha256,
    /// RSA with PKCS #1 v1.5 padding and SHA-1.
    RsaSha1,
    /// ECDSA on P-256 with SHA-256. Signatures are DER.
    EcdsaSha256,
    /// ECDSA on P-256 with SHA-1. Signatures are DER.
    EcdsaSha1,
}

/// A symmetric key, ready to sign. For SigV4 it is derived from the secret and the scope.
#[derive(Clone)]
pub(crate) enum SigningKey {
    HmacSha256(HmacSha256Key),
    HmacSha1(HmacSha1Key),
}

/// Text that is signed. It is written into the algorithm's hash.
pub(crate) trait Message {
    fn write(&self, sink: &mut impl Sink);
}

impl SigningKey {
    /// Returns the key for messages that begin with these blocks, which are then left out of the
    /// message.
    pub(crate) fn with_prefix(self, blocks: &[[u8; 64]]) -> Self {
        match self {
            SigningKey::HmacSha256(key) => SigningKey::HmacSha256(key.with_prefix(blocks)),
            SigningKey::HmacSha1(key) => SigningKey::HmacSha1(key.with_prefix(blocks)),
        }
    }

    /// Returns the signature of a message.
    #[inline]
    pub(crate) fn sign(&self, message: &(impl Message + ?Sized)) -> Signature {
        match self {
            SigningKey::HmacSha256(key) => {
                Signature::HmacSha256(key.sign(|hasher| message.write(hasher)))
            }
            SigningKey::HmacSha1(key) => {
                Signature::HmacSha1(key.sign(|hasher| message.write(hasher)))
            }
        }
    }

    /// Returns whether a signature is that of the message, in a time that doesn't depend on where
    /// the two differ.
    pub(crate) fn verify(&self, message: &(impl Message + ?Sized), signature: &[u8]) -> bool {
        self.sign(message).as_bytes().ct_eq(signature).to_bool()
    }
}

/// A message that is in memory as a whole.
impl Message for str {
    fn write(&self, sink: &mut impl Sink) {
        sink.text(self);
    }
}

impl Message for [u8] {
    fn write(&self, sink: &mut impl Sink) {
        sink.bytes(self);
    }
}
