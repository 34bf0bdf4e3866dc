//! Problems that depend on the time, and on several facts.

use super::access_key::AccessKeyKind;
use super::facts::Facts;
use super::problem::{ProblemKind, Problems};
use crate::scheme::Scheme;
use crate::scheme::limits::MAX_CLOCK_SKEW;
use crate::text::time_span::TimeSpan;
use crate::time::Timestamp;
use alloc::format;

/// Checks whether a URL is valid at a moment.
pub(super) fn check_validity(facts: &Facts, now: Timestamp, problems: &mut Problems) {
    let is_end_exclusive = matches!(facts.scheme, Some(Scheme::CloudFront | Scheme::AzureSas));
    if let Some(expires_at) = facts.expires_at
        && (now > expires_at || (now == expires_at && is_end_exclusive))
    {
        let message = format!(
            "the URL expired at {expires_at}, {} ago; make a new one",
            TimeSpan(now.saturating_duration_since(expires_at))
        );
        problems.add(ProblemKind::Expired, message);
    }
    if let Some(valid_from) = facts.valid_from.filter(|start| *start > now) {
        let message = format!(
            "the URL is not valid before {valid_from}, in {}",
            TimeSpan(valid_from.saturating_duration_since(now))
        );
        problems.add(ProblemKind::NotYetValid, message);
    }
    if let Some(signed_at) = facts.signed_at
        && signed_at > now.saturating_add(MAX_CLOCK_SKEW)
    {
        let message = format!(
            "the URL is not valid before {signed_at}, in {}; set the clock of its signer",
            TimeSpan(signed_at.saturating_duration_since(now))
        );
        problems.add(ProblemKind::NotYetValid, message);
    }
    let key_kind = facts.access_key_id.as_deref().map(AccessKeyKind::of);
    if key_kind == Some(AccessKeyKind::Temporary) && !facts.has_session_token {
        problems.add(
            ProblemKind::TokenMissing,
            "the access key is temporary (ASIA…), but the URL has no session token; sign with the token",
        );
    }
}
