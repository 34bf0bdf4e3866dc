//! Faults that copying, wrapping and escaping leave in the text of a URL. Each is reported and
//! repaired, so that the rest of the URL can be read.

use super::problem::{ProblemKind, Problems};
use crate::error::Quoted;
use crate::scheme::detect::CLOUDFRONT_KEY_PAIR_ID;
use crate::scheme::detect::V2Signals;
use crate::scheme::sigv2;
use crate::scheme::v4_family::V4_FAMILIES;
use crate::scheme::v4_scheme::Role;
use crate::text::damage::{ESCAPED_AMPERSANDS, is_blank, split_trailing};
use crate::text::percent::Component;
use crate::text::secrets::is_secret;
use crate::wire::query::{Param, parse_query};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

/// Decodes a URL that is quoted-printable, as mails have it: each `=` is `=3D`, and a line that
/// ends with `=` continues.
pub(super) fn without_quoted_printable<'a>(text: &'a str, problems: &mut Problems) -> Cow<'a, str> {
    if !text.contains("=3D") {
        return Cow::Borrowed(text);
    }
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    // A value can start with 3D, but not all values do.
    let (_, query) = joined.split_once('?').unwrap_or_default();
    let mut values = query.split('&').filter_map(|param| param.split_once('='));
    if !values.all(|(_, value)| value.starts_with("3D")) {
        return Cow::Borrowed(text);
    }
    problems.add(
        ProblemKind::HtmlEscaped,
        "the URL contains =3D in place of `=`, as the source of a mail has it; copy it from the mail as it is \
         displayed",
    );
    Cow::Owned(joined.replace("=3D", "="))
}

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
    for escaped in ESCAPED_AMPERSANDS {
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

/// Returns the URL up to its fragment. A fragment with a signature belongs to the path, which
/// contains a `#`.
pub(super) fn without_fragment<'a>(url: Cow<'a, str>, problems: &mut Problems) -> Cow<'a, str> {
    let Some((front, fragment)) = url.split_once('#') else {
        return url;
    };
    let is_in_path = fragment
        .split_once('?')
        .is_some_and(|(_, query)| has_signature(query));
    if is_in_path {
        problems.add(
            ProblemKind::Fragment,
            "the path contains a `#`, so that everything after it is not sent; encode it as %23",
        );
        return Cow::Owned(url.replace('#', "%23"));
    }
    problems.add(
        ProblemKind::Fragment,
        "the URL has a fragment, which is never sent; encode a literal `#` as %23",
    );
    Cow::Owned(String::from(front))
}

/// Removes the punctuation and the quotation marks that a text has around a URL.
pub(super) fn without_trailing_text<'a>(
    url: Cow<'a, str>,
    problems: &mut Problems,
) -> Cow<'a, str> {
    let start = url.trim_start_matches(['<', '(', '[', '{', '"', '\'', '`']);
    let Some((address, query)) = start.split_once('?') else {
        return url;
    };
    let mut is_clean = start.len() == url.len();
    if !is_clean {
        report_trailing("in front of the URL", &url, problems);
    }
    let mut clean = String::from(address);
    for (index, text) in query.split('&').enumerate() {
        clean.push(if index == 0 { '?' } else { '&' });
        let param = Param::parse(text);
        let (front, trailing) = split_trailing(text);
        if trailing.is_empty() || !is_authentication(&param) {
            clean.push_str(text);
            continue;
        }
        is_clean = false;
        let name = param.name.to_text().unwrap_or_default();
        let place = format!("behind the parameter {name}");
        report_trailing(&place, trailing, problems);
        clean.push_str(front);
    }
    if is_clean { url } else { Cow::Owned(clean) }
}

fn report_trailing(place: &str, text: &str, problems: &mut Problems) {
    let text: String = text
        .chars()
        .take_while(|c| !c.is_alphanumeric() || text.starts_with('%'))
        .collect();
    let message = format!("{} {place} is not part of it; remove it", Quoted(&text));
    problems.add(ProblemKind::TrailingText, message);
}

/// Reports a `+` in a value that is base64. It stays. CloudFront's base64 has no `+`, encoded or
/// not, and the signatures of SigV4 are hexadecimal.
pub(super) fn check_plus(query: &str, problems: &mut Problems) {
    if parse_query(Some(query)).any(|param| param.name.decodes_to(CLOUDFRONT_KEY_PAIR_ID)) {
        return;
    }
    for param in parse_query(Some(query)) {
        let value = param.value.unwrap_or_default().text();
        let name = param.name.to_text().unwrap_or_default();
        let is_base64 = role_of(&param) != Some(Role::Signature);
        if is_authentication(&param) && is_base64 && is_secret(&name) && value.contains('+') {
            let message = format!(
                "the value of {name} contains a literal `+`, which servers read as a space; encode it as %2B"
            );
            problems.add(ProblemKind::LiteralPlus, message);
        }
    }
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
    parse_query(Some(query)).any(|param| {
        role_of(&param).is_some_and(Role::shows_signature)
            || param.name.decodes_to_ignore_case(sigv2::SIGNATURE)
    })
}

/// Returns whether a parameter belongs to a signature.
fn is_authentication(param: &Param<'_>) -> bool {
    let is_sas = cfg!(feature = "azure") && param.name.decodes_to("sig");
    is_sas || role_of(param).is_some() || V2Signals::contains(param)
}

fn role_of(param: &Param<'_>) -> Option<Role> {
    let mut families = V4_FAMILIES.iter();
    let name = families.find_map(|family| family.name_of(param))?;
    Some(name.role)
}
