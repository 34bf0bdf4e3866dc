//! Canonical requests, and strings to sign of SigV2, in their parts.

use super::redaction::redact_value;
use super::text_forms::{MAX_ITEMS, split_params};
use crate::scheme::sigv2;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// A name and a value.
pub(super) type Pair = (String, String);

/// The text that a canonical request was parsed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// A canonical request of SigV4.
    #[default]
    V4,
    /// The string to sign of SigV2 for S3. Its path starts with the bucket, even if the host names
    /// it.
    V2,
    /// The string to sign of SigV2 for a query API.
    V2Api,
}

/// A canonical request, or the string to sign of SigV2 in the same shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Canonical {
    pub(super) form: Form,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) params: Vec<Pair>,
    /// Their names are lowercase.
    pub(super) headers: Vec<Pair>,
    pub(super) signed_headers: String,
    /// `None` if it is unknown, as in text that was cut off.
    pub(super) payload: Option<String>,
    /// True if the text ends before its payload, so that the rest is unknown.
    pub(super) is_cut: bool,
    /// True if parameters without a value have no `=` either, as no canonical request of SigV4
    /// should have them.
    pub(super) has_bare_params: bool,
}

impl Canonical {
    /// Parses a canonical request of SigV4, possibly with its line breaks turned into blanks, or
    /// with its end cut off.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if !text.contains('\n') {
            return Canonical::parse_flat(text);
        }
        let lines: Vec<&str> = text.split('\n').collect();
        let (method, path, query, rest) = match lines.as_slice() {
            // A query has no raw colon, so its empty line was left out when the text was printed.
            [method, path, rest @ ..] if rest.first().is_some_and(|line| line.contains(':')) => {
                (method, path, &"", rest)
            }
            [method, path, query, rest @ ..] => (method, path, query, rest),
            _ => return None,
        };
        // An empty line ends the headers.
        let end = rest.iter().position(|line| line.is_empty());
        let (headers, after) = rest.split_at(end.unwrap_or(rest.len()));
        let (signed_headers, payload) = match after {
            ["", signed_headers, payload, ..] => (*signed_headers, Some(*payload)),
            ["", signed_headers] => (*signed_headers, None),
            _ => ("", None),
        };
        let parts = [method, path, query, signed_headers];
        Some(Canonical::of_parts(parts, headers, payload))
    }

    fn of_parts(
        [method, path, query, signed_headers]: [&str; 4],
        headers: &[&str],
        payload: Option<&str>,
    ) -> Self {
        Canonical {
            method: method.to_owned(),
            path: path.to_owned(),
            params: owned(split_params(query)),
            headers: split_headers(headers),
            signed_headers: signed_headers.to_owned(),
            payload: payload.map(str::to_owned),
            is_cut: payload.is_none(),
            has_bare_params: has_bare_params(query),
            form: Form::V4,
        }
    }

    fn parse_flat(text: &str) -> Option<Self> {
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        let (method, path) = (words.next()?, words.next()?);
        let words: Vec<&str> = words.collect();
        let is_query = |word: &&&str| word.contains('=') && !word.starts_with("host:");
        let query = words.first().filter(is_query).copied();
        let rest = words.get(usize::from(query.is_some())..)?;
        let (headers, signed_headers, payload) = match rest {
            [headers @ .., signed_headers, payload] if !payload.contains(':') => {
                (headers, *signed_headers, Some(*payload))
            }
            headers => (headers, "", None),
        };
        // A value can contain blanks, so a header starts only at a signed name.
        let mut lines: Vec<String> = Vec::new();
        for word in headers {
            let name = word.split(':').next().unwrap_or_default();
            let is_name = signed_headers.split(';').any(|signed| signed == name);
            match lines.last_mut() {
                Some(line) if !is_name => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push((*word).to_owned()),
            }
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let parts = [method, path, query.unwrap_or_default(), signed_headers];
        Some(Canonical::of_parts(parts, &lines, payload))
    }

    /// Parses a string to sign of SigV2: of a query API, which has four lines, or of S3.
    pub(super) fn parse_v2(text: &str) -> Option<Self> {
        let flat = unflatten_v2(text);
        let lines: Vec<&str> = flat.as_deref().unwrap_or(text).split('\n').collect();
        if let [method, host, path, query] = lines.as_slice() {
            return Some(Canonical {
                form: Form::V2Api,
                method: (*method).to_owned(),
                path: (*path).to_owned(),
                params: owned(split_params(query)),
                headers: owned(alloc::vec![("host", *host)]),
                ..Canonical::default()
            });
        }
        let [method, md5, content_type, date, amz @ .., resource] = lines.as_slice() else {
            return None;
        };
        let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
        let mut params = owned(split_params(query));
        let contents = sigv2::CONTENT_HEADERS.into_iter().zip([*md5, content_type]);
        let mut headers = owned(contents.filter(|(_, value)| !value.is_empty()).collect());
        // A presigned URL has its expiration, in Unix seconds, in the line of the date.
        if !date.is_empty() && date.bytes().all(|byte| byte.is_ascii_digit()) {
            params.push((sigv2::EXPIRES.to_owned(), (*date).to_owned()));
        } else if !date.is_empty() {
            headers.push(("date".to_owned(), (*date).to_owned()));
        }
        headers.extend(split_headers(amz));
        Some(Canonical {
            form: Form::V2,
            method: (*method).to_owned(),
            path: path.to_owned(),
            params,
            headers,
            ..Canonical::default()
        })
    }

    /// Parses a string to sign of Azure. Its first lines have names; a header, the resource or a
    /// parameter is on each of the others.
    pub(super) fn parse_azure(text: &str, names: &[&str]) -> Option<Self> {
        let mut request = Canonical {
            form: Form::V2,
            ..Canonical::default()
        };
        let (mut headers, mut params) = (Vec::new(), Vec::new());
        let lines = text.trim_end().split('\n').take(MAX_ITEMS);
        // Programs that print the text may leave out empty lines. Then the position of a line
        // doesn't tell its name.
        let is_shared_key = names.first() == Some(&"method");
        let mut after_names = lines.clone().skip(names.len());
        let lacks_lines = is_shared_key && !after_names.any(|line| line.starts_with('/'));
        for (index, line) in lines.enumerate() {
            let is_header = is_shared_key && request.path.is_empty();
            let pairs = if is_header { &mut headers } else { &mut params };
            match names.get(index).filter(|_| index == 0 || !lacks_lines) {
                Some(&"method") => line.clone_into(&mut request.method),
                Some(&"resource") => line.clone_into(&mut request.path),
                Some(_) if line.is_empty() => {}
                Some(name) => pairs.push((*name, line)),
                None if line.starts_with('/') => line.clone_into(&mut request.path),
                None if lacks_lines && !line.contains(':') => {}
                None => pairs.push(line.split_once(':')?),
            }
        }
        let is_short = text.split('\n').count() < names.len();
        request.is_cut = is_short || lacks_lines || request.path.is_empty();
        (request.headers, request.params) = (owned(headers), owned(params));
        text.trim().contains('\n').then_some(request)
    }

    /// Splits a URL into its parts, as they are written.
    pub(super) fn of_url(url: &str) -> Self {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (_, rest) = address.split_once("://").unwrap_or(("", address));
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Canonical {
            path: path.to_owned(),
            params: owned(split_params(query)),
            headers: owned(alloc::vec![("host", host)]),
            ..Canonical::default()
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known == name)?;
        Some(value)
    }

    pub(super) fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }

    pub(super) fn set_header(&mut self, name: &str, new: &str) {
        for (known, value) in &mut self.headers {
            if known == name {
                new.clone_into(value);
            }
        }
    }

    /// Returns the text that is signed, or `None` if a part of it is unknown.
    pub(super) fn to_text(&self) -> Option<String> {
        let params = self.params.iter();
        let params = params.filter(|(name, _)| self.form != Form::V2 || name != sigv2::EXPIRES);
        let param = |(name, value): &Pair| match self.form {
            Form::V2 if value.is_empty() => name.clone(),
            Form::V4 if value.is_empty() && self.has_bare_params => name.clone(),
            _ => format!("{name}={value}"),
        };
        let query = params.map(param).collect::<Vec<_>>().join("&");
        let header = |(name, value): &Pair| format!("{name}:{value}\n");
        let (method, path) = (&self.method, &self.path);
        Some(match self.form {
            Form::V4 => {
                let headers: String = self.headers.iter().map(header).collect();
                let (names, payload) = (&self.signed_headers, self.payload.as_ref()?);
                format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{payload}")
            }
            Form::V2Api => format!("{method}\n{}\n{path}\n{query}", self.host()),
            Form::V2 => {
                let [md5, content_type] = sigv2::CONTENT_HEADERS;
                let line = |name| self.header(name).unwrap_or_default();
                let mut expires = self
                    .params
                    .iter()
                    .filter(|(name, _)| name == sigv2::EXPIRES);
                let date = expires.next().map_or(line("date"), |(_, date)| date);
                let amz = self
                    .headers
                    .iter()
                    .filter(|(name, _)| name.starts_with("x-amz-"));
                let amz: String = amz.map(header).collect();
                let mark = if query.is_empty() { "" } else { "?" };
                let (md5, content_type) = (line(md5), line(content_type));
                format!("{method}\n{md5}\n{content_type}\n{date}\n{amz}{path}{mark}{query}")
            }
        })
    }

    /// Returns one line for each part, without secrets.
    pub(super) fn lines(&self) -> Vec<CanonicalLine> {
        let mut lines = alloc::vec![
            CanonicalLine::new("method", self.method.clone()),
            CanonicalLine::new("path", self.path.clone()),
        ];
        for (name, value) in &self.params {
            let text = format!("{name}={}", redact_value(name, value));
            lines.push(CanonicalLine::new("query", text));
        }
        for (name, value) in &self.headers {
            let text = format!("{name}:{}", redact_value(name, value));
            lines.push(CanonicalLine::new("header", text));
        }
        if self.form == Form::V4 {
            let signed_headers = self.signed_headers.clone();
            lines.push(CanonicalLine::new("signed headers", signed_headers));
            if let Some(payload) = &self.payload {
                lines.push(CanonicalLine::new("payload", payload.to_string()));
            }
        }
        lines
    }
}

/// The parts of a canonical request, in their order.
pub(super) const PARTS: [&str; 6] = [
    "method",
    "path",
    "query",
    "header",
    "signed headers",
    "payload",
];

/// One line of a canonical request for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CanonicalLine {
    /// The name in [`PARTS`].
    pub(super) part: &'static str,
    pub(super) text: String,
}

impl CanonicalLine {
    fn new(part: &'static str, text: String) -> Self {
        CanonicalLine { part, text }
    }
}

fn has_bare_params(query: &str) -> bool {
    let mut params = query.split('&').filter(|param| !param.is_empty());
    params.any(|param| !param.contains('='))
}

fn split_headers(lines: &[&str]) -> Vec<Pair> {
    let lines = lines.iter().take(MAX_ITEMS);
    owned(lines.filter_map(|line| line.split_once(':')).collect())
}

fn owned(pairs: Vec<(&str, &str)>) -> Vec<Pair> {
    let pairs = pairs.into_iter();
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Restores the lines of a string to sign of a presigned SigV2 URL whose line breaks were turned
/// into blanks: `GET 1459295457 /bucket/key`.
fn unflatten_v2(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [method, content @ .., resource] = words.as_slice() else {
        return None;
    };
    // A page that shows the text indents its lines.
    let is_indented = |line: &str| line.starts_with(' ') && !line.trim().is_empty();
    let is_flat = !text.trim().contains('\n') || text.lines().skip(1).any(is_indented);
    if !is_flat || !resource.starts_with('/') {
        return None;
    }
    let is_date = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let date = content.iter().find(is_date)?;
    let content_type = content.iter().find(|word| word.contains('/'));
    Some(format!(
        "{method}\n\n{}\n{date}\n{resource}",
        content_type.unwrap_or(&"")
    ))
}
