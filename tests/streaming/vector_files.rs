//! The cases of `streaming.json` and `streaming-more.json`, in one form.

use crate::support::{Pairs, vectors};
use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
use presign::{Credentials, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// A body in chunks that another implementation made.
#[derive(Debug)]
pub struct EncodeCase {
    pub name: String,
    pub signer: Signer,
    pub method: String,
    pub url: String,
    pub headers: Pairs,
    pub chunk_size: usize,
    pub data: Vec<u8>,
    pub trailers: Pairs,
    pub seed_signature: String,
    pub chunk_signatures: Vec<String>,
    pub trailer_signature: Option<String>,
    pub encoded_length: u64,
    pub encoded_sha256: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Signer {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub region: String,
    pub service: String,
    pub timestamp: Option<String>,
}

impl Signer {
    pub fn credentials(&self) -> Credentials {
        Credentials::new(&*self.access_key_id, &*self.secret_access_key).unwrap()
    }

    pub fn time(&self) -> Timestamp {
        self.timestamp.as_ref().unwrap().parse().unwrap()
    }
}

impl EncodeCase {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Returns the description of the body. The library computes the checksums that it supports;
    /// others are given.
    pub fn body(&self) -> ChunkedBody {
        let length = self.data.len() as u64;
        let unsigned =
            self.header("x-amz-content-sha256") == Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        let body = if unsigned {
            ChunkedBody::unsigned(length)
        } else {
            ChunkedBody::signed(length)
        };
        let body = body.chunk_size(self.chunk_size);
        let body = self
            .trailers
            .iter()
            .fold(body, |body, (name, value)| match algorithm(name) {
                Some(algorithm) => body.checksum(algorithm),
                None => body.trailer(&**name, &**value),
            });
        match self.header("content-length") {
            Some(_) => body,
            None => body.without_content_length(),
        }
    }
}

pub fn algorithm(name: &str) -> Option<ChecksumAlgorithm> {
    let known = [
        ChecksumAlgorithm::SHA1,
        ChecksumAlgorithm::SHA256,
        #[cfg(feature = "checksums")]
        ChecksumAlgorithm::CRC32,
        #[cfg(feature = "checksums")]
        ChecksumAlgorithm::CRC32C,
        #[cfg(feature = "checksums")]
        ChecksumAlgorithm::CRC64_NVME,
    ];
    known
        .into_iter()
        .find(|algorithm| algorithm.header_name() == name)
}

/// Returns the data of `streaming-more.json`, in which byte i is 31 i + 7.
pub fn fill(length: usize) -> Vec<u8> {
    (0..length).map(|index| (31 * index + 7) as u8).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().into()
}

fn pairs(value: &Value) -> Pairs {
    serde_json::from_value(value.clone()).unwrap()
}

/// Returns the cases of a kind in `streaming-more.json`.
pub fn more_cases(kind: &str) -> Vec<Value> {
    let file: Value = vectors("streaming-more.json");
    let cases = file["cases"].as_array().unwrap().iter();
    cases.filter(|case| case["kind"] == kind).cloned().collect()
}

/// Returns the cases for an encoder. The request of `aws-c-auth-trailing-headers` doesn't announce
/// its trailers, which this encoder always does.
pub fn encode_cases() -> Vec<EncodeCase> {
    let file: Value = vectors("streaming.json");
    let published = file["aws_chunked"].as_array().unwrap().iter();
    let published = published.filter(|case| case["name"] != "aws-c-auth-trailing-headers");
    let mut cases: Vec<_> = published.map(published_case).collect();
    assert_eq!(cases.len(), 4);
    let more = more_cases("encode");
    assert_eq!(more.len(), 20);
    cases.extend(more.iter().map(more_case));
    cases
}

fn published_case(case: &Value) -> EncodeCase {
    let chunks = case["chunks"].as_array().unwrap();
    let data = |chunk: &Value| {
        let count = chunk["data"]["count"].as_u64().unwrap() as usize;
        text(&chunk["data"]["repeat"]).repeat(count).into_bytes()
    };
    let trailer = &case["trailer"];
    EncodeCase {
        name: text(&case["name"]),
        signer: serde_json::from_value(case.clone()).unwrap(),
        method: text(&case["method"]),
        url: text(&case["url"]),
        headers: pairs(&case["headers"]),
        chunk_size: data(&chunks[0]).len(),
        data: chunks.iter().flat_map(data).collect(),
        trailers: trailer.get("headers").map(pairs).unwrap_or_default(),
        seed_signature: text(&case["seed"]["signature"]),
        chunk_signatures: chunks
            .iter()
            .filter_map(|chunk| Some(text(chunk.get("signature")?)))
            .collect(),
        trailer_signature: trailer.get("signature").map(text),
        encoded_length: case["encoded_body"]["length"].as_u64().unwrap(),
        encoded_sha256: text(&case["encoded_body"]["sha256"]),
    }
}

fn more_case(case: &Value) -> EncodeCase {
    let expected = &case["expected"];
    let signatures = expected["chunk_signatures"].as_array();
    EncodeCase {
        name: format!("streaming-more.json, {}", case["id"]),
        signer: serde_json::from_value(case.clone()).unwrap(),
        method: text(&case["method"]),
        url: text(&case["url"]),
        headers: pairs(&case["headers"]),
        chunk_size: case["chunk_size"].as_u64().unwrap() as usize,
        data: fill(case["fill"].as_u64().unwrap() as usize),
        trailers: pairs(&case["trailers"]),
        seed_signature: text(&expected["seed_signature"]),
        chunk_signatures: signatures.into_iter().flatten().map(text).collect(),
        trailer_signature: expected["trailer_signature"].as_str().map(Into::into),
        encoded_length: expected["encoded_length"].as_u64().unwrap(),
        encoded_sha256: text(&expected["encoded_sha256"]),
    }
}
