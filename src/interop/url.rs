//! `url::Url`, in and out.

use crate::error::{Error, Quoted, error};
use crate::request::Request;
use crate::signed::PresignedUrl;
use alloc::borrow::Cow;
use url::Url;

#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
impl<'a> Request<'a> {
    /// A request for a parsed URL. What the parser has rewritten in the path stays rewritten.
    #[must_use]
    pub fn from_url(method: impl Into<Cow<'a, str>>, url: &'a Url) -> Self {
        Request::new(method, url.as_str())
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "url")))]
impl PresignedUrl {
    /// The URL, parsed.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) if the parser would rewrite the URL, so that it asks for something else than
    /// what was signed: a key with a segment `.` or `..` does not survive it. Clients that parse URLs in this
    /// way can't fetch such a key by any presigned URL.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::{Credentials, ErrorKind, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let presign = |key| bucket.get(key).presign(&credentials, Duration::from_secs(60), now);
    ///
    /// let signed = presign("a/b.txt")?;
    /// assert_eq!(signed.to_url()?.as_str(), signed.as_str());
    /// let refused = presign("a/../b.txt")?.to_url().unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::Url);
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn to_url(&self) -> Result<Url, Error> {
        let text = self.as_str();
        let address = |text: &'_ str| -> alloc::string::String {
            text.split('?').next().unwrap_or_default().into()
        };
        match Url::parse(text) {
            Ok(url) if url.as_str() == text => Ok(url),
            Ok(url) => Err(error!(
                Url,
                "a URL parser rewrites {} to {}, which is not what was signed: use the URL as a string",
                Quoted(&address(text)),
                Quoted(&address(url.as_str()))
            )),
            Err(reason) => Err(error!(
                Url,
                "{} is no URL for the parser: {reason}",
                Quoted(&address(text))
            )),
        }
    }
}
