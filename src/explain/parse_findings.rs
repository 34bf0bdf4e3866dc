//! Causes that show when the request is parsed as a server parses it.

use super::cause::Cause;
use super::confidence::Confidence;
use super::finding::Finding;
use super::shared_findings::{expiry_too_long, scope_date, sentence, signed_twice};
use crate::verify::{VerifyError, VerifyErrorKind};
use alloc::string::ToString as _;

/// Returns the cause that the error of a signed request shows.
pub(super) fn parse_finding(error: &VerifyError) -> Option<Finding> {
    let cause = match error.kind() {
        VerifyErrorKind::HeaderNotSigned => Cause::HeaderNotSigned,
        VerifyErrorKind::SignedHeaderMissing => Cause::HeaderNotSent,
        VerifyErrorKind::SignedTwice => return Some(signed_twice()),
        VerifyErrorKind::ScopeDate => return Some(scope_date()),
        VerifyErrorKind::ExpiryTooLong => return Some(expiry_too_long()),
        VerifyErrorKind::NotSigned => return None,
        _ => Cause::Malformed,
    };
    let message = sentence(error.to_string());
    Some(Finding::new(cause, Confidence::Likely, message))
}

/// Returns the cause that the headers that were sent show, and the URL doesn't.
pub(super) fn sent_headers_finding(error: &VerifyError) -> Option<Finding> {
    let is_about_headers = matches!(
        error.kind(),
        VerifyErrorKind::HeaderNotSigned
            | VerifyErrorKind::SignedHeaderMissing
            | VerifyErrorKind::SignedTwice
    );
    let finding = parse_finding(error).filter(|_| is_about_headers)?;
    Some(finding.with_confidence(Confidence::Certain))
}
