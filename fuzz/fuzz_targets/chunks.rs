//! Bodies in chunks: valid ones with changes, and arbitrary bytes. The decoder agrees with a second
//! one, which has the whole body, and releases nothing from a signed body that it rejects.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use presign::Timestamp;
use presign::streaming::ChunkDecoder;
use presign::verify::{ReceivedRequest, Verifier};
use presign_fuzz::chunks::{MODES, decode, encode, head};
use presign_fuzz::credentials;

#[derive(Debug, Arbitrary)]
struct Input {
    mode: u8,
    chunks: Vec<Vec<u8>>,
    changes: Vec<(u16, Change)>,
    /// The lengths of the pieces in which the body arrives, in turns.
    pieces: Vec<u8>,
    early: bool,
    /// A body instead of the encoded one.
    raw: Option<Vec<u8>>,
}

#[derive(Debug, Arbitrary)]
enum Change {
    Replace(u8),
    Insert(u8),
    Remove,
    Cut,
}

fn decoder(headers: &[(String, String)]) -> ChunkDecoder {
    let headers = headers.iter().map(|(name, value)| (&**name, &**value));
    let request = ReceivedRequest::new("PUT", "/a.bin").headers(headers);
    let verifier = Verifier::new("us-east-1", "s3").allow_streaming();
    let now = Timestamp::from_unix_seconds(1_440_938_160);
    let verified = verifier.verify(&request, now, |_| Some(credentials(false)));
    verified.unwrap().chunk_decoder(credentials(false)).unwrap()
}

fuzz_target!(|input: Input| {
    let mode = MODES[usize::from(input.mode) % MODES.len()];
    let mut chunks = input.chunks;
    chunks.retain(|chunk| !chunk.is_empty());
    let data = chunks.concat();
    let (headers, seed) = head(mode, data.len());
    let mut body = encode(mode, &seed, &chunks);
    let is_changed = input.raw.is_some() || !input.changes.is_empty();
    for (index, change) in input.changes {
        let index = usize::from(index) % (body.len() + 1);
        match change {
            Change::Replace(byte) if index < body.len() => body[index] = byte,
            Change::Insert(byte) => body.insert(index, byte),
            Change::Remove if index < body.len() => {
                body.remove(index);
            }
            Change::Cut => body.truncate(index),
            _ => {}
        }
    }
    let body = input.raw.unwrap_or(body);

    let mut decoder = decoder(&headers);
    if input.early {
        decoder = decoder.release_unverified();
    }
    let (mut released, mut rest, mut failed) = (Vec::new(), &body[..], None);
    let mut lengths = input.pieces.iter().cycle();
    while !rest.is_empty() && failed.is_none() {
        let length = lengths
            .next()
            .map_or(rest.len(), |length| usize::from(*length) + 1);
        let (mut piece, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(data)) => released.extend_from_slice(data),
                Ok(None) => break,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
    }
    let result = match failed {
        None => decoder.finish(),
        Some(error) => {
            assert_eq!(decoder.finish(), Err(error.clone()));
            Err(error)
        }
    };
    assert!(released.len() <= data.len());
    if mode.is_signed && !input.early {
        assert!(data.starts_with(&released));
    }
    match decode(mode, &seed, data.len(), &body) {
        Some((expected, trailers)) => {
            assert_eq!((released, result), (expected, Ok(trailers)));
        }
        None => {
            assert!(is_changed);
            result.unwrap_err();
        }
    }
});
