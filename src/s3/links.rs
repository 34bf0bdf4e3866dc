//! Links for many keys of one bucket.

use super::bucket::Bucket;
use crate::error::Error;
use crate::timestamp::Timestamp;
use crate::{v2, v4};
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// Presigned URLs that differ only in their key, made by [`Operation::links`](super::Operation::links), or by
/// [`Operation::links_v2`](super::Operation::links_v2) for stores that know SigV2 only.
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
///
/// # Links of another second
/// A server that hands out the same kind of link all day prepares it once and gives the time with each key. Any number of
/// threads may do so with the same `Links`, and midnight, which changes the signing key, needs no thought:
///
/// ```
/// # use core::time::Duration;
/// # use presign::{Credentials, Timestamp, s3::Bucket};
/// # let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let hour = Duration::from_secs(3600);
/// let started = Timestamp::parse("20130524T000000Z")?;
/// let links = bucket.operation("GET").links(&credentials, hour, started)?;
///
/// let now = Timestamp::parse("20130525T071500Z")?;
/// let link = links.link_at("a.txt", now)?;
/// assert_eq!(link, bucket.get("a.txt").presign(&credentials, hour, now)?.as_str());
/// # Ok::<(), presign::Error>(())
/// ```
///
/// A link of SigV2 says only when it ends, and two of other seconds differ in nothing else:
///
/// ```
/// # use core::time::Duration;
/// # use presign::{Credentials, Timestamp, s3::Bucket};
/// # let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// # let (hour, started) = (Duration::from_secs(3600), Timestamp::parse("20130524T000000Z")?);
/// let links = bucket.operation("GET").links_v2(&credentials, hour, started)?;
/// assert!(links.link("a.txt")?.contains("a.txt?AWSAccessKeyId=AKIDEXAMPLE&Expires=1369357200&Signature="));
///
/// let now = Timestamp::parse("20130525T071500Z")?;
/// let link = links.link_at("a.txt", now)?;
/// assert_eq!(link, bucket.get("a.txt").presign_v2(&credentials, hour, now)?.as_str());
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Links {
    bucket: Bucket,
    template: Template,
}

/// By which generation the links are signed.
#[derive(Clone)]
pub(super) enum Template {
    V4(Box<v4::Template>),
    V2(Box<v2::Template>),
}

impl Links {
    pub(super) fn new(bucket: &Bucket, template: Template) -> Self {
        Links {
            bucket: bucket.clone(),
            template,
        }
    }

    /// Appends the link to an object to a buffer, signed at the moment of the preparation.
    ///
    /// # Errors
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; the buffer is then as it was.
    pub fn write(&self, key: &str, url: &mut String) -> Result<(), Error> {
        let path = self.bucket.path(Some(key))?;
        match &self.template {
            Template::V4(template) => template.write(path, url),
            Template::V2(template) => template.write(path, url),
        }
        Ok(())
    }

    /// The link to an object, signed at the moment of the preparation.
    ///
    /// # Errors
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty.
    pub fn link(&self, key: &str) -> Result<String, Error> {
        let mut url = String::new();
        self.write(key, &mut url)?;
        Ok(url)
    }

    /// [`write`](Links::write) for a link that is signed at another moment than that of the preparation, and lives as long
    /// from there.
    ///
    /// # Errors
    /// In each case the buffer is then as it was.
    /// - [`ErrorKind::Key`](crate::ErrorKind::Key): the key is empty.
    /// - [`ErrorKind::Time`](crate::ErrorKind::Time): `now` is outside the years 0 to 9999. SigV2 signs no time.
    /// - [`ErrorKind::Expiry`](crate::ErrorKind::Expiry): the link would live longer than the credentials are known to; under
    ///   SigV2, too, if it would end outside the years 1970 to 9999.
    pub fn write_at(
        &self,
        key: &str,
        now: impl Into<Timestamp>,
        url: &mut String,
    ) -> Result<(), Error> {
        let path = self.bucket.path(Some(key))?;
        match &self.template {
            Template::V4(template) => template.write_at(path, now.into(), url),
            Template::V2(template) => template.write_at(path, now.into(), url),
        }
    }

    /// [`link`](Links::link) for a link that is signed at another moment than that of the preparation, and lives as long
    /// from there.
    ///
    /// # Errors
    /// Those of [`write_at`](Links::write_at).
    pub fn link_at(&self, key: &str, now: impl Into<Timestamp>) -> Result<String, Error> {
        let mut url = String::new();
        self.write_at(key, now, &mut url)?;
        Ok(url)
    }

    /// When the links end that are signed at the moment of the preparation.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        match &self.template {
            Template::V4(template) => template.ends(),
            Template::V2(template) => template.ends(),
        }
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
