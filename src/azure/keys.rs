//! Keys of an account, and user delegation keys.

use super::names::{check_account_name, check_sas_text};
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind, error};
use crate::identity::Identity;
use crate::scheme::azure_sas::Field;
use crate::text::percent::{Component, UNRESERVED};
use crate::text::xml::push_text;
use crate::time::Timestamp;
use crate::wire::query::parse_query;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use quick_xml::Reader;
use quick_xml::events::Event;
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
    let elements = read_elements(xml)?;
    let mut token = String::new();
    for (name, field) in ELEMENTS {
        let Some(value) = elements.get(name)? else {
            if field == Field::KeyDelegatedUserTid {
                continue;
            }
            return Err(error!(
                Credentials,
                "missing element `{name}` in the user delegation key"
            ));
        };
        check_sas_text(ErrorKind::Credentials, name, value)?;
        token.push_str(if token.is_empty() { "" } else { "&" });
        token.push_str(field.name());
        token.push('=');
        Component::Raw(value).write(&UNRESERVED, &mut token);
    }
    let expiry = elements.get("SignedExpiry")?.unwrap_or_default();
    let Some(expiration) = Timestamp::parse_rfc3339(expiry) else {
        return Err(error!(
            Credentials,
            "the SignedExpiry of the user delegation key is not a time such as 2030-01-07T00:00:00Z"
        ));
    };
    let Some(value) = elements.get(VALUE)? else {
        return Err(error!(
            Credentials,
            "missing element `{VALUE}` in the user delegation key"
        ));
    };
    let credentials = shared_key(account, value)?.with_session_token(token)?;
    Ok(credentials.with_expiration(expiration))
}

/// The element with the secret.
const VALUE: &str = "Value";

/// The elements of the XML with the parameters that repeat them.
const ELEMENTS: [(&str, Field); 7] = [
    ("SignedOid", Field::KeyOid),
    ("SignedTid", Field::KeyTid),
    ("SignedStart", Field::KeyStartsAt),
    ("SignedExpiry", Field::KeyExpiresAt),
    ("SignedService", Field::KeyService),
    ("SignedVersion", Field::KeyVersion),
    ("SignedDelegatedUserTid", Field::KeyDelegatedUserTid),
];

/// Texts of XML elements with their names.
struct Elements(Vec<(String, Zeroizing<String>)>);

impl Elements {
    /// Returns the text of an element, which must not be repeated.
    fn get(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut named = self.0.iter().filter(|(own, _)| own == name);
        let first = named.next().map(|(_, text)| text.as_str());
        if named.next().is_some() {
            return Err(error!(
                Credentials,
                "duplicate element `{name}` in the user delegation key"
            ));
        }
        Ok(first.filter(|text| !text.is_empty()))
    }
}

/// Reads the elements that contain only text.
fn read_elements(xml: &str) -> Result<Elements, Error> {
    const MAX_BYTES: usize = 64 * 1024;
    if xml.len() > MAX_BYTES {
        return Err(invalid_xml());
    }
    let mut elements = Elements(Vec::new());
    let mut reader = Reader::from_str(xml.trim_start_matches('\u{feff}').trim());
    // A string that grows would leave copies of the secret behind.
    let mut text = Zeroizing::new(String::with_capacity(xml.len()));
    loop {
        match reader.read_event().map_err(|_| invalid_xml())? {
            Event::Start(_) => text.clear(),
            Event::End(event) => {
                let name = String::from_utf8_lossy(event.local_name().as_ref()).into_owned();
                let value = Zeroizing::new(String::from(text.trim()));
                elements.0.push((name, value));
                text.clear();
            }
            Event::Eof => return Ok(elements),
            event => push_text(&event, &mut text).ok_or_else(invalid_xml)?,
        }
    }
}

fn invalid_xml() -> Error {
    Error::new(
        ErrorKind::Credentials,
        "the user delegation key is not the XML that Get User Delegation Key returns",
    )
}

/// Returns the parameters that name the user delegation key of an identity; nothing for an account
/// key.
pub(super) fn delegation_fields(identity: &Identity) -> Result<Vec<(Field, Cow<'_, str>)>, Error> {
    let Some(token) = identity.session_token() else {
        return Ok(Vec::new());
    };
    let fields: Option<Vec<_>> = parse_query(Some(token))
        .map(|param| {
            let field = Field::from_name(&param.name.to_text()?)?;
            let is_of_key = ELEMENTS.iter().any(|(_, own)| *own == field);
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
