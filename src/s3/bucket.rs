//! A bucket: its name, region and options become an address and the scope of its signatures. What lives here: the type, and what
//! is chosen about it. What does not: how the host comes about, which is the endpoint's.

use super::endpoint::{Address, AddressingStyle, Options, shown_origin};
use super::name::{Kind, Resource};
use super::operation::Operation;
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::request::{Authority, Parts, Path, Scheme};
use crate::v2;
use crate::v4::{Context, Place, SessionToken, Settings, check_scope_part};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

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
///
/// # Access points, directory buckets
/// What is said of a bucket's name holds for everything that AWS takes in its place:
///
/// | name | host | service that is signed |
/// |---|---|---|
/// | a bucket | `name.s3.region.amazonaws.com` | `s3` |
/// | alias of an access point, `…-s3alias`, `…--ol-s3` | as a bucket | `s3` |
/// | [`arn:aws:s3:region:account:accesspoint/name`][ap] | `name-account.s3-accesspoint.region.amazonaws.com` | `s3` |
/// | [`arn:aws:s3-object-lambda:region:account:accesspoint/name`][ol] | `name-account.s3-object-lambda.region.amazonaws.com` | `s3-object-lambda` |
/// | [`arn:aws:s3-outposts:region:account:outpost/id/accesspoint/name`][op] | `name-account.id.s3-outposts.region.amazonaws.com` | `s3-outposts` |
/// | alias of that, `…--op-s3` | `alias.op-id.s3-outposts.region.amazonaws.com` | `s3-outposts` |
/// | [`arn:aws:s3::account:accesspoint/alias`][mrap], multi-region | `alias.accesspoint.s3-global.amazonaws.com` | needs SigV4a |
/// | [directory bucket][express], `…--zone--x-s3`, or its access point, `…--zone--xa-s3` | `name.s3express-zone.region.amazonaws.com` | `s3express` |
///
/// The region has to be that of the ARN, unless [`use_arn_region`](BucketBuilder::use_arn_region) is chosen; its partition
/// has to be the ARN's in any case. A multi-region access point has an address, but signing for it is refused: it takes
/// SigV4a signatures only.
///
/// Requests for the objects of a directory bucket are signed with the credentials that its CreateSession gave, whose token is
/// sent as `x-amz-s3session-token`. CreateSession itself is signed with the credentials of an IAM user or role:
/// see [`disable_session_auth`](BucketBuilder::disable_session_auth).
///
/// [ap]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
/// [ol]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-use.html
/// [op]: https://docs.aws.amazon.com/AmazonS3/latest/s3-outposts/access-points.html
/// [mrap]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointRequests.html
/// [express]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-Regions-and-Zones.html
#[derive(Clone, Debug)]
pub struct Bucket {
    name: Box<str>,
    region: Box<str>,
    kind: Kind,
    /// Region and service, as signatures have them.
    place: Place,
    /// How its requests are signed.
    settings: Settings,
    scheme: Scheme,
    host: Box<str>,
    port: Option<u16>,
    /// Host and port, written.
    authority: Box<str>,
    /// Canonically encoded; ends with a slash, which a request to the bucket itself leaves out if there is anything before it.
    prefix: Box<str>,
    style: AddressingStyle,
    /// What a URL begins with: scheme, host and port, or what is shown in their place.
    origin: Box<str>,
}

impl Bucket {
    /// A bucket of AWS in its region, at the region's ordinary endpoint; or an access point, by its ARN.
    ///
    /// # Errors
    /// [`ErrorKind::Bucket`] if the name is not one that a bucket can have, [`ErrorKind::Scope`]
    /// if the region is not the name of a region, or not that of the ARN.
    pub fn new(name: impl Into<String>, region: impl Into<String>) -> Result<Self, Error> {
        Bucket::builder(name, region).build()
    }

    /// A bucket with options.
    pub fn builder(name: impl Into<String>, region: impl Into<String>) -> BucketBuilder {
        BucketBuilder {
            name: name.into(),
            region: region.into(),
            options: Options::default(),
            use_arn_region: false,
            disable_session_auth: false,
            shown_as: None,
        }
    }

    /// The bucket's name, or the ARN, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The region that its requests are signed for; `*`, all of them, for a multi-region access point.
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

    /// Who signs, for what.
    ///
    /// # Errors
    /// A multi-region access point takes no SigV4 signature.
    #[inline]
    pub(crate) fn context<'a>(
        &'a self,
        credentials: &'a Credentials,
    ) -> Result<Context<'a>, Error> {
        if self.kind == Kind::MultiRegion {
            return Err(error!(
                Bucket,
                "{} is a multi-region access point, which takes SigV4a signatures only: SigV4 signs for one region, so \
                 use a bucket or an access point in a region",
                Quoted(&self.name)
            ));
        }
        Ok(Context {
            credentials,
            region: &self.region,
            service: self.kind.service(),
            place: &self.place,
            settings: &self.settings,
        })
    }

    /// Who signs with SigV2, and the bucket, which is part of what is signed wherever it stands.
    ///
    /// # Errors
    /// Only buckets take SigV2 signatures, not [access
    /// points](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations.html).
    pub(crate) fn context_v2<'a>(
        &'a self,
        credentials: &'a Credentials,
    ) -> Result<v2::Context<'a>, Error> {
        if self.kind != Kind::Bucket {
            return Err(error!(
                Bucket,
                "{} is {}, which takes no SigV2 signatures, nor any older than SigV4",
                Quoted(&self.name),
                self.kind.called()
            ));
        }
        Ok(v2::Context {
            credentials,
            bucket: match self.style {
                AddressingStyle::Path => None,
                _ => Some(&self.name),
            },
        })
    }

    /// Refuses what no form can be sent to, as far as is known: the bucket is a condition of every policy, and no document
    /// says what stands there for an access point.
    pub(crate) fn check_takes_forms(&self) -> Result<(), Error> {
        match self.kind {
            Kind::Bucket => Ok(()),
            kind => Err(error!(
                Bucket,
                "{} is {}, and AWS's documents have POST policies for buckets only: use the bucket, or the alias of \
                 the access point",
                Quoted(&self.name),
                kind.called()
            )),
        }
    }

    /// Where a form goes: the URL of the bucket itself, in a text that has room for so many bytes.
    pub(crate) fn url_with_room(&self, bytes: usize) -> Result<String, Error> {
        let mut url = String::with_capacity(bytes);
        url.push_str(&self.origin);
        self.path(None)?.write_as_given(&mut url);
        Ok(url)
    }

    /// An upper bound of that URL's length.
    pub(crate) fn url_bound(&self) -> usize {
        self.origin.len().saturating_add(self.prefix.len())
    }

    /// A request to the bucket, without its query and headers.
    #[inline]
    pub(crate) fn parts<'a>(&'a self, method: &'a str, path: Path<'a>) -> Result<Parts<'a>, Error> {
        let authority = Authority {
            host: &self.host,
            port: self.port,
        };
        let mut parts = Parts::new(method, self.scheme, authority, path)?;
        parts.origin = Some(&self.origin);
        parts.written_authority = Some(&self.authority);
        Ok(parts)
    }

    /// The path of an object, or of the bucket itself.
    #[inline]
    pub(crate) fn path<'a>(&'a self, key: Option<&'a str>) -> Result<Path<'a>, Error> {
        let (prefix, key) = match key {
            Some("") => {
                return Err(Error::new(
                    ErrorKind::Key,
                    "the key is empty: an object has a name of at least one character",
                ));
            }
            Some(key) => (&*self.prefix, key),
            None => match &*self.prefix {
                "/" => ("/", ""),
                prefix => (prefix.strip_suffix('/').unwrap_or(prefix), ""),
            },
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
    options: Options,
    use_arn_region: bool,
    disable_session_auth: bool,
    shown_as: Option<String>,
}

impl BucketBuilder {
    /// A custom endpoint: `http://localhost:9000`, `https://storage.example.com/base`. Its path is a prefix of
    /// every path and is signed with it.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.options.url = Some(url.into());
        self
    }

    /// Where the name of the bucket stands.
    pub fn addressing_style(mut self, style: AddressingStyle) -> Self {
        self.options.style = style;
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

    /// AWS's endpoint that answers over IPv6 too
    /// ([Dual-stack endpoints](https://docs.aws.amazon.com/AmazonS3/latest/API/dual-stack-endpoints.html)).
    pub fn dualstack(mut self) -> Self {
        self.options.dualstack = true;
        self
    }

    /// AWS's endpoint with FIPS 140 validated cryptography. Only some regions have one, mostly those of North America: see
    /// [FIPS endpoints by service](https://aws.amazon.com/compliance/fips/).
    pub fn fips(mut self) -> Self {
        self.options.fips = true;
        self
    }

    /// [S3 Transfer Acceleration](https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html), which
    /// has to be enabled on the bucket.
    pub fn accelerate(mut self) -> Self {
        self.options.accelerate = true;
        self
    }

    /// The legacy global host `s3.amazonaws.com`. It redirects to the bucket's region, which breaks
    /// cross-origin requests of browsers; it is here for links that have to look like old ones.
    pub fn global_endpoint(mut self) -> Self {
        self.options.global = true;
        self
    }

    /// Takes the region of the ARN, if the name is one, in place of the one given. Both have to be in the same partition.
    ///
    /// Without this a difference is refused: whoever can choose the name could else choose the region, too. It changes
    /// nothing if the name is no ARN.
    pub fn use_arn_region(mut self) -> Self {
        self.use_arn_region = true;
        self
    }

    /// Sends a session token to a directory bucket as `x-amz-security-token`, as to any other service.
    ///
    /// For the credentials of a role, with CreateSession and with the operations that take no session, HeadBucket and
    /// CopyObject. Without this, a token is taken for that of a session
    /// ([CreateSession](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html)). Changes nothing for other
    /// buckets.
    ///
    /// ```
    /// use presign::{Credentials, Payload, Timestamp, s3::Bucket};
    ///
    /// let role = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?
    ///     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?;
    /// let now = Timestamp::parse("20240601T000000Z")?;
    /// let bucket = Bucket::builder("logs--usw2-az1--x-s3", "us-west-2")
    ///     .disable_session_auth()
    ///     .build()?;
    /// let create_session = bucket.operation("GET").sub_resource("session");
    /// assert_eq!(
    ///     create_session.url()?,
    ///     "https://logs--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/?session",
    /// );
    /// let signed = create_session.sign(&role, Payload::Empty, now)?;
    /// assert!(signed.headers().any(|(name, _)| name == "x-amz-security-token"));
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn disable_session_auth(mut self) -> Self {
        self.disable_session_auth = true;
        self
    }

    /// Signs for the bucket's own host, and shows another one in the URL: that of a proxy or CDN in front of it.
    ///
    /// Scheme, host and port of the URL are replaced after signing. A path is put in front, unsigned, for a proxy that takes it
    /// away again. `Host` stays what was signed, and is not among the headers to send: *the proxy has to send it to
    /// the store*, as one does that knows the store by that name.
    ///
    /// Which of the two is right is for the proxy to say:
    /// - It sends the store's own host name on: this one. So do CloudFront with a bucket as its origin, a web server
    ///   that is told to (`proxy_set_header Host minio:9000`), and a store in a container network that is
    ///   signed for as `minio:9000`, and opened at `localhost:9000` through such a server.
    /// - It passes the host on that it was asked for, or there is no proxy, and the name is an alias (CNAME) of the
    ///   store's: [`AddressingStyle::Domain`], with the endpoint that is shown. So for a port of a container that is
    ///   published as `localhost:9000`: the store sees that host, so sign for the endpoint `http://localhost:9000`.
    ///
    /// ```
    /// use presign::s3::Bucket;
    ///
    /// let bucket = Bucket::builder("examplebucket", "eu-central-1")
    ///     .shown_as("https://cdn.example.com")
    ///     .build()?;
    /// assert_eq!(bucket.get("a b").url()?, "https://cdn.example.com/a%20b");
    ///
    /// let minio = Bucket::builder("examplebucket", "us-east-1")
    ///     .endpoint("http://minio:9000")
    ///     .shown_as("https://example.com/files")
    ///     .build()?;
    /// assert_eq!(minio.get("a b").url()?, "https://example.com/files/examplebucket/a%20b");
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn shown_as(mut self, url: impl Into<String>) -> Self {
        self.shown_as = Some(url.into());
        self
    }

    /// The bucket.
    ///
    /// # Errors
    /// - [`ErrorKind::Bucket`]: the name is empty, not one for the addressing style, or an ARN that is not whole or not
    ///   that of an access point.
    /// - [`ErrorKind::Scope`]: the region is empty, can't stand in a credential scope or host, or is not that of the ARN.
    /// - [`ErrorKind::Url`]: the endpoint, or the URL to show, is no URL of a host.
    /// - [`ErrorKind::Endpoint`]: options that exclude each other, or that are not there in the region's partition or
    ///   for this kind of bucket; an endpoint that takes no signed requests.
    pub fn build(self) -> Result<Bucket, Error> {
        check_scope_part("region", &self.region)?;
        let resource = Resource::of(&self.name)?;
        let region = resource.region(&self.region, self.use_arn_region)?;
        let address = Address::of(&self.options, &resource, region)?;
        let mut authority = String::new();
        address.authority().write(&mut authority);
        let origin = match &self.shown_as {
            Some(url) => shown_origin(url)?,
            None => address.origin(),
        };
        let kind = resource.kind;
        let region = match kind {
            Kind::MultiRegion => "*",
            _ => region,
        };
        let settings = Settings::of_service(kind.service()).with_session_token(
            match self.disable_session_auth {
                true => SessionToken::Signed,
                false => kind.session_token(),
            },
        );
        Ok(Bucket {
            place: Place::new(region, kind.service(), settings.dialect),
            region: region.into(),
            settings,
            kind,
            scheme: address.scheme,
            authority: authority.into(),
            host: address.host.into(),
            port: address.port,
            prefix: address.prefix.into(),
            style: address.style,
            origin: origin.into(),
            name: self.name.into(),
        })
    }
}
