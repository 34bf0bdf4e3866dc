//! Why a server refused a request: what was signed against what the server saw.
//!
//! What lives here: from a request and the server's answer to the causes, likeliest first, each with what to do. What does not: how a
//! canonical request is written; both sides are written, or were, by the same rules ([`v4`](crate::v4), [`v2`](crate::v2)).
//!
//! ```
//! use core::time::Duration;
//! use presign::explain::{Answer, Attempt, Cause};
//! use presign::{Credentials, Timestamp, s3::Bucket};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let now = Timestamp::parse("20130524T000000Z")?;
//! let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! let link = bucket.get("a.txt").presign(&credentials, Duration::from_secs(60), now)?;
//!
//! // The link was opened with HEAD. S3's answer holds the canonical request that it saw.
//! let body = "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>HEAD\n/a.txt\n…</CanonicalRequest></Error>";
//! # let steps = bucket.get("a.txt").presign_steps(&credentials, Duration::from_secs(60), now)?;
//! # let head = steps.canonical_request.replace("GET\n", "HEAD\n").replace('&', "&amp;");
//! # let body = &body.replace("HEAD\n/a.txt\n…", &head);
//! let attempt = Attempt::new("GET", link.as_str()).credentials(&credentials);
//! let explanation = attempt.explain(&Answer::parse(body), now);
//!
//! let first = &explanation.findings()[0];
//! assert_eq!(first.cause(), Cause::Method);
//! assert_eq!((first.signed_text(), first.seen_text()), (Some("GET"), Some("HEAD")));
//! println!("{explanation}");
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # How sure a finding is
//! S3 sends the canonical request that it saw, and most other services put it into their message: then the difference is
//! [`Certain`](Confidence::Certain). MinIO, Ceph and a HEAD request's answer say nothing but a code: then the request itself, and the
//! credentials if they are given, tell what is [`Likely`](Confidence::Likely) or [`Possible`](Confidence::Possible). If it is known how
//! the request was sent, [`Attempt::sent`] and [`Attempt::sent_headers`] stand in for the server's view.
//!
//! # Causes
//!
//! | cause | example |
//! |---|---|
//! | `wrong-secret` | both sides have the same canonical request, and the signatures differ |
//! | `wrong-access-key` | `InvalidAccessKeyId`: the key was deleted, or is another store's |
//! | `other-keys-secret` | key from the environment, secret from a profile |
//! | `whitespace-in-secret` | the secret was read from a file with its line break |
//! | `wrong-region` | signed for `us-east-1`, the bucket is in `eu-central-1` |
//! | `wrong-service` | signed for `s3`, sent to API Gateway, which wants `execute-api` |
//! | `clock-skew` | signed at 12:00 by a clock that is an hour ahead |
//! | `expired` | a link for an hour, opened the next day |
//! | `expiry-too-long` | `X-Amz-Expires=604801` |
//! | `credentials-expired` | a link for a day, signed with a session that ended after an hour |
//! | `method` | HEAD on a link for GET; POST where PUT was signed |
//! | `path-encoded-twice` | signed `/a%20b`, seen `/a%2520b` |
//! | `path-not-encoded` | signed `/a%2Bb`, seen `/a%20b`; a `#` in the key that ends the URL |
//! | `unicode-form` | `é` in one piece, and as `e` with an accent |
//! | `path-normalized` | signed `/a//b`, seen `/a/b` |
//! | `leading-slash` | signed `//a.txt`, seen `/a.txt` |
//! | `path-prefix` | signed `/a.txt`, seen `/storage/a.txt` |
//! | `path-changed` | signed `/a.txt`, seen `/b.txt` |
//! | `addressing-style` | signed `bucket.host/key`, seen `host/bucket/key` |
//! | `host-rewritten` | signed `minio`, seen `localhost` |
//! | `port-differs` | signed `localhost:9000`, seen `localhost:9001` |
//! | `default-port` | signed `example.com:443`, seen `example.com` |
//! | `url-scheme` | signed for http, seen with the port of https |
//! | `header-not-sent` | `Content-Type` is signed, and the browser sends none |
//! | `header-changed` | signed `text/plain`, seen `text/plain; charset=utf-8` |
//! | `header-not-signed` | an `x-amz-acl` that was not signed |
//! | `parameter-added` | `utm_source=…` behind a link |
//! | `parameter-dropped` | a CDN that does not pass the query on |
//! | `parameter-changed` | another `versionId` |
//! | `parameter-reencoded` | `+` for a space; `%7E` for `~`; `%2f` for `%2F` |
//! | `parameters-reordered` | sorted by a CDN: harmless, and said so |
//! | `token-missing` | an `ASIA…` key and no session token |
//! | `token-changed` | the token of other credentials |
//! | `token-added` | the token was appended to a signed URL |
//! | `payload-changed` | another body than was hashed |
//! | `payload-unsigned` | `UNSIGNED-PAYLOAD` where the server wants a hash |
//! | `scope-date` | a scope that was kept over midnight |
//! | `sigv2-not-taken` | a SigV2 link for `eu-central-1` |
//! | `signed-twice` | a presigned URL, sent with an `Authorization` header |
//! | `signature-truncated` | a URL that was cut off in a mail |
//! | `signature-plus` | the `+` of a SigV2 signature became a space |
//! | `signature-changed` | the signature of another URL |
//! | `html-escaped` | `&amp;` for `&` |
//! | `line-break` | a URL that was wrapped |
//! | `url-encoded-twice` | `%252F` in `X-Amz-Credential` |
//! | `malformed` | a parameter that is missing or can't be read |
//! | `policy` | a form field without a condition |

mod answer;
mod cause;
mod compare;
mod difference;
mod reason;
mod texts;

pub use answer::Answer;
pub use cause::Cause;
pub use difference::{Difference, Row};

use crate::credentials::Credentials;
use crate::signed::SigningSteps;
use crate::timestamp::Timestamp;
use crate::verify::{Claim, ReceivedRequest, Verifier};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use difference::Printable;
use reason::Facts;
use texts::{Canonical, shown_url};

/// A request that was refused: how it was signed, and whatever else is known.
///
/// Method and URL are those that were signed: a presigned URL as it was handed out, or the URL of a request that is signed in a
/// header, with all its headers. The more is given, the surer the answer; nothing but method and URL is needed.
#[derive(Clone)]
pub struct Attempt<'a> {
    method: &'a str,
    url: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    sent: Option<(&'a str, &'a str)>,
    sent_headers: Option<Vec<(&'a str, &'a str)>>,
    bucket: Option<&'a str>,
    steps: Option<&'a SigningSteps>,
    credentials: Option<&'a Credentials>,
    others: Vec<&'a Credentials>,
}

impl<'a> Attempt<'a> {
    /// A request by the method and URL that were signed.
    #[must_use]
    pub fn new(method: &'a str, url: &'a str) -> Self {
        Attempt {
            method,
            url,
            headers: Vec::new(),
            sent: None,
            sent_headers: None,
            bucket: None,
            steps: None,
            credentials: None,
            others: Vec::new(),
        }
    }

    /// A header that was signed, or that carries the signature: `Authorization`, `x-amz-date`, `Content-Type`, …
    #[must_use]
    pub fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Headers that were signed, or that carry the signature.
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

    /// The steps of signing, as the signer gave them; else they are computed from the request.
    #[must_use]
    pub fn steps(mut self, steps: &'a SigningSteps) -> Self {
        self.steps = Some(steps);
        self
    }

    /// The credentials that should have signed it. They are used to check the signature, and never shown.
    #[must_use]
    pub fn credentials(mut self, credentials: &'a Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Other credentials that are about, whose secret may have been taken by mistake.
    #[must_use]
    pub fn other_credentials(mut self, credentials: &'a Credentials) -> Self {
        self.others.push(credentials);
        self
    }

    /// The method and URL as they were really sent, if that is known: from a log, a proxy, `curl -v`.
    #[must_use]
    pub fn sent(mut self, method: &'a str, url: &'a str) -> Self {
        self.sent = Some((method, url));
        self
    }

    /// The headers as they were really sent, if they are known: all of them, `Authorization` too if the request is signed there.
    /// Else those that were signed are taken for sent.
    ///
    /// ```
    /// # use core::time::Duration;
    /// use presign::explain::{Answer, Attempt, Cause};
    /// # use presign::{Credentials, Timestamp, s3::Bucket};
    /// #
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
    ///
    /// let put = bucket.put("a.txt").header("Content-Type", "text/plain");
    /// let link = put.presign(&credentials, Duration::from_secs(60), now)?;
    ///
    /// // By `curl -v`, no Content-Type went along.
    /// let attempt = Attempt::new("PUT", link.as_str()).headers(link.headers()).sent_headers([]);
    /// let explanation = attempt.explain(&Answer::parse("<Code>SignatureDoesNotMatch</Code>"), now);
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

    /// The bucket that the host names, which SigV2 signs. For AWS's own hosts it need not be given.
    #[must_use]
    pub fn bucket(mut self, name: &'a str) -> Self {
        self.bucket = Some(name);
        self
    }

    /// Finds the causes, likeliest first.
    #[must_use]
    pub fn explain(&self, answer: &Answer, now: impl Into<Timestamp>) -> Explanation {
        let now = now.into();
        let verifier = Verifier::lax();
        let request = self.request(self.method, self.url, self.headers.iter());
        let parsed = request.as_ref().map(|request| verifier.parse(request));
        let claim = parsed.as_ref().and_then(|parsed| parsed.as_ref().ok());
        let facts = Facts {
            attempt: self,
            claim,
            now,
        };
        let sent = self.sent_request();
        let sent = sent.as_ref().map(|request| verifier.parse(request));
        let signed = self.signed_texts(claim);
        let seen = match (Self::texts_of(answer), &sent) {
            (None, Some(Ok(claim))) => Some(Texts::of(claim)),
            (texts, _) => texts,
        };

        let mut findings = reason::by_answer(answer, &facts);
        findings.extend(reason::by_face(
            self.sent.map_or(self.url, |(_, url)| url),
            &facts,
        ));
        if let Some(Err(error)) = &parsed
            && findings.is_empty()
        {
            findings.extend(reason::by_refusal(error));
        }
        if let Some(Err(error)) = &sent {
            findings.extend(reason::by_headers(error));
        }
        let made = self.steps.map(|steps| steps.signature.as_str());
        let sent_claim = sent.as_ref().and_then(|parsed| parsed.as_ref().ok());
        findings.extend(reason::by_signature(answer, sent_claim, &facts, made));
        if let (Some(signed), Some(seen)) = (&signed, &seen) {
            if !signed.is_v2() {
                let texts = (signed.string_to_sign.as_str(), seen.string_to_sign.as_str());
                findings.extend(reason::by_string_to_sign(texts.0, texts.1));
            }
            if let (Some(signed), Some(seen)) = (signed.canonical(), seen.canonical()) {
                findings.extend(compare::compare(&signed, &seen, self.is_https()));
            }
        }
        self.add_writing(&mut findings);

        let is_mismatch = is_mismatch(answer);
        let is_explained = findings
            .iter()
            .any(|finding| finding.confidence <= Confidence::Likely);
        if is_mismatch && !is_explained {
            // What was sent is no longer what the server saw, if only the sender says so.
            let same_texts = signed.is_some() && seen.as_ref().is_some_and(|seen| seen.from_server);
            findings.extend(reason::by_secret(&facts, same_texts));
            let is_explained = findings
                .iter()
                .any(|finding| finding.confidence == Confidence::Certain);
            if !is_explained {
                findings.extend(reason::possible(&facts));
            }
        }
        let difference = match (&signed, &seen) {
            (Some(signed), Some(seen)) => match (signed.canonical(), seen.canonical()) {
                (Some(signed), Some(seen)) => Some(Difference::of(signed.lines(), seen.lines())),
                _ => None,
            },
            _ => None,
        };
        Explanation {
            code: answer.code().map(String::from),
            findings: sorted(findings),
            difference,
        }
    }

    /// The request as the server would have received it.
    fn request<'h>(
        &self,
        method: &'a str,
        url: &'a str,
        headers: impl Iterator<Item = &'h (&'a str, &'a str)>,
    ) -> Option<ReceivedRequest<'a>>
    where
        'a: 'h,
    {
        let mut request = ReceivedRequest::from_url(method, url).ok()?;
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        Some(match self.bucket.or_else(|| bucket_of(url)) {
            Some(bucket) => request.bucket(bucket),
            None => request,
        })
    }

    /// The request as it was sent, as far as that is known.
    fn sent_request(&self) -> Option<ReceivedRequest<'a>> {
        match (self.sent, &self.sent_headers) {
            (None, None) => None,
            (sent, Some(headers)) => {
                let (method, url) = sent.unwrap_or((self.method, self.url));
                self.request(method, url, headers.iter())
            }
            (Some((method, url)), None) => {
                // The host goes with the URL, if that was sent to another.
                let headers = self.headers.iter();
                let headers = headers.filter(|(name, _)| !name.eq_ignore_ascii_case("host"));
                self.request(method, url, headers)
            }
        }
    }

    fn signed_texts(&self, claim: Option<&Claim<'_>>) -> Option<Texts> {
        match self.steps {
            Some(steps) => Some(Texts {
                canonical_request: steps.canonical_request.clone(),
                string_to_sign: steps.string_to_sign.clone(),
                from_server: false,
            }),
            None => claim.map(Texts::of),
        }
    }

    /// What the server saw, by its own words.
    fn texts_of(answer: &Answer) -> Option<Texts> {
        let texts = (answer.canonical_request(), answer.string_to_sign());
        let (canonical_request, string_to_sign) = match texts {
            (None, None) => return None,
            (canonical_request, string_to_sign) => (
                canonical_request.unwrap_or_default(),
                string_to_sign.unwrap_or_default(),
            ),
        };
        Some(Texts {
            canonical_request: canonical_request.into(),
            string_to_sign: string_to_sign.into(),
            from_server: true,
        })
    }

    /// Says how the query that was sent is written in another way than the one that was signed: what no canonical request shows.
    fn add_writing(&self, findings: &mut Vec<Finding>) {
        let query = |url: &'a str| url.split_once('?').map_or("", |(_, query)| query);
        let Some((_, sent)) = self.sent else {
            return;
        };
        let queries = (query(self.url), query(sent));
        findings.extend(compare::bare_pluses(queries.0, queries.1));
        if compare::is_reordered(queries.0, queries.1)
            && findings
                .iter()
                .all(|finding| finding.cause != Cause::ParametersReordered)
        {
            findings.push(
                compare::reordered()
                    .signed(shown_url(self.url))
                    .seen(shown_url(sent)),
            );
        }
    }

    fn is_https(&self) -> Option<bool> {
        let (scheme, _) = self.url.split_once("://")?;
        Some(scheme.eq_ignore_ascii_case("https"))
    }
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("method", &self.method)
            .field("url", &shown_url(self.url))
            .finish_non_exhaustive()
    }
}

/// Whether the answer is about the signature, or says nothing at all.
fn is_mismatch(answer: &Answer) -> bool {
    match answer.code() {
        Some(code) => matches!(
            code,
            "SignatureDoesNotMatch" | "InvalidSignatureException" | "AccessDenied" | "Forbidden"
        ),
        None => true,
    }
}

/// The bucket of AWS's own virtual-hosted addresses: `bucket.s3.region.amazonaws.com`.
fn bucket_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', ':']).next()?;
    let is_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    let at = host.find(".s3.").or_else(|| host.find(".s3-"))?;
    host.get(..at).filter(|_| is_aws)
}

/// What one side signed.
struct Texts {
    canonical_request: String,
    string_to_sign: String,
    from_server: bool,
}

impl Texts {
    fn of(claim: &Claim<'_>) -> Self {
        Texts {
            canonical_request: claim.canonical_request(),
            string_to_sign: claim.string_to_sign(),
            from_server: false,
        }
    }

    fn is_v2(&self) -> bool {
        self.canonical_request.is_empty()
    }

    fn canonical(&self) -> Option<Canonical<'_>> {
        match self.is_v2() {
            true if self.string_to_sign.starts_with("AWS4-") => None,
            true => Canonical::parse_v2(&self.string_to_sign),
            false => Canonical::parse(&self.canonical_request),
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// It is so, and alone is enough to be refused.
    Certain,
    /// It is so by all that is known.
    Likely,
    /// It would fit.
    Possible,
    /// It is so, and is no reason to be refused.
    Harmless,
}

impl Confidence {
    /// `certain`, `likely`, `possible` or `harmless`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
            Confidence::Possible => "possible",
            Confidence::Harmless => "harmless",
        }
    }
}

/// One cause of a refusal: what happened, where to look, what to change.
///
/// `Display` is the message with what was signed and seen. Secrets never stand in it; session tokens and signatures are shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    cause: Cause,
    confidence: Confidence,
    message: Cow<'static, str>,
    signed: Option<String>,
    seen: Option<String>,
}

fn find(cause: Cause, confidence: Confidence, message: impl Into<Cow<'static, str>>) -> Finding {
    Finding {
        cause,
        confidence,
        message: message.into(),
        signed: None,
        seen: None,
    }
}

impl Finding {
    fn signed(mut self, text: impl Into<String>) -> Self {
        self.signed = Some(text.into());
        self
    }

    fn seen(mut self, text: impl Into<String>) -> Self {
        self.seen = Some(text.into());
        self
    }

    /// The cause.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// How sure it is.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// What happened, where to look, what to change.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What was signed, if there is something to show; empty if there was nothing of the kind.
    #[must_use]
    pub fn signed_text(&self) -> Option<&str> {
        self.signed.as_deref()
    }

    /// What the server saw, if there is something to show; empty if there was nothing of the kind.
    #[must_use]
    pub fn seen_text(&self) -> Option<&str> {
        self.seen.as_deref()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sure = self.confidence.as_str();
        write!(f, "{} ({sure}): {}", self.cause, Printable(&self.message))?;
        for (name, text) in [("signed", &self.signed), ("seen", &self.seen)] {
            if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
                write!(f, "\n  {name:<7} {}", Printable(text))?;
            }
        }
        Ok(())
    }
}

/// Why a request was refused.
///
/// `Display` prints the findings, and below them the two canonical requests line by line, if they differ.
#[derive(Clone, Debug)]
pub struct Explanation {
    code: Option<String>,
    findings: Vec<Finding>,
    difference: Option<Difference>,
}

impl Explanation {
    /// The server's error code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The causes, likeliest first; empty if nothing speaks for any.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What was signed and what the server saw, line by line, if both are known.
    #[must_use]
    pub fn difference(&self) -> Option<&Difference> {
        self.difference.as_ref()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            writeln!(
                f,
                "Nothing in the request or the answer tells why it was refused."
            )?;
        }
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        match &self.difference {
            Some(difference) if difference.rows().iter().any(|row| !row.is_same()) => {
                write!(f, "\n- signed\n+ seen by the server\n\n{difference}")
            }
            _ => Ok(()),
        }
    }
}

/// The surest first, each cause with the same parts once.
fn sorted(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = |other: &&mut Finding| {
            other.cause == finding.cause
                && (other.signed.is_none()
                    || finding.signed.is_none()
                    || other.signed == finding.signed)
        };
        match kept.iter_mut().find(same) {
            // The one that shows more.
            Some(other) if other.signed.is_none() && finding.signed.is_some() => *other = finding,
            Some(_) => {}
            None => kept.push(finding),
        }
    }
    kept.sort_by_key(|finding| finding.confidence);
    kept
}
