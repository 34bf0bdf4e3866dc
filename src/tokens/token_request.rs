//! The description of a token, and the methods that make it.

use super::token::Token;
use crate::credentials::Credentials;
use crate::error::{Error, error};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::request::{PresignedUrl, Request, Unsigned};
use crate::text::percent::{Component, UNRESERVED};
use crate::time::Timestamp;
use crate::v4::{Payload, Service};
use crate::wire::url::websocket_url;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use core::fmt;
use core::time::Duration;

/// The description of a token: a request that is signed in its query.
///
/// The functions of [this module](super) return it.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Expiry, Timestamp, tokens};
///
/// let now: Timestamp = "20240826T220000Z".parse()?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?
///     .with_expiration(now.saturating_add(Duration::from_secs(600)));
///
/// // The token can't outlive the credentials; `at_most` shortens it instead of an error.
/// let cache = tokens::elasticache("us-east-1", "my-cache", "iam-user-01")?;
/// let quarter = Duration::from_secs(900);
/// assert!(cache.presign(&credentials, quarter, now).is_err());
/// let token = cache.presign(&credentials, Expiry::at_most(quarter), now)?;
/// assert_eq!(token.expires_at().to_string(), "2024-08-26T22:10:00Z");
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct TokenRequest {
    pub(super) service: Service,
    pub(super) method: &'static str,
    /// The URL without a query.
    pub(super) url: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) header: Option<(&'static str, String)>,
    pub(super) max_expires_in: Duration,
    pub(super) form: Form,
}

/// The text that a service takes as the token, made of the presigned URL.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// The URL without `https://` or `http://`.
    WithoutScheme,
    /// The URL with the scheme `wss`.
    WebSocket,
    /// `k8s-aws-v1.` and the URL in base64url.
    Eks,
    /// The URL with a parameter `User-Agent`, in base64url.
    Msk,
    /// `bedrock-api-key-` and the URL without its scheme and with a version, in base64.
    Bedrock,
}

impl TokenRequest {
    /// Adds a query parameter that the service expects, such as `language-code` of Transcribe.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Returns the token.
    ///
    /// # Errors
    /// - [`ErrorKind::Expiry`](crate::ErrorKind::Expiry): the expiry is not a whole number of
    ///   seconds, is zero, is longer than the service accepts, or is after the expiration of the
    ///   credentials.
    /// - [`ErrorKind::Time`](crate::ErrorKind::Time): the signing time is outside of the years 0 to
    ///   9999.
    pub fn presign(
        &self,
        credentials: &Credentials,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<Token, Error> {
        let now = now.into();
        let url = self.request().presign(credentials, expiry, now)?;
        self.check_expires_at(url.expires_at(), now)?;
        Ok(self.form.token(&url))
    }

    /// Prepares the token for an external key.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](TokenRequest::presign).
    pub fn prepare(
        &self,
        identity: &Identity,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<Unsigned<Token>, Error> {
        let now = now.into();
        let unsigned = self.request().prepare_url(identity, expiry, now)?;
        if let Some(expires_at) = unsigned.expires_at() {
            self.check_expires_at(expires_at, now)?;
        }
        let form = self.form;
        Ok(unsigned.map(move |url| form.token(&url)))
    }

    fn request(&self) -> Request<'_> {
        let request = self.service.request(self.method, self.url.as_str());
        let request = request.payload(Payload::Empty);
        let query = self.query.iter();
        let request = query.fold(request, |request, (name, value)| {
            request.query(name.as_str(), value.as_str())
        });
        match &self.header {
            Some((name, value)) => request.header(*name, value.as_str()),
            None => request,
        }
    }

    fn check_expires_at(&self, expires_at: Timestamp, now: Timestamp) -> Result<(), Error> {
        let max = self.max_expires_in;
        if expires_at > now.saturating_add(max) {
            return Err(error!(
                Expiry,
                "the expiry is {} seconds; the maximum of the service is {}",
                expires_at.saturating_duration_since(now).as_secs(),
                max.as_secs()
            ));
        }
        Ok(())
    }
}

/// `Debug` shows no values of the query.
impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenRequest")
            .field(&self.request())
            .finish()
    }
}

impl Form {
    fn token(self, url: &PresignedUrl) -> Token {
        Token {
            text: self.text(url.as_str()),
            expires_at: url.expires_at(),
        }
    }

    fn text(self, url: &str) -> String {
        let (_, without_scheme) = url.split_once("://").unwrap_or_default();
        match self {
            Form::WithoutScheme => without_scheme.into(),
            Form::WebSocket => websocket_url(url),
            Form::Eks => {
                let mut text = String::from("k8s-aws-v1.");
                URL_SAFE_NO_PAD.encode_string(url, &mut text);
                text
            }
            Form::Msk => {
                let mut with_agent = alloc::format!("{url}&User-Agent=");
                Component::Raw(USER_AGENT).write(&UNRESERVED, &mut with_agent);
                URL_SAFE_NO_PAD.encode(with_agent)
            }
            Form::Bedrock => {
                let mut text = String::from("bedrock-api-key-");
                STANDARD.encode_string(alloc::format!("{without_scheme}&Version=1"), &mut text);
                text
            }
        }
    }
}

/// The client as MSK logs it. The signature doesn't cover it.
const USER_AGENT: &str = concat!("presign/", env!("CARGO_PKG_VERSION"));
