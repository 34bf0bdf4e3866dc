//! The encoder of bodies in chunks.

use super::checksum::{Checksum, value_of};
use super::chunked_body::ChunkedBody;
use super::framing::{CHUNK_SIGNATURE, TRAILER_SIGNATURE, signed_trailers, write_trailers};
use crate::crypto::sha256_of;
use crate::error::{Error, error};
use crate::v4::{SignatureChain, SignedPart};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

/// Frames a body as chunks, and signs them.
///
/// It never copies the body. It hashes a chunk and returns the text to send before it, so the
/// caller sends text, chunk, text, chunk, …, and the text of [`finish`](ChunkEncoder::finish). A
/// chunk allocates nothing. [`reader`](ChunkEncoder::reader) does all of it for an
/// [`std::io::Read`].
///
/// ```
/// use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
///
/// let data = vec![b'a'; 100_000];
/// let body = ChunkedBody::signed(100_000).checksum(ChecksumAlgorithm::SHA256);
/// let (signed, mut encoder) = bucket.put("a.bin").sign_chunked(&credentials, &body, now)?;
/// assert!(signed.headers().any(|header| header == ("content-length", "100423")));
///
/// let (mut sent, mut rest) = (Vec::new(), &data[..]);
/// while encoder.next_chunk_len() > 0 {
///     let (chunk, after) = rest.split_at(encoder.next_chunk_len());
///     sent.extend_from_slice(encoder.chunk([chunk])?);
///     sent.extend_from_slice(chunk);
///     rest = after;
/// }
/// sent.extend_from_slice(encoder.finish()?);
/// assert!(sent.starts_with(b"10000;chunk-signature="));
/// assert_eq!(sent.len() as u64, encoder.encoded_len());
/// # Ok::<(), presign::Error>(())
/// ```
pub struct ChunkEncoder {
    body: ChunkedBody,
    encoded_len: u64,
    /// The signatures; `None` if the chunks are not signed.
    chain: Option<SignatureChain>,
    checksums: Vec<Box<dyn Checksum>>,
    /// The number of bytes of the body that the caller has not passed yet.
    remaining: u64,
    is_finished: bool,
    /// The text that was returned last.
    text: String,
}

impl ChunkEncoder {
    pub(super) fn new(body: ChunkedBody, encoded_len: u64, chain: Option<SignatureChain>) -> Self {
        let mut encoder = ChunkEncoder {
            body,
            encoded_len,
            chain,
            checksums: Vec::new(),
            remaining: 0,
            is_finished: false,
            text: String::new(),
        };
        encoder.restart();
        encoder
    }

    /// Returns the length of the body in chunks, in bytes: the sum of everything that is sent.
    #[must_use]
    pub fn encoded_len(&self) -> u64 {
        self.encoded_len
    }

    /// Returns the number of bytes that the next chunk has. It is 0 if only the end is missing.
    #[must_use]
    pub fn next_chunk_len(&self) -> usize {
        let size = self.body.chunk_size;
        usize::try_from(self.remaining).map_or(size, |remaining| remaining.min(size))
    }

    /// Hashes the next chunk, and returns the text to send before it.
    ///
    /// The chunk can be in any number of pieces: `encoder.chunk([one, two])`. Together they have
    /// [`next_chunk_len`](ChunkEncoder::next_chunk_len) bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) if they have another length. The encoder
    /// is then unchanged.
    pub fn chunk<'d>(
        &mut self,
        pieces: impl IntoIterator<Item = &'d [u8], IntoIter: Clone>,
    ) -> Result<&[u8], Error> {
        let pieces = pieces.into_iter();
        let length = pieces
            .clone()
            .map(<[u8]>::len)
            .fold(0, usize::saturating_add);
        let expected = self.next_chunk_len();
        if length != expected || length == 0 {
            return Err(error!(
                Payload,
                "the chunk has {length} bytes, but the next one has {expected}; \
                 pass `next_chunk_len` bytes, then call `finish`"
            ));
        }
        for checksum in &mut self.checksums {
            pieces.clone().for_each(|piece| checksum.update(piece));
        }
        self.write_chunk_start(length, pieces)?;
        self.remaining = self.remaining.saturating_sub(length as u64);
        Ok(self.text.as_bytes())
    }

    /// Returns the text to send after the last chunk: the end of the body, with its trailers.
    ///
    /// # Errors
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) if a part of the body is missing, if the
    /// end was returned already, and if a [`Checksum`](super::Checksum) has another length than its
    /// algorithm.
    pub fn finish(&mut self) -> Result<&[u8], Error> {
        if self.remaining > 0 {
            return Err(error!(
                Payload,
                "the body has {} bytes, but {} of them are missing",
                self.body.length,
                self.remaining
            ));
        }
        if self.is_finished {
            return Err(error!(
                Payload,
                "the end of the body was returned already; call `restart` to send it again"
            ));
        }
        self.is_finished = true;
        let trailers = self.trailers()?;
        self.write_chunk_start(0, core::iter::empty())?;
        write_trailers(&trailers, "\r\n", &mut self.text);
        if let Some(chain) = self.chain.as_mut().filter(|_| !trailers.is_empty()) {
            self.text.push_str(TRAILER_SIGNATURE);
            self.text.push(':');
            chain.sign_into(signed_trailers(&trailers), &mut self.text)?;
            self.text.push_str("\r\n");
        }
        self.text.push_str("\r\n");
        Ok(self.text.as_bytes())
    }

    /// Begins again with the first chunk, to repeat a request that failed.
    pub fn restart(&mut self) {
        if let Some(chain) = &mut self.chain {
            chain.restart();
        }
        let algorithms = self.body.algorithms();
        self.checksums = algorithms.map(|algorithm| algorithm.start()).collect();
        self.remaining = self.body.length;
        self.is_finished = false;
    }

    /// Writes the end of the chunk before, and the start of a chunk.
    fn write_chunk_start<'d>(
        &mut self,
        length: usize,
        pieces: impl Iterator<Item = &'d [u8]>,
    ) -> Result<(), Error> {
        let is_first = self.remaining == self.body.length;
        self.text.clear();
        if !is_first {
            self.text.push_str("\r\n");
        }
        // Writing to a string never fails.
        let _ = write!(self.text, "{length:x}");
        if let Some(chain) = &mut self.chain {
            let hash = sha256_of(|hasher| pieces.for_each(|piece| hasher.update(piece)));
            self.text.push_str(CHUNK_SIGNATURE);
            chain.sign_into(SignedPart::Chunk(hash), &mut self.text)?;
        }
        self.text.push_str("\r\n");
        Ok(())
    }

    /// Returns all trailers, sorted by name.
    fn trailers(&mut self) -> Result<Vec<(String, String)>, Error> {
        let known = self.body.known_trailers();
        let mut trailers: Vec<_> = known
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        let checksums = core::mem::take(&mut self.checksums);
        for (checksum, algorithm) in checksums.into_iter().zip(self.body.algorithms()) {
            let value = value_of(checksum);
            if value.len() != algorithm.value_len() {
                return Err(error!(
                    Payload,
                    "the checksum {} has {} characters, but its algorithm states {}",
                    algorithm.header_name(),
                    value.len(),
                    algorithm.value_len()
                ));
            }
            trailers.push((algorithm.header_name().into(), value));
        }
        trailers.sort();
        Ok(trailers)
    }
}

/// `Debug` shows no signature.
impl fmt::Debug for ChunkEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkEncoder")
            .field("body", &self.body)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}
