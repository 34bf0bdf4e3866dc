//! Limits, lengths and checksums of received bodies, and requests whose body is not in chunks.

use crate::received::{ID, Received, credentials, decode, now};
use presign::streaming::{Checksum, ChecksumAlgorithm};
use presign::verify::{ReceivedRequest, Verifier, VerifyError, VerifyErrorKind as Kind};
use presign::{Credentials, s3::Bucket};
use std::time::Duration;

const SIGNED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const SIGNED_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const UNSIGNED: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const LENGTH: &str = "x-amz-decoded-content-length";

fn kind_of(payload: &str, headers: &[(&str, &str)], body: &str) -> Result<(), Kind> {
    let received = Received::with_headers(payload, headers);
    let decoder = received.try_decoder().map_err(|error| error.kind())?;
    let (_, result) = decode(decoder, [body.as_bytes()]);
    result.map(|_| ()).map_err(|error| error.kind())
}

#[test]
fn invalid_chunk_headers_are_rejected() {
    let headers = [(LENGTH, "16"), ("x-amz-trailer", "a")];
    let unsigned = |body: &str| kind_of(UNSIGNED, &headers, body);
    let data = "0123456789abcdef\r\n0\r\na:b\r\n\r\n";
    for length in ["10", "010", "0000000000000010"] {
        assert_eq!(unsigned(&format!("{length}\r\n{data}")), Ok(()));
    }
    for start in [
        "",
        "x",
        " 10",
        "10 ",
        "+10",
        "-10",
        "0x10",
        "00000000000000010",
        "10;",
        "10;a=b",
        "10;chunk-signature=",
    ] {
        let body = format!("{start}\r\n{data}");
        assert_eq!(unsigned(&body), Err(Kind::BodyMalformed), "{start:?}");
    }
    assert_eq!(unsigned(&format!("10\n{data}")), Err(Kind::BodyMalformed));
    assert_eq!(
        unsigned("10\r\n0123456789abcdef0\r\na:b\r\n\r\n"),
        Err(Kind::BodyMalformed)
    );
    // The decoder doesn't collect a line without an end.
    let endless = format!("{:0>300}", "1");
    assert_eq!(unsigned(&endless), Err(Kind::BodyMalformed));
    assert_eq!(unsigned(&endless[..255]), Err(Kind::BodyIncomplete));

    for signature in [
        "",
        ";chunk-signature=",
        ";chunk-signature=00",
        ";Chunk-signature=0000000000000000000000000000000000000000000000000000000000000000",
        ";chunk-signature=00000000000000000000000000000000000000000000000000000000000000000",
    ] {
        let body = format!("10{signature}\r\n{data}");
        assert_eq!(
            kind_of(SIGNED, &[(LENGTH, "16")], &body),
            Err(Kind::BodyMalformed),
            "{signature:?}"
        );
    }
}

#[test]
fn wrong_lengths_are_rejected() {
    let length = |stated: &str| {
        let body = "3\r\nabc\r\n0\r\na:b\r\n\r\n";
        kind_of(UNSIGNED, &[(LENGTH, stated), ("x-amz-trailer", "a")], body)
    };
    assert_eq!(length("3"), Ok(()));
    for other in ["0", "2", "4", "18446744073709551615"] {
        assert_eq!(length(other), Err(Kind::DecodedLength), "{other}");
    }
    for other in ["", "-1", "+3", "3 3", "0x3", "18446744073709551616"] {
        assert_eq!(length(other), Err(Kind::Malformed), "{other}");
    }
    assert_eq!(kind_of(SIGNED, &[], ""), Err(Kind::Missing));
    let huge = "ffffffffffffffff\r\n";
    let headers = [(LENGTH, "18446744073709551615"), ("x-amz-trailer", "a")];
    assert_eq!(kind_of(UNSIGNED, &headers, huge), Err(Kind::BodyIncomplete));
}

#[test]
fn invalid_trailers_are_rejected() {
    let with = |trailer: &str, sent: &str| {
        let body = format!("0\r\n{sent}\r\n");
        kind_of(
            UNSIGNED,
            &[(LENGTH, "0"), ("x-amz-trailer", trailer)],
            &body,
        )
    };
    assert_eq!(with("a", "a:b\r\n"), Ok(()));
    assert_eq!(with("B, A", "a: b\r\nb:\r\n"), Ok(()));
    for (trailer, sent) in [
        ("a", ""),
        ("a,b", "a:b\r\n"),
        ("a,a", "a:b\r\n"),
        ("b", "a:b\r\n"),
    ] {
        assert_eq!(with(trailer, sent), Err(Kind::TrailerMissing), "{trailer}");
    }
    for sent in ["a b:c\r\n", ":c\r\n", "a\r\n", "a:\u{0}\r\n", "a:b\rc\r\n"] {
        assert_eq!(with("a", sent), Err(Kind::BodyMalformed), "{sent:?}");
    }
    let long = |length: usize| format!("a:{}\r\n", "b".repeat(length));
    assert_eq!(with("a", &long(16 * 1024 - 6)), Ok(()));
    assert_eq!(with("a", &long(16 * 1024)), Err(Kind::BodyMalformed));
    // It is an error to announce a trailer for a payload without trailers, or none for a payload
    // with trailers.
    let announced = [(LENGTH, "0"), ("x-amz-trailer", "a")];
    assert_eq!(kind_of(SIGNED, &announced, ""), Err(Kind::TrailerMissing));
    for payload in [SIGNED_TRAILER, UNSIGNED] {
        assert_eq!(
            kind_of(payload, &announced[..1], ""),
            Err(Kind::TrailerMissing)
        );
    }
}

#[test]
fn chunks_above_the_limit_are_rejected() {
    let received = Received::new(SIGNED, &[&[1; 100]], &[]);
    let body = received.body();
    let limited = |limit| decode(received.decoder().max_chunk_size(limit), [&body[..]]);
    assert_eq!(limited(100).0, [1; 100]);
    let (data, result) = limited(99);
    let error = result.unwrap_err();
    assert_eq!(
        (data, error.kind(), error.code()),
        (vec![], Kind::ChunkTooLarge, "EntityTooLarge")
    );
    assert_eq!(
        error.to_string(),
        "a chunk has 100 bytes; the maximum is 99"
    );
    // The decoder doesn't collect data that it releases early, so the limit doesn't apply.
    let early = received.decoder().max_chunk_size(99).release_unverified();
    assert_eq!(decode(early, [&body[..]]).0, [1; 100]);
}

#[test]
fn data_is_released_before_its_verification_only_if_asked_for() {
    let received = Received::new(SIGNED, &[b"good", b"wrong"], &[]);
    let mut body = received.body();
    let index = body
        .windows(5)
        .position(|window| window == b"wrong")
        .unwrap();
    body[index + 4] = b'!';
    for piece in [body.len(), 1] {
        let (data, result) = decode(received.decoder(), body.chunks(piece));
        assert_eq!(
            (&data[..], result.unwrap_err().kind()),
            (&b"good"[..], Kind::ChunkSignature)
        );
        let early = received.decoder().release_unverified();
        let (data, result) = decode(early, body.chunks(piece));
        // The end of the chunk completes it, so it is verified first.
        let released: &[u8] = if piece == 1 { b"goodwron" } else { b"good" };
        assert_eq!(data, released);
        assert_eq!(result.unwrap_err().kind(), Kind::ChunkSignature);
    }
}

struct Sum(u8);

impl Checksum for Sum {
    fn update(&mut self, data: &[u8]) {
        self.0 = data
            .iter()
            .fold(self.0, |sum, byte| sum.wrapping_add(*byte));
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        vec![self.0]
    }
}

#[test]
fn wrong_checksums_are_rejected() {
    const SHA1: &str = "x-amz-checksum-sha1";
    // `printf abc | openssl dgst -sha1 -binary | base64`
    const RIGHT: &str = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
    let as_trailer = |value: &str| {
        let received = Received::new(UNSIGNED, &[b"a", b"bc"], &[(SHA1, value)]);
        let body = received.body();
        let (_, result) = decode(received.decoder(), body.chunks(3));
        result
            .map(|_| ())
            .map_err(|error| (error.kind(), error.code(), error.status()))
    };
    let as_header = |value: &str| {
        let headers = [(LENGTH, "3"), (SHA1, value)];
        let mut received = Received::with_headers(SIGNED, &headers);
        received.chunks = vec![b"abc".to_vec()];
        let (_, result) = decode(received.decoder(), [&received.body()[..]]);
        result
            .map(|_| ())
            .map_err(|error| (error.kind(), error.code(), error.status()))
    };
    for check in [&as_trailer as &dyn Fn(&str) -> _, &as_header] {
        assert_eq!(check(RIGHT), Ok(()));
        for wrong in [
            "qZk+NkcGgWq6PiVxeFDCbJzQ2J1=",
            "qZk+NkcGgWq6PiVxeFDCbJzQ2J0",
            "x",
            "",
        ] {
            assert_eq!(
                check(wrong),
                Err((Kind::Checksum, "BadDigest", 400)),
                "{wrong}"
            );
        }
    }

    // The caller adds an algorithm.
    let sum = ChecksumAlgorithm::new("x-amz-checksum-sum", 1, || Box::new(Sum(0)));
    for (value, expected) in [("Aw==", Ok(())), ("BA==", Err(Kind::Checksum))] {
        let trailers = [("x-amz-checksum-sum", value)];
        let received = Received::new(UNSIGNED, &[b"\x01\x02"], &trailers);
        let unknown = received.decoder();
        let names: Vec<_> = unknown.unverified_checksums().collect();
        assert_eq!(names, ["x-amz-checksum-sum"]);
        let body = received.body();
        assert!(decode(unknown, [&body[..]]).1.is_ok());
        let known = received.decoder().checksum(&sum);
        assert_eq!(known.unverified_checksums().count(), 0);
        let (_, result) = decode(known, [&body[..]]);
        assert_eq!(result.map(|_| ()).map_err(|error| error.kind()), expected);
    }
}

/// Requests that verify, but have no body in chunks.
#[test]
fn requests_without_chunks_are_rejected() {
    let decoder = |request: &ReceivedRequest<'_>| {
        let verifier = Verifier::new("us-east-1", "s3").allow_streaming();
        let verified = verifier
            .verify(request, now(), |_| Some(credentials()))
            .unwrap();
        verified.chunk_decoder(credentials()).map(|_| ())
    };
    let not_allowed = |result: Result<(), VerifyError>| {
        assert_eq!(result.unwrap_err().kind(), Kind::PayloadNotAllowed);
    };
    for payload in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-EVENTS"] {
        let received = Received::with_headers(payload, &[(LENGTH, "0")]);
        not_allowed(received.try_decoder().map(|_| ()));
    }
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let plain = bucket
        .put("k")
        .presign(&credentials(), Duration::from_secs(60), now())
        .unwrap();
    not_allowed(decoder(
        &ReceivedRequest::from_url("PUT", plain.as_str()).unwrap(),
    ));
    let put = bucket
        .put("k")
        .header("x-amz-content-sha256", SIGNED)
        .header(LENGTH, "0");
    let url = put
        .presign(&credentials(), Duration::from_secs(60), now())
        .unwrap();
    let request = ReceivedRequest::from_url("PUT", url.as_str())
        .unwrap()
        .headers(url.headers());
    not_allowed(decoder(&request));
}

#[test]
fn another_key_is_rejected() {
    let received = Received::new(SIGNED, &[b"a"], &[]);
    let headers = received
        .headers
        .iter()
        .map(|(name, value)| (&**name, &**value));
    let request = ReceivedRequest::new("PUT", "/a.bin").headers(headers);
    let verifier = Verifier::new("us-east-1", "s3").allow_streaming();
    let verified = verifier
        .verify(&request, now(), |_| Some(credentials()))
        .unwrap();
    let other = Credentials::new("ANOTHER", "secret").unwrap();
    let error = verified.chunk_decoder(&other).unwrap_err();
    assert_eq!((error.kind(), error.status()), (Kind::AccessKey, 403));
    // With another secret for the same access key ID the chunks don't match.
    let other = Credentials::new(ID, "secret").unwrap();
    let (data, result) = decode(
        verified.chunk_decoder(&other).unwrap(),
        [&received.body()[..]],
    );
    assert_eq!(
        (data, result.unwrap_err().kind()),
        (vec![], Kind::ChunkSignature)
    );
}
