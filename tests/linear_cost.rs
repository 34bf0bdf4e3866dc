//! The cost of an input grows with its length, and no faster: one of a megabyte costs about as much as a thousand of a
//! kilobyte. If everything in it were compared with everything, it would cost a thousand times as much.
//!
//! Times are compared with each other, never with a clock's figure, and the bound lies far from both.

mod support;

use presign::inspect::inspect;
use presign::post::{Condition, Policy, PostPolicy, Upload};
use presign::s3::{AddressingStyle, Bucket, ContentDisposition};
use presign::v4::{CanonicalUri, Signer};
use presign::verify::{ReceivedRequest, Verifier};
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
    // Quadratic cost comes out at more than a hundred or a thousand; sorting costs twice as much for each item among a
    // thousand times as many.
    assert_linear_to(LARGE, 16, prepare);
}

/// For an input that is refused when it is longer: quadratic cost comes out at the limit in kilobytes.
#[track_caller]
fn assert_linear_to<W: Fn()>(limit: usize, most: u32, prepare: impl Fn(usize) -> W) {
    let (small, large) = (prepare(KILOBYTE), prepare(limit));
    // What takes no time can't be compared.
    let again = LARGE / limit;
    // Another process may have had its turn in between: once is enough.
    let within = (0..4).any(|_| {
        let small = cost(&|| (0..again * limit / KILOBYTE).for_each(|_| small()));
        cost(&|| (0..again).for_each(|_| large())) < small * most
    });
    assert!(
        within,
        "one large input costs {most} times as much as many small ones"
    );
}

fn cost(work: &dyn Fn()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// What is too large is refused for less than it costs to read 64 small ones, though it is as long as a thousand.
#[track_caller]
fn assert_refused_cheaply<W: Fn()>(prepare: impl Fn(usize) -> W) {
    let (small, large) = (prepare(KILOBYTE), prepare(LARGE));
    let within = (0..4).any(|_| {
        let small = cost(&|| (0..64).for_each(|_| small()));
        cost(&large) < small
    });
    assert!(within, "the refusal costs as much as 64 small inputs");
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
    let links_v2 = bucket.operation("GET").links_v2(&keys(), HOUR, now());
    let links_v2 = links_v2.unwrap();
    for piece in ["a", "../", "%", "ü", " "] {
        assert_linear(|size| {
            let (key, bucket) = (repeated(piece, size), &bucket);
            let (links, links_v2) = (&links, &links_v2);
            move || {
                let disposition = ContentDisposition::attachment(&*key);
                let operation = bucket.get(&*key).response_content_disposition(disposition);
                black_box(operation.presign(&keys(), HOUR, now()).unwrap());
                black_box(operation.presign_v2(&keys(), HOUR, now()).unwrap());
                black_box(operation.sign(&keys(), Payload::Empty, now()).unwrap());
                black_box(links.link(&key).unwrap());
                black_box(links_v2.link(&key).unwrap());
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

/// As much of a target as is left for the caller's own, of the 16 KiB that are taken.
const TARGET: usize = 15 * KILOBYTE;
const URL: &str = "https://example.com/";
/// A presigned URL's query up to the names of the signed headers.
const QUERY_FRONT: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/20150830/us-east-1/s3/aws4_request\
    &X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-Signature=1&X-Amz-SignedHeaders=";

fn verify(request: &ReceivedRequest<'_>, keys: &Credentials) -> bool {
    let verifier = Verifier::new("us-east-1", "s3").allow_v2(HOUR);
    let verified = verifier.verify(request, now(), |_| Some(keys.clone()));
    black_box(format!("{verified:?}"));
    verified.is_ok()
}

/// Random names of headers, as many as have so many bytes.
fn names(size: usize) -> Vec<String> {
    let text = text(size, |text, number| {
        writeln!(text, "x-amz-meta-{number:x}").unwrap();
    });
    text.lines().map(str::to_owned).collect()
}

fn with<'a>(request: Request<'a>, names: &'a [String]) -> Request<'a> {
    let names = names.iter();
    names.fold(request, |request, name| request.header(name.as_str(), "1"))
}

#[test]
fn received_targets() {
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
            let (keys, request) = (keys(), Request::get(&*url));
            let signer = Signer::new(keys.clone(), "us-east-1", "s3").unwrap();
            let v4 = signer.presign(&request, HOUR, now()).unwrap().into_string();
            let v2 = v2::Signer::new(keys.clone()).presign(&request, HOUR, now());
            let v2 = v2.map_or(String::new(), |url| url.into_string());
            // Other escapes are longer when they are made canonical.
            let (v4, v2) = match v4.len() < 16 * KILOBYTE {
                true => (v4, v2),
                false => (
                    format!("{url}&X-Amz-Signature=1"),
                    format!("{url}&AWSAccessKeyId=1"),
                ),
            };
            move || {
                for url in [&v4, &v2] {
                    let request = ReceivedRequest::from_url("GET", url);
                    black_box(request.is_ok_and(|request| verify(&request, &keys)));
                }
            }
        });
    }
    // The query APIs, whose parameters are all signed, in an order of their own.
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
            let signer = v2::QuerySigner::new(keys.clone());
            let signed = signer.sign(&Request::get(url), now()).unwrap();
            move || {
                let request = ReceivedRequest::from_url("GET", signed.as_str());
                assert!(verify(&request.unwrap(), &keys));
            }
        });
    }
    // Headers in the query of SigV2.
    assert_linear_to(TARGET, 8, |size| {
        let (keys, names) = (keys(), names(size * 7 / 8));
        let signer = v2::Signer::new(keys.clone());
        let link = signer
            .presign(&with(Request::get(URL), &names), HOUR, now())
            .unwrap();
        move || {
            assert!(verify(
                &ReceivedRequest::from_url("GET", link.as_str()).unwrap(),
                &keys
            ))
        }
    });
    assert_refused_cheaply(|size| {
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
fn received_headers() {
    // 512 of them are taken.
    assert_linear_to(8 * KILOBYTE, 6, |size| {
        let (keys, names) = (keys(), names(size));
        let request = with(Request::get(URL), &names);
        let signer = Signer::new(keys.clone(), "us-east-1", "s3").unwrap();
        let v4 = signer.sign(&request, Payload::Empty, now()).unwrap();
        let v2 = v2::Signer::new(keys.clone()).sign(&request, now()).unwrap();
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
    // Short names in their order, with either separator.
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
    // Names that are signed and not there, with either separator, and headers that have to be looked for among them.
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
    // To put the headers into the list is not what is measured.
    let (few, many) = (names(KILOBYTE), names(LARGE));
    assert_refused_cheaply(|size| {
        let names = if size == LARGE { &many } else { &few };
        let given = names.iter().map(|name| (name.as_str(), "1"));
        let request = ReceivedRequest::from_url("GET", URL).unwrap();
        let (keys, request) = (keys(), request.headers(given));
        move || assert!(!verify(&request, &keys))
    });
    assert_refused_cheaply(|size| {
        let (keys, value) = (keys(), repeated("a ", size));
        move || {
            let request = ReceivedRequest::from_url("GET", URL).unwrap();
            assert!(!verify(&request.header("authorization", &value), &keys));
        }
    });
}

#[test]
fn forms_and_policies() {
    const FORM: usize = 18 * KILOBYTE;
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    // Many fields, each with a condition. In base64 the policy is several times as long as their names.
    assert_linear_to(9 * KILOBYTE / 2, 4, |size| {
        let (keys, bucket) = (keys(), &bucket);
        let policy = names(size)
            .into_iter()
            .fold(PostPolicy::new("key"), |policy, name| {
                policy.starts_with(name, "")
            });
        move || {
            let form = policy.presign(bucket, &keys, HOUR, now()).unwrap();
            black_box((form.to_html(), form.to_javascript(), format!("{form:?}")));
            let verifier = Verifier::new("us-east-1", "s3");
            let verified = verifier.verify_form(form.fields(), now(), |_| Some(keys.clone()));
            let read = Policy::parse(core::str::from_utf8(verified.unwrap().policy()).unwrap());
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
            let json = format!("{front}{}", repeated(piece, size));
            let whole = format!("{}]}}", json.trim_end_matches(", "));
            let upload = Upload::new("examplebucket", 1)
                .field("key", "a")
                .field("a", "b");
            move || {
                let _ = black_box((Policy::parse(&json), Policy::from_base64(&json)));
                let _ = black_box(json.parse::<Condition>());
                if let Ok(policy) = Policy::parse(&whole) {
                    let _ = black_box(policy.check(&upload, now()));
                }
            }
        });
    }
    assert_refused_cheaply(|size| {
        let json = format!("{conditions}{}", repeated("[\"eq\", \"$a\", \"\"], ", size));
        move || {
            assert!(Policy::parse(&json).is_err());
            assert!(Policy::from_base64(&json).is_err());
        }
    });
    assert_refused_cheaply(|size| {
        let (keys, names) = (keys(), names(size));
        let verifier = Verifier::new("us-east-1", "s3");
        move || {
            let fields = names.iter().map(|name| (name.as_str(), "1"));
            let verified = verifier.verify_form(fields, now(), |_| Some(keys.clone()));
            assert!(verified.is_err());
        }
    });
    // Of what is too long to build or to check, each byte is counted, and nothing else is done.
    assert_linear(|size| {
        let (keys, bucket) = (keys(), &bucket);
        let names = names(size);
        let policy = names.iter().fold(PostPolicy::new("key"), |policy, name| {
            policy.starts_with(name.as_str(), "")
        });
        let read = Policy::parse(&format!("{conditions}]}}")).unwrap();
        move || {
            let _ = black_box(policy.presign(bucket, &keys, HOUR, now()));
            let fields = names.iter().map(|name| (name.as_str(), "${filename}"));
            let upload = Upload::new("examplebucket", 1)
                .file_name(&names[0])
                .fields(fields);
            assert!(read.check(&upload, now()).is_err());
        }
    });
}

#[test]
fn texts_to_inspect() {
    let link = "https://example.com/?X-Amz-Signature=";
    for (front, piece) in [
        ("", "a"),
        ("", "%"),
        ("", "%25"),
        ("", "&amp;"),
        ("", "\n "),
        ("", "://"),
        ("", "@"),
        ("https%3A%2F%2F", "%2525"),
        ("https://example.com/", "../"),
        ("https://example.com/?", "&X-Amz-Signature=a"),
        ("https://example.com/?", "&x-amz-date"),
        ("https://example.com/?", "&%58-Amz-Date=%2B"),
        ("https://example.com/?X-Amz-Credential=", "/"),
        ("https://example.com/?X-Amz-Credential=", "%2F"),
        ("https://example.com/?X-Amz-SignedHeaders=", "%3Ba"),
        (link, "a"),
        (link, "%252B"),
        (link, "é"),
    ] {
        let text = |size| format!("{front}{}", repeated(piece, size));
        assert_linear_to(63 * KILOBYTE, 8, |size| {
            let text = text(size);
            move || drop(black_box(inspect(&text, now()).to_string()))
        });
        assert_refused_cheaply(|size| {
            let text = text(size);
            move || drop(black_box(inspect(&text, now()).to_string()))
        });
    }
}

#[cfg(feature = "explain")]
#[test]
fn answers_to_explain() {
    use presign::explain::{Answer, Attempt};
    const BODY: usize = if LARGE < 256 * KILOBYTE {
        LARGE
    } else {
        256 * KILOBYTE
    };
    let keys = &keys();
    let signer = Signer::new(keys.clone(), "us-east-1", "s3").unwrap();
    let request = Request::get("https://example.com/a%20b?x=1").header("x-amz-meta-a", "1");
    let link = signer.presign(&request, HOUR, now()).unwrap();
    let explain = |body: String| {
        let link = link.as_str();
        move || {
            let answer = Answer::parse(&body);
            let attempt = Attempt::new("GET", link)
                .header("x-amz-meta-a", "1")
                .credentials(keys);
            let explanation = attempt.explain(&answer, now());
            black_box(format!("{answer:?} {explanation} {explanation:?}"));
        }
    };
    for piece in [
        "a",
        "<",
        "<a>",
        "<a>b</a>",
        "<Error>&amp;",
        "<![CDATA[",
        "<!--",
        "<!DOCTYPE a [<!ENTITY b \"c\">",
        "{\"a\":",
        "[",
        "'",
        "Signature=",
        "The Canonical String for this request should have been '",
    ] {
        assert_linear_to(BODY, 16, |size| explain(repeated(piece, size)));
        assert_linear_to(BODY, 16, |size| {
            explain(format!("{{\"message\": \"{}\"}}", repeated(piece, size)))
        });
    }
    // The canonical request that the server saw, with one part of it long.
    let random = |text: &mut String, number| write!(text, "&amp;{number:x}=1").unwrap();
    let lines = |text: &mut String, number| writeln!(text, "x-amz-{number:x}:1").unwrap();
    let parts: [&dyn Fn(usize) -> [String; 4]; 7] = [
        &|size| {
            [
                "GET".into(),
                format!("/{}", repeated("a", size)),
                String::new(),
                String::new(),
            ]
        },
        &|size| {
            [
                "GET".into(),
                format!("/{}", repeated("../", size)),
                String::new(),
                String::new(),
            ]
        },
        &|size| {
            [
                "GET".into(),
                format!("/{}", repeated("%2541", size)),
                String::new(),
                String::new(),
            ]
        },
        &|size| ["GET".into(), "/".into(), text(size, random), String::new()],
        &|size| {
            [
                "GET".into(),
                "/".into(),
                repeated("&amp;", size),
                String::new(),
            ]
        },
        &|size| ["GET".into(), "/".into(), String::new(), text(size, lines)],
        &|size| [repeated("é", size), "/".into(), String::new(), "\n".into()],
    ];
    for parts in parts {
        assert_linear_to(BODY, 16, |size| {
            let [method, path, query, headers] = parts(size - 200);
            explain(format!(
                "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{method}\n{path}\n{query}\n{headers}\n\nhost\n\
                 UNSIGNED-PAYLOAD</CanonicalRequest></Error>"
            ))
        });
    }
    // All that is behind the limit is not looked at.
    let front = "<Error><Code>AccessDenied</Code>";
    let body = |size| format!("{front}{}", repeated("<a>b</a>", size));
    if LARGE > BODY {
        let (at_limit, over) = (explain(body(BODY)), explain(body(LARGE)));
        let within = (0..4).any(|_| cost(&over) < cost(&at_limit) * 2);
        assert!(within, "what is over the limit is read");
    }
    // A URL of any length, as it was signed and as it was sent.
    for piece in ["a", "/", "%41", "&a=1", "&amp;", "?"] {
        assert_linear(|size| {
            let url = format!("https://example.com/?a{}", repeated(piece, size));
            let answer = Answer::parse("SignatureDoesNotMatch");
            move || {
                let attempt = Attempt::new("GET", &url)
                    .sent("GET", &url)
                    .credentials(keys);
                black_box(format!("{attempt:?} {}", attempt.explain(&answer, now())));
            }
        });
    }
}
