//! Use this module for objects in S3 and in stores with an S3 API.
//!
//! ```
//! use core::time::Duration;
//! use presign::s3::Bucket;
//! use presign::{ContentDisposition, Credentials, Timestamp};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let now: Timestamp = "20130524T000000Z".parse()?;
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
//! // A signed header has to be sent with the upload; the result says which.
//! let upload = bucket
//!     .put("documents/report.pdf")
//!     .header("Content-Type", "application/pdf")
//!     .presign(&credentials, hour, now)?;
//! assert_eq!(upload.headers().collect::<Vec<_>>(), [("Content-Type", "application/pdf")]);
//!
//! // Any other operation: `object` with its method and key, and parameters.
//! let tags = bucket.object("GET", "documents/report.pdf").query_flag("tagging");
//! let tags = tags.presign(&credentials, hour, now)?;
//! assert!(tags.as_str().contains("&X-Amz-SignedHeaders=host&tagging=&X-Amz-Signature="));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! Forms are in [`post`](crate::post), bodies in chunks in [`streaming`](crate::streaming). The
//! [guide](crate::guide::stores) lists the settings of other stores.

// First, in this order, because rustdoc lists methods in the order of the modules.
mod bucket_builder;

mod operations;

mod bucket;
mod bucket_name;
mod endpoint;
mod express;
mod post_policy;
mod resource;
#[cfg(feature = "s3-express")]
mod session_credentials;

pub use bucket::Bucket;
pub use bucket_builder::BucketBuilder;
#[cfg(feature = "s3-express")]
pub use session_credentials::session_credentials;
