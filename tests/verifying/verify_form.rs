//! A server takes a form: the signature over its policy, and all that the policy says of its fields and its file. Each form that is
//! taken has its twins, changed in one place, that are not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::post::{PostPolicy, Refusal, Upload};
use presign::s3::Bucket;
use presign::verify::{Verifier, VerifyErrorKind};
use presign::{Credentials, PresignedPost, Timestamp};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn at(seconds: i64) -> Timestamp {
    let now = Timestamp::parse("20130524T000000Z").unwrap();
    Timestamp::from_unix_seconds(now.unix_seconds() + seconds)
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").unwrap()
}

fn verifier() -> Verifier {
    Verifier::new("us-east-1", "s3").allow_v2(HOUR)
}

type Fields = Vec<(String, String)>;

/// A form of each generation, with a session token and without.
fn forms(policy: &PostPolicy) -> Vec<(Credentials, Fields)> {
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let temporary = credentials().with_session_token("IQoJb3/+=").unwrap();
    let mut forms = Vec::new();
    for keys in [credentials(), temporary] {
        let fields = |form: PresignedPost| -> Fields {
            let fields = form.fields();
            fields
                .map(|(name, value)| (name.into(), value.into()))
                .collect()
        };
        let v4 = policy.presign(&bucket, &keys, HOUR, at(0)).unwrap();
        let v2 = policy.presign_v2(&bucket, &keys, HOUR, at(0)).unwrap();
        forms.push((keys.clone(), fields(v4)));
        forms.push((keys.clone(), fields(v2)));
    }
    forms
}

fn policy() -> PostPolicy {
    PostPolicy::new("user/eric/${filename}")
        .content_length_range(2..=10)
        .field("acl", "public-read")
        .starts_with("Content-Type", "image/")
}

fn borrowed(fields: &Fields) -> impl Iterator<Item = (&str, &str)> {
    let fields = fields.iter();
    fields.map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Signature and policy, as a server checks them: codes alone, of whichever refuses.
fn verdict(
    keys: &Credentials,
    fields: &Fields,
    size: u64,
    now: Timestamp,
) -> Result<(), &'static str> {
    let verifier = verifier();
    let verified = verifier.verify_form(borrowed(fields), now, |id| {
        (id == keys.access_key_id()).then(|| keys.clone())
    });
    let verified = verified.map_err(|error| error.code())?;
    let upload = Upload::new("examplebucket", size)
        .file_name("me.png")
        .fields(borrowed(fields));
    verified.check(&upload, now).map_err(|refusal| {
        let expected = if refusal.code() == "AccessDenied" {
            403
        } else {
            400
        };
        assert_eq!(refusal.status(), expected);
        let xml = refusal.to_xml();
        assert!(
            xml.contains(&format!("<Code>{}</Code>", refusal.code())),
            "{xml}"
        );
        // A condition quotes what it demands.
        let (_, message) = xml.split_once("<Message>").unwrap();
        let (message, _) = message.split_once("</Message>").unwrap();
        assert!(!message.contains(['<', '"']), "{xml}");
        refusal.code()
    })
}

fn typed(mut fields: Fields) -> Fields {
    fields.retain(|(name, _)| name != "Content-Type");
    fields.insert(0, ("Content-Type".into(), "image/png".into()));
    fields
}

#[test]
fn a_form_is_taken_and_its_twins_are_not() {
    let forms = forms(&policy());
    assert_eq!(forms.len(), 4);
    for (keys, fields) in forms {
        let fields = typed(fields);
        for size in [2, 10] {
            assert_eq!(verdict(&keys, &fields, size, at(0)), Ok(()));
        }
        assert_eq!(verdict(&keys, &fields, 1, at(0)), Err("EntityTooSmall"));
        assert_eq!(verdict(&keys, &fields, 11, at(0)), Err("EntityTooLarge"));
        assert_eq!(verdict(&keys, &fields, 5, at(3600)), Ok(()));
        assert_eq!(verdict(&keys, &fields, 5, at(3601)), Err("AccessDenied"));

        // Each field with another value, away, and twice.
        for at_field in 0..fields.len() {
            let name = fields[at_field].0.clone();
            let mut twin = fields.clone();
            let value = &mut twin[at_field].1;
            *value = match value.strip_prefix('a') {
                Some(rest) => format!("b{rest}"),
                None => format!("a{}", &value[1..]),
            };
            assert!(verdict(&keys, &twin, 5, at(0)).is_err(), "another {name}");
            let mut twin = fields.clone();
            twin.remove(at_field);
            assert!(verdict(&keys, &twin, 5, at(0)).is_err(), "without {name}");
            let mut twin = fields.clone();
            twin.push(fields[at_field].clone());
            assert!(verdict(&keys, &twin, 5, at(0)).is_err(), "{name} twice");
        }
        let mut twin = fields.clone();
        twin.push(("x-amz-meta-a".into(), "1".into()));
        assert_eq!(verdict(&keys, &twin, 5, at(0)), Err("AccessDenied"));
        let mut twin = fields.clone();
        twin.push(("x-ignore-a".into(), "1".into()));
        assert_eq!(verdict(&keys, &twin, 5, at(0)), Ok(()));
        let other = Credentials::new(keys.access_key_id(), "another").unwrap();
        assert!(verdict(&other, &fields, 5, at(0)).is_err());
    }
}

/// The fields that are held against the policy have to be those whose signature was verified.
#[test]
fn another_form_than_the_verified_one_is_refused() {
    let fields = typed(forms(&policy()).remove(0).1);
    let lax = typed(
        forms(&policy().content_length_range(0..=1_000_000))
            .remove(0)
            .1,
    );
    let (fields, lax) = (&fields, &lax);
    let verifier = verifier();
    let verified = verifier
        .verify_form(borrowed(fields), at(0), |_| Some(credentials()))
        .unwrap();
    assert_eq!(verified.read_policy().unwrap().expiration(), at(3600));
    let check = |upload: Upload<'_>| verified.check(&upload.file_name("me.png"), at(0));

    let upload = || Upload::new("examplebucket", 5);
    assert_eq!(check(upload().fields(borrowed(fields))), Ok(()));
    assert_eq!(
        check(upload().fields(borrowed(lax))),
        Err(Refusal::OtherForm)
    );
    assert_eq!(
        check(upload().field("key", "user/eric/a")),
        Err(Refusal::OtherForm)
    );
    let both = upload().fields(borrowed(fields)).fields(borrowed(lax));
    assert_eq!(check(both), Err(Refusal::OtherForm));
    let elsewhere = Upload::new("otherbucket", 5).fields(borrowed(fields));
    let refusal = check(elsewhere).unwrap_err();
    assert!(
        matches!(refusal, Refusal::ConditionFailed { .. }),
        "{refusal}"
    );
    assert_eq!(
        Refusal::OtherForm.to_string(),
        "the field policy is not the one whose signature was verified"
    );
}

/// A signature is over any text; not each is a policy.
#[test]
fn what_is_signed_and_no_policy_is_refused() {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let sign = |policy: &str| {
        let secret = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let mac = Hmac::<sha1::Sha1>::new_from_slice(secret).unwrap();
        BASE64.encode(mac.chain_update(policy).finalize().into_bytes())
    };
    let verifier = verifier();
    let judge = |policy: &str| {
        let signature = sign(policy);
        let fields = [
            ("key", "a"),
            ("AWSAccessKeyId", "AKIDEXAMPLE"),
            ("policy", policy),
            ("signature", &signature),
        ];
        let verified = verifier.verify_form(fields, at(0), |_| Some(credentials()));
        let verified = verified
            .map_err(|error| error.kind())
            .map_err(|kind| (Some(kind), ""))?;
        let refused = verified.check(&Upload::new("b", 5).fields(fields), at(0));
        refused.map_err(|refusal| {
            assert!(!refusal.to_string().is_empty());
            (None, refusal.code())
        })
    };
    let right =
        r#"{"expiration": "2013-05-24T01:00:00Z", "conditions": [{"bucket": "b"}, {"key": "a"}]}"#;
    assert_eq!(judge(&BASE64.encode(right)), Ok(()));
    for (text, cut) in [(right, 1), ("null", 0), ("{}", 0), ("\u{e9}", 1)] {
        let policy = BASE64.encode(&text.as_bytes()[..text.len() - cut]);
        assert_eq!(
            judge(&policy),
            Err((None, "InvalidPolicyDocument")),
            "{text}"
        );
    }
    assert_eq!(
        judge("no base64"),
        Err((Some(VerifyErrorKind::Malformed), ""))
    );
}
