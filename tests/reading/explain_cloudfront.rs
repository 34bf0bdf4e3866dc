//! Why CloudFront rejects a signed URL.

use presign::Timestamp;
use presign::explain::{Cause, Confidence, ErrorResponse, Explanation, FailedRequest};

/// 2030-01-02T12:00:00Z.
const NOW: i64 = 1_893_585_600;
const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>";

fn signed(address: &str, parameter: &str) -> String {
    let signature = "A".repeat(342);
    format!("{address}?{parameter}&Signature={signature}__&Key-Pair-Id=K2JCJMDEHXQW5F")
}

fn canned(address: &str, expires_at: i64) -> String {
    signed(address, &format!("Expires={expires_at}"))
}

/// `{"Statement":[{"Resource":"https://d1.cloudfront.net/hls/*","Condition":{"DateLessThan":
/// {"AWS:EpochTime":1893589200}}}]}` in CloudFront's base64, by the program base64.
const POLICY: &str = "eyJTdGF0ZW1lbnQiOlt7IlJlc291cmNlIjoiaHR0cHM6Ly9kMS5jbG91ZGZyb250Lm5ldC9obHMvKiIsIkNvbmRpdGlvbiI6eyJEYXRlTGVzc1RoYW4iOnsiQVdTOkVwb2NoVGltZSI6MTg5MzU4OTIwMH19fV19";

fn explain(url: &str, sent: Option<&str>, body: &str) -> Explanation {
    let response = ErrorResponse::parse(body);
    let mut request = FailedRequest::new("GET", url, &response);
    if let Some(sent) = sent {
        request = request.sent("GET", sent);
    }
    request.explain(Timestamp::from_unix_seconds(NOW))
}

#[track_caller]
fn first(url: &str, sent: Option<&str>, body: &str, cause: Cause, confidence: Confidence) {
    let explanation = explain(url, sent, body);
    let found = &explanation.findings()[0];
    assert_eq!(
        (found.cause(), found.confidence()),
        (cause, confidence),
        "{explanation}"
    );
}

#[test]
fn the_bodies_of_cloudfront() {
    let address = "https://d1.cloudfront.net/a.mp4";
    let (valid, late) = (canned(address, NOW + 3600), canned(address, NOW - 1));
    let missing = "<Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>";
    let unknown = "<Error><Code>InvalidKey</Code><Message>Unknown Key</Message></Error>";
    let malformed =
        "<Error><Code>MalformedPolicy</Code><Message>Malformed Policy</Message></Error>";
    let origin = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>4RTE</RequestId></Error>";
    first(
        address,
        None,
        missing,
        Cause::NoAuthentication,
        Confidence::Likely,
    );
    first(
        &valid,
        Some(address),
        missing,
        Cause::NoAuthentication,
        Confidence::Certain,
    );
    first(
        &valid,
        None,
        unknown,
        Cause::WrongAccessKey,
        Confidence::Certain,
    );
    first(
        &valid,
        None,
        malformed,
        Cause::Malformed,
        Confidence::Likely,
    );
    // One code for the expiration, for the key, and for the bucket behind the distribution.
    first(&late, None, DENIED, Cause::Expired, Confidence::Likely);
    first(
        &valid,
        None,
        DENIED,
        Cause::WrongSecret,
        Confidence::Possible,
    );
    first(&valid, None, origin, Cause::Permission, Confidence::Likely);
}

#[test]
fn the_resource_of_the_policy_is_compared_with_the_url() {
    let custom = |address: &str| signed(address, &format!("Policy={POLICY}"));
    let own = custom("https://d1.cloudfront.net/hls/1.ts");
    first(&own, None, DENIED, Cause::WrongSecret, Confidence::Possible);
    for (address, cause) in [
        ("https://d2.cloudfront.net/hls/1.ts", Cause::HostRewritten),
        ("https://d1.cloudfront.net/dash/1.ts", Cause::PathChanged),
        ("http://d1.cloudfront.net/hls/1.ts", Cause::UrlScheme),
    ] {
        first(&custom(address), None, DENIED, cause, Confidence::Certain);
    }
    // A canned policy is for the URL that was signed.
    let canned = canned("https://d1.cloudfront.net/a.mp4", NOW + 3600);
    for (from, to, cause) in [
        ("a.mp4", "b.mp4", Cause::PathChanged),
        ("d1.", "cdn.", Cause::HostRewritten),
        ("?Expires", "?utm=1&Expires", Cause::ParameterAdded),
    ] {
        let sent = canned.replace(from, to);
        first(&canned, Some(&sent), DENIED, cause, Confidence::Certain);
    }
}

#[test]
fn a_url_that_s3_receives_is_of_another_scheme() {
    let url = canned("https://d1.cloudfront.net/a.mp4", NOW + 3600);
    let s3 = "<Error><Code>AccessDenied</Code><Message>Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters</Message></Error>";
    first(&url, None, s3, Cause::OtherScheme, Confidence::Certain);
    let direct = canned("https://b.s3.amazonaws.com/a.mp4", NOW + 3600);
    first(
        &direct,
        None,
        DENIED,
        Cause::OtherScheme,
        Confidence::Certain,
    );
}
