//! Presigned URLs, `Authorization` headers and POST policies for S3 and every service that uses AWS
//! signatures (SigV4, SigV4a and SigV2), Google Cloud Storage, Azure Storage and CloudFront.
//!
//! The crate signs, verifies and explains. Credentials and time are arguments, and the result is
//! text for any HTTP client, which sends the request. The crate needs no SDK, and doesn't access
//! the network, the clock or environment variables.
//!
//! ```
//! use presign::{Credentials, s3::Bucket};
//! use std::time::{Duration, SystemTime};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! let link = bucket
//!     .get("documents/report.pdf")
//!     .presign(&credentials, Duration::from_secs(3600), SystemTime::now())?;
//! println!("{link}");
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # Contents
//! Every store and service makes a [`Request`], which signs URLs and headers. Forms, shared access
//! signatures of Azure, policies of CloudFront and tokens have types of their own. The signature
//! version is a setting of the store, so code doesn't change with it.
//!
//! | task | item |
//! |---|---|
//! | a URL to download or upload an object | [`s3::Bucket`], [`Request::presign`] |
//! | URLs for many objects | [`Request::template`] |
//! | a call to any service that uses AWS signatures, with signed headers | [`v4::Service`], [`Request::sign`] |
//! | multi-region access points, and other signatures for several regions | [`v4::Service::sigv4a`], [`SignatureVersion::V4a`] |
//! | stores that support only SigV2, and query APIs | [`SignatureVersion::V2`], [`v2::Service`] |
//! | a form that uploads from a browser, with limits | [`post`] |
//! | passwords and bearer tokens for RDS, ElastiCache, EKS, MSK and others | [`tokens`] |
//! | a key in a KMS, an HSM or another process; every step of a signature | [`Unsigned`] |
//! | a body that is signed while it is sent | [`streaming`], [`Request::sign_chunked`] |
//! | signed messages of Transcribe, Bedrock and Lex | [`event_stream`] (a feature) |
//! | verifying signatures, as a server does | [`verify`] |
//! | Google Cloud Storage | [`gcs`] (a feature) |
//! | Azure Storage: shared access signatures and Shared Key | [`azure`] (a feature) |
//! | CloudFront's signed URLs and cookies | [`cloudfront`] (a feature) |
//! | the contents and faults of a presigned URL | [`mod@inspect`] |
//! | the reason for a `SignatureDoesNotMatch` | [`explain`] (a feature) |
//! | headers to sign, CORS, caching, proxies, limits, moving from other libraries | [`guide`] |
//!
//! # Errors
//! A request that a server would read differently than it is signed is an [`Error`]. Its message
//! names the fault and the value, and the remedy unless it is obvious; its [`kind`](Error::kind)
//! names the part of the input. No input makes the crate panic. `Debug` output and errors contain
//! no secret access key, session token or signature.
//!
//! # Performance
//! The canonical request is hashed as it is written, and never built as a string. [`Credentials`]
//! keep up to four signing keys, each for a day, region and service, so that only the first
//! signature pays for the derivation. With an HMAC key, [`Template::presign_into`] allocates
//! nothing.
//!
//! # Features
//! | feature | default | content |
//! |---|---|---|
//! | `std` | yes | conversions of [`Timestamp`] and `SystemTime`; without it the crate is `no_std` and needs `alloc` |
//! | `time` | no | conversions of [`Timestamp`] and the types of the crate `time` |
//! | `url` | no | `PresignedUrl::to_url` |
//! | `http` | no | `http::Request` to sign, to verify and as a result |
//! | `http-body` | no | `streaming::EncodedBody`, a body in chunks for hyper and reqwest |
//! | `checksums` | no | the checksums CRC-32, CRC-32C and CRC-64/NVME in [`streaming`] |
//! | `event-stream` | no | the module [`event_stream`]: signed messages of Transcribe, Bedrock and Lex |
//! | `s3-express` | no | `s3::session_credentials`, which parses the response to CreateSession |
//! | `serde` | no | `Serialize` for results |
//! | `explain` | no | the module [`explain`]: why a server rejected a request |
//! | `aws-credential-types` | no | [`Credentials`] from those of the AWS SDK, and [`CredentialsCache`] for its providers |
//! | `rsa` | no | RSA keys in PEM: `Credentials::from_pem`, `VerifyingKey::from_pem` |
//! | `p256` | no | ECDSA keys on the curve P-256 in PEM: the same methods |
//! | `sigv4a` | no | SigV4a with keys derived from secret access keys, and its verification |
//! | `cloudfront` | no | the module [`cloudfront`]: signed URLs and cookies |
//! | `gcs` | no | the module [`gcs`]: Google Cloud Storage |
//! | `azure` | no | the module [`azure`]: shared access signatures and Shared Key of Azure Storage |
//! | `arbitrary` | no | `Arbitrary` for [`Timestamp`] and [`Payload`] |

#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Public types can grow without a breaking change, and no result is ignored silently.
#![deny(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use
)]
// No input makes the crate panic.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

// rustdoc lists the methods of a type in the order of the modules. These come first, because the
// modules below add methods to their types.
pub mod v2;
pub mod v4;

mod request;
pub mod verify;

mod addressing_style;
#[cfg(feature = "azure")]
pub mod azure;
#[cfg(feature = "cloudfront")]
pub mod cloudfront;
mod content_disposition;
mod credentials;
mod crypto;
mod error;
#[cfg(feature = "event-stream")]
pub mod event_stream;
mod expiry;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(feature = "gcs")]
pub mod gcs;
// It contains only text, for the documentation and its tests.
#[cfg(any(doc, doctest))]
pub mod guide;
mod identity;
pub mod inspect;
mod interop;
pub mod post;
pub mod s3;
mod scheme;
mod signature_version;
pub mod streaming;
mod text;
mod time;
pub mod tokens;
mod verifying_key;
mod wire;

pub use addressing_style::AddressingStyle;
pub use content_disposition::ContentDisposition;
pub use credentials::Credentials;
pub use crypto::Algorithm;
pub use error::{Error, ErrorKind};
pub use expiry::Expiry;
pub use identity::Identity;
#[cfg(feature = "aws-credential-types")]
pub use interop::CredentialsCache;
pub use request::{PresignedUrl, Request, Row, SignedRequest, Store, Template, Unsigned};
pub use scheme::Scheme;
pub use signature_version::SignatureVersion;
pub use time::Timestamp;
pub use v4::Payload;
pub use verifying_key::VerifyingKey;

/// The README's snippets are tests. Some of them need a feature.
#[cfg(all(doctest, feature = "azure", feature = "explain", feature = "gcs"))]
#[doc = include_str!("../README.md")]
struct Readme;
