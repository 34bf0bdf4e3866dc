//! Damaged and other keys are rejected, and credentials with a private key where a secret access
//! key is required.

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

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn parse_private_key(pem: &str) -> Result<Credentials, Error> {
    Credentials::from_pem("K2JCJMDEHXQW5F", pem)
}

/// Returns the message of the error, which contains nothing of the PEM text.
fn rejection<T>(result: Result<T, Error>, pem: &str) -> String {
    let error = result.err().expect(pem);
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let message = error.to_string();
    for line in pem.lines().filter(|line| !line.contains('-')) {
        assert!(line.is_empty() || !message.contains(line), "{message}");
    }
    message
}

#[test]
fn other_keys_are_rejected_by_name() {
    let keys = vectors::<Value>("keys.json");
    for (name, expected) in [
        ("rsa_1024", "has 1024 bits"),
        ("rsa_three_primes", "more than two primes"),
        ("rsa_pss", "neither RSA nor ECDSA"),
        ("p384_sec1", "isn't on the curve P-256"),
        ("p384_pkcs8", "isn't on the curve P-256"),
        ("ed25519", "neither RSA nor ECDSA"),
        ("encrypted_pkcs8", "is encrypted"),
        ("encrypted_pkcs1", "is encrypted"),
    ] {
        let pem = text(&keys["rejected_private"][name]);
        let message = rejection(parse_private_key(pem), pem);
        assert!(message.contains(expected), "{name}: {message}");
    }
    for (name, expected) in [
        ("rsa_1024", "has 1024 bits"),
        ("rsa_8192", "has 8192 bits"),
        ("p384", "isn't on the curve P-256"),
        ("certificate", "is a certificate"),
    ] {
        let pem = text(&keys["rejected_public"][name]);
        let message = rejection(VerifyingKey::from_pem(pem), pem);
        assert!(message.contains(expected), "{name}: {message}");
    }
}

#[test]
fn damaged_text_is_rejected() {
    let keys = &vectors::<Value>("cloudfront.json")["keys"];
    let keys = |key: &str, form: &str| String::from(text(&keys[key][form]));
    let rsa = keys("cloudfront_rsa", "private_pkcs1");
    let ec = keys("cloudfront_ec", "private_sec1");
    let public = keys("cloudfront_rsa", "public");
    for (pem, expected) in [
        (String::new(), "is not PEM"),
        (rsa.replace("-----BEGIN", "----BEGIN"), "is not PEM"),
        (rsa.replace('\n', "\\n"), "two characters"),
        (
            rsa.replace("RSA PRIVATE KEY", "DSA PRIVATE KEY"),
            "is not a key",
        ),
        (
            rsa.replace("RSA PRIVATE", "EC PRIVATE"),
            "isn't on the curve",
        ),
        (rsa.replace("RSA PRIVATE", "PRIVATE"), "is damaged"),
        (rsa.replace("-----END", ""), "is damaged"),
        (
            ec.replace("EC PRIVATE", "RSA PRIVATE"),
            "the RSA key is damaged",
        ),
        (format!("{rsa}{ec}"), "more than one key"),
        (public.clone(), "is a public key"),
    ] {
        let message = rejection(parse_private_key(&pem), &pem);
        assert!(message.contains(expected), "{pem}: {message}");
    }
    let message = rejection(VerifyingKey::from_pem(&rsa), &rsa);
    assert!(message.contains("is a private key"), "{message}");
    // A changed character is another number, so that the parts of the key contradict each
    // other.
    for (pem, line) in [(&rsa, 5), (&rsa, 15), (&ec, 1)] {
        let lines = pem.lines().enumerate();
        let lines = lines.map(|(at, text)| match at {
            _ if at == line => format!("{}{}", &text[..30], &text[30..].to_uppercase()),
            _ => text.into(),
        });
        let changed = lines.collect::<Vec<_>>().join("\n");
        assert_ne!(changed, pem.trim_end());
        assert!(parse_private_key(&changed).is_err(), "line {line}");
    }
}
