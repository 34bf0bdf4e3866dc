//! Limits of time and size that AWS and Azure set.

use core::time::Duration;

/// The longest validity of a SigV4 URL.
pub(crate) const MAX_EXPIRY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest validity of a user delegation SAS of Azure.
#[cfg(feature = "azure")]
pub(crate) const MAX_USER_DELEGATION_EXPIRY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The largest difference between a client's clock and a server's. A SigV2 call to a query API
/// expires that long after its `Timestamp`.
pub(crate) const MAX_CLOCK_SKEW: Duration = Duration::from_secs(15 * 60);

/// Bytes of a request's target, and of one header with its name. S3 accepts 8 KB of target and
/// headers together; an Application Load Balancer accepts [16 K of
/// each](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html).
pub(crate) const MAX_TARGET_BYTES: usize = 16 * 1024;

/// Bytes of all headers with their names: the 64 K of an Application Load Balancer.
pub(crate) const MAX_HEADERS_BYTES: usize = 64 * 1024;

/// Number of headers. More than fit into the 8 KB of S3 if each is `x-amz-meta-a: 1`.
pub(crate) const MAX_HEADERS: usize = 512;

/// Bytes of a form's fields before its file: "The form data and boundaries (excluding the contents
/// of the file) cannot exceed 20 KB" ([POST
/// Object](https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html)).
pub(crate) const MAX_FORM_BYTES: usize = 20 * 1024;
