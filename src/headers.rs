//! Headers in the order in which both signature versions sign them: by name, in lower case, the values of a
//! repeated name in the order given. What does not live here: which headers are signed, and how a value is written.

use crate::encode::{Sink, is_lower, upper_in};
use crate::list::List;
use crate::request::Authority;
use core::cmp::Ordering;

/// The value of a header that is signed.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Bytes(&'a [u8]),
    /// Words between single spaces, which nothing is taken from.
    Line(&'a [u8]),
    /// Of `host`, when no `Host` header was given.
    Host(Authority<'a>),
}

impl Default for Value<'_> {
    fn default() -> Self {
        Value::Bytes(&[])
    }
}

/// Headers, to be sorted and then read name by name.
pub(crate) struct HeaderList<'a> {
    entries: List<Entry<'a>, 16>,
    /// Of all names, each with a byte between it and the next.
    names_length: usize,
}

#[derive(Clone, Copy, Default)]
struct Entry<'a> {
    name: Name<'a>,
    value: Value<'a>,
}

/// The name of a header, as it was given.
#[derive(Clone, Copy, Default)]
pub(crate) struct Name<'a> {
    text: &'a str,
    /// The first eight bytes in lower case, with zeros after the end of a shorter name: they tell most names apart.
    front: u64,
    is_lower: bool,
}

impl<'a> Name<'a> {
    #[inline]
    fn new(text: &'a str, is_lower: bool) -> Self {
        let front = match text.as_bytes().first_chunk() {
            Some(front) => u64::from_be_bytes(*front),
            None => {
                let bytes = text.bytes().rev();
                bytes.fold(0, |front, byte| (front >> 8) | (u64::from(byte) << 56))
            }
        };
        Name {
            text,
            front: front | (upper_in(front) >> 2),
            is_lower,
        }
    }

    fn is(&self, other: &Self) -> bool {
        self.front == other.front && self.text.eq_ignore_ascii_case(other.text)
    }

    /// The order of the names in lower case.
    fn cmp(&self, other: &Self) -> Ordering {
        let fronts = self.front.cmp(&other.front);
        fronts.then_with(|| compare_names(self.text, other.text))
    }

    /// Writes the name in lower case.
    #[inline]
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        match self.is_lower {
            true => sink.text(self.text),
            false => sink.lower(self.text),
        }
    }
}

impl<'a> HeaderList<'a> {
    #[inline]
    pub(crate) fn new() -> Self {
        HeaderList {
            entries: List::new(),
            names_length: 0,
        }
    }

    pub(crate) fn push(&mut self, name: &'a str, value: Value<'a>) {
        self.push_known(name, is_lower(name), value);
    }

    /// Adds a header of whose name it is known whether it is in lower case.
    #[inline]
    pub(crate) fn push_known(&mut self, name: &'a str, is_lower: bool, value: Value<'a>) {
        self.names_length = self
            .names_length
            .saturating_add(name.len())
            .saturating_add(1);
        let name = Name::new(name, is_lower);
        self.entries.push(Entry { name, value });
    }

    /// Sorts by name. A stable sort: the values of a repeated header stay in the order given.
    pub(crate) fn sort(&mut self) {
        let headers = self.entries.as_mut_slice();
        headers.sort_by(|one, two| one.name.cmp(&two.name));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.as_slice().is_empty()
    }

    /// An upper bound of the length of all names, each with a byte between it and the next.
    pub(crate) fn names_bound(&self) -> usize {
        self.names_length
    }

    /// Each header, and whether its name is another than that of the one before.
    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (bool, &Name<'a>, &Value<'a>)> {
        let mut before: Option<&Name<'a>> = None;
        self.entries
            .as_slice()
            .iter()
            .map(move |Entry { name, value }| {
                let is_new = before.is_none_or(|before| !before.is(name));
                before = Some(name);
                (is_new, name, value)
            })
    }

    /// Each name once.
    #[inline]
    pub(crate) fn names(&self) -> impl Iterator<Item = &Name<'a>> {
        self.iter()
            .filter_map(|(is_new, name, _)| is_new.then_some(name))
    }

    /// Each name, as it was first given, with its values.
    pub(crate) fn groups(
        &self,
    ) -> impl Iterator<Item = (&'a str, impl Iterator<Item = Value<'a>>)> {
        self.entries
            .as_slice()
            .chunk_by(|one, two| one.name.is(&two.name))
            .filter_map(|group| {
                let first = group.first()?;
                Some((first.name.text, group.iter().map(|entry| entry.value)))
            })
    }
}

/// A header's value as one line, without white space at its ends: where lines are folded stands one space
/// (RFC 9112, section 5.2).
pub(crate) fn write_unfolded(value: &[u8], sink: &mut impl Sink) {
    if !value.contains(&b'\n') {
        return sink.bytes(value.trim_ascii());
    }
    let lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    for (at, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        if at > 0 {
            sink.text(" ");
        }
        sink.bytes(line);
    }
}

/// The order of the names in lower case.
pub(crate) fn compare_names(one: &str, two: &str) -> Ordering {
    for (one, two) in one.bytes().zip(two.bytes()) {
        match one.to_ascii_lowercase().cmp(&two.to_ascii_lowercase()) {
            Ordering::Equal => {}
            order => return order,
        }
    }
    one.len().cmp(&two.len())
}

#[cfg(test)]
mod tests {
    use super::{HeaderList, Value};
    use alloc::string::String;
    use alloc::vec::Vec;

    /// Also names that are alike in their first eight bytes, shorter than that, and repeated in another case of letters.
    #[test]
    fn names_are_sorted_in_lower_case_and_written_once() {
        let names = [
            "x-amz-meta-b",
            "X-Amz-Meta-A",
            "x-amz-meta-",
            "Te",
            "te",
            "T",
            "x-amz-me",
            "X-AMZ-ME",
            "x-amz-m",
            "content-type",
            "Content-Length",
            "content-typE",
            "Z^[z",
            "z_@Z",
            "x-amz-meta-long-B",
        ];
        let mut list = HeaderList::new();
        for name in names {
            list.push(name, Value::Bytes(&[]));
        }
        list.sort();
        let mut written = Vec::new();
        for name in list.names() {
            let mut text = String::new();
            name.write(&mut text);
            written.push(text);
        }
        let mut expected: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
        expected.sort();
        expected.dedup();
        assert_eq!(written, expected);
    }
}
