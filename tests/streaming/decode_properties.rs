//! Properties of decoding: encoded bodies are decoded, and the pieces of the input don't matter.

use crate::encode_vectors::encode;
use crate::received::{Received, credentials, decode, now};
use crate::vector_files::fill;
use presign::s3::Bucket;
use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
use presign::verify::{ReceivedRequest, Verifier};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encoded_bodies_are_decoded(
        length in 0usize..40_000,
        chunk_size in 8192usize..20_000,
        is_signed: bool,
        piece in 1usize..9000,
        early: bool,
    ) {
        let body = if is_signed {
            ChunkedBody::signed(length as u64)
        } else {
            ChunkedBody::unsigned(length as u64)
        };
        let body = body.chunk_size(chunk_size).checksum(ChecksumAlgorithm::SHA256);
        let body = body.trailer("X-Amz-Meta-A", " two  spaces ");
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let put = bucket.put("a.bin").header("Content-Encoding", "gzip");
        let (signed, mut encoder) = put.sign_chunked(&credentials(), &body, now()).unwrap();
        let data = fill(length);
        let sent = encode(&mut encoder, &data);

        let url = put.url().unwrap();
        let request = ReceivedRequest::from_url("PUT", &url).unwrap().headers(signed.headers());
        let verifier = Verifier::new("us-east-1", "s3").allow_streaming();
        let verified = verifier.verify(&request, now(), |_| Some(credentials())).unwrap();
        let decoder = verified.chunk_decoder(credentials()).unwrap();
        let decoder = if early { decoder.release_unverified() } else { decoder };
        let (decoded, trailers) = decode(decoder, sent.chunks(piece));
        prop_assert!(decoded == data);
        let trailers = trailers.unwrap();
        prop_assert_eq!(&trailers[0].1, &ChecksumAlgorithm::SHA256.of(&data));
        prop_assert_eq!(&trailers[1], &("x-amz-meta-a".into(), "two  spaces".into()));
    }

    /// The chunks are smaller than those of an encoder, and the input is changed or cut.
    #[test]
    fn the_pieces_do_not_matter(
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        change in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        payload in prop::sample::select(vec![
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        ]),
    ) {
        let trailers: &[_] = if payload.ends_with("TRAILER") { &[("a", "b")] } else { &[] };
        let chunks: Vec<_> = chunks.iter().map(Vec::as_slice).collect();
        let received = Received::new(payload, &chunks, trailers);
        let mut body = received.body();
        if let Some((index, byte)) = change {
            *index.get_mut(&mut body) = byte;
        }
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        cuts.push(0);
        cuts.push(body.len());
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|cut| &body[cut[0]..cut[1]]);
        let (data, result) = decode(received.decoder(), pieces);
        let (whole_data, whole) = decode(received.decoder(), [&body[..]]);
        prop_assert_eq!(&result, &whole);
        if received.is_signed {
            prop_assert_eq!(&data, &whole_data);
            prop_assert!(received.data().starts_with(&data));
        }
        if change.is_none() {
            prop_assert_eq!(data, received.data());
            prop_assert!(result.is_ok());
        }
    }
}
