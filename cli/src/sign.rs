//! Signing by the library, for every command that signs.

use crate::args::{self, Address, Store, has_name};
use crate::credentials;
use crate::google::{self, KeyOption};
use crate::profile::Profile;
use crate::settings::{Location, Signing};
use anyhow::Result;
use clap::Args;
use presign::post::{Key, PostPolicy};
use presign::{Credentials, Error, Expiry, PresignedUrl, Request, Timestamp, Unsigned, gcs, s3};
use serde_json::{Value, json};

/// The options of all commands that sign for a bucket.
#[derive(Args)]
pub struct BucketOptions {
    #[command(flatten)]
    expiry: args::Expiry,

    #[command(flatten)]
    pub signing: Signing,

    #[command(flatten)]
    location: Location,

    #[command(flatten)]
    key: KeyOption,
}

impl BucketOptions {
    pub fn load(&self, address: &Address) -> Result<(Bucket, Signer)> {
        let (expiry, signing) = (&self.expiry, &self.signing);
        let name = &address.bucket;
        match address.store {
            Store::S3 => {
                self.key.check_absent()?;
                let profile = signing.profile.load()?;
                let bucket = self.location.bucket(name, signing, &profile)?;
                let signer = Signer::new(expiry, signing, &profile)?;
                Ok((Bucket::S3(bucket), signer))
            }
            Store::Google => {
                let (bucket, credentials) = google::load(name, signing, &self.location, &self.key)?;
                let signer = Signer::with(credentials, expiry, signing)?;
                Ok((Bucket::Google(bucket), signer))
            }
        }
    }
}

/// A bucket of one of the stores.
pub enum Bucket {
    S3(s3::Bucket),
    Google(gcs::Bucket),
}

impl Bucket {
    pub fn object<'a>(&'a self, method: &'a str, key: &'a str) -> Request<'a> {
        match self {
            Bucket::S3(bucket) => bucket.object(method, key),
            Bucket::Google(bucket) => bucket.object(method, key),
        }
    }

    pub fn request<'a>(&'a self, method: &'a str) -> Request<'a> {
        match self {
            Bucket::S3(bucket) => bucket.request(method),
            Bucket::Google(bucket) => bucket.request(method),
        }
    }

    pub fn post_policy(&self, key: impl Into<Key>) -> PostPolicy<'_> {
        match self {
            Bucket::S3(bucket) => bucket.post_policy(key),
            Bucket::Google(bucket) => bucket.post_policy(key),
        }
    }
}

/// The arguments of the library's signing methods, besides the request.
pub struct Signer {
    pub credentials: Credentials,
    pub expiry: Expiry,
    pub now: Timestamp,
}

impl Signer {
    pub fn new(expiry: &args::Expiry, signing: &Signing, profile: &Profile) -> Result<Self> {
        Signer::with(credentials::find(profile)?, expiry, signing)
    }

    /// Returns a signer with given credentials.
    pub fn with(
        credentials: Credentials,
        expiry: &args::Expiry,
        signing: &Signing,
    ) -> Result<Self> {
        Ok(Signer {
            expiry: expiry.resolve(credentials.identity(), signing.time)?,
            credentials,
            now: signing.time,
        })
    }

    pub fn presign(&self, request: &Request<'_>) -> Result<(PresignedUrl, Steps), Error> {
        let unsigned = request.prepare_url(self.credentials.identity(), self.expiry, self.now)?;
        sign(unsigned, &self.credentials)
    }
}

/// Returns the signed result, and the steps of its signature.
pub fn sign<T>(unsigned: Unsigned<T>, credentials: &Credentials) -> Result<(T, Steps), Error> {
    let steps = Steps {
        canonical_request: unsigned.canonical_request().map(Into::into),
        string_to_sign: String::from_utf8_lossy(unsigned.string_to_sign()).into(),
    };
    Ok((unsigned.sign_with(credentials)?, steps))
}

/// Returns a presigned URL, and all that belongs to it, as JSON.
pub fn url_object(url: &PresignedUrl, steps: &Steps) -> Value {
    let mut object = json!({
        "method": url.method(),
        "url": url.as_str(),
        "headers": header_object(url.headers()),
        "expires_at": url.expires_at(),
    });
    if steps.is_v2() {
        object["not_covered"] = url.not_covered().collect();
    }
    steps.add_to(&mut object, &url.signature());
    object
}

/// The texts from which a signature is computed.
pub struct Steps {
    /// SigV2 has none.
    canonical_request: Option<String>,
    string_to_sign: String,
}

impl Steps {
    pub fn is_v2(&self) -> bool {
        self.canonical_request.is_none()
    }

    /// Returns whether the canonical request has the header. SigV2 has no list of signed headers.
    pub fn has_signed_header(&self, name: &str) -> bool {
        let text = self.canonical_request.as_deref().unwrap_or_default();
        // The line before the payload's hash lists the signed headers.
        let names = text.rsplit('\n').nth(1).unwrap_or_default();
        has_name(names.split(';'), name)
    }

    /// Adds the steps and the signature to a JSON object.
    pub fn add_to(&self, object: &mut Value, signature: &str) {
        if let Some(text) = &self.canonical_request {
            object["canonical_request"] = json!(text);
        }
        object["string_to_sign"] = json!(self.string_to_sign);
        object["signature"] = json!(signature);
    }
}

/// Returns headers as an object, without host. The values of a repeated name are joined as in the
/// canonical request.
pub fn header_object<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let mut joined: Vec<(&str, String)> = Vec::new();
    for (name, value) in headers.filter(|(name, _)| !is_host(name)) {
        match joined
            .iter_mut()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
        {
            Some((_, values)) => values.extend([",", value]),
            None => joined.push((name, value.into())),
        }
    }
    joined.into_iter().collect()
}

pub fn is_host(name: &str) -> bool {
    name.eq_ignore_ascii_case("host")
}
