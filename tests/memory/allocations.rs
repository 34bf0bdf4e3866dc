//! Signing allocates its result and nothing else.

use crate::allocator::measure;
use presign::post::{Key, PostPolicy};
use presign::s3::Bucket;
use presign::{Credentials, Payload, Request, Timestamp, v4};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://examplebucket.s3.eu-west-1.amazonaws.com/a/b%20c.txt";

/// As many as a request can have before its lists move to the heap.
const PARAMS: [&str; 8] = [
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "versionId",
    "partNumber",
];
const HEADERS: [&str; 12] = [
    "x-amz-meta-l",
    "x-amz-meta-k",
    "x-amz-meta-j",
    "x-amz-meta-i",
    "x-amz-meta-h",
    "x-amz-meta-g",
    "x-amz-meta-f",
    "x-amz-meta-e",
    "X-Amz-Meta-D",
    "X-Amz-Meta-C",
    "Content-Type",
    "Cache-Control",
];

fn now() -> Timestamp {
    Timestamp::parse("20130524T000000Z").unwrap()
}

fn bucket() -> Bucket {
    Bucket::new("examplebucket", "eu-west-1").unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .unwrap()
}

/// Short-lived ones, with a token that is full of what has to be encoded.
fn temporary() -> Credentials {
    credentials().with_session_token("+/=".repeat(150)).unwrap()
}

fn signer(credentials: &Credentials) -> v4::Signer {
    v4::Signer::new(credentials.clone(), "eu-west-1", "s3").unwrap()
}

/// Allocations of a call, after a first one that may have derived the key.
fn allocations<T>(mut call: impl FnMut() -> T) -> u64 {
    drop(call());
    let mut result = None;
    let counted = measure(|| result = Some(call()));
    drop(result);
    counted.count
}

/// The twin of every test here: what allocates is seen.
#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| ()), 0);
    assert_eq!(allocations(|| String::from("text")), 1);
    assert_eq!(allocations(|| [Box::new(1), Box::new(2)]), 2);
    let text = String::from("grows");
    assert_eq!(
        allocations(|| [text.as_str(), " twice"].map(String::from)),
        2
    );
    // And the library's own: a description is the caller's, and costs what it costs.
    assert!(allocations(|| Request::get(URL).header("a", "b")) > 0);
    assert!(allocations(credentials) > 0);
}

#[test]
fn a_presigned_url_is_one_allocation() {
    let bucket = bucket();
    for credentials in [credentials(), temporary()] {
        let get = bucket.get("a/b c.txt");
        assert_eq!(
            allocations(|| get.presign(&credentials, HOUR, now()).unwrap()),
            1
        );

        let full = PARAMS
            .iter()
            .fold(bucket.get("ä".repeat(300)), |get, name| {
                get.query(*name, "ü &?")
            });
        assert_eq!(
            allocations(|| full.presign(&credentials, HOUR, now()).unwrap()),
            1
        );

        let (signer, request) = (signer(&credentials), Request::get(URL));
        assert_eq!(
            allocations(|| signer.presign(&request, HOUR, now()).unwrap()),
            1
        );
        let full = PARAMS
            .iter()
            .fold(request, |request, name| request.query(*name, "ü &?"));
        assert_eq!(
            allocations(|| signer.presign(&full, HOUR, now()).unwrap()),
            1
        );

        let links = bucket
            .operation("GET")
            .links(&credentials, HOUR, now())
            .unwrap();
        assert_eq!(allocations(|| links.link("a/b c.txt").unwrap()), 1);
        assert_eq!(
            allocations(|| links.link(&"ä".repeat(300)).unwrap()),
            2,
            "one is the key's"
        );
        assert_eq!(
            allocations(|| links.link_at("a/b c.txt", now()).unwrap()),
            1
        );
    }
}

/// A signing time that was not seen before costs nothing more while the day is the same.
#[test]
fn another_second_is_one_allocation_too() {
    let (bucket, credentials) = (bucket(), credentials());
    let get = bucket.get("a.txt");
    let mut seconds = now().unix_seconds();
    let sign = || {
        seconds += 1;
        get.presign(&credentials, HOUR, Timestamp::from_unix_seconds(seconds))
            .unwrap()
    };
    assert_eq!(allocations(sign), 1);

    let links = get.links(&credentials, HOUR, now()).unwrap();
    let mut next = || {
        seconds += 1;
        Timestamp::from_unix_seconds(seconds)
    };
    assert_eq!(allocations(|| links.link_at("a.txt", next()).unwrap()), 1);
    let mut url = String::new();
    let write = || {
        url.clear();
        links.write_at("a.txt", next(), &mut url).unwrap();
    };
    assert_eq!(allocations(write), 0);
}

#[test]
fn a_reused_buffer_is_no_allocation() {
    let bucket = bucket();
    for credentials in [credentials(), temporary()] {
        let mut url = String::new();
        let get = PARAMS.iter().fold(bucket.get("a/b c.txt"), |get, name| {
            get.query(*name, "ü &?")
        });
        let put = HEADERS.iter().fold(bucket.put("a/b c.txt"), |put, name| {
            put.header(*name, "a  b")
        });
        for operation in [get, put] {
            let sign = || {
                url.clear();
                operation
                    .presign_into(&credentials, HOUR, now(), &mut url)
                    .unwrap();
            };
            assert_eq!(allocations(sign), 0);
        }

        let signer = signer(&credentials);
        let get = PARAMS
            .iter()
            .fold(Request::get(URL), |get, name| get.query(*name, "ü &?"));
        let put = HEADERS
            .iter()
            .fold(Request::put(URL), |put, name| put.header(*name, "a  b"));
        for request in [get, put] {
            let sign = || {
                url.clear();
                signer
                    .presign_into(&request, HOUR, now(), &mut url)
                    .unwrap();
            };
            assert_eq!(allocations(sign), 0);
        }

        let links = bucket
            .operation("GET")
            .links(&credentials, HOUR, now())
            .unwrap();
        let write = || {
            url.clear();
            links.write("a/b c.txt", &mut url).unwrap();
        };
        assert_eq!(allocations(write), 0);
    }
}

/// One for each header that is handed back at the most, however many are signed.
#[test]
fn sigv2_allocates_as_sigv4_does() {
    let bucket = bucket();
    let ends = now().saturating_add(HOUR);
    for credentials in [credentials(), temporary()] {
        let plain = bucket.get("a/b c.txt");
        let full = PARAMS.iter().fold(bucket.get("a/b c.txt"), |get, name| {
            get.query(*name, "a value, encoded")
        });
        let with_headers = bucket
            .put("a/b c.txt")
            .header("Content-Type", "text/plain")
            .header("x-amz-meta-a", "a value, encoded");
        let mut url = String::with_capacity(8192);
        for operation in [&plain, &full, &with_headers] {
            let reused = allocations(|| {
                url.clear();
                operation.presign_v2_into(&credentials, ends, &mut url)
            });
            assert_eq!(reused, 0, "{operation:?}");
        }
        let new = allocations(|| plain.presign_v2_until(&credentials, ends));
        assert_eq!(new, 1);

        for operation in [&plain, &full, &with_headers] {
            let links = operation.links_v2(&credentials, HOUR, now()).unwrap();
            let mut url = String::new();
            let reused = allocations(|| {
                url.clear();
                links.write("a/b c.txt", &mut url)
            });
            assert_eq!(reused, 0, "{operation:?}");
            let reused = allocations(|| {
                url.clear();
                links.write_at("a/b c.txt", ends, &mut url)
            });
            assert_eq!(reused, 0, "{operation:?}");
            assert_eq!(allocations(|| links.link("a/b c.txt")), 1);
            assert_eq!(allocations(|| links.link_at("a/b c.txt", ends)), 1);
        }
    }
}

#[test]
fn header_signing_is_one_allocation() {
    let bucket = bucket();
    for credentials in [credentials(), temporary()] {
        for count in 0..=HEADERS.len() {
            let headers = &HEADERS[..count];
            let operation = headers.iter().fold(bucket.put("a/b c.txt"), |put, name| {
                put.header(*name, "a  b")
            });
            let sign = || {
                operation
                    .sign(&credentials, Payload::of(b"body"), now())
                    .unwrap()
            };
            assert_eq!(allocations(sign), 1);

            let signer = signer(&credentials);
            let request = headers
                .iter()
                .fold(Request::put(URL), |put, name| put.header(*name, "a  b"));
            let sign = || signer.sign(&request, Payload::of(b"body"), now()).unwrap();
            assert_eq!(allocations(sign), 1);
        }
    }
}

/// The two texts that the form holds: the policy's JSON, and the URL with the names and values of all fields.
#[test]
fn a_post_form_allocates_what_it_holds() {
    let (bucket, credentials) = (bucket(), credentials());
    let policy = PostPolicy::new(Key::starts_with("user/eric/"))
        .content_length_range(1..=10_000_000)
        .eq("acl", "public-read")
        .starts_with("Content-Type", "image/")
        .eq("success_action_status", "201")
        .field("x-amz-meta-author", "Jane Doe");
    let v4 = || policy.presign(&bucket, &credentials, HOUR, now());
    assert_eq!(allocations(v4), 2);
    let v2 = || policy.presign_v2(&bucket, &credentials, HOUR, now());
    assert_eq!(allocations(v2), 2);
}

/// The limits above are where they are said to be: one more, and a list moves to the heap.
#[test]
fn a_longer_list_moves_to_the_heap() {
    let (bucket, credentials) = (bucket(), credentials());
    let full = PARAMS
        .iter()
        .fold(bucket.get("a.txt"), |get, name| get.query(*name, "x"));
    let more = full.clone().query("one-more", "x");
    let mut url = String::new();
    let mut count = |operation: &presign::s3::Operation<'_>| {
        allocations(|| {
            url.clear();
            operation
                .presign_into(&credentials, HOUR, now(), &mut url)
                .unwrap();
        })
    };
    assert_eq!(count(&full), 0);
    assert!(count(&more) > 0);
}
