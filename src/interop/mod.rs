//! Conversions from and to the types of other crates, each behind the feature of its name. What lives here:
//! conversions. What does not: any rule of signing.

#[cfg(feature = "arbitrary")]
mod arbitrary;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "url")]
mod url;
