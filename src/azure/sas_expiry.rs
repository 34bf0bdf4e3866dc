//! The expiry of a shared access signature.

use crate::expiry::Expiry;
use core::time::Duration;

/// When a shared access signature expires.
///
/// A [`Duration`], an [`Expiry`] and a text convert into it. The text is signed as it is, because
/// the service accepts several forms: `2030-01-02`, `2030-01-02T03:04Z`, `2030-01-02T03:04:05Z`.
///
/// ```
/// use presign::azure::{self, Account, Permissions, Resource, SasExpiry};
/// use presign::Timestamp;
///
/// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
/// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
/// let account = Account::new("myaccount")?;
/// let images = Resource::Container("images");
///
/// let token = account.sas(images, Permissions::READ).presign(&key, "2026-10-07", now)?;
/// assert!(token.as_str().contains("se=2026-10-07&"));
///
/// let token = account
///     .sas(images, Permissions::NONE)
///     .stored_policy("readers")
///     .presign(&key, SasExpiry::in_policy(), now)?;
/// assert_eq!(token.expires_at(), None);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SasExpiry<'a>(pub(super) Kind<'a>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Expiry(Expiry),
    Text(&'a str),
    InPolicy,
}

impl SasExpiry<'_> {
    /// Returns the expiry that a stored access policy has. The token has none of its own.
    #[must_use]
    pub fn in_policy() -> Self {
        SasExpiry(Kind::InPolicy)
    }
}

impl From<Duration> for SasExpiry<'_> {
    fn from(duration: Duration) -> Self {
        SasExpiry(Kind::Expiry(duration.into()))
    }
}

impl From<Expiry> for SasExpiry<'_> {
    fn from(expiry: Expiry) -> Self {
        SasExpiry(Kind::Expiry(expiry))
    }
}

impl<'a> From<&'a str> for SasExpiry<'a> {
    fn from(text: &'a str) -> Self {
        SasExpiry(Kind::Text(text))
    }
}
