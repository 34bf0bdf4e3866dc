//! The cost of inspecting presigned URLs.

use crate::{KILOBYTE, assert_linear_to, assert_rejected_cheaply, now, repeated};
use presign::inspect::Inspection;
use std::hint::black_box;

#[test]
fn inspection_has_linear_cost() {
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
            move || drop(black_box(Inspection::new(&text, now()).to_string()))
        });
        assert_rejected_cheaply(|size| {
            let text = text(size);
            move || drop(black_box(Inspection::new(&text, now()).to_string()))
        });
    }
}
