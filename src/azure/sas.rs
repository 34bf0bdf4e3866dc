//! The description of a shared access signature, and the verbs that sign it.

use super::account::Account;
use super::keys::delegation_fields;
use super::layout::Layout;
use super::permissions::{PermissionLetters, Permissions};
use super::resource::{RESOURCE_TYPES, Resource, SERVICES, ordered_letters};
use super::sas_expiry::SasExpiry;
use super::sas_fields::{CallerField, check_field, check_pairs, check_version};
use super::sas_token::SasToken;
use super::sas_validity::{Validity, parse_time};
use super::service::Service;
use super::string_to_sign::{CanonicalResource, RequiredPair, SasText, Values};
use crate::credentials::Credentials;
use crate::crypto::SigningKey;
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::identity::Identity;
use crate::request::{KeySource, Unsigned};
use crate::scheme::azure_sas::{Field, NEWEST_VERSION};
use crate::text::percent::{Component, UNRESERVED};
use crate::time::Timestamp;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A shared access signature that is not signed yet.
///
/// Nothing is checked before [`presign`](Sas::presign) and [`prepare`](Sas::prepare). The key
/// decides the kind of token: an [account key](super::shared_key) signs a service SAS or an account
/// SAS, a [user delegation key](super::user_delegation_key) a user delegation SAS.
///
/// ```
/// use core::time::Duration;
/// use presign::azure::{self, Account, Permissions, Resource};
/// use presign::{ContentDisposition, Timestamp};
///
/// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
/// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
/// let account = Account::new("myaccount")?;
/// let report = Resource::Blob { container: "docs", blob: "report.pdf" };
/// let link = account
///     .sas(report, Permissions::READ)
///     .https_only()
///     .ip_range("203.0.113.0-203.0.113.255")
///     .field("rscd", ContentDisposition::attachment("Report.pdf"))
///     .presign(&key, Duration::from_secs(3600), now)?;
/// assert_eq!(link.expires_at().map(|at| at.to_string()).as_deref(), Some("2026-10-06T01:00:00Z"));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Sas<'a> {
    account: &'a Account,
    resource: Resource<'a>,
    permissions: Permissions,
    version: Option<Cow<'a, str>>,
    stored_policy: Option<Cow<'a, str>>,
    starts_at: Option<Timestamp>,
    fields: Vec<CallerField<'a>>,
    headers: Vec<RequiredPair<'a>>,
    query: Vec<RequiredPair<'a>>,
}

/// The version of a token for a table, the last one of that service.
const TABLE_VERSION: &str = "2019-02-02";

impl<'a> Sas<'a> {
    pub(super) fn new(
        account: &'a Account,
        resource: Resource<'a>,
        permissions: Permissions,
    ) -> Self {
        Sas {
            account,
            resource,
            permissions,
            version: None,
            stored_policy: None,
            starts_at: None,
            fields: Vec::new(),
            headers: Vec::new(),
            query: Vec::new(),
        }
    }

    /// Sets the moment before which the token isn't valid. Without it, the token is valid at once.
    /// `field("st", …)` sets a text that is signed as it is.
    #[must_use]
    pub fn starts_at(mut self, moment: impl Into<Timestamp>) -> Self {
        self.starts_at = Some(moment.into());
        self
    }

    /// Allows only requests from an IPv4 address, or from a range of them:
    /// `203.0.113.0-203.0.113.255`.
    #[must_use]
    pub fn ip_range(self, range: impl Into<Cow<'a, str>>) -> Self {
        self.field(Field::IpRange.name(), range)
    }

    /// Allows only requests by HTTPS.
    #[must_use]
    pub fn https_only(self) -> Self {
        self.field(Field::Protocol.name(), "https")
    }

    /// Sets the identifier of a [stored access
    /// policy](https://learn.microsoft.com/en-us/rest/api/storageservices/define-stored-access-policy).
    /// What the policy has, the token must not have: see [`Permissions::NONE`] and
    /// [`SasExpiry::in_policy`].
    #[must_use]
    pub fn stored_policy(mut self, identifier: impl Into<Cow<'a, str>>) -> Self {
        self.stored_policy = Some(identifier.into());
        self
    }

    /// Sets the version of the service, which decides what is signed, from 2015-04-05 on. The
    /// default is 2026-10-06, and 2019-02-02 for a table.
    #[must_use]
    pub fn api_version(mut self, version: impl Into<Cow<'a, str>>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Sets another parameter of the token.
    ///
    /// | name | value | resources | first version |
    /// |---|---|---|---|
    /// | `rscc` `rscd` `rsce` `rscl` `rsct` | `Cache-Control`, `Content-Disposition`, `-Encoding`, `-Language`, `-Type` of the response | blobs, files | |
    /// | `ses` | encryption scope | blobs, account | 2020-12-06 |
    /// | `spr` | `https` or `https,http` | all | |
    /// | `st` | the start, as it is signed | all | |
    /// | `spk` `srk` `epk` `erk` | first and last partition and row key | table | |
    /// | `saoid` `suoid` `scid` | authorized or unauthorized object ID, correlation ID | user delegation, blobs | 2020-02-10 |
    /// | `sduoid` | object ID of the delegated user | user delegation | 2025-07-05 |
    #[must_use]
    pub fn field(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.fields.push(CallerField {
            name: name.into(),
            value: value.into(),
        });
        self
    }

    /// Demands a header of the request, with a value (user delegation SAS of blobs, from 2026-04-06
    /// on). The token has only its name.
    #[must_use]
    pub fn require_header(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Demands a query parameter of the request, with a value (user delegation SAS of blobs, from
    /// 2026-04-06 on). The token has only its name.
    #[must_use]
    pub fn require_query(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Returns the signed token.
    ///
    /// # Errors
    /// - [`ErrorKind::Bucket`], [`ErrorKind::Key`]: an invalid name.
    /// - [`ErrorKind::Policy`]: a permission that the resource doesn't have, an unknown, repeated or
    ///   invalid parameter, or neither permissions nor a stored access policy.
    /// - [`ErrorKind::Unsupported`]: a parameter or resource that the kind of token or its version
    ///   doesn't have.
    /// - [`ErrorKind::Expiry`]: the expiry is not after `now` and the start, is after that of the
    ///   user delegation key, or is more than the seven days of a user delegation SAS.
    /// - [`ErrorKind::Credentials`]: credentials of another account, or not in base64.
    pub fn presign<'e>(
        &self,
        credentials: &Credentials,
        expiry: impl Into<SasExpiry<'e>>,
        now: impl Into<Timestamp>,
    ) -> Result<SasToken, Error> {
        let prepared = self.check(credentials.identity(), expiry.into(), now.into())?;
        let key = SigningKey::HmacSha256(credentials.base64_key()?);
        let signature = key.sign(&self.text(&prepared))?;
        Ok(self.token(&prepared).finish(&signature))
    }

    /// Prepares the token for a key that is elsewhere.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](Sas::presign).
    pub fn prepare<'e>(
        &self,
        identity: &Identity,
        expiry: impl Into<SasExpiry<'e>>,
        now: impl Into<Timestamp>,
    ) -> Result<Unsigned<SasToken>, Error> {
        let prepared = self.check(identity, expiry.into(), now.into())?;
        let token = self.token(&prepared);
        Ok(Unsigned::new(
            identity,
            KeySource::Base64,
            &self.text(&prepared),
            None,
            token.expires_at,
            move |signature| token.finish(signature),
        ))
    }

    /// Checks the description, and returns the parameters of the token.
    fn check<'s>(
        &'s self,
        identity: &'s Identity,
        expiry: SasExpiry<'_>,
        now: Timestamp,
    ) -> Result<Prepared<'s>, Error> {
        self.account.check_credentials(identity.access_key_id())?;
        self.resource.check()?;
        let delegation = delegation_fields(identity)?;
        let is_delegated = !delegation.is_empty();
        let layout = self.resource.layout(is_delegated)?;
        let version = self.version();
        check_version(self.resource, is_delegated, version)?;

        let mut values = Values::new();
        values.set(Field::Version, version);
        self.set_resource(&mut values);
        for (field, value) in delegation {
            // An older version has no parameter for the tenant of a delegated user.
            if layout
                .first_version(field)
                .is_some_and(|first| first <= version)
            {
                values.set(field, value);
            }
        }
        if let Some(identifier) = &self.stored_policy {
            check_field(
                self.resource,
                layout,
                version,
                Field::StoredPolicy,
                identifier,
            )?;
            values.set(Field::StoredPolicy, identifier.as_ref());
        }
        for own in &self.fields {
            let field = own.field()?;
            check_field(self.resource, layout, version, field, &own.value)?;
            if values.get(field).is_some() {
                return Err(error!(
                    Policy,
                    "duplicate parameter {}; set it once",
                    field.name()
                ));
            }
            values.set(field, own.value.as_ref());
        }
        check_pairs(&values)?;
        self.set_permissions(&mut values)?;
        self.set_required(layout, version, &mut values)?;
        let starts_at = self.set_start(&mut values)?;
        let validity = Validity {
            starts_at,
            now,
            is_delegated,
            has_policy: self.stored_policy.is_some(),
        };
        let expires_at = validity.set_expiry(identity, expiry, &mut values)?;
        Ok(Prepared {
            layout,
            values,
            expires_at,
        })
    }

    fn version(&self) -> &str {
        match (&self.version, self.resource) {
            (Some(version), _) => version,
            (None, Resource::Table(_)) => TABLE_VERSION,
            (None, _) => NEWEST_VERSION,
        }
    }

    fn set_resource(&self, values: &mut Values<'a>) {
        if let Some(kind) = self.resource.kind() {
            values.set(Field::Resource, kind);
        }
        match self.resource {
            Resource::Table(name) => values.set(Field::TableName, name),
            Resource::Directory { directory, .. } => {
                let depth = directory.split('/').count();
                values.set(Field::DirectoryDepth, alloc::format!("{depth}"));
            }
            Resource::Account {
                services,
                resource_types,
            } => {
                values.set(Field::Services, ordered_letters(services, SERVICES));
                values.set(
                    Field::ResourceTypes,
                    ordered_letters(resource_types, RESOURCE_TYPES),
                );
            }
            _ => {}
        }
    }

    fn set_permissions(&self, values: &mut Values<'a>) -> Result<(), Error> {
        let allowed = self.resource.permissions();
        if let Some(letter) = self.permissions.letter_outside(allowed) {
            return Err(error!(
                Policy,
                "a {} has no permission `{letter}`; it has {allowed}",
                self.resource.description()
            ));
        }
        if !self.permissions.is_empty() {
            let mut buffer = PermissionLetters::default();
            let letters = self.permissions.write(allowed, &mut buffer);
            values.set(Field::Permissions, String::from(letters));
        } else if self.stored_policy.is_none() {
            return Err(Error::new(
                ErrorKind::Policy,
                "the token has no permissions; choose some, or a stored access policy that has them",
            ));
        }
        Ok(())
    }

    /// Sets the names of headers and parameters that the request must have.
    fn set_required(
        &self,
        layout: &Layout,
        version: &str,
        values: &mut Values<'a>,
    ) -> Result<(), Error> {
        for (field, required) in [
            (Field::RequestHeaders, &self.headers),
            (Field::RequestQuery, &self.query),
        ] {
            if required.is_empty() {
                continue;
            }
            let mut names = String::new();
            for (name, value) in required {
                if name.is_empty() || name.contains([',', ':']) {
                    return Err(error!(
                        Policy,
                        "invalid name {} in {}; it must have neither a comma nor a colon",
                        Quoted(name),
                        field.name()
                    ));
                }
                check_field(self.resource, layout, version, field, name)?;
                check_field(self.resource, layout, version, field, value)?;
                names.push_str(if names.is_empty() { "" } else { "," });
                names.push_str(name);
            }
            values.set(field, names);
        }
        Ok(())
    }

    /// Sets the start, and returns it.
    fn set_start(&self, values: &mut Values<'a>) -> Result<Option<Timestamp>, Error> {
        let text = values.get(Field::StartsAt);
        match (self.starts_at, text) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(error!(
                Policy,
                "the start is set twice, by `starts_at` and by the parameter st"
            )),
            (Some(moment), None) => {
                let text = moment.policy_date()?;
                values.set(Field::StartsAt, String::from(text.as_str()));
                Ok(Some(moment))
            }
            (None, Some(text)) => parse_time(Field::StartsAt, text).map(Some),
        }
    }

    /// Returns the text that is signed.
    fn text<'s>(&'s self, prepared: &'s Prepared<'s>) -> SasText<'s> {
        let (name, object) = self.resource.names();
        let (_, snapshot_or_version) = self.resource.snapshot_or_version().unwrap_or_default();
        SasText {
            layout: prepared.layout,
            resource: CanonicalResource {
                service: self.resource.service().unwrap_or(Service::Blob),
                account: self.account.name(),
                name,
                object,
            },
            snapshot_or_version,
            values: &prepared.values,
            headers: &self.headers,
            query: &self.query,
        }
    }

    /// Returns the token without its signature.
    fn token(&self, prepared: &Prepared<'_>) -> SasToken {
        /// The length of `&sig=` and an encoded signature.
        const SIGNATURE: usize = 80;
        let capacity = self
            .resource
            .max_url_len(self.account)
            .saturating_add(prepared.values.max_query_len())
            .saturating_add(SIGNATURE);
        let mut url = String::with_capacity(capacity);
        self.resource.write_url(self.account, &mut url);
        url.push('?');
        if let Some((name, value)) = self.resource.snapshot_or_version() {
            url.push_str(name);
            url.push('=');
            Component::Raw(value).write(&UNRESERVED, &mut url);
            url.push('&');
        }
        let token_start = url.len();
        prepared.values.write_query(&mut url);
        SasToken {
            url,
            token_start,
            expires_at: prepared.expires_at,
        }
    }
}

/// A checked description.
struct Prepared<'s> {
    layout: &'static Layout,
    values: Values<'s>,
    expires_at: Option<Timestamp>,
}

/// `Debug` shows no values of parameters.
impl fmt::Debug for Sas<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.fields.iter().map(|own| &own.name).collect();
        f.debug_struct("Sas")
            .field("account", &self.account.name())
            .field("resource", &self.resource)
            .field("permissions", &self.permissions)
            .field("fields", &fields)
            .finish_non_exhaustive()
    }
}
