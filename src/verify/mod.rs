//! Use this module in a server, to verify the signatures of requests with SigV4, SigV4a or SigV2.
//! Each other scheme is verified by its own module: [`gcs::verifier`](../gcs/fn.verifier.html),
//! [`cloudfront::verify`](../cloudfront/fn.verify.html) and
//! [`azure::Account::parse_sas`](../azure/struct.Account.html#method.parse_sas). The
//! [guide](crate::guide::own_server) has a complete server.
//!
//! ```
//! use core::time::Duration;
//! use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
//! use presign::{Credentials, Timestamp, s3::Bucket};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let now: Timestamp = "20130524T000000Z".parse()?;
//! let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! let link = bucket.get("report.pdf").presign(&credentials, Duration::from_secs(60), now)?;
//!
//! let verifier = Verifier::new("us-east-1", "s3");
//! let lookup = |id: &str| (id == "AKIDEXAMPLE").then_some(&credentials);
//!
//! let request = ReceivedRequest::from_url("GET", link.as_str())?;
//! let verified = verifier.verify(&request, now, lookup)?;
//! assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
//!
//! let request = ReceivedRequest::from_url("HEAD", link.as_str())?;
//! let error = verifier.verify(&request, now, lookup).unwrap_err();
//! assert_eq!(error.kind(), VerifyErrorKind::Signature);
//! assert_eq!((error.code(), error.status()), ("SignatureDoesNotMatch", 403));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Keys that have to be fetched
//! [`Verifier::parse`] reads the request and returns an [`Unverified`], which has the access key ID
//! and an example. Fetch the key, then call [`Unverified::verify`]. Keep
//! [`Credentials`](crate::Credentials) between requests: they contain the signing keys of the day.
//! With them, verifying a presigned URL derives no key and allocates nothing.
//!
//! # Forms
//! The fields of a browser's form come before its file, so a form is checked in two steps.
//! [`Verifier::verify_form`] verifies the signature, which covers only the policy. Then the policy
//! has to be checked against the fields and the length of the file.
//!
//! # Behind a proxy or a router
//! The request has to be the one that the client sent. A proxy may replace the `Host` header. A
//! router that removes a prefix from the path leaves only the end of it in the request's URI; axum
//! keeps the whole path as `OriginalUri`. Under HTTP/2 the host is in the URI, and has to agree
//! with a `Host` header. An `x-amz-*` header that is added on the way, such as CloudFront's
//! `x-amz-cf-id`, counts as unsigned. `examples/web/axum-service` is a layer for axum that handles
//! this, `examples/web/axum-links` accepts links, and `examples/execute_api.rs` verifies requests
//! in hyper.
//!
//! # What is rejected
//! - A scheme, carrier, region, service or payload that the [`Verifier`] doesn't allow.
//! - A request without a signature, or with two.
//! - An invalid `Host` header, or one that differs from the host of the target.
//! - A path with empty or dot segments, for services that sign it without them, and for S3 an
//!   escaped slash, which is signed as a slash. Settings allow them.
//! - Under SigV2, a parameter that can't be the header as which it is signed, and a value that
//!   contains another sub-resource.
//! - A parameter, field or header of the authentication that is missing, duplicate or malformed.
//! - A request whose `host` is not signed.
//! - An unsigned `x-amz-*` header, except `x-amz-content-sha256`, whose value is always signed.
//! - A signed header that is missing.
//! - A credential scope with another date than the signing time.
//! - A signing time or an expiration outside of the limits.
//! - A session token that differs from the one of the credentials.
//! - A signature that doesn't match.
//!
//! # Limits
//! A request that is larger than any that AWS accepts is rejected before its query and headers are
//! parsed: [`TooLarge`](VerifyErrorKind::TooLarge). A URL's scheme, host and path are parsed
//! before, by [`ReceivedRequest::from_url`].
//!
//! | part | limit | source |
//! |---|---|---|
//! | target: path and query | 16 KiB | an [Application Load Balancer](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html); S3 accepts 8 KB of target and headers together |
//! | one header, name and value | 16 KiB | an Application Load Balancer |
//! | all headers | 64 KiB | an Application Load Balancer |
//! | number of headers | 512 | more than fit into the 8 KB of S3 |
//! | fields of a form, without its file | 20 KiB | [S3](https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html) |
//!
//! # Differences that no signature shows
//! Two requests with the same canonical request have the same signature. Unnecessary escapes (`%7E`
//! for `~`), the case of their digits, the order of parameters, and white space at the ends of
//! header values and in runs make no difference. If they are allowed, neither do dot segments and
//! duplicate slashes in the path, for services other than S3, and escaped slashes, for S3.
//!
//! A `+` in the query is a plus sign, and has the signature of `%2B`. A decoder of HTML forms reads
//! a space: [`Verifier::reject_plus_in_query`].
//!
//! SigV2 covers much less: see
//! [`v2`](crate::v2#coverage). The query APIs cover no header except `host`, and
//! no body. The URL's scheme, http or https, is never covered.
//!
//! The codes are those of [Error
//! responses](https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).

// A `ReceivedRequest` is read as a `Claim`, becomes `Unverified` if the settings allow it, and
// `Verified` with a key.

// First, because rustdoc lists methods in the order of the modules.
mod verified;
mod verifier;
mod verifier_settings;

mod authentication;
mod chain;
mod clock;
mod coverage;
mod error;
mod find_signature;
mod form;
mod identity;
mod payload;
mod query_api;
mod received_request;
mod received_url;
mod settings;
mod signature;
mod slots;
mod target_rules;
mod unverified;
mod v2_inputs;
mod v4_canonical_query;
mod v4_claim;
mod v4_header;
mod v4_inputs;
mod v4_query;
mod v4_signed_headers;

pub use authentication::{Authentication, Carrier};
pub use error::{VerifyError, VerifyErrorKind};
pub use form::{UnverifiedForm, VerifiedForm};
pub use payload::PayloadCoverage;
pub use received_request::ReceivedRequest;
pub use unverified::Unverified;
pub use verified::Verified;
pub use verifier::Verifier;

pub(crate) use chain::credentials_of;
#[cfg(any(feature = "azure", feature = "gcs"))]
pub(crate) use clock::{check_expiration, check_skew};
pub(crate) use error::reject;
#[cfg(feature = "gcs")]
pub(crate) use target_rules::check_no_escaped_slash;
