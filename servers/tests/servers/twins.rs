//! What the round trips of both generations share: requests that the server has to accept, and their twins, the same
//! with one thing changed, that it has to refuse.
//!
//! What lives here: the server's buckets and user, the twins, and the scenarios that every generation goes through. What does
//! not: how a generation signs and what its signature covers, which is the test's own ([`Generation`]).

use presign::s3::{Bucket, ContentDisposition, Operation};
use presign::{Credentials, Timestamp};
use s3_server::{ACCESS_KEY_ID, Answer, BUCKET, REGION, Request, SECRET_ACCESS_KEY, Server};
use std::time::{Duration, SystemTime};

pub const TEN_MINUTES: Duration = Duration::from_secs(600);
pub const BODY: &[u8] = b"Welcome to Amazon S3.";
pub const TOKEN: &str = "AQoDYXdzEPT//////////wEX+MPLE==";

/// How a request is refused: HTTP status and S3's code.
pub type Refusal = (u16, &'static str);
pub const MISMATCH: Refusal = (403, "SignatureDoesNotMatch");
pub const ANONYMOUS: Refusal = (403, "AccessDenied");
pub const EXPIRED: Refusal = (403, "AccessDenied");
pub const SKEWED: Refusal = (403, "RequestTimeTooSkewed");
pub const UNKNOWN_USER: Refusal = (403, "NotSignedUp");
/// A part of the authentication is missing or can't be read.
pub const MALFORMED: Refusal = (400, "InvalidRequest");
/// s3s's answer to an algorithm or service that it doesn't know, where S3 answers 400.
pub const UNKNOWN_SCHEME: Refusal = (501, "NotImplemented");

/// Signs a request anew: as whom, at what time, and for a link, for how long.
pub type Sign<'a> = &'a dyn Fn(&Credentials, Duration, Timestamp) -> Request;

/// Signs an operation, given its method and the body to send.
pub type Form = fn(&str, &Operation<'_>, &[u8], &Credentials, Duration, Timestamp) -> Request;

/// SigV4 or SigV2: how it signs, and what of a request its signature covers.
pub struct Generation {
    pub link: Form,
    pub headers: Form,
    /// Whether it covers a parameter by this name, apart from those of the authentication itself.
    pub covers_parameter: fn(&str) -> bool,
    /// Whether it covers a header by this name, apart from those of the authentication itself.
    pub covers_header: fn(&str) -> bool,
    /// A parameter that no request may get after it was signed.
    pub added: &'static str,
    /// Twins in the authentication, and signed at another time.
    pub changed_authentication: fn(&Request, Sign<'_>, &Credentials, Timestamp) -> Twins,
}

impl Generation {
    /// Asserts that the request is accepted, and that each of its twins is refused.
    pub fn accepted_but_no_twin(
        &self,
        sign: Sign<'_>,
        credentials: &Credentials,
        status: u16,
    ) -> Answer {
        let now = now();
        let request = sign(credentials, TEN_MINUTES, now);
        let answer = accepted(&request, status);

        self.changed_outside(&request).all_refused();
        let mut twins = (self.changed_authentication)(&request, sign, credentials, now);
        let id = credentials.access_key_id();
        let other = Credentials::new(id, changed(SECRET_ACCESS_KEY)).unwrap();
        twins.push("another secret", sign(&other, TEN_MINUTES, now), MISMATCH);
        let other = Credentials::new(changed(ACCESS_KEY_ID), SECRET_ACCESS_KEY).unwrap();
        twins.push("another user", sign(&other, TEN_MINUTES, now), UNKNOWN_USER);
        twins.all_refused();
        answer
    }

    /// Twins whose method, host, path, own parameters or own headers differ.
    pub fn changed_outside(&self, request: &Request) -> Twins {
        let mut twins = Twins::default();
        for method in ["GET", "PUT", "HEAD", "DELETE"] {
            if method != request.method {
                let mut twin = request.clone();
                twin.method = method.into();
                twins.push(format!("method {method}"), twin, MISMATCH);
            }
        }

        let (origin, path, query) = split(&request.url);
        let host = origin.replace("http://", "other.");
        let twin = request.clone().headers([("host", host)]);
        twins.push("another host", twin, MISMATCH);

        let mut push = |what: String, path: &str, query: &[&str]| {
            let twin = with_url(request, origin, path, query);
            twins.push(what, twin, MISMATCH);
        };
        // Long enough for the name of a bucket.
        push("a longer path".into(), &format!("{path}xyz"), &query);
        if path != "/" {
            push("another path".into(), &changed(path), &query);
        }
        let more = [&query[..], &[self.added]].concat();
        push(format!("{} added", self.added), path, &more);
        for (at, parameter) in query.iter().enumerate() {
            let (name, _) = parameter.split_once('=').unwrap_or((parameter, ""));
            if (self.covers_parameter)(name) {
                let [before, after] = [&query[..at], &query[at + 1..]];
                let other = changed(parameter);
                for instead in [&[][..], &[*parameter; 2], &[&*other]] {
                    let query = [before, instead, after].concat();
                    push(format!("{instead:?} for {parameter}"), path, &query);
                }
            }
        }

        for (at, (name, value)) in request.headers.iter().enumerate() {
            if (self.covers_header)(name) {
                let mut twin = request.clone();
                twin.headers[at].1 = changed(value);
                twins.push(format!("another {name}"), twin, MISMATCH);
                let mut twin = request.clone();
                twin.headers.remove(at);
                twins.push(format!("without {name}"), twin, MISMATCH);
            }
        }
        twins
    }

    /// Signs now, for ten minutes: by link and by header.
    pub fn signs(&self, method: &str, operation: &Operation<'_>, body: &[u8]) -> [Request; 2] {
        [self.link, self.headers]
            .map(|form| form(method, operation, body, &credentials(), TEN_MINUTES, now()))
    }
}

/// Requests with what was changed in them and how they have to be refused.
#[derive(Default)]
pub struct Twins(Vec<(String, Request, Refusal)>);

impl Twins {
    pub fn push(&mut self, what: impl Into<String>, twin: Request, refusal: Refusal) {
        self.0.push((what.into(), twin, refusal));
    }

    /// Twins of a link in one parameter of its authentication. How they are refused without it, with it twice, and with
    /// another value is told by its name, if it is such a parameter.
    pub fn push_parameters(&mut self, link: &Request, refusals: fn(&str) -> Option<[Refusal; 3]>) {
        let (origin, path, query) = split(&link.url);
        for (at, parameter) in query.iter().enumerate() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let Some([without, twice, other]) = refusals(name) else {
                continue;
            };
            let changed = format!("{name}={}", changed_value(value));
            for (what, instead, refusal) in [
                ("without", &[][..], without),
                ("twice", &[*parameter; 2], twice),
                ("another", &[&*changed], other),
            ] {
                let query = [&query[..at], instead, &query[at + 1..]].concat();
                let twin = with_url(link, origin, path, &query);
                self.push(format!("{what} {name}"), twin, refusal);
            }
        }
    }

    /// Twins of a request with headers in one header of its authentication.
    pub fn push_header(&mut self, request: &Request, name: &str, without: Refusal) {
        let at = at(request, name);
        let mut twin = request.clone();
        // The end of Authorization is the end of the signature.
        twin.headers[at].1 = changed(&twin.headers[at].1);
        self.push(format!("another {name}"), twin, MISMATCH);
        let mut twin = request.clone();
        twin.headers.remove(at);
        self.push(format!("without {name}"), twin, without);
    }

    pub fn all_refused(self) {
        for (what, mut twin, refusal) in self.0 {
            if !twin.body.is_empty() {
                // So that a look at the object tells whether a twin has written it.
                twin.body = what.clone().into_bytes();
            }
            refused(&twin, refusal, &what);
        }
    }
}

// The answers

pub fn accepted(request: &Request, status: u16) -> Answer {
    let answer = request.send().unwrap();
    let code = answer.error_code();
    assert_eq!((answer.status, code), (status, None), "{request:?}");
    answer
}

pub fn refused(request: &Request, (status, code): Refusal, what: &str) {
    let answer = request.send().unwrap();
    // The answer to HEAD has no body, so no code.
    let code = (request.method != "HEAD").then_some(code);
    let was = (answer.status, answer.error_code());
    assert_eq!(was, (status, code), "{what}: {request:?}");
}

/// Where the change may also have made something that can't be read, or that is unknown to s3s.
fn refused_somehow(request: &Request) {
    let answer = request.send().unwrap();
    let was = (answer.status, answer.error_code().unwrap_or_default());
    let allowed = [
        MISMATCH,
        ANONYMOUS,
        SKEWED,
        UNKNOWN_USER,
        UNKNOWN_SCHEME,
        MALFORMED,
        // The bucket's name can't be read.
        (400, "InvalidBucketName"),
    ];
    assert!(allowed.contains(&was), "{was:?}: {request:?}");
}

// Changes

/// Where a header stands in a request.
pub fn at(request: &Request, header: &str) -> usize {
    let mut headers = request.headers.iter();
    headers.position(|(name, _)| name == header).unwrap()
}

/// The text with one character changed: the last digit or small letter, if it has one, else the last.
pub fn changed(text: &str) -> String {
    let class = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase();
    let at = text.rfind(class).unwrap_or(text.len() - 1);
    let other = other(char::from(text.as_bytes()[at]));
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// An encoded value with one character changed. At the end of a signature in base64 that is not the padding.
fn changed_value(value: &str) -> String {
    let bare = value.trim_end_matches("%3D");
    format!("{}{}", changed(bare), &value[bare.len()..])
}

/// Another character of the same kind; a hex digit for a hex digit.
pub fn other(c: char) -> char {
    match c {
        // An escape of ASCII stays one: `%7D` and `%6D`.
        '7' => '6',
        '9' => '8',
        'f' => 'e',
        'F' => 'E',
        'z' | 'Z' => 'q',
        'a'..='y' | 'A'..='Y' | '0'..='6' | '8' => char::from(c as u8 + 1),
        _ => 'x',
    }
}

pub fn replaced(text: &str, from: &str, to: &str) -> String {
    let replaced = text.replacen(from, to, 1);
    assert_ne!(replaced, text, "no {from}");
    replaced
}

/// Scheme and host, path, and parameters.
pub fn split(url: &str) -> (&str, &str, Vec<&str>) {
    let host = url.find("://").unwrap() + 3;
    let (origin, rest) = url.split_at(host + url[host..].find('/').unwrap());
    match rest.split_once('?') {
        Some((path, query)) => (origin, path, query.split('&').collect()),
        None => (origin, rest, Vec::new()),
    }
}

pub fn with_url(request: &Request, origin: &str, path: &str, query: &[&str]) -> Request {
    let mut twin = request.clone();
    let mark = if query.is_empty() { "" } else { "?" };
    twin.url = format!("{origin}{path}{mark}{}", query.join("&"));
    twin
}

pub fn now() -> Timestamp {
    SystemTime::now().into()
}

pub fn seconds(from: Timestamp, by: i64) -> Timestamp {
    Timestamp::from_unix_seconds(from.unix_seconds() + by)
}

// Server and buckets

pub fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY).unwrap()
}

/// Fixed credentials and temporary ones, each with both buckets.
pub fn users_and_buckets(server: &Server) -> impl Iterator<Item = (Credentials, Bucket)> {
    let temporary = credentials().with_session_token(TOKEN).unwrap();
    let users = [credentials(), temporary].into_iter();
    users.flat_map(|user| buckets(server).map(|bucket| (user.clone(), bucket)))
}

/// The bucket in path style and virtual-hosted.
pub fn buckets(server: &Server) -> [Bucket; 2] {
    let builder = Bucket::builder(BUCKET, REGION).endpoint(server.endpoint());
    let [path, host] = [builder.clone().path_style(), builder.virtual_hosted()];
    let buckets = [path, host].map(|builder| builder.build().unwrap());
    let [path, host] = buckets.each_ref().map(|bucket| bucket.get("k").url());
    assert!(path.unwrap().ends_with("/examplebucket/k"));
    assert!(host.unwrap().starts_with("http://examplebucket.localhost:"));
    buckets
}

// The scenarios

impl Generation {
    /// Stores an object, looks at it and removes it, each signed as given. The PUT has the content type
    /// `application/pdf`.
    pub fn an_object(
        &self,
        server: &Server,
        key: &str,
        credentials: &Credentials,
        [put, head, get, delete]: [Sign<'_>; 4],
    ) {
        self.accepted_but_no_twin(put, credentials, 200);
        // No twin has written anything.
        assert_eq!(std::fs::read(server.file(key)).unwrap(), BODY);

        let head = self.accepted_but_no_twin(head, credentials, 200);
        assert_eq!(head.header("content-length"), Some("21"));
        assert_eq!(head.header("content-type"), Some("application/pdf"));

        let get = self.accepted_but_no_twin(get, credentials, 200);
        assert_eq!(get.body, BODY);

        self.accepted_but_no_twin(delete, credentials, 204);
        assert!(!server.file(key).exists());
    }

    pub fn response_overrides(&self) {
        let server = Server::start().unwrap();
        std::fs::write(server.file("k"), BODY).unwrap();
        let disposition =
            ContentDisposition::attachment("Bericht \"für\" März + 100%.pdf").to_string();
        let expires = "Thu, 01 Dec 2033 16:00:00 GMT";
        for bucket in buckets(&server) {
            let get = bucket
                .get("k")
                .response_content_type("text/plain; charset=utf-8")
                .response_content_disposition(disposition.as_str())
                .response_content_encoding("identity")
                .response_content_language("de, en")
                .response_cache_control("no-cache")
                .response_expires(expires);
            for form in [self.link, self.headers] {
                let answer = self.only(form, "GET", &get, b"", &credentials(), 200);
                assert_eq!(answer.body, BODY);
                for (name, value) in [
                    ("content-type", "text/plain; charset=utf-8"),
                    ("content-disposition", &disposition),
                    ("content-encoding", "identity"),
                    ("content-language", "de, en"),
                    ("cache-control", "no-cache"),
                    ("expires", expires),
                ] {
                    assert_eq!(answer.header(name), Some(value), "{name}");
                }
            }
        }
    }

    pub fn parameters_and_sub_resources(&self) {
        let server = Server::start().unwrap();
        let odd = "a b+c%20d/e&f=g;h'(i)!*~ü";
        std::fs::write(server.file("k"), BODY).unwrap();
        for bucket in buckets(&server) {
            for operation in [
                // s3s-fs has no versions, so any will do.
                bucket.get("k").version_id(odd),
                bucket.get("k").part_number(1),
                bucket.operation("GET").sub_resource("location"),
                bucket
                    .operation("GET")
                    .query("list-type", "2")
                    .query("prefix", odd),
                bucket
                    .operation("GET")
                    .query("list-type", "2")
                    .query("delimiter", ""),
            ] {
                for form in [self.link, self.headers] {
                    self.only(form, "GET", &operation, b"", &credentials(), 200);
                }
            }
        }
    }

    pub fn a_multipart_upload_with_its_parts_by_link(&self) {
        let server = Server::start().unwrap();
        let user = credentials();
        for (bucket, key) in buckets(&server).iter().zip(["first", "second"]) {
            let create = bucket.operation("POST").key(key).sub_resource("uploads");
            let created = self.only(self.headers, "POST", &create, b"", &user, 200);
            let upload_id = between(&created, "<UploadId>", "</UploadId>");

            let part = bucket
                .put(key)
                .part_number(1)
                .query("uploadId", upload_id.as_str());
            let part = self.only(self.link, "PUT", &part, BODY, &user, 200);
            let tag = part.header("etag").unwrap();

            let list = format!(
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part>\
                 </CompleteMultipartUpload>"
            );
            let complete = bucket
                .operation("POST")
                .key(key)
                .query("uploadId", upload_id);
            let [_, complete] = self.signs("POST", &complete, list.as_bytes());
            accepted(&complete, 200);
            assert_eq!(std::fs::read(server.file(key)).unwrap(), BODY);
        }
    }

    pub fn access_keys_of_every_kind(&self, access_key_ids: &[&str]) {
        for access_key_id in access_key_ids {
            let server = Server::start_for(access_key_id).unwrap();
            let user = Credentials::new(*access_key_id, SECRET_ACCESS_KEY).unwrap();
            for bucket in buckets(&server) {
                let list = bucket.operation("GET").query("list-type", "2");
                for form in [self.link, self.headers] {
                    let sign = |user| form("GET", &list, b"", user, TEN_MINUTES, now());
                    accepted(&sign(&user), 200);
                    refused(&sign(&credentials()), UNKNOWN_USER, access_key_id);
                }
            }
        }
    }

    /// Each object is a file, so this needs a system where a file may have any name.
    #[cfg(unix)]
    pub fn keys_of_every_kind(&self) {
        let server = Server::start().unwrap();
        // The server writes a file besides, whose name is made of the key: it can't take more in an upload.
        let long = "l".repeat(155);
        let keys = [
            "a b",
            " before",
            "after ",
            "a+b",
            "100%",
            "a%20b",
            "a%2Fb",
            "%",
            "a%zz",
            "~tilde~",
            "(round)",
            "it's",
            "wow!",
            "st*r",
            "12:30",
            "me@home",
            "a=b",
            "a&b",
            "a;b",
            "what?",
            "#1",
            "a,b",
            "$5",
            "[square]",
            "{curly}",
            "back\\slash",
            "<a|b>",
            "\"quoted\"",
            "`tick`",
            "^",
            "tab\there",
            "line\nbreak",
            "\u{7f}",
            "é",
            "e\u{301}",
            "ключ",
            "日本語",
            "\u{1f600}.png",
            "\u{10fff8}",
            "?X-Amz-Signature=0",
            "a/b/c/d.txt",
            "ends/with:/a%2F/slash?",
            "double//slash",
            "dot/./in",
            "back/../out",
            "a.../b..",
            ".hidden",
            "http://example.com",
            &long,
        ];
        for bucket in buckets(&server) {
            for key in keys.iter().copied() {
                // The server resolves the dots before it looks for the folder.
                let file = server.file(&key.replace("back/../", ""));
                let [put, get] = [bucket.put(key), bucket.get(key)];
                let [head, delete] = [bucket.head(key), bucket.delete(key)];
                let [link, headers] = self.signs("PUT", &put, BODY);
                few_twins(&link, 200);
                assert!(file.exists(), "{key:?}");
                for request in self.signs("HEAD", &head, b"") {
                    few_twins(&request, 200);
                }
                for request in self.signs("GET", &get, b"") {
                    assert_eq!(few_twins(&request, 200).body, BODY, "{key:?}");
                }
                let [delete_by_link, delete_by_header] = self.signs("DELETE", &delete, b"");
                few_twins(&delete_by_link, 204);
                assert!(!file.exists(), "{key:?}");
                few_twins(&headers, 200);
                assert!(file.exists(), "{key:?}");
                few_twins(&delete_by_header, 204);
                assert!(!file.exists(), "{key:?}");
            }
        }
    }

    /// A leading slash is an absolute path for s3s-fs, and a trailing one a folder: it answers with a failure of its own, but
    /// only after it has verified the request, which the twins show.
    #[cfg(unix)]
    pub fn keys_that_the_folder_cannot_hold(&self) {
        let server = Server::start().unwrap();
        for bucket in buckets(&server) {
            for key in ["/leading", "//leading twice", "/", "//"] {
                self.every_operation(&bucket, key, [500, 500, 500, 500]);
            }
        }
    }

    #[cfg(unix)]
    pub fn the_longest_key(&self) {
        let server = Server::start().unwrap();
        let key = format!("{}/end", "long".repeat(50)).repeat(5) + "4321";
        assert_eq!(key.len(), 1024);
        for bucket in buckets(&server) {
            // s3s-fs stores it, but then can't write the file beside it that has the whole key in its name.
            self.every_operation(&bucket, &key, [500, 200, 200, 204]);
        }
    }

    /// PUT, GET, HEAD and DELETE, each by link and by header, with these answers.
    fn every_operation(&self, bucket: &Bucket, key: &str, [put, get, head, delete]: [u16; 4]) {
        for (method, operation, status) in [
            ("PUT", bucket.put(key), put),
            ("GET", bucket.get(key), get),
            ("HEAD", bucket.head(key), head),
            ("DELETE", bucket.delete(key), delete),
        ] {
            let body = if method == "PUT" { BODY } else { b"" };
            for request in self.signs(method, &operation, body) {
                few_twins(&request, status);
            }
        }
    }

    /// Signed in one form, accepted but no twin.
    fn only(
        &self,
        form: Form,
        method: &str,
        operation: &Operation<'_>,
        body: &[u8],
        credentials: &Credentials,
        status: u16,
    ) -> Answer {
        let sign = |user: &Credentials, life, now| form(method, operation, body, user, life, now);
        self.accepted_but_no_twin(&sign, credentials, status)
    }
}

fn between(answer: &Answer, from: &str, to: &str) -> String {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0.into()
}

/// This status, but refused with one character of the path or of the signature changed.
pub fn few_twins(request: &Request, status: u16) -> Answer {
    let answer = request.send().unwrap();
    assert_eq!(answer.status, status, "{request:?}");
    let (origin, path, query) = split(&request.url);
    // s3s also takes a path signed as it was sent if it has any other character: its yes would prove less.
    let is_encoded = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
    assert!(path.bytes().all(is_encoded), "{path}");
    let elsewhere = with_url(request, origin, &changed(path), &query);
    refused(&elsewhere, MISMATCH, "another path");
    let mut other = request.clone();
    let mut headers = other.headers.iter_mut();
    match headers.find(|(name, _)| name == "Authorization") {
        Some((_, value)) => *value = changed(value),
        None => other.url = changed_value(&other.url),
    }
    refused(&other, MISMATCH, "another signature");
    answer
}

/// Asserts that a link is refused with any one character of it changed.
pub fn every_character_counts(link: &Request) {
    accepted(link, 200);
    let (origin, _, _) = split(&link.url);
    for at in origin.len() + 1..link.url.len() {
        let mut twin = link.clone();
        change_character(&mut twin.url, at);
        refused_somehow(&twin);
    }
}

/// Asserts that a request is refused with any one character of its headers changed, but for the first ones of
/// `Authorization`.
pub fn every_character_of_the_headers_counts(signed: &Request, overlooked: usize) {
    accepted(signed, 200);
    for (at, (name, value)) in signed.headers.iter().enumerate() {
        let first = if name == "Authorization" {
            overlooked
        } else {
            0
        };
        for index in first..value.len() {
            let mut twin = signed.clone();
            change_character(&mut twin.headers[at].1, index);
            refused_somehow(&twin);
        }
    }
}

fn change_character(text: &mut String, at: usize) {
    let changed = other(char::from(text.as_bytes()[at]));
    text.replace_range(at..=at, &changed.to_string());
}
