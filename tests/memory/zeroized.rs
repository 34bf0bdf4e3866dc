//! Secrets are overwritten before their memory is given back: an allocator looks at every block that is freed.
//!
//! What this shows: nothing of a secret is left on the heap by credentials, signers and links once they are dropped, nor by
//! signing. What it can't show: copies that the compiler makes on the stack; and what a caller is given, URLs and
//! headers with a session token in them, is the caller's.

use crate::allocator::freed_with;
use presign::post::{Key, PostPolicy};
use presign::s3::Bucket;
use presign::v4::Signer;
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, Payload, Request, Timestamp, v2};
use std::time::Duration;

const SECRET: &str = "SecretThatNobodyMaySee+/0123456789abcdef";
const TOKEN: &str = "TokenThatNobodyMaySee+/0123456789abcdef==";
/// As it stands in a query.
const ENCODED_TOKEN: &str = "TokenThatNobodyMaySee%2B%2F0123456789abcdef%3D%3D";

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("20150830T123600Z").unwrap()
}

const HOUR: Duration = Duration::from_secs(3600);

/// The watch works: a `String` is not overwritten, nor is what it leaves behind when it grows.
#[test]
fn what_is_not_overwritten_is_seen() {
    assert!(freed_with(&[SECRET], || drop(String::from(SECRET))) > 0);
    let grown = freed_with(&[SECRET], || {
        let mut text = String::from(SECRET);
        text.push_str(&"x".repeat(1000));
        std::mem::forget(text);
    });
    assert!(grown > 0);
    assert_eq!(freed_with(&[SECRET], || drop(String::from("else"))), 0);
}

#[test]
fn credentials_leave_nothing_behind() {
    let found = freed_with(&[SECRET, TOKEN, ENCODED_TOKEN], || {
        // A text with room to spare, as one that was read from a file.
        let mut secret = String::with_capacity(1000);
        secret.push_str(SECRET);
        let keys = Credentials::new("AKIDEXAMPLE", secret).unwrap();
        let temporary = keys.clone().with_session_token(TOKEN).unwrap();
        let other = temporary.clone().with_session_token("other").unwrap();
        let ending = temporary.clone().with_expiration(now());
        drop((keys, temporary, other, ending));
    });
    assert_eq!(found, 0);
}

#[test]
fn refused_credentials_leave_nothing_behind() {
    let found = freed_with(&[SECRET, TOKEN], || {
        assert!(Credentials::new("AKIDEXAMPLE", format_args_free(SECRET)).is_err());
        assert!(keys().with_session_token(format_args_free(TOKEN)).is_err());
        assert!(Credentials::new("", SECRET).is_err());
    });
    assert_eq!(found, 0);
}

/// With a line break at its end, in one allocation.
fn format_args_free(text: &str) -> String {
    let mut whole = String::with_capacity(text.len() + 1);
    whole.push_str(text);
    whole.push('\n');
    whole
}

/// SigV4's key is derived from a text that begins with the secret's prefix, SigV2's is the secret.
#[test]
fn signing_leaves_no_secret_behind() {
    let found = freed_with(&[SECRET], || {
        let request = Request::get("https://examplebucket.s3.amazonaws.com/key");
        let signer = Signer::new(keys(), "us-east-1", "s3").unwrap();
        drop(signer.sign(&request, Payload::Empty, now()).unwrap());
        drop(signer.presign(&request, HOUR, now()).unwrap());
        drop(signer.presign_steps(&request, HOUR, now()).unwrap());
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let links = bucket.operation("GET").links(&keys(), HOUR, now()).unwrap();
        drop(links.link("key").unwrap());
        drop(
            links
                .link_at("key", Timestamp::from_unix_seconds(0))
                .unwrap(),
        );
        let links = bucket.operation("GET").links_v2(&keys(), HOUR, now());
        drop(links.unwrap().link("key").unwrap());
        let old = v2::Signer::new(keys());
        drop(old.sign(&request, now()).unwrap());
        drop(old.presign(&request, HOUR, now()).unwrap());
        drop(v2::QuerySigner::new(keys()).sign(&request, now()).unwrap());
    });
    assert_eq!(found, 0);
}

#[test]
fn forms_leave_no_secret_behind() {
    let found = freed_with(&[SECRET], || {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let policy = PostPolicy::new(Key::exact("key")).content_length_range(1..=10);
        drop(policy.presign(&bucket, &keys(), HOUR, now()).unwrap());
        drop(policy.presign_v2(&bucket, &keys(), HOUR, now()).unwrap());
    });
    assert_eq!(found, 0);
}

#[test]
fn verifying_leaves_no_secret_behind() {
    let found = freed_with(&[SECRET], || {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let link = bucket.get("key").presign(&keys(), HOUR, now()).unwrap();
        let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
        let verifier = Verifier::new("us-east-1", "s3");
        let verified = verifier.verify(&request, now(), |_| Some(keys()));
        assert!(verified.is_ok());
    });
    assert_eq!(found, 0);
}

/// What looks for a secret that was read with its line break, or with quotation marks, tries such secrets.
#[cfg(feature = "explain")]
#[test]
fn explaining_leaves_no_secret_behind() {
    use presign::explain::{Answer, Attempt, Cause};

    let answer = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    for (of, expected) in [
        (format!("\"{SECRET}\""), Cause::WhitespaceInSecret),
        (String::from("another"), Cause::WrongSecret),
    ] {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let other = Credentials::new("AKIDEXAMPLE", of).unwrap();
        let link = bucket.get("key").presign(&other, HOUR, now()).unwrap();
        let mut cause = None;
        let found = freed_with(&[SECRET], || {
            let keys = keys();
            let attempt = Attempt::new("GET", link.as_str()).credentials(&keys);
            let explanation = attempt.explain(&Answer::parse(answer), now());
            cause = explanation
                .findings()
                .first()
                .map(|finding| finding.cause());
        });
        assert_eq!((cause, found), (Some(expected), 0));
    }
}
