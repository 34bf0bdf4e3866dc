//! The decoder of bodies in chunks.

use super::checksum::ChecksumAlgorithm;
use super::chunk_header::{MAX_LINE, parse_chunk_header};
use super::line::Line;
use super::received_checksums::ReceivedChecksums;
use super::received_trailers::{MAX_TRAILER_BYTES, ReceivedTrailers};
use crate::crypto::{Hasher, Sha256};
use crate::v4::{SignatureChain, SignedPart};
use crate::verify::{VerifyError, reject};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The largest chunk, in bytes, if the caller doesn't set it.
const DEFAULT_MAX_CHUNK_SIZE: usize = 16 * 1024 * 1024;

/// Decodes a body in chunks, and verifies it: signatures, lengths, trailers and checksums.
///
/// [`Verified::chunk_decoder`](crate::verify::Verified::chunk_decoder) makes it. Data of a signed
/// chunk is returned after its signature was verified. Every error is final. Don't use the data
/// before [`finish`](ChunkDecoder::finish) returned without an error: until then the body may be
/// cut off, and its checksum isn't verified.
///
/// It keeps at most one chunk in memory, and none that arrives in one piece.
///
/// ```
/// use presign::streaming::ChunkedBody;
/// use presign::verify::{PayloadCoverage, ReceivedRequest, Verifier};
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// # let (signed, mut encoder) =
/// #     bucket.put("a.txt").sign_chunked(&credentials, &ChunkedBody::signed(21), now)?;
/// # let mut sent = encoder.chunk([&b"Welcome to Amazon S3."[..]])?.to_vec();
/// # sent.extend_from_slice(b"Welcome to Amazon S3.");
/// # sent.extend_from_slice(encoder.finish()?);
/// # let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
/// # let request = ReceivedRequest::from_url("PUT", url)?.headers(signed.headers());
///
/// let verifier = Verifier::new("us-east-1", "s3").allow_streaming();
/// let verified = verifier.verify(&request, now, |_| Some(&credentials))?;
/// assert_eq!(verified.payload(), PayloadCoverage::SignedChunks);
///
/// let mut decoder = verified.chunk_decoder(&credentials)?;
/// let mut file = Vec::new();
/// for mut piece in sent.chunks(10) {
///     while let Some(data) = decoder.decode(&mut piece)? {
///         file.extend_from_slice(data);
///     }
/// }
/// decoder.finish()?;
/// assert_eq!(file, b"Welcome to Amazon S3.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ChunkDecoder {
    chain: Option<SignatureChain>,
    has_trailers: bool,
    trailers: ReceivedTrailers,
    checksums: ReceivedChecksums,
    /// Bytes of data that are missing.
    missing: u64,
    max_chunk_size: usize,
    releases_unverified: bool,
    state: State,
    line: Line,
    trailer_bytes: usize,
    /// The signature of the chunk; empty if chunks are not signed.
    signature: Vec<u8>,
    /// The hash of the chunk so far.
    hasher: Hasher<Sha256>,
    /// The data of the chunk so far.
    chunk: Vec<u8>,
    /// Whether the data in `chunk` was returned.
    is_released: bool,
}

/// The next part of the body.
enum State {
    ChunkHeader,
    /// The data of a chunk. The number is that of the missing bytes.
    Data(u64),
    /// The line break after the data of a chunk.
    DataEnd,
    Trailers,
    /// The line break after a body without trailers.
    BodyEnd,
    Finished,
    Failed(VerifyError),
}

/// The result of a step that read a part of the input.
enum Step<'i> {
    /// The input has no further bytes.
    InputEnd,
    Continue,
    /// Data of the input can be returned.
    Release(&'i [u8]),
    /// The data in `chunk` can be returned.
    ReleaseChunk,
}

impl ChunkDecoder {
    pub(super) fn new(
        chain: Option<SignatureChain>,
        has_trailers: bool,
        trailers: ReceivedTrailers,
        checksums: ReceivedChecksums,
        decoded_len: u64,
    ) -> Self {
        ChunkDecoder {
            releases_unverified: chain.is_none(),
            chain,
            has_trailers,
            trailers,
            checksums,
            missing: decoded_len,
            max_chunk_size: DEFAULT_MAX_CHUNK_SIZE,
            state: State::ChunkHeader,
            line: Line::default(),
            trailer_bytes: 0,
            signature: Vec::new(),
            hasher: Hasher::new(),
            chunk: Vec::new(),
            is_released: false,
        }
    }

    /// Sets the largest chunk that is accepted, in bytes. The default is 16 MiB. At most twice as
    /// much memory is used.
    #[must_use]
    pub fn max_chunk_size(mut self, bytes: usize) -> Self {
        self.max_chunk_size = bytes;
        self
    }

    /// Returns data before the signature of its chunk is verified. Then no chunk is kept in memory,
    /// and its size isn't limited. Drop all data if an error follows.
    #[must_use]
    pub fn release_unverified(mut self) -> Self {
        self.releases_unverified = true;
        self
    }

    /// Adds an algorithm to verify a checksum with. Call it before the first piece of the body.
    #[must_use]
    pub fn checksum(mut self, algorithm: &ChecksumAlgorithm) -> Self {
        self.checksums.add_algorithm(algorithm);
        self
    }

    /// Returns the names of checksums in headers and trailers that are not verified, because their
    /// algorithm is unknown.
    pub fn unverified_checksums(&self) -> impl Iterator<Item = &str> {
        self.checksums.unknown()
    }

    /// Reads the start of `input` and returns data of the body, or `None` if all of `input` was
    /// read.
    ///
    /// # Errors
    /// - [`BodyMalformed`](crate::verify::VerifyErrorKind::BodyMalformed): the body isn't encoded
    ///   as the request states, or continues after its end.
    /// - [`ChunkTooLarge`](crate::verify::VerifyErrorKind::ChunkTooLarge): a chunk is larger than
    ///   [`max_chunk_size`](ChunkDecoder::max_chunk_size).
    /// - [`ChunkSignature`](crate::verify::VerifyErrorKind::ChunkSignature),
    ///   [`TrailerSignature`](crate::verify::VerifyErrorKind::TrailerSignature): a signature
    ///   doesn't match.
    /// - [`TrailerMissing`](crate::verify::VerifyErrorKind::TrailerMissing): the trailers are not
    ///   those that the request announces.
    /// - [`DecodedLength`](crate::verify::VerifyErrorKind::DecodedLength): the data has another
    ///   length than the request states.
    /// - [`Checksum`](crate::verify::VerifyErrorKind::Checksum): a checksum isn't that of the data.
    pub fn decode<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<&'d [u8]>, VerifyError> {
        if self.is_released {
            self.chunk.clear();
            self.is_released = false;
        }
        loop {
            match self.step(input) {
                Ok(Step::Continue) => {}
                Ok(Step::InputEnd) => return Ok(None),
                Ok(Step::Release(data)) => return Ok(Some(data)),
                Ok(Step::ReleaseChunk) => {
                    self.is_released = true;
                    return Ok(Some(&self.chunk));
                }
                Err(error) => {
                    self.chunk.clear();
                    self.state = State::Failed(error.clone());
                    return Err(error);
                }
            }
        }
    }

    /// Checks that the body is complete, and returns its trailers, sorted, with their names in
    /// lowercase.
    ///
    /// # Errors
    /// [`BodyIncomplete`](crate::verify::VerifyErrorKind::BodyIncomplete) if it isn't, and the
    /// error of [`decode`](ChunkDecoder::decode), if it returned one.
    pub fn finish(self) -> Result<Vec<(String, String)>, VerifyError> {
        match self.state {
            State::Finished => Ok(self.trailers.into_pairs()),
            State::Failed(error) => Err(error),
            _ => Err(reject!(
                BodyIncomplete,
                "the body ended before its last chunk"
            )),
        }
    }

    /// Reads the next part of the body, as far as the input has it.
    fn step<'i>(&mut self, input: &mut &'i [u8]) -> Result<Step<'i>, VerifyError> {
        if let State::Failed(error) = &self.state {
            return Err(error.clone());
        }
        if input.is_empty() {
            return Ok(Step::InputEnd);
        }
        match self.state {
            State::Data(left) => return self.read_data(left, input),
            State::Finished | State::Failed(_) => {
                return Err(reject!(BodyMalformed, "the body continues after its end"));
            }
            _ => {}
        }
        let max_len = match self.state {
            State::ChunkHeader => MAX_LINE,
            State::Trailers => MAX_TRAILER_BYTES.saturating_sub(self.trailer_bytes),
            _ => 2,
        };
        if !self.line.read(input, max_len)? {
            return Ok(Step::InputEnd);
        }
        let line = core::mem::take(&mut self.line);
        self.read_line(line.bytes())?;
        // The line is put back, because its allocation is used again.
        self.line = line;
        self.line.clear();
        Ok(Step::Continue)
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), VerifyError> {
        match self.state {
            State::ChunkHeader => self.start_chunk(line),
            State::Trailers if !line.is_empty() => {
                let bytes = line.len().saturating_add(2);
                self.trailer_bytes = self.trailer_bytes.saturating_add(bytes);
                self.trailers.add(line)
            }
            State::DataEnd if line.is_empty() => {
                self.state = State::ChunkHeader;
                Ok(())
            }
            State::Trailers => {
                self.trailers.check(self.chain.as_mut())?;
                self.end()
            }
            State::BodyEnd if line.is_empty() => self.end(),
            _ => Err(reject!(
                BodyMalformed,
                "a chunk is longer than its length states"
            )),
        }
    }

    fn start_chunk(&mut self, line: &[u8]) -> Result<(), VerifyError> {
        let signature_len = self.chain.as_ref().map(SignatureChain::sent_len);
        let (length, signature) = parse_chunk_header(line, signature_len)?;
        self.signature.clear();
        self.signature.extend_from_slice(signature);
        if length > self.missing || (length == 0 && self.missing > 0) {
            return Err(reject!(
                DecodedLength,
                "the body has another length than x-amz-decoded-content-length states"
            ));
        }
        let is_kept = !self.releases_unverified;
        if is_kept && length > self.max_chunk_size as u64 {
            return Err(reject!(
                ChunkTooLarge,
                "a chunk has {length} bytes; the maximum is {}",
                self.max_chunk_size
            ));
        }
        self.hasher = Hasher::new();
        self.state = State::Data(length);
        if length == 0 {
            self.verify_chunk()?;
            self.state = if self.has_trailers {
                State::Trailers
            } else {
                State::BodyEnd
            };
        }
        Ok(())
    }

    /// Reads data of a chunk of which `left` bytes are missing.
    fn read_data<'i>(&mut self, left: u64, input: &mut &'i [u8]) -> Result<Step<'i>, VerifyError> {
        let length = usize::try_from(left).map_or(input.len(), |len| len.min(input.len()));
        let (data, after) = input.split_at_checked(length).unwrap_or_default();
        *input = after;
        if self.chain.is_some() {
            self.hasher.update(data);
        }
        self.missing = self.missing.saturating_sub(length as u64);
        let left = left.saturating_sub(length as u64);
        let is_complete = left == 0;
        if is_complete {
            self.verify_chunk()?;
            self.state = State::DataEnd;
        } else {
            self.state = State::Data(left);
        }
        if self.releases_unverified || (is_complete && self.chunk.is_empty()) {
            self.checksums.update(data);
            return Ok(Step::Release(data));
        }
        self.chunk.extend_from_slice(data);
        if is_complete {
            self.checksums.update(&self.chunk);
            Ok(Step::ReleaseChunk)
        } else {
            Ok(Step::Continue)
        }
    }

    /// Verifies the signature of the chunk whose data was hashed.
    fn verify_chunk(&mut self) -> Result<(), VerifyError> {
        let Some(chain) = &mut self.chain else {
            return Ok(());
        };
        let signature = core::str::from_utf8(&self.signature).unwrap_or_default();
        if chain.verify(SignedPart::Chunk(self.hasher.finish()), signature) {
            return Ok(());
        }
        Err(reject!(
            ChunkSignature,
            "the signature of a chunk doesn't match its data"
        ))
    }

    /// Ends the body.
    fn end(&mut self) -> Result<(), VerifyError> {
        self.checksums.check(&self.trailers)?;
        self.state = State::Finished;
        Ok(())
    }
}

/// `Debug` shows neither data nor signatures.
impl fmt::Debug for ChunkDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkDecoder")
            .field("is_signed", &self.chain.is_some())
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}
