//! A rejected request: everything that is known about it, and its explanation.

use super::cause::Cause;
use super::compare::compare;
use super::compare_query::compare_written_queries;
use super::compare_scope::compare_scopes;
use super::confidence::Confidence;
use super::difference::Difference;
use super::error_response::ErrorResponse;
use super::evidence::Evidence;
use super::explanation::{Explanation, is_explained};
use super::finding::Finding;
use super::parse_findings::{parse_finding, sent_headers_finding};
use super::possible_findings::possible_findings;
use super::redaction::redact_url;
use super::response_findings::response_finding;
use super::secret_findings::secret_finding;
use super::signature_findings::signature_finding;
use super::signed_text::SignedText;
use super::url_findings::url_findings;
use crate::credentials::Credentials;
use crate::scheme::aws_host::AwsHost;
use crate::time::Timestamp;
use crate::verify::{ReceivedRequest, Unverified, Verifier, VerifyError};
use alloc::borrow::ToOwned as _;
use alloc::string::String;
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
    method: &'a str,
    url: &'a str,
    response: &'a ErrorResponse,
    headers: Vec<(&'a str, &'a str)>,
    body: Option<&'a [u8]>,
    bucket: Option<&'a str>,
    sent: Option<(&'a str, &'a str)>,
    sent_headers: Option<Vec<(&'a str, &'a str)>>,
    signed_texts: Option<(Option<&'a str>, &'a [u8])>,
    credentials: Option<&'a Credentials>,
    other_credentials: Vec<(&'a str, &'a Credentials)>,
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
            signed_texts: None,
            credentials: None,
            other_credentials: Vec::new(),
        }
    }

    /// Finds the causes at a moment, which decides whether the URL has expired.
    #[must_use]
    pub fn explain(&self, now: impl Into<Timestamp>) -> Explanation {
        let verifier = Verifier::lax();
        let signed_request = self.request(self.method, self.url, &self.headers);
        let sent_request = self.sent_request();
        let views = Views {
            signed: signed_request
                .as_ref()
                .map(|request| verifier.parse(request)),
            sent: sent_request.as_ref().map(|request| verifier.parse(request)),
        };
        let evidence = Evidence {
            method: self.method,
            url: self.url,
            now: now.into(),
            request: views.signed(),
            credentials: self.credentials,
            other_credentials: &self.other_credentials,
        };
        let signed_text = self.signed_text(&views);
        let seen_text = SignedText::of_response(self.response)
            .or_else(|| views.sent().map(SignedText::of_request));

        let mut findings = self.findings_of_request(&evidence, &views);
        let mut difference = None;
        if let (Some(signed), Some(seen)) = (&signed_text, &seen_text) {
            findings.extend(self.findings_of_texts(signed, seen));
            difference = signed
                .parse()
                .zip(seen.parse())
                .map(|(signed, seen)| Difference::between(&signed.lines(), &seen.lines()));
        }
        self.add_differences_of_writing(&mut findings);
        if self.response.is_mismatch() && !is_explained(&findings) {
            // The request that was sent may differ from the one that the server saw.
            let is_from_server = seen_text.is_some_and(|text| text.is_from_server);
            let same_texts = signed_text.is_some() && is_from_server;
            findings.extend(secret_finding(&evidence, same_texts));
            if findings
                .iter()
                .all(|finding| finding.confidence() != Confidence::Certain)
            {
                findings.extend(possible_findings(&evidence));
            }
        }
        Explanation::new(self.response.code(), findings, difference)
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

    /// Sets the body that was signed. Without it, services other than S3 count as signed without a
    /// body, unless a header contains the hash.
    #[must_use]
    pub fn body(mut self, body: &'a [u8]) -> Self {
        self.body = Some(body);
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
    /// if the request is signed with it. By default the signed headers count as sent.
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

    /// Returns a request as the server would have received it; `None` if the URL is invalid.
    fn request(
        &self,
        method: &'a str,
        url: &'a str,
        headers: &[(&'a str, &'a str)],
    ) -> Option<ReceivedRequest<'a>> {
        let mut request = ReceivedRequest::from_url(method, url).ok()?;
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        request = request.without_connected_host();
        if let Some(body) = self.body {
            request = request.body(body);
        }
        if let Some(bucket) = self.bucket.or_else(|| bucket_of_url(url)) {
            request = request.bucket(bucket);
        }
        Some(request)
    }

    /// Returns the request as it was sent, if anything is known of it.
    fn sent_request(&self) -> Option<ReceivedRequest<'a>> {
        if self.sent.is_none() && self.sent_headers.is_none() {
            return None;
        }
        let (method, url) = self.sent.unwrap_or((self.method, self.url));
        match &self.sent_headers {
            Some(headers) => self.request(method, url, headers),
            None => {
                // A client sends the host of the URL.
                let mut headers = self.headers.clone();
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
                self.request(method, url, &headers)
            }
        }
    }

    fn signed_text(&self, views: &Views<'_>) -> Option<SignedText> {
        match self.signed_texts {
            Some((canonical_request, string_to_sign)) => Some(SignedText {
                canonical_request: canonical_request.unwrap_or_default().to_owned(),
                string_to_sign: String::from_utf8_lossy(string_to_sign).into_owned(),
                is_from_server: false,
            }),
            None => views.signed().map(SignedText::of_request),
        }
    }

    /// Returns the causes that show in the response, the URL, the headers or the signature.
    fn findings_of_request(&self, evidence: &Evidence<'_>, views: &Views<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(response_finding(self.response, evidence));
        let sent_url = self.sent.map_or(self.url, |(_, url)| url);
        findings.extend(url_findings(sent_url, evidence.now));
        if let Some(Err(error)) = &views.signed
            && findings.is_empty()
        {
            findings.extend(parse_finding(error));
        }
        if let Some(Err(error)) = &views.sent {
            findings.extend(sent_headers_finding(error));
        }
        let received = self.response.field("SignatureProvided").map(str::to_owned);
        let received = received.or_else(|| views.sent().map(Unverified::received_signature));
        let made = views.signed().map(Unverified::received_signature);
        if let (Some(made), Some(received)) = (made, received) {
            findings.extend(signature_finding(&made, &received));
        }
        findings
    }

    /// Returns the causes that show in the texts of both sides.
    fn findings_of_texts(&self, signed: &SignedText, seen: &SignedText) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !signed.is_v2() {
            findings.extend(compare_scopes(&signed.string_to_sign, &seen.string_to_sign));
        }
        if let (Some(signed), Some(seen)) = (signed.parse(), seen.parse()) {
            findings.extend(compare(&signed, &seen, self.is_https()));
        }
        findings
    }

    /// Adds differences between the URLs that no canonical request shows.
    fn add_differences_of_writing(&self, findings: &mut Vec<Finding>) {
        let Some((_, sent_url)) = self.sent else {
            return;
        };
        let is_reordered = |finding: &Finding| finding.cause() == Cause::ParametersReordered;
        let is_known = findings.iter().any(is_reordered);
        let more = compare_written_queries(self.url, sent_url).into_iter();
        findings.extend(more.filter(|finding| !(is_known && is_reordered(finding))));
    }

    fn is_https(&self) -> Option<bool> {
        let (scheme, _) = self.url.split_once("://")?;
        Some(scheme.eq_ignore_ascii_case("https"))
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

/// The request as it was signed and as it was sent, each parsed as a server parses it.
struct Views<'v> {
    signed: Option<Result<Unverified<'v, 'v>, VerifyError>>,
    sent: Option<Result<Unverified<'v, 'v>, VerifyError>>,
}

impl<'v> Views<'v> {
    fn signed(&self) -> Option<&Unverified<'v, 'v>> {
        self.signed.as_ref()?.as_ref().ok()
    }

    fn sent(&self) -> Option<&Unverified<'v, 'v>> {
        self.sent.as_ref()?.as_ref().ok()
    }
}

/// Returns the bucket that the host of a URL names, if it is one of AWS's own.
fn bucket_of_url(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', ':']).next()?;
    AwsHost::parse(host)?.bucket()
}
