//! Checks against the clock: the time of a signature, and the expiration of credentials.

use super::error::{VerifyError, reject};
use crate::identity::Identity;
use crate::time::Timestamp;
use core::time::Duration;

/// Checks that a signing time differs from now by at most `skew`.
pub(crate) fn check_skew(
    signed_at: Timestamp,
    now: Timestamp,
    skew: Duration,
) -> Result<(), VerifyError> {
    if signed_at <= now.saturating_add(skew) && now <= signed_at.saturating_add(skew) {
        return Ok(());
    }
    Err(reject!(
        TimeSkew,
        "the request was signed at {signed_at}, but it is now {now}; the maximum difference is {} \
         seconds",
        skew.as_secs()
    ))
}

/// Checks that credentials haven't expired.
pub(crate) fn check_expiration(identity: &Identity, now: Timestamp) -> Result<(), VerifyError> {
    match identity.expiration() {
        Some(expiration) if now >= expiration => Err(reject!(
            CredentialsExpired,
            "the credentials expired at {expiration}; it is now {now}"
        )),
        _ => Ok(()),
    }
}
