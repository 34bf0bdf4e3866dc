//! Values that have the signature of another sub-resource.
//!
//! SigV2 signs the values of sub-resources decoded, so `partNumber=1%26uploadId%3Da` has the
//! signature of `partNumber=1&uploadId=a`.

use crate::scheme::sigv2::is_sub_resource;
use crate::wire::query::Param;

/// Returns the name of a sub-resource whose value contains another one.
pub(crate) fn find_ambiguous_value<'a>(params: &[Param<'a>]) -> Option<&'a str> {
    let is_ambiguous = |param: &&Param<'_>| {
        let value = param.value.unwrap_or_default();
        let may_contain = value.is_escaped() || value.text().contains('&');
        let name = param.name.to_text().filter(|_| may_contain);
        name.is_some_and(|name| is_sub_resource(&name)) && contains_sub_resource(value.decoded())
    };
    let param = params.iter().find(is_ambiguous)?;
    Some(param.name.text())
}

fn contains_sub_resource(value: impl Iterator<Item = u8>) -> bool {
    let mut finder = SubResourceFinder::default();
    value.for_each(|byte| finder.push(byte));
    finder.end_value()
}

/// The longest name of a sub-resource: `response-content-disposition`.
const MAX_NAME: usize = 28;

/// Finds `&` and, up to `=`, `&` or the end, the name of a sub-resource.
#[derive(Default)]
pub(super) struct SubResourceFinder {
    buffer: [u8; MAX_NAME],
    /// The bytes since the last `&`, unless they are more than a name.
    length: Option<usize>,
    is_found: bool,
}

impl SubResourceFinder {
    /// Adds a byte of a value.
    pub(super) fn push(&mut self, byte: u8) {
        if matches!(byte, b'&' | b'=') {
            self.end_name();
            self.length = (byte == b'&').then_some(0);
        } else if let Some(length) = self.length {
            let slot = self.buffer.get_mut(length);
            self.length = slot.is_some().then(|| length.saturating_add(1));
            slot.into_iter().for_each(|slot| *slot = byte);
        }
    }

    /// Returns whether the value that ends here contains a sub-resource.
    pub(super) fn end_value(&mut self) -> bool {
        self.end_name();
        core::mem::take(&mut self.is_found)
    }

    fn end_name(&mut self) {
        let length = self.length.take();
        let name = length.and_then(|length| self.buffer.get(..length));
        let name = name.and_then(|name| core::str::from_utf8(name).ok());
        self.is_found |= name.is_some_and(is_sub_resource);
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME, contains_sub_resource};
    use crate::scheme::sigv2::SUB_RESOURCES;

    #[test]
    fn a_value_is_ambiguous_if_it_contains_a_whole_name() {
        let is_found = |value: &str| contains_sub_resource(value.bytes());
        for value in ["1&uploadId=a", "1&acl", "&acl&", "a=&b&versionId=", "&acl="] {
            assert!(is_found(value), "{value}");
        }
        for name in SUB_RESOURCES {
            let (value, longer) = (["&", name].concat(), ["&", name, "x"].concat());
            assert!(is_found(&value), "{name}");
            assert!(SUB_RESOURCES.contains(&&longer[1..]) || !is_found(&longer));
        }
        for value in [
            "",
            "acl",
            "uploadId=a",
            "1&uploadid=a",
            "a&b=c",
            "&acls",
            "& acl",
            "&=acl",
            "&\u{e9}",
            "&acl \u{e9} and many more letters",
        ] {
            assert!(!is_found(value), "{value}");
        }
        let longest = SUB_RESOURCES.iter().map(|name| name.len()).max();
        assert_eq!(longest, Some(MAX_NAME));
    }
}
