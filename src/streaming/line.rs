//! Lines that arrive in pieces.

use crate::verify::{VerifyError, reject};
use alloc::vec::Vec;

/// A line that is collected until its line break, `\r\n`.
#[derive(Clone, Default)]
pub(super) struct Line(Vec<u8>);

impl Line {
    /// Reads up to the end of the line. Returns whether it is complete; then
    /// [`bytes`](Line::bytes) has it until [`clear`](Line::clear).
    pub(super) fn read(&mut self, input: &mut &[u8], max_len: usize) -> Result<bool, VerifyError> {
        let end = input.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(input.len(), |end| end.saturating_add(1));
        if self.0.len().saturating_add(length) > max_len {
            return Err(reject!(
                BodyMalformed,
                "a line between the chunks has more than {max_len} bytes"
            ));
        }
        let (line, after) = input.split_at_checked(length).unwrap_or_default();
        self.0.extend_from_slice(line);
        *input = after;
        if end.is_none() {
            return Ok(false);
        }
        if self.0.ends_with(b"\r\n") {
            Ok(true)
        } else {
            Err(reject!(
                BodyMalformed,
                "a line between the chunks ends without a carriage return"
            ))
        }
    }

    /// Returns the line without its line break.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.strip_suffix(b"\r\n").unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
