//! Verifying a request with Shared Key, and the result.

use super::service::Service;
use super::shared_key::{DATE, is_covered};
use super::signature::check_signature;
use super::unverified_shared_key::{UnverifiedSharedKey, signed_by_shared_key};
use crate::error::Quoted;
use crate::time::Timestamp;
use crate::verify::{VerifyError, check_expiration, reject};
use crate::verifying_key::VerifyingKey;
use core::fmt;

/// A request whose Shared Key signature was verified. The account key permits every operation.
///
/// The signature doesn't cover the body. It covers the header `Content-MD5` if the request has it;
/// the server has to compare it.
#[derive(Clone)]
pub struct VerifiedSharedKey<'r>(UnverifiedSharedKey<'r>);

impl<'r> UnverifiedSharedKey<'r> {
    /// Verifies the request with the key of the account.
    ///
    /// # Errors
    /// The first failure in this order: [`TimeSkew`](crate::verify::VerifyErrorKind::TimeSkew),
    /// [`AccessKey`](crate::verify::VerifyErrorKind::AccessKey) for the key of another account and
    /// for a public key, [`SessionToken`](crate::verify::VerifyErrorKind::SessionToken) for a user
    /// delegation key,
    /// [`CredentialsExpired`](crate::verify::VerifyErrorKind::CredentialsExpired), and
    /// [`Signature`](crate::verify::VerifyErrorKind::Signature).
    pub fn verify<'k>(
        self,
        key: impl Into<VerifyingKey<'k>>,
        now: impl Into<Timestamp>,
    ) -> Result<VerifiedSharedKey<'r>, VerifyError> {
        let now = now.into();
        self.check_time(now)?;
        check_key(&self, &key.into(), now).map_err(signed_by_shared_key)?;
        Ok(VerifiedSharedKey(self))
    }
}

fn check_key(
    request: &UnverifiedSharedKey<'_>,
    key: &VerifyingKey<'_>,
    now: Timestamp,
) -> Result<(), VerifyError> {
    let credentials = key
        .credentials()
        .ok_or_else(|| reject!(AccessKey, "a public key can't verify Shared Key"))?;
    let identity = credentials.identity();
    if identity.access_key_id() != request.account_name() {
        return Err(reject!(
            AccessKey,
            "the key belongs to the account {}, but the request is for {}",
            Quoted(identity.access_key_id()),
            Quoted(request.account_name())
        ));
    }
    if identity.session_token().is_some() {
        return Err(reject!(
            SessionToken,
            "a user delegation key signs shared access signatures only; use an account key"
        ));
    }
    check_expiration(identity, now)?;
    check_signature(credentials, request.signature, |key, signature| {
        Ok(request.with_text(|text| key.verify(text, signature)))
    })
}

impl VerifiedSharedKey<'_> {
    /// Returns the service that the request was sent to, by its host and path. Serve only this one.
    ///
    /// The signature covers neither: sent to another service of the account, the request would be
    /// valid there, too.
    #[must_use]
    pub fn service(&self) -> Service {
        self.0.target.service
    }

    /// Returns the name of the container, share, queue or table, decoded; empty for the service
    /// itself. Serve only this resource.
    ///
    /// Under Shared Key Lite, an unsigned parameter `restype` decides whether a path of one segment
    /// is a container, or a blob of `$root`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.target.name
    }

    /// Returns the name of the blob or file, decoded; empty for a container or share.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.0.target.object
    }

    /// Returns the signing time.
    #[must_use]
    pub fn signed_at(&self) -> Timestamp {
        self.0.signed_at
    }

    /// Returns whether the signature covers the header. A header that it doesn't cover can have
    /// been added or changed by anyone.
    #[must_use]
    pub fn covers_header(&self, name: &str) -> bool {
        let has_ms_date = self.0.request.values(DATE).next().is_some();
        let mut named = self.0.request.values(name);
        named
            .next()
            .is_some_and(|header| is_covered(header, self.0.form, has_ms_date))
    }

    /// Returns whether the request has the query parameter, and the signature covers it. Shared Key
    /// Lite and the Shared Key of tables cover only `comp`.
    ///
    /// The case of a name isn't covered, so `include` is covered by the signature of `Include`,
    /// too.
    #[must_use]
    pub fn covers_query(&self, name: &str) -> bool {
        let mut params = self.0.target.params.iter();
        params.any(|param| param.name.decodes_to_ignore_case(name))
            && (name.eq_ignore_ascii_case("comp") || !self.0.form.signs_only_comp())
    }
}

impl fmt::Debug for VerifiedSharedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSharedKey")
            .field("service", &self.service())
            .field("name", &self.name())
            .field("object", &self.object())
            .field("signed_at", &self.signed_at())
            .finish_non_exhaustive()
    }
}
