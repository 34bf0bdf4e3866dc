//! A bucket: its address and its signer.

use super::resource::Kind;
use crate::error::{Error, Quoted, error};
use crate::request::{Address, Destination, Request, Sealed, Signer, Store, StoreSigner};
use crate::v4;
use alloc::borrow::Cow;
use alloc::boxed::Box;

/// A bucket and its address.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "eu-central-1")?;
/// let link = bucket.get("a b").presign(&credentials, Duration::from_secs(900), now)?;
/// assert!(link.as_str().starts_with("https://examplebucket.s3.eu-central-1.amazonaws.com/a%20b?"));
/// # Ok::<(), presign::Error>(())
/// ```
///
/// [`Bucket::builder`] has options, for other stores too:
///
/// ```
/// use presign::{AddressingStyle, s3::Bucket};
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
/// # Access points and directory buckets
/// The name can be anything that AWS accepts as a bucket's name:
///
/// | name | host | signed service |
/// |---|---|---|
/// | a bucket | `name.s3.region.amazonaws.com` | `s3` |
/// | alias of an access point, `…-s3alias`, `…--ol-s3` | as for a bucket | `s3` |
/// | [`arn:aws:s3:region:account:accesspoint/name`][ap] | `name-account.s3-accesspoint.region.amazonaws.com` | `s3` |
/// | [`arn:aws:s3-object-lambda:region:account:accesspoint/name`][ol] | `name-account.s3-object-lambda.region.amazonaws.com` | `s3-object-lambda` |
/// | [`arn:aws:s3-outposts:region:account:outpost/id/accesspoint/name`][op] | `name-account.id.s3-outposts.region.amazonaws.com` | `s3-outposts` |
/// | alias of an Outposts access point, `…--op-s3` | `alias.op-id.s3-outposts.region.amazonaws.com` | `s3-outposts` |
/// | [`arn:aws:s3::account:accesspoint/alias`][mrap], multi-region | `alias.accesspoint.s3-global.amazonaws.com` | `s3`, with SigV4a |
/// | [directory bucket][express], `…--zone--x-s3`, or its access point, `…--zone--xa-s3` | `name.s3express-zone.region.amazonaws.com` | `s3express` |
///
/// The region must be that of the ARN, unless [`use_arn_region`][use] is called; the partition must
/// always be the ARN's. A multi-region access point accepts only SigV4a, which is selected
/// automatically, for all regions unless [`region_set`][set] is called.
///
/// Requests to the objects of a directory bucket are signed with the credentials of a
/// session, whose token is sent as `x-amz-s3session-token`: see
/// [`create_session`](Bucket::create_session).
///
/// [use]: crate::s3::BucketBuilder::use_arn_region
/// [set]: crate::s3::BucketBuilder::region_set
/// [ap]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
/// [ol]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/olap-use.html
/// [op]: https://docs.aws.amazon.com/AmazonS3/latest/s3-outposts/access-points.html
/// [mrap]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointRequests.html
/// [express]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-Regions-and-Zones.html
#[derive(Clone, Debug)]
pub struct Bucket {
    pub(super) name: Box<str>,
    pub(super) region: Box<str>,
    pub(super) kind: Kind,
    pub(crate) address: Address,
    pub(crate) signer: StoreSigner,
    /// The signer of a directory bucket's operations that are not part of a session.
    pub(super) session_free_signer: Option<Box<v4::Service>>,
}

impl Bucket {
    /// Returns a request to the bucket itself. Make templates from it. For HeadBucket, use
    /// [`head_bucket`](Bucket::head_bucket), which no session of a directory bucket signs.
    #[must_use]
    pub fn request<'a>(&'a self, method: impl Into<Cow<'a, str>>) -> Request<'a> {
        Request::new(
            method,
            Destination::Bucket(&self.address),
            self.signer.as_ref(),
        )
    }

    /// Returns the bucket's name or ARN, as the caller wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the region that is signed; under SigV4a the region set, such as `*`.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the signer of the operations that no session authorizes
    /// ([CreateSession](https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-create-session.html)).
    pub(super) fn signer_without_session(&self) -> Signer<'_> {
        match &self.session_free_signer {
            Some(service) => Signer::V4(service),
            None => self.signer.as_ref(),
        }
    }

    /// Returns whether this is a directory bucket, or an access point of one.
    pub(super) fn has_sessions(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// Checks that forms can be sent to the bucket. The bucket is a condition of every policy, and
    /// AWS doesn't document its value for an access point.
    pub(crate) fn check_accepts_forms(&self) -> Result<(), Error> {
        let is_directory_bucket = self.kind == Kind::Directory && self.name.ends_with("--x-s3");
        if self.kind == Kind::Bucket || is_directory_bucket {
            return Ok(());
        }
        Err(error!(
            Bucket,
            "{} is {}, but AWS documents POST policies for buckets only; use the bucket, or the alias of the \
             access point",
            Quoted(&self.name),
            self.kind.description()
        ))
    }
}

impl Sealed for Bucket {}

impl Store for Bucket {
    fn object<'a>(&'a self, method: &'a str, key: &'a str) -> Request<'a> {
        Bucket::object(self, method, key)
    }
}
