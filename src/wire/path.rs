//! The path of a request.

use crate::text::percent::{Component, PATH};
use crate::text::sink::Sink;

/// A path, from which the canonical URI is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    /// As it is in a URL.
    Url(&'a str),
    /// An object's path: a canonically encoded prefix, and a key that is not encoded yet.
    Object { prefix: &'a str, key: &'a str },
}

impl Path<'_> {
    /// Writes the path encoded once, with nothing removed. This is S3's canonical URI.
    pub(crate) fn write_encoded_once(self, sink: &mut impl Sink) {
        match self {
            Path::Url("") => sink.text("/"),
            Path::Url(path) => Component::Encoded(path).write(&PATH, sink),
            Path::Object { prefix, key } => {
                sink.text(prefix);
                Component::Raw(key).write(&PATH, sink);
            }
        }
    }

    /// Returns whether an escape hides a slash, or all of a dot segment, of the path in a URL.
    pub(crate) fn has_hidden_segment(self) -> bool {
        let Path::Url(path) = self else {
            return false;
        };
        let is_hidden_dots = |segment: &str| {
            let segment = Component::Encoded(segment);
            let mut dots = [".", ".."].iter();
            segment.is_escaped() && dots.any(|dots| segment.decodes_to(dots))
        };
        has_escape(path, [b'F', b'f'])
            || (has_escape(path, [b'E', b'e']) && path.split('/').any(is_hidden_dots))
    }

    /// Writes the path as it is in the URL.
    pub(crate) fn write_as_sent(self, sink: &mut impl Sink) {
        match self {
            Path::Url(path) if !path.is_empty() => sink.text(path),
            path => path.write_encoded_once(sink),
        }
    }

    /// Returns the key of an object; it is empty for a path that is not one's.
    #[cfg(feature = "azure")]
    pub(crate) fn key(&self) -> &str {
        match self {
            Path::Url(_) => "",
            Path::Object { key, .. } => key,
        }
    }

    /// Returns an upper bound of the length of the path in a URL.
    pub(crate) fn max_len(self) -> usize {
        match self {
            Path::Url(path) => Component::Encoded(path).max_encoded_len().saturating_add(1),
            Path::Object { prefix, key } => {
                let key = Component::Raw(key).max_encoded_len();
                prefix.len().saturating_add(key)
            }
        }
    }
}

/// Returns whether a path has a segment `.` or `..`. Escapes are not decoded.
pub(crate) fn has_dot_segment<const N: usize>(path: &str, separators: &[u8; N]) -> bool {
    let mut segments = path.as_bytes().split(|byte| separators.contains(byte));
    segments.any(|segment| matches!(segment, b"." | b".."))
}

/// Returns whether a path has a slash that is part of a segment.
pub(crate) fn has_escaped_slash(path: &str) -> bool {
    has_escape(path, [b'F', b'f'])
}

/// Returns whether a path has an escape that begins with `%2` and ends in one of two digits.
fn has_escape(path: &str, digits: [u8; 2]) -> bool {
    let mut escapes = path.as_bytes().windows(3);
    escapes.any(|escape| matches!(escape, [b'%', b'2', digit] if digits.contains(digit)))
}
