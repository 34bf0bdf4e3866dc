//! Base64 (RFC 4648, section 4): signatures of SigV2, and POST policies.

use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Appends the base64 of the bytes.
pub(crate) fn write(bytes: &[u8], text: &mut String) {
    STANDARD.encode_string(bytes, text);
}

/// Decodes base64 with padding, and nothing else.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Decodes base64 of at most `buffer.len()` bytes into `buffer`.
pub(crate) fn decode_into<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let length = STANDARD.decode_slice(text, buffer).ok()?;
    buffer.get(..length)
}

/// Encodes a short text into `buffer`, which has room for it.
pub(crate) fn encode_into<'b>(bytes: &[u8], buffer: &'b mut [u8]) -> &'b str {
    let length = STANDARD.encode_slice(bytes, buffer).unwrap_or(0);
    let text = buffer.get(..length).unwrap_or_default();
    core::str::from_utf8(text).unwrap_or_default()
}
