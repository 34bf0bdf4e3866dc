//! A stored access policy.

use super::permissions::Permissions;
use crate::time::Timestamp;

/// A [stored access
/// policy](https://learn.microsoft.com/en-us/rest/api/storageservices/define-stored-access-policy)
/// of a container, share, queue or table, as a server keeps it.
///
/// ```
/// use presign::azure::{Permissions, StoredPolicy};
/// use presign::Timestamp;
///
/// let end: Timestamp = "2026-12-31T00:00:00Z".parse()?;
/// let readers = StoredPolicy::new().permissions(Permissions::READ).expires_at(end);
/// # let _ = readers;
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredPolicy {
    pub(super) starts_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) permissions: Permissions,
}

impl StoredPolicy {
    /// Returns a policy that states nothing.
    #[must_use]
    pub fn new() -> Self {
        StoredPolicy::default()
    }

    /// Sets the start.
    #[must_use]
    pub fn starts_at(mut self, moment: impl Into<Timestamp>) -> Self {
        self.starts_at = Some(moment.into());
        self
    }

    /// Sets the expiration.
    #[must_use]
    pub fn expires_at(mut self, moment: impl Into<Timestamp>) -> Self {
        self.expires_at = Some(moment.into());
        self
    }

    /// Sets the permissions.
    #[must_use]
    pub fn permissions(mut self, permissions: Permissions) -> Self {
        self.permissions = permissions;
        self
    }
}
