//! Headers in the order in which both signature versions sign them: by lowercase name. The values
//! of a repeated name keep their order.

use super::header::Header;
use super::inline_list::InlineList;
use crate::text::sink::Sink;
use core::cmp::Ordering;

/// Borrowed headers, sorted.
#[derive(Clone)]
pub(crate) struct SortedHeaders<'a> {
    /// `None` is only the default of an unused slot.
    headers: InlineList<Option<&'a Header<'a>>, 16>,
}

impl<'a> SortedHeaders<'a> {
    #[inline]
    pub(crate) fn new() -> Self {
        SortedHeaders {
            headers: InlineList::new(),
        }
    }

    /// Adds a header whose name isn't less than that of the last one.
    #[inline]
    pub(crate) fn push(&mut self, header: &'a Header<'a>) {
        self.headers.push(Some(header));
    }

    /// Sorts headers by name. The sort is stable.
    #[inline]
    pub(crate) fn sort(headers: impl IntoIterator<Item = &'a Header<'a>>) -> Self {
        let mut sorted = SortedHeaders::new();
        headers.into_iter().for_each(|header| sorted.push(header));
        sorted.sort_by_name();
        sorted
    }

    fn sort_by_name(&mut self) {
        self.headers.sort_by(|one, two| match (one, two) {
            (Some(one), Some(two)) => one.cmp_name(two.name_prefix, &two.name),
            _ => Ordering::Equal,
        });
    }

    /// Returns all headers.
    pub(crate) fn lines(&self) -> HeaderLines<'_, 'a> {
        HeaderLines(&self.headers)
    }

    /// Returns the headers whose names begin with less than a prefix, and the others.
    pub(crate) fn lines_around(&self, prefix: u64) -> [HeaderLines<'_, 'a>; 2] {
        let is_before =
            |header: &Option<&Header<'_>>| header.is_some_and(|header| header.name_prefix < prefix);
        let (before, after) = self
            .headers
            .split_at(self.headers.partition_point(is_before));
        [HeaderLines(before), HeaderLines(after)]
    }
}

/// Sorted headers, each of which is a line, or a part of the line of its name.
#[derive(Clone, Copy)]
pub(crate) struct HeaderLines<'s, 'a>(&'s [Option<&'a Header<'a>>]);

impl<'s, 'a> HeaderLines<'s, 'a> {
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'a Header<'a>> + use<'s, 'a> {
        self.0.iter().copied().flatten()
    }

    /// Returns each header, and whether it is the first of its name.
    fn with_is_first(self) -> impl Iterator<Item = (&'a Header<'a>, bool)> + use<'s, 'a> {
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
        self,
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
    pub(crate) fn first_of_each_name(self) -> impl Iterator<Item = &'a Header<'a>> + use<'s, 'a> {
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
        let sorted = SortedHeaders::sort(&headers);
        let found = sorted.lines().first_of_each_name();
        let found: Vec<_> = found.map(|header| header.name.to_lowercase()).collect();
        let mut expected: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
        expected.sort();
        let all = sorted
            .lines()
            .iter()
            .map(|header| header.name.to_lowercase());
        assert_eq!(all.collect::<Vec<_>>(), expected);
        expected.dedup();
        assert_eq!(found, expected);
    }
}
