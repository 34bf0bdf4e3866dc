//! A request whose signature was verified.

use super::authentication::Authentication;
use super::coverage::Coverage;
use super::payload::PayloadCoverage;
use super::received_request::ReceivedRequest;
use crate::scheme::services::CanonicalUri;
use crate::text::percent::Component;
use crate::wire::path::Path;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// A request whose signature was verified, with its signer and the coverage of the signature.
///
/// It borrows the request, but not the [`Verifier`](super::Verifier). `Debug` and `Display` show
/// neither the signature nor the session token.
///
/// ```
/// use core::time::Duration;
/// use presign::verify::{PayloadCoverage, ReceivedRequest, Verifier};
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let link = bucket.get("my report.pdf").presign(&credentials, Duration::from_secs(60), now)?;
///
/// let request = ReceivedRequest::from_url("GET", link.as_str())?.header("Range", "bytes=0-9");
/// let verifier = Verifier::new("us-east-1", "s3");
/// let verified = verifier.verify(&request, now, |_| Some(&credentials))?;
/// assert_eq!(verified.path(), "/my report.pdf");
/// assert_eq!(verified.payload(), PayloadCoverage::Unsigned);
/// assert!(verified.covers_header("host") && !verified.covers_header("range"));
/// assert_eq!(
///     verified.to_string(),
///     "GET /my report.pdf, signed by AKIDEXAMPLE with sigv4 in the query",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verified<'r> {
    pub(super) request: &'r ReceivedRequest<'r>,
    pub(super) authentication: Authentication<'r>,
    /// The signature as it was received.
    pub(super) signature: &'r str,
    pub(super) coverage: Coverage<'r>,
    pub(super) payload: PayloadCoverage,
    pub(super) bucket: Option<&'r str>,
    /// The rule by which the path was signed; `None` if it was signed as it was sent.
    pub(super) canonical_uri: Option<CanonicalUri>,
}

impl<'r> Verified<'r> {
    /// Returns the access key ID of the signer.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        self.authentication.access_key_id()
    }

    /// Returns the verified authentication.
    #[must_use]
    pub fn authentication(&self) -> &Authentication<'r> {
        &self.authentication
    }

    /// Returns the path that the signature covers, percent-decoded. Bind the handler to this path.
    ///
    /// Services other than S3 sign the path without dot segments and duplicate slashes, and so it
    /// is returned; see [`CanonicalUri`](crate::v4::CanonicalUri). Bytes that are not UTF-8 are
    /// replaced by U+FFFD.
    #[must_use]
    pub fn path(&self) -> Cow<'r, str> {
        let received = self.request.target.path;
        if self.canonical_uri != Some(CanonicalUri::Normalized) {
            let path = if received.is_empty() { "/" } else { received };
            return Component::Encoded(path).to_text_lossy();
        }
        let mut uri = String::new();
        CanonicalUri::Normalized.write(Path::Url(received), &mut uri);
        // The canonical form is encoded once more than the path.
        Cow::Owned(decoded(&decoded(&uri)))
    }

    /// Returns the bucket that the host names: that of [`ReceivedRequest::bucket`], or the one
    /// before a [`base domain`](super::Verifier::base_domain).
    #[must_use]
    pub fn bucket(&self) -> Option<&'r str> {
        self.bucket
    }

    /// Returns how far the signature covers the body.
    #[must_use]
    pub fn payload(&self) -> PayloadCoverage {
        self.payload
    }

    /// Returns the names of the request's headers that the signature covers, as they were received.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        let names = self.request.headers.iter().map(|header| &*header.name);
        names.filter(|name| self.coverage.covers_header(name))
    }

    /// Returns whether the signature covers a header. The name is compared ignoring ASCII case.
    ///
    /// White space at the ends of a value, and the length of white space inside, are never covered.
    /// Under SigV4 this method answers for the names in `SignedHeaders`. The value of
    /// `x-amz-content-sha256` is covered even if its name is missing there, because it is the last
    /// line of the canonical request.
    #[must_use]
    pub fn covers_header(&self, name: &str) -> bool {
        self.coverage.covers_header(name)
    }

    /// Returns whether the signature covers a query parameter.
    ///
    /// SigV4 and the query APIs cover all parameters except the signature. SigV4 doesn't cover a
    /// session token that was [appended](crate::v4::SessionToken::Appended) after signing. SigV2 of
    /// S3 covers sub-resources, `response-*` and, in a presigned URL, `x-amz-*`.
    #[must_use]
    pub fn covers_query(&self, name: &str) -> bool {
        self.coverage.covers_query(name)
    }
}

fn decoded(path: &str) -> String {
    Component::Encoded(path).to_text_lossy().into_owned()
}

impl fmt::Display for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}, signed by {} with {} in the {}",
            self.request.method,
            self.path().escape_debug(),
            self.access_key_id().escape_debug(),
            self.authentication.scheme.as_str(),
            self.authentication.carrier.as_str()
        )
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("request", &self.request)
            .field("authentication", &self.authentication)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
