//! The types of other crates: what comes in and goes out is what the plain functions take and give.

use presign::s3::Bucket;
use presign::{Credentials, Timestamp};
use std::time::{Duration, SystemTime};

const MINUTE: Duration = Duration::from_secs(60);

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("20150830T123600Z").unwrap()
}

#[test]
fn system_time_and_both_of_the_time_crate_say_the_same_moment() {
    let seconds = now().unix_seconds();
    let system = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap());
    let offset = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    let utc = time::UtcDateTime::from_unix_timestamp(seconds).unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let sign = |now: Timestamp| {
        let url = bucket.get("key").presign(&credentials(), MINUTE, now);
        url.unwrap().into_string()
    };
    for moment in [system.into(), offset.into(), utc.into()] {
        assert_eq!(sign(moment), sign(now()));
    }
    assert_ne!(sign((system + MINUTE).into()), sign(now()));
}

#[cfg(feature = "url")]
mod url {
    use super::{MINUTE, credentials, now};
    use presign::s3::Bucket;
    use presign::{ErrorKind, Request, v4};
    use url::Url;

    #[test]
    fn a_parsed_url_signs_as_its_text_does() {
        let signer = v4::Signer::new(credentials(), "us-east-1", "iam").unwrap();
        let url = Url::parse("https://iam.amazonaws.com/?Action=ListUsers").unwrap();
        let parsed = signer.presign(&Request::from_url("GET", &url), MINUTE, now());
        let text = signer.presign(&Request::get(url.as_str()), MINUTE, now());
        assert_eq!(parsed.unwrap().as_str(), text.unwrap().as_str());
    }

    /// Keys that a parser would change are refused, all others come through byte by byte.
    #[test]
    fn a_presigned_url_parses_to_itself_or_not_at_all() {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let presign = |key| {
            bucket
                .get(key)
                .presign(&credentials(), MINUTE, now())
                .unwrap()
        };
        for key in [
            "a b", "a//b", "/a", "ü'!*()~", "a%2Fb", "a?b#c", "...", "a/.b", "a\\b",
        ] {
            let presigned = presign(key);
            assert_eq!(
                presigned.to_url().unwrap().as_str(),
                presigned.as_str(),
                "{key}"
            );
        }
        for key in ["..", ".", "a/..", "a/../b", "./a", "../a"] {
            let error = presign(key).to_url().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Url, "{key}");
            assert!(error.to_string().contains("rewrites"), "{error}");
        }
    }
}

#[cfg(feature = "http")]
mod http {
    use super::{Bucket, MINUTE, credentials, now};
    use presign::verify::{ReceivedRequest, Verifier};
    use presign::{ErrorKind, Payload, Request, v2, v4};

    fn request() -> ::http::Request<&'static str> {
        ::http::Request::put("https://examplebucket.s3.amazonaws.com/a%20b?tagging")
            .header("content-type", "text/plain")
            .header("x-amz-meta-a", "1")
            .header("x-amz-meta-a", "2")
            .body("body")
            .unwrap()
    }

    fn described() -> Request<'static> {
        Request::put("https://examplebucket.s3.amazonaws.com/a%20b?tagging")
            .header("content-type", "text/plain")
            .header("x-amz-meta-a", "1")
            .header("x-amz-meta-a", "2")
    }

    #[test]
    fn signing_in_place_adds_the_headers_that_signing_returns() {
        let credentials = credentials().with_session_token("token").unwrap();
        let v4 = v4::Signer::new(credentials.clone(), "us-east-1", "s3").unwrap();
        let v2 = v2::Signer::new(credentials).bucket("examplebucket");
        let payload = Payload::of("body");
        let mut signed = request();
        v4.sign_http(&mut signed, payload, now()).unwrap();
        let (mut parts, _) = request().into_parts();
        v4.sign_http_parts(&mut parts, payload, now()).unwrap();
        assert_eq!(parts.headers, *signed.headers());
        for (name, value) in v4.sign(&described(), payload, now()).unwrap().headers() {
            assert_eq!(signed.headers()[name], value);
        }
        assert!(signed.headers()["authorization"].is_sensitive());
        assert!(signed.headers()["x-amz-security-token"].is_sensitive());
        assert!(!signed.headers()["x-amz-date"].is_sensitive());

        let mut signed = request();
        v2.sign_http(&mut signed, now()).unwrap();
        for (name, value) in v2.sign(&described(), now()).unwrap().headers() {
            assert_eq!(signed.headers()[name], value);
        }
    }

    #[test]
    fn a_presigned_url_becomes_the_request_that_it_is_for() {
        let signer = v4::Signer::new(credentials(), "us-east-1", "s3").unwrap();
        let presigned = signer
            .presign(&Request::from(&request()), MINUTE, now())
            .unwrap();
        let ready = presigned.to_http_request("body").unwrap();
        assert_eq!(ready.method(), "PUT");
        assert_eq!(ready.uri().to_string(), presigned.as_str());
        assert_eq!(ready.headers(), request().headers());
    }

    #[test]
    fn an_operation_becomes_a_whole_request_that_is_signed() {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let put = bucket
            .put("a b")
            .sub_resource("tagging")
            .header("Content-Type", "text/plain")
            .header("x-amz-meta-a", "1")
            .header("x-amz-meta-a", "2")
            .header("User-Agent", "not signed");
        let payload = Payload::of("body");
        let v4 = put.sign_http(&credentials(), payload, "body", now());
        let v2 = put.sign_v2_http(&credentials(), "body", now());
        let verifier = Verifier::new("us-east-1", "s3")
            .allow_v2(MINUTE)
            .base_domain("s3.us-east-1.amazonaws.com");
        for mut request in [v4.unwrap(), v2.unwrap()] {
            assert_eq!(request.method(), "PUT");
            assert_eq!(request.uri().to_string(), put.url().unwrap());
            let values = request.headers().get_all("x-amz-meta-a");
            assert_eq!(values.iter().collect::<Vec<_>>(), ["1", "2"]);
            assert_eq!(request.headers()["user-agent"], "not signed");
            assert!(request.headers()["authorization"].is_sensitive());

            let is_accepted = |request: &::http::Request<&str>| {
                let received = ReceivedRequest::from_http(request).body(request.body().as_bytes());
                let verified = verifier.verify(&received, now(), |_| Some(credentials()));
                verified.is_ok()
            };
            assert!(is_accepted(&request));
            request.headers_mut().remove("content-type");
            assert!(!is_accepted(&request));
        }
        let error = bucket.put("").sign_http(&credentials(), payload, (), now());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Key);
    }

    #[test]
    fn a_uri_without_a_host_is_refused_and_the_request_left_alone() {
        let signer = v4::Signer::new(credentials(), "us-east-1", "s3").unwrap();
        let mut request = ::http::Request::get("/path").body(()).unwrap();
        let error = signer
            .sign_http(&mut request, Payload::Empty, now())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Url);
        assert!(request.headers().is_empty());
    }

    /// A map of headers panics when it is more than full.
    #[test]
    fn a_full_map_of_headers_is_refused_and_left_alone() {
        let signer = v4::Signer::new(credentials(), "us-east-1", "iam").unwrap();
        let mut request = ::http::Request::get("https://iam.amazonaws.com/")
            .body(())
            .unwrap();
        signer
            .sign_http(&mut request.clone(), Payload::Empty, now())
            .unwrap();
        let value = ::http::HeaderValue::from_static("1");
        for number in 0.. {
            let name = ::http::HeaderName::try_from(format!("a{number}")).unwrap();
            if request
                .headers_mut()
                .try_insert(name, value.clone())
                .is_err()
            {
                break;
            }
        }
        let before = request.headers().len();
        let error = signer
            .sign_http(&mut request, Payload::Empty, now())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Header);
        assert_eq!(request.headers().len(), before);
    }
}

#[cfg(feature = "serde")]
mod serde {
    use super::{Bucket, MINUTE, credentials, now};
    use presign::Payload;
    use serde_json::json;

    #[test]
    fn results_are_written_as_the_command_line_writes_them() {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let put = bucket
            .put("key")
            .header("x-amz-meta-a", "1")
            .header("X-Amz-Meta-A", "2")
            .header("Content-Type", "text/plain");
        let presigned = put.presign(&credentials(), MINUTE, now()).unwrap();
        assert_eq!(
            serde_json::to_value(&presigned).unwrap(),
            json!({
                "method": "PUT",
                "url": presigned.as_str(),
                "headers": {"x-amz-meta-a": "1,2", "Content-Type": "text/plain"},
                "expires_at": "2015-08-30T12:37:00Z",
            })
        );
        let old = bucket
            .get("key")
            .header("Range", "bytes=0-9")
            .presign_v2(&credentials(), MINUTE, now())
            .unwrap();
        assert_eq!(
            serde_json::to_value(&old).unwrap()["not_covered"],
            json!(["Range"])
        );

        let signed = put.sign(&credentials(), Payload::Unsigned, now()).unwrap();
        let value = serde_json::to_value(&signed).unwrap();
        assert_eq!(value["headers"]["Authorization"], signed.authorization());
        assert_eq!(value["headers"]["x-amz-date"], "20150830T123600Z");

        let steps = put.presign_steps(&credentials(), MINUTE, now()).unwrap();
        assert_eq!(
            serde_json::to_value(&steps).unwrap(),
            json!({
                "canonical_request": steps.canonical_request,
                "string_to_sign": steps.string_to_sign,
                "signature": steps.signature.as_str(),
            })
        );
        let steps = bucket
            .get("key")
            .presign_v2_steps(&credentials(), now())
            .unwrap();
        let value = serde_json::to_value(&steps).unwrap();
        assert!(value.get("canonical_request").is_none());
    }

    #[test]
    fn an_inspection_is_written_without_its_secrets() {
        let temporary = credentials().with_session_token("IQoJb3/+=").unwrap();
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let link = bucket
            .get("key")
            .presign(&temporary, MINUTE, now())
            .unwrap();
        let url = link.as_str().replace("Expires=60", "Expires=604801");
        let seen = presign::inspect::inspect(&url, now());
        let value = serde_json::to_value(&seen).unwrap();
        assert_eq!(
            value,
            json!({
                "scheme": "sigv4",
                "algorithm": "AWS4-HMAC-SHA256",
                "host": "examplebucket.s3.us-east-1.amazonaws.com",
                "path": "/key",
                "access_key_id": temporary.access_key_id(),
                "credential_kind": "other",
                "has_session_token": true,
                "region": "us-east-1",
                "service": "s3",
                "signed_at": "2015-08-30T12:36:00Z",
                "expires_at": "2015-09-06T12:36:01Z",
                "life_seconds": 604_801,
                "remaining_seconds": 604_801,
                "signed_headers": ["host"],
                "problems": [{"kind": "expiry-too-long", "message": seen.problems()[0].to_string()}],
            })
        );
        let none = serde_json::to_value(presign::inspect::inspect("https://h/", now())).unwrap();
        assert_eq!(
            (&none["scheme"], &none["region"]),
            (&json!(null), &json!(null))
        );
    }

    #[cfg(feature = "explain")]
    #[test]
    fn an_explanation_is_written_whole() {
        use presign::explain::{Answer, Attempt};
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let link = bucket
            .get("key")
            .presign(&credentials(), MINUTE, now())
            .unwrap();
        let attempt = Attempt::new("GET", link.as_str()).sent("HEAD", link.as_str());
        let body = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
        let explanation = attempt.explain(&Answer::parse(body), now());
        let value = serde_json::to_value(&explanation).unwrap();
        let finding = &explanation.findings()[0];
        assert_eq!(value["verdict"], "method");
        assert_eq!(value["code"], "SignatureDoesNotMatch");
        assert_eq!(
            value["findings"],
            json!([{
                "cause": "method",
                "confidence": "certain",
                "message": finding.message(),
                "signed": "GET",
                "seen": "HEAD",
            }])
        );
        let row = json!({"part": "method", "signed": "GET", "seen": "HEAD"});
        assert_eq!(value["difference"][0], row);
        let rows = explanation.difference().unwrap().rows();
        assert_eq!(value["difference"].as_array().unwrap().len(), rows.len());

        let nothing = Attempt::new("GET", "https://h/").explain(&Answer::parse("{}"), now());
        let value = serde_json::to_value(&nothing).unwrap();
        assert_eq!(
            value,
            json!({"verdict": "unexplained", "code": null, "findings": [], "difference": null})
        );
    }

    /// In the order given, each name once, whatever stands between.
    #[test]
    fn headers_given_again_are_joined_where_the_first_stands() {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let put = bucket
            .put("key")
            .header("Zebra", "1")
            .header("a", "2")
            .header("ZEBRA", "3")
            .header("b", "4")
            .header("A", "5");
        let presigned = put.presign(&credentials(), MINUTE, now()).unwrap();
        let text = serde_json::to_string(&presigned).unwrap();
        let headers = r#""headers":{"Zebra":"1,3","a":"2,5","b":"4"}"#;
        assert!(text.contains(headers), "{text}");
    }
}
