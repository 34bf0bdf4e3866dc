//! A server's check of a form: the signature over the policy, then the policy's conditions on the
//! fields and the file. Each accepted form has variants that differ in one field and are rejected.

use crate::support::hmac_sha1;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::post::{PostPolicy, Upload};
use presign::s3::Bucket;
use presign::verify::{Verifier, VerifyError, VerifyErrorKind as Kind};
use presign::{Credentials, Expiry, SignatureVersion, Timestamp};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// Returns a time in seconds after the signing time.
fn after(seconds: i64) -> Timestamp {
    let now: Timestamp = "20130524T000000Z".parse().unwrap();
    Timestamp::from_unix_seconds(now.unix_seconds() + seconds)
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").unwrap()
}

fn verifier() -> Verifier {
    Verifier::new("us-east-1", "s3").allow_sigv2(HOUR)
}

type Fields = Vec<(String, String)>;

fn bucket(version: SignatureVersion) -> Bucket {
    let builder = Bucket::builder("examplebucket", "us-east-1");
    builder.signature_version(version).build().unwrap()
}

/// Returns the policy that the tests sign.
fn policy(bucket: &Bucket) -> PostPolicy<'_> {
    bucket
        .post_policy("user/eric/${filename}")
        .content_length_range(2..=10)
        .field("acl", "public-read")
        .starts_with("Content-Type", "image/")
}

/// Signs the policy, and returns the fields of the form.
fn sign(policy: &PostPolicy<'_>, credentials: &Credentials) -> Fields {
    let form = policy.presign(credentials, HOUR, after(0)).unwrap();
    let fields = form.fields();
    fields
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

/// Returns a form of each signature version, with a session token and without.
fn forms() -> Vec<(Credentials, Fields)> {
    let temporary = credentials().with_session_token("IQoJb3/+=").unwrap();
    let mut forms = Vec::new();
    for credentials in [credentials(), temporary] {
        for version in [SignatureVersion::V4, SignatureVersion::V2] {
            let fields = sign(&policy(&bucket(version)), &credentials);
            forms.push((credentials.clone(), fields));
        }
    }
    forms
}

/// Adds the `Content-Type` that a browser would send.
fn with_content_type(mut fields: Fields) -> Fields {
    fields.retain(|(name, _)| name != "Content-Type");
    fields.insert(0, ("Content-Type".into(), "image/png".into()));
    fields
}

fn borrowed(fields: &Fields) -> impl Iterator<Item = (&str, &str)> {
    let fields = fields.iter();
    fields.map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Verifies the signature and checks the policy, as a server does.
fn verify_and_check(
    credentials: &Credentials,
    fields: &Fields,
    file_size: u64,
    now: Timestamp,
) -> Result<(), (Kind, &'static str)> {
    let verifier = verifier();
    let verified = verifier.verify_form(borrowed(fields), now, |id| {
        (id == credentials.identity().access_key_id()).then_some(credentials)
    });
    let verified = verified.map_err(|error| (error.kind(), error.code()))?;
    let upload = Upload::new("examplebucket", file_size)
        .file_name("me.png")
        .fields(borrowed(fields));
    verified.check(&upload, now).map_err(|error| {
        assert_response(&error);
        (error.kind(), error.code())
    })
}

/// Checks the status and the body of the response to an upload that the policy doesn't allow.
fn assert_response(error: &VerifyError) {
    let code = error.code();
    let status = if code == "AccessDenied" { 403 } else { 400 };
    assert_eq!(error.status(), status, "{error}");
    let xml = error.to_xml();
    assert!(xml.contains(&format!("<Code>{code}</Code>")), "{xml}");
    // A message quotes the condition that failed, so its quotes have to be escaped.
    let (_, message) = xml.split_once("<Message>").unwrap();
    let (message, _) = message.split_once("</Message>").unwrap();
    assert!(!message.contains(['<', '"']), "{xml}");
}

#[test]
fn a_form_is_accepted_and_its_variants_are_rejected() {
    let forms = forms();
    assert_eq!(forms.len(), 4);
    for (credentials, fields) in forms {
        let fields = with_content_type(fields);
        let check = |file_size, now| verify_and_check(&credentials, &fields, file_size, now);
        for file_size in [2, 10] {
            assert_eq!(check(file_size, after(0)), Ok(()));
        }
        let too_small = Err((Kind::FileTooSmall, "EntityTooSmall"));
        assert_eq!(check(1, after(0)), too_small);
        let too_large = Err((Kind::FileTooLarge, "EntityTooLarge"));
        assert_eq!(check(11, after(0)), too_large);
        assert_eq!(check(5, after(3600)), Ok(()));
        let expired = Err((Kind::Expired, "AccessDenied"));
        assert_eq!(check(5, after(3601)), expired);

        let check = |fields: &Fields| verify_and_check(&credentials, fields, 5, after(0));
        for (index, field) in fields.iter().enumerate() {
            let name = &field.0;
            let mut changed = fields.clone();
            let value = &mut changed[index].1;
            *value = match value.strip_prefix('a') {
                Some(end) => format!("b{end}"),
                None => format!("a{}", &value[1..]),
            };
            assert!(check(&changed).is_err(), "changed {name}");
            let mut removed = fields.clone();
            removed.remove(index);
            assert!(check(&removed).is_err(), "removed {name}");
            let mut repeated = fields.clone();
            repeated.push(field.clone());
            let repeated = check(&repeated).map_err(|(kind, _)| kind);
            assert_eq!(repeated, Err(Kind::Repeated), "repeated {name}");
        }
        let mut extra = fields.clone();
        extra.push(("x-amz-meta-a".into(), "1".into()));
        assert_eq!(check(&extra), Err((Kind::ExtraField, "AccessDenied")));
        let mut ignored = fields.clone();
        ignored.push(("x-ignore-a".into(), "1".into()));
        assert_eq!(check(&ignored), Ok(()));
        let access_key_id = credentials.identity().access_key_id();
        let other = Credentials::new(access_key_id, "another").unwrap();
        assert!(verify_and_check(&other, &fields, 5, after(0)).is_err());
    }
}

/// The policy that is checked has to be the one whose signature was verified.
#[test]
fn an_upload_with_another_policy_is_rejected() {
    let bucket = bucket(SignatureVersion::V4);
    let credentials = credentials();
    let policy = policy(&bucket);
    let fields = with_content_type(sign(&policy, &credentials));
    let permissive = policy.content_length_range(0..=1_000_000);
    let permissive = with_content_type(sign(&permissive, &credentials));

    let verifier = verifier();
    let verified = verifier
        .verify_form(borrowed(&fields), after(0), |_| Some(&credentials))
        .unwrap();
    assert_eq!(verified.policy().unwrap().expiration(), after(3600));
    let check = |upload: Upload<'_>| {
        let checked = verified.check(&upload.file_name("me.png"), after(0));
        checked.map_err(|error| (error.kind(), error.to_string()))
    };

    let upload = || Upload::new("examplebucket", 5);
    let message = "the field policy is not the one whose signature was verified";
    let other_policy = Err((Kind::OtherPolicy, message.to_owned()));
    assert_eq!(check(upload().fields(borrowed(&fields))), Ok(()));
    assert_eq!(check(upload().fields(borrowed(&permissive))), other_policy);
    assert_eq!(check(upload().field("key", "user/eric/a")), other_policy);
    let both = upload()
        .fields(borrowed(&fields))
        .fields(borrowed(&permissive));
    assert_eq!(check(both), other_policy);
    let other_bucket = Upload::new("otherbucket", 5).fields(borrowed(&fields));
    let (kind, message) = check(other_bucket).unwrap_err();
    assert_eq!(kind, Kind::ConditionFailed, "{message}");
}

/// A SigV2 signature covers any text, even one that is not a policy.
#[test]
fn a_signed_text_that_is_not_a_policy_is_rejected() {
    let secret = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let verifier = verifier();
    // The outer result is that of the signature, the inner one that of the policy.
    let verify_and_check = |policy: &str| {
        let signature = BASE64.encode(hmac_sha1(secret, policy));
        let fields = [
            ("key", "a"),
            ("AWSAccessKeyId", "AKIDEXAMPLE"),
            ("policy", policy),
            ("signature", &signature),
        ];
        let verified = verifier.verify_form(fields, after(0), |_| Some(credentials()));
        let verified = verified.map_err(|error| error.kind())?;
        let checked = verified.check(&Upload::new("b", 5).fields(fields), after(0));
        Ok(checked.map_err(|error| {
            assert!(!error.to_string().is_empty());
            (error.kind(), error.code())
        }))
    };
    let valid =
        r#"{"expiration": "2013-05-24T01:00:00Z", "conditions": [{"bucket": "b"}, {"key": "a"}]}"#;
    assert_eq!(verify_and_check(&BASE64.encode(valid)), Ok(Ok(())));
    for (text, removed) in [(valid, 1), ("null", 0), ("{}", 0), ("\u{e9}", 1)] {
        let policy = BASE64.encode(&text.as_bytes()[..text.len() - removed]);
        let invalid = Err((Kind::InvalidPolicy, "InvalidPolicyDocument"));
        assert_eq!(verify_and_check(&policy), Ok(invalid), "{text}");
    }
    assert_eq!(verify_and_check("no base64"), Err(Kind::Malformed));
}

/// A SigV2 form doesn't state when it was signed, so its policy can expire at any time.
#[test]
fn a_sigv2_policy_that_expires_too_late_is_rejected() {
    for (version, late) in [
        (
            SignatureVersion::V2,
            Err((Kind::ExpiryTooLong, "InvalidArgument")),
        ),
        (SignatureVersion::V4, Ok(())),
    ] {
        for (seconds, expected) in [(3600, Ok(())), (3601, late), (50 * 365 * 86_400, late)] {
            let bucket = bucket(version);
            let form =
                policy(&bucket).presign(&credentials(), Expiry::at(after(seconds)), after(0));
            let form = form.unwrap();
            let fields = form.fields();
            let fields = fields.map(|(name, value)| (name.into(), value.into()));
            let fields = with_content_type(fields.collect());
            let checked = verify_and_check(&credentials(), &fields, 5, after(0));
            assert_eq!(checked, expected, "{version:?} {seconds}");
        }
    }
}

/// Servers send fields on as headers.
#[test]
fn a_field_with_a_line_break_is_rejected() {
    for (credentials, fields) in forms() {
        for (content_type, expected) in [
            ("image/png\tx", Ok(())),
            ("image/png\r\nX-Amz-Acl: public-read", Err(Kind::Malformed)),
            ("image/png\n", Err(Kind::Malformed)),
            ("image/png\r", Err(Kind::Malformed)),
            ("image/png\0", Err(Kind::Malformed)),
        ] {
            let mut fields = with_content_type(fields.clone());
            fields[0].1 = content_type.into();
            let checked = verify_and_check(&credentials, &fields, 5, after(0));
            let checked = checked.map_err(|(kind, _)| kind);
            assert_eq!(checked, expected, "{content_type:?}");
        }
    }
}
