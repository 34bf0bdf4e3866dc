//! Differences between the signed request and the one that the server saw, each with the
//! transformation that makes it.

use super::canonical::{Canonical, Form, Pair};
use super::catalogue::Cause;
use super::confidence::Confidence;
use super::finding::Finding;
use super::redaction::redact_value;
use super::session_token::is_session_token;
use super::text_forms::{decoded, split_port};
use super::transformation::{OF_ADDRESS, Transformation, addressing_styles};
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
        findings
            .push(Finding::between(Cause::Method, &*signed.method, &*seen.method).about(&about));
    }
    compare_queries(signed, seen, &mut findings);
    compare_addresses(signed, seen, is_https, &mut findings);
    compare_headers(signed, seen, &mut findings);
    if let (Some(signed), Some(seen)) = (&signed.payload, &seen.payload)
        && signed != seen
    {
        let cause = if is_unsigned_payload(signed) || is_unsigned_payload(seen) {
            Cause::PayloadUnsigned
        } else {
            Cause::PayloadChanged
        };
        findings.push(Finding::between(cause, &**signed, &**seen));
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
    let address = |side: &Canonical| format!("{}{}", side.host(), side.path);
    if is_moved && let Some(cause) = transformed_by(signed, seen, same_address) {
        let text = |side: &Canonical| match cause {
            Cause::AddressingStyle => address(side),
            _ => side.path.clone(),
        };
        findings.push(Finding::between(cause, text(signed), text(seen)));
        return;
    }
    // The bucket was moved, and the path is another one, too.
    let moved = |from: &Canonical, to: &Canonical| {
        let mut made = addressing_styles(from).into_iter();
        made.find_map(|made| {
            transformed_by(&made, to, same_path).filter(|_| made.host() == to.host())
        })
    };
    if is_moved
        && signed.host() != seen.host()
        && let Some(cause) = moved(signed, seen).or_else(|| moved(seen, signed))
    {
        findings.push(Finding::between(cause, &*signed.path, &*seen.path));
        findings.push(Finding::between(
            Cause::AddressingStyle,
            address(signed),
            address(seen),
        ));
        return;
    }
    if signed.host() != seen.host() && !is_cut_host {
        let cause = compare_hosts(signed.host(), seen.host(), is_https);
        findings.push(Finding::between(cause, signed.host(), seen.host()));
    }
    if is_moved {
        let cause = transformed_by(signed, seen, same_path)
            .filter(|cause| *cause != Cause::AddressingStyle)
            .unwrap_or_else(|| compare_paths(&signed.path, &seen.path));
        findings.push(Finding::between(cause, &*signed.path, &*seen.path));
    }
}

fn is_unsigned_payload(payload: &str) -> bool {
    payload == UNSIGNED_PAYLOAD || STREAMING_PAYLOADS.contains(&payload)
}

/// Returns the cause of the first transformation that leads from one side to the other.
fn transformed_by(
    signed: &Canonical,
    seen: &Canonical,
    is_same: impl Fn(&Canonical, &Canonical) -> bool,
) -> Option<Cause> {
    let leads = |apply: Transformation, from: &Canonical, to: &Canonical| {
        apply(from).iter().any(|made| is_same(made, to))
    };
    let mut transformations = OF_ADDRESS.iter();
    let (cause, _) = transformations
        .find(|(_, apply)| leads(*apply, signed, seen) || leads(*apply, seen, signed))?;
    Some(*cause)
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

/// The causes of a pair that only the signer has, that has another value, that has the same value
/// in another encoding, and that only the server has.
type PairCauses = [Cause; 4];

/// All headers except the host, which is part of the address.
fn compare_headers(signed: &Canonical, seen: &Canonical, findings: &mut Vec<Finding>) {
    const CAUSES: PairCauses = [
        Cause::HeaderNotSent,
        Cause::HeaderChanged,
        Cause::HeaderChanged,
        Cause::HeaderNotSigned,
    ];
    let (signed_pairs, seen_pairs) = (sent_headers(signed, seen), sent_headers(seen, signed));
    let dropped = missing(&signed_pairs, &seen_pairs);
    let added = missing(&seen_pairs, &signed_pairs);
    add_pairs(dropped, added, ':', CAUSES, seen.is_cut, findings);
}

/// Returns the headers of a side, except the host. A server writes a header that it did not receive
/// as an empty one.
fn sent_headers(side: &Canonical, other: &Canonical) -> Vec<Pair> {
    let is_sent = |name: &str, value: &str| !value.is_empty() || other.header(name) == Some("");
    let headers = side.headers.iter();
    headers
        .filter(|(name, value)| name != "host" && is_sent(name, value))
        .cloned()
        .collect()
}

fn compare_queries(signed: &Canonical, seen: &Canonical, findings: &mut Vec<Finding>) {
    const CAUSES: PairCauses = [
        Cause::ParameterDropped,
        Cause::ParameterChanged,
        Cause::ParameterReencoded,
        Cause::ParameterAdded,
    ];
    let mut names = seen.params.iter().map(|(name, _)| name);
    if names.any(|name| name.starts_with("amp%3B")) {
        findings.push(Finding::between(Cause::HtmlEscaped, "&", "&amp;"));
        return;
    }
    let dropped = missing(&signed.params, &seen.params);
    let added = missing(&seen.params, &signed.params);
    let is_cut = seen.is_cut && seen.headers.is_empty();
    // Of a URL that a shell cuts at its first `&`, the start arrives.
    let is_start = seen.params.len() < 2 && dropped.len() > 2 && signed.form == Form::V4;
    if !is_cut && is_start && added.is_empty() {
        findings.push(Finding::certain(Cause::QueryCut));
    } else if dropped.is_empty() && added.is_empty() {
        let is_reordered = signed.params != seen.params;
        findings.extend(is_reordered.then(reordered));
        findings.extend(compare_bare_params(signed, seen));
    } else {
        add_pairs(dropped, added, '=', CAUSES, is_cut, findings);
    }
}

/// Returns the finding for a parameter without a value that only one side writes with `=`.
fn compare_bare_params(signed: &Canonical, seen: &Canonical) -> Option<Finding> {
    let mut names = signed.params.iter().filter(|(_, value)| value.is_empty());
    let (name, _) = names.next()?;
    let text = |side: &Canonical| {
        let equals_sign = if side.has_bare_params { "" } else { "=" };
        format!("{name}{equals_sign}")
    };
    let finding = Finding::between(Cause::ParameterReencoded, text(signed), text(seen)).about(name);
    (signed.has_bare_params != seen.has_bare_params).then_some(finding)
}

/// Adds a finding for each pair that only one side has, and for each with two values.
fn add_pairs(
    dropped: Vec<Pair>,
    mut added: Vec<Pair>,
    separator: char,
    [gone, changed, reencoded, new]: PairCauses,
    is_cut: bool,
    findings: &mut Vec<Finding>,
) {
    let text = |pair: Option<&Pair>| match pair {
        Some((name, value)) => format!("{name}{separator}{}", redact_value(name, value)),
        None => String::new(),
    };
    let mut add = |cause, token_cause, signed: Option<&Pair>, seen: Option<&Pair>| {
        let name = signed.or(seen).map_or("", |(name, _)| name);
        let is_token = is_session_token(name);
        let cause = if is_token { token_cause } else { cause };
        findings.push(Finding::between(cause, text(signed), text(seen)).about(name));
    };
    for pair in &dropped {
        let mut names = added.iter().map(|(name, _)| name);
        let index = names.position(|name| is_same_name(&pair.0, name));
        match index.map(|index| added.remove(index)) {
            Some(seen) => {
                let is_same = is_same_value(&pair.1, &seen.1);
                let cause = if is_same { reencoded } else { changed };
                add(cause, Cause::TokenChanged, Some(pair), Some(&seen));
            }
            None if is_cut => {}
            None => add(gone, Cause::TokenMissing, Some(pair), None),
        }
    }
    for pair in &added {
        add(new, Cause::TokenAdded, None, Some(pair));
    }
}

pub(super) fn reordered() -> Finding {
    Finding::new(Cause::ParametersReordered, Confidence::Harmless)
}

/// Returns the parameters of the one query that the other lacks, counting repetitions.
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
    plain == other
        || decoded(&other) == plain
        || decoded(&plain) == other
        || plain.replace('+', " ") == other.replace('+', " ")
}
