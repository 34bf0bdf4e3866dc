//! The credential scope, and the signing key derived for it ([Derive a signing
//! key](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key)).

use super::private_key::private_key;
use crate::credentials::Credentials;
use crate::crypto::{CacheLabel, HmacSha256Key, Message, SecretAccessKey, Signature, SigningKey};
use crate::error::{Error, Quoted, error};
use crate::scheme::v4_scheme::V4Scheme;
use crate::text::hex::Hex;
use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::Sink;
use crate::time::AmzDate;
use alloc::boxed::Box;
use alloc::string::String;
use core::net::Ipv4Addr;
use zeroize::{Zeroize as _, Zeroizing};

/// The part of a scope without the date: region, service and scheme.
#[derive(Clone, Debug)]
pub(crate) struct ScopeSuffix {
    pub(crate) scheme: &'static V4Scheme,
    pub(crate) region: Box<str>,
    pub(crate) service: Box<str>,
    /// The scope after its date: `/us-east-1/s3/aws4_request`.
    pub(crate) text: Box<str>,
    /// The same, percent-encoded: `%2Fus-east-1%2Fs3%2Faws4_request`.
    pub(crate) encoded: Box<str>,
    /// The label of its keys in the cache. Boxed to keep `Bucket` small.
    label: Option<Box<CacheLabel>>,
}

impl ScopeSuffix {
    pub(crate) fn new(scheme: &'static V4Scheme, region: &str, service: &str) -> Self {
        let mut text = String::new();
        scheme.write_scope("", region, service, &mut text);
        let mut encoded = String::new();
        Component::Raw(&text).write(&UNRESERVED, &mut encoded);
        let label = CacheLabel::new(&[scheme.key_prefix, region, service, scheme.terminator]);
        ScopeSuffix {
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
    pub(crate) suffix: &'a ScopeSuffix,
}

impl Scope<'_> {
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        sink.text(self.time.date());
        sink.text(&self.suffix.text);
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
        if self.suffix.scheme.private_key.is_some() {
            let key = private_key(self.suffix.scheme, credentials)?;
            return Ok(SigningKey::Private(key));
        }
        let secret = credentials.secret_access_key()?;
        Ok(SigningKey::HmacSha256(self.hmac_key(secret)))
    }

    /// Returns the HMAC key for this scope. It is derived on first use.
    pub(crate) fn hmac_key(&self, secret: &SecretAccessKey) -> HmacSha256Key {
        let suffix = self.suffix;
        let derive = || derive_key(secret.as_str(), self.time.date(), suffix);
        let keys = secret.derived_keys();
        let date = self.time.date_bytes();
        keys.get_or_derive(date, suffix.label.as_deref(), derive)
    }
}

/// `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
fn derive_key(secret: &str, date: &str, suffix: &ScopeSuffix) -> HmacSha256Key {
    let scheme = suffix.scheme;
    let length = scheme.key_prefix.len().saturating_add(secret.len());
    let mut start = Zeroizing::new(String::with_capacity(length));
    start.push_str(scheme.key_prefix);
    start.push_str(secret);
    let mut key = HmacSha256Key::new(start.as_bytes());
    for step in [date, &suffix.region, &suffix.service, scheme.terminator] {
        let mut bytes = key.sign(|hasher| hasher.text(step));
        key = HmacSha256Key::new(&bytes);
        bytes.zeroize();
    }
    key
}

/// The string to sign of a request.
pub(crate) struct StringToSign<'a> {
    pub(crate) scope: Scope<'a>,
    /// The SHA-256 of the canonical request.
    pub(crate) canonical_hash: Hex,
}

impl StringToSign<'_> {
    /// Writes the lines before the hash of the canonical request.
    pub(crate) fn write_start(scope: &Scope<'_>, sink: &mut impl Sink) {
        sink.text(scope.suffix.scheme.algorithm);
        sink.text("\n");
        StringToSign::write_scope_lines(scope, sink);
    }

    /// Writes the lines of time and scope.
    #[inline]
    pub(crate) fn write_scope_lines(scope: &Scope<'_>, sink: &mut impl Sink) {
        sink.bytes(scope.time.as_bytes());
        sink.text("\n");
        sink.bytes(scope.time.date_bytes());
        sink.text(&scope.suffix.text);
        sink.text("\n");
    }

    /// Signs with a local key.
    #[inline]
    pub(crate) fn sign(&self, credentials: &Credentials) -> Result<Signature, Error> {
        if self.scope.suffix.scheme.private_key.is_some() {
            return self.scope.signing_key(credentials)?.sign(self);
        }
        // Not `signing_key`: returning the key by value takes 2 % of the time of a URL.
        let key = self.scope.hmac_key(credentials.secret_access_key()?);
        Ok(Signature::HmacSha256(key.sign(|hasher| self.write(hasher))))
    }
}

impl Message for StringToSign<'_> {
    fn write(&self, sink: &mut impl Sink) {
        StringToSign::write_start(&self.scope, sink);
        sink.bytes(self.canonical_hash.as_bytes());
    }
}

/// Checks a region or service that is signed: [`check_scope_part`], and no host in its place.
pub(crate) fn check_scope_name(part: &str, text: &str) -> Result<(), Error> {
    check_scope_part(part, text)?;
    if !is_host(text) {
        return Ok(());
    }
    Err(error!(
        Scope,
        "the {part} {} is a host; write a name such as `us-east-1` or `s3`",
        Quoted(text)
    ))
}

/// Returns whether a text is a host name with a dot, an IPv4 address, or a host with a port.
fn is_host(text: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    if text.rsplit_once(':').is_some_and(|(_, port)| is_port(port)) {
        return true;
    }
    let has_letter = |label: &str| label.bytes().any(|byte| byte.is_ascii_alphabetic());
    let ends_in_name = |(_, label): (&str, &str)| has_letter(label);
    text.parse::<Ipv4Addr>().is_ok() || text.rsplit_once('.').is_some_and(ends_in_name)
}

/// Checks the region and the service of a request to a host of AWS.
pub(crate) fn check_aws_scope(region: &str, service: &str) -> Result<(), Error> {
    if is_aws_scope(region, service) {
        return Ok(());
    }
    if region == "auto" {
        return Err(error!(
            Scope,
            "the region `auto` isn't one of AWS; give that of the host, such as `us-east-1`"
        ));
    }
    let (part, text) = if has_uppercase(service) {
        ("service", service)
    } else {
        ("region", region)
    };
    Err(error!(
        Scope,
        "the {part} {} has uppercase letters, but those of AWS are lowercase; write {}",
        Quoted(text),
        Quoted(&text.to_ascii_lowercase())
    ))
}

/// Returns whether AWS may have such a region and service.
pub(super) fn is_aws_scope(region: &str, service: &str) -> bool {
    region != "auto" && !has_uppercase(region) && !has_uppercase(service)
}

fn has_uppercase(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Checks a region or service: no slash, which separates the parts of a scope, and nothing that a
/// header can't carry.
pub(crate) fn check_scope_part(part: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(error!(Scope, "the {part} is empty"));
    }
    let is_valid = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | ',');
    match text.chars().find(|c| !is_valid(*c)) {
        None => Ok(()),
        Some(c) => Err(error!(
            Scope,
            "invalid character {} in the {part} {}; write a name such as `us-east-1` or `s3`",
            Quoted(c.encode_utf8(&mut [0; 4])),
            Quoted(text)
        )),
    }
}
