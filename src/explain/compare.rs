//! Differences between the signed request and the one that the server saw.

use super::canonical_text::CanonicalText;
use super::cause::Cause;
use super::compare_address::compare_addresses;
use super::compare_headers::compare_headers;
use super::compare_payload::compare_payloads;
use super::compare_query::compare_queries;
use super::finding::Finding;
use alloc::format;
use alloc::vec::Vec;

/// Returns all differences, the most important first. `is_https` is whether the URL was signed for
/// https, if that is known.
pub(super) fn compare(
    signed: &CanonicalText<'_>,
    seen: &CanonicalText<'_>,
    is_https: Option<bool>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(compare_methods(signed.method, seen.method));
    findings.extend(compare_queries(&signed.params, &seen.params));
    findings.extend(compare_addresses(signed, seen, is_https));
    findings.extend(compare_headers(signed, seen));
    findings.extend(compare_payloads(signed.payload, seen.payload));
    findings
}

fn compare_methods(signed: &str, seen: &str) -> Option<Finding> {
    let remedy = match (signed, seen) {
        _ if signed == seen => return None,
        ("GET", "HEAD") => {
            "A URL for GET is not valid for HEAD. Sign a second URL for HEAD, or send GET with `Range: bytes=0-0` to \
             read only the headers."
        }
        ("PUT", "POST") | ("POST", "PUT") => {
            "A presigned URL uploads with PUT; POST is for forms with a policy. Send the method that was signed."
        }
        _ => {
            "A signature is valid for one method. Sign the method that is sent, or send the one that was signed. A \
             redirect, too, can change the method to GET."
        }
    };
    let message = format!("The request was signed for {signed} and sent as {seen}. {remedy}");
    let finding = Finding::certain(Cause::Method, message);
    Some(finding.with_signed(signed).with_seen(seen))
}
