//! Destinations for canonical text.
//!
//! A canonical request is written once: into a hash when it is signed, into a `String` when a
//! caller wants to see it, or into both.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A destination for text: a hash, a string, or a writer.
pub(crate) trait Sink {
    fn text(&mut self, text: &str);

    /// Appends bytes that need not be UTF-8, such as a header value.
    fn bytes(&mut self, bytes: &[u8]);

    /// Appends text with its ASCII letters in lowercase.
    fn lowercase(&mut self, text: &str) {
        // One fold over all bytes is vectorized; most texts are in lowercase.
        if text
            .bytes()
            .fold(false, |any, byte| any | byte.is_ascii_uppercase())
        {
            for c in text.chars() {
                self.text(c.to_ascii_lowercase().encode_utf8(&mut [0; 4]));
            }
        } else {
            self.text(text);
        }
    }

    /// Appends a number in decimal.
    fn decimal(&mut self, number: u64) {
        const MAX_DIGITS: usize = 20;
        let mut digits = [b'0'; MAX_DIGITS];
        let mut rest = number;
        let mut start = MAX_DIGITS;
        for (index, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' | (rest % 10) as u8;
            rest /= 10;
            start = index;
            if rest == 0 {
                break;
            }
        }
        let digits = digits.get(start..).unwrap_or_default();
        self.text(core::str::from_utf8(digits).unwrap_or_default());
    }

    /// Returns everything that was written, if the sink keeps it as text.
    fn written(&self) -> Option<&str> {
        None
    }

    /// Appends a value that a template leaves open. Only a template's own sink receives one.
    fn placeholder(&mut self, _placeholder: Placeholder) {}
}

/// A value that differs between the URLs of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder {
    /// The date of the credential scope: `20130524`.
    Date,
    /// The signing time: `20130524T000000Z`.
    Time,
    /// The expiry: seconds of validity under SigV4, the moment in Unix seconds under SigV2, and the
    /// date and time for Azure.
    Expires,
    /// The object's key, decoded.
    #[cfg_attr(
        not(feature = "azure"),
        allow(dead_code, reason = "no scheme signs it")
    )]
    Key,
    /// A value of the row, by its index.
    RowValue(usize),
    /// `=` and a value of the row, by its index; nothing for an empty value.
    RowAssignment(usize),
}

/// A sink whose type is not known: a function that takes each text.
pub(crate) struct FnSink<'a>(pub &'a mut dyn FnMut(&str));

impl Sink for FnSink<'_> {
    fn text(&mut self, text: &str) {
        (self.0)(text);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.text(&String::from_utf8_lossy(bytes));
    }
}

/// A sink that drops everything.
pub(crate) struct Discard;

impl Sink for Discard {
    fn text(&mut self, _text: &str) {}
    fn bytes(&mut self, _bytes: &[u8]) {}
}

impl Sink for String {
    #[inline]
    fn text(&mut self, text: &str) {
        self.push_str(text);
    }

    fn written(&self) -> Option<&str> {
        Some(self)
    }

    fn lowercase(&mut self, text: &str) {
        let start = self.len();
        self.push_str(text);
        if let Some(text) = self.get_mut(start..) {
            text.make_ascii_lowercase();
        }
    }

    /// Appends the bytes with replacement characters for what is not UTF-8: a string is for
    /// display.
    fn bytes(&mut self, bytes: &[u8]) {
        self.push_str(&String::from_utf8_lossy(bytes));
    }
}

impl Sink for Vec<u8> {
    fn text(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Two sinks that receive the same text.
pub(crate) struct Tee<'a, A: ?Sized, B: ?Sized>(pub &'a mut A, pub &'a mut B);

impl<A: Sink + ?Sized, B: Sink + ?Sized> Sink for Tee<'_, A, B> {
    fn text(&mut self, text: &str) {
        self.0.text(text);
        self.1.text(text);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.bytes(bytes);
        self.1.bytes(bytes);
    }

    fn placeholder(&mut self, placeholder: Placeholder) {
        self.0.placeholder(placeholder);
        self.1.placeholder(placeholder);
    }
}

/// A caller's writer. It remembers the first error, so that text can be written without checks.
pub(crate) struct FmtSink<'a, W: ?Sized> {
    writer: &'a mut W,
    result: fmt::Result,
}

impl<'a, W: fmt::Write + ?Sized> FmtSink<'a, W> {
    pub(crate) fn new(writer: &'a mut W) -> Self {
        FmtSink {
            writer,
            result: Ok(()),
        }
    }

    pub(crate) fn result(&self) -> fmt::Result {
        self.result
    }
}

impl<W: fmt::Write + ?Sized> Sink for FmtSink<'_, W> {
    fn text(&mut self, text: &str) {
        if self.result.is_ok() {
            self.result = self.writer.write_str(text);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.text(&String::from_utf8_lossy(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::Sink as _;
    use alloc::string::{String, ToString as _};

    #[test]
    fn numbers_are_written_in_decimal() {
        let powers = (0..20).map(|power| 10u64.pow(power));
        let near = powers.flat_map(|power| [power - 1, power, power + 1]);
        for number in near.chain([u64::MAX, u64::MAX - 1]) {
            let mut text = String::new();
            text.decimal(number);
            assert_eq!(text, number.to_string());
        }
    }

    #[test]
    fn only_ascii_letters_become_lowercase() {
        let mut text = String::new();
        text.lowercase("Host");
        text.lowercase("-\u{c4}b");
        assert_eq!(text, "host-\u{c4}b");
    }
}
