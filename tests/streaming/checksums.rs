//! Checksums of published texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presign::streaming::ChecksumAlgorithm;

/// The example `abc` of FIPS 180-4.
#[test]
fn hashes_match_published_values() {
    for (algorithm, digest) in [
        (
            ChecksumAlgorithm::SHA1,
            "a9993e364706816aba3e25717850c26c9cd0d89d",
        ),
        (
            ChecksumAlgorithm::SHA256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
    ] {
        assert_eq!(
            algorithm.of(b"abc"),
            STANDARD.encode(hex::decode(digest).unwrap())
        );
    }
}

/// The check values for `123456789` in the catalogue of CRC algorithms
/// (<https://reveng.sourceforge.io/crc-catalogue/>).
#[cfg(feature = "checksums")]
#[test]
fn crcs_match_published_values() {
    for (algorithm, name, digest) in [
        (ChecksumAlgorithm::CRC32, "crc32", "cbf43926"),
        (ChecksumAlgorithm::CRC32C, "crc32c", "e3069283"),
        (
            ChecksumAlgorithm::CRC64_NVME,
            "crc64nvme",
            "ae8b14860a799888",
        ),
    ] {
        assert_eq!(algorithm.header_name(), format!("x-amz-checksum-{name}"));
        assert_eq!(
            algorithm.of(b"123456789"),
            STANDARD.encode(hex::decode(digest).unwrap())
        );
        assert_eq!(
            format!("{algorithm:?}"),
            format!("ChecksumAlgorithm(\"x-amz-checksum-{name}\")")
        );
    }
}

/// The decoder supports every algorithm of the library.
#[test]
fn every_algorithm_is_verified() {
    use crate::received::{Received, decode};
    use presign::verify::VerifyErrorKind;

    let algorithms = [
        ChecksumAlgorithm::SHA1,
        ChecksumAlgorithm::SHA256,
        #[cfg(feature = "checksums")]
        ChecksumAlgorithm::CRC32,
        #[cfg(feature = "checksums")]
        ChecksumAlgorithm::CRC32C,
        #[cfg(feature = "checksums")]
        ChecksumAlgorithm::CRC64_NVME,
    ];
    for algorithm in algorithms {
        for (data, is_right) in [(b"abc", true), (b"abd", false)] {
            let trailers = [(algorithm.header_name(), &*algorithm.of(data))];
            let received = Received::new(
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                &[b"a", b"bc"],
                &trailers,
            );
            let decoder = received.decoder();
            assert_eq!(decoder.unverified_checksums().count(), 0);
            let (_, result) = decode(decoder, [&received.body()[..]]);
            let expected = if is_right {
                Ok(())
            } else {
                Err(VerifyErrorKind::Checksum)
            };
            assert_eq!(
                result.map(|_| ()).map_err(|error| error.kind()),
                expected,
                "{algorithm:?}"
            );
        }
    }
}
