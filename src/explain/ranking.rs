//! Causes that are possible if no oracle recognizes one, ranked by the signs that the request has.

use super::authentication_findings::content_hash_finding;
use super::catalogue::Cause;
use super::confidence::Confidence;
use super::evidence::Evidence;
use super::finding::Finding;
use super::host_findings::{form_of_host, has_port_of_its_own, rewritten_host};
use super::redaction::redact_value;
use super::sent_findings::parameter_behind_signature;
use super::text_forms::{
    decoded, encoded_again, has_needless_escape, header_value, split_params, unicode_forms,
};
use crate::text::percent::{PATH, UNRESERVED};
use crate::v4::is_signed;
use crate::verify::{Carrier, Unverified};
use crate::wire::header::Header;
use crate::wire::path::has_dot_segment;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Headers that proxies, CDNs and HTTP libraries set again on the way, besides those that this
/// crate never signs.
const REWRITTEN: [&str; 5] = [
    "accept-encoding",
    "cdn-loop",
    "forwarded",
    "via",
    "x-real-ip",
];

/// The starts of the names of further such headers.
const REWRITTEN_PREFIXES: [&str; 3] = ["cf-", "x-b3-", "x-forwarded-"];

/// Returns the possible causes.
///
/// Causes for which the request shows a sign come first. Then comes the secret, which no request
/// shows, and then features that most requests have without harm.
pub(super) fn possible_findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    match evidence.request {
        Some(request) => findings_with_request(evidence, request),
        #[cfg(feature = "cloudfront")]
        None if evidence.is_cloudfront() => super::cloudfront_findings::possible_findings(evidence),
        None => findings_without_request(evidence),
    }
}

fn findings_with_request(evidence: &Evidence<'_>, request: &Unverified<'_, '_>) -> Vec<Finding> {
    let is_right = |credentials| request.is_signed_with(credentials);
    let is_right = evidence.credentials.is_some_and(is_right);
    let (mut findings, mut weak) = (Vec::new(), Vec::new());
    if evidence.lacks_token() {
        findings.push(Finding::likely(Cause::TokenMissing));
    } else if evidence.has_needless_token() {
        findings.push(Finding::likely(Cause::TokenChanged));
    }
    if !is_right {
        findings.extend(parameter_behind_signature(evidence.url));
    }
    let is_v2 = evidence.is_v2();
    let is_url = request.authentication().carrier() == Carrier::Query;
    let path = evidence.inspection.path();
    add_values_with_spaces(evidence.headers, &mut findings);
    // A store that knows no chunks hashes another payload than the one that is signed.
    if evidence.streams_payload() && evidence.aws_host().is_none() {
        findings.push(Finding::possible(Cause::StreamingNotTaken));
    }
    // SigV2 for S3 signs a Content-Type that clients add, and no host.
    let has_type = header_value(evidence.headers, "content-type").is_some();
    if is_v2 && !has_type && is_url && matches!(evidence.method, "PUT" | "POST") {
        findings.push(Finding::possible(Cause::HeaderNotSigned).about("content-type"));
    }
    if !is_v2 {
        add_headers(evidence, &mut findings);
        findings.extend(content_hash_finding(evidence));
        let host = evidence.inspection.host().unwrap_or_default();
        let form = form_of_host(host, path);
        let rewritten = rewritten_host(host, is_right).filter(|_| form.is_none());
        findings.extend(form);
        findings.extend(encoded_parameter(evidence));
        match rewritten {
            Some((finding, true)) => findings.push(finding),
            Some((finding, false)) => weak.push(finding),
            None => {}
        }
    }
    if is_right {
        findings.push(right_for_own_secret());
    }
    add_path(evidence, &mut findings);
    // Who signs headers may have another Host in mind than the HTTP client sends.
    if !is_v2 && !is_url && has_port_of_its_own(evidence.inspection.host()) {
        findings.push(Finding::possible(Cause::PortDiffers));
    }
    if !is_right {
        findings.push(Finding::possible(Cause::WrongSecret));
    }
    findings.append(&mut weak);
    let method = evidence.method;
    let about = format!("{method}; a client that sends another method is rejected");
    findings.push(Finding::possible(Cause::Method).about(&about));
    if is_v2 {
        findings.push(Finding::possible(Cause::SigV2NotTaken));
    }
    findings
}

/// Returns the finding for a signature that is right for the credentials at hand.
pub(super) fn right_for_own_secret() -> Finding {
    Finding::possible(Cause::WrongSecret).with_message(
        "The signature is right for the credentials given. If the request arrives as it was signed, the server \
         has another secret for this access key.",
    )
}

/// Returns the possible causes for a request whose signature the verifier doesn't parse.
fn findings_without_request(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    add_values_with_spaces(evidence.headers, &mut findings);
    if evidence.inspection.scheme().is_some() || evidence.authorization().is_some() {
        let path = evidence.inspection.path();
        let host = evidence.inspection.host().unwrap_or_default();
        findings.extend(form_of_host(host, path));
        add_path(evidence, &mut findings);
        // A URL doesn't show the headers that it signs.
        let names: Vec<&str> = evidence.headers.iter().map(|(name, _)| *name).collect();
        if !names.is_empty() && evidence.authorization().is_none() {
            findings.push(Finding::possible(Cause::HeaderNotSent).about(&names.join(", ")));
        }
    }
    findings.push(unread_finding(evidence));
    findings
}

/// Returns the possible cause for a request of which no signature can be read.
fn unread_finding(evidence: &Evidence<'_>) -> Finding {
    let secret = Finding::possible(Cause::WrongSecret);
    if evidence.inspection.scheme().is_some() || evidence.authorization().is_some() {
        secret
    } else if evidence.may_be_form() {
        secret.with_message(
            "The request as given has no signature. If it is a form, its policy may be signed with another secret, or \
             was changed after signing. Give the fields of the form, so that they can be checked.",
        )
    } else if evidence.response.names_signature() {
        secret.with_message(
            "The request as given has no signature, but the server received one. Give the URL or the headers that \
             were signed, so that they can be checked.",
        )
    } else {
        Finding::possible(Cause::NoAuthentication).with_message(
            "The request as given has no signature: neither its URL nor an Authorization header. Give the URL or the \
             headers that were signed. If nothing was signed, sign the request.",
        )
    }
}

/// Adds the headers that arrive as they were signed only if nothing on the way sets or drops them.
fn add_headers(evidence: &Evidence<'_>, findings: &mut Vec<Finding>) {
    let names = evidence.signed_headers().unwrap_or_default();
    let names = names.split(';').filter(|name| *name != "host");
    let names: Vec<&str> = names.collect();
    let is_url = evidence.authorization().is_none();
    let list = |is_listed: fn(&str) -> bool| -> Option<String> {
        let names = names.iter().copied().filter(|name| is_listed(name));
        let names = names.collect::<Vec<_>>().join(", ");
        (!names.is_empty()).then_some(names)
    };
    let mut add = |cause, names: Option<String>| {
        let names = names.into_iter();
        findings
            .extend(names.map(|names| Finding::possible(cause).about(&names).with_signed(names)));
    };
    let is_rewritten = |name: &str| {
        let mut prefixes = REWRITTEN_PREFIXES.iter();
        !is_signed(&Header::new(name.into(), b"".into()))
            || REWRITTEN.contains(&name)
            || prefixes.any(|prefix| name.starts_with(prefix))
    };
    add(Cause::HeaderChanged, list(is_rewritten));
    // nginx drops such names, unless it is told not to.
    add(Cause::HeaderNotSent, list(|name| name.contains(['.', '_'])));
    add(Cause::HeaderNotSent, list(|_| true).filter(|_| is_url));
}

/// Returns the finding for a path with an escape that no encoder writes.
pub(super) fn needless_escape(path: &str) -> Finding {
    Finding::possible(Cause::PathNotEncoded)
        .with_message(
            "The path has a percent escape that no encoder writes, so the name of the object may contain it. Then \
             encode its % as %25, and sign that.",
        )
        .with_signed(path)
}

/// Returns the finding for a path that services other than S3 sign in another form than it is sent.
pub(super) fn path_of_service(evidence: &Evidence<'_>) -> Option<Finding> {
    let path = evidence.inspection.path();
    if !evidence.encodes_path_twice() || PATH.contains_all(path) {
        return None;
    }
    let finding = if path.contains('%') {
        Finding::possible(Cause::PathEncodedTwice).with_message(
            "Every service except S3 signs the path encoded once more than it is sent, with %25 for each %. Check \
             that the signer does so.",
        )
    } else {
        Finding::possible(Cause::PathNotEncoded).with_message(
            "Every service except S3 signs the path percent-encoded, with all characters except letters, digits, \
             slashes and -._~ escaped. Check that the signer does so.",
        )
    };
    Some(finding.with_signed(path))
}

fn add_path(evidence: &Evidence<'_>, findings: &mut Vec<Finding>) {
    let path = evidence.inspection.path();
    if path.contains("//") || has_dot_segment(path, b"/") {
        findings.push(Finding::possible(Cause::PathNormalized).with_signed(path));
    }
    if has_needless_escape(path) {
        findings.push(needless_escape(path));
    } else if let Some(finding) = path_of_service(evidence) {
        findings.push(finding);
    } else if path.contains("%25") {
        findings.push(Finding::possible(Cause::PathEncodedTwice).with_signed(path));
    } else if !PATH.contains_all(path) {
        findings.push(Finding::possible(Cause::PathNotEncoded).with_signed(path));
    }
    findings.extend(unicode_form(path, evidence.response.field("Key")));
}

/// Returns the finding for a path that looks the same in another Unicode form. `key` is the key of
/// the object, if the server states it.
fn unicode_form(path: &str, key: Option<&str>) -> Option<Finding> {
    let plain = decoded(path);
    let forms = unicode_forms(&plain);
    let finding = Finding::possible(Cause::UnicodeForm).with_signed(path);
    match key {
        Some(key) if !plain.ends_with(key) && forms.iter().any(|form| form.ends_with(key)) => {
            let finding = finding.with_confidence(Confidence::Likely);
            Some(finding.with_seen(encoded_again(key)))
        }
        _ => forms.iter().any(|form| *form != plain).then_some(finding),
    }
}

/// Returns the finding for a parameter whose encoding signers and clients often disagree about.
/// Those of a URL are written by its signer, who writes no `+` for a space.
pub(super) fn encoded_parameter(evidence: &Evidence<'_>) -> Option<Finding> {
    let (_, query) = evidence.url.split_once('?')?;
    let is_url = evidence.authorization().is_none();
    let is_plain = |text: &str| {
        if is_url {
            !text.contains('+')
        } else {
            UNRESERVED.contains_all(text)
        }
    };
    let mut params = split_params(query).into_iter();
    let (name, value) = params.find(|(name, value)| !is_plain(name) || !is_plain(value))?;
    let finding = Finding::possible(Cause::ParameterReencoded).about(name);
    Some(finding.with_signed(format!("{name}={}", redact_value(name, value))))
}

/// Adds the headers whose values have white space that is not signed.
fn add_values_with_spaces(headers: &[(&str, &str)], findings: &mut Vec<Finding>) {
    let mut headers = headers.iter();
    let is_spaced = |value: &str| value.trim() != value || value.contains("  ");
    let found = headers.find(|(_, value)| is_spaced(value) || value.contains(char::is_control));
    if let Some((name, _)) = found {
        findings.push(Finding::possible(Cause::HeaderChanged).with_message(format!(
            "The value of the header {name} has white space at an end, more than one space in a row, or a line \
             break. Clients and servers remove it, so the server sees another value. Remove it before signing.",
        )));
    }
}
