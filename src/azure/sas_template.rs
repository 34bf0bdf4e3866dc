//! Tokens that differ only in their expiry, blob and row values: everything else is written once.

use super::prepared_sas::{PreparedSas, TokenExpiry, ValueSpace};
use super::sas::Sas;
use super::sas_token::SasToken;
use super::sas_validity::ValidityRules;
use super::string_to_sign::{SasText, SignedValues, Value};
use crate::credentials::Credentials;
use crate::crypto::{Message, Signature};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::scheme::azure_sas::Field;
use crate::text::capacity::capacity;
use crate::text::percent::PercentEncoded;
use crate::text::sink::{Placeholder, Sink};
use crate::text::template_text::{RowValues, TemplateText};
use crate::time::{PolicyDate, Timestamp};
use alloc::string::String;
use core::fmt;

/// The method that makes a template.
impl Sas<'_> {
    /// Returns a template: tokens that differ only in their expiry, which each of them states. So a
    /// [stored access policy](Sas::stored_policy) must not have one.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](Sas::presign), except those of the expiry.
    pub fn template(&self, credentials: &Credentials) -> Result<SasTemplate, Error> {
        self.resource.check()?;
        let (mut space, mut values) = (ValueSpace::default(), SignedValues::new());
        let identity = credentials.identity();
        let prepared =
            PreparedSas::new(self, identity, TokenExpiry::PerRow, &mut space, &mut values)?;
        let mut url = String::new();
        prepared.write_url(&mut url);
        let template = TokenTemplate::new(&prepared, &prepared.text(), credentials, |text| {
            text.text(&url)
        })?;
        Ok(SasTemplate { url, template })
    }
}

/// Tokens of one resource that differ only in their expiry.
///
/// It is made by [`Sas::template`], for a server that hands out many. Tokens with the same expiry
/// are the same. A template never changes, so threads can share it. `Debug` shows only the URL.
///
/// ```
/// use core::time::Duration;
/// use presign::azure::{self, Account, Permissions, Resource};
/// use presign::Timestamp;
///
/// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
/// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
/// let hour = Duration::from_secs(3600);
/// let account = Account::new("myaccount")?;
///
/// let images = account.sas(Resource::Container("images"), Permissions::READ).https_only();
/// let tokens = images.template(&key)?;
/// for expiry in [hour, 2 * hour] {
///     let token = tokens.presign(expiry, now)?;
///     assert_eq!(token.url(), images.presign(&key, expiry, now)?.url());
/// }
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct SasTemplate {
    /// The URL of the resource, up to the token.
    url: String,
    template: TokenTemplate,
}

impl SasTemplate {
    /// Returns a token that is signed now. The result is the only allocation.
    ///
    /// # Errors
    /// [`ErrorKind::Expiry`](crate::ErrorKind::Expiry) and
    /// [`ErrorKind::Time`](crate::ErrorKind::Time) as [`Sas::presign`].
    pub fn presign(
        &self,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<SasToken, Error> {
        let expires_at = self.template.expires_at(expiry.into(), now.into())?;
        let row = self.template.row("", expires_at, RowValues::default())?;
        let mut url = String::with_capacity(self.template.max_len());
        row.write_signed(&row.sign()?, &mut url);
        Ok(SasToken {
            url,
            token_start: self.url.len(),
            expires_at: Some(expires_at),
        })
    }
}

impl fmt::Debug for SasTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SasTemplate")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Tokens that differ only in their expiry, blob and row values.
#[derive(Clone)]
pub(super) struct TokenTemplate {
    credentials: Credentials,
    starts_at: Option<Timestamp>,
    is_delegated: bool,
    /// The token up to the signature, and what the URL has before it.
    text: TemplateText,
    string_to_sign: TemplateText,
}

impl TokenTemplate {
    /// Returns the template of the string to sign `signed`, in which placeholders stand for the
    /// values of a row. `write_start` writes what the URL has before the token.
    pub(super) fn new(
        prepared: &PreparedSas<'_>,
        signed: &SasText<'_, Value<'_>>,
        credentials: &Credentials,
        write_start: impl FnOnce(&mut TemplateText),
    ) -> Result<Self, Error> {
        // An invalid key is an error now, not one of the first token.
        credentials.base64_key()?;
        Ok(TokenTemplate {
            credentials: credentials.clone(),
            starts_at: prepared.starts_at(),
            is_delegated: credentials.identity().session_token().is_some(),
            text: TemplateText::record(|text| {
                write_start(text);
                signed.values.write_params(text);
                text.text(Field::Signature.assignment());
            }),
            string_to_sign: TemplateText::record(|sink| signed.write(sink)),
        })
    }

    /// Returns whether a row value is a part of the string to sign.
    pub(super) fn signs_row_value(&self, index: usize) -> bool {
        self.string_to_sign
            .row_values()
            .any(|signed| signed == index)
    }

    /// Returns when a token that is signed now expires.
    pub(super) fn expires_at(&self, expiry: Expiry, now: Timestamp) -> Result<Timestamp, Error> {
        let rules = ValidityRules {
            starts_at: self.starts_at,
            now,
            is_delegated: self.is_delegated,
        };
        rules.expires_at(self.credentials.identity(), expiry)
    }

    /// Returns a token without its signature. `blob` is ignored unless the template has a
    /// placeholder for it.
    pub(super) fn row<'r>(
        &'r self,
        blob: &'r str,
        expires_at: Timestamp,
        values: RowValues<'r>,
    ) -> Result<TokenRow<'r>, Error> {
        Ok(TokenRow {
            template: self,
            blob,
            expires_at: expires_at.policy_date()?,
            values,
        })
    }

    /// Returns an upper bound of the length of the text, without its row values.
    pub(super) fn max_len(&self) -> usize {
        /// The expiry, and a signature of which each character is escaped.
        const FIXED: usize = 160;
        capacity([FIXED, self.text.len()])
    }
}

/// A token without its signature.
pub(super) struct TokenRow<'r> {
    template: &'r TokenTemplate,
    blob: &'r str,
    expires_at: PolicyDate,
    values: RowValues<'r>,
}

impl TokenRow<'_> {
    pub(super) fn sign(&self) -> Result<Signature, Error> {
        self.template.credentials.base64_key()?.sign(self)
    }

    /// Writes the URL from the template's start to the signature.
    pub(super) fn write_signed(&self, signature: &Signature, sink: &mut impl Sink) {
        let expires_at = self.expires_at.encoded();
        self.template.text.write(sink, |placeholder, sink| {
            self.write_value(placeholder, expires_at.as_str(), sink, |text, sink| {
                PercentEncoded(sink).text(text);
            });
        });
        signature.write_base64_encoded(sink);
    }

    fn write_value<S: Sink>(
        &self,
        placeholder: Placeholder,
        expires_at: &str,
        sink: &mut S,
        write_text: impl Fn(&str, &mut S),
    ) {
        match placeholder {
            Placeholder::Expires => sink.text(expires_at),
            Placeholder::Key => write_text(self.blob, sink),
            Placeholder::RowValue(index) => self.values.write(index, "", sink, write_text),
            Placeholder::RowAssignment(index) => self.values.write(index, "=", sink, write_text),
            // A token has neither.
            Placeholder::Date | Placeholder::Time => {}
        }
    }
}

/// The string to sign.
impl Message for TokenRow<'_> {
    fn write(&self, sink: &mut impl Sink) {
        let expires_at = self.expires_at.as_str();
        let text = &self.template.string_to_sign;
        text.write(sink, |placeholder, sink| {
            self.write_value(placeholder, expires_at, sink, |text, sink| sink.text(text));
        });
    }
}
