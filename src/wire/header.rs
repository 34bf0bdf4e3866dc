//! Headers.

use crate::error::{Error, Quoted, error};
use crate::text::percent::{LOWERCASE_TOKEN, TOKEN};
use crate::text::sink::Sink;
use alloc::borrow::Cow;
use core::cmp::Ordering;

/// A header of a request that is signed or was received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Cow<'a, [u8]>,
    /// The first bytes of the name, by which headers are compared and sorted.
    pub(crate) name_prefix: u64,
    /// Whether the name is a token without uppercase letters.
    pub(crate) has_lowercase_name: bool,
    /// Whether the value is signed as it is: words with single spaces between them.
    pub(crate) is_single_spaced: bool,
    /// Whether the header can be sent. A header is often signed more than once, but checked once.
    is_valid: bool,
}

impl<'a> Header<'a> {
    pub(crate) fn new(name: Cow<'a, str>, value: Cow<'a, [u8]>) -> Self {
        let has_lowercase_name = is_lowercase_token(&name);
        let is_single_spaced = is_single_spaced(&value);
        let has_valid_name = has_lowercase_name || is_token(&name);
        let has_valid_value = is_single_spaced || find_unsendable(&value).is_none();
        Header {
            name_prefix: name_prefix(&name),
            has_lowercase_name,
            is_single_spaced,
            is_valid: has_valid_name && has_valid_value,
            name,
            value,
        }
    }

    /// Returns a header that is written by this crate: its name is in lowercase, its value
    /// single-spaced.
    #[inline]
    pub(crate) fn canonical(name: &'a str, value: &'a str) -> Self {
        Header {
            name_prefix: name_prefix(name),
            has_lowercase_name: true,
            is_single_spaced: true,
            is_valid: true,
            name: Cow::Borrowed(name),
            value: Cow::Borrowed(value.as_bytes()),
        }
    }

    /// Writes the value as one line without white space at its ends; see [`write_unfolded`].
    pub(crate) fn write_unfolded_value(&self, sink: &mut impl Sink) {
        if self.is_single_spaced {
            sink.bytes(&self.value);
        } else {
            write_unfolded(&self.value, sink);
        }
    }

    /// Writes the value with single spaces; see [`write_single_spaced`].
    #[inline]
    pub(crate) fn write_single_spaced_value(&self, sink: &mut impl Sink) {
        if self.is_single_spaced {
            sink.bytes(&self.value);
        } else {
            write_single_spaced(&self.value, sink);
        }
    }

    /// Returns whether this is the name, ignoring ASCII case.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Compares the name in lowercase with another one, whose first bytes are `prefix`.
    pub(crate) fn cmp_name(&self, prefix: u64, name: &str) -> Ordering {
        let order = self.name_prefix.cmp(&prefix);
        order.then_with(|| {
            let [own, other] = [&*self.name, name].map(|name| {
                let rest = name.as_bytes().get(size_of::<u64>()..);
                rest.unwrap_or_default().iter().map(u8::to_ascii_lowercase)
            });
            own.cmp(other)
        })
    }

    /// Returns the value without white space at its ends.
    pub(crate) fn trimmed(&self) -> &[u8] {
        self.value.trim_ascii()
    }

    /// Writes the name in lowercase.
    #[inline]
    pub(crate) fn write_name(&self, sink: &mut impl Sink) {
        if self.has_lowercase_name {
            sink.text(&self.name);
        } else {
            sink.lowercase(&self.name);
        }
    }

    /// Checks that the header can be sent.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.is_valid {
            return Ok(());
        }
        if !is_token(&self.name) {
            return Err(error!(
                Header,
                "invalid header name {}; write letters, digits and hyphens",
                Quoted(&self.name)
            ));
        }
        let Some((index, byte)) = find_unsendable(&self.value) else {
            return Ok(());
        };
        let fault = match byte {
            b'\r' | b'\n' => "a line break",
            0 => "a NUL byte",
            _ => "a control character",
        };
        Err(error!(
            Header,
            "the value of header {} contains {fault} at byte {index}; remove it, because it would end or split the header",
            Quoted(&self.name)
        ))
    }
}

/// Returns the first control character of a value that neither is a tab nor folds a line.
fn find_unsendable(value: &[u8]) -> Option<(usize, u8)> {
    let next = |index: usize| value.get(index.saturating_add(1)).copied();
    let mut bytes = value.iter().copied().enumerate();
    bytes.find(|(index, byte)| match byte {
        b'\t' => false,
        // RFC 9112, section 5.2: a line break before white space folds a line.
        b'\r' => next(*index) != Some(b'\n'),
        b'\n' => !matches!(next(*index), Some(b' ' | b'\t')),
        byte => byte.is_ascii_control(),
    })
}

/// Returns the first eight bytes of a name in lowercase, padded with zeros.
///
/// They tell most names apart. Compared as one integer, they make signing with headers 15 % faster.
#[inline]
pub(crate) const fn name_prefix(name: &str) -> u64 {
    let name = name.as_bytes();
    let mut prefix = [0; 8];
    if let Some(first) = name.first_chunk() {
        prefix = *first;
    } else {
        prefix.split_at_mut(name.len()).0.copy_from_slice(name);
    }
    prefix.make_ascii_lowercase();
    u64::from_be_bytes(prefix)
}

/// Compares two names in lowercase.
pub(crate) fn cmp_names(one: &str, two: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(two.bytes().map(lower))
}

/// Writes a value as one line without white space at its ends. A folded line continues after one
/// space (RFC 9112, section 5.2).
pub(crate) fn write_unfolded(value: &[u8], sink: &mut impl Sink) {
    if !value.contains(&b'\n') {
        return sink.bytes(value.trim_ascii());
    }
    let lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    for (index, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        if index > 0 {
            sink.text(" ");
        }
        sink.bytes(line);
    }
}

/// Writes a value without white space at its ends, and with one space for each run inside, in
/// quotes too. White space is that of ASCII, with the line breaks of a folded value.
pub(crate) fn write_single_spaced(value: &[u8], sink: &mut impl Sink) {
    let words = value
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            sink.text(" ");
        }
        sink.bytes(word);
    }
}

/// Returns whether a text is a token (RFC 9110, section 5.6.2).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && TOKEN.contains_all(text)
}

/// Returns whether a text is a token without uppercase letters.
pub(crate) fn is_lowercase_token(text: &str) -> bool {
    !text.is_empty() && LOWERCASE_TOKEN.contains_all(text)
}

/// Returns whether a value is words with single spaces between them, without control characters.
fn is_single_spaced(value: &[u8]) -> bool {
    let pairs = value.iter().zip(value.get(1..).unwrap_or_default());
    // A fold without a branch is vectorized.
    let is_bad = pairs.fold(false, |any, (one, two)| {
        any | one.is_ascii_control() | ((*one == b' ') & (*two == b' '))
    });
    let is_good_end = |byte: &u8| !byte.is_ascii_control() && *byte != b' ';
    !is_bad && value.first().is_none_or(is_good_end) && value.last().is_none_or(is_good_end)
}

#[cfg(test)]
mod tests {
    use super::{is_lowercase_token, is_single_spaced, is_token};
    use std::string::String;

    #[test]
    fn single_spaced_values_are_told_from_others() {
        for good in ["", "a", "a b", "a b c", "\u{e9} \u{e9}"] {
            assert!(is_single_spaced(good.as_bytes()), "{good:?}");
        }
        for bad in [" ", " a", "a ", "a  b", "a\tb", "a\n b", "a\0", "\u{7f}"] {
            assert!(!is_single_spaced(bad.as_bytes()), "{bad:?}");
        }
    }

    /// RFC 9110, section 5.6.2.
    #[test]
    fn tokens_are_told_from_other_texts() {
        assert!(!is_token("") && !is_lowercase_token(""));
        for c in ('\0'..='\u{80}').chain(['\u{e9}']) {
            let text = String::from_iter(['x', c, '-']);
            let is_tchar = c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            assert_eq!(is_token(&text), is_tchar, "{c:?}");
            let is_lowercase = is_tchar && !c.is_ascii_uppercase();
            assert_eq!(is_lowercase_token(&text), is_lowercase, "{c:?}");
        }
    }
}
