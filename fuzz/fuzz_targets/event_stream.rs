//! Event streams: arbitrary bytes, and valid messages with changes. A parsed message encodes to the
//! same bytes. A signed stream is accepted only if it is unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::event_stream::{Message, MessageReader};
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Timestamp, v4};
use presign_fuzz::credentials;

const URL: &str = "https://transcribestreaming.us-east-1.amazonaws.com/stream";

/// Parses messages in pieces and returns their bytes, encoded again.
fn read(bytes: &[u8], piece: usize) -> Option<Vec<u8>> {
    let (mut reader, mut encoded) = (MessageReader::new(), Vec::new());
    for mut piece in bytes.chunks(piece) {
        while let Some(message) = reader.read(&mut piece).ok()? {
            encoded.extend(message.encode().unwrap());
        }
    }
    reader.finish().ok()?;
    Some(encoded)
}

fuzz_target!(|input: (&[u8], Vec<&[u8]>, Option<(u16, u8)>, u8)| {
    let (raw, payloads, change, piece) = input;
    let piece = usize::from(piece) + 1;
    let once = read(raw, raw.len().max(1));
    assert_eq!(once, read(raw, piece));
    if let Some(encoded) = once {
        assert_eq!(encoded, raw);
    }
    if let Ok(message) = Message::decode(raw) {
        assert_eq!(message.encode().unwrap(), raw);
    }

    let now = Timestamp::from_unix_seconds(1_440_938_160);
    let service = v4::Service::new("us-east-1", "transcribe").unwrap();
    let (signed, mut signer) = service
        .post(URL)
        .sign_events(credentials(false), now)
        .unwrap();
    let mut sent = Vec::new();
    for payload in &payloads {
        let message = Message::new(*payload).header(":event-type", "AudioEvent");
        sent.extend(signer.sign(&message, now).unwrap());
    }
    sent.extend(signer.finish(now).unwrap());
    let original = sent.clone();
    if let Some((index, byte)) = change {
        let index = usize::from(index) % sent.len();
        sent[index] = byte;
    }
    let request = ReceivedRequest::from_url("POST", URL)
        .unwrap()
        .headers(signed.headers());
    let verifier = Verifier::new("us-east-1", "transcribe").allow_streaming();
    let verified = verifier
        .verify(&request, now, |_| Some(credentials(false)))
        .unwrap();
    let mut decoder = verified.event_decoder(credentials(false)).unwrap();
    let mut expected = payloads.iter();
    'pieces: for mut piece in sent.chunks(piece) {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(message)) => assert_eq!(Some(&message.payload()), expected.next()),
                Ok(None) => break,
                Err(_) => break 'pieces,
            }
        }
    }
    assert_eq!(decoder.finish().is_ok(), sent == original);
});
