//! The error of verification, and the response to it.

use super::authentication::{Authentication, Carrier};
use crate::error::Quoted;
use crate::scheme::Scheme;
use crate::scheme::limits::MAX_FORM_BYTES;
use crate::text::markup::write_text;
use crate::text::named_enum::named_enum;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// The reason why a received request is rejected.
///
/// The message is a sentence for the server's log. [`code`](VerifyError::code),
/// [`status`](VerifyError::status) and [`to_xml`](VerifyError::to_xml) are for the response. None
/// of them contains a secret, a session token or a signature.
///
/// ```
/// use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
///
/// let verifier = Verifier::new("us-east-1", "s3");
/// let request = ReceivedRequest::new("GET", "/photos/puppy.jpg").header("Host", "example.com");
/// let error = verifier.parse(&request).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::NotSigned);
/// assert_eq!((error.code(), error.status()), ("AccessDenied", 403));
/// assert_eq!(error.to_string(), "the request is not signed");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyError {
    kind: VerifyErrorKind,
    /// The scheme and the carrier of the signature, if they are known.
    signed_by: Option<(Scheme, Carrier)>,
    message: Cow<'static, str>,
}

named_enum! {
    /// The cause of a [`VerifyError`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum VerifyErrorKind {
        /// The request is not signed.
        NotSigned = "not-signed",
        /// The request has more than one signature, or a header of the signature beside a signed
        /// query.
        SignedTwice = "signed-twice",
        /// The scheme is unknown, or the [`Verifier`](super::Verifier) doesn't allow it or its
        /// carrier.
        Scheme = "scheme",
        /// The method, the target or a header is one that no request can have, or that can be read
        /// in two ways.
        Request = "request",
        /// More bytes or headers than are [allowed](super#limits).
        TooLarge = "too-large",
        /// An invalid `Authorization` header, parameter or form field.
        Malformed = "malformed",
        /// A missing part of the authentication, or a form without a key.
        Missing = "missing",
        /// A duplicate part of the authentication, or a duplicate form field.
        Repeated = "repeated",
        /// The verifier doesn't allow the region of the credential scope.
        Region = "region",
        /// The verifier doesn't allow the service of the credential scope.
        Service = "service",
        /// The date of the credential scope differs from that of the signing time.
        ScopeDate = "scope-date",
        /// The signing time of a header differs too much from the server's clock.
        TimeSkew = "time-skew",
        /// The signing time of a presigned URL or form is in the future.
        NotYetValid = "not-yet-valid",
        /// The presigned URL, form or policy has expired.
        Expired = "expired",
        /// The presigned URL is valid for longer than is allowed.
        ExpiryTooLong = "expiry-too-long",
        /// `host` is not signed, or the request has an `x-amz-*` header that is not signed.
        HeaderNotSigned = "header-not-signed",
        /// A signed header is missing.
        SignedHeaderMissing = "signed-header-missing",
        /// The access key ID is unknown.
        AccessKey = "access-key",
        /// The session token is missing, or differs from that of the credentials.
        SessionToken = "session-token",
        /// The credentials have expired.
        CredentialsExpired = "credentials-expired",
        /// The signature doesn't match the request.
        Signature = "signature",
        /// The body differs from the signed one.
        PayloadMismatch = "payload-mismatch",
        /// The verifier doesn't allow an unsigned payload, or one that is sent in chunks.
        PayloadNotAllowed = "payload-not-allowed",
        /// A form's or CloudFront's policy is invalid.
        InvalidPolicy = "invalid-policy",
        /// The policy of the upload differs from the verified one.
        OtherPolicy = "other-policy",
        /// A condition of the policy is not met.
        ConditionFailed = "condition-failed",
        /// The client's address is outside of the allowed range, or unknown.
        Ip = "ip",
        /// The request was not sent by an allowed protocol.
        Protocol = "protocol",
        /// The signature or the policy gives access to another resource.
        Resource = "resource",
        /// The permissions of a shared access signature don't include the operation.
        Permission = "permission",
        /// The stored access policy of a shared access signature is unknown, or repeats what the
        /// signature states.
        StoredPolicy = "stored-policy",
        /// A form field for which the policy has no condition.
        ExtraField = "extra-field",
        /// The uploaded file is smaller than the policy allows.
        FileTooSmall = "file-too-small",
        /// The uploaded file is larger than the policy allows.
        FileTooLarge = "file-too-large",
        /// The body is not encoded as chunks or events, or continues after its end.
        BodyMalformed = "body-malformed",
        /// The body ended before its last chunk or event.
        BodyIncomplete = "body-incomplete",
        /// A chunk or an event is larger than the decoder allows.
        ChunkTooLarge = "chunk-too-large",
        /// The signature of a chunk or of an event doesn't match its data.
        ChunkSignature = "chunk-signature",
        /// The trailers differ from those that the request announced, or their signature is
        /// missing.
        TrailerMissing = "trailer-missing",
        /// The signature of the trailers doesn't match them.
        TrailerSignature = "trailer-signature",
        /// The body has another length than the request states.
        DecodedLength = "decoded-length",
        /// The checksum of the body differs from that in its header or trailer.
        Checksum = "checksum",
    }

    /// Returns the name of the kind, such as `not-yet-valid`.
    fn as_str;
}

impl VerifyError {
    pub(crate) fn new(kind: VerifyErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        VerifyError {
            kind,
            signed_by: None,
            message: message.into(),
        }
    }

    /// Returns the error for a name that a request may contain once.
    pub(crate) fn duplicate(noun: &str, name: &str) -> Self {
        reject!(Repeated, "duplicate {noun} {}; send it once", Quoted(name))
    }

    /// Returns the error for a name that a request must contain.
    pub(crate) fn missing(noun: &str, name: &str) -> Self {
        reject!(Missing, "missing {noun} {}", Quoted(name))
    }

    /// Returns the error for a form with too many bytes, in the words of S3.
    pub(crate) fn form_too_large(length: usize) -> Self {
        let error = reject!(
            TooLarge,
            "Your POST request fields preceding the upload file were too large: {length} bytes, at most \
             {MAX_FORM_BYTES} are accepted"
        );
        // The code is the same for every scheme.
        error.signed_by(Scheme::AwsV4, Carrier::Form)
    }

    /// Adds how the request is signed, which decides some codes.
    pub(crate) fn signed_by(mut self, scheme: Scheme, carrier: Carrier) -> Self {
        self.signed_by = Some((scheme, carrier));
        self
    }

    pub(crate) fn of(self, authentication: &Authentication<'_>) -> Self {
        self.signed_by(authentication.scheme, authentication.carrier)
    }

    /// Returns the cause.
    #[must_use]
    pub fn kind(&self) -> VerifyErrorKind {
        self.kind
    }

    /// Returns the error code of the S3 API, or of Azure Storage for its signatures, for `<Code>`
    /// in the response ([Error
    /// responses](https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)).
    ///
    /// Other services have other codes. For `InvalidAccessKeyId`,
    /// [EMR](https://docs.aws.amazon.com/emr/latest/APIReference/CommonErrors.html) has
    /// `InvalidClientTokenId`, and
    /// [EC2](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html) also has
    /// `AuthFailure`. A server that is compatible with one of them chooses its code by
    /// [`kind`](VerifyError::kind).
    #[must_use]
    pub fn code(&self) -> &'static str {
        use VerifyErrorKind as Kind;
        if let Some((Scheme::CloudFront, _)) = self.signed_by {
            return match self.kind {
                Kind::NotSigned | Kind::Missing => "MissingKey",
                _ => "AccessDenied",
            };
        }
        if let Some((Scheme::AzureSas | Scheme::AzureSharedKey, _)) = self.signed_by {
            return self.azure_code();
        }
        match self.kind {
            Kind::Malformed
            | Kind::Repeated
            | Kind::Region
            | Kind::Service
            | Kind::ScopeDate
            | Kind::ExpiryTooLong => self.malformed_code(),
            Kind::Missing => match self.signed_by {
                Some((Scheme::AwsV4 | Scheme::AwsV4a, Carrier::Header)) => "MissingSecurityHeader",
                Some((Scheme::AwsV2 | Scheme::AwsV2QueryApi, Carrier::Header | Carrier::Query)) => {
                    "AccessDenied"
                }
                _ => self.malformed_code(),
            },
            Kind::TooLarge => match self.signed_by {
                Some((_, Carrier::Form)) => "MaxPostPreDataLengthExceededError",
                _ => "RequestHeaderSectionTooLarge",
            },
            Kind::SignedTwice => "InvalidArgument",
            Kind::Scheme | Kind::Request | Kind::PayloadNotAllowed => "InvalidRequest",
            Kind::NotSigned
            | Kind::NotYetValid
            | Kind::Expired
            | Kind::HeaderNotSigned
            | Kind::ConditionFailed
            | Kind::ExtraField
            | Kind::Ip
            | Kind::Protocol
            | Kind::Resource
            | Kind::Permission
            | Kind::StoredPolicy
            | Kind::OtherPolicy => "AccessDenied",
            Kind::TimeSkew => "RequestTimeTooSkewed",
            Kind::AccessKey => "InvalidAccessKeyId",
            Kind::SessionToken => "InvalidToken",
            Kind::CredentialsExpired => "ExpiredToken",
            Kind::Signature
            | Kind::SignedHeaderMissing
            | Kind::ChunkSignature
            | Kind::TrailerSignature => "SignatureDoesNotMatch",
            Kind::PayloadMismatch => "XAmzContentSHA256Mismatch",
            Kind::InvalidPolicy => "InvalidPolicyDocument",
            Kind::FileTooSmall => "EntityTooSmall",
            Kind::FileTooLarge | Kind::ChunkTooLarge => "EntityTooLarge",
            Kind::BodyMalformed | Kind::BodyIncomplete | Kind::DecodedLength => "IncompleteBody",
            Kind::TrailerMissing => "MalformedTrailerError",
            Kind::Checksum => "BadDigest",
        }
    }

    /// Returns the code of Azure Storage ([Common error
    /// codes](https://learn.microsoft.com/en-us/rest/api/storageservices/common-rest-api-error-codes)).
    fn azure_code(&self) -> &'static str {
        use VerifyErrorKind as Kind;
        match self.kind {
            Kind::NotSigned => "NoAuthenticationInformation",
            Kind::Ip => "AuthorizationSourceIPMismatch",
            Kind::Protocol => "AuthorizationProtocolMismatch",
            Kind::Permission => "AuthorizationPermissionMismatch",
            Kind::Service => "AuthorizationServiceMismatch",
            Kind::Resource => "AuthorizationResourceTypeMismatch",
            Kind::Request | Kind::TooLarge => "InvalidUri",
            _ => "AuthenticationFailed",
        }
    }

    fn malformed_code(&self) -> &'static str {
        match self.signed_by {
            Some((Scheme::AwsV4 | Scheme::AwsV4a, Carrier::Query)) => {
                "AuthorizationQueryParametersError"
            }
            Some((Scheme::AwsV4 | Scheme::AwsV4a, Carrier::Header)) => {
                "AuthorizationHeaderMalformed"
            }
            Some((Scheme::AwsV4, Carrier::Form)) => "InvalidRequest",
            _ => "InvalidArgument",
        }
    }

    /// Returns the HTTP status for [`code`](VerifyError::code): 400, 401 or 403.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.code() {
            "NoAuthenticationInformation" => 401,
            "AccessDenied"
            | "MissingKey"
            | "AuthenticationFailed"
            | "AuthorizationSourceIPMismatch"
            | "AuthorizationProtocolMismatch"
            | "AuthorizationPermissionMismatch"
            | "AuthorizationServiceMismatch"
            | "AuthorizationResourceTypeMismatch"
            | "RequestTimeTooSkewed"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch" => 403,
            _ => 400,
        }
    }

    /// Returns the body of the response as S3 writes it: `application/xml` with
    /// [`code`](VerifyError::code) and message. The response to a HEAD request has no body.
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
    ///      <Error><Code>AccessDenied</Code><Message>the request is not signed</Message></Error>",
    /// );
    /// ```
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>");
        write_text(self.code(), &mut xml);
        xml.push_str("</Code><Message>");
        write_text(&self.message, &mut xml);
        xml.push_str("</Message></Error>");
        xml
    }
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

/// Makes a [`VerifyError`]: `reject!(Kind, "format", …)`.
macro_rules! reject {
    ($kind:ident, $($format:tt)+) => {
        $crate::verify::VerifyError::new(
            $crate::verify::VerifyErrorKind::$kind,
            ::alloc::format!($($format)+),
        )
    };
}
pub(crate) use reject;
