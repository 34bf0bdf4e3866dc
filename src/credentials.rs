//! Credentials: an identity and its secret, with the keys that were derived from it.

use crate::crypto::{HmacSha1Key, KeyCache};
use crate::error::{Error, error};
use crate::identity::{Identity, check};
use crate::time::Timestamp;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use ctutils::CtEq as _;
use zeroize::Zeroizing;

/// An access key ID with its secret access key, and the session token of temporary credentials.
///
/// Clones are cheap. They share the secret and the signing keys derived from it, so that only the
/// first signature for a day, region and service pays for the derivation. Any number of threads can
/// sign with the same credentials; none waits for another. Secret and keys are overwritten when the
/// last clone is dropped. `Debug` shows neither the secret nor the token. `==` compares in constant
/// time.
///
/// ```
/// use presign::Credentials;
///
/// let permanent = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let temporary = permanent.clone().with_session_token("AQoDYXdzEPT//////////wEXAMPLE")?;
/// assert_ne!(permanent, temporary);
/// assert_eq!(
///     format!("{temporary:?}"),
///     r#"Credentials { access_key_id: "AKIDEXAMPLE", session_token: true, expiration: None, .. }"#,
/// );
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    identity: Identity,
    secret_access_key: Zeroizing<Box<str>>,
    /// Keys of SigV4, derived from the secret.
    derived_keys: KeyCache,
    /// The key of SigV2, which is the secret itself.
    hmac_sha1_key: HmacSha1Key,
}

impl Credentials {
    /// Returns credentials without a session token.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if either text is empty, begins or
    /// ends with white space, or contains a control character, for access key IDs that
    /// [`Identity::hmac`] rejects, and if the two are exchanged: the secret is an access key ID of
    /// AWS.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
    ) -> Result<Self, Error> {
        let secret_access_key = Zeroizing::new(secret_access_key.into());
        let identity = Identity::hmac(access_key_id)?;
        check("secret access key", &secret_access_key)?;
        check_not_access_key_id(&secret_access_key)?;
        Ok(Credentials::from_parts(identity, &secret_access_key))
    }

    fn from_parts(identity: Identity, secret_access_key: &str) -> Self {
        Credentials(Arc::new(Inner {
            identity,
            // A boxed text has no spare capacity in which a part of the secret could remain.
            secret_access_key: Zeroizing::new(Box::from(secret_access_key)),
            derived_keys: KeyCache::new(),
            hmac_sha1_key: HmacSha1Key::new(secret_access_key.as_bytes()),
        }))
    }

    /// Adds the session token of temporary credentials. An empty token counts as none.
    ///
    /// # Errors
    /// Returns the errors of [`Identity::with_session_token`].
    pub fn with_session_token(self, token: impl Into<String>) -> Result<Self, Error> {
        let identity = self.identity().clone().with_session_token(token)?;
        Ok(self.with_identity(identity))
    }

    /// Adds the moment at which temporary credentials expire; see [`Identity::with_expiration`].
    #[must_use]
    pub fn with_expiration(self, at: impl Into<Timestamp>) -> Self {
        let identity = self.identity().clone().with_expiration(at);
        self.with_identity(identity)
    }

    /// Returns the public half: access key ID, session token and expiration.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        &self.0.secret_access_key
    }

    pub(crate) fn derived_keys(&self) -> &KeyCache {
        &self.0.derived_keys
    }

    pub(crate) fn hmac_sha1_key(&self) -> &HmacSha1Key {
        &self.0.hmac_sha1_key
    }

    /// Returns the credentials with text around the secret, which makes it possibly invalid: to
    /// find out how a signature went wrong.
    #[cfg(feature = "explain")]
    pub(crate) fn with_secret_between(&self, before: &str, after: &str) -> Self {
        let parts = [before, self.secret_access_key(), after];
        // A string that grows would leave a copy of the secret behind.
        let length = parts.iter().map(|part| part.len()).sum();
        let mut secret = Zeroizing::new(String::with_capacity(length));
        secret.extend(parts);
        Credentials::from_parts(self.identity().clone(), &secret)
    }

    fn with_identity(mut self, identity: Identity) -> Self {
        match Arc::get_mut(&mut self.0) {
            Some(inner) => {
                inner.identity = identity;
                self
            }
            // Other clones keep the previous identity.
            None => Credentials::from_parts(identity, self.secret_access_key()),
        }
    }
}

/// Checks that a secret isn't an [access key ID of
/// AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
/// Then the access key ID is probably the secret, and every URL would contain it. The message quotes
/// neither.
fn check_not_access_key_id(secret: &str) -> Result<(), Error> {
    let rest = ["AKIA", "ASIA"]
        .iter()
        .find_map(|prefix| secret.strip_prefix(prefix));
    let is_valid = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    match rest {
        Some(rest) if rest.len() >= 12 && rest.bytes().all(is_valid) => Err(error!(
            Credentials,
            "the secret access key is an access key ID; exchange the two"
        )),
        _ => Ok(()),
    }
}

impl PartialEq for Credentials {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (self.identity(), other.identity());
        let same_secret = self
            .secret_access_key()
            .as_bytes()
            .ct_eq(other.secret_access_key().as_bytes());
        let [one_token, two_token] =
            [one, two].map(|identity| identity.session_token().unwrap_or_default());
        let same_token = one_token.as_bytes().ct_eq(two_token.as_bytes());
        one.access_key_id() == two.access_key_id()
            && one.expiration() == two.expiration()
            && (same_secret & same_token).to_bool()
    }
}

impl Eq for Credentials {}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let identity = self.identity();
        f.debug_struct("Credentials")
            .field("access_key_id", &identity.access_key_id())
            .field("session_token", &identity.session_token().is_some())
            .field("expiration", &identity.expiration())
            .finish_non_exhaustive()
    }
}
