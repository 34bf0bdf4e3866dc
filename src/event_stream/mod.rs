//! Use this module for event streams: the signed messages of Transcribe, Bedrock and Lex, over
//! HTTP/2 or a WebSocket.
//!
//! A client signs a request with [`Request::sign_events`](crate::Request::sign_events), or presigns
//! the URL of a WebSocket with [`Request::presign_events`](crate::Request::presign_events). Both
//! return an [`EventSigner`], which frames and signs each [`Message`]. The messages of the service
//! are not signed: [`MessageReader`] reads them. A server verifies a stream with
//! [`EventDecoder`].
//!
//! ```
//! use core::time::Duration;
//! use presign::event_stream::{Message, MessageReader};
//! use presign::{Credentials, Timestamp, v4};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let now: Timestamp = "20130524T000000Z".parse()?;
//! let transcribe = v4::Service::new("us-east-1", "transcribe")?;
//! let (url, mut signer) = transcribe
//!     .get("https://transcribestreaming.us-east-1.amazonaws.com:8443/stream-transcription-websocket")
//!     .query("language-code", "en-US")
//!     .query("media-encoding", "pcm")
//!     .query("sample-rate", "16000")
//!     .presign_events(&credentials, Duration::from_secs(300), now)?;
//! println!("{url}"); // open a WebSocket
//!
//! let audio = Message::new(&[0; 3200][..])
//!     .header(":message-type", "event")
//!     .header(":event-type", "AudioEvent")
//!     .header(":content-type", "application/octet-stream");
//! let frame = signer.sign(&audio, now)?; // send it as a binary message
//! let end = signer.finish(now)?; // the last one
//! # let _ = (frame, end);
//!
//! // `received` are the bytes of a message from the service.
//! let received = Message::new(&b"{}"[..]).header(":event-type", "TranscriptEvent").encode()?;
//! let mut reader = MessageReader::new();
//! let mut input = &received[..];
//! while let Some(message) = reader.read(&mut input)? {
//!     println!("{:?}: {} bytes", message.text(":event-type"), message.payload().len());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The service defines the contents of its messages.

mod decoder;
mod frame;
mod header_value;
mod message;
mod reader;
mod signed_event;
mod signer;

pub use decoder::EventDecoder;
pub use header_value::HeaderValue;
pub use message::Message;
pub use reader::MessageReader;
pub use signer::EventSigner;
