//! The cost of an input grows with its length, and no faster: one of a megabyte costs about as much as a thousand of a
//! kilobyte. If everything in it were compared with everything, it would cost a thousand times as much.
//!
//! Times are compared with each other, never with a clock's figure, and the bound lies far from both.

mod support;

use presign::s3::{AddressingStyle, Bucket, ContentDisposition};
use presign::v4::{CanonicalUri, Signer};
use presign::{Credentials, Payload, Request, Timestamp, v2};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};
use support::time;

const KILOBYTE: usize = 1 << 10;
/// A megabyte; without optimization an eighth of it, which takes long enough.
const LARGE: usize = if cfg!(debug_assertions) {
    128 * KILOBYTE
} else {
    1024 * KILOBYTE
};
const HOUR: Duration = Duration::from_secs(3600);

/// `prepare` makes an input of about so many bytes, and what is to be done with it.
#[track_caller]
fn assert_linear<W: Fn()>(prepare: impl Fn(usize) -> W) {
    /// Quadratic cost comes out at more than a hundred or a thousand; sorting costs twice as much for each item among a
    /// thousand times as many.
    const MOST: u32 = 16;
    let time = |work: &dyn Fn()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    let (small, large) = (prepare(KILOBYTE), prepare(LARGE));
    // Another process may have had its turn in between: once is enough.
    let within = (0..4).any(|_| {
        let small = time(&|| (0..LARGE / KILOBYTE).for_each(|_| small()));
        time(&large) < small * MOST
    });
    assert!(
        within,
        "one large input costs {MOST} times as much as many small ones"
    );
}

/// Text of about so many bytes: the pieces of `next` for 0, 1, 2, … in an order without order.
fn text(size: usize, mut next: impl FnMut(&mut String, u32)) -> String {
    let (mut text, mut number) = (String::new(), 1u32);
    while text.len() < size {
        // Marsaglia's xorshift.
        number ^= number << 13;
        number ^= number >> 17;
        number ^= number << 5;
        next(&mut text, number);
    }
    text
}

fn repeated(piece: &str, size: usize) -> String {
    piece.repeat(size / piece.len())
}

fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret").unwrap()
}

fn now() -> Timestamp {
    time("20150830T123600Z")
}

/// In every way that takes it; some refuse it, which has a cost, too.
fn sign(request: &Request<'_>) {
    for rule in [CanonicalUri::S3, CanonicalUri::Normalized] {
        let signer = Signer::new(keys(), "us-east-1", "s3").unwrap();
        let signer = signer.canonical_uri(rule);
        black_box(signer.sign(request, Payload::Empty, now()).unwrap());
        black_box(signer.presign(request, HOUR, now()).unwrap());
    }
    let signer = v2::Signer::new(keys());
    let _ = black_box(signer.sign(request, now()));
    let _ = black_box(signer.presign(request, HOUR, now()));
    let _ = black_box(v2::QuerySigner::new(keys()).sign(request, now()));
    black_box(format!("{request:?}"));
}

#[track_caller]
fn assert_url_linear(after_host: impl Fn(usize) -> String) {
    assert_linear(|size| {
        let url = format!("https://example.com/{}", after_host(size));
        move || sign(&Request::get(&*url))
    });
}

#[test]
fn paths() {
    assert_url_linear(|size| repeated("a", size));
    assert_url_linear(|size| repeated("a/", size));
    assert_url_linear(|size| repeated("../", size));
    assert_url_linear(|size| repeated("a/../", size));
    // All the steps back come after all the steps in.
    assert_url_linear(|size| repeated("a/", size / 2) + &repeated("../", size / 2));
    assert_url_linear(|size| repeated("/", size));
    assert_url_linear(|size| repeated("%41", size));
    assert_url_linear(|size| repeated("%2e%2e%2f", size));
    assert_url_linear(|size| repeated("ü", size));
}

#[test]
fn queries() {
    let random = |text: &mut String, number| write!(text, "&{number:x}=1").unwrap();
    assert_url_linear(|size| format!("?{}", text(size, random)));
    assert_url_linear(|size| format!("?{}", repeated("&", size)));
    assert_url_linear(|size| format!("?a={}", repeated("=", size)));
    assert_url_linear(|size| format!("?{}", repeated("%61", size)));
    assert_url_linear(|size| format!("?a={}", repeated("+", size)));
    // Names that are equal for most of their length.
    let prefixed = |text: &mut String, number| write!(text, "&{:a<100}{number}", "").unwrap();
    assert_url_linear(|size| format!("?{}", text(size, prefixed)));
    // Names and values that are all the same.
    assert_url_linear(|size| format!("?{}", repeated("&versionId=1", size)));
    // Names that begin as those that signing adds.
    assert_url_linear(|size| format!("?{}", repeated("&X-Amz-Signatur", size)));
}

#[test]
fn headers() {
    let with = |value: fn(usize) -> String| {
        move |size| {
            let value = value(size);
            move || sign(&Request::get("https://example.com/").header("x-amz-meta-a", &*value))
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
                let request = Request::get("https://example.com/");
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
fn headers_in_json() {
    assert_linear(|size| {
        let names = text(size, |text, number| {
            writeln!(text, "x-amz-{number:x}").unwrap();
        });
        let request = Request::get("https://example.com/");
        let request = names.lines().fold(request, |request, name| {
            request.header(name.to_owned(), "1")
        });
        let signer = Signer::new(keys(), "us-east-1", "s3").unwrap();
        let presigned = signer.presign(&request, HOUR, now()).unwrap();
        move || drop(black_box(serde_json::to_string(&presigned).unwrap()))
    });
}

#[test]
fn buckets_and_keys() {
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let links = bucket.operation("GET").links(&keys(), HOUR, now()).unwrap();
    for piece in ["a", "../", "%", "ü", " "] {
        assert_linear(|size| {
            let (key, bucket, links) = (repeated(piece, size), &bucket, &links);
            move || {
                let disposition = ContentDisposition::attachment(&*key);
                let operation = bucket.get(&*key).response_content_disposition(disposition);
                black_box(operation.presign(&keys(), HOUR, now()).unwrap());
                black_box(operation.presign_v2(&keys(), HOUR, now()).unwrap());
                black_box(operation.sign(&keys(), Payload::Empty, now()).unwrap());
                black_box(links.link(&key).unwrap());
            }
        });
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
                let _ = black_box(bucket.shown_as(&*endpoint).build());
            }
        });
    }
}

#[test]
fn credentials_scopes_and_times() {
    assert_linear(|size| {
        let long = repeated("a+", size);
        move || {
            let keys = Credentials::new(&*long, &*long).unwrap();
            let keys = keys.with_session_token(&*long).unwrap();
            let signer = Signer::new(keys, &*long, &*long).unwrap();
            let request = Request::get("https://example.com/");
            black_box(signer.sign(&request, Payload::Empty, now()).unwrap());
            black_box(signer.presign(&request, HOUR, now()).unwrap());
        }
    });
    for piece in ["0", "a", "2015-08-30T12:36:00.0"] {
        assert_linear(|size| {
            let long = repeated(piece, size);
            move || {
                let _ = black_box(Timestamp::parse(&long));
                let _ = black_box(Payload::hash(&long));
            }
        });
    }
}
