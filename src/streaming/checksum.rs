//! Checksums of bodies, computed while the data passes.

use crate::crypto::{BlockHash, Hasher, Sha1, Sha256};
use crate::text::base64;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

/// The start of the names of headers and trailers with a checksum.
pub(super) const CHECKSUM_PREFIX: &str = "x-amz-checksum-";

/// A checksum that is computed while data passes. Implement it for an algorithm that
/// [`ChecksumAlgorithm`] doesn't have.
pub trait Checksum: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Appends bytes.
    fn update(&mut self, data: &[u8]);

    /// Returns the digest of all bytes, in big-endian order.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// An algorithm of S3's checksums ([Checking object
/// integrity](https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html)).
///
/// A checksum is a trailer of a [`ChunkedBody`](super::ChunkedBody), or a header if it is known
/// before:
///
/// ```
/// use presign::s3::Bucket;
/// use presign::streaming::ChecksumAlgorithm;
///
/// let body = b"Welcome to Amazon S3.";
/// let sha256 = ChecksumAlgorithm::SHA256;
/// assert_eq!(sha256.header_name(), "x-amz-checksum-sha256");
/// assert_eq!(sha256.of(body), "RM591nyVng01JP+sF3Hfu6h9K2tLTpnkIDSouAP4sHI=");
///
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let put = bucket.put("a.txt").checksum(sha256, sha256.of(body));
/// # let _ = put;
/// # Ok::<(), presign::Error>(())
/// ```
///
/// CRC-32, CRC-32C and CRC-64/NVME need the feature `checksums`. Any other algorithm can be added.
/// This one sums the bytes:
///
/// ```
/// use presign::streaming::{Checksum, ChecksumAlgorithm};
///
/// struct Sum(u32);
///
/// impl Checksum for Sum {
///     fn update(&mut self, data: &[u8]) {
///         self.0 = data.iter().fold(self.0, |sum, byte| sum.wrapping_add(u32::from(*byte)));
///     }
///
///     fn finish(self: Box<Self>) -> Vec<u8> {
///         self.0.to_be_bytes().into()
///     }
/// }
///
/// const SUM: ChecksumAlgorithm =
///     ChecksumAlgorithm::new("x-amz-checksum-sum", 4, || Box::new(Sum(0)));
/// assert_eq!(SUM.of(b"\x01\x02"), "AAAAAw==");
/// ```
#[derive(Clone, Copy)]
pub struct ChecksumAlgorithm {
    header_name: &'static str,
    /// The length of a digest in bytes.
    pub(super) digest_len: usize,
    start: fn() -> Box<dyn Checksum>,
}

impl ChecksumAlgorithm {
    /// SHA-1.
    pub const SHA1: Self =
        ChecksumAlgorithm::new(
            "x-amz-checksum-sha1",
            20,
            || Box::new(Hasher::<Sha1>::new()),
        );

    /// SHA-256.
    pub const SHA256: Self = ChecksumAlgorithm::new("x-amz-checksum-sha256", 32, || {
        Box::new(Hasher::<Sha256>::new())
    });

    /// The algorithms that a decoder knows.
    pub(super) const BUILT_IN: &[Self] = &[
        Self::SHA1,
        Self::SHA256,
        #[cfg(feature = "checksums")]
        Self::CRC32,
        #[cfg(feature = "checksums")]
        Self::CRC32C,
        #[cfg(feature = "checksums")]
        Self::CRC64_NVME,
    ];

    /// Returns an algorithm with this header name (lowercase) and this digest length (bytes).
    /// `start` returns the checksum of no data.
    #[must_use]
    pub const fn new(
        header_name: &'static str,
        digest_len: usize,
        start: fn() -> Box<dyn Checksum>,
    ) -> Self {
        ChecksumAlgorithm {
            header_name,
            digest_len,
            start,
        }
    }

    /// Returns the name of the header or trailer, such as `x-amz-checksum-sha256`.
    #[must_use]
    pub const fn header_name(&self) -> &'static str {
        self.header_name
    }

    /// Returns the checksum of a whole body as the header's value: base64.
    #[must_use]
    pub fn of(&self, body: &[u8]) -> String {
        let mut checksum = self.start();
        checksum.update(body);
        value_of(checksum)
    }

    pub(super) fn start(&self) -> Box<dyn Checksum> {
        (self.start)()
    }

    /// Returns the length of the value: base64 with padding.
    pub(super) fn value_len(&self) -> usize {
        self.digest_len.div_ceil(3).saturating_mul(4)
    }
}

impl fmt::Debug for ChecksumAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChecksumAlgorithm")
            .field(&self.header_name)
            .finish()
    }
}

/// Returns the header's value.
pub(super) fn value_of(checksum: Box<dyn Checksum>) -> String {
    let mut value = String::new();
    base64::write(&checksum.finish(), &mut value);
    value
}

impl<H: BlockHash> Checksum for Hasher<H>
where
    Self: Send + Sync + UnwindSafe + RefUnwindSafe,
{
    fn update(&mut self, data: &[u8]) {
        Hasher::update(self, data);
    }

    fn finish(mut self: Box<Self>) -> Vec<u8> {
        Hasher::finish(&mut self).as_ref().into()
    }
}
