//! The result of signing with headers.

use super::presigned_url::signature_parameter;
use crate::scheme::sigv2::AUTHORIZATION_START;
use crate::wire::added_headers::{AUTHORIZATION, AddedHeaders};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The headers that signing adds to a request, or the parameters of a call of SigV2's query APIs.
///
/// Add the headers to the request, and replace those of the same names. `Debug` shows only names.
///
/// ```
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let signed = bucket.get("a.txt").sign(&credentials, now)?;
///
/// let names: Vec<_> = signed.headers().map(|(name, _)| name).collect();
/// assert_eq!(names, ["x-amz-date", "x-amz-content-sha256", "Authorization"]);
/// assert_eq!(signed.signature().len(), 64);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct SignedRequest {
    pub(super) headers: AddedHeaders,
    /// Headers other than the signature's: of a body in chunks, or a `Host` that isn't the URL's
    /// for a call to a query API.
    pub(super) other_headers: Vec<(String, String)>,
    pub(super) url: Option<String>,
    pub(super) body: Option<String>,
    pub(super) not_covered: Vec<String>,
}

impl SignedRequest {
    pub(crate) fn from_headers(headers: AddedHeaders, not_covered: Vec<String>) -> Self {
        SignedRequest {
            headers,
            other_headers: Vec::new(),
            url: None,
            body: None,
            not_covered,
        }
    }

    /// Returns the headers to add, `Authorization` among them.
    ///
    /// A call to a query API has no `Authorization`; only the request's `Host` header has to be
    /// sent, if it differs from the URL's host.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let others = self.other_headers.iter();
        let others = others.map(|(name, value)| (name.as_str(), value.as_str()));
        self.headers.iter().chain(others)
    }

    /// Returns the URL to which a call to a query API is sent, or `None` for other requests, whose
    /// URL doesn't change.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Returns the body of a call to a query API that is a POST: its parameters. The caller adds
    /// `Content-Type: application/x-www-form-urlencoded`.
    ///
    /// `None` if the call's URL has a query, because all parameters are in the URL then.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// Returns the names of the request's headers that the signature doesn't cover. SigV4 covers
    /// all headers except those that are [never signed](crate::v4#headers), SigV2 few.
    pub fn not_covered(&self) -> impl Iterator<Item = &str> {
        self.not_covered.iter().map(String::as_str)
    }

    /// Returns the signature: lowercase hexadecimal digits under SigV4, base64 under SigV2 and for
    /// Azure.
    #[must_use]
    pub fn signature(&self) -> Cow<'_, str> {
        if let Some(parameters) = self.body.as_ref().or(self.url.as_ref()) {
            return signature_parameter(parameters);
        }
        let mut headers = self.headers.iter();
        let authorization = headers.find(|(name, _)| *name == AUTHORIZATION);
        let (_, value) = authorization.unwrap_or_default();
        // `AWS ID:c2ln…=` under SigV2, `SharedKey ID:c2ln…=` for Azure, `…, Signature=0123…` under
        // SigV4.
        let separator = if [AUTHORIZATION_START, "SharedKey"]
            .iter()
            .any(|start| value.starts_with(start))
        {
            ":"
        } else {
            "Signature="
        };
        let (_, signature) = value.rsplit_once(separator).unwrap_or_default();
        Cow::Borrowed(signature)
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers().map(|(name, _)| name).collect();
        f.debug_struct("SignedRequest")
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}
