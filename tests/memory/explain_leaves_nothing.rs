//! Explaining a rejection leaves no secret behind.

use crate::allocator::freed_with;
use presign::explain::{Cause, ErrorResponse, FailedRequest};
use presign::s3::Bucket;
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

/// The search tries secrets with a line break or quotation marks.
#[test]
fn explaining_leaves_no_secret_behind() {
    let body = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
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
            let response = ErrorResponse::parse(body);
            let failed = FailedRequest::new("GET", link.as_str(), &response).credentials(&keys);
            let explanation = failed.explain(now());
            cause = explanation
                .findings()
                .first()
                .map(|finding| finding.cause());
        });
        assert_eq!((cause, found), (Some(expected), 0));
    }
}
