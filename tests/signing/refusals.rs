//! Rejected input, each beside a twin that is accepted. The kind of an error names the faulty part
//! of the input, and the message names the value.

use crate::support::signing::{Description, authorization, presign, sign};
use crate::support::{self, time};
use presign::s3::{Bucket, BucketBuilder};
use presign::v4::{Service, SessionToken};
use presign::{
    AddressingStyle, Credentials, Error, ErrorKind, Expiry, Payload, PresignedUrl, Request,
    SignedRequest, Timestamp, v2,
};
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

fn service() -> Service {
    Service::new("us-east-1", "service").unwrap()
}

fn bucket() -> Bucket {
    Bucket::new("examplebucket", "us-east-1").unwrap()
}

#[track_caller]
fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::rejected(result, kind, words, &[SECRET]);
}

/// Signs a request with headers in every way, with the default credentials and time.
#[track_caller]
fn signed(request: &Request<'_>) -> Result<SignedRequest, Error> {
    sign(request, (&keys(), SECRET), now()).map(|signed| signed.result)
}

/// Presigns a request in every way, with the default credentials and time.
#[track_caller]
fn presigned(request: &Request<'_>, expiry: impl Into<Expiry>) -> Result<PresignedUrl, Error> {
    presign(request, (&keys(), SECRET), expiry, now()).map(|signed| signed.result)
}

/// Checks that every way of signing rejects a request.
#[track_caller]
fn request_rejected(request: &Description<'_>, kind: ErrorKind, words: &[&str]) {
    for service in [service(), Service::new("us-east-1", "s3").unwrap()] {
        rejected(signed(&request.of(&service)), kind, words);
        rejected(presigned(&request.of(&service), HOUR), kind, words);
    }
}

#[track_caller]
fn request_accepted(request: &Description<'_>) {
    signed(&request.of(&service())).unwrap();
    presigned(&request.of(&service()), HOUR).unwrap();
}

#[test]
fn invalid_object_keys_are_rejected() {
    let (bucket, keys) = (bucket(), keys());
    let words = ["key is empty"];
    for request in [
        bucket.get(""),
        bucket.put("").payload(Payload::Empty),
        bucket.head(""),
        bucket.delete(""),
    ] {
        rejected(presigned(&request, HOUR), ErrorKind::Key, &words);
        rejected(signed(&request), ErrorKind::Key, &words);
        rejected(request.url(), ErrorKind::Key, &words);
    }
    let template = bucket.request("GET").template(&keys, HOUR, now()).unwrap();
    let mut buffer = String::from("before");
    for at in [now(), now().saturating_add(HOUR)] {
        let into = template.presign_into("", at, &mut buffer);
        rejected(into, ErrorKind::Key, &words);
        rejected(template.presign("", at), ErrorKind::Key, &words);
    }
    assert_eq!(buffer, "before");

    for key in ["/", "//", " ", ".", "..", "\0", "%", "\u{fffd}"] {
        bucket.get(key).presign(&keys, HOUR, now()).unwrap();
        template.presign_into(key, now(), &mut buffer).unwrap();
    }
    assert!(buffer.starts_with("beforehttps://examplebucket.s3.us-east-1"));
}

/// Bucket names, with the addressing styles for which they are rejected and the reason.
#[test]
fn invalid_bucket_names_are_rejected() {
    type Style = fn(BucketBuilder) -> BucketBuilder;
    let aws: Style = |bucket| bucket;
    let host: Style = |bucket| bucket.addressing_style(AddressingStyle::Virtual);
    let path: Style = |bucket| bucket.addressing_style(AddressingStyle::Path);
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
        rejected(
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
            rejected(build(name, style), ErrorKind::Bucket, &["`"]);
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
        rejected(build(name, host), ErrorKind::Bucket, &[&short, reason]);
    }
    for name in [longest.as_str(), "a-b", "a.b", "0bucket9", "1.2.3"] {
        build(name, host).unwrap();
    }
    // Path style accepts the names of old buckets and of other stores.
    build("Example_Bucket", path).unwrap();
    build("ab", minio).unwrap();
    rejected(build("ab", path), ErrorKind::Bucket, &["`ab`", "3 to 255"]);
}

#[test]
fn contradictory_endpoint_options_are_rejected() {
    let builder = || Bucket::builder("examplebucket", "us-east-1");
    let local = || builder().endpoint("http://localhost:9000");
    let kind = ErrorKind::Endpoint;
    rejected(local().fips().build(), kind, &["custom endpoint", "FIPS"]);
    rejected(
        local().dualstack().build(),
        kind,
        &["custom endpoint", "dualstack"],
    );
    rejected(
        local().accelerate().build(),
        kind,
        &["custom endpoint", "acceleration"],
    );
    rejected(
        local().global_endpoint().build(),
        kind,
        &["custom endpoint", "global"],
    );
    local().build().unwrap();
    rejected(builder().accelerate().fips().build(), kind, &["exclude"]);
    rejected(
        builder()
            .accelerate()
            .addressing_style(AddressingStyle::Path)
            .build(),
        kind,
        &["acceleration"],
    );
    builder().accelerate().dualstack().build().unwrap();
    rejected(
        builder().global_endpoint().dualstack().build(),
        kind,
        &["dualstack"],
    );
    builder().fips().dualstack().build().unwrap();
    let domain = AddressingStyle::Domain;
    rejected(
        builder().addressing_style(domain).build(),
        kind,
        &["Domain"],
    );
    local().addressing_style(domain).build().unwrap();
    for host in ["http://127.0.0.1:9000", "http://[::1]:9000"] {
        rejected(
            builder()
                .endpoint(host)
                .addressing_style(AddressingStyle::Virtual)
                .build(),
            kind,
            &["IP address"],
        );
        builder()
            .endpoint(host)
            .addressing_style(AddressingStyle::Path)
            .build()
            .unwrap();
    }
    rejected(
        builder().endpoint("http://localhost/?a=b").build(),
        kind,
        &["query"],
    );
    builder().endpoint("http://localhost/a").build().unwrap();
    for url in ["http://localhost/a%2Fb", "http://localhost/a%2f?"] {
        rejected(builder().endpoint(url).build(), kind, &["%2F", "slash"]);
        let public = builder().public_url(url);
        rejected(public.build(), kind, &["public URL", "%2F"]);
    }
    builder()
        .endpoint("http://localhost/a%20b/%7Ec")
        .build()
        .unwrap();
    rejected(
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
        rejected(chosen.build(), kind, &[region, option]);
        bucket().build().unwrap();
    }
    for endpoint in [
        "localhost:9000",
        "ftp://localhost",
        "http://",
        "http://u:p@localhost",
    ] {
        let bucket = builder().endpoint(endpoint).build();
        rejected(bucket, ErrorKind::Url, &[]);
    }
}

#[test]
fn an_expiry_out_of_range_is_rejected() {
    let seconds = Duration::from_secs;
    let (bucket, keys) = (bucket(), keys());
    let (get, service) = (bucket.get("k"), service());
    let list = bucket.request("GET");
    for (expires_in, words) in [
        (seconds(0), ["at least one second", "0"]),
        (seconds(604_801), ["seven days", "604801"]),
        (seconds(u64::MAX), ["seven days", "18446744073709551615"]),
        (
            Duration::MAX,
            ["whole number of seconds", "18446744073709551615"],
        ),
        (
            Duration::from_millis(500),
            ["whole number of seconds", "500ms"],
        ),
        (
            Duration::from_millis(1500),
            ["whole number of seconds", "1.5s"],
        ),
        (
            Duration::new(1, 1),
            ["whole number of seconds", "1.000000001s"],
        ),
    ] {
        let kind = ErrorKind::Expiry;
        rejected(presigned(&service.get(URL), expires_in), kind, &words);
        rejected(presigned(&get, expires_in), kind, &words);
        rejected(list.template(&keys, expires_in, now()), kind, &words);
    }
    for expires_in in [1, 60, 604_800].map(seconds) {
        let url = get.presign(&keys, expires_in, now()).unwrap();
        assert_eq!(url.expires_at(), now().saturating_add(expires_in));
        list.template(&keys, expires_in, now()).unwrap();
    }
}

/// A template checks the time of each row, too.
#[test]
fn each_row_checks_its_time_and_expiration() {
    let (first, last) = (time("00000101T000000Z"), time("99991231T235959Z"));
    let expiration = time("20150830T130000Z");
    let bucket = bucket();
    let list = bucket.request("GET");
    let mut buffer = String::from("before");

    let template = list.template(&keys(), HOUR, now()).unwrap();
    let seconds = |moment: Timestamp, more| {
        Timestamp::from_unix_seconds(moment.unix_seconds().saturating_add(more))
    };
    for outside in [
        seconds(first, -1),
        seconds(last, 1),
        seconds(last, i64::MAX),
    ] {
        let words = ["years 0 to 9999"];
        let into = template.presign_into("k", outside, &mut buffer);
        rejected(into, ErrorKind::Time, &words);
        rejected(template.presign("k", outside), ErrorKind::Time, &words);
    }
    for inside in [first, last] {
        template.presign("k", inside).unwrap();
    }

    // A row may expire with the credentials, but not a second later.
    let keys = keys().with_expiration(expiration);
    let latest = seconds(expiration, -3600);
    let template = list.template(&keys, HOUR, seconds(latest, -86400)).unwrap();
    template.presign("k", latest).unwrap();
    let words = ["2015-08-30T13:00:01Z", "2015-08-30T13:00:00Z", "at_most"];
    let late = seconds(latest, 1);
    let into = template.presign_into("k", late, &mut buffer);
    rejected(into, ErrorKind::Expiry, &words);
    rejected(template.presign("k", late), ErrorKind::Expiry, &words);
    rejected(template.expires_at(late), ErrorKind::Expiry, &words);
    assert_eq!(buffer, "before");
}

#[test]
fn a_url_expires_with_the_credentials() {
    let expiration = time("20150830T130000Z");
    let keys = keys().with_expiration(expiration);
    let (service, bucket) = (service(), bucket());
    let request = service.get(URL);
    let presigned = |expiry: Expiry, now| {
        presign(&request, (&keys, SECRET), expiry, now).map(|signed| signed.result)
    };
    let kind = ErrorKind::Expiry;
    let words = ["2015-08-30T13:36:00Z", "2015-08-30T13:00:00Z", "at_most"];
    rejected(presigned(HOUR.into(), now()), kind, &words);
    let rejected_twin = bucket.get("k").presign(&keys, HOUR, now());
    rejected(rejected_twin, kind, &words);
    let template = bucket.request("GET").template(&keys, HOUR, now());
    rejected(template, kind, &words);

    // A URL may expire with the credentials, but not a second later.
    let left = Duration::from_secs(24 * 60);
    for expiry in [left.into(), Expiry::at_most(HOUR), Expiry::at(expiration)] {
        let url = presigned(expiry, now()).unwrap();
        assert_eq!(url.expires_at(), expiration);
        assert!(url.as_str().contains("X-Amz-Expires=1440&"), "{url}");
    }
    let more = left + Duration::from_secs(1);
    for expiry in [
        more.into(),
        Expiry::at(expiration.saturating_add(more - left)),
    ] {
        rejected(presigned(expiry, now()), kind, &["13:00:01Z"]);
    }
    // A shorter expiry is kept.
    let url = presigned(Expiry::at_most(left / 2), now()).unwrap();
    assert_eq!(url.expires_at(), now().saturating_add(left / 2));
    // Credentials that have already expired are an error, too.
    let words = ["credentials expired", "13:00:00Z"];
    rejected(presigned(Expiry::at_most(HOUR), expiration), kind, &words);
    // A header signature has no expiration of its own.
    request.sign(&keys, now()).unwrap();
}

/// The expiration has to be after the signing time.
#[test]
fn an_expiration_before_signing_is_rejected() {
    let bucket = bucket();
    let get = bucket.get("k");
    let later = |seconds| Timestamp::from_unix_seconds(now().unix_seconds() + seconds);
    for seconds in [0, -1, -3600, i64::MIN / 2] {
        let words = ["not after the signing time", "2015-08-30T12:36:00Z"];
        let expiry = Expiry::at(later(seconds));
        rejected(presigned(&get, expiry), ErrorKind::Expiry, &words);
    }
    let week = 7 * 24 * 3600;
    for seconds in [week + 1, i64::MAX / 2] {
        let expiry = Expiry::at(later(seconds));
        rejected(presigned(&get, expiry), ErrorKind::Expiry, &["seven days"]);
    }
    for seconds in [1, 60, week] {
        let url = presigned(&get, Expiry::at(later(seconds))).unwrap();
        assert_eq!(url.expires_at(), later(seconds));
        assert!(url.as_str().contains(&format!("X-Amz-Expires={seconds}&")));
    }
    for most in [Duration::ZERO, Duration::from_millis(1500)] {
        let expiry = Expiry::at_most(most);
        rejected(presigned(&get, expiry), ErrorKind::Expiry, &["second"]);
    }
}

#[test]
fn existing_sigv4_signatures_are_rejected() {
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
                request_rejected(&Description::get(&url), ErrorKind::Query, &[name]);
            }
        }
        for spelled in [name.to_owned(), name.to_lowercase()] {
            let request = Description::get(URL).query(spelled.clone(), "1");
            request_rejected(&request, ErrorKind::Query, &[name]);
            let request = Description::get(URL).query_flag(spelled.clone());
            request_rejected(&request, ErrorKind::Query, &[name]);
            let bucket = bucket();
            let twice = bucket.get("k").query(spelled, "1");
            rejected(presigned(&twice, HOUR), ErrorKind::Query, &[name]);
        }
        // Names that only look similar are data, and so are values.
        request_accepted(&Description::get(format!(
            "{URL}&{name}2=1&x={name}&%2541={name}"
        )));
        request_accepted(&Description::get(URL).query(name.replace('m', "%6d"), "1"));
        request_accepted(&Description::get(URL).query(format!(" {name}"), "1"));
    }
    // A presigned URL can't be presigned again.
    let url = presigned(&service().get(URL), HOUR).unwrap();
    request_rejected(
        &Description::get(url.as_str()),
        ErrorKind::Query,
        &["X-Amz-Algorithm"],
    );
}

/// Parameters whose names are common words, and which don't make a SigV2 signature.
pub const NOT_A_SIGV2_SIGNATURE: [&str; 5] = [
    "Signature=1",
    "Expires=1&SignatureVersion=2",
    "signature=1&expires=1",
    "awsaccesskeyid=1",
    "AWSAccessKeyId2=1",
];

/// Servers reject a request with two signatures of any version, so a request that contains a SigV2
/// signature is not signed.
#[test]
fn existing_sigv2_signatures_are_rejected() {
    let (sigv2, api) = (
        v2::Service::s3(),
        v2::Service::query_api(Default::default()),
    );
    let old = presigned(&sigv2.get(URL), HOUR).unwrap().to_string();
    let call = signed(&api.get(URL)).unwrap().url().unwrap().to_owned();
    for (url, name) in [
        (&*old, "AWSAccessKeyId"),
        (&*call, "AWSAccessKeyId"),
        (&old.replace("AWSAccessKeyId", "a"), "Signature"),
        (&call.replace("AWSAccessKeyId", "a"), "Signature"),
        (&format!("{URL}&AWSAccessKeyId"), "AWSAccessKeyId"),
        (&format!("{URL}&AWSAccessKey%49d=1"), "AWSAccessKeyId"),
    ] {
        let words = [name, "signed already"];
        request_rejected(&Description::get(url), ErrorKind::Query, &words);
    }
    for (name, value) in [("AWSAccessKeyId", "1"), ("Expires", "1")] {
        let bucket = bucket();
        let signed_already = ["signed already"];
        let get = bucket.get("k").query("Signature", "1").query(name, value);
        rejected(presigned(&get, HOUR), ErrorKind::Query, &signed_already);
        let list = bucket.request("GET").query("Signature", "1");
        let template = list.query(name, value).template(&keys(), HOUR, now());
        rejected(template, ErrorKind::Query, &signed_already);
    }

    // Common words alone don't make a signature.
    for query in NOT_A_SIGV2_SIGNATURE {
        request_accepted(&Description::get(format!("{URL}&{query}")));
    }
}

#[test]
fn invalid_escapes_are_rejected() {
    for bad in ["%", "%2", "%zz", "%2g", "%%20", "%é1", "% 20", "%+1", "a%"] {
        let kind = ErrorKind::Url;
        let path = format!("https://example.amazonaws.com/{bad}");
        request_rejected(&Description::get(&path), kind, &["path", "`%", "%25"]);
        let query = format!("https://example.amazonaws.com/?a={bad}");
        request_rejected(&Description::get(&query), kind, &["query", "`%", "%25"]);
        let endpoint = Bucket::builder("abc", "us-east-1").endpoint(&path).build();
        rejected(endpoint, kind, &["path", "`%"]);
        // A percent sign in an object key or typed parameter is data.
        bucket()
            .get(bad)
            .query("a", bad)
            .presign(&keys(), HOUR, now())
            .unwrap();
        request_accepted(&Description::get(URL).query(bad, bad));
    }
    request_accepted(&Description::get(
        "https://example.amazonaws.com/%20%c3%BC?%7e=%25",
    ));
}

#[test]
fn control_characters_in_a_url_are_rejected() {
    for control in ["\0", "\t", "\r\n", "\n", "\u{1b}", "\u{7f}"] {
        for (what, url) in [
            ("path", format!("https://example.amazonaws.com/a{control}b")),
            (
                "query",
                format!("https://example.amazonaws.com/?a{control}b"),
            ),
        ] {
            request_rejected(&Description::get(url), ErrorKind::Url, &[what, "control"]);
        }
        let host = format!("https://example{control}.com/");
        request_rejected(&Description::get(host), ErrorKind::Url, &["host"]);
        request_accepted(&Description::get(URL).query("a", control));
    }
    request_accepted(&Description::get("https://example.amazonaws.com/a b/ü?ü= "));
}

#[test]
fn invalid_header_values_are_rejected() {
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
        let request = Description::get(URL).header("X-Custom", bad);
        request_rejected(&request, ErrorKind::Header, &words);
        let bucket = bucket();
        let request = bucket.get("k").header("X-Custom", bad);
        rejected(presigned(&request, HOUR), ErrorKind::Header, &words);
        // An unsigned header would split the request as well.
        let request = Description::get(URL).header("User-Agent", bad);
        request_rejected(&request, ErrorKind::Header, &["`User-Agent`", what]);
        let request = Description::get(URL).header("Host", bad);
        request_rejected(&request, ErrorKind::Header, &["`Host`", what]);
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
        request_accepted(&Description::get(URL).header("X-Custom", good));
    }
}

/// A folded value is accepted, signed with one space for each fold, and returned in one line.
#[test]
fn folded_headers_are_unfolded() {
    let folded = Description::get(URL).header("X-Custom", "a\r\n \t b\n  c");
    let plain = Description::get(URL).header("X-Custom", "a b c");
    let service = service();
    let steps = |request: &Description<'_>| {
        let signed = presign(&request.of(&service), (&keys(), SECRET), HOUR, now());
        signed.unwrap().steps
    };
    assert_eq!(
        steps(&folded).canonical_request,
        steps(&plain).canonical_request
    );
    assert_eq!(steps(&folded).signature, steps(&plain).signature);
    let url = presigned(&folded.of(&service), HOUR).unwrap();
    assert_eq!(url.headers().collect::<Vec<_>>(), [("X-Custom", "a b c")]);
}

/// Only an `http::Request` can have such a value.
#[cfg(feature = "http")]
#[test]
fn header_values_that_are_not_text_are_not_returned() {
    let with_header = |value: &[u8]| {
        let value = http::HeaderValue::from_bytes(value).unwrap();
        http::Request::get(URL).header("X-Custom", value).body(())
    };
    let (service, keys) = (service(), keys());
    let latin1 = with_header(b"caf\xe9").unwrap();
    let request = service.http(&latin1);
    // The library doesn't return the given headers of a header signature, so the value is accepted.
    signed(&request).unwrap();
    let words = ["`x-custom`", "UTF-8"];
    let url = request.presign(&keys, HOUR, now());
    rejected(url, ErrorKind::Header, &words);
    let unsigned = request.prepare_url(keys.identity(), HOUR, now());
    rejected(unsigned, ErrorKind::Header, &words);
    // `presign_into` writes only the URL, so it doesn't return the value as text.
    let mut buffer = String::new();
    request
        .presign_into(&keys, HOUR, now(), &mut buffer)
        .unwrap();
    let utf8 = with_header("café".as_bytes()).unwrap();
    signed(&service.http(&utf8)).unwrap();
    presigned(&service.http(&utf8), HOUR).unwrap();
}

#[test]
fn invalid_header_names_are_rejected() {
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
        let request = Description::get(URL).header(bad, "value");
        request_rejected(&request, ErrorKind::Header, &["invalid header name"]);
    }
    for good in ["x", "X-Custom", "x_custom", "x.custom", "!#$%&'*+-.^_`|~"] {
        request_accepted(&Description::get(URL).header(good, "value"));
    }
}

#[test]
fn contradictory_host_headers_are_rejected() {
    let twice = |one: &'static str, two: &'static str| {
        Description::get(URL)
            .header("Host", one)
            .header("host", two)
    };
    let words = ["two Host headers that differ", "`a.example`", "`b.example`"];
    request_rejected(&twice("a.example", "b.example"), ErrorKind::Header, &words);
    request_rejected(
        &twice("a.example", "a.example:8080"),
        ErrorKind::Header,
        &["differ"],
    );
    request_rejected(
        &twice("a.example", "A.example"),
        ErrorKind::Header,
        &["differ"],
    );
    let request = Description::get(URL).header("Host", " ");
    request_rejected(&request, ErrorKind::Header, &["Host header is empty"]);

    let service = service();
    // Two equal Host headers count as one. A Host other than the URL's is signed and has to be
    // sent.
    for request in [
        twice("a.example", " a.example "),
        Description::get(URL).header("HOST", "a.example"),
    ] {
        let request = request.of(&service);
        let keys = (&keys(), SECRET);
        let steps = presign(&request, keys, HOUR, now()).unwrap().steps;
        assert!(steps.canonical_request.contains("\nhost:a.example\n"));
        let url = presigned(&request, HOUR).unwrap();
        assert!(url.as_str().starts_with("https://example.amazonaws.com/"));
        assert_eq!(url.headers().collect::<Vec<_>>(), [("host", "a.example")]);
    }
    // Every client sends the URL's own Host by itself.
    let request = service.get(URL).header("Host", "example.amazonaws.com");
    let url = presigned(&request, HOUR).unwrap();
    assert_eq!(url.headers().count(), 0);
}

#[test]
fn invalid_credentials_are_rejected() {
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
        rejected(id, kind, &["access key ID", words[0]]);
        let secret = Credentials::new("AKID", bad);
        rejected(secret, kind, &["secret access key", words[0]]);
        let token = keys().with_session_token(bad);
        rejected(token, kind, &["session token", words[0]]);
    }
    for bad in ["AK\nID", "AK\0ID", "AK\u{7f}ID", "AK\u{85}ID"] {
        rejected(
            Credentials::new(bad, SECRET),
            kind,
            &["access key ID", "control"],
        );
        rejected(
            Credentials::new("AKID", bad),
            kind,
            &["secret access key", "control"],
        );
        rejected(
            keys().with_session_token(bad),
            kind,
            &["session token", "control"],
        );
    }
    for bad in ["AK ID", "AKÏD"] {
        rejected(
            Credentials::new(bad, SECRET),
            kind,
            &["access key ID", "space"],
        );
        rejected(
            keys().with_session_token(bad),
            kind,
            &["session token", "space"],
        );
        // A secret doesn't go into any header.
        Credentials::new("AKID", bad).unwrap();
    }
    rejected(
        Credentials::new("", SECRET),
        kind,
        &["access key ID is empty"],
    );
    rejected(
        Credentials::new("AKID", ""),
        kind,
        &["secret access key is empty"],
    );
    rejected(
        Credentials::new(" ", SECRET),
        kind,
        &["access key ID", "white space"],
    );
    rejected(
        Credentials::new("AKID", " "),
        kind,
        &["secret access key", "white space"],
    );
    Credentials::new("AK/+=ID", "+/=").unwrap();

    // A comma ends the access key ID in the header, and nowhere else.
    let comma = Credentials::new("AKID,EXAMPLE", SECRET).unwrap();
    let service = service();
    let (request, with_comma) = (service.get(URL), (&comma, SECRET));
    let words = ["access key ID", "comma", "presign"];
    rejected(sign(&request, with_comma, now()), kind, &words);
    presign(&request, with_comma, HOUR, now()).unwrap();

    // An empty token counts as none.
    let none = keys().with_session_token("").unwrap();
    let url = request.presign(&none, HOUR, now()).unwrap();
    assert!(!url.as_str().contains("Security-Token"), "{url}");
}

#[test]
fn invalid_regions_and_services_are_rejected() {
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
            ("region", Service::new(bad, "s3")),
            ("service", Service::new("us-east-1", bad)),
        ] {
            rejected(result, ErrorKind::Scope, &[what, "`", "us-east-1"]);
        }
        let bucket = Bucket::new("examplebucket", bad);
        rejected(bucket, ErrorKind::Scope, &["region", "`"]);
        let local = Bucket::builder("examplebucket", bad).endpoint("http://localhost");
        rejected(local.build(), ErrorKind::Scope, &["region", "`"]);
    }
    let empty = Service::new("", "s3");
    rejected(empty, ErrorKind::Scope, &["region is empty"]);
    let empty = Service::new("us-east-1", "");
    rejected(empty, ErrorKind::Scope, &["service is empty"]);
    rejected(
        Bucket::new("examplebucket", ""),
        ErrorKind::Scope,
        &["region is empty"],
    );
    for good in ["us-east-1", "auto", "garage", "US_West", "fra1", "*"] {
        Service::new(good, good).unwrap();
        let local = Bucket::builder("examplebucket", good).endpoint("http://localhost");
        local.build().unwrap();
    }
    // A region that is part of a host has to fit there.
    rejected(
        Bucket::new("examplebucket", "a.b"),
        ErrorKind::Scope,
        &["`a.b`", "host"],
    );
}

#[test]
fn invalid_urls_are_rejected() {
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
        ("https://user@example.com/", "user name"),
        ("https://user:hunter2@example.com/", "user name"),
        ("https://example.com:0/", "`:0`"),
        ("https://example.com:65536/", "`:65536`"),
        ("https://example.com:http/", "`:http`"),
        ("https://example.com:+80/", "`:+80`"),
        ("https://exa mple.com/", "invalid character ` `"),
        ("https://exa%6dple.com/", "invalid character `%`"),
        ("https://münchen.example/", "xn--"),
        ("https://[::1/", "IPv6"),
        ("https://[::g]/", "IPv6"),
        ("https://[::1]x/", "invalid port `x`"),
        ("https://::1/", "no host"),
        ("https://example.com/#fragment", "fragment"),
        ("https://example.com\\a/", "invalid character `\\`"),
    ] {
        request_rejected(&Description::get(bad), ErrorKind::Url, &[word]);
    }
    let service = service();
    let password = service.get("https://user:hunter2@example.com/");
    let message = presigned(&password, HOUR).unwrap_err().to_string();
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
        request_accepted(&Description::get(good));
    }
}

#[test]
fn invalid_methods_are_rejected() {
    let kind = ErrorKind::Method;
    for (bad, good) in [
        ("get", "GET"),
        ("Put", "PUT"),
        ("dELETE", "DELETE"),
        ("patch", "PATCH"),
    ] {
        request_rejected(
            &Description::new(bad, URL),
            kind,
            &["not in uppercase", bad, good],
        );
        request_accepted(&Description::new(good, URL).payload(Payload::Empty));
        let bucket = bucket();
        let url = presigned(&bucket.request(bad), HOUR);
        rejected(url, kind, &[bad, good]);
    }
    for bad in ["", " ", "GET ", "GE T", "GET\n", "GÉT", "GET/1", "\0"] {
        request_rejected(&Description::new(bad, URL), kind, &["invalid method"]);
    }
    // The server decides about invalid_methods_are_rejected that HTTP doesn't define.
    for good in ["PROPFIND", "propfind", "X!"] {
        request_accepted(&Description::new(good, URL).payload(Payload::Empty));
    }
}

/// A header that signing sets is accepted only with the value that signing would set.
#[test]
fn headers_that_signing_adds_have_to_agree() {
    let service = service();
    let with = |name: &'static str, value: &'static str| service.get(URL).header(name, value);
    let other = with("X-Amz-Date", "20150830T123601Z");
    let words = ["x-amz-date", "differs from the value"];
    rejected(signed(&other), ErrorKind::Header, &words);
    let same = signed(&with("X-Amz-Date", " 20150830T123600Z ")).unwrap();
    let names: Vec<_> = same.headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["Authorization"]);
    let plain = signed(&service.get(URL)).unwrap();
    assert_eq!(authorization(&same), authorization(&plain));

    let temporary = keys().with_session_token("TOKEN").unwrap();
    let other = with("x-amz-security-token", "OTHER");
    let words = ["x-amz-security-token", "differs from the value"];
    let other = sign(&other, (&temporary, SECRET), now());
    rejected(other, ErrorKind::Header, &words);
    let same = with("x-amz-security-token", "TOKEN");
    sign(&same, (&temporary, SECRET), now()).unwrap();

    // A presigned URL has them in the query, and must not repeat them as headers.
    for name in [
        "X-Amz-Date",
        "x-amz-security-token",
        "X-Amz-S3session-Token",
        "AUTHORIZATION",
    ] {
        for value in ["20150830T123600Z", "TOKEN"] {
            let request = Description::get(URL).header(name, value);
            let lower = name.to_lowercase();
            for (keys, token) in [
                (&keys(), SessionToken::Signed),
                (&temporary, SessionToken::Signed),
                (&temporary, SessionToken::Appended),
                (&temporary, SessionToken::S3Express),
            ] {
                let service = service.clone().session_token(token);
                let signed = presign(&request.of(&service), (keys, SECRET), HOUR, now());
                let error = signed.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Header);
                let message = error.to_string();
                assert!(message.to_lowercase().contains(&lower), "{message}");
                assert!(!message.contains("TOKEN"), "{message}");
            }
        }
    }
}

/// A request has one session token. Two names count as two tokens, and so does a token beside that
/// of the credentials, whatever its value.
#[test]
fn two_session_tokens_are_rejected() {
    let temporary = keys().with_session_token("TOKEN").unwrap();
    let (plain, session) = ("x-amz-security-token", "x-amz-s3session-token");
    let express = Service::new("us-east-1", "s3express").unwrap();
    let words = [plain, session, "two session tokens"];
    for token in [SessionToken::Signed, SessionToken::S3Express] {
        let service = express.clone().session_token(token);
        let both = service.get(URL).header(plain, "TOKEN");
        let both = both.header(session, "TOKEN");
        rejected(signed(&both), ErrorKind::Header, &words);
    }
    for (token, own, other) in [
        (SessionToken::Signed, plain, session),
        (SessionToken::Appended, plain, session),
        (SessionToken::S3Express, session, plain),
    ] {
        let service = express.clone().session_token(token);
        let with = |name: &'static str| service.get(URL).header(name, "TOKEN");
        let result = sign(&with(other), (&temporary, SECRET), now());
        rejected(result, ErrorKind::Header, &words);
        sign(&with(own), (&temporary, SECRET), now()).unwrap();
    }
}

#[test]
fn payload_hashes_have_to_agree() {
    let body = "Welcome to Amazon S3.";
    let hash = support::sha256_hex(body);
    let empty = support::sha256_hex("");
    let with =
        |value: &str| Description::new("PUT", URL).header("x-amz-content-sha256", value.to_owned());

    // The header and the payload have to agree in every way of signing.
    let payload = Payload::sha256_of(body);
    let words = [&*hash, &*empty];
    request_rejected(&with(&empty).payload(payload), ErrorKind::Payload, &words);
    request_rejected(
        &with(&hash).payload(Payload::Empty),
        ErrorKind::Payload,
        &words,
    );
    let words = ["UNSIGNED-PAYLOAD", &*hash];
    let unsigned = with("UNSIGNED-PAYLOAD").payload(payload);
    request_rejected(&unsigned, ErrorKind::Payload, &words);
    let unsigned = with(&hash).payload(Payload::Unsigned);
    request_rejected(&unsigned, ErrorKind::Payload, &words);
    request_accepted(&with(&hash).payload(payload));
    request_accepted(&with("UNSIGNED-PAYLOAD").payload(Payload::Unsigned));
    // Without a payload the header is signed.
    request_accepted(&with(&hash));

    for bad in [
        "",
        "abc",
        &hash.to_uppercase(),
        &hash[1..],
        "unsigned-payload",
        "STREAMING",
    ] {
        let words = ["x-amz-content-sha256", "64 lowercase hexadecimal digits"];
        request_rejected(&with(bad), ErrorKind::Payload, &words);
    }
    for good in [
        &hash,
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    ] {
        request_accepted(&with(good));
    }
    for bad in ["", "abc", &hash[1..], "UNSIGNED-PAYLOAD"] {
        rejected(
            Payload::from_hex(bad),
            ErrorKind::Payload,
            &["64 hexadecimal digits"],
        );
    }
    assert_eq!(Payload::from_hex(&hash).unwrap(), Payload::sha256_of(body));
}

/// The signature depends on these headers, so they can't be repeated, even with the same value.
/// Other headers can.
#[test]
fn repeated_headers_are_rejected_if_signing_reads_them() {
    let twice = |name: &'static str, one: &'static str, two: &'static str| {
        let request = Description::get(URL).header(name, one);
        request.header(name.to_uppercase(), two)
    };
    let (now_text, later) = ("20150830T123600Z", "20150830T123601Z");
    let keys = keys().with_session_token("TOKEN").unwrap();
    let service = service();
    for (name, one, two) in [
        ("x-amz-date", now_text, later),
        ("x-amz-date", now_text, now_text),
        ("x-amz-security-token", "TOKEN", "OTHER"),
        ("x-amz-security-token", "TOKEN", "TOKEN"),
    ] {
        let result = sign(&twice(name, one, two).of(&service), (&keys, SECRET), now());
        rejected(result, ErrorKind::Header, &[name, "duplicate"]);
    }
    let name = "x-amz-content-sha256";
    let request = twice(
        name,
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    );
    request_rejected(&request, ErrorKind::Header, &[name, "duplicate"]);
    let request = twice(name, "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD");
    request_rejected(&request, ErrorKind::Header, &[name, "duplicate"]);
    request_accepted(&twice("x-amz-meta-a", "1", "2"));
}

/// Proxies change these headers, so they are accepted unsigned, and are not among the headers that
/// have to be sent.
#[test]
fn headers_that_proxies_change_are_not_signed() {
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
    let service = service();
    let with = |name: &str| service.get(URL).header(name.to_owned(), "value");
    let plain = signed(&service.get(URL)).unwrap();
    for name in names {
        for name in [name.to_owned(), name.to_lowercase()] {
            let result = signed(&with(&name)).unwrap();
            assert_eq!(authorization(&result), authorization(&plain), "{name}");
            if !name.eq_ignore_ascii_case("authorization") {
                assert_eq!(result.not_covered().collect::<Vec<_>>(), [&name]);
                let url = presigned(&with(&name), HOUR).unwrap();
                assert_eq!(url.not_covered().collect::<Vec<_>>(), [&name]);
                assert_eq!(url.headers().count(), 0, "{name}");
                assert!(url.as_str().contains("SignedHeaders=host&"), "{url}");
            }
            // A name that only starts with it is signed.
            let other = format!("{name}x");
            let url = presigned(&with(&other), HOUR).unwrap();
            let to_send: Vec<_> = url.headers().collect();
            assert_eq!(to_send, [(other.as_str(), "value")]);
            assert_eq!(url.not_covered().count(), 0);
        }
    }
}

#[test]
fn times_out_of_range_are_rejected() {
    let service = service();
    let request = service.get(URL);
    for seconds in [-62_167_219_201, 253_402_300_800, i64::MIN, i64::MAX] {
        let at = Timestamp::from_unix_seconds(seconds);
        let words = ["years 0 to 9999"];
        let result = sign(&request, (&keys(), SECRET), at);
        rejected(result, ErrorKind::Time, &words);
        let result = presign(&request, (&keys(), SECRET), HOUR, at);
        rejected(result, ErrorKind::Time, &words);
    }
    for seconds in [-62_167_219_200, -1, 0, 253_402_300_799] {
        let at = Timestamp::from_unix_seconds(seconds);
        sign(&request, (&keys(), SECRET), at).unwrap();
        presign(&request, (&keys(), SECRET), HOUR, at).unwrap();
    }
    for bad in ["", "now", "20130524", "2013-05-24", "20130230T000000Z"] {
        rejected(
            bad.parse::<Timestamp>(),
            ErrorKind::Time,
            &["`", "20130524T000000Z"],
        );
    }
}
