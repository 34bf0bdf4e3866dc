//! Received requests that a second implementation signs, and their decoding.

use crate::support::{Pairs, hex, hmac_sha256, sha256_hex};
use presign::streaming::ChunkDecoder;
use presign::verify::{ReceivedRequest, Verifier, VerifyError};
use presign::{Credentials, Timestamp};

pub const ID: &str = "AKIDEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TIME: &str = "20130524T000000Z";
const SCOPE: &str = "20130524/us-east-1/s3/aws4_request";

pub fn credentials() -> Credentials {
    Credentials::new(ID, SECRET).unwrap()
}

pub fn now() -> Timestamp {
    TIME.parse().unwrap()
}

fn key() -> Vec<u8> {
    let parts = ["20130524", "us-east-1", "s3", "aws4_request"];
    let start = format!("AWS4{SECRET}").into_bytes();
    parts
        .iter()
        .fold(start, |key, part| hmac_sha256(&key, part))
}

/// A received request with a body in chunks.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: Pairs,
    pub seed: String,
    /// Chunks of any size, except those of length 0.
    pub chunks: Vec<Vec<u8>>,
    pub trailers: Pairs,
    pub is_signed: bool,
}

impl Received {
    /// Returns a request with this payload hash, which signs the length and the announced trailers.
    pub fn new(payload: &str, chunks: &[&[u8]], trailers: &[(&str, &str)]) -> Self {
        let length: usize = chunks.iter().map(|chunk| chunk.len()).sum();
        let names: Vec<_> = trailers.iter().map(|(name, _)| *name).collect();
        let mut more = vec![("x-amz-decoded-content-length", length.to_string())];
        if !names.is_empty() {
            more.push(("x-amz-trailer", names.join(",")));
        }
        let more: Vec<_> = more.iter().map(|(name, value)| (*name, &**value)).collect();
        let mut received = Received::with_headers(payload, &more);
        received.chunks = chunks.iter().map(|chunk| chunk.to_vec()).collect();
        let trailers = trailers.iter();
        received.trailers = trailers
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        received
    }

    pub fn with_headers(payload: &str, more: &[(&str, &str)]) -> Self {
        let mut headers: Pairs = more
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        headers.push(("host".into(), "examplebucket.s3.amazonaws.com".into()));
        headers.push(("x-amz-content-sha256".into(), payload.into()));
        headers.push(("x-amz-date".into(), TIME.into()));
        headers.sort();
        let names: Vec<_> = headers.iter().map(|(name, _)| &**name).collect();
        let names = names.join(";");
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let canonical = format!("PUT\n/a.bin\n\n{lines}\n{names}\n{payload}");
        let text = format!(
            "AWS4-HMAC-SHA256\n{TIME}\n{SCOPE}\n{}",
            sha256_hex(canonical)
        );
        let seed = hex(hmac_sha256(&key(), text));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={ID}/{SCOPE}, SignedHeaders={names}, Signature={seed}"
        );
        headers.push(("authorization".into(), authorization));
        Received {
            headers,
            seed,
            chunks: Vec::new(),
            trailers: Vec::new(),
            is_signed: payload != "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        }
    }

    pub fn data(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    /// Returns the chunks as they are sent, each with its header and line break, then the last
    /// chunk, the trailers and the end.
    pub fn parts(&self) -> Vec<Vec<u8>> {
        let mut previous = self.seed.clone();
        let mut sign = |kind: &str, hash: String| {
            let text = format!("AWS4-HMAC-SHA256-{kind}\n{TIME}\n{SCOPE}\n{previous}\n{hash}");
            previous = hex(hmac_sha256(&key(), text));
            previous.clone()
        };
        let mut parts = Vec::new();
        for chunk in self.chunks.iter().map(Vec::as_slice).chain([&[][..]]) {
            let mut part = format!("{:x}", chunk.len());
            if self.is_signed {
                let hashes = format!("{}\n{}", sha256_hex(""), sha256_hex(chunk));
                part += &format!(";chunk-signature={}", sign("PAYLOAD", hashes));
            }
            part += "\r\n";
            let mut part = part.into_bytes();
            if !chunk.is_empty() {
                part.extend_from_slice(chunk);
                part.extend_from_slice(b"\r\n");
            }
            parts.push(part);
        }
        let mut end = String::new();
        let mut lines = String::new();
        for (name, value) in &self.trailers {
            end += &format!("{name}:{value}\r\n");
            lines += &format!("{name}:{value}\n");
        }
        if self.is_signed && !self.trailers.is_empty() {
            let signature = sign("TRAILER", sha256_hex(lines));
            end += &format!("x-amz-trailer-signature:{signature}\r\n");
        }
        parts.push((end + "\r\n").into_bytes());
        parts
    }

    pub fn body(&self) -> Vec<u8> {
        self.parts().concat()
    }

    pub fn try_decoder(&self) -> Result<ChunkDecoder, VerifyError> {
        let headers = self.headers.iter().map(|(name, value)| (&**name, &**value));
        let request = ReceivedRequest::new("PUT", "/a.bin").headers(headers);
        let verifier = Verifier::new("us-east-1", "s3").allow_streaming();
        let verified = verifier.verify(&request, now(), |_| Some(credentials()))?;
        verified.chunk_decoder(credentials())
    }

    pub fn decoder(&self) -> ChunkDecoder {
        self.try_decoder().unwrap()
    }
}

/// The released data, and the trailers or the error.
pub type Decoded = (Vec<u8>, Result<Pairs, VerifyError>);

/// Decodes a body that arrives in these pieces.
pub fn decode<'p>(
    mut decoder: ChunkDecoder,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> Decoded {
    let mut released = Vec::new();
    for mut piece in pieces {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(data)) => released.extend_from_slice(data),
                Ok(None) => break,
                Err(error) => {
                    // The error is final.
                    assert_eq!(decoder.decode(&mut &b"0"[..]), Err(error.clone()));
                    assert_eq!(decoder.finish(), Err(error.clone()));
                    return (released, Err(error));
                }
            }
        }
        assert!(piece.is_empty());
    }
    (released, decoder.finish())
}
