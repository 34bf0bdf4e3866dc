//! Lowercase hexadecimal digits, those of a SHA-256 hash without an allocation.

/// 32 bytes as 64 lowercase hexadecimal digits.
///
/// It is aligned to whole words, because the UTF-8 check in `as_str` is faster there.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub(crate) struct Hex([u8; 64]);

impl Hex {
    pub(crate) fn new(bytes: &[u8; 32]) -> Self {
        let mut text = [0; 64];
        for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
            *pair = digits(*byte);
        }
        Hex(text)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Returns the two digits of a byte.
pub(crate) fn digits(byte: u8) -> [u8; 2] {
    [digit(byte >> 4), digit(byte & 0xf)]
}

/// Returns the digit of a value below 16. The compiler vectorizes arithmetic, but not a table.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the value has four bits, so the largest result is `f`"
)]
fn digit(value: u8) -> u8 {
    const LETTER_OFFSET: u8 = b'a' - b'0' - 10;
    b'0' + value + u8::from(value > 9) * LETTER_OFFSET
}

/// Decodes 64 lowercase hexadecimal digits. Uppercase digits are rejected, as AWS rejects them.
pub(crate) fn decode(text: &[u8]) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.try_into().ok()?;
    let is_digit = |byte: &u8| byte.is_ascii_digit() | (b'a'..=b'f').contains(byte);
    if !digits.iter().fold(true, |all, byte| all & is_digit(byte)) {
        return None;
    }
    let values = digits.map(value_of);
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(values.as_chunks().0) {
        *byte = (high << 4) | low;
    }
    Some(bytes)
}

/// Returns the value of a hexadecimal digit. The low bits of a letter are nine less than its value.
fn value_of(digit: u8) -> u8 {
    (digit & 0xf).wrapping_add(if digit > b'9' { 9 } else { 0 })
}

/// Decodes any even number of lowercase hexadecimal digits, if the buffer has room for their bytes.
pub(crate) fn decode_into<'b>(text: &str, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if !text.bytes().all(is_digit) {
        return None;
    }
    let bytes = buffer.get_mut(..text.len() / 2)?;
    ::hex::decode_to_slice(text, bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Hex, decode};
    use core::array;

    #[test]
    fn every_byte_agrees_with_the_hex_crate() {
        for start in 0..=255u8 {
            let bytes = array::from_fn(|index| start.wrapping_add(index as u8 * 7));
            let text = Hex::new(&bytes);
            assert_eq!(text.as_str(), hex::encode(bytes));
            assert_eq!(decode(text.as_bytes()), Some(bytes));
        }
    }

    #[test]
    fn only_64_lowercase_digits_are_decoded() {
        let good = [b'0'; 64];
        assert_eq!(decode(&good), Some([0; 32]));
        assert_eq!(decode(&good[1..]), None);
        assert_eq!(decode(&[b'0'; 65]), None);
        for byte in (0..=255u8).filter(|byte| !b"0123456789abcdef".contains(byte)) {
            for index in [0, 31, 63] {
                let mut text = good;
                text[index] = byte;
                assert_eq!(decode(&text), None, "{byte} at {index}");
            }
        }
    }
}
