//! The fields of a form that carry its signature.

use super::sigv2;
use super::v4_family::V4_FAMILIES;
use super::v4_scheme::Role;

/// The field with the policy's base64, which is the text that is signed.
pub(crate) const POLICY: &str = "policy";

/// The name of the file's part.
pub(crate) const FILE: &str = "file";

/// Returns the field of this name that signing adds, ignoring case.
pub(crate) fn added_field(name: &str) -> Option<&'static str> {
    let mut fields = [POLICY, sigv2::ACCESS_KEY_ID, sigv2::FORM_SIGNATURE].into_iter();
    fields
        .find(|field| field.eq_ignore_ascii_case(name))
        .or_else(|| v4_field(name))
}

fn v4_field(name: &str) -> Option<&'static str> {
    V4_FAMILIES.iter().find_map(|family| {
        let mut names = family.default.names.iter();
        let found = names.find(|own| own.lowercase.eq_ignore_ascii_case(name))?;
        is_v4_field(found.role).then_some(found.lowercase)
    })
}

/// Returns whether a form has a field for this authentication parameter.
pub(crate) fn is_v4_field(role: Role) -> bool {
    matches!(
        role,
        Role::Algorithm
            | Role::Credential
            | Role::Date
            | Role::ExpressToken
            | Role::SecurityToken
            | Role::Signature
    )
}

/// Returns whether a field can't have a condition, because it carries the signature, the policy or
/// the file.
pub(crate) fn is_unconditional(name: &str) -> bool {
    let others = [sigv2::ACCESS_KEY_ID, sigv2::FORM_SIGNATURE, POLICY, FILE];
    let is_name = |field: &str| field.eq_ignore_ascii_case(name);
    others.into_iter().any(is_name)
        || V4_FAMILIES
            .iter()
            .any(|family| is_name(family.default.name(Role::Signature).lowercase))
}
