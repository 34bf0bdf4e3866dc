//! Keys of an account, and user delegation keys.

use super::names::{check_account_name, check_sas_text};
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind, error};
use crate::identity::Identity;
use crate::scheme::azure_sas::Field;
use crate::text::percent::{Component, UNRESERVED};
use crate::text::xml::read_secrets;
use crate::time::Timestamp;
use crate::wire::query::parse_query;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// Returns credentials of an account: its name, and one of its keys in base64, as the portal shows
/// it.
///
/// ```
/// let key = presign::azure::shared_key("myaccount", "c2VjcmV0")?;
/// assert_eq!(key.identity().access_key_id(), "myaccount");
/// # Ok::<(), presign::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Bucket`] for an invalid account name, and [`ErrorKind::Credentials`] for a key that
/// isn't base64.
pub fn shared_key(
    account: impl Into<String>,
    base64: impl Into<String>,
) -> Result<Credentials, Error> {
    let (account, base64) = (account.into(), Zeroizing::new(base64.into()));
    check_account_name(&account)?;
    let credentials = Credentials::new(account, base64.as_str())?;
    credentials.base64_key()?;
    Ok(credentials)
}

/// Returns credentials of an account with a user delegation key: the XML that [Get User Delegation
/// Key](https://learn.microsoft.com/en-us/rest/api/storageservices/get-user-delegation-key)
/// returns.
///
/// They sign user delegation SAS, which expire with the key at the latest. The parts of the key
/// that are not secret are the session token of the identity.
///
/// ```
/// let key = presign::azure::user_delegation_key(
///     "myaccount",
///     "<UserDelegationKey><SignedOid>11111111-2222-3333-4444-555555555555</SignedOid>\
///      <SignedTid>66666666-7777-8888-9999-000000000000</SignedTid>\
///      <SignedStart>2030-01-01T00:00:00Z</SignedStart>\
///      <SignedExpiry>2030-01-07T00:00:00Z</SignedExpiry>\
///      <SignedService>b</SignedService><SignedVersion>2026-10-06</SignedVersion>\
///      <Value>c2VjcmV0</Value></UserDelegationKey>",
/// )?;
/// let expiration = key.identity().expiration().map(|at| at.to_string());
/// assert_eq!(expiration.as_deref(), Some("2030-01-07T00:00:00Z"));
/// # Ok::<(), presign::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Bucket`] for an invalid account name, and [`ErrorKind::Credentials`] for XML in
/// which an element is missing, repeated or invalid.
pub fn user_delegation_key(account: impl Into<String>, xml: &str) -> Result<Credentials, Error> {
    let xml = xml.trim_start_matches('\u{feff}');
    let names = ELEMENTS.map(|(name, _)| name);
    let texts = read_secrets(xml, &["UserDelegationKey"], names).ok_or_else(|| {
        Error::new(
            ErrorKind::Credentials,
            "the user delegation key is not the XML that Get User Delegation Key returns",
        )
    })?;
    let (mut key, mut expiration, mut token) = (None, None, String::new());
    for ((name, field), text) in ELEMENTS.into_iter().zip(texts) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            if field == Some(Field::KeyDelegatedUserTid) {
                continue;
            }
            return Err(error!(
                Credentials,
                "missing element `{name}` in the user delegation key"
            ));
        };
        let Some(field) = field else {
            key = Some(text);
            continue;
        };
        if field == Field::KeyExpiresAt {
            expiration = Timestamp::parse_rfc3339(&text);
        }
        check_sas_text(ErrorKind::Credentials, name, &text)?;
        token.push_str(if token.is_empty() { "" } else { "&" });
        token.push_str(field.name());
        token.push('=');
        Component::Raw(&text).write(&UNRESERVED, &mut token);
    }
    let Some(expiration) = expiration else {
        return Err(error!(
            Credentials,
            "the SignedExpiry of the user delegation key is not a time such as 2030-01-07T00:00:00Z"
        ));
    };
    let key = key.unwrap_or_default();
    let credentials = shared_key(account, key.as_str())?.with_session_token(token)?;
    Ok(credentials.with_expiration(expiration))
}

/// The elements of the XML, with the parameters of a token that repeat them. The secret has none.
const ELEMENTS: [(&str, Option<Field>); 8] = [
    ("SignedOid", Some(Field::KeyOid)),
    ("SignedTid", Some(Field::KeyTid)),
    ("SignedStart", Some(Field::KeyStartsAt)),
    ("SignedExpiry", Some(Field::KeyExpiresAt)),
    ("SignedService", Some(Field::KeyService)),
    ("SignedVersion", Some(Field::KeyVersion)),
    ("SignedDelegatedUserTid", Some(Field::KeyDelegatedUserTid)),
    ("Value", None),
];

/// Returns the parameters that name the user delegation key of an identity; nothing for an account
/// key.
pub(super) fn delegation_fields(identity: &Identity) -> Result<Vec<(Field, Cow<'_, str>)>, Error> {
    let Some(token) = identity.session_token() else {
        return Ok(Vec::new());
    };
    let fields: Option<Vec<_>> = parse_query(Some(token))
        .map(|param| {
            let field = Field::from_name(&param.name.to_text()?)?;
            let is_of_key = ELEMENTS.iter().any(|(_, own)| *own == Some(field));
            let value = param.value?.to_text()?;
            is_of_key.then_some((field, value))
        })
        .collect();
    fields.ok_or_else(|| {
        Error::new(
            ErrorKind::Credentials,
            "the session token doesn't belong to a user delegation key, the only kind in Azure \
             Storage; leave it out",
        )
    })
}
