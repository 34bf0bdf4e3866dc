//! The builder of a bucket.

use super::bucket::Bucket;
use super::endpoint::{Options, bucket_address};
use super::resource::{Kind, Resource};
use crate::addressing_style::AddressingStyle;
use crate::error::{Error, Quoted, error};
use crate::request::StoreSigner;
use crate::scheme::aws::{AWS4, AWS4A};
use crate::scheme::region_set::check_region_set;
use crate::signature_version::SignatureVersion;
use crate::v4::check_scope_name;
use crate::{v2, v4};
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// Constructors.
impl Bucket {
    /// Returns an AWS bucket at the standard endpoint of its region, or an access point.
    ///
    /// # Errors
    /// [`ErrorKind::Bucket`](crate::ErrorKind::Bucket) for an invalid name, and
    /// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region, one that AWS doesn't
    /// have, such as `auto`, or one that isn't the ARN's.
    pub fn new(name: impl Into<String>, region: impl Into<String>) -> Result<Self, Error> {
        Bucket::builder(name, region).build()
    }

    /// Returns a builder of a bucket with options.
    pub fn builder(name: impl Into<String>, region: impl Into<String>) -> BucketBuilder {
        BucketBuilder {
            name: name.into(),
            region: region.into(),
            signature_version: SignatureVersion::default(),
            region_set: None,
            options: Options::default(),
            use_arn_region: false,
            disable_session_auth: false,
        }
    }
}

/// The options of a [`Bucket`].
///
/// ```
/// use presign::{SignatureVersion, s3::Bucket};
///
/// let old = Bucket::builder("examplebucket", "us-east-1")
///     .endpoint("https://old.example.com")
///     .signature_version(SignatureVersion::V2)
///     .build()?;
/// assert_eq!(old.get("a.txt").url()?, "https://old.example.com/examplebucket/a.txt");
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "`build` makes the bucket"]
pub struct BucketBuilder {
    name: String,
    region: String,
    signature_version: SignatureVersion,
    region_set: Option<String>,
    options: Options,
    use_arn_region: bool,
    disable_session_auth: bool,
}

impl BucketBuilder {
    /// Sets a custom endpoint, such as `http://localhost:9000` or
    /// `https://storage.example.com/base`. Every path begins with the endpoint's path, which is
    /// signed, too. It doesn't contain the bucket, which is added to it, except with
    /// [`AddressingStyle::Domain`].
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.options.url = Some(url.into());
        self
    }

    /// Sets the signature version. The default is [`SignatureVersion::V4`].
    pub fn signature_version(mut self, version: SignatureVersion) -> Self {
        self.signature_version = version;
        self
    }

    /// Sets the regions in which a SigV4a signature is valid: `us-east-1,eu-west-1`, `us-*`, or `*`
    /// for all, which is the default. The bucket's address still has its own region.
    ///
    /// ```
    /// use presign::{SignatureVersion, s3::Bucket};
    ///
    /// let bucket = Bucket::builder("examplebucket", "us-east-1")
    ///     .signature_version(SignatureVersion::V4a)
    ///     .region_set("us-east-1,us-west-2")
    ///     .build()?;
    /// assert_eq!(bucket.region(), "us-east-1,us-west-2");
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn region_set(mut self, regions: impl Into<String>) -> Self {
        self.region_set = Some(regions.into());
        self
    }

    /// Sets whether the host or the path of a URL contains the bucket's name.
    pub fn addressing_style(mut self, style: AddressingStyle) -> Self {
        self.options.style = style;
        self
    }

    /// Sets the URL prefix that results contain: that of a proxy or CDN. The signature still covers
    /// the bucket's own host.
    ///
    /// Scheme, host and port of each URL are replaced after signing. A path is added before the
    /// signed one, unsigned, for a proxy that removes it again. The signed `Host` is the bucket's
    /// own, and is not among the headers to send, so *the proxy has to send it to the store*.
    ///
    /// The proxy decides which of two options is right:
    /// - If it sends the store's own host name, use this one. Examples are CloudFront with a bucket
    ///   as its origin, a web server with that configuration (`proxy_set_header Host minio:9000`),
    ///   and a store in a container network that is signed for as `minio:9000` and opened as
    ///   `localhost:9000`.
    /// - If it forwards the host of the request, or if the name is an alias (CNAME) of the store's,
    ///   use [`AddressingStyle::Domain`] with that host as the endpoint. A container's port that is
    ///   published as `localhost:9000` is such a case: the store receives that host, so the
    ///   endpoint is `http://localhost:9000`.
    ///
    /// ```
    /// use presign::s3::Bucket;
    ///
    /// let bucket = Bucket::builder("examplebucket", "us-east-1")
    ///     .endpoint("http://minio:9000")
    ///     .public_url("https://files.example.com/s3")
    ///     .build()?;
    /// assert_eq!(bucket.get("a.txt").url()?, "https://files.example.com/s3/examplebucket/a.txt");
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.options.public_url = Some(url.into());
        self
    }

    /// Selects AWS's endpoint for IPv4 and IPv6 ([Dual-stack
    /// endpoints](https://docs.aws.amazon.com/AmazonS3/latest/API/dual-stack-endpoints.html)).
    pub fn dualstack(mut self) -> Self {
        self.options.dualstack = true;
        self
    }

    /// Selects AWS's endpoint with FIPS 140 validated cryptography. Not every region has one: see
    /// [FIPS endpoints by service](https://aws.amazon.com/compliance/fips/).
    pub fn fips(mut self) -> Self {
        self.options.fips = true;
        self
    }

    /// Selects [S3 Transfer
    /// Acceleration](https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html),
    /// which must be enabled on the bucket.
    pub fn accelerate(mut self) -> Self {
        self.options.accelerate = true;
        self
    }

    /// Selects the legacy global host `s3.amazonaws.com`. It redirects to the bucket's region,
    /// which breaks cross-origin requests of browsers. Use it only for URLs that must have the old
    /// form.
    pub fn global_endpoint(mut self) -> Self {
        self.options.global = true;
        self
    }

    /// Uses the region of an ARN instead of the configured one. Both must be in one partition.
    ///
    /// By default an ARN whose region differs from the configured one is an error, so that
    /// untrusted ARNs can't select the region. A name that isn't an ARN is not affected.
    pub fn use_arn_region(mut self) -> Self {
        self.use_arn_region = true;
        self
    }

    /// Sends a session token to a directory bucket as `x-amz-security-token`, as to any other
    /// service.
    ///
    /// It is for the credentials of a role that sign the requests to objects, too, without a
    /// session. By default a token counts as that of a session
    /// ([CreateSession](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html)).
    /// Other buckets are not affected.
    ///
    /// ```
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// let role = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?
    ///     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?;
    /// let now: Timestamp = "20240601T000000Z".parse()?;
    /// let bucket = Bucket::builder("logs--usw2-az1--x-s3", "us-west-2")
    ///     .disable_session_auth()
    ///     .build()?;
    /// let signed = bucket.get("a.txt").sign(&role, now)?;
    /// assert!(signed.headers().any(|(name, _)| name == "x-amz-security-token"));
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn disable_session_auth(mut self) -> Self {
        self.disable_session_auth = true;
        self
    }

    /// Returns the bucket.
    ///
    /// # Errors
    /// Returns the errors of [`Bucket::new`], and:
    /// - [`ErrorKind::Endpoint`](crate::ErrorKind::Endpoint) for an endpoint that isn't a URL, has
    ///   a query, is a website endpoint, or contains the bucket already, for options that exclude
    ///   each other, and for a style that the bucket can't have.
    /// - [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region set, and for one that
    ///   isn't signed with SigV4a.
    /// - [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for SigV2 with an access point
    ///   or a directory bucket, and for SigV4a with a directory bucket.
    pub fn build(self) -> Result<Bucket, Error> {
        check_scope_name("region", &self.region)?;
        let resource = Resource::parse(&self.name)?;
        let region = resource.region(&self.region, self.use_arn_region)?;
        let (address, style) = bucket_address(&self.options, &resource, region)?;
        let kind = resource.kind;
        let region = self.signed_region(kind, region)?;
        let signer = self.signer(kind, region, style)?;
        let session_free_signer = match &signer {
            StoreSigner::V4(service) if kind == Kind::Directory => {
                let service = service.clone();
                Some(Box::new(service.session_token(v4::SessionToken::Signed)))
            }
            _ => None,
        };
        Ok(Bucket {
            signer,
            session_free_signer,
            region: region.into(),
            kind,
            address,
            name: self.name.into(),
        })
    }

    /// Returns the region that is signed: under SigV4a the region set.
    fn signed_region<'s>(&'s self, kind: Kind, region: &'s str) -> Result<&'s str, Error> {
        let is_v4a = self.signature_version == SignatureVersion::V4a || kind == Kind::MultiRegion;
        match self.region_set.as_deref() {
            Some(set) if is_v4a => {
                check_region_set(set)?;
                Ok(set)
            }
            Some(set) => Err(error!(
                Scope,
                "the region set {} is signed by SigV4a only; choose SignatureVersion::V4a, or leave \
                 it out",
                Quoted(set)
            )),
            None if is_v4a => Ok("*"),
            None => Ok(region),
        }
    }

    fn signer(
        &self,
        kind: Kind,
        region: &str,
        style: AddressingStyle,
    ) -> Result<StoreSigner, Error> {
        match (self.signature_version, kind) {
            (SignatureVersion::V2, Kind::Bucket) => {
                let service = v2::Service::s3();
                Ok(StoreSigner::V2(match style {
                    AddressingStyle::Path => service,
                    _ => service.bucket(&*self.name),
                }))
            }
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations.html
            (SignatureVersion::V2, kind) => Err(error!(
                Unsupported,
                "{} is {}, which doesn't accept SigV2; choose SignatureVersion::V4",
                Quoted(&self.name),
                kind.description()
            )),
            (SignatureVersion::V4a, Kind::Directory) => Err(error!(
                Unsupported,
                "{} is a directory bucket, which doesn't accept SigV4a; choose SignatureVersion::V4",
                Quoted(&self.name)
            )),
            (version, kind) => {
                let scheme = match version {
                    SignatureVersion::V4a => &AWS4A,
                    _ if kind == Kind::MultiRegion => &AWS4A,
                    _ => &AWS4,
                };
                let service = v4::Service::of_checked(scheme, region, kind.service());
                Ok(StoreSigner::V4(if self.disable_session_auth {
                    service.session_token(v4::SessionToken::Signed)
                } else {
                    service
                }))
            }
        }
    }
}

/// `Debug` hides the URLs, because they are not checked yet and may contain a password.
impl fmt::Debug for BucketBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketBuilder")
            .field("name", &self.name)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}
