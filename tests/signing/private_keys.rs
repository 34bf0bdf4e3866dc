//! Credentials with a private key are rejected where a secret access key is required.

use crate::support::{time, vectors};
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{
    Credentials, Error, ErrorKind, Identity, Request, SignatureVersion, VerifyingKey, tokens, v2,
    v4,
};
use serde_json::Value;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn keys() -> [Credentials; 2] {
    let vectors: Value = vectors("cloudfront.json");
    ["cloudfront_rsa", "cloudfront_ec"].map(|name| {
        let pem = vectors["keys"][name]["private_pkcs8"].as_str().unwrap();
        Credentials::from_pem("K2JCJMDEHXQW5F", pem).unwrap()
    })
}

fn buckets() -> [Bucket; 2] {
    [SignatureVersion::V4, SignatureVersion::V2].map(|version| {
        let bucket = Bucket::builder("examplebucket", "us-east-1");
        bucket.signature_version(version).build().unwrap()
    })
}

fn assert_needs_secret<T>(result: Result<T, Error>) {
    let error = result.err().expect("an error");
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(
        error.to_string(),
        "this signature needs a secret access key, but K2JCJMDEHXQW5F has a private key; use \
         `Credentials::new` or `Identity::hmac`"
    );
}

fn assert_request_needs_secret(request: &Request<'_>, key: &Credentials) {
    let now = time("20130524T000000Z");
    assert_needs_secret(request.sign(key, now));
    assert_needs_secret(request.prepare_headers(key.identity(), now));
}

#[test]
fn a_private_key_cannot_sign_for_hmac_services() {
    let now = time("20130524T000000Z");
    for key in keys() {
        for bucket in buckets() {
            let get = bucket.get("a.txt");
            assert_needs_secret(get.presign(&key, MINUTE, now));
            let mut out = String::new();
            assert_needs_secret(get.presign_into(&key, MINUTE, now, &mut out));
            assert_eq!(out, "");
            assert_needs_secret(get.prepare_url(key.identity(), MINUTE, now));
            assert_needs_secret(bucket.request("GET").template(&key, MINUTE, now));
            assert_request_needs_secret(&get, &key);
            let form = bucket.post_policy("a.txt");
            assert_needs_secret(form.presign(&key, MINUTE, now));
            assert_needs_secret(form.prepare(key.identity(), MINUTE, now));
        }
        let service = v4::Service::new("us-east-1", "iam").unwrap();
        assert_request_needs_secret(&service.get("https://iam.amazonaws.com/"), &key);
        let service = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
        assert_request_needs_secret(&service.get("https://sdb.amazonaws.com/"), &key);
        let token = tokens::elasticache("us-east-1", "cache", "user").unwrap();
        assert_needs_secret(token.presign(&key, MINUTE, now));
    }
    for identity in [
        Identity::rsa("K2JCJMDEHXQW5F"),
        Identity::p256("K2JCJMDEHXQW5F"),
    ] {
        let [bucket, _] = buckets();
        let prepared = bucket
            .get("a.txt")
            .prepare_url(&identity.unwrap(), MINUTE, now);
        assert_needs_secret(prepared);
    }
}

#[test]
fn a_private_key_cannot_sign_a_url_prepared_for_a_secret() {
    let now = time("20130524T000000Z");
    let identity = Identity::hmac("K2JCJMDEHXQW5F").unwrap();
    for bucket in buckets() {
        let unsigned = bucket.get("a.txt").prepare_url(&identity, MINUTE, now);
        let [rsa, _] = keys();
        assert_needs_secret(unsigned.unwrap().sign_with(&rsa));
    }
}

#[test]
fn a_private_or_public_key_verifies_no_hmac() {
    let now = time("20130524T000000Z");
    let secret = Credentials::new("K2JCJMDEHXQW5F", "secret").unwrap();
    let own = VerifyingKey::from(&secret);
    let vectors: Value = vectors("cloudfront.json");
    let public = vectors["keys"]["cloudfront_rsa"]["public"].as_str();
    let public = VerifyingKey::from_pem(public.unwrap()).unwrap();
    let [rsa, p256] = keys().map(VerifyingKey::from);
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(Duration::MAX);
    for bucket in buckets() {
        let link = bucket.get("a.txt").presign(&secret, MINUTE, now).unwrap();
        let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
        let request = request.bucket("examplebucket");
        let verify = |key| verifier.verify(&request, now, |_| Some(key));
        assert!(verify(&own).is_ok());
        for key in [&public, &rsa, &p256] {
            let error = verify(key).unwrap_err();
            assert_eq!(error.kind(), VerifyErrorKind::Signature, "{key:?}");
        }
    }
}

#[test]
fn equal_keys_are_equal_and_others_are_not() {
    let [rsa, p256] = keys();
    let [again, _] = keys();
    assert_eq!(rsa, again);
    assert_ne!(rsa, p256);
    assert_ne!(rsa, Credentials::new("K2JCJMDEHXQW5F", "secret").unwrap());
    let clone = rsa.clone();
    let expiring = clone.with_expiration(time("20130524T000000Z"));
    assert_ne!(rsa, expiring);
    assert_eq!(
        format!("{rsa:?}"),
        r#"Credentials { access_key_id: "K2JCJMDEHXQW5F", session_token: false, expiration: None, .. }"#
    );
}
