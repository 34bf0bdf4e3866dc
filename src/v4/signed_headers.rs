//! The signed headers: which headers are never signed, and the lines of the others.

use crate::text::percent::PercentEncoded;
use crate::text::sink::Sink;
use crate::wire::header::{Header, name_prefix};
use crate::wire::header_list::{HeaderLines, SortedHeaders};
use crate::wire::request_parts::Host;

/// Headers that clients, proxies and tracing add or change on the way. A signature that covers them
/// would become invalid, so they are never signed. The documentation of `v4` lists them, too.
static NEVER_SIGNED: [(u64, &str); 15] = with_prefixes([
    "authorization",
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
]);

/// Returns each name with its first eight bytes, because one comparison of integers then rejects
/// most names.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated at compile time"
)]
const fn with_prefixes<const N: usize>(names: [&str; N]) -> [(u64, &str); N] {
    let mut prefixed = [(0, ""); N];
    let mut index = 0;
    while index < N {
        prefixed[index] = (name_prefix(names[index]), names[index]);
        index += 1;
    }
    prefixed
}

/// Returns whether a header of a request is signed.
pub(crate) fn is_signed(header: &Header<'_>) -> bool {
    let mut names = NEVER_SIGNED.iter();
    // Alone, the comparisons with the prefixes are compiled to a binary search.
    let is_similar = names.any(|(prefix, _)| *prefix == header.name_prefix);
    !(is_similar && NEVER_SIGNED.iter().any(|(_, name)| header.is_named(name)))
}

/// `Host` and the other signed headers, sorted by name.
#[derive(Clone)]
pub(crate) struct SignedHeaders<'a> {
    host: Host<'a>,
    others: SortedHeaders<'a>,
}

impl<'a> SignedHeaders<'a> {
    /// Returns the signed headers of a request. `others` must be sorted, without `Host`.
    #[inline]
    pub(crate) fn new(host: Host<'a>, others: SortedHeaders<'a>) -> Self {
        SignedHeaders { host, others }
    }

    /// Returns the headers whose names are less than `host`, and the others.
    fn around_host(&self) -> [HeaderLines<'_, 'a>; 2] {
        // The prefix is the whole name, because it is short.
        self.others.lines_around(const { name_prefix("host") })
    }

    /// Writes a line for each name: `host:examplebucket.s3.amazonaws.com`.
    pub(crate) fn write_lines(&self, sink: &mut impl Sink) {
        let [before, after] = self.around_host();
        before.write_lines(sink, Header::write_single_spaced_value);
        sink.text("host:");
        self.host.write(sink);
        sink.text("\n");
        after.write_lines(sink, Header::write_single_spaced_value);
    }

    /// Writes the names: `host;x-amz-date`.
    pub(crate) fn write_names(&self, sink: &mut impl Sink) {
        let [before, after] = self.around_host();
        for header in before.first_of_each_name() {
            header.write_name(sink);
            sink.text(";");
        }
        sink.text("host");
        for header in after.first_of_each_name() {
            sink.text(";");
            header.write_name(sink);
        }
    }

    /// Writes the names as the value of a query parameter: `host%3Bx-amz-date`.
    pub(crate) fn write_names_encoded(&self, sink: &mut impl Sink) {
        if self.others.lines().is_empty() {
            sink.text("host");
        } else {
            self.write_names(&mut PercentEncoded(sink));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NEVER_SIGNED;

    #[test]
    fn the_documentation_of_v4_lists_the_headers_that_are_never_signed() {
        let documentation = include_str!("mod.rs");
        for (_, name) in &NEVER_SIGNED {
            assert!(documentation.contains(&std::format!("`{name}`")), "{name}");
        }
    }
}
