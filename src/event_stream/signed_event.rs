//! The message around a message: its date and signature.

use super::frame::write_header;
use super::header_value::HeaderValue;
use crate::crypto::sha256;
use crate::error::Error;
use crate::time::Timestamp;
use crate::v4::SignedPart;
use alloc::borrow::Cow;
use alloc::vec::Vec;

pub(super) const DATE: &str = ":date";
pub(super) const CHUNK_SIGNATURE: &str = ":chunk-signature";

/// Returns the encoded header with the date of an event.
pub(super) fn date_header(milliseconds: i64) -> Result<Vec<u8>, Error> {
    let mut header = Vec::new();
    write_header(DATE, &HeaderValue::Timestamp(milliseconds), &mut header)?;
    Ok(header)
}

/// Appends the header with the signature of an event.
pub(super) fn write_signature(signature: &[u8], headers: &mut Vec<u8>) -> Result<(), Error> {
    let value = HeaderValue::Bytes(Cow::Borrowed(signature));
    write_header(CHUNK_SIGNATURE, &value, headers)
}

/// Returns the part of an event that its signature covers.
pub(super) fn signed_part(date_header: &[u8], payload: &[u8]) -> SignedPart {
    SignedPart::Event {
        date: sha256(date_header),
        payload: sha256(payload),
    }
}

/// Returns the moment that a date states, rounded down to a second.
pub(super) fn signing_time(milliseconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(milliseconds.div_euclid(1000))
}
