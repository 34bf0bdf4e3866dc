//! As much of JSON as a POST policy is made of. What lives here: the one writer of its strings, byte for byte as
//! boto3 writes them, and a strict reader. What does not: what the texts mean.
//!
//! The writer is ours because its bytes are what is signed. The reader is, because the grammar is three
//! levels deep and no deeper: it needs no tree of values, no recursion and no crate.

use crate::encode::run;
use crate::error::{Error, Quoted, error};
use alloc::string::String;
use core::fmt::Write as _;

/// Writes what stands between a string's quotes. All but printable ASCII is escaped, as Python's `json.dumps` does.
pub(super) fn write_escaped(text: &str, json: &mut String) {
    write_classed(text, PLAIN, json);
}

/// Writes a string that can stand inside a `<script>` element: nothing in it ends the element or opens a comment.
pub(super) fn write_script_string(text: &str, script: &mut String) {
    script.push('"');
    write_classed(text, PLAIN_IN_SCRIPT, script);
    script.push('"');
}

/// What a text holds. One look at many texts that stand together takes less time than one at each.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// Whether all of it is printable ASCII, and stands in JSON as it is.
    pub(super) is_plain: bool,
    /// Whether there is a `$`, with which `${filename}` begins.
    pub(super) has_dollar: bool,
}

impl Look {
    pub(super) fn at(text: &str) -> Self {
        let classes = |byte: &u8| CLASS.get(usize::from(*byte)).copied().unwrap_or(0);
        let (chunks, rest) = text.as_bytes().as_chunks::<8>();
        let all = chunks.iter().fold(u8::MAX, |all, chunk| {
            chunk.iter().fold(all, |all, byte| all & classes(byte))
        });
        let all = rest.iter().fold(all, |all, byte| all & classes(byte));
        Look {
            is_plain: all & PLAIN != 0,
            has_dollar: all & NO_DOLLAR == 0,
        }
    }
}

/// Bytes that stand as they are.
const PLAIN: u8 = 1;
/// Those of them that neither end a `<script>` element nor open a comment.
const PLAIN_IN_SCRIPT: u8 = 2;
/// All but `$`.
const NO_DOLLAR: u8 = 4;

/// For each byte, in which texts it stands as it is.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static CLASS: [u8; 256] = {
    let mut class = [NO_DOLLAR; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        class[byte as usize] = match byte {
            b'"' | b'\\' => NO_DOLLAR,
            b'$' => PLAIN | PLAIN_IN_SCRIPT,
            b'<' | b'>' | b'&' => PLAIN | NO_DOLLAR,
            _ => PLAIN | PLAIN_IN_SCRIPT | NO_DOLLAR,
        };
        byte += 1;
    }
    class
};

/// Writes what stands as it is by `class`, and escapes the rest.
fn write_classed(text: &str, class: u8, json: &mut String) {
    let mut rest = text;
    loop {
        let length = run(&CLASS, class, rest.as_bytes());
        if length == rest.len() {
            return json.push_str(rest);
        }
        let (plain, special) = rest.split_at_checked(length).unwrap_or_default();
        json.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            None => return,
            Some('"') => json.push_str("\\\""),
            Some('\\') => json.push_str("\\\\"),
            Some('\n') => json.push_str("\\n"),
            Some('\r') => json.push_str("\\r"),
            Some('\t') => json.push_str("\\t"),
            Some('\u{8}') => json.push_str("\\b"),
            Some('\u{c}') => json.push_str("\\f"),
            Some(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing into a String does not fail.
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
        rest = characters.as_str();
    }
}

/// Reads JSON from its front, token by token.
pub(super) struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Reader { text, rest: text }
    }

    /// The next character that is not white space, which stays.
    pub(super) fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest.chars().next()
    }

    /// Takes a punctuation mark if it is next.
    pub(super) fn takes(&mut self, mark: char) -> bool {
        let is_next = self.peek() == Some(mark);
        if is_next {
            self.next();
        }
        is_next
    }

    /// Takes a punctuation mark.
    pub(super) fn expect(&mut self, mark: char) -> Result<(), Error> {
        match self.takes(mark) {
            true => Ok(()),
            false => Err(self.unexpected(&alloc::format!("`{mark}`"))),
        }
    }

    /// Calls `item` for each item of a list, up to its closing mark.
    pub(super) fn list(
        &mut self,
        close: char,
        mut item: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.takes(close) {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.takes(close) {
                return Ok(());
            }
            if !self.takes(',') {
                return Err(self.unexpected(&alloc::format!("`,` or `{close}`")));
            }
        }
    }

    /// Takes a string.
    pub(super) fn string(&mut self) -> Result<String, Error> {
        if !self.takes('"') {
            return Err(self.unexpected("a string in double quotes"));
        }
        let mut value = String::new();
        loop {
            let before = self.rest;
            match self.next() {
                Some('"') => return Ok(value),
                Some('\\') => value.push(self.escape()?),
                Some(c) if c >= ' ' => value.push(c),
                _ => {
                    self.rest = before;
                    return Err(
                        self.unexpected("the end of a string, or `\\` before a control character")
                    );
                }
            }
        }
    }

    /// Takes a whole number.
    pub(super) fn integer(&mut self) -> Result<u64, Error> {
        self.peek();
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        let goes_on = rest.starts_with(['.', 'e', 'E']);
        let has_zero_in_front = digits.len() > 1 && digits.starts_with('0');
        match digits.parse() {
            Ok(number) if !goes_on && !has_zero_in_front => {
                self.rest = rest;
                Ok(number)
            }
            _ => Err(self.unexpected("a whole number of bytes, at most 18446744073709551615")),
        }
    }

    /// Nothing but white space may follow.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("its end")),
        }
    }

    /// An error at the place that is reached. It quotes one character only: the text may hold a session token.
    pub(super) fn unexpected(&mut self, wanted: &str) -> Error {
        let at = self.text.len().saturating_sub(self.rest.len());
        match self.rest.chars().next() {
            None => error!(Policy, "the JSON ends where it should have {wanted}"),
            Some(c) => error!(
                Policy,
                "the JSON should have {wanted} at byte {at}, not {}",
                Quoted(c.encode_utf8(&mut [0; 4]))
            ),
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let c = characters.next();
        self.rest = characters.as_str();
        c
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<char, Error> {
        let before = self.rest;
        let c = match self.next() {
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => self.code_point(),
            // No JSON, but in the table of escapes of AWS's document.
            Some('$') => Some('$'),
            Some('v') => Some('\u{b}'),
            _ => None,
        };
        c.ok_or_else(|| {
            self.rest = before;
            self.unexpected("an escape of JSON after `\\`")
        })
    }

    /// Four hex digits, or a pair of surrogates.
    fn code_point(&mut self) -> Option<char> {
        let mut units = [self.code_unit()?, 0];
        let mut count = 1;
        if matches!(units, [0xd800..=0xdbff, _]) {
            self.rest = self.rest.strip_prefix("\\u")?;
            units = [units.first().copied()?, self.code_unit()?];
            count = 2;
        }
        char::decode_utf16(units.into_iter().take(count))
            .next()?
            .ok()
    }

    fn code_unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        // `from_str_radix` would take a sign.
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.rest = rest;
        u16::from_str_radix(digits, 16).ok()
    }
}
