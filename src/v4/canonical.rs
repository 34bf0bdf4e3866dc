//! The canonical request: the one text that signer and server have to agree on
//! ([Create a canonical request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request)).
//!
//! It is written into a [`Sink`]: a hash when signing, a `String` when somebody asks to see it. Nothing else
//! in the crate knows these rules.

use super::key::Scope;
use crate::encode::{Bare, Encoded, Sink, Text, is_single_spaced};
use crate::headers::{HeaderList, HostValue, Named, front};
use crate::request::{Authority, Header, Param, Parts, Path, write_params};
use crate::timestamp::write_decimal;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// How the path of a URL becomes the canonical URI.
///
/// [`Signer::new`](super::Signer::new) chooses by the service; servers that speak SigV4 in another way may need another choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CanonicalUri {
    /// Encoded once, nothing removed: the services `s3`, `s3express`, `s3-outposts` and
    /// `s3-object-lambda`. An escape that need not be there (`%7E`) is undone.
    S3,
    /// Dot segments and doubled slashes removed, then encoded once more as it stands: every other service.
    Normalized,
    /// Encoded once more as it stands, nothing removed.
    Unnormalized,
}

impl CanonicalUri {
    pub(crate) fn of_service(service: &str) -> Self {
        match service {
            "s3" | "s3express" | "s3-outposts" | "s3-object-lambda" => CanonicalUri::S3,
            _ => CanonicalUri::Normalized,
        }
    }

    pub(crate) fn write(self, path: Path<'_>, sink: &mut impl Sink) {
        let text = match (self, path) {
            (CanonicalUri::S3, path) | (_, path @ Path::Object { .. }) => {
                return path.write_once(sink);
            }
            (_, Path::Wire("")) => "/",
            (_, Path::Wire(text) | Path::Canonical(text)) => text,
        };
        let rough = |segment| matches!(segment, "" | "." | "..");
        let inner = text.strip_prefix('/').unwrap_or(text);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if self == CanonicalUri::Normalized && inner.split('/').any(rough) {
            write_normalized(text, sink);
        } else {
            Text::Plain(text).write(Bare::Path, sink);
        }
    }
}

/// Removes empty and dot segments; `..` takes the segment before it along and stays at the root. A
/// slash at the end survives only if the path is written with one: `/a/.` gives `/a`.
fn write_normalized(path: &str, sink: &mut impl Sink) {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    for segment in &kept {
        sink.text("/");
        Text::Plain(segment).write(Bare::Unreserved, sink);
    }
    if kept.is_empty() || path.ends_with('/') {
        sink.text("/");
    }
}

/// The headers that are signed, sorted by name.
pub(crate) struct SignedHeaders<'a> {
    /// The host, which the list has too unless it is empty.
    host: Header<'a>,
    /// The host's value, if it is not written as it is signed: then its header has none.
    authority: Option<Authority<'a>>,
    /// Empty if the request has no other header than the host, as for most presigned URLs.
    list: HeaderList<Entry<'a>>,
}

/// A header, or the host that stands apart from the headers.
#[derive(Clone, Copy, Default)]
struct Entry<'a>(Option<&'a Header<'a>>);

impl<'a> Named<'a> for Entry<'a> {
    #[inline]
    fn name(&self) -> &'a str {
        self.0.map_or("host", |header| header.name)
    }
}

impl<'a> SignedHeaders<'a> {
    /// Adds to the host all headers of a request that can be signed, with those that signing adds. Where they are is where they
    /// stay: they are large.
    #[inline]
    pub(crate) fn add(&mut self, parts: &'a Parts<'a>, added: &[Option<&'a Header<'a>>]) {
        let given = parts.headers.as_slice();
        if given.is_empty() && added.iter().all(Option::is_none) {
            return;
        }
        let list = &mut self.list;
        list.push(front("host"), Entry(None));
        for header in added.iter().flatten() {
            list.push(header.front(), Entry(Some(header)));
        }
        for header in given.iter().filter(|header| is_signed(header)) {
            list.push(header.front(), Entry(Some(header)));
        }
        list.sort();
    }

    /// The host and nothing else.
    #[inline]
    pub(crate) fn of_host(host: HostValue<'a>) -> Self {
        let (host, authority) = match host {
            HostValue::Line(host) => (Header::plain("host", host), None),
            HostValue::Bytes(host) => (Header::unseen("host", host), None),
            HostValue::Host(authority) => (Header::unseen("host", &[]), Some(authority)),
        };
        SignedHeaders {
            host,
            authority,
            list: HeaderList::new(),
        }
    }

    /// The headers that another signer chose, and the host of the URL if it is not among them.
    pub(crate) fn chosen(
        host: Option<Authority<'a>>,
        headers: impl IntoIterator<Item = &'a Header<'a>>,
    ) -> Self {
        let value = host.map_or_else(HostValue::default, HostValue::Host);
        let mut signed = SignedHeaders::of_host(value);
        let list = &mut signed.list;
        if host.is_some() {
            list.push(front("host"), Entry(None));
        }
        for header in headers {
            list.push(header.front(), Entry(Some(header)));
        }
        list.sort();
        signed
    }

    /// Whether there is nothing but the host.
    #[inline]
    fn is_host_alone(&self) -> bool {
        self.list.is_empty()
    }

    /// The names, each once.
    #[inline]
    fn names(&self) -> impl Iterator<Item = &Header<'a>> {
        self.list.names().map(|entry| entry.0.unwrap_or(&self.host))
    }

    /// `host;x-amz-date`.
    pub(crate) fn write_names(&self, sink: &mut impl Sink) {
        if self.is_host_alone() {
            return sink.text("host");
        }
        for (at, header) in self.names().enumerate() {
            if at > 0 {
                sink.text(";");
            }
            write_name(header, sink);
        }
    }

    /// The same as the value of `X-Amz-SignedHeaders`: `host%3Bx-amz-date`.
    fn write_names_encoded(&self, sink: &mut impl Sink) {
        if self.is_host_alone() {
            return sink.text("host");
        }
        for (at, header) in self.names().enumerate() {
            if at > 0 {
                sink.text("%3B");
            }
            write_name(header, &mut Encoded(sink));
        }
    }

    /// An upper bound of the bytes that the names take.
    pub(crate) fn names_bound(&self) -> usize {
        self.list.names_bound().saturating_add("host".len())
    }

    /// Writes the lines, and the names beside them to where they are sent, in one go.
    #[inline]
    fn write(&self, mut names: Option<&mut String>, sink: &mut impl Sink) {
        for (at, (is_new, entry)) in self.list.iter().enumerate() {
            let header = entry.0.unwrap_or(&self.host);
            if is_new && let Some(names) = &mut names {
                if at > 0 {
                    names.text(";");
                }
                write_name(header, *names);
            }
            let is_as_signed = header.is_single_spaced();
            let value = match is_as_signed {
                true => header.value,
                false => &[],
            };
            if is_new {
                sink.line(header.name, header.is_lower(), value);
            } else {
                sink.text(",");
                sink.bytes(value);
            }
            match entry.0 {
                _ if is_as_signed => {}
                None => self.write_host(sink),
                Some(header) => write_single_spaced(header.value, sink),
            }
        }
    }

    fn write_host(&self, sink: &mut impl Sink) {
        match self.authority {
            None if self.host.is_single_spaced() => sink.bytes(self.host.value),
            None => write_single_spaced(self.host.value, sink),
            Some(authority) => authority.write(sink),
        }
    }
}

/// Clients, proxies and tracing add or change these on the way, so a signature over them would not last.
pub(crate) fn is_signed(header: &Header<'_>) -> bool {
    let is = |name| header.front() == front(name) && header.is_named(name);
    // By length, which tells most names apart.
    !match header.name.len() {
        2 => is("te"),
        6 => is("expect"),
        7 => is("baggage") || is("trailer") || is("upgrade"),
        10 => is("connection") || is("keep-alive") || is("tracestate") || is("user-agent"),
        11 => is("traceparent"),
        13 => is("authorization"),
        15 => is("x-amzn-trace-id"),
        17 => is("transfer-encoding"),
        18 => is("proxy-authenticate"),
        19 => is("proxy-authorization"),
        _ => false,
    }
}

/// Writes a name in lower case.
#[inline]
fn write_name(header: &Header<'_>, sink: &mut impl Sink) {
    match header.is_lower() {
        true => sink.text(header.name),
        false => sink.lower(header.name),
    }
}

/// A header's value without white space at its ends, with one space for each run inside, in quotes too. Only ASCII white
/// space counts; the line breaks of a folded value are part of it.
fn write_single_spaced(value: &[u8], sink: &mut impl Sink) {
    if is_single_spaced(value) {
        return sink.bytes(value);
    }
    let words = value
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        if at > 0 {
            sink.text(" ");
        }
        sink.bytes(word);
    }
}

/// The parameters that carry a presigned URL's authentication, but for the signature.
pub(crate) struct AuthParams<'a> {
    pub(crate) scope: Scope<'a>,
    pub(crate) encoded_access_key_id: &'a str,
    /// What stands in the scope after the date, percent-encoded.
    pub(crate) encoded_place: &'a str,
    pub(crate) expires: u32,
    /// Percent-encoded; none if it is not signed.
    pub(crate) session_token: Option<&'a str>,
    pub(crate) headers: &'a SignedHeaders<'a>,
}

/// The query of a presigned URL, but for the signature: sorted parameters, and those of the authentication
/// where they belong among them.
pub(crate) fn write_presigned_query(
    params: &[Param<'_>],
    auth: &AuthParams<'_>,
    sink: &mut impl Sink,
) {
    let scope = &auth.scope;
    let (names, beginnings) = (&scope.dialect.parameters, &scope.dialect.beginnings);
    let mut params = Merged(params);

    params.write_before(names.algorithm, "", "&", sink);
    sink.text(beginnings.algorithm);
    sink.text(scope.dialect.algorithm);
    params.begin(names.credential, beginnings.credential, sink);
    sink.text(auth.encoded_access_key_id);
    sink.text("%2F");
    sink.text(scope.date);
    sink.text(auth.encoded_place);
    params.begin(names.date, beginnings.date, sink);
    sink.text(scope.time);
    params.begin(names.expires, beginnings.expires, sink);
    write_decimal(auth.expires.into(), sink);
    if let Some(token) = auth.session_token {
        params.begin(names.security_token, beginnings.security_token, sink);
        sink.text(token);
    }
    params.begin(names.signed_headers, beginnings.signed_headers, sink);
    auth.headers.write_names_encoded(sink);
    for param in params.0 {
        param.write("&", sink);
    }
}

/// Sorted parameters that are not written yet, which others are put between.
struct Merged<'a>(&'a [Param<'a>]);

impl Merged<'_> {
    /// Writes the parameters that come before this name, and the beginning of what has it: `&name=`.
    #[inline]
    fn begin(&mut self, name: &str, beginning: &str, sink: &mut impl Sink) {
        self.write_before(name, "&", "", sink);
        sink.text(beginning);
    }

    /// Writes the parameters that come before this name, each between these.
    #[inline]
    fn write_before(&mut self, name: &str, before: &str, after: &str, sink: &mut impl Sink) {
        while let [param, rest @ ..] = self.0
            && param.name.cmp(Text::Plain(name)) == Ordering::Less
        {
            param.write(before, sink);
            sink.text(after);
            self.0 = rest;
        }
    }
}

/// A canonical request, ready to be written.
pub(crate) struct CanonicalRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: CanonicalPath<'a>,
    pub(crate) query: CanonicalQuery<'a>,
    pub(crate) headers: &'a SignedHeaders<'a>,
    /// The names of these headers, if they stand somewhere already.
    pub(crate) written_names: Option<&'a str>,
    pub(crate) payload: &'a str,
}

pub(crate) enum CanonicalPath<'a> {
    /// Written before, into the URL.
    Written(&'a str),
    /// To be written by a rule.
    Of(&'a Path<'a>, CanonicalUri),
}

pub(crate) enum CanonicalQuery<'a> {
    /// Written before, into the URL.
    Written(&'a str),
    /// To be written from sorted parameters.
    Of(&'a [Param<'a>]),
}

impl CanonicalRequest<'_> {
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        self.write_to_query(sink);
        self.write_after_query(sink);
    }

    /// Writes the request, and appends the names of its headers to a text that needs them too.
    pub(super) fn write_with_names(&self, names: &mut String, sink: &mut impl Sink) {
        if self.headers.is_host_alone() {
            names.text("host");
            return self.write(sink);
        }
        self.write_to_query(sink);
        let start = names.len();
        self.headers.write(Some(names), sink);
        sink.text("\n\n");
        sink.text(names.get(start..).unwrap_or_default());
        sink.text("\n");
        sink.text(self.payload);
    }

    #[inline]
    fn write_to_query(&self, sink: &mut impl Sink) {
        sink.text(self.method);
        sink.text("\n");
        match self.path {
            CanonicalPath::Written(path) => sink.text(path),
            CanonicalPath::Of(path, rule) => rule.write(*path, sink),
        }
        sink.text("\n");
        match self.query {
            CanonicalQuery::Written(query) => sink.text(query),
            CanonicalQuery::Of(params) => write_params(params, sink),
        }
    }

    /// All that is the same for every key and second under one template.
    pub(crate) fn write_after_query(&self, sink: &mut impl Sink) {
        if self.headers.is_host_alone() {
            sink.text("\nhost:");
            self.headers.write_host(sink);
            sink.text("\n\nhost\n");
        } else {
            self.headers.write(None, sink);
            sink.text("\n\n");
            match self.written_names {
                Some(names) => sink.text(names),
                None => self.headers.write_names(sink),
            }
            sink.text("\n");
        }
        sink.text(self.payload);
    }
}
