//! The contents of a presigned URL, and the problems that show without its key.
//!
//! [`Inspection::new`] reads a URL of SigV4, SigV4a, SigV2, or Google's V4 and V2 signing
//! processes, and of CloudFront with the feature `cloudfront`, whole or broken. It can't tell
//! whether the signature is right: that needs the key, and [`verify`](crate::verify) does it.

mod access_key;
mod address;
#[cfg(feature = "azure")]
mod azure_sas;
#[cfg(feature = "cloudfront")]
mod cloudfront_parameters;
mod facts;
mod inspection;
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
