//! The printing of presigned URLs, and the messages about their headers.

use crate::args::Extras;
use crate::curl;
use crate::output::{self, RequestFormat, note};
use crate::sign::{Steps, is_host, url_object};
use anyhow::Result;
use presign::PresignedUrl;
use presign::inspect::AwsHost;

/// Prints a presigned URL, and notes which of the given headers must be sent with it.
pub fn print_url(format: RequestFormat, url: &PresignedUrl, steps: &Steps) -> Result<()> {
    match format {
        RequestFormat::Text => output::print(url.as_str())?,
        RequestFormat::Json => output::print_json(&url_object(url, steps))?,
        RequestFormat::Curl => {
            let body = curl::may_have_body(url.method()).then_some(curl::STDIN);
            output::print(&curl::request(
                url.method(),
                url.as_str(),
                url.headers(),
                body,
            )?)?;
        }
    }
    note_headers(format, url);
    Ok(())
}

/// Notes the headers to send with a presigned URL, and those that it doesn't cover.
pub fn note_headers(format: RequestFormat, url: &PresignedUrl) {
    note_to_send(format, url.headers());
    note_not_covered(url.not_covered());
}

pub fn note_not_covered<'a>(names: impl Iterator<Item = &'a str>) {
    for name in names {
        note(format_args!(
            "the header {name} is not covered by the signature, so the sender may omit it or send \
             any value"
        ));
    }
}

/// Notes the headers to send that are not in the output: JSON has all except host, and a command
/// line of curl has all.
pub fn note_to_send<'a>(format: RequestFormat, headers: impl Iterator<Item = (&'a str, &'a str)>) {
    let is_noted = |name| match format {
        RequestFormat::Text => true,
        RequestFormat::Json => is_host(name),
        RequestFormat::Curl => false,
    };
    for (name, value) in headers.filter(|(name, _)| is_noted(name)) {
        // The SSE-C key is a secret.
        if name.to_ascii_lowercase().ends_with("-customer-key") {
            note(format_args!("send with it: {name}, as it was given"));
        } else {
            note(format_args!("send with it: {name}: {value}"));
        }
    }
}

/// Notes under v2 that clients add a Content-Type to a body, which the signature covers. The
/// command line of curl adds none.
pub fn note_content_type(format: RequestFormat, method: &str, given: &Extras) {
    let is_uploaded = matches!(method, "PUT" | "POST") && format != RequestFormat::Curl;
    if is_uploaded && !given.has_header("content-type") {
        note(
            "v2 signs the Content-Type, which most clients add; pass the client's with --header \
             'Content-Type: …', or have it send none",
        );
    }
}

/// Notes that most clients change the URL of a key with a segment `.` or `..`.
pub const DOT_SEGMENT: &str = "\
    the key has a segment that is `.` or `..`, which most clients remove before they send the URL (curl keeps it with \
    --path-as-is)";

/// Returns whether clients rewrite the path of the key.
pub fn has_dot_segment(key: &[u8]) -> bool {
    key.split(|byte| *byte == b'/')
        .any(|segment| matches!(segment, b"." | b".."))
}

/// Returns the host of a URL in lowercase, with its port.
pub fn host_of(url: &str) -> String {
    let rest = url.split("://").nth(1).unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.to_ascii_lowercase()
}

/// Returns the host of a URL if it names an AWS bucket.
pub fn bucket_host(url: &str) -> Option<String> {
    let host = host_of(url);
    AwsHost::parse(&host)?.bucket()?;
    Some(host)
}
