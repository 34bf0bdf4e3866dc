//! The names of session tokens.

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
