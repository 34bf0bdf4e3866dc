//! Azure Storage: the account and its key.

use crate::input::Input;
use crate::profile::variable;
use anyhow::{Context, Result, bail, ensure};
use presign::Credentials;
use presign::azure::{self, Account, Service};
use std::io::Read;

const ACCOUNT: &str = "AZURE_STORAGE_ACCOUNT";
const KEY: &str = "AZURE_STORAGE_KEY";
const CONNECTION_STRING: &str = "AZURE_STORAGE_CONNECTION_STRING";

/// The settings of an account in the environment.
struct Environment {
    account: Option<Account>,
    key: Option<String>,
    credentials: Option<Credentials>,
}

impl Environment {
    fn load() -> Result<Self> {
        let name = variable(&[ACCOUNT])?;
        if let Some(key) = variable(&[KEY])? {
            return Ok(Environment {
                account: name.as_deref().map(account).transpose()?,
                key: Some(key),
                credentials: None,
            });
        }
        if let Some(text) = variable(&[CONNECTION_STRING])? {
            let (account, credentials) = azure::connection_string(&text)
                .with_context(|| format!("in {CONNECTION_STRING}"))?;
            return Ok(Environment {
                account: Some(account),
                key: None,
                credentials,
            });
        }
        Ok(Environment {
            account: name.as_deref().map(account).transpose()?,
            key: None,
            credentials: None,
        })
    }
}

fn account(name: &str) -> Result<Account> {
    Account::new(name).with_context(|| format!("in {ACCOUNT}"))
}

/// Returns the account `name` with the endpoints that the environment sets, and its credentials: a
/// user delegation key, or the key of the environment.
pub fn load(
    name: Option<&str>,
    user_delegation_key: Option<&Input>,
) -> Result<(Account, Credentials)> {
    let environment = Environment::load()?;
    let account = match (name, environment.account) {
        (Some(name), Some(account)) if account.name() == name => account,
        (Some(name), None) => Account::new(name)?,
        (Some(name), Some(account)) => {
            ensure!(
                user_delegation_key.is_some(),
                "the account is {name}, but the environment has the key of {}",
                account.name()
            );
            Account::new(name)?
        }
        (None, Some(account)) => account,
        (None, None) => bail!("the account is unknown; set {ACCOUNT}"),
    };
    let credentials = if let Some(file) = user_delegation_key {
        let mut xml = String::new();
        file.open()
            .and_then(|mut file| file.read_to_string(&mut xml))
            .with_context(|| format!("the user delegation key can't be read from {file}"))?;
        azure::user_delegation_key(account.name(), &xml)?
    } else if let Some(key) = environment.key {
        azure::shared_key(account.name(), key).with_context(|| format!("in {KEY}"))?
    } else {
        environment.credentials.with_context(|| {
            format!(
                "there is no key for {}; set {ACCOUNT} and {KEY}, or {CONNECTION_STRING}",
                account.name()
            )
        })?
    };
    Ok((account, credentials))
}

/// Parses the name of a service.
pub fn parse_service(text: &str) -> Result<Service, &'static str> {
    match text {
        "blob" => Ok(Service::Blob),
        "file" => Ok(Service::File),
        "queue" => Ok(Service::Queue),
        "table" => Ok(Service::Table),
        _ => Err("a service of Azure Storage is blob, file, queue or table"),
    }
}

/// Returns the host of a URL, and the path after it.
fn split_url(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    rest.split_at(end)
}

/// Returns the service of a URL: the given one, or that of its host.
pub fn service_of(url: &str, given: Option<&str>) -> Result<Service> {
    if let Some(name) = given {
        return parse_service(name).map_err(anyhow::Error::msg);
    }
    let (host, _) = split_url(url);
    Service::from_host(host).with_context(|| {
        format!("the host {host} names no service of Azure Storage; pass --service")
    })
}

/// Returns the account with the endpoint of a URL, and its key. The name of the account is that of
/// the environment, or the URL's.
pub fn load_for_url(
    url: &str,
    service: Service,
    user_delegation_key: Option<&Input>,
) -> Result<(Account, Credentials)> {
    let (host, rest) = split_url(url);
    let (scheme, _) = url.split_once("://").unwrap_or(("https", url));
    let path = rest.split('?').next().unwrap_or_default();
    let label = host.split('.').next().unwrap_or_default();
    let label = label.strip_suffix("-secondary").unwrap_or(label);
    let of_host = Service::from_host(host).map(|_| label);
    let of_path = path.split('/').nth(1).unwrap_or_default();
    let is_ip = host.starts_with('[')
        || host
            .split([':', '.'])
            .next()
            .is_some_and(|part| part.parse::<u8>().is_ok());
    let has_no_domain = is_ip || host.split(':').next() == Some("localhost");
    let named = of_host.or(has_no_domain.then_some(of_path));
    let (account, credentials) = match load(named, user_delegation_key) {
        // The host of a custom domain doesn't name the account.
        Err(_) if of_host.is_none() => load(None, user_delegation_key)?,
        result => result?,
    };
    let front = format!("/{}/", account.name());
    let prefix = if of_host.is_none() && path.starts_with(&front) {
        format!("/{}", account.name())
    } else {
        String::new()
    };
    let account = account.endpoint(service, &format!("{scheme}://{host}{prefix}"))?;
    Ok((account, credentials))
}
