//! SHA-256 and SHA-1 over a message that is written in pieces.
//!
//! The compression functions are those of [`sha2`] and [`sha1`]; the buffer in front of them is our
//! own, because a request is hashed from many pieces of a few bytes. `sha2::Sha256` has a buffer of
//! one block and compresses each block alone. Here seven blocks are collected, so that nearly every
//! piece is one copy and a short message is one call of the compression function. See DESIGN.md for
//! the difference.
//!
//! FIPS 180-4 defines both functions.

use crate::text::sink::Sink;
use zeroize::Zeroize as _;

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;

/// Blocks that are collected before they are compressed.
const COLLECTED: usize = 7;

/// A hash function with blocks of 64 bytes and words of 32 bits.
pub(crate) trait BlockHash {
    type State: Copy + AsRef<[u32]> + AsMut<[u32]>;
    type Digest: Copy + Default + AsRef<[u8]> + AsMut<[u8]>;

    /// The state before the first block.
    const INITIAL: Self::State;

    /// Hashes whole blocks into `state`.
    fn compress(state: &mut Self::State, blocks: &[[u8; BLOCK]]);
}

/// The hash of SigV4.
#[derive(Clone)]
pub(crate) struct Sha256;

impl BlockHash for Sha256 {
    type State = [u32; 8];
    type Digest = [u8; 32];

    /// FIPS 180-4, section 5.3.3.
    const INITIAL: [u32; 8] = [
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

/// The hash of SigV2.
#[derive(Clone)]
pub(crate) struct Sha1;

impl BlockHash for Sha1 {
    type State = [u32; 5];
    type Digest = [u8; 20];

    /// FIPS 180-4, section 5.3.1.
    const INITIAL: [u32; 5] = [
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

/// A hash of a message that is written in pieces.
pub(crate) struct Hasher<H: BlockHash> {
    state: H::State,
    /// Bytes that were hashed into `state`.
    hashed: u64,
    /// The collected blocks, and one more block so that the padding always fits.
    buffer: [[u8; BLOCK]; COLLECTED + 1],
    /// Bytes of the message in `buffer`.
    filled: usize,
}

impl<H: BlockHash> Hasher<H> {
    pub(crate) fn new() -> Self {
        Self::resume(H::INITIAL, 0)
    }

    /// Continues a message whose first `hashed` bytes, whole blocks, were hashed into `state`.
    pub(super) fn resume(state: H::State, hashed: u64) -> Self {
        Hasher {
            state,
            hashed,
            buffer: [[0; BLOCK]; COLLECTED + 1],
            filled: 0,
        }
    }

    /// Appends bytes to the message.
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self.reserve(bytes.len()) {
            Some(space) => space.copy_from_slice(bytes),
            None => self.update_and_compress(bytes),
        }
    }

    /// Returns the space of the next `length` bytes, which the caller writes, or `None` if they
    /// don't fit.
    #[inline]
    fn reserve(&mut self, length: usize) -> Option<&mut [u8]> {
        let collected = self.buffer.first_chunk_mut::<COLLECTED>()?;
        // `get_mut` rejects an end before the start, which is what an overflow would give.
        let end = self.filled.wrapping_add(length);
        let space = collected.as_flattened_mut().get_mut(self.filled..end)?;
        self.filled = end;
        Some(space)
    }

    /// Appends bytes that don't fit into the buffer.
    #[inline(never)]
    fn update_and_compress(&mut self, mut bytes: &[u8]) {
        if self.filled > 0 {
            let free = (COLLECTED * BLOCK).saturating_sub(self.filled);
            let (front, after) = bytes.split_at_checked(free).unwrap_or_default();
            if let Some(space) = self.reserve(front.len()) {
                space.copy_from_slice(front);
            }
            self.compress_buffer(COLLECTED);
            bytes = after;
        }
        // Whole blocks of a long text are hashed where they are, without a copy.
        let (blocks, after) = bytes.as_chunks();
        H::compress(&mut self.state, blocks);
        self.hashed = self.hashed.wrapping_add(blocks.as_flattened().len() as u64);
        self.update(after);
    }

    /// Hashes the first blocks of the buffer, which is empty then.
    fn compress_buffer(&mut self, blocks: usize) {
        let blocks = self.buffer.get(..blocks).unwrap_or_default();
        H::compress(&mut self.state, blocks);
        self.hashed = self.hashed.wrapping_add(blocks.as_flattened().len() as u64);
        self.filled = 0;
    }

    /// Returns the digest of the message. The hasher is of no use afterwards; it is borrowed only
    /// because a move would copy the buffer.
    pub(crate) fn finish(&mut self) -> H::Digest {
        let message_bits = self.hashed.wrapping_add(self.filled as u64).wrapping_mul(8);
        let filled = self.filled;
        let padded = filled
            .saturating_add(1)
            .saturating_add(size_of_val(&message_bits))
            .next_multiple_of(BLOCK);
        if let Some(padding) = self.buffer.as_flattened_mut().get_mut(filled..padded) {
            pad(padding, message_bits);
        }
        self.compress_buffer(padded / BLOCK);
        to_digest::<H>(&self.state)
    }

    /// Overwrites everything that remains of a secret message.
    pub(super) fn zeroize(&mut self) {
        self.state.as_mut().zeroize();
        self.buffer.as_flattened_mut().zeroize();
    }
}

/// Writes the padding of FIPS 180-4, section 5.1.1: a one bit, zeros, and the length in bits.
#[inline]
pub(super) fn pad(padding: &mut [u8], message_bits: u64) {
    padding.fill(0);
    if let Some(first) = padding.first_mut() {
        *first = 0x80;
    }
    if let Some(length) = padding.last_chunk_mut() {
        *length = message_bits.to_be_bytes();
    }
}

/// Returns a state as the bytes of a digest.
pub(super) fn to_digest<H: BlockHash>(state: &H::State) -> H::Digest {
    let mut digest = H::Digest::default();
    let (chunks, _) = digest.as_mut().as_chunks_mut();
    for (chunk, word) in chunks.iter_mut().zip(state.as_ref()) {
        *chunk = word.to_be_bytes();
    }
    digest
}

/// Returns the SHA-256 of the message that `write` writes.
#[inline]
pub(crate) fn sha256_of(write: impl FnOnce(&mut Hasher<Sha256>)) -> [u8; 32] {
    let mut hasher = Hasher::new();
    write(&mut hasher);
    hasher.finish()
}

/// Returns the SHA-256 of a whole message.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    sha256_of(|hasher| hasher.update(message))
}

impl<H: BlockHash> Sink for Hasher<H> {
    fn text(&mut self, text: &str) {
        self.update(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    fn lowercase(&mut self, text: &str) {
        match self.reserve(text.len()) {
            Some(space) => {
                space.copy_from_slice(text.as_bytes());
                space.make_ascii_lowercase();
            }
            None => {
                for byte in text.bytes() {
                    self.update(&[byte.to_ascii_lowercase()]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BlockHash, Hasher, Sha1, Sha256, sha256, sha256_of};
    use crate::text::sink::Sink as _;
    use alloc::vec::Vec;
    use sha2::Digest as _;

    fn message(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at % 251) as u8).collect()
    }

    fn hash<H: BlockHash>(pieces: &[&[u8]]) -> H::Digest {
        let mut hasher = Hasher::<H>::new();
        pieces.iter().for_each(|piece| hasher.update(piece));
        hasher.finish()
    }

    /// Covers every length around the ends of a block and of the buffer.
    #[test]
    fn every_length_agrees_with_the_crates() {
        for length in 0..1300 {
            let message = message(length);
            let expected = sha2::Sha256::digest(&message);
            assert_eq!(sha256(&message)[..], expected[..], "{length} bytes");
            let expected = sha1::Sha1::digest(&message);
            assert_eq!(
                hash::<Sha1>(&[&message])[..],
                expected[..],
                "{length} bytes"
            );
        }
    }

    #[test]
    fn pieces_of_every_size_agree_with_sha2() {
        let message = message(3000);
        let expected = sha2::Sha256::digest(&message);
        for size in 1..700 {
            let pieces: Vec<&[u8]> = message.chunks(size).collect();
            let digest = hash::<Sha256>(&pieces);
            assert_eq!(digest[..], expected[..], "pieces of {size} bytes");
        }
    }

    /// Names of every length, also where the buffer has too little space for them.
    #[test]
    fn lowercase_text_is_hashed_as_its_bytes() {
        let name = "X-Amz-Meta-[Reviewed]-By-@Nobody";
        for before in (0..64).chain(400..450) {
            for length in 0..=name.len() {
                let (name, before) = (&name[..length], message(before));
                let digest = sha256_of(|hasher| {
                    hasher.update(&before);
                    hasher.lowercase(name);
                });
                let pieces = [&before[..], name.to_ascii_lowercase().as_bytes()].concat();
                let expected = sha2::Sha256::digest(pieces);
                assert_eq!(digest[..], expected[..], "{name} after {}", before.len());
            }
        }
    }
}
