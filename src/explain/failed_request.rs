//! A rejected request: everything that is known about it.

use super::error_response::ErrorResponse;
use super::explanation::Explanation;
use super::redaction::redact_url;
use crate::credentials::Credentials;
use crate::time::Timestamp;
use alloc::vec::Vec;
use core::fmt;

/// A request that a server rejected: how it was signed, and everything else that is known.
///
/// Method and URL are those that were signed: a presigned URL as it was made, or the URL of a
/// request that is signed with headers, together with all its headers. Only method, URL and
/// response are required. The more is known, the more certain are the findings. `Debug` shows
/// neither credentials nor the secrets of the URL.
///
/// ```
/// use core::time::Duration;
/// use presign::explain::{Cause, Confidence, ErrorResponse, FailedRequest};
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let link = bucket
///     .put("a.txt")
///     .header("Content-Type", "text/plain")
///     .presign(&credentials, Duration::from_secs(60), now)?;
///
/// // The server states nothing but a code. The client's log contains the headers that were sent.
/// let response = ErrorResponse::parse("<Error><Code>SignatureDoesNotMatch</Code></Error>");
/// let explanation = FailedRequest::new("PUT", link.as_str(), &response)
///     .headers(link.headers())
///     .credentials(&credentials)
///     .sent_header("Content-Type", "text/plain; charset=utf-8")
///     .explain(now);
///
/// let finding = &explanation.findings()[0];
/// assert_eq!(finding.cause(), Cause::HeaderChanged);
/// assert_eq!(finding.confidence(), Confidence::Certain);
/// assert_eq!(finding.signed(), Some("content-type:text/plain"));
/// assert_eq!(finding.seen(), Some("content-type:text/plain; charset=utf-8"));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct FailedRequest<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) response: &'a ErrorResponse,
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) body: Option<&'a [u8]>,
    pub(super) bucket: Option<&'a str>,
    pub(super) sent: Option<(&'a str, &'a str)>,
    pub(super) sent_headers: Option<Vec<(&'a str, &'a str)>>,
    pub(super) sent_body: Option<&'a [u8]>,
    pub(super) fields: Vec<(&'a str, &'a str)>,
    pub(super) signed_texts: Option<(Option<&'a str>, &'a [u8])>,
    pub(super) credentials: Option<&'a Credentials>,
    pub(super) other_credentials: Vec<(&'a str, &'a Credentials)>,
}

impl<'a> FailedRequest<'a> {
    /// Returns a request with the method and URL that were signed, and the server's response.
    #[must_use]
    pub fn new(method: &'a str, url: &'a str, response: &'a ErrorResponse) -> Self {
        FailedRequest {
            method,
            url,
            response,
            headers: Vec::new(),
            body: None,
            bucket: None,
            sent: None,
            sent_headers: None,
            sent_body: None,
            fields: Vec::new(),
            signed_texts: None,
            credentials: None,
            other_credentials: Vec::new(),
        }
    }

    /// Finds the causes. `now` is the time of the rejection, by which a URL has expired or was
    /// signed by a clock that is ahead.
    #[must_use]
    pub fn explain(&self, now: impl Into<Timestamp>) -> Explanation {
        let now = now.into();
        self.completed(now).investigate(now)
    }

    /// Adds a header that was signed, or that carries the signature: `Authorization`, `x-amz-date`,
    /// `Content-Type`, …
    #[must_use]
    pub fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds all headers of a list, such as that of
    /// [`PresignedUrl::headers`](crate::PresignedUrl::headers).
    #[must_use]
    pub fn headers<'n: 'a, 'v: 'a>(
        mut self,
        headers: impl IntoIterator<Item = (&'n str, &'v str)>,
    ) -> Self {
        for (name, value) in headers {
            self.headers.push((name, value));
        }
        self
    }

    /// Sets the body that was signed. Without it, the payload of services other than S3 is unknown,
    /// unless a header contains the hash. The fields of a form are read from it if no
    /// [`field`](FailedRequest::field) is given.
    #[must_use]
    pub fn body(mut self, body: &'a [u8]) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets the body that was actually sent, if it is another.
    #[must_use]
    pub fn sent_body(mut self, body: &'a [u8]) -> Self {
        self.sent_body = Some(body);
        self
    }

    /// Adds a field of a form, in the order of the form; the file, too, with any value. The URL is
    /// that to which the form was sent.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use presign::explain::{Cause, ErrorResponse, FailedRequest};
    /// # use presign::{Credentials, Timestamp, s3::Bucket};
    /// #
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// # let now: Timestamp = "20130524T000000Z".parse()?;
    /// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let form = bucket.post_policy("a.txt").presign(&credentials, Duration::from_secs(60), now)?;
    /// let response = ErrorResponse::parse("<Error><Code>AccessDenied</Code></Error>");
    /// let mut request = FailedRequest::new("POST", form.url(), &response);
    /// for (name, value) in form.fields() {
    ///     request = request.field(name, value);
    /// }
    /// // The page adds a field of its own.
    /// let explanation = request.field("x-amz-meta-page", "1").explain(now);
    /// assert_eq!(explanation.findings()[0].cause(), Cause::Policy);
    /// # Ok::<(), presign::Error>(())
    /// ```
    #[must_use]
    pub fn field(mut self, name: &'a str, value: &'a str) -> Self {
        self.fields.push((name, value));
        self
    }

    /// Sets the bucket that the host names, which SigV2 signs. It is not needed for AWS's own
    /// hosts.
    #[must_use]
    pub fn bucket(mut self, name: &'a str) -> Self {
        self.bucket = Some(name);
        self
    }

    /// Sets the credentials that should have signed the request. They check the signature, and are
    /// never shown.
    #[must_use]
    pub fn credentials(mut self, credentials: &'a Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Adds other credentials, whose secret may have been used by mistake, with a name for people:
    /// `the profile "backup"`.
    #[must_use]
    pub fn other_credentials(mut self, name: &'a str, credentials: &'a Credentials) -> Self {
        self.other_credentials.push((name, credentials));
        self
    }

    /// Sets the canonical request and the string to sign as the signer made them. Without them,
    /// they are computed from the request, so that errors of the signer don't show. SigV2 has no
    /// canonical request.
    ///
    /// [`Unsigned`](crate::Unsigned) has both.
    #[must_use]
    pub fn signed_texts(
        mut self,
        canonical_request: Option<&'a str>,
        string_to_sign: &'a (impl AsRef<[u8]> + ?Sized),
    ) -> Self {
        self.signed_texts = Some((canonical_request, string_to_sign.as_ref()));
        self
    }

    /// Sets the method and the URL that were actually sent, if they are known: from a log, from a
    /// proxy or from `curl -v`.
    #[must_use]
    pub fn sent(mut self, method: &'a str, url: &'a str) -> Self {
        self.sent = Some((method, url));
        self
    }

    /// Adds a header that was actually sent. If one is known, all have to be: `Authorization`, too,
    /// if the request is signed with it. By default the signed headers count as sent. If no signed
    /// header is given, the sent ones except Host count as signed.
    #[must_use]
    pub fn sent_header(self, name: &'a str, value: &'a str) -> Self {
        self.sent_headers([(name, value)])
    }

    /// Adds all headers that were actually sent; an empty list states that none was.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use presign::explain::{Cause, ErrorResponse, FailedRequest};
    /// # use presign::{Credentials, Timestamp, s3::Bucket};
    /// #
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// # let now: Timestamp = "20130524T000000Z".parse()?;
    /// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let put = bucket.put("a.txt").header("Content-Type", "text/plain");
    /// let link = put.presign(&credentials, Duration::from_secs(60), now)?;
    ///
    /// // According to `curl -v`, no Content-Type was sent.
    /// let response = ErrorResponse::parse("<Code>SignatureDoesNotMatch</Code>");
    /// let explanation = FailedRequest::new("PUT", link.as_str(), &response)
    ///     .headers(link.headers())
    ///     .sent_headers([])
    ///     .explain(now);
    /// assert_eq!(explanation.findings()[0].cause(), Cause::HeaderNotSent);
    /// # Ok::<(), presign::Error>(())
    /// ```
    #[must_use]
    pub fn sent_headers<'n: 'a, 'v: 'a>(
        mut self,
        headers: impl IntoIterator<Item = (&'n str, &'v str)>,
    ) -> Self {
        let sent = self.sent_headers.get_or_insert_default();
        for (name, value) in headers {
            sent.push((name, value));
        }
        self
    }
}

impl fmt::Debug for FailedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedRequest")
            .field("method", &self.method)
            .field("url", &redact_url(self.url))
            .finish_non_exhaustive()
    }
}
