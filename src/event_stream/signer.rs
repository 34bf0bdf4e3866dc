//! The signer of an event stream.

use super::frame::write_header;
use super::frame::{assemble, check_payload};
use super::header_value::HeaderValue;
use super::message::Message;
use super::signed_event::{CHUNK_SIGNATURE, dated_part};
use crate::credentials::Credentials;
use crate::error::{Error, error};
use crate::expiry::Expiry;
use crate::request::{PresignedUrl, Request, SignedRequest};
use crate::scheme::aws::STREAMING_EVENTS;
use crate::text::hex;
use crate::time::Timestamp;
use crate::v4::SignatureChain;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Signs the messages of an event stream. Each signature covers the previous one; the first covers
/// that of the request.
///
/// ```
/// use presign::event_stream::Message;
/// use presign::{Credentials, Timestamp, v4};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let transcribe = v4::Service::new("us-east-1", "transcribe")?;
/// let (signed, mut signer) = transcribe
///     .post("https://transcribestreaming.us-east-1.amazonaws.com/stream-transcription")
///     .sign_events(&credentials, now)?;
///
/// let message = Message::new(&b"audio"[..])
///     .header(":message-type", "event")
///     .header(":event-type", "AudioEvent");
/// let frame = signer.sign(&message, now)?; // send it
/// let end = signer.finish(now)?;
/// # let _ = (signed, frame, end);
/// # Ok::<(), presign::Error>(())
/// ```
pub struct EventSigner {
    credentials: Credentials,
    chain: SignatureChain,
    is_finished: bool,
}

impl EventSigner {
    fn new(credentials: &Credentials, chain: SignatureChain) -> Self {
        EventSigner {
            credentials: credentials.clone(),
            chain,
            is_finished: false,
        }
    }

    /// Signs a message at a time, and returns the frame to send.
    ///
    /// # Errors
    /// Returns the errors of [`Message::encode`];
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) for a message of more than 16 MiB and
    /// after [`finish`](EventSigner::finish); [`ErrorKind::Time`](crate::ErrorKind::Time) for a
    /// time outside of the years 0 to 9999.
    pub fn sign(
        &mut self,
        message: &Message<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<Vec<u8>, Error> {
        self.sign_payload(&message.encode()?, now.into())
    }

    /// Returns the frame that ends the stream: a signed event without a message.
    ///
    /// # Errors
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) if it was returned already, and
    /// [`ErrorKind::Time`](crate::ErrorKind::Time) for a time outside of the years 0 to 9999.
    pub fn finish(&mut self, now: impl Into<Timestamp>) -> Result<Vec<u8>, Error> {
        let frame = self.sign_payload(&[], now.into())?;
        self.is_finished = true;
        Ok(frame)
    }

    fn sign_payload(&mut self, payload: &[u8], now: Timestamp) -> Result<Vec<u8>, Error> {
        if self.is_finished {
            return Err(error!(
                Payload,
                "the end of the stream was returned already; sign a new request"
            ));
        }
        check_payload(payload)?;
        let time = now.amz_date()?;
        let milliseconds = now.unix_seconds().saturating_mul(1000);
        let (mut headers, part) = dated_part(milliseconds, payload)?;
        self.chain.set_time(time, &self.credentials)?;
        let signature = hex::decode(self.chain.sign(part)?.as_bytes()).unwrap_or_default();
        let signature = HeaderValue::Bytes(Cow::Borrowed(&signature));
        write_header(CHUNK_SIGNATURE, &signature, &mut headers)?;
        Ok(assemble(&headers, payload))
    }
}

/// Event streams; see [`event_stream`](crate::event_stream).
impl Request<'_> {
    /// Signs the request with headers for an event stream over HTTP/2. Returns the headers to add,
    /// and the signer of the stream.
    ///
    /// # Errors
    /// Returns the errors of [`sign`](Request::sign), and
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) if [`payload`](Request::payload) was
    /// called.
    pub fn sign_events(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<(SignedRequest, EventSigner), Error> {
        self.check_has_no_payload()?;
        self.event_service()?;
        let headers = [("x-amz-content-sha256", String::from(STREAMING_EVENTS))].into();
        let (signed, chain) = self.sign_chained(headers, credentials, now.into())?;
        Ok((signed, EventSigner::new(credentials, chain)))
    }

    /// Returns a presigned URL of a WebSocket (`wss://`) for an event stream, and the signer of the
    /// stream. The URL of the request begins with `https://`. For Transcribe,
    /// [`tokens::transcribe`](crate::tokens::transcribe) returns only the URL.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::event_stream::Message;
    /// use presign::{Credentials, Timestamp, v4};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let transcribe = v4::Service::new("us-east-1", "transcribe")?;
    /// let (url, mut signer) = transcribe
    ///     .get("https://transcribestreaming.us-east-1.amazonaws.com:8443/stream-transcription-websocket")
    ///     .query("language-code", "en-US")
    ///     .presign_events(&credentials, Duration::from_secs(300), now)?;
    /// assert!(url.as_str().starts_with("wss://transcribestreaming.us-east-1.amazonaws.com:8443/"));
    /// let frame = signer.sign(&Message::new(&b"audio"[..]), now)?; // a binary message of the WebSocket
    /// # let _ = frame;
    /// # Ok::<(), presign::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the errors of [`presign`](Request::presign), and
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) if [`payload`](Request::payload) was
    /// called.
    pub fn presign_events(
        &self,
        credentials: &Credentials,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<(PresignedUrl, EventSigner), Error> {
        self.check_has_no_payload()?;
        let (url, chain) = self.presign_chained(credentials, expiry.into(), now.into())?;
        Ok((url, EventSigner::new(credentials, chain)))
    }

    fn check_has_no_payload(&self) -> Result<(), Error> {
        if self.has_payload() {
            return Err(error!(
                Payload,
                "the request has a payload, but the events are signed instead; leave it out"
            ));
        }
        Ok(())
    }
}

/// `Debug` shows no signature.
impl fmt::Debug for EventSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSigner")
            .field("credentials", &self.credentials)
            .field("is_finished", &self.is_finished)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::decoder::EventDecoder;
    use super::super::header_value::HeaderValue;
    use super::super::message::Message;
    use super::EventSigner;
    use crate::credentials::Credentials;
    use crate::scheme::aws::AWS4;
    use crate::time::Timestamp;
    use crate::v4::{Scope, SignatureChain, SigningScope};
    use alloc::vec::Vec;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    fn text(value: &Value) -> &str {
        value.as_str().unwrap()
    }

    fn chain(case: &Value, seed: &str) -> (Credentials, SignatureChain) {
        let id = text(&case["access_key_id"]);
        let credentials = Credentials::new(id, text(&case["secret_access_key"])).unwrap();
        let signing_scope = SigningScope::new(&AWS4, text(&case["region"]), text(&case["service"]));
        // Each event has its own time.
        let scope = Scope {
            time: Timestamp::from_unix_seconds(0).amz_date().unwrap(),
            signing_scope: &signing_scope,
        };
        let chain = SignatureChain::new(&scope, &credentials, seed).unwrap();
        (credentials, chain)
    }

    fn message<'a>(headers: &'a Value, payload: &'a [u8]) -> Message<'a> {
        let mut message = Message::new(payload);
        for header in headers.as_array().unwrap() {
            let value = match text(&header[1]) {
                "string" => HeaderValue::from(text(&header[2])),
                _ => HeaderValue::from(hex::decode(text(&header[2])).unwrap()),
            };
            message = message.header(text(&header[0]), value);
        }
        message
    }

    /// Events of aws-c-auth, whose payloads are not messages, and of aws-sigv4.
    #[test]
    fn published_events() {
        let file = include_str!("../../tests/vectors/streaming.json");
        let file: Value = serde_json::from_str(file).unwrap();
        let cases = file["event_stream"].as_array().unwrap();
        assert_eq!(cases.len(), 2);
        let mut signed = 0;
        for case in cases {
            let seed = case.get("seed").map(|seed| &seed["signature"]);
            let seed = text(seed.unwrap_or(&case["previous_signature"]));
            let (credentials, chain) = chain(case, seed);
            let mut signer = EventSigner::new(&credentials, chain);
            for event in case["events"].as_array().unwrap() {
                let time = event.get("timestamp").unwrap_or(&case["timestamp"]);
                let time: Timestamp = text(time).parse().unwrap();
                let payload = match event.get("message_headers") {
                    Some(headers) => {
                        let payload = text(&event["message_payload"]).as_bytes();
                        let frame = message(headers, payload).encode().unwrap();
                        assert_eq!(hex::encode(&frame), text(&event["payload_hex"]));
                        frame
                    }
                    None => text(&event["payload"]).as_bytes().to_vec(),
                };
                let frame = signer.sign_payload(&payload, time).unwrap();
                let event_message = Message::decode(&frame).unwrap();
                let signature = hex::decode(text(&event["signature"])).unwrap();
                assert_eq!(
                    event_message.value(":chunk-signature"),
                    Some(&HeaderValue::from(signature))
                );
                let date = hex::decode(text(&event["date_header_hex"])).unwrap();
                assert_eq!(frame[12..][..date.len()], date);
                signed += 1;
            }
        }
        assert_eq!(signed, 5);
    }

    /// Streams of @smithy/eventstream-codec and @smithy/signature-v4, made and verified.
    #[test]
    fn recorded_streams() {
        let file = include_str!("../../tests/vectors/streaming-more.json");
        let file: Value = serde_json::from_str(file).unwrap();
        let cases = file["cases"].as_array().unwrap().iter();
        let cases: Vec<_> = cases
            .filter(|case| case["kind"] == "event-stream")
            .collect();
        assert_eq!(cases.len(), 4);
        for case in cases {
            let seed = text(&case["seed_signature"]);
            let (credentials, chain) = chain(case, seed);
            let mut signer = EventSigner::new(&credentials, chain.clone());
            let mut decoder = EventDecoder::new(&credentials, chain);
            let expected = &case["expected"];
            let messages = case["messages"].as_array().unwrap();
            let frames = expected["frames_base64"].as_array().unwrap();
            assert_eq!(messages.len(), frames.len());
            for (sent, frame) in messages.iter().zip(frames) {
                let time = Timestamp::from_unix_seconds(sent["time"].as_i64().unwrap());
                let frame = STANDARD.decode(text(frame)).unwrap();
                let mut input = &frame[..];
                if sent["end"] == true {
                    assert_eq!(signer.finish(time).unwrap(), frame);
                    assert_eq!(decoder.decode(&mut input), Ok(None));
                    continue;
                }
                let payload = STANDARD.decode(text(&sent["body_base64"])).unwrap();
                let message = message(&sent["headers"], &payload);
                assert_eq!(signer.sign(&message, time).unwrap(), frame);
                let received = decoder.decode(&mut input).unwrap().unwrap();
                assert_eq!(received, message);
                assert_eq!(decoder.signed_at(), Some(time));
            }
            decoder.finish().unwrap();
            let error = signer.finish(Timestamp::from_unix_seconds(0)).unwrap_err();
            let message = "the end of the stream was returned already; sign a new request";
            assert_eq!(error, crate::error::error!(Payload, "{message}"));
        }
    }
}
