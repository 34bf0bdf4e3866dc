//! Settings of the verifier, and what it says about the signature's coverage.

use core::time::Duration;
use presign::v4::{Service, SessionToken};
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, Timestamp, s3::Bucket};

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

#[test]
fn the_signature_and_an_appended_token_are_not_covered() {
    let credentials = credentials().with_session_token("token").unwrap();
    for (session_token, covers_token) in [
        (SessionToken::Signed, true),
        (SessionToken::Appended, false),
    ] {
        let service = Service::new("us-east-1", "execute-api")
            .unwrap()
            .session_token(session_token);
        let url = service
            .get("https://example.com/")
            .presign(&credentials, Duration::from_secs(60), now())
            .unwrap();
        let verifier = Verifier::new("us-east-1", "execute-api").session_token(session_token);
        let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
        let verified = verifier
            .verify(&request, now(), |_| Some(&credentials))
            .unwrap();
        assert!(!verified.covers_query("X-Amz-Signature"));
        assert!(verified.covers_query("X-Amz-Date"));
        assert_eq!(verified.covers_query("X-Amz-Security-Token"), covers_token);
    }
}

#[test]
fn an_appended_token_that_is_empty_counts_as_none() {
    let credentials = credentials();
    let service = Service::new("us-east-1", "execute-api").unwrap();
    let url = service
        .get("https://example.com/")
        .presign(&credentials, Duration::from_secs(60), now())
        .unwrap();
    let verifier = Verifier::new("us-east-1", "execute-api").session_token(SessionToken::Appended);
    let token = "X-Amz-Security-Token=";
    let canonical = url.as_str().replace(
        "&X-Amz-SignedHeaders",
        &format!("&{token}&X-Amz-SignedHeaders"),
    );
    for url in [canonical, format!("{url}&{token}")] {
        let request = ReceivedRequest::from_url("GET", &url).unwrap();
        let verified = verifier.verify(&request, now(), |_| Some(&credentials));
        assert!(verified.is_ok(), "{url}: {verified:?}");
    }
}

#[test]
fn any_region_can_be_part_of_a_scope() {
    let verifier = Verifier::new("us-east-1", "s3").allow_any_region();
    for region in ["a b", "a%0Ab", "\u{e9}"] {
        let url = format!(
            "https://example.com/?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=A%2F20130524%2F{region}%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
             &X-Amz-Signature={}",
            "0".repeat(64)
        );
        let request = ReceivedRequest::from_url("GET", &url).unwrap();
        let error = verifier.parse(&request).unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::Malformed, "{region}");
    }
}

#[test]
fn the_longest_base_domain_is_used() {
    for domains in [
        ["example.com", "s3.example.com"],
        ["s3.example.com", "example.com"],
    ] {
        let verifier = domains
            .into_iter()
            .fold(Verifier::new("us-east-1", "s3"), Verifier::base_domain)
            .allow_sigv2(Duration::from_secs(60));
        for (host, bucket) in [
            ("photos.s3.example.com", Some("photos")),
            ("photos.example.com:9000", Some("photos")),
            ("s3.example.com:9000", None),
        ] {
            let credentials = credentials();
            let service = Service::new("us-east-1", "s3").unwrap();
            let url = service
                .get(format!("https://{host}/a"))
                .presign(&credentials, Duration::from_secs(60), now())
                .unwrap();
            let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
            let verified = verifier.verify(&request, now(), |_| Some(&credentials));
            assert_eq!(verified.unwrap().bucket(), bucket, "{host}");
        }
    }
}

#[test]
#[cfg(feature = "http")]
fn the_default_port_of_an_http_request_is_not_signed() {
    let credentials = credentials();
    let service = Service::new("us-east-1", "s3").unwrap();
    let verifier = Verifier::new("us-east-1", "s3");
    for (signed, sent) in [
        ("https://example.com/a", "https://example.com:443/a"),
        ("https://example.com/a", "https://EXAMPLE.com/a"),
        ("http://example.com/a", "http://example.com:80/a"),
        ("https://example.com:80/a", "https://example.com:80/a"),
    ] {
        let url = service
            .get(signed)
            .presign(&credentials, Duration::from_secs(60), now())
            .unwrap();
        let url = url.as_str().replace(signed, sent);
        let request = http::Request::get(&url).body(()).unwrap();
        let request = ReceivedRequest::from_http(&request);
        let verified = verifier.verify(&request, now(), |_| Some(&credentials));
        assert!(verified.is_ok(), "{url}: {verified:?}");
    }
}

#[test]
#[cfg(feature = "http")]
fn invalid_escapes_in_the_path_of_an_http_request_are_rejected() {
    let request = http::Request::get("https://example.com/%zz").body(());
    let request = request.unwrap();
    let request = ReceivedRequest::from_http(&request);
    let error = Verifier::new("us-east-1", "s3")
        .parse(&request)
        .unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::Request);
}

#[test]
fn a_verified_request_is_one_line_of_text() {
    let credentials = credentials();
    let service = Service::new("us-east-1", "s3").unwrap();
    let url = service
        .get("https://example.com/a%0Ab%1B")
        .presign(&credentials, Duration::from_secs(60), now())
        .unwrap();
    let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
    let verified = Verifier::new("us-east-1", "s3")
        .verify(&request, now(), |_| Some(&credentials))
        .unwrap();
    assert_eq!(verified.path(), "/a\nb\u{1b}");
    assert_eq!(
        verified.to_string(),
        r"GET /a\nb\u{1b}, signed by AKIDEXAMPLE with sigv4 in the query"
    );
}

#[test]
fn no_key_is_looked_up_for_a_form_that_is_not_in_time() {
    let credentials = credentials();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let form = bucket
        .post_policy("a.txt")
        .presign(&credentials, Duration::from_secs(60), now())
        .unwrap();
    let verifier = Verifier::new("us-east-1", "s3").max_expires_in(Duration::from_secs(3600));
    let at = |seconds: i64| Timestamp::from_unix_seconds(now().unix_seconds() + seconds);
    for (seconds, expected) in [
        (-901, Some(VerifyErrorKind::NotYetValid)),
        (-900, None),
        (3600, None),
        (3601, Some(VerifyErrorKind::Expired)),
    ] {
        let mut is_looked_up = false;
        let verified = verifier.verify_form(form.fields(), at(seconds), |_| {
            is_looked_up = true;
            Some(&credentials)
        });
        assert_eq!(verified.err().map(|error| error.kind()), expected);
        assert_eq!(is_looked_up, expected.is_none(), "{seconds}");
    }
}

#[test]
fn repeated_tokens_are_rejected() {
    let request = ReceivedRequest::new("GET", "/")
        .header("Host", "example.com")
        .header("Date", "Fri, 24 May 2013 00:00:00 GMT")
        .header("x-amz-security-token", "one")
        .header("x-amz-security-token", "two")
        .header(
            "Authorization",
            "AWS AKIDEXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
        );
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(Duration::from_secs(60));
    let error = verifier.parse(&request).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::Repeated);
}
