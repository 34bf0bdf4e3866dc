//! The value of a message's header.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The value of a [`Message`](super::Message)'s header. `Debug` shows only its type.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderValue<'a> {
    /// True or false.
    Bool(bool),
    /// An integer of 8 bits.
    Byte(i8),
    /// An integer of 16 bits.
    Short(i16),
    /// An integer of 32 bits.
    Integer(i32),
    /// An integer of 64 bits.
    Long(i64),
    /// At most 65,535 bytes.
    Bytes(Cow<'a, [u8]>),
    /// A text of at most 65,535 bytes.
    Text(Cow<'a, str>),
    /// A moment in milliseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// A UUID.
    Uuid([u8; 16]),
}

impl HeaderValue<'_> {
    /// Returns a text, or `None` for a value of another type.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            HeaderValue::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'a> From<&'a str> for HeaderValue<'a> {
    fn from(text: &'a str) -> Self {
        HeaderValue::Text(text.into())
    }
}

impl From<String> for HeaderValue<'_> {
    fn from(text: String) -> Self {
        HeaderValue::Text(text.into())
    }
}

impl<'a> From<&'a [u8]> for HeaderValue<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        HeaderValue::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for HeaderValue<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        HeaderValue::Bytes(bytes.into())
    }
}

impl From<bool> for HeaderValue<'_> {
    fn from(value: bool) -> Self {
        HeaderValue::Bool(value)
    }
}

impl fmt::Debug for HeaderValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HeaderValue::Bool(_) => "Bool",
            HeaderValue::Byte(_) => "Byte",
            HeaderValue::Short(_) => "Short",
            HeaderValue::Integer(_) => "Integer",
            HeaderValue::Long(_) => "Long",
            HeaderValue::Bytes(_) => "Bytes",
            HeaderValue::Text(_) => "Text",
            HeaderValue::Timestamp(_) => "Timestamp",
            HeaderValue::Uuid(_) => "Uuid",
        })
    }
}
