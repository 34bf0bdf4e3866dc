//! The common part of the round trips of both signature versions: requests that the server has to
//! accept, and their twins, which differ in one part and which it has to reject.
//!
//! This file has the server's buckets and user, the twins, and the scenarios. The test of each
//! signature version defines what its signature covers ([`Version`]).

use presign::s3::Bucket;
use presign::{
    AddressingStyle, ContentDisposition, Credentials, Payload, SignatureVersion, Timestamp,
};
use s3_server::{ACCESS_KEY_ID, Answer, BUCKET, REGION, Request, SECRET_ACCESS_KEY, Server};
use std::time::{Duration, SystemTime};

pub const TEN_MINUTES: Duration = Duration::from_secs(600);
pub const BODY: &[u8] = b"Welcome to Amazon S3.";
pub const TOKEN: &str = "AQoDYXdzEPT//////////wEX+MPLE==";

/// A rejection: HTTP status and S3's code.
pub type Rejection = (u16, &'static str);
pub const MISMATCH: Rejection = (403, "SignatureDoesNotMatch");
pub const ANONYMOUS: Rejection = (403, "AccessDenied");
pub const EXPIRED: Rejection = (403, "AccessDenied");
pub const SKEWED: Rejection = (403, "RequestTimeTooSkewed");
pub const UNKNOWN_USER: Rejection = (403, "NotSignedUp");
/// A part of the authentication is missing or malformed.
pub const MALFORMED: Rejection = (400, "InvalidRequest");
/// The response of s3s to an unknown algorithm or service. S3 responds with 400.
pub const UNKNOWN_SCHEME: Rejection = (501, "NotImplemented");

/// Signs a request with credentials at a time. Only presigned URLs have the expiry.
pub type Sign<'a> = &'a dyn Fn(&Credentials, Duration, Timestamp) -> Request;

/// Signs a request with a method and a body.
pub type Form =
    fn(&str, &presign::Request<'_>, &[u8], &Credentials, Duration, Timestamp) -> Request;

/// Both ways to sign.
pub const FORMS: [Form; 2] = [by_link, by_header];

fn by_link(
    _method: &str,
    request: &presign::Request<'_>,
    body: &[u8],
    credentials: &Credentials,
    expiry: Duration,
    now: Timestamp,
) -> Request {
    link(request, body)(credentials, expiry, now)
}

fn by_header(
    method: &str,
    request: &presign::Request<'_>,
    body: &[u8],
    credentials: &Credentials,
    expiry: Duration,
    now: Timestamp,
) -> Request {
    headers(method, request, &[], body)(credentials, expiry, now)
}

/// Signs a link.
pub fn link(
    request: &presign::Request<'_>,
    body: &[u8],
) -> impl Fn(&Credentials, Duration, Timestamp) -> Request {
    move |credentials, expiry, now| {
        let link = request.presign(credentials, expiry, now).unwrap();
        Request::of(&link).body(body)
    }
}

/// Signs with headers. `own` are the request's own headers.
pub fn headers<'a>(
    method: &'a str,
    request: &'a presign::Request<'_>,
    own: &'a [(&'a str, &'a str)],
    body: &'a [u8],
) -> impl Fn(&Credentials, Duration, Timestamp) -> Request {
    headers_with_payload(method, request, own, Payload::sha256_of(body), body)
}

pub fn headers_with_payload<'a>(
    method: &'a str,
    request: &'a presign::Request<'_>,
    own: &'a [(&'a str, &'a str)],
    payload: Payload,
    body: &'a [u8],
) -> impl Fn(&Credentials, Duration, Timestamp) -> Request {
    move |credentials, _, now| {
        let signed = request.clone().payload(payload).sign(credentials, now);
        Request::new(method, &request.url().unwrap())
            .headers(own.iter().copied())
            .headers(signed.unwrap().headers())
            .body(body)
    }
}

pub fn with_headers<'a>(
    request: presign::Request<'a>,
    own: &[(&'a str, &'a str)],
) -> presign::Request<'a> {
    let own = own.iter();
    own.fold(request, |request, (name, value)| {
        request.header(*name, *value)
    })
}

/// A signature version and the parts of a request that its signature covers.
pub struct Version {
    pub version: SignatureVersion,
    /// Returns whether it covers a parameter with this name, except those of the authentication
    /// itself.
    pub covers_parameter: fn(&str) -> bool,
    /// Returns whether it covers a header with this name, except those of the authentication
    /// itself.
    pub covers_header: fn(&str) -> bool,
    /// A parameter that can't be added after signing.
    pub added: &'static str,
    /// Returns twins with another authentication, or another signing time.
    pub changed_authentication: fn(&Request, Sign<'_>, &Credentials, Timestamp) -> Twins,
}

impl Version {
    /// Asserts that the request is accepted, and that each of its twins is rejected.
    pub fn accepted_but_no_twin(
        &self,
        sign: Sign<'_>,
        credentials: &Credentials,
        status: u16,
    ) -> Answer {
        let now = now();
        let request = sign(credentials, TEN_MINUTES, now);
        let answer = accepted(&request, status);

        self.changed_outside(&request).all_rejected();
        let mut twins = (self.changed_authentication)(&request, sign, credentials, now);
        let id = credentials.identity().access_key_id();
        let other = Credentials::new(id, changed(SECRET_ACCESS_KEY)).unwrap();
        twins.push("another secret", sign(&other, TEN_MINUTES, now), MISMATCH);
        let other = Credentials::new(changed(ACCESS_KEY_ID), SECRET_ACCESS_KEY).unwrap();
        twins.push("another user", sign(&other, TEN_MINUTES, now), UNKNOWN_USER);
        twins.all_rejected();
        answer
    }

    /// Returns twins whose method, host, path, own parameters or own headers differ.
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

        let mut push = |change: String, path: &str, query: &[&str]| {
            let twin = with_url(request, origin, path, query);
            twins.push(change, twin, MISMATCH);
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

    /// Returns the buckets for this version; see [`buckets`].
    pub fn buckets(&self, server: &Server) -> [Bucket; 2] {
        buckets(server, self.version)
    }

    /// Returns the users and buckets for this version; see [`users_and_buckets`].
    pub fn users_and_buckets(&self, server: &Server) -> Vec<(Credentials, Bucket)> {
        users_and_buckets(server, self.version)
    }
}

/// Signs a request now, for ten minutes: by link and by header.
pub fn signed_forms(method: &str, request: &presign::Request<'_>, body: &[u8]) -> [Request; 2] {
    FORMS.map(|form| form(method, request, body, &credentials(), TEN_MINUTES, now()))
}

/// Requests, each with its change and with the expected rejection.
#[derive(Default)]
pub struct Twins(Vec<(String, Request, Rejection)>);

impl Twins {
    pub fn push(&mut self, change: impl Into<String>, twin: Request, rejection: Rejection) {
        self.0.push((change.into(), twin, rejection));
    }

    /// Adds twins of a link that differ in one parameter of its authentication. For the name of
    /// such a parameter, `rejections` returns the rejections without it, with it twice, and with
    /// another value.
    pub fn push_parameters(
        &mut self,
        link: &Request,
        rejections: fn(&str) -> Option<[Rejection; 3]>,
    ) {
        let (origin, path, query) = split(&link.url);
        for (at, parameter) in query.iter().enumerate() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let Some([without, twice, other]) = rejections(name) else {
                continue;
            };
            let changed = format!("{name}={}", changed_value(value));
            for (change, instead, rejection) in [
                ("without", &[][..], without),
                ("twice", &[*parameter; 2], twice),
                ("another", &[&*changed], other),
            ] {
                let query = [&query[..at], instead, &query[at + 1..]].concat();
                let twin = with_url(link, origin, path, &query);
                self.push(format!("{change} {name}"), twin, rejection);
            }
        }
    }

    /// Adds twins of a request that differ in one header of its authentication.
    pub fn push_header(&mut self, request: &Request, name: &str, without: Rejection) {
        let at = at(request, name);
        let mut twin = request.clone();
        // The end of Authorization is the end of the signature.
        twin.headers[at].1 = changed(&twin.headers[at].1);
        self.push(format!("another {name}"), twin, MISMATCH);
        let mut twin = request.clone();
        twin.headers.remove(at);
        self.push(format!("without {name}"), twin, without);
    }

    pub fn all_rejected(self) {
        for (change, mut twin, rejection) in self.0 {
            if !twin.body.is_empty() {
                // The body shows which twin wrote an object.
                twin.body = change.clone().into_bytes();
            }
            rejected(&twin, rejection, &change);
        }
    }
}

// Responses

pub fn accepted(request: &Request, status: u16) -> Answer {
    let answer = request.send().unwrap();
    let code = answer.error_code();
    assert_eq!((answer.status, code), (status, None), "{request:?}");
    answer
}

pub fn rejected(request: &Request, (status, code): Rejection, change: &str) {
    let answer = request.send().unwrap();
    // The response to HEAD has no body, and therefore no code.
    let code = (request.method != "HEAD").then_some(code);
    let was = (answer.status, answer.error_code());
    assert_eq!(was, (status, code), "{change}: {request:?}");
}

/// Asserts that a request is rejected for any reason. The change may also make it malformed or
/// unknown to s3s.
fn rejected_in_any_way(request: &Request) {
    let answer = request.send().unwrap();
    let was = (answer.status, answer.error_code().unwrap_or_default());
    let allowed = [
        MISMATCH,
        ANONYMOUS,
        SKEWED,
        UNKNOWN_USER,
        UNKNOWN_SCHEME,
        MALFORMED,
        // The bucket's name is invalid.
        (400, "InvalidBucketName"),
    ];
    assert!(allowed.contains(&was), "{was:?}: {request:?}");
}

// Changes

/// Returns the index of a header in a request.
pub fn at(request: &Request, header: &str) -> usize {
    let mut headers = request.headers.iter();
    headers.position(|(name, _)| name == header).unwrap()
}

/// Changes one character of a text: the last digit or lowercase letter, or else the last character.
pub fn changed(text: &str) -> String {
    let class = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase();
    let at = text.rfind(class).unwrap_or(text.len() - 1);
    let other = other(char::from(text.as_bytes()[at]));
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// Changes one character of an encoded value, but not the padding of base64.
fn changed_value(value: &str) -> String {
    let bare = value.trim_end_matches("%3D");
    format!("{}{}", changed(bare), &value[bare.len()..])
}

/// Returns another character of the same class. For a hex digit it is a hex digit.
pub fn other(c: char) -> char {
    match c {
        // An escape of ASCII remains one: `%7D` and `%6D`.
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

/// Splits a URL into scheme and host, path, and parameters.
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

/// Returns permanent and temporary credentials, each with both buckets.
pub fn users_and_buckets(server: &Server, version: SignatureVersion) -> Vec<(Credentials, Bucket)> {
    let temporary = credentials().with_session_token(TOKEN).unwrap();
    let users = [credentials(), temporary].into_iter();
    users
        .flat_map(|user| buckets(server, version).map(|bucket| (user.clone(), bucket)))
        .collect()
}

/// Returns the bucket in path style and virtual-hosted.
pub fn buckets(server: &Server, version: SignatureVersion) -> [Bucket; 2] {
    let builder = Bucket::builder(BUCKET, REGION)
        .endpoint(server.endpoint())
        .signature_version(version);
    let styles = [AddressingStyle::Path, AddressingStyle::Virtual];
    let buckets = styles.map(|style| builder.clone().addressing_style(style).build().unwrap());
    let [path, host] = buckets.each_ref().map(|bucket| bucket.get("k").url());
    assert!(path.unwrap().ends_with("/examplebucket/k"));
    assert!(host.unwrap().starts_with("http://examplebucket.localhost:"));
    buckets
}

// The scenarios

impl Version {
    /// Stores, reads and removes an object, with these signatures. The PUT has the content type
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
        for bucket in self.buckets(&server) {
            let get = bucket
                .get("k")
                .response_content_type("text/plain; charset=utf-8")
                .response_content_disposition(disposition.as_str())
                .response_content_encoding("identity")
                .response_content_language("de, en")
                .response_cache_control("no-cache")
                .response_expires(expires);
            for form in FORMS {
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
        for bucket in self.buckets(&server) {
            for request in [
                // s3s-fs has no versions, and accepts any.
                bucket.get("k").version(odd),
                bucket.get("k").query("partNumber", "1"),
                bucket.request("GET").query_flag("location"),
                bucket.list_objects_v2().query("prefix", odd),
                bucket.list_objects_v2().query("delimiter", ""),
            ] {
                for form in FORMS {
                    self.only(form, "GET", &request, b"", &credentials(), 200);
                }
            }
        }
    }

    pub fn a_multipart_upload_with_its_parts_by_link(&self) {
        let server = Server::start().unwrap();
        let user = credentials();
        for (bucket, key) in self.buckets(&server).iter().zip(["first", "second"]) {
            let create = bucket.create_multipart_upload(key);
            let created = self.only(by_header, "POST", &create, b"", &user, 200);
            let upload_id = between(&created, "<UploadId>", "</UploadId>");

            let part = bucket.upload_part(key, &upload_id, 1);
            let part = self.only(by_link, "PUT", &part, BODY, &user, 200);
            let tag = part.header("etag").unwrap();

            let list = format!(
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part>\
                 </CompleteMultipartUpload>"
            );
            let complete = bucket.complete_multipart_upload(key, upload_id);
            let [_, complete] = signed_forms("POST", &complete, list.as_bytes());
            accepted(&complete, 200);
            assert_eq!(std::fs::read(server.file(key)).unwrap(), BODY);
        }
    }

    pub fn access_keys_of_every_kind(&self, access_key_ids: &[&str]) {
        for access_key_id in access_key_ids {
            let server = Server::start_for(access_key_id).unwrap();
            let user = Credentials::new(*access_key_id, SECRET_ACCESS_KEY).unwrap();
            for bucket in self.buckets(&server) {
                let list = bucket.list_objects_v2();
                for form in FORMS {
                    let sign = |user| form("GET", &list, b"", user, TEN_MINUTES, now());
                    accepted(&sign(&user), 200);
                    rejected(&sign(&credentials()), UNKNOWN_USER, access_key_id);
                }
            }
        }
    }

    /// Each object is a file, so this needs a system on which a file can have any name.
    #[cfg(unix)]
    pub fn keys_of_every_kind(&self) {
        let server = Server::start().unwrap();
        // The server writes another file, whose name contains the key, which limits the length of a
        // key.
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
        for bucket in self.buckets(&server) {
            for key in keys.iter().copied() {
                // The server resolves the dots before it opens the directory.
                let file = server.file(&key.replace("back/../", ""));
                let [put, get] = [bucket.put(key), bucket.get(key)];
                let [head, delete] = [bucket.head(key), bucket.delete(key)];
                let [link, headers] = signed_forms("PUT", &put, BODY);
                few_twins(&link, 200);
                assert!(file.exists(), "{key:?}");
                for request in signed_forms("HEAD", &head, b"") {
                    few_twins(&request, 200);
                }
                for request in signed_forms("GET", &get, b"") {
                    assert_eq!(few_twins(&request, 200).body, BODY, "{key:?}");
                }
                let [delete_by_link, delete_by_header] = signed_forms("DELETE", &delete, b"");
                few_twins(&delete_by_link, 204);
                assert!(!file.exists(), "{key:?}");
                few_twins(&headers, 200);
                assert!(file.exists(), "{key:?}");
                few_twins(&delete_by_header, 204);
                assert!(!file.exists(), "{key:?}");
            }
        }
    }

    /// For s3s-fs a leading slash is an absolute path, and a trailing one a directory. It responds
    /// with an internal error, but only after it has verified the request, as the twins show.
    #[cfg(unix)]
    pub fn keys_that_the_directory_cannot_contain(&self) {
        let server = Server::start().unwrap();
        for bucket in self.buckets(&server) {
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
        for bucket in self.buckets(&server) {
            // s3s-fs stores the object, but can't write its second file, whose name contains the
            // whole key.
            self.every_operation(&bucket, &key, [500, 200, 200, 204]);
        }
    }

    /// Sends PUT, GET, HEAD and DELETE, each by link and by header, and asserts these statuses.
    fn every_operation(&self, bucket: &Bucket, key: &str, [put, get, head, delete]: [u16; 4]) {
        for (method, request, status) in [
            ("PUT", bucket.put(key), put),
            ("GET", bucket.get(key), get),
            ("HEAD", bucket.head(key), head),
            ("DELETE", bucket.delete(key), delete),
        ] {
            let body = if method == "PUT" { BODY } else { b"" };
            for signed in signed_forms(method, &request, body) {
                few_twins(&signed, status);
            }
        }
    }

    /// Signs in one form, and asserts that the request is accepted and its twins are not.
    fn only(
        &self,
        form: Form,
        method: &str,
        request: &presign::Request<'_>,
        body: &[u8],
        credentials: &Credentials,
        status: u16,
    ) -> Answer {
        let sign = |user: &Credentials, expiry, now| form(method, request, body, user, expiry, now);
        self.accepted_but_no_twin(&sign, credentials, status)
    }
}

fn between(answer: &Answer, from: &str, to: &str) -> String {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0.into()
}

/// Asserts this status, and that the request is rejected if one character of the path or of the
/// signature is changed.
pub fn few_twins(request: &Request, status: u16) -> Answer {
    let answer = request.send().unwrap();
    assert_eq!(answer.status, status, "{request:?}");
    let (origin, path, query) = split(&request.url);
    // For a path with other characters, s3s also accepts a signature of the path as it was sent,
    // which would prove less.
    let is_encoded = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
    assert!(path.bytes().all(is_encoded), "{path}");
    let elsewhere = with_url(request, origin, &changed(path), &query);
    rejected(&elsewhere, MISMATCH, "another path");
    let mut other = request.clone();
    let mut headers = other.headers.iter_mut();
    match headers.find(|(name, _)| name == "Authorization") {
        Some((_, value)) => *value = changed(value),
        None => other.url = changed_value(&other.url),
    }
    rejected(&other, MISMATCH, "another signature");
    answer
}

/// Asserts that a link is rejected if any one of its characters is changed.
pub fn every_character_counts(link: &Request) {
    accepted(link, 200);
    let (origin, _, _) = split(&link.url);
    for at in origin.len() + 1..link.url.len() {
        let mut twin = link.clone();
        change_character(&mut twin.url, at);
        rejected_in_any_way(&twin);
    }
}

/// Asserts that a request is rejected if any one character of its headers is changed, except the
/// first ones of `Authorization`.
pub fn every_character_of_the_headers_counts(signed: &Request, overlooked: usize) {
    accepted(signed, 200);
    for (at, (name, value)) in signed.headers.iter().enumerate() {
        let is_authorization = name == "Authorization";
        let first = if is_authorization { overlooked } else { 0 };
        for index in first..value.len() {
            let mut twin = signed.clone();
            change_character(&mut twin.headers[at].1, index);
            rejected_in_any_way(&twin);
        }
    }
}

fn change_character(text: &mut String, at: usize) {
    let changed = other(char::from(text.as_bytes()[at]));
    text.replace_range(at..=at, &changed.to_string());
}
