//! Causes that show when the signature is checked with secrets.

use super::cause::Cause;
use super::confidence::Confidence;
use super::evidence::Evidence;
use super::finding::Finding;
use crate::credentials::Credentials;
use crate::verify::Unverified;
use alloc::format;

/// Returns the cause that the secret shows. `same_texts` is whether the server says that it signed
/// the same text.
pub(super) fn secret_finding(evidence: &Evidence<'_>, same_texts: bool) -> Option<Finding> {
    let request = evidence.request?;
    if let Some(finding) = other_keys_secret(evidence, request) {
        return Some(finding);
    }
    if let Some(credentials) = evidence.credentials
        && !request.is_signed_by(credentials)
    {
        return Some(
            surrounded_secret(credentials, request).unwrap_or_else(|| wrong_secret(same_texts)),
        );
    }
    if !same_texts {
        return None;
    }
    let message = if evidence.credentials.is_some() {
        "Both sides signed the same text, and the signature is right for the credentials given, so the server \
         has another secret for this access key. The key was recreated, or belongs to another account or store \
         that uses the same name. Copy its secret again."
    } else {
        "Both sides signed the same text, so the keys differ: the secret is not that of this access key. Copy \
         it again. Check for white space or a lost character at its ends, and for other credentials that are \
         found first (environment before profile)."
    };
    Some(Finding::certain(Cause::WrongSecret, message).with_signed(request.access_key_id()))
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
    let finding = Finding::certain(
        Cause::OtherKeysSecret,
        "The request names one access key, but was signed with the secret of another. Two sets of credentials \
         are mixed, such as one in the environment and one in a profile. Use ID and secret of one set.",
    );
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
    let message = format!(
        "The secret was used with {surrounding}, as it is in a file, a variable or a secret store. Trim it \
         where it is read."
    );
    Some(Finding::certain(Cause::WhitespaceInSecret, message))
}

fn wrong_secret(same_texts: bool) -> Finding {
    let confidence = if same_texts {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    Finding::new(
        Cause::WrongSecret,
        confidence,
        "The signature is not the one that these credentials give for this request: it was made with another \
         secret, or was changed. Check which credentials sign.",
    )
}
