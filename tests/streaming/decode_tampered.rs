//! A signed body that was changed in transit is never accepted, and no changed byte is released.

use crate::received::{Received, decode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presign::verify::{VerifyError, VerifyErrorKind as Kind};
use sha2::Digest as _;

const DATA: [&[u8]; 3] = [b"one chunk", b"and another one", b"end"];

fn signed() -> Received {
    Received::new("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", &DATA, &[])
}

fn signed_with_trailer() -> Received {
    let checksum = STANDARD.encode(sha2::Sha256::digest(DATA.concat()));
    let trailers = [("x-amz-checksum-sha256", &*checksum), ("x-amz-meta-a", "b")];
    Received::new(
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        &DATA,
        &trailers,
    )
}

fn unsigned() -> Received {
    let checksum = STANDARD.encode(sha2::Sha256::digest(DATA.concat()));
    let trailers = [("x-amz-checksum-sha256", &*checksum)];
    Received::new("STREAMING-UNSIGNED-PAYLOAD-TRAILER", &DATA, &trailers)
}

/// Decodes a changed body, as a whole and byte by byte, and checks that only whole chunks are
/// released.
fn rejection(received: &Received, body: &[u8]) -> Result<(), VerifyError> {
    let (data, result) = decode(received.decoder(), [body]);
    let (same_data, same) = decode(received.decoder(), body.chunks(1));
    assert_eq!((&data, &result), (&same_data, &same));
    let whole = received.data();
    if received.is_signed {
        let ends: Vec<_> = (0..=DATA.len())
            .map(|count| DATA[..count].concat().len())
            .collect();
        assert!(whole.starts_with(&data) && ends.contains(&data.len()));
    }
    let trailers = result?;
    assert_eq!((data, trailers), (whole, received.trailers.clone()));
    Ok(())
}

#[test]
fn an_unchanged_body_is_accepted() {
    for received in [signed(), signed_with_trailer(), unsigned()] {
        assert_eq!(rejection(&received, &received.body()), Ok(()));
    }
}

#[test]
fn a_changed_byte_is_rejected() {
    for received in [signed(), signed_with_trailer(), unsigned()] {
        let body = received.body();
        let mut accepted = 0;
        for index in 0..body.len() {
            for flip in [0x01, 0x20, 0xff] {
                let mut changed = body.clone();
                changed[index] ^= flip;
                // A trailer's name and a length are case-insensitive. The data is the same, as
                // `rejection` checks.
                accepted += usize::from(rejection(&received, &changed).is_ok());
            }
        }
        let names: usize = received
            .trailers
            .iter()
            .map(|(name, _)| name.bytes().filter(u8::is_ascii_alphabetic).count())
            .sum();
        let signature = if received.is_signed && names > 0 {
            "xamztrailersignature".len()
        } else {
            0
        };
        // The only letter in a length is the `f` of 15.
        assert_eq!(accepted, names + signature + 1);
    }
}

#[test]
fn a_truncated_body_is_rejected() {
    for received in [signed(), signed_with_trailer(), unsigned()] {
        let body = received.body();
        for length in 0..body.len() {
            let error = rejection(&received, &body[..length]).unwrap_err();
            assert_eq!(error.kind(), Kind::BodyIncomplete, "{length}");
            assert_eq!((error.code(), error.status()), ("IncompleteBody", 400));
        }
    }
}

#[test]
fn data_after_the_body_is_rejected() {
    for received in [signed(), signed_with_trailer(), unsigned()] {
        for more in [&b"\r\n"[..], b"0", b"\0"] {
            let body = [&received.body(), more].concat();
            let error = rejection(&received, &body).unwrap_err();
            assert_eq!(error.kind(), Kind::BodyMalformed);
        }
    }
}

#[test]
fn swapped_dropped_or_repeated_chunks_are_rejected() {
    for received in [signed(), signed_with_trailer()] {
        let parts = received.parts();
        let chunks = DATA.len();
        for one in 0..chunks {
            let mut dropped = parts.clone();
            dropped.remove(one);
            let error = rejection(&received, &dropped.concat()).unwrap_err();
            let kinds = [Kind::ChunkSignature, Kind::DecodedLength];
            assert!(kinds.contains(&error.kind()), "{one}: {error}");

            let mut repeated = parts.clone();
            repeated.insert(one, parts[one].clone());
            let error = rejection(&received, &repeated.concat()).unwrap_err();
            assert!(kinds.contains(&error.kind()), "{one}: {error}");

            for other in 0..one {
                let mut swapped = parts.clone();
                swapped.swap(one, other);
                let error = rejection(&received, &swapped.concat()).unwrap_err();
                assert_eq!(error.kind(), Kind::ChunkSignature, "{one} and {other}");
            }
        }
        // A chunk of another request.
        let other = Received::with_headers("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", &[]);
        let mut other = Received {
            chunks: received.chunks.clone(),
            ..other
        };
        other.trailers = received.trailers.clone();
        let error = rejection(&received, &other.body()).unwrap_err();
        assert_eq!((error.kind(), error.status()), (Kind::ChunkSignature, 403));
        assert_eq!(error.code(), "SignatureDoesNotMatch");
    }
}

#[test]
fn added_dropped_or_renamed_trailers_are_rejected() {
    let received = signed_with_trailer();
    let body = String::from_utf8(received.body()).unwrap();
    let replaced = |from: &str, to: &str| {
        let changed = body.replacen(from, to, 1);
        assert_ne!(changed, body);
        rejection(&received, changed.as_bytes()).unwrap_err()
    };
    for (from, to, kind) in [
        ("x-amz-meta-a:b\r\n", "", Kind::TrailerMissing),
        (
            "x-amz-meta-a:b\r\n",
            "x-amz-meta-a:b\r\nx-amz-meta-c:d\r\n",
            Kind::TrailerMissing,
        ),
        (
            "x-amz-meta-a:b\r\n",
            "x-amz-meta-a:b\r\nx-amz-meta-a:b\r\n",
            Kind::TrailerMissing,
        ),
        ("x-amz-meta-a", "x-amz-meta-b", Kind::TrailerMissing),
        ("x-amz-meta-a:b", "x-amz-meta-a:c", Kind::TrailerSignature),
        (
            "x-amz-trailer-signature",
            "x-amz-trailer-signaturf",
            Kind::TrailerMissing,
        ),
        ("x-amz-meta-a:b", "x-amz-meta-a", Kind::BodyMalformed),
        ("x-amz-meta-a:b\r", "x-amz-meta-a:b", Kind::BodyMalformed),
    ] {
        let error = replaced(from, to);
        assert_eq!(error.kind(), kind, "{from:?}, {to:?}");
    }
    let error = replaced("x-amz-meta-a:b\r\n", "");
    assert_eq!(
        (error.code(), error.status()),
        ("MalformedTrailerError", 400)
    );
    let (front, signature) = body.split_once("x-amz-trailer-signature").unwrap();
    let error = rejection(&received, format!("{front}\r\n").as_bytes()).unwrap_err();
    assert_eq!(error.kind(), Kind::TrailerMissing);
    let moved = front.replacen(
        "x-amz-checksum",
        &format!(
            "x-amz-trailer-signature{}x-amz-checksum",
            signature.trim_end_matches("\r\n").to_owned() + "\r\n"
        ),
        1,
    );
    let error = rejection(&received, format!("{moved}\r\n").as_bytes()).unwrap_err();
    assert_eq!(error.kind(), Kind::BodyMalformed);
    // White space around a trailer's colon is not signed.
    let spaced = body.replacen("x-amz-meta-a:b", "x-amz-meta-a : b ", 1);
    assert_eq!(rejection(&received, spaced.as_bytes()), Ok(()));
}

#[test]
fn unexpected_and_missing_signatures_are_rejected() {
    let received = unsigned();
    let mut foreign = received.clone();
    foreign.is_signed = true;
    let error = rejection(&received, &foreign.body()).unwrap_err();
    assert_eq!(error.kind(), Kind::BodyMalformed);
    // Signed trailers follow unsigned chunks.
    let end = foreign.parts().pop().unwrap();
    let mut parts = received.parts();
    *parts.last_mut().unwrap() = end;
    let error = rejection(&received, &parts.concat()).unwrap_err();
    assert_eq!(error.kind(), Kind::TrailerMissing);

    for received in [signed(), signed_with_trailer()] {
        let mut plain = received.clone();
        plain.is_signed = false;
        let error = rejection(&received, &plain.body()).unwrap_err();
        assert_eq!(error.kind(), Kind::BodyMalformed);
    }
}
