//! `examples/batch.rs` writes the same URLs as botocore, in the order of the keys and in constant
//! memory.

#[allow(dead_code, reason = "the example's `main`")]
#[path = "../../examples/batch.rs"]
mod batch;

use crate::allocator::measure;
use crate::support::{credentials, time, vectors};
use presign::s3::Bucket;
use presign::{Template, Timestamp};
use serde::Deserialize;
use std::io;
use std::time::Duration;

fn now() -> Timestamp {
    time("20130524T000000Z")
}

fn template() -> Template {
    let credentials = credentials(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        None,
    );
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let hour = Duration::from_secs(3600);
    let get = bucket.request("GET");
    get.template(&credentials, hour, now()).unwrap()
}

#[derive(Deserialize)]
struct Case {
    key: String,
    url: String,
}

#[test]
fn urls_match_those_of_botocore() {
    let cases: Vec<Case> = vectors("links.json");
    let keys: Vec<_> = cases.iter().map(|case| &*case.key).collect();
    let urls: Vec<_> = cases.iter().map(|case| &*case.url).collect();
    let expected = urls.join("\n") + "\n";
    // The last line can end with or without a line feed.
    for end in ["", "\n"] {
        let keys = keys.join("\n") + end;
        let mut written = Vec::new();
        let count = batch::write_links(&template(), now(), keys.as_bytes(), &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), expected);
        assert_eq!(count, cases.len() as u64);
    }
}

#[test]
fn a_line_without_a_key_is_an_error() {
    let error = batch::write_links(&template(), now(), &b"a\nb\n\nc\n"[..], io::sink());
    let error = error.unwrap_err();
    assert!(error.to_string().starts_with("line 3: "), "{error}");
}

#[test]
fn memory_does_not_grow_with_the_keys() {
    let template = template();
    let allocated = |keys: usize| {
        let keys = "photos/2026/a b.jpg\n".repeat(keys);
        measure(|| {
            batch::write_links(&template, now(), keys.as_bytes(), io::sink()).unwrap();
        })
    };
    assert_eq!(allocated(10), allocated(10_000));
}
