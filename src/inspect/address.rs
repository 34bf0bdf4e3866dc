//! The front of a URL: scheme, host and path.

use super::problem::{ProblemKind, Problems};
use super::value::shortened;
use crate::error::Quoted;
use crate::text::percent::invalid_escape;
use crate::text::secrets::{before_secrets, without_user};
use crate::wire::path::has_dot_segment;
use alloc::format;
use alloc::string::String;

/// Scheme, host and path, as the URL has them.
#[derive(Clone, Debug, Default)]
pub(super) struct Address {
    pub(super) url_scheme: Option<String>,
    pub(super) host: Option<String>,
    pub(super) path: String,
}

impl Address {
    /// Parses a URL up to its query.
    pub(super) fn parse(url: &str, problems: &mut Problems) -> Self {
        let url = without_user(url);
        let url = before_secrets(&url);
        let Some((scheme, after_scheme)) = url.split_once("://") else {
            problems.add(
                ProblemKind::NotAUrl,
                "the text is not an absolute URL; begin it with https:// or http://",
            );
            return Address {
                path: shortened(url),
                ..Address::default()
            };
        };
        let slash = after_scheme
            .find('/')
            .and_then(|index| after_scheme.split_at_checked(index));
        let (authority, path) = slash.unwrap_or((after_scheme, "/"));
        if authority.is_empty() {
            problems.add(ProblemKind::NotAUrl, "the URL has no host");
        }
        check_path(path, problems);
        Address {
            url_scheme: Some(shortened(scheme)),
            host: Some(shortened(authority)),
            path: shortened(path),
        }
    }
}

fn check_path(path: &str, problems: &mut Problems) {
    if has_dot_segment(path, b"/") {
        problems.add(
            ProblemKind::DotSegments,
            "the path has a segment `.` or `..`, which most clients remove before sending, so that the \
             signature doesn't match; use a client that keeps paths, such as curl --path-as-is",
        );
    }
    if let Some(escape) = invalid_escape(path) {
        let message = format!(
            "invalid percent escape {} in the path; encode a literal `%` as %25",
            Quoted(escape)
        );
        problems.add(ProblemKind::BadEscape, message);
    }
}
