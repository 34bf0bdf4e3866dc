//! Links for many keys of one bucket.

use super::bucket::Bucket;
use crate::error::Error;
use crate::request::Parts;
use crate::timestamp::Timestamp;
use crate::v4::{Context, Template};
use alloc::string::String;
use core::fmt;
use core::time::Duration;

/// Presigned URLs that differ only in their key, made by [`Operation::links`](super::Operation::links).
///
/// A link costs little more than its hash, and no allocation if its buffer is reused.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let links = bucket.operation("GET").links(&credentials, Duration::from_secs(3600), now)?;
///
/// let mut line = String::new();
/// for key in ["a.txt", "b/ü.txt"] {
///     line.clear();
///     links.write(key, &mut line)?;
///     assert_eq!(line, links.link(key)?);
/// }
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Links {
    bucket: Bucket,
    template: Template,
}

impl Links {
    pub(super) fn new(
        bucket: &Bucket,
        context: &Context<'_>,
        parts: Parts<'_>,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<Self, Error> {
        Ok(Links {
            bucket: bucket.clone(),
            template: Template::new(context, parts, expires_in, now)?,
        })
    }

    /// Appends the link to an object to a buffer.
    ///
    /// # Errors
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; the buffer is then as it was.
    pub fn write(&self, key: &str, url: &mut String) -> Result<(), Error> {
        self.template.write(self.bucket.path(Some(key))?, url);
        Ok(())
    }

    /// The link to an object.
    ///
    /// # Errors
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty.
    pub fn link(&self, key: &str) -> Result<String, Error> {
        let mut url = String::new();
        self.write(key, &mut url)?;
        Ok(url)
    }

    /// When the links end.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.template.ends()
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links")
            .field("bucket", &self.bucket.name())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}
