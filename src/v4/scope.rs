//! The credential scope, and the key that signs for it.

use super::private_key::private_key;
use super::sigv4_key::derive_key;
use crate::credentials::Credentials;
use crate::crypto::{CacheLabel, HmacSha256Key, SecretAccessKey, SigningKey};
use crate::error::Error;
use crate::scheme::v4_scheme::V4Scheme;
use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::Sink;
use crate::time::AmzDate;
use alloc::boxed::Box;
use alloc::string::String;

/// Scheme, region and service of a signature: all parts of its credential scope except the date.
#[derive(Clone, Debug)]
pub(crate) struct SigningScope {
    pub(crate) scheme: &'static V4Scheme,
    pub(crate) region: Box<str>,
    pub(crate) service: Box<str>,
    /// The credential scope after its date: `/us-east-1/s3/aws4_request`.
    pub(crate) text: Box<str>,
    /// The same, percent-encoded: `%2Fus-east-1%2Fs3%2Faws4_request`.
    pub(crate) encoded: Box<str>,
    /// The label of its keys in the cache. Boxed to keep `Bucket` small.
    label: Option<Box<CacheLabel>>,
}

impl SigningScope {
    pub(crate) fn new(scheme: &'static V4Scheme, region: &str, service: &str) -> Self {
        let mut text = String::new();
        scheme.write_scope("", region, service, &mut text);
        let mut encoded = String::new();
        Component::Raw(&text).write(&UNRESERVED, &mut encoded);
        let label = CacheLabel::new(&[scheme.key_prefix, region, service, scheme.terminator]);
        SigningScope {
            scheme,
            region: region.into(),
            service: service.into(),
            text: text.into(),
            encoded: encoded.into(),
            label: label.map(Box::new),
        }
    }
}

/// A credential scope with the signing time: `20130524/us-east-1/s3/aws4_request`.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) time: AmzDate,
    pub(crate) signing_scope: &'a SigningScope,
}

impl Scope<'_> {
    pub(crate) fn scheme(&self) -> &'static V4Scheme {
        self.signing_scope.scheme
    }

    pub(crate) fn write(&self, sink: &mut impl Sink) {
        sink.text(self.time.date());
        sink.text(&self.signing_scope.text);
    }

    /// Writes `ACCESS-KEY-ID/20130524/us-east-1/s3/aws4_request`.
    pub(crate) fn write_credential(&self, access_key_id: &str, sink: &mut impl Sink) {
        sink.text(access_key_id);
        sink.text("/");
        self.write(sink);
    }

    /// Returns the key that signs for this scope.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`](crate::ErrorKind::Credentials) if the credentials have another
    /// kind of key.
    #[inline]
    pub(crate) fn signing_key(&self, credentials: &Credentials) -> Result<SigningKey, Error> {
        if self.scheme().private_key.is_some() {
            let key = private_key(self.scheme(), credentials)?;
            return Ok(SigningKey::Private(key));
        }
        let secret = credentials.secret_access_key()?;
        Ok(SigningKey::HmacSha256(self.hmac_key(secret)))
    }

    /// Returns the HMAC key for this scope. It is derived on first use.
    pub(crate) fn hmac_key(&self, secret: &SecretAccessKey) -> HmacSha256Key {
        let derive = || {
            let (region, service) = (&self.signing_scope.region, &self.signing_scope.service);
            derive_key(
                self.scheme(),
                secret.as_str(),
                self.time.date(),
                region,
                service,
            )
        };
        let keys = secret.derived_keys();
        let date = self.time.date_bytes();
        keys.get_or_derive(date, self.signing_scope.label.as_deref(), derive)
    }
}
