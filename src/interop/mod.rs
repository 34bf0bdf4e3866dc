//! Conversions from and to the types of other crates, each in a file with the name of its feature.
//! The conversions of times are in `time.rs`.

#[cfg(feature = "arbitrary")]
mod arbitrary;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "url")]
mod url;
