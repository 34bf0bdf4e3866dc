//! Use this module to sign a body while it is sent, or to verify it while it is received.
//!
//! The signature of an ordinary request covers the hash of its body, so the body has to be read
//! twice. A body in chunks is read once: each chunk has a signature that covers its data and the
//! previous signature, and the first covers that of the request. A checksum can follow as a
//! trailer.
//!
//! ```no_run
//! use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
//! use presign::{Credentials, s3::Bucket};
//! use std::fs::File;
//! use std::time::SystemTime;
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! let file = File::open("video.mp4")?;
//!
//! let body = ChunkedBody::signed(file.metadata()?.len()).checksum(ChecksumAlgorithm::SHA256);
//! let (signed, encoder) = bucket
//!     .put("video.mp4")
//!     .header("Content-Type", "video/mp4")
//!     .sign_chunked(&credentials, &body, SystemTime::now())?;
//! for (name, value) in signed.headers() {
//!     println!("{name}: {value}"); // add these to the request
//! }
//! let reader = encoder.reader(file); // an `impl Read` for the body
//! # let _ = reader;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modes
//! | [`ChunkedBody`] | chunks | trailers | `x-amz-content-sha256` |
//! |---|---|---|---|
//! | `signed(length)` | signed | none | `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` |
//! | `signed(length).checksum(…)` | signed | signed | `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER` |
//! | `unsigned(length).checksum(…)` | not signed | not signed | `STREAMING-UNSIGNED-PAYLOAD-TRAILER` |
//!
//! Under SigV4a these values have `ECDSA-P256-SHA256` in place of `HMAC-SHA256`.
//!
//! A presigned URL can't have a body in chunks: the signature of the first chunk continues the one
//! in the `Authorization` header.
//!
//! # Receiving
//! [`Verified::chunk_decoder`](crate::verify::Verified::chunk_decoder) returns the decoder of a
//! verified request's body. [`ChunkDecoder`] has an example, and the
//! [guide](crate::guide::streaming) a whole receiver.
//!
//! Received bodies are limited: 256 bytes for the line before a chunk, 16 KiB for all trailers, the
//! stated length for all data, and [`max_chunk_size`](ChunkDecoder::max_chunk_size) for a chunk.
//!
//! The rules are those of [Transferring payload in multiple
//! chunks](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html) and [Including
//! trailing
//! headers](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html).

#[cfg(feature = "http-body")]
mod body;
mod checksum;
mod checksum_header;
mod chunk_header;
mod chunked_body;
#[cfg(feature = "checksums")]
mod crc;
mod decoder;
mod encoder;
mod framing;
mod line;
#[cfg(feature = "std")]
mod reader;
mod received_checksums;
mod received_trailers;
mod sign_chunked;
mod verified_body;

#[cfg(feature = "http-body")]
pub use body::EncodedBody;
pub use checksum::{Checksum, ChecksumAlgorithm};
pub use chunked_body::ChunkedBody;
pub use decoder::ChunkDecoder;
pub use encoder::ChunkEncoder;
#[cfg(feature = "std")]
pub use reader::ChunkReader;
