//! Messages that arrive in pieces.

use super::frame::{PRELUDE_LEN, read_prelude};
use super::message::Message;
use crate::verify::{VerifyError, reject};
use alloc::vec::Vec;
use core::fmt;

/// Reads messages that arrive in pieces: those of a service, which are not signed.
///
/// It keeps at most one message in memory, of at most 16 MiB. An error is final.
///
/// ```
/// use presign::event_stream::{Message, MessageReader};
///
/// let sent = Message::new(&b"one"[..]).encode()?;
/// let mut reader = MessageReader::new();
/// let mut payloads = Vec::new();
/// for mut piece in sent.chunks(5) {
///     while let Some(message) = reader.read(&mut piece)? {
///         payloads.push(message.payload().to_vec());
///     }
/// }
/// reader.finish()?;
/// assert_eq!(payloads, [b"one"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct MessageReader {
    /// The message so far.
    frame: Vec<u8>,
    /// The length of the message; `None` if the prelude is not complete.
    length: Option<usize>,
    /// Whether the message was returned.
    is_returned: bool,
    /// The first error of this reader, or of the decoder that uses it. It is final.
    pub(super) error: Option<VerifyError>,
}

impl MessageReader {
    /// Returns a reader at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        MessageReader::default()
    }

    /// Reads the start of `input` and returns a message, or `None` if all of `input` was read.
    ///
    /// # Errors
    /// [`BodyMalformed`](crate::verify::VerifyErrorKind::BodyMalformed) and
    /// [`ChunkTooLarge`](crate::verify::VerifyErrorKind::ChunkTooLarge), as [`Message::decode`].
    pub fn read(&mut self, input: &mut &[u8]) -> Result<Option<Message<'_>>, VerifyError> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        if self.is_returned {
            self.frame.clear();
            self.length = None;
            self.is_returned = false;
        }
        let result = match self.fill(input) {
            Ok(false) => return Ok(None),
            Ok(true) => {
                self.is_returned = true;
                Message::decode(&self.frame).map(Some)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &result {
            self.error = Some(error.clone());
        }
        result
    }

    /// Checks that the stream doesn't end inside of a message.
    ///
    /// # Errors
    /// [`BodyIncomplete`](crate::verify::VerifyErrorKind::BodyIncomplete) if it does, and the error
    /// of [`read`](MessageReader::read), if it returned one.
    pub fn finish(self) -> Result<(), VerifyError> {
        match self.error {
            Some(error) => Err(error),
            None if self.is_returned || self.frame.is_empty() => Ok(()),
            None => Err(reject!(
                BodyIncomplete,
                "the stream ended inside of a message"
            )),
        }
    }

    /// Returns whether the message is complete.
    fn fill(&mut self, input: &mut &[u8]) -> Result<bool, VerifyError> {
        if self.length.is_none() {
            if !self.fill_to(PRELUDE_LEN, input) {
                return Ok(false);
            }
            let prelude = self.frame.first_chunk();
            let lengths = prelude.map(read_prelude).transpose()?;
            self.length = lengths.map(|(total, _)| total);
        }
        Ok(self
            .length
            .is_some_and(|length| self.fill_to(length, input)))
    }

    /// Appends input until the message has that length. Returns whether it has.
    fn fill_to(&mut self, length: usize, input: &mut &[u8]) -> bool {
        let missing = length.saturating_sub(self.frame.len());
        let (bytes, after) = input
            .split_at_checked(missing)
            .unwrap_or((input, Default::default()));
        self.frame.extend_from_slice(bytes);
        *input = after;
        self.frame.len() == length
    }
}

impl fmt::Debug for MessageReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageReader")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
