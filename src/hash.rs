//! SHA-256, HMAC-SHA256 and HMAC-SHA1, as much of them as signing needs. What lives here: the padding of messages
//! and keys around the compression functions of [`sha2`] and [`sha1`]. What does not: any text of a request.
//!
//! Why not `Sha256` and `Hmac` as they come: a signing key is used for a whole day by every
//! thread, and its padded states, a few words each, can be published through atomics without a lock
//! ([`cache`](crate::cache)) only if they are plain words. And what is signed arrives in many small pieces, which
//! a buffer of several blocks turns into few calls of the compression function.

use crate::encode::{Sink, copy_lower};
use zeroize::Zeroize;

const BLOCK: usize = 64;

/// A hash function of FIPS 180-4 with blocks of 64 bytes and words of four.
pub(crate) trait Function {
    type State: Copy + AsRef<[u32]> + AsMut<[u32]>;
    type Digest: Copy + Default + AsRef<[u8]> + AsMut<[u8]>;

    /// The state before the first block.
    const START: Self::State;

    fn compress(state: &mut Self::State, blocks: &[[u8; BLOCK]]);
}

/// SigV4's.
#[derive(Clone)]
pub(crate) struct Sha256;

impl Function for Sha256 {
    type State = [u32; 8];
    type Digest = [u8; 32];

    /// Section 5.3.3.
    const START: [u32; 8] = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];

    fn compress(state: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
        sha2::block_api::compress256(state, blocks);
    }
}

/// SigV2's.
#[derive(Clone)]
pub(crate) struct Sha1;

impl Function for Sha1 {
    type State = [u32; 5];
    type Digest = [u8; 20];

    /// Section 5.3.1.
    const START: [u32; 5] = [
        0x6745_2301,
        0xefcd_ab89,
        0x98ba_dcfe,
        0x1032_5476,
        0xc3d2_e1f0,
    ];

    fn compress(state: &mut [u32; 5], blocks: &[[u8; BLOCK]]) {
        sha1::block_api::compress(state, blocks);
    }
}

/// Blocks of message that are gathered before they are hashed.
const GATHERED: usize = 7;

/// A hash that takes its message piece by piece and hashes it several blocks at a time.
pub(crate) struct HasherOf<F: Function> {
    state: F::State,
    /// Bytes that the state stands for.
    hashed: u64,
    /// One block more than is gathered, so that the padding always fits.
    buffer: [[u8; BLOCK]; GATHERED + 1],
    filled: usize,
    /// Whether there are zeros after what is filled.
    is_clear: bool,
}

pub(crate) type Hasher = HasherOf<Sha256>;

impl<F: Function> HasherOf<F> {
    /// A hasher whose first `hashed` bytes, whole blocks, led to `state`.
    fn after_blocks(state: F::State, hashed: u64) -> Self {
        HasherOf {
            state,
            hashed,
            buffer: [[0; BLOCK]; GATHERED + 1],
            filled: 0,
            is_clear: true,
        }
    }

    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self.room(bytes.len()) {
            Some(place) => place.copy_from_slice(bytes),
            None => self.update_and_compress(bytes),
        }
    }

    /// The place of the next bytes, which are written there, if there is room for so many.
    #[inline]
    fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        let gathered = self.buffer.first_chunk_mut::<GATHERED>()?;
        // No sum of these is too large; if one were, it would not be a place.
        let end = self.filled.wrapping_add(length);
        let place = gathered.as_flattened_mut().get_mut(self.filled..end)?;
        self.filled = end;
        Some(place)
    }

    /// Takes in more than there is room for.
    #[inline(never)]
    fn update_and_compress(&mut self, bytes: &[u8]) {
        let (mut bytes, mut gathered) = (bytes, 0);
        if self.filled > 0 {
            let free = (GATHERED * BLOCK).saturating_sub(self.filled);
            let (first, rest) = bytes.split_at_checked(free).unwrap_or_default();
            if let Some(place) = self.room(first.len()) {
                place.copy_from_slice(first);
            }
            self.compress(GATHERED);
            (bytes, gathered) = (rest, GATHERED);
        }
        // What is long is hashed from where it stands.
        let (blocks, rest) = bytes.as_chunks();
        F::compress(&mut self.state, blocks);
        let hashed = gathered.saturating_add(blocks.len()).saturating_mul(BLOCK);
        self.hashed = self.hashed.wrapping_add(hashed as u64);
        (self.filled, self.is_clear) = (0, false);
        self.update(rest);
    }

    /// The digest of all that came in. It doesn't take the hasher, of no use from then on, only because that
    /// would copy its buffer.
    fn finish(&mut self) -> F::Digest {
        // FIPS 180-4, section 5.1.1: a one bit, zeros, and the length in bits at the end of a block.
        let bits = self
            .hashed
            .wrapping_add(self.filled as u64)
            .wrapping_mul(8)
            .to_be_bytes();
        let padded = self
            .filled
            .saturating_add(1)
            .saturating_add(bits.len())
            .next_multiple_of(BLOCK);
        let padding = self.buffer.as_flattened_mut().get_mut(self.filled..padded);
        if let Some((mark, zeros)) = padding.and_then(|padding| padding.split_first_mut()) {
            *mark = 0x80;
            if !self.is_clear {
                zeros.fill(0);
            }
            if let Some(length) = zeros.last_chunk_mut() {
                *length = bits;
            }
        }
        self.compress(padded / BLOCK);
        digest::<F>(&self.state)
    }

    fn compress(&mut self, blocks: usize) {
        let blocks = self.buffer.get(..blocks).unwrap_or_default();
        F::compress(&mut self.state, blocks);
    }
}

impl<F: Function> Sink for HasherOf<F> {
    fn text(&mut self, text: &str) {
        self.update(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    fn lower(&mut self, text: &str) {
        match self.room(text.len()) {
            Some(place) => copy_lower(text.as_bytes(), place),
            None => {
                for byte in text.bytes() {
                    self.update(&[byte.to_ascii_lowercase()]);
                }
            }
        }
    }

    /// All of it has its place at once, if there is room.
    #[inline]
    fn line(&mut self, name: &str, is_lower: bool, value: &[u8]) {
        let front = name.len().wrapping_add(2);
        let place = self.room(front.wrapping_add(value.len()));
        match place.and_then(|place| place.split_at_mut_checked(front)) {
            Some(([line_break, name_place @ .., colon], value_place)) => {
                *line_break = b'\n';
                match is_lower {
                    true => name_place.copy_from_slice(name.as_bytes()),
                    false => copy_lower(name.as_bytes(), name_place),
                }
                *colon = b':';
                value_place.copy_from_slice(value);
            }
            _ => {
                self.update(b"\n");
                self.lower(name);
                self.update(b":");
                self.update(value);
            }
        }
    }
}

/// SHA-256 of what `message` writes.
#[inline]
pub(crate) fn hash(message: impl FnOnce(&mut Hasher)) -> [u8; 32] {
    let mut hasher = Hasher::after_blocks(Sha256::START, 0);
    message(&mut hasher);
    hasher.finish()
}

/// SHA-256 of a message that is at hand as a whole.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    hash(|hasher| hasher.update(message))
}

fn digest<F: Function>(state: &F::State) -> F::Digest {
    let mut bytes = F::Digest::default();
    for (place, word) in bytes
        .as_mut()
        .as_chunks_mut()
        .0
        .iter_mut()
        .zip(state.as_ref())
    {
        *place = word.to_be_bytes();
    }
    bytes
}

/// A key of HMAC, as the two states after its padded blocks: a signature then costs the blocks of
/// its message and one more.
#[derive(Clone)]
pub(crate) struct MacKeyOf<F: Function> {
    inner: F::State,
    /// Bytes that the inner state stands for: the key's block, and what messages begin with.
    hashed: u64,
    outer: F::State,
}

/// A key of HMAC-SHA256.
pub(crate) type MacKey = MacKeyOf<Sha256>;

/// A key of HMAC-SHA1.
pub(crate) type MacKeySha1 = MacKeyOf<Sha1>;

impl<F: Function> MacKeyOf<F> {
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        match block.get_mut(..key.len()) {
            Some(place) => place.copy_from_slice(key),
            // RFC 2104: a key longer than a block is hashed first.
            None => {
                let mut hasher = HasherOf::<F>::after_blocks(F::START, 0);
                hasher.update(key);
                let hash = hasher.finish();
                for (place, byte) in block.iter_mut().zip(hash.as_ref()) {
                    *place = *byte;
                }
            }
        }
        let key = MacKeyOf {
            inner: padded::<F>(&block, 0x36),
            hashed: BLOCK as u64,
            outer: padded::<F>(&block, 0x5c),
        };
        block.zeroize();
        key
    }

    /// The key for messages that all begin with these blocks, which need no longer be written: they are hashed here.
    pub(crate) fn after(mut self, blocks: &[[u8; BLOCK]]) -> Self {
        F::compress(&mut self.inner, blocks);
        let bytes = blocks.as_flattened().len() as u64;
        self.hashed = self.hashed.wrapping_add(bytes);
        self
    }

    /// The HMAC of what `message` writes.
    #[inline]
    pub(crate) fn mac(&self, message: impl FnOnce(&mut HasherOf<F>)) -> F::Digest {
        let mut hasher = HasherOf::after_blocks(self.inner, self.hashed);
        message(&mut hasher);
        let inner = hasher.finish();
        let inner = inner.as_ref();

        // The outer message is one block of key and a digest: its padding is always the same.
        let mut block = [0; BLOCK];
        let bits = (BLOCK as u64).saturating_add(inner.len() as u64);
        if let Some((place, tail)) = block.split_at_mut_checked(inner.len()) {
            place.copy_from_slice(inner);
            if let Some(mark) = tail.first_mut() {
                *mark = 0x80;
            }
            if let Some(length) = tail.last_chunk_mut() {
                *length = bits.saturating_mul(8).to_be_bytes();
            }
        }
        let mut state = self.outer;
        F::compress(&mut state, &[block]);
        digest::<F>(&state)
    }
}

impl MacKey {
    /// Place for a key whose words come from elsewhere.
    pub(crate) fn empty() -> Self {
        MacKeyOf {
            inner: [0; 8],
            hashed: BLOCK as u64,
            outer: [0; 8],
        }
    }

    /// The words that make a key of whole blocks what it is.
    pub(crate) fn words(&self) -> impl Iterator<Item = u32> {
        self.inner.into_iter().chain(self.outer)
    }

    /// The same, to be set.
    pub(crate) fn words_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        self.inner.iter_mut().chain(&mut self.outer)
    }
}

impl<F: Function> Drop for MacKeyOf<F> {
    fn drop(&mut self) {
        self.inner.as_mut().zeroize();
        self.outer.as_mut().zeroize();
    }
}

fn padded<F: Function>(key: &[u8; BLOCK], pad: u8) -> F::State {
    let mut block = key.map(|byte| byte ^ pad);
    let mut state = F::START;
    F::compress(&mut state, &[block]);
    block.zeroize();
    state
}

#[cfg(test)]
mod tests {
    use super::{MacKey, MacKeySha1, hash, sha256};
    use crate::encode::Sink as _;
    use alloc::vec::Vec;
    use hmac::{KeyInit as _, Mac as _};
    use sha2::Digest as _;

    fn message(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at % 251) as u8).collect()
    }

    /// Every length over the edges of a block and of the buffer, against the crate `sha2`.
    #[test]
    fn every_length_agrees_with_sha2() {
        for length in 0..1300 {
            let message = message(length);
            assert_eq!(
                sha256(&message)[..],
                sha2::Sha256::digest(&message)[..],
                "{length} bytes"
            );
        }
    }

    #[test]
    fn pieces_of_any_size_agree_with_sha2() {
        let message = message(3000);
        for piece in 1..700 {
            let hash = hash(|hasher| {
                message.chunks(piece).for_each(|piece| hasher.update(piece));
            });
            assert_eq!(
                hash[..],
                sha2::Sha256::digest(&message)[..],
                "in pieces of {piece}"
            );
        }
    }

    /// Names and values of any length, also where there is no more room for all of the line.
    #[test]
    fn a_line_is_hashed_as_its_pieces_are() {
        let name = "X-Amz-Meta-[Reviewed]-By-@Nobody";
        for before in (0..64).chain(380..450) {
            for length in 1..name.len() {
                let (name, before) = (&name[..length], message(before));
                for (name, is_lower) in [(name, false), (&*name.to_ascii_lowercase(), true)] {
                    let value = message(length * 7 % 40);
                    let line = hash(|hasher| {
                        hasher.update(&before);
                        hasher.line(name, is_lower, &value);
                    });
                    let lower = name.to_ascii_lowercase();
                    let pieces = [&before, &b"\n"[..], lower.as_bytes(), b":", &value];
                    let expected = sha2::Sha256::digest(pieces.concat());
                    assert_eq!(line[..], expected[..], "{name} after {}", before.len());
                }
            }
        }
    }

    #[test]
    fn keys_and_messages_of_any_length_agree_with_hmac() {
        for length in 0..200 {
            let (key, text) = (message(length), message(length * 3));
            let ours = MacKey::new(&key).mac(|hasher| hasher.update(&text));
            let mut theirs = hmac::Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
            theirs.update(&text);
            let expected = theirs.finalize().into_bytes();
            assert_eq!(ours[..], expected[..], "{length}");

            let mut theirs = hmac::Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
            theirs.update(&text);
            let ours = MacKeySha1::new(&key).mac(|hasher| hasher.update(&text));
            let in_sha1 = theirs.finalize().into_bytes();
            assert_eq!(ours[..], in_sha1[..], "{length}, SHA-1");

            let (blocks, rest) = text.as_chunks();
            let after = MacKey::new(&key).after(blocks);
            let ours = after.mac(|hasher| hasher.update(rest));
            assert_eq!(ours[..], expected[..], "{length}, begun");
        }
    }
}
