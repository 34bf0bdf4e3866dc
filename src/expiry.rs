//! The expiry of a URL or a form.

use crate::error::{Error, error};
use crate::identity::Identity;
use crate::time::Timestamp;
use core::time::Duration;

/// The time for which a presigned URL, a form or a token is valid.
///
/// A [`Duration`] converts into it. It must be a whole number of seconds, and at least one. SigV4
/// and SigV4a allow at most seven days; SigV2 has no limit.
///
/// Credentials with a known expiration can't sign what would expire later; use
/// [`at_most`](Expiry::at_most) to get a shorter validity instead of an error.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Expiry, Timestamp, s3::Bucket};
///
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let soon: Timestamp = "20130524T001500Z".parse()?;
/// let hour = Duration::from_secs(3600);
/// let credentials = Credentials::new("ASIAEXAMPLE", "secret")?.with_expiration(soon);
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
///
/// assert!(bucket.get("a").presign(&credentials, hour, now).is_err());
/// let link = bucket.get("a").presign(&credentials, Expiry::at_most(hour), now)?;
/// assert_eq!(link.expires_at(), soon);
/// let link = bucket.get("a").presign(&credentials, Expiry::at(soon), now)?;
/// assert_eq!(link.expires_at(), soon);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    After(Duration),
    At(Timestamp),
    AtMost(Duration),
}

impl Expiry {
    /// Returns the expiry at a moment, which must be after the signing time.
    #[must_use]
    pub fn at(moment: impl Into<Timestamp>) -> Self {
        Expiry(Kind::At(moment.into()))
    }

    /// Returns the expiry after `duration`, or when the credentials expire if that is sooner.
    #[must_use]
    pub fn at_most(duration: Duration) -> Self {
        Expiry(Kind::AtMost(duration))
    }

    /// Returns how long something that is signed now is valid. `signed` names it in an error.
    pub(crate) fn resolve(
        &self,
        identity: &Identity,
        now: Timestamp,
        signed: &str,
    ) -> Result<Validity, Error> {
        let validity = match self.0 {
            Kind::After(duration) => Validity::after(now, check_duration(duration)?),
            Kind::At(moment) if moment <= now => {
                return Err(error!(
                    Expiry,
                    "the {signed} would expire at {moment}, which is not after the signing time {now}"
                ));
            }
            Kind::At(moment) => Validity {
                seconds: moment.saturating_duration_since(now).as_secs(),
                expires_at: moment,
            },
            Kind::AtMost(duration) => {
                let longest = check_duration(duration)?;
                let duration = match identity.expiration() {
                    None => longest,
                    Some(expiration) if expiration > now => {
                        longest.min(expiration.saturating_duration_since(now))
                    }
                    Some(expiration) => {
                        return Err(error!(
                            Expiry,
                            "the credentials expired at {expiration}, and the signing time is \
                             {now}; use new credentials"
                        ));
                    }
                };
                Validity::after(now, duration)
            }
        };
        match identity.expiration() {
            Some(expiration) if expiration < validity.expires_at => Err(error!(
                Expiry,
                "the {signed} would expire at {}, after its credentials, which expire at {expiration}; \
                 choose a shorter expiry, or Expiry::at_most",
                validity.expires_at
            )),
            _ => Ok(validity),
        }
    }
}

/// Checks that a duration is a whole number of seconds, and at least one.
fn check_duration(duration: Duration) -> Result<Duration, Error> {
    if duration.subsec_nanos() != 0 {
        return Err(error!(
            Expiry,
            "the expiry must be a whole number of seconds, got {duration:?}"
        ));
    }
    if duration.is_zero() {
        return Err(error!(
            Expiry,
            "the expiry must be at least one second, got 0"
        ));
    }
    Ok(duration)
}

impl From<Duration> for Expiry {
    fn from(duration: Duration) -> Self {
        Expiry(Kind::After(duration))
    }
}

/// An expiry for one signing time.
#[derive(Clone, Copy)]
pub(crate) struct Validity {
    /// The seconds from signing to expiration, at least one.
    pub(crate) seconds: u64,
    pub(crate) expires_at: Timestamp,
}

impl Validity {
    fn after(now: Timestamp, duration: Duration) -> Self {
        Validity {
            seconds: duration.as_secs(),
            expires_at: now.saturating_add(duration),
        }
    }
}
