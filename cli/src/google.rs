//! Buckets of Google Cloud Storage, and their keys.

use crate::args::misuse;
use crate::profile::variable;
use crate::settings::{Location, Signing};
use anyhow::{Context, Result, bail};
use clap::Args;
use presign::gcs::{Bucket, ServiceAccount};
use presign::{Credentials, SignatureVersion};
use std::fs;
use std::path::{Path, PathBuf};

const HMAC_NAMES: [&str; 2] = ["GS_ACCESS_KEY_ID", "GS_SECRET_ACCESS_KEY"];
const KEY_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// The option for the key of gs:// addresses.
#[derive(Args)]
pub struct KeyOption {
    /// For gs://: a service account's JSON key [default: GOOGLE_APPLICATION_CREDENTIALS, or an HMAC
    /// key in GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl KeyOption {
    /// Checks that no key of Google is given for another store.
    pub fn check_absent(&self) -> Result<()> {
        match self.key_file {
            Some(_) => Err(misuse("--key-file is for gs:// addresses only")),
            None => Ok(()),
        }
    }

    pub fn is_given(&self) -> bool {
        self.key_file.is_some()
    }

    /// Returns the service account's key or the HMAC key, and the account's universe domain.
    pub fn load(&self) -> Result<(Credentials, Option<String>)> {
        if let Some(file) = &self.key_file {
            return from_file(file);
        }
        if let Some(file) = variable(&[KEY_FILE])? {
            return from_file(Path::new(&file)).with_context(|| format!("in {KEY_FILE}"));
        }
        let keys = HMAC_NAMES.map(|name| variable(&[name]));
        let [id_name, secret_name] = HMAC_NAMES;
        match keys {
            [Ok(Some(id)), Ok(Some(secret))] => Ok((Credentials::new(id, secret)?, None)),
            [Err(error), _] | [_, Err(error)] => Err(error),
            [Ok(None), Ok(None)] => bail!(
                "no key for Google; pass --key-file, or set {KEY_FILE}, or {id_name} and \
                 {secret_name}"
            ),
            [Ok(Some(_)), Ok(None)] => bail!("the environment has {id_name} but no {secret_name}"),
            [Ok(None), Ok(Some(_))] => bail!("the environment has {secret_name} but no {id_name}"),
        }
    }
}

fn from_file(file: &Path) -> Result<(Credentials, Option<String>)> {
    let json = fs::read_to_string(file)
        .with_context(|| format!("the key file {} can't be read", file.display()))?;
    let account = ServiceAccount::from_json(&json)
        .with_context(|| format!("the key file {}", file.display()))?;
    let domain = account.universe_domain().to_owned();
    Ok((account.credentials().clone(), Some(domain)))
}

/// Returns a bucket and its key.
pub fn load(
    name: &str,
    signing: &Signing,
    location: &Location,
    key: &KeyOption,
) -> Result<(Bucket, Credentials)> {
    let version = signing.aws_version()?;
    if version == SignatureVersion::V4a || signing.has_region_set() {
        return Err(misuse(
            "Google Cloud Storage doesn't support v4a; use v4 or v2",
        ));
    }
    let (credentials, universe_domain) = key.load()?;
    let mut bucket = Bucket::builder(name).signature_version(version);
    if let Some(domain) = universe_domain {
        bucket = bucket.universe_domain(domain);
    }
    if let Some(region) = &signing.region {
        bucket = bucket.location(region);
    }
    Ok((location.google_bucket(bucket)?.build()?, credentials))
}
