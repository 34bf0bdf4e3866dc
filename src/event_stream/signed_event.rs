//! The message around a message: its date and signature.

use super::frame::write_header;
use super::header_value::HeaderValue;
use crate::crypto::sha256;
use crate::error::Error;
use crate::v4::SignedPart;
use alloc::vec::Vec;

pub(super) const DATE: &str = ":date";
pub(super) const CHUNK_SIGNATURE: &str = ":chunk-signature";

/// Returns the encoded header with the date of an event, and the part of the event that its
/// signature covers.
pub(super) fn dated_part(
    milliseconds: i64,
    payload: &[u8],
) -> Result<(Vec<u8>, SignedPart), Error> {
    let mut header = Vec::new();
    write_header(DATE, &HeaderValue::Timestamp(milliseconds), &mut header)?;
    let part = SignedPart::Event {
        date: sha256(&header),
        payload: sha256(payload),
    };
    Ok((header, part))
}
