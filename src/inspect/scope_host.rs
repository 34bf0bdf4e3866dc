//! Problems of the host: a scope or region set that contradicts it, and a port that clients don't
//! send.

use super::address::Address;
use super::facts::Facts;
use super::problem::{ProblemKind, Problems};
use crate::error::Quoted;
use crate::scheme::Scheme;
use crate::scheme::aws_host::{AwsHost, needs_sigv4a, region_of_zone};
use crate::scheme::region_set::covers;
use alloc::format;

/// Checks the host of a signed URL, and the credential scope against it.
pub(super) fn check_host(address: &Address, facts: &Facts, problems: &mut Problems) {
    let Some(host) = &address.host else { return };
    let port = match address.url_scheme.as_deref() {
        Some("https" | "wss") => ":443",
        _ => ":80",
    };
    let name = host.strip_suffix(port);
    if name.is_some() && facts.scheme.is_some() {
        let message = format!(
            "the URL has the default port {port}, which clients leave out of the header Host; remove it, \
             unless the URL was signed without it"
        );
        problems.add(ProblemKind::DefaultPort, message);
    }
    let host = name.unwrap_or(host).to_ascii_lowercase();
    match facts.scheme {
        Some(Scheme::AwsV4) if needs_sigv4a(&host) => {
            let message = "the host is that of a resource in several regions, such as a multi-region \
                           access point, and needs SigV4a, but the URL is signed with SigV4; sign with \
                           SigV4a";
            problems.add(ProblemKind::NeedsSigV4a, message);
        }
        Some(Scheme::AwsV4) => check_scope(&host, facts, problems),
        Some(Scheme::AwsV4a) => check_region_set(&host, facts, problems),
        _ => {}
    }
}

fn check_region_set(host: &str, facts: &Facts, problems: &mut Problems) {
    let region = AwsHost::parse(host).and_then(|host| host.region);
    if let (Some(set), Some(region)) = (&facts.region, region)
        && !covers(set, region)
    {
        let message = format!(
            "the URL is signed for the regions {}, but its host is in {region}; add {region}",
            Quoted(set)
        );
        problems.add(ProblemKind::ScopeHost, message);
    }
}

fn check_scope(host: &str, facts: &Facts, problems: &mut Problems) {
    let (Some(region), Some(service), Some(host)) =
        (&facts.region, &facts.service, AwsHost::parse(host))
    else {
        return;
    };
    if let Some(named) = host.region.filter(|named| named != region) {
        let message = format!(
            "the URL is signed for the region {}, but its host is in {named}; sign for {named}",
            Quoted(region)
        );
        problems.add(ProblemKind::ScopeHost, message);
    } else if let Some(own) = region_of_zone(region) {
        let message = format!(
            "the URL is signed for {}, which is an availability zone; sign for the region {own}",
            Quoted(region)
        );
        problems.add(ProblemKind::ScopeHost, message);
    }
    if let Some(named) = host.service.filter(|named| named != service) {
        let message = format!(
            "the URL is signed for the service {}, but its host belongs to {named}; sign for {named}",
            Quoted(service)
        );
        problems.add(ProblemKind::ScopeHost, message);
    }
}
