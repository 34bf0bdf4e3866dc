//! The key that a server checks a signature with.

use crate::credentials::Credentials;
use crate::crypto::{PublicKey, SecretAccessKey};
use alloc::borrow::Cow;
use core::fmt;

/// The key of an access key ID: what [`verify::Verifier`](crate::verify::Verifier) checks a
/// signature with.
///
/// Functions accept `impl Into<VerifyingKey>`: [`Credentials`], a reference to them, or a reference
/// to another `VerifyingKey`. A public key is read with `from_pem`, a method with the features
/// `rsa` and `p256`. Keep credentials between requests, because they contain the signing keys of
/// the day. `Debug` shows no secret.
///
/// ```
/// use core::time::Duration;
/// use presign::verify::{ReceivedRequest, Verifier};
/// use presign::{Credentials, Timestamp, VerifyingKey, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let link = bucket.get("a.txt").presign(&credentials, Duration::from_secs(60), now)?;
///
/// let key = VerifyingKey::from(credentials);
/// let verifier = Verifier::new("us-east-1", "s3");
/// let request = ReceivedRequest::from_url("GET", link.as_str())?;
/// let verified = verifier.verify(&request, now, |_| Some(&key))?;
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct VerifyingKey<'k>(Key<'k>);

#[derive(Clone)]
enum Key<'k> {
    Credentials(Cow<'k, Credentials>),
    #[cfg_attr(not(any(feature = "rsa", feature = "p256")), allow(dead_code))]
    Public(Cow<'k, PublicKey>),
}

#[cfg(any(feature = "rsa", feature = "p256"))]
impl VerifyingKey<'static> {
    /// Returns a public key: RSA with the feature `rsa`, ECDSA on the curve P-256 with the feature
    /// `p256`. The text is PEM, `PUBLIC KEY` or `RSA PUBLIC KEY`, as `openssl pkey -pubout` writes
    /// it.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the text isn't such a key, if
    /// the feature for the key is disabled, or if an RSA key doesn't have 2048 to 4096 bits.
    pub fn from_pem(pem: &str) -> Result<Self, crate::error::Error> {
        let key = crate::crypto::parse_public_key(pem)?;
        Ok(VerifyingKey(Key::Public(Cow::Owned(key))))
    }
}

impl VerifyingKey<'_> {
    /// Returns the credentials, unless this is a public key.
    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        match &self.0 {
            Key::Credentials(credentials) => Some(credentials),
            Key::Public(_) => None,
        }
    }

    /// Returns the secret access key, if the key is one.
    pub(crate) fn secret_access_key(&self) -> Option<&SecretAccessKey> {
        self.credentials()?.secret_access_key().ok()
    }

    /// Returns the public key, unless the key is a secret access key.
    pub(crate) fn public_key(&self) -> Option<Cow<'_, PublicKey>> {
        match &self.0 {
            Key::Credentials(credentials) => {
                let key = credentials.private_key().ok()?;
                Some(Cow::Owned(key.public_key()))
            }
            Key::Public(key) => Some(Cow::Borrowed(key)),
        }
    }
}

impl From<Credentials> for VerifyingKey<'_> {
    fn from(credentials: Credentials) -> Self {
        VerifyingKey(Key::Credentials(Cow::Owned(credentials)))
    }
}

impl<'k> From<&'k Credentials> for VerifyingKey<'k> {
    fn from(credentials: &'k Credentials) -> Self {
        VerifyingKey(Key::Credentials(Cow::Borrowed(credentials)))
    }
}

impl<'k> From<&'k VerifyingKey<'_>> for VerifyingKey<'k> {
    fn from(key: &'k VerifyingKey<'_>) -> Self {
        VerifyingKey(match &key.0 {
            Key::Credentials(credentials) => Key::Credentials(Cow::Borrowed(credentials)),
            Key::Public(key) => Key::Public(Cow::Borrowed(key)),
        })
    }
}

impl fmt::Debug for VerifyingKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("VerifyingKey");
        match &self.0 {
            Key::Credentials(credentials) => debug.field(credentials),
            Key::Public(_) => debug.field(&format_args!("public key")),
        };
        debug.finish()
    }
}
