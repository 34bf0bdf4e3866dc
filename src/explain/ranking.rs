//! Causes that are possible if no oracle recognizes one, ranked by the signs that the request has.

use super::catalogue::Cause;
use super::confidence::Confidence;
use super::evidence::Evidence;
use super::finding::Finding;
use super::session_token::is_session_token;
use super::text_forms::{has_needless_escape, split_params};
use crate::inspect::AwsHost;
use crate::v4::is_signed;
use crate::verify::{Carrier, Unverified};
use crate::wire::header::Header;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// The ends of the hosts of stores behind which no proxy of their users is.
const STORES: [&str; 7] = [
    ".backblazeb2.com",
    ".cloudflarestorage.com",
    ".digitaloceanspaces.com",
    ".googleapis.com",
    ".linodeobjects.com",
    ".min.io",
    ".wasabisys.com",
];

/// Headers that proxies, CDNs and HTTP libraries set again on the way, besides those that this crate
/// never signs.
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
    let Some(request) = evidence.request else {
        #[cfg(feature = "cloudfront")]
        if evidence.is_cloudfront() {
            return super::cloudfront_findings::possible_findings();
        }
        return alloc::vec![unread_finding(evidence)];
    };
    let is_right = |credentials| request.is_signed_with(credentials);
    let is_right = evidence.credentials.is_some_and(is_right);
    let (mut findings, mut weak) = (Vec::new(), Vec::new());
    if evidence.lacks_token() {
        findings.push(Finding::new(Cause::TokenMissing, Confidence::Likely));
    } else if evidence.has_needless_token() {
        findings.push(Finding::new(Cause::TokenChanged, Confidence::Likely));
    } else if wants_token_appended(request) {
        findings.push(possible(Cause::TokenAdded).with_message(
            "AWS IoT expects the session token unsigned, at the end of the URL, but here it was signed. Sign \
             without the token, and append X-Amz-Security-Token to the signed URL.",
        ));
    }
    let is_v2 = evidence.is_v2();
    // SigV2 for S3 signs a Content-Type that clients add, and no host.
    if is_v2 && matches!(evidence.method, "PUT" | "POST") {
        findings.push(possible(Cause::HeaderNotSigned).about("content-type"));
    }
    if !is_v2 {
        add_headers(request, &mut findings);
        let host = evidence.inspection.host().unwrap_or_default();
        add_host(host, &mut findings, &mut weak);
    }
    add_path(evidence.inspection.path(), &mut findings, &mut weak);
    if !is_right {
        findings.push(possible(Cause::WrongSecret));
    }
    findings.append(&mut weak);
    let method = evidence.method;
    let about = format!("{method}; a client that sends another method is rejected");
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

/// Returns the possible cause for a request of which no signature can be read.
fn unread_finding(evidence: &Evidence<'_>) -> Finding {
    if evidence.inspection.scheme().is_some() {
        possible(Cause::WrongSecret)
    } else if evidence.method == "POST" {
        possible(Cause::WrongSecret).with_message(
            "The request as given has no signature. If it is a form, its policy may be signed with another secret, or \
             was changed after signing. Give the fields of the form, so that they can be checked.",
        )
    } else {
        possible(Cause::NoAuthentication).with_message(
            "The request as given has no signature: neither its URL nor an Authorization header. Give the URL or the \
             headers that were signed. If nothing was signed, sign the request.",
        )
    }
}

/// Returns whether a URL for the WebSocket of AWS IoT has its session token among the signed
/// parameters.
fn wants_token_appended(request: &Unverified<'_, '_>) -> bool {
    let canonical = request.canonical_request();
    let query = canonical.lines().nth(2).unwrap_or_default();
    request.authentication().service() == Some("iotdevicegateway")
        && split_params(query)
            .iter()
            .any(|(name, _)| is_session_token(name))
}

fn possible(cause: Cause) -> Finding {
    Finding::new(cause, Confidence::Possible)
}

fn add_host(host: &str, strong: &mut Vec<Finding>, weak: &mut Vec<Finding>) {
    let name = host.split(':').next().unwrap_or_default();
    let is_local = |name: &str| name == "localhost" || name.parse::<IpAddr>().is_ok();
    // Only a bucket is named before an address.
    if name.split_once('.').is_some_and(|(_, name)| is_local(name)) {
        strong.push(possible(Cause::AddressingStyle).with_signed(host));
    }
    // Clients don't send a default port, and not every server adds it again.
    if host.ends_with(":80") || host.ends_with(":443") {
        strong.push(possible(Cause::DefaultPort).with_signed(host));
        return;
    }
    // No proxy is between a client and its own machine.
    let is_own = name == "localhost" || name.starts_with("127.");
    // A name that only one network knows differs inside and outside.
    let is_internal = !is_own && !name.contains('.') || name.contains("internal");
    let has_port = host.contains(':');
    let is_store = STORES.iter().any(|end| name.ends_with(end)) || AwsHost::parse(name).is_some();
    // A domain of one's own without a port is mostly that of a proxy.
    let is_proxied = !is_store && !is_own && !has_port;
    if !(is_internal || is_own || has_port || is_proxied) {
        return;
    }
    let message = format!(
        "The host {host} seems to be inside a network or behind a proxy. If the server sees another Host \
         header, that alone is the cause. Compare with its access log, and let the proxy forward the Host header."
    );
    let finding = possible(Cause::HostRewritten).with_message(message);
    let findings = if is_internal || is_proxied {
        strong
    } else {
        weak
    };
    findings.push(finding.with_signed(host));
}

/// Adds the headers that arrive as they were signed only if nothing on the way sets or drops them.
fn add_headers(request: &Unverified<'_, '_>, findings: &mut Vec<Finding>) {
    let canonical = request.canonical_request();
    let names = canonical.lines().rev().nth(1).unwrap_or_default();
    let names = names.split(';').filter(|name| *name != "host");
    let names: Vec<&str> = names.collect();
    let is_url = request.authentication().carrier() == Carrier::Query;
    let list = |is_listed: fn(&str) -> bool| -> Option<String> {
        let names = names.iter().copied().filter(|name| is_listed(name));
        let names = names.collect::<Vec<_>>().join(", ");
        (!names.is_empty()).then_some(names)
    };
    let mut add = |cause, names: Option<String>| {
        let names = names.into_iter();
        findings.extend(names.map(|names| possible(cause).about(&names).with_signed(names)));
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
    possible(Cause::PathNotEncoded)
        .with_message(
            "The path has a percent escape that no encoder writes, so the name of the object may contain it. Then \
             encode its % as %25, and sign that.",
        )
        .with_signed(path)
}

fn add_path(path: &str, strong: &mut Vec<Finding>, weak: &mut Vec<Finding>) {
    let has_dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
    if path.contains("//") || has_dots {
        strong.push(possible(Cause::PathNormalized).with_signed(path));
    }
    if has_needless_escape(path) {
        strong.push(needless_escape(path));
    } else if path.contains("%25") {
        strong.push(possible(Cause::PathEncodedTwice).with_signed(path));
    } else if path.contains('+') {
        // An encoder of forms writes a space so.
        strong.push(possible(Cause::PathNotEncoded).with_signed(path));
    } else if path.contains('%') {
        weak.push(possible(Cause::PathNotEncoded).with_signed(path));
    }
}
