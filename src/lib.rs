//! Presigned URLs, `Authorization` headers and POST policies for S3 and every other AWS-style service, with Signature
//! Version 4 and Signature Version 2.
//!
//! Signing is arithmetic on text: this crate does that and nothing else. It has no SDK, no network, no
//! clock and no environment; bytes and a time go in, text comes out.
//!
//! ```
//! use presign::Credentials;
//! use presign::s3::Bucket;
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
//! # Where to look
//! | you want | look at |
//! |---|---|
//! | a link to an object, an upload link, any request to a bucket | [`s3::Bucket`] |
//! | links for a million keys | [`s3::Links`] |
//! | any request to any AWS-style service, with headers or as a URL | [`v4::Signer`] |
//! | the same for old stores and old services | [`v2::Signer`], [`v2::QuerySigner`], [`s3::Operation::presign_v2`] |
//! | a form that uploads from a browser, with limits | [`PostPolicy`] |
//! | to check signatures, as a server does | [`verify::Verifier`] |
//! | to know what a presigned URL says, and what is wrong with it | [`mod@inspect`] |
//! | to know why a server says `SignatureDoesNotMatch` | `explain` (a feature), [`SigningSteps`] |
//! | to understand: which headers to sign, CORS, caching, proxies, limits, errors, moving here | the [`guide`] |
//!
//! # What this crate does not do
//! It sends nothing: the result is a URL or headers, to be used with any HTTP client. It reads no profile, no metadata
//! service and no clock: credentials and time are arguments. (The program `presign`, a package of its own, does read them.)
//!
//! # How it works
//! Everything flows one way: a request is described ([`Request`], [`s3::Operation`]), its canonical text is written into
//! a hash, the hash becomes a string to sign, an HMAC of that is the signature, and the signature is put in its place.
//! [`v4`] and [`v2`] are the two generations, side by side and alike in shape. A request that can't be signed truthfully is
//! refused with an [`Error`] whose message says what was wrong, where, and what would be right.
//!
//! Signing keys are kept by the [`Credentials`] that they were derived from, so only the first signature of a day pays for
//! the derivation. The secret and the keys are overwritten when they are dropped, and no `Debug` output or error shows a
//! secret, a token or a signature.
//!
//! # Features
//! | feature | default | gives |
//! |---|---|---|
//! | `std` | yes | `std::time::SystemTime` as a signing time; without it the crate is `no_std` and needs `alloc` |
//! | `url` | yes | `url::Url` in and out |
//! | `http` | no | signing, presigning and verifying of `http::Request` and `http::request::Parts` |
//! | `serde` | no | `Serialize` for the results |
//! | `explain` | no | the module `explain`: why a server refused a request |
//! | `arbitrary` | no | `Arbitrary` for [`Request`], [`Timestamp`] and [`Payload`], to fuzz what signs or checks signatures |

#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// What is public may grow without breaking anybody, and no result is thrown away unseen.
#![deny(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use
)]
// No input makes the library panic.
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

mod cache;
mod credentials;
mod encode;
mod error;
#[cfg(feature = "explain")]
pub mod explain;
// Only text, so that nothing but the documents and their tests has it.
#[cfg(any(doc, doctest))]
pub mod guide;
mod hash;
mod headers;
pub mod inspect;
mod interop;
mod list;
mod marks;
mod markup;
pub mod post;
mod request;
pub mod s3;
mod signed;
mod timestamp;
pub mod v2;
pub mod v4;
pub mod verify;

pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
pub use post::{PostPolicy, PresignedPost};
pub use request::Request;
pub use signed::{PresignedUrl, Signature, SignedRequest, SigningSteps};
pub use timestamp::Timestamp;
pub use v4::Payload;

/// The README's snippets are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
