//! The text that Shared Key and Shared Key Lite sign ([Authorize with Shared
//! Key](https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key)).

use super::header_order::cmp_header_names;
use crate::crypto::Message;
use crate::text::percent::Component;
use crate::text::repeated::find_repeated;
use crate::text::sink::Sink;
use crate::wire::header::{Header, cmp_names};
use crate::wire::path::Path;
use crate::wire::query::Param;
use alloc::string::String;
use alloc::vec::Vec;

/// Which text is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) is_table: bool,
    pub(super) is_lite: bool,
}

impl Form {
    /// Returns the scheme of the `Authorization` header.
    pub(super) fn scheme(self) -> &'static str {
        if self.is_lite {
            "SharedKeyLite"
        } else {
            "SharedKey"
        }
    }

    /// Returns whether `comp` is the only parameter that is signed.
    pub(super) fn signs_only_comp(self) -> bool {
        self.is_table || self.is_lite
    }

    /// Returns whether a standard header has a line of its own.
    fn has_line(self, name: &str) -> bool {
        !self.signs_only_comp() || matches!(name, "content-md5" | "content-type")
    }

    /// Returns the names of the lines before the `x-ms-*` headers.
    #[cfg(feature = "explain")]
    pub(super) fn line_names(self) -> Vec<&'static str> {
        if self.is_table && self.is_lite {
            return Vec::from(["date"]);
        }
        let mut names = Vec::from(["method"]);
        for name in STANDARD_HEADERS {
            if self.has_line(name) {
                names.push(name);
            }
            if name == "content-type" {
                names.push("date");
            }
        }
        names
    }
}

/// The name of the header with the time of the request.
pub(super) const DATE: &str = "x-ms-date";

/// The prefix of the headers that are signed.
pub(super) const PREFIX: &str = "x-ms-";

/// The headers that are signed under their places, in that order.
pub(super) const STANDARD_HEADERS: [&str; 10] = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// The request whose text is signed.
pub(super) struct SharedKeyText<'t> {
    pub(super) form: Form,
    pub(super) account: &'t str,
    pub(super) method: &'t str,
    /// All headers, those that signing adds included.
    pub(super) headers: &'t [&'t Header<'t>],
    pub(super) path: Path<'t>,
    pub(super) params: &'t [Param<'t>],
}

impl Message for SharedKeyText<'_> {
    fn write(&self, sink: &mut impl Sink) {
        let Form { is_table, is_lite } = self.form;
        if is_table && is_lite {
            self.write_line(self.date(), sink);
        } else {
            self.write_line(self.method.as_bytes(), sink);
            self.write_standard_headers(sink);
        }
        if !is_table {
            self.write_ms_headers(sink);
        }
        self.write_resource(sink);
    }
}

impl SharedKeyText<'_> {
    pub(super) fn header(&self, name: &str) -> Option<&Header<'_>> {
        let mut headers = self.headers.iter();
        headers.find(|header| header.is_named(name)).copied()
    }

    fn write_line(&self, value: &[u8], sink: &mut impl Sink) {
        sink.bytes(value);
        sink.text("\n");
    }

    /// Returns the value of the line of the time. It is empty if `x-ms-date` is sent, which is
    /// signed with its name; only tables sign its value here.
    fn date(&self) -> &[u8] {
        let date = match self.header(DATE) {
            Some(date) => self.form.is_table.then_some(date),
            None => self.header("date"),
        };
        date.map_or(b"", Header::trimmed)
    }

    /// Writes the values of the standard headers and the time, each on a line.
    fn write_standard_headers(&self, sink: &mut impl Sink) {
        for name in STANDARD_HEADERS {
            if !self.form.has_line(name) {
                continue;
            }
            let value = self.header(name).map_or(&b""[..], Header::trimmed);
            // Since 2015-02-21, no body is an empty line.
            let is_empty = name == "content-length" && value == b"0";
            self.write_line(if is_empty { b"" } else { value }, sink);
            if name == "content-type" {
                self.write_line(self.date(), sink);
            }
        }
    }

    /// Writes the `x-ms-*` headers, sorted.
    fn write_ms_headers(&self, sink: &mut impl Sink) {
        let headers = self.headers.iter();
        let mut headers: Vec<_> = headers.filter(|header| is_ms_header(header)).collect();
        headers.sort_by(|one, two| cmp_header_names(&one.name, &two.name));
        for header in headers {
            header.write_name(sink);
            sink.text(":");
            header.write_unfolded_value(sink);
            sink.text("\n");
        }
    }

    fn write_resource(&self, sink: &mut impl Sink) {
        sink.text("/");
        sink.text(self.account);
        match self.path {
            Path::Url("") => sink.text("/"),
            path => path.write_as_sent(sink),
        }
        if self.form.signs_only_comp() {
            let mut params = self.params.iter();
            if let Some(comp) = params.find(|param| param.name.decodes_to("comp")) {
                sink.text("?comp=");
                sink.bytes(&comp.value.unwrap_or_default().to_bytes());
            }
            return;
        }
        let mut params: Vec<_> = self
            .params
            .iter()
            .map(|param| {
                let name = param.name.to_bytes().to_ascii_lowercase();
                (name, param.value.unwrap_or_default().to_bytes())
            })
            .collect();
        params.sort();
        let mut previous: Option<&[u8]> = None;
        for (name, value) in &params {
            if previous == Some(name) {
                sink.text(",");
            } else {
                sink.text("\n");
                sink.bytes(name);
                sink.text(":");
            }
            sink.bytes(value);
            previous = Some(name);
        }
    }
}

/// Returns whether a header is signed with its name.
pub(super) fn is_ms_header(header: &Header<'_>) -> bool {
    Component::Raw(&header.name).starts_with_ignore_case(PREFIX)
}

/// Returns the name of an `x-ms-*` header that is repeated. The signature covers one value of each.
pub(super) fn find_repeated_ms_header<'h>(
    headers: impl Iterator<Item = &'h Header<'h>>,
) -> Option<&'h str> {
    let headers = headers.filter(|header| is_ms_header(header));
    let mut names: Vec<&str> = headers.map(|header| &*header.name).collect();
    names.sort_by(|one, two| cmp_names(one, two));
    find_repeated(&names, |one, two| one.eq_ignore_ascii_case(two)).copied()
}

/// Returns whether the signature covers a header. The time that is signed is that of `x-ms-date`,
/// if the request has it.
pub(super) fn is_covered(header: &Header<'_>, form: Form, has_ms_date: bool) -> bool {
    let is_date = header.is_named(if has_ms_date { DATE } else { "date" });
    let is_content = header.is_named("content-md5") || header.is_named("content-type");
    if form.is_table {
        return is_date || (is_content && !form.is_lite);
    }
    let is_standard = STANDARD_HEADERS.iter().any(|name| header.is_named(name));
    is_ms_header(header)
        || is_date
        || if form.is_lite {
            is_content
        } else {
            is_standard
        }
}

/// Writes the value of the `Authorization` header without its signature.
pub(super) fn write_authorization(form: Form, account: &str, text: &mut String) {
    text.push_str(form.scheme());
    text.push(' ');
    text.push_str(account);
    text.push(':');
}
