//! The frame of a message:
//!
//! | bytes | content |
//! |---|---|
//! | 4 | length of the frame |
//! | 4 | length of the headers |
//! | 4 | CRC-32 of the eight bytes before |
//! | … | headers, then payload |
//! | 4 | CRC-32 of all bytes before |
//!
//! Numbers are big-endian.

use super::header_value::HeaderValue;
use super::message::Message;
use crate::crypto::CRC32;
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::text::capacity::capacity;
use crate::text::repeated::find_repeated;
use crate::verify::{VerifyError, reject};
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// Bytes before the headers.
pub(super) const PRELUDE_LEN: usize = 12;

/// Bytes of the prelude and of the last CRC.
const AROUND_LEN: usize = 16;

/// The longest payload, in bytes.
const MAX_PAYLOAD: usize = 16 * 1024 * 1024;

/// The longest headers, in bytes.
const MAX_HEADERS: usize = 128 * 1024;

impl<'a> Message<'a> {
    /// Returns the message as it is sent.
    ///
    /// # Errors
    /// - [`ErrorKind::Header`](crate::ErrorKind::Header) for a name that is empty, repeated or
    ///   longer than 255 bytes, a value of more than 65,535 bytes, and headers of more than 128
    ///   KiB.
    /// - [`ErrorKind::Payload`](crate::ErrorKind::Payload) for a payload of more than 16 MiB.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            write_header(name, value, &mut headers)?;
        }
        if let Some(name) = repeated_name(&self.headers) {
            return Err(Error::duplicate(ErrorKind::Header, "header", name));
        }
        if headers.len() > MAX_HEADERS {
            return Err(error!(
                Header,
                "the headers have {} bytes; the maximum is {MAX_HEADERS}",
                headers.len()
            ));
        }
        check_payload(&self.payload)?;
        Ok(assemble(&headers, &self.payload))
    }

    /// Decodes a message as it was received, with nothing after it.
    /// [`MessageReader`](super::MessageReader) decodes messages that arrive in pieces.
    ///
    /// # Errors
    /// - [`BodyMalformed`](crate::verify::VerifyErrorKind::BodyMalformed) for other bytes.
    /// - [`BodyIncomplete`](crate::verify::VerifyErrorKind::BodyIncomplete) for a part of a
    ///   message.
    /// - [`ChunkTooLarge`](crate::verify::VerifyErrorKind::ChunkTooLarge) for a message that is
    ///   larger than [`encode`](Message::encode) allows.
    pub fn decode(frame: &'a [u8]) -> Result<Self, VerifyError> {
        let incomplete = || reject!(BodyIncomplete, "a message is cut off");
        let (prelude, after) = frame.split_first_chunk().ok_or_else(incomplete)?;
        let (total, headers_len) = read_prelude(prelude)?;
        if frame.len() < total {
            return Err(incomplete());
        }
        if frame.len() > total {
            return Err(reject!(BodyMalformed, "a message continues after its end"));
        }
        let (content, crc) = frame.split_last_chunk::<4>().ok_or_else(malformed)?;
        if CRC32.checksum(content) != u32::from_be_bytes(*crc) {
            return Err(reject!(BodyMalformed, "a message doesn't match its CRC"));
        }
        let (content, _) = after.split_last_chunk::<4>().ok_or_else(malformed)?;
        let (mut headers, payload) = content
            .split_at_checked(headers_len)
            .ok_or_else(malformed)?;
        let mut message = Message::new(payload);
        while !headers.is_empty() {
            let header = read_header(&mut headers).ok_or_else(malformed)?;
            message.headers.push(header);
        }
        match repeated_name(&message.headers) {
            None => Ok(message),
            Some(name) => Err(reject!(
                BodyMalformed,
                "duplicate header {}; send it once",
                Quoted(name)
            )),
        }
    }
}

/// Checks the length of a payload.
pub(super) fn check_payload(payload: &[u8]) -> Result<(), Error> {
    if payload.len() <= MAX_PAYLOAD {
        return Ok(());
    }
    Err(error!(
        Payload,
        "the payload has {} bytes; the maximum is {MAX_PAYLOAD}",
        payload.len()
    ))
}

/// Returns the frame of encoded headers and a payload, which are within the limits.
pub(super) fn assemble(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = capacity([AROUND_LEN, headers.len(), payload.len()]);
    let mut frame = Vec::with_capacity(length);
    // The limits are below `u32::MAX`.
    frame.extend_from_slice(&(length as u32).to_be_bytes());
    frame.extend_from_slice(&(headers.len() as u32).to_be_bytes());
    frame.extend_from_slice(&CRC32.checksum(&frame).to_be_bytes());
    frame.extend_from_slice(headers);
    frame.extend_from_slice(payload);
    frame.extend_from_slice(&CRC32.checksum(&frame).to_be_bytes());
    frame
}

/// Appends a header.
pub(super) fn write_header(
    name: &str,
    value: &HeaderValue<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let length = u8::try_from(name.len()).ok().filter(|length| *length > 0);
    let length = length.ok_or_else(|| {
        error!(
            Header,
            "the name of a header must have 1 to 255 bytes, got {}",
            name.len()
        )
    })?;
    out.push(length);
    out.extend_from_slice(name.as_bytes());
    let (kind, bytes): (u8, &[u8]) = match value {
        HeaderValue::Bool(true) => (0, &[]),
        HeaderValue::Bool(false) => (1, &[]),
        HeaderValue::Byte(number) => (2, &number.to_be_bytes()),
        HeaderValue::Short(number) => (3, &number.to_be_bytes()),
        HeaderValue::Integer(number) => (4, &number.to_be_bytes()),
        HeaderValue::Long(number) => (5, &number.to_be_bytes()),
        HeaderValue::Bytes(bytes) => (6, bytes),
        HeaderValue::Text(text) => (7, text.as_bytes()),
        HeaderValue::Timestamp(milliseconds) => (8, &milliseconds.to_be_bytes()),
        HeaderValue::Uuid(uuid) => (9, uuid),
    };
    out.push(kind);
    if let HeaderValue::Bytes(_) | HeaderValue::Text(_) = value {
        let length = u16::try_from(bytes.len()).map_err(|_| {
            error!(
                Header,
                "the value of the header {} has {} bytes; the maximum is {}",
                Quoted(name),
                bytes.len(),
                u16::MAX
            )
        })?;
        out.extend_from_slice(&length.to_be_bytes());
    }
    out.extend_from_slice(bytes);
    Ok(())
}

/// Checks the prelude, and returns the lengths of the frame and of its headers.
pub(super) fn read_prelude(prelude: &[u8; PRELUDE_LEN]) -> Result<(usize, usize), VerifyError> {
    let [total, headers, crc] = prelude.as_chunks::<4>().0 else {
        return Err(malformed());
    };
    let [total, headers, crc] = [total, headers, crc].map(|bytes| u32::from_be_bytes(*bytes));
    let lengths = prelude.first_chunk::<8>();
    if lengths.is_none_or(|lengths| CRC32.checksum(lengths) != crc) {
        return Err(reject!(
            BodyMalformed,
            "the lengths of a message don't match their CRC"
        ));
    }
    let [total, headers] =
        [total, headers].map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    let payload = total
        .checked_sub(AROUND_LEN)
        .and_then(|length| length.checked_sub(headers))
        .ok_or_else(malformed)?;
    if headers > MAX_HEADERS || payload > MAX_PAYLOAD {
        return Err(reject!(
            ChunkTooLarge,
            "a message has {headers} bytes of headers and {payload} of payload; the maximum is \
             {MAX_HEADERS} and {MAX_PAYLOAD}"
        ));
    }
    Ok((total, headers))
}

fn read_header<'a>(input: &mut &'a [u8]) -> Option<(Cow<'a, str>, HeaderValue<'a>)> {
    let [length] = read_array(input)?;
    let name = core::str::from_utf8(read_bytes(input, usize::from(length))?).ok()?;
    if name.is_empty() {
        return None;
    }
    let [kind] = read_array(input)?;
    let value = match kind {
        0 => HeaderValue::Bool(true),
        1 => HeaderValue::Bool(false),
        2 => HeaderValue::Byte(i8::from_be_bytes(read_array(input)?)),
        3 => HeaderValue::Short(i16::from_be_bytes(read_array(input)?)),
        4 => HeaderValue::Integer(i32::from_be_bytes(read_array(input)?)),
        5 => HeaderValue::Long(i64::from_be_bytes(read_array(input)?)),
        6 => HeaderValue::Bytes(Cow::Borrowed(read_counted(input)?)),
        7 => HeaderValue::Text(Cow::Borrowed(
            core::str::from_utf8(read_counted(input)?).ok()?,
        )),
        8 => HeaderValue::Timestamp(i64::from_be_bytes(read_array(input)?)),
        9 => HeaderValue::Uuid(read_array(input)?),
        _ => return None,
    };
    Some((Cow::Borrowed(name), value))
}

/// Reads bytes whose length is before them.
fn read_counted<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u16::from_be_bytes(read_array(input)?);
    read_bytes(input, usize::from(length))
}

fn read_bytes<'a>(input: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (bytes, after) = input.split_at_checked(length)?;
    *input = after;
    Some(bytes)
}

fn read_array<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = input.split_first_chunk()?;
    *input = after;
    Some(*bytes)
}

fn repeated_name<'n>(headers: &'n [(Cow<'_, str>, HeaderValue<'_>)]) -> Option<&'n str> {
    // Sorted, because a message can have thousands of headers.
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    find_repeated(&names, |one, two| one == two).copied()
}

fn malformed() -> VerifyError {
    reject!(
        BodyMalformed,
        "a message is not in the encoding of event streams"
    )
}
