//! Event streams: every change is rejected, and the pieces of the input don't matter.

use crate::received::{Received, credentials, now};
use presign::event_stream::{EventDecoder, EventSigner, HeaderValue, Message, MessageReader};
use presign::verify::{ReceivedRequest, Verifier, VerifyError, VerifyErrorKind as Kind};
use presign::{Credentials, ErrorKind, Payload, Timestamp, v2, v4};
use proptest::prelude::*;
use std::time::Duration;

const URL: &str = "https://transcribestreaming.us-east-1.amazonaws.com:8443/stream";

fn service() -> v4::Service {
    v4::Service::new("us-east-1", "transcribe").unwrap()
}

fn message() -> Message<'static> {
    Message::new(&b"audio"[..]).header(":event-type", "AudioEvent")
}

/// Returns the signer and the decoder of a request over HTTP/2.
fn stream() -> (EventSigner, EventDecoder) {
    let service = service();
    let post = service.post(URL);
    let (signed, signer) = post.sign_events(&credentials(), now()).unwrap();
    let request = ReceivedRequest::from_url("POST", URL)
        .unwrap()
        .headers(signed.headers());
    let verifier = Verifier::new("us-east-1", "transcribe").allow_streaming();
    let verified = verifier
        .verify(&request, now(), |_| Some(credentials()))
        .unwrap();
    (signer, verified.event_decoder(credentials()).unwrap())
}

/// Returns two events of different days, and the end of the stream.
fn frames(signer: &mut EventSigner) -> [Vec<u8>; 3] {
    let tomorrow = now().saturating_add(Duration::from_secs(86_400));
    [
        signer.sign(&message(), now()).unwrap(),
        signer.sign(&message().header("a", true), tomorrow).unwrap(),
        signer.finish(tomorrow).unwrap(),
    ]
}

/// Returns the payloads that were released, and the result.
fn decode<'p>(
    mut decoder: EventDecoder,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> (usize, Result<(), VerifyError>) {
    let mut count = 0;
    for mut piece in pieces {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(received)) => {
                    assert_eq!(received.text(":event-type"), Some("AudioEvent"));
                    assert_eq!(received.payload(), b"audio");
                    count += 1;
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.decode(&mut &b"0"[..]).unwrap_err(), error);
                    return (count, decoder.finish());
                }
            }
        }
    }
    (count, decoder.finish())
}

#[test]
fn a_stream_is_verified() {
    let (mut signer, _) = stream();
    let sent = frames(&mut signer).concat();
    for piece in [sent.len(), 100, 1] {
        assert_eq!(decode(stream().1, sent.chunks(piece)), (2, Ok(())));
    }
}

#[test]
fn a_websocket_is_verified() {
    let service = service();
    let get = service.get(URL).query("language-code", "en-US");
    let minute = Duration::from_secs(60);
    let (url, mut signer) = get.presign_events(&credentials(), minute, now()).unwrap();
    assert_eq!(
        url.as_str()
            .find("wss://transcribestreaming.us-east-1.amazonaws.com:8443/stream?"),
        Some(0)
    );
    // The signature doesn't depend on the scheme of the URL.
    let plain = get.presign(&credentials(), minute, now()).unwrap();
    assert_eq!(url.signature(), plain.signature());
    let target = url
        .as_str()
        .strip_prefix("wss://transcribestreaming.us-east-1.amazonaws.com:8443");
    let request = ReceivedRequest::new("GET", target.unwrap())
        .header("Host", "transcribestreaming.us-east-1.amazonaws.com:8443");
    let verifier = Verifier::new("us-east-1", "transcribe");
    let verified = verifier
        .verify(&request, now(), |_| Some(credentials()))
        .unwrap();
    let decoder = verified.event_decoder(credentials()).unwrap();
    let sent = frames(&mut signer).concat();
    assert_eq!(decode(decoder, [&sent[..]]), (2, Ok(())));
    // The first signature depends on that of the request, so a decoder of another stream rejects
    // it.
    let error = decode(stream().1, [&sent[..]]).1.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::ChunkSignature, "SignatureDoesNotMatch")
    );
}

#[test]
fn a_changed_byte_is_rejected() {
    let sent = frames(&mut stream().0).concat();
    for index in 0..sent.len() {
        for flip in [1, 0x80] {
            let mut changed = sent.clone();
            changed[index] ^= flip;
            let (_, result) = decode(stream().1, changed.chunks(50));
            let kind = result.unwrap_err().kind();
            assert_eq!(kind, Kind::BodyMalformed, "byte {index}");
        }
    }
}

/// An attacker can compute the CRCs of a changed event, so they are correct here.
#[test]
fn a_changed_event_with_correct_crcs_is_rejected() {
    let [one, two, end] = frames(&mut stream().0);
    let original = Message::decode(&one).unwrap();
    let (date, signature) = (
        original.value(":date").unwrap().clone(),
        original.value(":chunk-signature").unwrap().clone(),
    );
    let inner = message().encode().unwrap();
    let again = |inner: &[u8], date: &HeaderValue<'_>, signature: &HeaderValue<'_>| {
        let event = Message::new(inner.to_vec()).header(":date", date.clone());
        event
            .header(":chunk-signature", signature.clone())
            .encode()
            .unwrap()
    };
    let kind = |first: Vec<u8>| {
        let sent = [first, two.clone(), end.clone()].concat();
        decode(stream().1, [&sent[..]])
            .1
            .map_err(|error| error.kind())
    };
    assert_eq!(again(&inner, &date, &signature), one);
    assert_eq!(kind(one.clone()), Ok(()));
    let other = Message::new(&b"other"[..]).encode().unwrap();
    assert_eq!(
        kind(again(&other, &date, &signature)),
        Err(Kind::ChunkSignature)
    );
    let HeaderValue::Timestamp(milliseconds) = date else {
        panic!("{date:?}");
    };
    for difference in [-1, 1, 1000, 86_400_000] {
        let date = HeaderValue::Timestamp(milliseconds + difference);
        assert_eq!(
            kind(again(&inner, &date, &signature)),
            Err(Kind::ChunkSignature)
        );
    }
    for date in [
        HeaderValue::Long(milliseconds),
        HeaderValue::Timestamp(i64::MAX),
        HeaderValue::Timestamp(i64::MIN),
    ] {
        assert_eq!(
            kind(again(&inner, &date, &signature)),
            Err(Kind::BodyMalformed)
        );
    }
    for wrong in [vec![], vec![0; 31], vec![0; 32], vec![0; 33]] {
        let wrong = HeaderValue::from(wrong);
        assert_eq!(
            kind(again(&inner, &date, &wrong)),
            Err(Kind::ChunkSignature)
        );
    }
    let without = |name: &str| {
        let mut event = Message::new(inner.clone());
        for (known, value) in original.headers().filter(|(known, _)| *known != name) {
            event = event.header(known.to_owned(), value.clone());
        }
        event
    };
    for name in [":date", ":chunk-signature"] {
        assert_eq!(
            kind(without(name).encode().unwrap()),
            Err(Kind::BodyMalformed)
        );
    }
    let more = without("").header("unsigned", true).encode().unwrap();
    assert_eq!(kind(more), Err(Kind::BodyMalformed));
    // A message without a wrapper and a wrapper without a message are rejected.
    assert_eq!(kind(inner.clone()), Err(Kind::BodyMalformed));
}

#[test]
fn swapped_dropped_repeated_or_truncated_events_are_rejected() {
    let [one, two, end] = frames(&mut stream().0);
    let kind = |frames: &[&Vec<u8>]| {
        let sent: Vec<u8> = frames
            .iter()
            .flat_map(|frame| frame.iter().copied())
            .collect();
        decode(stream().1, [&sent[..]])
            .1
            .map_err(|error| error.kind())
    };
    assert_eq!(kind(&[&one, &two, &end]), Ok(()));
    for wrong in [
        &[&two, &one, &end][..],
        &[&two, &end],
        &[&one, &end],
        &[&end],
        &[&one, &one, &two, &end],
    ] {
        assert_eq!(kind(wrong), Err(Kind::ChunkSignature));
    }
    assert_eq!(kind(&[&one, &two, &end, &end]), Err(Kind::BodyMalformed));
    assert_eq!(
        kind(&[&one, &two, &end, &vec![0]]),
        Err(Kind::BodyMalformed)
    );
    let sent = [one, two, end].concat();
    for length in 0..sent.len() {
        let (_, result) = decode(stream().1, [&sent[..length]]);
        assert_eq!(result.unwrap_err().kind(), Kind::BodyIncomplete, "{length}");
    }
}

#[test]
fn requests_without_a_stream_are_rejected() {
    let kind = |request: &ReceivedRequest<'_>, verifier: &Verifier, key: &Credentials| {
        let verified = verifier
            .verify(request, now(), |_| Some(credentials()))
            .unwrap();
        verified
            .event_decoder(key)
            .map(|_| ())
            .map_err(|error| error.kind())
    };
    let s3 = Verifier::new("us-east-1", "s3").allow_streaming();
    let received = |payload: &str| {
        let received = Received::with_headers(payload, &[]);
        let headers = received
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value));
        let request = ReceivedRequest::new("PUT", "/a.bin").headers(headers);
        kind(&request, &s3, &credentials())
    };
    assert_eq!(received("STREAMING-AWS4-HMAC-SHA256-EVENTS"), Ok(()));
    for payload in ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "UNSIGNED-PAYLOAD"] {
        assert_eq!(received(payload), Err(Kind::PayloadNotAllowed));
    }
    let service = service();
    let (signed, _) = service
        .post(URL)
        .sign_events(&credentials(), now())
        .unwrap();
    let request = ReceivedRequest::from_url("POST", URL)
        .unwrap()
        .headers(signed.headers());
    let transcribe = Verifier::new("us-east-1", "transcribe").allow_streaming();
    assert_eq!(kind(&request, &transcribe, &credentials()), Ok(()));
    let other = Credentials::new("ANOTHER", "secret").unwrap();
    assert_eq!(kind(&request, &transcribe, &other), Err(Kind::AccessKey));
    let old = v2::Service::s3();
    let url = old.get("https://s3.amazonaws.com/b/k").presign(
        &credentials(),
        Duration::from_secs(60),
        now(),
    );
    let url = url.unwrap();
    let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
    let verifier = s3.clone().allow_sigv2(Duration::from_secs(3600));
    assert_eq!(kind(&request, &verifier, &credentials()), Err(Kind::Scheme));
}

#[test]
fn unsigned_requests_are_rejected() {
    let service = service();
    let minute = Duration::from_secs(60);
    let with_payload = service.post(URL).payload(Payload::Empty);
    let error = with_payload.sign_events(&credentials(), now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Payload);
    let error = with_payload
        .presign_events(&credentials(), minute, now())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Payload);
    let old = v2::Service::s3();
    let get = old.get("https://example.com/");
    let error = get.sign_events(&credentials(), now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let error = get
        .presign_events(&credentials(), minute, now())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let (mut signer, _) = stream();
    let late = Timestamp::from_unix_seconds(i64::MAX);
    assert_eq!(
        signer.sign(&message(), late).unwrap_err().kind(),
        ErrorKind::Time
    );
}

#[test]
fn messages_above_the_limit_are_rejected() {
    let kind = |message: Message<'_>| message.encode().map(|_| ()).map_err(|error| error.kind());
    let name = |length| Message::new(&[][..]).header("n".repeat(length), true);
    assert_eq!(kind(name(255)), Ok(()));
    for length in [0, 256] {
        assert_eq!(kind(name(length)), Err(ErrorKind::Header));
    }
    let value = |length| Message::new(&[][..]).header("n", "v".repeat(length));
    assert_eq!(kind(value(65_535)), Ok(()));
    assert_eq!(kind(value(65_536)), Err(ErrorKind::Header));
    let twice = Message::new(&[][..]).header("n", "1").header("n", "2");
    assert_eq!(kind(twice), Err(ErrorKind::Header));
    let headers = |last| {
        value(65_535)
            .header("m", "v".repeat(65_000))
            .header("l", "v".repeat(last))
    };
    // The bytes before the last value are 65,540 + 65,005 + 5, of 131,072.
    assert_eq!(kind(headers(522)), Ok(()));
    assert_eq!(kind(headers(523)), Err(ErrorKind::Header));
    let max = 16 * 1024 * 1024;
    assert_eq!(kind(Message::new(vec![0; max])), Ok(()));
    assert_eq!(
        kind(Message::new(vec![0; max + 1])),
        Err(ErrorKind::Payload)
    );
    // The message is accepted alone, but not in an event.
    let (mut signer, _) = stream();
    let error = signer.sign(&Message::new(vec![0; max]), now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Payload);

    // A decoder rejects the length before it collects the message.
    for (total, headers) in [
        (16 + max as u32 + 1, 0u32),
        (16 + 131_073, 131_073),
        (u32::MAX, 0),
    ] {
        let mut prelude = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        prelude.extend(crc32(&prelude).to_be_bytes());
        let error = MessageReader::new().read(&mut &prelude[..]).unwrap_err();
        assert_eq!(error.kind(), Kind::ChunkTooLarge);
    }
    for (total, headers) in [(15u32, 0u32), (16, 1), (0, 0)] {
        let mut prelude = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        prelude.extend(crc32(&prelude).to_be_bytes());
        let error = MessageReader::new().read(&mut &prelude[..]).unwrap_err();
        assert_eq!(error.kind(), Kind::BodyMalformed);
    }
}

/// Computes a CRC-32 bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// The CRCs of these frames are correct, and their headers are not.
#[test]
fn malformed_headers_are_rejected() {
    for (headers, value) in [
        (&b"\x01a\x00"[..], HeaderValue::Bool(true)),
        (b"\x01a\x01", HeaderValue::Bool(false)),
        (b"\x01a\x02\xff", HeaderValue::Byte(-1)),
        (b"\x01a\x03\x01\x02", HeaderValue::Short(0x102)),
        (b"\x01a\x04\0\0\x01\x02", HeaderValue::Integer(0x102)),
        (b"\x01a\x05\0\0\0\0\0\0\x01\x02", HeaderValue::Long(0x102)),
        (b"\x01a\x06\0\x02\0\xff", HeaderValue::from(&b"\0\xff"[..])),
        (b"\x01a\x07\0\x02bc", HeaderValue::from("bc")),
        (
            b"\x01a\x08\0\0\0\0\0\0\x01\x02",
            HeaderValue::Timestamp(0x102),
        ),
        (
            b"\x01a\x090123456789abcdef",
            HeaderValue::Uuid(*b"0123456789abcdef"),
        ),
    ] {
        let frame = frame_of(headers);
        let message = Message::decode(&frame).unwrap();
        assert_eq!(message.value("a"), Some(&value));
        assert_eq!(message.encode().unwrap(), frame);
        for length in 1..headers.len() {
            let error = Message::decode(&frame_of(&headers[..length])).unwrap_err();
            assert_eq!(error.kind(), Kind::BodyMalformed, "{headers:?} {length}");
        }
    }
    for headers in [
        &b"\0\0"[..],
        b"\x01\xff\0",
        b"\x01a\x0a",
        b"\x01a\x07\0\x01\xff",
        b"\x01a\0\x01a\0",
    ] {
        let error = Message::decode(&frame_of(headers)).unwrap_err();
        assert_eq!(error.kind(), Kind::BodyMalformed, "{headers:?}");
    }
    let whole = message().encode().unwrap();
    assert_eq!(
        Message::decode(&[&whole[..], b"0"].concat())
            .unwrap_err()
            .kind(),
        Kind::BodyMalformed
    );
    for length in 0..whole.len() {
        let error = Message::decode(&whole[..length]).unwrap_err();
        assert_eq!(error.kind(), Kind::BodyIncomplete);
    }
}

/// Returns a frame with these headers and without a payload.
fn frame_of(headers: &[u8]) -> Vec<u8> {
    let mut frame = (16 + headers.len() as u32).to_be_bytes().to_vec();
    frame.extend((headers.len() as u32).to_be_bytes());
    frame.extend(crc32(&frame).to_be_bytes());
    frame.extend(headers);
    frame.extend(crc32(&frame).to_be_bytes());
    frame
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pieces_of_a_message_do_not_matter(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..5),
        piece in 1usize..60,
    ) {
        let messages: Vec<_> = payloads.iter().map(|payload| {
            Message::new(&payload[..]).header("length", payload.len().to_string())
        }).collect();
        let sent: Vec<u8> = messages.iter().flat_map(|message| message.encode().unwrap()).collect();
        let (mut reader, mut read) = (MessageReader::new(), 0);
        for mut piece in sent.chunks(piece) {
            while let Some(message) = reader.read(&mut piece).unwrap() {
                prop_assert_eq!(&message, &messages[read]);
                read += 1;
            }
        }
        prop_assert_eq!(read, messages.len());
        prop_assert_eq!(reader.finish(), Ok(()));
    }
}
