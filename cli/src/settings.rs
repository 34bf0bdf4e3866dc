//! The options for the signer, the time and the bucket's host. An option precedes the environment,
//! which precedes the profile.

use crate::args::{misuse, parse_time};
use crate::credentials::ProfileOption;
use crate::profile::{Profile, variable};
use anyhow::{Result, anyhow, bail};
use clap::Args;
use presign::s3::Bucket;
use presign::{AddressingStyle, SignatureVersion, Timestamp, gcs};
use std::time::SystemTime;

/// The options for how, when and as whom to sign.
#[derive(Args)]
pub struct Signing {
    /// The signature version. v2: S3, and query APIs of other services. v4a: several regions; an
    /// ARN of a multi-region access point selects it
    #[arg(long, value_name = "v4|v2|v4a", value_parser = parse_version, default_value = "v4")]
    pub signature_version: Version,

    /// The regions in which a v4a signature is valid, as us-east-1,eu-west-1 or us-* [default: *]
    #[arg(long, value_name = "REGIONS")]
    region_set: Option<String>,

    /// The signing time: 20130524T000000Z, RFC 3339 or Unix seconds. With it, the output is
    /// reproducible [default: now]
    #[arg(long = "at", value_name = "TIME", value_parser = parse_time)]
    #[arg(default_value_t = SystemTime::now().into(), hide_default_value = true)]
    pub time: Timestamp,

    /// The region, or for gs:// the location [default: the first of AWS_REGION, AWS_DEFAULT_REGION,
    /// the profile's region and us-east-1; for gs:// auto]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    #[command(flatten)]
    pub profile: ProfileOption,
}

impl Signing {
    pub fn is_v2(&self) -> bool {
        self.signature_version == Version::Aws(SignatureVersion::V2)
    }

    /// Returns the version of the AWS signature, which all commands except `sign` need.
    pub fn aws_version(&self) -> Result<SignatureVersion> {
        match self.signature_version {
            Version::Aws(version) => Ok(version),
            Version::SharedKey { .. } => {
                bail!(
                    "shared-key and shared-key-lite sign with headers; use `presign sign`, or `presign sas` for a URL"
                )
            }
        }
    }

    pub fn region(&self, profile: &Profile) -> Result<String> {
        region_or_default(self.region.as_ref(), profile)
    }

    pub fn has_region_set(&self) -> bool {
        self.region_set.is_some()
    }

    /// Returns the region set of a v4a signature, or `None` for other versions.
    pub fn region_set(&self) -> Result<Option<&str>> {
        let is_v4a = self.aws_version()? == SignatureVersion::V4a;
        match &self.region_set {
            Some(_) if !is_v4a => Err(misuse(
                "--region-set is for `--signature-version v4a`, whose signatures are valid in several regions",
            )),
            Some(set) => Ok(Some(set)),
            None => Ok(is_v4a.then_some("*")),
        }
    }
}

/// Returns the given region, else that of the environment or the profile.
pub fn region_or_default(given: Option<&String>, profile: &Profile) -> Result<String> {
    Ok(match given {
        Some(region) => region.into(),
        None => profile.region()?,
    })
}

/// What `--signature-version` names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Aws(SignatureVersion),
    /// Azure's, for `sign`.
    SharedKey {
        is_lite: bool,
    },
}

fn parse_version(text: &str) -> Result<Version, &'static str> {
    match text {
        "v4" => Ok(Version::Aws(SignatureVersion::V4)),
        "v4a" => Ok(Version::Aws(SignatureVersion::V4a)),
        "v2" => Ok(Version::Aws(SignatureVersion::V2)),
        "shared-key" => Ok(Version::SharedKey { is_lite: false }),
        "shared-key-lite" => Ok(Version::SharedKey { is_lite: true }),
        _ => Err(
            "a signature version is v4, v2 or v4a; for Azure, `sign` has shared-key and shared-key-lite",
        ),
    }
}

/// The options for the host of a bucket.
#[derive(Args, Default)]
pub struct Location {
    /// A custom endpoint, as http://localhost:9000 [default: the first of AWS_ENDPOINT_URL_S3,
    /// AWS_ENDPOINT_URL and the profile's endpoint]
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,

    /// The origin of the printed URL, such as a proxy's; the signature still covers the endpoint's
    /// host
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// The position of the bucket's name in the URL: in the host, in the path, in neither because
    /// the endpoint is a domain of the bucket's own, or in the host where possible (auto) [default:
    /// the profile's, or auto]
    #[arg(long, value_name = "auto|virtual|path|domain", value_parser = parse_style)]
    addressing_style: Option<AddressingStyle>,

    /// Use AWS's endpoint that answers over IPv6 too
    #[arg(long)]
    dualstack: bool,

    /// Use AWS's endpoint with FIPS 140 validated cryptography
    #[arg(long)]
    fips: bool,

    /// Use S3 Transfer Acceleration
    #[arg(long)]
    accelerate: bool,
}

fn parse_style(text: &str) -> Result<AddressingStyle, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => Ok(AddressingStyle::Auto),
        "virtual" => Ok(AddressingStyle::Virtual),
        "path" => Ok(AddressingStyle::Path),
        "domain" => Ok(AddressingStyle::Domain),
        _ => Err("an addressing style is auto, virtual, path or domain"),
    }
}

impl Location {
    pub fn bucket(&self, name: &str, signing: &Signing, profile: &Profile) -> Result<Bucket> {
        let mut bucket = Bucket::builder(name, signing.region(profile)?)
            .signature_version(signing.aws_version()?)
            .addressing_style(self.style(profile)?);
        // An ARN selects v4a by itself, so that the library checks the set.
        if let Some(set) = &signing.region_set {
            bucket = bucket.region_set(set);
        }
        let (mut dualstack, mut fips) = (self.dualstack, self.fips);
        let mut accelerate = self.accelerate;
        if let Some(url) = self.endpoint(profile)? {
            bucket = bucket.endpoint(url);
        } else {
            // The environment and the profile choose among AWS's endpoints only. The library
            // rejects options that do so for a custom endpoint.
            let is_on = |name, key| is_on(name, profile, key);
            let is_on_for_s3 = |key| is_on_for_s3(profile, key);
            dualstack = dualstack
                || is_on("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?
                || is_on_for_s3("use_dualstack_endpoint")?;
            fips = fips || is_on("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?;
            accelerate = accelerate || is_on_for_s3("use_accelerate_endpoint")?;
        }
        if let Some(url) = &self.public_url {
            bucket = bucket.public_url(url);
        }
        if dualstack {
            bucket = bucket.dualstack();
        }
        if fips {
            bucket = bucket.fips();
        }
        if accelerate {
            bucket = bucket.accelerate();
        }
        Ok(bucket.build()?)
    }

    /// Adds the options to a bucket of Google. Its hosts have no variants.
    pub fn google_bucket(&self, mut bucket: gcs::BucketBuilder) -> Result<gcs::BucketBuilder> {
        if self.dualstack || self.fips || self.accelerate {
            return Err(misuse(
                "--dualstack, --fips and --accelerate choose among AWS hosts: leave them out for gs://",
            ));
        }
        if let Some(url) = &self.endpoint_url {
            bucket = bucket.endpoint(url);
        }
        if let Some(style) = self.addressing_style {
            bucket = bucket.addressing_style(style);
        }
        if let Some(url) = &self.public_url {
            bucket = bucket.public_url(url);
        }
        Ok(bucket)
    }

    fn endpoint(&self, profile: &Profile) -> Result<Option<String>> {
        if self.endpoint_url.is_some() {
            return Ok(self.endpoint_url.clone());
        }
        // It concerns the environment's endpoints, too.
        if is_on(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            profile,
            "ignore_configured_endpoint_urls",
        )? {
            return Ok(None);
        }
        let of_profile = || {
            let url = profile.get_s3_service("endpoint_url");
            url.or_else(|| profile.get("endpoint_url")).map(Into::into)
        };
        Ok(variable(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])?.or_else(of_profile))
    }

    fn style(&self, profile: &Profile) -> Result<AddressingStyle> {
        let of_profile = || profile.get_s3("addressing_style").map(parse_style);
        let style = self.addressing_style.map(Ok).or_else(of_profile);
        style.unwrap_or(Ok(AddressingStyle::Auto)).map_err(|form| {
            anyhow!(
                "the addressing_style of the profile `{}` is invalid: {form}",
                profile.name
            )
        })
    }
}

/// Returns whether the environment, or else the profile, enables a setting.
fn is_on(name: &str, profile: &Profile, key: &str) -> Result<bool> {
    match (variable(&[name])?, profile.get(key)) {
        (Some(value), _) => parse_switch(&value, name),
        (None, Some(value)) => parse_switch(value, &of_profile(key, profile)),
        (None, None) => Ok(false),
    }
}

/// Returns whether the profile enables a setting below `s3 =`.
fn is_on_for_s3(profile: &Profile, key: &str) -> Result<bool> {
    profile.get_s3(key).map_or(Ok(false), |value| {
        parse_switch(value, &of_profile(key, profile))
    })
}

fn of_profile(key: &str, profile: &Profile) -> String {
    format!("{key} of the profile `{}`", profile.name)
}

fn parse_switch(value: &str, source: &str) -> Result<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => bail!("{source} should be true or false"),
    }
}
