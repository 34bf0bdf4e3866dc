//! The one error of the library. What lives here: its kinds and how text is quoted in its messages.
//! What does not: the messages, which stand where the check is made.

use alloc::borrow::Cow;
use core::fmt;

/// Why a request was not signed.
///
/// The message is a sentence that says what was wrong, where, and what would be right. It never
/// holds a secret access key, a session token or a signature. [`kind`](Error::kind) tells the
/// part of the input to look at.
///
/// ```
/// use presign::{Credentials, ErrorKind};
///
/// let error = Credentials::new("AKIDEXAMPLE", "a secret with a line break\n").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Credentials);
/// assert_eq!(
///     error.to_string(),
///     "the secret access key begins or ends with white space: give it without",
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
    /// Access key id, secret access key or session token.
    Credentials,
    /// Region or service, the parts of the credential scope.
    Scope,
    /// The signing time, or a text that should be a time.
    Time,
    /// The life of a presigned URL.
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
    /// The name of a bucket, or the way it is addressed.
    Bucket,
    /// An object key.
    Key,
    /// The endpoint, or a combination of endpoint options that does not exist.
    Endpoint,
    /// A POST policy: its text, one of its conditions, or a field of its form.
    Policy,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Error {
            kind,
            message: message.into(),
        }
    }

    /// The part of the input that was refused.
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

/// `error!(Kind, "format", …)`: an [`Error`] with a formatted message.
macro_rules! error {
    ($kind:ident, $text:literal) => {
        $crate::error::Error::new($crate::error::ErrorKind::$kind, ::alloc::format!($text))
    };
    ($kind:ident, $($format:tt)+) => {
        $crate::error::Error::new($crate::error::ErrorKind::$kind, ::alloc::format!($($format)+))
    };
}
pub(crate) use error;

/// Text from outside, fit for a message: quoted, escaped, and cut after 60 characters.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 60;
        f.write_str("`")?;
        for c in self.0.chars().take(MOST) {
            match c {
                '`' | '\'' | '"' | '\\' => write!(f, "{c}")?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        if self.0.chars().nth(MOST).is_some() {
            f.write_str("…")?;
        }
        f.write_str("`")
    }
}
