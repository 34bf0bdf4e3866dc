//! The credential scope, and the signing key derived for it
//! ([Derive a signing key](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key)).

use super::dialect::Dialect;
use crate::credentials::Credentials;
use crate::encode::{Bare, Sink, Text};
use crate::error::{Error, Quoted, error};
use crate::hash::MacKey;
use crate::signed::Signature;
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
    pub(crate) dialect: &'static Dialect,
}

impl Scope<'_> {
    fn parts(&self) -> [&str; 4] {
        [
            self.date,
            self.region,
            self.service,
            self.dialect.terminator,
        ]
    }

    /// With slashes between the parts.
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        let [date, rest @ ..] = self.parts();
        sink.text(date);
        for part in rest {
            sink.text("/");
            sink.text(part);
        }
    }

    /// After an access key id, both percent-encoded, as the value of `X-Amz-Credential`.
    pub(crate) fn write_credential(&self, encoded_access_key_id: &str, sink: &mut impl Sink) {
        sink.text(encoded_access_key_id);
        sink.text("%2F");
        sink.text(self.date);
        for part in [self.region, self.service] {
            sink.text("%2F");
            Text::Plain(part).write(Bare::Unreserved, sink);
        }
        sink.text("%2F");
        sink.text(self.dialect.terminator);
    }

    /// The signature of a text that is signed as it is, such as a POST policy in base64.
    pub(crate) fn sign_text(&self, credentials: &Credentials, text: &str) -> Signature {
        let key = self.signing_key(credentials);
        Signature::hex(&key.mac(|hasher| hasher.update(text.as_bytes())))
    }

    /// The signing key of these credentials for this scope, derived on first use.
    pub(crate) fn signing_key(&self, credentials: &Credentials) -> MacKey {
        let [date, region, service, terminator] = self.parts();
        let parts = [self.dialect.key_prefix, date, region, service, terminator];
        credentials.keys().get_or_derive(&parts, || {
            let mut key = derive(
                self.dialect.key_prefix,
                credentials.secret_access_key(),
                &parts,
            );
            let padded = MacKey::new(&key);
            key.zeroize();
            padded
        })
    }
}

/// `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
fn derive(prefix: &str, secret: &str, parts: &[&str]) -> [u8; 32] {
    let mut start = Zeroizing::new(String::with_capacity(
        prefix.len().saturating_add(secret.len()),
    ));
    start.push_str(prefix);
    start.push_str(secret);
    let steps = parts.iter().skip(1);
    let mut key = MacKey::new(start.as_bytes());
    let mut last = [0; 32];
    for step in steps {
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
