//! Causes that show in the request as it was sent: in its URL, and in its signature.

use super::catalogue::Cause;
use super::compare::reordered;
use super::confidence::Confidence;
use super::error_response::ErrorResponse;
use super::failed_request::FailedRequest;
use super::finding::Finding;
use super::redaction::{redact_url, redact_value, shorten};
use super::session_token::is_session_token;
use super::text_forms::{decoded, header_value, split_params};
use super::url_findings::parse_finding;
use crate::inspect::Inspection;
use crate::scheme::sigv2;
use crate::scheme::v4_family::V4_FAMILIES;
use crate::scheme::v4_scheme::Role;
use crate::verify::{VerifyError, VerifyErrorKind};
use alloc::format;
use alloc::vec::Vec;

impl FailedRequest<'_> {
    /// Returns the finding for a header that a URL signs, if only the value that was sent is known.
    pub(super) fn header_of_unknown_value(&self, inspection: &Inspection) -> Option<Finding> {
        let sent = self.sent_headers.iter().flatten();
        let mut sent = sent.filter(|(name, _)| {
            let mut signed = inspection.signed_headers();
            signed.any(|signed| signed.eq_ignore_ascii_case(name))
                && header_value(&self.headers, name).is_none()
        });
        let (name, value) = sent.find(|(name, _)| !name.eq_ignore_ascii_case("host"))?;
        let finding = Finding::likely(Cause::HeaderChanged).about(name);
        Some(finding.with_seen(format!("{name}:{}", redact_value(name, value))))
    }

    /// Adds differences between the URLs that no canonical request shows: the order of the
    /// parameters, and the encoding of the path.
    pub(super) fn add_differences_of_writing(&self, findings: &mut Vec<Finding>) {
        let Some((_, sent_url)) = self.sent else {
            return;
        };
        let (path, query) = self.url.split_once('?').unwrap_or((self.url, ""));
        let (sent_path, sent_query) = sent_url.split_once('?').unwrap_or((sent_url, ""));
        // The canonical request may be the same, but not every server takes it from the same path.
        if path != sent_path && decoded(path) == decoded(sent_path) && findings.is_empty() {
            let finding = Finding::likely(Cause::PathNotEncoded);
            findings.push(
                finding
                    .with_signed(redact_url(path))
                    .with_seen(redact_url(sent_path)),
            );
        }
        let (mut signed, mut sent) = (split_params(query), split_params(sent_query));
        findings.extend(bare_plus(&signed, &sent));
        let is_known = |finding: &Finding| finding.cause() == Cause::ParametersReordered;
        if signed == sent || findings.iter().any(is_known) {
            return;
        }
        signed.sort_unstable();
        sent.sort_unstable();
        if signed == sent {
            let finding = reordered().with_signed(redact_url(self.url));
            findings.push(finding.with_seen(redact_url(sent_url)));
        }
    }
}

/// Returns the finding for a parameter behind the signature of a SigV4 URL. A signer appends its
/// signature, or sorts all parameters; some append the parameters of S3.
pub(super) fn parameter_behind_signature(url: &str) -> Option<Finding> {
    let (_, query) = url.split_once('?')?;
    let params = split_params(query);
    let is_signature = |name: &str| {
        let mut families = V4_FAMILIES.iter();
        families.any(|family| family.query_name(Role::Signature) == name)
    };
    let mut behind = params.iter().skip_while(|(name, _)| !is_signature(name));
    behind.next()?;
    let is_of_s3 = |name: &str| sigv2::SUB_RESOURCES.contains(&name) || sigv2::is_amz_header(name);
    let (name, value) = behind.find(|(name, _)| !is_of_s3(name))?;
    let finding = Finding::likely(Cause::ParameterAdded).about(name);
    let finding = finding.with_seen(format!("{name}={}", redact_value(name, value)));
    (!params.is_sorted()).then_some(finding)
}

/// Returns the cause of an error in parsing the request as it was sent. `is_read` is whether the
/// signed request was parsed.
pub(super) fn sent_finding(
    error: &VerifyError,
    is_read: bool,
    response: &ErrorResponse,
) -> Option<Finding> {
    match error.kind() {
        // A server that found a wrong signature received one, and all headers that must be signed.
        VerifyErrorKind::NotSigned if !is_read && response.names_signature() => None,
        VerifyErrorKind::HeaderNotSigned if response.names_signature() => parse_finding(error),
        VerifyErrorKind::NotSigned => Some(Finding::certain(Cause::NoAuthentication)),
        VerifyErrorKind::HeaderNotSigned
        | VerifyErrorKind::SignedHeaderMissing
        | VerifyErrorKind::SignedTwice => {
            Some(parse_finding(error)?.with_confidence(Confidence::Certain))
        }
        _ => None,
    }
}

/// Returns the finding for a `+` that was signed as %2B and sent bare. Some servers read it as a
/// plus, and others, which read queries as forms, as a space.
fn bare_plus(signed: &[(&str, &str)], sent: &[(&str, &str)]) -> Option<Finding> {
    let is_bare = |(name, value): &&(&str, &str)| {
        let encoded = value.replace('+', "%2B");
        encoded != *value && signed.contains(&(name, &encoded))
    };
    let (name, _) = sent.iter().find(is_bare)?;
    let cause = match *name {
        sigv2::SIGNATURE => Cause::SignaturePlus,
        name if is_session_token(name) => Cause::TokenChanged,
        _ => Cause::ParameterReencoded,
    };
    Some(Finding::likely(cause).about(name))
}

/// Returns whether a URL is another up to its first `&`.
pub(super) fn is_cut_by_shell(url: &str, sent_url: &str) -> bool {
    let rest = url.strip_prefix(sent_url);
    sent_url.contains('?')
        && !sent_url.contains('&')
        && rest.is_some_and(|rest| rest.starts_with('&'))
}

/// Compares the signature that the server received with the one that was made.
pub(super) fn signature_finding(made: &str, received: &str) -> Option<Finding> {
    if received == made {
        return None;
    }
    let cause = if received.replace(char::is_whitespace, "") == made {
        Cause::LineBreak
    } else if received.replace(' ', "+") == made {
        Cause::SignaturePlus
    } else if !received.is_empty() && made.starts_with(received) {
        Cause::SignatureTruncated
    } else {
        Cause::SignatureChanged
    };
    let finding = Finding::between(cause, shorten(made), shorten(received));
    // A text of another form may stand for a signature that was removed before it was shown.
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_signature = received.len() == made.len() && is_hex(received) == is_hex(made);
    if cause == Cause::SignatureChanged && !is_signature {
        return Some(finding.with_confidence(Confidence::Likely));
    }
    Some(finding)
}
