//! Causes that are possible if no oracle recognizes one, ranked by the signs that the request has.

use super::catalogue::Cause;
use super::confidence::Confidence;
use super::evidence::Evidence;
use super::finding::Finding;
use crate::inspect::Inspection;
use alloc::format;
use alloc::vec::Vec;

/// Returns the possible causes.
///
/// Causes for which the request shows a sign come first. Then comes the secret, which no request
/// shows, and then features that most requests have without harm.
pub(super) fn possible_findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Some(request) = evidence.request else {
        return Vec::new();
    };
    let is_right = |credentials| request.is_signed_with(credentials);
    let is_right = evidence.credentials.is_some_and(is_right);
    let inspection = Inspection::new(evidence.url, evidence.now);
    let (mut strong, mut weak) = (Vec::new(), Vec::new());
    if evidence.lacks_token() {
        strong.push(Finding::new(Cause::TokenMissing, Confidence::Likely));
    }
    let is_v2 = evidence.is_v2();
    // SigV2 for S3 signs a Content-Type that clients add, and no host.
    if is_v2 && matches!(evidence.method, "PUT" | "POST") {
        strong.push(possible(Cause::HeaderNotSigned).about("content-type"));
    }
    let host = inspection.host().unwrap_or_default();
    // No proxy is between a client and its own machine.
    let is_local = host.starts_with("localhost") || host.starts_with("127.");
    let is_internal = !is_local && !host.contains('.') || host.contains("internal");
    if !is_v2 && (is_internal || is_local || host.contains(':')) {
        let message = format!(
            "The host {host} seems to be inside a network or behind a proxy. If the server sees another Host \
             header, that alone is the cause. Compare with its access log, and let the proxy forward the Host header."
        );
        let finding = possible(Cause::HostRewritten)
            .with_message(message)
            .with_signed(host);
        // A name that only one network knows differs inside and outside.
        if is_internal { &mut strong } else { &mut weak }.push(finding);
    }
    add_path(inspection.path(), &mut strong, &mut weak);
    let names = inspection.signed_headers().filter(|name| *name != "host");
    let names = names.collect::<Vec<_>>().join(", ");
    if !names.is_empty() {
        let message =
            format!("The headers {names} are signed. Send each with exactly the signed value.");
        strong.push(
            possible(Cause::HeaderNotSent)
                .with_message(message)
                .with_signed(names),
        );
    }
    let mut findings = strong;
    if !is_right {
        findings.push(possible(Cause::WrongSecret));
    }
    findings.append(&mut weak);
    let about = format!(
        "{}; a client that sends another method is rejected",
        evidence.method
    );
    findings.push(possible(Cause::Method).about(&about));
    if is_right {
        findings.push(possible(Cause::WrongSecret).with_message(
            "The signature is right for the credentials given. If the request arrives as it was signed, the \
             server has another secret for this access key.",
        ));
    }
    if is_v2 {
        findings.push(possible(Cause::SigV2NotTaken));
    }
    findings
}

fn possible(cause: Cause) -> Finding {
    Finding::new(cause, Confidence::Possible)
}

fn add_path(path: &str, strong: &mut Vec<Finding>, weak: &mut Vec<Finding>) {
    let has_dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
    if path.contains("//") || has_dots {
        strong.push(possible(Cause::PathNormalized).with_signed(path));
    }
    if path.contains("%25") {
        strong.push(possible(Cause::PathEncodedTwice).with_signed(path));
    } else if path.contains(['%', '+']) {
        weak.push(possible(Cause::PathNotEncoded).with_signed(path));
    }
}
