//! The endpoint of a bucket: AWS's hosts, custom endpoints, and addressing styles.
//!
//! The hosts are those of [Amazon S3
//! endpoints](https://docs.aws.amazon.com/general/latest/gr/s3.html) and of AWS's published
//! endpoint rules for S3, which all its SDKs carry.

use super::bucket_name::{check_host_name, check_path_name};
use super::resource::{Kind, Resource};
use crate::addressing_style::AddressingStyle;
use crate::error::{Error, Quoted, error};
use crate::request::{AWS_MAX_KEY_LEN, Address, parse_base, path_prefix};
use crate::scheme::partition::{Partition, Variant};
use crate::text::percent::{Component, UNRESERVED};
use crate::v4::check_aws_scope;
use crate::wire::url::{Authority, Url, UrlScheme};
use alloc::format;
use alloc::string::String;
use core::net::Ipv4Addr;

/// The options of an endpoint.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub(super) url: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) style: AddressingStyle,
    pub(super) dualstack: bool,
    pub(super) fips: bool,
    pub(super) accelerate: bool,
    pub(super) global: bool,
}

impl Options {
    /// Returns the chosen variants of AWS hosts.
    fn variants(&self) -> impl Iterator<Item = Variant> {
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

/// Returns the address of a bucket and its style, which is any but [`AddressingStyle::Auto`].
pub(super) fn bucket_address(
    options: &Options,
    resource: &Resource<'_>,
    region: &str,
) -> Result<(Address, AddressingStyle), Error> {
    let endpoint = match &options.url {
        Some(url) => Endpoint::custom(options, resource, url)?,
        None => Endpoint::aws(options, resource, region)?,
    };
    let style = endpoint.style(options, resource)?;
    endpoint.check_without_bucket(style, resource.name)?;
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
            Component::Raw(resource.name).write(&UNRESERVED, &mut prefix);
            prefix.push('/');
            host
        }
        _ => host,
    };
    let is_aws_host = Partition::is_aws_host(&host);
    if is_aws_host {
        check_aws_scope(region, resource.kind.service())?;
    }
    let authority = Authority { host: &host, port };
    let mut address = Address::new(scheme, authority, prefix, options.public_url.as_deref())?;
    if is_aws_host {
        address.max_key_len = AWS_MAX_KEY_LEN;
    }
    Ok((address, style))
}

/// Host and path of an endpoint, without the bucket.
struct Endpoint {
    scheme: UrlScheme,
    host: String,
    port: Option<u16>,
    /// The path, canonically encoded, with a slash at its end.
    base: String,
    is_aws: bool,
}

impl Endpoint {
    fn custom(options: &Options, resource: &Resource<'_>, url: &str) -> Result<Self, Error> {
        if let Some(variant) = options.variants().next() {
            let variant = variant.description();
            return Err(error!(
                Endpoint,
                "a custom endpoint has no {variant}, which selects one of AWS's own hosts; leave one of them out"
            ));
        }
        if resource.kind == Kind::MultiRegion {
            return Err(error!(
                Endpoint,
                "a multi-region access point has only an AWS host; leave the endpoint out"
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
                "{} is a website endpoint, which accepts no signed requests; leave it out to use AWS's REST endpoint",
                Quoted(&host)
            ));
        }
        Ok(Endpoint {
            scheme,
            host,
            port: authority.port,
            base: path_prefix(target.path),
            is_aws: false,
        })
    }

    fn aws(options: &Options, resource: &Resource<'_>, region: &str) -> Result<Self, Error> {
        let partition = Partition::of(region)?;
        for variant in options.variants() {
            let description = variant.description();
            if !resource.kind.variants().contains(&variant) {
                return Err(error!(
                    Endpoint,
                    "{} has no {description}; leave it out for {}",
                    resource.kind.description(),
                    Quoted(resource.name)
                ));
            }
            if partition.lacks.contains(&variant) {
                return Err(error!(
                    Endpoint,
                    "the partition {} of the region {} has no {description}; leave it out",
                    partition.id,
                    Quoted(region)
                ));
            }
        }
        let suffix = partition.suffix;
        let dualstack = if options.dualstack { ".dualstack" } else { "" };
        let fips = if options.fips { "-fips" } else { "" };
        let name = resource.kind.host_prefix();
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
                    "acceleration, FIPS and the global endpoint exclude each other, and the global endpoint has no \
                     dualstack; leave one of them out"
                ));
            }
        };
        Ok(Endpoint {
            scheme: UrlScheme::Https,
            host,
            port: None,
            base: String::from("/"),
            is_aws: true,
        })
    }

    /// Returns the addressing style, after its checks.
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
                    "{} is addressed in the host, not in the path; choose another style for {}",
                    kind.description(),
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
                "{} can't be a subdomain of the IP address {}; {}",
                Quoted(resource.name),
                Quoted(&self.host),
                match resource.kind {
                    Kind::Bucket | Kind::Directory => "use path style",
                    _ => "set an endpoint with a name",
                }
            )),
            AddressingStyle::Virtual if options.accelerate && resource.name.contains('.') => {
                Err(error!(
                    Bucket,
                    "the bucket {} has no acceleration, because its name contains dots; leave acceleration out",
                    Quoted(resource.name)
                ))
            }
            AddressingStyle::Path if options.accelerate => Err(error!(
                Endpoint,
                "acceleration needs the bucket in the host; choose the style Virtual or Auto"
            )),
            AddressingStyle::Domain if self.is_aws => Err(error!(
                Endpoint,
                "the addressing style Domain needs an endpoint; set the host that belongs to the \
                 bucket"
            )),
            style => Ok(style),
        }
    }

    /// Checks that the endpoint doesn't contain the bucket, which is added to it.
    fn check_without_bucket(&self, style: AddressingStyle, name: &str) -> Result<(), Error> {
        let mut segments = self.base.trim_end_matches('/').rsplit('/');
        let is_in_path = segments
            .next()
            .is_some_and(|segment| Component::Encoded(segment).decodes_to(name));
        let rest = self.host.strip_prefix(name);
        let is_in_host = rest.is_some_and(|rest| rest.starts_with('.'));
        let part = match style {
            AddressingStyle::Domain => return Ok(()),
            _ if is_in_path => "path ends in",
            AddressingStyle::Virtual if is_in_host => "host begins with",
            _ => return Ok(()),
        };
        Err(error!(
            Endpoint,
            "the endpoint's {part} the bucket's name {}, which would be added again; remove it, or \
             choose AddressingStyle::Domain for an endpoint that belongs to the bucket",
            Quoted(name)
        ))
    }

    /// Returns the style of a bucket for which none was chosen.
    fn auto(&self, options: &Options, name: &str) -> AddressingStyle {
        let fits = self.is_aws && !name.contains('.') && check_host_name(name).is_ok();
        if options.accelerate || fits {
            AddressingStyle::Virtual
        } else {
            AddressingStyle::Path
        }
    }
}

/// Returns whether a host is one of AWS's [website
/// endpoints](https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html), which
/// have the region after a dot or after a hyphen.
fn is_website(host: &str) -> bool {
    let website = |label: &str| label == "s3-website" || label.starts_with("s3-website-");
    Partition::is_aws_host(host) && host.split('.').any(website)
}
