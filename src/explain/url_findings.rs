//! Causes that show in the URL itself.

use super::cause::Cause;
use super::confidence::Confidence;
use super::finding::Finding;
use super::shared_findings::sentence;
use super::text_forms::decoded;
use crate::inspect::{Inspection, Problem, ProblemKind};
use crate::time::Timestamp;
use alloc::string::ToString as _;
use alloc::vec::Vec;

/// Returns the causes that show in the URL that was sent.
pub(super) fn url_findings(url: &str, now: Timestamp) -> Vec<Finding> {
    let inspection = Inspection::new(url, now);
    let problems = inspection.problems().iter();
    let problems = problems.filter(|problem| {
        // A request can be signed with headers.
        problem.kind() != ProblemKind::NotPresigned || inspection.scheme().is_some()
    });
    let mut findings: Vec<Finding> = problems.map(|problem| finding(problem, url)).collect();
    // A space in a SigV2 signature is a `+` that was decoded, not a space of its own.
    if findings
        .iter()
        .any(|finding| finding.cause() == Cause::SignaturePlus)
    {
        findings.retain(|finding| finding.cause() != Cause::LineBreak);
    }
    findings
}

fn finding(problem: &Problem, url: &str) -> Finding {
    let (cause, confidence) = match problem.kind() {
        ProblemKind::HtmlEscaped => (Cause::HtmlEscaped, Confidence::Certain),
        ProblemKind::SignatureAlphabet if has_space_or_plus(url) => {
            (Cause::SignaturePlus, Confidence::Certain)
        }
        ProblemKind::LineBreak | ProblemKind::Space => (Cause::LineBreak, Confidence::Certain),
        ProblemKind::Truncated => (Cause::SignatureTruncated, Confidence::Certain),
        ProblemKind::SignatureAlphabet | ProblemKind::SignatureLength => {
            (Cause::SignatureChanged, Confidence::Certain)
        }
        ProblemKind::EncodedTwice => (Cause::UrlEncodedTwice, Confidence::Certain),
        ProblemKind::SignedTwice => (Cause::SignedTwice, Confidence::Certain),
        ProblemKind::ScopeDate => (Cause::ScopeDate, Confidence::Certain),
        ProblemKind::ExpiryTooLong => (Cause::ExpiryTooLong, Confidence::Certain),
        ProblemKind::TokenMissing => (Cause::TokenMissing, Confidence::Likely),
        ProblemKind::Expired => (Cause::Expired, Confidence::Likely),
        ProblemKind::NotYetValid => (Cause::ClockSkew, Confidence::Likely),
        ProblemKind::BadEscape | ProblemKind::Fragment => {
            (Cause::PathNotEncoded, Confidence::Likely)
        }
        ProblemKind::DotSegments => (Cause::PathNormalized, Confidence::Possible),
        _ => (Cause::Malformed, Confidence::Likely),
    };
    Finding::new(cause, confidence, sentence(problem.to_string()))
}

fn has_space_or_plus(url: &str) -> bool {
    url.contains([' ', '+']) || decoded(url).contains(' ')
}
