//! Presigned URLs as `url::Url`.

use crate::error::{Error, Quoted, error};
use crate::request::PresignedUrl;
use crate::wire::url::without_secrets;
use url::Url;

impl PresignedUrl {
    /// Returns the URL, parsed.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) if the parser changes the URL, so that it no
    /// longer matches the signature. It removes the segments `.` and `..` of a key. Clients that
    /// parse URLs in this way can't fetch such a key by any presigned URL.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::{Credentials, ErrorKind, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let presign = |key| bucket.get(key).presign(&credentials, Duration::from_secs(60), now);
    ///
    /// let link = presign("a/b.txt")?;
    /// assert_eq!(link.to_url()?.as_str(), link.as_str());
    /// let error = presign("a/../b.txt")?.to_url().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Url);
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn to_url(&self) -> Result<Url, Error> {
        let text = self.as_str();
        let url = Url::parse(text).map_err(|reason| {
            error!(
                Url,
                "the crate url rejects {}: {reason}",
                Quoted(without_secrets(text))
            )
        })?;
        if url.as_str() == text {
            return Ok(url);
        }
        Err(error!(
            Url,
            "the crate url changes {} to {}, which isn't signed; use the URL as a string",
            Quoted(without_secrets(text)),
            Quoted(without_secrets(url.as_str()))
        ))
    }
}
