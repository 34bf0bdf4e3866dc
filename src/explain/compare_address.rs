//! Differences between two addresses: host and path together, because either can name the bucket.

use super::canonical_text::CanonicalText;
use super::cause::Cause;
use super::compare_path::compare_paths;
use super::finding::Finding;
use alloc::format;
use alloc::vec::Vec;

/// Compares host and path. `is_https` is whether the URL was signed for https, if that is known.
pub(super) fn compare_addresses(
    signed: &CanonicalText<'_>,
    seen: &CanonicalText<'_>,
    is_https: Option<bool>,
) -> Vec<Finding> {
    let host = signed.header("host").unwrap_or_default();
    let seen_host = seen.header("host").unwrap_or_default();
    if differ_in_addressing(signed, seen, [host, seen_host]) {
        let finding = addressing_style(signed.path, seen.path);
        let signed = format!("{host}{}", signed.path);
        let seen = format!("{seen_host}{}", seen.path);
        return alloc::vec![finding.with_signed(signed).with_seen(seen)];
    }
    let mut findings = Vec::new();
    if host != seen_host {
        findings.push(compare_hosts(host, seen_host, is_https));
    }
    if signed.path != seen.path {
        // In path style, and always under SigV2, the first segment is the bucket.
        let is_virtual_hosted = host.contains(".s3.") || host.contains(".s3-");
        let bucket_first = signed.is_v2_of_s3() || !is_virtual_hosted;
        findings.push(compare_paths(signed.path, seen.path, bucket_first));
    }
    findings
}

/// Returns whether one path is the other with a bucket before it, and a host names that bucket.
fn differ_in_addressing(
    signed: &CanonicalText<'_>,
    seen: &CanonicalText<'_>,
    hosts: [&str; 2],
) -> bool {
    if signed.path == seen.path {
        return false;
    }
    let (long, short) = if signed.path.len() > seen.path.len() {
        (signed.path, seen.path)
    } else {
        (seen.path, signed.path)
    };
    let Some((bucket, path)) = split_first_segment(long) else {
        return false;
    };
    let path = if path.is_empty() { "/" } else { path };
    if path != short || bucket.is_empty() {
        return false;
    }
    signed.is_v2_of_s3() || hosts.iter().any(|host| names_bucket(host, bucket))
}

/// Splits `/bucket/key` into `bucket` and `/key`.
fn split_first_segment(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_prefix('/')?;
    path.split_at_checked(path.find('/').unwrap_or(path.len()))
}

fn names_bucket(host: &str, bucket: &str) -> bool {
    let after_bucket = host.strip_prefix(bucket);
    after_bucket.is_some_and(|text| text.starts_with('.'))
}

fn addressing_style(signed_path: &str, seen_path: &str) -> Finding {
    let fault = if signed_path.len() < seen_path.len() {
        "The bucket was signed as part of the host (virtual-hosted style), but the server saw it in the path"
    } else {
        "The bucket was signed as part of the path (path style), but the server saw it in the host or not at all"
    };
    let message = format!(
        "{fault}. Sign for the address that is sent: choose the endpoint's addressing style, and name the bucket \
         once. A store that finds the bucket in the host has to know its own domain (MINIO_DOMAIN, rgw_dns_name)."
    );
    Finding::certain(Cause::AddressingStyle, message)
}

/// Explains how two different hosts differ.
fn compare_hosts(signed: &str, seen: &str, is_https: Option<bool>) -> Finding {
    let ((name, port), (seen_name, seen_port)) = (split_port(signed), split_port(seen));
    let finding = if !name.eq_ignore_ascii_case(seen_name) {
        Finding::certain(
            Cause::HostRewritten,
            "The server saw another Host header than the signed one. A proxy or gateway rewrote it, or the URL was \
             signed for a name inside a network and opened with another. Sign for the host that clients use, or let \
             the proxy forward the Host header (nginx: proxy_set_header Host $http_host).",
        )
    } else {
        let only_port = match (port, seen_port) {
            (Some(port), None) | (None, Some(port)) => Some(port),
            _ => None,
        };
        compare_ports(only_port, is_https)
    };
    finding.with_signed(signed).with_seen(seen)
}

/// Explains how two different ports differ. `only_port` is the port if only one side has one.
fn compare_ports(only_port: Option<&str>, is_https: Option<bool>) -> Finding {
    match (only_port, is_https) {
        (Some("80"), Some(true)) | (Some("443"), Some(false)) => Finding::certain(
            Cause::UrlScheme,
            "One side has the default port of the other scheme in its host: the URL was signed for http and sent \
             over https, or the reverse. Sign for the scheme that clients use; behind a proxy that terminates TLS, \
             it is https.",
        ),
        (Some("80" | "443"), _) => Finding::certain(
            Cause::DefaultPort,
            "Only one side has the default port in its host. Clients omit it from the Host header (80 with http, 443 \
             with https). Sign without it, and let the proxy forward the Host header unchanged.",
        ),
        _ => Finding::certain(
            Cause::PortDiffers,
            "The server saw another port, as behind a published container port or a proxy. Sign for the address \
             that clients use, or let the proxy forward the Host header (nginx: proxy_set_header Host $http_host).",
        ),
    }
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    }
}
