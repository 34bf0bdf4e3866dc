//! Bodies and requests that the encoder rejects.

use crate::encode_properties::encoder;
use presign::s3::Bucket;
use presign::streaming::{Checksum, ChecksumAlgorithm, ChunkedBody};
use presign::{Credentials, Error, ErrorKind, Payload, Request, SignatureVersion, Timestamp};

fn sign<'a>(
    body: &ChunkedBody,
    change: impl FnOnce(Request<'a>) -> Request<'a>,
    bucket: &'a Bucket,
) -> Result<Vec<(String, String)>, Error> {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").unwrap();
    let now: Timestamp = "20130524T000000Z".parse().unwrap();
    let (signed, _) = change(bucket.put("a.bin")).sign_chunked(&credentials, body, now)?;
    let headers = signed.headers();
    Ok(headers
        .map(|(name, value)| (name.into(), value.into()))
        .collect())
}

fn bucket() -> Bucket {
    Bucket::new("examplebucket", "us-east-1").unwrap()
}

#[track_caller]
fn rejected<T: std::fmt::Debug>(result: Result<T, Error>, kind: ErrorKind, message: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.kind(), &*error.to_string()), (kind, message));
}

#[test]
fn invalid_descriptions_of_bodies_are_rejected() {
    let signed = || ChunkedBody::signed(10_000);
    assert!(signed().encoded_len().is_ok());
    assert!(signed().chunk_size(8192).encoded_len().is_ok());
    rejected(
        signed().chunk_size(8191).encoded_len(),
        ErrorKind::Payload,
        "the chunk size must be at least 8192 bytes, got 8191",
    );
    assert!(ChunkedBody::signed(u64::MAX / 2).encoded_len().is_ok());
    rejected(
        ChunkedBody::signed(u64::MAX).encoded_len(),
        ErrorKind::Payload,
        "the body of 18446744073709551615 bytes has more than 18446744073709551615 bytes in chunks",
    );
    assert!(
        ChunkedBody::unsigned(1)
            .trailer("a", "b")
            .encoded_len()
            .is_ok()
    );
    rejected(
        ChunkedBody::unsigned(1).encoded_len(),
        ErrorKind::Payload,
        "a body without signatures needs a trailer; add a checksum",
    );
}

#[test]
fn invalid_trailers_are_rejected() {
    let body = || ChunkedBody::signed(1);
    assert!(
        body()
            .trailer("X-Amz-Meta-A", " b ")
            .trailer("c", "")
            .encoded_len()
            .is_ok()
    );
    for (wrong, message) in [
        (
            body().trailer("a b", "c"),
            "invalid trailer name `a b`; write letters, digits and hyphens",
        ),
        (
            body().trailer("", "c"),
            "invalid trailer name ``; write letters, digits and hyphens",
        ),
        (
            body().trailer("a", "b\r\nc: d"),
            "the value of the trailer `a` contains a line break, which would end it",
        ),
        (
            body().trailer("a", "b\n c"),
            "the value of the trailer `a` contains a line break, which would end it",
        ),
        (
            body().trailer("a", "b").trailer("A", "b"),
            "duplicate trailer `a`; add it once",
        ),
        (
            body().trailer("x-amz-trailer-signature", "b"),
            "the trailer x-amz-trailer-signature is added by signing; leave it out",
        ),
        (
            body()
                .checksum(ChecksumAlgorithm::SHA1)
                .checksum(ChecksumAlgorithm::SHA256),
            "the body has the checksums `x-amz-checksum-sha1` and `x-amz-checksum-sha256`, but S3 accepts one",
        ),
    ] {
        rejected(wrong.encoded_len(), ErrorKind::Header, message);
    }
    let error = body().trailer("a", "b\0").encoded_len().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Header);
}

#[test]
fn requests_with_conflicting_headers_are_rejected() {
    let (bucket, body) = (bucket(), ChunkedBody::signed(1));
    let plain = sign(&body, |put| put, &bucket).unwrap();
    let encoding = |headers: &[(String, String)]| {
        let mut headers = headers.iter();
        headers
            .find(|(name, _)| name == "content-encoding")
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(encoding(&plain), "aws-chunked");
    for (own, expected) in [
        ("gzip", "gzip,aws-chunked"),
        ("br, gzip", "br,gzip,aws-chunked"),
        ("gzip, AWS-chunked", "gzip,aws-chunked"),
        ("aws-chunked", "aws-chunked"),
    ] {
        let headers = sign(&body, |put| put.header("Content-Encoding", own), &bucket).unwrap();
        assert_eq!(encoding(&headers), expected);
    }

    rejected(
        sign(&body, |put| put.payload(Payload::Unsigned), &bucket),
        ErrorKind::Payload,
        "the request has a payload, but the chunks are signed instead; leave it out",
    );
    for name in [
        "Content-Length",
        "x-amz-content-sha256",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
    ] {
        let message = format!(
            "the header {} is added by signing; leave it out",
            name.to_lowercase()
        );
        rejected(
            sign(&body, |put| put.header(name, "1"), &bucket),
            ErrorKind::Header,
            &message,
        );
    }
    let checksum = |put: Request<'static>| put.header("X-Amz-Checksum-Sha1", "x");
    let own = Box::leak(Box::new(self::bucket()));
    assert!(sign(&body, checksum, own).is_ok());
    rejected(
        sign(
            &body.clone().checksum(ChecksumAlgorithm::SHA256),
            checksum,
            own,
        ),
        ErrorKind::Header,
        "the request has the header `X-Amz-Checksum-Sha1` beside a trailer with a checksum, but S3 accepts one; \
         leave it out",
    );
    let v2 = Bucket::builder("examplebucket", "us-east-1").signature_version(SignatureVersion::V2);
    rejected(
        sign(&body, |put| put, &v2.build().unwrap()),
        ErrorKind::Unsupported,
        "SigV2 doesn't support signatures of chunks or events; sign with SigV4",
    );
}

#[test]
fn chunks_with_a_wrong_length_are_rejected() {
    let data = [0; 20_000];
    let mut encoder = encoder(&ChunkedBody::signed(20_000).chunk_size(8192));
    let first = encoder.chunk([&data[..8192]]).unwrap().to_vec();
    for length in [0, 1, 8191, 8193, 11_808] {
        let message = format!(
            "the chunk has {length} bytes, but the next one has 8192; pass `next_chunk_len` bytes, then call `finish`"
        );
        let result = encoder.chunk([&data[..length]]).map(<[u8]>::len);
        rejected(result, ErrorKind::Payload, &message);
    }
    rejected(
        encoder.finish().map(<[u8]>::len),
        ErrorKind::Payload,
        "the body has 20000 bytes, but 11808 of them are missing",
    );
    encoder.chunk([&data[..8192]]).unwrap();
    assert_eq!(encoder.next_chunk_len(), 3616);
    encoder.chunk([&data[..3616]]).unwrap();
    assert!(encoder.chunk([&data[..0]]).is_err());
    assert!(encoder.chunk([&data[..1]]).is_err());
    encoder.finish().unwrap();
    rejected(
        encoder.finish().map(<[u8]>::len),
        ErrorKind::Payload,
        "the end of the body was returned already; call `restart` to send it again",
    );
    encoder.restart();
    assert_eq!(encoder.chunk([&data[..8192]]).unwrap(), first);
}

struct Long;

impl Checksum for Long {
    fn update(&mut self, _: &[u8]) {}

    fn finish(self: Box<Self>) -> Vec<u8> {
        vec![0; 7]
    }
}

#[test]
fn a_checksum_with_a_wrong_length_is_rejected() {
    let algorithm = ChecksumAlgorithm::new("x-amz-checksum-long", 4, || Box::new(Long));
    let mut encoder = encoder(&ChunkedBody::signed(0).checksum(algorithm));
    rejected(
        encoder.finish().map(<[u8]>::len),
        ErrorKind::Payload,
        "the checksum x-amz-checksum-long has 12 characters, but its algorithm states 8",
    );
}

/// A reader whose data has another length than the description.
#[cfg(feature = "std")]
#[test]
fn readers_with_a_wrong_length_are_rejected() {
    use std::io::{ErrorKind, Read as _};

    let data = [0; 20_000];
    let read = |length: usize| {
        let encoder = encoder(&ChunkedBody::signed(10_000).chunk_size(8192));
        let mut reader = encoder.reader(&data[..length]);
        let result = reader.read_to_end(&mut Vec::new());
        // An end after an error would make the body look complete.
        let is_end = reader.read(&mut [0]).is_ok_and(|count| count == 0);
        assert_eq!(is_end, result.is_ok());
        result.map_err(|error| error.kind())
    };
    assert!(read(10_000).is_ok());
    for length in [0, 1, 8192, 9999] {
        assert_eq!(read(length), Err(ErrorKind::UnexpectedEof), "{length}");
    }
    for length in [10_001, 20_000] {
        assert_eq!(read(length), Err(ErrorKind::InvalidData), "{length}");
    }
}

/// A reader that is interrupted before each read, as a signal interrupts a system call.
#[cfg(feature = "std")]
struct Interrupted<'a> {
    data: &'a [u8],
    is_next: bool,
}

#[cfg(feature = "std")]
impl std::io::Read for Interrupted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.is_next = !self.is_next;
        if self.is_next {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        self.data.read(buffer)
    }
}

#[cfg(feature = "std")]
#[test]
fn an_interrupted_reader_is_read_to_its_end() {
    use std::io::Read as _;

    let data = [7; 10_000];
    let encoded = |length: usize| {
        let encoder = encoder(&ChunkedBody::signed(10_000).chunk_size(8192));
        let (expected, mut body) = (encoder.encoded_len(), Vec::new());
        let mut reader = encoder.reader(Interrupted {
            data: &data[..length],
            is_next: false,
        });
        let read = reader
            .read_to_end(&mut body)
            .map_err(|error| error.kind())?;
        assert_eq!((read as u64, body.len() as u64), (expected, expected));
        Ok(())
    };
    assert_eq!(encoded(10_000), Ok(()));
    assert_eq!(encoded(9999), Err(std::io::ErrorKind::UnexpectedEof));
}

#[cfg(feature = "http-body")]
#[test]
fn bodies_with_a_wrong_length_are_rejected() {
    use crate::encode_properties::{Pieces, http_frames};

    let data = [0; 20_000];
    let send = |length: usize| {
        let encoder = encoder(&ChunkedBody::signed(10_000).chunk_size(8192));
        let mut body = encoder.body(Pieces([&data[..length]].into()));
        while let Some(frame) = http_frames::next(&mut body) {
            if let Err(error) = frame {
                assert!(http_frames::next(&mut body).is_none());
                return Err(error.to_string());
            }
        }
        Ok(())
    };
    assert_eq!(send(10_000), Ok(()));
    for length in [0, 1, 8192, 9999] {
        assert!(
            send(length).unwrap_err().ends_with("are missing"),
            "{length}"
        );
    }
    for length in [10_001, 20_000] {
        let error = send(length).unwrap_err();
        assert_eq!(
            error,
            "the body has more data than the length of its ChunkedBody; pass the whole length"
        );
    }
}
