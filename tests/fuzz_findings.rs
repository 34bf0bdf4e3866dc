//! What fuzzing has found, one test each, so that it stays found.

mod support;

use presign::s3::Bucket;
use presign::{ErrorKind, Payload, Request, Timestamp, v4};
use support::time;

const NOW: &str = "20150830T123600Z";

/// A parameter that is nothing but an empty name is signed as `=`; the URL ended in a bare `?`, which says that there is
/// no parameter.
#[test]
fn a_flag_without_a_name_stands_in_the_url_that_is_signed() {
    let keys = support::credentials("AKIDEXAMPLE", "secret", None);
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let operation = bucket.get("key").sub_resource("");
    let url = operation.url().unwrap();
    assert_eq!(
        url,
        "https://examplebucket.s3.us-east-1.amazonaws.com/key?="
    );
    let ours = operation.sign_steps(&keys, Payload::Empty, time(NOW));
    let signer = v4::Signer::new(keys, "us-east-1", "s3").unwrap();
    let sent = signer.sign_steps(&Request::get(url), Payload::Empty, time(NOW));
    let (ours, sent) = (ours.unwrap(), sent.unwrap());
    assert_eq!(ours.canonical_request, sent.canonical_request);
    assert_eq!(ours.canonical_request.split('\n').nth(2), Some("="));
}

/// With its offset, the text names a moment before the year 0, which could be read and not be written again.
#[test]
fn a_time_outside_the_years_that_can_be_written_is_not_read() {
    for text in ["0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
        let error = Timestamp::parse(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Time);
    }
    for text in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(time(text).to_string(), text);
    }
}
