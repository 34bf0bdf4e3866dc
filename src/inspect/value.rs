//! The values of a signature's parameters.

use super::problem::{ProblemKind, Problems};
use crate::error::Quoted;
use crate::scheme::sigv2;
use crate::text::percent::{Component, invalid_escape};
use crate::text::secrets::is_secret_key;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

/// Returns the decoded value of a parameter. A value that is encoded twice is decoded twice. A
/// value that is missing, empty, or not UTF-8 is `None`. All of these are reported.
pub(super) fn decode_value<'a>(
    name: &str,
    value: Option<Component<'a>>,
    problems: &mut Problems,
) -> Option<Cow<'a, str>> {
    let Some(value) = value.filter(|value| !value.text().is_empty()) else {
        report_missing(name, problems);
        return None;
    };
    let Some(text) = value.to_text() else {
        let message = format!("the value of the parameter {name} is not UTF-8");
        problems.add(ProblemKind::MalformedParameter, message);
        return None;
    };
    let is_encoded = text.contains('%') && invalid_escape(&text).is_none();
    if !is_encoded {
        return Some(text);
    }
    let message = format!(
        "the parameter {name} is percent-encoded twice; use the URL as it was signed, because it is encoded \
         already"
    );
    problems.add(ProblemKind::EncodedTwice, message);
    let text = Component::Encoded(&text).to_text()?;
    Some(Cow::Owned(text.into_owned()))
}

fn report_missing(name: &str, problems: &mut Problems) {
    // The signature is the last parameter of most URLs.
    if name.ends_with(sigv2::SIGNATURE) {
        let message = format!("missing parameter `{name}`; the URL is cut off before it");
        problems.add(ProblemKind::Truncated, message);
    } else {
        let message =
            format!("missing parameter `{name}`; the URL is cut off, or a filter removed it");
        problems.add(ProblemKind::MissingParameter, message);
    }
}

/// Returns the access key ID to show. A secret in its place is reported, but not shown.
pub(super) fn shown_access_key_id(text: &str, problems: &mut Problems) -> Option<String> {
    if !is_secret_key(text) {
        return Some(shortened(text));
    }
    report_secret(problems);
    None
}

/// Reports a secret in place of the access key ID.
pub(super) fn report_secret(problems: &mut Problems) {
    problems.add(
        ProblemKind::SecretInUrl,
        "the URL has a secret access key in place of the access key ID; exchange them when signing, and \
         replace the key, because the URL gives it away",
    );
}

/// Reports an invalid value.
pub(super) fn report_invalid(name: &str, value: &str, expected: &str, problems: &mut Problems) {
    let message = format!("invalid {name} {}; it must be {expected}", Quoted(value));
    problems.add(ProblemKind::MalformedParameter, message);
}

/// Returns text of the URL, shortened if it is too long to read.
pub(super) fn shortened(text: &str) -> String {
    const MAX_CHARS: usize = 1024;
    let mut short: String = text.chars().take(MAX_CHARS).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        short.push('…');
    }
    short
}
