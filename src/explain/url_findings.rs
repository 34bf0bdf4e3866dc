//! Causes that show in the URL itself.

use super::catalogue::Cause;
use super::confidence::Confidence;
use super::error_response::ErrorResponse;
use super::finding::Finding;
use super::host_findings::has_port_of_its_own;
use super::text_forms::decoded;
use crate::inspect::{AwsHost, Inspection, Problem, ProblemKind};
use crate::scheme::Scheme;
use crate::time::Timestamp;
use crate::verify::{VerifyError, VerifyErrorKind};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// Returns the causes that show in the URL that was sent. A server that reads AWS signatures
/// rejects those of CloudFront and Azure. `signed_url` is the URL as its signer wrote it.
pub(super) fn url_findings(
    url: &str,
    signed_url: &str,
    response: &ErrorResponse,
    now: Timestamp,
) -> Vec<Finding> {
    let inspection = Inspection::new(url, now);
    let host = inspection.host().and_then(AwsHost::parse);
    let has_code_of_aws = matches!(
        response.code(),
        Some("InvalidAccessKeyId" | "SignatureDoesNotMatch")
    );
    let is_aws = host.is_some() || has_code_of_aws || response.words().contains("awsaccesskeyid");
    if is_aws && is_other_scheme(inspection.scheme()) {
        return [Finding::certain(Cause::OtherScheme)].into();
    }
    // CloudFront has no other ports than those of http and https.
    if inspection.scheme() == Some(Scheme::CloudFront) && has_port_of_its_own(inspection.host()) {
        return [Finding::likely(Cause::OtherScheme)].into();
    }
    let problems = inspection.problems().iter();
    // A client that decoded more than spaces has decoded a whole parameter or the path.
    let is_decoded = url != signed_url
        && url.replace(' ', "%20") != signed_url
        && decoded(url) == decoded(signed_url);
    // A request can be signed with headers, and a default port be signed as it is sent.
    let problems = problems.filter(|problem| match problem.kind() {
        ProblemKind::NotPresigned | ProblemKind::DefaultPort => false,
        ProblemKind::Space => !is_decoded,
        ProblemKind::OtherScheme => is_aws,
        _ => true,
    });
    // A shell cuts a URL at its first `&`, so nothing of the signature follows.
    let mut kinds = inspection.problems().iter().map(Problem::kind);
    if !url.contains('&') && kinds.any(|kind| kind == ProblemKind::Truncated) {
        return [Finding::likely(Cause::QueryCut)].into();
    }
    let mut findings: Vec<Finding> = problems
        .map(|problem| match problem.kind() {
            // CloudFront has an alphabet of its own.
            ProblemKind::SignatureAlphabet if inspection.scheme() == Some(Scheme::CloudFront) => {
                Finding::likely(Cause::Malformed).with_message(sentence(problem.to_string()))
            }
            // The start of the signed URL was sent.
            ProblemKind::Truncated if signed_url != url && signed_url.starts_with(url) => {
                finding(problem).with_confidence(Confidence::Certain)
            }
            ProblemKind::Space if has_space_in_path(signed_url) => {
                Finding::likely(Cause::PathNotEncoded)
            }
            _ => finding(problem),
        })
        .collect();
    findings.extend(white_space_around(url, response));
    // A server checks the expiry before the signature, and the checksum after it. The URL may have
    // expired since.
    if response.names_signature() {
        let other = [Cause::Expired, Cause::PayloadChanged];
        findings.retain(|finding| !other.contains(&finding.cause()));
    }
    // A space in a SigV2 signature is a `+` that was decoded, not a space of its own.
    let is_plus = |finding: &Finding| finding.cause() == Cause::SignaturePlus;
    if findings.iter().any(is_plus) {
        findings.retain(|finding| finding.cause() != Cause::LineBreak);
    }
    findings
}

/// Returns the finding for white space around the URL, which the inspection removes. A client may
/// remove it, too, unless the server received it.
fn white_space_around(url: &str, response: &ErrorResponse) -> Option<Finding> {
    let received = response.received_signature().unwrap_or_default();
    let confidence = if received.ends_with(char::is_whitespace) {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    (url.trim() != url).then(|| Finding::new(Cause::LineBreak, confidence))
}

/// Returns whether a signature is one that only the inspector knows, with its feature. Without the
/// feature, it is a problem.
fn is_other_scheme(scheme: Option<Scheme>) -> bool {
    matches!(
        scheme,
        Some(Scheme::CloudFront | Scheme::AzureSas | Scheme::AzureSharedKey)
    )
}

fn finding(problem: &Problem) -> Finding {
    use Confidence::{Certain, Likely, Possible};
    let (cause, confidence) = match problem.kind() {
        ProblemKind::HtmlEscaped => (Cause::HtmlEscaped, Certain),
        ProblemKind::SignatureAlphabet if problem.to_string().contains("space") => {
            (Cause::SignaturePlus, Certain)
        }
        ProblemKind::LineBreak | ProblemKind::Space => (Cause::LineBreak, Certain),
        ProblemKind::TrailingText => (Cause::TrailingText, Certain),
        // A filter may have removed the parameter.
        ProblemKind::Truncated if problem.to_string().contains("missing") => {
            (Cause::SignatureTruncated, Likely)
        }
        ProblemKind::Truncated => (Cause::SignatureTruncated, Certain),
        ProblemKind::SignatureAlphabet | ProblemKind::SignatureLength => {
            (Cause::SignatureChanged, Certain)
        }
        ProblemKind::EncodedTwice => (Cause::UrlEncodedTwice, Certain),
        ProblemKind::SignedTwice => (Cause::SignedTwice, Certain),
        ProblemKind::ScopeDate => (Cause::ScopeDate, Certain),
        ProblemKind::ExpiryTooLong => (Cause::ExpiryTooLong, Certain),
        ProblemKind::NeedsSigV4a => (Cause::SigV4aNeeded, Certain),
        ProblemKind::OtherScheme => (Cause::OtherScheme, Certain),
        ProblemKind::SecretInUrl => (Cause::WrongAccessKey, Likely),
        ProblemKind::ScopeHost if problem.to_string().contains("for the service") => {
            (Cause::WrongService, Likely)
        }
        ProblemKind::ScopeHost => (Cause::WrongRegion, Likely),
        ProblemKind::LiteralPlus if problem.to_string().to_lowercase().contains("token") => {
            (Cause::TokenChanged, Likely)
        }
        ProblemKind::LiteralPlus => (Cause::SignaturePlus, Likely),
        ProblemKind::EmptyChecksum => (Cause::PayloadChanged, Likely),
        ProblemKind::TokenMissing => (Cause::TokenMissing, Likely),
        ProblemKind::Expired => (Cause::Expired, Likely),
        ProblemKind::NotYetValid => (Cause::ClockSkew, Likely),
        ProblemKind::BadEscape | ProblemKind::Fragment => (Cause::PathNotEncoded, Likely),
        ProblemKind::DotSegments => (Cause::PathNormalized, Possible),
        _ => (Cause::Malformed, Likely),
    };
    Finding::new(cause, confidence).with_message(sentence(problem.to_string()))
}

fn has_space_in_path(url: &str) -> bool {
    let path = url.split('?').next().unwrap_or_default();
    path.trim().contains(' ')
}

/// Returns the cause that shows when a request is parsed as a server parses it.
pub(super) fn parse_finding(error: &VerifyError) -> Option<Finding> {
    let cause = match error.kind() {
        VerifyErrorKind::HeaderNotSigned => Cause::HeaderNotSigned,
        VerifyErrorKind::SignedHeaderMissing => Cause::HeaderNotSent,
        VerifyErrorKind::SignedTwice => return Some(Finding::certain(Cause::SignedTwice)),
        VerifyErrorKind::ScopeDate => return Some(Finding::certain(Cause::ScopeDate)),
        VerifyErrorKind::ExpiryTooLong => return Some(Finding::certain(Cause::ExpiryTooLong)),
        VerifyErrorKind::NotSigned => return None,
        _ => Cause::Malformed,
    };
    let finding = Finding::likely(cause);
    Some(finding.with_message(sentence(error.to_string())))
}

/// Returns a message as a sentence: with a capital letter and a full stop.
fn sentence(mut message: String) -> String {
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    message.push('.');
    message
}
