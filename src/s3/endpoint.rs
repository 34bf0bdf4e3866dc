//! The endpoint: which host answers for a bucket, and where the bucket's name stands. What lives here: AWS's hosts, custom
//! endpoints, and the addressing styles. What does not: what a name stands for, and the regions' partitions.
//!
//! The hosts are those of [Amazon S3 endpoints](https://docs.aws.amazon.com/general/latest/gr/s3.html) and of AWS's
//! published endpoint rules for S3, which all its SDKs carry.

use super::name::{Kind, Resource, check_host_name, check_path_name};
use super::partition::{Partition, Variant};
use crate::encode::{Bare, Text};
use crate::error::{Error, Quoted, error};
use crate::request::{Authority, Scheme, Url, write_origin};
use alloc::format;
use alloc::string::String;
use core::net::Ipv4Addr;

/// Where the name of the bucket stands
/// ([Virtual hosting of buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressingStyle {
    /// In the host if it can stand there, else in the path.
    ///
    /// In the path for a custom endpoint, for an IP address, for a name with dots over https (the
    /// server's certificate doesn't cover such a host), and for a name that is no host name. Access points and directory
    /// buckets stand in the host, of a custom endpoint too.
    #[default]
    Auto,
    /// In the host: `https://bucket.s3.region.amazonaws.com/key`.
    Virtual,
    /// In the path: `https://s3.region.amazonaws.com/bucket/key`. Access points don't have this style, and
    /// directory buckets only at a custom endpoint.
    Path,
    /// Nowhere: the host belongs to the bucket, as that of a custom domain (CNAME) or of a proxy in front of it.
    ///
    /// The host that is signed is the one that the server sees: a proxy or CDN has to pass it on as it is. If it
    /// sends another one, that is the one to sign: see [`shown_as`](super::BucketBuilder::shown_as).
    Domain,
}

/// What is chosen about the endpoint.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) url: Option<String>,
    pub(super) style: AddressingStyle,
    pub(super) dualstack: bool,
    pub(super) fips: bool,
    pub(super) accelerate: bool,
    pub(super) global: bool,
}

impl Options {
    /// Those of AWS's hosts that are chosen.
    fn chosen(&self) -> impl Iterator<Item = Variant> {
        let all = [
            (self.dualstack, Variant::Dualstack),
            (self.fips, Variant::Fips),
            (self.accelerate, Variant::Accelerate),
            (self.global, Variant::Global),
        ];
        all.into_iter()
            .filter_map(|(chosen, variant)| chosen.then_some(variant))
    }
}

/// Where a bucket is.
pub(super) struct Address {
    pub(super) scheme: Scheme,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// Canonically encoded, with a slash at its end: a base path, and the bucket if it stands in the path.
    pub(super) prefix: String,
    /// Any but [`AddressingStyle::Auto`].
    pub(super) style: AddressingStyle,
}

impl Address {
    pub(super) fn of(
        options: &Options,
        resource: &Resource<'_>,
        region: &str,
    ) -> Result<Self, Error> {
        let endpoint = match &options.url {
            Some(url) => Endpoint::custom(options, resource, url)?,
            None => Endpoint::aws(options, resource, region)?,
        };
        let style = endpoint.style(options, resource)?;
        let Endpoint {
            scheme,
            host,
            port,
            base: mut prefix,
            ..
        } = endpoint;
        let host = match style {
            AddressingStyle::Virtual => format!("{}.{host}", resource.label),
            AddressingStyle::Path => {
                Text::Plain(resource.name).write(Bare::Unreserved, &mut prefix);
                prefix.push('/');
                host
            }
            _ => host,
        };
        Ok(Address {
            scheme,
            host,
            port,
            prefix,
            style,
        })
    }

    /// `https://host:port`.
    pub(super) fn origin(&self) -> String {
        let mut origin = String::new();
        write_origin(self.scheme, self.authority(), &mut origin);
        origin
    }

    pub(super) fn authority(&self) -> Authority<'_> {
        Authority {
            host: &self.host,
            port: self.port,
        }
    }
}

/// Host and front of the path, before the bucket is put in.
struct Endpoint {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
    /// Canonically encoded, with a slash at its end.
    base: String,
    is_aws: bool,
}

impl Endpoint {
    fn custom(options: &Options, resource: &Resource<'_>, url: &str) -> Result<Self, Error> {
        if let Some(variant) = options.chosen().next() {
            let variant = variant.called();
            return Err(error!(
                Endpoint,
                "a custom endpoint and {variant} exclude each other: {variant} chooses one of AWS's own hosts"
            ));
        }
        if resource.kind == Kind::MultiRegion {
            return Err(error!(
                Endpoint,
                "a multi-region access point has one host, which is AWS's: leave the endpoint out"
            ));
        }
        let Url {
            scheme,
            authority,
            target,
        } = parse_base("endpoint", url)?;
        let host = authority.host.to_ascii_lowercase();
        if is_website(&host) {
            return Err(error!(
                Endpoint,
                "{} is a website endpoint, which shows public objects and takes no signed requests: \
                 leave it out, and AWS's REST endpoint is used",
                Quoted(&host)
            ));
        }
        let mut base = String::new();
        Text::Wire(target.path).write(Bare::Path, &mut base);
        if !base.ends_with('/') {
            base.push('/');
        }
        Ok(Endpoint {
            scheme,
            host,
            port: authority.port,
            base,
            is_aws: false,
        })
    }

    fn aws(options: &Options, resource: &Resource<'_>, region: &str) -> Result<Self, Error> {
        let partition = Partition::of(region)?;
        for variant in options.chosen() {
            let called = variant.called();
            if !resource.kind.variants().contains(&variant) {
                return Err(error!(
                    Endpoint,
                    "{} does not have {called}: leave that out for {}",
                    resource.kind.called(),
                    Quoted(resource.name)
                ));
            }
            if partition.lacks.contains(&variant) {
                return Err(error!(
                    Endpoint,
                    "the partition {} does not have {called}, and the region {} is in it",
                    partition.id,
                    Quoted(region)
                ));
            }
        }
        let suffix = partition.suffix;
        let dualstack = if options.dualstack { ".dualstack" } else { "" };
        let fips = if options.fips { "-fips" } else { "" };
        let name = resource.kind.host();
        let host = match (options.accelerate, options.global) {
            (true, false) if !options.fips => format!("{name}-accelerate{dualstack}.{suffix}"),
            (false, true) if !options.fips && !options.dualstack => format!("{name}.{suffix}"),
            (false, false) if resource.kind == Kind::MultiRegion => format!("{name}.{suffix}"),
            (false, false) => match resource.zone {
                Some(zone) => format!("{name}{fips}-{zone}{dualstack}.{region}.{suffix}"),
                None => format!("{name}{fips}{dualstack}.{region}.{suffix}"),
            },
            _ => {
                return Err(error!(
                    Endpoint,
                    "acceleration, FIPS and the global endpoint exclude each other, and the global endpoint \
                     has no dualstack"
                ));
            }
        };
        Ok(Endpoint {
            scheme: Scheme::Https,
            host,
            port: None,
            base: String::from("/"),
            is_aws: true,
        })
    }

    /// The addressing style, decided and checked.
    fn style(&self, options: &Options, resource: &Resource<'_>) -> Result<AddressingStyle, Error> {
        let is_ip = self.host.starts_with('[') || self.host.parse::<Ipv4Addr>().is_ok();
        let style = match (options.style, resource.kind) {
            (AddressingStyle::Auto, Kind::Bucket) => self.auto(options, resource.name),
            (AddressingStyle::Auto, Kind::Directory) if is_ip => AddressingStyle::Path,
            (AddressingStyle::Auto, _) => AddressingStyle::Virtual,
            (style, _) => style,
        };
        match (style, resource.kind) {
            (AddressingStyle::Virtual, Kind::Bucket) => check_host_name(resource.name)?,
            (AddressingStyle::Path, Kind::Directory) if !self.is_aws => {}
            (AddressingStyle::Path, kind) if kind != Kind::Bucket => {
                return Err(error!(
                    Endpoint,
                    "{} stands in the host, not in the path: choose another style for {}",
                    kind.called(),
                    Quoted(resource.name)
                ));
            }
            _ => {}
        }
        if resource.kind == Kind::Bucket {
            check_path_name(resource.name, self.is_aws)?;
        }
        match style {
            AddressingStyle::Virtual if is_ip => Err(error!(
                Endpoint,
                "{} can't stand before the IP address {}: {}",
                Quoted(resource.name),
                Quoted(&self.host),
                match resource.kind {
                    Kind::Bucket | Kind::Directory => "use path style",
                    _ => "give the endpoint by a name",
                }
            )),
            AddressingStyle::Virtual if options.accelerate && resource.name.contains('.') => {
                Err(error!(
                    Bucket,
                    "acceleration does not work for the bucket {}: its name has dots",
                    Quoted(resource.name)
                ))
            }
            AddressingStyle::Path if options.accelerate => Err(error!(
                Endpoint,
                "acceleration needs the bucket in the host, not in the path"
            )),
            AddressingStyle::Domain if self.is_aws => Err(error!(
                Endpoint,
                "the addressing style Domain needs an endpoint: the host that belongs to the bucket"
            )),
            style => Ok(style),
        }
    }

    /// The style of a bucket for which none is given. AWS's hosts speak https.
    fn auto(&self, options: &Options, name: &str) -> AddressingStyle {
        let fits = self.is_aws && !name.contains('.') && check_host_name(name).is_ok();
        match options.accelerate || fits {
            true => AddressingStyle::Virtual,
            false => AddressingStyle::Path,
        }
    }
}

/// A URL that others begin with: a scheme, a host, and maybe a port and a path.
fn parse_base<'a>(what: &str, url: &'a str) -> Result<Url<'a>, Error> {
    let parsed = Url::parse(url)?;
    match parsed.target.query {
        None => Ok(parsed),
        Some(_) => Err(error!(
            Endpoint,
            "the {what} {} has a query: it is a scheme, a host, and maybe a port and a path",
            Quoted(url.split('?').next().unwrap_or_default())
        )),
    }
}

/// The front of a URL that is shown in place of the one that is signed, without a slash at its end.
pub(super) fn shown_origin(url: &str) -> Result<String, Error> {
    let Url {
        scheme,
        authority,
        target,
    } = parse_base("URL to show", url)?;
    let mut origin = String::new();
    write_origin(scheme, authority, &mut origin);
    Text::Wire(target.path).write(Bare::Path, &mut origin);
    if origin.ends_with('/') {
        origin.pop();
    }
    Ok(origin)
}

/// One of AWS's [website endpoints](https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html), which
/// have the region after a dot or after a hyphen.
fn is_website(host: &str) -> bool {
    let website = |label: &str| label == "s3-website" || label.starts_with("s3-website-");
    Partition::any_has(host) && host.split('.').any(website)
}
