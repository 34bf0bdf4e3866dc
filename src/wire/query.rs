//! Query parameters and the two orders in which they are signed.

use crate::text::percent::{Component, QUERY_NAME, QUERY_VALUE, UNRESERVED};
use crate::text::sink::{Placeholder, Sink};

/// A query parameter. Without a value it is a flag, as in `?acl`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Param<'a> {
    pub(crate) name: Component<'a>,
    pub(crate) value: Option<Component<'a>>,
}

impl<'a> Param<'a> {
    /// Returns a parameter that is not encoded yet.
    pub(crate) fn raw(name: &'a str, value: Option<&'a str>) -> Self {
        Param {
            name: Component::Raw(name),
            value: value.map(Component::Raw),
        }
    }

    /// Parses `name=value` or `name`, as a URL has it.
    pub(crate) fn parse(text: &'a str) -> Self {
        split_param(text).0
    }

    /// Writes `name=value`, canonically encoded. A flag is written with its `=`.
    pub(crate) fn write_canonical(&self, sink: &mut impl Sink) {
        self.name.write(&UNRESERVED, sink);
        sink.text("=");
        self.value.unwrap_or_default().write(&UNRESERVED, sink);
    }

    /// Returns the value, unless it is empty.
    pub(crate) fn nonempty_value(&self) -> Option<Component<'a>> {
        self.value.filter(|value| !value.text().is_empty())
    }
}

/// Returns the parameters of a URL's query.
pub(crate) fn parse_query(query: Option<&str>) -> impl Iterator<Item = Param<'_>> {
    let mut rest = query.filter(|query| !query.is_empty());
    core::iter::from_fn(move || {
        let (param, after) = split_param(rest?);
        rest = after;
        Some(param)
    })
}

/// Splits the first parameter of a query from those after it.
#[inline]
fn split_param(query: &str) -> (Param<'_>, Option<&str>) {
    let (name, rest) = Component::split_from_url(query, &QUERY_NAME);
    let (value, rest) = match rest.strip_prefix('=') {
        Some(rest) => {
            let (value, rest) = Component::split_from_url(rest, &QUERY_VALUE);
            (Some(value), rest)
        }
        None => (None, rest),
    };
    (Param { name, value }, rest.strip_prefix('&'))
}

/// Sorts by encoded name, then by encoded value: the order of SigV4.
pub(crate) fn sort_encoded(params: &mut [Param<'_>]) {
    params.sort_by(|one, two| {
        one.name.cmp_encoded(two.name).then_with(|| {
            let (one, two) = (one.value.unwrap_or_default(), two.value.unwrap_or_default());
            one.cmp_encoded(two)
        })
    });
}

/// Sorts by decoded name: the order of SigV2's query APIs. Parameters of one name keep their order.
pub(crate) fn sort_decoded(params: &mut [Param<'_>]) {
    params.sort_by(|one, two| one.name.decoded().cmp(two.name.decoded()));
}

/// Writes parameters in the order that they have: `a=1&b=`.
pub(crate) fn write_canonical_query(params: &[Param<'_>], sink: &mut impl Sink) {
    for (index, param) in params.iter().enumerate() {
        if index > 0 {
            sink.text("&");
        }
        param.write_canonical(sink);
    }
}

/// Writes `?` and the parameters in the order that they have; nothing if there are none.
///
/// A parameter with an empty value is written as a flag. Servers read both alike, and SigV2 signs
/// it as a flag.
pub(crate) fn write_query(params: &[Param<'_>], sink: &mut impl Sink) {
    for (index, param) in params.iter().enumerate() {
        sink.text(if index == 0 { "?" } else { "&" });
        param.name.write(&UNRESERVED, sink);
        let is_named = !param.name.text().is_empty();
        if let (Some(Component::PerRow(index)), true) = (param.value, is_named) {
            sink.placeholder(Placeholder::RowAssignment(index));
            continue;
        }
        match param.nonempty_value() {
            Some(value) => {
                sink.text("=");
                value.write(&UNRESERVED, sink);
            }
            // Without its name, too, nothing would be left of a parameter that is signed.
            None if !is_named => {
                sink.text("=");
                param.value.unwrap_or_default().write(&UNRESERVED, sink);
            }
            None => {}
        }
    }
}

/// Returns an upper bound of the length that [`write_query`] writes.
pub(crate) fn max_query_len(params: &[Param<'_>]) -> usize {
    params.iter().fold(0, |length, param| {
        let name = param.name.max_encoded_len();
        let value = param.value.unwrap_or_default().max_encoded_len();
        length
            .saturating_add(name)
            .saturating_add(value)
            .saturating_add(2)
    })
}
