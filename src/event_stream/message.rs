//! A message: headers and payload.

use super::header_value::HeaderValue;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

/// A message of an event stream: headers with types, and a payload ([event stream
/// encoding](https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html)).
///
/// `Debug` shows the names of the headers and the length of the payload.
///
/// ```
/// use presign::event_stream::Message;
///
/// let message = Message::new(&b"audio"[..])
///     .header(":message-type", "event")
///     .header(":event-type", "AudioEvent");
/// let frame = message.encode()?;
/// assert_eq!(frame.len(), 68);
/// let decoded = Message::decode(&frame)?;
/// assert_eq!(decoded.payload(), b"audio");
/// assert_eq!(decoded.text(":event-type"), Some("AudioEvent"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Message<'a> {
    pub(super) headers: Vec<(Cow<'a, str>, HeaderValue<'a>)>,
    pub(super) payload: Cow<'a, [u8]>,
}

impl<'a> Message<'a> {
    /// Returns a message without headers.
    #[must_use]
    pub fn new(payload: impl Into<Cow<'a, [u8]>>) -> Self {
        Message {
            headers: Vec::new(),
            payload: payload.into(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<HeaderValue<'a>>,
    ) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Returns the headers.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &HeaderValue<'a>)> {
        self.headers.iter().map(|(name, value)| (&**name, value))
    }

    /// Returns the value of a header.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&HeaderValue<'a>> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Returns the value of a header that is a text, such as `:event-type`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// Returns the payload.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Message")
            .field("headers", &names)
            .field("payload_len", &self.payload.len())
            .finish_non_exhaustive()
    }
}
