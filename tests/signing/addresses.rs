//! Every way to address S3.
//!
//! `tests/vectors/addresses.jsonl` is a table of addresses, style × partition × option × kind of
//! name, each with the signature of a presigned URL. It was made with botocore 1.44.5 (Apache-2.0),
//! independently of this crate. botocore's endpoint provider computes the address from its endpoint
//! rules for S3 (`data/s3/2006-03-01/endpoint-rule-set-1.json`, `data/partitions.json`), and its
//! percent-encoding of the key gives the path. Its signers `S3SigV4QueryAuth` and
//! `S3ExpressQueryAuth` compute the signature with the clock at 2013-05-24T00:00:00Z and an expiry
//! of 3600 seconds.
//!
//! In each line `given` is the input. `expected` has the URL, the scheme, service and region of the
//! signature, the signature, and the name of the token's parameter; `refused` instead has the error
//! of the rules. `signature_v2`, for buckets, is the SigV2 signature of a GET that expires at
//! 1369357200. Python's `hmac` computed it over the string to sign of AWS's documents: the bucket,
//! if the host names it, and the path of the URL.
//!
//! Path style is `ForcePathStyle` in those rules. It is also set for `auto` with a custom endpoint,
//! where this crate chooses path style for a bucket. `UseGlobalEndpoint` and `UseArnRegion` are
//! false except in the cases that ask for them.
//!
//! This crate differs from the rules on purpose, and the tests below cover each difference:
//! - Acceleration is rejected outside the partition `aws` ([`rejected_only_here`]); the rules
//!   reject it only in China.
//! - The global host belongs to AWS in every region of the partition `aws`
//!   (`the_global_host_is_global`).
//! - Directory buckets with an explicit path style, and access points with the global host, are
//!   rejected; the rules ignore the option (`options_are_never_ignored`).
//! - An Outposts access point keeps the scheme and path of a custom endpoint
//!   (`outposts_keep_the_endpoint`).
//! - A base path is decoded and encoded once (`base_paths_are_encoded_once`).
//! - A bucket alone in path style is `/b`.

use crate::support::signing;
use crate::support::signing::authorization;
use core::time::Duration;
use presign::s3::{Bucket, BucketBuilder};
use presign::v4::{Service, SessionToken};
use presign::{
    AddressingStyle, Credentials, Error, ErrorKind, Expiry, Payload, Request, SignatureVersion,
    Timestamp,
};
use serde::Deserialize;

const TABLE: &str = include_str!("../vectors/addresses.jsonl");

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const HOUR: Duration = Duration::from_secs(3600);

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Case {
    given: Given,
    expected: Option<Expected>,
    refused: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
struct Given {
    bucket: String,
    region: String,
    style: String,
    endpoint: Option<String>,
    key: Option<String>,
    session_token: Option<String>,
    #[serde(default)]
    dualstack: bool,
    #[serde(default)]
    fips: bool,
    #[serde(default)]
    accelerate: bool,
    #[serde(default)]
    global_endpoint: bool,
    #[serde(default)]
    use_arn_region: bool,
    #[serde(default)]
    disable_session_auth: bool,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Expected {
    url: String,
    scheme: String,
    service: String,
    region: String,
    signature: Option<String>,
    token_parameter: Option<String>,
    signature_v2: Option<String>,
}

impl Given {
    fn builder(&self) -> BucketBuilder {
        let mut builder =
            Bucket::builder(&self.bucket, &self.region).addressing_style(match &*self.style {
                "auto" => AddressingStyle::Auto,
                "virtual" => AddressingStyle::Virtual,
                "path" => AddressingStyle::Path,
                other => panic!("{other}"),
            });
        if let Some(endpoint) = &self.endpoint {
            builder = builder.endpoint(endpoint);
        }
        for (chosen, option) in [
            (self.dualstack, BucketBuilder::dualstack as fn(_) -> _),
            (self.fips, BucketBuilder::fips),
            (self.accelerate, BucketBuilder::accelerate),
            (self.global_endpoint, BucketBuilder::global_endpoint),
            (self.use_arn_region, BucketBuilder::use_arn_region),
            (
                self.disable_session_auth,
                BucketBuilder::disable_session_auth,
            ),
        ] {
            if chosen {
                builder = option(builder);
            }
        }
        builder
    }

    fn credentials(&self) -> Credentials {
        match &self.session_token {
            Some(token) => credentials().with_session_token(token).unwrap(),
            None => credentials(),
        }
    }

    fn builder_v2(&self) -> BucketBuilder {
        self.builder().signature_version(SignatureVersion::V2)
    }

    fn get<'a>(&'a self, bucket: &'a Bucket) -> Request<'a> {
        match &self.key {
            Some(key) => bucket.get(key),
            None => bucket.request("GET"),
        }
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET).unwrap()
}

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

fn table() -> Vec<Case> {
    TABLE
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The rules accept acceleration outside the partition `aws`. AWS's documents don't, so it is
/// rejected here (<https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-s3.html>).
fn rejected_only_here(given: &Given) -> bool {
    given.accelerate && !matches!(&*given.region, "us-east-1" | "us-west-2" | "eu-central-1")
}

fn parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = url.split_once('?')?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[test]
fn addresses_are_those_of_the_rules() {
    let (mut accepted, mut rejected) = (0, 0);
    for Case {
        given,
        expected,
        refused: rule,
    } in table()
    {
        let built = given.builder().build();
        let Some(expected) = expected.filter(|_| !rejected_only_here(&given)) else {
            let error = built.expect_err(&format!("{given:?}: {rule:?}"));
            assert!(error.to_string().len() > 30, "{error}");
            rejected += 1;
            continue;
        };
        let bucket = built.unwrap_or_else(|error| panic!("{given:?}: {error}"));
        accepted += 1;
        let get = given.get(&bucket);
        assert_eq!(get.url().unwrap(), expected.url, "{given:?}");
        assert_eq!(bucket.region(), expected.region, "{given:?}");
        assert_eq!(bucket.name(), given.bucket);
        let link = get.presign(&given.credentials(), HOUR, now());
        let Some(signature) = expected.signature else {
            assert_eq!(expected.scheme, "sigv4a");
            if cfg!(feature = "sigv4a") {
                let link = link.unwrap();
                assert_eq!(parameter(link.as_str(), "X-Amz-Region-Set"), Some("%2A"));
            } else {
                assert_eq!(link.unwrap_err().kind(), ErrorKind::Unsupported);
            }
            continue;
        };
        let link = link.unwrap_or_else(|error| panic!("{given:?}: {error}"));
        let url = link.as_str();
        assert_eq!(
            parameter(url, "X-Amz-Signature"),
            Some(&*signature),
            "{url}"
        );
        let scope = format!("%2F{}%2F{}%2F", expected.region, expected.service);
        assert!(
            parameter(url, "X-Amz-Credential").unwrap().contains(&scope),
            "{url}"
        );
        for name in ["X-Amz-Security-Token", "X-Amz-S3session-Token"] {
            let there = expected.token_parameter.as_deref() == Some(name);
            assert_eq!(parameter(url, name).is_some(), there, "{name} in {url}");
        }
        assert_eq!(link.headers().count(), 0, "{url}");
    }
    assert_eq!((accepted, rejected), (439, 372));
}

/// SigV2 has the same addresses, and only buckets support it.
#[test]
fn sigv2_addresses_are_those_of_the_rules() {
    let (mut accepted, mut rejected) = (0, 0);
    for case in table() {
        let Some(expected) = &case.expected else {
            continue;
        };
        if rejected_only_here(&case.given) {
            continue;
        }
        let built = case.given.builder_v2().build();
        let Some(signature) = &expected.signature_v2 else {
            assert_eq!(built.unwrap_err().kind(), ErrorKind::Unsupported);
            rejected += 1;
            continue;
        };
        let bucket = built.unwrap();
        let until = Expiry::at(Timestamp::from_unix_seconds(1369357200));
        let (keys, get) = (case.given.credentials(), case.given.get(&bucket));
        let link = signing::presign(&get, (&keys, SECRET), until, now());
        let link = link.unwrap().result;
        let (address, _) = link.as_str().split_once('?').unwrap();
        assert_eq!(address, expected.url);
        let encoded = signature
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        assert_eq!(
            parameter(link.as_str(), "Signature"),
            Some(&*encoded),
            "{link}"
        );
        let shown = case.given.builder_v2();
        let shown = shown.public_url("https://cdn.example.com");
        let shown = shown.build().unwrap();
        let shown = case.given.get(&shown).presign(&keys, until, now());
        let shown = shown.unwrap();
        assert!(shown.as_str().starts_with("https://cdn.example.com/"));
        assert_eq!(parameter(shown.as_str(), "Signature"), Some(&*encoded));
        accepted += 1;
    }
    assert_eq!((accepted, rejected), (169, 270));
}

/// Rows of a template have the same addresses.
#[test]
fn templates_have_the_same_addresses() {
    for case in table() {
        let (Some(expected), Some(key)) = (&case.expected, &case.given.key) else {
            continue;
        };
        if rejected_only_here(&case.given) {
            continue;
        }
        let bucket = case.given.builder().build().unwrap();
        let (get, keys) = (bucket.request("GET"), case.given.credentials());
        let template = get.template(&keys, HOUR, now());
        match &expected.signature {
            None if cfg!(feature = "sigv4a") => {
                let link = template.unwrap().presign(key, now()).unwrap();
                let one = case.given.get(&bucket).presign(&keys, HOUR, now()).unwrap();
                assert_eq!(link.as_str(), one.as_str());
            }
            None => assert_eq!(template.unwrap_err().kind(), ErrorKind::Unsupported),
            Some(signature) => {
                // One template is prepared for the second of the table, the other for a later one.
                let later = get.template(&keys, HOUR, now().saturating_add(HOUR));
                for template in [template.unwrap(), later.unwrap()] {
                    let link = template.presign(key, now()).unwrap();
                    assert!(link.as_str().starts_with(&expected.url), "{link}");
                    assert!(link.as_str().ends_with(signature.as_str()), "{link}");
                }
            }
        }
    }
}

/// A public URL changes only the start of a presigned URL; the signature is still botocore's.
#[test]
fn a_public_url_is_not_signed() {
    for shown in ["https://cdn.example.com", "http://localhost:9000/s3/"] {
        for case in table() {
            let Some(expected) = &case.expected else {
                continue;
            };
            let Some(signature) = &expected.signature else {
                continue;
            };
            if rejected_only_here(&case.given) {
                continue;
            }
            let bucket = case.given.builder().public_url(shown).build().unwrap();
            let get = case.given.get(&bucket);
            let path = expected.url.splitn(4, '/').nth(3).unwrap();
            let url = format!("{}/{path}", shown.trim_end_matches('/'));
            assert_eq!(get.url().unwrap(), url);
            let credentials = case.given.credentials();
            let link = get.presign(&credentials, HOUR, now()).unwrap();
            assert!(link.as_str().starts_with(&format!("{url}?")), "{link}");
            assert!(link.as_str().ends_with(signature.as_str()), "{link}");
            assert_eq!(link.headers().count(), 0, "the proxy sends the host");
            if let Some(key) = &case.given.key {
                let template = bucket.request("GET").template(&credentials, HOUR, now());
                let row = template.unwrap().presign(key, now()).unwrap();
                assert_eq!(row.as_str(), link.as_str());
            }
        }
    }
}

#[test]
fn public_urls_are_validated() {
    let shown = |url: &str| {
        let bucket = Bucket::builder("examplebucket", "us-east-1").public_url(url);
        bucket.build()?.get("a b").url()
    };
    for (url, expected) in [
        ("https://cdn.example.com", "https://cdn.example.com/a%20b"),
        ("https://cdn.example.com/", "https://cdn.example.com/a%20b"),
        (
            "HTTPS://CDN.Example.com:443",
            "https://cdn.example.com/a%20b",
        ),
        (
            "https://[2001:DB8::1]:8443",
            "https://[2001:db8::1]:8443/a%20b",
        ),
        (
            "http://localhost:9000/a%7eb",
            "http://localhost:9000/a~b/a%20b",
        ),
    ] {
        assert_eq!(shown(url).unwrap(), expected);
    }
    for (url, kind) in [
        ("cdn.example.com", ErrorKind::Url),
        ("", ErrorKind::Url),
        ("ftp://cdn.example.com", ErrorKind::Url),
        ("https://user@cdn.example.com", ErrorKind::Url),
        ("https://cdn.example.com/#top", ErrorKind::Url),
        ("https://cdn.example.com/%zz", ErrorKind::Url),
        ("https://cdn.example.com?a=b", ErrorKind::Endpoint),
    ] {
        assert_eq!(shown(url).unwrap_err().kind(), kind, "{url}");
    }
}

/// A given Host header is signed and has to be sent, whatever the public URL is.
#[test]
fn a_given_host_is_a_header_to_send() {
    let bucket = Bucket::builder("examplebucket", "us-east-1")
        .public_url("http://127.0.0.1:8080")
        .build()
        .unwrap();
    let own = "examplebucket.s3.us-east-1.amazonaws.com";
    let plain = bucket
        .get("a")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let given = bucket.get("a").header("Host", own);
    let given = given.presign(&credentials(), HOUR, now()).unwrap();
    assert_eq!(given.as_str(), plain.as_str());
    let other = bucket.get("a").header("Host", "minio:9000");
    let other = other.presign(&credentials(), HOUR, now()).unwrap();
    assert_eq!(
        other.headers().collect::<Vec<_>>(),
        [("host", "minio:9000")]
    );
    assert_ne!(other.as_str(), plain.as_str());
}

fn url(builder: BucketBuilder) -> Result<String, Error> {
    builder.build()?.get("k").url()
}

#[track_caller]
fn accepts(builder: BucketBuilder, expected: &str) {
    assert_eq!(url(builder).unwrap(), expected);
}

#[track_caller]
fn rejects(builder: BucketBuilder, kind: ErrorKind, reason: &str) {
    let error = url(builder).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(reason), "{error}");
}

fn aws(name: &str) -> BucketBuilder {
    Bucket::builder(name, "us-west-2")
}

fn at(name: &str, endpoint: &str) -> BucketBuilder {
    aws(name).endpoint(endpoint)
}

const ACCESS_POINT: &str = "arn:aws:s3:us-west-2:123456789012:accesspoint/myendpoint";
const OUTPOSTS: &str =
    "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/reports";
const MULTI_REGION: &str = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
const DIRECTORY: &str = "logs--usw2-az1--x-s3";

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html#deprecated-global-endpoint>
#[test]
fn the_global_host_is_global() {
    let global = |name, region| Bucket::builder(name, region).global_endpoint();
    for region in ["us-east-1", "eu-central-1"] {
        accepts(global("abc", region), "https://abc.s3.amazonaws.com/k");
        let path = global("abc", region).addressing_style(AddressingStyle::Path);
        accepts(path, "https://s3.amazonaws.com/abc/k");
    }
    for region in [
        "us-gov-west-1",
        "cn-north-1",
        "us-iso-east-1",
        "eusc-de-east-1",
    ] {
        let global = global("abc", region);
        rejects(global, ErrorKind::Endpoint, "has no global endpoint");
    }
    for excluded in [
        BucketBuilder::dualstack as fn(_) -> _,
        BucketBuilder::fips,
        BucketBuilder::accelerate,
    ] {
        let both = excluded(global("abc", "us-east-1"));
        rejects(both, ErrorKind::Endpoint, "exclude each other");
        accepts(global("abc", "us-east-1"), "https://abc.s3.amazonaws.com/k");
    }
}

#[test]
fn options_are_never_ignored() {
    accepts(
        aws(DIRECTORY),
        &format!("https://{DIRECTORY}.s3express-usw2-az1.us-west-2.amazonaws.com/k"),
    );
    rejects(
        aws(DIRECTORY).addressing_style(AddressingStyle::Path),
        ErrorKind::Endpoint,
        "addressed in the host",
    );
    rejects(
        aws(DIRECTORY).global_endpoint(),
        ErrorKind::Endpoint,
        "a directory bucket has no global endpoint",
    );
    let endpoint = "https://beta.example.com";
    accepts(
        at(DIRECTORY, endpoint),
        &format!("https://{DIRECTORY}.beta.example.com/k"),
    );
    accepts(
        at(DIRECTORY, endpoint).addressing_style(AddressingStyle::Path),
        &format!("https://beta.example.com/{DIRECTORY}/k"),
    );
    let myendpoint = "https://myendpoint-123456789012.s3-accesspoint.us-west-2.amazonaws.com/k";
    accepts(aws(ACCESS_POINT), myendpoint);
    rejects(
        aws(ACCESS_POINT).global_endpoint(),
        ErrorKind::Endpoint,
        "an access point has no global endpoint",
    );
    for name in [ACCESS_POINT, OUTPOSTS] {
        rejects(
            at(name, "http://127.0.0.1:9000"),
            ErrorKind::Endpoint,
            "IP address",
        );
        rejects(
            at(name, "http://[::1]:9000"),
            ErrorKind::Endpoint,
            "IP address",
        );
        assert!(at(name, "http://localhost:9000").build().is_ok());
        rejects(
            at(name, endpoint).addressing_style(AddressingStyle::Path),
            ErrorKind::Endpoint,
            "addressed in the host",
        );
    }
    let alias = "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3";
    assert!(aws(alias).build().is_ok());
    rejects(
        aws(alias).fips(),
        ErrorKind::Endpoint,
        "an Outposts access point has no FIPS",
    );
    rejects(
        aws(alias).dualstack(),
        ErrorKind::Endpoint,
        "an Outposts access point has no dualstack",
    );
    assert!(aws(MULTI_REGION).build().is_ok());
    rejects(
        at(MULTI_REGION, endpoint),
        ErrorKind::Endpoint,
        "leave the endpoint out",
    );
}

#[test]
fn outposts_keep_the_endpoint() {
    accepts(
        at(OUTPOSTS, "http://beta.example.com:9000/base"),
        "http://reports-123456789012.op-01234567890123456.beta.example.com:9000/base/k",
    );
}

#[test]
fn base_paths_are_encoded_once() {
    for (endpoint, path, bucket) in [
        ("http://localhost:9000", "/abc/k", "/abc"),
        ("http://localhost:9000/", "/abc/k", "/abc"),
        ("http://localhost:9000/base", "/base/abc/k", "/base/abc"),
        ("http://localhost:9000/base/", "/base/abc/k", "/base/abc"),
        (
            "http://localhost:9000/b%20c/%7e/",
            "/b%20c/~/abc/k",
            "/b%20c/~/abc",
        ),
    ] {
        let bucket_url = format!("http://localhost:9000{bucket}");
        accepts(at("abc", endpoint), &format!("http://localhost:9000{path}"));
        let built = at("abc", endpoint).build().unwrap();
        assert_eq!(built.request("GET").url().unwrap(), bucket_url);
    }
    let bucket = at("abc", "http://localhost:9000/base/")
        .addressing_style(AddressingStyle::Virtual)
        .build()
        .unwrap();
    assert_eq!(
        bucket.get("k").url().unwrap(),
        "http://abc.localhost:9000/base/k"
    );
    assert_eq!(
        bucket.request("GET").url().unwrap(),
        "http://abc.localhost:9000/base"
    );
    rejects(
        at("abc", "http://localhost:9000/%2"),
        ErrorKind::Url,
        "percent escape",
    );
    rejects(
        at("abc", "http://localhost:9000?a"),
        ErrorKind::Endpoint,
        "has a query",
    );
}

#[test]
fn custom_endpoints_are_validated() {
    accepts(
        at("abc", "HTTPS://S3.Example.com:443"),
        "https://s3.example.com/abc/k",
    );
    accepts(
        at("abc", "http://example.com:80"),
        "http://example.com/abc/k",
    );
    accepts(
        at("abc", "https://example.com:80"),
        "https://example.com:80/abc/k",
    );
    accepts(
        at("abc", "https://[2001:DB8::1]"),
        "https://[2001:db8::1]/abc/k",
    );
    accepts(
        at("abc", "https://example.com").addressing_style(AddressingStyle::Virtual),
        "https://abc.example.com/k",
    );
    for ip in ["https://[::1]", "https://127.0.0.1"] {
        rejects(
            at("abc", ip).addressing_style(AddressingStyle::Virtual),
            ErrorKind::Endpoint,
            "use path style",
        );
        accepts(
            at("abc", ip).addressing_style(AddressingStyle::Path),
            &format!("{ip}/abc/k"),
        );
    }
    // Any region is accepted that fits a credential scope.
    let garage = |region: &str| Bucket::builder("abc", region).endpoint("http://localhost:3900");
    accepts(garage("Garage_1"), "http://localhost:3900/abc/k");
    rejects(garage("garage/1"), ErrorKind::Scope, "invalid character");
    rejects(garage(""), ErrorKind::Scope, "empty");
    // Names that AWS doesn't allow.
    accepts(
        at("tenant:abc", "http://ceph"),
        "http://ceph/tenant%3Aabc/k",
    );
    rejects(
        aws("tenant:abc"),
        ErrorKind::Bucket,
        "hyphens and underscores only",
    );
    accepts(at("b", "http://ceph"), "http://ceph/b/k");
    rejects(aws("b"), ErrorKind::Bucket, "3 to 255 characters");
}

#[test]
fn a_bucket_can_have_its_own_domain() {
    let domain = |name, endpoint| at(name, endpoint).addressing_style(AddressingStyle::Domain);
    accepts(
        domain("abc", "https://files.example.com"),
        "https://files.example.com/k",
    );
    accepts(
        domain("abc", "https://files.example.com/a/"),
        "https://files.example.com/a/k",
    );
    accepts(domain("abc", "http://127.0.0.1:80"), "http://127.0.0.1/k");
    let built = domain("abc", "https://files.example.com").build().unwrap();
    assert_eq!(
        built.request("GET").url().unwrap(),
        "https://files.example.com/"
    );
    // The signature covers that host, and uses the service that the kind of name requires.
    let get = built.get("k");
    let signed = signing::presign(&get, (&credentials(), SECRET), HOUR, now());
    let canonical_request = signed.unwrap().steps.canonical_request;
    assert!(canonical_request.contains("\nhost:files.example.com\n"));
    let lambda = "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/mybanner";
    let built = domain(lambda, "https://files.example.com").build().unwrap();
    let link = built.get("k").presign(&credentials(), HOUR, now()).unwrap();
    assert!(link.as_str().starts_with("https://files.example.com/k?"));
    assert!(link.as_str().contains("%2Fs3-object-lambda%2F"));
    let none = aws("abc").addressing_style(AddressingStyle::Domain);
    rejects(none, ErrorKind::Endpoint, "needs an endpoint");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html>
#[test]
fn website_endpoints_take_no_signatures() {
    for host in [
        "s3-website-us-east-1.amazonaws.com",
        "abc.s3-website-us-east-1.amazonaws.com",
        "abc.s3-website.eu-central-1.amazonaws.com",
        "abc.s3-website.cn-north-1.amazonaws.com.cn",
        "abc.s3-website.us-iso-east-1.c2s.ic.gov",
    ] {
        let endpoint = format!("http://{host}");
        rejects(
            at("abc", &endpoint),
            ErrorKind::Endpoint,
            "website endpoint",
        );
    }
    for host in [
        "s3.us-east-1.amazonaws.com",
        "s3-website.example.com",
        "s3-websites.amazonaws.com",
        "s3-website.notamazonaws.com",
    ] {
        accepts(
            at("abc", &format!("http://{host}")),
            &format!("http://{host}/abc/k"),
        );
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
#[test]
fn bucket_names_follow_the_rules() {
    let longest = "a".repeat(63);
    for name in [
        "abc",
        "a-b",
        "123",
        "a1-b2",
        "a--b",
        "1.2.3.4.5",
        longest.as_str(),
    ] {
        let builder = aws(name).addressing_style(AddressingStyle::Virtual);
        accepts(
            builder,
            &format!("https://{name}.s3.us-west-2.amazonaws.com/k"),
        );
    }
    let too_long = "a".repeat(64);
    for (name, reason) in [
        ("", "empty"),
        ("ab", "3 to 63"),
        (too_long.as_str(), "3 to 63"),
        ("aBc", "lowercase"),
        ("a_c", "lowercase"),
        ("a/c", "lowercase"),
        ("a c", "lowercase"),
        ("aüc", "lowercase"),
        ("-ab", "begin and end"),
        ("ab-", "begin and end"),
        (".ab", "begin and end"),
        ("ab.", "begin and end"),
        ("a..b", "between letters"),
        ("a.-b", "between letters"),
        ("a-.b", "between letters"),
        ("192.168.5.4", "IP address"),
    ] {
        rejects(
            aws(name).addressing_style(AddressingStyle::Virtual),
            ErrorKind::Bucket,
            reason,
        );
    }
    // Names in a path can be longer, as they once could in us-east-1.
    let longest = "a".repeat(255);
    for name in [
        "aBc",
        "a_c",
        "a..b",
        "192.168.5.4",
        "my.bucket",
        longest.as_str(),
    ] {
        let url = format!("https://s3.us-west-2.amazonaws.com/{name}/k");
        accepts(aws(name), &url);
        accepts(aws(name).addressing_style(AddressingStyle::Path), &url);
    }
    let too_long = "a".repeat(256);
    for (name, reason) in [
        ("", "empty"),
        ("ab", "3 to 255"),
        (too_long.as_str(), "3 to 255"),
        ("a/c", "letters, digits"),
        ("a c", "letters, digits"),
        ("aüc", "letters, digits"),
        ("a\nc", "letters, digits"),
        ("mfzwi23gnjvgw.mrap", "use its ARN"),
    ] {
        rejects(aws(name), ErrorKind::Bucket, reason);
    }
    for step in [".", ".."] {
        rejects(
            at(step, "http://localhost"),
            ErrorKind::Bucket,
            "dot segment of the path",
        );
    }
    accepts(at("...", "http://localhost"), "http://localhost/.../k");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html>
#[test]
fn directory_bucket_names_follow_the_rules() {
    let longest = format!("{}--usw2-az1--x-s3", "a".repeat(63 - 16));
    for name in ["a--usw2-az1--x-s3", longest.as_str()] {
        accepts(
            aws(name),
            &format!("https://{name}.s3express-usw2-az1.us-west-2.amazonaws.com/k"),
        );
    }
    for (name, reason) in [
        (format!("a{longest}"), "at most 63 lowercase"),
        ("a.b--usw2-az1--x-s3".into(), "no hyphen at its ends"),
        ("-a--usw2-az1--x-s3".into(), "no hyphen at its ends"),
        ("--usw2-az1--x-s3".into(), "the ID of its zone"),
        ("a-usw2-az1--x-s3".into(), "the ID of its zone"),
        ("a----x-s3".into(), "the ID of its zone"),
        ("--x-s3".into(), "the ID of its zone"),
    ] {
        rejects(aws(&name), ErrorKind::Bucket, reason);
    }
    rejects(aws("abc--op-s3"), ErrorKind::Bucket, "use the whole alias");
}

#[test]
fn arns_are_validated() {
    for (arn, reason) in [
        ("arn:", "incomplete ARN"),
        ("arn:aws:s3:us-west-2:123456789012", "incomplete ARN"),
        ("arn:aws:s3:::abc", "use its name, `abc`"),
        (
            "arn:aws:s3express:us-west-2:123456789012:bucket/logs--usw2-az1--x-s3",
            "use the name, `logs--usw2-az1--x-s3`",
        ),
        ("arn:aws:s3:::abc/key", "unsupported ARN"),
        (
            "arn:aws:s3:us-west-2:123456789012:accesspoint/",
            "invalid access point name",
        ),
        (
            "arn:aws:s3:us-west-2:123456789012:accesspoint/MyEndpoint",
            "lowercase",
        ),
        (
            "arn:aws:s3:us-west-2:12345678901:accesspoint/myendpoint",
            "12 digits",
        ),
        (
            "arn:aws:s3:us-west-2:12345678901a:accesspoint/myendpoint",
            "12 digits",
        ),
        (
            "arn:aws:s3::12345678901:accesspoint/mfzwi23gnjvgw.mrap",
            "12 digits",
        ),
        (
            "arn:aws:s3::123456789012:accesspoint/a..b",
            "mfzwi23gnjvgw.mrap",
        ),
        (
            "arn:aws-cn:s3:us-west-2:123456789012:accesspoint/myendpoint",
            "its region is in the partition aws",
        ),
        (
            "arn:aws:s3:us_west_2:123456789012:accesspoint/myendpoint",
            "invalid region `",
        ),
        (
            "arn:aws:s3-object-lambda::123456789012:accesspoint/mybanner",
            "invalid region `",
        ),
        (
            "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op.1/accesspoint/reports",
            "invalid Outpost ID `op.1`",
        ),
    ] {
        rejects(aws(arn), ErrorKind::Bucket, reason);
    }
    // The label of the host: 50 characters for the name and 13 for the account.
    let arn = |length| {
        format!(
            "arn:aws:s3:us-west-2:123456789012:accesspoint/{}",
            "a".repeat(length)
        )
    };
    assert!(aws(&arn(50)).build().is_ok());
    rejects(
        aws(&arn(51)),
        ErrorKind::Bucket,
        "with the account it has 64 characters",
    );
}

/// The region of the ARN signs. A different region of the bucket is an error unless it is allowed.
#[test]
fn the_region_of_an_arn_has_to_agree() {
    let bucket = |region| Bucket::builder(ACCESS_POINT, region);
    assert_eq!(bucket("us-west-2").build().unwrap().region(), "us-west-2");
    rejects(bucket("us-east-1"), ErrorKind::Scope, "call use_arn_region");
    let built = bucket("us-east-1").use_arn_region().build().unwrap();
    assert_eq!(built.region(), "us-west-2");
    for region in ["cn-north-1", "us-gov-west-1"] {
        rejects(bucket(region), ErrorKind::Scope, "is in the partition aws");
        rejects(
            bucket(region).use_arn_region(),
            ErrorKind::Scope,
            "is in the partition aws",
        );
    }
    let plain = aws("abc").use_arn_region().build().unwrap();
    assert_eq!(plain.region(), "us-west-2");
}

#[test]
fn regions_of_aws_are_validated() {
    let bucket = |region| Bucket::builder("abc", region);
    accepts(
        bucket("xx-new-1"),
        "https://abc.s3.xx-new-1.amazonaws.com/k",
    );
    for (region, reason) in [
        ("us-east-1.evil.example", "such as `us-east-1`"),
        ("US-EAST-1", "such as `us-east-1`"),
        ("us_east_1", "such as `us-east-1`"),
        ("-us-east-1", "such as `us-east-1`"),
        ("us-east-1-", "such as `us-east-1`"),
        ("aws-global", "isn't a region"),
        ("fips-us-gov-west-1", "call fips()"),
        ("us-gov-west-1-fips", "call fips()"),
        ("us east", "invalid character"),
        ("", "empty"),
    ] {
        rejects(bucket(region), ErrorKind::Scope, reason);
    }
}

#[test]
fn acceleration_is_validated() {
    accepts(
        aws("abc").accelerate(),
        "https://abc.s3-accelerate.amazonaws.com/k",
    );
    accepts(
        aws("abc").accelerate().dualstack(),
        "https://abc.s3-accelerate.dualstack.amazonaws.com/k",
    );
    rejects(
        aws("a.bc").accelerate(),
        ErrorKind::Bucket,
        "its name contains dots",
    );
    rejects(
        aws("abc")
            .accelerate()
            .addressing_style(AddressingStyle::Path),
        ErrorKind::Endpoint,
        "needs the bucket in the host",
    );
    let gov = Bucket::builder("abc", "us-gov-west-1");
    accepts(gov.clone(), "https://abc.s3.us-gov-west-1.amazonaws.com/k");
    rejects(
        gov.accelerate(),
        ErrorKind::Endpoint,
        "the partition aws-us-gov of the region `us-gov-west-1` has no acceleration",
    );
}

/// Without the feature that derives its key, every way to sign is an error before anything is
/// written. `v4a.rs` has the tests with the feature.
#[cfg(not(feature = "sigv4a"))]
#[test]
fn a_multi_region_access_point_needs_sigv4a() {
    let bucket = aws(MULTI_REGION).build().unwrap();
    let get = bucket.get("k");
    let (keys, list) = (credentials(), bucket.request("GET"));
    let refusals = [
        signing::presign(&get, (&keys, SECRET), HOUR, now()).map(drop),
        signing::sign(&get, (&keys, SECRET), now()).map(drop),
        list.template(&keys, HOUR, now()).map(drop),
    ];
    for rejection in refusals {
        let error = rejection.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("SigV4a"), "{error}");
    }
    assert_eq!(
        get.url().unwrap(),
        "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/k"
    );
    assert_eq!(bucket.region(), "*");
}

/// Header signatures with the credentials of a session, and with those that create it.
#[test]
fn sessions_have_their_own_token_header() {
    let session = credentials()
        .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//+8=")
        .unwrap();
    let sign = |builder: BucketBuilder, credentials: &Credentials| {
        let bucket = builder.build().unwrap();
        let put = bucket.put("k").payload(Payload::Empty);
        let signed = put.sign(credentials, now()).unwrap();
        let headers = signed.headers().map(|(name, _)| name.to_owned());
        let headers: Vec<String> = headers.collect();
        (headers, authorization(&signed).to_owned())
    };
    let (headers, authorization) = sign(aws(DIRECTORY), &session);
    assert!(headers.contains(&"x-amz-s3session-token".into()));
    assert!(!headers.contains(&"x-amz-security-token".into()));
    assert!(authorization.contains("/us-west-2/s3express/aws4_request"));
    assert!(authorization.contains("x-amz-date;x-amz-s3session-token, "));
    let (headers, authorization) = sign(aws(DIRECTORY).disable_session_auth(), &session);
    assert!(headers.contains(&"x-amz-security-token".into()));
    assert!(!headers.contains(&"x-amz-s3session-token".into()));
    assert!(authorization.contains("x-amz-date;x-amz-security-token, "));
    for name in ["abc", ACCESS_POINT] {
        let (headers, _) = sign(aws(name), &session);
        assert!(headers.contains(&"x-amz-security-token".into()));
    }
    let (headers, _) = sign(aws(DIRECTORY), &credentials());
    assert!(!headers.contains(&"x-amz-s3session-token".into()));
}

/// A service's name selects the token header, and `session_token` overrides it.
#[test]
fn a_service_selects_the_token_header() {
    let session = credentials().with_session_token("token").unwrap();
    let url = "https://s3express-control.us-west-2.amazonaws.com/";
    let name = |service: &str, token: Option<SessionToken>| {
        let service = Service::new("us-west-2", service).unwrap();
        let service = match token {
            Some(token) => service.session_token(token),
            None => service,
        };
        let link = service.get(url).presign(&session, HOUR, now()).unwrap();
        let names = ["X-Amz-Security-Token", "X-Amz-S3session-Token"];
        let [plain, express] = names.map(|name| parameter(link.as_str(), name).is_some());
        assert_ne!(plain, express, "{link}");
        let last = link.as_str().rsplit_once('&').unwrap().1;
        assert_eq!(
            last.contains("Token"),
            token == Some(SessionToken::Appended)
        );
        names[usize::from(express)]
    };
    let (plain, express) = ("X-Amz-Security-Token", "X-Amz-S3session-Token");
    assert_eq!(name("s3express", None), express);
    assert_eq!(name("s3express", Some(SessionToken::Signed)), plain);
    assert_eq!(name("s3express", Some(SessionToken::Appended)), plain);
    assert_eq!(name("s3", None), plain);
    assert_eq!(name("s3", Some(SessionToken::S3Express)), express);
}

/// Signing adds the token to the query, so a request can't contain one of either kind.
#[test]
fn existing_tokens_are_rejected() {
    for bucket in [aws("abc"), aws(DIRECTORY)] {
        let bucket = bucket.build().unwrap();
        for name in [
            "X-Amz-S3session-Token",
            "x-amz-s3session-token",
            "X-Amz-Security-Token",
        ] {
            let get = bucket.get("k").query(name, "token");
            let error = get.presign(&credentials(), HOUR, now()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Query);
        }
        let get = bucket.get("k").query("X-Amz-Meta-Token", "token");
        assert!(get.presign(&credentials(), HOUR, now()).is_ok());
    }
}
