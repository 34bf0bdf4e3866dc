//! Properties of every request: signatures agree with a second, plain implementation, order matters
//! only where the rules say so, keys survive encoding, and no input causes a panic.

use crate::support::signing::{Steps, authorization, presign, sign};
use crate::support::{self, Pairs, path_and_query, percent_decode, time, with_headers};
use presign::s3::Bucket;
use presign::v4::{CanonicalUri, Service, SessionToken};
use presign::{
    AddressingStyle, ContentDisposition, Credentials, Expiry, Payload, PresignedUrl, Request,
    SignatureVersion, Template, Timestamp,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;
use std::time::Duration;

fn cases(count: u32) -> Config {
    Config {
        failure_persistence: None,
        ..Config::with_cases(count)
    }
}

/// A second implementation of SigV4, from AWS's documents and as plain as possible: strings, sorted
/// maps, and crates for the hash and HMAC. It takes a URL whose path and query are percent-encoded.
mod reference {
    use crate::support::signing::Steps;
    use crate::support::{Pairs, hex, hmac_sha256, percent_decode, sha256_hex};
    use std::collections::BTreeMap;
    use time::OffsetDateTime;
    use time::format_description;

    pub struct Reference<'a> {
        pub id: &'a str,
        pub secret: &'a str,
        pub token: Option<&'a str>,
        pub seconds: i64,
        pub region: &'a str,
        pub service: &'a str,
        pub method: &'a str,
        pub host: &'a str,
        pub path: &'a str,
        pub query: &'a str,
        pub headers: &'a Pairs,
    }

    const NOT_SIGNED: [&str; 14] = [
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
        "traceparent",
        "tracestate",
        "baggage",
    ];

    fn encode(bytes: impl AsRef<[u8]>, keep_slash: bool) -> String {
        let mut text = String::new();
        for byte in bytes.as_ref() {
            match *byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    text.push(char::from(*byte));
                }
                b'/' if keep_slash => text.push('/'),
                byte => text.push_str(&format!("%{byte:02X}")),
            }
        }
        text
    }

    fn normalize(path: &str) -> String {
        let mut kept: Vec<&str> = Vec::new();
        for segment in path.split('/') {
            match segment {
                "" | "." => {}
                ".." => drop(kept.pop()),
                other => kept.push(other),
            }
        }
        let mut text = format!("/{}", kept.join("/"));
        if path.ends_with('/') && !text.ends_with('/') {
            text.push('/');
        }
        text
    }

    impl Reference<'_> {
        fn date_time(&self) -> String {
            let format = format_description::parse_borrowed::<2>(
                "[year][month][day]T[hour][minute][second]Z",
            );
            let moment = OffsetDateTime::from_unix_timestamp(self.seconds).unwrap();
            moment.format(&format.unwrap()).unwrap()
        }

        fn scope(&self) -> String {
            let date = &self.date_time()[..8];
            format!("{date}/{}/{}/aws4_request", self.region, self.service)
        }

        fn canonical_uri(&self) -> String {
            match (self.service, self.path) {
                ("s3", "") => "/".into(),
                ("s3", path) => encode(percent_decode(path), true),
                (_, path) => encode(normalize(path), true),
            }
        }

        /// Returns the lowercase names with their values.
        fn canonical_headers(&self, added: &[(&str, &str)]) -> BTreeMap<String, String> {
            let mut map: BTreeMap<String, Vec<String>> = BTreeMap::new();
            map.insert("host".into(), vec![self.host.to_lowercase()]);
            let given = self.headers.iter();
            let given = given.map(|(name, value)| (name.as_str(), value.as_str()));
            for (name, value) in given.chain(added.iter().copied()) {
                let name = name.to_lowercase();
                let words: Vec<_> = value.split_ascii_whitespace().collect();
                if !NOT_SIGNED.contains(&name.as_str()) {
                    map.entry(name).or_default().push(words.join(" "));
                }
            }
            map.into_iter()
                .map(|(name, values)| (name, values.join(",")))
                .collect()
        }

        fn canonical_query(&self, added: Vec<(&str, String)>) -> String {
            let mut params: Vec<(String, String)> = self
                .query
                .split('&')
                .filter(|param| !param.is_empty())
                .map(|param| {
                    let (name, value) = param.split_once('=').unwrap_or((param, ""));
                    let again = |text| encode(percent_decode(text), false);
                    (again(name), again(value))
                })
                .collect();
            for (name, value) in added {
                params.push((name.into(), encode(value, false)));
            }
            params.sort();
            let params: Vec<_> = params
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            params.join("&")
        }

        fn texts(&self, query: String, headers: &BTreeMap<String, String>, payload: &str) -> Steps {
            let lines: String = headers
                .iter()
                .map(|(name, value)| format!("{name}:{value}\n"))
                .collect();
            let names: Vec<_> = headers.keys().map(String::as_str).collect();
            let canonical_request = format!(
                "{}\n{}\n{query}\n{lines}\n{}\n{payload}",
                self.method,
                self.canonical_uri(),
                names.join(";"),
            );
            let string_to_sign = format!(
                "AWS4-HMAC-SHA256\n{}\n{}\n{}",
                self.date_time(),
                self.scope(),
                sha256_hex(&canonical_request)
            );
            let mut key = format!("AWS4{}", self.secret).into_bytes();
            for part in self.scope().split('/') {
                key = hmac_sha256(&key, part);
            }
            Steps {
                signature: hex(hmac_sha256(&key, &string_to_sign)),
                canonical_request,
                string_to_sign,
            }
        }

        pub fn presign(&self, expires: u64) -> Steps {
            let headers = self.canonical_headers(&[]);
            let names: Vec<_> = headers.keys().map(String::as_str).collect();
            let mut added = vec![
                ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
                ("X-Amz-Credential", format!("{}/{}", self.id, self.scope())),
                ("X-Amz-Date", self.date_time()),
                ("X-Amz-Expires", expires.to_string()),
                ("X-Amz-SignedHeaders", names.join(";")),
            ];
            added.extend(
                self.token
                    .map(|token| ("X-Amz-Security-Token", token.to_owned())),
            );
            let payload = match self.service {
                "s3" => "UNSIGNED-PAYLOAD".to_owned(),
                _ => sha256_hex(""),
            };
            self.texts(self.canonical_query(added), &headers, &payload)
        }

        pub fn sign(&self, body: &[u8]) -> Steps {
            let (hash, date_time) = (sha256_hex(body), self.date_time());
            let mut added = vec![("x-amz-date", date_time.as_str())];
            if self.service == "s3" {
                added.push(("x-amz-content-sha256", &hash));
            }
            added.extend(self.token.map(|token| ("x-amz-security-token", token)));
            let headers = self.canonical_headers(&added);
            self.texts(self.canonical_query(Vec::new()), &headers, &hash)
        }
    }
}

/// A request in parts, with its signer, time and service.
#[derive(Clone, Debug)]
struct Sample {
    id: String,
    secret: String,
    token: Option<String>,
    seconds: i64,
    region: String,
    service: &'static str,
    method: &'static str,
    scheme: &'static str,
    host: String,
    path: String,
    params: Vec<String>,
    headers: Pairs,
}

impl Sample {
    fn query(&self) -> String {
        self.params.join("&")
    }

    fn url(&self) -> String {
        let Sample {
            scheme, host, path, ..
        } = self;
        if self.params.is_empty() {
            format!("{scheme}://{host}{path}")
        } else {
            format!("{scheme}://{host}{path}?{}", self.query())
        }
    }

    fn request<'a>(&'a self, service: &'a Service) -> Request<'a> {
        let request = service.request(self.method, self.url());
        with_headers(request, &self.headers)
    }

    fn credentials(&self) -> Credentials {
        support::credentials(&self.id, &self.secret, self.token.as_deref())
    }

    fn service(&self) -> Service {
        Service::new(&*self.region, self.service).unwrap()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.seconds)
    }

    fn reference<'a>(&'a self, query: &'a str) -> reference::Reference<'a> {
        reference::Reference {
            id: &self.id,
            secret: &self.secret,
            token: self.token.as_deref(),
            seconds: self.seconds,
            region: &self.region,
            service: self.service,
            method: self.method,
            host: &self.host,
            path: &self.path,
            query,
            headers: &self.headers,
        }
    }
}

/// Pieces of a percent-encoded path, canonical or not. S3's rule rejects escaped slashes and dots.
fn path_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Za-z0-9._~-]{1,3}",
        2 => "%([013-9a-fA-F][0-9a-fA-F]|2[0-9a-dA-D])",
        3 => Just("/".to_owned()),
        2 => select(vec!["/.", "/..", "//", "/./", "/../", "ü", "%C3%BC", "%c3%bc", " ", "%3F"]).prop_map(String::from),
        1 => "[!$&'()*+,;=:@|\\^\"<>]",
    ]
}

fn query_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-fA-F0-9._~-]{1,3}",
        2 => "%[0-9a-fA-F]{2}",
        1 => select(vec!["ü", " ", "日", "%E6%97%A5"]).prop_map(String::from),
        1 => "[!$'()*+,;:@/?|\\^\"<>]",
    ]
}

fn joined(piece: impl Strategy<Value = String>, most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(piece, 0..=most).prop_map(|pieces| pieces.concat())
}

/// `name`, `name=`, `=value` or `name=value=value`, but never an empty text.
fn param() -> impl Strategy<Value = String> {
    let value = prop::option::of(joined(query_piece(), 3));
    let more = prop::option::of(joined(query_piece(), 1));
    (joined(query_piece(), 2), value, more)
        .prop_map(|(name, value, more)| match (value, more) {
            (None, _) => name,
            (Some(value), None) => format!("{name}={value}"),
            (Some(value), Some(more)) => format!("{name}={value}={more}"),
        })
        .prop_filter("a parameter", |param| !param.is_empty())
}

fn headers() -> impl Strategy<Value = Pairs> {
    let names = [
        "Content-Type",
        "content-type",
        "A",
        "a-b",
        "a.b",
        "Range",
        "X-Amz-Meta-A",
        "x-amz-meta-a",
        "x-amz-meta-a-b",
        "Zebra",
        "User-Agent",
        "Expect",
        "TE",
        "traceparent",
    ];
    let value = "[ \tA-Za-z0-9,;\"ü\u{a0}%]{0,10}";
    let header = (select(names.to_vec()).prop_map(String::from), value);
    prop::collection::vec(header, 0..20)
}

fn sample() -> impl Strategy<Value = Sample> {
    let signer = (
        "[A-Za-z0-9/+=]{1,20}",
        "[!-~]([ -~ü]{0,80}[!-~])?",
        prop::option::of("[!-~]{1,40}"),
        -62_167_219_200i64..=253_402_300_799,
        "[a-z0-9-]{1,16}",
    );
    let request = (
        select(vec!["s3", "service", "execute-api"]),
        select(vec!["GET", "PUT", "POST", "PROPFIND"]),
        select(vec!["http", "https"]),
        "[A-Za-z0-9][A-Za-z0-9.-]{0,20}(:[1-9][0-9]{3})?",
    );
    let url = (
        prop_oneof![
            1 => Just(String::new()),
            9 => joined(path_piece(), 12).prop_map(|path| format!("/{path}")),
        ],
        prop::collection::vec(param(), 0..12),
        headers(),
    );
    (signer, request, url).prop_map(|(signer, request, url)| Sample {
        id: signer.0,
        secret: signer.1,
        token: signer.2,
        seconds: signer.3,
        region: signer.4,
        service: request.0,
        method: request.1,
        scheme: request.2,
        host: request.3,
        path: url.0,
        params: url.1,
        headers: url.2,
    })
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn presigned_urls_agree_with_the_reference(sample in sample(), expires in 1u64..=604_800) {
        let (service, query) = (sample.service(), sample.query());
        let keys = (&sample.credentials(), &*sample.secret);
        let expires_in = Duration::from_secs(expires);
        let signed = presign(&sample.request(&service), keys, expires_in, sample.now()).unwrap();
        let reference = sample.reference(&query).presign(expires);
        prop_assert_eq!(&signed.steps, &reference);
        let end = format!("&X-Amz-Signature={}", reference.signature);
        prop_assert!(signed.result.as_str().ends_with(&end));
    }

    #[test]
    fn signed_headers_agree_with_the_reference(sample in sample(), body: Vec<u8>) {
        let (service, query) = (sample.service(), sample.query());
        let keys = (&sample.credentials(), &*sample.secret);
        let request = sample.request(&service).payload(Payload::sha256_of(&body));
        let signed = sign(&request, keys, sample.now()).unwrap();
        let reference = sample.reference(&query).sign(&body);
        prop_assert_eq!(&signed.steps, &reference);
        let end = format!(", Signature={}", reference.signature);
        prop_assert!(authorization(&signed.result).ends_with(&end));
    }

    /// The order of parameters doesn't matter, and neither does the order of headers with different
    /// names.
    #[test]
    fn order_does_not_matter(sample in sample(), swaps: Vec<(Index, Index)>) {
        let mut other = sample.clone();
        for (one, two) in swaps {
            if !other.params.is_empty() {
                let count = other.params.len();
                other.params.swap(one.index(count), two.index(count));
            }
            // Only neighbours are swapped, so that headers of the same name keep their order.
            if other.headers.len() > 1 {
                let at = one.index(other.headers.len() - 1);
                let (left, right) = (&other.headers[at].0, &other.headers[at + 1].0);
                if !left.eq_ignore_ascii_case(right) {
                    other.headers.swap(at, at + 1);
                }
            }
        }
        prop_assert_eq!(url_steps(&sample), url_steps(&other));
        prop_assert_eq!(header_steps(&sample), header_steps(&other));
    }

    /// Without the parameters that signing added, a presigned URL signs to the same URL.
    #[test]
    fn canonicalisation_is_idempotent(sample in sample()) {
        let (service, now, minute) = (sample.service(), sample.now(), Duration::from_secs(60));
        let (keys, secret) = (sample.credentials(), &*sample.secret);
        let first = presign(&sample.request(&service), (&keys, secret), minute, now).unwrap();
        let (address, query) = first.result.as_str().split_once('?').unwrap();
        let kept: Vec<_> = query.split('&').filter(|param| !param.starts_with("X-Amz-")).collect();
        let again = if kept.is_empty() {
            address.to_owned()
        } else {
            format!("{address}?{}", kept.join("&"))
        };
        let again = with_headers(service.request(sample.method, again), &sample.headers);
        let second = presign(&again, (&keys, secret), minute, now).unwrap();
        prop_assert_eq!(first.result.as_str(), second.result.as_str());
        prop_assert_eq!(first.steps, second.steps);
    }
}

fn url_steps(sample: &Sample) -> Steps {
    let (service, minute) = (sample.service(), Duration::from_secs(60));
    let keys = (&sample.credentials(), &*sample.secret);
    let signed = presign(&sample.request(&service), keys, minute, sample.now());
    signed.unwrap().steps
}

fn header_steps(sample: &Sample) -> Steps {
    let service = sample.service();
    let keys = (&sample.credentials(), &*sample.secret);
    let request = sample.request(&service).payload(Payload::Empty);
    sign(&request, keys, sample.now()).unwrap().steps
}

/// The values of a repeated header are signed in the order given.
#[test]
fn the_order_of_repeated_headers_matters() {
    let keys = Credentials::new("AKIDEXAMPLE", "secret").unwrap();
    let service = Service::new("us-east-1", "service").unwrap();
    let canonical_request = |one, two| {
        let request = service.get("https://example.com/");
        let request = request.header("a", one).header("A", two);
        let now = time("20150830T123600Z");
        let signed = sign(&request, (&keys, "secret"), now).unwrap();
        signed.steps.canonical_request
    };
    assert!(canonical_request("2", "1").contains("\na:2,1\n"));
    assert!(canonical_request("1", "2").contains("\na:1,2\n"));
}

/// Buckets with each addressing style.
fn bucket(version: SignatureVersion) -> impl Strategy<Value = Bucket> {
    let builder = || Bucket::builder("examplebucket", "us-east-1").signature_version(version);
    let buckets = [
        builder(),
        builder().addressing_style(AddressingStyle::Path),
        builder().dualstack().fips(),
        builder().accelerate(),
        builder().endpoint("http://[::1]:9000"),
        builder().endpoint("https://gw.example.com:8443/a%20b/"),
        builder()
            .endpoint("https://cdn.example.com")
            .addressing_style(AddressingStyle::Domain),
    ];
    let buckets = buckets.map(|builder| builder.build().unwrap());
    select(buckets.to_vec())
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z%/. +~&=?#;:@ü日]{1,12}",
        Just("%2F%2f%25/../ ./\0".to_owned()),
        "\\PC{100,250}",
    ]
    .prop_filter("a key", |key| !key.is_empty())
}

const EXAMPLE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const EXAMPLE_TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE==";

fn example_credentials() -> Credentials {
    support::credentials("AKIDEXAMPLE", EXAMPLE_SECRET, Some(EXAMPLE_TOKEN))
}

proptest! {
    #![proptest_config(cases(400))]

    /// Decoding the path returns the key, and decoding a parameter returns its value.
    #[test]
    fn keys_and_values_survive_encoding(bucket in bucket(SignatureVersion::V4), key in key(), value: String) {
        let (keys, now, hour) = (example_credentials(), time("20130524T000000Z"), Duration::from_secs(3600));
        // The key `x` needs no encoding, so the text before it precedes every key.
        let request = |key: &str| bucket.get(key.to_owned()).response_content_type(&*value);
        let short = request("x").url().unwrap();
        let (front, _) = short.split_once('?').unwrap();
        let front = front.strip_suffix('x').unwrap();

        let url = request(&key).presign(&keys, hour, now).unwrap();
        let (address, query) = url.as_str().split_once('?').unwrap();
        let path = address.strip_prefix(front).unwrap();
        prop_assert_eq!(percent_decode(path), key.as_bytes());
        let canonical = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
        prop_assert!(path.bytes().all(canonical), "{}", path);
        prop_assert!(path.split('%').skip(1).all(|escape| {
            escape.bytes().take(2).all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F'))
        }), "{}", path);
        let found = query.split('&').find_map(|param| param.strip_prefix("response-content-type="));
        prop_assert_eq!(percent_decode(found.unwrap()), value.as_bytes());
        let token = query.split('&').find_map(|param| param.strip_prefix("X-Amz-Security-Token="));
        prop_assert_eq!(percent_decode(token.unwrap()), EXAMPLE_TOKEN.as_bytes());
    }

    /// A row of a template is the presigned URL, in any second of the years 1 to 9999.
    #[test]
    fn rows_are_the_presigned_urls(
        bucket in bucket(SignatureVersion::V4),
        list in prop::collection::vec(key(), 1..5),
        later in -61_000_000_000i64..250_000_000_000,
    ) {
        let (keys, now, hour) = (example_credentials(), time("20130524T000000Z"), Duration::from_secs(3600));
        let later = Timestamp::from_unix_seconds(later);
        let template = with_parameters(bucket.request("PUT")).template(&keys, hour, now).unwrap();
        for key in &list {
            for at in [now, later] {
                let url = with_parameters(bucket.put(key)).presign(&keys, hour, at).unwrap();
                assert_row(&template, key, at, &url)?;
            }
        }
    }

    /// Rows of SigV2 templates, with sub-resources, overrides, unsigned parameters, headers and a
    /// token in any order, at any second of the years 1970 to 9999.
    #[test]
    fn sigv2_rows_are_the_presigned_urls(
        bucket in bucket(SignatureVersion::V2),
        list in prop::collection::vec(key(), 1..5),
        params in prop::collection::vec(
            (select(vec!["response-content-disposition", "versionId", "x-id", "acl", "a b"]), option::of(any::<String>())),
            0..4,
        ),
        value in "[a-z ü,]{0,90}",
        with_token: bool,
        now in 0i64..253_000_000_000,
        later in 0i64..253_000_000_000,
    ) {
        let keys = example_credentials();
        let keys = if with_token {
            keys
        } else {
            keys.with_session_token("").unwrap()
        };
        let (now, later) = (Timestamp::from_unix_seconds(now), Timestamp::from_unix_seconds(later));
        let hour = Duration::from_secs(3600);
        let template = described(bucket.request("PUT"), &value, &params).template(&keys, hour, now).unwrap();
        for key in &list {
            for at in [now, later] {
                let url = described(bucket.put(key), &value, &params).presign(&keys, hour, at).unwrap();
                assert_row(&template, key, at, &url)?;
            }
        }
    }

    /// A bucket and a service sign the same URL alike.
    #[test]
    fn a_bucket_signs_as_a_service_does(bucket in bucket(SignatureVersion::V4), key in key(), value: String) {
        let (keys, now, hour) = (example_credentials(), time("20130524T000000Z"), Duration::from_secs(3600));
        let keys = (&keys, EXAMPLE_SECRET);
        let one = bucket.get(key).query("prefix", value).header("Range", "bytes=0-9");
        let service = Service::new(bucket.region(), "s3").unwrap();
        let two = service.get(one.url().unwrap()).header("Range", "bytes=0-9");
        let steps = |request: &Request<'_>| presign(request, keys, hour, now).unwrap().steps;
        prop_assert_eq!(steps(&one), steps(&two));
        let [one, two] = [one, two].map(|request| request.payload(Payload::Unsigned));
        let steps = |request: &Request<'_>| sign(request, keys, now).unwrap().steps;
        prop_assert_eq!(steps(&one), steps(&two));
    }
}

/// Adds parameters before, between and after those of the signature.
fn with_parameters(request: Request<'_>) -> Request<'_> {
    request
        .header("Content-Type", "text/plain")
        .query("a", "1")
        .query("Date", "20130524T000000Z")
        .query("X-Amz-Credit", "20130524")
        .query("x-id", "PutObject")
}

/// Adds headers and parameters to a request that is signed with SigV2.
fn described<'a>(
    request: Request<'a>,
    header: &'a str,
    params: &'a [(&'a str, Option<String>)],
) -> Request<'a> {
    let request = request
        .header("Content-Type", "text/plain")
        .header("X-Amz-Meta-A", header);
    let params = params.iter();
    params.fold(request, |request, (name, value)| match value {
        Some(value) => request.query(*name, value),
        None => request.query_flag(*name),
    })
}

/// Checks each method of a template against the presigned URL of the key.
fn assert_row(
    template: &Template,
    key: &str,
    now: Timestamp,
    expected: &PresignedUrl,
) -> Result<(), TestCaseError> {
    let mut buffer = String::new();
    template.presign_into(key, now, &mut buffer).unwrap();
    prop_assert_eq!(&buffer, expected.as_str());
    let url = template.presign(key, now).unwrap();
    prop_assert_eq!(url.as_str(), expected.as_str());
    prop_assert_eq!(url.expires_at(), expected.expires_at());
    prop_assert_eq!(template.expires_at(now).unwrap(), expected.expires_at());
    prop_assert_eq!(url.method(), expected.method());
    prop_assert!(url.headers().eq(expected.headers()));
    prop_assert!(template.headers().eq(expected.headers()));
    prop_assert!(url.not_covered().eq(expected.not_covered()));
    Ok(())
}

/// Text that often passes the first check.
fn nearly_valid_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https?://)?[a-z.:@\\[\\]0-9]{0,10}(/[ -~]{0,20})?(\\?[ -~]{0,20})?",
        "https://example.com/\\PC*",
        "https://example.com/?\\PC*",
        "(https?|ftp|)://\\PC{0,20}",
    ]
}

/// Empty half of the time, because most arbitrary values are rejected and hide the later checks.
fn often_empty<T: std::fmt::Debug + Clone>(
    item: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![Just(Vec::new()), prop::collection::vec(item, 1..3)]
}

fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), 0i64..4_102_444_800]
}

proptest! {
    #![proptest_config(cases(600))]

    /// Signing accepts or rejects any input without a panic. Other files test which of the two.
    #[test]
    fn no_request_panics(
        method in prop_oneof![Just("GET".to_owned()), any::<String>()],
        url in nearly_valid_text(),
        headers in often_empty(any::<(String, String)>()),
        value in "\\PC{0,8}",
        params in often_empty(any::<(String, Option<String>)>()),
        service in select(vec!["s3", "service"]),
        rule in select(vec![CanonicalUri::S3, CanonicalUri::Normalized, CanonicalUri::Unnormalized]),
        expires_in: Duration,
        seconds in moment(),
    ) {
        let service = Service::new("us-east-1", service)
            .unwrap()
            .canonical_uri(rule)
            .session_token(SessionToken::Appended);
        let mut request = service.request(method, url).header("x-custom", value);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for (name, value) in params {
            request = match value {
                Some(value) => request.query(name, value),
                None => request.query_flag(name),
            };
        }
        let keys = (&example_credentials(), EXAMPLE_SECRET);
        let now = Timestamp::from_unix_seconds(seconds);
        let hour = Duration::from_secs(3600);
        for expires_in in [expires_in, hour] {
            let url = presign(&request, keys, expires_in, now);
            let _ = format!("{request:?} {url:?}");
        }
        let _ = request.url();
        let request = request.payload(Payload::Unsigned);
        let _ = format!("{:?}", sign(&request, keys, now));
    }

    #[test]
    fn no_bucket_or_key_panics(
        name in prop_oneof![any::<String>(), "[a-zA-Z0-9.-]{0,70}"],
        region in prop_oneof![any::<String>(), "[a-z0-9-]{0,20}"],
        endpoint in prop::option::of(nearly_valid_text()),
        style in select(vec![
            AddressingStyle::Auto,
            AddressingStyle::Virtual,
            AddressingStyle::Path,
            AddressingStyle::Domain,
        ]),
        options: [bool; 4],
        version in select(vec![SignatureVersion::V2, SignatureVersion::V4]),
        key: String,
        text: String,
        seconds in moment(),
    ) {
        let mut builder = Bucket::builder(name, region)
            .addressing_style(style)
            .signature_version(version);
        if let Some(endpoint) = endpoint {
            builder = builder.endpoint(endpoint);
        }
        let [dualstack, fips, accelerate, global] = options;
        for (chosen, option) in [
            (dualstack, presign::s3::BucketBuilder::dualstack as fn(_) -> _),
            (fips, presign::s3::BucketBuilder::fips),
            (accelerate, presign::s3::BucketBuilder::accelerate),
            (global, presign::s3::BucketBuilder::global_endpoint),
        ] {
            // Two options are usually rejected together, so half of the time only one is set.
            if chosen && key.len() % 2 == 0 {
                builder = option(builder);
            }
        }
        let Ok(bucket) = builder.build() else {
            return Ok(());
        };
        let (keys, now, hour) = (
            example_credentials(),
            Timestamp::from_unix_seconds(seconds),
            Duration::from_secs(3600),
        );
        let request = bucket
            .get(key.clone())
            .response_content_disposition(ContentDisposition::attachment(text.clone()))
            .query(text.clone(), text.clone())
            .query_flag(text.clone())
            .header(text.clone(), text);
        let _ = request.url();
        let _ = request.presign(&keys, hour, now);
        let _ = request.sign(&keys, now);
        if let Ok(template) = bucket.request("GET").template(&keys, hour, now) {
            prop_assert_eq!(template.presign(&key, now).is_ok(), !key.is_empty());
        }
    }

    #[test]
    fn no_credentials_scope_time_or_hash_panics(
        id: String,
        secret: String,
        token: String,
        region: String,
        service: String,
        text in prop_oneof![any::<String>(), "[0-9]{8}T[0-9]{6}Z", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z]{0,16}"],
        seconds: i64,
        other: i64,
        duration: Duration,
    ) {
        let keys = Credentials::new(id, secret).and_then(|keys| keys.with_session_token(token));
        let keys = keys.unwrap_or_else(|_| example_credentials());
        let now = Timestamp::from_unix_seconds(seconds);
        let keys = keys.with_expiration(Timestamp::from_unix_seconds(other));
        let rounded = now.round_down(duration);
        prop_assert!(rounded <= now);
        let _ = (now.saturating_add(duration), now.to_string());
        if let Ok(service) = Service::new(region, service) {
            let request = service.get("https://example.com/");
            let other = Timestamp::from_unix_seconds(other);
            for expiry in [Expiry::from(Duration::from_secs(60)), Expiry::at_most(duration), Expiry::at(other)] {
                let _ = request.presign(&keys, expiry, now);
            }
            let _ = request.sign(&keys, now);
        }
        let _ = Payload::from_hex(&text);
        if let Ok(read) = text.parse::<Timestamp>() {
            prop_assert_eq!(read.to_string().parse(), Ok(read));
        }
    }
}

/// The plain implementation agrees with a published example, so agreeing with it is meaningful.
#[test]
fn the_reference_agrees_with_a_published_example() {
    let headers = vec![(
        "Content-Type".to_owned(),
        "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
    )];
    let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    let (path, query) = path_and_query(url);
    let reference = reference::Reference {
        id: "AKIDEXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        token: None,
        seconds: time("20150830T123600Z").unix_seconds(),
        region: "us-east-1",
        service: "iam",
        method: "GET",
        host: "iam.amazonaws.com",
        path,
        query,
        headers: &headers,
    };
    assert_eq!(
        reference.sign(b"").signature,
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
    assert_eq!(
        reference.presign(60).signature,
        "37ac2f4fde00b0ac9bd9eadeb459b1bbee224158d66e7ae5fcadb70b2d181d02"
    );
}
