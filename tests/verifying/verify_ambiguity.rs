//! Requests that can be read in two ways are rejected. Each has the signature of an accepted
//! request.

use crate::support::{hex, hmac_sha1, hmac_sha256, sha256_hex};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use core::time::Duration;
use presign::v4::{CanonicalUri, Service};
use presign::verify::{PayloadCoverage, ReceivedRequest, Verifier, VerifyErrorKind as Kind};
use presign::{Credentials, ErrorKind, Timestamp};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const MINUTE: Duration = Duration::from_secs(60);
/// One minute after the signing time.
const EXPIRES: &str = "1369353660";

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

fn verdict(verifier: &Verifier, request: &ReceivedRequest<'_>) -> Result<(), Kind> {
    let verified = verifier.verify(request, now(), |_| Some(credentials()));
    verified.map(drop).map_err(|error| error.kind())
}

fn verdict_of_url(verifier: &Verifier, url: &str) -> Result<(), Kind> {
    verdict(verifier, &ReceivedRequest::from_url("GET", url).unwrap())
}

fn sigv2() -> Verifier {
    Verifier::new("us-east-1", "s3")
        .allow_sigv2(MINUTE)
        .base_domain("s3.example.com")
}

/// Signs with SigV2. `date` is an expiration, or the value of `Date`.
fn sigv2_signature(date: &str, amz_headers: &str, resource: &str) -> String {
    let text = format!("GET\n\n\n{date}\n{amz_headers}{resource}");
    BASE64.encode(hmac_sha1(SECRET.as_bytes(), text))
}

/// Returns a SigV2 URL with the given signature, which may cover something else.
fn sigv2_url(query: &str, signature: &str) -> String {
    let signature = signature.replace('+', "%2B").replace('/', "%2F");
    let signature = signature.replace('=', "%3D");
    format!(
        "https://s3.example.com/bucket/key?{query}&AWSAccessKeyId=AKIDEXAMPLE&Expires={EXPIRES}\
         &Signature={signature}"
    )
}

#[test]
fn a_sigv2_parameter_that_could_be_a_header_is_rejected() {
    for (headers, accepted, rejected) in [
        (
            "x-amz-acl:private\nx-amz-copy-source:/bucket/src\n",
            "x-amz-acl=private&x-amz-copy-source=%2Fbucket%2Fsrc",
            &["x-amz-acl:private%0Ax-amz-copy-source=%2Fbucket%2Fsrc"][..],
        ),
        (
            "x-amz-server-side-encryption:aws:kms\n",
            "x-amz-server-side-encryption=aws%3Akms",
            &["x-amz-server-side-encryption:aws=kms"],
        ),
        (
            "x-amz-meta-a:a b\n",
            "x-amz-meta-a=a%20b",
            &[
                "x-amz-meta-a=a%0Ab",
                "x-amz-meta-a=a%0A%20b",
                "x-amz-meta-a=a%0D%0A%20b",
                "x-amz-meta-a=a%20b%0D",
            ],
        ),
        ("x-amz-meta-a:a\tb\n", "x-amz-meta-a=a%09b", &[]),
    ] {
        let signature = sigv2_signature(EXPIRES, headers, "/bucket/key");
        let verdict = |query| verdict_of_url(&sigv2(), &sigv2_url(query, &signature));
        assert_eq!(verdict(accepted), Ok(()), "{accepted}");
        for query in rejected {
            assert_eq!(verdict(query), Err(Kind::Malformed), "{query}");
        }
    }
}

#[test]
fn a_sigv2_value_contains_no_other_sub_resource() {
    for (resources, accepted, rejected) in [
        (
            "partNumber=1&uploadId=abc",
            "partNumber=1&uploadId=abc",
            "partNumber=1%26uploadId%3Dabc",
        ),
        (
            "response-content-type=a&versionId=old",
            "response-content-type=a&versionId=old",
            "response-content-type=a%26versionId%3Dold",
        ),
        (
            "location=a&tagging",
            "location=a&tagging",
            "location=a%26tagging",
        ),
        (
            "response-content-type=a&b=c&acls",
            "response-content-type=a%26b%3Dc%26acls",
            "",
        ),
    ] {
        let resource = format!("/bucket/key?{resources}");
        let in_url = sigv2_signature(EXPIRES, "", &resource);
        let date = "Fri, 24 May 2013 00:00:00 GMT";
        let in_header = sigv2_signature(date, "", &resource);
        let authorization = format!("AWS AKIDEXAMPLE:{in_header}");
        let verdicts = |query: &str| {
            let target = format!("/bucket/key?{query}");
            let request = ReceivedRequest::new("GET", &target)
                .header("Host", "s3.example.com")
                .header("Date", date)
                .header("Authorization", &authorization);
            let url = sigv2_url(query, &in_url);
            [verdict_of_url(&sigv2(), &url), verdict(&sigv2(), &request)]
        };
        assert_eq!(verdicts(accepted), [Ok(()); 2], "{accepted}");
        if !rejected.is_empty() {
            assert_eq!(verdicts(rejected), [Err(Kind::Request); 2], "{rejected}");
        }
    }
}

#[test]
fn a_sigv2_header_signature_covers_no_parameter_that_is_a_header() {
    let date = "Fri, 24 May 2013 00:00:00 GMT";
    let signature = sigv2_signature(date, "", "/bucket/key");
    let authorization = format!("AWS AKIDEXAMPLE:{signature}");
    for (target, expected) in [
        ("/bucket/key?prefix=a", Ok(())),
        (
            "/bucket/key?x-amz-acl=public-read",
            Err(Kind::HeaderNotSigned),
        ),
        (
            "/bucket/key?X-%41mz-Acl=public-read",
            Err(Kind::HeaderNotSigned),
        ),
    ] {
        let request = ReceivedRequest::new("GET", target)
            .header("Host", "s3.example.com")
            .header("Date", date)
            .header("Authorization", &authorization);
        assert_eq!(verdict(&sigv2(), &request), expected, "{target}");
    }
}

/// SigV2 signs the bucket instead of the host.
#[test]
fn each_notation_of_a_host_names_the_bucket() {
    let victim = sigv2_signature(EXPIRES, "", "/victim/bucket/key");
    let none = sigv2_signature(EXPIRES, "", "/bucket/key");
    for (host, is_victim, has_none) in [
        ("victim.s3.example.com", Ok(()), Err(Kind::Signature)),
        ("victim.s3.example.com.", Ok(()), Err(Kind::Signature)),
        ("victim.s3.example.com.:80", Ok(()), Err(Kind::Signature)),
        ("s3.example.com", Err(Kind::Signature), Ok(())),
        ("s3.example.com.", Err(Kind::Signature), Ok(())),
        (
            "victim.s3.example.com:80a",
            Err(Kind::Request),
            Err(Kind::Request),
        ),
        (
            "victim.s3.example.com/",
            Err(Kind::Request),
            Err(Kind::Request),
        ),
        ("", Err(Kind::Request), Err(Kind::Request)),
    ] {
        for (signature, expected) in [(&victim, is_victim), (&none, has_none)] {
            let url = sigv2_url("a=b", signature);
            let target = url.strip_prefix("https://s3.example.com").unwrap();
            let request = ReceivedRequest::new("GET", target).header("Host", host);
            assert_eq!(verdict(&sigv2(), &request), expected, "{host}");
        }
    }
    // The host names the first letter of the bucket, and the path the other letters.
    let url = sigv2_url("a=b", &none);
    let target = url.strip_prefix("https://s3.example.com/b").unwrap();
    let request = ReceivedRequest::new("GET", target).header("Host", "b.s3.example.com");
    assert_eq!(verdict(&sigv2(), &request), Err(Kind::Request));
}

fn presign(service: &Service, url: &str) -> String {
    let link = service.get(url).presign(&credentials(), MINUTE, now());
    link.unwrap().to_string()
}

#[test]
fn the_host_header_names_the_host_of_the_target() {
    let s3 = Service::new("us-east-1", "s3").unwrap();
    let verifier = Verifier::new("us-east-1", "s3");
    let url = presign(&s3, "https://a.example.com/key");
    for (host, expected) in [
        ("a.example.com", Ok(())),
        ("A.example.com", Err(Kind::Signature)),
        ("a.example.com:443", Err(Kind::Signature)),
        ("a.example.com:80", Err(Kind::Signature)),
        ("a.example.com:8080", Err(Kind::Request)),
        ("b.example.com", Err(Kind::Request)),
        ("a.example.com@b.example.com", Err(Kind::Request)),
    ] {
        let request = ReceivedRequest::from_url("GET", &url).unwrap();
        let request = request.header("Host", host);
        assert_eq!(verdict(&verifier, &request), expected, "{host}");
    }
    // The header is signed, not the host of the target.
    let other = url.replace("a.example.com", "A.example.com:80");
    let request = ReceivedRequest::from_url("GET", &other).unwrap();
    let request = request.header("Host", "a.example.com");
    assert_eq!(verdict(&verifier, &request), Ok(()));
    let other = url.replace("a.example.com", "b.example.com");
    let request = ReceivedRequest::from_url("GET", &other).unwrap();
    let request = request.header("Host", "a.example.com");
    assert_eq!(verdict(&verifier, &request), Err(Kind::Request));
}

#[test]
#[cfg(feature = "http")]
fn the_host_header_names_the_authority_of_an_http_request() {
    let s3 = Service::new("us-east-1", "s3").unwrap();
    let url = presign(&s3, "https://a.example.com/key");
    for (authority, expected) in [
        ("a.example.com", Ok(())),
        ("A.example.com:443", Ok(())),
        ("b.example.com", Err(Kind::Request)),
        ("b@a.example.com", Err(Kind::Request)),
    ] {
        let url = url.replace("a.example.com", authority);
        let request = http::Request::get(url).header("Host", "a.example.com");
        let request = request.body(()).unwrap();
        let request = ReceivedRequest::from_http(&request);
        let verifier = Verifier::new("us-east-1", "s3");
        assert_eq!(verdict(&verifier, &request), expected, "{authority}");
    }
}

/// Services other than S3 sign the path without empty and dot segments.
#[test]
fn empty_and_dot_segments_have_to_be_allowed() {
    let files = Service::new("local", "files").unwrap();
    let verifier = Verifier::new("local", "files");
    let lax = verifier.clone().allow_dot_segments();
    let url = presign(&files, "https://example.com/files/7");
    for path in [
        "/admin/../files/7",
        "/files//7",
        "//files/7",
        "/files/./7",
        "/files/7/.",
    ] {
        let changed = url.replace("/files/7", path);
        assert_eq!(
            verdict_of_url(&verifier, &changed),
            Err(Kind::Request),
            "{path}"
        );
        assert_eq!(verdict_of_url(&lax, &changed), Ok(()), "{path}");
    }
    for path in ["", "/", "/files/7", "/files/7/", "/...", "/a.b/.c"] {
        let url = presign(&files, &format!("https://example.com{path}"));
        assert_eq!(verdict_of_url(&verifier, &url), Ok(()), "{path}");
    }
    // These rules sign the path as it is sent.
    for rule in [CanonicalUri::Unnormalized, CanonicalUri::S3] {
        let files = files.clone().canonical_uri(rule);
        let verifier = verifier.clone().canonical_uri(rule);
        let url = presign(&files, "https://example.com/files//7/../.");
        assert_eq!(verdict_of_url(&verifier, &url), Ok(()));
        let changed = url.replace("/files//7/../.", "/files/");
        assert_eq!(verdict_of_url(&verifier, &changed), Err(Kind::Signature));
    }
}

/// S3 signs an escaped slash as a slash.
#[test]
fn an_escaped_slash_has_to_be_allowed() {
    let s3 = Service::new("us-east-1", "s3").unwrap();
    let verifier = Verifier::new("us-east-1", "s3");
    let lax = verifier.clone().allow_escaped_slash();
    let url = presign(&s3, "https://example.com/bucket/a%20key");
    assert_eq!(verdict_of_url(&verifier, &url), Ok(()));
    for slash in ["%2F", "%2f"] {
        let changed = url.replace("bucket/a", &format!("bucket{slash}a"));
        assert_eq!(verdict_of_url(&verifier, &changed), Err(Kind::Request));
        assert_eq!(verdict_of_url(&lax, &changed), Ok(()));
    }
    // Other rules sign the escape itself.
    let files = Service::new("local", "files").unwrap();
    let verifier = Verifier::new("local", "files");
    let url = presign(&files, "https://example.com/bucket%2Fkey");
    assert_eq!(verdict_of_url(&verifier, &url), Ok(()));
    let changed = url.replace("bucket%2F", "bucket/");
    assert_eq!(verdict_of_url(&verifier, &changed), Err(Kind::Signature));
}

#[test]
fn a_plus_sign_in_the_query_can_be_rejected() {
    let s3 = Service::new("us-east-1", "s3").unwrap();
    let verifier = Verifier::new("us-east-1", "s3");
    let strict = verifier.clone().reject_plus_in_query();
    let url = presign(&s3, "https://example.com/key?name=a%2Bb");
    assert_eq!(verdict_of_url(&strict, &url), Ok(()));
    let plus = url.replace("name=a%2Bb", "name=a+b");
    assert_eq!(verdict_of_url(&verifier, &plus), Ok(()));
    assert_eq!(verdict_of_url(&strict, &plus), Err(Kind::Request));
}

/// The SDK for JavaScript has the payload hash in the query.
#[test]
fn a_url_may_have_its_payload_hash_in_the_query() {
    let payload = |url: &str, header: Option<&'static str>, body: Option<&'static [u8]>| {
        let mut request = ReceivedRequest::from_url("PUT", url).unwrap();
        if let Some(hash) = header {
            request = request.header("x-amz-content-sha256", hash);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let verifier = Verifier::new("us-east-1", "s3");
        let verified = verifier.verify(&request, now(), |_| Some(credentials()));
        let payload = verified.map(|verified| verified.payload());
        payload.map_err(|error| error.kind())
    };
    // SHA-256 of `body`.
    let hash = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
    let unsigned = "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD";
    let url = sigv4_put(unsigned, "UNSIGNED-PAYLOAD");
    assert_eq!(payload(&url, None, None), Ok(PayloadCoverage::Unsigned));
    let same = payload(&url, Some("UNSIGNED-PAYLOAD"), None);
    assert_eq!(same, Ok(PayloadCoverage::Unsigned));
    assert_eq!(payload(&url, Some(hash), None), Err(Kind::Repeated));

    for name in ["X-Amz-Content-Sha256", "x-amz-content-sha256"] {
        let url = sigv4_put(&format!("{name}={hash}"), hash);
        let body = payload(&url, None, Some(b"body"));
        assert_eq!(body, Ok(PayloadCoverage::Checked), "{name}");
        let body = payload(&url, None, Some(b"BODY"));
        assert_eq!(body, Err(Kind::PayloadMismatch), "{name}");
    }
    let url = sigv4_put(&format!("{unsigned}&{unsigned}"), "UNSIGNED-PAYLOAD");
    assert_eq!(payload(&url, None, None), Err(Kind::Repeated));
    let url = sigv4_put("X-Amz-Content-Sha256=UNSIGNED", "UNSIGNED-PAYLOAD");
    assert_eq!(payload(&url, None, None), Err(Kind::Malformed));
}

/// Returns a SigV4 URL for PUT with an additional parameter and a payload.
fn sigv4_put(param: &str, payload: &str) -> String {
    let scope = "20130524/us-east-1/s3/aws4_request";
    let mut params = [
        param.to_owned(),
        "X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned(),
        format!(
            "X-Amz-Credential=AKIDEXAMPLE%2F{}",
            scope.replace('/', "%2F")
        ),
        "X-Amz-Date=20130524T000000Z".to_owned(),
        "X-Amz-Expires=60".to_owned(),
        "X-Amz-SignedHeaders=host".to_owned(),
    ];
    params.sort();
    let query = params.join("&");
    let canonical = format!("PUT\n/key\n{query}\nhost:example.com\n\nhost\n{payload}");
    let hash = sha256_hex(canonical);
    let text = format!("AWS4-HMAC-SHA256\n20130524T000000Z\n{scope}\n{hash}");
    let start = format!("AWS4{SECRET}").into_bytes();
    let key = scope
        .split('/')
        .fold(start, |key, part| hmac_sha256(&key, part));
    let signature = hex(hmac_sha256(&key, text));
    format!("https://example.com/key?{query}&X-Amz-Signature={signature}")
}

#[test]
fn signing_a_parameter_with_another_payload_is_an_error() {
    let s3 = Service::new("us-east-1", "s3").unwrap();
    let sign = |value| {
        let get = s3.get("https://example.com/key");
        let get = get.query("X-Amz-Content-Sha256", value);
        let link = get.presign(&credentials(), MINUTE, now());
        link.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(sign("UNSIGNED-PAYLOAD"), Ok(()));
    let hash = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";
    assert_eq!(sign(hash), Err(ErrorKind::Payload));
}

/// A URL is sent as it is given, so its path has to be encoded.
#[test]
fn signing_a_path_that_would_be_decoded_is_an_error() {
    let s3 = Service::new("us-east-1", "s3").unwrap();
    let sign = |service: &Service, path| {
        let get = service.get(format!("https://example.com{path}"));
        let headers = get.sign(&credentials(), now());
        let headers = headers.map(drop).map_err(|error| error.kind());
        let link = get.presign(&credentials(), MINUTE, now());
        let link = link.map(String::from).map_err(|error| error.kind());
        assert_eq!(link.as_ref().err(), headers.as_ref().err(), "{path}");
        let link = link?;
        let (target, _) = link.split_once('?').unwrap();
        Ok(target
            .strip_prefix("https://example.com")
            .unwrap()
            .to_owned())
    };
    for path in [
        "/bucket%2Fkey",
        "/bucket%2fkey",
        "/a/%2e%2E/b",
        "/a/.%2e",
        "/%2E/a",
    ] {
        assert_eq!(sign(&s3, path), Err(ErrorKind::Url), "{path}");
        let normalized = Service::new("us-east-1", "files").unwrap();
        assert_eq!(sign(&normalized, path), Ok(path.to_owned()), "{path}");
    }
    for path in ["/bucket/key", "/a/../b", "/a%20b", "/a%2Eb", "/%2E%2E%2E"] {
        assert!(sign(&s3, path).is_ok(), "{path}");
    }
    assert_eq!(sign(&s3, "/a/../b"), Ok("/a/../b".to_owned()));
}

/// A row's file name must not select another version of the object.
#[test]
fn signing_a_sigv2_value_that_contains_a_sub_resource_is_an_error() {
    let store = presign::v2::Service::s3();
    let bucket = presign::s3::Bucket::builder("examplebucket", "us-east-1")
        .signature_version(presign::SignatureVersion::V2)
        .build()
        .unwrap();
    let template = bucket.request("GET").query_per_row("response-content-type");
    let template = template.template(&credentials(), MINUTE, now()).unwrap();
    let verdicts = |value: &str| {
        let get = store.get("https://s3.example.com/bucket/key");
        let get = get.query("response-content-type", value);
        let in_url = get.presign(&credentials(), MINUTE, now()).map(drop);
        let in_header = get.sign(&credentials(), now()).map(drop);
        let encoded = value.replace('&', "%26").replace('=', "%3D");
        let url = format!("https://s3.example.com/bucket/key?response-content-type={encoded}");
        let of_url = store.get(url).presign(&credentials(), MINUTE, now());
        let values: &[&dyn core::fmt::Display] = &[&value];
        let row = presign::Row::new("key").values(values);
        let of_row = template.presign(row, now()).map(drop);
        [in_url, in_header, of_url.map(drop), of_row]
            .map(|signed| signed.map_err(|error| error.kind()))
    };
    for value in ["a&versionId=old", "a&acl", "&torrent&b"] {
        assert_eq!(verdicts(value), [Err(ErrorKind::Query); 4], "{value}");
    }
    for value in ["a&b=c", "acl", "a&acls", "versionId=old"] {
        assert_eq!(verdicts(value), [Ok(()); 4], "{value}");
    }
}

#[test]
fn signing_an_invalid_host_is_an_error() {
    let s3 = Service::new("us-east-1", "s3").unwrap();
    let sign = |host| {
        let get = s3.get("https://example.com/key").header("Host", host);
        let link = get.presign(&credentials(), MINUTE, now());
        link.map(drop).map_err(|error| error.kind())
    };
    for host in ["", "a b", "a/b", "a@example.com", "example.com:80a", "[::1"] {
        assert_eq!(sign(host), Err(ErrorKind::Header), "{host}");
    }
    for host in ["example.com", "EXAMPLE.com.:9000", "[::1]:80", "a_b"] {
        assert_eq!(sign(host), Ok(()), "{host}");
    }
}
