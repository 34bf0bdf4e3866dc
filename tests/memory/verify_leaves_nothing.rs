//! Verifying leaves no secret behind.

use crate::allocator::freed_with;
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, Timestamp};
use std::time::Duration;

const SECRET: &str = "SecretThatNobodyMaySee+/0123456789abcdef";
const HOUR: Duration = Duration::from_secs(3600);

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

fn now() -> Timestamp {
    "20150830T123600Z".parse().unwrap()
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
