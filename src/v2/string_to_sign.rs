//! The string to sign of S3's REST interface: method, `Content-MD5`, `Content-Type`, date or
//! expiration, `x-amz-*` headers and resource ([The authentication
//! header](https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#ConstructingTheAuthenticationHeader)).

use crate::crypto::Message;
use crate::scheme::sigv2::{CONTENT_HEADERS, SUB_RESOURCES, is_amz_header, is_sub_resource};
use crate::text::percent::Component;
use crate::text::sink::{Placeholder, Sink};
use crate::wire::header::Header;
use crate::wire::header_list::SortedHeaders;
use crate::wire::path::Path;
use crate::wire::query::Param;

/// The string to sign of a request.
pub(crate) struct StringToSign<'a> {
    pub(crate) method: &'a str,
    pub(crate) headers: &'a [Header<'a>],
    pub(crate) date: DateLine<'a>,
    /// The `x-amz-*` headers.
    pub(crate) amz_headers: SortedHeaders<'a>,
    /// The bucket, if the host names it.
    pub(crate) bucket: Option<&'a str>,
    pub(crate) path: Path<'a>,
    pub(crate) params: &'a [Param<'a>],
}

/// The line of the date or the expiration.
#[derive(Clone, Copy)]
pub(crate) enum DateLine<'a> {
    /// The value of the `Date` header; empty if the request has `x-amz-date`.
    Date(&'a str),
    /// `Expires`, in seconds since 1970.
    Expires(u64),
}

impl Message for StringToSign<'_> {
    fn write(&self, sink: &mut impl Sink) {
        self.write_before_date(sink);
        match self.date {
            DateLine::Date(date) => sink.text(date),
            DateLine::Expires(seconds) => sink.decimal(seconds),
        }
        self.write_before_path(sink);
        self.path.write_as_sent(sink);
        write_sub_resources(self.params, sink);
    }
}

impl StringToSign<'_> {
    /// Writes everything before the date.
    pub(super) fn write_before_date(&self, sink: &mut impl Sink) {
        sink.text(self.method);
        sink.text("\n");
        for name in CONTENT_HEADERS {
            if let Some(header) = self.headers.iter().find(|header| header.is_named(name)) {
                header.write_unfolded_value(sink);
            }
            sink.text("\n");
        }
    }

    /// Writes everything between the date and the path.
    pub(super) fn write_before_path(&self, sink: &mut impl Sink) {
        sink.text("\n");
        let lines = self.amz_headers.lines();
        lines.write_lines(sink, Header::write_unfolded_value);
        if let Some(bucket) = self.bucket {
            sink.text("/");
            sink.text(bucket);
        }
    }
}

/// Writes the sub-resources, sorted by name. Those of one name keep their order.
pub(super) fn write_sub_resources(params: &[Param<'_>], sink: &mut impl Sink) {
    if !params.iter().any(may_be_sub_resource) {
        return;
    }
    let mut separator = "?";
    for name in SUB_RESOURCES {
        for param in params.iter().filter(|param| param.name.decodes_to(name)) {
            sink.text(separator);
            sink.text(name);
            // MinIO, Ceph and s3s ignore an empty value.
            match param.value {
                Some(Component::PerRow(index)) => {
                    sink.placeholder(Placeholder::RowAssignment(index));
                }
                Some(value) if !value.text().is_empty() => {
                    sink.text("=");
                    write_decoded(value, sink);
                }
                _ => {}
            }
            separator = "&";
        }
    }
}

/// Returns whether a parameter may be a sub-resource, without decoding its name.
pub(crate) fn may_be_sub_resource(param: &Param<'_>) -> bool {
    param.name.is_escaped() || is_sub_resource(param.name.text())
}

/// Writes a value as it is before it is encoded.
fn write_decoded(value: Component<'_>, sink: &mut impl Sink) {
    if !value.is_escaped() {
        return sink.text(value.text());
    }
    let mut decoded = value.decoded();
    let mut buffer = [0; 64];
    loop {
        let mut length = 0usize;
        for (slot, byte) in buffer.iter_mut().zip(&mut decoded) {
            *slot = byte;
            length = length.saturating_add(1);
        }
        match buffer.get(..length) {
            Some([]) | None => return,
            Some(bytes) => sink.bytes(bytes),
        }
    }
}

/// Returns the `x-amz-*` headers among all of a request, sorted, with one that signing adds.
pub(crate) fn amz_headers<'a>(
    headers: impl IntoIterator<Item = &'a Header<'a>>,
    added: Option<&'a Header<'a>>,
) -> SortedHeaders<'a> {
    let headers = headers.into_iter();
    let own = headers.filter(|header| is_amz_header(&header.name));
    SortedHeaders::sort(added.into_iter().chain(own))
}
