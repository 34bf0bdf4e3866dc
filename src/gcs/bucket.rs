//! A bucket: its address, and requests to it.

use super::names::{check_bucket_name, check_object_name, check_universe_domain};
use super::v2::V2Signer;
use crate::addressing_style::AddressingStyle;
use crate::error::{Error, Quoted, error};
use crate::post::{Key, PostPolicy, Target};
use crate::request::{
    AWS_MAX_KEY_LEN, Address, Destination, Request, Sealed, Signer, Store, parse_base, path_prefix,
};
use crate::scheme::google::{GOOGLE4, GOOGLE4_RSA};
use crate::signature_version::SignatureVersion;
use crate::v4::{self, check_scope_part};
use crate::wire::url::{Authority, UrlScheme};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// A bucket of Google Cloud Storage, and its address.
///
/// ```
/// use core::time::Duration;
/// use presign::gcs::Bucket;
/// use presign::{AddressingStyle, Credentials, Timestamp};
///
/// let key = Credentials::new("GOOG1EXAMPLE", "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ")?;
/// let now: Timestamp = "20190201T090000Z".parse()?;
/// let hour = Duration::from_secs(3600);
///
/// let bucket = Bucket::new("examplebucket")?;
/// let upload = bucket
///     .put("report.pdf")
///     .header("Content-Type", "application/pdf")
///     .header("x-goog-meta-author", "Eric")
///     .presign(&key, hour, now)?;
/// assert_eq!(upload.headers().count(), 2);
///
/// // A host that belongs to the bucket: a CNAME, or a load balancer.
/// let media = Bucket::builder("examplebucket")
///     .endpoint("https://media.example.com")
///     .addressing_style(AddressingStyle::Domain)
///     .build()?;
/// assert_eq!(media.get("a b").url()?, "https://media.example.com/a%20b");
/// # Ok::<(), presign::Error>(())
/// ```
///
/// With the key file of a service account, sign with
/// [`ServiceAccount::credentials`](super::ServiceAccount) instead of an HMAC key.
#[derive(Clone, Debug)]
pub struct Bucket {
    name: Box<str>,
    address: Address,
    signer: GoogleSigner,
}

#[derive(Clone, Debug)]
enum GoogleSigner {
    V4(Box<v4::Service>),
    V2(V2Signer),
}

impl Bucket {
    /// Returns a bucket at `storage.googleapis.com`.
    ///
    /// # Errors
    /// [`ErrorKind::Bucket`](crate::ErrorKind::Bucket) for a name that Google doesn't accept.
    pub fn new(name: impl Into<String>) -> Result<Self, Error> {
        Bucket::builder(name).build()
    }

    /// Returns a builder of a bucket with options.
    pub fn builder(name: impl Into<String>) -> BucketBuilder {
        BucketBuilder {
            name: name.into(),
            endpoint: None,
            style: AddressingStyle::Auto,
            universe_domain: "googleapis.com".into(),
            location: "auto".into(),
            signature_version: SignatureVersion::V4,
            public_url: None,
        }
    }

    /// Returns a request that downloads an object. [`version`](Request::version) selects its
    /// generation.
    #[must_use]
    pub fn get<'a>(&'a self, name: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("GET", name)
    }

    /// Returns a request that uploads an object.
    #[must_use]
    pub fn put<'a>(&'a self, name: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("PUT", name)
    }

    /// Returns a request for the headers of an object.
    #[must_use]
    pub fn head<'a>(&'a self, name: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("HEAD", name)
    }

    /// Returns a request that deletes an object.
    #[must_use]
    pub fn delete<'a>(&'a self, name: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("DELETE", name)
    }

    /// Returns a request that starts a [resumable
    /// upload](https://cloud.google.com/storage/docs/resumable-uploads): a POST with the header
    /// `x-goog-resumable: start`, which has to be sent. The response's `Location` is the URL to
    /// which the object is uploaded, without a signature.
    #[must_use]
    pub fn start_resumable_upload<'a>(&'a self, name: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("POST", name)
            .header("x-goog-resumable", "start")
            .without_body()
    }

    /// Returns a request to an object with any method and parameters. The name is not encoded yet:
    /// a `%` in it is data.
    #[must_use]
    pub fn object<'a>(
        &'a self,
        method: impl Into<Cow<'a, str>>,
        name: impl Into<Cow<'a, str>>,
    ) -> Request<'a> {
        let object = Destination::Object(&self.address, name.into());
        Request::new(method, object, self.signer())
    }

    /// Returns a request to the bucket itself. Make templates from it.
    #[must_use]
    pub fn request<'a>(&'a self, method: impl Into<Cow<'a, str>>) -> Request<'a> {
        Request::new(method, Destination::Bucket(&self.address), self.signer())
    }

    /// Returns a POST policy for uploads from a browser ([policy
    /// document](https://cloud.google.com/storage/docs/authentication/signatures#policy-document)).
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::{Credentials, Timestamp, gcs::Bucket};
    ///
    /// let key = Credentials::new("GOOG1EXAMPLE", "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ")?;
    /// let now: Timestamp = "20190201T090000Z".parse()?;
    /// let bucket = Bucket::new("examplebucket")?;
    /// let form = bucket
    ///     .post_policy("a.png")
    ///     .content_length_range(1..=10_000_000)
    ///     .field("content-type", "image/png")
    ///     .presign(&key, Duration::from_secs(900), now)?;
    /// assert_eq!(form.url(), "https://storage.googleapis.com/examplebucket/");
    /// assert!(form.fields().any(|(name, _)| name == "x-goog-signature"));
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn post_policy(&self, key: impl Into<Key>) -> PostPolicy<'_> {
        let target = Target {
            bucket: &self.name,
            address: &self.address,
            signer: self.signer(),
        };
        PostPolicy::new(target, Ok(()), key.into())
    }

    /// Returns the bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn signer(&self) -> Signer<'_> {
        match &self.signer {
            GoogleSigner::V4(service) => Signer::V4(service),
            GoogleSigner::V2(signer) => Signer::Custom(signer),
        }
    }
}

impl Sealed for Bucket {}

impl Store for Bucket {
    fn object<'a>(&'a self, method: &'a str, key: &'a str) -> Request<'a> {
        Bucket::object(self, method, key)
    }
}

/// The options of a [`Bucket`].
///
/// ```
/// use presign::gcs::Bucket;
///
/// let emulator = Bucket::builder("examplebucket").endpoint("http://localhost:4443").build()?;
/// assert_eq!(emulator.get("a.txt").url()?, "http://localhost:4443/examplebucket/a.txt");
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "`build` makes the bucket"]
pub struct BucketBuilder {
    name: String,
    endpoint: Option<String>,
    style: AddressingStyle,
    universe_domain: String,
    location: String,
    signature_version: SignatureVersion,
    public_url: Option<String>,
}

impl BucketBuilder {
    /// Sets the endpoint of an emulator, or with [`AddressingStyle::Domain`] the URL of a host that
    /// belongs to the bucket. The port is part of URLs, but is never signed.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets whether the host or the path of a URL names the bucket. The default is the path.
    pub fn addressing_style(mut self, style: AddressingStyle) -> Self {
        self.style = style;
        self
    }

    /// Sets the domain of another universe, in place of `googleapis.com`. It is in the key file of
    /// a service account:
    /// [`ServiceAccount::universe_domain`](super::ServiceAccount::universe_domain).
    pub fn universe_domain(mut self, domain: impl Into<String>) -> Self {
        self.universe_domain = domain.into();
        self
    }

    /// Sets the location in the credential scope. The default is `auto`, which is valid for every
    /// bucket.
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = location.into();
        self
    }

    /// Sets the signature version: [`SignatureVersion::V4`], the default, or
    /// [`SignatureVersion::V2`], Google's own V2.
    pub fn signature_version(mut self, version: SignatureVersion) -> Self {
        self.signature_version = version;
        self
    }

    /// Sets the URL prefix that results contain: that of a proxy or CDN, which sends the bucket's
    /// own `Host` to Google. The signature covers the bucket's own host.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// Returns the bucket.
    ///
    /// # Errors
    /// - [`ErrorKind::Bucket`](crate::ErrorKind::Bucket) for a name that Google doesn't accept.
    /// - [`ErrorKind::Endpoint`](crate::ErrorKind::Endpoint) or
    ///   [`ErrorKind::Url`](crate::ErrorKind::Url) for an endpoint, a universe domain or a public
    ///   URL that isn't one, and for a style that the bucket can't have.
    /// - [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid location.
    /// - [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for SigV4a.
    pub fn build(self) -> Result<Bucket, Error> {
        let name = self.name;
        check_bucket_name(&name)?;
        check_scope_part("location", &self.location)?;
        check_universe_domain(&self.universe_domain)?;
        let default = alloc::format!("https://storage.{}", self.universe_domain);
        let is_default = self.endpoint.is_none();
        let url = self.endpoint.unwrap_or(default);
        let base = parse_base("endpoint", &url)?;
        let mut prefix = path_prefix(base.target.path);
        let mut host = base.authority.host.to_ascii_lowercase();
        match self.style {
            AddressingStyle::Virtual if name.contains('.') && base.scheme == UrlScheme::Https => {
                return Err(error!(
                    Endpoint,
                    "the bucket {} can't be a subdomain over https, because the certificate doesn't \
                     cover names with dots; use path style",
                    Quoted(&name)
                ));
            }
            AddressingStyle::Virtual => host = alloc::format!("{name}.{host}"),
            AddressingStyle::Domain if is_default => {
                return Err(error!(
                    Endpoint,
                    "the addressing style Domain needs an endpoint; set the host that belongs to \
                     the bucket"
                ));
            }
            AddressingStyle::Domain => {}
            _ => {
                prefix.push_str(&name);
                prefix.push('/');
            }
        }
        let authority = Authority {
            host: &host,
            port: base.authority.port,
        };
        let signer = match self.signature_version {
            SignatureVersion::V2 => {
                let is_in_host = matches!(
                    self.style,
                    AddressingStyle::Virtual | AddressingStyle::Domain
                );
                GoogleSigner::V2(V2Signer::new(is_in_host.then_some(&name)))
            }
            SignatureVersion::V4 => {
                let service = v4::Service::of_checked(&GOOGLE4, &self.location, "storage");
                GoogleSigner::V4(Box::new(service.with_private_keys(&GOOGLE4_RSA)))
            }
            SignatureVersion::V4a => {
                return Err(error!(
                    Unsupported,
                    "Google Cloud Storage doesn't support SigV4a; choose SignatureVersion::V4"
                ));
            }
        };
        let public_url = self.public_url.as_deref();
        Ok(Bucket {
            address: Address {
                // Google has the same limit as AWS.
                max_key_len: AWS_MAX_KEY_LEN,
                key_rule: check_object_name,
                ..Address::new(base.scheme, authority, prefix, public_url)?
            },
            name: name.into(),
            signer,
        })
    }
}

/// `Debug` hides the URLs, because they are not checked yet and may contain a password.
impl fmt::Debug for BucketBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
