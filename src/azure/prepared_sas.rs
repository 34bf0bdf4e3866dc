//! A shared access signature that is checked, with the values of its parameters.

use super::keys::delegation_fields;
use super::layout::Layout;
use super::permissions::PermissionLetters;
use super::resource::{RESOURCE_TYPES, Resource, SERVICES, ordered_letters};
use super::sas::Sas;
use super::sas_expiry::SasExpiry;
use super::sas_fields::{
    check_field, check_pairs, check_permissions, check_required, parse_version,
};
use super::sas_token::SasToken;
use super::sas_validity::{SasTime, ValidityRules, parse_time};
use super::service::Service;
use super::string_to_sign::{CanonicalResource, SasText, SignedValues, Value};
use crate::error::{Error, ErrorKind, error};
use crate::identity::Identity;
use crate::scheme::azure_sas::{ApiVersion, Field};
use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::{Placeholder, Sink};
use crate::time::Timestamp;
use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// A checked [`Sas`], with the values of its parameters.
pub(super) struct PreparedSas<'s> {
    sas: &'s Sas<'s>,
    layout: &'static Layout,
    version: ApiVersion,
    values: &'s SignedValues<'s>,
    starts_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
}

/// When a token expires.
pub(super) enum TokenExpiry<'e> {
    /// The expiry of one token, and the time at which it is signed.
    Single(SasExpiry<'e>, Timestamp),
    /// Each token of a template has its own.
    PerRow,
}

/// Space for values that are written here. The common ones allocate nothing.
#[derive(Default)]
pub(super) struct ValueSpace<'i> {
    permissions: PermissionLetters,
    starts_at: Option<SasTime>,
    expires_at: Option<SasTime>,
    delegation: Vec<(Field, Cow<'i, str>)>,
    /// The depth of a directory, or the services and resource types of an account.
    resource: [Option<String>; 2],
    /// Names of headers and of query parameters.
    required: [String; 2],
}

impl<'s> PreparedSas<'s> {
    /// Checks the description, except the names of the resource.
    pub(super) fn new<'i>(
        sas: &'s Sas<'s>,
        identity: &'i Identity,
        expiry: TokenExpiry<'s>,
        space: &'s mut ValueSpace<'i>,
        values: &'s mut SignedValues<'s>,
    ) -> Result<Self, Error> {
        let resource = sas.resource;
        sas.account.check_credentials(identity.access_key_id())?;
        space.delegation = delegation_fields(identity)?;
        let is_delegated = !space.delegation.is_empty();
        let layout = resource.layout(is_delegated)?;
        let (version_text, version) = match &sas.version {
            Some(text) => (&**text, parse_version(resource, is_delegated, text)?),
            None => resource.newest_version(),
        };

        values.set(Field::Version, Value::unreserved(version_text));
        set_resource(resource, values, &mut space.resource);
        for (field, value) in &space.delegation {
            // An older version has no parameter for the tenant of a delegated user.
            if layout.signs(*field, version) {
                values.set(*field, Value::Text(value));
            }
        }
        if let Some(identifier) = &sas.stored_policy {
            let value = check_field(resource, layout, version, Field::StoredPolicy, identifier)?;
            values.set(Field::StoredPolicy, value);
        }
        for own in sas.fields.iter() {
            let field = own.field()?;
            let value = check_field(resource, layout, version, field, &own.value)?;
            if values.has(field) {
                let name = field.name();
                return Err(Error::duplicate(ErrorKind::Policy, "parameter", name));
            }
            values.set(field, value);
        }
        check_pairs(values)?;
        let letters = sas.permission_letters(&mut space.permissions)?;
        // The newest version has every permission.
        if sas.version.is_some() {
            check_permissions(resource, version, sas.permissions)?;
        }
        values.set(Field::Permissions, Value::unreserved(letters));
        sas.set_required(layout, version, values, &mut space.required)?;
        let starts_at = sas.set_start(values, &mut space.starts_at)?;
        let expires_at = match expiry {
            TokenExpiry::PerRow => {
                values.set(Field::ExpiresAt, Value::PerRow(Placeholder::Expires));
                None
            }
            TokenExpiry::Single(expiry, now) => {
                let rules = ValidityRules {
                    starts_at,
                    now,
                    is_delegated,
                };
                let has_policy = sas.stored_policy.is_some();
                rules.set_expiry(identity, expiry, has_policy, values, &mut space.expires_at)?
            }
        };
        Ok(PreparedSas {
            sas,
            layout,
            version,
            values,
            starts_at,
            expires_at,
        })
    }

    pub(super) fn starts_at(&self) -> Option<Timestamp> {
        self.starts_at
    }

    pub(super) fn values(&self) -> &'s SignedValues<'s> {
        self.values
    }

    /// Returns the string to sign.
    pub(super) fn text(&self) -> SasText<'_, Value<'s>> {
        let resource = self.sas.resource;
        let (name, object) = resource.names();
        let (_, snapshot_or_version) = resource.snapshot_or_version().unwrap_or_default();
        SasText {
            layout: self.layout,
            version: self.version,
            resource: CanonicalResource {
                service: resource.service().unwrap_or(Service::Blob),
                account: self.sas.account.name(),
                name,
                object: Value::Text(object),
            },
            snapshot_or_version,
            values: self.values,
            headers: &self.sas.headers,
            query: &self.sas.query,
        }
    }

    /// Writes the URL up to the token.
    pub(super) fn write_url(&self, url: &mut impl Sink) {
        self.sas.resource.write_url(self.sas.account, url);
        url.text("?");
        if let Some((name, value)) = self.sas.resource.snapshot_or_version() {
            url.text(name);
            url.text("=");
            Component::Raw(value).write(&UNRESERVED, url);
            url.text("&");
        }
    }

    /// Returns the token without its signature.
    pub(super) fn token(&self) -> SasToken {
        /// The length of `sig=` and an encoded signature, of which each character can be escaped.
        const SIGNATURE: usize = 136;
        let (account, resource) = (self.sas.account, self.sas.resource);
        let capacity = resource
            .max_url_len(account)
            .saturating_add(self.values.max_params_len())
            .saturating_add(SIGNATURE);
        let mut url = String::with_capacity(capacity);
        self.write_url(&mut url);
        let token_start = url.len();
        self.values.write_params(&mut url);
        SasToken {
            url,
            token_start,
            expires_at: self.expires_at,
        }
    }
}

fn set_resource<'s>(
    resource: Resource<'s>,
    values: &mut SignedValues<'s>,
    [first, second]: &'s mut [Option<String>; 2],
) {
    values.set(Field::Resource, Value::unreserved(resource.kind().sr));
    match resource {
        Resource::Table(name) => values.set(Field::TableName, Value::Text(name)),
        Resource::Directory { directory, .. } => {
            let depth = directory.split('/').count();
            let depth = first.insert(depth.to_string());
            values.set(Field::DirectoryDepth, Value::unreserved(depth));
        }
        Resource::Account {
            services,
            resource_types,
        } => {
            let services = first.insert(ordered_letters(services, SERVICES));
            let resource_types = second.insert(ordered_letters(resource_types, RESOURCE_TYPES));
            values.set(Field::Services, Value::unreserved(services));
            values.set(Field::ResourceTypes, Value::unreserved(resource_types));
        }
        _ => {}
    }
}

impl<'a> Sas<'a> {
    fn permission_letters<'s>(&self, space: &'s mut PermissionLetters) -> Result<&'s str, Error> {
        let allowed = self.resource.kind().permissions;
        if let Some(letter) = self.permissions.letter_outside(allowed) {
            return Err(error!(
                Policy,
                "a {} has no permission `{letter}`; it has {}",
                self.resource.kind().description,
                allowed.text
            ));
        }
        if self.permissions.is_empty() && self.stored_policy.is_none() {
            return Err(Error::new(
                ErrorKind::Policy,
                "the token has no permissions; choose some, or a stored access policy that has them",
            ));
        }
        Ok(self.permissions.write(allowed.text, space))
    }

    /// Sets the names of headers and parameters that the request must have.
    fn set_required<'s>(
        &self,
        layout: &Layout,
        version: ApiVersion,
        values: &mut SignedValues<'s>,
        [headers, query]: &'s mut [String; 2],
    ) -> Result<(), Error> {
        for (field, required, names) in [
            (Field::RequestHeaders, &self.headers, headers),
            (Field::RequestQuery, &self.query, query),
        ] {
            if required.is_empty() {
                continue;
            }
            for (name, value) in required {
                check_field(self.resource, layout, version, field, name)?;
                check_required(field, name, value)?;
                names.push_str(if names.is_empty() { "" } else { "," });
                names.push_str(name);
            }
            values.set(field, Value::Text(names));
        }
        Ok(())
    }

    /// Sets the start, and returns it.
    fn set_start<'s>(
        &self,
        values: &mut SignedValues<'s>,
        space: &'s mut Option<SasTime>,
    ) -> Result<Option<Timestamp>, Error> {
        let text = values.get(Field::StartsAt);
        match (self.starts_at, text) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(error!(
                Policy,
                "the start is set by both `starts_at` and the parameter st; leave one out"
            )),
            (Some(moment), None) => {
                let time = space.insert(SasTime::new(moment)?);
                values.set(Field::StartsAt, time.value());
                Ok(Some(moment))
            }
            (None, Some(text)) => parse_time(Field::StartsAt, text).map(Some),
        }
    }
}
