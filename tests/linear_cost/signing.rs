//! The cost of signing URLs, headers, buckets, keys and credentials.

use crate::support::signing::Description;
use crate::{HOUR, assert_linear, keys, now, repeated, text};
use presign::s3::{Bucket, BucketBuilder};
use presign::v4::CanonicalUri;
use presign::{
    AddressingStyle, ContentDisposition, Credentials, Payload, Row, SignatureVersion, Timestamp,
    v2, v4,
};
use std::fmt::Write as _;
use std::hint::black_box;

/// Signs in every way. Some ways reject the request, which has a cost, too.
fn sign(request: &Description<'_>) {
    for rule in [CanonicalUri::S3, CanonicalUri::Normalized] {
        let service = v4::Service::new("us-east-1", "s3").unwrap();
        let service = service.canonical_uri(rule);
        let request = request.of(&service);
        let _ = black_box(request.sign(&keys(), now()));
        let _ = black_box(request.presign(&keys(), HOUR, now()));
        let unsigned = request.prepare_url(keys().identity(), HOUR, now());
        let _ = black_box(unsigned.map(|unsigned| unsigned.sign_with(&keys())));
    }
    let service = v2::Service::s3();
    let _ = black_box(request.of(&service).sign(&keys(), now()));
    let _ = black_box(request.of(&service).presign(&keys(), HOUR, now()));
    let api = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
    let _ = black_box(request.of(&api).sign(&keys(), now()));
    black_box(format!("{:?}", request.of(&api)));
}

#[track_caller]
fn assert_url_linear(after_host: impl Fn(usize) -> String) {
    assert_linear(|size| {
        let url = format!("https://example.com/{}", after_host(size));
        move || sign(&Description::get(&*url))
    });
}

#[test]
fn paths_have_linear_cost() {
    assert_url_linear(|size| repeated("a", size));
    assert_url_linear(|size| repeated("a/", size));
    assert_url_linear(|size| repeated("../", size));
    assert_url_linear(|size| repeated("a/../", size));
    // All `..` segments follow the others.
    assert_url_linear(|size| repeated("a/", size / 2) + &repeated("../", size / 2));
    assert_url_linear(|size| repeated("/", size));
    assert_url_linear(|size| repeated("%41", size));
    assert_url_linear(|size| repeated("%2e%2e%2f", size));
    assert_url_linear(|size| repeated("ü", size));
}

#[test]
fn queries_have_linear_cost() {
    let random = |text: &mut String, number| write!(text, "&{number:x}=1").unwrap();
    assert_url_linear(|size| format!("?{}", text(size, random)));
    assert_url_linear(|size| format!("?{}", repeated("&", size)));
    assert_url_linear(|size| format!("?a={}", repeated("=", size)));
    assert_url_linear(|size| format!("?{}", repeated("%61", size)));
    assert_url_linear(|size| format!("?a={}", repeated("+", size)));
    // Names with a long common prefix.
    let prefixed = |text: &mut String, number| write!(text, "&{:a<100}{number}", "").unwrap();
    assert_url_linear(|size| format!("?{}", text(size, prefixed)));
    // Names and values that are all equal.
    assert_url_linear(|size| format!("?{}", repeated("&versionId=1", size)));
    // Names with the prefix of those that signing adds.
    assert_url_linear(|size| format!("?{}", repeated("&X-Amz-Signatur", size)));
}

#[test]
fn headers_have_linear_cost() {
    let with = |value: fn(usize) -> String| {
        move |size| {
            let value = value(size);
            move || sign(&Description::get("https://example.com/").header("x-amz-meta-a", &*value))
        }
    };
    assert_linear(with(|size| repeated("a", size)));
    assert_linear(with(|size| repeated("a  ", size)));
    assert_linear(with(|size| format!("a{}b", repeated(" ", size))));
    assert_linear(with(|size| repeated("a\r\n ", size)));

    let many = |name: fn(&mut String, u32)| {
        move |size| {
            let names = text(size, name);
            move || {
                let request = Description::get("https://example.com/");
                let names = names.lines();
                sign(&names.fold(request, |request, name| request.header(name, "1")));
            }
        }
    };
    assert_linear(many(|text, number| {
        writeln!(text, "x-amz-{number:x}").unwrap()
    }));
    assert_linear(many(|text, number| {
        writeln!(text, "{:a<100}{number:X}", "").unwrap();
    }));
    assert_linear(many(|text, _| text.push_str("x-amz-meta-a\n")));
    assert_linear(many(|text, _| {
        text.push_str("X-AMZ-META-A\nx-amz-meta-a\n")
    }));
    assert_linear(many(|text, _| text.push_str("User-Agent\n")));
    assert_linear(many(|text, _| text.push_str("Host\n")));
}

#[cfg(feature = "serde")]
#[test]
fn headers_in_json_have_linear_cost() {
    assert_linear(|size| {
        let names = text(size, |text, number| {
            writeln!(text, "x-amz-{number:x}").unwrap();
        });
        let service = v4::Service::new("us-east-1", "s3").unwrap();
        let request = service.get("https://example.com/");
        let request = names
            .lines()
            .fold(request, |request, name| request.header(name, "1"));
        let presigned = request.presign(&keys(), HOUR, now()).unwrap();
        move || drop(black_box(serde_json::to_string(&presigned).unwrap()))
    });
}

fn builder(version: SignatureVersion) -> BucketBuilder {
    Bucket::builder("examplebucket", "us-east-1").signature_version(version)
}

#[test]
fn buckets_and_keys_have_linear_cost() {
    for version in [SignatureVersion::V4, SignatureVersion::V2] {
        // AWS doesn't have long keys.
        let bucket = builder(version).endpoint("https://example.com");
        let bucket = bucket.build().unwrap();
        let list = bucket.request("GET");
        let template = list.template(&keys(), HOUR, now()).unwrap();
        let open = list.query_per_row("response-content-type");
        let open = open.template(&keys(), HOUR, now()).unwrap();
        for piece in ["a", "../", "%", "ü", " "] {
            assert_linear(|size| {
                let (key, bucket) = (repeated(piece, size), &bucket);
                let (template, open) = (&template, &open);
                move || {
                    let disposition = ContentDisposition::attachment(&*key);
                    let request = bucket.get(&*key).response_content_disposition(disposition);
                    black_box(request.presign(&keys(), HOUR, now()).unwrap());
                    black_box(request.sign(&keys(), now()).unwrap());
                    black_box(template.presign(&key, now()).unwrap());
                    let row = Row::new(&key);
                    black_box(open.presign(row.values(&[&key]), now()).unwrap());
                    let copy = bucket.copy_object(&*key, &key, &key);
                    black_box(copy.presign(&keys(), HOUR, now()).unwrap());
                }
            });
        }
    }
    for piece in [
        "a",
        "a.",
        "a--",
        "arn:",
        "arn:aws:s3:us-east-1:123456789012:accesspoint/",
    ] {
        assert_linear(|size| {
            let name = repeated(piece, size);
            move || {
                let _ = black_box(Bucket::new(&*name, "us-east-1"));
                let _ = black_box(Bucket::new(format!("{name}--x-s3"), "us-east-1"));
                let _ = black_box(Bucket::new("examplebucket", &*name));
            }
        });
    }
    for piece in ["a", "a.", "a/", "%41", "@", ":", "["] {
        assert_linear(|size| {
            let endpoint = format!("https://{}", repeated(piece, size));
            move || {
                let bucket = Bucket::builder("examplebucket", "us-east-1").endpoint(&*endpoint);
                let bucket = bucket.addressing_style(AddressingStyle::Domain);
                let _ = black_box(bucket.public_url(&*endpoint).build());
            }
        });
    }
}

#[test]
fn credentials_scopes_and_times_have_linear_cost() {
    assert_linear(|size| {
        let long = repeated("a+", size);
        move || {
            let keys = Credentials::new(&*long, &*long).unwrap();
            let keys = keys.with_session_token(&*long).unwrap();
            let service = v4::Service::new(&*long, &*long).unwrap();
            let request = service.get("https://example.com/");
            black_box(request.sign(&keys, now()).unwrap());
            black_box(request.presign(&keys, HOUR, now()).unwrap());
            black_box(keys == keys.clone());
        }
    });
    for piece in ["0", "a", "2015-08-30T12:36:00.0"] {
        assert_linear(|size| {
            let long = repeated(piece, size);
            move || {
                let _ = black_box(long.parse::<Timestamp>());
                let _ = black_box(Payload::from_hex(&long));
            }
        });
    }
}

/// A template with a value per row for each of many parameters.
#[test]
fn templates_have_linear_cost() {
    for version in [SignatureVersion::V4, SignatureVersion::V2] {
        let bucket = builder(version).build().unwrap();
        assert_linear(|size| {
            let names = text(size, |text, number| writeln!(text, "{number:x}").unwrap());
            let bucket = &bucket;
            move || {
                let names = names.lines();
                let request = names.fold(bucket.request("GET"), |request, name| {
                    request.query_per_row(name)
                });
                let template = request.template(&keys(), HOUR, now());
                drop(black_box(template.unwrap()));
            }
        });
    }
}
