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
/// sent, or that of the operation which an SDK names.
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
    let length = |line: &str| -> Option<u64> {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        value.trim().parse().ok().filter(|_| is_length)
    };
    let text = text.trim();
    text.starts_with("HTTP/")
        && text.lines().all(|line| !line.trim().is_empty())
        && text.lines().filter_map(length).any(|length| length > 0)
}
