//! Verifying a presigned URL doesn't allocate once its signing key is cached.

use crate::allocator::measure;
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, Payload, SignatureVersion, Timestamp, s3::Bucket};
use std::time::Duration;

fn allocations(work: impl FnOnce()) -> u64 {
    measure(work).count
}

fn v2_bucket() -> Bucket {
    Bucket::builder("examplebucket", "us-east-1")
        .signature_version(SignatureVersion::V2)
        .build()
        .unwrap()
}

/// Returns the allocations of verifying a URL, once its key is derived.
fn allocations_of(
    verifier: &Verifier,
    url: &str,
    credentials: &Credentials,
    now: Timestamp,
) -> u64 {
    let verify = || {
        let request = ReceivedRequest::from_url("GET", url).unwrap();
        let verified = verifier.verify(&request, now, |_| Some(credentials.clone()));
        assert!(verified.is_ok());
    };
    verify();
    allocations(verify)
}

#[test]
fn a_valid_url_costs_no_allocation() {
    let now: Timestamp = "20130524T000000Z".parse().unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        .unwrap()
        .with_session_token("IQoJb3JpZ2luX2VjEHQaCXVzLWVhc3QtMSJ/+=")
        .unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let v4 = bucket
        .get("a b/c.txt")
        .response_content_type("text/plain")
        .presign(&credentials, Duration::from_secs(60), now)
        .unwrap();
    let plain =
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap();
    let v2 = v2_bucket()
        .get("a b/c.txt")
        .presign(&plain, Duration::from_secs(60), now)
        .unwrap();
    let verifier = Verifier::new("us-east-1", "s3")
        .allow_sigv2(Duration::from_secs(60))
        .base_domain("s3.us-east-1.amazonaws.com");
    for (link, credentials) in [(v4, credentials), (v2, plain)] {
        let count = allocations_of(&verifier, link.as_str(), &credentials, now);
        assert_eq!(count, 0, "{:?}", link);
    }
    assert_eq!(allocations(|| drop(String::from("counted"))), 1);
}

/// SigV2 signs a token before it is encoded. Decoding it allocates once, and the list of such
/// parameters is the second allocation.
#[test]
fn a_token_of_sigv2_costs_two_allocations() {
    let now: Timestamp = "20130524T000000Z".parse().unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        .unwrap()
        .with_session_token("IQoJb3JpZ2luX2VjEHQaCXVzLWVhc3QtMSJ/+=".repeat(10))
        .unwrap();
    let link = v2_bucket()
        .get("a.txt")
        .presign(&credentials, Duration::from_secs(60), now)
        .unwrap();
    let verifier = Verifier::new("us-east-1", "s3")
        .allow_sigv2(Duration::from_secs(60))
        .base_domain("s3.us-east-1.amazonaws.com");
    let count = allocations_of(&verifier, link.as_str(), &credentials, now);
    assert_eq!(count, 2);
}

/// The target and the headers as a server receives them, instead of a whole URL.
#[test]
fn a_target_or_signed_header_costs_no_allocation() {
    let now: Timestamp = "20130524T000000Z".parse().unwrap();
    let credentials =
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let host = "examplebucket.s3.us-east-1.amazonaws.com";
    let verifier = Verifier::new("us-east-1", "s3");

    let link = bucket
        .get("a.txt")
        .presign(&credentials, Duration::from_secs(60), now)
        .unwrap();
    let target = link.as_str().split_once(host).unwrap().1;
    let check = || {
        let request = ReceivedRequest::new("GET", target).header("Host", host);
        let verified = verifier.verify(&request, now, |_| Some(credentials.clone()));
        assert!(verified.is_ok());
    };
    check();
    assert_eq!(allocations(check), 0);

    let put = bucket
        .put("a.txt")
        .header("Content-Type", "text/plain")
        .header("x-amz-acl", "private");
    let put = put.payload(Payload::sha256_of(b"body"));
    let signed = put.sign(&credentials, now).unwrap();
    let check = || {
        let request = ReceivedRequest::new("PUT", "/a.txt")
            .header("Host", host)
            .header("content-type", "text/plain")
            .header("x-amz-acl", "private")
            .headers(signed.headers())
            .body(b"body");
        let verified = verifier.verify(&request, now, |_| Some(credentials.clone()));
        assert!(verified.is_ok());
    };
    check();
    assert_eq!(allocations(check), 0);
}
