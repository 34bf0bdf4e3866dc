//! Hashes, keys that sign and verify, and the cache of signing keys.
//!
//! The text that is signed is written by callers.

#![cfg_attr(
    not(all(feature = "cloudfront", feature = "rsa", feature = "p256")),
    allow(
        dead_code,
        reason = "only CloudFront uses all of the hashes and private keys"
    )
)]

/// The atomics of [`seq_lock`]. `tests/loom` compiles that file with those of loom.
use core::sync::atomic;

mod algorithm;
mod block_hash;
#[cfg(any(feature = "checksums", feature = "event-stream"))]
mod crc32;
mod hash;
mod hmac;
mod key_cache;
mod message;
#[cfg(feature = "p256")]
mod p256_key;
#[cfg(any(feature = "rsa", feature = "p256"))]
mod pem;
mod private_key;
#[cfg(feature = "rsa")]
mod rsa_key;
mod secret_access_key;
mod seq_lock;
mod signature;
mod signing_key;

pub use algorithm::Algorithm;
pub(crate) use block_hash::{BlockHash, Hasher, Sha1, Sha256, sha256, sha256_of};
#[cfg(any(feature = "checksums", feature = "event-stream"))]
pub(crate) use crc32::CRC32;
pub use hash::Hash;
pub(crate) use hmac::HmacSha256Key;
pub(crate) use key_cache::CacheLabel;
pub(crate) use message::Message;
#[cfg(feature = "sigv4a")]
pub(crate) use p256_key::P256PrivateKey;
#[cfg(any(feature = "rsa", feature = "p256"))]
pub(crate) use pem::{parse_private_key, parse_public_key};
pub(crate) use private_key::{PrivateKey, PrivateKeyKind, PublicKey};
pub(crate) use secret_access_key::SecretAccessKey;
pub(crate) use signature::Signature;
pub(crate) use signing_key::SigningKey;
