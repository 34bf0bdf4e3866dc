//! The output doesn't depend on how the input is split, and encoding a chunk doesn't allocate.

use crate::encode_vectors::encode;
use crate::vector_files::fill;
use presign::s3::Bucket;
use presign::streaming::{ChecksumAlgorithm, ChunkEncoder, ChunkedBody};
use presign::{Credentials, Timestamp};
use proptest::prelude::*;

pub fn encoder(body: &ChunkedBody) -> ChunkEncoder {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").unwrap();
    let now: Timestamp = "20130524T000000Z".parse().unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let (_, encoder) = bucket
        .put("a.bin")
        .sign_chunked(&credentials, body, now)
        .unwrap();
    encoder
}

fn body(length: usize, chunk_size: usize, signed: bool) -> ChunkedBody {
    let body = if signed {
        ChunkedBody::signed(length as u64)
    } else {
        ChunkedBody::unsigned(length as u64)
    };
    body.chunk_size(chunk_size)
        .checksum(ChecksumAlgorithm::SHA1)
}

/// Splits data at these positions, each modulo the length plus one.
fn split<'d>(data: &'d [u8], cuts: &[usize]) -> Vec<&'d [u8]> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (data.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(data.len());
    let mut start = 0;
    cuts.into_iter()
        .map(|cut| {
            let piece = &data[start..cut];
            start = cut;
            piece
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_pieces_of_a_chunk_do_not_matter(
        length in 0usize..40_000,
        chunk_size in 8192usize..20_000,
        signed: bool,
        cuts in prop::collection::vec(any::<usize>(), 0..8),
    ) {
        let body = body(length, chunk_size, signed);
        let data = fill(length);
        let mut encoder = encoder(&body);
        let whole = encode(&mut encoder, &data);
        prop_assert_eq!(whole.len() as u64, encoder.encoded_len());

        encoder.restart();
        let (mut sent, mut rest) = (Vec::new(), &data[..]);
        while encoder.next_chunk_len() > 0 {
            let (chunk, after) = rest.split_at(encoder.next_chunk_len());
            sent.extend_from_slice(encoder.chunk(split(chunk, &cuts)).unwrap());
            sent.extend_from_slice(chunk);
            rest = after;
        }
        sent.extend_from_slice(encoder.finish().unwrap());
        prop_assert!(sent == whole);
    }

    #[cfg(feature = "std")]
    #[test]
    fn the_pieces_of_a_reader_do_not_matter(
        length in 0usize..40_000,
        chunk_size in 8192usize..20_000,
        signed: bool,
        reads in prop::collection::vec(1usize..9000, 1..8),
        cuts in prop::collection::vec(any::<usize>(), 0..8),
    ) {
        use std::io::Read as _;

        let body = body(length, chunk_size, signed);
        let data = fill(length);
        let whole = encode(&mut encoder(&body), &data);
        let mut reader = encoder(&body).reader(Pieces(split(&data, &cuts).into()));
        let mut sent = Vec::new();
        for size in reads.iter().cycle() {
            let mut buffer = vec![0; *size];
            let count = reader.read(&mut buffer).unwrap();
            if count == 0 {
                break;
            }
            sent.extend_from_slice(&buffer[..count]);
        }
        prop_assert!(sent == whole);
    }

    #[cfg(feature = "http-body")]
    #[test]
    fn the_frames_of_a_body_do_not_matter(
        length in 0usize..40_000,
        chunk_size in 8192usize..20_000,
        signed: bool,
        cuts in prop::collection::vec(any::<usize>(), 0..8),
    ) {
        use http_body::Body as _;

        let body = body(length, chunk_size, signed);
        let data = fill(length);
        let whole = encode(&mut encoder(&body), &data);
        let mut encoded = encoder(&body).body(Pieces(split(&data, &cuts).into()));
        let mut sent = Vec::new();
        while let Some(frame) = http_frames::next(&mut encoded) {
            prop_assert!(!encoded.is_end_stream() || sent.len() < whole.len());
            sent.extend_from_slice(&frame.unwrap());
            prop_assert_eq!(encoded.size_hint().exact(), Some((whole.len() - sent.len()) as u64));
        }
        prop_assert!(encoded.is_end_stream());
        prop_assert!(sent == whole);
    }
}

/// A reader and a body that return their data in these pieces.
#[cfg(feature = "std")]
pub struct Pieces<'d>(pub std::collections::VecDeque<&'d [u8]>);

#[cfg(feature = "std")]
impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let Some(piece) = self.0.pop_front() {
            if piece.is_empty() {
                continue;
            }
            let (now, later) = piece.split_at(piece.len().min(buffer.len()));
            buffer[..now.len()].copy_from_slice(now);
            if !later.is_empty() {
                self.0.push_front(later);
            }
            return Ok(now.len());
        }
        Ok(0)
    }
}

#[cfg(feature = "http-body")]
pub mod http_frames {
    use super::Pieces;
    use bytes::Bytes;
    use http_body::{Body, Frame};
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    impl Body for Pieces<'_> {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let piece = self.0.pop_front();
            Poll::Ready(piece.map(|piece| Ok(Frame::data(Bytes::copy_from_slice(piece)))))
        }
    }

    /// Returns the data of the next frame.
    pub fn next<B: Body<Data = Bytes> + Unpin>(body: &mut B) -> Option<Result<Bytes, B::Error>> {
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Ready(frame) => frame.map(|frame| frame.map(|frame| frame.into_data().unwrap())),
            Poll::Pending => panic!("the body waits"),
        }
    }
}
