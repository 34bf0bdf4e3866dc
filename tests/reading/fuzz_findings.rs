//! Regression tests for defects that fuzzing found.

use crate::support::{self, time};
use presign::inspect::Inspection;
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier};
use presign::{ErrorKind, Row, SignatureVersion, Timestamp, v2, v4};
use std::time::Duration;

const NOW: &str = "20150830T123600Z";
const HOUR: Duration = Duration::from_secs(3600);

/// A parameter whose name and value are empty is signed as `=`. The URL ended in `?` and lacked the
/// parameter.
#[test]
fn a_flag_without_a_name_is_in_the_url_that_is_signed() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let request = bucket.get("key").query_flag("");
    let url = request.url().unwrap();
    assert_eq!(
        url,
        "https://examplebucket.s3.us-east-1.amazonaws.com/key?="
    );
    let s3 = v4::Service::new("us-east-1", "s3").unwrap();
    let canonical_request = |request: presign::Request<'_>| {
        let unsigned = request.prepare_headers(keys.identity(), time(NOW)).unwrap();
        unsigned.canonical_request().unwrap().to_owned()
    };
    let described = canonical_request(request);
    assert_eq!(described, canonical_request(s3.get(url)));
    assert_eq!(described.split('\n').nth(2), Some("="));
}

/// With their offsets, these times are before the year 0 or after the year 9999. They were parsed
/// but can't be written.
#[test]
fn a_time_outside_of_the_years_that_can_be_written_is_rejected() {
    for text in ["0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
        let error = text.parse::<Timestamp>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Time);
    }
    for text in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(time(text).to_string(), text);
    }
}

/// The name of a header can contain `#`, `&` and `%`. Other signers move such headers into the
/// query of a SigV2 URL, where an unencoded `#` ended the URL before its signature.
#[test]
fn a_header_name_is_decoded_in_a_query() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let s3 = v2::Service::s3().bucket("examplebucket");
    for (name, encoded) in [
        ("x-amz-meta-a#b", "x-amz-meta-a%23b"),
        ("X-Amz-Meta-A&b", "x-amz-meta-a%26b"),
        ("x-amz-meta-a%41", "x-amz-meta-a%2541"),
        ("x-amz-meta-a+b", "x-amz-meta-a%2Bb"),
    ] {
        let request = s3
            .get("https://examplebucket.s3.amazonaws.com/key")
            .header(name, "1");
        let url = request.presign(&keys, HOUR, time(NOW)).unwrap();
        let url = url.as_str().replace("/key?", &format!("/key?{encoded}=1&"));
        let unsigned = request.prepare_url(keys.identity(), HOUR, time(NOW));
        let unsigned = unsigned.unwrap();
        let string_to_sign = str::from_utf8(unsigned.string_to_sign()).unwrap();
        let line = format!("\n{}:1\n", name.to_ascii_lowercase());
        assert!(string_to_sign.contains(&line));

        let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
        let is_accepted = |url: &str| {
            let request = ReceivedRequest::from_url("GET", url).unwrap();
            let request = request.bucket("examplebucket");
            let verified = verifier.verify(&request, time(NOW), |_| Some(keys.clone()));
            verified.is_ok()
        };
        assert!(is_accepted(&url));
        assert!(!is_accepted(&url.replace(encoded, "x-amz-meta-a")));
    }
}

/// A header's value may be other than UTF-8. The verifier rejected such a value in a SigV2 URL.
#[cfg(feature = "http")]
#[test]
fn a_header_value_of_any_bytes_verifies_in_a_sigv2_url() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let s3 = v2::Service::s3();
    let request = http::Request::get("https://example.com/key")
        .header("x-amz-meta-a", &b"caf\xe9"[..])
        .body(())
        .unwrap();
    let mut url = String::new();
    let request = s3.http(&request);
    request
        .presign_into(&keys, HOUR, time(NOW), &mut url)
        .unwrap();
    // Other signers write this parameter.
    url = url.replace("/key?", "/key?x-amz-meta-a=caf%E9&");
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
    for (url, is_right) in [(url.clone(), true), (url.replace("%E9", "%E8"), false)] {
        let request = ReceivedRequest::from_url("GET", &url).unwrap();
        let verified = verifier.verify(&request, time(NOW), |_| Some(keys.clone()));
        assert_eq!(verified.is_ok(), is_right, "{url}");
    }
}

/// A `Content-Type` with commas is a list, each value of which has to meet the condition. No value
/// meets a condition with a comma, so every upload with the form would have been rejected.
#[test]
fn a_content_type_that_begins_with_a_list_is_rejected() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let sign = |prefix: &str| {
        let policy = bucket
            .post_policy("key")
            .starts_with("content-type", prefix);
        policy.presign(&keys, Duration::from_secs(60), time(NOW))
    };
    assert!(sign("image/").is_ok());
    let error = sign("image/png,image/").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    assert!(error.to_string().contains("comma"), "{error}");
}

/// The inspector only found a token under one spelling of one name. In a SigV2 URL the name of a
/// header is case-insensitive, and the sessions of S3 Express have their own name.
#[test]
fn a_session_token_is_found_under_each_of_its_names() {
    let keys = support::credentials("ASIAEXAMPLE", "secret", Some("token"));
    let inspect = |url: &str| {
        let inspection = Inspection::new(url, time(NOW));
        let problems = inspection.problems().iter();
        let kinds: Vec<_> = problems.map(|problem| problem.kind().as_str()).collect();
        (inspection.has_session_token(), kinds)
    };
    let bucket = Bucket::builder("examplebucket", "us-east-1")
        .signature_version(SignatureVersion::V2)
        .build()
        .unwrap();
    let v2 = bucket.get("key").presign(&keys, HOUR, time(NOW)).unwrap();
    let other = v2
        .as_str()
        .replace("x-amz-security-token=", "X-Amz-Security-Token=");
    assert_ne!(other, v2.as_str());
    assert_eq!(inspect(v2.as_str()), (true, vec![]));
    assert_eq!(inspect(&other), (true, vec![]));
    let without = other.replace("X-Amz-Security-Token=", "x-token=");
    assert_eq!(inspect(&without), (false, vec!["token-missing"]));

    let directory = Bucket::new("logs--usw2-az1--x-s3", "us-west-2").unwrap();
    let express = directory
        .get("key")
        .presign(&keys, HOUR, time(NOW))
        .unwrap();
    assert!(express.as_str().contains("X-Amz-S3session-Token=token"));
    assert_eq!(inspect(express.as_str()), (true, vec![]));
    // For another service that name has no meaning.
    let elsewhere = express.as_str().replace("s3express%2F", "s3%2F");
    assert_eq!(
        inspect(&elsewhere),
        (false, vec!["token-missing", "scope-host"])
    );
}

/// `SignatureVersion` indicates a call to a query API. A URL for S3 with that parameter was
/// verified as such a call, and rejected for missing parameters.
#[test]
fn a_url_of_s3_is_not_presigned_as_a_call_of_a_query_api() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let s3 = v2::Service::s3().bucket("examplebucket");
    let url = "https://examplebucket.s3.amazonaws.com/key";
    for query in [
        "SignatureVersion=2",
        "Signature%56ersion",
        "a&SignatureVersion=",
    ] {
        let request = s3.get(format!("{url}?{query}"));
        let error = request.presign(&keys, HOUR, time(NOW)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Query);
        assert!(error.to_string().contains("query_api"), "{error}");
        // A request that is signed with headers isn't mistaken for such a call.
        request.sign(&keys, time(NOW)).unwrap();
    }
    for query in ["signatureversion=2", "SignatureVersion2"] {
        let request = s3.get(format!("{url}?{query}"));
        let presigned = request.presign(&keys, HOUR, time(NOW)).unwrap();
        let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
        let request = ReceivedRequest::from_url("GET", presigned.as_str()).unwrap();
        let request = request.bucket("examplebucket");
        let verified = verifier.verify(&request, time(NOW), |_| Some(keys.clone()));
        assert!(verified.is_ok(), "{verified:?}");
    }
}

/// The signature in a SigV2 header was searched for after `Signature=`, which an access key ID can
/// contain.
#[test]
fn an_access_key_id_can_contain_the_name_of_a_signature() {
    let keys = support::credentials("Signature=", "secret", None);
    let s3 = v2::Service::s3();
    let request = s3.get("https://examplebucket.s3.amazonaws.com/key");
    let signed = request.sign(&keys, time(NOW)).unwrap();
    let (_, authorization) = signed.headers().last().unwrap();
    let expected = format!("AWS Signature=:{}", signed.signature());
    assert_eq!(authorization, expected);
}

/// A SigV2 template omitted the values of its rows from the URL, and signed an empty value with
/// `=`, unlike servers.
#[test]
fn a_sigv2_template_writes_row_values() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let bucket = Bucket::builder("examplebucket", "us-east-1")
        .signature_version(SignatureVersion::V2)
        .build()
        .unwrap();
    for name in ["versionId", "x-id", ""] {
        let request = bucket.request("GET").query("a", "b").query_per_row(name);
        let template = request.template(&keys, HOUR, time(NOW)).unwrap();
        for value in ["", "1/2"] {
            let values: [&dyn std::fmt::Display; 1] = [&value];
            let row = Row::new("key").values(&values);
            let url = template.presign(row, time(NOW)).unwrap();
            let request = bucket.get("key").query("a", "b").query(name, value);
            let expected = request.presign(&keys, HOUR, time(NOW)).unwrap();
            assert_eq!(url.as_str(), expected.as_str());
        }
    }
}

/// The inspector denied a token that it could not decode.
#[test]
fn a_malformed_session_token_is_a_token() {
    let keys = support::credentials("ASIAEXAMPLE", "secret", Some("token"));
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket.get("key").presign(&keys, HOUR, time(NOW)).unwrap();
    let inspect = |token: &str| {
        let url = link.as_str().replace("Security-Token=token", token);
        let inspection = Inspection::new(&url, time(NOW));
        let problems = inspection.problems().iter();
        let kinds: Vec<_> = problems.map(|problem| problem.kind().as_str()).collect();
        (inspection.has_session_token(), kinds)
    };
    assert_eq!(inspect("Security-Token=token"), (true, vec![]));
    let malformed = (true, vec!["malformed-parameter"]);
    assert_eq!(inspect("Security-Token=%F2"), malformed);
    assert!(!inspect("Security-Token=").0);
}
