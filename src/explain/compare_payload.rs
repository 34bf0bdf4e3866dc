//! Differences between two payload hashes.

use super::cause::Cause;
use super::finding::Finding;
use crate::scheme::aws::{STREAMING_PAYLOADS, UNSIGNED_PAYLOAD};
use crate::v4::EMPTY_SHA256;

/// Compares the last lines of two canonical requests.
pub(super) fn compare_payloads(signed: &str, seen: &str) -> Option<Finding> {
    if signed == seen {
        return None;
    }
    let (cause, message) = if is_uncovered(signed) {
        (
            Cause::PayloadUnsigned,
            "The payload was signed as not covered, but the server expects its hash. S3 accepts UNSIGNED-PAYLOAD in \
             presigned URLs, and where x-amz-content-sha256 states it. Most other services need the hash of the \
             body.",
        )
    } else if is_uncovered(seen) {
        (
            Cause::PayloadUnsigned,
            "A hash of the payload was signed, but the server treats the payload as not covered. A presigned URL for \
             S3 is signed with UNSIGNED-PAYLOAD, unless the header x-amz-content-sha256 is sent. Sign with the \
             service `s3`, or send that header.",
        )
    } else if signed == EMPTY_SHA256 {
        (
            Cause::PayloadChanged,
            "The request was signed without a body, but the server received one. Sign the hash of the body that is \
             sent.",
        )
    } else if seen == EMPTY_SHA256 {
        (
            Cause::PayloadChanged,
            "The request was signed with a body, but the server received none: it was lost on a redirect or a retry, \
             or not sent. Send the signed body.",
        )
    } else {
        (
            Cause::PayloadChanged,
            "The body that arrived is not the signed one: it was changed, encoded or compressed after signing, or \
             other bytes were hashed. Hash exactly the bytes that are sent.",
        )
    };
    let finding = Finding::certain(cause, message);
    Some(finding.with_signed(signed).with_seen(seen))
}

/// Returns whether the text replaces the hash of a payload that the signature doesn't cover as a
/// whole.
fn is_uncovered(payload: &str) -> bool {
    payload == UNSIGNED_PAYLOAD || STREAMING_PAYLOADS.contains(&payload)
}
