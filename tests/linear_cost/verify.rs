//! The cost of verifying requests.

use crate::support::{self, signing::Description};
use crate::{
    HOUR, KILOBYTE, LARGE, assert_linear_to, assert_rejected_cheaply, keys, names, now, repeated,
    text,
};
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, v2, v4};
use std::fmt::Write as _;
use std::hint::black_box;

/// The part of a target that the caller can use, of the 16 KiB that are accepted.
const TARGET: usize = 15 * KILOBYTE;
const URL: &str = "https://example.com/";
/// The query of a presigned URL up to the names of the signed headers.
const QUERY_FRONT: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/20150830/us-east-1/s3/aws4_request\
    &X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-Signature=1&X-Amz-SignedHeaders=";

fn verify(request: &ReceivedRequest<'_>, keys: &Credentials) -> bool {
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
    let verified = verifier.verify(request, now(), |_| Some(keys.clone()));
    black_box(format!("{verified:?}"));
    verified.is_ok()
}

fn service() -> v4::Service {
    v4::Service::new("us-east-1", "s3").unwrap()
}

fn with<'a>(request: Description<'a>, names: &'a [String]) -> Description<'a> {
    let names = names.iter();
    names.fold(request, |request, name| request.header(name.as_str(), "1"))
}

#[test]
fn received_targets_have_linear_cost() {
    let random = |text: &mut String, number| write!(text, "&{number:x}=1").unwrap();
    let prefixed = |text: &mut String, number| write!(text, "&{:a<100}{number}", "").unwrap();
    let after_host: [&dyn Fn(usize) -> String; 7] = [
        &|size| repeated("a/", size),
        &|size| repeated("%41", size),
        &|size| format!("?{}", text(size, random)),
        &|size| format!("?{}", text(size, prefixed)),
        &|size| format!("?{}", repeated("&versionId=1", size)),
        &|size| format!("?a{}", repeated("&=", size)),
        &|size| format!("?a={}", repeated("%2B", size)),
    ];
    for after_host in after_host {
        assert_linear_to(TARGET, 8, |size| {
            let url = format!("{URL}{}", after_host(size));
            let (keys, request) = (keys(), Description::get(&*url));
            let v4 = request.of(&service()).presign(&keys, HOUR, now());
            let v4 = v4.unwrap().to_string();
            let v2 = request.of(&v2::Service::s3()).presign(&keys, HOUR, now());
            let v2 = v2.map_or(String::new(), String::from);
            // Canonical escapes can be longer than those in the target.
            let (v4, v2) = if v4.len() < 16 * KILOBYTE {
                (v4, v2)
            } else {
                (
                    format!("{url}&X-Amz-Signature=1"),
                    format!("{url}&AWSAccessKeyId=1"),
                )
            };
            move || {
                for url in [&v4, &v2] {
                    let request = ReceivedRequest::from_url("GET", url);
                    black_box(request.is_ok_and(|request| verify(&request, &keys)));
                }
            }
        });
    }
    // Query APIs sign all parameters, sorted by their decoded names.
    let escaped = |text: &mut String, number| write!(text, "&%61{number:x}=%2B").unwrap();
    let after_host: [&dyn Fn(usize) -> String; 5] = [
        &|size| format!("?{}", text(size, random)),
        &|size| format!("?{}", text(size, prefixed)),
        &|size| format!("?{}", text(size, escaped)),
        &|size| format!("?{}", repeated("&versionId=1", size)),
        &|size| format!("?a{}", repeated("&=", size / 2)),
    ];
    for after_host in after_host {
        assert_linear_to(TARGET, 8, |size| {
            let url = format!("{URL}{}", after_host(size - KILOBYTE / 2));
            let keys = keys();
            let api = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
            let signed = api.get(url).sign(&keys, now()).unwrap();
            move || {
                let request = ReceivedRequest::from_url("GET", signed.url().unwrap());
                assert!(verify(&request.unwrap(), &keys));
            }
        });
    }
    // Other signers write headers into the query of SigV2.
    assert_linear_to(TARGET, 8, |size| {
        let (keys, names) = (keys(), names(size * 7 / 8));
        let request = with(Description::get(URL), &names);
        let link = request.of(&v2::Service::s3()).presign(&keys, HOUR, now());
        let link = support::hoisted(&link.unwrap());
        move || {
            let request = ReceivedRequest::from_url("GET", &link);
            assert!(verify(&request.unwrap(), &keys))
        }
    });
    assert_rejected_cheaply(|size| {
        let (keys, target) = (
            keys(),
            format!("/?X-Amz-Signature={}", repeated("%61", size)),
        );
        move || {
            let request = ReceivedRequest::new("GET", &target).header("host", "example.com");
            assert!(!verify(&request, &keys));
        }
    });
}

#[test]
fn received_headers_have_linear_cost() {
    // At most 512 headers are accepted.
    assert_linear_to(8 * KILOBYTE, 6, |size| {
        let (keys, names) = (keys(), names(size));
        let request = with(Description::get(URL), &names);
        let v4 = request.of(&service()).sign(&keys, now()).unwrap();
        let v2 = request.of(&v2::Service::s3()).sign(&keys, now()).unwrap();
        move || {
            for signed in [&v4, &v2] {
                let request = ReceivedRequest::from_url("GET", URL).unwrap();
                let given = names.iter().map(|name| (name.as_str(), "1"));
                assert!(verify(
                    &request.headers(given).headers(signed.headers()),
                    &keys
                ));
            }
        }
    });
    // Short names in order, with either separator.
    for separator in [";", "%3B"] {
        assert_linear_to(TARGET, 4, |size| {
            let letters = || b'a'..=b'z';
            let all = letters().flat_map(|a| letters().map(move |b| (a, b)));
            let all = all.flat_map(|(a, b)| letters().map(move |c| [a, b, c].map(char::from)));
            let names: Vec<_> = all.map(String::from_iter).take(size / 6).collect();
            let url = format!("{URL}?{QUERY_FRONT}{}", names.join(separator));
            let keys = keys();
            move || {
                let request = ReceivedRequest::from_url("GET", &url).unwrap();
                assert!(!verify(&request, &keys));
            }
        });
    }
    // Signed names of headers that are missing, with either separator, and headers that have to be
    // searched for among them.
    for separator in [";", "%3B"] {
        assert_linear_to(TARGET, 8, |size| {
            let mut signed = names(size * 3 / 4);
            signed.sort();
            let mut given = names(size / 2);
            given.retain(|name| signed.contains(name));
            let names = format!("host{separator}{}", signed.join(separator));
            let url = format!("{URL}?{QUERY_FRONT}{names}");
            let keys = keys();
            move || {
                let request = ReceivedRequest::from_url("GET", &url).unwrap();
                let given = given.iter().map(|name| (name.as_str(), "1"));
                assert!(!verify(&request.headers(given), &keys));
            }
        });
    }
    for scheme in ["AWS4-HMAC-SHA256 ", "AWS "] {
        let front = "Credential=a/20150830/us-east-1/s3/aws4_request, Signature=1, SignedHeaders=";
        for (front, piece) in [
            ("", ","),
            ("", "/"),
            ("", "a:"),
            ("", "Credential=,"),
            (front, ";"),
            (front, "%3B"),
            (front, "a;"),
            ("SignedHeaders=host, Signature=1, Credential=", "/"),
        ] {
            assert_linear_to(TARGET, 8, |size| {
                let value = format!("{scheme}{front}{}", repeated(piece, size));
                let keys = keys();
                move || {
                    let request = ReceivedRequest::from_url("GET", URL).unwrap();
                    let request = request.header("x-amz-date", "20150830T123600Z");
                    assert!(!verify(&request.header("authorization", &value), &keys));
                }
            });
        }
    }
    // The measured work excludes collecting the headers.
    let (few, many) = (names(KILOBYTE), names(LARGE));
    assert_rejected_cheaply(|size| {
        let names = if size == LARGE { &many } else { &few };
        let given = names.iter().map(|name| (name.as_str(), "1"));
        let request = ReceivedRequest::from_url("GET", URL).unwrap();
        let (keys, request) = (keys(), request.headers(given));
        move || assert!(!verify(&request, &keys))
    });
    assert_rejected_cheaply(|size| {
        let (keys, value) = (keys(), repeated("a ", size));
        move || {
            let request = ReceivedRequest::from_url("GET", URL).unwrap();
            assert!(!verify(&request.header("authorization", &value), &keys));
        }
    });
}
