//! Differences between the signed request and the one that the server saw, each with the
//! transformation that makes it.

use super::canonical::{Canonical, Form, Pair};
use super::catalogue::Cause;
use super::finding::Finding;
use super::redaction::redact_value;
use super::session_token::is_session_token;
use super::text_forms::decoded;
use super::transformation::{Transformation, of_address};
use crate::scheme::aws::{STREAMING_PAYLOADS, UNSIGNED_PAYLOAD};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Returns all differences, the most important first. `is_https` is whether the URL was signed for
/// https, if that is known.
pub(super) fn compare(
    signed: &Canonical,
    seen: &Canonical,
    is_https: Option<bool>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if signed.method != seen.method {
        let about = format!("{} and sent as {}", signed.method, seen.method);
        let finding = Finding::certain(Cause::Method).about(&about);
        findings.push(
            finding
                .with_signed(&*signed.method)
                .with_seen(&*seen.method),
        );
    }
    compare_queries(signed, seen, &mut findings);
    compare_addresses(signed, seen, is_https, &mut findings);
    compare_headers(signed, seen, &mut findings);
    if let (Some(signed), Some(seen)) = (&signed.payload, &seen.payload)
        && signed != seen
    {
        let is_unsigned =
            |payload: &str| payload == UNSIGNED_PAYLOAD || STREAMING_PAYLOADS.contains(&payload);
        let cause = if is_unsigned(signed) || is_unsigned(seen) {
            Cause::PayloadUnsigned
        } else {
            Cause::PayloadChanged
        };
        let finding = Finding::certain(cause);
        findings.push(finding.with_signed(&**signed).with_seen(&**seen));
    }
    findings
}

/// Host and path together, because either can name the bucket.
fn compare_addresses(
    signed: &Canonical,
    seen: &Canonical,
    is_https: Option<bool>,
    findings: &mut Vec<Finding>,
) {
    let same_path = |one: &Canonical, two: &Canonical| one.path == two.path;
    let same_address =
        |one: &Canonical, two: &Canonical| one.path == two.path && one.host() == two.host();
    // Text that was cut off may end within the path or the host.
    let is_cut_path = seen.is_cut && signed.path.starts_with(&seen.path);
    let is_cut_host = seen.is_cut && signed.host().starts_with(seen.host());
    if same_address(signed, seen) || is_cut_path && is_cut_host {
        return;
    }
    // SigV2 of S3 signs no host.
    let is_moved = signed.path != seen.path;
    if is_moved && let Some(cause) = transformed_by(signed, seen, same_address) {
        let text = |side: &Canonical| match cause {
            Cause::AddressingStyle => format!("{}{}", side.host(), side.path),
            _ => side.path.clone(),
        };
        let finding = Finding::certain(cause).with_signed(text(signed));
        findings.push(finding.with_seen(text(seen)));
        return;
    }
    if signed.host() != seen.host() && !is_cut_host {
        let cause = compare_hosts(signed.host(), seen.host(), is_https);
        let finding = Finding::certain(cause).with_signed(signed.host());
        findings.push(finding.with_seen(seen.host()));
    }
    if is_moved {
        let cause = transformed_by(signed, seen, same_path)
            .filter(|cause| *cause != Cause::AddressingStyle)
            .unwrap_or_else(|| compare_paths(&signed.path, &seen.path));
        let finding = Finding::certain(cause).with_signed(&*signed.path);
        findings.push(finding.with_seen(&*seen.path));
    }
}

/// Returns the cause of the first transformation that leads from one side to the other.
fn transformed_by(
    signed: &Canonical,
    seen: &Canonical,
    is_same: impl Fn(&Canonical, &Canonical) -> bool,
) -> Option<Cause> {
    let leads = |transformation: &Transformation, from: &Canonical, to: &Canonical| {
        let made = (transformation.apply)(from);
        made.iter().any(|made| is_same(made, to))
    };
    let mut transformations = of_address();
    let found = transformations.find(|transformation| {
        leads(transformation, signed, seen) || leads(transformation, seen, signed)
    });
    found.map(|transformation| transformation.cause)
}

fn compare_paths(signed: &str, seen: &str) -> Cause {
    let (plain, seen_plain) = (decoded(signed), decoded(seen));
    if plain.replace('+', " ") == seen_plain.replace('+', " ") {
        Cause::PathNotEncoded
    } else if seen.ends_with(signed) || signed.ends_with(seen) {
        Cause::PathPrefix
    } else {
        Cause::PathChanged
    }
}

fn compare_hosts(signed: &str, seen: &str, is_https: Option<bool>) -> Cause {
    let ((name, port), (seen_name, seen_port)) = (split_port(signed), split_port(seen));
    let only_port = match (port, seen_port) {
        _ if !name.eq_ignore_ascii_case(seen_name) => return Cause::HostRewritten,
        (Some(port), None) | (None, Some(port)) => Some(port),
        _ => None,
    };
    match (only_port, is_https) {
        (Some("80"), Some(true)) | (Some("443"), Some(false)) => Cause::UrlScheme,
        (Some("80" | "443"), _) => Cause::DefaultPort,
        _ => Cause::PortDiffers,
    }
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    }
}

/// All headers except the host, which is part of the address.
fn compare_headers(signed: &Canonical, seen: &Canonical, findings: &mut Vec<Finding>) {
    let mut add = |(cause, token_cause), name: &str, value: Option<&str>, seen: Option<&str>| {
        let cause = if is_session_token(name) {
            token_cause
        } else {
            cause
        };
        let line = |value: Option<&str>| match value {
            Some(value) => format!("{name}:{}", redact_value(name, value)),
            None => String::new(),
        };
        let finding = Finding::certain(cause).about(name);
        findings.push(finding.with_signed(line(value)).with_seen(line(seen)));
    };
    let without_host = |side: &Canonical| {
        let headers = side.headers.iter().filter(|(name, _)| name != "host");
        headers.cloned().collect::<Vec<Pair>>()
    };
    for (name, value) in without_host(signed) {
        // A server writes a header that it did not receive as an empty one.
        let seen_value = seen.header(&name);
        let seen_value = seen_value.filter(|seen| !seen.is_empty() || value.is_empty());
        match seen_value {
            Some(seen) if seen == value => {}
            Some(_) => {
                let causes = (Cause::HeaderChanged, Cause::TokenChanged);
                add(causes, &name, Some(&value), seen_value);
            }
            None if seen.is_cut => {}
            None => add(
                (Cause::HeaderNotSent, Cause::TokenMissing),
                &name,
                Some(&value),
                None,
            ),
        }
    }
    for (name, value) in without_host(seen) {
        if signed.header(&name).is_none() {
            add(
                (Cause::HeaderNotSigned, Cause::TokenAdded),
                &name,
                None,
                Some(&value),
            );
        }
    }
}

fn compare_queries(signed: &Canonical, seen: &Canonical, findings: &mut Vec<Finding>) {
    let is_escaped = |(name, _): &&Pair| name.starts_with("amp%3B");
    if seen.params.iter().any(|param| is_escaped(&param)) {
        let finding = Finding::certain(Cause::HtmlEscaped);
        findings.push(finding.with_signed("&").with_seen("&amp;"));
        return;
    }
    let mut dropped = missing(&signed.params, &seen.params);
    let mut added = missing(&seen.params, &signed.params);
    // Text that was cut off may lack parameters.
    if seen.is_cut && seen.headers.is_empty() {
        dropped.clear();
    }
    if dropped.is_empty() && added.is_empty() {
        if signed.params != seen.params && !seen.is_cut {
            findings.push(reordered());
        }
        return;
    }
    // Of a query that is cut at `&`, the start arrives.
    let is_shell = seen.params.len() < 2 && dropped.len() > 2 && signed.form == Form::V4;
    if is_shell && added.is_empty() {
        findings.push(Finding::certain(Cause::QueryCut));
        return;
    }
    for (name, value) in dropped {
        let index = added
            .iter()
            .position(|(other, _)| is_same_name(&name, other));
        let other = index.map(|index| added.remove(index));
        let cause = match &other {
            None if is_session_token(&name) => Cause::TokenMissing,
            None => Cause::ParameterDropped,
            Some(_) if is_session_token(&name) => Cause::TokenChanged,
            Some((_, seen)) if is_same_value(&value, seen) => Cause::ParameterReencoded,
            Some(_) => Cause::ParameterChanged,
        };
        let seen = other.map_or(String::new(), |(name, value)| assignment(&name, &value));
        let finding = Finding::certain(cause).about(&name);
        findings.push(
            finding
                .with_signed(assignment(&name, &value))
                .with_seen(seen),
        );
    }
    for (name, value) in added {
        let is_token = is_session_token(&name);
        let cause = if is_token {
            Cause::TokenAdded
        } else {
            Cause::ParameterAdded
        };
        let finding = Finding::certain(cause).about(&name).with_signed("");
        findings.push(finding.with_seen(assignment(&name, &value)));
    }
}

pub(super) fn reordered() -> Finding {
    let confidence = super::confidence::Confidence::Harmless;
    Finding::new(Cause::ParametersReordered, confidence)
}

/// Returns the parameters of the one query that the other doesn't have.
fn missing(one: &[Pair], other: &[Pair]) -> Vec<Pair> {
    let mut rest: Vec<&Pair> = other.iter().collect();
    let mut missing = Vec::new();
    for param in one {
        match rest.iter().position(|known| *known == param) {
            Some(index) => {
                rest.swap_remove(index);
            }
            None => missing.push(param.clone()),
        }
    }
    missing
}

/// Returns whether a name is another in a different encoding, once or twice.
fn is_same_name(one: &str, two: &str) -> bool {
    let (plain, other) = (decoded(one), decoded(two));
    one == two || plain == other || plain == decoded(&other)
}

/// Returns whether a value is another in a different encoding: once, twice, or as forms encode it.
fn is_same_value(one: &str, two: &str) -> bool {
    let (plain, other) = (decoded(one), decoded(two));
    let spaced = |text: &str| text.replace('+', " ");
    plain == other
        || decoded(&other) == plain
        || decoded(&plain) == other
        || spaced(&plain) == spaced(&other)
}

pub(super) fn assignment(name: &str, value: &str) -> String {
    format!("{name}={}", redact_value(name, value))
}
