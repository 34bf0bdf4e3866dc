//! A received request with a shared access signature, before its signature is verified.

use super::account::Account;
#[cfg(feature = "explain")]
use super::layout::Content;
use super::layout::Layout;
use super::permissions::Permissions;
use super::received_target::ReceivedTarget;
use super::sas_fields::check_required;
use super::service::Service;
use super::stored_policy::StoredPolicy;
use super::string_to_sign::{CanonicalResource, ReceivedValues, RequiredPair, SasText, Value};
use crate::error::Quoted;
use crate::scheme::Scheme;
use crate::scheme::azure_sas::{ApiVersion, Field, parse_sas_time};
use crate::text::percent::Component;
use crate::time::Timestamp;
use crate::verify::{Carrier, ReceivedRequest, VerifyError, reject};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A request with a shared access signature that is not verified yet.
///
/// Don't trust what it states: any client can write it. It says which key and which stored access
/// policy to look up.
///
/// ```
/// use core::time::Duration;
/// use presign::azure::{self, Account};
/// use presign::verify::{ReceivedRequest, VerifyErrorKind};
/// use presign::Timestamp;
///
/// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
/// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
/// let account = Account::new("myaccount")?;
/// let images = account.container("images")?;
/// let link = images.get("cat.png").presign(&key, Duration::from_secs(3600), now)?;
///
/// let request = ReceivedRequest::from_url("GET", link.as_str())?;
/// let verified = account.parse_sas(&request)?.verify(&key, now)?;
/// assert_eq!((verified.name(), verified.object()), ("images", "cat.png"));
///
/// let request = ReceivedRequest::from_url("DELETE", link.as_str())?;
/// let error = account.parse_sas(&request)?.verify(&key, now).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::Permission);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct UnverifiedSas<'r> {
    pub(super) request: &'r ReceivedRequest<'r>,
    pub(super) account: Box<str>,
    pub(super) target: ReceivedTarget<'r>,
    pub(super) layout: &'static Layout,
    pub(super) version: ApiVersion,
    pub(super) values: ReceivedValues<'r>,
    pub(super) permissions: Permissions,
    pub(super) starts_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) policy: Option<StoredPolicy>,
}

impl Account {
    /// Parses the shared access signature of a request to this account. The request's host has to
    /// be that of an endpoint of the account, or of a secondary one.
    ///
    /// # Errors
    /// Returns an error if the request has no token, or one with a missing, duplicate, unknown or
    /// unsigned parameter. A path is rejected if it has a dot segment, a control character, or a
    /// container whose name is empty or contains an escaped slash, because Azure Storage would read
    /// another name. [`UnverifiedSas::verify`] then checks the signature.
    pub fn parse_sas<'r>(
        &self,
        request: &'r ReceivedRequest<'r>,
    ) -> Result<UnverifiedSas<'r>, VerifyError> {
        parse(self, request).map_err(|error| error.signed_by(Scheme::AzureSas, Carrier::Query))
    }
}

fn parse<'r>(
    account: &Account,
    request: &'r ReceivedRequest<'r>,
) -> Result<UnverifiedSas<'r>, VerifyError> {
    request.check_size()?;
    request.check_query()?;
    request.check_message()?;
    let target = ReceivedTarget::of(account, request)?;
    let values = read_values(&target)?;
    if !values.has(Field::Signature) {
        return Err(reject!(
            NotSigned,
            "the request has no shared access signature"
        ));
    }
    if request.values("authorization").next().is_some() {
        return Err(reject!(
            SignedTwice,
            "the request has an Authorization header and a shared access signature"
        ));
    }
    let version = required(&values, Field::Version)?;
    let version = ApiVersion::parse(version)
        .ok_or_else(|| reject!(Scheme, "unknown version {}", Quoted(version)))?;
    let layout = find_layout(&values, target.service)?;
    check_signed(layout, version, &values)?;
    let time = |field: Field| match values.get(field) {
        None => Ok(None),
        Some(text) => match parse_sas_time(text) {
            Some(time) => Ok(Some(time)),
            None => Err(reject!(
                Malformed,
                "invalid {} {}; write a time such as 2030-01-02T03:04:05Z",
                field.name(),
                Quoted(text)
            )),
        },
    };
    let (starts_at, expires_at) = (time(Field::StartsAt)?, time(Field::ExpiresAt)?);
    let letters = values.get(Field::Permissions).unwrap_or_default();
    let permissions: Permissions = letters
        .parse()
        .map_err(|error| reject!(Malformed, "{error}"))?;
    if !values.has(Field::StoredPolicy) {
        required(&values, Field::ExpiresAt)?;
        required(&values, Field::Permissions)?;
    }
    Ok(UnverifiedSas {
        request,
        account: Box::from(account.name()),
        target,
        layout,
        version,
        permissions,
        starts_at,
        expires_at,
        values,
        policy: None,
    })
}

/// Reads the parameters of the token.
fn read_values<'r>(target: &ReceivedTarget<'r>) -> Result<ReceivedValues<'r>, VerifyError> {
    let mut values = ReceivedValues::new();
    for param in &target.params {
        let Some(field) = field_of(param.name) else {
            continue;
        };
        let name = field.name();
        if !param.name.decodes_to(name) {
            return Err(reject!(Malformed, "misspelled parameter; write {name}"));
        }
        if values.has(field) {
            return Err(VerifyError::duplicate("parameter", name));
        }
        let Some(value) = param.value.unwrap_or_default().to_text() else {
            return Err(reject!(Malformed, "the parameter {name} is not UTF-8"));
        };
        // A line feed would end its line in the text that is signed.
        if value.chars().any(char::is_control) {
            return Err(reject!(
                Malformed,
                "the parameter {name} contains a control character"
            ));
        }
        values.set(field, value);
    }
    Ok(values)
}

/// Returns the parameter of a name, ignoring ASCII case.
fn field_of(name: Component<'_>) -> Option<Field> {
    /// The length of the longest name, `skdutid`.
    const MAX_NAME: usize = 7;
    let mut lowercase = [0; MAX_NAME];
    let mut length = 0usize;
    for byte in name.decoded() {
        *lowercase.get_mut(length)? = byte.to_ascii_lowercase();
        length = length.saturating_add(1);
    }
    Field::from_name(core::str::from_utf8(lowercase.get(..length)?).ok()?)
}

pub(super) fn required<'v>(
    values: &'v ReceivedValues<'_>,
    field: Field,
) -> Result<&'v str, VerifyError> {
    values
        .get(field)
        .ok_or_else(|| VerifyError::missing("parameter", field.name()))
}

/// Returns the lines that the token signs.
fn find_layout(
    values: &ReceivedValues<'_>,
    service: Service,
) -> Result<&'static Layout, VerifyError> {
    if values.has(Field::Services) || values.has(Field::ResourceTypes) {
        required(values, Field::Services)?;
        required(values, Field::ResourceTypes)?;
        return Ok(Layout::of_account());
    }
    let is_delegated = values.has(Field::KeyOid);
    Layout::of_service(service, is_delegated).ok_or_else(|| {
        reject!(
            Scheme,
            "a user delegation SAS can't give access to a {service}"
        )
    })
}

/// Checks that the token has no parameter that it doesn't sign, except those that the path shows.
fn check_signed(
    layout: &Layout,
    version: ApiVersion,
    values: &ReceivedValues<'_>,
) -> Result<(), VerifyError> {
    let is_allowed = |field| match field {
        Field::Resource | Field::DirectoryDepth | Field::TableName | Field::Signature => true,
        field => layout.signs(field, version),
    };
    match values.iter().find(|(field, _)| !is_allowed(*field)) {
        None => Ok(()),
        Some((field, _)) => Err(reject!(
            Malformed,
            "the parameter {} is not signed by this kind of token in version {version}",
            field.name()
        )),
    }
}

impl<'r> UnverifiedSas<'r> {
    /// Returns the name of the account whose key signs. It is that of the account which parsed the
    /// request.
    #[must_use]
    pub fn account_name(&self) -> &str {
        &self.account
    }

    /// Returns a parameter of the token, decoded: `sv`, `sp`, `skoid`, …
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.values.get(Field::from_name(name)?)
    }

    /// Returns the identifier of the stored access policy that has to be looked up.
    #[must_use]
    pub fn stored_policy(&self) -> Option<&str> {
        self.values.get(Field::StoredPolicy)
    }

    /// Returns whether a user delegation key signs. The parameters `skoid`, `sktid`, `skt` and
    /// `ske` name it.
    #[must_use]
    pub fn is_user_delegation(&self) -> bool {
        self.values.has(Field::KeyOid)
    }

    /// Sets the stored access policy with the identifier of the token.
    #[must_use]
    pub fn with_stored_policy(mut self, policy: StoredPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Returns the string to sign.
    ///
    /// # Errors
    /// [`VerifyErrorKind::Resource`](crate::verify::VerifyErrorKind::Resource) if the kind of
    /// resource doesn't fit the path or the snapshot and version of the URL. For a header or
    /// parameter that the token requires,
    /// [`VerifyErrorKind::SignedHeaderMissing`](crate::verify::VerifyErrorKind::SignedHeaderMissing)
    /// if the request lacks it,
    /// [`VerifyErrorKind::Repeated`](crate::verify::VerifyErrorKind::Repeated) if it is duplicate,
    /// and [`VerifyErrorKind::Malformed`](crate::verify::VerifyErrorKind::Malformed) if another one
    /// would have the same signed text.
    pub fn string_to_sign(&self) -> Result<String, VerifyError> {
        use crate::crypto::Message as _;
        self.with_text(|text| {
            let mut signed = String::new();
            text.write(&mut signed);
            signed
        })
    }

    /// Returns the names of the lines of [`string_to_sign`](Self::string_to_sign): those of the
    /// parameters, and `resource`, `account` and `snapshot`.
    #[cfg(feature = "explain")]
    pub(crate) fn line_names(&self) -> Vec<&'static str> {
        let lines = self.layout.lines(self.version);
        let names = lines.map(|line| match line {
            Content::Field(field) => field.name(),
            Content::Account => "account",
            Content::Resource => "resource",
            Content::SnapshotOrVersion => "snapshot",
            Content::RequestHeaders => Field::RequestHeaders.name(),
            Content::RequestQuery => Field::RequestQuery.name(),
        });
        names.collect()
    }

    /// Passes the text that is signed to `f`.
    pub(super) fn with_text<T>(
        &self,
        f: impl FnOnce(&SasText<'_, Cow<'_, str>>) -> T,
    ) -> Result<T, VerifyError> {
        let headers = self.required(Field::RequestHeaders, |name| {
            let value = self.request.single(name)?;
            Ok(value.map(|value| Cow::Owned(String::from(value))))
        })?;
        let query = self.required(Field::RequestQuery, |name| self.target.single_param(name))?;
        let object = self.signed_object()?;
        Ok(f(&SasText {
            layout: self.layout,
            version: self.version,
            resource: CanonicalResource {
                service: self.target.service,
                account: &self.account,
                name: &self.target.name,
                object: Value::Text(object.0),
            },
            snapshot_or_version: &object.1,
            values: &self.values,
            headers: &headers,
            query: &query,
        }))
    }

    /// Returns names and values of the headers or parameters that a parameter lists.
    fn required<'s>(
        &'s self,
        field: Field,
        value: impl Fn(&str) -> Result<Option<Cow<'s, str>>, VerifyError>,
    ) -> Result<Vec<RequiredPair<'s>>, VerifyError> {
        let Some(names) = self.values.get(field) else {
            return Ok(Vec::new());
        };
        let pairs = names.split(',').map(|name| {
            let value = value(name)?.ok_or_else(|| {
                reject!(
                    SignedHeaderMissing,
                    "the request has no {}, which the parameter {} requires",
                    Quoted(name),
                    field.name()
                )
            })?;
            check_required(field, name, &value).map_err(|error| reject!(Malformed, "{error}"))?;
            Ok((Cow::Borrowed(name), value))
        });
        pairs.collect()
    }
}

impl fmt::Debug for UnverifiedSas<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedSas")
            .field("account", &self.account)
            .field("name", &self.target.name)
            .field("object", &self.target.object)
            .field("permissions", &self.permissions)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
