//! Credentials of the AWS SDK, and a cache for its credentials providers.

use crate::credentials::Credentials;
use crate::error::Error;
use aws_credential_types::Credentials as SdkCredentials;
use std::sync::{PoisonError, RwLock};

/// Copies access key ID, secret, session token and expiration. An expiration between two seconds is
/// rounded down.
impl TryFrom<&SdkCredentials> for Credentials {
    /// The errors of [`Credentials::new`] and [`Credentials::with_session_token`].
    type Error = Error;

    fn try_from(sdk: &SdkCredentials) -> Result<Self, Error> {
        let mut credentials = Credentials::new(sdk.access_key_id(), sdk.secret_access_key())?;
        if let Some(token) = sdk.session_token() {
            credentials = credentials.with_session_token(token)?;
        }
        Ok(match sdk.expiry() {
            Some(expiration) => credentials.with_expiration(expiration),
            None => credentials,
        })
    }
}

impl TryFrom<SdkCredentials> for Credentials {
    type Error = Error;

    fn try_from(sdk: SdkCredentials) -> Result<Self, Error> {
        Credentials::try_from(&sdk)
    }
}

/// Keeps the [`Credentials`] that were made of the AWS SDK's, while the provider returns the same
/// ones.
///
/// A handler asks its provider for credentials with each request. Most answers are the same, and
/// the [`Credentials`] that were made of them keep their derived signing keys. One cache serves all
/// threads.
///
/// ```
/// use core::time::Duration;
/// use presign::{CredentialsCache, Error, PresignedUrl, s3::Bucket};
/// use std::time::SystemTime;
///
/// struct Handler {
///     bucket: Bucket,
///     cache: CredentialsCache,
/// }
///
/// impl Handler {
///     /// `credentials` are what `provider.provide_credentials().await` returned.
///     fn link(
///         &self,
///         key: &str,
///         credentials: &aws_credential_types::Credentials,
///     ) -> Result<PresignedUrl, Error> {
///         let credentials = self.cache.get(credentials)?;
///         self.bucket.get(key).presign(&credentials, Duration::from_secs(900), SystemTime::now())
///     }
/// }
///
/// let handler = Handler {
///     bucket: Bucket::new("examplebucket", "us-east-1")?,
///     cache: CredentialsCache::new(),
/// };
/// let provided = aws_credential_types::Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// assert!(handler.link("a.txt", &provided)?.as_str().contains("AKIDEXAMPLE"));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct CredentialsCache(RwLock<Option<Credentials>>);

impl CredentialsCache {
    /// Returns an empty cache.
    #[must_use]
    pub const fn new() -> Self {
        CredentialsCache(RwLock::new(None))
    }

    /// Returns the credentials as this crate has them: those of the previous call if they are the
    /// same, else new ones.
    ///
    /// # Errors
    /// Returns the errors of [`Credentials::new`] and [`Credentials::with_session_token`]. The
    /// previous credentials are kept.
    pub fn get(&self, sdk: &SdkCredentials) -> Result<Credentials, Error> {
        let credentials = Credentials::try_from(sdk)?;
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_ref().filter(|kept| **kept == credentials) {
            return Ok(kept.clone());
        }
        drop(kept);
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(credentials.clone());
        Ok(credentials)
    }
}

#[cfg(test)]
mod tests {
    use super::{Credentials, CredentialsCache, SdkCredentials};
    use core::ptr;
    use core::time::Duration;
    use std::time::SystemTime;

    fn sdk(secret: &str, token: Option<&str>, seconds: u64) -> SdkCredentials {
        let expiration = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let token = token.map(Into::into);
        SdkCredentials::new("AKIDEXAMPLE", secret, token, Some(expiration), "test")
    }

    fn have_same_keys(one: &Credentials, two: &Credentials) -> bool {
        ptr::eq(
            one.secret_access_key().unwrap(),
            two.secret_access_key().unwrap(),
        )
    }

    #[test]
    fn the_cache_keeps_derived_keys_while_the_provider_returns_the_same() {
        let cache = CredentialsCache::new();
        let first = cache.get(&sdk("secret", Some("token"), 100)).unwrap();
        let again = cache.get(&sdk("secret", Some("token"), 100)).unwrap();
        assert!(have_same_keys(&first, &again));
        let mut previous = first;
        for other in [
            sdk("secret", Some("token"), 101),
            sdk("secret", Some("other"), 101),
            sdk("secret", None, 101),
            sdk("other", None, 101),
        ] {
            let credentials = cache.get(&other).unwrap();
            assert!(!have_same_keys(&previous, &credentials));
            assert_eq!(credentials, Credentials::try_from(other).unwrap());
            previous = credentials;
        }
        // An error leaves the previous ones.
        assert!(cache.get(&sdk("", None, 101)).is_err());
        let kept = cache.get(&sdk("other", None, 101)).unwrap();
        assert!(have_same_keys(&previous, &kept));
    }
}
