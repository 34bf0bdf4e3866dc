//! Checksums that a URL fixes for the body of an upload.

use super::problem::{ProblemKind, Problems};
use crate::wire::query::parse_query;
use alloc::format;

/// The checksums of an empty body: CRC-32 and CRC-32C, CRC-64/NVME, SHA-1, and SHA-256.
const EMPTY: [&str; 4] = [
    "AAAAAA==",
    "AAAAAAAAAAA=",
    "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
];

/// Reports a parameter with the checksum of an empty body.
pub(super) fn check_checksum(query: &str, problems: &mut Problems) {
    for param in parse_query(Some(query)) {
        let name = param.name.to_text().unwrap_or_default();
        let value = param
            .value
            .unwrap_or_default()
            .to_text()
            .unwrap_or_default();
        if name.to_ascii_lowercase().starts_with("x-amz-checksum-") && EMPTY.contains(&&*value) {
            let message = format!(
                "{name} is the checksum of an empty body, so an upload of anything else is rejected; sign \
                 without it (AWS_REQUEST_CHECKSUM_CALCULATION=when_required)"
            );
            problems.add(ProblemKind::EmptyChecksum, message);
        }
    }
}
