//! The parts of a verified request from which the verification of its body continues.

use super::coverage::Coverage;
use super::error::{VerifyError, reject};
use super::received_request::ReceivedRequest;
use super::verified::Verified;
use crate::credentials::Credentials;
use crate::v4::{Scope, SignatureChain, SigningScope};
use crate::verifying_key::VerifyingKey;

/// Returns the credentials of a key. The signatures of a body's parts need them, even those of
/// SigV4a.
pub(crate) fn credentials_of<'k>(
    key: &'k VerifyingKey<'_>,
) -> Result<&'k Credentials, VerifyError> {
    key.credentials().ok_or_else(|| {
        reject!(
            AccessKey,
            "a public key can't verify a body that is signed in parts; pass the credentials"
        )
    })
}

impl<'r> Verified<'r> {
    /// Returns the request.
    pub(crate) fn request(&self) -> &'r ReceivedRequest<'r> {
        self.request
    }

    /// Returns the credential scope without its date, or `None` under SigV2.
    pub(crate) fn signing_scope(&self) -> Option<SigningScope> {
        let Coverage::V4 { scheme, .. } = &self.coverage else {
            return None;
        };
        let region = self.authentication.region()?;
        let service = self.authentication.service()?;
        Some(SigningScope::new(scheme, region, service))
    }

    /// Returns the chain of signatures that begins with that of the request.
    ///
    /// # Errors
    /// [`Scheme`](super::VerifyErrorKind::Scheme) under SigV2, and
    /// [`AccessKey`](super::VerifyErrorKind::AccessKey) for the credentials of another access key
    /// ID.
    pub(crate) fn signature_chain(
        &self,
        credentials: &Credentials,
    ) -> Result<SignatureChain, VerifyError> {
        self.check_access_key(credentials)?;
        let signing_scope = self.signing_scope();
        let signed_at = self.authentication.signed_at();
        let time = signed_at.and_then(|signed_at| signed_at.amz_date().ok());
        match (signing_scope, time) {
            (Some(signing_scope), Some(time)) => {
                let scope = Scope {
                    time,
                    signing_scope: &signing_scope,
                };
                SignatureChain::new(&scope, credentials, self.signature)
                    .map_err(|error| reject!(AccessKey, "{error}"))
            }
            _ => Err(reject!(
                Scheme,
                "a request that is signed with SigV2 can't have a signed stream"
            )),
        }
    }

    /// Checks that the credentials are those of the signer.
    pub(crate) fn check_access_key(&self, credentials: &Credentials) -> Result<(), VerifyError> {
        if credentials.identity().access_key_id() == self.access_key_id() {
            return Ok(());
        }
        Err(reject!(
            AccessKey,
            "the credentials have another access key ID than the signature"
        ))
    }
}
