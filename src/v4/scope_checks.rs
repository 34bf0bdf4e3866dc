//! Checks of a region or service that is signed.

use crate::error::{Error, Quoted, error};
use core::net::Ipv4Addr;

/// Checks a region or service that is signed: [`check_scope_part`], and no host in its place.
pub(crate) fn check_scope_name(part: &str, text: &str) -> Result<(), Error> {
    check_scope_part(part, text)?;
    if !is_host(text) {
        return Ok(());
    }
    Err(error!(
        Scope,
        "the {part} {} is a host; write a name such as `us-east-1` or `s3`",
        Quoted(text)
    ))
}

/// Returns whether a text is a host name with a dot, an IPv4 address, or a host with a port.
fn is_host(text: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    if text.rsplit_once(':').is_some_and(|(_, port)| is_port(port)) {
        return true;
    }
    let has_letter = |label: &str| label.bytes().any(|byte| byte.is_ascii_alphabetic());
    let ends_in_name = |(_, label): (&str, &str)| has_letter(label);
    text.parse::<Ipv4Addr>().is_ok() || text.rsplit_once('.').is_some_and(ends_in_name)
}

/// Checks the region and the service of a request to an AWS host.
pub(crate) fn check_aws_scope(region: &str, service: &str) -> Result<(), Error> {
    if is_aws_scope(region, service) {
        return Ok(());
    }
    if region == "auto" {
        return Err(error!(
            Scope,
            "the region `auto` isn't an AWS region; set the host's region, such as `us-east-1`"
        ));
    }
    let (part, text) = if has_uppercase(service) {
        ("service", service)
    } else {
        ("region", region)
    };
    Err(error!(
        Scope,
        "the {part} {} has uppercase letters, but AWS uses lowercase; write {}",
        Quoted(text),
        Quoted(&text.to_ascii_lowercase())
    ))
}

/// Returns whether AWS may have such a region and service.
pub(super) fn is_aws_scope(region: &str, service: &str) -> bool {
    region != "auto" && !has_uppercase(region) && !has_uppercase(service)
}

fn has_uppercase(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Checks a region or service: no slash, which separates the parts of a scope, and nothing that a
/// header can't carry.
pub(crate) fn check_scope_part(part: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(error!(Scope, "the {part} is empty"));
    }
    let is_valid = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | ',');
    match text.chars().find(|c| !is_valid(*c)) {
        None => Ok(()),
        Some(c) => Err(error!(
            Scope,
            "invalid character {} in the {part} {}; write a name such as `us-east-1` or `s3`",
            Quoted(c.encode_utf8(&mut [0; 4])),
            Quoted(text)
        )),
    }
}
