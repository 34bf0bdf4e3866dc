//! The signature version of a store.

/// The signature version of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureVersion {
    /// Signature Version 2, for stores that support nothing newer: see [`v2`](crate::v2).
    V2,
    /// Signature Version 4: see [`v4`](crate::v4).
    #[default]
    V4,
    /// Signature Version 4a, for several regions at once. A multi-region access point selects it by
    /// itself. The key is derived with the feature `sigv4a`: see
    /// [`v4::Service::sigv4a`](crate::v4::Service::sigv4a).
    V4a,
}
