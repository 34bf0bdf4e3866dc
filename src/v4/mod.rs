//! Use this module to call AWS services other than S3, or services that verify the same signatures:
//! with headers or with presigned URLs, under SigV4.
//!
//! For objects in S3, use [`s3::Bucket`](crate::s3::Bucket).
//!
//! ```
//! use core::time::Duration;
//! use presign::{Credentials, Timestamp, v4};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let iam = v4::Service::new("us-east-1", "iam")?;
//! let now: Timestamp = "20150830T123600Z".parse()?;
//!
//! // Headers to add to a request …
//! let list_users = iam
//!     .get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
//!     .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
//! let signed = list_users.sign(&credentials, now)?;
//! for (name, value) in signed.headers() {
//!     println!("{name}: {value}");
//! }
//!
//! // … or a URL that contains its signature.
//! let url = list_users.presign(&credentials, Duration::from_secs(60), now)?;
//! assert!(url.as_str().ends_with(
//!     "&X-Amz-Signature=37ac2f4fde00b0ac9bd9eadeb459b1bbee224158d66e7ae5fcadb70b2d181d02"
//! ));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # Path
//! For S3 the path is encoded once and nothing in it is removed: a key can be `a//../b`. In the
//! canonical request of every other service, dot segments and duplicate slashes are removed; the
//! URL keeps them. There the path is also encoded a second time: a space is `%20` in the URL and
//! `%2520` in the canonical request. See [`CanonicalUri`].
//!
//! A character that should have been encoded counts as encoded once, as in AWS's test suite. But
//! most clients encode it when they send it, and so send another path than was signed: encode the
//! path.
//!
//! # Headers
//! Every header of the request is signed and has to be sent, except those that proxies and clients
//! add or change: `authorization`, `baggage`, `connection`, `expect`, `keep-alive`,
//! `proxy-authenticate`, `proxy-authorization`, `te`, `trailer`, `traceparent`, `tracestate`,
//! `transfer-encoding`, `upgrade`, `user-agent` and `x-amzn-trace-id`. `host` is always signed.
//!
//! # Query
//! A presigned URL's parameters are in canonical order with the signature last, so the URL contains
//! its own canonical query. A `+` in a URL is a plus sign, not a space.
//!
//! The rules are those of [AWS Signature Version 4 for API
//! requests](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html) and
//! [Authenticating Requests: Using Query
//! Parameters](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).

mod caller_headers;
mod canonical;
mod canonical_uri;
mod payload;
mod presigned_query;
mod private_key;
mod scope;
mod scope_checks;
mod service;
mod sign;
mod signature_chain;
mod signed_headers;
mod sigv4_key;
#[cfg(feature = "sigv4a")]
mod sigv4a_key;
mod string_to_sign;
mod template;

pub use crate::scheme::services::{CanonicalUri, SessionToken};
pub use payload::Payload;
pub use service::Service;

pub(crate) use canonical::{CanonicalRequest, Query};
pub(crate) use payload::{EMPTY_SHA256, PayloadLine, check_content_sha256};
pub(crate) use private_key::{check_can_sign, private_key};
pub(crate) use scope::{Scope, SigningScope};
pub(crate) use scope_checks::{check_aws_scope, check_scope_name, check_scope_part};
pub(crate) use sign::{PreparedUrl, SigningRequest, finish_headers, finish_url};
pub(crate) use signature_chain::{SignatureChain, SignedPart, chained_signature_len};
pub(crate) use signed_headers::{SignedHeaders, is_signed};
pub(crate) use string_to_sign::StringToSign;
pub(crate) use template::UrlTemplate;
