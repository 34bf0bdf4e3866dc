//! The kind of credentials that an access key ID shows.

/// The kind of credentials that an access key ID belongs to, by its
/// [prefix](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
///
/// ```
/// use presign::inspect::AccessKeyKind;
///
/// assert_eq!(AccessKeyKind::of("ASIAIOSFODNN7EXAMPLE"), AccessKeyKind::Temporary);
/// assert_eq!(AccessKeyKind::of("minioadmin").as_str(), "other");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AccessKeyKind {
    /// `AKIA…`: the key of a user, valid until it is revoked.
    LongTerm,
    /// `ASIA…`: the key of a role or session. Its URLs expire with the session, if that is sooner.
    Temporary,
    /// `GOOG…`: an HMAC key of Google Cloud Storage.
    Google,
    /// The key of another store, or an invented one.
    Other,
}

impl AccessKeyKind {
    /// Returns the kind by the first letters of an access key ID.
    #[must_use]
    pub fn of(access_key_id: &str) -> Self {
        match access_key_id.get(..4) {
            Some("AKIA") => AccessKeyKind::LongTerm,
            Some("ASIA") => AccessKeyKind::Temporary,
            Some("GOOG") => AccessKeyKind::Google,
            _ => AccessKeyKind::Other,
        }
    }

    /// Returns `long-term`, `temporary`, `google` or `other`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            AccessKeyKind::LongTerm => "long-term",
            AccessKeyKind::Temporary => "temporary",
            AccessKeyKind::Google => "google",
            AccessKeyKind::Other => "other",
        }
    }
}
