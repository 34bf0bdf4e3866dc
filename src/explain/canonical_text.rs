//! Canonical requests, and strings to sign of SigV2, parsed into their parts.

use super::redaction::redact_value;
use super::text_forms::{MAX_ITEMS, split_params};
use crate::scheme::sigv2;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// A canonical request, or the string to sign of SigV2 in the same shape.
#[derive(Default)]
pub(super) struct CanonicalText<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) params: Vec<(&'a str, &'a str)>,
    /// Their names are lowercase.
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) signed_headers: &'a str,
    pub(super) payload: &'a str,
    pub(super) is_v2: bool,
}

impl<'a> CanonicalText<'a> {
    /// Parses a canonical request of SigV4.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        let [method, path, query, headers @ .., signed_headers, payload] = lines.as_slice() else {
            return None;
        };
        Some(CanonicalText {
            method,
            path,
            params: split_params(query),
            headers: split_headers(headers).collect(),
            signed_headers,
            payload,
            is_v2: false,
        })
    }

    /// Parses a string to sign of SigV2: of a query API, which has four lines, or of S3.
    pub(super) fn parse_v2(text: &'a str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        if let [method, host, path, query] = lines.as_slice() {
            return Some(CanonicalText {
                method,
                path,
                params: split_params(query),
                headers: alloc::vec![("host", *host)],
                is_v2: true,
                ..CanonicalText::default()
            });
        }
        let [method, md5, content_type, date, amz @ .., resource] = lines.as_slice() else {
            return None;
        };
        let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
        let mut params = split_params(query);
        let mut headers = Vec::new();
        for (name, value) in sigv2::CONTENT_HEADERS.into_iter().zip([*md5, content_type]) {
            if !value.is_empty() {
                headers.push((name, value));
            }
        }
        // A presigned URL has its expiration, in Unix seconds, in the line of the date.
        if !date.is_empty() && date.bytes().all(|byte| byte.is_ascii_digit()) {
            params.push((sigv2::EXPIRES, date));
        } else if !date.is_empty() {
            headers.push(("date", date));
        }
        headers.extend(split_headers(amz));
        Some(CanonicalText {
            method,
            path,
            params,
            headers,
            is_v2: true,
            ..CanonicalText::default()
        })
    }

    /// Returns whether it is of SigV2 for S3. Then the path starts with the bucket, even if the
    /// host names it. A query API signs its host instead.
    pub(super) fn is_v2_of_s3(&self) -> bool {
        self.is_v2 && self.header("host").is_none()
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| *known == name)?;
        Some(value)
    }

    /// Returns one line for each part, without secrets.
    pub(super) fn lines(&self) -> Vec<CanonicalLine> {
        let mut lines = alloc::vec![
            CanonicalLine::new("method", self.method.to_string()),
            CanonicalLine::new("path", self.path.to_string()),
        ];
        for (name, value) in &self.params {
            let text = format!("{name}={}", redact_value(name, value));
            lines.push(CanonicalLine::new("query", text));
        }
        for (name, value) in &self.headers {
            let text = format!("{name}:{}", redact_value(name, value));
            lines.push(CanonicalLine::new("header", text));
        }
        if !self.is_v2 {
            let signed_headers = self.signed_headers.to_string();
            lines.push(CanonicalLine::new("signed headers", signed_headers));
            lines.push(CanonicalLine::new("payload", self.payload.to_string()));
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

fn split_headers<'a>(lines: &[&'a str]) -> impl Iterator<Item = (&'a str, &'a str)> {
    let lines = lines.iter().take(MAX_ITEMS);
    lines.filter_map(|line| line.split_once(':'))
}
