//! Credentials: an identity and its secret, with the keys that were derived from it.

#[cfg(feature = "azure")]
use crate::crypto::{HmacSha256Key, SigningKey};
use crate::crypto::{PrivateKey, SecretAccessKey};
#[cfg(feature = "azure")]
use crate::error::ErrorKind;
use crate::error::{Error, error};
use crate::identity::{Identity, check};
#[cfg(feature = "azure")]
use crate::text::base64;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use ctutils::CtEq as _;
use zeroize::Zeroizing;

/// An access key ID with its secret access key, and the session token of temporary credentials; or
/// a key ID with its private key.
///
/// Clones are cheap. They share the secret and up to four signing keys derived from it, so that
/// only the first signature for a day, region and service pays for the derivation. Any number of
/// threads can sign with the same credentials; none waits for another. Secret and keys are
/// overwritten when the last clone is dropped. `Debug` shows neither the secret nor the token. `==`
/// compares in constant time.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, ErrorKind, Expiry, Timestamp, s3::Bucket};
///
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let (hour, now) = (Duration::from_secs(3600), "20130524T000000Z".parse::<Timestamp>()?);
///
/// let permanent = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let link = bucket.get("a.txt").presign(&permanent, hour, now)?;
/// assert!(link.as_str().contains("&X-Amz-Credential=AKIDEXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"));
///
/// let temporary = Credentials::new("ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?
///     .with_session_token("AQoDYXdzEPT//////////wEXAMPLE")?
///     .with_expiration("20130524T001500Z".parse::<Timestamp>()?);
/// // Without `at_most`, a URL that is valid longer than its credentials is an error.
/// let error = bucket.get("a.txt").presign(&temporary, hour, now).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Expiry);
/// let link = bucket.get("a.txt").presign(&temporary, Expiry::at_most(hour), now)?;
/// assert!(link.as_str().contains("&X-Amz-Expires=900&"));
///
/// assert_eq!(
///     format!("{temporary:?}"),
///     "Credentials { access_key_id: \"ASIAEXAMPLE\", session_token: true, \
///      expiration: Some(2013-05-24T00:15:00Z), .. }",
/// );
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    identity: Identity,
    key: Key,
}

#[allow(clippy::large_enum_variant, reason = "it is behind an `Arc`")]
enum Key {
    /// The secret access key, which contains the cache of the keys that are derived from it.
    Hmac(SecretAccessKey),
    #[cfg_attr(not(any(feature = "rsa", feature = "p256")), allow(dead_code))]
    Private(PrivateKey),
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
        let key = Key::Hmac(SecretAccessKey::new(&secret_access_key));
        Ok(Credentials::from_parts(identity, key))
    }

    /// Returns credentials with a private key: RSA with the feature `rsa`, ECDSA on the curve P-256
    /// with the feature `p256`. The key is parsed once; keep the credentials.
    ///
    /// The text is PEM: PKCS #8 (`PRIVATE KEY`), PKCS #1 (`RSA PRIVATE KEY`) or SEC 1 (`EC PRIVATE
    /// KEY`), without a password. `openssl genrsa 2048` and `openssl ecparam -name prime256v1
    /// -genkey -noout` write such keys. The ID is CloudFront's ID of the public key, or the email
    /// address of a service account of Google Cloud.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the text isn't such a key, if
    /// the feature for the key is disabled, if an RSA key doesn't have 2048 to 4096 bits, and for
    /// IDs that [`Identity::hmac`] rejects.
    #[cfg(any(feature = "rsa", feature = "p256"))]
    pub fn from_pem(key_id: impl Into<String>, pem: &str) -> Result<Self, Error> {
        let key = crate::crypto::parse_private_key(pem)?;
        let identity = Identity::with_private_key(key.kind(), key_id.into())?;
        Ok(Credentials::from_parts(identity, Key::Private(key)))
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

    /// Returns the secret access key.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the key is a private key.
    #[inline]
    pub(crate) fn secret_access_key(&self) -> Result<&SecretAccessKey, Error> {
        match &self.0.key {
            Key::Hmac(secret) => Ok(secret),
            Key::Private(_) => Err(self.identity().needs_secret_access_key_error()),
        }
    }

    /// Returns the private key.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the key is a secret access key.
    pub(crate) fn private_key(&self) -> Result<&PrivateKey, Error> {
        match &self.0.key {
            Key::Private(key) => Ok(key),
            Key::Hmac(_) => Err(self.identity().needs_private_key_error()),
        }
    }

    /// Returns the HMAC key whose base64 encoding is the secret.
    #[cfg(feature = "azure")]
    pub(crate) fn base64_key(&self) -> Result<&SigningKey, Error> {
        /// More than the 64 bytes of an account key.
        const MAX_BYTES: usize = 256;
        let secret = self.secret_access_key()?;
        let key = secret.base64_key(|| {
            let mut buffer = Zeroizing::new([0; MAX_BYTES]);
            let key = base64::decode_into(secret.as_str().as_bytes(), &mut *buffer)?;
            Some(SigningKey::HmacSha256(HmacSha256Key::new(key)))
        });
        key.ok_or_else(|| {
            Error::new(
                ErrorKind::Credentials,
                "the key is not base64; pass it as the portal or the service shows it",
            )
        })
    }

    /// Returns credentials whose secret has `before` and `after` around it. `explain` tries such
    /// secrets, so they are not checked.
    #[cfg(feature = "explain")]
    pub(crate) fn with_secret_between(&self, before: &str, after: &str) -> Self {
        let Ok(secret) = self.secret_access_key() else {
            return self.clone();
        };
        let parts = [before, secret.as_str(), after];
        // A string that grows would leave a copy of the secret behind.
        let length = parts.iter().map(|part| part.len()).sum();
        let mut secret = Zeroizing::new(String::with_capacity(length));
        secret.extend(parts);
        Credentials::from_parts(
            self.identity().clone(),
            Key::Hmac(SecretAccessKey::new(&secret)),
        )
    }

    fn from_parts(identity: Identity, key: Key) -> Self {
        Credentials(Arc::new(Inner { identity, key }))
    }

    fn with_identity(mut self, identity: Identity) -> Self {
        match Arc::get_mut(&mut self.0) {
            Some(inner) => {
                inner.identity = identity;
                self
            }
            // Other clones keep the previous identity.
            None => {
                let key = match &self.0.key {
                    Key::Hmac(secret) => Key::Hmac(SecretAccessKey::new(secret.as_str())),
                    Key::Private(key) => Key::Private(key.clone()),
                };
                Credentials::from_parts(identity, key)
            }
        }
    }
}

/// Checks that a secret isn't an [access key ID of
/// AWS](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
/// Then the access key ID is probably the secret, and every URL would contain it. The message
/// quotes neither.
fn check_not_access_key_id(secret: &str) -> Result<(), Error> {
    let rest = ["AKIA", "ASIA"]
        .iter()
        .find_map(|prefix| secret.strip_prefix(prefix));
    let is_valid = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    match rest {
        Some(rest) if rest.len() >= 12 && rest.bytes().all(is_valid) => Err(error!(
            Credentials,
            "the secret access key is an access key ID; swap the two"
        )),
        _ => Ok(()),
    }
}

impl PartialEq for Credentials {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (self.identity(), other.identity());
        let same_key = match (&self.0.key, &other.0.key) {
            (Key::Hmac(one), Key::Hmac(two)) => one.ct_eq(two),
            // A public key has one private key, and isn't secret.
            (Key::Private(one), Key::Private(two)) => one.public_key() == two.public_key(),
            _ => false,
        };
        let [one_token, two_token] =
            [one, two].map(|identity| identity.session_token().unwrap_or_default());
        let same_token = one_token.as_bytes().ct_eq(two_token.as_bytes());
        one.access_key_id() == two.access_key_id()
            && one.expiration() == two.expiration()
            && (same_key & same_token.to_bool())
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
