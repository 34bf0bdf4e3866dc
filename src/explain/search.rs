//! The search for the request that one side signed, with an oracle that recognizes it.

use super::canonical::{Canonical, CanonicalLine};
use super::catalogue::Cause;
use super::evidence::Evidence;
use super::finding::Finding;
use super::transformation::TRANSFORMATIONS;
use crate::credentials::Credentials;
use crate::verify::Unverified;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The length of a canonical request above which no pairs are tried, so that the cost is bounded.
const MAX_PAIR_LEN: usize = 4096;

/// Searches for the request that an oracle recognizes: each transformation alone, then pairs.
/// Returns its causes.
pub(super) fn search(start: &Canonical, is_match: impl Fn(&str) -> bool) -> Option<Vec<Finding>> {
    let is_match = |request: &Canonical| request.to_text().is_some_and(|text| is_match(&text));
    let singles: Vec<(Cause, Canonical)> = TRANSFORMATIONS
        .iter()
        .flat_map(|transformation| {
            let made = (transformation.apply)(start).into_iter();
            made.map(|made| (transformation.cause, made))
        })
        .filter(|(_, made)| made != start)
        .collect();
    if let Some((cause, made)) = singles.iter().find(|(_, made)| is_match(made)) {
        return Some(alloc::vec![finding(*cause, start, made)]);
    }
    if start.to_text().is_none_or(|text| text.len() > MAX_PAIR_LEN) {
        return None;
    }
    for (first, between) in &singles {
        let later = TRANSFORMATIONS
            .iter()
            .skip_while(|later| later.cause != *first);
        for second in later.skip(1) {
            let made = (second.apply)(between).into_iter();
            if let Some(made) = made.into_iter().find(|made| is_match(made)) {
                let one = finding(*first, start, between);
                return Some(alloc::vec![one, finding(second.cause, between, &made)]);
            }
        }
    }
    None
}

/// Returns a certain finding, with the lines that the transformation changed.
fn finding(cause: Cause, from: &Canonical, to: &Canonical) -> Finding {
    let (from_lines, to_lines) = (from.lines(), to.lines());
    let texts = |lines: &[CanonicalLine], other: &[CanonicalLine]| -> String {
        let changed = lines.iter().filter(|line| !other.contains(line));
        changed
            .map(|line| &*line.text)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (signed, seen) = (texts(&from_lines, &to_lines), texts(&to_lines, &from_lines));
    let name = if signed.is_empty() { &seen } else { &signed };
    let name = name.split(['=', ':']).next().unwrap_or_default();
    let about = match cause {
        Cause::Method => format!("{} on one side and {} on the other", from.method, to.method),
        _ => String::from(name),
    };
    Finding::certain(cause)
        .about(&about)
        .with_signed(signed)
        .with_seen(seen)
}

/// Returns the certain causes that the credentials at hand show, for a request that its own text
/// doesn't explain: another secret, a secret with something around it, or a request that the signer
/// wrote in another way.
pub(super) fn signature_findings(
    evidence: &Evidence<'_>,
    request: &Unverified<'_, '_>,
    signed: Option<&Canonical>,
) -> Option<Vec<Finding>> {
    if let Some(finding) = other_keys_secret(evidence, request) {
        return Some(alloc::vec![finding]);
    }
    let credentials = evidence.credentials?;
    if let Some(finding) = surrounded_secret(credentials, request) {
        return Some(alloc::vec![finding]);
    }
    search(signed?, |text| request.is_signature_of(text, credentials))
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
        is_other && request.is_signed_by(credentials)
    })?;
    let other_id = credentials.identity().access_key_id();
    let signed = match name {
        Some(name) => format!("the secret of {other_id}, {name}"),
        None => format!("the secret of {other_id}"),
    };
    let finding = Finding::certain(Cause::OtherKeysSecret);
    Some(finding.with_signed(signed).with_seen(id))
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
        request.is_signed_by(&credentials.with_secret_between(before, after))
    })?;
    Some(Finding::certain(Cause::WhitespaceInSecret).about(surrounding))
}
