//! The method of the request that a response answers, if the response shows it.

use alloc::format;

/// S3's operations on objects, with their methods. SDKs name the operation in their errors, and
/// some in the parameter `x-id`.
pub(super) const OPERATIONS: [(&str, &str); 5] = [
    ("GetObject", "GET"),
    ("PutObject", "PUT"),
    ("HeadObject", "HEAD"),
    ("DeleteObject", "DELETE"),
    ("UploadPart", "PUT"),
];

/// Returns the method of the request that a text answers: HEAD if a body was announced and not
/// sent, or that of the operation which an SDK names. S3 announces its XML without a length.
pub(super) fn response_method(text: &str) -> Option<&'static str> {
    if lacks_announced_body(text) {
        return Some("HEAD");
    }
    let is_named = |name: &str| {
        [
            format!("error S3: {name},"),
            format!(" {name} operation"),
            format!("{name}Command"),
        ]
        .iter()
        .any(|words| text.contains(words))
    };
    let mut operations = OPERATIONS.iter();
    let (_, method) = operations.find(|(name, _)| is_named(name))?;
    Some(method)
}

fn lacks_announced_body(text: &str) -> bool {
    let text = text.trim();
    let header = |name: &str| {
        text.lines().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    };
    let is_announced = match header("content-length") {
        Some(length) => length != "0",
        None => header("content-type").is_some_and(|kind| kind.contains("xml")),
    };
    is_announced && text.starts_with("HTTP/") && text.lines().all(|line| !line.trim().is_empty())
}
