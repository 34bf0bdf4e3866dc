//! No secret comes out where nobody asked for it: not in `Debug`, not in `Display`, not in an error.

mod support;

use presign::s3::{Bucket, ContentDisposition};
use presign::v4::{SessionToken, Signer};
use presign::{Credentials, Error, Payload, Request};
use std::fmt::Debug;
use std::time::Duration;
use support::time;

const SECRET: &str = "SecretThatNobodyMaySee+/0123456789abcdef";
const TOKEN: &str = "TokenThatNobodyMaySee+/0123456789abcdef==";
/// As it stands in a query.
const ENCODED_TOKEN: &str = "TokenThatNobodyMaySee%2B%2F0123456789abcdef%3D%3D";
const HOUR: Duration = Duration::from_secs(3600);
const NOW: &str = "20150830T123600Z";

fn keys() -> Credentials {
    let keys = Credentials::new("AKIDEXAMPLE", SECRET).unwrap();
    let keys = keys.with_session_token(TOKEN).unwrap();
    keys.with_expiration(time("20160101T000000Z"))
}

fn signer() -> Signer {
    Signer::new(keys(), "us-east-1", "service").unwrap()
}

/// Secret, token, signatures, and both ends of each, in case a text is cut or escaped.
#[track_caller]
fn assert_hidden(text: &str, signatures: &[String]) {
    let texts = [SECRET, TOKEN, ENCODED_TOKEN].into_iter();
    for hidden in texts.chain(signatures.iter().map(String::as_str)) {
        for part in [hidden, &hidden[..12], &hidden[hidden.len() - 12..]] {
            assert!(!text.contains(part), "{text:?} shows {part:?}");
        }
    }
}

#[track_caller]
fn assert_debug_hidden(value: &impl Debug, signatures: &[String]) {
    assert_hidden(&format!("{value:?}"), signatures);
    assert_hidden(&format!("{value:#?}"), signatures);
}

#[test]
fn debug_of_every_type_that_holds_one() {
    let now = time(NOW);
    let signer = signer();
    let request = Request::get(format!("https://example.com/?a={ENCODED_TOKEN}"))
        .query("token", TOKEN)
        .header("x-secret", SECRET)
        .header("x-amz-security-token", TOKEN);
    let plain = Request::get("https://example.com/").header("x-token", TOKEN);
    let url = signer.presign(&plain, HOUR, now).unwrap();
    let appended = signer.clone().session_token(SessionToken::Appended);
    let other_url = appended.presign(&plain, HOUR, now).unwrap();
    let presign_steps = signer.presign_steps(&plain, HOUR, now).unwrap();
    let signed = signer.sign(&request, Payload::Empty, now).unwrap();
    let sign_steps = signer.sign_steps(&request, Payload::Empty, now).unwrap();

    let after = |text: &str, mark: &str| {
        let (_, rest) = text.split_once(mark).unwrap();
        rest[..64].to_owned()
    };
    let signatures = [
        after(url.as_str(), "X-Amz-Signature="),
        after(other_url.as_str(), "X-Amz-Signature="),
        after(signed.authorization(), "Signature="),
        presign_steps.signature.as_str().to_owned(),
        sign_steps.signature.as_str().to_owned(),
    ];
    // What is looked for is there.
    assert!(url.as_str().contains(ENCODED_TOKEN));
    assert!(other_url.as_str().ends_with(ENCODED_TOKEN));
    assert!(sign_steps.canonical_request.contains(TOKEN));
    assert!(
        signed
            .headers()
            .all(|(name, _)| name != "x-amz-security-token")
    );

    assert_debug_hidden(&keys(), &signatures);
    assert_debug_hidden(&signer, &signatures);
    assert_debug_hidden(&request, &signatures);
    let with_user = Request::get(format!("https://AKIDEXAMPLE:{SECRET}@example.com/"));
    assert_debug_hidden(&with_user, &signatures);
    assert_debug_hidden(&url, &signatures);
    assert_debug_hidden(&other_url, &signatures);
    assert_debug_hidden(&signed, &signatures);
    assert_debug_hidden(&presign_steps, &signatures);
    assert_debug_hidden(&sign_steps, &signatures);
    assert_debug_hidden(&sign_steps.signature, &signatures);
    let token_added = signer.sign(&plain, Payload::Empty, now).unwrap();
    assert!(token_added.headers().any(|(_, value)| value == TOKEN));
    assert_debug_hidden(&token_added, &signatures);

    // Debug still says what can be said.
    assert!(format!("{plain:?}").contains("https://example.com/"));
    let text = format!("{url:?}");
    assert!(
        text.contains("https://example.com/") && text.contains("x-token"),
        "{text}"
    );
    assert!(format!("{:?}", keys()).contains("AKIDEXAMPLE"));
}

#[test]
fn debug_of_the_types_for_s3() {
    let (keys, now) = (keys(), time(NOW));
    let builder = Bucket::builder("examplebucket", "us-east-1").endpoint("http://localhost:9000");
    assert_debug_hidden(&builder, &[]);
    let bucket = builder.build().unwrap();
    assert_debug_hidden(&bucket, &[]);
    let operation = bucket
        .get("k")
        .query("token", TOKEN)
        .header("x-secret", SECRET);
    assert_debug_hidden(&operation, &[]);
    let url = operation.presign(&keys, HOUR, now).unwrap();
    let (_, signature) = url.as_str().split_once("X-Amz-Signature=").unwrap();
    let signatures = [signature[..64].to_owned()];
    assert_debug_hidden(&url, &signatures);
    let links = operation.links(&keys, HOUR, now).unwrap();
    assert_debug_hidden(&links, &signatures);
    assert_debug_hidden(
        &operation.sign(&keys, Payload::Empty, now).unwrap(),
        &signatures,
    );
    let disposition = ContentDisposition::attachment("a.txt");
    assert_eq!(disposition.to_string(), "attachment; filename=\"a.txt\"");
}

/// Every error that can be had while secrets, tokens and signatures are about.
#[test]
fn errors() {
    let (now, keys) = (time(NOW), keys());
    let signer = signer();
    let plain = Request::get("https://example.com/");
    let url = signer.presign(&plain, HOUR, now).unwrap();
    let (_, signature) = url.as_str().split_once("X-Amz-Signature=").unwrap();
    let signatures = [signature[..64].to_owned()];
    let mut seen = 0;
    let mut check = |error: Error| {
        seen += 1;
        assert_hidden(&error.to_string(), &signatures);
        assert_debug_hidden(&error, &signatures);
    };

    // Secrets and tokens that can't be used.
    for text in [SECRET, TOKEN] {
        for bad in [
            format!(" {text}"),
            format!("{text}\n"),
            format!("{text}\0{text}"),
        ] {
            check(Credentials::new("AKIDEXAMPLE", bad.clone()).unwrap_err());
            check(Credentials::new(bad.clone(), "secret").unwrap_err());
            check(keys.clone().with_session_token(bad).unwrap_err());
        }
    }
    // A URL that is signed already, whole and in ways that can't be read.
    let signed_url = url.as_str();
    for bad in [
        signed_url.to_owned(),
        format!("{signed_url}#fragment"),
        format!("{signed_url}%"),
        format!("{signed_url}\n"),
        signed_url.replace("https://", "ftp://"),
        signed_url.replace("https://", "https://AKIDEXAMPLE:@"),
        signed_url.replace("https://example.com/", "https://"),
        signed_url.replace("https://example.com/", "https://example.com:port/"),
        signed_url.replace("https://", ""),
        signed_url.replace("https://example.com/", "/"),
        signed_url.replace("https://example.com/", ""),
        format!("example.com?Signature={SECRET}"),
        format!("AKIDEXAMPLE:{SECRET}@example.com"),
        format!("AKIDEXAMPLE:{SECRET}@ftp://example.com"),
        format!("x?{SECRET}://example.com"),
        format!("https://user:{SECRET}@example.com/"),
        format!("https://{TOKEN}@example.com/"),
    ] {
        let request = Request::get(bad.as_str());
        check(signer.presign(&request, HOUR, now).unwrap_err());
        check(signer.sign(&request, Payload::Empty, now).unwrap_err());
    }
    // Headers with the wrong secret in them.
    for (name, value) in [
        ("Authorization", signature),
        ("x-amz-security-token", TOKEN),
        ("x-amz-security-token", SECRET),
        ("x-secret", &format!("{SECRET}\n")),
        ("x-token", &format!("{TOKEN}\0")),
        ("x-amz-date", TOKEN),
    ] {
        let request = Request::get("https://example.com/").header(name, value);
        check(signer.presign(&request, HOUR, now).unwrap_err());
    }
    for other in [SECRET, signature] {
        let request = Request::get("https://example.com/").header("x-amz-security-token", other);
        check(signer.sign(&request, Payload::Empty, now).unwrap_err());
    }
    let request = Request::get("https://example.com/").header_bytes("x-token", &b"\xff"[..]);
    check(signer.presign(&request, HOUR, now).unwrap_err());
    check(signer.presign(&plain, Duration::ZERO, now).unwrap_err());
    let late = time("20151231T235959Z");
    check(signer.presign(&plain, HOUR, late).unwrap_err());
    assert_eq!(seen, 18 + 34 + 6 + 2 + 3);
}
