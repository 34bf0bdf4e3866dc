//! The address of a bucket: the prefix of its objects' URLs.

use super::base_url::public_origin;
use crate::error::{Error, Quoted, error};
use crate::wire::path::Path;
use crate::wire::url::{Authority, UrlScheme, write_origin};
use alloc::boxed::Box;
use alloc::string::String;

/// The address of a bucket.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// The front of URLs: `https://host:port`. It may differ from the host that is signed.
    pub(crate) origin: Box<str>,
    /// The host that is signed, with its port.
    pub(crate) authority: Box<str>,
    /// The path before a key, canonically encoded, with a slash at its end.
    pub(crate) prefix: Box<str>,
    /// The greatest length of a key in bytes.
    pub(crate) max_key_len: usize,
    /// Checks the names of objects that only this store rejects.
    pub(crate) key_rule: fn(&str) -> Result<(), Error>,
}

/// The greatest length of a key in UTF-8 at AWS ([Naming Amazon S3
/// objects](https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)).
pub(crate) const AWS_MAX_KEY_LEN: usize = 1024;

impl Address {
    /// Returns an address whose keys have no limits. URLs begin with the public URL instead of the
    /// signed host, if there is one.
    pub(crate) fn new(
        scheme: UrlScheme,
        authority: Authority<'_>,
        prefix: String,
        public_url: Option<&str>,
    ) -> Result<Self, Error> {
        let (mut origin, mut host) = (String::new(), String::new());
        match public_url {
            Some(url) => origin = public_origin(url)?,
            None => write_origin(scheme, authority, &mut origin),
        }
        authority.write(&mut host);
        Ok(Address {
            origin: origin.into(),
            authority: host.into(),
            prefix: prefix.into(),
            max_key_len: usize::MAX,
            key_rule: |_| Ok(()),
        })
    }

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
        self.check_key(key)?;
        Ok(Path::Object {
            prefix: &self.prefix,
            key,
        })
    }

    /// Checks that the store can have such a key.
    #[inline]
    pub(crate) fn check_key(&self, key: &str) -> Result<(), Error> {
        if key.len() > self.max_key_len {
            return Err(key_too_long(key, self.max_key_len));
        }
        (self.key_rule)(key)
    }
}

#[cold]
fn key_too_long(key: &str, max: usize) -> Error {
    error!(
        Key,
        "the key {} has {} bytes; the maximum is {max}",
        Quoted(key),
        key.len()
    )
}
