//! A rejected request: everything that is known about it, and its explanation.

use super::catalogue::Cause;
use super::compare::{compare, reordered};
use super::confidence::Confidence;
use super::difference::Difference;
use super::error_response::ErrorResponse;
use super::evidence::Evidence;
use super::explanation::{Explanation, is_explained};
use super::finding::Finding;
use super::form_findings::Form;
use super::ranking::possible_findings;
use super::redaction::{redact_url, shorten};
use super::search::{search, signature_findings};
use super::session_token::is_session_token;
use super::signed_text::{SignedText, compare_scopes, has_hash};
use super::statement::Statement;
use super::text_forms::{decoded, split_params};
use super::url_findings::{parse_finding, url_findings};
use crate::credentials::Credentials;
use crate::scheme::sigv2;
use crate::scheme::aws_host::AwsHost;
use crate::time::Timestamp;
use crate::verify::{ReceivedRequest, Unverified, Verifier, VerifyError, VerifyErrorKind};
use alloc::borrow::ToOwned as _;
use alloc::format;
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
    sent_body: Option<&'a [u8]>,
    fields: Vec<(&'a str, &'a str)>,
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
            sent_body: None,
            fields: Vec::new(),
            signed_texts: None,
            credentials: None,
            other_credentials: Vec::new(),
        }
    }

    /// Finds the causes at a moment, which decides whether the URL has expired.
    #[must_use]
    pub fn explain(&self, now: impl Into<Timestamp>) -> Explanation {
        let verifier = Verifier::lax();
        let signed_request = self.request(self.method, self.url, &self.headers, self.body);
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
        let server_text = SignedText::of_response(self.response);
        let sent_text = views.sent().map(|request| self.text_of(request));
        let signed_text = self.signed_text(&views);
        let signed_text = signed_text.map(|text| text.with_payload_of(server_text.as_ref()));

        let mut findings = self.findings_of_request(&evidence, &views);
        if !self.fields.is_empty() {
            let form = Form {
                fields: &self.fields,
                bucket: self
                    .bucket
                    .or_else(|| bucket_of_form(self.url))
                    .unwrap_or_default(),
            };
            findings.extend(form.findings(self.response, self.credentials, evidence.now));
        }
        let mut difference = None;
        let mut is_same = false;
        if let (Some(signed), Some(seen)) =
            (&signed_text, server_text.as_ref().or(sent_text.as_ref()))
        {
            findings.extend(self.differences(signed, seen));
            if server_text.is_some() && findings.iter().all(Finding::is_harmless) {
                is_same = signed.is_same(seen);
                findings.extend(self.findings_of_hash(signed, seen));
            }
            let lines = signed.canonical.as_ref().zip(seen.canonical.as_ref());
            difference =
                lines.map(|(signed, seen)| Difference::between(&signed.lines(), &seen.lines()));
        } else {
            findings.extend(self.method_finding(server_text.as_ref()));
        }
        self.add_differences_of_writing(&mut findings);
        if self.response.is_mismatch() && !is_explained(&findings) {
            findings.extend(self.findings_of_signature(&evidence, signed_text.as_ref(), is_same));
        }
        if findings.iter().all(Finding::is_harmless) {
            findings.extend(Statement::new(self.response, &evidence).repeated());
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

    /// Sets the body that was signed. Without it, the payload of services other than S3 is unknown,
    /// unless a header contains the hash.
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
        body: Option<&'a [u8]>,
    ) -> Option<ReceivedRequest<'a>> {
        let mut request = ReceivedRequest::from_url(method, url).ok()?;
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        request = request.without_connected_host();
        if let Some(body) = body {
            request = request.body(body);
        }
        if let Some(bucket) = self.bucket.or_else(|| bucket_of_url(url)) {
            request = request.bucket(bucket);
        }
        Some(request)
    }

    /// Returns the request as it was sent, if anything is known of it.
    fn sent_request(&self) -> Option<ReceivedRequest<'a>> {
        if self.sent.is_none() && self.sent_headers.is_none() && self.sent_body.is_none() {
            return None;
        }
        let body = self.sent_body.or(self.body);
        let (method, url) = self.sent.unwrap_or((self.method, self.url));
        match &self.sent_headers {
            Some(headers) => self.request(method, url, headers, body),
            None => {
                // A client sends the host of the URL.
                let mut headers = self.headers.clone();
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
                self.request(method, url, &headers, body)
            }
        }
    }

    fn signed_text(&self, views: &Views<'_>) -> Option<SignedText> {
        match self.signed_texts {
            Some((canonical_request, string_to_sign)) => Some(SignedText::new(
                canonical_request.unwrap_or_default(),
                &String::from_utf8_lossy(string_to_sign),
            )),
            None => views.signed().map(|request| self.text_of(request)),
        }
    }

    /// Services other than S3 sign the hash of the body, which a request doesn't show.
    fn text_of(&self, request: &Unverified<'_, '_>) -> SignedText {
        let service = request.authentication().service();
        let mut headers = self.headers.iter();
        let is_known = service.is_none_or(|service| service.starts_with("s3"))
            || self.body.is_some()
            || self.sent_body.is_some()
            || headers.any(|(name, _)| name.eq_ignore_ascii_case("x-amz-content-sha256"));
        SignedText::of_request(request, is_known)
    }

    /// Returns the causes that show in the response, the URL, the headers or the signature.
    fn findings_of_request(&self, evidence: &Evidence<'_>, views: &Views<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let statement = Statement::new(self.response, evidence).finding();
        let is_consequence = statement.as_ref().is_some_and(Statement::is_consequence);
        let (cause, consequence) = match statement {
            Some(finding) if is_consequence => (None, Some(finding)),
            other => (other, None),
        };
        findings.extend(cause);
        let sent_url = self.sent.map_or(self.url, |(_, url)| url);
        if is_cut_by_shell(self.url, sent_url) {
            findings.push(Finding::certain(Cause::QueryCut));
            return findings;
        }
        findings.extend(url_findings(sent_url, evidence.now));
        if let Some(Err(error)) = &views.signed
            && findings.is_empty()
        {
            findings.extend(parse_finding(error));
        }
        if let Some(Err(error)) = &views.sent {
            findings.extend(self.sent_finding(error));
        }
        findings.extend(consequence);
        let received = self.response.field("SignatureProvided").map(str::to_owned);
        let received = received.or_else(|| views.sent().map(Unverified::received_signature));
        let made = views.signed().map(Unverified::received_signature);
        if let (Some(made), Some(received)) = (made, received) {
            findings.extend(signature_finding(&made, &received));
        }
        findings
    }

    /// Returns the cause that the request shows as it was sent, if it can't be read.
    fn sent_finding(&self, error: &VerifyError) -> Option<Finding> {
        match error.kind() {
            VerifyErrorKind::NotSigned => Some(Finding::certain(Cause::NoAuthentication)),
            VerifyErrorKind::HeaderNotSigned
            | VerifyErrorKind::SignedHeaderMissing
            | VerifyErrorKind::SignedTwice => {
                Some(parse_finding(error)?.with_confidence(Confidence::Certain))
            }
            _ => None,
        }
    }

    /// Returns the causes that show in the texts of both sides.
    fn differences(&self, signed: &SignedText, seen: &SignedText) -> Vec<Finding> {
        let mut findings = compare_scopes(&signed.string_to_sign, &seen.string_to_sign);
        if let (Some(signed), Some(seen)) = (&signed.canonical, &seen.canonical) {
            findings.extend(compare(signed, seen, self.is_https()));
        }
        findings
    }

    /// Returns the causes that the hash of the server's canonical request confirms.
    fn findings_of_hash(&self, signed: &SignedText, seen: &SignedText) -> Vec<Finding> {
        let (Some(hash), Some(request)) = (seen.canonical_hash(), &signed.canonical) else {
            return Vec::new();
        };
        if !seen.canonical_request.is_empty() || signed.is_same(seen) {
            return Vec::new();
        }
        let seen = search(request, |text| has_hash(text, hash));
        seen.map_or_else(Vec::new, |seen| compare(request, &seen, self.is_https()))
    }

    /// Compares the methods, if nothing more of the signed request can be read.
    fn method_finding(&self, seen: Option<&SignedText>) -> Option<Finding> {
        let seen = &seen?.canonical.as_ref()?.method;
        let about = format!("{} and sent as {seen}", self.method);
        let finding = Finding::certain(Cause::Method).about(&about);
        (seen != self.method).then(|| finding.with_signed(self.method).with_seen(&**seen))
    }

    /// Returns the causes that the signature shows, or else those that are possible. `is_same` is
    /// whether the server certainly saw the request as it is known here.
    fn findings_of_signature(
        &self,
        evidence: &Evidence<'_>,
        signed: Option<&SignedText>,
        is_same: bool,
    ) -> Vec<Finding> {
        let Some(request) = evidence.request else {
            return Vec::new();
        };
        let is_right = evidence.credentials.map(|credentials| match signed {
            Some(signed) => request.is_signature_of(signed.message(), credentials),
            None => request.is_signed_by(credentials),
        });
        if is_right != Some(true) {
            let canonical = signed.and_then(|signed| signed.canonical.as_ref());
            if let Some(findings) =
                signature_findings(evidence, request, canonical, self.is_https())
            {
                return findings;
            }
        }
        let id = request.access_key_id();
        let secret = Finding::new(Cause::WrongSecret, Confidence::Likely).with_signed(id);
        match is_right {
            Some(true) if is_same => alloc::vec![
                secret.with_confidence(Confidence::Certain).with_message(
                    "Both sides signed the same text, and the signature is right for the credentials given, so \
                     the server has another secret for this access key. The key was recreated, or belongs to \
                     another account or store that uses the same name. Copy its secret again.",
                )
            ],
            Some(false) => {
                let mut findings = alloc::vec![secret.with_message(
                    "The signature is not the one that these credentials give for this request: it was made with \
                     another secret, or for a request that was written in another way. Check which credentials sign.",
                )];
                if !is_same {
                    findings.extend(possible_findings(evidence));
                }
                findings
            }
            _ if is_same => {
                // The signer's own text is the proof that only the keys can differ.
                let confidence = match self.signed_texts {
                    Some(_) => Confidence::Certain,
                    None => Confidence::Likely,
                };
                alloc::vec![secret.with_confidence(confidence)]
            }
            _ => possible_findings(evidence),
        }
    }

    /// Adds differences between the URLs that no canonical request shows: the order of the
    /// parameters, and the encoding of the path.
    fn add_differences_of_writing(&self, findings: &mut Vec<Finding>) {
        let Some((_, sent_url)) = self.sent else {
            return;
        };
        let parts = |url: &'a str| url.split_once('?').unwrap_or((url, ""));
        let ((path, query), (sent_path, sent_query)) = (parts(self.url), parts(sent_url));
        // The canonical request may be the same, but not every server takes it from the same path.
        if path != sent_path && decoded(path) == decoded(sent_path) && findings.is_empty() {
            let finding = Finding::new(Cause::PathNotEncoded, Confidence::Likely);
            findings.push(
                finding
                    .with_signed(redact_url(path))
                    .with_seen(redact_url(sent_path)),
            );
        }
        let (mut signed, mut sent) = (split_params(query), split_params(sent_query));
        findings.extend(bare_plus(&signed, &sent));
        let is_known = |finding: &Finding| finding.cause() == Cause::ParametersReordered;
        if signed == sent || findings.iter().any(is_known) {
            return;
        }
        signed.sort_unstable();
        sent.sort_unstable();
        if signed == sent {
            let finding = reordered().with_signed(redact_url(self.url));
            findings.push(finding.with_seen(redact_url(sent_url)));
        }
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

/// Returns the finding for a `+` that was signed as %2B and sent bare. Some servers read it as a
/// plus, and others, which read queries as forms, as a space.
fn bare_plus(signed: &[(&str, &str)], sent: &[(&str, &str)]) -> Option<Finding> {
    let is_bare = |(name, value): &&(&str, &str)| {
        let encoded = value.replace('+', "%2B");
        encoded != *value && signed.contains(&(name, &encoded))
    };
    let (name, _) = sent.iter().find(is_bare)?;
    let cause = match *name {
        sigv2::SIGNATURE => Cause::SignaturePlus,
        name if is_session_token(name) => Cause::TokenChanged,
        _ => Cause::ParameterReencoded,
    };
    Some(Finding::new(cause, Confidence::Likely).about(name))
}

/// Returns whether a URL is another up to its first `&`.
fn is_cut_by_shell(url: &str, sent_url: &str) -> bool {
    let rest = url.strip_prefix(sent_url);
    sent_url.contains('?')
        && !sent_url.contains('&')
        && rest.is_some_and(|rest| rest.starts_with('&'))
}

/// Compares the signature that the server received with the one that was made.
fn signature_finding(made: &str, received: &str) -> Option<Finding> {
    if received == made {
        return None;
    }
    let cause = if received.replace(' ', "+") == made {
        Cause::SignaturePlus
    } else if !received.is_empty() && made.starts_with(received) {
        Cause::SignatureTruncated
    } else {
        Cause::SignatureChanged
    };
    let finding = Finding::certain(cause).with_signed(shorten(made));
    Some(finding.with_seen(shorten(received)))
}

/// Returns the bucket of a form: that of the host, or else the first segment of the path.
fn bucket_of_form(url: &str) -> Option<&str> {
    let path = || {
        url.split_once("://")?
            .1
            .split('/')
            .nth(1)?
            .split('?')
            .next()
    };
    bucket_of_url(url).or_else(path)
}

/// Returns the bucket that the host of a URL names, if it is one of AWS's own.
fn bucket_of_url(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', ':']).next()?;
    AwsHost::parse(host)?.bucket()
}
