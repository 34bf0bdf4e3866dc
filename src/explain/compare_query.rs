//! Differences between two queries.

use super::cause::Cause;
use super::confidence::Confidence;
use super::finding::Finding;
use super::redaction::{redact_url, redact_value};
use super::session_token::{is_session_token, token_added};
use super::text_forms::{decoded, split_params};
use crate::scheme::sigv2;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A parameter, encoded.
type Param<'a> = (&'a str, &'a str);

/// Compares the parameters of two canonical requests.
pub(super) fn compare_queries(signed: &[Param<'_>], seen: &[Param<'_>]) -> Vec<Finding> {
    if let Some((name, _)) = seen.iter().find(|(name, _)| name.starts_with("amp%3B")) {
        return alloc::vec![html_escaped(&decoded(name))];
    }
    let dropped = difference(signed, seen);
    let mut added = difference(seen, signed);
    if dropped.is_empty() && added.is_empty() {
        let is_reordered = signed != seen;
        return is_reordered.then(reordered).into_iter().collect();
    }
    let mut findings = Vec::new();
    for (name, value) in dropped {
        let index = added
            .iter()
            .position(|(other, _)| is_same_name(name, other));
        let other = index.map(|index| added.remove(index));
        findings.push(match other {
            None => param_dropped(name, value),
            Some(seen) => param_changed((name, value), seen),
        });
    }
    let added = added.into_iter();
    findings.extend(added.map(|(name, value)| param_added(name, value)));
    findings
}

/// Compares two queries as they are written, for differences that no canonical request shows.
pub(super) fn compare_written_queries(signed_url: &str, sent_url: &str) -> Vec<Finding> {
    let (signed, sent) = (query_of(signed_url), query_of(sent_url));
    let (mut signed, mut sent) = (split_params(signed), split_params(sent));
    let mut findings: Vec<Finding> = bare_pluses(&signed, &sent).collect();
    if signed != sent {
        signed.sort_unstable();
        sent.sort_unstable();
        if signed == sent {
            let finding = reordered().with_signed(redact_url(signed_url));
            findings.push(finding.with_seen(redact_url(sent_url)));
        }
    }
    findings
}

fn query_of(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}

/// Returns the parameters of the one query that the other doesn't have.
fn difference<'a>(one: &[Param<'a>], other: &[Param<'_>]) -> Vec<Param<'a>> {
    let mut rest = other.to_vec();
    let mut missing = Vec::new();
    for param in one {
        match rest.iter().position(|known| known == param) {
            Some(index) => {
                rest.swap_remove(index);
            }
            None => missing.push(*param),
        }
    }
    missing
}

/// Returns whether two names are equal, possibly after decoding the one that was received once
/// more.
fn is_same_name(signed: &str, seen: &str) -> bool {
    let (plain, seen_plain) = (decoded(signed), decoded(seen));
    signed == seen || plain == seen_plain || plain == decoded(&seen_plain)
}

fn html_escaped(name: &str) -> Finding {
    let message = format!(
        "The server received a parameter {name}, because the URL was sent with `&amp;` in place of `&`, as in \
         HTML source. Unescape it once, or insert it into the page with a tool that does."
    );
    Finding::certain(Cause::HtmlEscaped, message)
        .with_signed("&")
        .with_seen("&amp;")
}

fn reordered() -> Finding {
    Finding::new(
        Cause::ParametersReordered,
        Confidence::Harmless,
        "The parameters arrived in another order, as some CDNs and proxies send them. This is harmless, \
         because the server sorts them before it checks. The cause is another one.",
    )
}

fn param_dropped(name: &str, value: &str) -> Finding {
    let finding = if is_session_token(name) {
        Finding::certain(
            Cause::TokenMissing,
            "The session token was signed, but did not arrive. A temporary access key is useless without it. \
             Find the client or proxy that truncates or filters the query.",
        )
    } else {
        let message = format!(
            "The parameter {name} was signed, but did not arrive: a client, proxy or CDN removed it. Configure \
             it to forward the query unchanged."
        );
        Finding::certain(Cause::ParameterDropped, message)
    };
    finding.with_signed(assignment(name, value)).with_seen("")
}

fn param_added(name: &str, value: &str) -> Finding {
    let finding = if is_session_token(name) {
        token_added()
    } else {
        let message = format!(
            "The parameter {name} was added after signing: by the page, a tracker (utm_…), a cache buster or an \
             SDK (x-id). Sign it, too, or remove it."
        );
        Finding::certain(Cause::ParameterAdded, message)
    };
    finding.with_signed("").with_seen(assignment(name, value))
}

fn param_changed((name, signed): Param<'_>, (seen_name, seen): Param<'_>) -> Finding {
    let (plain, seen_plain) = (decoded(signed), decoded(seen));
    let is_plain_equal = plain == seen_plain;
    let finding = if is_session_token(name) {
        Finding::certain(
            Cause::TokenChanged,
            "The session token that arrived is not the signed one. Check the client for other credentials, and \
             for a `+` of the token that was sent unencoded (%2B).",
        )
    } else if !is_plain_equal && (decoded(&seen_plain) == plain || decoded(&plain) == seen_plain) {
        let message = format!(
            "The parameter {name} was percent-encoded twice on one side, because something encoded the URL again. \
             Send the URL unchanged."
        );
        Finding::certain(Cause::ParameterReencoded, message)
    } else if !is_plain_equal && spaces_for_pluses(&plain) == spaces_for_pluses(&seen_plain) {
        let message = format!(
            "A `+` and a space were confused in the parameter {name}. In a signed URL a space is %20 and a plus is \
             %2B; form encoding writes `+` for a space. Send the URL unchanged, or use an encoder for URIs."
        );
        Finding::certain(Cause::ParameterReencoded, message)
    } else if is_plain_equal {
        let message = format!(
            "The parameter {name} has the same value in another encoding. The canonical encoding keeps letters, \
             digits and `-._~`, and writes every other byte as %XX with uppercase digits. Send the URL unchanged."
        );
        Finding::certain(Cause::ParameterReencoded, message)
    } else {
        let message = format!(
            "The parameter {name} arrived with another value than the signed one. Sign the URL again after changing \
             a value."
        );
        Finding::certain(Cause::ParameterChanged, message)
    };
    finding
        .with_signed(assignment(name, signed))
        .with_seen(assignment(seen_name, seen))
}

/// Returns findings for each `+` that was signed as %2B and sent bare. Some servers read it as a
/// plus, and others, which read queries as forms, as a space.
fn bare_pluses<'a>(
    signed: &'a [Param<'a>],
    sent: &'a [Param<'a>],
) -> impl Iterator<Item = Finding> {
    let signed = signed.iter().filter(|(_, value)| value.contains("%2B"));
    signed.filter_map(|&(name, value)| {
        let (_, bare) = sent.iter().find(|(sent_name, bare)| {
            *sent_name == name && *bare != value && bare.replace('+', "%2B") == value
        })?;
        let cause = if name == sigv2::SIGNATURE {
            Cause::SignaturePlus
        } else if is_session_token(name) {
            Cause::TokenChanged
        } else {
            Cause::ParameterReencoded
        };
        let message = format!(
            "A `+` of the parameter {name} was signed as %2B and sent bare, and many servers read it as a space. \
             Send the URL unchanged, or encode it as %2B."
        );
        let finding = Finding::new(cause, Confidence::Likely, message);
        let finding = finding.with_signed(assignment(name, value));
        Some(finding.with_seen(assignment(name, bare)))
    })
}

fn spaces_for_pluses(text: &str) -> String {
    text.replace('+', " ")
}

fn assignment(name: &str, value: &str) -> String {
    format!("{name}={}", redact_value(name, value))
}
