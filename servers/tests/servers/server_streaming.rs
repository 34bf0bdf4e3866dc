//! Bodies in chunks with an S3 server by other authors, which verifies every mode.

use presign::s3::Bucket;
use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
use presign::{Credentials, SignedRequest};
use s3_server::{ACCESS_KEY_ID, Answer, BUCKET, REGION, Request, SECRET_ACCESS_KEY, Server};
use std::io::Read as _;
use std::time::SystemTime;

const LENGTH: usize = 200_000;

fn data(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

fn bucket(server: &Server) -> Bucket {
    let builder = Bucket::builder(BUCKET, REGION).endpoint(server.endpoint());
    builder.build().unwrap()
}

/// Signs a body and returns it in chunks.
fn encode(bucket: &Bucket, body: &ChunkedBody, data: &[u8]) -> (SignedRequest, Vec<u8>) {
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY).unwrap();
    let put = bucket.put("a.bin").header("Content-Type", "text/plain");
    let (signed, encoder) = put
        .sign_chunked(&credentials, body, SystemTime::now())
        .unwrap();
    let mut sent = Vec::new();
    encoder.reader(data).read_to_end(&mut sent).unwrap();
    (signed, sent)
}

fn send(bucket: &Bucket, signed: &SignedRequest, sent: &[u8]) -> Answer {
    let url = bucket.put("a.bin").url().unwrap();
    let request = Request::new("PUT", &url).headers([("Content-Type", "text/plain")]);
    request.headers(signed.headers()).body(sent).send().unwrap()
}

/// Returns bodies of every mode, with every checksum that the server supports.
fn bodies(length: usize) -> Vec<ChunkedBody> {
    let algorithms = [
        ChecksumAlgorithm::CRC32,
        ChecksumAlgorithm::CRC32C,
        ChecksumAlgorithm::CRC64_NVME,
        ChecksumAlgorithm::SHA1,
        ChecksumAlgorithm::SHA256,
    ];
    let (signed, unsigned) = (
        ChunkedBody::signed(length as u64),
        ChunkedBody::unsigned(length as u64),
    );
    let mut bodies = vec![signed.clone(), signed.clone().chunk_size(8192)];
    for algorithm in algorithms {
        bodies.push(signed.clone().checksum(algorithm));
        bodies.push(unsigned.clone().checksum(algorithm));
    }
    bodies
}

#[test]
fn every_mode_is_accepted() {
    let server = Server::start().unwrap();
    let bucket = bucket(&server);
    for length in [0, 1, 65_536, LENGTH] {
        let data = data(length);
        for body in bodies(length) {
            let (signed, sent) = encode(&bucket, &body, &data);
            let answer = send(&bucket, &signed, &sent);
            assert_eq!(answer.status, 200, "{body:?}: {answer:?}");
            assert!(
                std::fs::read(server.file("a.bin")).unwrap() == data,
                "{body:?}"
            );
            std::fs::remove_file(server.file("a.bin")).unwrap();
        }
    }
}

#[test]
fn a_changed_body_is_rejected() {
    let server = Server::start().unwrap();
    let bucket = bucket(&server);
    let data = data(LENGTH);
    for body in bodies(LENGTH) {
        let (signed, mut sent) = encode(&bucket, &body, &data);
        // The server compares a checksum after it has stored the object.
        let is_signed = sent.windows(10).any(|window| window == b"-signature");
        sent[LENGTH / 2] ^= 1;
        let answer = send(&bucket, &signed, &sent);
        assert_ne!(answer.status, 200, "{body:?}");
        assert!(!is_signed || !server.file("a.bin").exists(), "{body:?}");
        let _ = std::fs::remove_file(server.file("a.bin"));
    }
}
