//! Use this module for objects in Google Cloud Storage: signed URLs, headers and forms, and their
//! verification ([`verifier`]). The [guide](crate::guide::google) compares it with S3.
//!
//! ```
//! use core::time::Duration;
//! use presign::{Credentials, Timestamp, gcs::Bucket};
//!
//! let key = Credentials::new("GOOG1EXAMPLE", "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ")?;
//! let now: Timestamp = "20190201T090000Z".parse()?;
//! let bucket = Bucket::new("examplebucket")?;
//! let link = bucket.get("a b.txt").presign(&key, Duration::from_secs(600), now)?;
//! assert!(link.as_str().starts_with(
//!     "https://storage.googleapis.com/examplebucket/a%20b.txt?X-Goog-Algorithm=GOOG4-HMAC-SHA256&"
//! ));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # Keys
//! The kind of key selects the algorithm:
//!
//! | key | credentials | algorithm |
//! |---|---|---|
//! | [HMAC key](https://cloud.google.com/storage/docs/authentication/hmackeys) | [`Credentials::new`](crate::Credentials::new) | `GOOG4-HMAC-SHA256` |
//! | key file of a service account | [`ServiceAccount::from_json`], feature `rsa` | `GOOG4-RSA-SHA256` |
//! | service account without a key file: IAM's `signBlob`, a KMS | [`Identity::rsa`](crate::Identity::rsa) with its email address, and [`Request::prepare_url`](crate::Request::prepare_url) | `GOOG4-RSA-SHA256` |
//!
//! With [`SignatureVersion::V2`](crate::SignatureVersion::V2) the same keys sign with Google's V2
//! process, whose URLs can be valid for longer than seven days.
//!
//! Google Cloud Storage also accepts AWS's SigV4 with an HMAC key:
//! [`s3::Bucket`](crate::s3::Bucket) with the endpoint `https://storage.googleapis.com`. Names of
//! the two families, `x-amz-…` and `x-goog-…`, can't be mixed in one request.
//!
//! The rules are those of [Google's
//! documentation](https://cloud.google.com/storage/docs/authentication/signatures) and of its
//! conformance tests.

mod bucket;
mod names;
mod service_account;
mod v2;
mod verify;
mod verify_v2;

pub use bucket::{Bucket, BucketBuilder};
pub use service_account::ServiceAccount;
pub use verify::verifier;
#[cfg(feature = "explain")]
pub(crate) use verify_v2::string_to_sign_v2;
pub use verify_v2::verify_v2;
