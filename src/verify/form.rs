//! Browser POST forms: the signature over the policy, of both signature versions.

use super::authentication::{Authentication, Carrier, Claim, nonempty_token};
use super::error::{VerifyError, reject};
use super::identity::{check_signer, unknown_access_key, wrong_signature};
use super::settings::{ScopeRef, Settings, check_expires_within};
use super::signature::{verify_v2, verify_v4};
use super::slots::{Duplicate, Slots};
use super::v4_claim::{V4Claim, V4Parts};
use super::verifier::Verifier;
use crate::scheme::Scheme;
use crate::scheme::form::{POLICY, is_v4_field};
use crate::scheme::limits::MAX_FORM_BYTES;
use crate::scheme::services::ServiceRules;
use crate::scheme::sigv2;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::base64;
use crate::text::percent::Component;
use crate::time::{AmzDate, Timestamp};
use crate::v2::signing_key;
use crate::v4::Scope;
use crate::verifying_key::VerifyingKey;
use alloc::borrow::Cow;
use core::fmt;
use core::time::Duration;

/// A form whose authentication was read, but whose signature was not verified.
///
/// It is returned by [`Verifier::parse_form`], for keys that have to be fetched first.
///
/// ```
/// use core::time::Duration;
/// use presign::verify::Verifier;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// # let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// # let now: Timestamp = "20130524T000000Z".parse()?;
/// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// # let hour = Duration::from_secs(3600);
/// # let form = bucket.post_policy("a.txt").presign(&credentials, hour, now)?;
/// // `form` contains the fields of the multipart/form-data before the file.
/// let verifier = Verifier::new("us-east-1", "s3");
/// let unverified = verifier.parse_form(form.fields())?;
/// unverified.check_time(now)?;
/// // Fetch the key here.
/// assert_eq!(unverified.authentication().access_key_id(), "AKIDEXAMPLE");
/// let verified = unverified.verify(&credentials, now)?;
/// # let _ = verified;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct UnverifiedForm<'v, 'r> {
    settings: &'v Settings,
    claim: Claim<'r>,
    /// The scope of SigV4 and its signing time; SigV2 has neither.
    scope: Option<(ScopeRef<'v>, AmzDate)>,
    /// The policy in base64, the text that is signed.
    policy: &'r str,
}

/// A form with a verified signature, which covers the policy and nothing else.
///
/// [`check`](VerifiedForm::check) still has to check the policy's expiration and conditions, once
/// the length of the file is known.
///
/// ```
/// use core::time::Duration;
/// use presign::post::Upload;
/// use presign::verify::Verifier;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// # let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// # let now: Timestamp = "20130524T000000Z".parse()?;
/// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// # let hour = Duration::from_secs(3600);
/// # let form = bucket.post_policy("a.txt").presign(&credentials, hour, now)?;
/// // `form` contains the fields of the multipart/form-data before the file.
/// let verifier = Verifier::new("us-east-1", "s3");
/// let verified = verifier.verify_form(form.fields(), now, |_| Some(&credentials))?;
/// let upload = Upload::new("examplebucket", 5).fields(form.fields());
/// verified.check(&upload, now)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "expiration and conditions of the policy still have to be checked"]
#[derive(Clone)]
pub struct VerifiedForm<'r> {
    authentication: Authentication<'r>,
    policy: &'r str,
    /// The longest time to the expiration of a SigV2 policy. A SigV4 form states when it was
    /// signed.
    max_expires_in: Option<Duration>,
}

impl Verifier {
    /// Verifies the signature of a form. `lookup` returns the key of an access key ID, or `None` if
    /// there is none.
    ///
    /// # Errors
    /// Returns the errors of [`parse_form`](Verifier::parse_form) and [`UnverifiedForm::verify`],
    /// and [`AccessKey`](super::VerifyErrorKind::AccessKey) if `lookup` returns `None`.
    pub fn verify_form<'r, 'k, K: Into<VerifyingKey<'k>>>(
        &self,
        fields: impl IntoIterator<Item = (&'r str, &'r str)>,
        now: impl Into<Timestamp>,
        lookup: impl FnOnce(&str) -> Option<K>,
    ) -> Result<VerifiedForm<'r>, VerifyError> {
        let now = now.into();
        let form = self.parse_form(fields)?;
        form.check_time(now)?;
        match lookup(form.authentication().access_key_id()) {
            Some(key) => form.verify(key, now),
            None => Err(form.unknown_access_key()),
        }
    }

    /// Reads the authentication of a form, from its fields up to the file, in order. Names are
    /// compared ignoring ASCII case.
    ///
    /// # Errors
    /// Returns the errors that depend on neither key nor time: missing or duplicate fields, more
    /// than 20 KiB of fields, and a scheme, region or service that is not allowed.
    pub fn parse_form<'v, 'r>(
        &'v self,
        fields: impl IntoIterator<Item = (&'r str, &'r str)>,
    ) -> Result<UnverifiedForm<'v, 'r>, VerifyError> {
        let mut fields = SignatureFields::find(self.settings.v4_scheme(), fields)?;
        fields.choose_scheme(&self.settings)?;
        let scheme = fields.scheme()?;
        self.settings.check_scheme(scheme, Carrier::Form)?;
        let form = match scheme {
            Scheme::AwsV2 => fields.into_v2(&self.settings),
            _ => fields.into_v4(&self.settings),
        };
        form.map_err(|error| error.signed_by(scheme, Carrier::Form))
    }
}

/// The fields of a form that belong to its signature.
struct SignatureFields<'r> {
    v4_scheme: &'static V4Scheme,
    v4: V4Parts<'r>,
    /// The other fields: the policy, the token of both versions, and those of SigV2.
    others: Slots<&'r str, 4>,
}

impl<'r> SignatureFields<'r> {
    fn find(
        v4_scheme: &'static V4Scheme,
        fields: impl IntoIterator<Item = (&'r str, &'r str)>,
    ) -> Result<Self, VerifyError> {
        let mut found = SignatureFields {
            v4_scheme,
            v4: V4Parts::new(v4_scheme, Carrier::Form),
            others: Slots::new([
                POLICY,
                v4_scheme.name(Role::SecurityToken).lowercase,
                sigv2::ACCESS_KEY_ID,
                sigv2::FORM_SIGNATURE,
            ]),
        };
        let mut size = 0usize;
        for (name, value) in fields {
            size = size.saturating_add(name.len()).saturating_add(value.len());
            if size > MAX_FORM_BYTES {
                return Err(VerifyError::form_too_large(size));
            }
            found.add(name, value)?;
        }
        Ok(found)
    }

    fn add(&mut self, name: &str, value: &'r str) -> Result<(), VerifyError> {
        let added = self
            .others
            .add(|known| name.eq_ignore_ascii_case(known), value);
        if added.map_err(|Duplicate(name)| VerifyError::duplicate("field", name))? {
            return Ok(());
        }
        let mut names = self.v4_scheme.names.iter();
        let part = names.find(|part| name.eq_ignore_ascii_case(part.lowercase));
        match part.filter(|part| is_v4_field(part.role)) {
            Some(part) => self.v4.add(part, Some(Component::Raw(value))),
            None => Ok(()),
        }
    }

    /// Chooses the scheme whose algorithm the form states. Those of one verifier have the same
    /// names.
    fn choose_scheme(&mut self, settings: &Settings) -> Result<(), VerifyError> {
        let Some(scheme) = settings.v4_scheme_with(self.v4.algorithm()) else {
            return Ok(());
        };
        if scheme.conventions.policy_form.is_none() {
            return Err(reject!(
                Scheme,
                "a form can't be signed with {}; sign it with {}",
                scheme.algorithm,
                self.v4_scheme.algorithm
            ));
        }
        self.v4_scheme = scheme;
        self.v4.set_scheme(scheme);
        Ok(())
    }

    fn required(&self, name: &str) -> Result<&'r str, VerifyError> {
        let value = self.others.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| VerifyError::missing("field", name))
    }

    fn scheme(&self) -> Result<Scheme, VerifyError> {
        let mut names = [sigv2::ACCESS_KEY_ID, sigv2::FORM_SIGNATURE].into_iter();
        let is_v2 = names.any(|name| self.others.get(name).is_some());
        match (!self.v4.is_empty(), is_v2) {
            (true, false) => Ok(self.v4_scheme.id),
            (false, true) => Ok(Scheme::AwsV2),
            (true, true) => Err(reject!(
                SignedTwice,
                "the form has fields of both SigV4 and SigV2; send the fields of one"
            )),
            (false, false) => Err(reject!(NotSigned, "the form is not signed")),
        }
    }

    fn into_v4(self, settings: &Settings) -> Result<UnverifiedForm<'_, 'r>, VerifyError> {
        let (policy, token) = (self.required(POLICY)?, self.token());
        let scheme = self.v4_scheme;
        let mut claim: V4Claim<'r> = self.v4.parse()?;
        claim.common.token = token;
        let service = claim.common.authentication.service().unwrap_or_default();
        let token = claim.token(ServiceRules::of(service))?;
        let V4Claim { common, time, .. } = claim;
        let stated = &common.authentication;
        let (region, service) = (stated.region(), stated.service());
        let signing_scope = settings.check_scope(
            scheme,
            region.unwrap_or_default(),
            service.unwrap_or_default(),
        )?;
        Ok(UnverifiedForm {
            scope: Some((signing_scope, time)),
            claim: Claim { token, ..common },
            settings,
            policy,
        })
    }

    fn into_v2(self, settings: &Settings) -> Result<UnverifiedForm<'_, 'r>, VerifyError> {
        let access_key_id = self.required(sigv2::ACCESS_KEY_ID)?;
        let signature = self.required(sigv2::FORM_SIGNATURE)?;
        let policy = self.required(POLICY)?;
        let claim = Claim {
            authentication: Authentication::v2(
                Scheme::AwsV2,
                Carrier::Form,
                Cow::Borrowed(access_key_id),
            ),
            token: self.token(),
            signature: Component::Raw(signature),
        };
        Ok(UnverifiedForm {
            settings,
            claim,
            scope: None,
            policy,
        })
    }

    fn token(&self) -> Option<Component<'r>> {
        let name = self.v4_scheme.name(Role::SecurityToken).lowercase;
        nonempty_token(self.others.get(name).map(Component::Raw))
    }
}

impl<'r> UnverifiedForm<'_, 'r> {
    /// Returns the authentication that the form claims. Don't trust it: any client can write it.
    #[must_use]
    pub fn authentication(&self) -> &Authentication<'r> {
        &self.claim.authentication
    }

    /// Checks the signing time. [`verify`](UnverifiedForm::verify) checks it, too. Call this method
    /// to know the result before the key is fetched.
    ///
    /// # Errors
    /// - [`NotYetValid`](super::VerifyErrorKind::NotYetValid): the date of a SigV4 form is in the
    ///   future by more than the clock skew.
    /// - [`Expired`](super::VerifyErrorKind::Expired): it is in the past by more than
    ///   [`max_expires_in`](Verifier::max_expires_in).
    pub fn check_time(&self, now: impl Into<Timestamp>) -> Result<(), VerifyError> {
        self.settings.check_time(self.authentication(), now.into())
    }

    /// Returns the error for a form whose access key ID is unknown:
    /// [`AccessKey`](super::VerifyErrorKind::AccessKey).
    #[must_use]
    pub fn unknown_access_key(&self) -> VerifyError {
        unknown_access_key().of(self.authentication())
    }

    /// Verifies the signature over the policy.
    ///
    /// # Errors
    /// Returns the errors of [`check_time`](UnverifiedForm::check_time);
    /// [`AccessKey`](super::VerifyErrorKind::AccessKey),
    /// [`SessionToken`](super::VerifyErrorKind::SessionToken),
    /// [`CredentialsExpired`](super::VerifyErrorKind::CredentialsExpired),
    /// [`Signature`](super::VerifyErrorKind::Signature), and
    /// [`Malformed`](super::VerifyErrorKind::Malformed) if the policy is not base64.
    pub fn verify<'k>(
        self,
        key: impl Into<VerifyingKey<'k>>,
        now: impl Into<Timestamp>,
    ) -> Result<VerifiedForm<'r>, VerifyError> {
        let now = now.into();
        self.check_time(now)?;
        let checked = self.check_key(&key.into(), now);
        checked.map_err(|error| error.of(self.authentication()))?;
        let is_v2 = self.scope.is_none();
        Ok(VerifiedForm {
            max_expires_in: self.settings.sigv2_max_expires_in.filter(|_| is_v2),
            authentication: self.claim.authentication,
            policy: self.policy,
        })
    }

    fn check_key(&self, key: &VerifyingKey<'_>, now: Timestamp) -> Result<(), VerifyError> {
        check_signer(key, &self.claim, now)?;
        if !self.is_signed_by(key) {
            return Err(wrong_signature());
        }
        match base64::decode(self.policy.as_bytes()) {
            Some(_) => Ok(()),
            None => Err(reject!(Malformed, "the policy is not base64")),
        }
    }

    fn is_signed_by(&self, key: &VerifyingKey<'_>) -> bool {
        let signature = self.claim.signature;
        match &self.scope {
            Some((signing_scope, time)) => {
                let scope = Scope {
                    time: *time,
                    signing_scope,
                };
                verify_v4(&scope, key, self.policy, signature)
            }
            None => {
                let secret = key.secret_access_key();
                let key = secret.map(signing_key);
                key.is_some_and(|key| verify_v2(&key, self.policy, signature))
            }
        }
    }
}

impl<'r> VerifiedForm<'r> {
    /// Returns the verified authentication.
    ///
    /// Until [`check`](VerifiedForm::check) succeeds, only the date of
    /// [`signed_at`](Authentication::signed_at) is verified, and not its time of day: the signature
    /// covers the time only as a condition of the policy.
    #[must_use]
    pub fn authentication(&self) -> &Authentication<'r> {
        &self.authentication
    }

    /// Checks that the policy of a SigV2 form doesn't expire too far in the future.
    pub(crate) fn check_expiration(
        &self,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), VerifyError> {
        match self.max_expires_in {
            Some(max) => check_expires_within(max, "policy", expires_at, now),
            None => Ok(()),
        }
    }

    /// Returns the field `policy` as it was signed: the base64 of the policy's JSON.
    pub(crate) fn policy_base64(&self) -> &'r str {
        self.policy
    }
}

impl fmt::Debug for UnverifiedForm<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedForm")
            .field("authentication", self.authentication())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifiedForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedForm")
            .field("authentication", self.authentication())
            .finish_non_exhaustive()
    }
}
