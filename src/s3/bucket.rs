//! Where a bucket is: its name, region and endpoint become a host and the front of a path.
//!
//! See [Virtual hosting of buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html) and
//! [Amazon S3 endpoints](https://docs.aws.amazon.com/general/latest/gr/s3.html).

use super::operation::Operation;
use crate::credentials::Credentials;
use crate::encode::{Bare, Text};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::request::{Authority, Path, Scheme, Url};
use crate::v2;
use crate::v4::{Context, Settings, check_scope_part};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::net::Ipv4Addr;

/// Where the name of the bucket stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressingStyle {
    /// In the host if it can stand there, else in the path.
    ///
    /// In the path for a custom endpoint, for an IP address, for a name with dots over https (the
    /// server's certificate doesn't cover such a host), and for a name that is no host name.
    #[default]
    Auto,
    /// In the host: `https://bucket.s3.region.amazonaws.com/key`.
    Virtual,
    /// In the path: `https://s3.region.amazonaws.com/bucket/key`.
    Path,
    /// Nowhere: the host belongs to the bucket, as that of a custom domain (CNAME) or of a proxy in front of it.
    ///
    /// The host that is signed is the one that the server sees: a proxy or CDN has to pass it on as it is.
    Domain,
}

/// A bucket and where it is.
///
/// Made by [`Bucket::new`] for AWS, or by [`Bucket::builder`] with any option:
///
/// ```
/// use presign::s3::{AddressingStyle, Bucket};
///
/// let aws = Bucket::new("examplebucket", "eu-central-1")?;
/// assert_eq!(aws.get("a b").url()?, "https://examplebucket.s3.eu-central-1.amazonaws.com/a%20b");
///
/// let minio = Bucket::builder("examplebucket", "us-east-1")
///     .endpoint("http://localhost:9000")
///     .build()?;
/// assert_eq!(minio.get("a b").url()?, "http://localhost:9000/examplebucket/a%20b");
///
/// let domain = Bucket::builder("examplebucket", "us-east-1")
///     .endpoint("https://files.example.com")
///     .addressing_style(AddressingStyle::Domain)
///     .build()?;
/// assert_eq!(domain.get("a b").url()?, "https://files.example.com/a%20b");
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Bucket {
    name: Box<str>,
    region: Box<str>,
    service: &'static str,
    scheme: Scheme,
    host: Box<str>,
    port: Option<u16>,
    /// Canonically encoded; ends with a slash, which a request to the bucket itself leaves out if the bucket
    /// stands in the path.
    prefix: Box<str>,
    style: AddressingStyle,
}

impl Bucket {
    /// A bucket of AWS in its region, at the region's ordinary endpoint.
    ///
    /// # Errors
    /// [`ErrorKind::Bucket`] if the name is not one that a bucket can have, [`ErrorKind::Scope`]
    /// if the region is not the name of a region.
    pub fn new(name: impl Into<String>, region: impl Into<String>) -> Result<Self, Error> {
        Bucket::builder(name, region).build()
    }

    /// A bucket with options.
    pub fn builder(name: impl Into<String>, region: impl Into<String>) -> BucketBuilder {
        BucketBuilder {
            name: name.into(),
            region: region.into(),
            endpoint: None,
            style: AddressingStyle::Auto,
            dualstack: false,
            fips: false,
            accelerate: false,
            global: false,
        }
    }

    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The region that its requests are signed for.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// GetObject.
    #[must_use]
    pub fn get<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Operation<'a> {
        self.operation("GET").key(key)
    }

    /// PutObject.
    #[must_use]
    pub fn put<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Operation<'a> {
        self.operation("PUT").key(key)
    }

    /// HeadObject.
    #[must_use]
    pub fn head<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Operation<'a> {
        self.operation("HEAD").key(key)
    }

    /// DeleteObject.
    #[must_use]
    pub fn delete<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Operation<'a> {
        self.operation("DELETE").key(key)
    }

    /// Any operation: on the bucket itself, or with [`key`](Operation::key) on an object.
    #[must_use]
    pub fn operation<'a>(&'a self, method: impl Into<Cow<'a, str>>) -> Operation<'a> {
        Operation::new(self, method.into())
    }

    pub(crate) fn context<'a>(&'a self, credentials: &'a Credentials) -> Context<'a> {
        Context {
            credentials,
            region: &self.region,
            service: self.service,
            settings: Settings::of_service(self.service),
        }
    }

    /// The bucket is part of what SigV2 signs, wherever it stands.
    pub(crate) fn context_v2<'a>(&'a self, credentials: &'a Credentials) -> v2::Context<'a> {
        v2::Context {
            credentials,
            bucket: match self.style {
                AddressingStyle::Path => None,
                _ => Some(&self.name),
            },
        }
    }

    pub(crate) fn origin(&self) -> (Scheme, Authority<'_>) {
        let authority = Authority {
            host: &self.host,
            port: self.port,
        };
        (self.scheme, authority)
    }

    /// The path of an object, or of the bucket itself.
    pub(crate) fn path<'a>(&'a self, key: Option<&'a str>) -> Result<Path<'a>, Error> {
        let (prefix, key) = match key {
            Some("") => {
                return Err(Error::new(
                    ErrorKind::Key,
                    "the key is empty: an object has a name of at least one character",
                ));
            }
            Some(key) => (&*self.prefix, key),
            None if self.style == AddressingStyle::Path => {
                (self.prefix.strip_suffix('/').unwrap_or(&self.prefix), "")
            }
            None => (&*self.prefix, ""),
        };
        Ok(Path::Object { prefix, key })
    }
}

/// The options of a [`Bucket`].
#[derive(Clone, Debug)]
#[must_use = "a bucket is made by `build`"]
pub struct BucketBuilder {
    name: String,
    region: String,
    endpoint: Option<String>,
    style: AddressingStyle,
    dualstack: bool,
    fips: bool,
    accelerate: bool,
    global: bool,
}

impl BucketBuilder {
    /// A custom endpoint: `http://localhost:9000`, `https://storage.example.com/base`. Its path is a prefix of
    /// every path and is signed with it.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Where the name of the bucket stands.
    pub fn addressing_style(mut self, style: AddressingStyle) -> Self {
        self.style = style;
        self
    }

    /// [`AddressingStyle::Path`].
    pub fn path_style(self) -> Self {
        self.addressing_style(AddressingStyle::Path)
    }

    /// [`AddressingStyle::Virtual`].
    pub fn virtual_hosted(self) -> Self {
        self.addressing_style(AddressingStyle::Virtual)
    }

    /// AWS's endpoint that answers over IPv6 too.
    pub fn dualstack(mut self) -> Self {
        self.dualstack = true;
        self
    }

    /// AWS's endpoint with FIPS 140 validated cryptography.
    pub fn fips(mut self) -> Self {
        self.fips = true;
        self
    }

    /// S3 Transfer Acceleration, which has to be enabled on the bucket.
    pub fn accelerate(mut self) -> Self {
        self.accelerate = true;
        self
    }

    /// The legacy global host `s3.amazonaws.com`. It redirects to the bucket's region, which breaks
    /// cross-origin requests of browsers; it is here for links that have to look like old ones.
    pub fn global_endpoint(mut self) -> Self {
        self.global = true;
        self
    }

    /// The bucket.
    ///
    /// # Errors
    /// - [`ErrorKind::Bucket`]: the name is empty, or not one for the addressing style.
    /// - [`ErrorKind::Scope`]: the region is empty or can't stand in a credential scope or host.
    /// - [`ErrorKind::Url`]: the endpoint is no URL of a host.
    /// - [`ErrorKind::Endpoint`]: options that exclude each other, or that the region's partition doesn't have.
    pub fn build(self) -> Result<Bucket, Error> {
        check_scope_part("region", &self.region)?;
        let endpoint = match &self.endpoint {
            Some(url) => Endpoint::custom(&self, url)?,
            None => Endpoint::aws(&self)?,
        };
        let style = endpoint.style(&self)?;
        let Endpoint {
            scheme,
            host,
            port,
            mut base,
            ..
        } = endpoint;
        let host = match style {
            AddressingStyle::Virtual => alloc::format!("{}.{host}", self.name),
            AddressingStyle::Path => {
                Text::Plain(&self.name).write(Bare::Unreserved, &mut base);
                base.push('/');
                host
            }
            _ => host,
        };
        Ok(Bucket {
            name: self.name.into(),
            region: self.region.into(),
            service: "s3",
            scheme,
            host: host.into(),
            port,
            prefix: base.into(),
            style,
        })
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
    fn custom(options: &BucketBuilder, url: &str) -> Result<Self, Error> {
        let chosen = [
            (options.dualstack, "dualstack"),
            (options.fips, "FIPS"),
            (options.accelerate, "acceleration"),
            (options.global, "the global endpoint"),
        ];
        if let Some((_, option)) = chosen.iter().find(|(chosen, _)| *chosen) {
            return Err(error!(
                Endpoint,
                "a custom endpoint and {option} exclude each other: {option} chooses one of AWS's own hosts"
            ));
        }
        let Url {
            scheme,
            authority,
            path,
            query,
        } = Url::parse(url)?;
        if query.is_some() {
            return Err(error!(
                Endpoint,
                "the endpoint {} has a query: it is a scheme, a host, and maybe a port and a path",
                Quoted(url.split('?').next().unwrap_or_default())
            ));
        }
        let mut base = String::new();
        Text::Wire(path).write(Bare::Path, &mut base);
        if !base.ends_with('/') {
            base.push('/');
        }
        Ok(Endpoint {
            scheme,
            host: authority.host.to_ascii_lowercase(),
            port: authority.port,
            base,
            is_aws: false,
        })
    }

    fn aws(options: &BucketBuilder) -> Result<Self, Error> {
        let region = options.region.as_str();
        let partition = Partition::of(region)?;
        let suffix = partition.suffix;
        let dualstack = match options.dualstack {
            true if !partition.has_dualstack => {
                return Err(error!(
                    Endpoint,
                    "the partition of region {} has no dualstack endpoints",
                    Quoted(region)
                ));
            }
            true => ".dualstack",
            false => "",
        };
        if options.fips && !partition.has_fips {
            return Err(error!(
                Endpoint,
                "the partition of region {} has no FIPS endpoints for S3",
                Quoted(region)
            ));
        }
        if (options.accelerate || options.global) && suffix != AWS_SUFFIX {
            return Err(error!(
                Endpoint,
                "acceleration and the global endpoint are not there in the partition of region {}",
                Quoted(region)
            ));
        }
        let host = match (options.accelerate, options.global, options.fips) {
            (true, false, false) => alloc::format!("s3-accelerate{dualstack}.{suffix}"),
            (false, true, false) if !options.dualstack => alloc::format!("s3.{suffix}"),
            (false, false, true) => alloc::format!("s3-fips{dualstack}.{region}.{suffix}"),
            (false, false, false) => alloc::format!("s3{dualstack}.{region}.{suffix}"),
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
    fn style(&self, options: &BucketBuilder) -> Result<AddressingStyle, Error> {
        let name = options.name.as_str();
        let is_ip = self.host.starts_with('[') || self.host.parse::<Ipv4Addr>().is_ok();
        let in_host = check_host_name(name);
        let style = match options.style {
            AddressingStyle::Auto if options.accelerate => AddressingStyle::Virtual,
            AddressingStyle::Auto if !self.is_aws || is_ip || in_host.is_err() => {
                AddressingStyle::Path
            }
            AddressingStyle::Auto if self.scheme == Scheme::Https && name.contains('.') => {
                AddressingStyle::Path
            }
            AddressingStyle::Auto => AddressingStyle::Virtual,
            style => style,
        };
        match style {
            AddressingStyle::Virtual => in_host?,
            _ => check_path_name(name, self.is_aws)?,
        }
        match style {
            AddressingStyle::Virtual if is_ip => Err(error!(
                Endpoint,
                "the bucket can't stand before the IP address {}: use path style",
                Quoted(&self.host)
            )),
            AddressingStyle::Virtual if options.accelerate && name.contains('.') => Err(error!(
                Bucket,
                "acceleration does not work for the bucket {}: its name has dots",
                Quoted(name)
            )),
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
}

const AWS_SUFFIX: &str = "amazonaws.com";

/// A part of AWS with hosts of its own
/// ([partitions](https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html)).
struct Partition {
    suffix: &'static str,
    has_dualstack: bool,
    has_fips: bool,
}

impl Partition {
    fn of(region: &str) -> Result<Self, Error> {
        let is_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !region.chars().all(is_label) {
            return Err(error!(
                Scope,
                "the region {} can't stand in a host of AWS: it should be a name like `us-east-1`",
                Quoted(region)
            ));
        }
        const OTHERS: [(&str, &str, bool, bool); 6] = [
            ("cn-", "amazonaws.com.cn", true, false),
            ("eusc-", "amazonaws.eu", true, true),
            ("us-iso-", "c2s.ic.gov", false, true),
            ("us-isob-", "sc2s.sgov.gov", false, true),
            ("us-isof-", "csp.hci.ic.gov", false, true),
            ("eu-isoe-", "cloud.adc-e.uk", false, true),
        ];
        let other = OTHERS
            .into_iter()
            .find(|(prefix, ..)| region.starts_with(prefix));
        let (suffix, has_dualstack, has_fips) = match other {
            Some((_, suffix, has_dualstack, has_fips)) => (suffix, has_dualstack, has_fips),
            None => (AWS_SUFFIX, true, true),
        };
        Ok(Partition {
            suffix,
            has_dualstack,
            has_fips,
        })
    }
}

/// The [bucket naming
/// rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html), which make a name fit for a host.
fn check_host_name(name: &str) -> Result<(), Error> {
    check_present(name)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let reason = if !(3..=63).contains(&name.len()) {
        "it should have 3 to 63 characters"
    } else if !name.chars().all(fits) {
        "it should have lowercase letters, digits, dots and hyphens only"
    } else if !end(name.chars().next()) || !end(name.chars().next_back()) {
        "it should begin and end with a letter or digit"
    } else if ["..", ".-", "-."].iter().any(|pair| name.contains(pair)) {
        "a dot should stand between letters or digits"
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "it should not look like an IP address"
    } else {
        return Ok(());
    };
    Err(error!(
        Bucket,
        "the bucket name {} can't stand in a host: {reason}",
        Quoted(name)
    ))
}

/// What can stand in a path: also the names that AWS once allowed and that other stores still do.
fn check_path_name(name: &str, is_aws: bool) -> Result<(), Error> {
    check_present(name)?;
    let shortest = match is_aws {
        true => 3,
        false => 1,
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    let reason = if !(shortest..=255).contains(&name.len()) {
        alloc::format!("it should have {shortest} to 255 characters")
    } else if !name.chars().all(fits) {
        "it should have letters, digits, dots, hyphens and underscores only".into()
    } else if matches!(name, "." | "..") {
        "clients take it for a step in the path".into()
    } else {
        return Ok(());
    };
    Err(error!(
        Bucket,
        "{} is not the name of a bucket: {reason}",
        Quoted(name)
    ))
}

fn check_present(name: &str) -> Result<(), Error> {
    match name {
        "" => Err(Error::new(ErrorKind::Bucket, "the bucket name is empty")),
        _ => Ok(()),
    }
}
