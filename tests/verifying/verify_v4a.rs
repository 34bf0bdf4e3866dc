//! Verifies SigV4a: recorded requests, region sets, public keys, and changed requests.

use crate::support::{credentials, time, vectors};
use p256::ecdsa::SigningKey;
use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use presign::s3::Bucket;
use presign::v4::{CanonicalUri, Service};
use presign::verify::{Carrier, ReceivedRequest, Verifier, VerifyError, VerifyErrorKind};
use presign::{Credentials, Payload, Scheme, SignatureVersion, Timestamp, VerifyingKey};
use proptest::prelude::*;
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
struct Recorded {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: u32,
    form: String,
    service: String,
    single_encoding: bool,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    verifier_region: String,
    now: String,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    verdict: String,
    why: Option<String>,
}

/// Requests that the AWS Common Runtime signed, a third of them changed afterwards.
#[test]
fn recorded_requests_have_their_verdict() {
    let Recorded { cases } = vectors("v4a-verify.json");
    let (mut accepted, mut rejected) = (0, 0);
    for case in cases {
        let id = case.id;
        let keys = credentials(
            &case.access_key_id,
            &case.secret_access_key,
            case.session_token.as_deref(),
        );
        let mut verifier = Verifier::new(&*case.verifier_region, &*case.service)
            .allow_sigv4a()
            .allow_dot_segments()
            .allow_escaped_slash();
        if case.single_encoding {
            verifier = verifier.canonical_uri(CanonicalUri::S3);
        }
        let headers = case.headers.iter();
        let request = ReceivedRequest::from_url(&case.method, &case.url)
            .unwrap()
            .headers(headers.map(|(name, value)| (name.as_str(), value.as_str())))
            .body(case.body.as_bytes());
        let now = time(&case.now);
        let result = verifier.verify(&request, now, |name| {
            (name == case.access_key_id).then_some(&keys)
        });
        match (result, &*case.expected.verdict) {
            (Ok(verified), "accept") => {
                let authentication = verified.authentication();
                assert_eq!(authentication.scheme(), Scheme::AwsV4a);
                let carrier = match &*case.form {
                    "query" => Carrier::Query,
                    _ => Carrier::Header,
                };
                assert_eq!(authentication.carrier(), carrier, "{id}");
                accepted += 1;
            }
            (Err(error), "refuse") => {
                let expected = match case.expected.why.as_deref() {
                    Some("signature") => VerifyErrorKind::Signature,
                    Some("skew") => VerifyErrorKind::TimeSkew,
                    Some("not-yet-valid") => VerifyErrorKind::NotYetValid,
                    other => panic!("{other:?}"),
                };
                assert_eq!(error.kind(), expected, "{id}: {error}");
                rejected += 1;
            }
            (result, verdict) => panic!("{id}: {verdict}, but {result:?}"),
        }
        // The verifier has to allow SigV4a.
        let verifier = Verifier::new(&*case.verifier_region, &*case.service);
        let error = verifier.verify(&request, now, |_| Some(&keys)).unwrap_err();
        assert!(
            matches!(
                error.kind(),
                VerifyErrorKind::Scheme | VerifyErrorKind::Malformed
            ),
            "{id}: {error}"
        );
    }
    assert_eq!((accepted, rejected), (16, 8));
}

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn now() -> Timestamp {
    time("2015-08-30T12:36:00Z")
}

const HOUR: Duration = Duration::from_secs(3600);

fn bucket(regions: &str) -> Bucket {
    let builder = Bucket::builder("examplebucket", "us-east-1");
    let builder = builder.signature_version(SignatureVersion::V4a);
    builder.region_set(regions).build().unwrap()
}

fn link(regions: &str) -> String {
    let link = bucket(regions).get("a/b c").presign(&keys(), HOUR, now());
    link.unwrap().into()
}

fn verify(
    region: &str,
    url: &str,
    key: impl Into<VerifyingKey<'static>>,
) -> Result<(), VerifyError> {
    let verifier = Verifier::new(region, "s3").allow_sigv4a();
    let request = ReceivedRequest::from_url("GET", url).unwrap();
    verifier.verify(&request, now(), |_| Some(key)).map(drop)
}

#[test]
fn the_region_set_has_to_include_the_region() {
    for (set, region) in [
        ("*", "eu-west-1"),
        ("us-*", "us-west-2"),
        ("us-east-1,eu-west-1", "eu-west-1"),
    ] {
        verify(region, &link(set), keys()).unwrap();
    }
    for (set, region) in [
        ("us-*", "eu-west-1"),
        ("us-east-1,eu-west-1", "eu-west-2"),
        ("us-east-1", "us-east-10"),
    ] {
        let error = verify(region, &link(set), keys()).unwrap_err();
        assert_eq!(
            error.kind(),
            VerifyErrorKind::Region,
            "{set} {region}: {error}"
        );
    }
    let any = Verifier::new("x", "s3").allow_sigv4a().allow_any_region();
    let url = link("us-east-1");
    let request = ReceivedRequest::from_url("GET", &url).unwrap();
    any.verify(&request, now(), |_| Some(keys())).unwrap();
}

#[test]
fn a_region_set_is_required_once() {
    let url = link("us-east-1");
    let set = "&X-Amz-Region-Set=us-east-1";
    let error = |url: String| verify("us-east-1", &url, keys()).unwrap_err().kind();
    assert_eq!(error(url.replace(set, "")), VerifyErrorKind::Missing);
    assert_eq!(
        error(url.replace(set, &set.repeat(2))),
        VerifyErrorKind::Repeated
    );
    let bad = url.replace(set, "&X-Amz-Region-Set=us%20east");
    assert_eq!(error(bad), VerifyErrorKind::Malformed);
    let wider = url.replace(set, "&X-Amz-Region-Set=%2A");
    assert_eq!(error(wider), VerifyErrorKind::Signature);

    let signed = bucket("us-east-1").get("a").sign(&keys(), now()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv4a();
    let check = |set: Option<&str>| {
        let mut request =
            ReceivedRequest::from_url("GET", "https://examplebucket.s3.us-east-1.amazonaws.com/a")
                .unwrap();
        for (name, value) in signed.headers() {
            match set {
                _ if name != "x-amz-region-set" => request = request.header(name, value),
                Some(set) => request = request.header(name, set),
                None => {}
            }
        }
        let result = verifier.verify(&request, now(), |_| Some(keys()));
        result.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(check(Some("us-east-1")), Ok(()));
    assert_eq!(
        check(Some("us-east-1,us-west-2")),
        Err(VerifyErrorKind::Signature)
    );
    assert_eq!(check(None), Err(VerifyErrorKind::Missing));
}

#[test]
fn a_url_with_a_changed_byte_is_rejected() {
    let url = link("us-east-1");
    verify("us-east-1", &url, keys()).unwrap();
    let after_host = url.find(".com/").unwrap() + 4;
    for index in after_host..url.len() {
        let mut changed = url.clone().into_bytes();
        changed[index] = if changed[index] == b'1' { b'2' } else { b'1' };
        let changed = String::from_utf8(changed).unwrap();
        let Ok(request) = ReceivedRequest::from_url("GET", &changed) else {
            continue;
        };
        let verifier = Verifier::new("us-east-1", "s3").allow_sigv4a();
        let result = verifier.verify(&request, now(), |_| Some(keys()));
        assert!(result.is_err(), "{changed}");
    }
}

/// `(r, n - s)` is as valid as `(r, s)`, and some signers write either. Any other text is invalid.
#[test]
fn a_signature_has_two_valid_values_of_s() {
    let url = link("us-east-1");
    let (front, signature) = url.rsplit_once('=').unwrap();
    let der = p256::ecdsa::Signature::from_der(&hex::decode(signature).unwrap()).unwrap();
    let (r, s) = (der.r().to_bytes(), -*der.s());
    let other = p256::ecdsa::Signature::from_scalars(r, s.to_bytes()).unwrap();
    let other = hex::encode(other.to_der().as_bytes());
    verify("us-east-1", &format!("{front}={other}"), keys()).unwrap();

    let length = usize::from_str_radix(&signature[2..4], 16).unwrap();
    for bad in [
        signature.to_uppercase(),
        format!("{signature}00"),
        format!("{signature}0"),
        signature[..signature.len() - 2].to_owned(),
        format!("3081{length:02x}{}", &signature[4..]),
        "00".repeat(32),
        String::new(),
        format!("{signature}{}", "*".repeat(144 - signature.len())),
        "f".repeat(2000),
    ] {
        let error = verify("us-east-1", &format!("{front}={bad}"), keys()).unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::Signature, "{bad}");
    }
}

#[test]
fn a_public_key_verifies_without_a_secret() {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let secret = p256::SecretKey::from(&key);
    let pem = secret.to_pkcs8_pem(LineEnding::LF).unwrap();
    let signer = Credentials::from_pem("AKIDEXAMPLE", &pem).unwrap();
    let public = secret
        .public_key()
        .to_public_key_pem(LineEnding::LF)
        .unwrap();
    let public = || VerifyingKey::from_pem(&public).unwrap();
    let url = bucket("*").get("a").presign(&signer, HOUR, now()).unwrap();
    verify("us-east-1", url.as_str(), public()).unwrap();
    verify("us-east-1", url.as_str(), signer.clone()).unwrap();

    let error = verify("us-east-1", url.as_str(), keys()).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::Signature);
    let error = verify("us-east-1", &link("*"), public()).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::Signature);
    // A public key has no session token.
    let temporary = signer.with_session_token("token").unwrap();
    let url = bucket("*")
        .get("a")
        .presign(&temporary, HOUR, now())
        .unwrap();
    let error = verify("us-east-1", url.as_str(), public()).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::SessionToken);
    verify("us-east-1", url.as_str(), temporary).unwrap();

    // SigV4 can't be verified with a public key.
    let v4 = Bucket::new("examplebucket", "us-east-1").unwrap();
    let url = v4.get("a").presign(&keys(), HOUR, now()).unwrap();
    let error = verify("us-east-1", url.as_str(), public()).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::Signature);
    verify("us-east-1", url.as_str(), keys()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn signed_urls_verify(
        path in "[a-z0-9/ %~._é-]{0,20}",
        value in "[ -~]{0,12}",
        set in prop::sample::select(vec!["*", "us-*", "us-east-1", "eu-west-1,us-east-1"]),
        with_body in any::<bool>(),
    ) {
        let service = Service::sigv4a(set, "service").unwrap();
        let path = path.replace('%', "%25").replace(' ', "%20").replace("//", "/");
        let url = format!("https://example.amazonaws.com/{}", path.trim_start_matches('/'));
        let payload = Payload::sha256_of(if with_body { "body" } else { "" });
        let request = service.request("POST", url.clone()).query("q", value.clone()).payload(payload);
        let verifier = Verifier::new("us-east-1", "service").allow_sigv4a().allow_dot_segments();
        let body: &[u8] = if with_body { b"body" } else { b"" };

        let link = request.presign(&keys(), HOUR, now()).unwrap();
        let received = ReceivedRequest::from_url("POST", link.as_str()).unwrap().body(body);
        prop_assert!(verifier.verify(&received, now(), |_| Some(keys())).is_ok(), "{link}");

        let signed = request.sign(&keys(), now()).unwrap();
        let plain = request.url().unwrap();
        let received = ReceivedRequest::from_url("POST", &plain)
            .unwrap()
            .headers(signed.headers())
            .body(body);
        prop_assert!(verifier.verify(&received, now(), |_| Some(keys())).is_ok(), "{plain}");
        let received = ReceivedRequest::from_url("PUT", &plain)
            .unwrap()
            .headers(signed.headers())
            .body(body);
        prop_assert!(verifier.verify(&received, now(), |_| Some(keys())).is_err());
    }
}

/// S3 has no forms with SigV4a.
#[test]
fn a_form_is_rejected() {
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv4a();
    let form = |algorithm| {
        let fields = [
            ("x-amz-algorithm", algorithm),
            (
                "x-amz-credential",
                "AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request",
            ),
            ("x-amz-date", "20150830T123600Z"),
            ("policy", "e30="),
            ("x-amz-signature", &"0".repeat(64)),
        ];
        verifier.parse_form(fields).map(drop)
    };
    assert_eq!(form("AWS4-HMAC-SHA256"), Ok(()));
    let error = form("AWS4-ECDSA-P256-SHA256").unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::Scheme);
    assert_eq!(
        error.to_string(),
        "a form can't be signed with AWS4-ECDSA-P256-SHA256; sign it with AWS4-HMAC-SHA256"
    );
}
