//! A statement of a server is certain only if nothing in the request contradicts it or is another
//! explanation of it. Each case has a twin without the contradiction.

use crate::explain::{HOUR, bare, bucket, credentials, error, link, now, s3, server};
use presign::explain::{Cause, Confidence, ErrorResponse, FailedRequest};
use presign::{SignatureVersion, Timestamp, s3::Bucket};

/// The SHA-256 of an empty body.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const LIKELY: Confidence = Confidence::Likely;
const CERTAIN: Confidence = Confidence::Certain;

/// The causes of a rejected GET with their confidence, at the time of signing.
fn causes(url: &str, sent: Option<&str>, body: &str) -> Vec<(Cause, Confidence)> {
    causes_at(url, sent, body, now())
}

fn causes_at(url: &str, sent: Option<&str>, body: &str, at: Timestamp) -> Vec<(Cause, Confidence)> {
    let response = ErrorResponse::parse(body);
    let mut request = FailedRequest::new("GET", url, &response);
    if let Some(sent) = sent {
        request = request.sent("GET", sent);
    }
    let explanation = request.explain(at);
    let findings = explanation.findings().iter();
    findings
        .map(|found| (found.cause(), found.confidence()))
        .collect()
}

#[track_caller]
fn assert_first(url: &str, body: &str, cause: Cause, confidence: Confidence) {
    assert_eq!(
        causes(url, None, body)[0],
        (cause, confidence),
        "{url}\n{body}"
    );
}

fn unknown_key() -> String {
    error(
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    )
}

#[test]
fn a_url_that_ends_at_its_first_parameter_was_cut_there() {
    let url = link("a.txt");
    let start = url.split('&').next().unwrap();
    let front = url.rsplit_once('&').unwrap().0;
    for body in [bare(), "<html><h1>Unauthorized</h1></html>".to_owned()] {
        // Nothing tells whether the rest was sent.
        assert_first(start, &body, Cause::QueryCut, LIKELY);
        assert_first(front, &body, Cause::SignatureTruncated, LIKELY);
        // The request that was sent is known, or half of the signature is there.
        assert_eq!(
            causes(&url, Some(start), &body)[0],
            (Cause::QueryCut, CERTAIN)
        );
        let sent = causes(&url, Some(front), &body);
        assert_eq!(sent[0], (Cause::SignatureTruncated, CERTAIN));
        let half = &url[..url.len() - 32];
        assert_first(half, &body, Cause::SignatureTruncated, CERTAIN);
    }
}

#[test]
fn a_token_explains_an_unknown_access_key() {
    let url = link("a.txt");
    assert_first(&url, &unknown_key(), Cause::WrongAccessKey, CERTAIN);
    // A store that finds keys by their tokens doesn't know the token.
    let with_token = format!("{url}&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE");
    let found = causes(&url, Some(&with_token), &unknown_key());
    assert_eq!(
        found,
        [
            (Cause::TokenAdded, CERTAIN),
            (Cause::WrongAccessKey, LIKELY)
        ]
    );
    // The token of a long-term key belongs to another one.
    let long_term = with_token.replace("AKIDEXAMPLE", "AKIAIOSFODNN7EXAMPLE");
    assert_first(&long_term, &unknown_key(), Cause::TokenChanged, LIKELY);
    // S3 finds a temporary key by its token, so the token didn't arrive.
    let temporary = with_token.replace("AKIDEXAMPLE", "ASIAIOSFODNN7EXAMPLE");
    assert_first(&temporary, &unknown_key(), Cause::TokenMissing, LIKELY);
    let other_store = temporary.replace("s3.us-east-1.amazonaws.com", "minio:9000");
    assert_first(&other_store, &unknown_key(), Cause::WrongAccessKey, LIKELY);
    let without = url.replace("AKIDEXAMPLE", "ASIAIOSFODNN7EXAMPLE");
    assert_first(&without, &unknown_key(), Cause::TokenMissing, CERTAIN);
}

#[test]
fn words_about_sigv2_need_sigv2() {
    let body = error(
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    );
    let url = link("a.txt");
    let sha1 = url.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1");
    assert_first(&sha1, &body, Cause::Malformed, LIKELY);
    let v2 = Bucket::builder("examplebucket", "us-east-1").signature_version(SignatureVersion::V2);
    let v2 = v2.build().unwrap();
    let v2 = v2
        .get("a.txt")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    assert_first(v2.as_str(), &body, Cause::SigV2NotTaken, CERTAIN);
    // The request is given without its signature.
    let unsigned = url.split('?').next().unwrap();
    assert_first(unsigned, &body, Cause::SigV2NotTaken, LIKELY);
}

#[test]
fn two_changes_of_the_address_are_told_apart() {
    let bucket = Bucket::builder("photos", "us-east-1").endpoint("http://s3.store.test:9000");
    let bucket = bucket
        .addressing_style(presign::AddressingStyle::Path)
        .build()
        .unwrap();
    let url = bucket
        .get("Köln.jpg")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let side = |url: &str| {
        let (canonical, _) = server("GET", url, &[]);
        format!(
            "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{}</CanonicalRequest></Error>",
            canonical.replace('&', "&amp;")
        )
    };
    let path_style = "s3.store.test:9000/photos/K%C3%B6ln.jpg";
    for (seen, expected) in [
        (
            "photos.s3.store.test:9000/Ko%CC%88ln.jpg",
            &[Cause::UnicodeForm, Cause::AddressingStyle][..],
        ),
        (
            "photos.s3.store.test:9000/K%C3%B6ln.jpg",
            &[Cause::AddressingStyle],
        ),
        (
            "s3.store.test:9000/photos/Ko%CC%88ln.jpg",
            &[Cause::UnicodeForm],
        ),
        // No change that is known makes this path.
        (
            "photos.s3.store.test:9000/other.jpg",
            &[Cause::HostRewritten, Cause::PathChanged],
        ),
    ] {
        let body = side(&url.as_str().replace(path_style, seen));
        let found = causes(url.as_str(), None, &body);
        let expected: Vec<_> = expected.iter().map(|cause| (*cause, CERTAIN)).collect();
        assert_eq!(found, expected, "{seen}");
    }
}

#[test]
fn the_times_have_to_agree_with_the_statement() {
    let url = link("a.txt");
    let at = |time: &str| time.parse::<Timestamp>().unwrap();
    let expired = error("AccessDenied", "Request has expired");
    for (time, confidence) in [("20130524T003000Z", LIKELY), ("20130524T013000Z", CERTAIN)] {
        let found = causes_at(&url, None, &expired, at(time));
        assert_eq!(found[0], (Cause::Expired, confidence), "{time}");
    }
    let skewed = |server: &str| {
        format!(
            "<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20130524T000000Z</RequestTime>\
             <ServerTime>{server}</ServerTime></Error>"
        )
    };
    for (time, confidence) in [("20130524T000100Z", LIKELY), ("20130524T001600Z", CERTAIN)] {
        assert_first(&url, &skewed(time), Cause::ClockSkew, confidence);
    }
}

#[test]
fn a_statement_about_another_value_is_not_certain() {
    let url = link("a.txt");
    let region = |name: &str| {
        format!(
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong</Message><Region>{name}</Region></Error>"
        )
    };
    let service = |name: &str| format!("Credential should be scoped to correct service: '{name}'.");
    let not_signed = |name: &str| {
        format!(
            "<Error><Code>AccessDenied</Code><HeadersNotSigned>{name}</HeadersNotSigned></Error>"
        )
    };
    let not_found = |key: &str| format!("<Error><Code>NoSuchKey</Code><Key>{key}</Key></Error>");
    let cors = |code: &str| error(code, "CORSResponse: This CORS request is not allowed.");
    for (cause, contradicted, stated) in [
        (Cause::WrongRegion, region("us-east-1"), region("eu-west-1")),
        (Cause::WrongService, service("s3"), service("execute-api")),
        (
            Cause::HeaderNotSigned,
            not_signed("host"),
            not_signed("x-amz-acl"),
        ),
        (Cause::NotFound, not_found("b.txt"), not_found("a.txt")),
        (Cause::Cors, cors("403"), cors("AccessForbidden")),
    ] {
        let found = causes(&url, None, &contradicted);
        assert!(
            found.contains(&(cause, LIKELY)),
            "{contradicted}: {found:?}"
        );
        assert_first(&url, &stated, cause, CERTAIN);
    }
}

#[test]
fn a_signature_that_was_replaced_before_it_was_shown_is_not_another_one() {
    let url = link("a.txt");
    let answer = |signature: &str| {
        format!(
            "<Error><Code>SignatureDoesNotMatch</Code><SignatureProvided>{signature}</SignatureProvided></Error>"
        )
    };
    for hidden in ["REDACTED", &"x".repeat(64)] {
        assert_first(&url, &answer(hidden), Cause::SignatureChanged, LIKELY);
    }
    let other = answer(&"7".repeat(64));
    assert_first(&url, &other, Cause::SignatureChanged, CERTAIN);
}

#[test]
fn a_header_that_must_be_signed_explains_no_mismatch() {
    let url = link("a.txt");
    let explain = |body: &str| {
        let response = ErrorResponse::parse(body);
        let request = FailedRequest::new("GET", &url, &response);
        let found = request.sent_header("x-amz-acl", "private").explain(now());
        let mut findings = found.findings().iter();
        let found = findings.find(|found| found.cause() == Cause::HeaderNotSigned);
        found.unwrap().confidence()
    };
    assert_eq!(explain(&bare()), LIKELY);
    assert_eq!(explain(&error("AccessDenied", "Access Denied")), CERTAIN);
}

#[test]
fn the_conditions_of_a_form_are_checked_after_its_signature() {
    let policy = bucket()
        .post_policy("a.txt")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let fields: Vec<(&str, &str)> = policy.fields().collect();
    let explain = |url: &str, fields: &[(&str, &str)], body: &str| {
        let response = ErrorResponse::parse(body);
        let mut request = FailedRequest::new("POST", url, &response);
        for (name, value) in fields {
            request = request.field(name, value);
        }
        let found = request.explain(now());
        let first = &found.findings()[0];
        (first.cause(), first.confidence())
    };
    let denied = error("AccessDenied", "Access Denied");
    // A button of the form is behind the file, and ignored.
    let button = [&fields[..], &[("file", ""), ("submit", "Upload")]].concat();
    assert_eq!(
        explain(policy.url(), &button, &denied),
        (Cause::Permission, LIKELY)
    );
    // The host doesn't show the bucket.
    let own = "https://uploads.example.com/";
    assert_eq!(explain(own, &fields, &denied), (Cause::Policy, LIKELY));
    // A server that finds a wrong signature hasn't checked the fields.
    let extra = [&fields[..], &[("acl", "private")]].concat();
    assert_eq!(
        explain(policy.url(), &extra, &bare()),
        (Cause::Policy, LIKELY)
    );
    assert_eq!(
        explain(policy.url(), &extra, &denied),
        (Cause::Policy, CERTAIN)
    );
}

/// The server's own words about a request without its signature, or with a part of it.
#[test]
fn an_anonymous_request_lost_its_signature() {
    let url = link("a.txt");
    let required = error("AccessDenied", "Signature is required");
    assert_first(&url, &required, Cause::NoAuthentication, LIKELY);
    // A shell leaves the first parameter, which is none of the signature.
    let typed = url.replace('?', "?response-content-type=text%2Fcsv&");
    assert_first(&typed, &required, Cause::QueryCut, LIKELY);
    let anonymous = error(
        "InvalidRequest",
        "Request specific response headers cannot be used for anonymous GET requests.",
    );
    assert_first(&typed, &anonymous, Cause::QueryCut, LIKELY);
}

/// A request that was sent in a form that no verifier reads is compared part by part.
#[test]
fn parts_of_an_unreadable_request_are_compared() {
    let url = link("a.txt");
    let undated = url.replace("&X-Amz-Date=20130524T000000Z", "");
    let found = causes(&url, Some(&undated), &bare());
    assert!(
        found.contains(&(Cause::ParameterDropped, CERTAIN)),
        "{found:?}"
    );
    // Another encoding of the same value is none.
    let encoded = undated.replace("AKIDEXAMPLE", "AKIDEX%41MPLE");
    let found = causes(&undated, Some(&encoded), &bare());
    assert!(
        found.iter().all(|(_, confidence)| *confidence != CERTAIN),
        "{found:?}"
    );
}

/// Boto3 writes the signed headers of a SigV2 URL into its query, too.
#[test]
fn a_sigv2_url_may_repeat_its_headers() {
    let url = "https://examplebucket.s3.amazonaws.com/a.txt?AWSAccessKeyId=AKIDEXAMPLE&Signature=qgk2%2B6Sv9%2FoM7G3qLEjTH1a1l1g%3D&content-type=text%2Fcsv&x-amz-acl=public-read&Expires=1369357200";
    let explain = |value: &str| {
        let body = bare();
        let response = ErrorResponse::parse(&body);
        let request = FailedRequest::new("PUT", url, &response).header("Content-Type", "text/csv");
        let request = request
            .header("x-amz-acl", value)
            .sent_header("x-amz-acl", value);
        let found = request.explain(now());
        found
            .findings()
            .iter()
            .map(|found| found.cause())
            .collect::<Vec<_>>()
    };
    assert_eq!(explain("public-read"), [Cause::HeaderNotSent]);
    assert!(explain("private").contains(&Cause::Malformed));
}

#[test]
fn json_within_xml_is_part_of_its_message() {
    let body = error(
        "AccessDenied",
        "Invalid according to Policy: Policy Condition failed: {\"Content-Type\": \"image/png\"}",
    );
    let response = ErrorResponse::parse(&body);
    assert_eq!(response.code(), Some("AccessDenied"));
    assert!(response.message().unwrap().ends_with("\"image/png\"}"));
    let json = format!(
        "{{\"message\": \"<Error>\", \"Code\": {:?}}}",
        "AccessDenied"
    );
    assert_eq!(ErrorResponse::parse(&json).code(), Some("AccessDenied"));
}

#[cfg(feature = "cloudfront")]
#[test]
fn a_url_of_cloudfront_is_not_for_a_host_with_a_port() {
    let signature = "a".repeat(342) + "__";
    let query = format!("Expires=1369357200&Signature={signature}&Key-Pair-Id=K2JCJMDEHXQW5F");
    let denied = "<Error><Code>AccessDenied</Code><RequestId>1</RequestId></Error>";
    let own = format!("https://cdn.example.com/a.txt?{query}");
    assert_first(&own, denied, Cause::Permission, LIKELY);
    let store = format!("http://localhost:9000/a.txt?{query}");
    assert_first(&store, denied, Cause::OtherScheme, LIKELY);
}

#[test]
fn the_checksum_of_a_body_is_named_by_the_servers_words() {
    let url = link("a.txt");
    let words = "The Content-MD5 you specified did not match what we received.";
    assert_first(&url, words, Cause::PayloadChanged, LIKELY);
}

/// Without the secret, the signer's writing is suspected if the request has an escape.
#[test]
fn an_escape_that_both_sides_have_is_the_first_suspect() {
    let explain = |target: &str, service: &str| {
        let credential = format!("AKIDEXAMPLE/20130524/us-east-1/{service}/aws4_request");
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={}",
            "0".repeat(64)
        );
        let headers = [
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-content-sha256", EMPTY),
            ("Authorization", &authorization),
        ];
        let url = format!("https://store.example.com/{target}");
        let response = ErrorResponse::parse(&s3(&server("GET", &url, &headers)));
        let request = FailedRequest::new("GET", &url, &response).headers(headers);
        let found = request.explain(now());
        let first = &found.findings()[0];
        (first.cause(), first.confidence())
    };
    assert_eq!(
        explain("a%20b.txt", "s3"),
        (Cause::PathEncodedTwice, LIKELY)
    );
    assert_eq!(explain("a.txt", "s3"), (Cause::WrongSecret, LIKELY));
    let with_escape = explain("stage?phone=%2B49", "execute-api");
    assert_eq!(with_escape, (Cause::ParameterReencoded, LIKELY));
    assert_eq!(
        explain("stage?phone=49", "execute-api"),
        (Cause::WrongSecret, LIKELY)
    );
}

/// A URL leaves its headers to the client.
#[test]
fn a_content_type_of_the_client_is_suspected_behind_sigv2_urls() {
    let body = bare();
    let response = ErrorResponse::parse(&body);
    let address = "https://s3.amazonaws.com/bucket/a.txt";
    let url = format!(
        "{address}?AWSAccessKeyId=AKIDEXAMPLE&Signature=qgk2%2B6Sv9%2FoM7G3qLEjTH1a1l1g%3D&Expires=1369357200"
    );
    let put = |url| FailedRequest::new("PUT", url, &response);
    let content_type = ("Content-Type", "text/plain");
    let date = ("Date", "Fri, 24 May 2013 00:00:00 GMT");
    let authorization = (
        "Authorization",
        "AWS AKIDEXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
    );
    for (request, cause) in [
        (put(&url), Cause::HeaderNotSigned),
        (put(&url).headers([content_type]), Cause::WrongSecret),
        (
            put(address).headers([date, authorization]),
            Cause::WrongSecret,
        ),
    ] {
        assert_eq!(request.explain(now()).findings()[0].cause(), cause);
    }
}

#[test]
fn the_request_has_to_have_the_stated_fault() {
    let url = link("a.txt");
    let twice = error("InvalidArgument", "Only one auth mechanism allowed");
    // The request that was sent has one signature.
    assert_eq!(
        causes(&url, Some(&url), &twice)[0],
        (Cause::SignedTwice, LIKELY)
    );
    assert_first(&url, &twice, Cause::SignedTwice, CERTAIN);

    let chunks = error(
        "NotImplemented",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD is not implemented",
    );
    assert_first(&url, &chunks, Cause::StreamingNotTaken, LIKELY);
    let response = ErrorResponse::parse(&chunks);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={}",
        "0".repeat(64)
    );
    let streamed = FailedRequest::new("PUT", "https://store.example.com/b/a.txt", &response)
        .header("x-amz-date", "20130524T000000Z")
        .header("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
        .header("Authorization", &authorization);
    let found = streamed.explain(now());
    let first = &found.findings()[0];
    assert_eq!(
        (first.cause(), first.confidence()),
        (Cause::StreamingNotTaken, CERTAIN)
    );

    let v4a = error("InvalidRequest", "Please use AWS4-ECDSA-P256-SHA256.");
    assert_first(&url, &v4a, Cause::SigV4aNeeded, CERTAIN);
    let signed = url.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256");
    let signed = signed.replace("%2Fus-east-1%2Fs3", "%2Fs3");
    let signed = format!("{signed}&X-Amz-Region-Set=us-east-1");
    let found = causes(&signed, None, &v4a);
    assert!(
        found.iter().all(|(cause, _)| *cause != Cause::SigV4aNeeded),
        "{found:?}"
    );
}
