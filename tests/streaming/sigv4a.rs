//! Bodies in chunks that are signed with SigV4a.

use crate::support::{credentials, time, vectors};
use presign::streaming::{ChecksumAlgorithm, ChunkEncoder, ChunkedBody};
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, SignedRequest, Timestamp, v4};
use serde_json::Value;

const URL: &str = "https://s3.amazonaws.com/examplebucket/chunkObject.txt";

fn keys() -> Credentials {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    credentials("AKIAIOSFODNN7EXAMPLE", secret, None)
}

fn now() -> Timestamp {
    time("20130524T000000Z")
}

/// Decodes the body of a request with these headers.
fn decode<'h>(
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
    mut body: &[u8],
) -> Result<Vec<u8>, VerifyErrorKind> {
    let headers: Vec<_> = headers.into_iter().collect();
    let request = ReceivedRequest::from_url("PUT", URL)
        .unwrap()
        .headers(headers.iter().copied());
    let verifier = Verifier::new("us-east-1", "s3")
        .allow_sigv4a()
        .allow_streaming();
    let keys = keys();
    let verified = verifier.verify(&request, now(), |_| Some(&keys)).unwrap();
    let mut decoder = verified.chunk_decoder(&keys).unwrap();
    let mut decoded = Vec::new();
    while let Some(data) = decoder.decode(&mut body).map_err(|error| error.kind())? {
        decoded.extend_from_slice(data);
    }
    decoder.finish().map_err(|error| error.kind())?;
    Ok(decoded)
}

/// The example of the AWS Common Runtime, whose signatures have other nonces than ours.
#[test]
fn a_published_body_is_decoded() {
    let vectors: Value = vectors("streaming.json");
    let case = &vectors["aws_chunked_sigv4a"][0];
    let text = |value: &'_ Value| value.as_str().unwrap().to_owned();
    let mut body = Vec::new();
    for chunk in case["chunks"].as_array().unwrap() {
        let count = chunk["data"]["count"].as_u64().unwrap() as usize;
        body.extend_from_slice(text(&chunk["sample_header_line"]).as_bytes());
        body.extend_from_slice(b"\r\n");
        body.extend(std::iter::repeat_n(b'a', count));
        if count > 0 {
            body.extend_from_slice(b"\r\n");
        }
    }
    body.extend_from_slice(b"\r\n");
    let canonical = text(&case["seed"]["canonical_request"]);
    let names = canonical.lines().rev().nth(1).unwrap();
    let authorization = format!(
        "AWS4-ECDSA-P256-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/s3/aws4_request, \
         SignedHeaders={names}, Signature={}",
        text(&case["seed"]["sample_signature"])
    );
    let headers: Vec<(String, String)> = serde_json::from_value(case["headers"].clone()).unwrap();
    let headers = || {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
        headers.chain([("authorization", authorization.as_str())])
    };
    assert_eq!(decode(headers(), &body).unwrap(), vec![b'a'; 66_560]);

    let mut changed = body.clone();
    changed[40_000] = b'b';
    assert_eq!(
        decode(headers(), &changed),
        Err(VerifyErrorKind::ChunkSignature)
    );
    // The padding belongs to the length of the signature, but is not signed.
    let padding = body.windows(2).position(|pair| pair == b"**").unwrap();
    let mut shorter = body.clone();
    shorter.remove(padding);
    assert_eq!(
        decode(headers(), &shorter),
        Err(VerifyErrorKind::BodyMalformed)
    );
    let mut other = body;
    other[padding] = b'0';
    assert_eq!(
        decode(headers(), &other),
        Err(VerifyErrorKind::ChunkSignature)
    );
}

fn encode(body: &ChunkedBody, data: &[u8]) -> (SignedRequest, Vec<u8>) {
    let service = v4::Service::sigv4a("us-east-1", "s3").unwrap();
    let request = service.request("PUT", URL);
    let (signed, mut encoder): (_, ChunkEncoder) =
        request.sign_chunked(&keys(), body, now()).unwrap();
    let (mut sent, mut rest) = (Vec::new(), data);
    while encoder.next_chunk_len() > 0 {
        let (chunk, after) = rest.split_at(encoder.next_chunk_len());
        sent.extend_from_slice(encoder.chunk([chunk]).unwrap());
        sent.extend_from_slice(chunk);
        rest = after;
    }
    sent.extend_from_slice(encoder.finish().unwrap());
    assert_eq!(sent.len() as u64, encoder.encoded_len());
    (signed, sent)
}

#[test]
fn encoded_bodies_are_decoded() {
    let data = vec![b'x'; 20_000];
    let length = data.len() as u64;
    for body in [
        ChunkedBody::signed(length).chunk_size(8192),
        ChunkedBody::signed(length).checksum(ChecksumAlgorithm::SHA256),
        ChunkedBody::signed(length).trailer("x-amz-meta-a", "b"),
        ChunkedBody::unsigned(length).checksum(ChecksumAlgorithm::SHA1),
    ] {
        let (signed, sent) = encode(&body, &data);
        let verifier_rejects_unsigned = sent.starts_with(b"4e20\r\n");
        let content = signed
            .headers()
            .find(|(name, _)| *name == "x-amz-content-sha256");
        let (_, content) = content.unwrap();
        assert_eq!(
            content.contains("ECDSA"),
            !verifier_rejects_unsigned,
            "{content}"
        );
        assert_eq!(decode(signed.headers(), &sent).unwrap(), data);
        for index in [sent.len() / 3, sent.len() / 2, sent.len() - 3] {
            let mut changed = sent.clone();
            changed[index] ^= 1;
            assert!(decode(signed.headers(), &changed).is_err(), "{index}");
        }
    }
}

/// The published length, with 80 more bytes for each signature than under SigV4.
#[test]
fn the_length_matches_the_published_one() {
    let data = vec![b'a'; 66_560];
    let body = ChunkedBody::signed(66_560);
    let (signed, sent) = encode(&body, &data);
    assert!(
        signed
            .headers()
            .any(|header| header == ("content-length", "67064"))
    );
    assert_eq!(sent.len() as u64, body.encoded_len().unwrap() + 3 * 80);
    let first = sent.split(|byte| *byte == b'\r').next().unwrap();
    assert_eq!(first.len(), "10000;chunk-signature=".len() + 144);
}
