//! Another implementation, `ring`, verifies signatures with private keys.

use crate::support::{time, unhex, vectors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presign::gcs::{Bucket, ServiceAccount};
use presign::{Credentials, SignatureVersion, Unsigned, v4};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// Checks the signature of a text, and that it is invalid for another text.
fn check(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], text: &[u8], signature: &[u8]) {
    let key = UnparsedPublicKey::new(algorithm, key);
    assert!(key.verify(text, signature).is_ok());
    assert!(key.verify(&text[1..], signature).is_err());
}

#[test]
fn google_signatures_with_rsa_verify() {
    let file: Value = vectors("gcs-v4.json");
    let account = ServiceAccount::from_json(&file["service_account"].to_string()).unwrap();
    let pem = file["service_account"]["private_key"].as_str().unwrap();
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap();
    let key = key.public_key().as_ref();
    let now = time("20190201T090000Z");
    for version in [SignatureVersion::V4, SignatureVersion::V2] {
        let bucket = Bucket::builder("test-bucket").signature_version(version);
        let bucket = bucket.build().unwrap();
        let get = bucket.get("a b/\u{e9}");
        let unsigned = get.prepare_url(account.identity(), HOUR, now).unwrap();
        let text = unsigned.string_to_sign().to_vec();
        let link = unsigned.sign_with(account.credentials()).unwrap();
        let (_, signature) = link.as_str().rsplit_once("Signature=").unwrap();
        let signature = match version {
            SignatureVersion::V2 => {
                let text = signature.replace("%2B", "+").replace("%2F", "/");
                STANDARD.decode(text.replace("%3D", "=")).unwrap()
            }
            _ => unhex(signature),
        };
        check(&RSA_PKCS1_2048_8192_SHA256, key, &text, &signature);
    }
}

#[test]
fn sigv4a_signatures_verify() {
    let cases: Vec<Value> = vectors("v4a.json");
    let case = &cases[0];
    let coordinate = |name: &str| unhex(case["public_key"][name].as_str().unwrap());
    let key = [vec![4], coordinate("X"), coordinate("Y")].concat();
    let keys = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let keys = keys.unwrap();
    let service = v4::Service::sigv4a("us-east-1,eu-west-1", "service").unwrap();
    let now = time("20150830T123600Z");
    for path in ["", "a%20b?c=d", "%E9"] {
        let url = format!("https://example.amazonaws.com/{path}");
        let get = service.get(&url);
        let unsigned: Unsigned<_> = get.prepare_url(keys.identity(), HOUR, now).unwrap();
        let text = unsigned.string_to_sign().to_vec();
        let link = unsigned.sign_with(&keys).unwrap();
        let (_, signature) = link.as_str().rsplit_once("Signature=").unwrap();
        check(&ECDSA_P256_SHA256_ASN1, &key, &text, &unhex(signature));
    }
}
