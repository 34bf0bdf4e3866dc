//! Secrets are overwritten before their memory is freed. An allocator searches every freed block.
//!
//! The tests show that credentials and templates leave nothing of a secret on the heap once they
//! are dropped, and that signing doesn't either. They don't cover copies that the compiler makes on
//! the stack. URLs and headers with a session token belong to the caller.

use crate::allocator::freed_with;
use presign::s3::Bucket;
use presign::{Credentials, SignatureVersion, Timestamp, v2, v4};
use std::time::Duration;

const SECRET: &str = "SecretThatNobodyMaySee+/0123456789abcdef";
const TOKEN: &str = "TokenThatNobodyMaySee+/0123456789abcdef==";
/// The token as it is encoded in a query.
const ENCODED_TOKEN: &str = "TokenThatNobodyMaySee%2B%2F0123456789abcdef%3D%3D";

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

fn now() -> Timestamp {
    "20150830T123600Z".parse().unwrap()
}

const HOUR: Duration = Duration::from_secs(3600);

/// The search works: neither a dropped `String` nor its old block after growing is overwritten.
#[test]
fn memory_that_is_not_overwritten_is_found() {
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
        // The text has spare capacity, as if it was read from a file.
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
fn rejected_credentials_leave_nothing_behind() {
    let found = freed_with(&[SECRET, TOKEN], || {
        assert!(Credentials::new("AKIDEXAMPLE", format_args_free(SECRET)).is_err());
        assert!(keys().with_session_token(format_args_free(TOKEN)).is_err());
        assert!(Credentials::new("", SECRET).is_err());
    });
    assert_eq!(found, 0);
}

/// Returns the text with a line break at its end, in one allocation.
fn format_args_free(text: &str) -> String {
    let mut whole = String::with_capacity(text.len() + 1);
    whole.push_str(text);
    whole.push('\n');
    whole
}

/// SigV4 derives its key from a text that contains the secret; SigV2's key is the secret.
#[test]
fn signing_leaves_no_secret_behind() {
    let found = freed_with(&[SECRET], || {
        let url = "https://examplebucket.s3.amazonaws.com/key";
        let (new, old) = (
            v4::Service::new("us-east-1", "s3").unwrap(),
            v2::Service::s3(),
        );
        for request in [new.get(url), old.get(url)] {
            let keys = keys();
            drop(request.sign(&keys, now()).unwrap());
            drop(request.presign(&keys, HOUR, now()).unwrap());
            let unsigned = request.prepare_url(keys.identity(), HOUR, now()).unwrap();
            drop(unsigned.sign_with(&keys).unwrap());
        }
        for version in [SignatureVersion::V4, SignatureVersion::V2] {
            let builder = Bucket::builder("examplebucket", "us-east-1");
            let bucket = builder.signature_version(version).build().unwrap();
            let list = bucket.request("GET");
            let template = list.template(&keys(), HOUR, now()).unwrap();
            drop(template.presign("key", now()).unwrap());
            let early = Timestamp::from_unix_seconds(0);
            drop(template.presign("key", early).unwrap());
        }
        for method in [
            v2::SignatureMethod::HmacSha256,
            v2::SignatureMethod::HmacSha1,
        ] {
            let api = v2::Service::query_api(method);
            drop(api.get(url).sign(&keys(), now()).unwrap());
        }
        assert_eq!(keys(), keys().clone());
    });
    assert_eq!(found, 0);
}
