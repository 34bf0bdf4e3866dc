//! Hashes that are signed with a private key.

use super::block_hash::{Hasher, Sha1, Sha256};
use super::message::Message;

/// The hash of a signature with a private key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1. Signatures with it are the only ones that older servers know.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
}

/// The digest of a message.
pub(crate) enum Digest {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

impl Hash {
    pub(crate) fn digest(self, message: &(impl Message + ?Sized)) -> Digest {
        match self {
            Hash::Sha1 => {
                let mut hasher = Hasher::<Sha1>::new();
                message.write(&mut hasher);
                Digest::Sha1(hasher.finish())
            }
            Hash::Sha256 => {
                let mut hasher = Hasher::<Sha256>::new();
                message.write(&mut hasher);
                Digest::Sha256(hasher.finish())
            }
        }
    }
}

impl Digest {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Digest::Sha1(bytes) => bytes,
            Digest::Sha256(bytes) => bytes,
        }
    }
}
