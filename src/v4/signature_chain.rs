//! Signatures of a body that is sent in parts: each covers its part and the previous signature.

use super::payload::{EMPTY_SHA256, PayloadLine};
use super::scope::{Scope, ScopeSuffix, StringToSign};
use crate::crypto::{Message, SecretAccessKey, Signature, SigningKey};
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
    suffix: ScopeSuffix,
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

/// The length of a signature in hexadecimal digits.
pub(crate) const CHAINED_SIGNATURE_LEN: usize = 64;

impl SignatureChain {
    /// Returns the chain that begins with the signature of a request.
    pub(crate) fn new(scope: &Scope<'_>, secret: &SecretAccessKey, seed: &str) -> Self {
        SignatureChain {
            key: scope.signing_key(secret),
            suffix: scope.suffix.clone(),
            scope_lines: scope_lines(scope),
            seed: seed.into(),
            previous: seed.into(),
        }
    }

    /// Signs the next part, and returns the signature in hexadecimal digits.
    pub(crate) fn sign(&mut self, part: SignedPart) -> &str {
        let signature = self.key.sign(&self.message(part));
        self.set_previous(&signature);
        &self.previous
    }

    /// Returns whether a text is the signature of the next part.
    pub(crate) fn verify(&mut self, part: SignedPart, signature: &[u8]) -> bool {
        let Some(bytes) = hex::decode(signature) else {
            return false;
        };
        let is_signed = self.key.verify(&self.message(part), &bytes);
        self.set_previous(&Signature::HmacSha256(bytes));
        is_signed
    }

    /// Signs the following parts for another time, with the key of its day. Each event has its own
    /// time.
    #[cfg(feature = "event-stream")]
    pub(crate) fn set_time(&mut self, time: AmzDate, secret: &SecretAccessKey) {
        let scope = Scope {
            time,
            suffix: &self.suffix,
        };
        self.key = scope.signing_key(secret);
        self.scope_lines = scope_lines(&scope);
    }

    /// Begins again with the signature of the request.
    pub(crate) fn restart(&mut self) {
        self.previous.clone_from(&self.seed);
    }

    fn message(&self, part: SignedPart) -> PartMessage<'_> {
        PartMessage {
            algorithm: self.suffix.scheme.algorithm,
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
