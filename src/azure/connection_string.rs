//! Connection strings ([Configure a connection
//! string](https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string)).
//!
//! A message never shows any part of one, because a mistake can move the key anywhere.

use super::account::{Account, PUBLIC_SUFFIX};
use super::keys::shared_key;
use super::service::Service;
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind, error};
use crate::wire::url::Url;
use alloc::vec::Vec;

/// The account of Azurite and the storage emulator, whose key is published.
const EMULATOR: &str = "devstoreaccount1";
const EMULATOR_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const EMULATOR_URLS: [(Service, &str); 3] = [
    (Service::Blob, "http://127.0.0.1:10000/devstoreaccount1"),
    (Service::Queue, "http://127.0.0.1:10001/devstoreaccount1"),
    (Service::Table, "http://127.0.0.1:10002/devstoreaccount1"),
];

/// The settings that a connection string can have.
const SETTINGS: [&str; 14] = [
    "DefaultEndpointsProtocol",
    "AccountName",
    "AccountKey",
    "EndpointSuffix",
    "SharedAccessSignature",
    "UseDevelopmentStorage",
    "BlobEndpoint",
    "FileEndpoint",
    "QueueEndpoint",
    "TableEndpoint",
    "BlobSecondaryEndpoint",
    "FileSecondaryEndpoint",
    "QueueSecondaryEndpoint",
    "TableSecondaryEndpoint",
];

/// Parses a connection string, and returns the account and its key. A string with a shared access
/// signature has no key.
///
/// ```
/// let (account, key) = presign::azure::connection_string(
///     "DefaultEndpointsProtocol=https;AccountName=myaccount;AccountKey=c2VjcmV0;\
///      EndpointSuffix=core.windows.net",
/// )?;
/// assert_eq!(account.name(), "myaccount");
/// assert!(key.is_some());
///
/// let (azurite, _) = presign::azure::connection_string("UseDevelopmentStorage=true")?;
/// let blob = azurite.container("images")?;
/// assert_eq!(blob.get("a").url()?, "http://127.0.0.1:10000/devstoreaccount1/images/a");
/// # Ok::<(), presign::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Credentials`] for an unknown, repeated, missing or invalid setting,
/// [`ErrorKind::Bucket`] for an invalid account name, and [`ErrorKind::Url`] for an invalid
/// endpoint. No message contains a part of the string.
pub fn connection_string(text: &str) -> Result<(Account, Option<Credentials>), Error> {
    let settings = Settings::parse(text)?;
    if let Some(value) = settings.get("UseDevelopmentStorage") {
        if !value.eq_ignore_ascii_case("true") || settings.0.len() > 1 {
            return Err(invalid(
                "UseDevelopmentStorage must be `true`, and the only setting",
            ));
        }
        let mut account = Account::new(EMULATOR)?;
        for (service, url) in EMULATOR_URLS {
            account = account.endpoint(service, url)?;
        }
        return Ok((account, Some(shared_key(EMULATOR, EMULATOR_KEY)?)));
    }
    let name = match settings.get("AccountName") {
        Some(name) => name,
        None => settings.name_of_endpoint()?,
    };
    let mut account = Account::new(name).map_err(|_| invalid("invalid AccountName"))?;
    let protocol = settings.get("DefaultEndpointsProtocol").unwrap_or("https");
    if !matches!(protocol, "https" | "http") {
        return Err(invalid(
            "DefaultEndpointsProtocol must be `https` or `http`",
        ));
    }
    let suffix = settings.get("EndpointSuffix").unwrap_or(PUBLIC_SUFFIX);
    account = account
        .with_suffix(protocol, suffix)
        .map_err(|_| invalid_url("EndpointSuffix"))?;
    for (service, setting) in ENDPOINTS {
        if let Some(url) = settings.get(setting) {
            account = account
                .endpoint(service, url)
                .map_err(|_| invalid_url(setting))?;
        }
    }
    let key = match settings.get("AccountKey") {
        Some(_) if settings.get("SharedAccessSignature").is_some() => {
            return Err(invalid(
                "the connection string has both AccountKey and SharedAccessSignature; remove one",
            ));
        }
        Some(key) => {
            Some(shared_key(name, key).map_err(|_| invalid("the AccountKey is not base64"))?)
        }
        None => None,
    };
    Ok((account, key))
}

/// The settings with the URLs of services.
const ENDPOINTS: [(Service, &str); 4] = [
    (Service::Blob, "BlobEndpoint"),
    (Service::File, "FileEndpoint"),
    (Service::Queue, "QueueEndpoint"),
    (Service::Table, "TableEndpoint"),
];

/// Names and values.
struct Settings<'t>(Vec<(&'static str, &'t str)>);

impl<'t> Settings<'t> {
    fn parse(text: &'t str) -> Result<Self, Error> {
        let mut settings = Settings(Vec::new());
        let parts = text.trim().split(';').enumerate();
        for (index, part) in parts.filter(|(_, part)| !part.trim().is_empty()) {
            let number = index.saturating_add(1);
            let Some((name, value)) = part.split_once('=') else {
                return Err(error!(
                    Credentials,
                    "setting {number} of the connection string is not name=value"
                ));
            };
            let mut known = SETTINGS.into_iter();
            let Some(name) = known.find(|known| known.eq_ignore_ascii_case(name.trim())) else {
                return Err(error!(
                    Credentials,
                    "setting {number} of the connection string has an unknown name"
                ));
            };
            if settings.get(name).is_some() {
                return Err(error!(
                    Credentials,
                    "duplicate setting `{name}` in the connection string"
                ));
            }
            settings.0.push((name, value.trim()));
        }
        Ok(settings)
    }

    fn get(&self, name: &str) -> Option<&'t str> {
        let mut settings = self.0.iter();
        let (_, value) = settings.find(|(own, _)| *own == name)?;
        Some(value)
    }

    /// Returns the name that the host of the first endpoint begins with, or that its path is.
    fn name_of_endpoint(&self) -> Result<&'t str, Error> {
        let mut urls = ENDPOINTS.iter().filter_map(|(_, name)| self.get(name));
        let missing = || invalid("missing setting `AccountName` in the connection string");
        let url = urls.next().ok_or_else(missing)?;
        let url = Url::parse(url).map_err(|_| missing())?;
        let path = url.target.path.trim_matches('/');
        let label = url.authority.host.split('.').next().unwrap_or_default();
        Ok(if path.is_empty() { label } else { path })
    }
}

fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::Credentials, message)
}

fn invalid_url(setting: &str) -> Error {
    error!(
        Url,
        "invalid {setting} in the connection string; write an http or https URL without a query"
    )
}
