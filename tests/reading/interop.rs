//! Conversions from and to the types of other crates agree with the plain functions.

use presign::s3::Bucket;
use presign::{Credentials, Timestamp};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn now() -> Timestamp {
    "20150830T123600Z".parse().unwrap()
}

#[cfg(feature = "time")]
mod time {
    use super::{Bucket, MINUTE, credentials, now};
    use presign::Timestamp;
    use std::time::{Duration, SystemTime};

    #[test]
    fn times_of_other_crates_are_the_same_moment() {
        let seconds = now().unix_seconds();
        let system = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap());
        let offset = ::time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let utc = ::time::UtcDateTime::from_unix_timestamp(seconds).unwrap();
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let sign = |now: Timestamp| {
            let link = bucket.get("key").presign(&credentials(), MINUTE, now);
            String::from(link.unwrap())
        };
        for moment in [system.into(), offset.into(), utc.into()] {
            assert_eq!(sign(moment), sign(now()));
        }
        assert_ne!(sign((system + MINUTE).into()), sign(now()));
    }
}

#[cfg(feature = "url")]
mod url {
    use super::{Bucket, MINUTE, credentials, now};
    use presign::{ErrorKind, v4};
    use url::Url;

    #[test]
    fn a_parsed_url_signs_as_its_text_does() {
        let iam = v4::Service::new("us-east-1", "iam").unwrap();
        let text = "https://iam.amazonaws.com/?Action=ListUsers";
        let url = Url::parse(text).unwrap();
        let presign = |url: &str| iam.get(url).presign(&credentials(), MINUTE, now());
        let (parsed, plain) = (presign(url.as_str()), presign(text));
        assert_eq!(parsed.unwrap().as_str(), plain.unwrap().as_str());
    }

    /// A key that a URL parser would change is an error. Every other key is unchanged.
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
            assert!(
                error.to_string().contains("the crate url changes"),
                "{error}"
            );
        }
    }
}

#[cfg(feature = "http")]
mod http {
    use super::{Bucket, MINUTE, credentials, now};
    use presign::verify::{ReceivedRequest, Verifier};
    use presign::{Error, ErrorKind, Payload, Request, SignatureVersion, v2, v4};

    const URL: &str = "https://examplebucket.s3.amazonaws.com/a%20b?tagging";

    fn request() -> ::http::Request<&'static str> {
        ::http::Request::put(URL)
            .header("content-type", "text/plain")
            .header("x-amz-meta-a", "1")
            .header("x-amz-meta-a", "2")
            .body("body")
            .unwrap()
    }

    fn with_headers(request: Request<'_>) -> Request<'_> {
        request
            .header("content-type", "text/plain")
            .header("x-amz-meta-a", "1")
            .header("x-amz-meta-a", "2")
    }

    #[test]
    fn signing_an_http_request_adds_the_headers_of_the_described_request() {
        let credentials = credentials().with_session_token("token").unwrap();
        let s3 = v4::Service::new("us-east-1", "s3").unwrap();
        let payload = Payload::sha256_of("body");
        let mut signed = request();
        let added = s3.http(&signed).payload(payload).sign(&credentials, now());
        added.unwrap().apply_to(&mut signed).unwrap();
        let described = with_headers(s3.request("PUT", URL)).payload(payload);
        for (name, value) in described.sign(&credentials, now()).unwrap().headers() {
            assert_eq!(signed.headers()[name], value);
        }
        assert_eq!(signed.uri(), URL);
        assert!(signed.headers()["authorization"].is_sensitive());
        assert!(signed.headers()["x-amz-security-token"].is_sensitive());
        assert!(!signed.headers()["x-amz-date"].is_sensitive());

        let old = v2::Service::s3().bucket("examplebucket");
        let mut signed = request();
        let added = old.http(&signed).sign(&credentials, now());
        added.unwrap().apply_to(&mut signed).unwrap();
        let described = with_headers(old.request("PUT", URL));
        for (name, value) in described.sign(&credentials, now()).unwrap().headers() {
            assert_eq!(signed.headers()[name], value);
        }
    }

    #[test]
    fn a_presigned_url_becomes_the_request_that_it_is_for() {
        let s3 = v4::Service::new("us-east-1", "s3").unwrap();
        let given = request();
        let presigned = s3.http(&given).presign(&credentials(), MINUTE, now());
        let presigned = presigned.unwrap();
        let ready = presigned.to_http("body").unwrap();
        assert_eq!(ready.method(), "PUT");
        assert_eq!(ready.uri().to_string(), presigned.as_str());
        assert_eq!(ready.headers(), given.headers());
    }

    #[test]
    fn a_request_becomes_an_http_request_without_a_signature() {
        let s3 = v4::Service::new("us-east-1", "s3").unwrap();
        let mut given = request();
        let converted = s3.http(&given).to_http("body").unwrap();
        assert_eq!(converted.method(), given.method());
        assert_eq!(converted.uri(), given.uri());
        assert_eq!(converted.headers(), given.headers());

        // Bytes that are not UTF-8 are unchanged, and a folded value becomes one line.
        let value = ::http::HeaderValue::from_bytes(b"caf\xe9").unwrap();
        given.headers_mut().insert("x-amz-meta-b", value.clone());
        let folded = s3.http(&given).header("x-amz-meta-c", "a\r\n  b");
        let converted = folded.to_http(()).unwrap();
        assert_eq!(converted.headers()["x-amz-meta-b"], value);
        assert_eq!(converted.headers()["x-amz-meta-c"], "a b");
    }

    #[test]
    fn a_host_header_is_sent_if_it_is_not_the_urls() {
        let s3 = v4::Service::new("us-east-1", "s3").unwrap();
        for (host, sent) in [
            ("examplebucket.s3.amazonaws.com", None),
            ("files.example.com", Some("files.example.com")),
        ] {
            let request = s3.get(URL).header("Host", host).to_http(()).unwrap();
            let value = request.headers().get("host");
            assert_eq!(value.map(|value| value.to_str().unwrap()), sent);
        }
    }

    #[test]
    fn a_call_of_a_query_api_has_another_url() {
        let sdb = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
        let call = sdb
            .get("https://sdb.amazonaws.com/")
            .query("Action", "ListDomains");
        let mut request = call.to_http(()).unwrap();
        assert_eq!(
            request.uri(),
            "https://sdb.amazonaws.com/?Action=ListDomains"
        );
        let signed = call.sign(&credentials(), now()).unwrap();
        signed.apply_to(&mut request).unwrap();
        assert_eq!(request.uri(), signed.url().unwrap());
        assert!(request.headers().is_empty());
    }

    #[test]
    fn an_operation_becomes_a_whole_request_that_is_signed() {
        let verifier = Verifier::new("us-east-1", "s3")
            .allow_sigv2(MINUTE)
            .base_domain("s3.us-east-1.amazonaws.com");
        for version in [SignatureVersion::V4, SignatureVersion::V2] {
            let bucket = Bucket::builder("examplebucket", "us-east-1").signature_version(version);
            let bucket = bucket.build().unwrap();
            let put = bucket
                .put("a b")
                .query_flag("tagging")
                .header("Content-Type", "text/plain")
                .header("x-amz-meta-a", "1")
                .header("x-amz-meta-a", "2")
                .header("User-Agent", "not signed")
                .payload(Payload::sha256_of("body"));
            let mut request = put.to_http("body").unwrap();
            let signed = put.sign(&credentials(), now()).unwrap();
            signed.apply_to(&mut request).unwrap();
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
    }

    #[test]
    fn a_request_with_an_error_is_not_converted() {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let error = bucket.put("").to_http(()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Key);
        let per_row = bucket.get("a").query_per_row("versionId");
        let error = per_row.to_http(()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Query);
        // The longest URI that the crate `http` accepts. AWS only has shorter keys.
        let bucket = Bucket::builder("examplebucket", "us-east-1").endpoint("https://example.com");
        let bucket = bucket.build().unwrap();
        let front = bucket.get("a").url().unwrap().len() - 1;
        let convert = |length: usize| bucket.get("a".repeat(length - front)).to_http(());
        assert!(convert(65_534).is_ok());
        assert_eq!(convert(65_535).unwrap_err().kind(), ErrorKind::Url);
    }

    fn sign_in_place<B>(
        service: &v4::Service,
        request: &mut ::http::Request<B>,
    ) -> Result<(), Error> {
        let signed = service.http(request).sign(&credentials(), now())?;
        signed.apply_to(request)
    }

    #[test]
    fn a_uri_without_a_host_is_rejected_and_the_request_unchanged() {
        let s3 = v4::Service::new("us-east-1", "s3").unwrap();
        let mut request = ::http::Request::get("/path").body(()).unwrap();
        let error = sign_in_place(&s3, &mut request).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Url);
        assert!(request.headers().is_empty());
    }

    /// `HeaderMap` panics if it becomes too large, so signing has to check its size.
    #[test]
    fn a_full_map_of_headers_is_rejected_and_unchanged() {
        let iam = v4::Service::new("us-east-1", "iam").unwrap();
        let mut request = ::http::Request::get("https://iam.amazonaws.com/")
            .body(())
            .unwrap();
        sign_in_place(&iam, &mut request.clone()).unwrap();
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
        let error = sign_in_place(&iam, &mut request).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Header);
        assert_eq!(request.headers().len(), before);
    }
}

#[cfg(feature = "serde")]
mod serde {
    use super::{Bucket, MINUTE, credentials, now};
    use presign::inspect::Inspection;
    use presign::{Payload, SignatureVersion, v2};
    use serde_json::json;
    use std::collections::HashMap;

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
        let old_bucket = Bucket::builder("examplebucket", "us-east-1")
            .signature_version(SignatureVersion::V2)
            .build()
            .unwrap();
        let old = old_bucket
            .get("key")
            .header("Range", "bytes=0-9")
            .presign(&credentials(), MINUTE, now())
            .unwrap();
        assert_eq!(
            serde_json::to_value(&old).unwrap()["not_covered"],
            json!(["Range"])
        );

        let signed = put.payload(Payload::Unsigned).sign(&credentials(), now());
        let signed = signed.unwrap();
        let value = serde_json::to_value(&signed).unwrap();
        assert_eq!(
            value,
            json!({"headers": signed.headers().collect::<HashMap<_, _>>()})
        );
        assert_eq!(value["headers"]["x-amz-date"], "20150830T123600Z");
        let authorization = value["headers"]["Authorization"].as_str().unwrap();
        assert!(authorization.ends_with(&*signed.signature()));
    }

    #[test]
    fn a_call_of_a_query_api_is_written_with_url_and_body() {
        let sdb = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
        let call = sdb
            .post("https://sdb.amazonaws.com/")
            .query("Action", "ListDomains")
            .sign(&credentials(), now())
            .unwrap();
        assert_eq!(
            serde_json::to_value(&call).unwrap(),
            json!({"url": "https://sdb.amazonaws.com/", "headers": {}, "body": call.body()})
        );
    }

    #[test]
    fn a_form_is_written_with_its_fields_in_order() {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let form = bucket.post_policy("key").field("acl", "private");
        let form = form.presign(&credentials(), MINUTE, now()).unwrap();
        let text = serde_json::to_string(&form).unwrap();
        let fields: Vec<_> = form
            .fields()
            .map(|(name, value)| format!("{}:{}", json!(name), json!(value)))
            .collect();
        let expected = format!(
            r#"{{"url":{},"fields":{{{}}}}}"#,
            json!(form.url()),
            fields.join(",")
        );
        assert_eq!(text, expected);
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
        let inspection = Inspection::new(&url, now());
        let value = serde_json::to_value(&inspection).unwrap();
        assert_eq!(
            value,
            json!({
                "scheme": "sigv4",
                "host": "examplebucket.s3.us-east-1.amazonaws.com",
                "path": "/key",
                "access_key_id": temporary.identity().access_key_id(),
                "access_key_kind": "other",
                "has_session_token": true,
                "region": "us-east-1",
                "service": "s3",
                "signed_at": "2015-08-30T12:36:00Z",
                "expires_at": "2015-09-06T12:36:01Z",
                "valid_seconds": 604_801,
                "remaining_seconds": 604_801,
                "signed_headers": ["host"],
                "problems": [{"kind": "expiry-too-long", "message": inspection.problems()[0].to_string()}],
            })
        );
        let none = serde_json::to_value(Inspection::new("https://h/", now())).unwrap();
        assert_eq!(
            (&none["scheme"], &none["region"]),
            (&json!(null), &json!(null))
        );
    }

    #[cfg(feature = "explain")]
    #[test]
    fn an_explanation_is_written_with_all_its_findings() {
        use presign::explain::{ErrorResponse, FailedRequest};
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let link = bucket
            .get("key")
            .presign(&credentials(), MINUTE, now())
            .unwrap();
        let body = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
        let response = ErrorResponse::parse(body);
        let explanation = FailedRequest::new("GET", link.as_str(), &response)
            .sent("HEAD", link.as_str())
            .explain(now());
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
        let line = json!({"part": "method", "signed": "GET", "seen": "HEAD"});
        assert_eq!(value["difference"][0], line);
        let lines = explanation.difference().unwrap().lines();
        assert_eq!(value["difference"].as_array().unwrap().len(), lines.len());

        let response = ErrorResponse::parse("{}");
        let nothing = FailedRequest::new("GET", "https://h/", &response).explain(now());
        let value = serde_json::to_value(&nothing).unwrap();
        assert_eq!(
            value,
            json!({"verdict": "unexplained", "code": null, "findings": [], "difference": null})
        );
    }

    /// Names are in the order given, without duplicates.
    #[test]
    fn duplicate_headers_are_joined_at_the_first() {
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

#[cfg(feature = "aws-credential-types")]
mod aws_credential_types {
    use aws_credential_types::Credentials as SdkCredentials;
    use presign::{Credentials, CredentialsCache, ErrorKind};
    use std::time::{Duration, SystemTime};

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn credentials_of_the_sdk_are_converted() {
        let expiration = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
        let token = Some("token".to_owned());
        let sdk = SdkCredentials::new("ASIAEXAMPLE", SECRET, token, Some(expiration), "test");
        let converted = Credentials::try_from(&sdk).unwrap();
        let own = Credentials::new("ASIAEXAMPLE", SECRET).unwrap();
        let own = own.with_session_token("token").unwrap();
        assert_ne!(converted, own);
        let expiration = presign::Timestamp::from_unix_seconds(1_700_000_000);
        assert_eq!(converted, own.with_expiration(expiration));

        let sdk = SdkCredentials::new("AKIDEXAMPLE", SECRET, None, None, "test");
        let converted = Credentials::try_from(sdk).unwrap();
        assert_eq!(converted, Credentials::new("AKIDEXAMPLE", SECRET).unwrap());
    }

    #[test]
    fn credentials_that_cannot_sign_are_rejected() {
        for (id, secret) in [
            ("", SECRET),
            ("AKIDEXAMPLE", ""),
            ("AKID EXAMPLE\n", SECRET),
        ] {
            let sdk = SdkCredentials::new(id, secret, None, None, "test");
            let error = Credentials::try_from(&sdk).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(!error.to_string().contains(SECRET));
            assert_eq!(CredentialsCache::new().get(&sdk).unwrap_err(), error);
        }
    }
}
