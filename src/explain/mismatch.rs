//! Causes of a wrong signature: what the signature proves with the credentials at hand, or else
//! what is possible.

use super::catalogue::Cause;
use super::confidence::Confidence;
use super::evidence::Evidence;
use super::failed_request::FailedRequest;
use super::finding::Finding;
use super::host_findings::default_port;
use super::plain_text_scheme::PlainTextScheme;
use super::ranking::{
    encoded_parameter, needless_escape, path_of_service, possible_findings, right_for_own_secret,
};
use super::search::signature_findings;
use super::sent_findings::parameter_behind_signature;
use super::signed_text::{PayloadSource, SignedText};
use super::text_forms::has_needless_escape;
use crate::text::percent::PATH;
use alloc::format;
use alloc::vec::Vec;

impl FailedRequest<'_> {
    /// Returns the causes that the signature shows, or else those that are possible. `signed` is
    /// the text that was signed, if it is known, and `is_same` is whether the server certainly saw
    /// the request as it is known here.
    pub(super) fn findings_of_signature(
        &self,
        evidence: &Evidence<'_>,
        signed: Option<&SignedText>,
        plain_text: Option<&PlainTextScheme>,
        is_same: bool,
    ) -> Vec<Finding> {
        let Some(request) = evidence.request else {
            let is_right = plain_text.and_then(|scheme| scheme.is_right);
            return findings_of_plain_text(evidence, is_right, is_same);
        };
        let is_right = evidence.credentials.map(|credentials| match signed {
            Some(signed) => request.is_signature_of(signed.message(), credentials),
            None => request.is_signed_with(credentials),
        });
        if is_right != Some(true) {
            let canonical = signed.and_then(|signed| signed.canonical.as_ref());
            if let Some(findings) =
                signature_findings(evidence, request, canonical, self.body, self.is_https())
            {
                return findings;
            }
        }
        let payload = signed.map(|signed| signed.payload);
        let id = request.access_key_id();
        let secret = Finding::likely(Cause::WrongSecret).with_signed(id);
        match is_right {
            Some(true) if is_same => alloc::vec![other_secret_of_server()],
            Some(false) if payload == Some(PayloadSource::Assumed) => {
                findings_without_body(evidence)
            }
            Some(false) => {
                let mut findings = alloc::vec![secret.with_message(
                    "The signature is not the one that these credentials give for this request: it was made with \
                     another secret, or for a request that was written in another way. Check which credentials sign.",
                )];
                if !is_same {
                    findings.extend(possible_findings(evidence));
                }
                findings
            }
            None if is_same && payload == Some(PayloadSource::Server) && evidence.has_body() => {
                alloc::vec![unknown_body(), secret]
            }
            // The signer's own text is the proof that only the keys can differ.
            _ if is_same && self.signed_texts.is_some() => {
                alloc::vec![secret.with_confidence(Confidence::Certain)]
            }
            _ if is_same => {
                let mut findings = Vec::new();
                findings.extend(signers_writing(evidence));
                findings.push(secret);
                findings
            }
            _ => possible_findings(evidence),
        }
    }
}

/// Returns the part of the request that signers often write differently than servers, if the server
/// received the request as it is known here.
fn signers_writing(evidence: &Evidence<'_>) -> Option<Finding> {
    if let Some(name) = evidence.repeated_header() {
        let finding = Finding::likely(Cause::HeaderChanged);
        return Some(finding.with_message(format!(
            "The header {name} is sent more than once. The server signs its values in one line, joined by commas. \
             Sign the joined value, or send the header once.",
        )));
    }
    let host = evidence.inspection.host().unwrap_or_default();
    let finding = parameter_behind_signature(evidence.url)
        .or_else(|| default_port(host))
        .or_else(|| path_of_service(evidence))
        .or_else(|| encoded_parameter(evidence))
        .or_else(|| path_of_header_signer(evidence))?;
    Some(finding.with_confidence(Confidence::Likely))
}

/// Returns the finding for a path that a client which signs headers may have written differently.
///
/// It may have signed the path as it is sent, with characters that signing encodes, but that need
/// no encoding in a URL: `@`, `=`, `:`. Or it may encode escapes twice, which every service except
/// S3 requires.
fn path_of_header_signer(evidence: &Evidence<'_>) -> Option<Finding> {
    if evidence.authorization().is_none() || evidence.is_v2() {
        return None;
    }
    let path = evidence.inspection.path();
    let is_raw = |c: char| c.is_ascii() && !PATH.contains(c as u8) && c != '%';
    let cause = if path.contains(is_raw) {
        Cause::PathNotEncoded
    } else if path.contains('%') {
        Cause::PathEncodedTwice
    } else {
        return None;
    };
    Some(Finding::possible(cause).with_signed(path))
}

/// Returns the causes that the signature of a plain text shows, or else those that are possible.
fn findings_of_plain_text(
    evidence: &Evidence<'_>,
    is_right: Option<bool>,
    is_same: bool,
) -> Vec<Finding> {
    let path = evidence.inspection.path();
    match (is_right, is_same) {
        (None, true) if evidence.names_only_container() => {
            alloc::vec![Finding::likely(Cause::PathChanged).with_message(
                "The token is for a container, but the URL names no operation of a container, so Azure reads its \
                 path as that of a blob in the container $root. Send the request with restype=container, or add \
                 the name of a blob to the path.",
            )]
        }
        (Some(true), true) => alloc::vec![other_secret_of_server()],
        (None, true) if has_needless_escape(path) => {
            alloc::vec![needless_escape(path).with_confidence(Confidence::Likely)]
        }
        (_, true) => alloc::vec![Finding::likely(Cause::WrongSecret).with_message(
            "The server signs the same text as this side computes, so the key is another one, or the signer \
             signed another text. Copy the key again; it may have been rotated. Compare the text that the \
             signer signs with the server's, line by line.",
        )],
        (Some(true), false) => {
            let mut findings = possible_findings(evidence);
            findings.retain(|finding| finding.cause() != Cause::WrongSecret);
            findings.insert(0, right_for_own_secret());
            findings
        }
        _ => possible_findings(evidence),
    }
}

/// Returns the possible causes, if the signature can't be checked because the body is unknown.
fn findings_without_body(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = possible_findings(evidence);
    let is_secret = |finding: &&mut Finding| finding.cause() == Cause::WrongSecret;
    if let Some(secret) = findings.iter_mut().find(is_secret) {
        *secret = secret.clone().with_message(
            "The secret may not be that of this access key. The signature covers the hash of the body, which is not \
             known here. Give the body that was signed, so that the signature can be checked.",
        );
    }
    findings
}

/// Returns the finding for a request of which everything else arrived as it was signed.
fn unknown_body() -> Finding {
    Finding::likely(Cause::PayloadChanged).with_message(
        "The server received everything as it was signed, except perhaps the body, which is not known here. The \
         signer may have hashed another body than the one that was sent. Hash exactly the bytes that are sent; \
         give the body that was signed, so that it can be compared.",
    )
}

/// Returns whether the credentials sign exactly the canonical request that the server states.
pub(super) fn is_signed_as_seen(evidence: &Evidence<'_>, seen: Option<&SignedText>) -> bool {
    let is_signed = |seen: &SignedText| {
        let is_whole = seen
            .canonical
            .as_ref()
            .is_some_and(|request| !request.is_cut);
        let (request, credentials) = (evidence.request?, evidence.credentials?);
        Some(is_whole && request.is_signature_of(seen.message(), credentials))
    };
    seen.and_then(is_signed) == Some(true)
}

/// Returns the finding for a chunk of the body whose signature is wrong.
pub(super) fn chunk_finding() -> Finding {
    Finding::likely(Cause::PayloadChanged).with_message(
        "The server accepted the signature of the request, but not that of a chunk of its body. The data of the \
         chunk was changed or split again after signing, or the chunk was signed with another previous signature. \
         Send exactly the chunks that were signed.",
    )
}

pub(super) fn other_secret_of_server() -> Finding {
    Finding::certain(Cause::WrongSecret).with_message(
        "Both sides signed the same text, and the signature is right for the credentials given, so the server \
         has another secret for this access key. The key was recreated, or belongs to another account or store \
         that uses the same name. Copy its secret again.",
    )
}
