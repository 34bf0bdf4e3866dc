//! The times of a token.

use super::sas_expiry::{Kind, SasExpiry};
use super::string_to_sign::{SignedValues, Value};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::scheme::azure_sas::{Field, parse_sas_time};
use crate::scheme::limits::MAX_USER_DELEGATION_EXPIRY;
use crate::time::{EncodedPolicyDate, PolicyDate, Timestamp};

/// The inputs that decide when a token can expire.
pub(super) struct ValidityRules {
    pub(super) starts_at: Option<Timestamp>,
    pub(super) now: Timestamp,
    pub(super) is_delegated: bool,
}

impl ValidityRules {
    /// Sets the expiry of a token, and returns it.
    pub(super) fn set_expiry<'s>(
        &self,
        identity: &Identity,
        expiry: SasExpiry<'s>,
        has_policy: bool,
        values: &mut SignedValues<'s>,
        space: &'s mut Option<SasTime>,
    ) -> Result<Option<Timestamp>, Error> {
        let (expiry, text) = match expiry.0 {
            Kind::InPolicy if has_policy => return Ok(None),
            Kind::InPolicy => {
                return Err(Error::new(
                    ErrorKind::Expiry,
                    "the token has no expiry and no stored access policy that has one",
                ));
            }
            Kind::Expiry(expiry) => (expiry, None),
            Kind::Text(text) => (Expiry::at(parse_time(Field::ExpiresAt, text)?), Some(text)),
        };
        let expires_at = self.expires_at(identity, expiry)?;
        match text {
            Some(text) => values.set(Field::ExpiresAt, Value::Text(text)),
            None => {
                let time = space.insert(SasTime::new(expires_at)?);
                values.set(Field::ExpiresAt, time.value());
            }
        }
        Ok(Some(expires_at))
    }

    /// Returns when a token expires.
    pub(super) fn expires_at(
        &self,
        identity: &Identity,
        expiry: Expiry,
    ) -> Result<Timestamp, Error> {
        let expires_at = expiry
            .resolve(identity, self.now, "shared access signature")?
            .expires_at;
        if let Some(starts_at) = self.starts_at
            && expires_at <= starts_at
        {
            return Err(error!(
                Expiry,
                "the shared access signature would expire at {expires_at}, which is not after its start \
                 {starts_at}"
            ));
        }
        let starts_at = self.starts_at.unwrap_or(self.now);
        if self.is_delegated && expires_at > starts_at.saturating_add(MAX_USER_DELEGATION_EXPIRY) {
            return Err(error!(
                Expiry,
                "the user delegation SAS would be valid from {starts_at} to {expires_at}; the \
                 maximum is seven days"
            ));
        }
        Ok(expires_at)
    }
}

/// A time of a token, and its percent-encoding.
pub(super) struct SasTime {
    text: PolicyDate,
    encoded: EncodedPolicyDate,
}

impl SasTime {
    pub(super) fn new(moment: Timestamp) -> Result<Self, Error> {
        let text = moment.policy_date()?;
        let encoded = text.encoded();
        Ok(SasTime { text, encoded })
    }

    pub(super) fn value(&self) -> Value<'_> {
        Value::Encoded {
            text: self.text.as_str(),
            encoded: self.encoded.as_str(),
        }
    }
}

/// Parses a time that the caller wrote as a text.
pub(super) fn parse_time(field: Field, text: &str) -> Result<Timestamp, Error> {
    parse_sas_time(text).ok_or_else(|| {
        error!(
            Time,
            "invalid {} {}; write 2030-01-02, 2030-01-02T03:04Z or 2030-01-02T03:04:05Z",
            field.name(),
            Quoted(text)
        )
    })
}
