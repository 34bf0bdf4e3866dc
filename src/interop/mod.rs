//! Conversions from and to the types of other crates, each in a file with the name of its feature.
//! The conversions of times are in `time.rs`.

#[cfg(feature = "arbitrary")]
mod arbitrary;
#[cfg(feature = "aws-credential-types")]
mod aws_credential_types;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "url")]
mod url;

#[cfg(feature = "aws-credential-types")]
pub use aws_credential_types::CredentialsCache;
