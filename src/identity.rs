//! The public half of credentials: who signs.

use crate::crypto::PrivateKeyKind;
use crate::error::{Error, error};
use crate::text::percent::{Component, UNRESERVED};
use crate::time::Timestamp;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use zeroize::Zeroizing;

/// An access key ID with its session token and expiration: the part of credentials that a request
/// states, without the secret.
///
/// It prepares requests that are signed by an external key, in an HSM, a KMS or another process.
/// [`Unsigned`](crate::Unsigned) shows the signature and its last step. `Debug` doesn't show the
/// session token.
///
/// ```
/// use core::time::Duration;
/// use presign::{Algorithm, Identity, Timestamp, s3::Bucket};
///
/// let identity = Identity::hmac("AKIDEXAMPLE")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let unsigned = bucket.get("a.txt").prepare_url(&identity, Duration::from_secs(60), now)?;
/// assert_eq!(unsigned.algorithm(), Algorithm::HmacSha256);
/// assert_eq!(unsigned.scope(), Some("20130524/us-east-1/s3/aws4_request"));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Identity {
    /// The kind of the key; `None` if it is a secret access key.
    private_key: Option<PrivateKeyKind>,
    access_key_id: Box<str>,
    /// As the value of a query parameter has it.
    encoded_access_key_id: Box<str>,
    session_token: Option<Token>,
    expiration: Option<Timestamp>,
}

/// A session token, as it is and as the value of a query parameter has it.
#[derive(Clone)]
struct Token {
    plain: Zeroizing<String>,
    encoded: Zeroizing<String>,
}

impl Identity {
    /// Returns an identity whose key is a secret access key.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the access key ID is empty or
    /// contains white space, control characters, or characters outside of ASCII. A comma is an
    /// error only when a header is signed with SigV4, because the header can't carry it.
    pub fn hmac(access_key_id: impl Into<String>) -> Result<Self, Error> {
        let access_key_id = access_key_id.into();
        check("access key ID", &access_key_id)?;
        check_visible("access key ID", &access_key_id)?;
        let mut encoded = String::new();
        Component::Raw(&access_key_id).write(&UNRESERVED, &mut encoded);
        Ok(Identity {
            private_key: None,
            access_key_id: access_key_id.into_boxed_str(),
            encoded_access_key_id: encoded.into_boxed_str(),
            session_token: None,
            expiration: None,
        })
    }

    /// Returns an identity whose key is an RSA private key. Its ID is CloudFront's ID of the public
    /// key, or the email address of a service account of Google Cloud.
    ///
    /// # Errors
    /// Returns the errors of [`hmac`](Identity::hmac).
    pub fn rsa(key_id: impl Into<String>) -> Result<Self, Error> {
        Identity::with_private_key(PrivateKeyKind::Rsa, key_id.into())
    }

    /// Returns an identity whose key is an ECDSA private key on the curve P-256. Its ID is
    /// CloudFront's ID of the public key.
    ///
    /// # Errors
    /// Returns the errors of [`hmac`](Identity::hmac).
    pub fn p256(key_id: impl Into<String>) -> Result<Self, Error> {
        Identity::with_private_key(PrivateKeyKind::P256, key_id.into())
    }

    pub(crate) fn with_private_key(kind: PrivateKeyKind, key_id: String) -> Result<Self, Error> {
        let identity = Identity::hmac(key_id)?;
        Ok(Identity {
            private_key: Some(kind),
            ..identity
        })
    }

    /// Adds the session token of temporary credentials. An empty token counts as none.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the token contains white space,
    /// control characters, or characters outside of ASCII, because it is sent as a header.
    pub fn with_session_token(mut self, token: impl Into<String>) -> Result<Self, Error> {
        let plain = Zeroizing::new(token.into());
        if plain.is_empty() {
            self.session_token = None;
            return Ok(self);
        }
        check("session token", &plain)?;
        check_visible("session token", &plain)?;
        // With room for the longest encoding, the text is never moved, which would leave a copy.
        let component = Component::Raw(&plain);
        let mut encoded = Zeroizing::new(String::with_capacity(component.max_encoded_len()));
        component.write(&UNRESERVED, &mut *encoded);
        self.session_token = Some(Token { plain, encoded });
        Ok(self)
    }

    /// Adds the expiration of temporary credentials.
    ///
    /// A presigned URL expires with the credentials that signed it. So a URL that would be valid
    /// longer is an error; [`Expiry::at_most`](crate::Expiry::at_most) shortens it instead.
    #[must_use]
    pub fn with_expiration(mut self, at: impl Into<Timestamp>) -> Self {
        self.expiration = Some(at.into());
        self
    }

    /// Returns the access key ID. It is not secret: every signed request contains it.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns when the credentials expire, if that is known.
    #[must_use]
    pub fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// Returns the kind of the private key, or `None` for a secret access key.
    #[inline]
    pub(crate) fn private_key_kind(&self) -> Option<PrivateKeyKind> {
        self.private_key
    }

    /// Checks that the key is a secret access key.
    #[inline]
    pub(crate) fn check_secret_access_key(&self) -> Result<(), Error> {
        match self.private_key {
            None => Ok(()),
            Some(_) => Err(self.needs_secret_access_key_error()),
        }
    }

    /// Returns the kind of the private key.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the key is a secret access key.
    #[cfg_attr(not(feature = "cloudfront"), allow(dead_code))]
    pub(crate) fn require_private_key(&self) -> Result<PrivateKeyKind, Error> {
        self.private_key
            .ok_or_else(|| self.needs_private_key_error())
    }

    /// Returns the error for a signature that needs a secret access key.
    pub(crate) fn needs_secret_access_key_error(&self) -> Error {
        error!(
            Credentials,
            "this signature needs a secret access key, but {} has a private key; use \
             `Credentials::new` or `Identity::hmac`",
            self.access_key_id
        )
    }

    /// Returns the error for a signature that needs a private key.
    pub(crate) fn needs_private_key_error(&self) -> Error {
        error!(
            Credentials,
            "this signature needs a private key, but {} has a secret access key; use \
             `Credentials::from_pem`, `Identity::rsa` or `Identity::p256`",
            self.access_key_id
        )
    }

    /// Returns the access key ID, percent-encoded.
    pub(crate) fn encoded_access_key_id(&self) -> &str {
        &self.encoded_access_key_id
    }

    pub(crate) fn session_token(&self) -> Option<&str> {
        let token = self.session_token.as_ref()?;
        Some(&token.plain)
    }

    /// Returns the session token, percent-encoded.
    pub(crate) fn encoded_session_token(&self) -> Option<&str> {
        let token = self.session_token.as_ref()?;
        Some(&token.encoded)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("access_key_id", &self.access_key_id)
            .field("session_token", &self.session_token.is_some())
            .field("expiration", &self.expiration)
            .finish()
    }
}

/// Checks a text of the credentials. The messages never quote it.
pub(crate) fn check(name: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(error!(Credentials, "the {name} is empty; pass one"));
    }
    if text.trim().len() != text.len() {
        return Err(error!(
            Credentials,
            "the {name} begins or ends with white space; remove it"
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(error!(
            Credentials,
            "the {name} contains a control character, such as a line break or NUL; remove it"
        ));
    }
    Ok(())
}

/// Checks a text that is sent in a header.
fn check_visible(name: &str, text: &str) -> Result<(), Error> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(error!(
            Credentials,
            "the {name} contains a space or a character outside of ASCII, which no header can carry"
        ))
    }
}
