//! Signing allocates its result and nothing else.

use crate::allocator::allocations;
use presign::s3::Bucket;
use presign::{Credentials, Payload, Request, Row, SignatureVersion, Template, Timestamp, v4};
use std::fmt::Display;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://examplebucket.s3.eu-west-1.amazonaws.com/a/b%20c.txt";

/// Parameters have their own list, which is one more allocation.
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
/// A request can have this many headers before their list moves to the heap.
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
    "20130524T000000Z".parse().unwrap()
}

fn bucket() -> Bucket {
    Bucket::new("examplebucket", "eu-west-1").unwrap()
}

fn bucket_v2() -> Bucket {
    let builder = Bucket::builder("examplebucket", "eu-west-1");
    let builder = builder.signature_version(SignatureVersion::V2);
    builder.build().unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .unwrap()
}

/// Returns temporary credentials whose token consists of characters that need encoding.
fn temporary() -> Credentials {
    credentials().with_session_token("+/=".repeat(150)).unwrap()
}

fn service() -> v4::Service {
    v4::Service::new("eu-west-1", "s3").unwrap()
}

/// Adds all parameters.
fn with_params(request: Request<'_>) -> Request<'_> {
    let params = PARAMS.iter();
    params.fold(request, |request, name| request.query(*name, "ü &?"))
}

/// Adds some of the headers.
fn with_headers<'a>(request: Request<'a>, names: &[&'a str]) -> Request<'a> {
    let names = names.iter();
    names.fold(request, |request, name| request.header(*name, "a  b"))
}

/// Counts the allocations of presigning into a buffer with enough capacity.
fn allocations_into(request: &Request<'_>, credentials: &Credentials) -> u64 {
    let mut url = String::with_capacity(8192);
    allocations(|| {
        url.clear();
        request
            .presign_into(credentials, HOUR, now(), &mut url)
            .unwrap();
    })
}

/// Counts the allocations of writing a row into a buffer with enough capacity.
fn allocations_of_row(template: &Template, row: Row<'_>, at: Timestamp) -> u64 {
    let mut url = String::with_capacity(8192);
    allocations(|| {
        url.clear();
        template.presign_into(row, at, &mut url).unwrap();
    })
}

/// The twin of every test here: allocations are counted.
#[test]
fn allocations_are_counted() {
    assert_eq!(allocations(|| ()), 0);
    assert_eq!(allocations(|| String::from("text")), 1);
    assert_eq!(allocations(|| [Box::new(1), Box::new(2)]), 2);
    let text = String::from("grows");
    assert_eq!(
        allocations(|| [text.as_str(), " twice"].map(String::from)),
        2
    );
    // Creating requests and credentials allocates.
    assert!(allocations(|| bucket().get("k").url().unwrap()) > 0);
    assert!(allocations(credentials) > 0);
}

#[test]
fn a_presigned_url_is_one_allocation() {
    let (bucket, service) = (bucket(), service());
    for credentials in [credentials(), temporary()] {
        let (object, url) = (bucket.get("a/b c.txt"), service.get(URL));
        for request in [&object, &url] {
            let sign = || request.presign(&credentials, HOUR, now()).unwrap();
            assert_eq!(allocations(sign), 1);
        }
        // The list of parameters is one more allocation.
        let object = with_params(bucket.get("ä".repeat(300)));
        for request in [object, with_params(url)] {
            let sign = || request.presign(&credentials, HOUR, now()).unwrap();
            assert_eq!(allocations(sign), 2);
        }

        for request in [bucket.request("GET"), with_params(bucket.request("GET"))] {
            let template = request.template(&credentials, HOUR, now()).unwrap();
            let long = "ä".repeat(300);
            for key in ["a/b c.txt", &long] {
                for at in [now(), now().saturating_add(HOUR)] {
                    assert_eq!(allocations(|| template.presign(key, at).unwrap()), 1);
                }
            }
        }
    }
}

/// Another signing time on the same day costs no additional allocation.
#[test]
fn another_second_is_one_allocation() {
    let (bucket, credentials) = (bucket(), credentials());
    let get = bucket.get("a.txt");
    let mut seconds = now().unix_seconds();
    let sign = || {
        seconds += 1;
        get.presign(&credentials, HOUR, Timestamp::from_unix_seconds(seconds))
            .unwrap()
    };
    assert_eq!(allocations(sign), 1);

    let list = bucket.request("GET");
    let template = list.template(&credentials, HOUR, now()).unwrap();
    let mut next = || {
        seconds += 1;
        Timestamp::from_unix_seconds(seconds)
    };
    assert_eq!(
        allocations(|| template.presign("a.txt", next()).unwrap()),
        1
    );
    let mut url = String::new();
    let write = || {
        url.clear();
        template.presign_into("a.txt", next(), &mut url).unwrap();
    };
    assert_eq!(allocations(write), 0);
}

/// Only the list of parameters is allocated.
#[test]
fn a_reused_buffer_is_no_allocation() {
    let (bucket, service) = (bucket(), service());
    for credentials in [credentials(), temporary()] {
        let object = with_headers(bucket.put("a/b c.txt"), &HEADERS);
        let url = with_headers(service.request("PUT", URL), &HEADERS);
        for request in [bucket.get("a/b c.txt"), service.get(URL), object, url] {
            assert_eq!(allocations_into(&request, &credentials), 0, "{request:?}");
        }
        for request in [bucket.get("a/b c.txt"), service.get(URL)] {
            let request = with_params(request);
            assert_eq!(allocations_into(&request, &credentials), 1, "{request:?}");
        }
    }
}

/// Writing a row doesn't allocate, with any parameters, values and headers, and at any time.
#[test]
fn a_row_is_no_allocation() {
    for bucket in [bucket(), bucket_v2()] {
        for credentials in [credentials(), temporary()] {
            let plain = bucket.request("GET");
            let full = with_params(bucket.request("GET"));
            let with_header = bucket
                .request("PUT")
                .header("Content-Type", "text/plain")
                .header("x-amz-meta-a", "a value, encoded");
            for request in [&plain, &full, &with_header] {
                let template = request.template(&credentials, HOUR, now()).unwrap();
                for at in [now(), now().saturating_add(HOUR)] {
                    let row = Row::new("a/b c.txt");
                    assert_eq!(allocations_of_row(&template, row, at), 0, "{request:?}");
                    let row = row.expiry(Duration::from_secs(60));
                    assert_eq!(allocations_of_row(&template, row, at), 0, "{request:?}");
                }
            }
            let open = full.query_per_row("acl").query_per_row("x-id");
            let template = open.template(&credentials, HOUR, now()).unwrap();
            let values: [&dyn Display; 2] = [&"ü &?", &7];
            let row = Row::new("a/b c.txt").values(&values);
            assert_eq!(allocations_of_row(&template, row, now()), 0);
            let at = now().saturating_add(HOUR);
            assert_eq!(allocations_of_row(&template, row, at), 0);
        }
    }
}

/// At most one allocation for each header that is returned, independent of the number of signed
/// headers.
#[test]
fn sigv2_allocates_as_sigv4_does() {
    let bucket = bucket_v2();
    for credentials in [credentials(), temporary()] {
        let plain = bucket.get("a/b c.txt");
        let full = with_params(bucket.get("a/b c.txt"));
        let with_headers = bucket
            .put("a/b c.txt")
            .header("Content-Type", "text/plain")
            .header("x-amz-meta-a", "a value, encoded");
        for (request, count) in [(&plain, 0), (&full, 1), (&with_headers, 0)] {
            let reused = allocations_into(request, &credentials);
            assert_eq!(reused, count, "{request:?}");
        }
        let sign = || plain.presign(&credentials, HOUR, now()).unwrap();
        assert_eq!(allocations(sign), 1);
        let list = bucket.request("GET");
        let template = list.template(&credentials, HOUR, now()).unwrap();
        for at in [now(), now().saturating_add(HOUR)] {
            assert_eq!(allocations(|| template.presign("a/b c.txt", at)), 1);
        }
    }
}

#[test]
fn header_signing_is_one_allocation() {
    let (bucket, service) = (bucket(), service());
    let body = Payload::sha256_of(b"body");
    for credentials in [credentials(), temporary()] {
        for count in 0..=HEADERS.len() {
            for request in [bucket.put("a/b c.txt"), service.request("PUT", URL)] {
                let request = with_headers(request, &HEADERS[..count]).payload(body);
                let sign = || request.sign(&credentials, now()).unwrap();
                assert_eq!(allocations(sign), 1);
            }
        }
    }
}

/// A list with more headers than the limit moves to the heap.
#[test]
fn a_longer_list_moves_to_the_heap() {
    let (bucket, credentials) = (bucket(), credentials());
    let full = with_headers(bucket.put("a.txt"), &HEADERS);
    assert_eq!(allocations_into(&full, &credentials), 0);
    let more = (0..20).fold(full, |put, number| put.header(format!("x-{number}"), "x"));
    assert!(allocations_into(&more, &credentials) > 0);
}
