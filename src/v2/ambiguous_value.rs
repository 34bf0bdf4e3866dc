//! Sub-resources that a string to sign can't tell apart.
//!
//! SigV2 signs the values of sub-resources decoded, so `partNumber=1%26uploadId%3Da` has the
//! signature of `partNumber=1&uploadId=a`.

use crate::scheme::sigv2::is_sub_resource;
use crate::text::percent::Component;
use crate::wire::query::Param;

/// Returns the name of a sub-resource whose value contains another one.
pub(crate) fn find_ambiguous_value<'a>(params: &[Param<'a>]) -> Option<&'a str> {
    let is_ambiguous = |param: &&Param<'_>| {
        let value = param.value.unwrap_or_default();
        (value.is_escaped() || value.text().contains('&'))
            && contains_sub_resource(&value.to_bytes())
            && is_signed(param.name)
    };
    let param = params.iter().find(is_ambiguous)?;
    Some(param.name.text())
}

/// Returns whether a decoded value contains `&` and, up to `=`, `&` or the end, the name of a
/// sub-resource.
pub(crate) fn contains_sub_resource(value: &[u8]) -> bool {
    value.split(|byte| *byte == b'&').skip(1).any(|param| {
        let name = param.split(|byte| *byte == b'=').next();
        core::str::from_utf8(name.unwrap_or_default()).is_ok_and(is_sub_resource)
    })
}

fn is_signed(name: Component<'_>) -> bool {
    name.to_text().is_some_and(|name| is_sub_resource(&name))
}

#[cfg(test)]
mod tests {
    use super::contains_sub_resource;

    #[test]
    fn a_value_is_ambiguous_if_it_contains_a_whole_name() {
        for value in ["1&uploadId=a", "1&acl", "&acl&", "a=&b&versionId=", "&acl="] {
            assert!(contains_sub_resource(value.as_bytes()), "{value}");
        }
        for value in [
            "",
            "acl",
            "uploadId=a",
            "1&uploadid=a",
            "a&b=c",
            "&acls",
            "& acl",
            "&\u{e9}",
        ] {
            assert!(!contains_sub_resource(value.as_bytes()), "{value}");
        }
    }
}
