//! Helpers of several test files: the vectors, HTTP requests as text, and independent
//! implementations with which the library has to agree.
#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod botocore;
pub mod signing;

use hmac::{KeyInit as _, Mac as _};
use presign::s3::Bucket;
use presign::{Credentials, Error, ErrorKind, Request, Timestamp};
use serde::de::DeserializeOwned;
use sha2::Digest as _;
use std::fs;
use std::path::Path;
use time::OffsetDateTime;
use time::format_description::{self, well_known::Rfc3339};

/// Returns the text of a file in `tests/vectors`.
pub fn vector_text(file: &str) -> String {
    // The package in `servers` includes this module too, so the manifest may be in a subfolder.
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = folders.find(|folder| folder.join("tests/vectors").is_dir());
    let path = root.expect("a folder with tests/vectors");
    let path = path.join("tests/vectors").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Parses a JSON file in `tests/vectors`.
pub fn vectors<T: DeserializeOwned>(file: &str) -> T {
    serde_json::from_str(&vector_text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Parses a file in `tests/vectors` that has one JSON value a line.
pub fn vector_lines<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let text = vector_text(file);
    let lines = text.lines().filter(|line| !line.is_empty()).enumerate();
    lines
        .map(|(at, line)| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{file}:{}: {error}", at + 1))
        })
        .collect()
}

pub fn credentials(id: &str, secret: &str, token: Option<&str>) -> Credentials {
    let credentials = Credentials::new(id, secret).unwrap();
    match token {
        Some(token) => credentials.with_session_token(token).unwrap(),
        None => credentials,
    }
}

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Names and values.
pub type Pairs = Vec<(String, String)>;

/// The parts of an HTTP/1.1 request. A folded value keeps its line breaks.
#[derive(Clone, Debug)]
pub struct HttpText {
    pub method: String,
    pub target: String,
    pub headers: Pairs,
    pub body: String,
}

impl HttpText {
    pub fn parse(text: &str) -> Self {
        let (line, mut rest) = text.split_once('\n').unwrap_or((text, ""));
        let line = line.strip_suffix(" HTTP/1.1").expect("a request line");
        let (method, target) = line.split_once(' ').expect("a method and a target");
        let mut headers = Pairs::new();
        while !rest.is_empty() {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            rest = after;
            if line.is_empty() {
                break;
            }
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut().expect("a line to fold");
                value.push('\n');
                value.push_str(line);
            } else {
                let (name, value) = line.split_once(':').expect("a header");
                headers.push((name.into(), value.into()));
            }
        }
        HttpText {
            method: method.into(),
            target: target.into(),
            headers,
            body: rest.into(),
        }
    }

    /// Returns the URL with https, on which no expected value depends.
    pub fn url(&self) -> String {
        let mut headers = self.headers.iter();
        let host = headers.find(|(name, _)| name.eq_ignore_ascii_case("host"));
        format!("https://{}{}", host.expect("a Host header").1, self.target)
    }

    /// Returns the request for a service.
    pub fn request<'a>(&'a self, service: &'a presign::v4::Service) -> Request<'a> {
        with_headers(service.request(&self.method, self.url()), &self.headers)
    }
}

pub fn with_headers<'a>(request: Request<'a>, headers: &'a Pairs) -> Request<'a> {
    let headers = headers.iter();
    headers.fold(request, |request, (name, value)| {
        request.header(name, value)
    })
}

/// Returns sorted lowercase names with trimmed values, to compare headers in any order.
pub fn header_set<N: AsRef<str>, V: AsRef<str>>(
    headers: impl IntoIterator<Item = (N, V)>,
) -> Pairs {
    let mut set: Pairs = headers
        .into_iter()
        .map(|(name, value)| {
            let name = name.as_ref().to_ascii_lowercase();
            (name, value.as_ref().trim().into())
        })
        .collect();
    set.sort();
    set
}

/// Returns a SigV2 URL with its headers in the query, as some signers write it.
pub fn hoisted(url: &presign::PresignedUrl) -> String {
    let mut text = url.as_str().to_owned();
    for (name, value) in url.headers() {
        text.push_str(&format!(
            "&{}={}",
            percent_encode(name),
            percent_encode(value)
        ));
    }
    text
}

fn percent_encode(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// Returns the headers of `all` without those of `some`.
pub fn without(mut all: Pairs, some: &Pairs) -> Pairs {
    for header in some {
        let at = all.iter().position(|other| other == header);
        all.remove(at.unwrap_or_else(|| panic!("{header:?} is not in {all:?}")));
    }
    all
}

/// Percent-decodes a text, independently of the library. `+` is a plus sign.
pub fn percent_decode(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap();
                u8::from_str_radix(digits, 16).unwrap()
            }
            byte => byte,
        });
    }
    decoded
}

/// Returns path and query of a URL or target.
pub fn path_and_query(url: &str) -> (&str, &str) {
    let target = match url.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?']).map_or("", |at| &rest[at..]),
        None => url,
    };
    target.split_once('?').unwrap_or((target, ""))
}

/// Returns the lowercase scheme, host and port of a URL, without the default port.
pub fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("an absolute URL");
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let authority = rest[..end].to_ascii_lowercase();
    let default = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default).unwrap_or(&authority);
    format!("{scheme}://{authority}")
}

/// Returns the decoded parameters of a URL, sorted, to compare them in any order.
pub fn query_set(url: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (_, query) = path_and_query(url);
    let mut set: Vec<_> = query
        .split('&')
        .filter(|param| !param.is_empty())
        .map(|param| {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            (percent_decode(name), percent_decode(value))
        })
        .collect();
    set.sort();
    set
}

pub fn sha256_hex(message: impl AsRef<[u8]>) -> String {
    hex(sha2::Sha256::digest(message.as_ref()))
}

pub fn hmac_sha256(key: &[u8], message: impl AsRef<[u8]>) -> Vec<u8> {
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_ref());
    mac.finalize().into_bytes().to_vec()
}

pub fn hmac_sha1(key: &[u8], message: impl AsRef<[u8]>) -> Vec<u8> {
    let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(key).unwrap();
    mac.update(message.as_ref());
    mac.finalize().into_bytes().to_vec()
}

pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// Returns a request for a bucket with the method, parameters and headers of another client's
/// request.
pub fn request_like<'a>(
    bucket: &'a Bucket,
    (method, url, headers): (&'a str, &str, &'a Pairs),
    key: Option<&'a str>,
) -> Request<'a> {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let mut request = match key {
        Some(key) => bucket.object(method, key),
        None => bucket.request(method),
    };
    let (_, query) = path_and_query(url);
    for param in query.split('&').filter(|param| !param.is_empty()) {
        request = match param.split_once('=') {
            Some((name, value)) => {
                request.query(text(percent_decode(name)), text(percent_decode(value)))
            }
            None => request.query_flag(text(percent_decode(param))),
        };
    }
    with_headers(request, headers)
}

/// Converts a time from RFC 3339, the input of boto3, to the HTTP date that it sends.
pub fn http_date(moment: &str) -> String {
    let format =
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT";
    let format = format_description::parse_borrowed::<2>(format).unwrap();
    let moment = OffsetDateTime::parse(moment, &Rfc3339).unwrap();
    moment.format(&format).unwrap()
}

/// Checks that a result is an error of this kind, whose message contains these words and none of
/// the secrets.
#[track_caller]
pub fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str], secrets: &[&str]) {
    let Err(error) = result else {
        panic!("accepted instead of rejected for {words:?}");
    };
    let message = error.to_string();
    assert_eq!(error.kind(), kind, "{message}");
    assert!(!message.contains("  "), "{message}");
    for word in words {
        assert!(message.contains(word), "{message:?} does not say {word:?}");
    }
    for secret in secrets {
        assert!(!message.contains(secret), "{message}");
    }
}
