//! `cloudfront`: signed URLs and cookies, and the options with which `verify` checks them.

use crate::args::{Expiry, misuse, parse_time};
use crate::input::Input;
use crate::output::{self, Format};
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use presign::cloudfront::{Hash, Policy};
use presign::verify::{ReceivedRequest, VerifyError};
use presign::{Credentials, Timestamp, VerifyingKey};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::SystemTime;

#[derive(clap::Args)]
pub struct Args {
    /// The URL as it is sent, percent-encoded
    #[arg(value_name = "URL")]
    url: String,

    /// CloudFront's ID of the public key
    #[arg(long, value_name = "ID")]
    key_pair_id: String,

    /// The file with the private key in PEM, `-` for standard input
    #[arg(long, value_name = "FILE")]
    private_key: Input,

    #[command(flatten)]
    expiry: Expiry,

    /// The start of the validity: 20130524T000000Z, RFC 3339 or Unix seconds [default: at once]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    starts_at: Option<Timestamp>,

    /// The viewer's IPv4 address, or a range such as 192.0.2.0/24
    #[arg(long, value_name = "CIDR")]
    ip_address: Option<String>,

    /// The URLs that are covered, with the wildcards * and ? [default: the URL alone]
    #[arg(long, value_name = "PATTERN")]
    resource: Option<String>,

    /// The file with the policy, which is signed byte for byte
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["starts_at", "ip_address", "resource", "expires_in", "expires_at"])]
    policy: Option<Input>,

    /// The hash algorithm of the signature
    #[arg(long, value_name = "HASH", value_enum, default_value_t)]
    hash: HashOption,

    /// Print cookies instead of a URL
    #[arg(long)]
    cookies: bool,

    /// The signing time: 20130524T000000Z, RFC 3339 or Unix seconds [default: now]
    #[arg(long = "at", value_name = "TIME", value_parser = parse_time)]
    #[arg(default_value_t = SystemTime::now().into(), hide_default_value = true)]
    time: Timestamp,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum HashOption {
    #[default]
    Sha1,
    Sha256,
}

pub fn run(args: &Args) -> Result<()> {
    if args.private_key.is_stdin() && args.policy.as_ref().is_some_and(Input::is_stdin) {
        return Err(misuse(
            "standard input can't be both the private key and the policy",
        ));
    }
    let pem = args.private_key.text("the private key")?;
    let key = Credentials::from_pem(args.key_pair_id.as_str(), &pem)
        .with_context(|| format!("{} can't be used", args.private_key))?;
    let policy = args.policy()?.hash(match args.hash {
        HashOption::Sha1 => Hash::Sha1,
        HashOption::Sha256 => Hash::Sha256,
    });
    let expiry = args.expiry.resolve(key.identity(), args.time)?;
    let signed = policy.presign(&key, expiry, args.time)?;
    // Also if cookies are printed, a policy that doesn't cover the URL is an error.
    let url = signed.url(&args.url)?;
    match args.output {
        Format::Text if args.cookies => {
            let lines = signed
                .cookies()
                .map(|(name, value)| format!("{name}={value}"));
            output::print(&lines.collect::<Vec<_>>().join("\n"))
        }
        Format::Text => output::print(url.as_str()),
        Format::Json => {
            let mut object = serde_json::Map::new();
            if args.cookies {
                let cookies = signed.cookies();
                let cookies = cookies.map(|(name, value)| (name.into(), value.into()));
                object.insert("cookies".into(), Value::Object(cookies.collect()));
            } else {
                object.insert("url".into(), url.as_str().into());
            }
            object.insert("policy".into(), signed.policy().into());
            object.insert("signature".into(), signed.signature().into());
            object.insert("expires_at".into(), json!(signed.expires_at()));
            output::print_json(&Value::Object(object))
        }
    }
}

impl Args {
    /// Returns a canned policy if the URL and its expiry are all that is given.
    fn policy(&self) -> Result<Policy> {
        if let Some(file) = &self.policy {
            return Ok(Policy::from_json(file.text("the policy")?));
        }
        let is_other = |resource: &&String| **resource != self.url;
        let resource = self.resource.as_ref().filter(is_other);
        if resource.is_none() && self.starts_at.is_none() && self.ip_address.is_none() {
            return Ok(Policy::canned(self.url.as_str()));
        }
        let mut policy = Policy::new(resource.unwrap_or(&self.url).as_str());
        if let Some(range) = &self.ip_address {
            policy = policy.ip_range(range.as_str());
        }
        if let Some(moment) = self.starts_at {
            policy = policy.starts_at(moment);
        }
        Ok(policy)
    }
}

/// The options of `verify` for CloudFront's URLs.
#[derive(clap::Args)]
pub struct VerifyOptions {
    /// The file with the public key in PEM, for a URL of CloudFront
    #[arg(long, value_name = "FILE")]
    public_key: Option<Input>,

    /// The client's IP address, for a policy that allows a range
    #[arg(long, value_name = "IP")]
    client_ip: Option<IpAddr>,
}

impl VerifyOptions {
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.client_ip
    }

    pub fn public_key(&self) -> Option<&Input> {
        self.public_key.as_ref()
    }

    /// Verifies a request to CloudFront.
    pub fn verify(
        &self,
        mut request: ReceivedRequest<'_>,
        now: Timestamp,
    ) -> Result<Result<(), VerifyError>> {
        let Some(file) = &self.public_key else {
            bail!("a CloudFront URL needs a public key; pass --public-key");
        };
        let key = VerifyingKey::from_pem(&file.text("the public key")?)
            .with_context(|| format!("{file} can't be used"))?;
        if let Some(address) = self.client_ip {
            request = request.client_ip(address);
        }
        // The URL names the key, but the caller chooses it.
        Ok(presign::cloudfront::verify(&request, now, |_| Some(&key)))
    }
}
