//! `Arbitrary` for times and payloads, the inputs of signing that have no text form.

use crate::time::Timestamp;
use crate::v4::Payload;
use arbitrary::{Arbitrary, Result, Unstructured};

/// Half of the times are in the years that a signature can contain.
impl<'a> Arbitrary<'a> for Timestamp {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        /// The years 0 to 9999.
        const WRITABLE: core::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;
        let seconds = if u.arbitrary()? {
            u.int_in_range(WRITABLE)?
        } else {
            u.arbitrary()?
        };
        Ok(Timestamp::from_unix_seconds(seconds))
    }
}

impl<'a> Arbitrary<'a> for Payload {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=2)? {
            0u8 => Payload::Empty,
            1 => Payload::Unsigned,
            _ => Payload::Sha256(u.arbitrary()?),
        })
    }
}
