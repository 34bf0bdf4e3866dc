//! The checksums of a received body.

use super::checksum::{CHECKSUM_PREFIX, Checksum, ChecksumAlgorithm, value_of};
use super::received_trailers::ReceivedTrailers;
use crate::verify::{VerifyError, reject};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The checksums that a request has in its headers or announces as trailers.
pub(super) struct ReceivedChecksums(Vec<ReceivedChecksum>);

struct ReceivedChecksum {
    /// The name of the header or trailer, in lowercase.
    name: String,
    /// The value of the header; `None` if it is a trailer.
    header: Option<String>,
    /// `None` if the algorithm is unknown.
    running: Option<Box<dyn Checksum>>,
}

impl ReceivedChecksums {
    /// Returns the checksums among headers, with their values, and the names of trailers.
    pub(super) fn new<'h>(
        headers: impl Iterator<Item = (&'h str, &'h [u8])>,
        trailers: &ReceivedTrailers,
    ) -> Self {
        let headers = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.trim_ascii()).into_owned();
            (name.to_ascii_lowercase(), Some(value))
        });
        let trailers = trailers.announced().map(|name| (name.into(), None));
        let all = headers.chain(trailers);
        let checksums = all.filter(|(name, _)| is_checksum(name));
        let mut checksums = ReceivedChecksums(
            checksums
                .map(|(name, header)| ReceivedChecksum {
                    name,
                    header,
                    running: None,
                })
                .collect(),
        );
        for algorithm in ChecksumAlgorithm::BUILT_IN {
            checksums.add_algorithm(algorithm);
        }
        checksums
    }

    /// Adds the algorithm of a checksum. It does nothing if the request has no such checksum.
    pub(super) fn add_algorithm(&mut self, algorithm: &ChecksumAlgorithm) {
        for checksum in &mut self.0 {
            if checksum.name == algorithm.header_name() {
                checksum.running = Some(algorithm.start());
            }
        }
    }

    /// Returns the names of the checksums whose algorithm is unknown.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &str> {
        let unknown = self.0.iter().filter(|checksum| checksum.running.is_none());
        unknown.map(|checksum| &*checksum.name)
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        for running in self
            .0
            .iter_mut()
            .filter_map(|checksum| checksum.running.as_mut())
        {
            running.update(data);
        }
    }

    /// Compares the checksums of the whole body with those that were received.
    pub(super) fn check(&mut self, trailers: &ReceivedTrailers) -> Result<(), VerifyError> {
        for checksum in &mut self.0 {
            let Some(running) = checksum.running.take() else {
                continue;
            };
            let received = checksum.header.as_deref();
            let received = received.or_else(|| trailers.value(&checksum.name));
            if received != Some(&value_of(running)) {
                return Err(reject!(
                    Checksum,
                    "the checksum {} doesn't match the body",
                    checksum.name
                ));
            }
        }
        Ok(())
    }
}

/// Returns whether a header is the checksum of the body. `x-amz-checksum-algorithm`, `-mode` and
/// `-type` describe one.
fn is_checksum(name: &str) -> bool {
    let algorithm = name.strip_prefix(CHECKSUM_PREFIX);
    algorithm.is_some_and(|algorithm| !matches!(algorithm, "algorithm" | "mode" | "type"))
}
