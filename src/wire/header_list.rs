//! Headers in the order in which both signature versions sign them: by lowercase name. The values
//! of a repeated name keep their order.

use super::header::{Header, cmp_names};
use super::inline_list::InlineList;
use crate::text::sink::Sink;
use core::cmp::Ordering;

/// Borrowed headers, sorted.
pub(crate) struct SortedHeaders<'a> {
    /// The prefix of each name is beside its header, so that most comparisons don't follow a
    /// pointer. `None` is only the default of an unused slot.
    headers: InlineList<(u64, Option<&'a Header<'a>>), 16>,
}

impl<'a> SortedHeaders<'a> {
    #[inline]
    pub(crate) fn new() -> Self {
        SortedHeaders {
            headers: InlineList::new(),
        }
    }

    /// Adds a header. [`sort`](SortedHeaders::sort) follows the last one.
    #[inline]
    pub(crate) fn push(&mut self, header: &'a Header<'a>) {
        self.headers.push((header.name_prefix, Some(header)));
    }

    /// Sorts by name. The sort is stable.
    pub(crate) fn sort(&mut self) {
        self.headers
            .sort_by(|(one_prefix, one), (two_prefix, two)| {
                one_prefix.cmp(two_prefix).then_with(|| match (one, two) {
                    (Some(one), Some(two)) => cmp_names(&one.name, &two.name),
                    _ => Ordering::Equal,
                })
            });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.headers.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a Header<'a>> {
        self.headers.iter().filter_map(|(_, header)| *header)
    }

    /// Returns each header, and whether it is the first of its name.
    fn with_is_first(&self) -> impl Iterator<Item = (&'a Header<'a>, bool)> {
        let mut previous: Option<&Header<'_>> = None;
        self.iter().map(move |header| {
            let is_first = previous.is_none_or(|previous| !have_same_name(previous, header));
            previous = Some(header);
            (header, is_first)
        })
    }

    /// Writes a line for each name: `x-amz-date:20130524T000000Z`. Values of a repeated name are
    /// joined with commas.
    #[inline]
    pub(crate) fn write_lines<S: Sink>(
        &self,
        sink: &mut S,
        write_value: impl Fn(&Header<'a>, &mut S),
    ) {
        for (index, (header, is_first)) in self.with_is_first().enumerate() {
            if is_first {
                if index > 0 {
                    sink.text("\n");
                }
                header.write_name(sink);
                sink.text(":");
            } else {
                sink.text(",");
            }
            write_value(header, sink);
        }
        if !self.is_empty() {
            sink.text("\n");
        }
    }

    /// Returns the first header of each name.
    pub(crate) fn first_of_each_name(&self) -> impl Iterator<Item = &'a Header<'a>> {
        self.with_is_first()
            .filter_map(|(header, is_first)| is_first.then_some(header))
    }
}

#[inline]
fn have_same_name(one: &Header<'_>, two: &Header<'_>) -> bool {
    one.name_prefix == two.name_prefix && one.name.eq_ignore_ascii_case(&two.name)
}

#[cfg(test)]
mod tests {
    use super::SortedHeaders;
    use crate::wire::header::Header;
    use alloc::borrow::Cow;
    use alloc::vec::Vec;

    /// Names that agree in their first eight bytes, are shorter than that, or are repeated in
    /// another case.
    #[test]
    fn names_are_sorted_in_lowercase() {
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
        let headers = names.map(|name| Header::new(name.into(), Cow::Borrowed(b"")));
        let mut sorted = SortedHeaders::new();
        headers.iter().for_each(|header| sorted.push(header));
        sorted.sort();
        let found = sorted.first_of_each_name();
        let found: Vec<_> = found.map(|header| header.name.to_lowercase()).collect();
        let mut expected: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
        expected.sort();
        let all = sorted.iter().map(|header| header.name.to_lowercase());
        assert_eq!(all.collect::<Vec<_>>(), expected);
        expected.dedup();
        assert_eq!(found, expected);
    }
}
