//! Signatures of a body that is sent in parts: each covers its part and the previous signature.

use super::payload::{EMPTY_SHA256, PayloadLine};
use super::scope::{Scope, SigningScope};
use super::string_to_sign::StringToSign;
use crate::credentials::Credentials;
use crate::crypto::{Message, Signature, SigningKey};
use crate::error::Error;
use crate::scheme::v4_scheme::V4Scheme;
use crate::text::hex::{self, Hex};
use crate::text::sink::Sink;
#[cfg(feature = "event-stream")]
use crate::time::AmzDate;
use alloc::string::String;

/// A chain of signatures for one scope and time. It begins with the signature of the request, the
/// *seed* ([Transferring payload in multiple
/// chunks](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html)).
#[derive(Clone)]
pub(crate) struct SignatureChain {
    key: SigningKey,
    signing_scope: SigningScope,
    /// The lines of time and scope.
    scope_lines: String,
    seed: String,
    /// The last signature, in lowercase hexadecimal digits.
    previous: String,
}

/// A part of the body that has a signature.
#[derive(Clone, Copy)]
pub(crate) enum SignedPart {
    /// A chunk, with the SHA-256 of its data.
    Chunk([u8; 32]),
    /// The trailers, with the SHA-256 of their lines.
    Trailer([u8; 32]),
    /// An event, with the SHA-256 of its encoded `:date` header and of its payload.
    #[cfg(feature = "event-stream")]
    Event { date: [u8; 32], payload: [u8; 32] },
}

/// The character that fills up a signature of a chunk to the longest length, so that the length of
/// the body is known before it is signed. The next signature doesn't cover it.
const PADDING: char = '*';

/// The number of bytes of the longest signature, that of SigV4a.
const MAX_SIGNATURE: usize = 72;

impl SignatureChain {
    /// Returns the chain that begins with the signature of a request.
    ///
    /// # Errors
    /// Returns the errors of [`Scope::signing_key`].
    pub(crate) fn new(
        scope: &Scope<'_>,
        credentials: &Credentials,
        seed: &str,
    ) -> Result<Self, Error> {
        Ok(SignatureChain {
            key: scope.signing_key(credentials)?,
            signing_scope: scope.signing_scope.clone(),
            scope_lines: scope_lines(scope),
            seed: seed.into(),
            previous: seed.into(),
        })
    }

    /// Signs the next part, and returns the signature in hexadecimal digits.
    pub(crate) fn sign(&mut self, part: SignedPart) -> Result<&str, Error> {
        let signature = self.key.sign(&self.message(part))?;
        self.set_previous(&signature);
        Ok(&self.previous)
    }

    /// Signs the next part, and appends the signature as it is sent: with its padding.
    pub(crate) fn sign_into(&mut self, part: SignedPart, text: &mut String) -> Result<(), Error> {
        let length = self.sent_len();
        let signature = self.sign(part)?;
        text.push_str(signature);
        let padding = length.saturating_sub(signature.len());
        text.extend(core::iter::repeat_n(PADDING, padding));
        Ok(())
    }

    /// Returns whether a text is the signature of the next part, as it is sent.
    pub(crate) fn verify(&mut self, part: SignedPart, sent: &str) -> bool {
        let signature = sent.trim_end_matches(PADDING);
        let is_padded = sent.len() == self.sent_len();
        let mut buffer = [0; MAX_SIGNATURE];
        let Some(bytes) = hex::decode_into(signature, &mut buffer).filter(|_| is_padded) else {
            return false;
        };
        let is_signed = self.key.verify(&self.message(part), bytes);
        self.previous.clear();
        self.previous.push_str(signature);
        is_signed
    }

    /// Returns the length of a signature as it is sent.
    pub(crate) fn sent_len(&self) -> usize {
        chained_signature_len(self.signing_scope.scheme)
    }

    /// Signs the following parts for another time, with the key of its day. Each event has its own
    /// time.
    #[cfg(feature = "event-stream")]
    pub(crate) fn set_time(
        &mut self,
        time: AmzDate,
        credentials: &Credentials,
    ) -> Result<(), Error> {
        let scope = Scope {
            time,
            signing_scope: &self.signing_scope,
        };
        self.key = scope.signing_key(credentials)?;
        self.scope_lines = scope_lines(&scope);
        Ok(())
    }

    /// Begins again with the signature of the request.
    pub(crate) fn restart(&mut self) {
        self.previous.clone_from(&self.seed);
    }

    fn message(&self, part: SignedPart) -> PartMessage<'_> {
        PartMessage {
            algorithm: self.signing_scope.scheme.algorithm,
            scope_lines: &self.scope_lines,
            previous: &self.previous,
            part,
        }
    }

    /// The text keeps its allocation, so that signing a part allocates nothing.
    fn set_previous(&mut self, signature: &Signature) {
        self.previous.clear();
        signature.write_hex(&mut self.previous);
    }
}

/// Returns the length of the signature of a part, as it is sent.
pub(crate) fn chained_signature_len(scheme: &V4Scheme) -> usize {
    *scheme.signature_len.end()
}

fn scope_lines(scope: &Scope<'_>) -> String {
    let mut lines = String::new();
    StringToSign::write_scope_lines(scope, &mut lines);
    lines
}

/// The string to sign of a part.
struct PartMessage<'a> {
    algorithm: &'a str,
    scope_lines: &'a str,
    previous: &'a str,
    part: SignedPart,
}

impl Message for PartMessage<'_> {
    fn write(&self, sink: &mut impl Sink) {
        // The first hash of a chunk is that of its headers, of which there are none.
        let (name, first, last) = match &self.part {
            SignedPart::Chunk(data) => ("-PAYLOAD\n", Some(PayloadLine::Text(EMPTY_SHA256)), data),
            SignedPart::Trailer(lines) => ("-TRAILER\n", None, lines),
            #[cfg(feature = "event-stream")]
            SignedPart::Event { date, payload } => (
                "-PAYLOAD\n",
                Some(PayloadLine::Hash(Hex::new(date))),
                payload,
            ),
        };
        sink.text(self.algorithm);
        sink.text(name);
        sink.text(self.scope_lines);
        sink.text(self.previous);
        sink.text("\n");
        if let Some(hash) = first {
            sink.text(hash.as_str());
            sink.text("\n");
        }
        sink.text(Hex::new(last).as_str());
    }
}
