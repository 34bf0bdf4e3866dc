//! Compares signatures with private keys with the bare RSA or ECDSA operation: CloudFront's,
//! Google's, and SigV4a's, including its verification. Also compares applying a signed policy to
//! another URL with concatenating two texts, and a template of Google with an HMAC key with one of
//! S3.
//!
//! `cargo bench --bench private_keys --all-features` prints the ratios. With `--quick`, or when run
//! as a test, it only asserts that every row is correct.

mod support;

use p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use presign::cloudfront::{Distribution, Policy};
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, VerifyingKey, cloudfront, gcs};
use serde_json::Value;
use sha2::Digest as _;
use std::path::Path;
use support::rows::{Row, compare};
use support::{DAY, now};

const ID: &str = "K2JCJMDEHXQW5F";
const URL: &str = "https://media.example.com/videos/7/0.ts";

/// The highest ratio of signing to the bare operation.
const LIMIT: f64 = 1.05;

/// The highest ratio of verifying to the bare operation.
const VERIFY_LIMIT: f64 = 1.1;

/// The highest ratio of a template of Google to one of S3.
const TEMPLATE_LIMIT: f64 = 1.1;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let has_flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let is_bench = has_flag("--bench") && !has_flag("--quick");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cloudfront.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let pem = |name: &str, form: &str| vectors["keys"][name][form].as_str().unwrap().to_owned();

    let text = pem("cloudfront_rsa", "private_pkcs1");
    let key = {
        use rsa::pkcs1::DecodeRsaPrivateKey as _;
        rsa::PrivateKey::from_pkcs1_pem(&text).unwrap()
    };
    google(&text, key.clone(), if is_bench { 20 } else { 1 });
    google_template(if is_bench { 3000 } else { 1 });
    let digest = sha1::Sha1::digest(URL);
    let floor = Row::new("rsa, SHA-1, 2048 bits", None, move |_| {
        key.pkcs1v15_sign_prehash::<sha1::Sha1>(&digest).unwrap()
    });
    let public = pem("cloudfront_rsa", "public");
    sign("RSA", floor, &text, &public, if is_bench { 20 } else { 1 });

    let text = pem("cloudfront_ec", "private_pkcs8");
    let key: p256::SecretKey = text.parse().unwrap();
    let key = p256::ecdsa::SigningKey::from(key);
    let floor = Row::new("p256, SHA-1", None, move |_| {
        let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
        signature.to_der()
    });
    let public = pem("cloudfront_ec", "public");
    sign(
        "ECDSA",
        floor,
        &text,
        &public,
        if is_bench { 100 } else { 1 },
    );
    sigv4a(if is_bench { 100 } else { 1 });
    apply(&text, if is_bench { 3000 } else { 1 });
}

fn google(private: &str, key: rsa::PrivateKey, rounds: usize) {
    let digest = sha2::Sha256::digest(URL);
    let floor = Row::new("rsa, SHA-256, 2048 bits", None, move |_| {
        key.pkcs1v15_sign_prehash::<sha2::Sha256>(&digest).unwrap()
    });
    let keys = Credentials::from_pem("a@example.iam.gserviceaccount.com", private).unwrap();
    let bucket = gcs::Bucket::new("examplebucket").unwrap();
    let get = bucket.get("videos/7/0.ts");
    let link = get.presign(&keys, DAY, now()).unwrap();
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let verifier = gcs::verifier("auto");
    verifier.verify(&request, now(), |_| Some(&keys)).unwrap();
    let sign = Row::new("Request::presign", LIMIT, |_| {
        get.presign(&keys, DAY, now()).unwrap()
    });
    compare("Google, RSA", vec![floor, sign], rounds);
}

/// The scheme uses another table, with longer names.
fn google_template(rounds: usize) {
    let keys = support::credentials(None);
    let s3 = Bucket::builder("examplebucket", "auto")
        .endpoint("https://storage.googleapis.com")
        .build()
        .unwrap();
    let google = gcs::Bucket::new("examplebucket").unwrap();
    let s3 = s3.request("GET").template(&keys, DAY, now()).unwrap();
    let google = google.request("GET").template(&keys, DAY, now()).unwrap();
    let link = google.presign("videos/7/0.ts", now()).unwrap();
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let verifier = gcs::verifier("auto");
    verifier.verify(&request, now(), |_| Some(&keys)).unwrap();
    let floor = Row::new("S3's template", None, |_| {
        s3.presign("videos/7/0.ts", now()).unwrap()
    });
    let own = Row::new("Google's template", TEMPLATE_LIMIT, |_| {
        google.presign("videos/7/0.ts", now()).unwrap()
    });
    compare("Templates with HMAC keys", vec![floor, own], rounds);
}

fn sigv4a(rounds: usize) {
    let keys = support::credentials(None);
    let arn = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
    let bucket = Bucket::new(arn, "us-east-1").unwrap();
    let get = bucket.get("videos/7/0.ts");
    let link = get.presign(&keys, DAY, now()).unwrap();
    let digest = sha2::Sha256::digest(link.as_str());

    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let public = *key.verifying_key();
    let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
    let der = signature.to_der();
    let floor = Row::new("p256, SHA-256", None, move |_| {
        let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
        signature.to_der()
    });
    let sign = Row::new("Request::presign, SigV4a", LIMIT, |_| {
        get.presign(&keys, DAY, now()).unwrap()
    });
    compare("SigV4a, signing", vec![floor, sign], rounds);

    let floor = Row::new("p256, SHA-256", None, move |_| {
        let signature = p256::ecdsa::Signature::from_der(der.as_bytes()).unwrap();
        public.verify_prehash(&digest, &signature).unwrap();
    });
    let verifier = Verifier::new("eu-west-1", "s3").allow_sigv4a();
    let verify = Row::new("Verifier::verify, SigV4a", VERIFY_LIMIT, |_| {
        let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
        verifier
            .verify(&request, now(), |_| Some(&keys))
            .unwrap()
            .payload()
    });
    compare("SigV4a, verifying", vec![floor, verify], rounds);
}

fn sign(case: &str, floor: Row, private: &str, public: &str, rounds: usize) {
    let key = Credentials::from_pem(ID, private).unwrap();
    let public = VerifyingKey::from_pem(public).unwrap();
    let cdn = Distribution::new("https://media.example.com").unwrap();
    let policy = cdn.policy("videos/7/*");
    let folder = policy.presign(&key, DAY, now()).unwrap();
    let link = cdn.get("videos/7/0.ts").presign(&key, DAY, now()).unwrap();
    for url in [folder.url(URL).unwrap(), link] {
        let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
        cloudfront::verify(&request, now(), |_| Some(&public)).unwrap();
    }
    let sign_policy = Row::new("Policy::presign", LIMIT, |_| {
        policy.presign(&key, DAY, now()).unwrap()
    });
    let sign_url = Row::new("Request::presign", LIMIT, |_| {
        let request = cdn.get("videos/7/0.ts");
        request.presign(&key, DAY, now()).unwrap()
    });
    compare(case, vec![floor, sign_policy, sign_url], rounds);
}

/// The floor is the concatenation of two texts.
fn apply(private: &str, rounds: usize) {
    let key = Credentials::from_pem(ID, private).unwrap();
    let policy = Policy::new("https://media.example.com/videos/7/*");
    let folder = policy.presign(&key, DAY, now()).unwrap();
    let signed = folder.url(URL).unwrap();
    let suffix = signed.as_str().strip_prefix(URL).unwrap();
    let floor = Row::new("concatenation", None, |_| [URL, suffix].concat());
    let apply = Row::new("SignedPolicy::url", None, |_| folder.url(URL).unwrap());
    compare(
        "a signed policy and a further URL",
        vec![floor, apply],
        rounds,
    );
}
