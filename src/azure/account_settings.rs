//! The settings of an account.

use super::account::{Account, endpoints};
use super::endpoint::Endpoint;
use super::service::Service;
use crate::error::Error;

/// Settings.
impl Account {
    /// Sets the domain of a sovereign cloud: `core.chinacloudapi.cn`, `core.usgovcloudapi.net`.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) if it is not a domain.
    pub fn endpoint_suffix(self, domain: &str) -> Result<Self, Error> {
        self.with_suffix("https", domain)
    }

    pub(super) fn with_suffix(mut self, scheme: &str, domain: &str) -> Result<Self, Error> {
        self.endpoints = endpoints(&self.name, scheme, domain)?;
        Ok(self)
    }

    /// Sets the URL of a service: a custom domain, or an emulator such as Azurite with its path
    /// style, `http://127.0.0.1:10000/devstoreaccount1`.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) for an invalid URL, or one with a query.
    pub fn endpoint(mut self, service: Service, url: &str) -> Result<Self, Error> {
        let endpoint = Endpoint::parse(url)?;
        if let Some(slot) = self.endpoints.get_mut(service as usize) {
            *slot = endpoint;
        }
        Ok(self)
    }

    /// Selects the secondary endpoints of geo-redundant storage, which are read-only:
    /// `name-secondary.blob.core.windows.net`.
    ///
    /// # Errors
    /// [`ErrorKind::Endpoint`](crate::ErrorKind::Endpoint) if an endpoint contains the name of the
    /// account neither as the first label of its host nor as its path. Call
    /// [`endpoint`](Account::endpoint) with the URL of the secondary one then.
    pub fn secondary(mut self) -> Result<Self, Error> {
        for endpoint in &mut self.endpoints {
            *endpoint = endpoint.secondary(&self.name)?;
        }
        Ok(self)
    }

    /// Signs headers with Shared Key Lite instead of Shared Key. For tables, it signs only the time
    /// and the path.
    #[must_use]
    pub fn shared_key_lite(mut self) -> Self {
        self.signer.form.is_lite = true;
        self.table_signer.form.is_lite = true;
        self
    }
}
