//! The position of a bucket's name in a URL.

/// The position of a bucket's name in a URL ([Virtual hosting of
/// buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressingStyle {
    /// In the host if possible, else in the path.
    ///
    /// It is in the path for a custom endpoint, for an IP address, for a name with dots over https
    /// (the server's certificate doesn't cover such a host), and for a name that isn't a host name.
    /// Access points and directory buckets are in the host, of a custom endpoint too.
    #[default]
    Auto,
    /// In the host: `https://bucket.s3.region.amazonaws.com/key`.
    Virtual,
    /// In the path: `https://s3.region.amazonaws.com/bucket/key`. Access points don't have this
    /// style, and directory buckets only at a custom endpoint.
    Path,
    /// Nowhere: the host belongs to the bucket. It is a custom domain (CNAME), or a proxy.
    ///
    /// The host that is signed is the one that the server receives, so a proxy or CDN has to
    /// forward it unchanged. If it sends another host, sign that one: see
    /// [`public_url`](crate::s3::BucketBuilder::public_url).
    Domain,
}
