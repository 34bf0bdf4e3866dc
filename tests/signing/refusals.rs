//! What is refused, each beside a twin that is accepted. The kind of the error says which part of the input to
//! look at, and the message names it.

use crate::support::{self, time};
use presign::s3::{AddressingStyle, Bucket, BucketBuilder};
use presign::v4::{SessionToken, Signer};
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, Error, ErrorKind, Payload, Request, Timestamp, v2};
use std::time::Duration;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://example.amazonaws.com/a?b=c";

fn now() -> Timestamp {
    time("20150830T123600Z")
}

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

fn signer() -> Signer {
    Signer::new(keys(), "us-east-1", "service").unwrap()
}

fn bucket() -> Bucket {
    Bucket::new("examplebucket", "us-east-1").unwrap()
}

#[track_caller]
fn refused<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::refused(result, kind, words, &[SECRET]);
}

/// A request that is refused by every form of signing, and leaves the buffer of `presign_into` as it was.
#[track_caller]
fn request_refused(request: &Request<'_>, kind: ErrorKind, words: &[&str]) {
    refused_by(&signer(), request, kind, words);
    let s3 = Signer::new(keys(), "us-east-1", "s3").unwrap();
    refused_by(&s3, request, kind, words);
}

#[track_caller]
fn refused_by(signer: &Signer, request: &Request<'_>, kind: ErrorKind, words: &[&str]) {
    refused(signer.sign(request, Payload::Empty, now()), kind, words);
    refused(
        signer.sign_steps(request, Payload::Empty, now()),
        kind,
        words,
    );
    presign_refused_by(signer, request, HOUR, kind, words);
}

#[track_caller]
fn presign_refused_by(
    signer: &Signer,
    request: &Request<'_>,
    expires_in: Duration,
    kind: ErrorKind,
    words: &[&str],
) {
    refused(signer.presign(request, expires_in, now()), kind, words);
    refused(
        signer.presign_steps(request, expires_in, now()),
        kind,
        words,
    );
    let mut buffer = String::from("before");
    let into = signer.presign_into(request, expires_in, now(), &mut buffer);
    refused(into, kind, words);
    assert_eq!(buffer, "before", "the buffer is as it was");
}

#[track_caller]
fn request_accepted(request: &Request<'_>) {
    signer().sign(request, Payload::Empty, now()).unwrap();
    signer().presign(request, HOUR, now()).unwrap();
}

#[test]
fn keys_of_objects() {
    let (bucket, keys) = (bucket(), keys());
    for operation in [
        bucket.get(""),
        bucket.put(""),
        bucket.head(""),
        bucket.delete(""),
    ] {
        let words = ["key is empty"];
        refused(
            operation.presign(&keys, HOUR, now()),
            ErrorKind::Key,
            &words,
        );
        refused(
            operation.sign(&keys, Payload::Empty, now()),
            ErrorKind::Key,
            &words,
        );
        refused(operation.url(), ErrorKind::Key, &words);
        let mut buffer = String::from("before");
        let into = operation.presign_into(&keys, HOUR, now(), &mut buffer);
        refused(into, ErrorKind::Key, &words);
        assert_eq!(buffer, "before");
    }
    let links = bucket.operation("GET").links(&keys, HOUR, now()).unwrap();
    let mut buffer = String::from("before");
    refused(
        links.write("", &mut buffer),
        ErrorKind::Key,
        &["key is empty"],
    );
    refused(links.link(""), ErrorKind::Key, &["key is empty"]);
    refused(
        links.write_at("", now(), &mut buffer),
        ErrorKind::Key,
        &["key is empty"],
    );
    refused(links.link_at("", now()), ErrorKind::Key, &["key is empty"]);
    assert_eq!(buffer, "before");

    for key in ["/", "//", " ", ".", "..", "\0", "%", "\u{fffd}"] {
        bucket.get(key).presign(&keys, HOUR, now()).unwrap();
        links.write(key, &mut buffer).unwrap();
    }
    assert!(buffer.starts_with("beforehttps://examplebucket.s3.us-east-1"));
}

/// Names of buckets and the addressing style for which they are refused, and what is wrong with them.
#[test]
fn names_of_buckets() {
    type Style = fn(BucketBuilder) -> BucketBuilder;
    let aws: Style = |bucket| bucket;
    let host: Style = BucketBuilder::virtual_hosted;
    let path: Style = BucketBuilder::path_style;
    let minio: Style = |bucket| bucket.endpoint("http://localhost:9000");
    let domain: Style = |bucket| {
        let bucket = bucket.endpoint("https://files.example.com");
        bucket.addressing_style(AddressingStyle::Domain)
    };
    let build = |name: &str, style: Style| style(Bucket::builder(name, "us-east-1")).build();
    let long = "a".repeat(64);
    let longest = "a".repeat(63);
    let too_long = "a".repeat(256);

    for style in [aws, host, path, minio, domain] {
        refused(
            build("", style),
            ErrorKind::Bucket,
            &["bucket name is empty"],
        );
        build("abc", style).unwrap();
        for name in [
            "a/b",
            "a b",
            "a\nb",
            "a%2fb",
            "bücket",
            "a?b",
            "..",
            too_long.as_str(),
        ] {
            refused(build(name, style), ErrorKind::Bucket, &["`"]);
        }
    }
    for (name, reason) in [
        ("ab", "3 to 63"),
        (long.as_str(), "3 to 63"),
        ("Examplebucket", "lowercase"),
        ("example_bucket", "lowercase"),
        ("-examplebucket", "begin and end"),
        ("examplebucket-", "begin and end"),
        ("example..bucket", "dot"),
        ("example.-bucket", "dot"),
        ("192.168.5.4", "IP address"),
    ] {
        let short: String = name.chars().take(60).collect();
        refused(build(name, host), ErrorKind::Bucket, &[&short, reason]);
    }
    for name in [longest.as_str(), "a-b", "a.b", "0bucket9", "1.2.3"] {
        build(name, host).unwrap();
    }
    // The names of old buckets and of other stores stay good in a path.
    build("Example_Bucket", path).unwrap();
    build("ab", minio).unwrap();
    refused(build("ab", path), ErrorKind::Bucket, &["`ab`", "3 to 255"]);
}

#[test]
fn combinations_of_endpoint_options() {
    let builder = || Bucket::builder("examplebucket", "us-east-1");
    let local = || builder().endpoint("http://localhost:9000");
    let kind = ErrorKind::Endpoint;
    refused(local().fips().build(), kind, &["custom endpoint", "FIPS"]);
    refused(
        local().dualstack().build(),
        kind,
        &["custom endpoint", "dualstack"],
    );
    refused(
        local().accelerate().build(),
        kind,
        &["custom endpoint", "acceleration"],
    );
    refused(
        local().global_endpoint().build(),
        kind,
        &["custom endpoint", "global"],
    );
    local().build().unwrap();
    refused(builder().accelerate().fips().build(), kind, &["exclude"]);
    refused(
        builder().accelerate().path_style().build(),
        kind,
        &["acceleration"],
    );
    builder().accelerate().dualstack().build().unwrap();
    refused(
        builder().global_endpoint().dualstack().build(),
        kind,
        &["dualstack"],
    );
    builder().fips().dualstack().build().unwrap();
    let domain = AddressingStyle::Domain;
    refused(
        builder().addressing_style(domain).build(),
        kind,
        &["Domain"],
    );
    local().addressing_style(domain).build().unwrap();
    for host in ["http://127.0.0.1:9000", "http://[::1]:9000"] {
        refused(
            builder().endpoint(host).virtual_hosted().build(),
            kind,
            &["IP address"],
        );
        builder().endpoint(host).path_style().build().unwrap();
    }
    refused(
        builder().endpoint("http://localhost/?a=b").build(),
        kind,
        &["query"],
    );
    builder().endpoint("http://localhost/a").build().unwrap();
    refused(
        Bucket::builder("my.bucket", "us-east-1")
            .accelerate()
            .build(),
        ErrorKind::Bucket,
        &["my.bucket", "dots"],
    );
    for (region, option) in [("cn-north-1", "FIPS"), ("us-gov-west-1", "acceleration")] {
        let bucket = || Bucket::builder("examplebucket", region);
        let chosen = match option {
            "FIPS" => bucket().fips(),
            _ => bucket().accelerate(),
        };
        refused(chosen.build(), kind, &[region, option]);
        bucket().build().unwrap();
    }
    for endpoint in [
        "localhost:9000",
        "ftp://localhost",
        "http://",
        "http://u:p@localhost",
    ] {
        let bucket = builder().endpoint(endpoint).build();
        refused(bucket, ErrorKind::Url, &[]);
    }
}

#[test]
fn expiry() {
    let seconds = Duration::from_secs;
    let (bucket, keys) = (bucket(), keys());
    let get = bucket.get("k");
    let list = bucket.operation("GET");
    for (expires_in, words) in [
        (seconds(0), ["1 to 604800", "0"]),
        (seconds(604_801), ["seven days", "604801"]),
        (seconds(u64::MAX), ["seven days", "18446744073709551615"]),
        (Duration::MAX, ["whole seconds", "18446744073709551615"]),
        (Duration::from_millis(500), ["whole seconds", "500ms"]),
        (Duration::from_millis(1500), ["whole seconds", "1.5s"]),
        (Duration::new(1, 1), ["whole seconds", "1.000000001s"]),
    ] {
        let kind = ErrorKind::Expiry;
        presign_refused_by(&signer(), &Request::get(URL), expires_in, kind, &words);
        refused(get.presign(&keys, expires_in, now()), kind, &words);
        refused(list.links(&keys, expires_in, now()), kind, &words);
    }
    for expires_in in [1, 60, 604_800].map(seconds) {
        let url = get.presign(&keys, expires_in, now()).unwrap();
        assert_eq!(url.expires_at(), now().saturating_add(expires_in));
        list.links(&keys, expires_in, now()).unwrap();
    }
}

/// Prepared links have a moment more to be wrong: that of each call.
#[test]
fn links_of_another_second() {
    let (first, last) = (time("00000101T000000Z"), time("99991231T235959Z"));
    let ends = time("20150830T130000Z");
    let bucket = bucket();
    let list = bucket.operation("GET");
    let mut buffer = String::from("before");

    let links = list.links(&keys(), HOUR, now()).unwrap();
    let seconds = |moment: Timestamp, more| {
        Timestamp::from_unix_seconds(moment.unix_seconds().saturating_add(more))
    };
    for outside in [
        seconds(first, -1),
        seconds(last, 1),
        seconds(last, i64::MAX),
    ] {
        let words = ["years 0 to 9999"];
        let into = links.write_at("k", outside, &mut buffer);
        refused(into, ErrorKind::Time, &words);
        refused(links.link_at("k", outside), ErrorKind::Time, &words);
    }
    for inside in [first, last] {
        links.link_at("k", inside).unwrap();
    }

    // To the second of the credentials' end it is accepted, and one more is refused.
    let keys = keys().with_expiration(ends);
    let latest = seconds(ends, -3600);
    let links = list.links(&keys, HOUR, seconds(latest, -86400)).unwrap();
    links.link_at("k", latest).unwrap();
    let words = ["2015-08-30T13:00:01Z", "2015-08-30T13:00:00Z", "at_most"];
    let into = links.write_at("k", seconds(latest, 1), &mut buffer);
    refused(into, ErrorKind::Expiry, &words);
    let refused_twin = links.link_at("k", seconds(latest, 1));
    refused(refused_twin, ErrorKind::Expiry, &words);
    assert_eq!(buffer, "before");
}

#[test]
fn credentials_that_end_before_the_url() {
    let ends = time("20150830T130000Z");
    let keys = keys().with_expiration(ends);
    let signer = Signer::new(keys.clone(), "us-east-1", "service").unwrap();
    let (bucket, request) = (bucket(), Request::get(URL));
    let words = ["2015-08-30T13:36:00Z", "2015-08-30T13:00:00Z", "at_most"];
    presign_refused_by(&signer, &request, HOUR, ErrorKind::Expiry, &words);
    let refused_twin = bucket.get("k").presign(&keys, HOUR, now());
    refused(refused_twin, ErrorKind::Expiry, &words);
    let links = bucket.operation("GET").links(&keys, HOUR, now());
    refused(links, ErrorKind::Expiry, &words);

    // To the second of their end it is accepted, and one more is refused.
    let left = Duration::from_secs(24 * 60);
    assert_eq!(keys.at_most(HOUR, now()), left);
    let url = signer.presign(&request, left, now()).unwrap();
    assert_eq!(url.expires_at(), ends);
    let more = left + Duration::from_secs(1);
    presign_refused_by(&signer, &request, more, ErrorKind::Expiry, &["13:00:01Z"]);
    // Credentials that ended already cap to nothing, and that is refused too.
    assert_eq!(keys.at_most(HOUR, ends), Duration::ZERO);
    // A header signature has no life of its own.
    signer.sign(&request, Payload::Empty, now()).unwrap();
}

#[test]
fn parameters_of_a_signature_that_is_there_already() {
    let names = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ];
    for name in names {
        for spelled in [
            name.to_owned(),
            name.to_lowercase(),
            name.to_uppercase(),
            name.replace('-', "%2D").replace('A', "%41"),
            name.replace('m', "%6d"),
        ] {
            for value in ["=1", "=", ""] {
                let url = format!("{URL}&{spelled}{value}");
                request_refused(&Request::get(&url), ErrorKind::Query, &[name]);
            }
        }
        for spelled in [name.to_owned(), name.to_lowercase()] {
            let request = Request::get(URL).query(spelled.clone(), "1");
            request_refused(&request, ErrorKind::Query, &[name]);
            let request = Request::get(URL).query_flag(spelled.clone());
            request_refused(&request, ErrorKind::Query, &[name]);
            let bucket = bucket();
            let twice = bucket.get("k").query(spelled, "1");
            refused(
                twice.presign(&keys(), HOUR, now()),
                ErrorKind::Query,
                &[name],
            );
        }
        // Names that only look alike are data, and so is a value.
        request_accepted(&Request::get(format!(
            "{URL}&{name}2=1&x={name}&%2541={name}"
        )));
        request_accepted(&Request::get(URL).query(name.replace('m', "%6d"), "1"));
        request_accepted(&Request::get(URL).query(format!(" {name}"), "1"));
    }
    // What was presigned once is not presigned again.
    let url = signer().presign(&Request::get(URL), HOUR, now()).unwrap();
    request_refused(
        &Request::get(url.as_str()),
        ErrorKind::Query,
        &["X-Amz-Algorithm"],
    );
}

/// A server refuses a request with two signatures, of whichever generations: so what carries one of SigV2 is not signed.
#[test]
fn signatures_of_the_other_generation() {
    let sigv2 = v2::Signer::new(keys());
    let old = sigv2.presign(&Request::get(URL), HOUR, now()).unwrap();
    let call = v2::QuerySigner::new(keys()).sign(&Request::get(URL), now());
    let (old, call) = (old.into_string(), call.unwrap().into_string());
    for (url, name) in [
        (&*old, "AWSAccessKeyId"),
        (&*call, "AWSAccessKeyId"),
        (&old.replace("AWSAccessKeyId", "a"), "Signature"),
        (&call.replace("AWSAccessKeyId", "a"), "Signature"),
        (&format!("{URL}&AWSAccessKeyId"), "AWSAccessKeyId"),
        (&format!("{URL}&AWSAccessKey%49d=1"), "AWSAccessKeyId"),
    ] {
        let words = [name, "signed already"];
        request_refused(&Request::get(url), ErrorKind::Query, &words);
    }
    for (name, value) in [("AWSAccessKeyId", "1"), ("Expires", "1")] {
        let bucket = bucket();
        let get = bucket.get("k").query("Signature", "1");
        let get = get.query(name, value);
        refused(
            get.presign(&keys(), HOUR, now()),
            ErrorKind::Query,
            &["signed already"],
        );
        let links = get.links(&keys(), HOUR, now()).map(drop);
        refused(links, ErrorKind::Query, &["signed already"]);
    }

    // The common words alone make no signature, for the verifier neither.
    let verifier = Verifier::new("us-east-1", "service");
    for query in [
        "Signature=1",
        "Expires=1&SignatureVersion=2",
        "signature=1&expires=1",
        "awsaccesskeyid=1",
        "AWSAccessKeyId2=1",
    ] {
        let request = Request::get(format!("{URL}&{query}"));
        request_accepted(&request);
        let url = signer().presign(&request, HOUR, now()).unwrap();
        let received = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
        let verified = verifier.verify(&received, now(), |_| Some(keys()));
        assert!(verified.is_ok(), "{query}: {verified:?}");
    }
}

#[test]
fn escapes() {
    for bad in ["%", "%2", "%zz", "%2g", "%%20", "%é1", "% 20", "%+1", "a%"] {
        let kind = ErrorKind::Url;
        let path = format!("https://example.amazonaws.com/{bad}");
        request_refused(&Request::get(&path), kind, &["path", "`%", "%25"]);
        let query = format!("https://example.amazonaws.com/?a={bad}");
        request_refused(&Request::get(&query), kind, &["query", "`%", "%25"]);
        let endpoint = Bucket::builder("abc", "us-east-1").endpoint(&path).build();
        refused(endpoint, kind, &["path", "`%"]);
        // In an object's key and in a typed parameter a percent sign is data.
        bucket()
            .get(bad)
            .query("a", bad)
            .presign(&keys(), HOUR, now())
            .unwrap();
        request_accepted(&Request::get(URL).query(bad, bad));
    }
    request_accepted(&Request::get(
        "https://example.amazonaws.com/%20%c3%BC?%7e=%25",
    ));
}

#[test]
fn control_characters_in_a_url() {
    for control in ["\0", "\t", "\r\n", "\n", "\u{1b}", "\u{7f}"] {
        for (what, url) in [
            ("path", format!("https://example.amazonaws.com/a{control}b")),
            (
                "query",
                format!("https://example.amazonaws.com/?a{control}b"),
            ),
        ] {
            request_refused(&Request::get(url), ErrorKind::Url, &[what, "control"]);
        }
        let host = format!("https://example{control}.com/");
        request_refused(&Request::get(host), ErrorKind::Url, &["host"]);
        request_accepted(&Request::get(URL).query("a", control));
    }
    request_accepted(&Request::get("https://example.amazonaws.com/a b/ü?ü= "));
}

#[test]
fn header_values() {
    for (bad, what) in [
        ("a\nb", "a line break at byte 1"),
        ("a\rb", "a line break at byte 1"),
        ("a\r\nb", "a line break at byte 2"),
        ("a\n", "a line break at byte 1"),
        ("\n", "a line break at byte 0"),
        ("a\r b", "a line break at byte 1"),
        ("a\n\n b", "a line break at byte 1"),
        ("a\0", "a NUL byte at byte 1"),
        ("\u{1b}", "a control character at byte 0"),
        ("\u{7f}", "a control character at byte 0"),
    ] {
        let words = ["`X-Custom`", what];
        let request = Request::get(URL).header("X-Custom", bad);
        request_refused(&request, ErrorKind::Header, &words);
        let request = Request::get(URL).header_bytes("X-Custom", bad.as_bytes());
        request_refused(&request, ErrorKind::Header, &words);
        let bucket = bucket();
        let operation = bucket.get("k").header("X-Custom", bad);
        refused(
            operation.presign(&keys(), HOUR, now()),
            ErrorKind::Header,
            &words,
        );
        // A header that is not signed would split the request as well.
        let request = Request::get(URL).header("User-Agent", bad);
        request_refused(&request, ErrorKind::Header, &["`User-Agent`", what]);
        let request = Request::get(URL).header("Host", bad);
        request_refused(&request, ErrorKind::Header, &["`Host`", what]);
    }
    for good in [
        "",
        " ",
        "\t",
        "a\tb",
        "a\n b",
        "a\r\n\tb",
        "a\r\n  b\r\n c",
        "ü",
        "\u{a0}",
    ] {
        request_accepted(&Request::get(URL).header("X-Custom", good));
    }
}

/// A folded value is accepted, signed with one space for each fold, and handed back in one line.
#[test]
fn folded_headers() {
    let folded = Request::get(URL).header("X-Custom", "a\r\n \t b\n  c");
    let plain = Request::get(URL).header("X-Custom", "a b c");
    let steps = |request| {
        let steps = signer().presign_steps(request, HOUR, now()).unwrap();
        (steps.canonical_request, steps.signature.as_str().to_owned())
    };
    assert_eq!(steps(&folded), steps(&plain));
    let url = signer().presign(&folded, HOUR, now()).unwrap();
    assert_eq!(url.headers().collect::<Vec<_>>(), [("X-Custom", "a b c")]);
}

#[test]
fn header_values_that_are_not_text() {
    let latin1: &[u8] = b"caf\xe9";
    let request = Request::get(URL).header_bytes("X-Custom", latin1);
    // Signed with headers, the value goes from caller to server without us.
    signer().sign(&request, Payload::Empty, now()).unwrap();
    let url = signer().presign(&request, HOUR, now());
    refused(url, ErrorKind::Header, &["`X-Custom`", "UTF-8"]);
    // In a buffer there is only the URL, so nothing has to be handed back.
    let mut buffer = String::new();
    signer()
        .presign_into(&request, HOUR, now(), &mut buffer)
        .unwrap();
    let request = Request::get(URL).header_bytes("X-Custom", "café".as_bytes());
    request_accepted(&request);
}

#[test]
fn header_names() {
    for bad in [
        "",
        " ",
        "X Custom",
        "X-Custom ",
        "X-Custom:",
        "X\nCustom",
        "X-Cüstom",
        "\0",
        "(x)",
    ] {
        let request = Request::get(URL).header(bad, "value");
        request_refused(&request, ErrorKind::Header, &["not a header name"]);
    }
    for good in ["x", "X-Custom", "x_custom", "x.custom", "!#$%&'*+-.^_`|~"] {
        request_accepted(&Request::get(URL).header(good, "value"));
    }
}

#[test]
fn host_headers() {
    let twice = |one: &'static str, two: &'static str| {
        Request::get(URL).header("Host", one).header("host", two)
    };
    let words = ["two Host headers that differ", "`a.example`", "`b.example`"];
    request_refused(&twice("a.example", "b.example"), ErrorKind::Header, &words);
    request_refused(
        &twice("a.example", "a.example:8080"),
        ErrorKind::Header,
        &["differ"],
    );
    request_refused(
        &twice("a.example", "A.example"),
        ErrorKind::Header,
        &["differ"],
    );
    let request = Request::get(URL).header("Host", " ");
    request_refused(&request, ErrorKind::Header, &["Host header is empty"]);

    // Two that agree are one, and one that is not the URL's is signed and has to be sent.
    for request in [
        twice("a.example", " a.example "),
        Request::get(URL).header("HOST", "a.example"),
    ] {
        let steps = signer().presign_steps(&request, HOUR, now()).unwrap();
        assert!(steps.canonical_request.contains("\nhost:a.example\n"));
        let url = signer().presign(&request, HOUR, now()).unwrap();
        assert!(url.as_str().starts_with("https://example.amazonaws.com/"));
        assert_eq!(url.headers().collect::<Vec<_>>(), [("host", "a.example")]);
    }
    // One that is the URL's is what every client sends by itself.
    let request = Request::get(URL).header("Host", "example.amazonaws.com");
    let url = signer().presign(&request, HOUR, now()).unwrap();
    assert_eq!(url.headers().count(), 0);
}

#[test]
fn access_keys_secrets_and_tokens() {
    let kind = ErrorKind::Credentials;
    for bad in [
        " AKID",
        "AKID ",
        "\tAKID",
        "AKID\n",
        "\u{a0}AKID",
        "AKID\u{3000}",
    ] {
        let words = ["begins or ends with white space"];
        let id = Credentials::new(bad, SECRET);
        refused(id, kind, &["access key id", words[0]]);
        let secret = Credentials::new("AKID", bad);
        refused(secret, kind, &["secret access key", words[0]]);
        let token = keys().with_session_token(bad);
        refused(token, kind, &["session token", words[0]]);
    }
    for bad in ["AK\nID", "AK\0ID", "AK\u{7f}ID", "AK\u{85}ID"] {
        refused(
            Credentials::new(bad, SECRET),
            kind,
            &["access key id", "control"],
        );
        refused(
            Credentials::new("AKID", bad),
            kind,
            &["secret access key", "control"],
        );
        refused(
            keys().with_session_token(bad),
            kind,
            &["session token", "control"],
        );
    }
    for bad in ["AK ID", "AKÏD"] {
        refused(
            Credentials::new(bad, SECRET),
            kind,
            &["access key id", "space"],
        );
        refused(
            keys().with_session_token(bad),
            kind,
            &["session token", "space"],
        );
        // A secret goes into no header.
        Credentials::new("AKID", bad).unwrap();
    }
    refused(
        Credentials::new("", SECRET),
        kind,
        &["access key id is empty"],
    );
    refused(
        Credentials::new("AKID", ""),
        kind,
        &["secret access key is empty"],
    );
    refused(
        Credentials::new(" ", SECRET),
        kind,
        &["access key id", "white space"],
    );
    refused(
        Credentials::new("AKID", " "),
        kind,
        &["secret access key", "white space"],
    );
    Credentials::new("AK/+=ID", "+/=").unwrap();

    // A comma ends the id in the header, and nowhere else.
    let comma = Credentials::new("AKID,EXAMPLE", SECRET).unwrap();
    let signer = Signer::new(comma.clone(), "us-east-1", "service").unwrap();
    let signed = signer.sign(&Request::get(URL), Payload::Empty, now());
    refused(signed, kind, &["access key id", "comma", "presign"]);
    let steps = signer.sign_steps(&Request::get(URL), Payload::Empty, now());
    refused(steps, kind, &["comma"]);
    let url = signer.presign(&Request::get(URL), HOUR, now()).unwrap();
    let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
    let verifier = Verifier::new("us-east-1", "service");
    let verified = verifier.verify(&request, now(), |_| Some(comma.clone()));
    assert_eq!(verified.unwrap().access_key_id(), "AKID,EXAMPLE");
    // SigV2's header has a colon there, and no signature has one: the last is the separator.
    let colon = Credentials::new("account:user,1", SECRET).unwrap();
    let signed = presign::v2::Signer::new(colon.clone())
        .sign(&Request::get(URL), now())
        .unwrap();
    let request = ReceivedRequest::from_url("GET", URL).unwrap();
    let request = request.headers(signed.headers());
    let verifier = verifier.allow_v2(HOUR);
    let verified = verifier.verify(&request, now(), |_| Some(colon.clone()));
    assert_eq!(verified.unwrap().access_key_id(), "account:user,1");

    // An empty token counts as none.
    let none = keys().with_session_token("").unwrap();
    let signer = Signer::new(none, "us-east-1", "service").unwrap();
    let url = signer.presign(&Request::get(URL), HOUR, now()).unwrap();
    assert!(!url.as_str().contains("Security-Token"), "{url}");
}

#[test]
fn regions_and_services() {
    for bad in [
        "us/east",
        "us east",
        " us-east-1",
        "us-east-1\n",
        "us,east",
        "ü",
        "a\0b",
    ] {
        for (what, result) in [
            ("region", Signer::new(keys(), bad, "s3")),
            ("service", Signer::new(keys(), "us-east-1", bad)),
        ] {
            refused(result, ErrorKind::Scope, &[what, "`", "us-east-1"]);
        }
        let bucket = Bucket::new("examplebucket", bad);
        refused(bucket, ErrorKind::Scope, &["region", "`"]);
        let local = Bucket::builder("examplebucket", bad).endpoint("http://localhost");
        refused(local.build(), ErrorKind::Scope, &["region", "`"]);
    }
    let empty = Signer::new(keys(), "", "s3");
    refused(empty, ErrorKind::Scope, &["region is empty"]);
    let empty = Signer::new(keys(), "us-east-1", "");
    refused(empty, ErrorKind::Scope, &["service is empty"]);
    refused(
        Bucket::new("examplebucket", ""),
        ErrorKind::Scope,
        &["region is empty"],
    );
    for good in ["us-east-1", "auto", "garage", "US_West", "fra1", "*"] {
        Signer::new(keys(), good, good).unwrap();
        let local = Bucket::builder("examplebucket", good).endpoint("http://localhost");
        local.build().unwrap();
    }
    // A region that would stand in a host has to fit there.
    refused(
        Bucket::new("examplebucket", "a.b"),
        ErrorKind::Scope,
        &["`a.b`", "host"],
    );
}

#[test]
fn urls() {
    for (bad, word) in [
        ("", "not an absolute URL"),
        ("/a/b", "not an absolute URL"),
        ("example.com/a", "not an absolute URL"),
        ("https:/example.com", "not an absolute URL"),
        ("ftp://example.com/", "`ftp`"),
        ("s3://bucket/key", "`s3`"),
        ("file:///etc/passwd", "`file`"),
        ("://example.com/", "scheme"),
        ("https://", "no host"),
        ("https:///a", "no host"),
        ("https://?a", "no host"),
        ("https://:8080/", "no host"),
        ("https://user@example.com/", "user before its host"),
        ("https://user:hunter2@example.com/", "user before its host"),
        ("https://example.com:0/", "`:0`"),
        ("https://example.com:65536/", "`:65536`"),
        ("https://example.com:http/", "`:http`"),
        ("https://example.com:+80/", "`:+80`"),
        ("https://exa mple.com/", "holds ` `"),
        ("https://exa%6dple.com/", "holds `%`"),
        ("https://münchen.example/", "xn--"),
        ("https://[::1/", "IPv6"),
        ("https://[::g]/", "IPv6"),
        ("https://[::1]x/", "no port"),
        ("https://::1/", "no host"),
        ("https://example.com/#fragment", "fragment"),
        ("https://example.com\\a/", "holds `\\`"),
    ] {
        request_refused(&Request::get(bad), ErrorKind::Url, &[word]);
    }
    let password = Request::get("https://user:hunter2@example.com/");
    let message = signer()
        .presign(&password, HOUR, now())
        .unwrap_err()
        .to_string();
    assert!(!message.contains("hunter2"), "{message}");
    for good in [
        "https://example.com",
        "HTTP://EXAMPLE.COM",
        "https://example.com:",
        "https://example.com:65535?",
        "https://127.0.0.1/",
        "https://[::1]:8443/%23",
        "https://xn--mnchen-3ya.example/a@b:c",
        "https://under_score.example/?a#b"
            .split('#')
            .next()
            .unwrap(),
    ] {
        request_accepted(&Request::get(good));
    }
}

#[test]
fn methods() {
    let kind = ErrorKind::Method;
    for (bad, good) in [
        ("get", "GET"),
        ("Put", "PUT"),
        ("dELETE", "DELETE"),
        ("patch", "PATCH"),
    ] {
        request_refused(&Request::new(bad, URL), kind, &["upper case", bad, good]);
        request_accepted(&Request::new(good, URL));
        let bucket = bucket();
        let operation = bucket.operation(bad).presign(&keys(), HOUR, now());
        refused(operation, kind, &[bad, good]);
    }
    for bad in ["", " ", "GET ", "GE T", "GET\n", "GÉT", "GET/1", "\0"] {
        request_refused(&Request::new(bad, URL), kind, &["not an HTTP method"]);
    }
    // A method that HTTP doesn't know is the server's matter.
    for good in ["PROPFIND", "propfind", "X!"] {
        request_accepted(&Request::new(good, URL));
    }
}

/// Headers that signing sets. With the value that it would give they are taken as set.
#[test]
fn headers_that_signing_adds() {
    let other = Request::get(URL).header("X-Amz-Date", "20150830T123601Z");
    let signed = signer().sign(&other, Payload::Empty, now());
    refused(signed, ErrorKind::Header, &["x-amz-date", "another value"]);
    let same = Request::get(URL).header("X-Amz-Date", " 20150830T123600Z ");
    let signed = signer().sign(&same, Payload::Empty, now()).unwrap();
    let names: Vec<_> = signed.headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["Authorization"]);
    let plain = signer()
        .sign(&Request::get(URL), Payload::Empty, now())
        .unwrap();
    assert_eq!(signed.authorization(), plain.authorization());

    let temporary = keys().with_session_token("TOKEN").unwrap();
    let signer_with_token = Signer::new(temporary, "us-east-1", "service").unwrap();
    let other = Request::get(URL).header("x-amz-security-token", "OTHER");
    let signed = signer_with_token.sign(&other, Payload::Empty, now());
    refused(
        signed,
        ErrorKind::Header,
        &["x-amz-security-token", "another value"],
    );
    let same = Request::get(URL).header("x-amz-security-token", "TOKEN");
    signer_with_token
        .sign(&same, Payload::Empty, now())
        .unwrap();

    // In a presigned URL they stand in the query: never in both places.
    for name in [
        "X-Amz-Date",
        "x-amz-security-token",
        "X-Amz-S3session-Token",
        "AUTHORIZATION",
    ] {
        for value in ["20150830T123600Z", "TOKEN"] {
            let request = Request::get(URL).header(name, value);
            let lower = name.to_lowercase();
            for signer in [
                signer(),
                signer_with_token.clone(),
                signer_with_token
                    .clone()
                    .session_token(SessionToken::Appended),
                signer_with_token
                    .clone()
                    .session_token(SessionToken::S3Express),
            ] {
                let error = signer.presign(&request, HOUR, now()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Header);
                let message = error.to_string();
                assert!(message.to_lowercase().contains(&lower), "{message}");
                assert!(!message.contains("TOKEN"), "{message}");
            }
        }
    }
}

/// AWS's suite signs a token that is given as a header, with credentials that have none (`post-sts-header-before` of the first
/// edition): it is covered, and good if it is that of the access key.
#[test]
fn a_token_given_as_a_header() {
    let temporary = keys().with_session_token("TOKEN").unwrap();
    let checked = |service: &str, signer: &Signer, request: &Request<'_>, given: &[&str]| {
        let signed = signer.sign(request, Payload::Empty, now()).unwrap();
        let headers = given.iter().map(|name| (*name, "TOKEN"));
        let received = ReceivedRequest::from_url("GET", URL).unwrap();
        let received = received.headers(headers).headers(signed.headers());
        let verifier = Verifier::new("us-east-1", service);
        let kind = |keys: &Credentials| {
            let verified = verifier.verify(&received, now(), |_| Some(keys.clone()));
            verified.map(drop).map_err(|error| error.kind())
        };
        [kind(&temporary), kind(&keys())]
    };
    let by_token = [Ok(()), Err(VerifyErrorKind::SessionToken)];
    let (usual, session) = ("x-amz-security-token", "x-amz-s3session-token");
    let with = |name: &'static str| Request::get(URL).header(name, "TOKEN");

    assert_eq!(
        checked("service", &signer(), &with(usual), &[usual]),
        by_token
    );
    let express = |keys| Signer::new(keys, "us-east-1", "s3express").unwrap();
    for name in [usual, session] {
        let signer = express(keys());
        assert_eq!(
            checked("s3express", &signer, &with(name), &[name]),
            by_token,
            "{name}"
        );
    }

    // One of each name are two, and so is one beside that of the credentials, whatever it says.
    let words = [usual, session, "one session token"];
    for place in [SessionToken::Signed, SessionToken::S3Express] {
        let both = with(usual).header(session, "TOKEN");
        let signer = express(keys()).session_token(place);
        let signed = signer.sign(&both, Payload::Empty, now());
        refused(signed, ErrorKind::Header, &words);
    }
    for (place, own, other) in [
        (SessionToken::Signed, usual, session),
        (SessionToken::Appended, usual, session),
        (SessionToken::S3Express, session, usual),
    ] {
        let signer = express(temporary.clone()).session_token(place);
        let signed = signer.sign(&with(other), Payload::Empty, now());
        refused(signed, ErrorKind::Header, &words);
        signer.sign(&with(own), Payload::Empty, now()).unwrap();
    }
}

#[test]
fn payload_hashes() {
    let body = "Welcome to Amazon S3.";
    let hash = support::sha256_hex(body);
    let empty = support::sha256_hex("");
    let with = |value: &str| Request::put(URL).header("x-amz-content-sha256", value.to_owned());

    let request = with(&empty);
    let signed = signer().sign(&request, Payload::of(body), now());
    refused(signed, ErrorKind::Payload, &[&hash, &empty]);
    signer()
        .sign(&with(&hash), Payload::of(body), now())
        .unwrap();
    // Left to the header.
    signer().sign(&with(&hash), Payload::Empty, now()).unwrap();
    signer()
        .sign(&with("UNSIGNED-PAYLOAD"), Payload::of(body), now())
        .unwrap();

    let presigned = signer().presigned_payload(Payload::of(body));
    let url = presigned.presign(&with(&empty), HOUR, now());
    refused(url, ErrorKind::Payload, &[&hash, &empty]);
    presigned.presign(&with(&hash), HOUR, now()).unwrap();

    for bad in [
        "",
        "abc",
        &hash.to_uppercase(),
        &hash[1..],
        "unsigned-payload",
        "STREAMING",
    ] {
        let words = ["x-amz-content-sha256", "64 hexadecimal digits"];
        request_refused(&with(bad), ErrorKind::Payload, &words);
    }
    for good in [
        &hash,
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    ] {
        request_accepted(&with(good));
    }
    for bad in ["", "abc", &hash[1..], "UNSIGNED-PAYLOAD"] {
        refused(
            Payload::hash(bad),
            ErrorKind::Payload,
            &["64 hexadecimal digits"],
        );
    }
    assert_eq!(Payload::hash(&hash).unwrap(), Payload::of(body));
}

/// The signature takes its value from these, so there may be one of each, even if both say the same. Of others there may
/// be any number.
#[test]
fn headers_given_twice() {
    let twice = |name: &'static str, one: &'static str, two: &'static str| {
        let request = Request::get(URL).header(name, one);
        request.header(name.to_uppercase(), two)
    };
    let (now_text, later) = ("20150830T123600Z", "20150830T123601Z");
    let keys = keys().with_session_token("TOKEN").unwrap();
    let signer = Signer::new(keys, "us-east-1", "service").unwrap();
    for (name, one, two) in [
        ("x-amz-date", now_text, later),
        ("x-amz-date", now_text, now_text),
        ("x-amz-security-token", "TOKEN", "OTHER"),
        ("x-amz-security-token", "TOKEN", "TOKEN"),
    ] {
        let signed = signer.sign(&twice(name, one, two), Payload::Empty, now());
        refused(signed, ErrorKind::Header, &[name, "twice"]);
    }
    let name = "x-amz-content-sha256";
    let request = twice(
        name,
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    );
    request_refused(&request, ErrorKind::Header, &[name, "twice"]);
    let request = twice(name, "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD");
    request_refused(&request, ErrorKind::Header, &[name, "twice"]);
    request_accepted(&twice("x-amz-meta-a", "1", "2"));
}

/// Headers that are changed on the way are let through unsigned, and are not among those that have to be sent.
#[test]
fn headers_that_are_never_signed() {
    let names = [
        "Authorization",
        "Baggage",
        "Connection",
        "Expect",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "TE",
        "Trailer",
        "Traceparent",
        "Tracestate",
        "Transfer-Encoding",
        "Upgrade",
        "User-Agent",
        "X-Amzn-Trace-Id",
    ];
    let plain = signer().sign(&Request::get(URL), Payload::Empty, now());
    let plain = plain.unwrap().authorization().to_owned();
    for name in names {
        for name in [name.to_owned(), name.to_lowercase()] {
            let request = Request::get(URL).header(&*name, "value");
            let signed = signer().sign(&request, Payload::Empty, now()).unwrap();
            assert_eq!(signed.authorization(), plain, "{name}");
            if !name.eq_ignore_ascii_case("authorization") {
                let url = signer().presign(&request, HOUR, now()).unwrap();
                assert_eq!(url.headers().count(), 0, "{name}");
                assert!(url.as_str().contains("SignedHeaders=host&"), "{url}");
            }
            // Its neighbour in the alphabet is signed.
            let other = format!("{name}x");
            let request = Request::get(URL).header(&*other, "value");
            let url = signer().presign(&request, HOUR, now()).unwrap();
            let to_send: Vec<_> = url.headers().collect();
            assert_eq!(to_send, [(other.as_str(), "value")]);
        }
    }
}

#[test]
fn times() {
    let request = Request::get(URL);
    for seconds in [-62_167_219_201, 253_402_300_800, i64::MIN, i64::MAX] {
        let at = Timestamp::from_unix_seconds(seconds);
        let words = ["years 0 to 9999"];
        refused(
            signer().sign(&request, Payload::Empty, at),
            ErrorKind::Time,
            &words,
        );
        refused(
            signer().presign(&request, HOUR, at),
            ErrorKind::Time,
            &words,
        );
    }
    for seconds in [-62_167_219_200, -1, 0, 253_402_300_799] {
        let at = Timestamp::from_unix_seconds(seconds);
        signer().sign(&request, Payload::Empty, at).unwrap();
        signer().presign(&request, HOUR, at).unwrap();
    }
    for bad in ["", "now", "20130524", "2013-05-24", "20130230T000000Z"] {
        refused(
            Timestamp::parse(bad),
            ErrorKind::Time,
            &["`", "20130524T000000Z"],
        );
    }
}
