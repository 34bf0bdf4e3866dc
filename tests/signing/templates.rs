//! Templates with row values: each row is the presigned URL of the same request, and rows reject
//! invalid values.

use crate::support::{self, time};
use presign::s3::Bucket;
use presign::{
    ContentDisposition, Credentials, Error, ErrorKind, Expiry, Request, Row, SignatureVersion,
    Template, Timestamp, v2, v4,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::Config;
use std::cell::Cell;
use std::fmt::{self, Display, Write};
use std::time::Duration;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE==";
const HOUR: Duration = Duration::from_secs(3600);

/// Names before, between and after those of a signature, in canonical order. They include
/// sub-resources of SigV2 and names that need encoding.
const NAMES: [&str; 14] = [
    "",
    "A",
    "X-Amz-Credit",
    "X-Amz-Meta",
    "X-Amz-Z",
    "a b",
    "acl",
    "partNumber",
    "prefix",
    "response-content-disposition",
    "uploadId",
    "versionId",
    "x-id",
    "ü",
];

fn keys() -> Credentials {
    let keys = Credentials::new("AKIDEXAMPLE", SECRET).unwrap();
    keys.with_session_token(TOKEN).unwrap()
}

fn now() -> Timestamp {
    time("20130524T000000Z")
}

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(now().unix_seconds() + seconds)
}

fn bucket(version: SignatureVersion) -> Bucket {
    let builder = Bucket::builder("examplebucket", "us-east-1").signature_version(version);
    builder.build().unwrap()
}

const BOTH: [SignatureVersion; 2] = [SignatureVersion::V4, SignatureVersion::V2];

#[track_caller]
fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::rejected(result, kind, words, &[SECRET, TOKEN]);
}

/// Checks that writing a row fails and leaves the buffer unchanged.
#[track_caller]
fn row_rejected(template: &Template, row: Row<'_>, kind: ErrorKind, words: &[&str]) {
    for at in [now(), later(1)] {
        let mut buffer = String::from("before");
        rejected(template.presign_into(row, at, &mut buffer), kind, words);
        assert_eq!(buffer, "before");
        rejected(template.presign(row, at), kind, words);
    }
}

/// Returns the URL of a row, which both methods have to agree on.
#[track_caller]
fn row(template: &Template, row: Row<'_>, at: Timestamp) -> String {
    let url = template.presign(row, at).unwrap();
    let mut buffer = String::new();
    template.presign_into(row, at, &mut buffer).unwrap();
    assert_eq!(buffer, url.as_str());
    buffer
}

fn row_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z%/. +~&=?#;:@ü日]{1,12}",
        "[^\r\n\0]{0,60}",
    ]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(400) })]

    /// Rows with any number of values, whose names have any position in the order, at the prepared
    /// second and at others.
    #[test]
    fn rows_with_values_are_the_presigned_urls(
        version in select(BOTH.to_vec()),
        names in subsequence(NAMES.to_vec(), 1..6).prop_shuffle(),
        per_row in prop::collection::vec(any::<bool>(), 6),
        values in prop::collection::vec(row_value(), 6),
        key in "[^\0]{1,20}",
        seconds in 0i64..100_000_000,
        expires in 1u64..=604_800,
        with_token: bool,
    ) {
        let keys = if with_token { keys() } else { Credentials::new("AKIDEXAMPLE", SECRET).unwrap() };
        let bucket = bucket(version);
        let (mut open, mut closed) = (bucket.request("PUT"), bucket.put(&*key));
        let mut row_values: Vec<&dyn Display> = Vec::new();
        for ((name, is_per_row), value) in names.iter().zip(per_row).zip(&values) {
            // SigV2 has these as headers only.
            if version == SignatureVersion::V2 && name.starts_with("X-Amz-") {
                continue;
            }
            closed = closed.query(*name, value);
            open = if is_per_row {
                row_values.push(value);
                open.query_per_row(*name)
            } else {
                open.query(*name, value)
            };
        }
        let template = open.template(&keys, HOUR, now()).unwrap();
        for (at, expiry) in [
            (now(), None),
            (later(seconds), None),
            (now(), Some(Duration::from_secs(expires))),
            (later(seconds), Some(Duration::from_secs(expires))),
        ] {
            let expected = closed.presign(&keys, expiry.unwrap_or(HOUR), at).unwrap();
            let mut given = Row::new(&key).values(&row_values);
            if let Some(expiry) = expiry {
                given = given.expiry(expiry);
            }
            prop_assert_eq!(row(&template, given, at), expected.as_str());
            prop_assert_eq!(template.presign(given, at).unwrap().expires_at(), expected.expires_at());
        }
    }
}

/// Values of any type that implements `Display`, written in pieces.
#[test]
fn values_are_displayed() {
    for version in BOTH {
        let bucket = bucket(version);
        let template = bucket
            .request("GET")
            .query_per_row("response-content-disposition")
            .query_per_row("partNumber")
            .template(&keys(), HOUR, now())
            .unwrap();
        let name = ContentDisposition::attachment("März 100%.pdf");
        let values: [&dyn Display; 2] = [&name, &7u16];
        let one = Row::new("k").values(&values);
        let expected = bucket
            .get("k")
            .query("response-content-disposition", name.to_string())
            .query("partNumber", "7")
            .presign(&keys(), HOUR, now())
            .unwrap();
        assert_eq!(row(&template, one, now()), expected.as_str());
        assert_eq!(template.method(), "GET");
    }
}

/// A row can have an expiry of its own, in each form.
#[test]
fn a_row_can_have_its_own_expiry() {
    for version in BOTH {
        let (bucket, keys) = (bucket(version), keys().with_expiration(later(600)));
        let list = bucket.request("GET");
        let template = list.template(&keys, Expiry::at_most(HOUR), now()).unwrap();
        for (expiry, at) in [
            (Expiry::from(Duration::from_secs(60)), later(0)),
            (Expiry::from(Duration::from_secs(600)), later(0)),
            (Expiry::at(later(600)), later(599)),
            (Expiry::at_most(HOUR), later(30)),
        ] {
            let expected = bucket.get("k").presign(&keys, expiry, at).unwrap();
            let url = row(&template, Row::new("k").expiry(expiry), at);
            assert_eq!(url, expected.as_str());
        }
        // By default a row expires as the template does: after at most an hour.
        assert_eq!(template.expires_at(later(0)), Ok(later(600)));
        assert_eq!(
            template.presign("k", now()).unwrap().expires_at(),
            later(600)
        );
        let early = later(-7200);
        assert_eq!(template.expires_at(early), Ok(later(-3600)));
        assert_eq!(
            template.presign("k", early).unwrap().expires_at(),
            later(-3600)
        );

        for (expiry, words) in [
            (Expiry::from(Duration::ZERO), "at least one second"),
            (
                Duration::from_millis(1500).into(),
                "whole number of seconds",
            ),
            (HOUR.into(), "at_most"),
            (Expiry::at(now()), "not after the signing time"),
            (Expiry::at(later(601)), "at_most"),
        ] {
            let mut buffer = String::from("before");
            let late = Row::new("k").expiry(expiry);
            let into = template.presign_into(late, now(), &mut buffer);
            rejected(into, ErrorKind::Expiry, &[words]);
            rejected(template.presign(late, now()), ErrorKind::Expiry, &[words]);
            assert_eq!(buffer, "before");
        }
    }
}

#[test]
fn a_row_needs_all_its_values() {
    for version in BOTH {
        let bucket = bucket(version);
        let template = |names: &[&'static str]| {
            let names = names.iter();
            let request = names.fold(bucket.request("GET"), |request, name| {
                request.query_per_row(*name)
            });
            request.template(&keys(), HOUR, now()).unwrap()
        };
        let (none, one, two) = (template(&[]), template(&["a"]), template(&["a", "b"]));
        let values: [&dyn Display; 3] = [&1, &2, &3];
        for (template, count) in [(&none, 0), (&one, 1), (&two, 2)] {
            for given in 0..=3 {
                let row = Row::new("k").values(&values[..given]);
                if given == count {
                    template.presign(row, now()).unwrap();
                } else {
                    let words = [&*format!("{given} values"), &*format!("{count} parameters")];
                    row_rejected(template, row, ErrorKind::Query, &words);
                }
            }
        }
    }
}

#[test]
fn values_with_line_breaks_are_rejected() {
    for version in BOTH {
        let request = bucket(version);
        let request = request.request("GET").query_per_row("a");
        let template = request.query_per_row("versionId");
        let template = template.template(&keys(), HOUR, now()).unwrap();
        for (bad, shown) in [
            ("a\rb", "\\r"),
            ("a\nb", "\\n"),
            ("\n", "\\n"),
            ("a\0", "\\0"),
        ] {
            let row = Row::new("k");
            let words = ["row value 0", shown];
            row_rejected(
                &template,
                row.values(&[&bad, &"x"]),
                ErrorKind::Query,
                &words,
            );
            let words = ["row value 1", shown];
            row_rejected(
                &template,
                row.values(&[&"x", &bad]),
                ErrorKind::Query,
                &words,
            );
        }
        for good in ["", "\t", "\u{7f}", "\u{85}", "a b"] {
            let row = Row::new("k");
            template
                .presign(row.values(&[&good, &good]), now())
                .unwrap();
        }
    }
}

/// Fails after writing some text.
struct Failing;

impl Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")?;
        Err(fmt::Error)
    }
}

/// Counts how often it is displayed.
struct Counting<'a>(&'a Cell<u32>);

impl Display for Counting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.set(self.0.get() + 1);
        f.write_str("value")
    }
}

#[test]
fn values_that_fail_to_display_are_errors() {
    for version in BOTH {
        let bucket = bucket(version);
        let request = bucket.request("GET").query_per_row("versionId");
        let template = request.template(&keys(), HOUR, now()).unwrap();
        let words = ["row value 0", "Display"];
        let values: [&dyn Display; 1] = [&Failing];
        row_rejected(
            &template,
            Row::new("k").values(&values),
            ErrorKind::Query,
            &words,
        );
    }
}

#[test]
fn values_are_displayed_up_to_three_times() {
    for version in BOTH {
        let bucket = bucket(version);
        let request = bucket.request("GET").query_per_row("versionId");
        let template = request.template(&keys(), HOUR, now()).unwrap();
        let count = Cell::new(0);
        let values: [&dyn Display; 1] = [&Counting(&count)];
        template
            .presign(Row::new("k").values(&values), now())
            .unwrap();
        assert!((1..=3).contains(&count.get()), "{}", count.get());
    }
}

/// A row value of a sub-resource is signed decoded, and an empty one as a flag, because servers
/// read them that way.
#[test]
fn sub_resources_of_a_row_are_signed() {
    let bucket = bucket(SignatureVersion::V2);
    let request = bucket.request("GET").query_flag("acl");
    let request = request.query_per_row("versionId").query_per_row("x-id");
    let template = request.template(&keys(), HOUR, now()).unwrap();
    for (value, other, sent) in [
        (
            "a b/é+%&=",
            "1",
            "acl&versionId=a%20b%2F%C3%A9%2B%25%26%3D&x-id=1&",
        ),
        ("", "", "acl&versionId&x-id&"),
        ("null", "%", "acl&versionId=null&x-id=%25&"),
    ] {
        let url = row(&template, Row::new("k").values(&[&value, &other]), now());
        let front = "https://examplebucket.s3.us-east-1.amazonaws.com/k?";
        assert!(url.starts_with(&format!("{front}{sent}")), "{url}");
        let one = bucket.get("k").query_flag("acl");
        let one = one.query("versionId", value).query("x-id", other);
        let expected = one.presign(&keys(), HOUR, now()).unwrap();
        assert_eq!(url, expected.as_str());
    }
}

#[test]
fn some_requests_have_no_template() {
    let hour = |request: &Request<'_>| request.template(&keys(), HOUR, now());
    for version in BOTH {
        let bucket = bucket(version);
        for request in [bucket.get("some key"), bucket.put("some key")] {
            rejected(hour(&request), ErrorKind::Key, &["`some key`", "each row"]);
        }
        hour(&bucket.request("GET")).unwrap();
        // A name with a value per row can't be repeated.
        let request = bucket.request("GET").query_per_row("a");
        for request in [
            request.clone().query_per_row("a"),
            request.clone().query("a", "1"),
            request.clone().query_flag("a"),
            bucket.request("GET").query("a", "1").query_per_row("a"),
        ] {
            rejected(hour(&request), ErrorKind::Query, &["`a`", "duplicate"]);
        }
        hour(&request.clone().query_per_row("A")).unwrap();
        hour(&bucket.request("GET").query("a", "1").query("a", "2")).unwrap();
        // Signing adds these parameters, so a row can't.
        for name in ["X-Amz-Signature", "x-amz-credential", "AWSAccessKeyId"] {
            let request = bucket.request("GET").query_per_row(name);
            rejected(hour(&request), ErrorKind::Query, &["signed already"]);
        }
    }
    let url = "https://example.com/";
    let (v4, v2) = (
        v4::Service::new("us-east-1", "s3").unwrap(),
        v2::Service::s3(),
    );
    for request in [v4.get(url), v2.get(url)] {
        let words = ["requests of a bucket"];
        rejected(hour(&request), ErrorKind::Unsupported, &words);
    }
}

/// Every other method rejects a request with values per row.
#[test]
fn values_per_row_need_a_template() {
    for version in BOTH {
        let bucket = bucket(version);
        let (request, keys) = (bucket.get("k").query_per_row("a"), keys());
        let (kind, words) = (ErrorKind::Query, ["query_per_row", "template"]);
        let mut buffer = String::from("before");
        rejected(request.presign(&keys, HOUR, now()), kind, &words);
        let into = request.presign_into(&keys, HOUR, now(), &mut buffer);
        rejected(into, kind, &words);
        assert_eq!(buffer, "before");
        let identity = keys.identity();
        rejected(request.prepare_url(identity, HOUR, now()), kind, &words);
        rejected(request.sign(&keys, now()), kind, &words);
        rejected(request.prepare_headers(identity, now()), kind, &words);
        rejected(request.url(), kind, &words);
    }
}

/// Accepts some bytes and then fails.
struct Full(usize);

impl Write for Full {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_sub(text.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[test]
fn failing_writers_are_errors() {
    for version in BOTH {
        let (bucket, keys) = (bucket(version), keys());
        let get = bucket.get("k").query("versionId", "1");
        let request = bucket.request("GET").query_per_row("versionId");
        let template = request.template(&keys, HOUR, now()).unwrap();
        let row = Row::new("k").values(&[&1]);
        let length = get.presign(&keys, HOUR, now()).unwrap().as_str().len();
        for space in 0..length {
            let words = ["writer"];
            let into = get.presign_into(&keys, HOUR, now(), &mut Full(space));
            rejected(into, ErrorKind::Output, &words);
            let into = template.presign_into(row, now(), &mut Full(space));
            rejected(into, ErrorKind::Output, &words);
        }
        get.presign_into(&keys, HOUR, now(), &mut Full(length))
            .unwrap();
        template
            .presign_into(row, now(), &mut Full(length))
            .unwrap();
        // A writer behind a reference to a trait object.
        let mut buffer = String::new();
        let writer: &mut dyn Write = &mut buffer;
        template.presign_into(row, now(), writer).unwrap();
        assert_eq!(buffer.len(), length);
    }
}

/// The headers to send are those of each URL, including the hash of a payload.
#[test]
fn a_template_has_the_headers_of_its_urls() {
    let payload = presign::Payload::sha256_of("body");
    let bucket = bucket(SignatureVersion::V4);
    let headers = |headers: &mut dyn Iterator<Item = (&str, &str)>| {
        let headers = headers.map(|(name, value)| format!("{name}: {value}"));
        headers.collect::<Vec<_>>()
    };
    let hash = support::sha256_hex("body");
    let expected = [
        "Content-Type: text/plain".to_owned(),
        format!("x-amz-content-sha256: {hash}"),
    ];
    let request = bucket.request("PUT").header("Content-Type", "text/plain");
    let template = request.payload(payload).template(&keys(), HOUR, now());
    let template = template.unwrap();
    assert_eq!(headers(&mut template.headers()), expected);
    let url = template.presign("k", now()).unwrap();
    assert_eq!(headers(&mut url.headers()), expected);
    for at in [now(), later(1)] {
        let one = bucket.put("k").header("Content-Type", "text/plain");
        let one = one.payload(payload).presign(&keys(), HOUR, at).unwrap();
        assert_eq!(headers(&mut one.headers()), expected);
        assert_eq!(template.presign("k", at).unwrap().as_str(), one.as_str());
    }
}
