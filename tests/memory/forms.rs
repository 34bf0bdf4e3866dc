//! Memory of POST policies: the allocations of a form, and secrets in freed blocks.

use crate::allocator::{allocations, freed_with};
use presign::post::{Key, PostPolicy};
use presign::s3::Bucket;
use presign::{Credentials, SignatureVersion, Timestamp};
use std::time::Duration;

const SECRET: &str = "SecretThatNobodyMaySee+/0123456789abcdef";
const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    "20150830T123600Z".parse().unwrap()
}

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).unwrap()
}

/// Returns a bucket of each signature version.
fn buckets() -> [Bucket; 2] {
    [SignatureVersion::V4, SignatureVersion::V2].map(|version| {
        let builder = Bucket::builder("examplebucket", "eu-west-1");
        builder.signature_version(version).build().unwrap()
    })
}

/// A form has two texts, the policy's JSON and the URL with the names and values of all fields. A
/// list that groups the items by name is the third allocation.
#[test]
fn a_post_form_allocates_what_it_contains() {
    for bucket in buckets() {
        let (policy, keys) = (policy(&bucket), keys());
        let presign = || policy.presign(&keys, HOUR, now()).unwrap();
        assert_eq!(allocations(presign), 3);
    }
}

fn policy(bucket: &Bucket) -> PostPolicy<'_> {
    bucket
        .post_policy(Key::starts_with("user/eric/"))
        .content_length_range(1..=10_000_000)
        .eq("acl", "public-read")
        .starts_with("Content-Type", "image/")
        .eq("success_action_status", "201")
        .field("x-amz-meta-author", "Jane Doe")
}

#[test]
fn forms_leave_no_secret_behind() {
    let found = freed_with(&[SECRET], || {
        for bucket in buckets() {
            let keys = keys();
            drop(policy(&bucket).presign(&keys, HOUR, now()).unwrap());
            let unsigned = policy(&bucket).prepare(keys.identity(), HOUR, now());
            drop(unsigned.unwrap().sign_with(&keys).unwrap());
        }
    });
    assert_eq!(found, 0);
}
