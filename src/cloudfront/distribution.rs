//! A distribution: the store whose objects have signed URLs.

use super::policy::Policy;
use crate::crypto::Hash;
use crate::error::{Error, Quoted, error};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::request::{
    Address, CustomSigner, Destination, PresignedUrl, Request, Sealed, SignedRequest, Signer,
    Store, Unsigned, header_names, own_method,
};
use crate::time::Timestamp;
use crate::wire::query::write_query;
use crate::wire::request_parts::RequestParts;
use crate::wire::url::Url;
use alloc::borrow::Cow;
use alloc::string::String;

/// A distribution, by its URL: a domain of CloudFront or of your own.
///
/// Parameters of a request, such as the origin's `response-content-disposition`, are part of the
/// URL that is signed. The distribution has to forward them to the origin.
///
/// ```
#[cfg_attr(not(feature = "p256"), doc = "# #[cfg(any())] {")]
/// use core::time::Duration;
/// use presign::cloudfront::Distribution;
/// use presign::{Credentials, Timestamp};
///
/// # let pem = "-----BEGIN EC PRIVATE KEY-----
/// # MHcCAQEEIPzwBDYhzAbGDzebgkzbyswUqgOJZiOa1saUKQyEqE0yoAoGCCqGSM49
/// # AwEHoUQDQgAEZGYhzQCRJnW3yDOWHbdC8N+gx7JtbhM62F+hcfmNeIRCTKjrsj0E
/// # f8R4XnIDVslMSnPuRX/en9gKc1slBAc8zQ==
/// # -----END EC PRIVATE KEY-----";
/// // `pem` is the text of `private_key.pem`.
/// let key = Credentials::from_pem("K2JCJMDEHXQW5F", pem)?;
/// let cdn = Distribution::new("https://media.example.com")?;
/// let (hour, now) = (Duration::from_secs(3600), "2026-11-27T12:00:00Z".parse::<Timestamp>()?);
///
/// let link = cdn.get("a b.mp4").presign(&key, hour, now)?;
/// let unsigned_part = "https://media.example.com/a%20b.mp4?Expires=1795784400&Signature=";
/// assert!(link.as_str().starts_with(unsigned_part));
/// assert!(link.as_str().ends_with("&Key-Pair-Id=K2JCJMDEHXQW5F"));
///
/// // One signature for all files of a folder.
/// let folder = cdn.policy("videos/7/*").presign(&key, hour, now)?;
/// let segment = folder.url("https://media.example.com/videos/7/1.ts")?;
/// assert!(segment.as_str().starts_with("https://media.example.com/videos/7/1.ts?Policy="));
#[cfg_attr(not(feature = "p256"), doc = "# }")]
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Distribution {
    address: Address,
    hash: Hash,
}

impl Distribution {
    /// Returns a distribution by its URL, such as `https://d111111abcdef8.cloudfront.net`. A path
    /// is the front of every object's path.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) if the URL is not absolute, or has a query.
    pub fn new(url: impl Into<String>) -> Result<Self, Error> {
        let url = url.into();
        let url = Url::parse(&url)?;
        if url.target.query.is_some() {
            return Err(error!(
                Url,
                "the URL of the distribution has a query; add parameters to a request"
            ));
        }
        if let Some(c) = url.target.path.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(error!(
                Url,
                "invalid character {} in the path of the distribution; percent-encode it",
                Quoted(c.encode_utf8(&mut [0; 4]))
            ));
        }
        let mut prefix = String::from(url.target.path);
        if !prefix.ends_with('/') {
            prefix.push('/');
        }
        Ok(Distribution {
            // The length of the URL is checked instead of that of the key.
            address: Address::new(url.scheme, url.authority, prefix, None)?,
            hash: Hash::default(),
        })
    }

    /// Returns a request for an object. Its key is percent-encoded. The URL has a canned policy.
    #[must_use]
    pub fn get<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("GET", key)
    }

    /// Returns a request with any method to an object. CloudFront's signature doesn't cover the
    /// method: the distribution decides which are allowed.
    #[must_use]
    pub fn object<'a>(
        &'a self,
        method: impl Into<Cow<'a, str>>,
        key: impl Into<Cow<'a, str>>,
    ) -> Request<'a> {
        let object = Destination::Object(&self.address, key.into());
        Request::new(method, object, Signer::Custom(self))
    }

    /// Returns a custom policy for a path below the distribution's URL: percent-encoded, with
    /// wildcards, and without a slash at its beginning (`videos/7/*`).
    pub fn policy(&self, path: impl AsRef<str>) -> Policy {
        let Address { origin, prefix, .. } = &self.address;
        Policy::new(alloc::format!("{origin}{prefix}{}", path.as_ref())).hash(self.hash)
    }

    /// Sets the hash of signatures. The default is [`Hash::Sha1`].
    #[must_use]
    pub fn hash(mut self, hash: Hash) -> Self {
        self.hash = hash;
        self
    }
}

impl Sealed for Distribution {}

impl Store for Distribution {
    fn object<'a>(&'a self, method: &'a str, key: &'a str) -> Request<'a> {
        Distribution::object(self, method, key)
    }
}

impl CustomSigner for Distribution {
    fn prepare_url(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Unsigned<PresignedUrl>, Error> {
        if parts.host_header.is_some() {
            return Err(error!(
                Header,
                "the request has a Host header, but CloudFront compares the URL; leave it out"
            ));
        }
        let mut url = String::with_capacity(parts.max_url_len());
        parts.write_origin(&mut url);
        parts.path.write_as_sent(&mut url);
        write_query(&parts.params, &mut url);
        let policy = Policy::canned(url.as_str()).hash(self.hash);
        let unsigned = policy.prepare(identity, expiry, now)?;
        let method = own_method(parts.method);
        let not_covered = header_names(parts, |_| true);
        Ok(unsigned.map(move |policy| PresignedUrl {
            method,
            url: policy.append_to(&url),
            headers: alloc::vec::Vec::new(),
            not_covered,
            expires_at: policy.expires_at(),
        }))
    }

    fn prepare_headers(
        &self,
        _: &RequestParts<'_>,
        _: &Identity,
        _: Timestamp,
    ) -> Result<Unsigned<SignedRequest>, Error> {
        Err(error!(
            Unsupported,
            "CloudFront doesn't support signed headers; use `presign`, or the cookies of a policy"
        ))
    }

    fn parameter_name(&self, name: &'static str) -> Option<&'static str> {
        Some(name)
    }

    fn unsupported(&self, what: &str) -> Error {
        error!(
            Unsupported,
            "CloudFront doesn't support {what}; sign a policy with wildcards once, and apply it to each URL"
        )
    }
}
