//! Faults that copying, wrapping and escaping leave in the text of a URL. Each is reported and
//! repaired, so that the rest of the URL can be read.

use super::problem::{ProblemKind, Problems};
use crate::scheme::sigv2;
use crate::scheme::v4_family::V4_FAMILIES;
use crate::scheme::v4_scheme::Role;
use crate::text::percent::Component;
use crate::wire::query::{Param, parse_query};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

/// Joins the lines of a wrapped URL.
pub(super) fn without_line_breaks<'a>(text: &'a str, problems: &mut Problems) -> Cow<'a, str> {
    let text = text.trim();
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    problems.add(
        ProblemKind::LineBreak,
        "the URL contains a line break or another control character, as after line wrapping; remove it",
    );
    // The lines after the first may be indented.
    Cow::Owned(text.split(char::is_control).map(str::trim).collect())
}

/// Reports spaces. They stay, because a space can be a `+` of the signature.
pub(super) fn check_spaces(url: &str, problems: &mut Problems) {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    if url.contains(is_blank) {
        problems.add(
            ProblemKind::Space,
            "the URL contains a space or an invisible blank; encode a space as %20, and the `+` of a SigV2 \
             signature as %2B",
        );
    }
}

/// Replaces each `&` that is escaped for HTML or JSON.
pub(super) fn without_html_escapes<'a>(
    mut url: Cow<'a, str>,
    problems: &mut Problems,
) -> Cow<'a, str> {
    for escaped in ["&amp;", "&#38;", "&#x26;", "\\u0026"] {
        if url.contains(escaped) {
            problems.add(
                ProblemKind::HtmlEscaped,
                format!(
                    "the URL contains {escaped} in place of `&`; unescape the HTML or JSON from which it was \
                     copied"
                ),
            );
            url = Cow::Owned(url.replace(escaped, "&"));
        }
    }
    url
}

/// Decodes a URL that is encoded as a whole.
pub(super) fn decode_whole_url<'a>(url: Cow<'a, str>, problems: &mut Problems) -> Cow<'a, str> {
    /// More than the length of an encoded `https://`.
    const FRONT_LEN: usize = 24;
    let front = url.get(..FRONT_LEN).unwrap_or(&url).to_ascii_lowercase();
    if !front.contains("%3a%2f%2f") {
        return url;
    }
    report_whole(problems);
    Cow::Owned(decoded(&url))
}

/// Decodes a query that is encoded as a whole: it contains a signature only after decoding.
pub(super) fn decode_whole_query<'a>(query: &'a str, problems: &mut Problems) -> Cow<'a, str> {
    if query.is_empty() || has_signature(query) {
        return Cow::Borrowed(query);
    }
    let decoded = decoded(query);
    if !has_signature(&decoded) {
        return Cow::Borrowed(query);
    }
    report_whole(problems);
    Cow::Owned(decoded)
}

/// Returns the URL up to its fragment.
pub(super) fn without_fragment<'a>(url: &'a str, problems: &mut Problems) -> &'a str {
    let Some((url, _)) = url.split_once('#') else {
        return url;
    };
    problems.add(
        ProblemKind::Fragment,
        "the URL has a fragment, which is never sent; encode a literal `#` as %23",
    );
    url
}

fn report_whole(problems: &mut Problems) {
    problems.add(
        ProblemKind::EncodedTwice,
        "the whole URL is percent-encoded, as if it were a parameter of another URL; decode it once",
    );
}

fn decoded(text: &str) -> String {
    Component::Encoded(text).to_text_lossy().into_owned()
}

fn has_signature(query: &str) -> bool {
    parse_query(Some(query)).any(|param| is_signature(&param))
}

fn is_signature(param: &Param<'_>) -> bool {
    let parts = V4_FAMILIES
        .iter()
        .filter_map(|family| family.part_of(param));
    let mut roles = parts.map(|name| name.role);
    roles.any(Role::shows_signature) || param.name.decodes_to_ignore_case(sigv2::SIGNATURE)
}
