//! Links, which write most of a URL once, give the URLs that the operation itself gives.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use presign::s3::{Bucket, Links};
use presign::{Error, PresignedUrl, Timestamp};
use presign_fuzz::credentials;
use std::sync::LazyLock;
use std::time::Duration;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    bucket: u8,
    with_token: bool,
    put: bool,
    query: Vec<(&'a str, Option<&'a str>)>,
    header: Option<(&'a str, &'a str)>,
    expires_in: u32,
    now: Timestamp,
    keys: Vec<&'a str>,
}

static BUCKETS: LazyLock<[Bucket; 5]> = LazyLock::new(|| {
    let build = |name: &str, endpoint: Option<&str>, shown: Option<&str>| {
        let mut builder = Bucket::builder(name, "us-west-2");
        if let Some(endpoint) = endpoint {
            builder = builder.endpoint(endpoint);
        }
        if let Some(shown) = shown {
            builder = builder.shown_as(shown);
        }
        builder.build().unwrap()
    };
    [
        build("examplebucket", None, None),
        build("example.bucket", None, None),
        build(
            "examplebucket",
            Some("http://localhost:9000/base%20path"),
            None,
        ),
        build("examplebucket", None, Some("https://cdn.example.com/files")),
        build("logs--usw2-az1--x-s3", None, None),
    ]
});

fuzz_target!(|input: Input<'_>| {
    let bucket = &BUCKETS[usize::from(input.bucket) % BUCKETS.len()];
    let keys = credentials(input.with_token);
    let life = Duration::from_secs(u64::from(input.expires_in % 605_000));
    let method = if input.put { "PUT" } else { "GET" };
    let mut operation = bucket.operation(method);
    for (name, value) in &input.query {
        operation = match value {
            Some(value) => operation.query(*name, *value),
            None => operation.sub_resource(*name),
        };
    }
    if let Some((name, value)) = input.header {
        operation = operation.header(name, value);
    }
    agrees(&input.keys, operation.links(keys, life, input.now), |key| {
        let operation = operation.clone().key(key);
        operation.presign(keys, life, input.now)
    });
    agrees(
        &input.keys,
        operation.links_v2(keys, life, input.now),
        |key| {
            let operation = operation.clone().key(key);
            operation.presign_v2(keys, life, input.now)
        },
    );
});

/// Whether the links are those that the operation gives for each key, or as it refuses any.
fn agrees(
    keys: &[&str],
    links: Result<Links, Error>,
    presign: impl Fn(&str) -> Result<PresignedUrl, Error>,
) {
    let links = match links {
        Ok(links) => links,
        Err(error) => {
            assert_eq!(presign("key").unwrap_err(), error);
            return;
        }
    };
    let mut buffer = String::from("before");
    for key in keys {
        let one = presign(key);
        buffer.truncate("before".len());
        match links.write(key, &mut buffer) {
            Ok(()) => assert_eq!(&buffer["before".len()..], one.unwrap().as_str()),
            Err(_) => {
                assert!(key.is_empty() && one.is_err());
                assert_eq!(buffer, "before");
            }
        }
    }
}
