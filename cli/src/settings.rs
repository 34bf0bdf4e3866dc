//! Where a request goes: region, endpoint and addressing style. An option goes before the environment, which
//! goes before the profile.

use crate::output::{Refusal, Result};
use crate::profile::{Profile, variable};
use clap::{Args, ValueEnum};
use presign::s3::{AddressingStyle, Bucket};

/// The region to sign for.
pub fn region(given: Option<&str>, profile: &Profile) -> Result<String> {
    if let Some(region) = given {
        return Ok(region.into());
    }
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(region) = variable(name)? {
            return Ok(region);
        }
    }
    Ok(profile.get("region").unwrap_or("us-east-1").into())
}

/// Where a bucket is.
#[derive(Args)]
pub struct Location {
    /// A custom endpoint, as http://localhost:9000; default AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile's
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,

    /// Where the bucket's name stands; default the profile's, auto
    #[arg(long, value_name = "STYLE", value_enum)]
    addressing_style: Option<Style>,

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

#[derive(Clone, Copy, ValueEnum)]
enum Style {
    /// In the host where it can stand there, else, and for custom endpoints, in the path
    Auto,
    /// In the host
    Virtual,
    /// In the path
    Path,
    /// Nowhere: the endpoint is a domain of the bucket's own
    Domain,
}

impl Location {
    pub fn bucket(&self, name: &str, region: String, profile: &Profile) -> Result<Bucket> {
        let mut bucket = Bucket::builder(name, region).addressing_style(self.style(profile)?);
        let endpoint = self.endpoint(profile)?;
        // What the environment or a profile says of AWS's hosts is void where the endpoint is none of them; an
        // option is not, and the library refuses the two together.
        let is_aws = endpoint.is_none();
        if let Some(url) = endpoint {
            bucket = bucket.endpoint(url);
        }
        if self.dualstack
            || is_aws
                && is_on(
                    "AWS_USE_DUALSTACK_ENDPOINT",
                    profile,
                    "use_dualstack_endpoint",
                )?
        {
            bucket = bucket.dualstack();
        }
        if self.fips || is_aws && is_on("AWS_USE_FIPS_ENDPOINT", profile, "use_fips_endpoint")? {
            bucket = bucket.fips();
        }
        if self.accelerate {
            bucket = bucket.accelerate();
        }
        Ok(bucket.build()?)
    }

    fn endpoint(&self, profile: &Profile) -> Result<Option<String>> {
        if let Some(url) = &self.endpoint_url {
            return Ok(Some(url.clone()));
        }
        for name in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] {
            if let Some(url) = variable(name)? {
                return Ok(Some(url));
            }
        }
        Ok(profile
            .get_s3_service("endpoint_url")
            .or_else(|| profile.get("endpoint_url"))
            .map(Into::into))
    }

    fn style(&self, profile: &Profile) -> Result<AddressingStyle> {
        let style = match (self.addressing_style, profile.get_s3("addressing_style")) {
            (Some(style), _) => style,
            (None, Some(text)) => Style::from_str(text, true).map_err(|_| {
                Refusal::new(format!(
                    "the profile `{}` has an addressing_style that is none of auto, virtual and path",
                    profile.name
                ))
            })?,
            (None, None) => Style::Auto,
        };
        Ok(match style {
            Style::Auto => AddressingStyle::Auto,
            Style::Virtual => AddressingStyle::Virtual,
            Style::Path => AddressingStyle::Path,
            Style::Domain => AddressingStyle::Domain,
        })
    }
}

/// Whether the environment or the profile turns something on.
fn is_on(variable_name: &str, profile: &Profile, key: &str) -> Result<bool> {
    let (text, place) = match (variable(variable_name)?, profile.get(key)) {
        (Some(text), _) => (text, variable_name.to_owned()),
        (None, Some(text)) => (
            text.into(),
            format!("{key} of the profile `{}`", profile.name),
        ),
        (None, None) => return Ok(false),
    };
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Refusal::new(format!("{place} should be true or false"))),
    }
}
