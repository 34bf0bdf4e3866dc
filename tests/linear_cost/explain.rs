//! The cost of explanations of rejected requests.

use crate::{
    HOUR, KILOBYTE, LARGE, assert_linear, assert_linear_to, cost, keys, now, repeated, text,
};
use presign::explain::{ErrorResponse, FailedRequest};
use presign::v4;
use std::fmt::Write as _;
use std::hint::black_box;

#[test]
fn explanations_have_linear_cost() {
    const BODY: usize = if LARGE < 256 * KILOBYTE {
        LARGE
    } else {
        256 * KILOBYTE
    };
    let keys = &keys();
    let service = v4::Service::new("us-east-1", "s3").unwrap();
    let request = service.get("https://example.com/a%20b?x=1");
    let link = request
        .header("x-amz-meta-a", "1")
        .presign(keys, HOUR, now());
    let link = link.unwrap();
    let explain = |body: String| {
        let link = link.as_str();
        move || {
            let response = ErrorResponse::parse(&body);
            let explanation = FailedRequest::new("GET", link, &response)
                .header("x-amz-meta-a", "1")
                .credentials(keys)
                .explain(now());
            black_box(format!("{response:?} {explanation} {explanation:?}"));
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
    // One part of the canonical request that the server received is long.
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
    // Bytes behind the limit are not read.
    let front = "<Error><Code>AccessDenied</Code>";
    let body = |size| format!("{front}{}", repeated("<a>b</a>", size));
    if LARGE > BODY {
        let (at_limit, over) = (explain(body(BODY)), explain(body(LARGE)));
        let within = (0..4).any(|_| cost(&over) < cost(&at_limit) * 2);
        assert!(within, "bytes behind the limit are read");
    }
    // A URL of any length, as it was signed and as it was sent.
    for piece in ["a", "/", "%41", "&a=1", "&amp;", "?"] {
        assert_linear(|size| {
            let url = format!("https://example.com/?a{}", repeated(piece, size));
            let response = ErrorResponse::parse("SignatureDoesNotMatch");
            move || {
                let failed = FailedRequest::new("GET", &url, &response)
                    .sent("GET", &url)
                    .credentials(keys);
                black_box(format!("{failed:?} {}", failed.explain(now())));
            }
        });
    }
}
