//! `sas`: a shared access signature of Azure Storage.

use crate::args::{Header, parse_duration, parse_field, parse_header, parse_time};
use crate::azure;
use crate::input::Input;
use crate::output::{self, Format, note};
use anyhow::{Result, bail, ensure};
use clap::builder::NonEmptyStringValueParser;
use presign::Timestamp;
use presign::azure::{Account, Permissions, Resource, Sas, SasExpiry, Service};
use serde_json::json;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

#[derive(clap::Args)]
pub struct Args {
    /// az://ACCOUNT/CONTAINER/BLOB, az://ACCOUNT/CONTAINER, or with --services az://ACCOUNT; the
    /// container is a share, queue or table with --service
    #[arg(value_name = "ADDRESS")]
    address: Address,

    /// The service: blob, file, queue or table
    #[arg(long, value_name = "SERVICE", value_parser = azure::parse_service, default_value = "blob")]
    #[arg(conflicts_with = "services")]
    service: Service,

    /// The permissions, signed in this order [default: r, or those of the stored policy]
    #[arg(long, value_name = "LETTERS")]
    permissions: Option<Permissions>,

    /// The moment before which the token isn't valid, as it is signed: 2030-01-02,
    /// 2030-01-02T03:04Z or 2030-01-02T03:04:05Z
    #[arg(long, value_name = "TIME")]
    start: Option<String>,

    /// The time until the token expires: seconds, or 90s 15m 12h 7d [default: 3600, or that of the
    /// stored policy]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, conflicts_with = "expiry")]
    expires_in: Option<Duration>,

    /// The moment at which the token expires, instead, as it is signed
    #[arg(long, value_name = "TIME")]
    expiry: Option<String>,

    /// The only IPv4 address, or range of addresses as 203.0.113.0-203.0.113.255, to allow
    #[arg(long, value_name = "IP")]
    ip: Option<String>,

    /// The protocols to allow
    #[arg(long, value_name = "https|https,http")]
    protocol: Option<String>,

    /// The identifier of a stored access policy
    #[arg(long, value_name = "NAME")]
    policy_name: Option<String>,

    /// The encryption scope of what is written
    #[arg(long, value_name = "NAME")]
    encryption_scope: Option<String>,

    /// The time of a snapshot of the blob
    #[arg(long, value_name = "TIME", conflicts_with_all = ["version_id", "services"])]
    snapshot: Option<String>,

    /// The ID of a version of the blob
    #[arg(long, value_name = "ID", conflicts_with = "services")]
    version_id: Option<String>,

    /// The path is a directory
    #[arg(long, conflicts_with_all = ["snapshot", "version_id", "services"])]
    directory: bool,

    /// The Cache-Control of the response
    #[arg(long, value_name = "TEXT")]
    cache_control: Option<String>,

    /// The Content-Disposition of the response
    #[arg(long, value_name = "TEXT")]
    content_disposition: Option<String>,

    /// The Content-Encoding of the response
    #[arg(long, value_name = "TEXT")]
    content_encoding: Option<String>,

    /// The Content-Language of the response
    #[arg(long, value_name = "TEXT")]
    content_language: Option<String>,

    /// The Content-Type of the response
    #[arg(long, value_name = "TEXT")]
    content_type: Option<String>,

    /// The version of the service [default: 2026-10-06, for tables 2019-02-02]
    #[arg(long, value_name = "DATE", value_parser = NonEmptyStringValueParser::new())]
    api_version: Option<String>,

    /// The services of an account SAS
    #[arg(long, value_name = "bqtf")]
    services: Option<String>,

    /// The resource types of an account SAS
    #[arg(long, value_name = "sco", default_value = "sco", requires = "services")]
    resource_types: String,

    /// The first partition key of a table
    #[arg(long, value_name = "KEY")]
    start_pk: Option<String>,

    /// The first row key of a table
    #[arg(long, value_name = "KEY")]
    start_rk: Option<String>,

    /// The last partition key of a table
    #[arg(long, value_name = "KEY")]
    end_pk: Option<String>,

    /// The last row key of a table
    #[arg(long, value_name = "KEY")]
    end_rk: Option<String>,

    /// The XML of Get User Delegation Key, `-` for standard input: signs a user delegation SAS
    #[arg(long, value_name = "FILE")]
    user_delegation_key: Option<Input>,

    /// The object ID of the user for whom the key's owner has checked the access
    #[arg(long, value_name = "ID")]
    authorized_user_oid: Option<String>,

    /// The object ID of the user whose access the service checks
    #[arg(long, value_name = "ID")]
    unauthorized_user_oid: Option<String>,

    /// The object ID of the only user who may use the token
    #[arg(long, value_name = "ID")]
    delegated_user_oid: Option<String>,

    /// The ID that correlates the token with the service's logs
    #[arg(long, value_name = "ID")]
    correlation_id: Option<String>,

    /// A header that the request must have, as `Name: value`; repeatable
    #[arg(long = "request-header", value_name = "NAME: VALUE", value_parser = parse_header)]
    request_headers: Vec<Header>,

    /// A query parameter that the request must have; repeatable
    #[arg(long = "request-query", value_name = "NAME=VALUE", value_parser = parse_field)]
    request_query: Vec<(String, String)>,

    /// The URL of the service, for Azurite and other hosts
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,

    /// The signing time: 20130524T000000Z, RFC 3339 or Unix seconds [default: now]
    #[arg(long = "at", value_name = "TIME", value_parser = parse_time)]
    #[arg(default_value_t = SystemTime::now().into(), hide_default_value = true)]
    time: Timestamp,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

/// The parts of `az://ACCOUNT/CONTAINER/BLOB`, as they are written.
#[derive(Clone)]
struct Address {
    account: String,
    container: Option<String>,
    blob: Option<String>,
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text
            .strip_prefix("az://")
            .ok_or("an address is written as az://ACCOUNT/CONTAINER/BLOB")?;
        let mut parts = path.splitn(3, '/').map(String::from);
        let account = parts.next().unwrap_or_default();
        let mut part = || parts.next().filter(|part| !part.is_empty());
        Ok(Address {
            account,
            container: part(),
            blob: part(),
        })
    }
}

pub fn run(args: &Args) -> Result<()> {
    let (mut account, credentials) = azure::load(
        Some(&args.address.account),
        args.user_delegation_key.as_ref(),
    )?;
    if let Some(url) = &args.endpoint_url {
        let services = match args.services {
            // The library chooses the service whose URL is printed.
            Some(_) => &[Service::Blob, Service::Queue, Service::Table, Service::File][..],
            None => &[args.service],
        };
        for service in services {
            account = account.endpoint(*service, url)?;
        }
    }
    let expiry = match (&args.expiry, args.expires_in) {
        (Some(text), _) => SasExpiry::from(text.as_str()),
        (None, Some(duration)) => duration.into(),
        (None, None) if args.policy_name.is_some() => SasExpiry::in_policy(),
        (None, None) => Duration::from_secs(3600).into(),
    };
    let sas = args.sas(&account)?;
    let unsigned = sas.prepare(credentials.identity(), expiry, args.time)?;
    let string_to_sign = String::from_utf8_lossy(unsigned.string_to_sign()).into_owned();
    let token = unsigned.sign_with(&credentials)?;
    match args.output {
        Format::Text => output::print(token.url())?,
        Format::Json => output::print_json(&json!({
            "url": token.url(),
            "token": token.as_str(),
            "string_to_sign": string_to_sign,
            "expires_at": token.expires_at(),
        }))?,
    }
    if args.address.container.is_some()
        && args.address.blob.is_none()
        && args.output == Format::Text
    {
        note("the URL names the whole container; put the path of what you open before its `?`");
    }
    Ok(())
}

impl Args {
    fn sas<'a>(&'a self, account: &'a Account) -> Result<Sas<'a>> {
        let permissions = match self.permissions {
            Some(permissions) => permissions,
            None if self.policy_name.is_some() => Permissions::NONE,
            None => Permissions::READ,
        };
        let mut sas = account.sas(self.resource()?, permissions);
        if let Some(version) = &self.api_version {
            sas = sas.api_version(version);
        }
        if let Some(name) = &self.policy_name {
            sas = sas.stored_policy(name);
        }
        for (name, value) in [
            ("st", &self.start),
            ("sip", &self.ip),
            ("spr", &self.protocol),
            ("ses", &self.encryption_scope),
            ("rscc", &self.cache_control),
            ("rscd", &self.content_disposition),
            ("rsce", &self.content_encoding),
            ("rscl", &self.content_language),
            ("rsct", &self.content_type),
            ("spk", &self.start_pk),
            ("srk", &self.start_rk),
            ("epk", &self.end_pk),
            ("erk", &self.end_rk),
            ("saoid", &self.authorized_user_oid),
            ("suoid", &self.unauthorized_user_oid),
            ("sduoid", &self.delegated_user_oid),
            ("scid", &self.correlation_id),
        ] {
            if let Some(value) = value {
                sas = sas.field(name, value);
            }
        }
        for (name, value) in &self.request_headers {
            sas = sas.require_header(name, value);
        }
        for (name, value) in &self.request_query {
            sas = sas.require_query(name, value);
        }
        Ok(sas)
    }

    fn resource(&self) -> Result<Resource<'_>> {
        let Address {
            container, blob, ..
        } = &self.address;
        if let Some(services) = &self.services {
            ensure!(
                container.is_none(),
                "an account SAS is for az://ACCOUNT; remove the container, or --services"
            );
            return Ok(Resource::Account {
                services,
                resource_types: &self.resource_types,
            });
        }
        let Some(container) = container else {
            bail!("the address names no container; add it, or pass --services for an account SAS");
        };
        let is_of_blob = self.snapshot.is_some() || self.version_id.is_some() || self.directory;
        ensure!(
            !is_of_blob || (blob.is_some() && self.service == Service::Blob),
            "--snapshot, --version-id and --directory need the path of a blob or directory"
        );
        Ok(match (self.service, blob) {
            (Service::Blob, None) => Resource::Container(container),
            (Service::Blob, Some(directory)) if self.directory => Resource::Directory {
                container,
                directory,
            },
            (Service::Blob, Some(blob)) => match (&self.snapshot, &self.version_id) {
                (Some(snapshot), _) => Resource::Snapshot {
                    container,
                    blob,
                    snapshot,
                },
                (None, Some(version)) => Resource::Version {
                    container,
                    blob,
                    version,
                },
                (None, None) => Resource::Blob { container, blob },
            },
            (Service::File, None) => Resource::Share(container),
            (Service::File, Some(path)) => Resource::File {
                share: container,
                path,
            },
            (Service::Queue, None) => Resource::Queue(container),
            (Service::Table, None) => Resource::Table(container),
            (service, _) => bail!("the address of a {service} is az://ACCOUNT/NAME"),
        })
    }
}
