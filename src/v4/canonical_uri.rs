//! The canonical URI: the path as it is signed.

use crate::scheme::services::CanonicalUri;
use crate::text::percent::{Component, PATH, UNRESERVED};
use crate::text::sink::Sink;
use crate::wire::path::Path;
use alloc::vec::Vec;

impl CanonicalUri {
    /// Writes the canonical URI of a path.
    pub(crate) fn write(self, path: Path<'_>, sink: &mut impl Sink) {
        let text = match (self, path) {
            (CanonicalUri::S3, _) | (_, Path::Object { .. }) => {
                return path.write_encoded_once(sink);
            }
            (_, Path::Url("")) => "/",
            (_, Path::Url(text)) => text,
        };
        if self.changes(text) {
            write_normalized(text, sink);
        } else {
            Component::Raw(text).write(&PATH, sink);
        }
    }

    /// Returns whether normalizing changes a path.
    pub(crate) fn changes(self, path: &str) -> bool {
        self == CanonicalUri::Normalized && has_removable_segment(path)
    }
}

/// Returns whether a path has an empty or dot segment. A slash at the end makes none.
fn has_removable_segment(path: &str) -> bool {
    let inner = path.strip_prefix('/').unwrap_or(path);
    if inner.is_empty() {
        return false;
    }
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    inner
        .split('/')
        .any(|segment| matches!(segment, "" | "." | ".."))
}

/// Writes a path without empty and dot segments. `..` removes the segment before it, and nothing at
/// the root. A trailing slash is written only if the original path has one: `/a/.` becomes `/a`,
/// and `/a/./` becomes `/a/`.
fn write_normalized(path: &str, sink: &mut impl Sink) {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    for segment in &kept {
        sink.text("/");
        Component::Raw(segment).write(&UNRESERVED, sink);
    }
    if kept.is_empty() || path.ends_with('/') {
        sink.text("/");
    }
}
