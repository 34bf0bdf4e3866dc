//! The texts that are compared: canonical requests and strings to sign, taken apart. What lives here: reading them, and how much of
//! a value may be shown. What does not: what a difference means.

use super::difference::Line;
use crate::encode::{Bare, Text};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use unicode_normalization::UnicodeNormalization as _;

/// A canonical request, or the string to sign of SigV2 in the same shape.
#[derive(Default)]
pub(super) struct Canonical<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) params: Vec<(&'a str, &'a str)>,
    /// Names in lower case.
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) signed_headers: &'a str,
    pub(super) payload: &'a str,
    pub(super) is_v2: bool,
}

impl<'a> Canonical<'a> {
    /// Reads a canonical request. None if the text is none.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [method, path, query, headers @ .., signed_headers, payload] = lines.as_slice() else {
            return None;
        };
        let headers = headers.iter().take(MOST_LINES);
        let headers = headers.filter_map(|line| line.split_once(':'));
        Some(Canonical {
            method,
            path,
            params: params(query),
            headers: headers.collect(),
            signed_headers,
            payload,
            is_v2: false,
        })
    }

    /// Reads the string to sign of SigV2.
    pub(super) fn parse_v2(text: &'a str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        if let [method, host, path, query] = lines.as_slice() {
            // That of the query APIs.
            return Some(Canonical {
                method,
                path,
                params: params(query),
                headers: alloc::vec![("host", *host)],
                is_v2: true,
                ..Canonical::default()
            });
        }
        let [method, md5, content_type, date, amz @ .., resource] = lines.as_slice() else {
            return None;
        };
        let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
        let mut params = params(query);
        let mut headers = Vec::new();
        for (name, value) in [("content-md5", *md5), ("content-type", *content_type)] {
            if !value.is_empty() {
                headers.push((name, value));
            }
        }
        if !date.is_empty() && date.bytes().all(|byte| byte.is_ascii_digit()) {
            params.push(("Expires", date));
        } else if !date.is_empty() {
            headers.push(("date", date));
        }
        headers.extend(
            amz.iter()
                .take(MOST_LINES)
                .filter_map(|line| line.split_once(':')),
        );
        Some(Canonical {
            method,
            path,
            params,
            headers,
            is_v2: true,
            ..Canonical::default()
        })
    }

    /// Whether the path begins with the bucket, wherever that is in the request. The query APIs sign their host instead.
    pub(super) fn is_v2_of_s3(&self) -> bool {
        self.is_v2 && self.header("host").is_none()
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    }

    /// One line for each fact, with what is secret shortened: for people to read.
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines = alloc::vec![
            Line::new("method", self.method.to_string()),
            Line::new("path", self.path.to_string()),
        ];
        for (name, value) in &self.params {
            lines.push(Line::new("query", format!("{name}={}", shown(name, value))));
        }
        for (name, value) in &self.headers {
            lines.push(Line::new(
                "header",
                format!("{name}:{}", shown(name, value)),
            ));
        }
        if !self.is_v2 {
            lines.push(Line::new("signed headers", self.signed_headers.to_string()));
            lines.push(Line::new("payload", self.payload.to_string()));
        }
        lines
    }
}

/// More parameters or headers than any request has: what comes after is not compared.
const MOST_LINES: usize = 500;

pub(super) fn params(query: &str) -> Vec<(&str, &str)> {
    let params = query
        .split('&')
        .filter(|param| !param.is_empty())
        .take(MOST_LINES);
    params
        .map(|param| param.split_once('=').unwrap_or((param, "")))
        .collect()
}

/// Whether a parameter or header is nothing to show: a session token, a signature, an encryption key.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("security-token")
        || name.ends_with("session-token")
        || name.ends_with("s3session-token")
        || name.ends_with("signature")
        || name == "authorization"
        || name.ends_with("customer-key")
}

/// A value, as much of it as may be shown.
pub(super) fn shown(name: &str, value: &str) -> String {
    const MOST: usize = 300;
    match is_secret(name) {
        true => short(value),
        false if value.chars().nth(MOST).is_some() => {
            let start: String = value.chars().take(MOST).collect();
            format!("{start}…")
        }
        false => value.to_string(),
    }
}

/// The first characters of something that is not to be shown, and its length.
pub(super) fn short(value: &str) -> String {
    const START: usize = 4;
    let length = value.chars().count();
    match length > 4 * START {
        true => format!(
            "{}… ({length} characters)",
            value.chars().take(START).collect::<String>()
        ),
        false if value.is_empty() => String::new(),
        false => format!("… ({length} characters)"),
    }
}

/// A server's message, without what it may repeat of the request: signatures, tokens, hashes.
pub(super) fn shown_message(message: &str) -> String {
    const MOST: usize = 300;
    const LONGEST_WORD: usize = 32;
    let mut text = String::new();
    let is_part =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '%' | '_' | '-');
    for word in message.split_inclusive(|c: char| !is_part(c)) {
        let (word, end) = match word.char_indices().next_back() {
            Some((at, c)) if !is_part(c) => word.split_at_checked(at).unwrap_or((word, "")),
            _ => (word, ""),
        };
        match word.len() > LONGEST_WORD || word.contains("ignature=") {
            true => text.push_str(&short(word)),
            false => text.push_str(word),
        }
        text.push_str(end);
    }
    shown("", &text).chars().take(MOST).collect()
}

/// A query without its secrets.
pub(super) fn shown_url(url: &str) -> String {
    let Some((address, query)) = url.split_once('?') else {
        return url.to_string();
    };
    let params = params(query).into_iter().map(|(name, value)| {
        let shown = shown(name, value);
        format!("{name}={shown}")
    });
    format!("{address}?{}", params.collect::<Vec<_>>().join("&"))
}

pub(super) fn decoded(text: &str) -> String {
    let bytes: Vec<u8> = Text::Wire(text).decoded().collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The text encoded as if it were not encoded yet.
pub(super) fn encoded_again(text: &str, bare: Bare) -> String {
    let mut again = String::new();
    Text::Plain(text).write(bare, &mut again);
    again
}

/// Whether two texts differ in their Unicode form alone.
pub(super) fn same_characters(one: &str, two: &str) -> bool {
    one != two && one.nfc().eq(two.nfc())
}

/// A path without dot segments and, if asked, empty ones.
pub(super) fn without_dots(path: &str, empty_too: bool) -> String {
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
