//! A request whose authentication was read, but whose signature was not verified.

use super::authentication::{Authentication, Claim};
use super::coverage::Coverage;
use super::error::VerifyError;
use super::identity::{check_signer, unknown_access_key, wrong_signature};
use super::payload::PayloadCoverage;
use super::query_api;
use super::received_request::ReceivedRequest;
use super::settings::Settings;
use super::signature::{verify_v2, verify_v4};
use super::v2_inputs::V2Inputs;
use super::v4_inputs::V4Inputs;
use super::verified::Verified;
#[cfg(feature = "explain")]
use crate::credentials::Credentials;
use crate::crypto::Message as _;
#[cfg(feature = "explain")]
use crate::crypto::sha256;
#[cfg(feature = "explain")]
use crate::text::hex::Hex;
use crate::time::Timestamp;
use crate::v2::{SignatureMethod, signing_key};
use crate::verifying_key::VerifyingKey;
use alloc::string::String;
use core::fmt;

/// A request whose authentication was parsed, but whose signature was not verified.
///
/// Don't trust the authentication: any client can write it.
/// [`Verifier::parse`](super::Verifier::parse) returns it, for keys that have to be fetched first.
/// `Debug` shows neither the signature nor the session token.
///
/// ```
/// use core::time::Duration;
/// use presign::verify::{ReceivedRequest, Verifier};
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let link = bucket.get("a.txt").presign(&credentials, Duration::from_secs(60), now)?;
///
/// let verifier = Verifier::new("us-east-1", "s3");
/// let request = ReceivedRequest::from_url("GET", link.as_str())?;
/// let unverified = verifier.parse(&request)?;
/// unverified.check_time(now)?;
/// // Fetch the key here.
/// assert_eq!(unverified.access_key_id(), "AKIDEXAMPLE");
/// let verified = unverified.verify(&credentials, now)?;
/// assert_eq!(verified.path(), "/a.txt");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Unverified<'v, 'r> {
    pub(super) settings: &'v Settings,
    pub(super) request: &'r ReceivedRequest<'r>,
    pub(super) claim: Claim<'r>,
    pub(super) inputs: Inputs<'v, 'r>,
}

/// The inputs of the string to sign, by scheme.
#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a box would be allocated for each request"
)]
pub(super) enum Inputs<'v, 'r> {
    V4(V4Inputs<'v, 'r>),
    V2(V2Inputs<'r>),
    QueryApi(SignatureMethod),
}

impl<'r> Unverified<'_, 'r> {
    /// Returns the access key ID whose key is needed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        self.authentication().access_key_id()
    }

    /// Returns the authentication that the request claims. Don't trust it: any client can write it.
    #[must_use]
    pub fn authentication(&self) -> &Authentication<'r> {
        &self.claim.authentication
    }

    /// Returns whether the request contains a session token.
    #[must_use]
    pub fn has_session_token(&self) -> bool {
        self.claim.token.is_some()
    }

    /// Returns the canonical request as this side computes it; empty under SigV2, which has none.
    ///
    /// S3 returns it to a client whose signature doesn't match. It can contain a session token.
    #[must_use]
    pub fn canonical_request(&self) -> String {
        let mut text = String::new();
        if let Inputs::V4(inputs) = &self.inputs {
            inputs.write_canonical_request(self.request, &mut text);
        }
        text
    }

    /// Returns the string to sign as this side computes it.
    #[must_use]
    pub fn string_to_sign(&self) -> String {
        let mut text = String::new();
        match &self.inputs {
            Inputs::V4(inputs) => inputs.string_to_sign(self.request).write(&mut text),
            Inputs::V2(inputs) => {
                inputs.with_string_to_sign(self.request, self.bucket(), |message| {
                    message.write(&mut text)
                });
            }
            Inputs::QueryApi(_) => query_api::write_string_to_sign(self.request, &mut text),
        }
        text
    }

    /// Checks signing time and expiration. [`verify`](Unverified::verify) checks them, too; this
    /// way they are known before the key is fetched.
    ///
    /// # Errors
    /// [`TimeSkew`](super::VerifyErrorKind::TimeSkew),
    /// [`NotYetValid`](super::VerifyErrorKind::NotYetValid),
    /// [`Expired`](super::VerifyErrorKind::Expired), and under SigV2
    /// [`ExpiryTooLong`](super::VerifyErrorKind::ExpiryTooLong).
    pub fn check_time(&self, now: impl Into<Timestamp>) -> Result<(), VerifyError> {
        self.settings.check_time(self.authentication(), now.into())
    }

    /// Returns the error for a request whose access key ID is unknown:
    /// [`AccessKey`](super::VerifyErrorKind::AccessKey).
    #[must_use]
    pub fn unknown_access_key(&self) -> VerifyError {
        unknown_access_key().of(self.authentication())
    }

    /// Verifies the request with the key of its access key ID.
    ///
    /// # Errors
    /// Returns the errors of [`check_time`](Unverified::check_time);
    /// [`AccessKey`](super::VerifyErrorKind::AccessKey) if the key is that of another access key
    /// ID; [`SessionToken`](super::VerifyErrorKind::SessionToken),
    /// [`CredentialsExpired`](super::VerifyErrorKind::CredentialsExpired),
    /// [`Signature`](super::VerifyErrorKind::Signature) and
    /// [`PayloadMismatch`](super::VerifyErrorKind::PayloadMismatch).
    pub fn verify<'k>(
        self,
        key: impl Into<VerifyingKey<'k>>,
        now: impl Into<Timestamp>,
    ) -> Result<Verified<'r>, VerifyError> {
        self.verify_with(|_| Some(key), now.into())
    }

    /// Verifies the request with the key that `lookup` returns.
    pub(super) fn verify_with<'k, K: Into<VerifyingKey<'k>>>(
        self,
        lookup: impl FnOnce(&str) -> Option<K>,
        now: Timestamp,
    ) -> Result<Verified<'r>, VerifyError> {
        self.check_time(now)?;
        let Some(key) = lookup(self.access_key_id()) else {
            return Err(self.unknown_access_key());
        };
        let payload = self.verify_with_key(&key.into(), now);
        let payload = payload.map_err(|error| error.of(self.authentication()))?;
        let bucket = self.bucket();
        let authentication = self.claim.authentication;
        let (coverage, canonical_uri) = match self.inputs {
            Inputs::V4(inputs) => (
                Coverage::V4 {
                    scheme: inputs.signing_scope.scheme,
                    signed_headers: inputs.header_names,
                    unsigned_params: inputs.unsigned_params,
                },
                Some(inputs.canonical_uri),
            ),
            Inputs::V2(inputs) => (inputs.coverage(authentication.carrier), None),
            Inputs::QueryApi(_) => (Coverage::QueryApi, None),
        };
        Ok(Verified {
            request: self.request,
            authentication,
            signature: self.claim.signature.text(),
            coverage,
            payload,
            bucket,
            canonical_uri,
        })
    }

    /// Returns the bucket that the host names.
    fn bucket(&self) -> Option<&'r str> {
        self.settings.bucket(self.request)
    }

    /// Checks identity, signature and body, in this order.
    fn verify_with_key(
        &self,
        key: &VerifyingKey<'_>,
        now: Timestamp,
    ) -> Result<PayloadCoverage, VerifyError> {
        check_signer(key, &self.claim, now)?;
        if !self.is_signed_by(key) {
            return Err(wrong_signature());
        }
        match &self.inputs {
            Inputs::V4(inputs) => inputs.payload.check(self.request.body),
            Inputs::V2(_) | Inputs::QueryApi(_) => Ok(PayloadCoverage::Unsigned),
        }
    }

    /// Returns whether the signature is that of the request under this key.
    fn is_signed_by(&self, key: &VerifyingKey<'_>) -> bool {
        let signature = self.claim.signature;
        match &self.inputs {
            Inputs::V4(inputs) => {
                let message = inputs.string_to_sign(self.request);
                verify_v4(&message.scope, key, &message, signature)
            }
            Inputs::V2(inputs) => key.secret_access_key().is_some_and(|secret| {
                let key = signing_key(secret);
                inputs.with_string_to_sign(self.request, self.bucket(), |message| {
                    verify_v2(&key, message, signature)
                })
            }),
            Inputs::QueryApi(method) => key.secret_access_key().is_some_and(|secret| {
                let key = method.signing_key(secret);
                verify_v2(&key, self.string_to_sign().as_str(), signature)
            }),
        }
    }

    /// Returns whether the signature is that of the request under these credentials.
    #[cfg(feature = "explain")]
    pub(crate) fn is_signed_with(&self, credentials: &Credentials) -> bool {
        self.is_signed_by(&credentials.into())
    }

    /// Returns whether the signature is that of another text of the same scope: a canonical request
    /// of SigV4, or a string to sign of SigV2.
    #[cfg(feature = "explain")]
    pub(crate) fn is_signature_of(&self, text: &str, credentials: &Credentials) -> bool {
        let signature = self.claim.signature;
        match &self.inputs {
            Inputs::V4(inputs) => {
                let mut message = inputs.string_to_sign(self.request);
                message.canonical_hash = Hex::new(&sha256(text.as_bytes()));
                verify_v4(&message.scope, &credentials.into(), &message, signature)
            }
            Inputs::V2(_) => {
                let secret = credentials.secret_access_key();
                secret.is_ok_and(|secret| verify_v2(&signing_key(secret), text, signature))
            }
            Inputs::QueryApi(method) => {
                let secret = credentials.secret_access_key();
                let key = secret.map(|secret| method.signing_key(secret));
                key.is_ok_and(|key| verify_v2(&key, text, signature))
            }
        }
    }

    /// Returns the signature as it was received.
    #[cfg(feature = "explain")]
    pub(crate) fn received_signature(&self) -> String {
        self.claim.signature.to_text_lossy().into_owned()
    }
}

impl fmt::Debug for Unverified<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified")
            .field("authentication", self.authentication())
            .finish_non_exhaustive()
    }
}
