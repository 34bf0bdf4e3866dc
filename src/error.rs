//! The error of signing, and the form in which messages quote input.

use alloc::borrow::Cow;
use alloc::format;
use core::fmt;

/// The reason why a request can't be signed as asked.
///
/// The message names the fault, then the value, and then the remedy unless it is obvious. It never
/// contains a secret access key, a session token or a signature. [`kind`](Error::kind) names the
/// part of the input that is at fault.
///
/// ```
/// use presign::{Credentials, ErrorKind};
///
/// let error = Credentials::new("AKIDEXAMPLE", "a secret with a line break\n").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Credentials);
/// assert_eq!(
///     error.to_string(),
///     "the secret access key begins or ends with white space; remove it",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: Cow<'static, str>,
}

/// The part of the input that an [`Error`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An access key ID, a secret access key or a session token.
    Credentials,
    /// A region or service, the parts of the credential scope.
    Scope,
    /// The signing time, or a text that is not a time.
    Time,
    /// The expiry of a presigned URL or a form.
    Expiry,
    /// The request's method.
    Method,
    /// The request's URL: scheme, host, port or path.
    Url,
    /// A query parameter.
    Query,
    /// A header.
    Header,
    /// The payload or its hash.
    Payload,
    /// The name of a bucket, or its address.
    Bucket,
    /// An object key.
    Key,
    /// The endpoint, or a combination of endpoint options that does not exist.
    Endpoint,
    /// A POST policy: its text, a condition, or a field of its form.
    Policy,
    /// A signature that was made elsewhere.
    Signature,
    /// An operation that the store, the service or the signature version does not have.
    Unsupported,
    /// The writer that receives a URL.
    Output,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Error {
            kind,
            message: message.into(),
        }
    }

    /// Returns the error for a name that a request may contain once.
    pub(crate) fn duplicate(kind: ErrorKind, noun: &str, name: &str) -> Self {
        Error::new(
            kind,
            format!("duplicate {noun} {}; add it once", Quoted(name)),
        )
    }

    /// Returns the part of the input that is at fault.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {})", self.kind, self.message)
    }
}

impl core::error::Error for Error {}

/// Makes an [`Error`]: `error!(Kind, "format", …)`.
macro_rules! error {
    ($kind:ident, $($format:tt)+) => {
        $crate::error::Error::new($crate::error::ErrorKind::$kind, ::alloc::format!($($format)+))
    };
}
pub(crate) use error;

/// Input in a message: quoted, escaped, and cut after 60 characters.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 60;
        f.write_str("`")?;
        for c in self.0.chars().take(MAX_CHARS) {
            match c {
                '`' | '\'' | '"' | '\\' => write!(f, "{c}")?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        if self.0.chars().nth(MAX_CHARS).is_some() {
            f.write_str("…")?;
        }
        f.write_str("`")
    }
}
