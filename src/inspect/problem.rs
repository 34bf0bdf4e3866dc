//! Problems of a URL.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

/// A problem that shows in a URL without its key.
///
/// `Display` writes the fault and the remedy in one line.
///
/// ```
/// use presign::Timestamp;
/// use presign::inspect::{Inspection, ProblemKind};
///
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let inspection = Inspection::new("https://example.com/a.txt?acl", now);
/// let [problem] = inspection.problems() else { panic!("one problem") };
/// assert_eq!(problem.kind(), ProblemKind::NotPresigned);
/// assert_eq!(problem.kind().as_str(), "not-presigned");
/// assert!(problem.to_string().starts_with("the URL has no signature"));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    message: Cow<'static, str>,
}

/// The kind of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is longer than any URL.
    TooLong,
    /// The text is not an absolute URL.
    NotAUrl,
    /// A line break or another control character.
    LineBreak,
    /// A space, or another blank that can't be seen.
    Space,
    /// `&amp;` or `\u0026` in place of `&`, or `=3D` in place of `=`.
    HtmlEscaped,
    /// The URL or a parameter is percent-encoded once more than it should be.
    EncodedTwice,
    /// A `%` that isn't followed by two hexadecimal digits.
    BadEscape,
    /// A `#` with a fragment.
    Fragment,
    /// `/./` or `/../` in the path, which most clients remove.
    DotSegments,
    /// The default port after the host, which clients don't send.
    DefaultPort,
    /// Punctuation or a quotation mark behind a parameter of the signature.
    TrailingText,
    /// A `+` that isn't encoded in a signature or session token.
    LiteralPlus,
    /// A secret access key in place of the access key ID.
    SecretInUrl,
    /// The URL is signed for CloudFront or Azure.
    OtherScheme,
    /// No signature of a known kind.
    NotPresigned,
    /// Signatures of two kinds at once.
    SignedTwice,
    /// A parameter that the signature needs is missing.
    MissingParameter,
    /// A parameter of the signature is duplicate.
    RepeatedParameter,
    /// The name of a parameter has letters of the wrong case, as in `x-amz-date`.
    ParameterName,
    /// The value of a parameter is invalid.
    MalformedParameter,
    /// The region or service of the credential scope differs from the one that the host names, or
    /// the region set doesn't include it.
    ScopeHost,
    /// A URL for a multi-region access point that is signed with SigV4.
    NeedsSigV4a,
    /// The date of the credential scope differs from the date of signing.
    ScopeDate,
    /// `host` is not among the signed headers.
    HostNotSigned,
    /// A temporary access key without its session token.
    TokenMissing,
    /// A signed checksum of an empty body, as a signer computes it that doesn't have the body.
    EmptyChecksum,
    /// The URL has expired.
    Expired,
    /// The URL is not valid yet.
    NotYetValid,
    /// The URL is valid for more than seven days, or for zero seconds.
    ExpiryTooLong,
    /// The signature is missing, or cut off.
    Truncated,
    /// The signature is too long.
    SignatureLength,
    /// The signature contains characters that no signature has.
    SignatureAlphabet,
}

impl Problem {
    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ProblemKind {
    /// Returns the name of the kind, such as `encoded-twice`. Names don't change between versions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemKind::TooLong => "too-long",
            ProblemKind::NotAUrl => "not-a-url",
            ProblemKind::LineBreak => "line-break",
            ProblemKind::Space => "space",
            ProblemKind::HtmlEscaped => "html-escaped",
            ProblemKind::EncodedTwice => "encoded-twice",
            ProblemKind::BadEscape => "bad-escape",
            ProblemKind::Fragment => "fragment",
            ProblemKind::DotSegments => "dot-segments",
            ProblemKind::DefaultPort => "default-port",
            ProblemKind::TrailingText => "trailing-text",
            ProblemKind::LiteralPlus => "literal-plus",
            ProblemKind::SecretInUrl => "secret-in-url",
            ProblemKind::OtherScheme => "other-scheme",
            ProblemKind::NotPresigned => "not-presigned",
            ProblemKind::SignedTwice => "signed-twice",
            ProblemKind::MissingParameter => "missing-parameter",
            ProblemKind::RepeatedParameter => "repeated-parameter",
            ProblemKind::ParameterName => "parameter-name",
            ProblemKind::MalformedParameter => "malformed-parameter",
            ProblemKind::ScopeHost => "scope-host",
            ProblemKind::NeedsSigV4a => "needs-sigv4a",
            ProblemKind::ScopeDate => "scope-date",
            ProblemKind::HostNotSigned => "host-not-signed",
            ProblemKind::TokenMissing => "token-missing",
            ProblemKind::EmptyChecksum => "empty-checksum",
            ProblemKind::Expired => "expired",
            ProblemKind::NotYetValid => "not-yet-valid",
            ProblemKind::ExpiryTooLong => "expiry-too-long",
            ProblemKind::Truncated => "truncated",
            ProblemKind::SignatureLength => "signature-length",
            ProblemKind::SignatureAlphabet => "signature-alphabet",
        }
    }
}

/// The problems found so far, the first of each kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem, unless there is one of its kind.
    pub(super) fn add(&mut self, kind: ProblemKind, message: impl Into<Cow<'static, str>>) {
        if self.0.iter().all(|problem| problem.kind != kind) {
            let message = message.into();
            self.0.push(Problem { kind, message });
        }
    }

    pub(super) fn as_slice(&self) -> &[Problem] {
        &self.0
    }
}
