//! The texts inside an authentication: credential and signed headers, as they stand in a header, a query or a form. What
//! lives here: taking them apart without copying. What does not: what they have to say.

use super::Scheme;
use super::error::{VerifyError, refuse};
use crate::encode::{Text, holds, is_lower, unescape};
use crate::error::Quoted;
use crate::list::List;
use crate::request::{Header, is_token};
use crate::signed::Signature;
use crate::v4::Place;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The text decoded: as it stands, if no escape is in it. None if it is not UTF-8.
pub(crate) fn decode(text: Text<'_>) -> Option<Cow<'_, str>> {
    if !text.is_escaped() {
        return Some(Cow::Borrowed(text.raw()));
    }
    let bytes = decode_bytes(text).into_owned();
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The same, for what may be any bytes.
pub(crate) fn decode_bytes(text: Text<'_>) -> Cow<'_, [u8]> {
    if !text.is_escaped() {
        return Cow::Borrowed(text.raw().as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.raw().len());
    let mut rest = text.raw();
    while let Some((before, escape)) = rest.find('%').and_then(|at| rest.split_at_checked(at)) {
        bytes.extend_from_slice(before.as_bytes());
        let (byte, after) = unescape(escape).unwrap_or((b'%', escape.get(1..).unwrap_or_default()));
        bytes.push(byte);
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Cow::Owned(bytes)
}

/// What stands before and after the last slash, which may be escaped.
fn split_last(text: Text<'_>) -> Option<(Text<'_>, Text<'_>)> {
    let raw = match text {
        Text::Plain(raw) => {
            let (before, after) = raw.rsplit_once('/')?;
            return Some((Text::Plain(before), Text::Plain(after)));
        }
        Text::Wire(raw) => raw,
    };
    // What follows the last `%` is plain.
    let mut is_plain = true;
    for (at, byte) in raw.bytes().enumerate().rev() {
        if !matches!(byte, b'/' | b'%') {
            continue;
        }
        let (before, found) = raw.split_at_checked(at)?;
        let after = match found.as_bytes() {
            [b'/', ..] => found.get(1..),
            [_, b'2', b'F' | b'f', ..] => found.get(3..),
            _ => None,
        };
        if let Some(after) = after {
            let after = match is_plain {
                true => Text::Plain(after),
                false => Text::Wire(after),
            };
            return Some((Text::Wire(before), after));
        }
        is_plain = false;
    }
    None
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
        let (rest, terminator) = split_last(text)?;
        let (rest, service) = split_last(rest)?;
        let (rest, region) = split_last(rest)?;
        let (access_key_id, date) = split_last(rest)?;
        Some(Credential {
            access_key_id: decode(access_key_id).filter(|id| !id.is_empty())?,
            date: decode(date)?,
            region: decode(region).filter(|region| !region.is_empty())?,
            service: decode(service).filter(|service| !service.is_empty())?,
            terminator: decode(terminator)?,
        })
    }
}

/// The access key id of a credential for this date and place, in the form in which nearly every one comes.
#[inline]
pub(crate) fn access_key_id_of<'a>(
    credential: Text<'a>,
    date: &str,
    place: &Place,
) -> Option<Cow<'a, str>> {
    let (slash, place) = match credential {
        Text::Plain(_) => ("/", &place.plain),
        Text::Wire(_) => ("%2F", &place.encoded),
    };
    let rest = credential.raw().strip_suffix(&**place)?;
    let rest = rest.strip_suffix(date)?;
    let id = rest.strip_suffix(slash).filter(|id| !id.is_empty())?;
    match credential {
        Text::Plain(_) => Some(Cow::Borrowed(id)),
        Text::Wire(_) => decode(Text::Wire(id)),
    }
}

/// `host;x-amz-date`.
#[derive(Clone, Copy)]
pub(crate) struct SignedNames<'a>(pub(crate) Text<'a>);

impl<'a> SignedNames<'a> {
    /// The names, one by one.
    pub(crate) fn iter(self) -> impl Iterator<Item = Text<'a>> {
        let is_wire = self.0.is_escaped();
        let mut rest = Some(self.0.raw());
        core::iter::from_fn(move || {
            let text = rest?;
            let (name, after) = match split_first(text, is_wire) {
                Some((name, after)) => (name, Some(after)),
                None => (text, None),
            };
            rest = after;
            Some(match is_wire {
                true => Text::Wire(name),
                false => Text::Plain(name),
            })
        })
    }

    /// All names.
    pub(crate) fn list(self) -> List<Text<'a>, 16> {
        let mut list = List::new();
        list.extend(self.iter());
        list
    }

    /// Whether the name, in any case of letters, is among the signed ones.
    pub(crate) fn holds(self, name: &str) -> bool {
        self.iter().any(|signed| is_name(signed, name))
    }
}

/// What stands before the first `;`, which may be escaped, and what follows it.
fn split_first(text: &str, is_wire: bool) -> Option<(&str, &str)> {
    if !is_wire {
        let at = text.bytes().position(|byte| byte == b';')?;
        return Some((text.get(..at)?, text.get(at.saturating_add(1)..)?));
    }
    let mut from = 0usize;
    loop {
        let rest = text.get(from..)?;
        let is_found = |byte| matches!(byte, b';' | b'%');
        let at = from.saturating_add(rest.bytes().position(is_found)?);
        let (before, separator) = text.split_at_checked(at)?;
        if let Some(after) = separator.strip_prefix(';') {
            return Some((before, after));
        }
        match separator.split_at_checked(3) {
            Some((escape, after)) if escape.eq_ignore_ascii_case("%3B") => {
                return Some((before, after));
            }
            _ => from = at.saturating_add(1),
        }
    }
}

/// Whether a signed name is that of a header, which may be in any case of letters.
#[inline]
pub(crate) fn is_name(signed: Text<'_>, header: &str) -> bool {
    match signed {
        Text::Plain(signed) => signed.eq_ignore_ascii_case(header),
        signed => {
            let lower = header.bytes().map(|byte| byte.to_ascii_lowercase());
            signed.decoded().eq(lower)
        }
    }
}

/// Where a header's name is among the signed ones, which are sorted: every header of a request is looked for.
pub(crate) fn place_of(names: &[Text<'_>], header: &Header<'_>) -> Option<usize> {
    /// So many are looked through faster than they are halved.
    const FEW: usize = 16;
    if names.len() <= FEW {
        return names.iter().position(|signed| match signed {
            Text::Plain(signed) if header.is_lower() => *signed == header.name,
            Text::Plain(signed) if signed.len() != header.name.len() => false,
            signed => is_name(*signed, header.name),
        });
    }
    let lower = || header.name.bytes().map(|byte| byte.to_ascii_lowercase());
    let found = names.binary_search_by(|signed| match signed {
        Text::Plain(signed) if header.is_lower() => (*signed).cmp(header.name),
        Text::Plain(signed) => signed.bytes().cmp(lower()),
        signed => signed.decoded().cmp(lower()),
    });
    found.ok()
}

/// Refuses what no signer writes: names in upper case, out of order, twice, or empty.
pub(crate) fn check_names(
    signed: SignedNames<'_>,
    names: &[Text<'_>],
    scheme: Scheme,
) -> Result<(), VerifyError> {
    // What nearly all names are made of, and what stands between them.
    let is_usual = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b';');
    let are_usual = !holds(signed.0.raw().as_bytes(), |byte| !is_usual(byte));
    let is_name = |name: Text<'_>| {
        if are_usual && !name.raw().is_empty() {
            return true;
        }
        let decoded = decode(name).unwrap_or_default();
        is_token(&decoded) && is_lower(&decoded)
    };
    let mut after: Option<Text<'_>> = None;
    for name in names.iter().rev() {
        if !is_name(*name) {
            return Err(refuse!(
                Malformed,
                scheme,
                "the signed headers hold {}: they should be names in lower case, with `;` between them",
                Quoted(name.raw())
            ));
        }
        let is_before = |after: Text<'_>| match (*name, after) {
            (Text::Plain(name), Text::Plain(after)) => name < after,
            (name, after) => name.decoded().lt(after.decoded()),
        };
        if after.is_some_and(|after| !is_before(after)) {
            return Err(refuse!(
                Malformed,
                scheme,
                "the signed headers are not sorted, or {} is there twice",
                Quoted(name.raw())
            ));
        }
        after = Some(*name);
    }
    Ok(())
}

/// A signature that was received.
#[derive(Clone, Copy)]
pub(crate) struct Presented<'a>(pub(crate) Text<'a>);

impl Presented<'_> {
    /// Whether it is this one.
    pub(crate) fn is(&self, signature: &Signature) -> bool {
        self.with_bytes(|bytes| signature.matches(bytes))
    }

    /// Has something done with the signature, decoded. What is too long to be one counts as nothing.
    pub(crate) fn with_bytes<T>(&self, work: impl FnOnce(&[u8]) -> T) -> T {
        let mut bytes = [0; 64];
        let raw = self.0.raw().as_bytes();
        if raw.len() <= bytes.len() && !self.0.is_escaped() {
            return work(raw);
        }
        let mut length = 0usize;
        for byte in self.0.decoded() {
            match bytes.get_mut(length) {
                Some(place) => *place = byte,
                None => return work(&[]),
            }
            length = length.saturating_add(1);
        }
        work(bytes.get(..length).unwrap_or_default())
    }
}

/// A number in decimal digits, without a sign.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let (number, rest) = split_decimal(text)?;
    rest.is_empty().then_some(number)
}

/// The number that a text begins with, and what follows its digits.
#[inline]
pub(crate) fn split_decimal(text: &str) -> Option<(u64, &str)> {
    let mut number = 0u64;
    for (at, byte) in text.bytes().enumerate() {
        if !byte.is_ascii_digit() {
            return text
                .split_at_checked(at)
                .filter(|_| at > 0)
                .map(|(_, rest)| (number, rest));
        }
        number = number.checked_mul(10)?.checked_add(u64::from(byte & 0xf))?;
    }
    (!text.is_empty()).then_some((number, ""))
}

#[cfg(test)]
mod tests {
    use super::{Credential, Header, SignedNames, Text, place_of};
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    fn header(name: &str, is_lower: bool) -> Header<'_> {
        match is_lower {
            true => Header::plain(name, &[]),
            false => Header::unseen(name, &[]),
        }
    }

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
                    let signed = SignedNames(text);
                    let list = signed.list();
                    let list = list.as_slice();
                    assert_eq!(list.len(), count.max(1));
                    for name in &all {
                        let upper = name.to_ascii_uppercase();
                        let is_signed = names.contains(name);
                        assert_eq!(signed.holds(&upper), is_signed, "{name} {text:?}");
                        for (name, is_lower) in [(&*upper, false), (&**name, true)] {
                            let place = place_of(list, &header(name, is_lower));
                            assert_eq!(place.is_some(), is_signed, "{name} {text:?}");
                        }
                    }
                    for other in ["a", "zz"] {
                        let place = place_of(list, &header(other, true));
                        assert!(!signed.holds(other) && place.is_none());
                    }
                }
            }
        }
        // An escaped letter is that letter; an escape in plain text is text.
        assert!(SignedNames(Text::Wire("date;h%6fst")).holds("Host"));
        assert!(!SignedNames(Text::Plain("date%3Bhost")).holds("host"));
    }

    /// From its end, with slashes and other bytes escaped or not.
    #[test]
    fn a_credential_is_taken_apart() {
        let parts = |text| {
            let credential = Credential::parse(text)?;
            let (id, date) = (credential.access_key_id, credential.date);
            let scope = [credential.region, credential.service, credential.terminator];
            Some([id, date].into_iter().chain(scope).collect::<Vec<_>>())
        };
        let expected = ["A/B%", "20130524", "eu-1", "s3", "aws4_request"];
        for text in [
            "A%2FB%25/20130524/eu-1/s3/aws4_request",
            "A/B%25%2F20130524%2feu-1%2Fs3%2Faws4_request",
            "%41%2fB%25%2F2013052%34%2Feu%2D1%2F%733%2Faws4%5frequest",
        ] {
            assert_eq!(parts(Text::Wire(text)).unwrap(), expected, "{text}");
        }
        let plain = "A/B%/20130524/eu-1/s3/aws4_request";
        assert_eq!(parts(Text::Plain(plain)).unwrap(), expected);
        for text in ["A/20130524/eu-1/s3", "/20130524/eu-1/s3/aws4_request", ""] {
            assert!(parts(Text::Plain(text)).is_none() && parts(Text::Wire(text)).is_none());
        }
        // In plain text an escape is text.
        assert!(parts(Text::Plain("A%2F20130524%2Feu-1%2Fs3%2Faws4_request")).is_none());
    }
}
