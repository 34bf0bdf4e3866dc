//! Problems of a URL.

use crate::text::named_enum::named_enum;
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

named_enum! {
    /// The kind of a [`Problem`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum ProblemKind {
        /// The text is longer than any URL.
        TooLong = "too-long",
        /// The text is not an absolute URL.
        NotAUrl = "not-a-url",
        /// A line break or another control character.
        LineBreak = "line-break",
        /// A space, or another blank that can't be seen.
        Space = "space",
        /// `&amp;` or `\u0026` in place of `&`, or `=3D` in place of `=`.
        HtmlEscaped = "html-escaped",
        /// The URL or a parameter is percent-encoded once more than it should be.
        EncodedTwice = "encoded-twice",
        /// A `%` that isn't followed by two hexadecimal digits.
        BadEscape = "bad-escape",
        /// A `#` with a fragment.
        Fragment = "fragment",
        /// `/./` or `/../` in the path, which most clients remove.
        DotSegments = "dot-segments",
        /// The default port after the host, which clients don't send.
        DefaultPort = "default-port",
        /// Punctuation or a quotation mark behind a parameter of the signature.
        TrailingText = "trailing-text",
        /// A `+` that isn't encoded in a signature or session token.
        LiteralPlus = "literal-plus",
        /// A secret access key in place of the access key ID.
        SecretInUrl = "secret-in-url",
        /// The URL is signed for CloudFront or Azure.
        OtherScheme = "other-scheme",
        /// No signature of a known kind.
        NotPresigned = "not-presigned",
        /// Signatures of two kinds at once.
        SignedTwice = "signed-twice",
        /// A parameter that the signature needs is missing.
        MissingParameter = "missing-parameter",
        /// A parameter of the signature is duplicate.
        RepeatedParameter = "repeated-parameter",
        /// The name of a parameter has letters of the wrong case, as in `x-amz-date`.
        ParameterName = "parameter-name",
        /// The value of a parameter is invalid.
        MalformedParameter = "malformed-parameter",
        /// The region or service of the credential scope differs from the one that the host names,
        /// or the region set doesn't include it.
        ScopeHost = "scope-host",
        /// A URL for a multi-region access point that is signed with SigV4.
        NeedsSigV4a = "needs-sigv4a",
        /// The date of the credential scope differs from the date of signing.
        ScopeDate = "scope-date",
        /// `host` is not among the signed headers.
        HostNotSigned = "host-not-signed",
        /// A temporary access key without its session token.
        TokenMissing = "token-missing",
        /// A signed checksum of an empty body, as a signer computes it that doesn't have the body.
        EmptyChecksum = "empty-checksum",
        /// The URL has expired.
        Expired = "expired",
        /// The URL is not valid yet.
        NotYetValid = "not-yet-valid",
        /// The URL is valid for more than seven days, or for zero seconds.
        ExpiryTooLong = "expiry-too-long",
        /// The signature is missing, or cut off.
        Truncated = "truncated",
        /// The signature is too long.
        SignatureLength = "signature-length",
        /// The signature contains characters that no signature has.
        SignatureAlphabet = "signature-alphabet",
    }

    /// Returns the name of the kind, such as `encoded-twice`. Names don't change between versions.
    fn as_str;
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
