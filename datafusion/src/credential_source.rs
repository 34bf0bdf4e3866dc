//! The credentials of a process that signs.

use datafusion::common::{DataFusionError, Result, exec_err};
use presign::Credentials;
use std::error::Error;

/// The source of credentials. It doesn't implement `Debug`, so that no plan shows it.
pub(crate) enum CredentialSource {
    /// A process that only plans, such as a scheduler.
    None,
    Fixed(Credentials),
    Provider(Box<Provider>),
}

type Provider = dyn Fn() -> Result<Credentials, Box<dyn Error + Send + Sync>> + Send + Sync;

impl CredentialSource {
    pub fn credentials(&self) -> Result<Credentials> {
        match self {
            CredentialSource::None => exec_err!(
                "no credentials; register the functions with `Functions::credentials` in the process that executes"
            ),
            CredentialSource::Fixed(credentials) => Ok(credentials.clone()),
            CredentialSource::Provider(provider) => provider().map_err(DataFusionError::External),
        }
    }
}
