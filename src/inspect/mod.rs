//! Use this module to see what a presigned URL contains and which problems it has, without its key.
//!
//! ```
//! use presign::Timestamp;
//! use presign::inspect::Inspection;
//!
//! let now: Timestamp = "20130524T003000Z".parse()?;
//! let url = "https://examplebucket.s3.amazonaws.com/test.txt?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\
//!            &Expires=1369353600&Signature=vhXv8bBzRPUIL%2BM9gRYYBCU0aFY%3D";
//! let inspection = Inspection::new(url, now);
//! println!("{inspection}");
//! assert_eq!(inspection.access_key_id(), Some("AKIAIOSFODNN7EXAMPLE"));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! [`Inspection::new`] accepts complete and damaged URLs of SigV4, SigV4a, SigV2, Google's V4 and
//! V2, CloudFront (feature `cloudfront`) and Azure (feature `azure`). It can't check the signature,
//! which needs the key: use [`verify`](crate::verify), or [`explain`](crate::explain) (feature
//! `explain`) for a request that was rejected.

mod access_key;
mod address;
#[cfg(feature = "azure")]
mod azure_sas;
#[cfg(feature = "cloudfront")]
mod cloudfront_parameters;
mod empty_checksum;
mod facts;
mod inspection;
mod parameters;
mod problem;
mod query;
mod report;
mod scope_host;
mod signature;
mod text_faults;
mod v2_parameters;
mod v4_parameters;
mod validity;
mod value;

pub use crate::scheme::aws_host::AwsHost;
pub use access_key::AccessKeyKind;
pub use inspection::Inspection;
pub use problem::{Problem, ProblemKind};
