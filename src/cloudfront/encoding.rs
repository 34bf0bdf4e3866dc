//! CloudFront's base64: `-`, `_` and `~` in place of `+`, `=` and `/`.

use crate::text::base64;
use alloc::string::String;
use alloc::vec::Vec;

/// Encodes bytes. The text needs no percent-encoding, and can be the value of a cookie.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    base64::write(bytes, &mut text);
    text.chars()
        .map(|c| match c {
            '+' => '-',
            '=' => '_',
            '/' => '~',
            other => other,
        })
        .collect()
}

/// Decodes text with padding, and nothing else.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let standard: Option<Vec<u8>> = text
        .iter()
        .map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'='),
            b'~' => Some(b'/'),
            b'+' | b'=' | b'/' => None,
            other => Some(*other),
        })
        .collect();
    base64::decode(&standard?)
}
