//! Objects in S3 and S3-compatible stores: bucket, key and options become a request, which is then signed.
//!
//! What lives here: where a bucket is ([`Bucket`]), what is asked of it ([`Operation`]), and links for many
//! keys ([`Links`]). What does not: the signature ([`v4`](crate::v4)).
//!
//! ```
//! use core::time::Duration;
//! use presign::{Credentials, Timestamp};
//! use presign::s3::{Bucket, ContentDisposition};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let now = Timestamp::parse("20130524T000000Z")?;
//! let hour = Duration::from_secs(3600);
//! let bucket = Bucket::new("examplebucket", "eu-west-1")?;
//!
//! let download = bucket
//!     .get("documents/report.pdf")
//!     .response_content_disposition(ContentDisposition::attachment("Bericht für März.pdf"))
//!     .presign(&credentials, hour, now)?;
//! assert!(download.as_str().starts_with(
//!     "https://examplebucket.s3.eu-west-1.amazonaws.com/documents/report.pdf?X-Amz-Algorithm="
//! ));
//!
//! // A header that is signed has to be sent with the upload; the result says which.
//! let upload = bucket
//!     .put("documents/report.pdf")
//!     .header("Content-Type", "application/pdf")
//!     .presign(&credentials, hour, now)?;
//! let to_send: Vec<_> = upload.headers().collect();
//! assert_eq!(to_send, [("Content-Type", "application/pdf")]);
//!
//! // Any other operation is a method, a key or none, and parameters.
//! let list = bucket
//!     .operation("GET")
//!     .query("list-type", "2")
//!     .query("prefix", "documents/")
//!     .presign(&credentials, hour, now)?;
//! # let _ = list;
//! # Ok::<(), presign::Error>(())
//! ```

mod bucket;
mod disposition;
mod endpoint;
mod links;
mod name;
mod operation;
mod partition;

pub use bucket::{Bucket, BucketBuilder};
pub use disposition::ContentDisposition;
pub use endpoint::AddressingStyle;
pub use links::Links;
pub use operation::Operation;
