//! Percent-encoding and hex. What lives here: the one encoder, which writes into a [`Sink`], and the
//! order of encoded texts. What does not: which part of a request is encoded by which rule.
//!
//! Unreserved are `A-Z a-z 0-9 - . _ ~`; every other byte becomes `%XX` in upper case. See "UriEncode" in
//! [Create a canonical request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use percent_encoding::percent_encode_byte;

/// Where canonical text goes: into a hash when signing, into a `String` when somebody wants to see it.
pub(crate) trait Sink {
    fn text(&mut self, text: &str);

    /// A header value, which may hold any byte.
    fn bytes(&mut self, bytes: &[u8]);

    /// ASCII text, a host or the name of a header, which goes there in lower case.
    fn lower(&mut self, text: &str) {
        if is_lower(text) {
            return self.text(text);
        }
        for c in text.chars() {
            self.text(c.to_ascii_lowercase().encode_utf8(&mut [0; 4]));
        }
    }

    /// A header's line, with the line break before it: its name in lower case, which it may be known to be in, and its value.
    fn line(&mut self, name: &str, is_lower: bool, value: &[u8]) {
        self.text("\n");
        match is_lower {
            true => self.text(name),
            false => self.lower(name),
        }
        self.text(":");
        self.bytes(value);
    }
}

impl Sink for String {
    fn text(&mut self, text: &str) {
        self.push_str(text);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.push_str(&String::from_utf8_lossy(bytes));
    }

    #[inline(never)]
    fn lower(&mut self, text: &str) {
        let start = self.len();
        self.push_str(text);
        if let Some(text) = self.get_mut(start..) {
            text.make_ascii_lowercase();
        }
    }
}

impl Sink for Vec<u8> {
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Two sinks fed with the same text.
pub(crate) struct Tee<'a, A, B>(pub &'a mut A, pub &'a mut B);

impl<A: Sink, B: Sink> Sink for Tee<'_, A, B> {
    fn text(&mut self, text: &str) {
        self.0.text(text);
        self.1.text(text);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.bytes(bytes);
        self.1.bytes(bytes);
    }
}

/// Percent-encodes what it is given, as a name or value of a query, and passes it on.
pub(crate) struct Encoded<'a, S>(pub &'a mut S);

impl<S: Sink> Sink for Encoded<'_, S> {
    fn text(&mut self, text: &str) {
        Text::Plain(text).write(Bare::Unreserved, self.0);
    }

    fn bytes(&mut self, bytes: &[u8]) {
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

/// Which bytes stay bare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Bare {
    /// The unreserved bytes: for names and values of a query.
    Unreserved = 1,
    /// These and `/`: for paths.
    Path = 2,
    /// Letters, digits, `-`, `.` and `_`: what a host's name is made of, which is never encoded.
    Host = 4,
}

/// For each byte, the bits of those [`Bare`] that hold it.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                Bare::Unreserved as u8 | Bare::Path as u8 | Bare::Host as u8
            }
            b'~' => Bare::Unreserved as u8 | Bare::Path as u8,
            b'/' => Bare::Path as u8,
            _ => 0,
        };
        byte += 1;
    }
    class
};

impl Bare {
    fn holds(self, byte: u8) -> bool {
        CLASS
            .get(usize::from(byte))
            .is_some_and(|class| class & self as u8 != 0)
    }

    fn encoded(self, byte: u8) -> &'static str {
        match self.holds(byte) {
            true => ascii(byte),
            false => percent_encode_byte(byte),
        }
    }

    /// How many bytes at the front stay bare.
    #[inline]
    pub(crate) fn run(self, bytes: &[u8]) -> usize {
        run(&CLASS, self as u8, bytes)
    }

    /// How many bytes at the front of an encoded text are encoded canonically already: bare ones, and those escapes
    /// that the encoder writes.
    pub(crate) fn canonical_run(self, bytes: &[u8]) -> usize {
        let (bare, escaped) = self.canonical_runs(bytes);
        bare.saturating_add(escaped)
    }

    /// The text at the front that is encoded canonically already, and what follows it.
    #[inline]
    pub(crate) fn split_canonical(self, text: &str) -> (Text<'_>, &str) {
        let (bare, escaped) = self.canonical_runs(text.as_bytes());
        let (front, rest) = text
            .split_at_checked(bare.saturating_add(escaped))
            .unwrap_or((text, ""));
        match escaped {
            0 => (Text::Plain(front), rest),
            _ => (Text::Wire(front), rest),
        }
    }

    /// The same as [`canonical_run`](Bare::canonical_run) in two: up to the first escape, and from there.
    #[inline]
    fn canonical_runs(self, bytes: &[u8]) -> (usize, usize) {
        let bare = self.run(bytes);
        match bytes.get(bare..) {
            Some(rest @ [b'%', ..]) => (bare, self.escaped_run(rest)),
            _ => (bare, 0),
        }
    }

    fn escaped_run(self, bytes: &[u8]) -> usize {
        let high_digits = match self {
            Bare::Unreserved => &ESCAPED,
            Bare::Path | Bare::Host => &ESCAPED_IN_PATH,
        };
        let is_written = |high: u8, low: u8| {
            let [high, low] = [(high_digits, high), (&LOW_DIGITS, low)]
                .map(|(digits, byte)| digits.get(usize::from(byte)).copied().unwrap_or(0));
            high & low != 0
        };
        let mut rest = bytes;
        loop {
            rest = match rest {
                [b'%', high, low, after @ ..] if is_written(*high, *low) => after,
                [byte, ..] if self.holds(*byte) => rest.get(self.run(rest)..).unwrap_or_default(),
                _ => return bytes.len().saturating_sub(rest.len()),
            }
        }
    }
}

/// How many bytes at the front are of a class, a bit of their entries in the table. Eight are looked at for each decision:
/// runs are long.
#[inline]
pub(crate) fn run(table: &[u8; 256], class: u8, bytes: &[u8]) -> usize {
    let classes = |byte: &u8| table.get(usize::from(*byte)).copied().unwrap_or(0);
    let mut length = 0usize;
    for chunk in bytes.as_chunks::<8>().0 {
        let all = chunk.iter().fold(class, |all, byte| all & classes(byte));
        if all == 0 {
            break;
        }
        length = length.saturating_add(8);
    }
    let rest = bytes.get(length..).unwrap_or_default();
    let run = rest.iter().position(|byte| classes(byte) & class == 0);
    length.saturating_add(run.unwrap_or(rest.len()))
}

/// Whether one of the bytes is of a class. All are looked at, because the compiler then looks at many at a time.
pub(crate) fn holds(bytes: &[u8], is: impl Fn(&u8) -> bool) -> bool {
    bytes.iter().fold(false, |found, byte| found | is(byte))
}

/// The high bit of each byte in a word.
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Eight bytes in a word, looked at all at once: the high bits of those in ASCII that are this one or after it.
#[inline]
fn from_byte_on(byte: u8, word: u64) -> u64 {
    // A sum of two bytes below 0x80 stays in its byte.
    let up_to_high = u64::from_ne_bytes([0x80u8.wrapping_sub(byte); 8]);
    (word & !HIGH).wrapping_add(up_to_high) & !word & HIGH
}

/// A text as words, and its last eight bytes, which have some of those before among them; or all there are, filled up with what
/// is not ASCII.
#[inline]
fn words(text: &[u8]) -> (impl Iterator<Item = u64>, u64) {
    let (chunks, rest) = text.as_chunks();
    let short = || {
        rest.iter()
            .fold(HIGH, |word, byte| (word << 8) | u64::from(*byte))
    };
    let last = text
        .last_chunk()
        .map_or_else(short, |last| u64::from_le_bytes(*last));
    (chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)), last)
}

/// The high bit of each byte that is an upper-case letter. Two places to the right it is what makes the letter a lower-case one.
#[inline]
pub(crate) fn upper_in(word: u64) -> u64 {
    from_byte_on(b'A', word) & !from_byte_on(b'[', word)
}

/// Copies a text in lower case, as far as it is ASCII, to a place of the same length.
#[inline(never)]
pub(crate) fn copy_lower(text: &[u8], place: &mut [u8]) {
    let lower = |(place, bytes): (&mut [u8; 8], &[u8; 8])| {
        let word = u64::from_le_bytes(*bytes);
        *place = (word | (upper_in(word) >> 2)).to_le_bytes();
    };
    match (place.last_chunk_mut(), text.last_chunk()) {
        // The last eight have some of those before among them.
        (Some(place), Some(last)) => lower((place, last)),
        _ => {
            for (place, byte) in place.iter_mut().zip(text) {
                *place = byte.to_ascii_lowercase();
            }
        }
    }
    let places = place.as_chunks_mut().0.iter_mut();
    places.zip(text.as_chunks().0).for_each(lower);
}

/// Whether a text has no upper-case letter of ASCII.
pub(crate) fn is_lower(text: &str) -> bool {
    let (words, last) = words(text.as_bytes());
    words.fold(upper_in(last), |found, word| found | upper_in(word)) == 0
}

/// Whether a text is another, which is in lower case, but for the case of its letters.
#[inline]
pub(crate) fn is_in_lower(text: &[u8], lower: &[u8]) -> bool {
    let as_lower = |bytes: &[u8; 8]| {
        let word = u64::from_le_bytes(*bytes);
        word | (upper_in(word) >> 2)
    };
    match (text.last_chunk(), lower.last_chunk()) {
        // The last eight have some of those before among them.
        (Some(text_end), Some(lower_end)) if text.len() == lower.len() => {
            let chunks = text.as_chunks().0.iter().zip(lower.as_chunks().0);
            as_lower(text_end) == u64::from_le_bytes(*lower_end)
                && chunks
                    .into_iter()
                    .all(|(text, lower)| as_lower(text) == u64::from_le_bytes(*lower))
        }
        _ => text.eq_ignore_ascii_case(lower),
    }
}

/// Whether all white space of a text is single spaces between words, and it holds no control character.
pub(crate) fn is_single_spaced(text: &[u8]) -> bool {
    let look = |(bad, before): (u64, u64), word: u64| {
        let delete = from_byte_on(0x7f, word);
        let other = (HIGH & !word & !from_byte_on(b'!', word)) | delete;
        if other == 0 {
            return (bad, 0);
        }
        let spaces = other & from_byte_on(b' ', word) & !delete;
        let second_spaces = spaces & ((spaces << 8) | before);
        (bad | (other & !spaces) | second_spaces, spaces >> 56)
    };
    let (words, last) = words(text);
    let (bad, _) = words.fold((0, 0), look);
    let (bad, _) = look((bad, 0), last);
    bad == 0 && text.first() != Some(&b' ') && text.last() != Some(&b' ')
}

/// Text of a request, and whether a `%` in it is data or encoding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text<'a> {
    /// Not yet encoded: an object key, the value of a typed parameter.
    Plain(&'a str),
    /// As it stands in a URL: decoded, then encoded canonically.
    Wire(&'a str),
}

impl Default for Text<'_> {
    fn default() -> Self {
        Text::Plain("")
    }
}

impl<'a> Text<'a> {
    /// Writes the text, canonically encoded.
    pub(crate) fn write(self, bare: Bare, sink: &mut impl Sink) {
        let mut rest = self.raw();
        let wire = matches!(self, Text::Wire(_));
        while !rest.is_empty() {
            let run = match wire {
                true => bare.canonical_run(rest.as_bytes()),
                false => bare.run(rest.as_bytes()),
            };
            if run == rest.len() {
                return sink.text(rest);
            }
            // A run ends before an ASCII byte or before the first byte of a character.
            let Some((ready, special)) = rest.split_at_checked(run) else {
                return;
            };
            sink.text(ready);
            rest = special;
            if wire && let Some((byte, after)) = unescape(rest) {
                sink.text(bare.encoded(byte));
                rest = after;
                continue;
            }
            let mut characters = rest.chars();
            if let Some(character) = characters.next() {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    sink.text(percent_encode_byte(byte));
                }
            }
            rest = characters.as_str();
        }
    }

    /// The order of the encoded texts, byte by byte, without writing them.
    pub(crate) fn cmp(self, other: Text<'_>) -> Ordering {
        let (one, two) = self.after_common(other).unwrap_or((self, other));
        one.encoded().cmp(two.encoded())
    }

    /// Two texts of the same kind without what they have in common at the front, which is encoded alike.
    fn after_common<'b>(self, other: Text<'b>) -> Option<(Text<'a>, Text<'b>)> {
        let bytes = self.raw().bytes().zip(other.raw().bytes());
        let common = bytes.take_while(|(one, two)| one == two).count();
        // Not from the inside of an escape, which is at most two bytes back, or of a character.
        let mut from = common.saturating_sub(2);
        while !self.raw().is_char_boundary(from) {
            from = from.saturating_sub(1);
        }
        let is_inside = |text: &str| {
            text.get(from..common)
                .is_some_and(|tail| tail.contains('%'))
        };
        let at = match is_inside(self.raw()) || !self.raw().is_char_boundary(common) {
            true => from,
            false => common,
        };
        let (one, two) = (self.raw().get(at..)?, other.raw().get(at..)?);
        match (self, other) {
            (Text::Plain(_), Text::Plain(_)) => Some((Text::Plain(one), Text::Plain(two))),
            (Text::Wire(_), Text::Wire(_)) => Some((Text::Wire(one), Text::Wire(two))),
            _ => None,
        }
    }

    /// Whether this is what the text stands for.
    pub(crate) fn stands_for(self, text: &str) -> bool {
        match self.raw().len() == text.len() {
            true => self.raw() == text,
            // Escapes make a text longer.
            false => {
                self.raw().len() > text.len()
                    && self.is_escaped()
                    && self.decoded().eq(text.bytes())
            }
        }
    }

    /// Whether the text may stand for other bytes than its own.
    pub(crate) fn is_escaped(self) -> bool {
        matches!(self, Text::Wire(raw) if holds(raw.as_bytes(), |byte| *byte == b'%'))
    }

    /// The bytes of the text encoded as a query's name or value.
    fn encoded(self) -> impl Iterator<Item = u8> + use<'a> {
        self.decoded()
            .flat_map(|byte| Bare::Unreserved.encoded(byte).bytes())
    }

    /// The bytes that the text stands for.
    pub(crate) fn decoded(self) -> impl Iterator<Item = u8> + use<'a> {
        let wire = matches!(self, Text::Wire(_));
        let mut bytes = self.raw().as_bytes();
        core::iter::from_fn(move || {
            if wire
                && let [b'%', high, low, after @ ..] = bytes
                && let (Some(high), Some(low)) = (digit(*high), digit(*low))
            {
                bytes = after;
                return Some((high << 4) | low);
            }
            let (byte, after) = bytes.split_first()?;
            bytes = after;
            Some(*byte)
        })
    }

    /// An upper bound of the encoded length. To count would take longer than it saves.
    pub(crate) fn bound(self) -> usize {
        self.raw().len().saturating_mul(3)
    }

    pub(crate) fn raw(self) -> &'a str {
        match self {
            Text::Plain(text) | Text::Wire(text) => text,
        }
    }
}

/// The byte of a `%XX` at the front, and what follows.
pub(crate) fn unescape(text: &str) -> Option<(u8, &str)> {
    let escape = text.strip_prefix('%')?;
    let (digits, after) = escape.split_at_checked(2)?;
    let [high, low] = *digits.as_bytes() else {
        return None;
    };
    Some(((digit(high)? << 4) | digit(low)?, after))
}

/// Whether a text has a `%` that no two hex digits follow, or a byte that is refused, which has to be one before `%` in ASCII, or
/// the last. Most of a text is after it. All bytes of a piece are looked at, because the compiler then looks at many at a time.
pub(crate) fn is_bad_wire(text: &str, is_refused: impl Fn(u8) -> bool) -> bool {
    const PIECE: usize = 32;
    let is_special = |byte: &u8| (*byte <= b'%') | (*byte == 0x7f);
    let is_bad_piece = |piece: &[u8]| {
        let [one, two] = [1, 2].map(|at| piece.get(at..).unwrap_or_default());
        let escapes = piece.iter().zip(one).zip(two);
        escapes.fold(
            holds(piece, |byte| is_refused(*byte)),
            |found, ((first, high), low)| {
                found | ((*first == b'%') & !(high.is_ascii_hexdigit() & low.is_ascii_hexdigit()))
            },
        )
    };
    let mut rest = text.as_bytes();
    while let Some((piece, after)) = rest.split_first_chunk::<PIECE>() {
        // With the two bytes after it, which may be the digits of its last escape.
        let with_digits = rest.get(..PIECE.saturating_add(2)).unwrap_or(rest);
        if holds(piece, is_special) && is_bad_piece(with_digits) {
            return true;
        }
        rest = after;
    }
    let ends_in_one = matches!(text.as_bytes(), [.., b'%'] | [.., b'%', _]);
    ends_in_one || holds(rest, is_special) && is_bad_piece(rest)
}

/// The first `%` of a text that no two hex digits follow, with what stands there.
pub(crate) fn bad_escape(text: &str) -> Option<&str> {
    text.match_indices('%')
        .filter_map(|(at, _)| text.get(at..))
        .find(|rest| unescape(rest).is_none())
        .map(|rest| {
            let end = rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at);
            rest.get(..end).unwrap_or(rest)
        })
}

/// The digits of an escape, as the encoder writes them: in upper case.
const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// For each byte that is the second digit of an escape, the bit of its value.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static LOW_DIGITS: [u16; 256] = {
    let mut bits = [0; 256];
    let mut value = 0;
    while value < 16 {
        bits[DIGITS[value] as usize] = 1 << value;
        value += 1;
    }
    bits
};

/// For each byte that is the first digit of an escape, the bits of those second digits with which it is one that the encoder writes.
static ESCAPED: [u16; 256] = escaped(Bare::Unreserved);
static ESCAPED_IN_PATH: [u16; 256] = escaped(Bare::Path);

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated when compiling"
)]
const fn escaped(bare: Bare) -> [u16; 256] {
    let mut bits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if CLASS[byte] & bare as u8 == 0 {
            bits[DIGITS[byte >> 4] as usize] |= 1 << (byte & 0xf);
        }
        byte += 1;
    }
    bits
}

/// The value of a hex digit.
fn digit(byte: u8) -> Option<u8> {
    const NO_DIGIT: u8 = 0xff;
    #[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
    static VALUES: [u8; 256] = {
        let mut values = [NO_DIGIT; 256];
        let mut value = 0;
        while value < 16 {
            let digit = DIGITS[value as usize];
            values[digit as usize] = value;
            values[digit.to_ascii_lowercase() as usize] = value;
            value += 1;
        }
        values
    };
    let value = VALUES.get(usize::from(byte)).copied();
    value.filter(|value| *value != NO_DIGIT)
}

/// One ASCII byte as a text.
fn ascii(byte: u8) -> &'static str {
    /// All of ASCII, in order.
    #[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
    static ASCII: [u8; 128] = {
        let mut table = [0; 128];
        let mut byte = 0;
        while byte < 128 {
            table[byte] = byte as u8;
            byte += 1;
        }
        table
    };
    let at = usize::from(byte);
    ASCII
        .get(at..=at)
        .and_then(|text| core::str::from_utf8(text).ok())
        .unwrap_or_default()
}

/// 32 bytes in lower-case hex, without an allocation. It stands where whole words do, which is where its check for UTF-8 is fast.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub(crate) struct Hex([u8; 64]);

impl Hex {
    pub(crate) fn of(bytes: &[u8; 32]) -> Self {
        // By arithmetic: the compiler then makes many digits at a time, which it can't with a table.
        const LETTERS: u8 = b'a' - b'0' - 10;
        #[expect(
            clippy::arithmetic_side_effects,
            reason = "four bits: the sum is `f` at most"
        )]
        let digit = |value: u8| b'0' + value + u8::from(value > 9) * LETTERS;
        let mut text = [0; 64];
        for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
            *pair = [digit(byte >> 4), digit(byte & 0xf)];
        }
        Hex(text)
    }

    /// Of digits that were looked at.
    pub(crate) fn from_digits(digits: &[u8; 64]) -> Self {
        Hex(*digits)
    }

    /// The bytes that the digits stand for.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        // A letter has bit 6, and its low bits are nine less than its value.
        let value = |digit: u8| (digit & 0xf).wrapping_add((digit >> 6).wrapping_mul(9));
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(self.0.as_chunks().0) {
            *byte = (value(*high) << 4) | value(*low);
        }
        bytes
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Bare, Text, copy_lower, is_bad_wire, is_in_lower, is_single_spaced};
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;
    use percent_encoding::percent_encode_byte;

    fn encoded(text: Text<'_>) -> String {
        let mut out = String::new();
        text.write(Bare::Unreserved, &mut out);
        out
    }

    /// Each text of a `%` and two bytes: it is canonical if it is what a byte that is not bare is encoded to.
    #[test]
    fn canonical_escapes_are_told_from_all_others() {
        for (bare, marks) in [(Bare::Unreserved, "-._~"), (Bare::Path, "-._~/")] {
            let is_bare =
                |byte: u8| byte.is_ascii_alphanumeric() || marks.as_bytes().contains(&byte);
            let others = (0..=255).filter(|byte| !is_bare(*byte));
            let escapes: Vec<&str> = others.map(percent_encode_byte).collect();
            for high in 0..=255 {
                for low in 0..=255 {
                    let text = [b'%', high, low];
                    let is_escape = escapes.iter().any(|escape| *escape.as_bytes() == text);
                    let run = if is_escape { 3 } else { 0 };
                    assert_eq!(bare.canonical_run(&text), run, "{text:?}");
                    assert_eq!(bare.canonical_run(&[b'a', b'%', high, low, b'%']), 1 + run);
                }
            }
        }
    }

    /// Also where two texts part inside of an escape or a character.
    #[test]
    fn the_order_is_that_of_the_encoded_texts() {
        let texts = [
            "", "a", "ab", "a-b", "a%2Fb", "a%2fc", "a%20", "a%2", "a%", "%7E", "~", "\u{e9}",
            "\u{e8}", "%C3%A9", "a\u{e9}b", "a\u{e8}b", "a%C3b", "a/b", "a b", "a+b", "%%", "%2%",
            "%25", "a%2Bb", "a%2B", "\u{20ac}", "\u{20ad}",
        ];
        for one in texts {
            for two in texts {
                for (one, two) in [
                    (Text::Plain(one), Text::Plain(two)),
                    (Text::Wire(one), Text::Wire(two)),
                    (Text::Wire(one), Text::Plain(two)),
                ] {
                    assert_eq!(
                        one.cmp(two),
                        encoded(one).cmp(&encoded(two)),
                        "{one:?} {two:?}"
                    );
                }
            }
        }
    }

    /// Wherever it stands, also over the edges of a word, and beside whatever byte.
    #[test]
    fn single_spaces_are_told_from_all_other_white_space() {
        let by_hand = |text: &[u8]| {
            let is_word = |word: &[u8]| !word.is_empty() && !word.iter().any(u8::is_ascii_control);
            text.is_empty() || text.split(|byte| *byte == b' ').all(is_word)
        };
        for length in 0..20 {
            let mut text = vec![b'x'; length];
            assert!(is_single_spaced(&text));
            for at in 0..length {
                for byte in 0..=255 {
                    text[at] = byte;
                    assert_eq!(is_single_spaced(&text), by_hand(&text), "{text:?}");
                    if let Some(next) = text.get_mut(at + 1) {
                        *next = b' ';
                        assert_eq!(is_single_spaced(&text), by_hand(&text), "{text:?}");
                        text[at + 1] = b'x';
                    }
                }
                text[at] = b'x';
            }
        }
    }

    /// Wherever it stands, also over the edges of a word; and nothing but letters of ASCII is taken for another.
    #[test]
    fn a_text_is_told_from_its_lower_case() {
        for length in 1..20 {
            let lower = "x".repeat(length);
            for at in 0..length {
                for byte in 0..=255 {
                    let mut text = lower.clone().into_bytes();
                    text[at] = byte;
                    let is_it = matches!(byte, b'x' | b'X');
                    assert_eq!(is_in_lower(&text, lower.as_bytes()), is_it, "{text:?}");
                    let small = text.to_ascii_lowercase();
                    assert!(is_in_lower(&text, &small), "{text:?}");
                    let mut place = vec![0; length];
                    copy_lower(&text, &mut place);
                    assert_eq!(place, small, "{text:?}");
                }
            }
            assert!(!is_in_lower(lower.as_bytes(), &lower.as_bytes()[1..]));
        }
    }

    /// Wherever it stands, also over the edges of what is looked at at once.
    #[test]
    fn what_is_bad_in_a_url_is_found() {
        let is_bad = |text: &str| is_bad_wire(text, |byte| byte.is_ascii_control());
        for before in 0..70 {
            for after in 0..40 {
                let at_its_place = |text| {
                    let (before, after) = ("x".repeat(before), "x".repeat(after));
                    before + "%41" + text + &after
                };
                for good in ["", "%41", "%4f%4F", " ", "!", "#", "\u{e9}"] {
                    assert!(!is_bad(&at_its_place(good)), "{good:?} at {before}");
                }
                for bad in ["%", "%4", "%4g", "%g4", "%%41", "\n", "\0", "\u{7f}"] {
                    assert!(is_bad(&at_its_place(bad)), "{bad:?} at {before}");
                }
            }
        }
        assert!(is_bad_wire("a#b", |byte| byte == b'#'));
    }
}
