//! Why Google Cloud Storage rejects a request. The canonical request and the string to sign of the
//! answers are those of Google's examples, filled in for these URLs.

use crate::explain::{changed, error, s3};
use crate::support::time;
use presign::explain::{Cause, Confidence, ErrorResponse, Explanation, FailedRequest};
use presign::gcs::Bucket;
use presign::verify::ReceivedRequest;
use presign::{Credentials, Timestamp};
use std::time::Duration;

const SECRET: &str = "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ";

fn keys(secret: &str) -> Credentials {
    Credentials::new(
        "GOOGTS7C7FUP3AIRVJTE2BCDKINBTES3HC2GY5CBFJDCQ2SYHV6A6XXVTJFSA",
        secret,
    )
    .unwrap()
}

fn now() -> Timestamp {
    time("20191201T190859Z")
}

fn link() -> String {
    let bucket = Bucket::new("examplebucket").unwrap();
    let link = bucket.get("cat.jpeg");
    let link = link.presign(&keys(SECRET), Duration::from_secs(60), now());
    link.unwrap().into()
}

/// Google's answer.
fn google(seen: &(String, String)) -> String {
    let message = "The request signature we calculated does not match the signature you provided. \
                   Check your Google secret key and signing method.";
    let body = s3(seen);
    let (head, rest) = body.split_once("<Message>").unwrap();
    let (_, rest) = rest.split_once("</Message>").unwrap();
    format!("{head}<Message>{message}</Message>{rest}")
}

fn server(url: &str) -> (String, String) {
    let request = ReceivedRequest::from_url("GET", url).unwrap();
    let verifier = presign::gcs::verifier("auto");
    let parsed = verifier.parse(&request).unwrap();
    (parsed.canonical_request(), parsed.string_to_sign())
}

fn explain(
    url: &str,
    body: &str,
    credentials: Option<&Credentials>,
    now: Timestamp,
) -> Explanation {
    let response = ErrorResponse::parse(body);
    let mut failed = FailedRequest::new("GET", url, &response);
    if let Some(credentials) = credentials {
        failed = failed.credentials(credentials);
    }
    failed.explain(now)
}

#[track_caller]
fn first(explanation: &Explanation) -> (Cause, Confidence) {
    let first = explanation.findings().first().unwrap();
    (first.cause(), first.confidence())
}

#[test]
fn differences_of_the_canonical_requests_are_found() {
    let url = link();
    for (from, to, cause) in [
        ("/cat.jpeg", "/dog.jpeg", Cause::PathChanged),
        ("host:storage", "host:proxy.storage", Cause::HostRewritten),
        ("GET", "HEAD", Cause::Method),
        ("Expires=60", "Expires=61", Cause::ParameterChanged),
    ] {
        let seen = changed(server(&url), from, to);
        let explanation = explain(&url, &google(&seen), None, now());
        assert_eq!(first(&explanation), (cause, Confidence::Certain), "{to}");
    }
    let (canonical, string_to_sign) = server(&url);
    let later = (canonical, string_to_sign.replace("190859Z", "190900Z"));
    let explanation = explain(&url, &google(&later), None, now());
    let message = explanation.findings()[0].to_string();
    assert!(message.contains("x-goog-date"), "{message}");
    assert!(!message.contains("x-amz-"), "{message}");
}

#[test]
fn another_secret_is_found() {
    let url = link();
    let body = google(&server(&url));
    let other = keys(&SECRET.replace("bGoa", "aGoa"));
    let explanation = explain(&url, &body, Some(&other), now());
    assert_eq!(first(&explanation).0, Cause::WrongSecret);
    let says = |explanation: &Explanation| explanation.to_string().contains("right for the cred");
    assert!(!says(&explanation), "{explanation}");
    // It is the secret of the server that differs.
    let explanation = explain(&url, &body, Some(&keys(SECRET)), now());
    assert!(says(&explanation), "{explanation}");
}

/// Google calls an expired URL an expired token.
#[test]
fn an_expired_url_is_not_an_expired_token() {
    let body = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code><Message>The \
                provided token has expired.</Message><Details>Request signature expired at: \
                2019-12-01T19:09:59+00:00</Details></Error>";
    let explanation = explain(&link(), body, None, time("20191201T200000Z"));
    assert_eq!(first(&explanation), (Cause::Expired, Confidence::Certain));
    // Nor is it the clock if the time of the answer isn't known.
    let explanation = explain(&link(), body, None, now());
    assert_ne!(first(&explanation).0, Cause::CredentialsExpired);
}

#[test]
fn a_rejected_header_is_repeated() {
    let body = error(
        "ExcessHeaderValues",
        "Multiple header families were specified.",
    );
    let explanation = explain(&link(), &body, None, now());
    assert_eq!(first(&explanation).0, Cause::OtherError);
    assert!(explanation.to_string().contains("ExcessHeaderValues"));
}

/// The payload of a link is unsigned, so its signature can be checked without a body.
#[test]
fn a_link_needs_no_body() {
    let url = link();
    let response = ErrorResponse::parse("<Error><Code>SignatureDoesNotMatch</Code></Error>");
    let failed = FailedRequest::new("GET", &url, &response);
    let right = failed.clone().credentials(&keys(SECRET)).explain(now());
    for finding in right.findings() {
        assert_eq!(finding.confidence(), Confidence::Possible, "{right}");
    }
    let wrong = failed.credentials(&keys("another")).explain(now());
    let first = &wrong.findings()[0];
    let found = (first.cause(), first.confidence());
    assert_eq!(found, (Cause::WrongSecret, Confidence::Likely), "{wrong}");
}
