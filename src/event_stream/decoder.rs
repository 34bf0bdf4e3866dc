//! The verifier of an event stream.

use super::header_value::HeaderValue;
use super::message::Message;
use super::reader::MessageReader;
use super::signed_event::{CHUNK_SIGNATURE, DATE, dated_part};
use crate::credentials::Credentials;
use crate::scheme::aws::STREAMING_EVENTS;
use crate::text::hex::Hex;
use crate::time::Timestamp;
use crate::v4::{EMPTY_SHA256, SignatureChain};
use crate::verify::{Carrier, Verified, VerifyError, credentials_of, reject};
use crate::verifying_key::VerifyingKey;
use alloc::vec::Vec;
use core::fmt;

/// Verifies the messages of a signed event stream.
///
/// [`Verified::event_decoder`](crate::verify::Verified::event_decoder) makes it. A message is
/// returned after its signature was verified. Every error is final. Until
/// [`finish`](EventDecoder::finish) returned without an error, the stream may be cut off.
///
/// ```
/// use presign::event_stream::Message;
/// use presign::verify::{ReceivedRequest, Verifier};
/// use presign::{Credentials, Timestamp, v4};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let url = "https://transcribestreaming.us-east-1.amazonaws.com/stream-transcription";
/// # let transcribe = v4::Service::new("us-east-1", "transcribe")?;
/// # let (signed, mut signer) = transcribe.post(url).sign_events(&credentials, now)?;
/// # let mut sent = signer.sign(&Message::new(&b"audio"[..]), now)?;
/// # sent.extend(signer.finish(now)?);
/// # let mut pieces = sent.chunks(10);
///
/// let request = ReceivedRequest::from_url("POST", url)?.headers(signed.headers());
/// let verifier = Verifier::new("us-east-1", "transcribe").allow_streaming();
/// let verified = verifier.verify(&request, now, |_| Some(&credentials))?;
/// let mut decoder = verified.event_decoder(&credentials)?;
/// for mut piece in pieces {
///     while let Some(message) = decoder.decode(&mut piece)? {
///         assert_eq!(message.payload(), b"audio");
///     }
/// }
/// decoder.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct EventDecoder {
    credentials: Credentials,
    chain: SignatureChain,
    reader: MessageReader,
    /// The message inside of the last event.
    payload: Vec<u8>,
    signed_at: Option<Timestamp>,
    is_finished: bool,
}

impl EventDecoder {
    pub(super) fn new(credentials: &Credentials, chain: SignatureChain) -> Self {
        EventDecoder {
            credentials: credentials.clone(),
            chain,
            reader: MessageReader::new(),
            payload: Vec::new(),
            signed_at: None,
            is_finished: false,
        }
    }

    /// Reads the start of `input` and returns a message, or `None` if all of `input` was read.
    ///
    /// # Errors
    /// - [`BodyMalformed`](crate::verify::VerifyErrorKind::BodyMalformed): the stream isn't encoded
    ///   as one, has an event without date or signature, or continues after its end.
    /// - [`ChunkTooLarge`](crate::verify::VerifyErrorKind::ChunkTooLarge): a message has more than
    ///   16 MiB of payload or 128 KiB of headers.
    /// - [`ChunkSignature`](crate::verify::VerifyErrorKind::ChunkSignature): the signature of an
    ///   event doesn't match.
    pub fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Message<'_>>, VerifyError> {
        let result = match self.read_event(input) {
            Ok(false) => return Ok(None),
            Ok(true) => Message::decode(&self.payload).map(Some),
            Err(error) => Err(error),
        };
        if let Err(error) = &result {
            self.reader.error = Some(error.clone());
        }
        result
    }

    /// Returns when the last event was signed, in whole seconds. The stream states it; compare it
    /// with the clock if an old event matters.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        self.signed_at
    }

    /// Checks that the stream is complete.
    ///
    /// # Errors
    /// [`BodyIncomplete`](crate::verify::VerifyErrorKind::BodyIncomplete) if it isn't, and the
    /// error of [`decode`](EventDecoder::decode), if it returned one.
    pub fn finish(self) -> Result<(), VerifyError> {
        match self.reader.error {
            Some(error) => Err(error),
            None if self.is_finished => Ok(()),
            None => Err(reject!(
                BodyIncomplete,
                "the stream ended before its last event"
            )),
        }
    }

    /// Reads and verifies an event that contains a message. Returns false if the input has none.
    fn read_event(&mut self, input: &mut &[u8]) -> Result<bool, VerifyError> {
        loop {
            if self.is_finished && !input.is_empty() {
                return Err(reject!(BodyMalformed, "the stream continues after its end"));
            }
            let Some(event) = self.reader.read(input)? else {
                return Ok(false);
            };
            let time = verify_event(&event, &mut self.chain, &self.credentials)?;
            self.signed_at = Some(time);
            self.payload.clear();
            self.payload.extend_from_slice(event.payload());
            if !self.payload.is_empty() {
                return Ok(true);
            }
            self.is_finished = true;
        }
    }
}

/// Verifies an event, and returns when it was signed.
fn verify_event(
    event: &Message<'_>,
    chain: &mut SignatureChain,
    credentials: &Credentials,
) -> Result<Timestamp, VerifyError> {
    let (Some(HeaderValue::Timestamp(date)), Some(HeaderValue::Bytes(signature)), 2) = (
        event.value(DATE),
        event.value(CHUNK_SIGNATURE),
        event.headers.len(),
    ) else {
        return Err(reject!(
            BodyMalformed,
            "an event needs the headers {DATE} and {CHUNK_SIGNATURE}, and no other"
        ));
    };
    // A date is rounded down to a second.
    let time = Timestamp::from_unix_seconds(date.div_euclid(1000));
    let malformed = |error| reject!(BodyMalformed, "{error}");
    let (_, part) = dated_part(*date, event.payload()).map_err(malformed)?;
    let time_of_key = time.amz_date().map_err(malformed)?;
    chain
        .set_time(time_of_key, credentials)
        .map_err(malformed)?;
    let signature = <&[u8; 32]>::try_from(&**signature).map(Hex::new);
    if signature.is_ok_and(|signature| chain.verify(part, signature.as_str())) {
        Ok(time)
    } else {
        Err(reject!(
            ChunkSignature,
            "the signature of an event doesn't match it"
        ))
    }
}

/// Event streams; see [`event_stream`](crate::event_stream).
impl Verified<'_> {
    /// Returns the decoder of a signed event stream, over HTTP/2 or, for a presigned URL, over a
    /// WebSocket. The key is the one that verified the request.
    ///
    /// # Errors
    /// - [`PayloadNotAllowed`](crate::verify::VerifyErrorKind::PayloadNotAllowed) for a request
    ///   with another body.
    /// - [`Scheme`](crate::verify::VerifyErrorKind::Scheme) under SigV2.
    /// - [`AccessKey`](crate::verify::VerifyErrorKind::AccessKey) for the key of another access key
    ///   ID.
    pub fn event_decoder<'k>(
        &self,
        key: impl Into<VerifyingKey<'k>>,
    ) -> Result<EventDecoder, VerifyError> {
        let key = key.into();
        credentials_of(&key)
            .and_then(|credentials| self.new_event_decoder(credentials))
            .map_err(|error| error.of(self.authentication()))
    }

    fn new_event_decoder(&self, credentials: &Credentials) -> Result<EventDecoder, VerifyError> {
        let payload = self.request().single("x-amz-content-sha256")?;
        let is_stream = match self.authentication().carrier() {
            Carrier::Header => payload == Some(STREAMING_EVENTS),
            _ => payload.is_none_or(|payload| payload == EMPTY_SHA256),
        };
        if !is_stream {
            return Err(reject!(
                PayloadNotAllowed,
                "the body is not a signed event stream"
            ));
        }
        Ok(EventDecoder::new(
            credentials,
            self.signature_chain(credentials)?,
        ))
    }
}

/// `Debug` shows neither data nor signatures.
impl fmt::Debug for EventDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventDecoder")
            .field("credentials", &self.credentials)
            .field("signed_at", &self.signed_at)
            .field("is_finished", &self.is_finished)
            .finish_non_exhaustive()
    }
}
