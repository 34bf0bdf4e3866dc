//! Why a request was refused. What lives here: the kinds, and what a server answers to each. What does not: the checks.

use super::Scheme;
use crate::markup::write_text;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// Why a received request was refused.
///
/// The message is a sentence for the server's log. [`code`](VerifyError::code) and
/// [`status`](VerifyError::status) are what a server answers with. Neither says anything that the client
/// could not know: no secret, no token, and never the signature that would have been right.
///
/// ```
/// use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
///
/// let verifier = Verifier::new("us-east-1", "s3");
/// let request = ReceivedRequest::new("GET", "/photos/puppy.jpg").header("Host", "example.com");
/// let error = verifier.parse(&request).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::NotSigned);
/// assert_eq!((error.code(), error.status()), ("AccessDenied", 403));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyError {
    kind: VerifyErrorKind,
    scheme: Option<Scheme>,
    message: Cow<'static, str>,
}

/// The cause of a [`VerifyError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerifyErrorKind {
    /// The request carries no signature.
    NotSigned,
    /// It carries more than one: in a header and in the query, or of both generations.
    SignedTwice,
    /// A way to sign that the [`Verifier`](super::Verifier) does not allow, or nobody knows.
    Scheme,
    /// Method, path or a header that no request can have.
    Request,
    /// More bytes or headers than are [allowed](super#limits).
    TooLarge,
    /// An `Authorization` header, parameter or form field that can't be read.
    Malformed,
    /// A part of the authentication is not there.
    Missing,
    /// A part of the authentication is there more than once.
    Repeated,
    /// The credential scope names a region that is not served here.
    Region,
    /// The credential scope names a service that is not served here.
    Service,
    /// The date of the credential scope is not the date of the signing time.
    ScopeDate,
    /// The signing time is too far from now.
    TimeSkew,
    /// The URL's life has not begun.
    NotYetValid,
    /// The URL's life is over.
    Expired,
    /// The URL lives longer than is allowed.
    ExpiryTooLong,
    /// `host` is not signed, or an `x-amz-*` header is there and not signed.
    HeaderNotSigned,
    /// A header is signed and not there.
    SignedHeaderMissing,
    /// Nobody has that access key id.
    AccessKey,
    /// The session token is missing, or is not that of the credentials.
    SessionToken,
    /// The credentials have ended.
    CredentialsExpired,
    /// The signature is not that of the request under the credentials.
    Signature,
    /// The body is not the one whose hash was signed.
    PayloadMismatch,
    /// The payload is unsigned, or signed in chunks, and that is not allowed here.
    PayloadNotAllowed,
}

impl VerifyErrorKind {
    /// The name of the kind, such as `not-yet-valid`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            VerifyErrorKind::NotSigned => "not-signed",
            VerifyErrorKind::SignedTwice => "signed-twice",
            VerifyErrorKind::Scheme => "scheme",
            VerifyErrorKind::Request => "request",
            VerifyErrorKind::TooLarge => "too-large",
            VerifyErrorKind::Malformed => "malformed",
            VerifyErrorKind::Missing => "missing",
            VerifyErrorKind::Repeated => "repeated",
            VerifyErrorKind::Region => "region",
            VerifyErrorKind::Service => "service",
            VerifyErrorKind::ScopeDate => "scope-date",
            VerifyErrorKind::TimeSkew => "time-skew",
            VerifyErrorKind::NotYetValid => "not-yet-valid",
            VerifyErrorKind::Expired => "expired",
            VerifyErrorKind::ExpiryTooLong => "expiry-too-long",
            VerifyErrorKind::HeaderNotSigned => "header-not-signed",
            VerifyErrorKind::SignedHeaderMissing => "signed-header-missing",
            VerifyErrorKind::AccessKey => "access-key",
            VerifyErrorKind::SessionToken => "session-token",
            VerifyErrorKind::CredentialsExpired => "credentials-expired",
            VerifyErrorKind::Signature => "signature",
            VerifyErrorKind::PayloadMismatch => "payload-mismatch",
            VerifyErrorKind::PayloadNotAllowed => "payload-not-allowed",
        }
    }
}

impl VerifyError {
    pub(super) fn new(
        kind: VerifyErrorKind,
        scheme: impl Into<Option<Scheme>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        VerifyError {
            kind,
            scheme: scheme.into(),
            message: message.into(),
        }
    }

    /// A query that has a parameter of the authentication twice.
    pub(super) fn repeated_parameter(scheme: Scheme, name: &str) -> Self {
        refuse!(
            Repeated,
            scheme,
            "the parameter {name} is there more than once"
        )
    }

    /// A query that lacks one.
    pub(super) fn missing_parameter(scheme: Scheme, name: &str) -> Self {
        refuse!(Missing, scheme, "the parameter {name} is missing")
    }

    /// The cause.
    #[must_use]
    pub fn kind(&self) -> VerifyErrorKind {
        self.kind
    }

    /// How the request is signed, as far as that was seen.
    #[must_use]
    pub fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// The error code of the S3 API: what goes into the answer's `<Code>`
    /// ([Error responses](https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)).
    ///
    /// So it is for every service and [`Scheme`]. Others have codes of their own, and not all the same ones: where S3 says
    /// `InvalidAccessKeyId`, [EMR](https://docs.aws.amazon.com/emr/latest/APIReference/CommonErrors.html) has `InvalidClientTokenId` and
    /// [EC2](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html) `AuthFailure`, too. A server that speaks like
    /// one of those chooses its code by [`kind`](VerifyError::kind).
    #[must_use]
    pub fn code(&self) -> &'static str {
        use VerifyErrorKind as Kind;
        let malformed = match self.scheme {
            Some(Scheme::V4Query) => "AuthorizationQueryParametersError",
            Some(Scheme::V4Header) => "AuthorizationHeaderMalformed",
            Some(Scheme::V4Form) => "InvalidRequest",
            Some(Scheme::V2Header | Scheme::V2Query | Scheme::V2Form | Scheme::V2QueryApi)
            | None => "InvalidArgument",
        };
        match self.kind {
            Kind::Malformed
            | Kind::Repeated
            | Kind::Region
            | Kind::Service
            | Kind::ScopeDate
            | Kind::ExpiryTooLong => malformed,
            Kind::Missing => match self.scheme {
                Some(Scheme::V4Header) => "MissingSecurityHeader",
                Some(Scheme::V2Header | Scheme::V2Query | Scheme::V2QueryApi) => "AccessDenied",
                _ => malformed,
            },
            Kind::SignedTwice => "InvalidArgument",
            Kind::Scheme | Kind::Request => "InvalidRequest",
            Kind::TooLarge => match self.scheme {
                Some(Scheme::V4Form | Scheme::V2Form) => "MaxPostPreDataLengthExceededError",
                _ => "RequestHeaderSectionTooLarge",
            },
            Kind::NotSigned | Kind::NotYetValid | Kind::Expired | Kind::HeaderNotSigned => {
                "AccessDenied"
            }
            Kind::TimeSkew => "RequestTimeTooSkewed",
            Kind::AccessKey => "InvalidAccessKeyId",
            Kind::SessionToken => "InvalidToken",
            Kind::CredentialsExpired => "ExpiredToken",
            Kind::Signature | Kind::SignedHeaderMissing => "SignatureDoesNotMatch",
            Kind::PayloadMismatch => "XAmzContentSHA256Mismatch",
            Kind::PayloadNotAllowed => "InvalidRequest",
        }
    }

    /// The HTTP status that goes with [`code`](VerifyError::code): 400 or 403.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.code() {
            "AccessDenied"
            | "RequestTimeTooSkewed"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch" => 403,
            _ => 400,
        }
    }

    /// The body of the answer, as S3 writes it: `application/xml` with [`code`](VerifyError::code) and message. To a HEAD request
    /// a server answers without it.
    ///
    /// ```
    /// use presign::verify::{ReceivedRequest, Verifier};
    ///
    /// let verifier = Verifier::new("us-east-1", "s3");
    /// let request = ReceivedRequest::new("GET", "/photos/puppy.jpg").header("Host", "example.com");
    /// let error = verifier.parse(&request).unwrap_err();
    /// assert_eq!(
    ///     error.to_xml(),
    ///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    ///      <Error><Code>AccessDenied</Code><Message>the request carries no signature</Message></Error>",
    /// );
    /// ```
    #[must_use]
    pub fn to_xml(&self) -> String {
        error_body(self.code(), &self.message)
    }
}

/// An error as S3 writes it.
pub(crate) fn error_body(code: &str, message: &str) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>");
    write_text(code, &mut xml);
    xml.push_str("</Code><Message>");
    write_text(message, &mut xml);
    xml.push_str("</Message></Error>");
    xml
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyError({:?}: {})", self.kind, self.message)
    }
}

impl core::error::Error for VerifyError {}

/// `refuse!(Kind, scheme, "format", …)`: a [`VerifyError`] with a formatted message.
macro_rules! refuse {
    ($kind:ident, $scheme:expr, $($format:tt)+) => {
        $crate::verify::error::VerifyError::new(
            $crate::verify::error::VerifyErrorKind::$kind,
            $scheme,
            ::alloc::format!($($format)+),
        )
    };
}
pub(super) use refuse;
