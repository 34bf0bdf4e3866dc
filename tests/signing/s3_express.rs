//! Sessions of S3 Express: the request that creates one, its response, and the requests that it
//! signs.

use crate::support::signing::authorization;
use crate::support::{Pairs, hex, hmac_sha256, percent_decode, query_set, time, vectors};
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, ErrorKind, Expiry, Payload, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

const DIRECTORY: &str = "logs--usw2-az1--x-s3";

#[derive(Deserialize)]
struct Case {
    kind: String,
    timestamp: String,
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    region: String,
    bucket: String,
    host: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    method: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    query: Pairs,
    #[serde(default)]
    expires: u64,
    expected: Value,
}

impl Case {
    fn credentials(&self) -> Credentials {
        let credentials = Credentials::new(&*self.access_key_id, &*self.secret_access_key);
        credentials
            .unwrap()
            .with_session_token(&*self.session_token)
            .unwrap()
    }

    fn key(&self) -> String {
        String::from_utf8(percent_decode(&self.path[1..])).unwrap()
    }

    fn now(&self) -> Timestamp {
        time(&self.timestamp)
    }
}

fn cases(kind: &str) -> Vec<Case> {
    let mut file: Value = vectors("s3-express.json");
    let cases: Vec<Case> = serde_json::from_value(file["cases"].take()).unwrap();
    assert_eq!(cases.len(), 14);
    let cases = cases.into_iter().filter(|case| case.kind == kind);
    cases.collect()
}

fn bucket(case: &Case) -> Bucket {
    Bucket::new(&*case.bucket, &*case.region).unwrap()
}

#[track_caller]
fn assert_headers(signed: &presign::SignedRequest, expected: &Value) {
    let mut headers: Pairs = signed
        .headers()
        .map(|(name, value)| (name.to_lowercase(), value.into()))
        .collect();
    let expected = expected["headers"].as_object().unwrap().iter();
    let expected = expected.filter(|(name, _)| *name != "x-amz-create-session-mode");
    let mut expected: Pairs = expected
        .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().into()))
        .collect();
    headers.sort();
    expected.sort();
    assert_eq!(headers, expected);
}

#[test]
fn sessions_are_created() {
    let cases = cases("create-session");
    assert_eq!(cases.len(), 4);
    for case in cases {
        assert_eq!((&*case.method, &*case.path), ("GET", "/"));
        assert_eq!(case.query, [("session".into(), String::new())]);
        let bucket = bucket(&case);
        let mut request = bucket.create_session();
        if let Some(mode) = &case.mode {
            request = request.header("x-amz-create-session-mode", &**mode);
        }
        assert_eq!(
            request.url().unwrap(),
            format!("https://{}/?session", case.host)
        );
        let signed = request.sign(&case.credentials(), case.now()).unwrap();
        assert_headers(&signed, &case.expected);
    }
}

#[test]
fn sessions_presign_urls() {
    let cases = cases("query");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let bucket = bucket(&case);
        let expiry = Duration::from_secs(case.expires);
        let request = bucket.object(&*case.method, case.key());
        let url = request
            .presign(&case.credentials(), expiry, case.now())
            .unwrap();
        let expected = case.expected["url"].as_str().unwrap();
        let path = |url: &str| url.split('?').next().unwrap().to_owned();
        assert_eq!(path(url.as_str()), path(expected));
        assert_eq!(query_set(url.as_str()), query_set(expected));

        let request = ReceivedRequest::from_url(&case.method, expected).unwrap();
        let verifier = Verifier::new(&*case.region, "s3express");
        let verified = verifier.verify(&request, case.now(), |_| Some(case.credentials()));
        verified.unwrap();
    }
}

#[test]
fn sessions_sign_headers() {
    let cases = cases("header");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let bucket = bucket(&case);
        let request = bucket
            .object(&*case.method, case.key())
            .payload(Payload::Unsigned);
        let signed = request.sign(&case.credentials(), case.now()).unwrap();
        assert_headers(&signed, &case.expected);
    }
}

/// botocore writes the name of the token's field in mixed case, so its policy differs from ours.
#[test]
fn sessions_sign_forms() {
    let cases = cases("post");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let (bucket, credentials) = (bucket(&case), case.credentials());
        let policy = bucket.post_policy("k");
        let expiry = Duration::from_secs(case.expires);
        let form = policy.presign(&credentials, expiry, case.now()).unwrap();
        let expected = &case.expected;
        assert_eq!(
            form.policy().to_lowercase(),
            expected["policy"].as_str().unwrap().to_lowercase()
        );
        let fields = |skip_signature: bool, fields: Vec<(String, String)>| {
            let is_text =
                |name: &str| skip_signature && ["policy", "x-amz-signature"].contains(&name);
            let mut fields: Pairs = fields
                .into_iter()
                .map(|(name, value)| (name.to_lowercase(), value))
                .filter(|(name, _)| !is_text(name))
                .collect();
            fields.sort();
            fields
        };
        let own = form
            .fields()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let recorded = expected["fields"].as_object().unwrap().iter();
        let recorded: Vec<_> = recorded
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().into()))
            .collect();
        assert_eq!(fields(true, own.collect()), fields(true, recorded.clone()));
        // Another HMAC implementation computes the signature of our policy.
        let date = &case.timestamp[..8];
        let start = format!("AWS4{}", case.secret_access_key).into_bytes();
        let scope = [date, &case.region, "s3express", "aws4_request"];
        let key = scope
            .iter()
            .fold(start, |key, part| hmac_sha256(&key, part));
        let (_, base64) = form.fields().find(|(name, _)| *name == "policy").unwrap();
        assert_eq!(form.signature(), hex(hmac_sha256(&key, base64)));

        // The verifier accepts both forms with the token, and rejects them without it.
        let verifier = Verifier::new(&*case.region, "s3express");
        let verify = |fields: &[(String, String)]| {
            let fields = fields.iter().map(|(name, value)| (&**name, &**value));
            let verified = verifier.verify_form(fields, case.now(), |_| Some(&credentials));
            verified.map(|_| ()).map_err(|error| error.kind())
        };
        let own: Vec<_> = form
            .fields()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        for fields in [own, recorded] {
            assert_eq!(verify(&fields), Ok(()));
            let is_token = |name: &str| name.eq_ignore_ascii_case("x-amz-s3session-token");
            let (token, others): (Vec<_>, Vec<_>) =
                fields.iter().cloned().partition(|(name, _)| is_token(name));
            assert_eq!(token.len(), 1);
            assert_eq!(verify(&others), Err(VerifyErrorKind::SessionToken));
            let both = [&fields[..], &[("x-amz-security-token".into(), "x".into())]].concat();
            assert_eq!(verify(&both), Err(VerifyErrorKind::Repeated));
        }
    }
}

fn role() -> Credentials {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").unwrap();
    credentials.with_session_token("token").unwrap()
}

fn now() -> Timestamp {
    time("20240601T000000Z")
}

/// CreateSession, HeadBucket and copies are signed with ordinary credentials, other operations with
/// those of a session.
#[test]
fn the_operation_selects_the_token_header() {
    let bucket = Bucket::new(DIRECTORY, "us-west-2").unwrap();
    for (request, token) in [
        (bucket.create_session(), "x-amz-security-token"),
        (bucket.head_bucket(), "x-amz-security-token"),
        (
            bucket.copy_object("a", DIRECTORY, "b"),
            "x-amz-security-token",
        ),
        (
            bucket.upload_part_copy("a", "id", 1, DIRECTORY, "b"),
            "x-amz-security-token",
        ),
        (bucket.get("a"), "x-amz-s3session-token"),
        (bucket.head("a"), "x-amz-s3session-token"),
        (bucket.list_objects_v2(), "x-amz-s3session-token"),
        (bucket.create_multipart_upload("a"), "x-amz-s3session-token"),
        (bucket.delete("a"), "x-amz-s3session-token"),
    ] {
        let signed = request.sign(&role(), now()).unwrap();
        let tokens: Vec<_> = signed
            .headers()
            .filter(|(_, value)| *value == "token")
            .collect();
        assert_eq!(tokens, [(token, "token")], "{request:?}");
        assert!(authorization(&signed).contains(token));
    }
    for name in [
        "examplebucket",
        "arn:aws:s3:us-west-2:123456789012:accesspoint/reports",
    ] {
        let bucket = Bucket::new(name, "us-west-2").unwrap();
        let error = bucket.create_session().sign(&role(), now()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn urls_expire_with_their_session() {
    let bucket = Bucket::new(DIRECTORY, "us-west-2").unwrap();
    let seconds = Duration::from_secs;
    let expiry = |credentials: &Credentials, expiry: Expiry| {
        let url = bucket.get("a").presign(credentials, expiry, now())?;
        for method in ["GET", "HEAD"] {
            let url = bucket
                .object(method, "a")
                .presign(credentials, expiry, now())?;
            let template = bucket
                .request(method)
                .template(credentials, expiry, now())?;
            assert_eq!(template.presign("a", now())?.as_str(), url.as_str());
        }
        Ok::<_, presign::Error>(url.expires_at().saturating_duration_since(now()))
    };
    let session = role().with_expiration(now().saturating_add(seconds(200)));
    assert_eq!(
        expiry(&session, Expiry::at_most(seconds(300))),
        Ok(seconds(200))
    );
    assert_eq!(
        expiry(&session, seconds(300).into()).unwrap_err().kind(),
        ErrorKind::Expiry
    );
    // A template doesn't extend the validity of rows that are signed later.
    let template = bucket
        .request("GET")
        .template(&session, seconds(200), now())
        .unwrap();
    let later = now().saturating_add(seconds(1));
    assert_eq!(
        template.presign("a", later).unwrap_err().kind(),
        ErrorKind::Expiry
    );
}

#[cfg(feature = "s3-express")]
mod responses {
    use super::*;
    use presign::s3::session_credentials;

    /// The example in the API Reference, with a shorter token.
    const RESPONSE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<CreateSessionResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Credentials>
    <SessionToken>TESTSESSIONTOKEN&amp;==</SessionToken>
    <SecretAccessKey>wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY</SecretAccessKey>
    <AccessKeyId>ASIARTESTID</AccessKeyId>
    <Expiration>2024-01-29T18:53:14Z</Expiration>
  </Credentials>
</CreateSessionResult>"#;

    fn expected() -> Credentials {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("ASIARTESTID", secret).unwrap();
        let credentials = credentials
            .with_session_token("TESTSESSIONTOKEN&==")
            .unwrap();
        credentials.with_expiration(time("20240129T185314Z"))
    }

    #[test]
    fn are_parsed() {
        let session = session_credentials(RESPONSE).unwrap();
        assert!(session == expected());
        let more = RESPONSE.replace("<Credentials>", "<Credentials><Later><A>b</A></Later>");
        assert!(session_credentials(&more).unwrap() == expected());
    }

    #[test]
    fn of_another_form_are_rejected() {
        let kind = |body: &str| {
            let error = session_credentials(body).unwrap_err();
            let message = error.to_string();
            for secret in ["TESTSESSION", "wJalr", "ASIARTESTID"] {
                assert!(!message.contains(secret), "{message}");
            }
            error.kind()
        };
        for name in [
            "SessionToken",
            "SecretAccessKey",
            "AccessKeyId",
            "Expiration",
        ] {
            for (from, to) in [
                (format!("<{name}>"), format!("<{name}></{name}><{name}>")),
                (format!("<{name}>"), format!("<{name}> </{name}><Other>")),
            ] {
                let to_end = to.ends_with("<Other>");
                let mut body = RESPONSE.replace(&from, &to);
                if to_end {
                    let (front, back) = body.rsplit_once(&format!("</{name}>")).unwrap();
                    body = format!("{front}</Other>{back}");
                }
                assert_eq!(kind(&body), ErrorKind::Credentials, "{body}");
            }
            let renamed = RESPONSE.replace(name, "Other");
            assert_eq!(kind(&renamed), ErrorKind::Credentials, "{renamed}");
        }
        for body in [
            "",
            "no XML",
            "<Error><Code>AccessDenied</Code></Error>",
            "<CreateSessionResult/>",
            "<CreateSessionResult></CreateSessionResult>",
        ] {
            assert_eq!(kind(body), ErrorKind::Credentials, "{body}");
        }
        assert_eq!(
            kind(&RESPONSE.replace("2024-01-29T18:53:14Z", "soon")),
            ErrorKind::Credentials
        );
        assert_eq!(
            kind(&RESPONSE.replace("&amp;", "&unknown;")),
            ErrorKind::Credentials
        );
        let end = RESPONSE.len();
        for length in (0..end).filter(|length| RESPONSE.is_char_boundary(*length)) {
            assert_eq!(
                kind(&RESPONSE[..length]),
                ErrorKind::Credentials,
                "{length}"
            );
        }
    }
}
