//! Every form of SigV4 in a round trip with a server that someone else wrote and that verifies. Each request that
//! it accepts has its twins: the same request with one thing changed, which it has to refuse.
//!
//! Where the server is laxer than S3, a test says so under the name `the_server_overlooks_…`, so that nobody
//! takes its answer there for a proof.

mod server;

use presign::s3::{Bucket, ContentDisposition, Operation};
use presign::{Credentials, Payload, Timestamp, v4};
use server::{ACCESS_KEY_ID, Answer, BUCKET, REGION, Request, SECRET_ACCESS_KEY, Server};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, SystemTime};

const TEN_MINUTES: Duration = Duration::from_secs(600);
const BODY: &[u8] = b"Welcome to Amazon S3.";
const TOKEN: &str = "AQoDYXdzEPT//////////wEX+MPLE==";

/// How a request is refused: HTTP status and S3's code.
type Refusal = (u16, &'static str);
const MISMATCH: Refusal = (403, "SignatureDoesNotMatch");
const ANONYMOUS: Refusal = (403, "AccessDenied");
const EXPIRED: Refusal = (403, "AccessDenied");
const SKEWED: Refusal = (403, "RequestTimeTooSkewed");
const UNKNOWN_USER: Refusal = (403, "NotSignedUp");
/// A part of the authentication is missing or can't be read.
const MALFORMED: Refusal = (400, "InvalidRequest");
/// s3s's answer to an algorithm or service that it doesn't know, where S3 answers 400.
const UNKNOWN_SCHEME: Refusal = (501, "NotImplemented");

/// Signs a request anew: as whom, at what time, and for a link, for how long.
type Sign<'a> = &'a dyn Fn(&Credentials, Duration, Timestamp) -> Request;

// The forms of signing

fn link(
    operation: &Operation<'_>,
    body: &[u8],
) -> impl Fn(&Credentials, Duration, Timestamp) -> Request {
    move |credentials, expires_in, now| {
        let link = operation.presign(credentials, expires_in, now).unwrap();
        Request::of(&link).body(body)
    }
}

/// With headers. `own` are those that the operation has of itself.
fn headers<'a>(
    method: &'a str,
    operation: &'a Operation<'_>,
    own: &'a [(&'a str, &'a str)],
    payload: Payload,
    body: &'a [u8],
) -> impl Fn(&Credentials, Duration, Timestamp) -> Request {
    move |credentials, _, now| {
        let signed = operation.sign(credentials, payload, now).unwrap();
        Request::new(method, &operation.url().unwrap())
            .headers(own.iter().copied())
            .headers(signed.headers())
            .body(body)
    }
}

// The twins

/// Asserts that the request is accepted, and that each of its twins is refused.
fn accepted_but_no_twin(sign: Sign<'_>, credentials: &Credentials, status: u16) -> Answer {
    let now = now();
    let request = sign(credentials, TEN_MINUTES, now);
    let answer = accepted(&request, status);
    let is_link = request.url.contains("X-Amz-Signature");

    changed_outside(&request).all_refused();
    let mut twins = match is_link {
        true => changed_link(&request),
        false => changed_authorization(&request),
    };
    let early = sign(credentials, TEN_MINUTES, seconds(now, 1200));
    twins.push("signed in twenty minutes", early, SKEWED);
    if is_link {
        let late = sign(credentials, Duration::from_secs(1), seconds(now, -5));
        twins.push("ended four seconds ago", late, EXPIRED);
    } else {
        let late = sign(credentials, TEN_MINUTES, seconds(now, -1200));
        twins.push("signed twenty minutes ago", late, SKEWED);
    }
    let other = Credentials::new(credentials.access_key_id(), changed(SECRET_ACCESS_KEY)).unwrap();
    twins.push("another secret", sign(&other, TEN_MINUTES, now), MISMATCH);
    let other = Credentials::new(changed(ACCESS_KEY_ID), SECRET_ACCESS_KEY).unwrap();
    twins.push("another user", sign(&other, TEN_MINUTES, now), UNKNOWN_USER);

    twins.all_refused();
    answer
}

/// Requests with what was changed in them and how they have to be refused.
#[derive(Default)]
struct Twins(Vec<(String, Request, Refusal)>);

impl Twins {
    fn push(&mut self, what: impl Into<String>, twin: Request, refusal: Refusal) {
        self.0.push((what.into(), twin, refusal));
    }

    fn all_refused(self) {
        for (what, mut twin, refusal) in self.0 {
            if !twin.body.is_empty() {
                // So that a look at the object tells whether a twin has written it.
                twin.body = what.clone().into_bytes();
            }
            refused(&twin, refusal, &what);
        }
    }
}

/// Twins whose method, host, path, own parameters or own headers differ.
fn changed_outside(request: &Request) -> Twins {
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

    let mut push = |what, path: &str, query: &[&str]| {
        let twin = with_url(request, origin, path, query);
        twins.push(what, twin, MISMATCH);
    };
    push("a longer path".into(), &format!("{path}x"), &query);
    if path != "/" {
        push("another path".into(), &changed(path), &query);
    }
    push(
        "a parameter added".into(),
        path,
        &[&query[..], &["a=1"]].concat(),
    );
    for (at, parameter) in query.iter().enumerate() {
        if !parameter.starts_with("X-Amz-") {
            let [before, after] = [&query[..at], &query[at + 1..]];
            let other = changed(parameter);
            push(
                format!("without {parameter}"),
                path,
                &[before, after].concat(),
            );
            push(other.clone(), path, &[before, &[&*other], after].concat());
        }
    }

    for (at, (name, value)) in request.headers.iter().enumerate() {
        if !AUTHENTICATION.contains(&name.as_str()) {
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

/// Twins of a link in one parameter of its authentication.
fn changed_link(link: &Request) -> Twins {
    let mut twins = Twins::default();
    let (_, date) = link.url.split_once("X-Amz-Date=").unwrap();
    for (from, to, refusal) in [
        (REGION, "us-east-2", MISMATCH),
        ("s3", "s4", UNKNOWN_SCHEME),
        (&date[..8], "20130524", MISMATCH),
        (&date[..8], "20130532", MALFORMED),
    ] {
        let mut twin = link.clone();
        let [from, to] = [from, to].map(|part| format!("%2F{part}%2F"));
        twin.url = replaced(&twin.url, &from, &to);
        twins.push(format!("{to} for {from}"), twin, refusal);
    }

    let (origin, path, query) = split(&link.url);
    for (at, parameter) in query.iter().enumerate() {
        let (name, value) = parameter.split_once('=').unwrap();
        let (without, twice, other) = match name {
            "X-Amz-Algorithm" => (MALFORMED, MALFORMED, UNKNOWN_SCHEME),
            // What changes is the end of `aws4_request`.
            "X-Amz-Credential" => (MALFORMED, MALFORMED, MALFORMED),
            "X-Amz-Signature" => (ANONYMOUS, MALFORMED, MISMATCH),
            "X-Amz-Security-Token" => (MISMATCH, MISMATCH, MISMATCH),
            name if name.starts_with("X-Amz-") => (MALFORMED, MALFORMED, MISMATCH),
            _ => continue,
        };
        let changed = format!("{name}={}", changed(value));
        for (what, instead, refusal) in [
            ("without", &[][..], without),
            ("twice", &[*parameter; 2], twice),
            ("another", &[&*changed], other),
        ] {
            let query = [&query[..at], instead, &query[at + 1..]].concat();
            let twin = with_url(link, origin, path, &query);
            twins.push(format!("{what} {name}"), twin, refusal);
        }
    }
    twins
}

const AUTHENTICATION: [&str; 3] = ["Authorization", "x-amz-date", "x-amz-content-sha256"];

/// Twins of a request with headers in one part of its authentication.
fn changed_authorization(request: &Request) -> Twins {
    let mut twins = Twins::default();
    for name in AUTHENTICATION {
        let at = at(request, name);
        let mut twin = request.clone();
        // The end of Authorization is the end of the signature.
        twin.headers[at].1 = changed(&twin.headers[at].1);
        twins.push(format!("another {name}"), twin, MISMATCH);
        let mut twin = request.clone();
        twin.headers.remove(at);
        let refusal = match name {
            "Authorization" => ANONYMOUS,
            _ => MALFORMED,
        };
        twins.push(format!("without {name}"), twin, refusal);
    }

    let date = &request.headers[at(request, "x-amz-date")].1[..8];
    for (from, to, refusal) in [
        (&*format!("/{REGION}/"), "/us-east-2/", MISMATCH),
        ("/s3/", "/s4/", UNKNOWN_SCHEME),
        (&*format!("/{date}/"), "/20130524/", MISMATCH),
        ("/aws4_request,", "/aws4_requesu,", MALFORMED),
        ("SignedHeaders=", "SignedHeaders=x-added;", MISMATCH),
        ("host;", "", MISMATCH),
        (";x-amz-date", "", MISMATCH),
        (";x-amz-content-sha256", "", MISMATCH),
        ("Signature=", "Signature=0", MISMATCH),
    ] {
        let mut twin = request.clone();
        let authorization = &mut twin.headers[at(request, "Authorization")].1;
        *authorization = replaced(authorization, from, to);
        // The header that one of them claims to have signed.
        let twin = twin.headers([("x-added", "1")]);
        twins.push(format!("{to} for {from}"), twin, refusal);
    }
    twins
}

fn accepted(request: &Request, status: u16) -> Answer {
    let answer = request.send().unwrap();
    let code = answer.error_code();
    assert_eq!((answer.status, code), (status, None), "{request:?}");
    answer
}

fn refused(request: &Request, (status, code): Refusal, what: &str) {
    let answer = request.send().unwrap();
    // The answer to HEAD has no body, so no code.
    let code = (request.method != "HEAD").then_some(code);
    let was = (answer.status, answer.error_code());
    assert_eq!(was, (status, code), "{what}: {request:?}");
}

/// Where a header stands in a request.
fn at(request: &Request, header: &str) -> usize {
    let mut headers = request.headers.iter();
    headers.position(|(name, _)| name == header).unwrap()
}

/// The text with one character changed: the last digit or small letter, if it has one, else the last.
fn changed(text: &str) -> String {
    let class = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase();
    let at = text.rfind(class).unwrap_or(text.len() - 1);
    let other = other(char::from(text.as_bytes()[at]));
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// Another character of the same kind; a hex digit for a hex digit.
fn other(c: char) -> char {
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

fn replaced(text: &str, from: &str, to: &str) -> String {
    let replaced = text.replacen(from, to, 1);
    assert_ne!(replaced, text, "no {from}");
    replaced
}

/// Scheme and host, path, and parameters.
fn split(url: &str) -> (&str, &str, Vec<&str>) {
    let host = url.find("://").unwrap() + 3;
    let (origin, rest) = url.split_at(host + url[host..].find('/').unwrap());
    match rest.split_once('?') {
        Some((path, query)) => (origin, path, query.split('&').collect()),
        None => (origin, rest, Vec::new()),
    }
}

fn with_url(request: &Request, origin: &str, path: &str, query: &[&str]) -> Request {
    let mut twin = request.clone();
    let mark = if query.is_empty() { "" } else { "?" };
    twin.url = format!("{origin}{path}{mark}{}", query.join("&"));
    twin
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

fn seconds(from: Timestamp, by: i64) -> Timestamp {
    Timestamp::from_unix_seconds(from.unix_seconds() + by)
}

// Server and buckets

fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY).unwrap()
}

/// Fixed credentials and temporary ones, each with both buckets.
fn users_and_buckets(server: &Server) -> impl Iterator<Item = (Credentials, Bucket)> {
    let temporary = credentials().with_session_token(TOKEN).unwrap();
    let users = [credentials(), temporary].into_iter();
    users.flat_map(|user| buckets(server).map(|bucket| (user.clone(), bucket)))
}

/// The bucket in path style and virtual-hosted.
fn buckets(server: &Server) -> [Bucket; 2] {
    let builder = Bucket::builder(BUCKET, REGION).endpoint(server.endpoint());
    let [path, host] = [builder.clone().path_style(), builder.virtual_hosted()];
    let buckets = [path, host].map(|builder| builder.build().unwrap());
    let [path, host] = buckets.each_ref().map(|bucket| bucket.get("k").url());
    assert!(path.unwrap().ends_with("/examplebucket/k"));
    assert!(host.unwrap().starts_with("http://examplebucket.localhost:"));
    buckets
}

// The tests

#[test]
fn objects_by_link() {
    let server = Server::start().unwrap();
    for (credentials, bucket) in users_and_buckets(&server) {
        let key = "documents/report 1.pdf";
        let put = bucket.put(key).header("Content-Type", "application/pdf");
        accepted_but_no_twin(&link(&put, BODY), &credentials, 200);
        // No twin has written anything.
        assert_eq!(std::fs::read(server.file(key)).unwrap(), BODY);

        let head = accepted_but_no_twin(&link(&bucket.head(key), b""), &credentials, 200);
        assert_eq!(head.header("content-length"), Some("21"));
        assert_eq!(head.header("content-type"), Some("application/pdf"));

        let get = accepted_but_no_twin(&link(&bucket.get(key), b""), &credentials, 200);
        assert_eq!(get.body, BODY);

        accepted_but_no_twin(&link(&bucket.delete(key), b""), &credentials, 204);
        assert!(!server.file(key).exists());
    }
}

#[test]
fn objects_by_header() {
    let server = Server::start().unwrap();
    for (credentials, bucket) in users_and_buckets(&server) {
        let key = "documents/report 1.pdf";
        for payload in [Payload::of(BODY), Payload::Unsigned] {
            let own = [("Content-Type", "application/pdf")];
            let put = bucket.put(key).header(own[0].0, own[0].1);
            let put = headers("PUT", &put, &own, payload, BODY);
            accepted_but_no_twin(&put, &credentials, 200);
            assert_eq!(std::fs::read(server.file(key)).unwrap(), BODY);
        }
        for payload in [Payload::Empty, Payload::Unsigned] {
            let head = bucket.head(key);
            let head = headers("HEAD", &head, &[], payload, b"");
            let head = accepted_but_no_twin(&head, &credentials, 200);
            assert_eq!(head.header("content-type"), Some("application/pdf"));

            let get = bucket.get(key).response_content_type("text/plain");
            let get = headers("GET", &get, &[], payload, b"");
            let get = accepted_but_no_twin(&get, &credentials, 200);
            assert_eq!(get.body, BODY);

            let delete = bucket.delete(key);
            let delete = headers("DELETE", &delete, &[], payload, b"");
            accepted_but_no_twin(&delete, &credentials, 204);
            assert!(!server.file(key).exists());
            std::fs::write(server.file(key), BODY).unwrap();
        }
    }
}

#[test]
fn a_payload_that_is_signed_has_to_be_the_one_that_is_sent() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server);
    let put = bucket.put("k");
    let sign = |payload, body| {
        headers("PUT", &put, &[], payload, body)(&credentials(), TEN_MINUTES, now())
    };
    let other = b"Welcome to Amazon S4.";

    let signed = sign(Payload::of(BODY), other).send().unwrap();
    // s3s finds out while it stores the body, and reports it as its own failure; S3's code is XAmzContentSHA256Mismatch.
    let was = (signed.status, signed.error_code());
    assert_eq!(was, (500, Some("InternalError")));
    assert!(!server.file("k").exists());
    accepted(&sign(Payload::of(other), other), 200);
    accepted(&sign(Payload::Unsigned, other), 200);
}

#[test]
fn headers_that_are_signed() {
    let server = Server::start().unwrap();
    let own = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Disposition", "attachment; filename=\"a  b.txt\""),
        ("Cache-Control", "max-age=60"),
        ("x-amz-meta-plain", "value"),
        ("X-Amz-Meta-Spaces", "two  in   a row"),
        ("x-amz-meta-signs", "a,b; c=d&e/f%20+~"),
        ("x-twice", "second comes first"),
        ("x-twice", "first comes second"),
    ];
    for bucket in buckets(&server) {
        let put = own.iter().fold(bucket.put("k"), |put, (name, value)| {
            put.header(*name, *value)
        });
        accepted_but_no_twin(&link(&put, BODY), &credentials(), 200);
        let put = headers("PUT", &put, &own, Payload::of(BODY), BODY);
        accepted_but_no_twin(&put, &credentials(), 200);

        let head = accepted(
            &link(&bucket.head("k"), b"")(&credentials(), TEN_MINUTES, now()),
            200,
        );
        for (name, value) in &own[..6] {
            assert_eq!(head.header(&name.to_lowercase()), Some(*value), "{name}");
        }
        let part = bucket.get("k").header("Range", "bytes=11-16");
        let part = accepted_but_no_twin(&link(&part, b""), &credentials(), 206);
        assert_eq!(part.body, b"Amazon");
    }
}

#[test]
fn response_overrides() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("k"), BODY).unwrap();
    let disposition = ContentDisposition::attachment("Bericht \"für\" März + 100%.pdf").to_string();
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
        let signed = headers("GET", &get, &[], Payload::Empty, b"");
        for sign in [&link(&get, b"") as Sign<'_>, &signed] {
            let answer = accepted_but_no_twin(sign, &credentials(), 200);
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

#[test]
fn parameters_and_sub_resources() {
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
            accepted_but_no_twin(&link(&operation, b""), &credentials(), 200);
            let signed = headers("GET", &operation, &[], Payload::Empty, b"");
            accepted_but_no_twin(&signed, &credentials(), 200);
        }
    }
}

#[test]
fn a_multipart_upload_with_its_parts_by_link() {
    let server = Server::start().unwrap();
    for (bucket, key) in buckets(&server).iter().zip(["first", "second"]) {
        let create = bucket.operation("POST").key(key).sub_resource("uploads");
        let create = headers("POST", &create, &[], Payload::Empty, b"");
        let created = accepted_but_no_twin(&create, &credentials(), 200);
        let upload_id = between(&created, "<UploadId>", "</UploadId>");

        let part = bucket
            .put(key)
            .part_number(1)
            .query("uploadId", upload_id.as_str());
        let part = accepted_but_no_twin(&link(&part, BODY), &credentials(), 200);
        let tag = part.header("etag").unwrap();

        let list = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{tag}</ETag></Part>\
             </CompleteMultipartUpload>"
        );
        let complete = bucket
            .operation("POST")
            .key(key)
            .query("uploadId", upload_id);
        let payload = Payload::of(&list);
        let complete = headers("POST", &complete, &[], payload, list.as_bytes());
        accepted(&complete(&credentials(), TEN_MINUTES, now()), 200);
        assert_eq!(std::fs::read(server.file(key)).unwrap(), BODY);
    }
}

fn between(answer: &Answer, from: &str, to: &str) -> String {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0.into()
}

/// Each object is a file, so these need a system where a file may have any name.
#[cfg(unix)]
mod keys {
    use super::*;

    #[test]
    fn keys_of_every_kind() {
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
                let by_link = |operation: &Operation<'_>, status, body: &[u8]| {
                    few_twins(&link(operation, body), status)
                };
                let by_header = |method, operation: &Operation<'_>, status, body: &[u8]| {
                    few_twins(
                        &headers(method, operation, &[], Payload::of(body), body),
                        status,
                    )
                };
                let [put, get] = [bucket.put(key), bucket.get(key)];
                let [head, delete] = [bucket.head(key), bucket.delete(key)];
                by_link(&put, 200, BODY);
                assert!(file.exists(), "{key:?}");
                by_link(&head, 200, b"");
                by_header("HEAD", &head, 200, b"");
                assert_eq!(by_link(&get, 200, b"").body, BODY, "{key:?}");
                assert_eq!(by_header("GET", &get, 200, b"").body, BODY, "{key:?}");
                by_link(&delete, 204, b"");
                assert!(!file.exists(), "{key:?}");
                by_header("PUT", &put, 200, BODY);
                assert!(file.exists(), "{key:?}");
                by_header("DELETE", &delete, 204, b"");
                assert!(!file.exists(), "{key:?}");
            }
        }
    }

    /// This status, but refused with one character of the path or of the signature changed.
    fn few_twins(sign: Sign<'_>, status: u16) -> Answer {
        let request = sign(&credentials(), TEN_MINUTES, now());
        let answer = request.send().unwrap();
        assert_eq!(answer.status, status, "{request:?}");
        let (origin, path, query) = split(&request.url);
        // s3s also takes a path signed as it was sent if it has any other character: its yes would prove less.
        let is_encoded = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
        assert!(path.bytes().all(is_encoded), "{path}");
        let elsewhere = with_url(&request, origin, &changed(path), &query);
        refused(&elsewhere, MISMATCH, "another path");
        let mut other = request.clone();
        match other
            .headers
            .iter_mut()
            .find(|(name, _)| name == "Authorization")
        {
            Some((_, value)) => *value = changed(value),
            None => other.url = changed(&other.url),
        }
        refused(&other, MISMATCH, "another signature");
        answer
    }

    /// A leading slash is an absolute path for s3s-fs, and a trailing one a folder: it answers with a failure of its own, but
    /// only after it has verified the request, which the twins show.
    #[test]
    fn keys_that_the_folder_cannot_hold() {
        let server = Server::start().unwrap();
        for bucket in buckets(&server) {
            for key in ["/leading", "//leading twice", "/", "//"] {
                every_operation(&bucket, key, [500, 500, 500, 500]);
            }
        }
    }

    #[test]
    fn the_longest_key() {
        let server = Server::start().unwrap();
        let key = format!("{}/end", "long".repeat(50)).repeat(5) + "4321";
        assert_eq!(key.len(), 1024);
        for bucket in buckets(&server) {
            // s3s-fs stores it, but then can't write the file beside it that has the whole key in its name.
            every_operation(&bucket, &key, [500, 200, 200, 204]);
        }
    }

    /// PUT, GET, HEAD and DELETE, each by link and by header, with these answers.
    fn every_operation(bucket: &Bucket, key: &str, [put, get, head, delete]: [u16; 4]) {
        for (method, operation, status) in [
            ("PUT", bucket.put(key), put),
            ("GET", bucket.get(key), get),
            ("HEAD", bucket.head(key), head),
            ("DELETE", bucket.delete(key), delete),
        ] {
            let body = if method == "PUT" { BODY } else { b"" };
            let by_header = headers(method, &operation, &[], Payload::of(body), body);
            for sign in [&link(&operation, body) as Sign<'_>, &by_header] {
                few_twins(sign, status);
            }
        }
    }
}

#[test]
fn links_for_many_keys() {
    let server = Server::start().unwrap();
    let credentials = credentials().with_session_token(TOKEN).unwrap();
    for bucket in buckets(&server) {
        let get = bucket.operation("GET").response_content_type("image/png");
        let links = get.links(&credentials, TEN_MINUTES, now()).unwrap();
        let mut url = String::new();
        for key in ["a.png", "b c+d/\u{1f600}.png", "a.png"] {
            std::fs::create_dir_all(server.file(key).parent().unwrap()).unwrap();
            std::fs::write(server.file(key), key).unwrap();
            url.clear();
            links.write(key, &mut url).unwrap();
            let link = Request::new("GET", &url);
            let answer = accepted(&link, 200);
            assert_eq!(answer.body, key.as_bytes());
            assert_eq!(answer.header("content-type"), Some("image/png"));
            changed_outside(&link).all_refused();
            changed_link(&link).all_refused();
        }
    }
}

#[test]
fn access_keys_of_every_kind() {
    for access_key_id in ["A+B=C", "(a)!*'", "a;b,c:d@e&f?g#h%20~"] {
        let server = Server::start_for(access_key_id).unwrap();
        let credentials = Credentials::new(access_key_id, SECRET_ACCESS_KEY).unwrap();
        for bucket in buckets(&server) {
            let list = bucket.operation("GET").query("list-type", "2");
            let list_by_header = headers("GET", &list, &[], Payload::Empty, b"");
            for sign in [&link(&list, b"") as Sign<'_>, &list_by_header] {
                accepted(&sign(&credentials, TEN_MINUTES, now()), 200);
                refused(
                    &sign(&self::credentials(), TEN_MINUTES, now()),
                    UNKNOWN_USER,
                    access_key_id,
                );
            }
        }
    }
}

#[test]
fn urls_that_are_encoded_already() {
    let server = Server::start().unwrap();
    let signer = v4::Signer::new(credentials(), REGION, "s3").unwrap();
    std::fs::write(server.file("~ü b'c"), BODY).unwrap();
    // Not in their canonical form: small hex digits, escapes that are not needed, and some that are missing.
    // Of the first, s3s would also take a signature over the path as it stands; of the second it would not.
    for key in ["~%c3%bc%20b'c", "%7e%C3%BC%20b%27%63"] {
        let url = format!(
            "{}/{BUCKET}/{key}?response-content-type=text%2fplain;%20a=(b)",
            server.endpoint()
        );
        let get = presign::Request::get(&*url);
        let signed = signer.sign(&get, Payload::Empty, now()).unwrap();
        let by_header = Request::new("GET", &url).headers(signed.headers());
        let by_link = Request::of(&signer.presign(&get, TEN_MINUTES, now()).unwrap());
        for request in [by_header, by_link] {
            let answer = accepted(&request, 200);
            assert_eq!(answer.body, BODY);
            assert_eq!(answer.header("content-type"), Some("text/plain; a=(b)"));
            changed_outside(&request).all_refused();
        }
    }
}

#[test]
fn every_single_character_of_a_link_counts() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("a b"), BODY).unwrap();
    let credentials = credentials().with_session_token(TOKEN).unwrap();
    for bucket in buckets(&server) {
        let get = bucket.get("a b").response_content_type("text/plain");
        let link = link(&get, b"")(&credentials, TEN_MINUTES, now());
        accepted(&link, 200);
        let (origin, _, _) = split(&link.url);
        for at in origin.len() + 1..link.url.len() {
            let mut twin = link.clone();
            let changed = other(char::from(link.url.as_bytes()[at]));
            twin.url.replace_range(at..=at, &changed.to_string());
            refused_somehow(&twin);
        }
    }
}

#[test]
fn every_single_character_of_a_signed_header_counts() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server);
    let own = [("Content-Type", "text/plain"), ("x-amz-meta-a", "b c, d")];
    let put = own.iter().fold(bucket.put("a b"), |put, (name, value)| {
        put.header(*name, *value)
    });
    let put = headers("PUT", &put, &own, Payload::of(BODY), BODY);
    let signed = put(&credentials(), TEN_MINUTES, now());
    accepted(&signed, 200);
    for (at, (name, value)) in signed.headers.iter().enumerate() {
        let overlooked = if name == "Authorization" {
            ALGORITHM.len()
        } else {
            0
        };
        for index in overlooked..value.len() {
            let mut twin = signed.clone();
            let changed = other(char::from(value.as_bytes()[index]));
            twin.headers[at]
                .1
                .replace_range(index..=index, &changed.to_string());
            refused_somehow(&twin);
        }
    }
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

// What the server is too lax about

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// S3 refuses what it can't verify with; s3s reads the first word of the header and never looks at it again.
#[test]
fn the_server_overlooks_the_algorithm_in_a_header() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server);
    let list = bucket.operation("GET").query("list-type", "2");
    let list = headers("GET", &list, &[], Payload::Empty, b"");
    let mut twin = list(&credentials(), TEN_MINUTES, now());
    let at = at(&twin, "Authorization");
    twin.headers[at].1 = replaced(&twin.headers[at].1, ALGORITHM, "AWS4-HMAC-SHA257");
    accepted(&twin, 200);
}

/// S3 refuses a request with an `x-amz-` header that is not signed (AccessDenied, "There were headers present in the
/// request which were not signed").
#[test]
fn the_server_overlooks_amz_headers_that_are_not_signed() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server);
    let put = bucket.put("k");
    let by_header = headers("PUT", &put, &[], Payload::of(BODY), BODY);
    for sign in [&link(&put, BODY) as Sign<'_>, &by_header] {
        let twin = sign(&credentials(), TEN_MINUTES, now());
        accepted(&twin.headers([("x-amz-meta-added", "later")]), 200);
    }
}

/// S3 takes one kind of authentication at a time (InvalidArgument, "Only one auth mechanism allowed").
#[test]
fn the_server_overlooks_a_header_beside_a_link() {
    let server = Server::start().unwrap();
    let [bucket, _] = buckets(&server);
    let list = bucket.operation("GET").query("list-type", "2");
    let signed = headers("GET", &list, &[], Payload::Empty, b"");
    let signed = signed(&credentials(), TEN_MINUTES, now());
    let at = at(&signed, "Authorization");
    let (name, value) = &signed.headers[at];
    let twin = link(&list, b"")(&credentials(), TEN_MINUTES, now());
    accepted(&twin.headers([(name, changed(value))]), 200);
}

// What the tests stand on

#[test]
fn a_request_without_a_signature_is_refused() {
    let server = Server::start().unwrap();
    std::fs::write(server.file("k"), BODY).unwrap();
    for bucket in buckets(&server) {
        for (method, operation) in [
            ("GET", bucket.get("k")),
            ("PUT", bucket.put("k")),
            ("HEAD", bucket.head("k")),
            ("DELETE", bucket.delete("k")),
            ("GET", bucket.operation("GET")),
        ] {
            let request = Request::new(method, &operation.url().unwrap());
            refused(&request, ANONYMOUS, "without a signature");
        }
    }
    assert_eq!(std::fs::read(server.file("k")).unwrap(), BODY);
}

#[test]
fn the_client_sends_what_it_is_given() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\nbody") {
            let mut buffer = [0; 1024];
            let count = stream.read(&mut buffer).unwrap();
            assert_ne!(count, 0, "the request ends early");
            request.extend_from_slice(&buffer[..count]);
        }
        let answer =
            b"HTTP/1.1 403 Forbidden\r\nContent-Length: 21\r\n\r\n<Code>AnyCode</Code>\r\n";
        stream.write_all(answer).unwrap();
        String::from_utf8(request).unwrap()
    });
    let path = "//a/./b/../c//%2F%2f%7e~'()*!@:$&,;=+?x=%20+~'/?:@!&&y&=&z=%3d%3D";
    let answer = Request::new("PUT", &format!("http://any.localhost:{port}{path}"))
        .headers([("x-spaces", "a  b"), ("x-twice", "2"), ("x-twice", "1")])
        .body(b"body")
        .send()
        .unwrap();
    assert_eq!((answer.status, answer.error_code()), (403, Some("AnyCode")));

    let sent = server.join().unwrap();
    assert!(
        sent.starts_with(&format!("PUT {path} HTTP/1.1\r\n")),
        "{sent}"
    );
    for line in [
        format!("host: any.localhost:{port}"),
        "x-spaces: a  b".into(),
        "x-twice: 2\r\nx-twice: 1".into(),
    ] {
        assert!(
            sent.contains(&format!("\r\n{line}\r\n")),
            "{line} in {sent}"
        );
    }
    assert_eq!(sent.matches("\r\nhost:").count(), 1, "{sent}");
}

#[test]
fn the_server_ends_with_its_value() {
    let server = Server::start().unwrap();
    let folder = server.file("");
    let request = Request::new("GET", &format!("{}/", server.endpoint()));
    refused(&request, ANONYMOUS, "without a signature");
    drop(server);
    assert!(request.send().is_err());
    assert!(!folder.exists());
}
