//! Verifies Google's V4 signatures: recorded requests, changed requests, and forms.

use crate::support::{time, vectors};
use p256::pkcs8::LineEnding;
use presign::gcs::{self, Bucket};
use presign::post::Upload;
use presign::verify::{ReceivedRequest, VerifyErrorKind};
use presign::{Credentials, Payload, Scheme, Timestamp, VerifyingKey};
use proptest::prelude::*;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use serde_json::Value;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

/// Returns the key that a server has for a recorded case: for RSA the public key.
fn server_key(file: &Value, case: &Value) -> VerifyingKey<'static> {
    match text(case, "secret") {
        Some(secret) => Credentials::new(text(case, "access_id").unwrap(), secret)
            .unwrap()
            .into(),
        None => {
            let pem = text(&file["keys"]["gcs_rsa"], "private_pkcs8").unwrap();
            let key = rsa::PrivateKey::from_pkcs8_pem(pem).unwrap();
            let public = key.as_ref().to_public_key_pem(LineEnding::LF).unwrap();
            VerifyingKey::from_pem(&public).unwrap()
        }
    }
}

#[test]
fn recorded_urls_and_headers_verify() {
    let file: Value = vectors("gcs-more.json");
    let mut verified = 0;
    for case in file["cases"].as_array().unwrap() {
        let kind = text(case, "kind").unwrap();
        let expected = &case["expected"];
        let mut headers: Vec<(String, String)> = match kind {
            "v4-rsa" | "v4-hmac" | "v4-hmac-header" => {
                serde_json::from_value(case["headers"].clone()).unwrap()
            }
            _ => continue,
        };
        let url = match text(expected, "url") {
            Some(url) => url.to_owned(),
            None => {
                let location = text(case, "location").unwrap();
                let key = Credentials::new("GOOG1EXAMPLE", "secret").unwrap();
                let bucket = Bucket::builder(text(case, "bucket").unwrap()).location(location);
                let bucket = match text(case, "url_style").unwrap() {
                    "virtual" => bucket.addressing_style(presign::AddressingStyle::Virtual),
                    "path" => bucket,
                    _ => bucket
                        .endpoint(format!(
                            "{}://{}",
                            text(case, "scheme").unwrap(),
                            text(case, "host").unwrap()
                        ))
                        .addressing_style(presign::AddressingStyle::Domain),
                };
                let bucket = bucket.build().unwrap();
                let mut request = bucket.object("GET", text(case, "object").unwrap());
                let params: Vec<(String, String)> =
                    serde_json::from_value(case["query"].clone()).unwrap();
                for (name, value) in &params {
                    request = request.query(name, value);
                }
                drop(key);
                let added: Vec<(String, String)> =
                    serde_json::from_value(expected["add_headers"].clone()).unwrap();
                headers.extend(added);
                let authorization = text(expected, "authorization").unwrap();
                headers.push(("Authorization".into(), authorization.into()));
                request.url().unwrap()
            }
        };
        let location = text(case, "location").unwrap_or("auto");
        let now = time(text(case, "timestamp").unwrap());
        let key = server_key(&file, case);
        let method = text(case, "method").unwrap();
        let check = |method: &str, url: &str| {
            let request = ReceivedRequest::from_url(method, url).unwrap().headers(
                headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            );
            let verifier = gcs::verifier(location);
            let result = verifier.verify(&request, now, |_| Some(&key));
            result.map(|verified| verified.authentication().scheme())
        };
        assert_eq!(
            check(method, &url).unwrap(),
            Scheme::GoogleV4,
            "{}",
            case["id"]
        );
        let error = check("PATCH", &url).unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::Signature, "{}", case["id"]);
        let error = check(method, &url.replacen("//", "//x", 1)).unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::Signature, "{}", case["id"]);
        verified += 1;
    }
    assert_eq!(verified, 20);
}

#[test]
fn recorded_forms_verify() {
    let file: Value = vectors("gcs-more.json");
    let mut verified = 0;
    for case in file["cases"].as_array().unwrap() {
        if !text(case, "kind").unwrap().starts_with("post") {
            continue;
        }
        let fields = case["expected"]["fields"].as_object().unwrap();
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let now = time(text(case, "timestamp").unwrap());
        let key = server_key(&file, case);
        let verifier = gcs::verifier("auto");
        let form = verifier.verify_form(fields.iter().copied(), now, |_| Some(&key));
        let form = form.unwrap();
        let upload = Upload::new(text(case, "bucket").unwrap(), 250).fields(fields.iter().copied());
        let needs_type = case["conditions"].to_string().contains("$content-type");
        let has_type = fields.iter().any(|(name, _)| *name == "content-type");
        if !needs_type || has_type {
            form.check(&upload, now).unwrap();
        }
        let upload = Upload::new("other-bucket", 250).fields(fields.iter().copied());
        assert!(form.check(&upload, now).is_err());
        let changed = fields.iter().map(|(name, value)| match *name {
            "policy" => (*name, "e30="),
            _ => (*name, *value),
        });
        let error = verifier
            .verify_form(changed, now, |_| Some(&key))
            .unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::Signature);
        verified += 1;
    }
    assert_eq!(verified, 6);
}

fn hmac_key() -> Credentials {
    Credentials::new("GOOG1EXAMPLE", "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ").unwrap()
}

fn now() -> Timestamp {
    time("20190201T090000Z")
}

#[test]
fn a_url_with_a_changed_byte_is_rejected() {
    let bucket = Bucket::new("test-bucket").unwrap();
    let link = bucket
        .get("a/b c")
        .presign(&hmac_key(), HOUR, now())
        .unwrap();
    let url = link.as_str();
    let verifier = gcs::verifier("auto");
    let after_host = url.find(".com/").unwrap() + 4;
    for index in after_host..url.len() {
        let mut changed = url.to_owned().into_bytes();
        changed[index] = if changed[index] == b'1' { b'2' } else { b'1' };
        let changed = String::from_utf8(changed).unwrap();
        if let Ok(request) = ReceivedRequest::from_url("GET", &changed) {
            let result = verifier.verify(&request, now(), |_| Some(hmac_key()));
            assert!(result.is_err(), "{changed}");
        }
    }
}

#[test]
fn other_scopes_and_schemes_are_rejected() {
    let bucket = Bucket::builder("test-bucket")
        .location("us-east1")
        .build()
        .unwrap();
    let link = bucket.get("a").presign(&hmac_key(), HOUR, now()).unwrap();
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let kind = |verifier: presign::verify::Verifier| {
        let result = verifier.verify(&request, now(), |_| Some(hmac_key()));
        result.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(kind(gcs::verifier("us-east1")), Ok(()));
    assert_eq!(kind(gcs::verifier("auto").allow_any_region()), Ok(()));
    assert_eq!(kind(gcs::verifier("auto")), Err(VerifyErrorKind::Region));
    let aws = presign::verify::Verifier::new("us-east1", "storage");
    assert_eq!(kind(aws), Err(VerifyErrorKind::NotSigned));
    let aws = presign::s3::Bucket::new("test-bucket", "us-east-1").unwrap();
    let link = aws.get("a").presign(&hmac_key(), HOUR, now()).unwrap();
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let error = gcs::verifier("auto").verify(&request, now(), |_| Some(hmac_key()));
    assert_eq!(error.unwrap_err().kind(), VerifyErrorKind::NotSigned);
}

/// The signature doesn't cover the port, because Google and compatible servers ignore it.
#[test]
fn the_port_is_not_signed() {
    let bucket = Bucket::builder("test-bucket")
        .endpoint("http://localhost:4443")
        .build()
        .unwrap();
    let link = bucket.get("a").presign(&hmac_key(), HOUR, now()).unwrap();
    let verify = |url: &str| {
        let request = ReceivedRequest::from_url("GET", url).unwrap();
        let result = gcs::verifier("auto").verify(&request, now(), |_| Some(hmac_key()));
        result.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(verify(link.as_str()), Ok(()));
    assert_eq!(verify(&link.as_str().replace(":4443", ":8080")), Ok(()));
    let other = link.as_str().replace("localhost", "example.com");
    assert_eq!(verify(&other), Err(VerifyErrorKind::Signature));
}

/// Recorded V2 URLs verify with the public key of the account.
#[test]
fn recorded_v2_urls_verify() {
    let file: Value = vectors("gcs-more.json");
    let mut verified = 0;
    for case in file["cases"].as_array().unwrap() {
        if !text(case, "kind").unwrap().starts_with("v2") {
            continue;
        }
        let mut headers: Vec<(String, String)> =
            serde_json::from_value(case["headers"].clone()).unwrap();
        for name in ["content_md5", "content_type"] {
            if let Some(value) = text(case, name) {
                headers.push((name.replace('_', "-"), value.into()));
            }
        }
        let key = server_key(&file, case);
        let now = time(text(case, "timestamp").unwrap());
        let method = text(case, "method").unwrap();
        let check = |method: &str, url: &str, now: Timestamp| {
            let request = ReceivedRequest::from_url(method, url).unwrap().headers(
                headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            );
            let result = gcs::verify_v2(&request, now, |_| Some(&key));
            result.map_err(|error| error.kind())
        };
        let url = text(&case["expected"], "url").unwrap();
        assert_eq!(check(method, url, now), Ok(()), "{}", case["id"]);
        assert_eq!(check("PATCH", url, now), Err(VerifyErrorKind::Signature));
        let later = Timestamp::from_unix_seconds(case["expires_at"].as_i64().unwrap() + 1);
        assert_eq!(check(method, url, later), Err(VerifyErrorKind::Expired));
        let twice = format!("{url}&Expires=1");
        assert_eq!(check(method, &twice, now), Err(VerifyErrorKind::Repeated));
        let without = url.replace("Expires=", "expires=");
        assert_eq!(check(method, &without, now), Err(VerifyErrorKind::Missing));
        let escaped = url.replacen("/test-bucket/", "/test-bucket%2F", 1);
        if escaped != url {
            assert_eq!(check(method, &escaped, now), Err(VerifyErrorKind::Request));
        }
        verified += 1;
    }
    assert_eq!(verified, 6);
}

#[test]
fn v2_headers_and_hosts_verify() {
    let old = |style| {
        let builder = Bucket::builder("test-bucket").addressing_style(style);
        let builder = builder.signature_version(presign::SignatureVersion::V2);
        builder.build().unwrap()
    };
    let bucket = old(presign::AddressingStyle::Virtual);
    let put = bucket
        .put("a b")
        .header("x-goog-meta-a", "b")
        .header("Content-Type", "text/plain");
    let signed = put.sign(&hmac_key(), now()).unwrap();
    let url = put.url().unwrap();
    let check = |meta: &str, bucket: &str, now: Timestamp| {
        let request = ReceivedRequest::from_url("PUT", &url)
            .unwrap()
            .header("x-goog-meta-a", meta)
            .header("content-type", "text/plain")
            .headers(signed.headers())
            .bucket(bucket);
        let result = gcs::verify_v2(&request, now, |id| (id == "GOOG1EXAMPLE").then(hmac_key));
        result.map_err(|error| error.kind())
    };
    assert_eq!(check("b", "test-bucket", now()), Ok(()));
    assert_eq!(
        check("c", "test-bucket", now()),
        Err(VerifyErrorKind::Signature)
    );
    assert_eq!(check("b", "other", now()), Err(VerifyErrorKind::Signature));
    let later = Timestamp::from_unix_seconds(now().unix_seconds() + 901);
    assert_eq!(
        check("b", "test-bucket", later),
        Err(VerifyErrorKind::TimeSkew)
    );

    let bucket = old(presign::AddressingStyle::Path);
    let link = bucket
        .get("a")
        .query_flag("acl")
        .presign(&hmac_key(), HOUR, now())
        .unwrap();
    let check = |url: &str| {
        let request = ReceivedRequest::from_url("GET", url).unwrap();
        let result = gcs::verify_v2(&request, now(), |_| Some(hmac_key()));
        result.map_err(|error| error.kind())
    };
    assert_eq!(check(link.as_str()), Ok(()));
    let without = link.as_str().replace("acl&", "");
    assert_eq!(check(&without), Err(VerifyErrorKind::Signature));
    assert_eq!(
        check("https://example.com/a"),
        Err(VerifyErrorKind::NotSigned)
    );
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let request = request.header("Authorization", "GOOG1 a:b");
    let error = gcs::verify_v2(&request, now(), |_| Some(hmac_key())).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::SignedTwice);
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let error = gcs::verify_v2(&request, now(), |_| None::<Credentials>).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::AccessKey);
    // The access ID is not signed.
    let other = link.as_str().replace("GOOG1EXAMPLE", "GOOG1OTHER");
    assert_eq!(check(&other), Err(VerifyErrorKind::AccessKey));
    let kind = |expiration| {
        let keys = hmac_key().with_expiration(expiration);
        let result = gcs::verify_v2(&request, now(), |_| Some(&keys));
        result.map_err(|error| error.kind())
    };
    let next = Timestamp::from_unix_seconds(now().unix_seconds() + 1);
    assert_eq!(kind(next), Ok(()));
    assert_eq!(kind(now()), Err(VerifyErrorKind::CredentialsExpired));
    let session = hmac_key().with_session_token("t").unwrap();
    let result = gcs::verify_v2(&request, now(), |_| Some(&session));
    assert_eq!(result.unwrap_err().kind(), VerifyErrorKind::SessionToken);
    let added = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let added = added.header("x-amz-acl", "public-read");
    let result = gcs::verify_v2(&added, now(), |_| Some(hmac_key()));
    assert_eq!(result.unwrap_err().kind(), VerifyErrorKind::Request);
}

/// Google rejects names of both families.
#[test]
fn names_of_aws_are_rejected() {
    let bucket = Bucket::new("test-bucket").unwrap();
    let link = bucket.get("a").presign(&hmac_key(), HOUR, now()).unwrap();
    let verify = |name: &str| {
        let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
        let request = request.header(name, "b");
        let result = gcs::verifier("auto").verify(&request, now(), |_| Some(hmac_key()));
        result.map(drop).map_err(|error| error.kind())
    };
    assert_eq!(verify("x-other-a"), Ok(()));
    assert_eq!(verify("x-amz-meta-a"), Err(VerifyErrorKind::Request));
    assert_eq!(verify("X-Amz-Acl"), Err(VerifyErrorKind::Request));
}

/// Google signs this header as any other, so a URL can have it.
#[test]
fn a_header_with_the_date_is_accepted_if_it_is_signed() {
    let bucket = Bucket::new("test-bucket").unwrap();
    let date = "20190201T090000Z";
    let verify = |url: &str, date| {
        let request = ReceivedRequest::from_url("GET", url).unwrap();
        let request = request.header("x-goog-date", date);
        let result = gcs::verifier("auto").verify(&request, now(), |_| Some(hmac_key()));
        result.map(drop).map_err(|error| error.kind())
    };
    let request = bucket.get("a").header("x-goog-date", date);
    let link = request.presign(&hmac_key(), HOUR, now()).unwrap();
    assert_eq!(verify(link.as_str(), date), Ok(()));
    let result = verify(link.as_str(), "20190201T090001Z");
    assert_eq!(result, Err(VerifyErrorKind::Signature));

    let link = bucket.get("a").presign(&hmac_key(), HOUR, now()).unwrap();
    assert_eq!(
        verify(link.as_str(), date),
        Err(VerifyErrorKind::HeaderNotSigned)
    );
}

proptest! {
    #[test]
    fn signed_urls_verify(
        name in "[a-zA-Z0-9/ %~._é+-]{1,30}",
        header in "[!-~]{0,12}",
        value in "[ -~]{0,12}",
        payload in prop::option::of("[a-z]{0,5}"),
    ) {
        prop_assume!(!matches!(&*name, "." | ".."));
        let bucket = Bucket::new("test-bucket").unwrap();
        let mut request = bucket.put(&*name).header("x-goog-meta-a", &*header).query("q", &*value);
        if let Some(body) = &payload {
            request = request.payload(Payload::sha256_of(body));
        }
        let link = request.presign(&hmac_key(), HOUR, now()).unwrap();
        let received = ReceivedRequest::from_url("PUT", link.as_str())
            .unwrap()
            .headers(link.headers())
            .body(payload.as_deref().unwrap_or("any").as_bytes());
        let verifier = gcs::verifier("auto").allow_escaped_slash();
        let result = verifier.verify(&received, now(), |_| Some(hmac_key()));
        prop_assert!(result.is_ok(), "{link}: {:?}", result.err());
        let received = ReceivedRequest::from_url("PUT", link.as_str())
            .unwrap()
            .header("x-goog-meta-a", "another value");
        prop_assert!(verifier.verify(&received, now(), |_| Some(hmac_key())).is_err());
    }
}
