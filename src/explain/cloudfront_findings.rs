//! Causes that a signed URL of CloudFront shows: a policy for another resource, or else the key.

use super::canonical::Canonical;
use super::catalogue::Cause;
use super::compare::compare;
use super::evidence::Evidence;
use super::finding::Finding;
use super::text_forms::{decoded, split_params};
use crate::cloudfront::other_resource;
use crate::scheme::cloudfront::{NAMES, POLICY};
use crate::text::percent::PATH;
use crate::verify::ReceivedRequest;
use alloc::string::String;
use alloc::vec::Vec;

/// Compares the resource that the policy of the signed URL names with the URL that was sent.
pub(super) fn resource_findings(signed_url: &str, sent_url: &str) -> Option<Vec<Finding>> {
    let url = covered_url(sent_url)?;
    let (_, query) = signed_url.split_once('?')?;
    let mut params = split_params(query).into_iter();
    let resource = match params.find(|(name, _)| *name == POLICY) {
        Some((_, policy)) => other_resource(&decoded(policy), &url)?,
        // A canned policy is for the URL itself.
        None => covered_url(signed_url)?,
    };
    if is_https(&resource).is_some()
        && is_https(&resource) != is_https(&url)
        && !resource.starts_with('*')
    {
        return Some(alloc::vec![Finding::certain(Cause::UrlScheme)]);
    }
    let (resource, url) = (Canonical::of_url(&resource), Canonical::of_url(&url));
    Some(compare(&resource, &url, None))
}

/// Returns the part of a URL that its policy covers.
fn covered_url(url: &str) -> Option<String> {
    let request = ReceivedRequest::from_url("GET", url).ok()?;
    request.url_without(&NAMES).ok()
}

/// Returns whether a URL has the scheme `https`, or `None` if it has no scheme.
fn is_https(url: &str) -> Option<bool> {
    url.split_once("://").map(|(scheme, _)| scheme == "https")
}

/// Returns the causes that are possible if the URL shows none.
pub(super) fn possible_findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let path = evidence.inspection.path();
    let is_encoded = !PATH.contains_all(path);
    // The resource of a policy is compared with the URL as it is sent.
    let path = is_encoded.then(|| Finding::possible(Cause::PathNotEncoded).with_signed(path));
    let secret = Finding::possible(Cause::WrongSecret).with_message(
        "The private key may not be the one whose public key has this key pair ID, or the hash may not be the \
         one of Hash-Algorithm. Compare the public key with that of the distribution's key group.",
    );
    let policy = Finding::possible(Cause::Policy).with_message(
        "The policy may not allow the client's address, or may have been changed after signing.",
    );
    path.into_iter().chain([secret, policy]).collect()
}
