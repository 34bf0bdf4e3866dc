//! The signed headers: which headers are never signed, and the lines of the others.

use crate::text::percent::PercentEncoded;
use crate::text::sink::Sink;
use crate::wire::header::{Header, name_prefix};
use crate::wire::header_list::SortedHeaders;
use crate::wire::request_parts::Host;

/// Headers that clients, proxies and tracing add or change on the way. A signature that covers them
/// would become invalid, so they are never signed.
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
    !NEVER_SIGNED
        .iter()
        .any(|(prefix, name)| *prefix == header.name_prefix && header.is_named(name))
}

/// `Host` and the other signed headers, sorted by name.
pub(crate) struct SignedHeaders<'a> {
    host: Host<'a>,
    /// The headers whose names are less than `host`, and the others.
    before_host: SortedHeaders<'a>,
    after_host: SortedHeaders<'a>,
}

impl<'a> SignedHeaders<'a> {
    /// Sorts headers, of which none is `Host`.
    pub(crate) fn new(host: Host<'a>, headers: impl IntoIterator<Item = &'a Header<'a>>) -> Self {
        /// The whole name, because it is short.
        const HOST_PREFIX: u64 = name_prefix("host");
        let mut sorted = SignedHeaders {
            host,
            before_host: SortedHeaders::new(),
            after_host: SortedHeaders::new(),
        };
        for header in headers {
            if header.name_prefix < HOST_PREFIX {
                sorted.before_host.push(header);
            } else {
                sorted.after_host.push(header);
            }
        }
        sorted.before_host.sort();
        sorted.after_host.sort();
        sorted
    }

    /// Writes a line for each name: `host:examplebucket.s3.amazonaws.com`.
    pub(crate) fn write_lines(&self, sink: &mut impl Sink) {
        self.before_host
            .write_lines(sink, Header::write_single_spaced_value);
        sink.text("host:");
        self.host.write(sink);
        sink.text("\n");
        self.after_host
            .write_lines(sink, Header::write_single_spaced_value);
    }

    /// Writes the names: `host;x-amz-date`.
    pub(crate) fn write_names(&self, sink: &mut impl Sink) {
        for header in self.before_host.first_of_each_name() {
            header.write_name(sink);
            sink.text(";");
        }
        sink.text("host");
        for header in self.after_host.first_of_each_name() {
            sink.text(";");
            header.write_name(sink);
        }
    }

    /// Writes the names as the value of a query parameter: `host%3Bx-amz-date`.
    pub(crate) fn write_names_encoded(&self, sink: &mut impl Sink) {
        if self.before_host.is_empty() && self.after_host.is_empty() {
            sink.text("host");
        } else {
            self.write_names(&mut PercentEncoded(sink));
        }
    }
}
