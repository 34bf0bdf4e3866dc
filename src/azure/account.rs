//! A storage account: its name and the addresses of its services.

use super::endpoint::Endpoint;
use super::names::check_account_name;
use super::service::Service;
use super::shared_key::Form;
use super::shared_key_signer::SharedKeySigner;
use crate::error::Error;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

/// A storage account and its addresses.
///
/// ```
/// use core::time::Duration;
/// use presign::azure::{self, Account, Permissions, Resource, Service};
/// use presign::Timestamp;
///
/// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
/// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
/// let hour = Duration::from_secs(3600);
///
/// let account = Account::new("myaccount")?;
/// let list = account
///     .sas(Resource::Container("images"), Permissions::READ | Permissions::LIST)
///     .presign(&key, hour, now)?;
/// assert!(list.url().starts_with("https://myaccount.blob.core.windows.net/images?"));
///
/// let azurite = Account::new("devstoreaccount1")?
///     .endpoint(Service::Blob, "http://127.0.0.1:10000/devstoreaccount1")?;
/// # let _ = azurite;
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Account {
    pub(super) name: Box<str>,
    /// In the order of [`Service::ALL`].
    pub(super) endpoints: [Endpoint; 4],
    pub(super) signer: SharedKeySigner,
    pub(super) table_signer: SharedKeySigner,
}

/// The domain of the public cloud.
pub(super) const PUBLIC_SUFFIX: &str = "core.windows.net";

impl Account {
    /// Returns an account of the public cloud: `https://name.blob.core.windows.net` and its like.
    ///
    /// # Errors
    /// [`ErrorKind::Bucket`](crate::ErrorKind::Bucket) for an invalid name.
    pub fn new(name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        check_account_name(&name)?;
        let endpoints = endpoints(&name, "https", PUBLIC_SUFFIX)?;
        let signer = |is_table| SharedKeySigner {
            account: Box::from(name.as_str()),
            form: Form {
                is_table,
                is_lite: false,
            },
        };
        Ok(Account {
            endpoints,
            signer: signer(false),
            table_signer: signer(true),
            name: name.into_boxed_str(),
        })
    }

    /// Returns the name of the account.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn shared_key_signer(&self) -> &SharedKeySigner {
        &self.signer
    }

    pub(super) fn shared_key_signer_of(&self, service: Service) -> &SharedKeySigner {
        match service {
            Service::Table => &self.table_signer,
            _ => &self.signer,
        }
    }

    pub(super) fn endpoint_of(&self, service: Service) -> &Endpoint {
        let [blob, file, queue, table] = &self.endpoints;
        match service {
            Service::Blob => blob,
            Service::File => file,
            Service::Queue => queue,
            Service::Table => table,
        }
    }

    /// Checks that credentials are of this account.
    pub(super) fn check_credentials(&self, account_name: &str) -> Result<(), Error> {
        self.signer.check_credentials(account_name)
    }
}

/// Returns the endpoint of each service in a domain.
pub(super) fn endpoints(name: &str, scheme: &str, domain: &str) -> Result<[Endpoint; 4], Error> {
    let [blob, file, queue, table] = Service::ALL
        .map(|service| Endpoint::parse(&format!("{scheme}://{name}.{service}.{domain}")));
    Ok([blob?, file?, queue?, table?])
}
