//! Cyclic redundancy checks, computed by the crate `crc`.

use super::checksum::{Checksum, ChecksumAlgorithm};
use crate::crypto::CRC32;
use alloc::boxed::Box;
use alloc::vec::Vec;
use crc::{CRC_32_ISCSI, CRC_64_NVME, Crc, Digest, Table, Width};

/// Sixteen tables for each algorithm: the fastest implementation of the crate.
type Tables = Table<16>;

static CRC32C: Crc<u32, Tables> = Crc::<u32, Tables>::new(&CRC_32_ISCSI);
static CRC64_NVME: Crc<u64, Tables> = Crc::<u64, Tables>::new(&CRC_64_NVME);

impl ChecksumAlgorithm {
    /// CRC-32, as in gzip: the default of the AWS SDKs.
    pub const CRC32: Self = ChecksumAlgorithm::new("x-amz-checksum-crc32", 4, || {
        Box::new(Running(CRC32.digest()))
    });

    /// CRC-32C (Castagnoli).
    pub const CRC32C: Self = ChecksumAlgorithm::new("x-amz-checksum-crc32c", 4, || {
        Box::new(Running(CRC32C.digest()))
    });

    /// CRC-64/NVME: the checksum that S3 computes if an upload has none.
    pub const CRC64_NVME: Self = ChecksumAlgorithm::new("x-amz-checksum-crc64nvme", 8, || {
        Box::new(Running(CRC64_NVME.digest()))
    });
}

/// A checksum of the data so far. It hides the type of the crate `crc`.
struct Running<W: Width>(Digest<'static, W, Tables>);

impl Checksum for Running<u32> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_be_bytes().into()
    }
}

impl Checksum for Running<u64> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_be_bytes().into()
    }
}
