//! Browser POST forms, from the server's side. What lives here: the signature over the policy, for both generations. What does
//! not: whether the other fields meet the policy's conditions.

use super::error::{VerifyError, refuse};
use super::limits::MOST_FORM_DATA;
use super::text::{Credential, Presented};
use super::v4::check_scope;
use super::{Scheme, Verifier, check_credentials};
use crate::credentials::Credentials;
use crate::encode::Text;
use crate::error::Quoted;
use crate::marks::ACCESS_KEY_ID;
use crate::timestamp::{Timestamp, date_of};
use crate::{v2, v4};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use core::borrow::Borrow;
use core::fmt;

/// A form as received, whose signature is not checked yet.
#[derive(Clone)]
pub struct FormClaim<'a> {
    verifier: &'a Verifier,
    scheme: Scheme,
    access_key_id: Cow<'a, str>,
    region: Option<Cow<'a, str>>,
    service: Option<Cow<'a, str>>,
    signed_at: Option<Timestamp>,
    token: Option<&'a str>,
    policy: &'a str,
    presented: Presented<'a>,
}

/// A form whose policy was signed by who it says.
///
/// The signature covers the policy and nothing else: whether the policy has ended and whether the form's fields, file and bucket meet
/// its conditions is still to be checked: by [`check`](VerifiedForm::check), once the file's length is known.
#[must_use = "the policy's expiration and conditions are still to be checked"]
#[derive(Clone)]
pub struct VerifiedForm<'a> {
    claim: FormClaim<'a>,
    policy: Vec<u8>,
}

impl Verifier {
    /// Reads the authentication of a form: its fields, in order, up to the file. Names match in any case of letters.
    ///
    /// # Errors
    /// Everything that is wrong without regard to secret and time: no policy, fields missing or repeated, more than 20 KiB of
    /// them, a scheme, region or service that is not allowed.
    pub fn parse_form<'a>(
        &'a self,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<FormClaim<'a>, VerifyError> {
        const NAMES: [&str; 8] = [
            "policy",
            "x-amz-security-token",
            "x-amz-algorithm",
            "x-amz-credential",
            "x-amz-date",
            "x-amz-signature",
            ACCESS_KEY_ID,
            "signature",
        ];
        let mut found: [Option<&str>; 8] = [None; 8];
        let mut size = 0usize;
        for (name, value) in fields {
            for text in [name, value] {
                size = size.saturating_add(text.len());
            }
            if size > MOST_FORM_DATA {
                // The answer is the same for both generations.
                return Err(refuse!(
                    TooLarge,
                    Scheme::V4Form,
                    "the fields of the form have more than {MOST_FORM_DATA} bytes, which are allowed"
                ));
            }
            let slot = NAMES.iter().zip(&mut found);
            let slot = slot
                .into_iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            if let Some((name, slot)) = slot
                && slot.replace(value).is_some()
            {
                return Err(refuse!(
                    Repeated,
                    None,
                    "the form field {name} is there more than once"
                ));
            }
        }
        let [policy, token, algorithm, credential, date, v4, id, v2] = found;
        let is_v4 = [algorithm, credential, date, v4]
            .iter()
            .any(Option::is_some);
        let is_v2 = id.is_some() || v2.is_some();
        let scheme = match (is_v4, is_v2) {
            (true, false) => Scheme::V4Form,
            (false, true) => Scheme::V2Form,
            (true, true) => {
                return Err(refuse!(
                    SignedTwice,
                    None,
                    "the form has fields of both SigV4 and SigV2"
                ));
            }
            (false, false) => {
                return Err(refuse!(NotSigned, None, "the form carries no signature"));
            }
        };
        self.check_allowed(scheme)?;
        let required = |value: Option<&'a str>, name: &str| {
            let value = value.filter(|value| !value.is_empty());
            value.ok_or_else(|| refuse!(Missing, scheme, "the form field {name} is missing"))
        };
        let policy = required(policy, "policy")?;
        let token = token.filter(|token| !token.is_empty());
        if scheme == Scheme::V2Form {
            return Ok(FormClaim {
                verifier: self,
                scheme,
                access_key_id: Cow::Borrowed(required(id, ACCESS_KEY_ID)?),
                region: None,
                service: None,
                signed_at: None,
                token,
                policy,
                presented: Presented(Text::Plain(required(v2, "signature")?)),
            });
        }
        let algorithm = required(algorithm, "x-amz-algorithm")?;
        if algorithm != v4::AWS4.algorithm {
            return Err(refuse!(
                Scheme,
                scheme,
                "the algorithm {} is not supported: it should be {}",
                Quoted(algorithm),
                v4::AWS4.algorithm
            ));
        }
        let date = required(date, "x-amz-date")?;
        let Some(signed_at) = Timestamp::parse_amz_date(date) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "x-amz-date is {}: it should look like 20130524T000000Z",
                Quoted(date)
            ));
        };
        let text = required(credential, "x-amz-credential")?;
        let Some(credential) = Credential::parse(Text::Plain(text)) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "the credential {} should be ACCESS-KEY-ID/DATE/REGION/SERVICE/{}",
                Quoted(text),
                v4::AWS4.terminator
            ));
        };
        check_scope(self, scheme, &credential, date_of(date))?;
        Ok(FormClaim {
            verifier: self,
            scheme,
            access_key_id: credential.access_key_id,
            region: Some(credential.region),
            service: Some(credential.service),
            signed_at: Some(signed_at),
            token,
            policy,
            presented: Presented(Text::Plain(required(v4, "x-amz-signature")?)),
        })
    }

    /// Checks a form's signature in one call. The lookup gives the credentials of an access key id, or a reference to them, if
    /// there are any.
    ///
    /// # Errors
    /// Those of [`parse_form`](Verifier::parse_form) and [`FormClaim::verify`], and
    /// [`AccessKey`](super::VerifyErrorKind::AccessKey) if the lookup finds nothing.
    pub fn verify_form<'a, C: Borrow<Credentials>>(
        &'a self,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        now: impl Into<Timestamp>,
        lookup: impl FnOnce(&str) -> Option<C>,
    ) -> Result<VerifiedForm<'a>, VerifyError> {
        let claim = self.parse_form(fields)?;
        match lookup(&claim.access_key_id) {
            Some(credentials) => claim.verify(credentials.borrow(), now),
            None => Err(super::unknown_access_key(claim.scheme)),
        }
    }
}

impl<'a> FormClaim<'a> {
    /// The access key id whose secret is needed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// How the form is signed.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Checks the signature over the policy.
    ///
    /// # Errors
    /// [`NotYetValid`](super::VerifyErrorKind::NotYetValid) or [`Expired`](super::VerifyErrorKind::Expired) if a SigV4 form's date lies ahead by more than the
    /// skew, or back by more than the longest life; an error if the token or the signature is not right, or the credentials have ended.
    pub fn verify(
        self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<VerifiedForm<'a>, VerifyError> {
        let now = now.into();
        let scheme = self.scheme;
        if let Some(signed_at) = self.signed_at {
            if signed_at > now.saturating_add(self.verifier.skew) {
                return Err(refuse!(
                    NotYetValid,
                    scheme,
                    "the form is not yet valid: it was signed at {signed_at} and it is {now}"
                ));
            }
            if now > signed_at.saturating_add(self.verifier.longest_life) {
                return Err(refuse!(
                    Expired,
                    scheme,
                    "the form has expired: it was signed at {signed_at} and it is {now}"
                ));
            }
        }
        let token = self.token.map(Text::Plain);
        check_credentials(scheme, credentials, &self.access_key_id, token, now)?;
        let signature = match (self.signed_at, &self.region, &self.service) {
            (Some(signed_at), Some(region), Some(service)) => {
                let date = signed_at
                    .amz_date()
                    .map_err(|error| refuse!(Malformed, scheme, "{error}"))?;
                let scope = v4::Scope {
                    time: date.as_str(),
                    date: date.date(),
                    region,
                    service,
                    place: None,
                    dialect: &v4::AWS4,
                };
                scope.sign_text(credentials, self.policy)
            }
            _ => v2::Context {
                credentials,
                bucket: None,
            }
            .sign_text(self.policy),
        };
        if !self.presented.is(&signature) {
            return Err(super::wrong_signature(scheme));
        }
        let Ok(policy) = BASE64.decode(self.policy) else {
            return Err(refuse!(Malformed, scheme, "the policy is not base64"));
        };
        Ok(VerifiedForm {
            claim: self,
            policy,
        })
    }
}

impl VerifiedForm<'_> {
    /// Who signed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.claim.access_key_id
    }

    /// How the form was signed.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.claim.scheme
    }

    /// The region of the credential scope; none under SigV2.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.claim.region.as_deref()
    }

    /// The service of the credential scope; none under SigV2.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.claim.service.as_deref()
    }

    /// The time of signing; none under SigV2.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        self.claim.signed_at
    }

    /// The field `policy` as it was signed.
    pub(crate) fn signed_text(&self) -> &str {
        self.claim.policy
    }

    /// The policy, decoded from base64: JSON with `expiration` and `conditions`.
    #[must_use]
    pub fn policy(&self) -> &[u8] {
        &self.policy
    }
}

impl fmt::Debug for FormClaim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormClaim")
            .field("scheme", &self.scheme)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifiedForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedForm")
            .field("scheme", &self.claim.scheme)
            .field("access_key_id", &self.claim.access_key_id)
            .finish_non_exhaustive()
    }
}
