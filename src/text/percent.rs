//! Percent-encoding ([UriEncode in AWS's
//! documentation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).
//!
//! Unreserved bytes are `A-Z a-z 0-9 - . _ ~`. Every other byte becomes `%XX` with uppercase
//! digits.

use super::byte_set::{ByteSet, byte_set};
use super::sink::{Placeholder, Sink};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use percent_encoding::percent_encode_byte;

/// Bytes that names and values of a query keep.
pub(crate) static UNRESERVED: ByteSet =
    byte_set!(b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~');

/// Bytes that a path keeps: the unreserved ones and `/`.
pub(crate) static PATH: ByteSet =
    byte_set!(b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/');

/// Bytes of a parameter's name in a query, except `%`: `=` or `&` ends it.
pub(crate) static QUERY_NAME: ByteSet = byte_set!(0..=b'$' | b'\''..=b'<' | b'>'..=0xff);

/// Bytes of a parameter's value in a query, except `%`: `&` ends it.
pub(crate) static QUERY_VALUE: ByteSet = byte_set!(0..=b'$' | b'\''..=0xff);

/// Bytes that don't begin an escape.
static NO_ESCAPE: ByteSet = byte_set!(0..=b'$' | b'&'..=0xff);

/// Bytes of a host name, which is never encoded.
pub(crate) static HOST: ByteSet =
    byte_set!(b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_');

/// Bytes of a token (RFC 9110, section 5.6.2), such as a header's name.
pub(crate) static TOKEN: ByteSet = byte_set!(
    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.'
        | b'^'..=b'`' | b'|' | b'~'
);

/// Bytes of a token without uppercase letters.
pub(crate) static LOWERCASE_TOKEN: ByteSet = byte_set!(
    b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`'
        | b'|' | b'~'
);

impl ByteSet {
    /// Returns the length of the prefix that is encoded as [`Component::write`] encodes it: bytes
    /// of the set, and uppercase escapes of other bytes.
    #[inline]
    pub(crate) fn canonical_prefix_len(&self, bytes: &[u8]) -> usize {
        let mut prefix = self.prefix_len(bytes);
        while let Some([b'%', high, low]) = bytes.get(prefix..).and_then(|rest| rest.first_chunk())
            && let Some(byte) = decode_digits(*high, *low)
            && !(high.is_ascii_lowercase() || low.is_ascii_lowercase() || self.contains(byte))
        {
            let after = prefix.saturating_add(3);
            let run = self.prefix_len(bytes.get(after..).unwrap_or_default());
            prefix = after.saturating_add(run);
        }
        prefix
    }

    /// Writes a byte: as it is if the set contains it, else as an escape.
    fn write_byte(&self, byte: u8, sink: &mut impl Sink) {
        if self.contains(byte) {
            sink.text(char::from(byte).encode_utf8(&mut [0; 4]));
        } else {
            sink.text(percent_encode_byte(byte));
        }
    }
}

/// A part of a URL: a key, or the name or value of a parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Component<'a> {
    /// Not encoded yet: a `%` is data.
    Raw(&'a str),
    /// As it is in a URL: a `%` begins an escape.
    Encoded(&'a str),
    /// A value of a template's row, by its index.
    PerRow(usize),
}

impl Default for Component<'_> {
    fn default() -> Self {
        Component::Raw("")
    }
}

impl<'a> Component<'a> {
    /// Splits a component of a URL, which has bytes of a set and `%`, from the rest. Without
    /// a `%` it is raw, so that nothing searches it for an escape again.
    #[inline]
    pub(crate) fn split_from_url(text: &'a str, set: &ByteSet) -> (Self, &'a str) {
        let bytes = text.as_bytes();
        let mut length = set.prefix_len(bytes);
        let is_raw = bytes.get(length) != Some(&b'%');
        while bytes.get(length) == Some(&b'%') {
            let after = length.saturating_add(1);
            let run = set.prefix_len(bytes.get(after..).unwrap_or_default());
            length = after.saturating_add(run);
        }
        let (component, rest) = text.split_at_checked(length).unwrap_or((text, ""));
        if is_raw {
            (Component::Raw(component), rest)
        } else {
            (Component::Encoded(component), rest)
        }
    }

    /// Returns the text as it was written; it is empty if each row provides it.
    pub(crate) fn text(self) -> &'a str {
        match self {
            Component::Raw(text) | Component::Encoded(text) => text,
            Component::PerRow(_) => "",
        }
    }

    /// Writes the canonical encoding, in which only bytes of the set are not escaped. Escapes of an
    /// encoded component are decoded first; a `%` without two digits is data.
    pub(crate) fn write(self, unescaped: &ByteSet, sink: &mut impl Sink) {
        if let Component::PerRow(index) = self {
            return sink.placeholder(Placeholder::RowValue(index));
        }
        let is_encoded = matches!(self, Component::Encoded(_));
        let mut rest = self.text();
        while !rest.is_empty() {
            let prefix = if is_encoded {
                unescaped.canonical_prefix_len(rest.as_bytes())
            } else {
                unescaped.prefix_len(rest.as_bytes())
            };
            // The prefix ends before an ASCII byte or before the first byte of a character.
            let (ready, after) = rest.split_at_checked(prefix).unwrap_or((rest, ""));
            if !ready.is_empty() {
                sink.text(ready);
            }
            rest = after;
            if is_encoded && let Some((byte, after)) = decode_escape(rest) {
                unescaped.write_byte(byte, sink);
                rest = after;
                continue;
            }
            let mut chars = rest.chars();
            if let Some(c) = chars.next() {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    sink.text(percent_encode_byte(byte));
                }
            }
            rest = chars.as_str();
        }
    }

    /// The most bytes that one byte is encoded as.
    pub(crate) const MAX_EXPANSION: usize = "%XX".len();

    /// Returns an upper bound of the encoded length. Counting would take longer than it saves.
    pub(crate) fn max_encoded_len(self) -> usize {
        self.text().len().saturating_mul(Self::MAX_EXPANSION)
    }

    /// Compares the encodings as names or values of a query, byte by byte, without writing them.
    pub(crate) fn cmp_encoded(self, other: Component<'_>) -> Ordering {
        if self.is_canonical() && other.is_canonical() {
            return self.text().cmp(other.text());
        }
        self.encoded_bytes().cmp(other.encoded_bytes())
    }

    /// Returns whether the text is its own encoding as a name or value of a query.
    fn is_canonical(self) -> bool {
        let prefix = match self {
            Component::Raw(text) => UNRESERVED.prefix_len(text.as_bytes()),
            Component::Encoded(text) => UNRESERVED.canonical_prefix_len(text.as_bytes()),
            Component::PerRow(_) => 0,
        };
        prefix == self.text().len()
    }

    /// Returns whether the decoded text is `text`.
    pub(crate) fn decodes_to(self, text: &str) -> bool {
        if self.is_escaped() {
            self.decoded().eq(text.bytes())
        } else {
            self.text() == text
        }
    }

    /// Returns whether the decoded text is `text`, ignoring ASCII case.
    pub(crate) fn decodes_to_ignore_case(self, text: &str) -> bool {
        if self.is_escaped() {
            let lower = |byte: u8| byte.to_ascii_lowercase();
            self.decoded().map(lower).eq(text.bytes().map(lower))
        } else {
            self.text().eq_ignore_ascii_case(text)
        }
    }

    /// Returns whether the decoded component starts with `prefix`, ignoring ASCII case.
    pub(crate) fn starts_with_ignore_case(self, prefix: &str) -> bool {
        if self.is_escaped() {
            let lower = |byte: u8| byte.to_ascii_lowercase();
            let start = self.decoded().map(lower).take(prefix.len());
            start.eq(prefix.bytes().map(lower))
        } else {
            let start = self.text().get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        }
    }

    /// Returns whether the component may contain an escape.
    pub(crate) fn is_escaped(self) -> bool {
        matches!(self, Component::Encoded(text) if text.as_bytes().contains(&b'%'))
    }

    /// Returns the decoded bytes, one by one.
    pub(crate) fn decoded(self) -> impl Iterator<Item = u8> + use<'a> {
        let is_encoded = matches!(self, Component::Encoded(_));
        let mut bytes = self.text().as_bytes();
        core::iter::from_fn(move || {
            if is_encoded
                && let [b'%', high, low, after @ ..] = bytes
                && let Some(byte) = decode_digits(*high, *low)
            {
                bytes = after;
                return Some(byte);
            }
            let (byte, after) = bytes.split_first()?;
            bytes = after;
            Some(*byte)
        })
    }

    /// Returns the decoded bytes, borrowed if nothing is escaped.
    pub(crate) fn to_bytes(self) -> Cow<'a, [u8]> {
        if !self.is_escaped() {
            return Cow::Borrowed(self.text().as_bytes());
        }
        let mut bytes = Vec::with_capacity(self.text().len());
        self.decode(|piece| bytes.extend_from_slice(piece));
        Cow::Owned(bytes)
    }

    /// Passes the decoded bytes to `f`, in pieces that may end within a character.
    pub(crate) fn decode(self, mut f: impl FnMut(&[u8])) {
        let mut rest = self.text();
        if let Component::Encoded(_) = self {
            while let Some((piece, found)) =
                rest.split_at_checked(NO_ESCAPE.prefix_len(rest.as_bytes()))
                && !found.is_empty()
            {
                let escape = decode_escape(found);
                let (byte, after) = escape.unwrap_or((b'%', found.get(1..).unwrap_or_default()));
                f(piece.as_bytes());
                f(&[byte]);
                rest = after;
            }
        }
        f(rest.as_bytes());
    }

    /// Returns the decoded text. Bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn to_text_lossy(self) -> Cow<'a, str> {
        match self.to_bytes() {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Returns the decoded text, if it is UTF-8.
    pub(crate) fn to_text(self) -> Option<Cow<'a, str>> {
        if !self.is_escaped() {
            return Some(Cow::Borrowed(self.text()));
        }
        String::from_utf8(self.to_bytes().into_owned())
            .ok()
            .map(Cow::Owned)
    }

    /// Returns the bytes of the encoding as a name or value of a query.
    fn encoded_bytes(self) -> impl Iterator<Item = u8> + use<'a> {
        self.decoded().flat_map(|byte| {
            let escape = percent_encode_byte(byte);
            let is_kept = UNRESERVED.contains(byte);
            let kept = is_kept.then_some(byte);
            let escaped = if is_kept { "" } else { escape };
            kept.into_iter().chain(escaped.bytes())
        })
    }
}

/// A sink that percent-encodes what it receives as a name or value of a query.
pub(crate) struct PercentEncoded<'a, S>(pub &'a mut S);

impl<S: Sink> Sink for PercentEncoded<'_, S> {
    fn text(&mut self, text: &str) {
        Component::Raw(text).write(&UNRESERVED, self.0);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        // A session token, which is long, is written several times faster as one text.
        if let Ok(text) = core::str::from_utf8(bytes) {
            return self.text(text);
        }
        for chunk in bytes.utf8_chunks() {
            self.text(chunk.valid());
            for byte in chunk.invalid() {
                self.0.text(percent_encode_byte(*byte));
            }
        }
    }
}

/// Decodes a `%XX` at the front, and returns the text after it.
pub(crate) fn decode_escape(text: &str) -> Option<(u8, &str)> {
    let [b'%', high, low] = text.as_bytes().first_chunk()? else {
        return None;
    };
    Some((decode_digits(*high, *low)?, text.get(3..)?))
}

/// Returns the first `%` that is not followed by two hexadecimal digits, with up to two characters.
pub(crate) fn invalid_escape(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let (_, found) = rest.split_at_checked(NO_ESCAPE.prefix_len(rest.as_bytes()))?;
        match decode_escape(found) {
            Some((_, after)) => rest = after,
            None if found.is_empty() => return None,
            None => {
                let end = found.char_indices().nth(3).map(|(index, _)| index);
                return found.get(..end.unwrap_or(found.len()));
            }
        }
    }
}

fn decode_digits(high: u8, low: u8) -> Option<u8> {
    Some((digit_value(high)? << 4) | digit_value(low)?)
}

fn digit_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit & 0xf),
        b'A'..=b'F' | b'a'..=b'f' => Some((digit & 0xf).wrapping_add(9)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteSet, Component, PATH, UNRESERVED, invalid_escape};
    use alloc::string::String;
    use alloc::vec::Vec;
    use percent_encoding::percent_encode_byte;

    fn encoded(component: Component<'_>) -> String {
        let mut text = String::new();
        component.write(&UNRESERVED, &mut text);
        text
    }

    /// Every text of a `%` and two bytes is canonical exactly if it is the escape of an escaped
    /// byte.
    #[test]
    fn canonical_escapes_are_those_that_are_written() {
        let sets: [(&ByteSet, &[u8]); 2] = [(&UNRESERVED, b"-._~"), (&PATH, b"-._~/")];
        for (set, marks) in sets {
            let is_kept = |byte: &u8| byte.is_ascii_alphanumeric() || marks.contains(byte);
            let escaped = (0..=255).filter(|byte| !is_kept(byte));
            let escapes: Vec<&[u8]> = escaped
                .map(|byte| percent_encode_byte(byte).as_bytes())
                .collect();
            for high in 0..=255 {
                for low in 0..=255 {
                    let text = [b'%', high, low];
                    let expected = if escapes.contains(&&text[..]) { 3 } else { 0 };
                    assert_eq!(set.canonical_prefix_len(&text), expected, "{text:?}");
                    let within = [b'a', b'%', high, low, b'%'];
                    assert_eq!(set.canonical_prefix_len(&within), 1 + expected);
                }
            }
        }
    }

    #[test]
    fn prefixes_end_at_the_first_other_byte() {
        for length in 0..20 {
            let mut text = alloc::vec![b'x'; length];
            assert_eq!(UNRESERVED.prefix_len(&text), length);
            for index in 0..length {
                text[index] = b'/';
                assert_eq!(UNRESERVED.prefix_len(&text), index);
                assert_eq!(PATH.prefix_len(&text), length);
                text[index] = b'x';
            }
        }
    }

    #[test]
    fn components_are_ordered_by_their_encodings() {
        let texts = [
            "", "a", "ab", "a-b", "a%2Fb", "a%2fc", "a%20", "a%2", "a%", "%7E", "~", "\u{e9}",
            "\u{e8}", "%C3%A9", "a\u{e9}b", "a\u{e8}b", "a%C3b", "a/b", "a b", "a+b", "%%", "%2%",
            "%25", "a%2Bb", "a%2B", "\u{20ac}", "\u{20ad}",
        ];
        for one in texts {
            for two in texts {
                for (one, two) in [
                    (Component::Raw(one), Component::Raw(two)),
                    (Component::Encoded(one), Component::Encoded(two)),
                    (Component::Encoded(one), Component::Raw(two)),
                ] {
                    let expected = encoded(one).cmp(&encoded(two));
                    assert_eq!(one.cmp_encoded(two), expected, "{one:?} {two:?}");
                }
            }
        }
    }

    #[test]
    fn invalid_escapes_are_found() {
        for good in ["", "a", "%41", "%4f%4F", "a%41b", "\u{e9}%C3"] {
            assert_eq!(invalid_escape(good), None, "{good}");
        }
        for (bad, found) in [
            ("%", "%"),
            ("a%4", "%4"),
            ("%41%4g", "%4g"),
            ("%g4x", "%g4"),
            ("%%41", "%%4"),
            ("a%\u{e9}\u{e8}b", "%\u{e9}\u{e8}"),
        ] {
            assert_eq!(invalid_escape(bad), Some(found), "{bad}");
        }
    }
}
