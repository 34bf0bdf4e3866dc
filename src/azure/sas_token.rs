//! A signed shared access signature.

use crate::crypto::Signature;
use crate::error::{Error, error};
use crate::scheme::azure_sas::Field;
use crate::text::percent::Component;
use crate::time::Timestamp;
use crate::wire::query::parse_query;
use crate::wire::url::Url;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// A shared access signature: a query that gives access to its resource until it expires.
///
/// It is signed once, and serves every URL of its resource: [`url_for`](SasToken::url_for). `Debug`
/// hides it.
///
/// ```
/// use core::time::Duration;
/// use presign::azure::{self, Account, Permissions, Resource};
/// use presign::Timestamp;
///
/// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
/// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
/// let token = Account::new("myaccount")?
///     .sas(Resource::Container("images"), Permissions::READ)
///     .presign(&key, Duration::from_secs(3600), now)?;
///
/// assert!(token.as_str().starts_with("sv=2026-10-06&sr=c&se=2026-10-06T01%3A00%3A00Z&sp=r&sig="));
/// let cat = token.url_for("https://myaccount.blob.core.windows.net/images/cat.png")?;
/// assert!(cat.starts_with("https://myaccount.blob.core.windows.net/images/cat.png?sv="));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct SasToken {
    /// The URL of the resource, with the token at its end.
    pub(super) url: String,
    /// The index at which the token begins.
    pub(super) token_start: usize,
    pub(super) expires_at: Option<Timestamp>,
}

impl SasToken {
    /// Adds the signature, the last parameter.
    pub(super) fn finish(mut self, signature: &Signature) -> Self {
        self.url.push_str(Field::Signature.assignment());
        signature.write_base64_encoded(&mut self.url);
        self
    }

    /// Returns the token: a query without its `?`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.get(self.token_start..).unwrap_or_default()
    }

    /// Returns the URL of the resource, with the token. For an account, it is the URL of the first
    /// of its services.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns another URL with the token: that of a blob of the container, or with parameters of
    /// an operation. Whether the token gives access to it is not checked.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) for an invalid URL, and
    /// [`ErrorKind::Query`](crate::ErrorKind::Query) for one that has a signature.
    pub fn url_for(&self, url: &str) -> Result<String, Error> {
        let parsed = Url::parse(url)?;
        let mut params = parse_query(parsed.target.query);
        if params.any(|param| param.name.decodes_to(Field::Signature.name())) {
            return Err(error!(
                Query,
                "the URL has a shared access signature already; remove it"
            ));
        }
        let separator = match parsed.target.query {
            None => "?",
            Some(query) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        Ok([url, separator, self.as_str()].concat())
    }

    /// Returns when the token expires, or `None` if its stored access policy sets it.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Returns the signature: base64, decoded.
    #[must_use]
    pub fn signature(&self) -> Cow<'_, str> {
        let (_, value) = self.url.rsplit_once("&sig=").unwrap_or_default();
        Component::Encoded(value).to_text().unwrap_or_default()
    }
}

impl fmt::Debug for SasToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("SasToken")
            .field("url", &format_args!("{address}?…"))
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
