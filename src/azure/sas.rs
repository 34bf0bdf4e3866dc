//! The description of a shared access signature.

use super::account::Account;
use super::permissions::Permissions;
use super::resource::Resource;
use super::sas_fields::CallerField;
use super::string_to_sign::RequiredPair;
use crate::scheme::azure_sas::Field;
use crate::time::Timestamp;
use crate::wire::inline_list::InlineList;
use alloc::borrow::Cow;
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
    pub(super) account: &'a Account,
    pub(super) resource: Resource<'a>,
    pub(super) permissions: Permissions,
    pub(super) version: Option<Cow<'a, str>>,
    pub(super) stored_policy: Option<Cow<'a, str>>,
    pub(super) starts_at: Option<Timestamp>,
    pub(super) fields: InlineList<CallerField<'a>, 4>,
    pub(super) headers: Vec<RequiredPair<'a>>,
    pub(super) query: Vec<RequiredPair<'a>>,
}

impl<'a> Sas<'a> {
    #[inline]
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
            fields: InlineList::new(),
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
    #[inline]
    pub fn ip_range(self, range: impl Into<Cow<'a, str>>) -> Self {
        self.field(Field::IpRange.name(), range)
    }

    /// Allows only requests by HTTPS.
    #[must_use]
    #[inline]
    pub fn https_only(self) -> Self {
        self.field(Field::Protocol.name(), "https")
    }

    /// Sets the identifier of a [stored access
    /// policy](https://learn.microsoft.com/en-us/rest/api/storageservices/define-stored-access-policy).
    /// The token must not repeat a parameter that the policy sets: see [`Permissions::NONE`] and
    /// [`SasExpiry::in_policy`](super::SasExpiry::in_policy).
    #[must_use]
    pub fn stored_policy(mut self, identifier: impl Into<Cow<'a, str>>) -> Self {
        self.stored_policy = Some(identifier.into());
        self
    }

    /// Sets the version of the service, which decides what is signed and which permissions a token
    /// can have: a date from 2015-04-05 on. The default is 2026-10-06, and 2019-02-02 for a table.
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
    #[inline]
    pub fn field(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.fields.push(CallerField {
            name: name.into(),
            value: value.into(),
        });
        self
    }

    /// Requires a header with a value in the request (user delegation SAS of blobs, version
    /// 2026-04-06 or newer). The token contains only the header's name.
    #[must_use]
    pub fn require_header(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Requires a query parameter with a value in the request (user delegation SAS of blobs,
    /// version 2026-04-06 or newer). The token contains only the parameter's name.
    #[must_use]
    pub fn require_query(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }
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
