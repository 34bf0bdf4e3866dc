//! Headers in the order in which both signature versions sign them: by name, in lower case, the values of a
//! repeated name in the order given. What does not live here: which headers are signed, and how a value is written.

use crate::encode::{Sink, upper_in};
use crate::list::List;
use crate::request::Authority;
use core::cmp::Ordering;

/// The value of the `Host` header that is signed.
#[derive(Clone, Copy)]
pub(crate) enum HostValue<'a> {
    Bytes(&'a [u8]),
    /// Words between single spaces, which nothing is taken from.
    Line(&'a [u8]),
    /// When no `Host` header was given.
    Host(Authority<'a>),
}

impl Default for HostValue<'_> {
    fn default() -> Self {
        HostValue::Bytes(&[])
    }
}

/// What has the name of a header.
pub(crate) trait Named<'a>: Copy + Default {
    fn name(&self) -> &'a str;
}

impl<'a> Named<'a> for (&'a str, &'a [u8]) {
    fn name(&self) -> &'a str {
        self.0
    }
}

/// Headers, to be sorted and then read name by name.
pub(crate) struct HeaderList<T> {
    entries: List<Entry<T>, 16>,
    /// Of all names, each with a byte between it and the next.
    names_length: usize,
}

#[derive(Clone, Copy, Default)]
struct Entry<T> {
    front: u64,
    header: T,
}

impl<T> Entry<T> {
    fn is_named_as<'a>(&self, other: &Self) -> bool
    where
        T: Named<'a>,
    {
        let (one, two) = (&self.header, &other.header);
        self.front == other.front && one.name().eq_ignore_ascii_case(two.name())
    }

    /// The order of the names in lower case.
    fn cmp<'a>(&self, other: &Self) -> Ordering
    where
        T: Named<'a>,
    {
        let fronts = self.front.cmp(&other.front);
        fronts.then_with(|| compare_names(self.header.name(), other.header.name()))
    }
}

/// The first eight bytes of a name in lower case, with zeros after the end of a shorter one: they tell most names apart.
#[inline]
pub(crate) fn front(name: &str) -> u64 {
    let front = match name.as_bytes().first_chunk() {
        Some(front) => u64::from_be_bytes(*front),
        None => {
            let bytes = name.bytes().rev();
            bytes.fold(0, |front, byte| (front >> 8) | (u64::from(byte) << 56))
        }
    };
    front | (upper_in(front) >> 2)
}

impl<'a, T: Named<'a>> HeaderList<T> {
    #[inline]
    pub(crate) fn new() -> Self {
        HeaderList {
            entries: List::new(),
            names_length: 0,
        }
    }

    /// Adds a header, whose name begins with this.
    #[inline]
    pub(crate) fn push(&mut self, front: u64, header: T) {
        self.names_length = self
            .names_length
            .saturating_add(header.name().len())
            .saturating_add(1);
        self.entries.push(Entry { front, header });
    }

    /// Sorts by name. A stable sort: the values of a repeated header stay in the order given.
    pub(crate) fn sort(&mut self) {
        let headers = self.entries.as_mut_slice();
        headers.sort_by(|one, two| one.cmp(two));
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
    pub(crate) fn iter(&self) -> impl Iterator<Item = (bool, &T)> {
        let mut before: Option<&Entry<T>> = None;
        self.entries.as_slice().iter().map(move |entry| {
            let is_new = before.is_none_or(|before| !before.is_named_as(entry));
            before = Some(entry);
            (is_new, &entry.header)
        })
    }

    /// The first header of each name.
    #[inline]
    pub(crate) fn names(&self) -> impl Iterator<Item = &T> {
        self.iter()
            .filter_map(|(is_new, header)| is_new.then_some(header))
    }

    /// Each name with its headers.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&'a str, impl Iterator<Item = &T>)> {
        self.entries
            .as_slice()
            .chunk_by(|one, two| one.is_named_as(two))
            .filter_map(|group| {
                let name = group.first()?.header.name();
                Some((name, group.iter().map(|entry| &entry.header)))
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
    use super::{HeaderList, front};
    use alloc::vec::Vec;

    /// Also names that are alike in their first eight bytes, shorter than that, and repeated in another case of letters.
    #[test]
    fn names_are_sorted_in_lower_case_and_told_apart() {
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
            list.push(front(name), (name, &[][..]));
        }
        list.sort();
        let found = list.names().map(|(name, _)| name.to_lowercase());
        let found: Vec<_> = found.collect();
        let groups: Vec<_> = list.groups().map(|(name, _)| name.to_lowercase()).collect();
        let mut expected: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
        expected.sort();
        expected.dedup();
        assert_eq!(found, expected);
        assert_eq!(groups, expected);
    }
}
