//! The cost of building and checking POST policies.

use crate::{
    HOUR, KILOBYTE, assert_linear, assert_linear_to, assert_rejected_cheaply, keys, names, now,
    repeated,
};
use presign::post::{Policy, Upload};
use presign::s3::Bucket;
use presign::verify::Verifier;
use std::hint::black_box;

#[test]
fn forms_and_policies_have_linear_cost() {
    const FORM: usize = 18 * KILOBYTE;
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    // A form has many fields with a condition each. In base64 the policy is several times as long
    // as their names.
    assert_linear_to(9 * KILOBYTE / 2, 4, |size| {
        let keys = keys();
        let names = names(size).into_iter();
        let policy = names.fold(bucket.post_policy("key"), |policy, name| {
            policy.starts_with(name, "")
        });
        move || {
            let form = policy.presign(&keys, HOUR, now()).unwrap();
            black_box((form.to_html(), form.to_javascript(), format!("{form:?}")));
            let verifier = Verifier::new("us-east-1", "s3");
            let verified = verifier.verify_form(form.fields(), now(), |_| Some(keys.clone()));
            let read = verified.unwrap().policy();
            let upload = Upload::new("examplebucket", 1).fields(form.fields());
            let upload = upload.fields(form.open_fields());
            assert_eq!(read.unwrap().check(&upload, now()), Ok(()));
        }
    });
    let conditions = r#"{"expiration": "2016-01-01T00:00:00Z", "conditions": ["#;
    for (front, piece) in [
        ("", "["),
        ("", "{\"a\":"),
        ("", " "),
        ("{\"", "a"),
        ("{\"", "\\u00e9"),
        (conditions, "[\"starts-with\", \"$a\", \"\"], "),
        (conditions, "{\"a\": \"b\"}, "),
        (conditions, "["),
        (conditions, "[\"content-length-range\", 1, 2], "),
    ] {
        assert_linear_to(FORM, 8, |size| {
            let (json, bucket) = (format!("{front}{}", repeated(piece, size)), &bucket);
            let whole = format!("{}]}}", json.trim_end_matches(", "));
            let upload = Upload::new("examplebucket", 1)
                .field("key", "a")
                .field("a", "b");
            move || {
                let _ = black_box((Policy::from_json(&json), Policy::from_base64(&json)));
                let policy = bucket.post_policy("key").condition_json(&json);
                let _ = black_box(policy.presign(&keys(), HOUR, now()));
                if let Ok(policy) = Policy::from_json(&whole) {
                    let _ = black_box(policy.check(&upload, now()));
                }
            }
        });
    }
    assert_rejected_cheaply(|size| {
        let json = format!("{conditions}{}", repeated("[\"eq\", \"$a\", \"\"], ", size));
        move || {
            assert!(Policy::from_json(&json).is_err());
            assert!(Policy::from_base64(&json).is_err());
        }
    });
    assert_rejected_cheaply(|size| {
        let (keys, names) = (keys(), names(size));
        let verifier = Verifier::new("us-east-1", "s3");
        move || {
            let fields = names.iter().map(|name| (name.as_str(), "1"));
            let verified = verifier.verify_form(fields, now(), |_| Some(keys.clone()));
            assert!(verified.is_err());
        }
    });
    // A policy that is too long is counted byte by byte, without any other work.
    assert_linear(|size| {
        let keys = keys();
        let names = names(size);
        let policy = names
            .iter()
            .fold(bucket.post_policy("key"), |policy, name| {
                policy.starts_with(name.as_str(), "")
            });
        let read = Policy::from_json(&format!("{conditions}]}}")).unwrap();
        move || {
            let _ = black_box(policy.presign(&keys, HOUR, now()));
            let fields = names.iter().map(|name| (name.as_str(), "${filename}"));
            let upload = Upload::new("examplebucket", 1)
                .file_name(&names[0])
                .fields(fields);
            assert!(read.check(&upload, now()).is_err());
        }
    });
}
