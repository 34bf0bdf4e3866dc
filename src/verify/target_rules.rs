//! Checks of targets that a router or a form decoder may read in another way than the signer.

use super::error::{VerifyError, reject};
use crate::scheme::services::CanonicalUri;
use crate::wire::path::has_escaped_slash;
use crate::wire::url::Target;

/// Checks that a path has no `%2F`, which S3 and Google sign as a slash.
pub(crate) fn check_no_escaped_slash(path: &str) -> Result<(), VerifyError> {
    if has_escaped_slash(path) {
        return Err(reject!(
            Request,
            "the path has an escaped slash %2F, which is signed as /; send a slash"
        ));
    }
    Ok(())
}

/// The rules for targets that a router or a form decoder may read in another way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TargetRules {
    /// Allows empty and dot segments in a path that is signed without them.
    pub(super) allows_dot_segments: bool,
    /// Allows `%2F` in a path that is signed with `/` instead.
    pub(super) allows_escaped_slash: bool,
    /// Rejects a `+` in the query, which is signed as a plus sign.
    pub(super) rejects_plus: bool,
}

impl TargetRules {
    /// Checks that no other path has the same canonical URI, except by unnecessary escapes.
    pub(super) fn check_path(
        self,
        path: &str,
        canonical_uri: CanonicalUri,
    ) -> Result<(), VerifyError> {
        match canonical_uri {
            CanonicalUri::Normalized
                if !self.allows_dot_segments && canonical_uri.changes(path) =>
            {
                Err(reject!(
                    Request,
                    "the path has an empty or dot segment, which the signature doesn't cover; send \
                     the path without it"
                ))
            }
            CanonicalUri::S3 if !self.allows_escaped_slash => check_no_escaped_slash(path),
            _ => Ok(()),
        }
    }

    /// Checks that a form decoder reads the query as it is signed.
    pub(super) fn check_query(self, target: Target<'_>) -> Result<(), VerifyError> {
        let query = target.query.filter(|_| self.rejects_plus);
        if query.is_some_and(|query| query.contains('+')) {
            return Err(reject!(
                Request,
                "the query has a `+`, which can be read as a space; encode a plus sign as %2B, a space as %20"
            ));
        }
        Ok(())
    }
}
