//! The parameters of a token that a caller sets, and the versions that have them.

use super::layout::Layout;
use super::names::check_sas_text;
use super::permissions::Permissions;
use super::resource::Resource;
use super::service::Service;
use super::string_to_sign::{SignedValues, Value};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::scheme::azure_sas::{ApiVersion, Field};
use crate::text::percent::UNRESERVED;
use alloc::borrow::Cow;
use core::net::Ipv4Addr;

/// A parameter as the caller named it.
#[derive(Clone, Default)]
pub(super) struct CallerField<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

impl CallerField<'_> {
    /// Returns the parameter, if callers can set it.
    pub(super) fn field(&self) -> Result<Field, Error> {
        match Field::from_name(&self.name) {
            Some(
                field @ (Field::StartsAt
                | Field::IpRange
                | Field::Protocol
                | Field::EncryptionScope
                | Field::AuthorizedUserOid
                | Field::UnauthorizedUserOid
                | Field::CorrelationId
                | Field::DelegatedUserOid
                | Field::StartPartitionKey
                | Field::StartRowKey
                | Field::EndPartitionKey
                | Field::EndRowKey),
            ) => Ok(field),
            Some(field) if field.is_response_header() => Ok(field),
            Some(field) => Err(error!(
                Policy,
                "the parameter {} is set by the resource, the key or a method of its own",
                field.name()
            )),
            None => Err(error!(Policy, "unknown parameter {}", Quoted(&self.name))),
        }
    }
}

/// Checks that a token has a parameter, and that its value can be signed. Returns the value.
pub(super) fn check_field<'s>(
    resource: Resource<'_>,
    layout: &Layout,
    version: ApiVersion,
    field: Field,
    value: &'s str,
) -> Result<Value<'s>, Error> {
    let (name, what) = (field.name(), resource.kind().description);
    match layout.first_version(field) {
        None => {
            return Err(error!(
                Unsupported,
                "a token for a {what} with this kind of key has no parameter {name}"
            ));
        }
        Some(first) if version < first => {
            return Err(error!(
                Unsupported,
                "the parameter {name} needs version {first} or newer, but the version is {version}"
            ));
        }
        Some(_) => {}
    }
    if value.is_empty() {
        return Err(error!(
            Policy,
            "the parameter {name} is empty; leave it out"
        ));
    }
    let checked = if UNRESERVED.contains_all(value) {
        Value::unreserved(value)
    } else {
        check_sas_text(ErrorKind::Policy, name, value)?;
        Value::Text(value)
    };
    match field {
        Field::IpRange if parse_ip_range(value).is_none() => Err(error!(
            Policy,
            "invalid IP range {}; write an IPv4 address, or two as 203.0.113.0-203.0.113.255",
            Quoted(value)
        )),
        Field::Protocol if !matches!(value, "https" | "https,http") => Err(error!(
            Policy,
            "invalid protocol {}; write `https` or `https,http`",
            Quoted(value)
        )),
        Field::StoredPolicy if value.chars().count() > 64 => Err(error!(
            Policy,
            "the identifier of the stored access policy has {} characters; the maximum is 64",
            value.chars().count()
        )),
        _ => Ok(checked),
    }
}

/// Checks a header or parameter that a request must have. Its text is `name:value`, so that a colon
/// in the name or a line feed in either would give other pairs the same text.
pub(super) fn check_required(field: Field, name: &str, value: &str) -> Result<(), Error> {
    let what = field.name();
    if name.is_empty() || name.contains([',', ':']) {
        return Err(error!(
            Policy,
            "invalid name {} in {what}; it must have neither a comma nor a colon",
            Quoted(name)
        ));
    }
    if value.is_empty() {
        return Err(error!(
            Policy,
            "the value of {} in {what} is empty",
            Quoted(name)
        ));
    }
    check_sas_text(ErrorKind::Policy, what, name)?;
    check_sas_text(ErrorKind::Policy, what, value)
}

/// Checks that a row key has its partition key ([table access
/// ranges](https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas#specify-table-access-ranges)).
pub(super) fn check_pairs(values: &SignedValues<'_>) -> Result<(), Error> {
    for (row, partition) in [
        (Field::StartRowKey, Field::StartPartitionKey),
        (Field::EndRowKey, Field::EndPartitionKey),
    ] {
        if values.has(row) && !values.has(partition) {
            return Err(error!(
                Policy,
                "the parameter {} also needs {}; set both",
                row.name(),
                partition.name()
            ));
        }
    }
    Ok(())
}

/// Parses a version, and checks that it has tokens for the resource.
pub(super) fn parse_version(
    resource: Resource<'_>,
    is_delegated: bool,
    version: &str,
) -> Result<ApiVersion, Error> {
    let Some(version) = ApiVersion::parse(version) else {
        return Err(error!(
            Unsupported,
            "unknown version {}; versions are dates from {} to {}",
            Quoted(version),
            ApiVersion::OLDEST,
            ApiVersion::NEWEST
        ));
    };
    let first_delegated = match resource.service() {
        _ if !is_delegated => ApiVersion::OLDEST,
        Some(Service::Blob) => ApiVersion::new("2018-11-09"),
        _ => ApiVersion::new("2025-07-05"),
    };
    let first = first_delegated.max(resource.kind().since);
    if version < first {
        return Err(error!(
            Unsupported,
            "this token for a {} needs version {first} or newer, but the version is {version}",
            resource.kind().description
        ));
    }
    Ok(version)
}

/// Checks that tokens of a version have the permissions.
pub(super) fn check_permissions(
    resource: Resource<'_>,
    version: ApiVersion,
    permissions: Permissions,
) -> Result<(), Error> {
    for letter in permissions.letters() {
        let first = resource.first_version_of_letter(letter);
        if version < first {
            return Err(error!(
                Unsupported,
                "the permission `{letter}` needs version {first} or newer, but the version is {version}"
            ));
        }
    }
    Ok(())
}

/// Parses an address or a range of addresses.
pub(super) fn parse_ip_range(text: &str) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}
