//! Causes that a signed URL of CloudFront shows: a policy for another resource, or else the key.

use super::catalogue::Cause;
use super::compare::compare_paths;
use super::confidence::Confidence;
use super::finding::Finding;
use super::redaction::redact_url;
use super::text_forms::{decoded, split_params};
use crate::cloudfront::other_resource;
use crate::scheme::cloudfront::{NAMES, POLICY};
use crate::verify::ReceivedRequest;
use alloc::vec::Vec;

/// Compares the resource that the policy of the signed URL names with the URL that was sent.
pub(super) fn resource_finding(
    signed: &ReceivedRequest<'_>,
    sent: &ReceivedRequest<'_>,
) -> Option<Finding> {
    let url = sent.url_without(&NAMES).ok()?;
    let params = split_params(signed.target.query.unwrap_or_default());
    let mut params = params.iter();
    let resource = match params.find(|(name, _)| *name == POLICY) {
        Some((_, policy)) => other_resource(&decoded(policy), &url)?,
        // A canned policy is for the URL itself.
        None => signed.url_without(&NAMES).ok()?,
    };
    if resource == url {
        return None;
    }
    let finding = Finding::certain(cause_of(&resource, &url)).about("in question");
    Some(
        finding
            .with_signed(redact_url(&resource))
            .with_seen(redact_url(&url)),
    )
}

fn cause_of(resource: &str, url: &str) -> Cause {
    let split = |text: &str| -> [alloc::string::String; 4] {
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
        let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
        let path = rest.get(host.len()..).unwrap_or_default();
        [scheme, host, path, query].map(Into::into)
    };
    let (resource, url) = (split(resource), split(url));
    match (&resource, &url) {
        ([_, host, ..], [_, seen, ..]) if host != seen && !host.contains('*') => {
            Cause::HostRewritten
        }
        ([_, _, path, _], [_, _, seen, _]) if path != seen => compare_paths(path, seen),
        ([scheme, ..], [seen, ..]) if scheme != seen && !scheme.contains('*') => Cause::UrlScheme,
        ([.., query], [.., seen]) if query.is_empty() && !seen.is_empty() => Cause::ParameterAdded,
        ([.., query], [.., seen]) if !query.is_empty() && seen.is_empty() => {
            Cause::ParameterDropped
        }
        _ => Cause::ParameterChanged,
    }
}

/// Returns the causes that are possible if the URL shows none.
pub(super) fn possible_findings() -> Vec<Finding> {
    let secret = Finding::new(Cause::WrongSecret, Confidence::Possible).with_message(
        "The private key may not be the one whose public key has this key pair ID, or the hash may not be the \
         one of Hash-Algorithm. Compare the public key with that of the distribution's key group.",
    );
    let policy = Finding::new(Cause::Policy, Confidence::Possible).with_message(
        "The policy may not allow the client's address, or may have been changed after signing.",
    );
    alloc::vec![secret, policy]
}
