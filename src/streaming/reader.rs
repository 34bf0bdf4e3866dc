//! The encoder as a reader.

use super::chunked_body::MORE_DATA;
use super::encoder::ChunkEncoder;
use crate::error::Error;
use alloc::vec::Vec;
use core::fmt;
use std::io::{self, Read};

/// A reader of a body in chunks, whose data another reader provides.
///
/// It keeps one chunk in memory, because a chunk's signature is sent before its data. A reader with
/// less or more data than the [`ChunkedBody`](super::ChunkedBody) states is an error.
///
/// ```
/// use presign::streaming::ChunkedBody;
/// use presign::{Credentials, s3::Bucket};
/// use std::io::Read as _;
/// use std::time::SystemTime;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
///
/// let file = &b"Welcome to Amazon S3."[..]; // a `File`
/// let body = ChunkedBody::signed(21);
/// let (signed, encoder) = bucket.put("a.txt").sign_chunked(&credentials, &body, SystemTime::now())?;
/// let mut sent = String::new();
/// encoder.reader(file).read_to_string(&mut sent)?;
/// assert!(sent.starts_with("15;chunk-signature=") && sent.contains("\r\nWelcome to Amazon S3.\r\n0;"));
/// # let _ = signed;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ChunkReader<R> {
    encoder: ChunkEncoder,
    data: R,
    /// The texts before a chunk, or the end of the body.
    text: Vec<u8>,
    chunk: Vec<u8>,
    /// Bytes of `text` and `chunk` that were read.
    read: usize,
    /// Whether the end of the body was made.
    is_finished: bool,
    /// Whether an error was returned.
    has_failed: bool,
}

impl ChunkEncoder {
    /// Returns a reader of the body in chunks. Its data is read from `data`.
    #[must_use]
    pub fn reader<R: Read>(self, data: R) -> ChunkReader<R> {
        ChunkReader {
            encoder: self,
            data,
            text: Vec::new(),
            chunk: Vec::new(),
            read: 0,
            is_finished: false,
            has_failed: false,
        }
    }
}

impl<R: Read> ChunkReader<R> {
    /// Returns the length of the body in chunks, in bytes.
    #[must_use]
    pub fn encoded_len(&self) -> u64 {
        self.encoder.encoded_len()
    }

    /// Reads the next chunk, or makes the end of the body. After an error every call is an error,
    /// because an end would make the body look complete.
    fn advance(&mut self) -> io::Result<()> {
        if self.has_failed {
            return Err(io::Error::other(
                "the body ended with an error; send the request again",
            ));
        }
        self.text.clear();
        self.read = 0;
        let result = self.read_chunk();
        if result.is_err() {
            self.chunk.clear();
            self.has_failed = true;
        }
        result
    }

    fn read_chunk(&mut self) -> io::Result<()> {
        let length = self.encoder.next_chunk_len();
        self.chunk.resize(length, 0);
        let text = if length > 0 {
            self.data.read_exact(&mut self.chunk)?;
            self.encoder.chunk([self.chunk.as_slice()])
        } else {
            let mut surplus = self.data.by_ref().take(1);
            if io::copy(&mut surplus, &mut io::sink())? > 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, MORE_DATA));
            }
            self.is_finished = true;
            self.encoder.finish()
        };
        self.text.extend_from_slice(text.map_err(invalid)?);
        Ok(())
    }

    /// Returns the bytes that were not read yet.
    fn unread(&self) -> &[u8] {
        match self.text.get(self.read..) {
            Some([]) | None => {
                let read = self.read.saturating_sub(self.text.len());
                self.chunk.get(read..).unwrap_or_default()
            }
            Some(text) => text,
        }
    }
}

impl<R: Read> Read for ChunkReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.unread().is_empty() && !self.is_finished && !buffer.is_empty() {
            self.advance()?;
        }
        let count = self.unread().read(buffer)?;
        self.read = self.read.saturating_add(count);
        Ok(count)
    }
}

fn invalid(error: Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

/// `Debug` shows neither data nor signatures.
impl<R> fmt::Debug for ChunkReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkReader")
            .field("encoder", &self.encoder)
            .finish_non_exhaustive()
    }
}
