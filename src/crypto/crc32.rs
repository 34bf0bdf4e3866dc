//! CRC-32, of checksums and event streams.

use crc::{CRC_32_ISO_HDLC, Crc, Table};

/// CRC-32 as in gzip. Sixteen tables make it the fastest implementation of the crate `crc`.
pub(crate) static CRC32: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);
