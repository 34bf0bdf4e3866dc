//! The result: a token.

use crate::time::Timestamp;
use alloc::string::String;
use core::fmt;

/// A token: a secret that is valid until it expires.
///
/// It has no `Display`, and `Debug` hides it, so that it isn't logged by accident.
#[derive(Clone)]
pub struct Token {
    pub(super) text: String,
    pub(super) expires_at: Timestamp,
}

impl Token {
    /// Returns the token as the service takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns when the token expires.
    ///
    /// EKS ignores the expiry in the token: it accepts one until 15 minutes after its signing time.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl AsRef<str> for Token {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl From<Token> for String {
    fn from(token: Token) -> String {
        token.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
