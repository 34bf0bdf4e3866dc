#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]
//! docs

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod cache;
mod credentials;
mod encode;
mod error;
#[cfg(feature = "explain")]
pub mod explain;
mod hash;
mod headers;
pub mod inspect;
mod list;
mod request;
pub mod s3;
mod signed;
mod timestamp;
pub mod v2;
pub mod v4;
pub mod verify;

pub use credentials::Credentials;
pub use error::{Error, ErrorKind};
pub use request::Request;
pub use signed::{PresignedUrl, Signature, SignedRequest, SigningSteps};
pub use timestamp::Timestamp;
pub use v4::Payload;
