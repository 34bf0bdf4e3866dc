//! The texts inside an authentication: credential and signed headers, as they stand in a header, a query or a form. What
//! lives here: taking them apart without copying. What does not: what they have to say.

use super::Scheme;
use super::error::{VerifyError, refuse};
use crate::encode::Text;
use crate::error::Quoted;
use crate::timestamp::{AmzDate, Timestamp};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// The text decoded: as it stands, if no escape is in it. None if it is not UTF-8.
pub(crate) fn decode(text: Text<'_>) -> Option<Cow<'_, str>> {
    match text {
        Text::Wire(raw) if raw.contains('%') => {
            let bytes: Vec<u8> = text.decoded().collect();
            String::from_utf8(bytes).ok().map(Cow::Owned)
        }
        Text::Plain(raw) | Text::Wire(raw) => Some(Cow::Borrowed(raw)),
    }
}

/// The rest of a text, of the same kind.
fn same<'a>(like: Text<'_>, raw: &'a str) -> Text<'a> {
    match like {
        Text::Plain(_) => Text::Plain(raw),
        Text::Wire(_) => Text::Wire(raw),
    }
}

/// The place and length of the last occurrence of a separator, which may be escaped.
fn last(text: Text<'_>, separator: char, escape: &str) -> Option<(usize, usize)> {
    let raw = text.raw();
    let is_escape = |at: usize| {
        let found = raw.get(at..at.saturating_add(escape.len()));
        found.is_some_and(|found| found.eq_ignore_ascii_case(escape))
    };
    // One search for both: another for the one that is not there would go to the front each time.
    raw.rmatch_indices([separator, '%'])
        .find_map(|(at, found)| match (found, text) {
            ("%", Text::Wire(_)) => is_escape(at).then_some((at, escape.len())),
            ("%", Text::Plain(_)) => None,
            _ => Some((at, found.len())),
        })
}

fn split_last<'a>(text: Text<'a>, separator: char, escape: &str) -> Option<(Text<'a>, Text<'a>)> {
    let (at, length) = last(text, separator, escape)?;
    let raw = text.raw();
    let before = raw.get(..at)?;
    let after = raw.get(at.checked_add(length)?..)?;
    Some((same(text, before), same(text, after)))
}

/// `AKIDEXAMPLE/20130524/us-east-1/s3/aws4_request`. The access key id may hold slashes.
pub(crate) struct Credential<'a> {
    pub(crate) access_key_id: Cow<'a, str>,
    pub(crate) date: Cow<'a, str>,
    pub(crate) region: Cow<'a, str>,
    pub(crate) service: Cow<'a, str>,
    pub(crate) terminator: Cow<'a, str>,
}

impl<'a> Credential<'a> {
    pub(crate) fn parse(text: Text<'a>) -> Option<Self> {
        let (rest, terminator) = split_last(text, '/', "%2F")?;
        let (rest, service) = split_last(rest, '/', "%2F")?;
        let (rest, region) = split_last(rest, '/', "%2F")?;
        let (access_key_id, date) = split_last(rest, '/', "%2F")?;
        Some(Credential {
            access_key_id: decode(access_key_id).filter(|id| !id.is_empty())?,
            date: decode(date)?,
            region: decode(region).filter(|region| !region.is_empty())?,
            service: decode(service).filter(|service| !service.is_empty())?,
            terminator: decode(terminator)?,
        })
    }
}

/// `host;x-amz-date`.
#[derive(Clone, Copy)]
pub(crate) struct SignedNames<'a>(pub(crate) Text<'a>);

impl<'a> SignedNames<'a> {
    /// The names, from the last to the first.
    pub(crate) fn backwards(self) -> impl Iterator<Item = Text<'a>> {
        let mut rest = Some(self.0);
        core::iter::from_fn(move || {
            let text = rest.take()?;
            match split_last(text, ';', "%3B") {
                Some((before, name)) => {
                    rest = Some(before);
                    Some(name)
                }
                None => Some(text),
            }
        })
    }

    /// Whether the name, in any case of letters, is among the signed ones. They are sorted, or are refused, so it is looked for by
    /// halves: every header of a request is.
    pub(crate) fn holds(self, name: &str) -> bool {
        let raw = self.0.raw();
        let lower = |byte: u8| byte.to_ascii_lowercase();
        let separator = |at: usize| {
            let rest = raw.as_bytes().get(at..)?;
            match (rest, self.0) {
                ([b';', ..], _) => at.checked_add(1),
                ([b'%', b'3', b'B' | b'b', ..], Text::Wire(_)) => at.checked_add(3),
                _ => None,
            }
        };
        let (mut from, mut to) = (0usize, raw.len());
        loop {
            let middle = from.midpoint(to);
            // The separators around the name in the middle; the ends of the text are none.
            let before = (from..middle)
                .rev()
                .find_map(|at| Some((at, separator(at).filter(|end| *end <= middle)?)));
            let start = before.map_or(from, |(_, end)| end);
            let after = (start..to).find_map(|at| Some((at, separator(at)?)));
            let end = after.map_or(to, |(at, _)| at);
            let signed = same(self.0, raw.get(start..end).unwrap_or_default());
            match (signed.decoded().cmp(name.bytes().map(lower)), before, after) {
                (Ordering::Equal, ..) => return true,
                (Ordering::Less, _, Some((_, next))) => from = next,
                (Ordering::Greater, Some((at, _)), _) => to = at,
                _ => return false,
            }
        }
    }

    /// Refuses what no signer writes: names in upper case, out of order, twice, or empty.
    pub(crate) fn check(self, scheme: Scheme) -> Result<(), VerifyError> {
        let mut after: Option<Text<'_>> = None;
        for name in self.backwards() {
            let is_token = |byte: u8| {
                !byte.is_ascii_uppercase()
                    && (byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
            };
            if name.raw().is_empty() || !name.decoded().all(is_token) {
                return Err(refuse!(
                    Malformed,
                    scheme,
                    "the signed headers hold {}: they should be names in lower case, with `;` between them",
                    Quoted(name.raw())
                ));
            }
            if after.is_some_and(|after| !name.decoded().lt(after.decoded())) {
                return Err(refuse!(
                    Malformed,
                    scheme,
                    "the signed headers are not sorted, or {} is there twice",
                    Quoted(name.raw())
                ));
            }
            after = Some(name);
        }
        Ok(())
    }
}

/// A signature that was received, decoded. What is too long to be one is kept as nothing.
#[derive(Clone, Copy)]
pub(crate) struct Presented {
    text: [u8; 64],
    length: usize,
}

impl Presented {
    pub(crate) fn new(text: Text<'_>) -> Self {
        let mut presented = Presented {
            text: [0; 64],
            length: 0,
        };
        for byte in text.decoded() {
            match presented.text.get_mut(presented.length) {
                Some(place) => *place = byte,
                None => {
                    presented.length = 0;
                    return presented;
                }
            }
            presented.length = presented.length.saturating_add(1);
        }
        presented
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// `20130524T000000Z`, and no other way to write that moment.
pub(crate) fn parse_amz_date(text: &str) -> Option<(Timestamp, AmzDate)> {
    let moment = Timestamp::parse(text).ok()?;
    let date = moment.amz_date().ok()?;
    (date.as_str() == text).then_some((moment, date))
}

/// A number in decimal digits, without a sign.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::{SignedNames, Text};
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    /// What is looked for by halves is found as it is by going through all.
    #[test]
    fn names_are_found_wherever_they_stand() {
        let all: Vec<String> = (0..40)
            .map(|at| "abc".repeat(at % 7 + 1) + &format!("{at:02}"))
            .collect();
        for count in 0..all.len() {
            let mut names = all.get(..count).unwrap().to_vec();
            names.sort();
            for separator in [";", "%3B", "%3b"] {
                let text = names.join(separator);
                let texts = [Text::Wire(&text), Text::Plain(&text)];
                for text in texts.into_iter().take(if separator == ";" { 2 } else { 1 }) {
                    for name in &all {
                        let upper = name.to_ascii_uppercase();
                        assert_eq!(
                            SignedNames(text).holds(&upper),
                            names.contains(name),
                            "{name} {text:?}"
                        );
                    }
                    assert!(!SignedNames(text).holds("a") && !SignedNames(text).holds("zz"));
                }
            }
            assert_eq!(
                SignedNames(Text::Plain(&names.join(";")))
                    .backwards()
                    .count(),
                count.max(1)
            );
            assert_eq!(
                SignedNames(Text::Wire(&names.join("%3B")))
                    .backwards()
                    .count(),
                count.max(1)
            );
        }
        // An escaped letter is that letter; an escape in plain text is text.
        assert!(SignedNames(Text::Wire("date;h%6fst")).holds("Host"));
        assert!(!SignedNames(Text::Plain("date%3Bhost")).holds("host"));
    }
}
