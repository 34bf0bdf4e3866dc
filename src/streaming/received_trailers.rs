//! The trailers of a received body.

use super::framing::{TRAILER_SIGNATURE, signed_trailers};
use crate::v4::SignatureChain;
use crate::verify::{VerifyError, reject};
use crate::wire::header::{Header, is_token};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Bytes of all trailers with their names.
pub(super) const MAX_TRAILER_BYTES: usize = 16 * 1024;

/// The trailers of a received body.
#[derive(Clone, Default)]
pub(super) struct ReceivedTrailers {
    /// The names that the request announced, in lowercase and sorted.
    announced: Vec<String>,
    received: Vec<(String, String)>,
    signature: Option<String>,
}

impl ReceivedTrailers {
    /// Returns the trailers of a request whose `x-amz-trailer` has this value.
    pub(super) fn new(announced: &str) -> Self {
        let names = announced.split(',').map(str::trim);
        let names = names.filter(|name| !name.is_empty());
        let mut announced: Vec<_> = names.map(str::to_ascii_lowercase).collect();
        announced.sort_unstable();
        ReceivedTrailers {
            announced,
            ..ReceivedTrailers::default()
        }
    }

    /// Returns the announced names.
    pub(super) fn announced(&self) -> impl Iterator<Item = &str> {
        self.announced.iter().map(String::as_str)
    }

    /// Adds a line without its line break.
    pub(super) fn add(&mut self, line: &[u8]) -> Result<(), VerifyError> {
        if self.signature.is_some() {
            return Err(reject!(
                BodyMalformed,
                "the trailer {TRAILER_SIGNATURE} is not the last"
            ));
        }
        let (name, value) = parse(line).ok_or_else(|| {
            reject!(
                BodyMalformed,
                "a line after the last chunk is not a trailer"
            )
        })?;
        if name == TRAILER_SIGNATURE {
            self.signature = Some(value);
        } else {
            self.received.push((name, value));
        }
        Ok(())
    }

    /// Checks that the announced trailers arrived and, if `chain` is `Some`, their signature.
    pub(super) fn check(&mut self, chain: Option<&mut SignatureChain>) -> Result<(), VerifyError> {
        self.received.sort();
        let names = self.received.iter().map(|(name, _)| name);
        if !names.eq(&self.announced) {
            return Err(reject!(
                TrailerMissing,
                "the trailers differ from the ones that x-amz-trailer announces"
            ));
        }
        match (chain, &self.signature) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(reject!(
                TrailerMissing,
                "the trailers are signed, but the request announces unsigned chunks"
            )),
            (Some(_), None) => Err(reject!(
                TrailerMissing,
                "missing trailer `{TRAILER_SIGNATURE}`"
            )),
            (Some(chain), Some(signature)) => {
                if chain.verify(signed_trailers(&self.received), signature) {
                    Ok(())
                } else {
                    Err(reject!(
                        TrailerSignature,
                        "the signature of the trailers doesn't match them"
                    ))
                }
            }
        }
    }

    /// Returns the value of a trailer.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut received = self.received.iter();
        let (_, value) = received.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Returns names and values, sorted.
    pub(super) fn into_pairs(self) -> Vec<(String, String)> {
        self.received
    }
}

/// Parses a trailer. White space around name and value is removed, because some servers send it.
fn parse(line: &[u8]) -> Option<(String, String)> {
    let (name, value) = core::str::from_utf8(line).ok()?.split_once(':')?;
    let (name, value) = (name.trim_ascii(), value.trim_ascii());
    let header = Header::new(Cow::Borrowed(name), Cow::Borrowed(value.as_bytes()));
    let is_valid = is_token(name) && !value.contains(['\r', '\n']) && header.check().is_ok();
    is_valid.then(|| (name.to_ascii_lowercase(), value.into()))
}
