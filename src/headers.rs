//! Headers in the order in which both signature versions sign them: by name, in lower case, the values of a
//! repeated name in the order given. What does not live here: which headers are signed, and how a value is written.

use crate::encode::Sink;
use crate::list::List;
use crate::request::Authority;
use core::cmp::Ordering;

/// The value of a header that is signed.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Bytes(&'a [u8]),
    /// Of `host`, when no `Host` header was given.
    Host(Authority<'a>),
}

impl Default for Value<'_> {
    fn default() -> Self {
        Value::Bytes(&[])
    }
}

/// Headers, to be sorted and then read name by name.
pub(crate) struct HeaderList<'a>(List<(&'a str, Value<'a>), 16>);

impl<'a> HeaderList<'a> {
    pub(crate) fn new() -> Self {
        HeaderList(List::new())
    }

    pub(crate) fn push(&mut self, name: &'a str, value: Value<'a>) {
        self.0.push((name, value));
    }

    /// Sorts by name. A stable sort: the values of a repeated header stay in the order given.
    pub(crate) fn sort(&mut self) {
        self.0
            .as_mut_slice()
            .sort_by(|(one, _), (two, _)| compare_names(one, two));
    }

    /// Each name, as it was first given, with its values.
    pub(crate) fn groups(
        &self,
    ) -> impl Iterator<Item = (&'a str, impl Iterator<Item = Value<'a>>)> {
        self.0
            .as_slice()
            .chunk_by(|(one, _), (two, _)| one.eq_ignore_ascii_case(two))
            .filter_map(|group| {
                let (name, _) = group.first()?;
                Some((*name, group.iter().map(|(_, value)| *value)))
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
