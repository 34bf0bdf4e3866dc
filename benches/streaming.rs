//! Compares encoding and decoding a body of 64 MiB with the bare SHA-256 of the same data.
//!
//! `cargo bench --bench streaming` prints the throughput of each row as a part of that of the hash.
//! The rows take turns in one process, and each has the median of its rounds. Linux measures
//! processor time, so other programs have little effect. As a test, or with `--quick`, it only
//! asserts that every row is correct and that chunks don't allocate.

use presign::s3::Bucket;
use presign::streaming::{ChunkDecoder, ChunkEncoder, ChunkedBody};
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, SignedRequest, Timestamp};
use sha2::{Digest as _, Sha256};
use std::env;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

const MIB: usize = 1024 * 1024;
const KIB: usize = 1024;
const CHUNK_SIZES: [usize; 5] = [8 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB];
/// Sizes of the pieces in which a server receives the body.
const PIECES: [usize; 2] = [usize::MAX, 16 * KIB];

struct Case {
    chunk_size: usize,
    signed: SignedRequest,
    encoder: ChunkEncoder,
    sent: Vec<u8>,
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

impl Case {
    fn new(chunk_size: usize, data: &[u8]) -> Self {
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let body = ChunkedBody::signed(data.len() as u64).chunk_size(chunk_size);
        let put = bucket.put("a.bin");
        let (signed, mut encoder) = put.sign_chunked(&credentials(), &body, now()).unwrap();
        let mut sent = Vec::with_capacity(data.len() * 2);
        let mut chunks = data.chunks(chunk_size);
        while encoder.next_chunk_len() > 0 {
            let chunk = chunks.next().unwrap();
            sent.extend_from_slice(encoder.chunk([chunk]).unwrap());
            sent.extend_from_slice(chunk);
        }
        sent.extend_from_slice(encoder.finish().unwrap());
        assert_eq!(sent.len() as u64, encoder.encoded_len());
        Case {
            chunk_size,
            signed,
            encoder,
            sent,
        }
    }

    fn encode(&mut self, data: &[u8]) -> usize {
        self.encoder.restart();
        let chunks = data.chunks(self.chunk_size);
        let texts = chunks.map(|chunk| self.encoder.chunk([chunk]).unwrap().len());
        let sent: usize = texts.sum::<usize>() + data.len();
        sent + self.encoder.finish().unwrap().len()
    }

    fn decoder(&self) -> ChunkDecoder {
        let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.bin";
        let request = ReceivedRequest::from_url("PUT", url).unwrap();
        let request = request.headers(self.signed.headers());
        let verifier = Verifier::new("us-east-1", "s3").allow_streaming();
        let verified = verifier
            .verify(&request, now(), |_| Some(credentials()))
            .unwrap();
        verified.chunk_decoder(credentials()).unwrap()
    }

    fn decode(&self, mut decoder: ChunkDecoder, piece: usize) -> usize {
        let mut length = 0;
        for mut piece in self.sent.chunks(piece) {
            while let Some(data) = decoder.decode(&mut piece).unwrap() {
                length += black_box(data).len();
            }
        }
        decoder.finish().unwrap();
        length
    }
}

/// Checks that a body with twice as many chunks has no more allocations.
fn check_allocations() {
    let count = |length: usize| {
        let data = vec![7; length];
        let mut case = Case::new(8 * KIB, &data);
        let encoding = allocation_counter::measure(|| {
            case.encode(&data);
        });
        let decoding = PIECES.map(|piece| {
            let decoder = case.decoder();
            let info = allocation_counter::measure(|| {
                assert_eq!(case.decode(decoder, piece), length);
            });
            info.count_total
        });
        (encoding.count_total, decoding)
    };
    let (few, many) = (count(MIB), count(2 * MIB));
    assert_eq!(few, many);
    println!("allocations of a whole body: {few:?}");
}

/// Returns the processor time of this thread. On systems other than Linux it is the time since
/// `start`.
fn processor_time(start: Instant) -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|text| text.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

fn main() {
    check_allocations();
    let is_quick = !env::args().any(|argument| argument == "--bench")
        || env::args().any(|argument| argument == "--quick");
    let (length, rounds) = if is_quick { (MIB, 1) } else { (64 * MIB, 5) };
    let data: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
    let mut cases: Vec<_> = CHUNK_SIZES
        .iter()
        .map(|size| Case::new(*size, &data))
        .collect();
    let columns = 1 + PIECES.len();
    let mut times = vec![Vec::new(); 1 + cases.len() * columns];
    let start = Instant::now();
    for _ in 0..rounds {
        let mut row = times.iter_mut();
        let mut measure = |work: &mut dyn FnMut()| {
            let before = processor_time(start);
            work();
            row.next().unwrap().push(processor_time(start) - before);
        };
        measure(&mut || {
            black_box(Sha256::digest(black_box(&data)));
        });
        for case in &mut cases {
            measure(&mut || {
                black_box(case.encode(black_box(&data)));
            });
            for piece in PIECES {
                measure(&mut || assert_eq!(case.decode(case.decoder(), piece), length));
            }
        }
    }
    if is_quick {
        return;
    }
    let mut medians = times.into_iter().map(median);
    let hash = medians.next().unwrap();
    println!("SHA-256 alone: {:.0} MB/s", length as f64 / hash / 1e6);
    println!("chunks   encode  decode at once  decode in pieces of 16 KiB");
    for case in &cases {
        let parts: Vec<_> = medians
            .by_ref()
            .take(columns)
            .map(|time| format!("{:5.1} %", 100.0 * hash / time))
            .collect();
        println!("{:4} KiB  {}", case.chunk_size / KIB, parts.join("  "));
    }
}
