//! What fuzzing has found, one test each, so that it stays found.

use crate::support::{self, time};
use presign::inspect::inspect;
use presign::post::PostPolicy;
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier};
use presign::{ErrorKind, Payload, Request, Timestamp, v2, v4};
use std::time::Duration;

const NOW: &str = "20150830T123600Z";

/// A parameter that is nothing but an empty name is signed as `=`; the URL ended in a bare `?`, which says that there is
/// no parameter.
#[test]
fn a_flag_without_a_name_stands_in_the_url_that_is_signed() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let operation = bucket.get("key").sub_resource("");
    let url = operation.url().unwrap();
    assert_eq!(
        url,
        "https://examplebucket.s3.us-east-1.amazonaws.com/key?="
    );
    let ours = operation.sign_steps(&keys, Payload::Empty, time(NOW));
    let signer = v4::Signer::new(keys, "us-east-1", "s3").unwrap();
    let sent = signer.sign_steps(&Request::get(url), Payload::Empty, time(NOW));
    let (ours, sent) = (ours.unwrap(), sent.unwrap());
    assert_eq!(ours.canonical_request, sent.canonical_request);
    assert_eq!(ours.canonical_request.split('\n').nth(2), Some("="));
}

/// With its offset, the text names a moment before the year 0, which could be read and not be written again.
#[test]
fn a_time_outside_the_years_that_can_be_written_is_not_read() {
    for text in ["0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
        let error = Timestamp::parse(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Time);
    }
    for text in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(time(text).to_string(), text);
    }
}

/// The name of a header may hold `#`, `&` and `%`. It becomes a parameter's name in a SigV2 URL, where they have to be encoded: `#` ended the
/// URL before its signature.
#[test]
fn a_header_name_is_encoded_when_it_becomes_a_parameter() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let signer = v2::Signer::new(keys.clone()).bucket("examplebucket");
    let hour = Duration::from_secs(3600);
    for (name, encoded) in [
        ("x-amz-meta-a#b", "x-amz-meta-a%23b"),
        ("X-Amz-Meta-A&b", "x-amz-meta-a%26b"),
        ("x-amz-meta-a%41", "x-amz-meta-a%2541"),
        ("x-amz-meta-a+b", "x-amz-meta-a%2Bb"),
    ] {
        let request = Request::get("https://examplebucket.s3.amazonaws.com/key").header(name, "1");
        let url = signer.presign(&request, hour, time(NOW)).unwrap();
        let expected = format!("/key?{encoded}=1&AWSAccessKeyId=AKIDEXAMPLE&Expires=");
        assert!(url.as_str().contains(&expected), "{url}");
        let steps = signer.presign_steps(&request, time(NOW)).unwrap();
        let signed = format!("\n{}:1\n", name.to_ascii_lowercase());
        assert!(steps.string_to_sign.contains(&signed));

        let verifier = Verifier::new("us-east-1", "s3").allow_v2(hour);
        let verdict = |url: &str| {
            let request = ReceivedRequest::from_url("GET", url).unwrap();
            let request = request.bucket("examplebucket");
            let verified = verifier.verify(&request, time(NOW), |_| Some(keys.clone()));
            verified.is_ok()
        };
        assert!(verdict(url.as_str()));
        assert!(!verdict(&url.as_str().replace(encoded, "x-amz-meta-a")));
    }
}

/// A header's value may be bytes that are no UTF-8; the verifier refused them in a SigV2 URL.
#[test]
fn a_header_value_of_any_bytes_verifies_in_a_sigv2_url() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let signer = v2::Signer::new(keys.clone());
    let hour = Duration::from_secs(3600);
    let request =
        Request::get("https://example.com/key").header_bytes("x-amz-meta-a", &b"caf\xe9"[..]);
    let mut url = String::new();
    let end = time(NOW).saturating_add(hour);
    signer.presign_into(&request, end, &mut url).unwrap();
    assert!(url.contains("x-amz-meta-a=caf%E9&"), "{url}");
    let verifier = Verifier::new("us-east-1", "s3").allow_v2(hour);
    for (url, is_right) in [(url.clone(), true), (url.replace("%E9", "%E8"), false)] {
        let request = ReceivedRequest::from_url("GET", &url).unwrap();
        let verified = verifier.verify(&request, time(NOW), |_| Some(keys.clone()));
        assert_eq!(verified.is_ok(), is_right, "{url}");
    }
}

/// A `Content-Type` with commas is a list, each value of which has to meet the condition: so none meets one with a comma, and every upload
/// with the form would have been refused.
#[test]
fn a_content_type_that_begins_with_a_list_is_refused() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let sign = |prefix: &str| {
        let policy = PostPolicy::new("key").starts_with("content-type", prefix);
        policy.presign(&bucket, &keys, Duration::from_secs(60), time(NOW))
    };
    assert!(sign("image/").is_ok());
    let error = sign("image/png,image/").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    assert!(
        error.to_string().contains("with commas is a list"),
        "{error}"
    );
}

/// The inspector looked for a token under one name in one spelling, and said of other URLs that they had none. In a SigV2 URL a header's name may
/// be in any letters, and the sessions of S3 Express have a name of their own.
#[test]
fn a_session_token_is_seen_under_each_of_its_names() {
    let keys = support::credentials("ASIAEXAMPLE", "secret", Some("token"));
    let hour = Duration::from_secs(3600);
    let sees = |url: &str| {
        let seen = inspect(url, time(NOW));
        let kinds = seen
            .problems()
            .iter()
            .map(|problem| problem.kind().as_str());
        (seen.has_session_token(), kinds.collect::<Vec<_>>())
    };
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let v2 = bucket
        .get("key")
        .presign_v2(&keys, hour, time(NOW))
        .unwrap();
    let other = v2
        .as_str()
        .replace("x-amz-security-token=", "X-Amz-Security-Token=");
    assert_ne!(other, v2.as_str());
    assert_eq!(sees(v2.as_str()), (true, vec![]));
    assert_eq!(sees(&other), (true, vec![]));
    let none = other.replace("X-Amz-Security-Token=", "x-token=");
    assert_eq!(sees(&none), (false, vec!["token-missing"]));

    let directory = Bucket::new("logs--usw2-az1--x-s3", "us-west-2").unwrap();
    let express = directory
        .get("key")
        .presign(&keys, hour, time(NOW))
        .unwrap();
    assert!(express.as_str().contains("X-Amz-S3session-Token=token"));
    assert_eq!(sees(express.as_str()), (true, vec![]));
    // Another service does not know that name.
    let elsewhere = express.as_str().replace("s3express%2F", "s3%2F");
    assert_eq!(sees(&elsewhere), (false, vec!["token-missing"]));
}

/// A parameter by which a call of a query API is told: with S3's signature beside it the URL was read as one of those, and refused for
/// the parameters that such a call has.
#[test]
fn a_url_of_s3_is_not_presigned_as_a_call_of_a_query_api() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let signer = v2::Signer::new(keys.clone()).bucket("examplebucket");
    let hour = Duration::from_secs(3600);
    let url = "https://examplebucket.s3.amazonaws.com/key";
    for query in [
        "SignatureVersion=2",
        "Signature%56ersion",
        "a&SignatureVersion=",
    ] {
        let request = Request::get(format!("{url}?{query}"));
        let error = signer.presign(&request, hour, time(NOW)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Query);
        assert!(error.to_string().contains("QuerySigner"), "{error}");
        // In a header there is nothing to mistake it for.
        signer.sign(&request, time(NOW)).unwrap();
    }
    for query in ["signatureversion=2", "SignatureVersion2"] {
        let presigned = signer.presign(&Request::get(format!("{url}?{query}")), hour, time(NOW));
        let presigned = presigned.unwrap();
        let verifier = Verifier::new("us-east-1", "s3").allow_v2(hour);
        let request = ReceivedRequest::from_url("GET", presigned.as_str()).unwrap();
        let request = request.bucket("examplebucket");
        let verified = verifier.verify(&request, time(NOW), |_| Some(keys.clone()));
        assert!(verified.is_ok(), "{verified:?}");
    }
}
