//! Who signs. What lives here: the access key, its secret, the session token, and the signing keys that were derived from them.
//! What does not: reading them from anywhere.

use crate::cache::KeyCache;
use crate::encode::{Bare, Text};
use crate::error::{Error, ErrorKind, error};
use crate::hash::MacKeySha1;
use crate::timestamp::Timestamp;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;
use zeroize::Zeroizing;

/// An access key id with its secret, and the session token of temporary credentials.
///
/// Cheap to clone: clones share the secret and the signing keys derived from it, which are kept so that
/// only the first signature of a day, region and service pays for the derivation. Any number of threads may
/// sign with the same credentials; none waits for another. The secret and the keys are overwritten when the
/// last clone is dropped. `Debug` shows the access key id and nothing secret.
///
/// ```
/// use presign::Credentials;
///
/// let fixed = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let temporary = fixed.clone().with_session_token("AQoDYXdzEPT//////////wEXAMPLE")?;
/// assert_eq!(
///     format!("{temporary:?}"),
///     r#"Credentials { access_key_id: "AKIDEXAMPLE", session_token: true, expiration: None, .. }"#,
/// );
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    access_key_id: Box<str>,
    /// As it stands in a query before the scope, with the slash between them.
    encoded_credential_front: Box<str>,
    secret_access_key: Zeroizing<Box<str>>,
    session_token: Option<Token>,
    expiration: Option<Timestamp>,
    keys: KeyCache,
    /// SigV2 signs with the secret itself.
    hmac_sha1: MacKeySha1,
}

/// A session token, as it is and as it stands in a query.
#[derive(Clone)]
struct Token {
    plain: Zeroizing<String>,
    encoded: Zeroizing<String>,
}

impl Credentials {
    /// Credentials without a session token.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if either is empty, begins or ends with white space, or holds a control
    /// character; for the access key id, which goes into headers, also if it holds white space or
    /// anything outside ASCII. A comma is an error only when a header is signed with SigV4, which can't carry it.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
    ) -> Result<Self, Error> {
        let access_key_id = access_key_id.into();
        let secret_access_key = Zeroizing::new(secret_access_key.into());
        check("access key id", &access_key_id)?;
        check("secret access key", &secret_access_key)?;
        check_visible("access key id", &access_key_id)?;
        let hmac_sha1 = MacKeySha1::new(secret_access_key.as_bytes());
        // Nearly every access key id is encoded as it is.
        const SLASH: &str = "%2F";
        let length = access_key_id.len().saturating_add(SLASH.len());
        let mut credential_front = String::with_capacity(length);
        Text::Plain(&access_key_id).write(Bare::Unreserved, &mut credential_front);
        credential_front.push_str(SLASH);
        Ok(Credentials(Arc::new(Inner {
            access_key_id: access_key_id.into_boxed_str(),
            encoded_credential_front: credential_front.into_boxed_str(),
            // Exactly as large as the text, so that nothing of it is left behind in spare capacity.
            secret_access_key: Zeroizing::new(Box::from(secret_access_key.as_str())),
            session_token: None,
            expiration: None,
            keys: KeyCache::new(),
            hmac_sha1,
        })))
    }

    /// The same with the session token of temporary credentials. An empty token counts as none.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] if the token holds white space, a control character or anything outside ASCII:
    /// it is sent as a header.
    pub fn with_session_token(self, token: impl Into<String>) -> Result<Self, Error> {
        let plain = Zeroizing::new(token.into());
        if plain.is_empty() {
            return Ok(self.with(|inner| inner.session_token = None));
        }
        check("session token", &plain)?;
        check_visible("session token", &plain)?;
        // Three bytes for each is the most that encoding needs: the text never moves while it grows.
        let mut encoded = Zeroizing::new(String::with_capacity(plain.len().saturating_mul(3)));
        Text::Plain(&plain).write(Bare::Unreserved, &mut *encoded);
        Ok(self.with(|inner| inner.session_token = Some(Token { plain, encoded })))
    }

    /// The same, known to end at a moment, as temporary credentials do.
    ///
    /// A presigned URL stops working when the credentials that signed it do, whatever its own life; so
    /// a URL that would outlive them is refused. [`at_most`](Credentials::at_most) caps instead.
    #[must_use]
    pub fn with_expiration(self, at: impl Into<Timestamp>) -> Self {
        let at = at.into();
        self.with(|inner| inner.expiration = Some(at))
    }

    /// `expires_in`, or the whole seconds that these credentials have left at `now`, whichever is less.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::{Credentials, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let credentials = Credentials::new("ASIDEXAMPLE", "secret")?
    ///     .with_expiration(Timestamp::parse("20130524T001500Z")?);
    /// let hour = Duration::from_secs(3600);
    /// assert_eq!(credentials.at_most(hour, now), Duration::from_secs(900));
    /// # Ok::<(), presign::Error>(())
    /// ```
    #[must_use]
    pub fn at_most(&self, expires_in: Duration, now: impl Into<Timestamp>) -> Duration {
        match self.0.expiration {
            Some(end) => expires_in.min(end.saturating_since(now)),
            None => expires_in,
        }
    }

    /// The access key id, which is not a secret: every signed request shows it.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.0.access_key_id
    }

    /// The access key id and the slash after it, percent-encoded: the front of a credential in a query.
    pub(crate) fn encoded_credential_front(&self) -> &str {
        &self.0.encoded_credential_front
    }

    /// When the credentials end, if that is known.
    #[must_use]
    pub fn expiration(&self) -> Option<Timestamp> {
        self.0.expiration
    }

    /// The same with another secret, which need not be a possible one: to find out how a signature went wrong.
    #[cfg(feature = "explain")]
    pub(crate) fn with_secret(&self, secret_access_key: String) -> Option<Self> {
        let secret = Zeroizing::new(secret_access_key);
        let mut other = self.clone().with(|_| ());
        let inner = Arc::get_mut(&mut other.0)?;
        inner.hmac_sha1 = MacKeySha1::new(secret.as_bytes());
        inner.secret_access_key = Zeroizing::new(Box::from(secret.as_str()));
        inner.keys = KeyCache::new();
        Some(other)
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        &self.0.secret_access_key
    }

    pub(crate) fn session_token(&self) -> Option<&str> {
        let token = self.0.session_token.as_ref()?;
        Some(&token.plain)
    }

    /// The session token, percent-encoded.
    pub(crate) fn encoded_session_token(&self) -> Option<&str> {
        let token = self.0.session_token.as_ref()?;
        Some(&token.encoded)
    }

    pub(crate) fn keys(&self) -> &KeyCache {
        &self.0.keys
    }

    pub(crate) fn hmac_sha1(&self) -> &MacKeySha1 {
        &self.0.hmac_sha1
    }

    /// Refuses a URL that would live longer than the credentials.
    pub(crate) fn check_outlive(&self, url_ends: Timestamp) -> Result<(), Error> {
        self.check_outlive_of("URL", url_ends)
    }

    /// Refuses what would live longer than the credentials that sign it.
    pub(crate) fn check_outlive_of(&self, what: &str, ends: Timestamp) -> Result<(), Error> {
        match self.0.expiration {
            Some(end) if end < ends => Err(error!(
                Expiry,
                "the {what} would end at {ends}, but the credentials that sign it end at {end}: \
                 ask for less, or cap it with Credentials::at_most"
            )),
            _ => Ok(()),
        }
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = match Arc::try_unwrap(self.0) {
            Ok(inner) => inner,
            Err(shared) => Inner {
                access_key_id: shared.access_key_id.clone(),
                encoded_credential_front: shared.encoded_credential_front.clone(),
                secret_access_key: shared.secret_access_key.clone(),
                session_token: shared.session_token.clone(),
                expiration: shared.expiration,
                keys: KeyCache::new(),
                hmac_sha1: shared.hmac_sha1.clone(),
            },
        };
        change(&mut inner);
        Credentials(Arc::new(inner))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.0.access_key_id)
            .field("session_token", &self.0.session_token.is_some())
            .field("expiration", &self.0.expiration)
            .finish_non_exhaustive()
    }
}

/// What holds for all three. The messages never quote the text.
fn check(what: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(error!(Credentials, "the {what} is empty"));
    }
    if text.trim().len() != text.len() {
        return Err(error!(
            Credentials,
            "the {what} begins or ends with white space: give it without"
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(error!(
            Credentials,
            "the {what} holds a control character, such as a line break or NUL"
        ));
    }
    Ok(())
}

/// What holds for the texts that are sent in headers.
fn check_visible(what: &str, text: &str) -> Result<(), Error> {
    match text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(Error::new(
            ErrorKind::Credentials,
            alloc::format!(
                "the {what} holds a space or a character outside ASCII, which can't be sent in a header"
            ),
        )),
    }
}
