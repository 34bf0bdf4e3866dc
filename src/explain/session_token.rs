//! The names of session tokens.

use super::cause::Cause;
use super::finding::Finding;
use crate::scheme::v4_family::V4_FAMILIES;
use crate::scheme::v4_scheme::Role;

/// Returns whether a parameter or header of this name is a session token, ignoring case.
///
/// The start of the name is ignored, because it is `amp;` if the URL was escaped for HTML.
pub(super) fn is_session_token(name: &str) -> bool {
    let lowercase = name.to_ascii_lowercase();
    let families = V4_FAMILIES.iter();
    let mut names = families.flat_map(|family| family.default.names);
    names.any(|known| {
        matches!(known.role, Role::SecurityToken | Role::ExpressToken)
            && lowercase.ends_with(known.lowercase)
    })
}

/// Returns the finding for a session token that was sent, but not signed.
pub(super) fn token_added() -> Finding {
    Finding::certain(
        Cause::TokenAdded,
        "A session token was added after signing, so the server expects it in the signature. Sign with the \
         token; only a few services, such as AWS IoT, want it appended.",
    )
}
