//! JSON as far as POST policies need it: a writer of strings and a strict reader.
//!
//! The writer is our own, because its bytes are signed and have to be those of boto3. The reader is
//! our own, because a policy has a fixed depth: it needs neither a tree of values nor recursion.

use super::byte_set::{ByteSet, byte_set};
use crate::error::{Error, Quoted, error};
use alloc::string::String;
use core::fmt::Write as _;

/// Characters that a string contains as they are. Python's `json.dumps` escapes all others.
static PLAIN: ByteSet = byte_set!(b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');

/// The characters of [`PLAIN`] that neither end a `<script>` element nor open a comment.
static PLAIN_IN_SCRIPT: ByteSet =
    byte_set!(b' ' | b'!' | b'#'..=b'%' | b'\''..=b';' | b'=' | b'?'..=b'[' | b']'..=b'~');

/// Writes the contents of a string, without its quotes.
pub(crate) fn write_escaped(text: &str, json: &mut String) {
    write_unless(text, &PLAIN, json);
}

/// Writes a string with its quotes that can be inside a `<script>` element.
pub(crate) fn write_script_string(text: &str, script: &mut String) {
    script.push('"');
    write_unless(text, &PLAIN_IN_SCRIPT, script);
    script.push('"');
}

/// Writes text, and escapes every character that is not in the set.
fn write_unless(text: &str, plain: &ByteSet, json: &mut String) {
    if text.bytes().all(|byte| plain.contains(byte)) {
        return json.push_str(text);
    }
    let mut rest = text;
    loop {
        let length = plain.prefix_len(rest.as_bytes());
        let (ready, special) = rest.split_at_checked(length).unwrap_or((rest, ""));
        json.push_str(ready);
        let mut chars = special.chars();
        match chars.next() {
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
        rest = chars.as_str();
    }
}

/// Reads JSON token by token. Its errors are those of a policy.
pub(crate) struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Reader { text, rest: text }
    }

    /// Reads a punctuation character if it is next. Returns whether it was.
    pub(crate) fn accept(&mut self, punctuation: char) -> bool {
        let is_next = self.peek() == Some(punctuation);
        if is_next {
            self.next();
        }
        is_next
    }

    /// Reads a punctuation character.
    pub(crate) fn expect(&mut self, punctuation: char) -> Result<(), Error> {
        if self.accept(punctuation) {
            Ok(())
        } else {
            Err(self.unexpected(&alloc::format!("`{punctuation}`")))
        }
    }

    /// Reads the items of a list, each with `read_item`, and the bracket or brace at its end.
    pub(crate) fn list(
        &mut self,
        close: char,
        mut read_item: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.accept(close) {
            return Ok(());
        }
        loop {
            read_item(self)?;
            if self.accept(close) {
                return Ok(());
            }
            if !self.accept(',') {
                return Err(self.unexpected(&alloc::format!("`,` or `{close}`")));
            }
        }
    }

    /// Reads a string.
    pub(crate) fn string(&mut self) -> Result<String, Error> {
        if !self.accept('"') {
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
                    return Err(self.unexpected(
                        "the end of a string, or an escape instead of a control character",
                    ));
                }
            }
        }
    }

    /// Reads a whole number.
    pub(crate) fn integer(&mut self) -> Result<u64, Error> {
        self.peek();
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        let has_fraction_or_exponent = rest.starts_with(['.', 'e', 'E']);
        let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
        match digits.parse() {
            Ok(number) if !has_fraction_or_exponent && !has_leading_zero => {
                self.rest = rest;
                Ok(number)
            }
            _ => Err(self.unexpected("a whole number, at most 18446744073709551615")),
        }
    }

    /// Checks that only white space is left.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        if self.peek().is_none() {
            Ok(())
        } else {
            Err(self.unexpected("the end"))
        }
    }

    /// Returns an error at the current position. It quotes one character only, because the text may
    /// contain a session token.
    pub(crate) fn unexpected(&mut self, expected: &str) -> Error {
        let index = self.text.len().saturating_sub(self.rest.len());
        match self.rest.chars().next() {
            None => error!(Policy, "the JSON ends too early; expected {expected}"),
            Some(c) => error!(
                Policy,
                "unexpected {} at byte {index} of the JSON; expected {expected}",
                Quoted(c.encode_utf8(&mut [0; 4]))
            ),
        }
    }

    /// Skips white space, and returns the next character without reading it.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    /// Reads an escape after its backslash.
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
            // The next two are not JSON, but AWS's document lists them among the escapes of a
            // policy.
            Some('$') => Some('$'),
            Some('v') => Some('\u{b}'),
            _ => None,
        };
        c.ok_or_else(|| {
            self.rest = before;
            self.unexpected("an escape of JSON after `\\`")
        })
    }

    /// Reads four hexadecimal digits, or a pair of surrogates.
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
        // `from_str_radix` accepts a sign.
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.rest = rest;
        u16::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, write_escaped, write_script_string};
    use alloc::string::String;

    #[test]
    fn strings_agree_with_serde_json() {
        let texts = (0..0x250)
            .chain([0x2028, 0xfffe, 0x1f600])
            .filter_map(char::from_u32)
            .map(|c| String::from_iter(['a', c, 'b']));
        for text in texts {
            let (mut json, mut script) = (String::from("\""), String::new());
            write_escaped(&text, &mut json);
            json.push('"');
            write_script_string(&text, &mut script);
            for written in [&json, &script] {
                assert!(written.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
                assert_eq!(serde_json::from_str::<String>(written).unwrap(), text);
                assert_eq!(Reader::new(written).string().unwrap(), text);
            }
            assert!(!script.contains(['<', '>', '&']));
        }
    }
}
