//! HMAC keys ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) that are used many times.
//!
//! A key is kept as the two hash states after its padded blocks, so a signature costs the blocks of
//! its message and one more. This is our own code for two reasons. The message goes through the
//! [`Hasher`] of this module. And the states are plain words, which [`KeyCache`](super::KeyCache)
//! shares between threads; the state of `hmac`'s `HmacCore` can't be read. See DESIGN.md for the
//! cost of `HmacCore`.

use super::block_hash::{BLOCK, BlockHash, Hasher, Sha1, Sha256, pad, to_digest};
use super::message::Message;
use core::slice;
use ctutils::CtEq as _;
use zeroize::{Zeroize as _, Zeroizing};

/// An HMAC key, possibly with the beginning of its messages.
#[derive(Clone)]
pub(crate) struct HmacKey<H: BlockHash> {
    inner: H::State,
    /// Bytes that were hashed into `inner`: the padded key and the beginning of the messages.
    hashed: u64,
    outer: H::State,
}

/// A key of HMAC-SHA256.
pub(crate) type HmacSha256Key = HmacKey<Sha256>;

/// A key of HMAC-SHA1.
pub(crate) type HmacSha1Key = HmacKey<Sha1>;

impl<H: BlockHash> HmacKey<H> {
    pub(crate) fn new(key: &[u8]) -> Self {
        const INNER_PAD: u8 = 0x36;
        const OUTER_PAD: u8 = 0x5c;
        let mut block = Zeroizing::new([0; BLOCK]);
        if let Some(space) = block.get_mut(..key.len()) {
            space.copy_from_slice(key);
        } else {
            // A key that is longer than a block is hashed first.
            let mut hasher = Hasher::<H>::new();
            hasher.update(key);
            let mut digest = hasher.finish();
            for (space, byte) in block.iter_mut().zip(digest.as_ref()) {
                *space = *byte;
            }
            digest.as_mut().zeroize();
            hasher.zeroize();
        }
        let (mut inner, mut outer) = (H::INITIAL, H::INITIAL);
        for byte in block.iter_mut() {
            *byte ^= INNER_PAD;
        }
        // A block is borrowed, because a copy on the stack wouldn't be overwritten.
        H::compress(&mut inner, slice::from_ref(&*block));
        for byte in block.iter_mut() {
            *byte ^= INNER_PAD ^ OUTER_PAD;
        }
        H::compress(&mut outer, slice::from_ref(&*block));
        HmacKey {
            inner,
            hashed: BLOCK as u64,
            outer,
        }
    }

    /// Returns the key for messages that begin with these blocks, which `sign` then omits.
    pub(crate) fn with_prefix(mut self, blocks: &[[u8; BLOCK]]) -> Self {
        H::compress(&mut self.inner, blocks);
        let bytes = blocks.as_flattened().len() as u64;
        self.hashed = self.hashed.wrapping_add(bytes);
        self
    }

    /// Returns the HMAC of the message that `write` writes.
    #[inline]
    pub(crate) fn sign(&self, write: impl FnOnce(&mut Hasher<H>)) -> H::Digest {
        let mut hasher = Hasher::resume(self.inner, self.hashed);
        write(&mut hasher);
        let digest = hasher.finish();
        let digest = digest.as_ref();

        // The outer message is the padded key and one digest, so it ends in the second block.
        let mut block = [0; BLOCK];
        if let Some((space, padding)) = block.split_at_mut_checked(digest.len()) {
            space.copy_from_slice(digest);
            let bytes = BLOCK.saturating_add(digest.len()) as u64;
            pad(padding, bytes.saturating_mul(8));
        }
        let mut state = self.outer;
        H::compress(&mut state, slice::from_ref(&block));
        to_digest::<H>(&state)
    }

    /// Returns whether a signature is that of the message, in a time that doesn't depend on where
    /// the two differ.
    pub(crate) fn verify(&self, message: &(impl Message + ?Sized), signature: &[u8]) -> bool {
        let own = self.sign(|hasher| message.write(hasher));
        own.as_ref().ct_eq(signature).to_bool()
    }
}

/// Words of a key of HMAC-SHA256 without a prefix.
pub(super) const KEY_WORDS: usize = 16;

impl HmacSha256Key {
    /// Returns the words that [`from_words`](Self::from_words) makes the key from. The key has no
    /// prefix.
    pub(super) fn words(&self) -> impl Iterator<Item = u32> {
        self.inner.into_iter().chain(self.outer)
    }

    pub(super) fn from_words(words: &[u32; KEY_WORDS]) -> Self {
        let (mut inner, mut outer) = ([0; 8], [0; 8]);
        let states = inner.iter_mut().chain(&mut outer);
        states.zip(words).for_each(|(state, word)| *state = *word);
        HmacKey {
            inner,
            hashed: BLOCK as u64,
            outer,
        }
    }
}

impl<H: BlockHash> Drop for HmacKey<H> {
    fn drop(&mut self) {
        self.inner.as_mut().zeroize();
        self.outer.as_mut().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::{HmacSha1Key, HmacSha256Key};
    use alloc::vec::Vec;
    use hmac::{Hmac, KeyInit as _, Mac as _};

    fn message(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at % 251) as u8).collect()
    }

    #[test]
    fn keys_and_messages_of_every_length_agree_with_hmac() {
        for length in 0..200 {
            let (key, text) = (message(length), message(length * 3));
            let mut expected = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
            expected.update(&text);
            let expected = expected.finalize().into_bytes();
            let digest = HmacSha256Key::new(&key).sign(|hasher| hasher.update(&text));
            assert_eq!(digest[..], expected[..], "{length} bytes");

            let (blocks, after) = text.as_chunks();
            let prefixed = HmacSha256Key::new(&key).with_prefix(blocks);
            let digest = prefixed.sign(|hasher| hasher.update(after));
            assert_eq!(digest[..], expected[..], "{length} bytes, prefixed");

            let mut expected = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
            expected.update(&text);
            let expected = expected.finalize().into_bytes();
            let digest = HmacSha1Key::new(&key).sign(|hasher| hasher.update(&text));
            assert_eq!(digest[..], expected[..], "{length} bytes, SHA-1");
        }
    }

    #[test]
    fn a_key_is_made_from_its_words() {
        let key = HmacSha256Key::new(b"key");
        let mut words = [0; super::KEY_WORDS];
        for (slot, word) in words.iter_mut().zip(key.words()) {
            *slot = word;
        }
        let sign = |key: &HmacSha256Key| key.sign(|hasher| hasher.update(b"message"));
        assert_eq!(sign(&HmacSha256Key::from_words(&words)), sign(&key));
    }
}
