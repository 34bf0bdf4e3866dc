//! SigV4a: AWS's suite, key derivation, other keys, and requests that can't be signed with it.

use crate::support::{HttpText, credentials, header_set, hex, query_set, time, unhex, vectors};
use p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use presign::s3::Bucket;
use presign::v4::{CanonicalUri, Service, SessionToken};
use presign::{Algorithm, Credentials, ErrorKind, Identity, Payload, SignatureVersion, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Deserialize)]
struct Case {
    name: String,
    context: Context,
    request: String,
    header: Expected,
    query: Expected,
    public_key: PublicKey,
    rfc6979_signature: Rfc6979,
}

#[derive(Deserialize)]
struct Context {
    credentials: Keys,
    normalize: bool,
    region: String,
    service: String,
    sign_body: bool,
    timestamp: String,
    #[serde(default)]
    omit_session_token: bool,
}

#[derive(Deserialize)]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

#[derive(Deserialize)]
struct Expected {
    canonical_request: String,
    string_to_sign: String,
    signature: String,
    signed_request: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct PublicKey {
    x: String,
    y: String,
}

#[derive(Deserialize)]
struct Rfc6979 {
    header: String,
    query: String,
}

impl PublicKey {
    fn key(&self) -> VerifyingKey {
        let point = [vec![4], unhex(&self.x), unhex(&self.y)].concat();
        VerifyingKey::from_sec1_bytes(&point).unwrap()
    }
}

/// Returns whether another implementation accepts the signature of a text.
fn is_signature(key: &VerifyingKey, text: &[u8], signature: &str) -> bool {
    let signature = Signature::from_der(&unhex(signature)).unwrap();
    key.verify_prehash(&Sha256::digest(text), &signature)
        .is_ok()
}

/// Compares the steps of a signature with those of the suite.
fn check_steps<T>(
    case: &str,
    unsigned: presign::Unsigned<T>,
    keys: &Credentials,
    (expected, rfc6979): (&Expected, &str),
    key: &VerifyingKey,
    signature_of: impl Fn(&T) -> String,
) -> T {
    assert_eq!(unsigned.algorithm(), Algorithm::EcdsaSha256);
    assert_eq!(
        unsigned.canonical_request().unwrap(),
        expected.canonical_request,
        "{case}: canonical request"
    );
    let text = unsigned.string_to_sign().to_vec();
    assert_eq!(text, expected.string_to_sign.as_bytes(), "{case}");
    // The published signature has another nonce, so it is verified instead of compared.
    assert!(is_signature(key, &text, &expected.signature), "{case}");
    let signed = unsigned.sign_with(keys).unwrap();
    let signature = signature_of(&signed);
    assert_eq!(signature, rfc6979, "{case}: signature");
    assert!(is_signature(key, &text, &signature), "{case}");
    assert!(!is_signature(key, &text[1..], &signature), "{case}");
    signed
}

#[test]
fn signatures_match_the_suite_of_aws() {
    let cases: Vec<Case> = vectors("v4a.json");
    assert_eq!(cases.len(), 38);
    for case in cases {
        let (name, context) = (&case.name, &case.context);
        let text = HttpText::parse(&case.request);
        let service = Service::sigv4a(&*context.region, &*context.service).unwrap();
        let service = service
            .canonical_uri(if context.normalize {
                CanonicalUri::Normalized
            } else {
                CanonicalUri::Unnormalized
            })
            .content_sha256_header(context.sign_body)
            .session_token(if context.omit_session_token {
                SessionToken::Appended
            } else {
                SessionToken::Signed
            });
        let keys = &context.credentials;
        let keys = credentials(
            &keys.access_key_id,
            &keys.secret_access_key,
            keys.token.as_deref(),
        );
        let now = time(&context.timestamp);
        let payload = if context.sign_body {
            Payload::sha256_of(&text.body)
        } else {
            Payload::Empty
        };
        let request = text.request(&service).payload(payload);
        let key = case.public_key.key();

        let unsigned = request.prepare_headers(keys.identity(), now).unwrap();
        let expected = (&case.header, &*case.rfc6979_signature.header);
        let signed = check_steps(name, unsigned, &keys, expected, &key, |signed| {
            signed.signature().into_owned()
        });
        let at_once = request.sign(&keys, now).unwrap();
        assert!(at_once.headers().eq(signed.headers()), "{name}");
        let sent = HttpText::parse(&case.header.signed_request).headers;
        let without_signature = |headers: Vec<(String, String)>| {
            let end = |value: String| match value.split_once("Signature=") {
                Some((start, _)) => start.to_owned(),
                None => value,
            };
            let headers = headers.into_iter();
            headers
                .map(|(name, value)| (name, end(value)))
                .collect::<Vec<_>>()
        };
        let given = header_set(text.headers.clone());
        let added = header_set(sent);
        let added = added.into_iter().filter(|header| !given.contains(header));
        assert_eq!(
            without_signature(header_set(signed.headers())),
            without_signature(added.collect()),
            "{name}: headers added"
        );

        let unsigned = request.prepare_url(keys.identity(), HOUR, now).unwrap();
        let expected = (&case.query, &*case.rfc6979_signature.query);
        let url = check_steps(name, unsigned, &keys, expected, &key, |url| {
            url.signature().into_owned()
        });
        assert_eq!(
            request.presign(&keys, HOUR, now).unwrap().as_str(),
            url.as_str()
        );
        let expected = HttpText::parse(&case.query.signed_request);
        let params = |url: &str| {
            let mut params = query_set(url);
            params.retain(|(name, _)| name != b"X-Amz-Signature");
            params
        };
        assert_eq!(params(url.as_str()), params(&expected.target), "{name}");
    }
}

#[test]
fn derived_keys_match_published_ones() {
    let cases: Vec<Value> = vectors("key-derivation.json");
    let service = Service::sigv4a("*", "s3").unwrap();
    let now = time("2021-01-01T00:00:00Z");
    let mut derived = 0;
    for case in cases {
        let text = |name: &str| case[name].as_str().unwrap();
        if text("scheme") != "AWS4-ECDSA-P256-SHA256" {
            continue;
        }
        let keys = Credentials::new(text("access_key_id"), text("secret_access_key")).unwrap();
        let request = service.get("https://example.s3.amazonaws.com/");
        let unsigned = request.prepare_url(keys.identity(), HOUR, now).unwrap();
        let text = unsigned.string_to_sign().to_vec();
        let signature = unsigned.sign_with(&keys).unwrap().signature().into_owned();
        let expected = &case["expected"];
        let [private, x, y] = ["private_key", "public_key_x", "public_key_y"]
            .map(|name| unhex(expected[name].as_str().unwrap()));
        let key = SigningKey::from_slice(&private).unwrap();
        assert_eq!(
            key.verifying_key().to_sec1_point(false).as_bytes(),
            [vec![4], x, y].concat()
        );
        assert!(is_signature(key.verifying_key(), &text, &signature));
        derived += 1;
    }
    assert_eq!(derived, 4);
}

/// The first candidate for the key of this access key ID is too large. The ID was found by search,
/// and Python computed the private key.
#[test]
fn a_key_can_come_from_the_second_candidate() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let keys = Credentials::new("AKIDCOUNTE2444571515", secret).unwrap();
    let private = "9c4f098f703a76fed60666b34b18536a1174a4a8e5ca0481b1561634321a13ec";
    let key = SigningKey::from_slice(&unhex(private)).unwrap();
    let service = Service::sigv4a("*", "s3").unwrap();
    let request = service.get("https://example.s3.amazonaws.com/");
    let unsigned = request.prepare_url(keys.identity(), HOUR, now()).unwrap();
    let text = unsigned.string_to_sign().to_vec();
    let link = unsigned.sign_with(&keys).unwrap();
    assert!(is_signature(key.verifying_key(), &text, &link.signature()));
}

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn now() -> Timestamp {
    time("2015-08-30T12:36:00Z")
}

const MULTI_REGION: &str = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";

#[test]
fn a_multi_region_access_point_is_signed_for_all_regions() {
    let bucket = Bucket::new(MULTI_REGION, "us-east-1").unwrap();
    let link = bucket.get("a b").presign(&keys(), HOUR, now()).unwrap();
    let start = "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/a%20b?";
    assert!(link.as_str().starts_with(start), "{link}");
    let params = query_set(link.as_str());
    let has = |name: &str, value: &str| params.contains(&(name.into(), value.into()));
    assert!(has("X-Amz-Region-Set", "*"));
    assert!(has("X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256"));
    assert!(has(
        "X-Amz-Credential",
        "AKIDEXAMPLE/20150830/s3/aws4_request"
    ));

    let signed = bucket
        .put("a")
        .payload(Payload::Empty)
        .sign(&keys(), now())
        .unwrap();
    assert!(
        signed
            .headers()
            .any(|header| header == ("x-amz-region-set", "*"))
    );

    let two = Bucket::builder(MULTI_REGION, "us-east-1").region_set("us-east-1,us-west-2");
    assert_eq!(two.build().unwrap().region(), "us-east-1,us-west-2");
}

#[test]
fn a_multi_region_access_point_has_no_other_form() {
    let builder = || Bucket::builder(MULTI_REGION, "us-east-1");
    for bucket in [
        builder().dualstack(),
        builder().fips(),
        builder().accelerate(),
        builder().addressing_style(presign::AddressingStyle::Path),
    ] {
        assert_eq!(bucket.build().unwrap_err().kind(), ErrorKind::Endpoint);
    }
    let bucket = builder().build().unwrap();
    let form = bucket.post_policy("a").presign(&keys(), HOUR, now());
    assert_eq!(form.unwrap_err().kind(), ErrorKind::Bucket);
}

#[test]
fn a_bucket_can_be_signed_for_several_regions() {
    let builder = || Bucket::builder("examplebucket", "us-east-1");
    let v4a = || builder().signature_version(SignatureVersion::V4a);
    let bucket = v4a().region_set("us-*").build().unwrap();
    let link = bucket.get("a").presign(&keys(), HOUR, now()).unwrap();
    assert!(
        link.as_str()
            .starts_with("https://examplebucket.s3.us-east-1.amazonaws.com/a?")
    );
    assert!(
        link.as_str().contains("&X-Amz-Region-Set=us-%2A&"),
        "{link}"
    );
    assert_eq!(v4a().build().unwrap().region(), "*");

    let error = bucket
        .post_policy("a")
        .presign(&keys(), HOUR, now())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    let error = builder().region_set("us-*").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Scope, "{error}");
    let error = v4a()
        .region_set("us-east-1, us-west-2")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Scope, "{error}");
    let directory = Bucket::builder("logs--usw2-az1--x-s3", "us-west-2");
    let error = directory
        .signature_version(SignatureVersion::V4a)
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[test]
fn templates_sign_each_url() {
    let bucket = Bucket::new(MULTI_REGION, "us-east-1").unwrap();
    let template = bucket
        .request("GET")
        .template(&keys(), HOUR, now())
        .unwrap();
    let later = Timestamp::from_unix_seconds(now().unix_seconds() + 1);
    for moment in [now(), later] {
        let expected = bucket.get("a b").presign(&keys(), HOUR, moment).unwrap();
        let link = template.presign("a b", moment).unwrap();
        assert_eq!(link.as_str(), expected.as_str());
    }
    // Signatures of the same text are equal.
    assert_eq!(
        template.presign("a", now()).unwrap().as_str(),
        template.presign("a", now()).unwrap().as_str()
    );
}

#[test]
fn a_p256_key_signs_without_a_secret() {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let pem = p256::SecretKey::from(&key)
        .to_pkcs8_pem(LineEnding::LF)
        .unwrap();
    let keys = Credentials::from_pem("AKIDEXAMPLE", &pem).unwrap();
    let service = Service::sigv4a("*", "s3").unwrap();
    let request = service.get("https://example.s3.amazonaws.com/");

    let identity = Identity::p256("AKIDEXAMPLE").unwrap();
    let unsigned = request.prepare_url(&identity, HOUR, now()).unwrap();
    let digest = Sha256::digest(unsigned.string_to_sign());
    let signature: Signature = key.sign_prehash(&digest).unwrap();
    let error = request
        .prepare_url(&identity, HOUR, now())
        .unwrap()
        .finish(&[0; 32])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signature);
    let link = unsigned.finish(signature.to_der().as_bytes()).unwrap();
    assert_eq!(
        link.as_str(),
        request.presign(&keys, HOUR, now()).unwrap().as_str()
    );
    assert_eq!(link.signature(), hex(signature.to_der().as_bytes()));

    // SigV4 needs a secret, and SigV4a rejects an RSA key.
    let v4 = Service::new("us-east-1", "s3").unwrap();
    let error = v4
        .get("https://example.s3.amazonaws.com/")
        .presign(&keys, HOUR, now())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let rsa = Identity::rsa("AKIDEXAMPLE").unwrap();
    let error = request.prepare_url(&rsa, HOUR, now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
}

#[test]
fn a_region_set_of_the_caller_has_to_agree() {
    let service = Service::sigv4a("us-east-1", "service").unwrap();
    let request = || service.get("https://example.amazonaws.com/");
    let with = |set: &'static str| request().header("X-Amz-Region-Set", set);
    let plain = request().sign(&keys(), now()).unwrap();
    let own = with("us-east-1").sign(&keys(), now()).unwrap();
    assert_eq!(own.signature(), plain.signature());
    let error = with("us-west-2").sign(&keys(), now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Header);
    let error = with("us-east-1").presign(&keys(), HOUR, now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Header);
    let twice = with("us-east-1").header("x-amz-region-set", "us-east-1");
    assert_eq!(
        twice.sign(&keys(), now()).unwrap_err().kind(),
        ErrorKind::Header
    );
    let url = "https://example.amazonaws.com/?X-Amz-Region-Set=us-east-1";
    let error = service.get(url).presign(&keys(), HOUR, now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query);
}

/// Each of the five headers that signing can add has its own value.
#[test]
fn a_token_is_sent_beside_the_region_set() {
    let bucket = Bucket::new(MULTI_REGION, "us-east-1").unwrap();
    let keys = keys().with_session_token("TOKEN").unwrap();
    let put = bucket.put("a").payload(Payload::Empty);
    let signed = put.sign(&keys, now()).unwrap();
    let headers: Vec<_> = signed.headers().collect();
    let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "x-amz-date",
            "x-amz-content-sha256",
            "x-amz-region-set",
            "x-amz-security-token",
            "Authorization"
        ]
    );
    assert_eq!(headers[3].1, "TOKEN");
    assert!(
        headers[4]
            .1
            .starts_with("AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/")
    );
}
