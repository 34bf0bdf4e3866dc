//! The search for the request that one side signed, with an oracle that recognizes it.

use super::canonical::Canonical;
use super::catalogue::Cause;
use super::compare::compare;
use super::evidence::Evidence;
use super::finding::Finding;
use super::transformation::{OF_ADDRESS, OTHERS};
use crate::credentials::Credentials;
use crate::crypto::sha256;
use crate::text::hex::Hex;
use crate::verify::Unverified;
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::vec::Vec;

/// The length of a canonical request above which no pairs are tried, so that the cost is bounded.
const MAX_PAIR_LEN: usize = 4096;

/// Searches for the request that an oracle recognizes: each transformation alone, then pairs.
pub(super) fn search(start: &Canonical, is_match: impl Fn(&str) -> bool) -> Option<Canonical> {
    let is_match = |request: &Canonical| request.to_text().is_some_and(|text| is_match(&text));
    let of_address = OF_ADDRESS.iter().map(|(_, apply)| apply);
    let all = || of_address.clone().chain(&OTHERS);
    let singles: Vec<(usize, Canonical)> = all()
        .enumerate()
        .flat_map(|(index, apply)| apply(start).into_iter().map(move |made| (index, made)))
        .filter(|(_, made)| made != start)
        .collect();
    if let Some((_, made)) = singles.iter().find(|(_, made)| is_match(made)) {
        return Some(made.clone());
    }
    if start.to_text().is_none_or(|text| text.len() > MAX_PAIR_LEN) {
        return None;
    }
    singles.iter().find_map(|(index, between)| {
        let later = all().skip(index.saturating_add(1));
        let mut made = later.flat_map(|apply| apply(between));
        made.find(|made| is_match(made))
    })
}

/// Returns the certain causes that the credentials at hand show, for a request that its own text
/// doesn't explain: another secret, a secret with something around it, or a request that the signer
/// wrote in another way.
pub(super) fn signature_findings(
    evidence: &Evidence<'_>,
    request: &Unverified<'_, '_>,
    seen: Option<&Canonical>,
    body: Option<&[u8]>,
    is_https: Option<bool>,
) -> Option<Vec<Finding>> {
    if let Some(finding) = other_keys_secret(evidence, request) {
        return Some(alloc::vec![finding]);
    }
    let credentials = evidence.credentials?;
    if let Some(finding) = surrounded_secret(credentials, request) {
        return Some(alloc::vec![finding]);
    }
    let seen = seen?;
    let is_match = |text: &str| request.is_signature_of(text, credentials);
    let hashed = body.map(|body| Canonical {
        payload: Some(Hex::new(&sha256(body)).as_str().to_owned()),
        ..seen.clone()
    });
    let hashed = hashed.filter(|made| made.to_text().is_some_and(|text| is_match(&text)));
    let signed = hashed.or_else(|| search(seen, is_match))?;
    Some(compare(&signed, seen, is_https))
}

/// Checks whether the request names one access key and was signed with the secret of another.
fn other_keys_secret(evidence: &Evidence<'_>, request: &Unverified<'_, '_>) -> Option<Finding> {
    let own = evidence.credentials.into_iter();
    let own = own.map(|credentials| (None, credentials));
    let others = evidence.other_credentials.iter();
    let others = others.map(|(name, credentials)| (Some(*name), *credentials));
    let id = request.access_key_id();
    let (name, credentials) = own.chain(others).find(|(_, credentials)| {
        let is_other = credentials.identity().access_key_id() != id;
        is_other && request.is_signed_with(credentials)
    })?;
    let other_id = credentials.identity().access_key_id();
    let signed = match name {
        Some(name) => format!("the secret of {other_id}, {name}"),
        None => format!("the secret of {other_id}"),
    };
    Some(Finding::between(Cause::OtherKeysSecret, signed, id))
}

/// Checks whether the secret was used with white space or quotation marks around it.
fn surrounded_secret(credentials: &Credentials, request: &Unverified<'_, '_>) -> Option<Finding> {
    let surroundings = [
        ("", "\n", "a line break at its end"),
        ("", "\r\n", "a line break at its end"),
        ("", "\r", "a line break at its end"),
        ("", " ", "a space at its end"),
        (" ", "", "a space at its start"),
        ("", "\t", "a tab at its end"),
        ("\"", "\"", "quotation marks around it"),
        ("'", "'", "quotation marks around it"),
    ];
    let (_, _, surrounding) = surroundings.into_iter().find(|(before, after, _)| {
        request.is_signed_with(&credentials.with_secret_between(before, after))
    })?;
    Some(Finding::certain(Cause::WhitespaceInSecret).about(surrounding))
}
