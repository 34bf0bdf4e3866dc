//! The facts about the request that a cause is derived from.

use crate::credentials::Credentials;
use crate::inspect::AccessKeyKind;
use crate::scheme::Scheme;
use crate::time::Timestamp;
use crate::verify::{Authentication, Unverified};

/// The facts about the request.
pub(super) struct Evidence<'e> {
    pub(super) method: &'e str,
    pub(super) url: &'e str,
    pub(super) now: Timestamp,
    /// The signed request; `None` if its authentication is invalid.
    pub(super) request: Option<&'e Unverified<'e, 'e>>,
    /// The credentials that should have signed it.
    pub(super) credentials: Option<&'e Credentials>,
    /// Other credentials by their names.
    pub(super) other_credentials: &'e [(&'e str, &'e Credentials)],
}

impl<'e> Evidence<'e> {
    pub(super) fn authentication(&self) -> Option<&'e Authentication<'e>> {
        self.request.map(|request| request.authentication())
    }

    pub(super) fn has_session_token(&self) -> bool {
        self.request.is_some_and(Unverified::has_session_token)
    }

    /// Returns whether the access key is temporary, but the request has no session token.
    pub(super) fn lacks_token(&self) -> bool {
        self.authentication().is_some_and(|authentication| {
            let kind = AccessKeyKind::of(authentication.access_key_id());
            kind == AccessKeyKind::Temporary && !self.has_session_token()
        })
    }

    pub(super) fn is_v2(&self) -> bool {
        let scheme = self.authentication().map(Authentication::scheme);
        matches!(scheme, Some(Scheme::AwsV2 | Scheme::AwsV2QueryApi))
    }
}
