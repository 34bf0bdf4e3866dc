//! The address of a bucket: the prefix of its objects' URLs.

use crate::error::{Error, error};
use crate::wire::path::Path;
use alloc::boxed::Box;

/// The address of a bucket.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// The front of URLs: `https://host:port`. It may differ from the host that is signed.
    pub(crate) origin: Box<str>,
    /// The host that is signed, with its port.
    pub(crate) authority: Box<str>,
    /// The path before a key, canonically encoded, with a slash at its end.
    pub(crate) prefix: Box<str>,
}

impl Address {
    /// Returns the path of the bucket itself.
    pub(crate) fn bucket_path(&self) -> Path<'_> {
        let prefix = match &*self.prefix {
            "/" => "/",
            prefix => prefix.strip_suffix('/').unwrap_or(prefix),
        };
        Path::Object { prefix, key: "" }
    }

    /// Returns the path of an object.
    pub(crate) fn object_path<'a>(&'a self, key: &'a str) -> Result<Path<'a>, Error> {
        if key.is_empty() {
            return Err(error!(
                Key,
                "the key is empty; an object's key has at least one character"
            ));
        }
        Ok(Path::Object {
            prefix: &self.prefix,
            key,
        })
    }
}
