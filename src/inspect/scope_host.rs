//! Problems of the host: a scope that contradicts it, and a port that clients don't send.

use super::address::Address;
use super::facts::Facts;
use super::problem::{ProblemKind, Problems};
use crate::error::Quoted;
use crate::scheme::Scheme;
use crate::scheme::aws_host::{AwsHost, region_of_zone};
use alloc::format;

/// Checks the host of a signed URL, and the credential scope against it.
pub(super) fn check_host(address: &Address, facts: &Facts, problems: &mut Problems) {
    let Some(host) = &address.host else { return };
    let port = match address.url_scheme.as_deref() {
        Some("https") => ":443",
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
    // The scope of SigV4a has no region.
    if facts.scheme == Some(Scheme::AwsV4) {
        let host = name.unwrap_or(host).to_ascii_lowercase();
        check_scope(&host, facts, problems);
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
