//! Other forms of a text: split, decoded, encoded again, normalized.

use crate::text::percent::{Component, PATH};
use alloc::string::String;
use alloc::vec::Vec;
use unicode_normalization::UnicodeNormalization as _;

/// The number of parameters and of headers that are compared. No request has as many.
pub(super) const MAX_ITEMS: usize = 500;

/// Splits a query into names and values, which stay encoded.
pub(super) fn split_params(query: &str) -> Vec<(&str, &str)> {
    let params = query.split('&').filter(|param| !param.is_empty());
    params
        .take(MAX_ITEMS)
        .map(|param| param.split_once('=').unwrap_or((param, "")))
        .collect()
}

/// Splits the port from a host, if it has one.
pub(super) fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    }
}

/// Returns the value of the first header of a name, ignoring case.
pub(super) fn header_value<'v>(headers: &[(&str, &'v str)], name: &str) -> Option<&'v str> {
    let mut headers = headers.iter();
    let (_, value) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(value)
}

/// Decodes percent escapes. Bytes that are not UTF-8 become replacement characters.
pub(super) fn decoded(text: &str) -> String {
    Component::Encoded(text).to_text_lossy().into_owned()
}

/// Returns whether a path has an escape that no encoder writes, such as `%2E`. Then the name of the
/// object may contain it, and its `%` may not be encoded.
pub(super) fn has_needless_escape(path: &str) -> bool {
    let mut escapes = path.split('%').skip(1).filter_map(|piece| piece.get(..2));
    escapes.any(|escape| {
        let byte = u8::from_str_radix(escape, 16).unwrap_or_default();
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
    })
}

/// Encodes a path as if it were not encoded yet.
pub(super) fn encoded_again(path: &str) -> String {
    let mut encoded = String::new();
    Component::Raw(path).write(&PATH, &mut encoded);
    encoded
}

/// Returns a text in the composed and the decomposed Unicode form.
pub(super) fn unicode_forms(text: &str) -> [String; 2] {
    [text.nfc().collect(), text.nfd().collect()]
}

/// Returns a path in both Unicode forms.
pub(super) fn in_unicode_forms(path: &str) -> [String; 2] {
    unicode_forms(&decoded(path)).map(|plain| encoded_again(&plain))
}

/// Removes dot segments from a path and, if asked, empty segments.
pub(super) fn without_dot_segments(path: &str, empty_too: bool) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let inner = path.strip_prefix('/').unwrap_or(path);
    let last = inner.rsplit('/').next().unwrap_or_default();
    for segment in inner.split('/') {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            "" if empty_too => {}
            segment => kept.push(segment),
        }
    }
    let mut text = String::new();
    for segment in &kept {
        text.push('/');
        text.push_str(segment);
    }
    if text.is_empty() || (matches!(last, "" | "." | "..") && !text.ends_with('/')) {
        text.push('/');
    }
    text
}

/// Returns a text without the ellipsis with which a log ends what it shows a part of.
pub(super) fn without_ellipsis(text: &str) -> Option<&str> {
    text.strip_suffix("...").or(text.strip_suffix('\u{2026}'))
}
