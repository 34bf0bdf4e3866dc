//! The verifier of this crate accepts signed requests that no vector covers: names that
//! resemble those of a signature, tokens given as headers, and access key IDs with separators.

use crate::refusals::NOT_A_SIGV2_SIGNATURE;
use crate::support::time;
use crate::v2_refusals::NOT_A_SIGV4_SIGNATURE;
use presign::v4::Service;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, SignedRequest, Timestamp, v2};
use std::time::Duration;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://example.amazonaws.com/a?b=c";

fn now() -> Timestamp {
    time("20150830T123600Z")
}

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

fn temporary() -> Credentials {
    keys().with_session_token("TOKEN").unwrap()
}

/// Verifies a signed GET with the keys of a server.
fn verify(
    verifier: &Verifier,
    request: ReceivedRequest<'_>,
    signed: &SignedRequest,
    keys: &Credentials,
) -> Result<(), VerifyErrorKind> {
    let request = request.headers(signed.headers());
    let verified = verifier.verify(&request, now(), |_| Some(keys.clone()));
    verified.map(drop).map_err(|error| error.kind())
}

#[test]
fn names_similar_to_sigv2_signatures_verify() {
    let service = Service::new("us-east-1", "service").unwrap();
    let verifier = Verifier::new("us-east-1", "service");
    for query in NOT_A_SIGV2_SIGNATURE {
        let request = service.get(format!("{URL}&{query}"));
        let url = request.presign(&keys(), HOUR, now()).unwrap();
        let received = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
        let verified = verifier.verify(&received, now(), |_| Some(keys()));
        assert!(verified.is_ok(), "{query}: {verified:?}");
    }
}

#[test]
fn names_similar_to_sigv4_signatures_verify() {
    let api = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
    for query in NOT_A_SIGV4_SIGNATURE {
        let request = api.get(format!("https://example.com/?{query}"));
        let signed = request.sign(&keys(), now()).unwrap();
        let received = ReceivedRequest::from_url("GET", signed.url().unwrap()).unwrap();
        let verified = verifier.verify(&received, now(), |_| Some(keys()));
        assert!(verified.is_ok(), "{query}: {verified:?}");
    }
}

/// AWS's suite signs a token that is given as a header, with credentials that have none
/// (`post-sts-header-before` of the first edition). The signature covers it, and the verifier
/// accepts it if it is the token of the access key.
#[test]
fn a_token_given_as_a_header_verifies() {
    let (plain, session) = ("x-amz-security-token", "x-amz-s3session-token");
    for (service, name) in [
        ("service", plain),
        ("s3express", plain),
        ("s3express", session),
    ] {
        let signing = Service::new("us-east-1", service).unwrap();
        let request = signing.get(URL).header(name, "TOKEN");
        let signed = request.sign(&keys(), now()).unwrap();
        let verifier = Verifier::new("us-east-1", service);
        let checked = |keys: &Credentials| {
            let received = ReceivedRequest::from_url("GET", URL).unwrap();
            verify(&verifier, received.header(name, "TOKEN"), &signed, keys)
        };
        assert_eq!(checked(&temporary()), Ok(()), "{service} {name}");
        let rejected = Err(VerifyErrorKind::SessionToken);
        assert_eq!(checked(&keys()), rejected, "{service} {name}");
    }
}

#[test]
fn a_token_given_as_a_sigv2_header_verifies() {
    let url = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg";
    let service = v2::Service::s3().bucket("johnsmith");
    let request = service.get(url).header("X-Amz-Security-Token", "TOKEN");
    let signed = request.sign(&keys(), now()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
    let checked = |keys: &Credentials| {
        let received = ReceivedRequest::from_url("GET", url).unwrap();
        let received = received.header("X-Amz-Security-Token", "TOKEN");
        verify(&verifier, received.bucket("johnsmith"), &signed, keys)
    };
    assert_eq!(checked(&temporary()), Ok(()));
    assert_eq!(checked(&keys()), Err(VerifyErrorKind::SessionToken));
}

/// A comma ends the ID in SigV4's header, and nowhere else. SigV2's header separates the ID and the
/// signature with a colon. No signature contains one, so the last colon is the separator.
#[test]
fn access_key_ids_with_separators_verify() {
    let comma = Credentials::new("AKID,EXAMPLE", SECRET).unwrap();
    let service = Service::new("us-east-1", "service").unwrap();
    let url = service.get(URL).presign(&comma, HOUR, now()).unwrap();
    let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
    let verifier = Verifier::new("us-east-1", "service");
    let verified = verifier.verify(&request, now(), |_| Some(comma.clone()));
    assert_eq!(verified.unwrap().access_key_id(), "AKID,EXAMPLE");

    let colon = Credentials::new("account:user,1", SECRET).unwrap();
    let signed = v2::Service::s3().get(URL).sign(&colon, now()).unwrap();
    let request = ReceivedRequest::from_url("GET", URL).unwrap();
    let request = request.headers(signed.headers());
    let verifier = verifier.allow_sigv2(HOUR);
    let verified = verifier.verify(&request, now(), |_| Some(colon.clone()));
    assert_eq!(verified.unwrap().access_key_id(), "account:user,1");
}
