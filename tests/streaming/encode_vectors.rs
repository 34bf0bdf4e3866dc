//! Bodies in chunks are equal to those of other implementations, byte for byte.

use crate::support::signing::authorization;
use crate::support::{Pairs, sha256_hex};
use crate::vector_files::{EncodeCase, encode_cases};
use presign::streaming::ChunkEncoder;
use presign::{SignedRequest, v4};

/// Headers that signing adds.
const ADDED: [&str; 7] = [
    "content-encoding",
    "content-length",
    "host",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
];

pub fn sign(case: &EncodeCase) -> (SignedRequest, ChunkEncoder) {
    let service = v4::Service::new(&*case.signer.region, &*case.signer.service).unwrap();
    let mut request = service.request(&*case.method, &*case.url);
    for (name, value) in &case.headers {
        if !ADDED.contains(&&**name) {
            request = request.header(&**name, &**value);
        }
    }
    let encoding = case.header("content-encoding").unwrap();
    if let Some(own) = encoding.strip_suffix(",aws-chunked") {
        request = request.header("Content-Encoding", own);
    }
    request
        .sign_chunked(&case.signer.credentials(), &case.body(), case.signer.time())
        .unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

/// Sends a body as `text, chunk, text, chunk, …`.
pub fn encode(encoder: &mut ChunkEncoder, mut data: &[u8]) -> Vec<u8> {
    let mut sent = Vec::new();
    while encoder.next_chunk_len() > 0 {
        let (chunk, after) = data.split_at(encoder.next_chunk_len());
        sent.extend_from_slice(encoder.chunk([chunk]).unwrap());
        sent.extend_from_slice(chunk);
        data = after;
    }
    sent.extend_from_slice(encoder.finish().unwrap());
    sent
}

#[test]
fn bodies_match_those_of_other_implementations() {
    for case in encode_cases() {
        let (signed, mut encoder) = sign(&case);
        let name = &case.name;
        assert_eq!(signed.signature(), case.seed_signature, "{name}");
        assert_eq!(encoder.encoded_len(), case.encoded_length, "{name}");

        let added: Pairs = signed
            .headers()
            .filter(|(name, _)| ADDED.contains(name))
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        for (known, value) in &added {
            assert_eq!(case.header(known), Some(&**value), "{name}: {known}");
        }
        let expected = case
            .headers
            .iter()
            .filter(|(name, _)| ADDED.contains(&&**name) && name != "host");
        assert_eq!(added.len(), expected.count(), "{name}");
        assert!(
            authorization(&signed).ends_with(&case.seed_signature),
            "{name}"
        );

        // A second encoding repeats the body, as after a failed upload.
        for _ in 0..2 {
            let sent = encode(&mut encoder, &case.data);
            assert_eq!(sent.len() as u64, case.encoded_length, "{name}");
            let lossy = String::from_utf8_lossy(&sent);
            for signature in &case.chunk_signatures {
                assert!(
                    lossy.contains(&format!(";chunk-signature={signature}\r\n")),
                    "{name}"
                );
            }
            if let Some(signature) = &case.trailer_signature {
                assert!(
                    lossy.ends_with(&format!("\r\nx-amz-trailer-signature:{signature}\r\n\r\n"))
                );
            }
            assert_eq!(sha256_hex(&sent), case.encoded_sha256, "{name}");
            encoder.restart();
        }
    }
}
