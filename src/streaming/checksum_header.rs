//! A checksum that is known before the upload: a signed header.

use super::checksum::{CHECKSUM_PREFIX, ChecksumAlgorithm};
use crate::error::error;
use crate::request::Request;
use crate::text::base64;
use crate::text::percent::Component;
use alloc::borrow::Cow;

impl<'a> Request<'a> {
    /// Sets the checksum of the body, in base64: a header such as `x-amz-checksum-sha256`, which is
    /// signed and has to be sent. The store rejects another body.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::streaming::ChecksumAlgorithm;
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let sha256 = ChecksumAlgorithm::SHA256;
    /// let link = bucket
    ///     .put("a.txt")
    ///     .content_length(21)
    ///     .checksum(sha256, sha256.of(b"Welcome to Amazon S3."))
    ///     .presign(&credentials, Duration::from_secs(60), now)?;
    /// assert_eq!(link.headers().count(), 2);
    /// # Ok::<(), presign::Error>(())
    /// ```
    ///
    /// # Errors
    /// Signing returns [`ErrorKind::Header`](crate::ErrorKind::Header) for a value that isn't the
    /// base64 of a digest of that algorithm, and for a second checksum, and
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for stores whose URLs cover no
    /// headers.
    #[must_use]
    pub fn checksum(self, algorithm: ChecksumAlgorithm, value: impl Into<Cow<'a, str>>) -> Self {
        let (name, value) = (algorithm.header_name(), value.into());
        let digest = base64::decode(value.as_bytes());
        if digest.is_none_or(|digest| digest.len() != algorithm.digest_len) {
            return self.fail(error!(
                Header,
                "invalid {name}; write the base64 of {} bytes, as ChecksumAlgorithm::of returns it",
                algorithm.digest_len
            ));
        }
        let mut names = self.header_names();
        if names.any(|name| Component::Raw(name).starts_with_ignore_case(CHECKSUM_PREFIX)) {
            drop(names);
            return self.fail(error!(
                Header,
                "the request has a checksum already, but S3 accepts one; add one"
            ));
        }
        drop(names);
        self.signed_header(name, value)
    }
}
