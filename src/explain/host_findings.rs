//! Causes that show in the host, with the credential scope that was signed for it.

use super::catalogue::Cause;
use super::evidence::Evidence;
use super::finding::Finding;
use super::text_forms::split_port;
use crate::inspect::AwsHost;
use crate::scheme::regions::accepts_sigv2;
use crate::verify::Carrier;
use alloc::format;
use core::net::IpAddr;

/// The ends of the hosts behind which no proxy of their users is.
const SERVICES: [&str; 8] = [
    ".backblazeb2.com",
    ".cloudflarestorage.com",
    ".digitaloceanspaces.com",
    ".googleapis.com",
    ".linodeobjects.com",
    ".min.io",
    ".on.aws",
    ".wasabisys.com",
];

/// The region of AWS hosts that contain none.
const GLOBAL_REGION: &str = "us-east-1";

/// Returns the cause of a wrong signature that AWS's host shows with the signed region.
pub(super) fn host_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let authentication = evidence.authentication()?;
    let host = evidence.inspection.host()?;
    let aws = evidence.aws_host()?;
    let region = authentication.region()?;
    if aws.region().is_some() || region == GLOBAL_REGION {
        return None;
    }
    let is_presigned = authentication.carrier() == Carrier::Query;
    if is_presigned && host.ends_with(".s3.amazonaws.com") {
        let message = format!(
            "The URL has S3's global host, but is signed for {region}. S3 redirects such a request to the host of \
             the region, and the signature is not valid for that host. Sign for the host of the region (boto3: \
             endpoint_url or s3={{'addressing_style': 'virtual'}} with region_name)."
        );
        let finding = Finding::likely(Cause::HostRewritten).with_message(message);
        return Some(finding.with_signed(host));
    }
    // Services such as IAM and the global endpoint of STS have one region.
    let name = host.strip_suffix(".amazonaws.com")?;
    let is_global = !name.contains('.') && aws.service() != Some("s3");
    let finding = Finding::likely(Cause::WrongRegion);
    is_global.then(|| finding.with_signed(region).with_seen(GLOBAL_REGION))
}

/// Returns the finding for a request with SigV2 in a region that requires SigV4.
pub(super) fn sigv2_finding(evidence: &Evidence<'_>) -> Option<Finding> {
    let host = evidence.aws_host()?;
    let is_new = host.region().is_some_and(|region| !accepts_sigv2(region));
    let is_rejected = evidence.is_v2() && is_new && host.service() == Some("s3");
    is_rejected.then(|| Finding::likely(Cause::SigV2NotTaken))
}

/// Returns a finding for a host with a bucket before an IP address, with a bucket that the path
/// names again, or with a default port.
pub(super) fn form_of_host(host: &str, path: &str) -> Option<Finding> {
    let name = host.split(':').next().unwrap_or_default();
    let is_local = |name: &str| name == "localhost" || name.parse::<IpAddr>().is_ok();
    let is_bucket_of_address = name.split_once('.').is_some_and(|(_, name)| is_local(name));
    // The host is bound to a bucket, or begins with its name.
    let first = path.trim_start_matches('/').split('/').next();
    let is_named = |bucket: &str| first == Some(bucket) && name.contains('.');
    let is_named_twice = is_named(name) || name.split('.').next().is_some_and(is_named);
    if is_bucket_of_address || is_named_twice {
        return Some(Finding::possible(Cause::AddressingStyle).with_signed(host));
    }
    default_port(host)
}

/// Returns the finding for a default port. Clients don't send it, and not every server adds it
/// again.
pub(super) fn default_port(host: &str) -> Option<Finding> {
    let has_port = host.ends_with(":80") || host.ends_with(":443");
    has_port.then(|| Finding::possible(Cause::DefaultPort).with_signed(host))
}

/// Returns the finding for a host that a proxy may replace, and whether that is more likely than a
/// wrong secret. `is_right` is whether the signature is right for the secret at hand.
pub(super) fn rewritten_host(host: &str, is_right: bool) -> Option<(Finding, bool)> {
    let name = host.split(':').next().unwrap_or_default();
    // No proxy is between a client and its own machine.
    let is_own = name == "localhost" || name.starts_with("127.");
    // A name that only one network knows differs inside and outside.
    let is_internal = !is_own && !name.contains('.') || name.contains("internal");
    let has_port = host.contains(':');
    let is_service =
        SERVICES.iter().any(|end| name.ends_with(end)) || AwsHost::parse(name).is_some();
    // A domain of one's own without a port is mostly that of a proxy.
    let is_proxied = !is_service && !is_own && !has_port;
    if !(is_internal || is_own || has_port || is_proxied) {
        return None;
    }
    let message = format!(
        "The host {host} seems to be inside a network or behind a proxy. If the server sees another Host \
         header, that alone is the cause. Compare with its access log, and let the proxy forward the Host header."
    );
    let finding = Finding::possible(Cause::HostRewritten).with_message(message);
    let is_likelier = is_internal || is_proxied && !is_right;
    Some((finding.with_signed(host), is_likelier))
}

/// Returns whether a host has a port that no scheme implies.
pub(super) fn has_port_of_its_own(host: Option<&str>) -> bool {
    let port = host.and_then(|host| split_port(host).1);
    port.is_some_and(|port| !matches!(port, "80" | "443"))
}
