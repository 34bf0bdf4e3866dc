//! Causes that are possible if the server says only that the signature doesn't match.

use super::cause::Cause;
use super::confidence::Confidence;
use super::evidence::Evidence;
use super::finding::Finding;
use super::shared_findings::token_missing;
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
    let credentials = evidence.credentials;
    let is_right = credentials.is_some_and(|credentials| request.is_signed_by(credentials));
    let inspection = Inspection::new(evidence.url, evidence.now);
    let mut possible = Possible::default();
    if evidence.lacks_token() {
        possible.strong.push(token_missing(Confidence::Likely));
    }
    possible.add_host(inspection.host().unwrap_or_default());
    possible.add_path(inspection.path());
    possible.add_headers(&inspection);
    let Possible {
        strong: mut findings,
        weak,
    } = possible;
    if !is_right {
        findings.push(Finding::possible(
            Cause::WrongSecret,
            "The secret may not be that of this access key. Copy it again, and check for white space at its ends.",
        ));
    }
    findings.extend(weak);
    findings.push(Finding::possible(
        Cause::Method,
        format!(
            "The URL is valid only for {}. A client that sends HEAD, POST or, after a redirect, GET is rejected.",
            evidence.method
        ),
    ));
    if is_right {
        findings.push(Finding::possible(
            Cause::WrongSecret,
            "The signature is right for the credentials given. If the request arrives as it was signed, the \
             server has another secret for this access key.",
        ));
    }
    if evidence.is_v2() {
        findings.push(Finding::possible(
            Cause::SigV2NotTaken,
            "The request is signed with SigV2, which many servers no longer accept. Try SigV4.",
        ));
    }
    findings
}

/// Possible causes in two groups.
#[derive(Default)]
struct Possible {
    /// Causes for which the request shows a sign.
    strong: Vec<Finding>,
    /// Features that most requests have without harm.
    weak: Vec<Finding>,
}

impl Possible {
    /// Adds a host that seems to be inside a network, or behind a proxy.
    fn add_host(&mut self, host: &str) {
        // No proxy is between a client and its own machine.
        let is_local = host.starts_with("localhost") || host.starts_with("127.");
        let is_internal = !is_local && !host.contains('.') || host.contains("internal");
        if !(is_internal || is_local || host.contains(':')) {
            return;
        }
        let message = format!(
            "The host {host} seems to be inside a network or behind a proxy. If the server sees another Host \
             header, that alone is the cause. Compare with its access log, and let the proxy forward the Host header."
        );
        let finding = Finding::possible(Cause::HostRewritten, message).with_signed(host);
        // A name that only one network knows differs inside and outside.
        if is_internal {
            self.strong.push(finding);
        } else {
            self.weak.push(finding);
        }
    }

    fn add_path(&mut self, path: &str) {
        let has_dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
        if path.contains("//") || has_dots {
            let finding = Finding::possible(
                Cause::PathNormalized,
                "The path contains `//`, `.` or `..`, which many clients and proxies remove. Check that it arrives \
                 as it was signed.",
            );
            self.strong.push(finding.with_signed(path));
        }
        if path.contains("%25") {
            let finding = Finding::possible(
                Cause::PathEncodedTwice,
                "The path contains %25, an encoded `%`. If the key has no `%`, it was encoded before it was passed \
                 to the signer; pass it unencoded.",
            );
            self.strong.push(finding.with_signed(path));
        } else if path.contains(['%', '+']) {
            let finding = Finding::possible(
                Cause::PathNotEncoded,
                "The path contains escapes or a `+`. Clients that decode it and encode it again may write it \
                 differently; send the URL unchanged.",
            );
            self.weak.push(finding.with_signed(path));
        }
    }

    fn add_headers(&mut self, inspection: &Inspection) {
        let names = inspection.signed_headers().filter(|name| *name != "host");
        let names = names.collect::<Vec<_>>().join(", ");
        if !names.is_empty() {
            let message =
                format!("The headers {names} are signed. Send each with exactly the signed value.");
            let finding = Finding::possible(Cause::HeaderNotSent, message);
            self.strong.push(finding.with_signed(names));
        }
    }
}
