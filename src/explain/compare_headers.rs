//! Differences between the headers of two canonical requests.

use super::canonical_text::CanonicalText;
use super::cause::Cause;
use super::finding::Finding;
use super::redaction::redact_value;
use super::session_token::{is_session_token, token_added};
use crate::scheme::sigv2;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Compares all headers except the host, which is part of the address.
pub(super) fn compare_headers(
    signed: &CanonicalText<'_>,
    seen: &CanonicalText<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, value) in without_host(signed) {
        // A server writes a header that it did not receive as an empty one.
        let seen_value = seen
            .header(name)
            .filter(|seen| !seen.is_empty() || value.is_empty());
        match seen_value {
            Some(seen) if seen == value => {}
            Some(seen) => findings.push(header_changed(name, value, seen)),
            None => findings.push(header_not_sent(name, value)),
        }
    }
    for (name, value) in without_host(seen) {
        if signed.header(name).is_none() {
            findings.push(header_not_signed(name, value));
        }
    }
    findings
}

fn without_host<'a>(text: &CanonicalText<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let headers = text.headers.iter().copied();
    headers.filter(|(name, _)| *name != "host")
}

fn header_not_sent(name: &str, value: &str) -> Finding {
    let finding = if is_session_token(name) {
        Finding::certain(
            Cause::TokenMissing,
            "The session token was signed, but not sent. A temporary access key is useless without it; send the \
             header that was signed.",
        )
    } else {
        let message = format!(
            "The header {name} was signed, but not sent. Send it with exactly the signed value, or sign without it."
        );
        Finding::certain(Cause::HeaderNotSent, message)
    };
    finding.with_signed(header_line(name, value)).with_seen("")
}

fn header_not_signed(name: &str, value: &str) -> Finding {
    let finding = if is_session_token(name) {
        token_added()
    } else {
        let message = format!(
            "The header {name} was sent, but not signed. All x-amz-* headers have to be signed, and under SigV2 \
             Content-Type, too. Sign it, or don't send it."
        );
        Finding::certain(Cause::HeaderNotSigned, message)
    };
    finding.with_signed("").with_seen(header_line(name, value))
}

fn header_changed(name: &str, signed: &str, seen: &str) -> Finding {
    let (cause, detail) = if is_session_token(name) {
        (
            Cause::TokenChanged,
            "Check the client for other credentials: key, secret and token belong together.",
        )
    } else if words(signed).eq(words(seen)) {
        (
            Cause::HeaderChanged,
            "The values differ only in white space. A folded or padded value has to be signed trimmed, with one \
             space for each run.",
        )
    } else if name == "content-type" {
        (
            Cause::HeaderChanged,
            "Browsers and HTTP libraries set their own Content-Type, or append `; charset=…`. Set exactly the signed \
             value, or sign the one that they send.",
        )
    } else if matches!(name, "date" | sigv2::DATE_HEADER) {
        (
            Cause::HeaderChanged,
            "The client, or a retry, changed the date after signing. Send the signed date, or sign each attempt.",
        )
    } else {
        (
            Cause::HeaderChanged,
            "The client or a proxy changed it. Send exactly the signed value.",
        )
    };
    let message =
        format!("The header {name} arrived with another value than the signed one. {detail}");
    Finding::certain(cause, message)
        .with_signed(header_line(name, signed))
        .with_seen(header_line(name, seen))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_ascii_whitespace()
}

fn header_line(name: &str, value: &str) -> String {
    format!("{name}:{}", redact_value(name, value))
}
