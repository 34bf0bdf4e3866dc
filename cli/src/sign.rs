//! Signing by the library, for all commands that sign.

use crate::args::{Expiry, Extras, Header, Param};
use crate::credentials;
use crate::output::add_members;
use crate::settings::SignatureVersion::{self, V2, V4};
use crate::settings::{Location, Signing};
use anyhow::{Result, bail};
use clap::Args;
use presign::post::PostPolicy;
use presign::s3::{Bucket, Links, Operation};
use presign::{
    Credentials, PresignedPost, PresignedUrl, SignedRequest, SigningSteps, Timestamp, v2, v4,
};
use presign::{Error, Payload, Request};
use serde_json::{Value, json};
use std::time::Duration;

/// The options of all commands that sign for a bucket.
#[derive(Args)]
pub struct BucketOptions {
    #[command(flatten)]
    expiry: Expiry,

    #[command(flatten)]
    signing: Signing,

    #[command(flatten)]
    location: Location,
}

impl BucketOptions {
    pub fn signer(&self, bucket: &str) -> Result<BucketSigner> {
        let profile = self.signing.profile.load()?;
        let region = self.signing.region(&profile)?;
        Ok(BucketSigner {
            bucket: self.location.bucket(bucket, region, &profile)?,
            credentials: credentials::find(&profile)?,
            version: self.signing.signature_version,
            expires_in: expires_in(&self.expiry),
            now: self.signing.time,
        })
    }
}

fn expires_in(expiry: &Expiry) -> Duration {
    expiry.expires_in.unwrap_or(Duration::from_secs(3600))
}

/// Signs requests for one bucket.
pub struct BucketSigner {
    bucket: Bucket,
    credentials: Credentials,
    version: SignatureVersion,
    expires_in: Duration,
    now: Timestamp,
}

impl BucketSigner {
    pub fn operation<'a>(&'a self, method: &'a str, extras: &'a Extras) -> Operation<'a> {
        let operation = self.bucket.operation(method);
        let operation = extras
            .query
            .iter()
            .fold(operation, |operation, param| match param {
                (name, Some(value)) => operation.query(name, value),
                (name, None) => operation.sub_resource(name),
            });
        let headers = extras.headers.iter();
        headers.fold(operation, |operation, (name, value)| {
            operation.header(name, value)
        })
    }

    pub fn presign(&self, operation: &Operation<'_>) -> Result<Presigned, Error> {
        let (credentials, expires_in, now) = (&self.credentials, self.expires_in, self.now);
        let url = match self.version {
            V4 => operation.presign(credentials, expires_in, now)?,
            V2 => operation.presign_v2(credentials, expires_in, now)?,
        };
        let steps = self.steps(operation, url.expires_at())?;
        Ok(Presigned {
            version: self.version,
            url,
            steps,
        })
    }

    fn steps(
        &self,
        operation: &Operation<'_>,
        expires_at: Timestamp,
    ) -> Result<SigningSteps, Error> {
        match self.version {
            V4 => operation.presign_steps(&self.credentials, self.expires_in, self.now),
            V2 => operation.presign_v2_steps(&self.credentials, expires_at),
        }
    }

    /// Returns what writes the URLs of many keys.
    pub fn urls(&self, operation: &Operation<'_>) -> Result<UrlWriter<'static>, Error> {
        let (credentials, expires_in, now) = (&self.credentials, self.expires_in, self.now);
        Ok(UrlWriter::Text(match self.version {
            V4 => operation.links(credentials, expires_in, now)?,
            V2 => operation.links_v2(credentials, expires_in, now)?,
        }))
    }

    pub fn presign_form(&self, policy: &PostPolicy) -> Result<PresignedPost, Error> {
        let (bucket, credentials) = (&self.bucket, &self.credentials);
        match self.version {
            V4 => policy.presign(bucket, credentials, self.expires_in, self.now),
            V2 => policy.presign_v2(bucket, credentials, self.expires_in, self.now),
        }
    }
}

/// Writes the URL of one key after another, as text or as JSON.
pub enum UrlWriter<'a> {
    Text(Links),
    Json {
        signer: &'a BucketSigner,
        operation: Operation<'a>,
        /// The URL of some key. The others differ only in the URL itself and in the steps.
        example: Presigned,
    },
}

impl UrlWriter<'_> {
    /// Appends the URL, or the JSON object that contains it; nothing on an error.
    pub fn write(&self, key: &str, text: &mut String) -> Result<(), Error> {
        match self {
            UrlWriter::Text(links) => links.write(key, text),
            UrlWriter::Json {
                signer,
                operation,
                example,
            } => {
                let operation = operation.clone().key(key);
                let steps = signer.steps(&operation, example.url.expires_at())?;
                let object = example.object(json!({ "key": key }), &steps.url, &steps);
                text.push_str(&object.to_string());
                Ok(())
            }
        }
    }
}

/// A presigned URL and the steps of its signature.
pub struct Presigned {
    pub version: SignatureVersion,
    pub url: PresignedUrl,
    steps: SigningSteps,
}

impl Presigned {
    pub fn to_json(&self) -> Value {
        self.object(json!({}), self.url.as_str(), &self.steps)
    }

    /// Adds the members of the URL that `steps` lead to.
    fn object(&self, mut object: Value, url: &str, steps: &SigningSteps) -> Value {
        object["method"] = self.url.method().into();
        object["url"] = url.into();
        object["headers"] = header_object(self.url.headers());
        object["expires_at"] = json!(self.url.expires_at());
        if self.version == V2 {
            object["not_covered"] = self.url.not_covered().collect();
        }
        add_members(&mut object, json!(steps));
        object
    }
}

/// Signs any request.
pub enum RequestSigner {
    V4(v4::Signer),
    /// The REST interface of S3.
    V2(v2::Signer),
    V2Query(v2::QuerySigner),
}

impl RequestSigner {
    pub fn new(signing: &Signing, service: &str, bucket: Option<&str>) -> Result<Self> {
        let profile = signing.profile.load()?;
        let credentials = credentials::find(&profile)?;
        Ok(match (signing.signature_version, service, bucket) {
            (V4, ..) => {
                let region = signing.region(&profile)?;
                RequestSigner::V4(v4::Signer::new(credentials, region, service)?)
            }
            (V2, "s3", None) => RequestSigner::V2(v2::Signer::new(credentials)),
            (V2, "s3", Some(bucket)) => {
                RequestSigner::V2(v2::Signer::new(credentials).bucket(bucket))
            }
            (V2, ..) => RequestSigner::V2Query(v2::QuerySigner::new(credentials)),
        })
    }

    pub fn presign(
        &self,
        request: &Request<'_>,
        expiry: &Expiry,
        now: Timestamp,
    ) -> Result<Presigned> {
        let expires_in = expires_in(expiry);
        let (version, url, steps) = match self {
            RequestSigner::V4(signer) => (
                V4,
                signer.presign(request, expires_in, now)?,
                signer.presign_steps(request, expires_in, now)?,
            ),
            RequestSigner::V2(signer) => {
                let url = signer.presign(request, expires_in, now)?;
                let steps = signer.presign_steps(request, url.expires_at())?;
                (V2, url, steps)
            }
            RequestSigner::V2Query(signer) => {
                const VALID_FOR: Duration = Duration::from_secs(15 * 60);
                if expiry.expires_in.is_some_and(|given| given != VALID_FOR) {
                    bail!(
                        "under v2, services other than s3 accept a call for 15 minutes from its Timestamp: omit \
                         --expires-in"
                    );
                }
                (
                    V2,
                    signer.sign(request, now)?,
                    signer.sign_steps(request, now)?,
                )
            }
        };
        Ok(Presigned {
            version,
            url,
            steps,
        })
    }

    /// Signs with headers.
    pub fn sign(
        &self,
        request: &Request<'_>,
        payload: Payload,
        now: Timestamp,
    ) -> Result<(SignedRequest, SigningSteps)> {
        Ok(match self {
            RequestSigner::V4(signer) => (
                signer.sign(request, payload, now)?,
                signer.sign_steps(request, payload, now)?,
            ),
            RequestSigner::V2(signer) => {
                (signer.sign(request, now)?, signer.sign_steps(request, now)?)
            }
            RequestSigner::V2Query(_) => bail!(
                "under v2, services other than s3 are signed in their parameters and not in headers: `presign url` \
                 makes the signed call"
            ),
        })
    }
}

pub fn request<'a>(
    method: &'a str,
    url: &'a str,
    query: &'a [Param],
    headers: &'a [Header],
) -> Request<'a> {
    let request = Request::new(method, url);
    let request = query.iter().fold(request, |request, param| match param {
        (name, Some(value)) => request.query(name, value),
        (name, None) => request.query_flag(name),
    });
    let headers = headers.iter();
    headers.fold(request, |request, (name, value)| {
        request.header(name, value)
    })
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

/// Returns whether a header's name is among the names.
pub fn has_name<'a>(mut names: impl Iterator<Item = &'a str>, name: &str) -> bool {
    names.any(|other| other.eq_ignore_ascii_case(name))
}
