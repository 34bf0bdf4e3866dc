//! Hashes, keys that sign and verify, and the cache of signing keys.
//!
//! The text that is signed is written by callers.

/// The atomics of [`seq_lock`]. `tests/loom` compiles that file with those of loom.
use core::sync::atomic;

mod block_hash;
#[cfg(any(feature = "checksums", feature = "event-stream"))]
mod crc32;
mod hmac;
mod key_cache;
mod seq_lock;
mod signature;
mod signing_key;

pub(crate) use block_hash::{Hasher, Sha1, Sha256, sha256, sha256_of};
#[cfg(any(feature = "checksums", feature = "event-stream"))]
pub(crate) use crc32::CRC32;
pub(crate) use hmac::{HmacSha1Key, HmacSha256Key};
pub(crate) use key_cache::{CacheLabel, KeyCache};
pub(crate) use signature::Signature;
pub use signing_key::Algorithm;
pub(crate) use signing_key::{Message, SigningKey};
