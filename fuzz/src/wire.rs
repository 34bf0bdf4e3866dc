//! Requests as they are sent, and the parts that each signature version covers: a second
//! implementation of the rules, from AWS's documents and independent of the library.

use std::collections::BTreeMap;

/// The parts of HTTP/1.1 text: request line, headers, an empty line, and the body. A folded value
/// keeps its line breaks.
pub struct Text<'a> {
    pub method: &'a str,
    pub target: &'a str,
    pub headers: Vec<(&'a str, &'a [u8])>,
    pub body: &'a [u8],
}

impl<'a> Text<'a> {
    pub fn read(input: &'a [u8]) -> Option<Self> {
        let (line, mut rest) = line(input);
        let line = std::str::from_utf8(line).ok()?;
        let line = line.strip_suffix(" HTTP/1.1").unwrap_or(line);
        let (method, target) = line.split_once(' ').unwrap_or(("GET", line));
        let mut headers: Vec<(&str, &[u8])> = Vec::new();
        while !rest.is_empty() {
            let mut end = rest.len() - line_end(rest);
            // A line that begins with white space continues the previous line.
            while matches!(rest.get(rest.len() - end..), Some([b' ' | b'\t', ..])) {
                let more = &rest[rest.len() - end..];
                end = more.len() - line_end(more);
            }
            let (header, after) = rest.split_at(rest.len() - end);
            rest = after;
            let header = header.strip_suffix(b"\n").unwrap_or(header);
            let Some(colon) = header.iter().position(|byte| *byte == b':') else {
                break;
            };
            let name = std::str::from_utf8(&header[..colon]).ok()?;
            headers.push((name, &header[colon + 1..]));
        }
        Some(Text {
            method,
            target,
            headers,
            body: rest,
        })
    }

    /// Returns the URL of the target on the host of the vectors.
    pub fn url(&self) -> String {
        if self.target.starts_with('/') {
            format!("{ORIGIN}{}", self.target)
        } else {
            self.target.to_owned()
        }
    }
}

pub const HOST: &str = "example.amazonaws.com";
pub const ORIGIN: &str = "https://example.amazonaws.com";

fn line_end(text: &[u8]) -> usize {
    let end = text.iter().position(|byte| *byte == b'\n');
    end.map_or(text.len(), |end| end + 1)
}

fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = text.split_at(line_end(text));
    (line.strip_suffix(b"\n").unwrap_or(line), rest)
}

pub fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let escape = escape.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        match escape.and_then(|digits| std::str::from_utf8(digits).ok()) {
            Some(digits) => {
                out.push(u8::from_str_radix(digits, 16).unwrap());
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// Returns the decoded names and values of a query. A name without `=` has an empty value.
pub fn pairs(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pair = |param: &str| {
        let (name, value) = param.split_once('=').unwrap_or((param, ""));
        (decoded(name), decoded(value))
    };
    let params = query.split('&').filter(|_| !query.is_empty());
    params.map(pair).collect()
}

/// A request as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Sent {
    /// Returns path and query.
    fn parts(&self) -> (&str, &str) {
        self.target.split_once('?').unwrap_or((&self.target, ""))
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let headers = self.headers.iter();
        let named = headers.filter(move |(own, _)| own.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice())
    }

    /// Returns the names in `SignedHeaders`, from the query or the header.
    fn signed_headers(&self) -> Vec<String> {
        let (_, query) = self.parts();
        let from_query = pairs(query)
            .into_iter()
            .find(|(name, _)| name == b"X-Amz-SignedHeaders")
            .map(|(_, value)| String::from_utf8_lossy(&value).into_owned());
        let names = from_query.or_else(|| {
            let header = self.values("authorization").next()?;
            let text = String::from_utf8_lossy(header).into_owned();
            let (_, names) = text.split_once("SignedHeaders=")?;
            Some(names.split(',').next()?.trim().to_owned())
        });
        let names = names.unwrap_or_default();
        names.split(';').map(str::to_owned).collect()
    }

    /// Returns the meaning of the parts that a SigV4 signature covers: method, path, parameters and
    /// headers.
    pub fn meaning_v4(&self, is_s3: bool) -> Meaning {
        let (path, query) = self.parts();
        let mut meaning = Meaning::new(&self.method);
        // Other services sign the path as it is sent, if it has neither empty nor dot segments.
        meaning.add_path(path, is_s3);
        let mut pairs = pairs(query);
        pairs.sort();
        for (name, value) in pairs {
            meaning.add("parameter", name, value);
        }
        let signed = self.signed_headers();
        for (name, value) in self.joined_headers(words) {
            let is_covered = signed.contains(&name)
                || name.starts_with("x-amz-")
                || matches!(name.as_str(), "host" | "authorization");
            if is_covered {
                meaning.add("header", name, value);
            }
        }
        meaning
    }

    /// Returns the meaning of the parts that a SigV2 signature of S3 covers: method, bucket, path,
    /// sub-resources and headers. Headers named `x-amz-…` can be parameters.
    pub fn meaning_v2(&self, bucket: &str) -> Meaning {
        let (path, query) = self.parts();
        let mut meaning = Meaning::new(&self.method);
        meaning.add("bucket", bucket, "");
        meaning.add_path(path, false);
        let pairs = pairs(query);
        let in_query = pairs.iter().any(|(name, _)| name == b"AWSAccessKeyId");
        let mut headers = self.joined_headers(unfolded);
        let is_v2 =
            |name: &[u8]| [&b"AWSAccessKeyId"[..], b"Expires", b"Signature"].contains(&name);
        for (name, value) in pairs {
            let text = String::from_utf8_lossy(&name).to_ascii_lowercase();
            if text.starts_with("x-amz-") {
                assert!(in_query, "a parameter that isn't signed: {text}");
                assert!(!headers.contains_key(&text), "two values: {text}");
                headers.insert(text, value.trim_ascii().to_vec());
            } else if is_sub_resource(&name) {
                // An empty value is a flag.
                meaning.add("sub-resource", name, value);
            } else if in_query && is_v2(&name) {
                // Two spellings of the same number are the same expiration.
                let text = String::from_utf8_lossy(&value).into_owned();
                let number = text
                    .parse::<u64>()
                    .map_or(text, |number| number.to_string());
                meaning.add("parameter", name, number);
            }
        }
        let has_amz_date = headers.contains_key("x-amz-date");
        for (name, value) in headers {
            let is_covered = match name.as_str() {
                "content-md5" | "content-type" => !value.is_empty(),
                "authorization" => true,
                "date" => !in_query && !has_amz_date,
                name => name.starts_with("x-amz-"),
            };
            if is_covered {
                meaning.add("header", name, value);
            }
        }
        // The sub-resources are signed in the order of their names.
        meaning.sort();
        meaning
    }

    /// Returns the meaning of the parts that a signature of a query API covers: method, host, path
    /// and all parameters.
    pub fn meaning_query_api(&self) -> Meaning {
        let (path, query) = self.parts();
        let mut meaning = Meaning::new(&self.method);
        meaning.add_path(path, false);
        let host = self.values("host").next().unwrap_or_default();
        meaning.add("header", "host", host.trim_ascii().to_ascii_lowercase());
        for (name, value) in pairs(query) {
            meaning.add("parameter", name, value);
        }
        meaning.sort();
        meaning
    }

    /// Returns the values by their lowercase names. Values of a repeated name are joined.
    fn joined_headers(&self, clean: impl Fn(&[u8]) -> Vec<u8>) -> BTreeMap<String, Vec<u8>> {
        let mut headers = BTreeMap::<String, Vec<u8>>::new();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            let value = match name.as_str() {
                "authorization" => authorization(value),
                _ => clean(value),
            };
            let joined = headers.entry(name);
            joined
                .and_modify(|before| {
                    before.push(b',');
                    before.extend(&value);
                })
                .or_insert(value);
        }
        headers
    }
}

/// The parts of a request that a signature covers, as a handler reads them. Two signed requests
/// have the same signature only if they have the same meaning.
#[derive(Debug, PartialEq)]
pub struct Meaning(Vec<(&'static str, Vec<u8>, Vec<u8>)>);

impl Meaning {
    pub fn new(method: &str) -> Self {
        Meaning(vec![("method", method.into(), Vec::new())])
    }

    pub fn add(&mut self, part: &'static str, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.0.push((part, name.into(), value.into()));
    }

    /// Adds the segments of a path, decoded if the rule ignores escapes.
    fn add_path(&mut self, path: &str, is_decoded: bool) {
        let path = if path.is_empty() { "/" } else { path };
        for segment in path.split('/') {
            let segment = if is_decoded {
                decoded(segment)
            } else {
                segment.into()
            };
            self.add("segment", segment, "");
        }
    }

    /// Sorts by name. Segments, and parts of one name, keep their order.
    pub fn sort(&mut self) {
        self.0.sort_by(|one, two| {
            let [one, two] = [one, two].map(|(part, name, _)| match *part {
                "segment" => ("", &[][..]),
                part => (part, name.as_slice()),
            });
            one.cmp(&two)
        });
    }
}

/// Returns the header with its parts sorted and without the white space around them.
fn authorization(value: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(value.trim_ascii()).into_owned();
    let (algorithm, parts) = text.split_once(' ').unwrap_or((&text, ""));
    let mut parts: Vec<_> = parts
        .split(',')
        .map(|part| part.trim_matches([' ', '\t']))
        .collect();
    parts.sort_unstable();
    format!("{algorithm} {}", parts.join(",")).into_bytes()
}

/// Returns a value without white space at its ends, and with one space for each run of white space.
fn words(value: &[u8]) -> Vec<u8> {
    let words = value.split(u8::is_ascii_whitespace);
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}

/// Returns a value without white space at its ends, and with one space for each fold.
pub fn unfolded(value: &[u8]) -> Vec<u8> {
    let lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(&b' ')
}

/// The sub-resources of "Signing and authenticating REST requests", and those that S3 has added
/// since.
const SUB_RESOURCES: &str = "accelerate acl analytics cors defaultObjectAcl delete encryption inventory legal-hold \
    lifecycle location logging metrics notification object-lock partNumber policy replication requestPayment \
    response-cache-control response-content-disposition response-content-encoding response-content-language \
    response-content-type response-expires restore retention select select-type storageClass tagging torrent uploadId \
    uploads versionId versioning versions website";

fn is_sub_resource(name: &[u8]) -> bool {
    let mut names = SUB_RESOURCES.split(' ');
    names.any(|known| known.as_bytes() == name)
}

/// Returns SigV2's string to sign: method, Content-MD5, Content-Type, date, the headers `x-amz-…`,
/// the bucket of the host, the path, and the sub-resources.
pub fn string_to_sign_v2(
    method: &str,
    (md5, content_type, date): (&[u8], &[u8], &[u8]),
    headers: &[(String, Vec<u8>)],
    (bucket, path): (Option<&str>, &str),
    params: &[(Vec<u8>, Vec<u8>)],
) -> Vec<u8> {
    let mut text = [method.as_bytes(), md5, content_type, date, b""].join(&b'\n');
    let mut amz = BTreeMap::<String, Vec<Vec<u8>>>::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if name.starts_with("x-amz-") {
            amz.entry(name).or_default().push(unfolded(value));
        }
    }
    for (name, values) in amz {
        text.extend(name.into_bytes());
        text.push(b':');
        text.extend(values.join(&b','));
        text.push(b'\n');
    }
    if let Some(bucket) = bucket {
        text.push(b'/');
        text.extend(bucket.bytes());
    }
    text.extend(if path.is_empty() {
        b"/"
    } else {
        path.as_bytes()
    });
    let mut chosen: Vec<_> = params
        .iter()
        .filter(|(name, _)| is_sub_resource(name))
        .collect();
    chosen.sort_by(|one, two| one.0.cmp(&two.0));
    for (at, (name, value)) in chosen.into_iter().enumerate() {
        text.push(if at == 0 { b'?' } else { b'&' });
        text.extend(name);
        if !value.is_empty() {
            text.push(b'=');
            text.extend(value);
        }
    }
    text
}
