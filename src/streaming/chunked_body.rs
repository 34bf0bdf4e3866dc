//! The description of a body that is sent in chunks.

use super::checksum::{CHECKSUM_PREFIX, ChecksumAlgorithm};
use super::framing::{Mode, TRAILER_SIGNATURE};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::scheme::aws::AWS4;
use crate::text::repeated::find_repeated;
use crate::v4::chained_signature_len;
use crate::wire::header::{Header, is_token};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The message for data beyond the length of a [`ChunkedBody`].
#[cfg(any(feature = "http-body", feature = "std"))]
pub(super) const MORE_DATA: &str =
    "the body has more data than the length of its ChunkedBody; pass the whole length";

/// The smallest size of a chunk that isn't the last, in bytes: S3's error `InvalidChunkSizeError`.
const MIN_CHUNK_SIZE: usize = 8 * 1024;

/// The size of a chunk, in bytes, if the caller doesn't set it: that of the AWS SDK for Rust.
const DEFAULT_CHUNK_SIZE: usize = 64 * 1024;

/// A body that is sent in chunks: its length, its signatures and its trailers.
/// [`Request::sign_chunked`](crate::Request::sign_chunked) signs a request for it.
///
/// Nothing is checked before a request is signed.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
/// use presign::{Credentials, s3::Bucket};
/// use std::io::Read as _;
/// use std::time::SystemTime;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
///
/// let data = [b'a'; 66_560]; // or a file and its length
/// let body = ChunkedBody::signed(66_560).checksum(ChecksumAlgorithm::SHA256);
/// let (signed, encoder) =
///     bucket.put("a.txt").sign_chunked(&credentials, &body, SystemTime::now())?;
///
/// // Send `signed.headers()`, and what the reader returns as the body.
/// let mut sent = Vec::new();
/// encoder.reader(&data[..]).read_to_end(&mut sent)?;
/// assert!(sent.starts_with(b"10000;chunk-signature="));
/// assert_eq!(sent.len() as u64, body.encoded_len()?);
/// assert_eq!(sent.len(), 66_560 + 422);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ChunkedBody {
    pub(super) length: u64,
    pub(super) has_signatures: bool,
    pub(super) chunk_size: usize,
    pub(super) has_content_length: bool,
    trailers: Vec<Trailer>,
}

#[derive(Clone)]
struct Trailer {
    name: String,
    value: TrailerValue,
}

#[derive(Clone)]
enum TrailerValue {
    Text(String),
    Checksum(ChecksumAlgorithm),
}

impl ChunkedBody {
    /// Returns a body of that many bytes whose chunks are signed. So are its trailers, if it has
    /// any.
    #[must_use]
    pub fn signed(length: u64) -> Self {
        ChunkedBody {
            length,
            has_signatures: true,
            chunk_size: DEFAULT_CHUNK_SIZE,
            has_content_length: true,
            trailers: Vec::new(),
        }
    }

    /// Returns a body of that many bytes whose chunks are not signed. It needs a trailer, usually a
    /// [`checksum`](ChunkedBody::checksum). Send it only over https, as AWS's SDKs do, because
    /// nothing else protects it.
    #[must_use]
    pub fn unsigned(length: u64) -> Self {
        ChunkedBody {
            has_signatures: false,
            ..ChunkedBody::signed(length)
        }
    }

    /// Sets the size of the chunks, in bytes: at least 8,192. The last one can be smaller. The
    /// default is 65,536.
    #[must_use]
    pub fn chunk_size(mut self, bytes: usize) -> Self {
        self.chunk_size = bytes;
        self
    }

    /// Adds a trailer with the checksum of the body, which is computed while the body is encoded.
    #[must_use]
    pub fn checksum(mut self, algorithm: ChecksumAlgorithm) -> Self {
        self.trailers.push(Trailer {
            name: algorithm.header_name().into(),
            value: TrailerValue::Checksum(algorithm),
        });
        self
    }

    /// Adds a trailer whose value is known.
    #[must_use]
    pub fn trailer(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.trailers.push(Trailer {
            name: name.into().to_ascii_lowercase(),
            value: TrailerValue::Text(value.into().trim_ascii().into()),
        });
        self
    }

    /// Leaves out the header `content-length`, for a client that sends the body with
    /// `Transfer-Encoding: chunked`.
    #[must_use]
    pub fn without_content_length(mut self) -> Self {
        self.has_content_length = false;
        self
    }

    /// Returns the length of the body in chunks, in bytes: the value of `content-length`.
    ///
    /// It is the length under SigV4. Under SigV4a, whose signatures are longer, it is
    /// [`ChunkEncoder::encoded_len`](super::ChunkEncoder::encoded_len).
    ///
    /// # Errors
    /// - [`ErrorKind::Payload`](crate::ErrorKind::Payload) for chunks of less than 8,192 bytes, for
    ///   a length above `u64::MAX`, and for a body that has neither signatures nor trailers.
    /// - [`ErrorKind::Header`](crate::ErrorKind::Header) for a trailer that is repeated or that no
    ///   request can carry, and for more than one checksum.
    pub fn encoded_len(&self) -> Result<u64, Error> {
        self.encoded_len_with(chained_signature_len(&AWS4))
    }

    /// Returns the length of the body in chunks whose signatures have that length.
    pub(super) fn encoded_len_with(&self, signature_len: usize) -> Result<u64, Error> {
        self.check()?;
        let lengths = self.trailers.iter().map(|trailer| {
            let value = match &trailer.value {
                TrailerValue::Text(text) => text.len(),
                TrailerValue::Checksum(algorithm) => algorithm.value_len(),
            };
            (trailer.name.len(), value)
        });
        let mode = self.mode();
        let chunk_size = self.chunk_size as u64;
        let length = mode.encoded_len(signature_len, self.length, chunk_size, lengths);
        length.ok_or_else(|| {
            error!(
                Payload,
                "the body of {} bytes has more than {} bytes in chunks",
                self.length,
                u64::MAX
            )
        })
    }

    pub(super) fn mode(&self) -> Mode {
        Mode {
            has_signatures: self.has_signatures,
            has_trailers: !self.trailers.is_empty(),
        }
    }

    /// Returns the names of the trailers in the order in which they are signed and sent.
    pub(super) fn trailer_names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.trailers.iter().map(|trailer| &*trailer.name).collect();
        names.sort_unstable();
        names
    }

    /// Returns whether a trailer is a checksum of the body.
    pub(super) fn has_checksum(&self) -> bool {
        self.trailers.iter().any(is_checksum)
    }

    /// Returns the algorithms whose checksums are computed.
    pub(super) fn algorithms(&self) -> impl Iterator<Item = ChecksumAlgorithm> {
        self.trailers
            .iter()
            .filter_map(|trailer| match trailer.value {
                TrailerValue::Checksum(algorithm) => Some(algorithm),
                TrailerValue::Text(_) => None,
            })
    }

    /// Returns the trailers with known values.
    pub(super) fn known_trailers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.trailers
            .iter()
            .filter_map(|trailer| match &trailer.value {
                TrailerValue::Text(text) => Some((&*trailer.name, &**text)),
                TrailerValue::Checksum(_) => None,
            })
    }

    fn check(&self) -> Result<(), Error> {
        if self.chunk_size < MIN_CHUNK_SIZE {
            return Err(error!(
                Payload,
                "the chunk size must be at least {MIN_CHUNK_SIZE} bytes, got {}", self.chunk_size
            ));
        }
        if !self.has_signatures && self.trailers.is_empty() {
            return Err(error!(
                Payload,
                "a body without signatures needs a trailer; add a checksum"
            ));
        }
        for trailer in &self.trailers {
            trailer.check()?;
        }
        let names = self.trailer_names();
        if let Some(name) = find_repeated(&names, |one, two| one == two) {
            return Err(Error::duplicate(ErrorKind::Header, "trailer", name));
        }
        let mut checksums = self.trailers.iter().filter(|trailer| is_checksum(trailer));
        match (checksums.next(), checksums.next()) {
            (Some(one), Some(two)) => Err(error!(
                Header,
                "the body has the checksums {} and {}, but S3 accepts one",
                Quoted(&one.name),
                Quoted(&two.name)
            )),
            _ => Ok(()),
        }
    }
}

fn is_checksum(trailer: &Trailer) -> bool {
    trailer.name.starts_with(CHECKSUM_PREFIX)
}

impl Trailer {
    fn check(&self) -> Result<(), Error> {
        if self.name == TRAILER_SIGNATURE {
            return Err(error!(
                Header,
                "the trailer {TRAILER_SIGNATURE} is added by signing; leave it out"
            ));
        }
        if !is_token(&self.name) {
            return Err(error!(
                Header,
                "invalid trailer name {}; write letters, digits and hyphens",
                Quoted(&self.name)
            ));
        }
        let TrailerValue::Text(value) = &self.value else {
            return Ok(());
        };
        if value.contains(['\r', '\n']) {
            return Err(error!(
                Header,
                "the value of the trailer {} contains a line break, which would end it",
                Quoted(&self.name)
            ));
        }
        let value = Cow::Borrowed(value.as_bytes());
        Header::new(Cow::Borrowed(&self.name), value).check()
    }
}

/// `Debug` shows no value of a trailer.
impl fmt::Debug for ChunkedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkedBody")
            .field("length", &self.length)
            .field("chunk_size", &self.chunk_size)
            .field("has_signatures", &self.has_signatures)
            .field("trailers", &self.trailer_names())
            .finish_non_exhaustive()
    }
}
