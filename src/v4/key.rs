//! The credential scope, and the signing key derived for it
//! ([Derive a signing key](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key)).

use super::dialect::Dialect;
use crate::cache::Label;
use crate::credentials::Credentials;
use crate::encode::{Bare, Sink, Text};
use crate::error::{Error, Quoted, error};
use crate::hash::MacKey;
use crate::signed::Signature;
use alloc::boxed::Box;
use alloc::string::String;
use zeroize::{Zeroize, Zeroizing};

/// `20130524/us-east-1/s3/aws4_request`: what a signing key is good for.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The signing time, `20130524T000000Z`.
    pub(crate) time: &'a str,
    /// Its date.
    pub(crate) date: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    /// What stands after the date, if it is written already.
    pub(crate) place: Option<&'a Place>,
    pub(crate) dialect: &'static Dialect,
}

/// What stands in a scope after the date. Whoever signs many requests writes it once.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// `/us-east-1/s3/aws4_request`.
    pub(crate) plain: Box<str>,
    /// The same percent-encoded: `%2Fus-east-1%2Fs3%2Faws4_request`.
    pub(crate) encoded: Box<str>,
    /// By which the keys are found. In a box, because a bucket is often a part of something small.
    label: Option<Box<Label>>,
}

impl Place {
    /// Of a region and service, and of all dialects of one family.
    pub(crate) fn new(region: &str, service: &str, dialect: &Dialect) -> Self {
        let plain = alloc::format!("/{region}/{service}/{}", dialect.terminator);
        let mut encoded = String::new();
        Text::Plain(&plain).write(Bare::Unreserved, &mut encoded);
        Place {
            plain: plain.into(),
            encoded: encoded.into(),
            label: label(region, service, dialect).map(Box::new),
        }
    }
}

fn label(region: &str, service: &str, dialect: &Dialect) -> Option<Label> {
    Label::new(&[dialect.key_prefix, region, service, dialect.terminator])
}

impl Scope<'_> {
    /// With slashes between the parts.
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        sink.text(self.date);
        match self.place {
            Some(place) => sink.text(&place.plain),
            None => {
                let terminator = self.dialect.terminator;
                for text in ["/", self.region, "/", self.service, "/", terminator] {
                    sink.text(text);
                }
            }
        }
    }

    /// The signature of a text that is signed as it is, such as a POST policy in base64.
    pub(crate) fn sign_text(&self, credentials: &Credentials, text: &str) -> Signature {
        let key = self.signing_key(credentials);
        Signature::hex(&key.mac(|hasher| hasher.update(text.as_bytes())))
    }

    /// The signing key of these credentials for this scope, derived on first use.
    pub(crate) fn signing_key(&self, credentials: &Credentials) -> MacKey {
        let derive = || {
            let mut key = derive(
                self.dialect.key_prefix,
                credentials.secret_access_key(),
                &[
                    self.date,
                    self.region,
                    self.service,
                    self.dialect.terminator,
                ],
            );
            let padded = MacKey::new(&key);
            key.zeroize();
            padded
        };
        let (keys, date) = (credentials.keys(), self.date);
        match self.place {
            Some(place) => keys.get_or_derive(date, place.label.as_deref(), derive),
            None => {
                let label = label(self.region, self.service, self.dialect);
                keys.get_or_derive(date, label.as_ref(), derive)
            }
        }
    }
}

/// `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
fn derive(prefix: &str, secret: &str, parts: &[&str]) -> [u8; 32] {
    let mut start = Zeroizing::new(String::with_capacity(
        prefix.len().saturating_add(secret.len()),
    ));
    start.push_str(prefix);
    start.push_str(secret);
    let mut key = MacKey::new(start.as_bytes());
    let mut last = [0; 32];
    for step in parts {
        last.zeroize();
        last = key.mac(|hasher| hasher.update(step.as_bytes()));
        key = MacKey::new(&last);
    }
    last
}

/// What can stand in a scope: no slash, which separates its parts, and nothing that a header can't carry.
pub(crate) fn check_scope_part(what: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(error!(Scope, "the {what} is empty"));
    }
    let allowed = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | ',');
    match text.chars().find(|c| !allowed(*c)) {
        None => Ok(()),
        Some(c) => Err(error!(
            Scope,
            "the {what} {} holds {}: it should be a name like `us-east-1` or `s3`, \
             without slash, comma or space",
            Quoted(text),
            Quoted(c.encode_utf8(&mut [0; 4]))
        )),
    }
}
