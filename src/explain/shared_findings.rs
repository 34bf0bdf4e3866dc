//! Findings that more than one kind of evidence leads to.

use super::cause::Cause;
use super::confidence::Confidence;
use super::finding::Finding;
use alloc::string::String;

pub(super) fn scope_date() -> Finding {
    Finding::certain(
        Cause::ScopeDate,
        "The date in the credential scope differs from that of X-Amz-Date: a scope or signing key was kept \
         past midnight UTC, or one of the two is in local time. Derive both from the same moment.",
    )
}

pub(super) fn expiry_too_long() -> Finding {
    Finding::certain(
        Cause::ExpiryTooLong,
        "The URL's expiration is not allowed: SigV4 allows 1 second to 7 days. For longer access, link to a \
         page that signs a new URL for each visit.",
    )
}

pub(super) fn signed_twice() -> Finding {
    Finding::certain(
        Cause::SignedTwice,
        "The request has more than one signature. A presigned URL was signed again, or was sent with an \
         Authorization header: by an SDK, the default headers of an HTTP client, or a proxy. Send the URL alone.",
    )
}

pub(super) fn token_missing(confidence: Confidence) -> Finding {
    Finding::new(
        Cause::TokenMissing,
        confidence,
        "The access key is temporary (ASIA…), but the request has no session token. Pass the token to the \
         signer (AWS_SESSION_TOKEN).",
    )
}

/// Returns a message as a sentence: with a capital letter and a full stop.
pub(super) fn sentence(mut message: String) -> String {
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    message.push('.');
    message
}
