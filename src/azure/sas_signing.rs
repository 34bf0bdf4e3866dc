//! The methods that sign a shared access signature.

use super::prepared_sas::{PreparedSas, TokenExpiry, ValueSpace};
use super::sas::Sas;
use super::sas_expiry::SasExpiry;
use super::sas_token::SasToken;
use super::string_to_sign::SignedValues;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::identity::Identity;
use crate::request::{KeySource, Unsigned};
use crate::time::Timestamp;

impl Sas<'_> {
    /// Returns the signed token.
    ///
    /// # Errors
    /// - [`ErrorKind::Bucket`](crate::ErrorKind::Bucket),
    ///   [`ErrorKind::Key`](crate::ErrorKind::Key): an invalid name.
    /// - [`ErrorKind::Policy`](crate::ErrorKind::Policy): a permission that the resource doesn't
    ///   have, an unknown, repeated or invalid parameter, or neither permissions nor a stored
    ///   access policy.
    /// - [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported): a parameter, permission or
    ///   resource that the kind of token or its version doesn't have.
    /// - [`ErrorKind::Expiry`](crate::ErrorKind::Expiry): the expiry is not after `now` and the
    ///   start, is not in whole seconds, is after that of the user delegation key, or is more than
    ///   the seven days of a user delegation SAS; or neither the token nor a stored access policy
    ///   has one.
    /// - [`ErrorKind::Time`](crate::ErrorKind::Time): a text that is not a time, or a time outside
    ///   of the years 0 to 9999.
    /// - [`ErrorKind::Credentials`](crate::ErrorKind::Credentials): credentials of another account,
    ///   or not in base64.
    pub fn presign<'e>(
        &self,
        credentials: &Credentials,
        expiry: impl Into<SasExpiry<'e>>,
        now: impl Into<Timestamp>,
    ) -> Result<SasToken, Error> {
        let identity = credentials.identity();
        let expiry = TokenExpiry::Single(expiry.into(), now.into());
        self.resource.check()?;
        let (mut space, mut values) = (ValueSpace::default(), SignedValues::new());
        let prepared = PreparedSas::new(self, identity, expiry, &mut space, &mut values)?;
        let signature = credentials.base64_key()?.sign(&prepared.text())?;
        Ok(prepared.token().finish(&signature))
    }

    /// Prepares the token for an external key.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](Sas::presign).
    pub fn prepare<'e>(
        &self,
        identity: &Identity,
        expiry: impl Into<SasExpiry<'e>>,
        now: impl Into<Timestamp>,
    ) -> Result<Unsigned<SasToken>, Error> {
        let expiry = TokenExpiry::Single(expiry.into(), now.into());
        self.resource.check()?;
        let (mut space, mut values) = (ValueSpace::default(), SignedValues::new());
        let prepared = PreparedSas::new(self, identity, expiry, &mut space, &mut values)?;
        let token = prepared.token();
        let expires_at = token.expires_at;
        Ok(Unsigned::new(
            identity,
            KeySource::Base64,
            &prepared.text(),
            move |signature| token.finish(signature),
        )
        .with_expiration(expires_at))
    }
}
