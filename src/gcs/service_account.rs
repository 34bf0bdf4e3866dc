//! The key file of a service account.

#[cfg(feature = "rsa")]
use crate::credentials::Credentials;
use crate::error::{Error, error};
use crate::identity::Identity;
use alloc::string::String;
use core::fmt;
use serde_json::Value;
use zeroize::Zeroize as _;

/// A service account, as its JSON key file describes it
/// ([keys](https://cloud.google.com/iam/docs/keys-create-delete)).
///
/// With the feature `rsa` the private key is parsed once, kept, and overwritten when the last clone
/// is dropped. `Debug` doesn't show it, and no error quotes the file.
///
/// ```no_run
/// use presign::gcs::{Bucket, ServiceAccount};
/// use std::time::{Duration, SystemTime};
///
/// let json = std::fs::read_to_string("service-account.json")?;
/// let account = ServiceAccount::from_json(&json)?;
/// let bucket = Bucket::builder("examplebucket")
///     .universe_domain(account.universe_domain())
///     .build()?;
/// # #[cfg(feature = "rsa")]
/// let link = bucket.get("a.txt").presign(
///     account.credentials(),
///     Duration::from_secs(3600),
///     SystemTime::now(),
/// )?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ServiceAccount {
    identity: Identity,
    universe_domain: String,
    #[cfg(feature = "rsa")]
    credentials: Credentials,
}

impl ServiceAccount {
    /// Parses a key file: JSON with `type`, `client_email` and `private_key`, which is PEM.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the text isn't such a file, if
    /// it is of another type, such as `authorized_user`, and, with the feature `rsa`, for a key
    /// that `Credentials::from_pem` rejects: one that is broken, or has less than 2048 bits.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        let mut file: Value = serde_json::from_str(json).map_err(|_| {
            error!(
                Credentials,
                "the key file of the service account is not JSON"
            )
        })?;
        let account = parse(&file);
        overwrite(&mut file);
        account
    }

    /// Returns the public half of the credentials: the email address.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns the domain of the account's services: `googleapis.com`, if the file names no other.
    #[must_use]
    pub fn universe_domain(&self) -> &str {
        &self.universe_domain
    }

    /// Returns the credentials.
    #[cfg(feature = "rsa")]
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

fn required<'f>(file: &'f Value, name: &str) -> Result<&'f str, Error> {
    file.get(name).and_then(Value::as_str).ok_or_else(|| {
        error!(
            Credentials,
            "missing property `{name}` in the key file of the service account"
        )
    })
}

fn parse(file: &Value) -> Result<ServiceAccount, Error> {
    match required(file, "type")? {
        "service_account" => {}
        _ => {
            return Err(error!(
                Credentials,
                "the key file doesn't belong to a service account; its `type` must be \
                 `service_account`"
            ));
        }
    }
    let email = required(file, "client_email")?;
    let pem = required(file, "private_key")?;
    let universe_domain = match file.get("universe_domain") {
        None => "googleapis.com",
        Some(Value::String(domain)) => domain,
        Some(_) => {
            return Err(error!(
                Credentials,
                "the `universe_domain` of the key file is not a string"
            ));
        }
    };
    let identity = Identity::rsa(email)?;
    #[cfg(feature = "rsa")]
    let credentials = {
        let credentials = Credentials::from_pem(email, pem)?;
        if credentials.identity().private_key_kind() != identity.private_key_kind() {
            return Err(error!(
                Credentials,
                "the key of a service account is an RSA key, but the file has another kind"
            ));
        }
        credentials
    };
    #[cfg(not(feature = "rsa"))]
    let _ = pem;
    Ok(ServiceAccount {
        identity,
        universe_domain: universe_domain.into(),
        #[cfg(feature = "rsa")]
        credentials,
    })
}

/// Overwrites every string of the object; one of them is the private key.
fn overwrite(file: &mut Value) {
    if let Value::Object(members) = file {
        for (_, value) in members.iter_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount")
            .field("email", &self.identity.access_key_id())
            .field("universe_domain", &self.universe_domain)
            .finish_non_exhaustive()
    }
}
