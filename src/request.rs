//! A request to be signed. What lives here: the description that a caller writes, and its checked parts, in
//! which the S3 front describes its requests too. What does not: any rule of one signature version.

use crate::encode::{Bare, Sink, Text, bad_escape, holds, is_bad_wire, is_lower, is_single_spaced};
use crate::error::{Error, Quoted, error};
use crate::headers::{HostValue, front, write_unfolded};
use crate::list::List;
use crate::timestamp::write_decimal;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::mem::replace;
use core::net::Ipv6Addr;

/// A request, described: method, URL, headers and further query parameters.
///
/// The URL is the request's as it will be sent: absolute, already percent-encoded, and never
/// rewritten. Parameters that are not encoded yet go to [`query`](Request::query). Nothing is checked until the
/// request is signed; the signing function returns every error.
///
/// ```
/// use presign::Request;
///
/// let request = Request::get("https://iam.amazonaws.com/?Action=ListUsers")
///     .query("Version", "2010-05-08")
///     .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
/// # let _ = request;
/// ```
#[derive(Clone)]
pub struct Request<'a> {
    method: Cow<'a, str>,
    url: Cow<'a, str>,
    extra: Extra<'a>,
}

/// What is added to a request besides its method and URL: not yet encoded parameters, and headers.
#[derive(Clone, Default)]
pub(crate) struct Extra<'a> {
    params: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
    headers: Vec<OwnHeader<'a>>,
}

/// A header as the caller gives it. It is looked at once, however often it is signed.
#[derive(Clone)]
struct OwnHeader<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, [u8]>,
    look: Look,
}

impl<'a> Request<'a> {
    /// A request with any method.
    #[must_use]
    pub fn new(method: impl Into<Cow<'a, str>>, url: impl Into<Cow<'a, str>>) -> Self {
        Request {
            method: method.into(),
            url: url.into(),
            extra: Extra::default(),
        }
    }

    /// A GET request.
    #[must_use]
    pub fn get(url: impl Into<Cow<'a, str>>) -> Self {
        Request::new("GET", url)
    }

    /// A PUT request.
    #[must_use]
    pub fn put(url: impl Into<Cow<'a, str>>) -> Self {
        Request::new("PUT", url)
    }

    /// A POST request.
    #[must_use]
    pub fn post(url: impl Into<Cow<'a, str>>) -> Self {
        Request::new("POST", url)
    }

    /// A HEAD request.
    #[must_use]
    pub fn head(url: impl Into<Cow<'a, str>>) -> Self {
        Request::new("HEAD", url)
    }

    /// A DELETE request.
    #[must_use]
    pub fn delete(url: impl Into<Cow<'a, str>>) -> Self {
        Request::new("DELETE", url)
    }

    /// Adds a header, which is signed and has to be sent. A name given twice has both values, in this order.
    ///
    /// The headers that proxies and clients change on the way are never signed, whoever gives them; the
    /// list is in the documents of [`v4`](crate::v4#headers). A `Host` header is signed instead of the URL's host.
    #[must_use]
    pub fn header(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.extra.header(name.into(), value.into());
        self
    }

    /// Adds a header whose value need not be UTF-8.
    #[must_use]
    pub fn header_bytes(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        self.extra.header_bytes(name.into(), value.into());
        self
    }

    /// Adds a query parameter whose name and value are not encoded yet.
    #[must_use]
    pub fn query(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.extra.query(name.into(), Some(value.into()));
        self
    }

    /// Adds a query parameter without a value, such as `acl`.
    #[must_use]
    pub fn query_flag(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.extra.query(name.into(), None);
        self
    }

    /// Does something with the parts, checked. They are large, so they stay where they are made.
    #[inline]
    pub(crate) fn described<'b, T>(
        &'b self,
        work: impl FnOnce(&mut Parts<'b>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Url {
            scheme,
            authority,
            target,
        } = Url::parse(&self.url)?;
        let mut parts = Parts::new(&self.method, scheme, authority, target.to_path())?;
        if let Some(query) = target.query.filter(|query| !query.is_empty()) {
            parts.params.extend(query.split('&').map(Param::from_wire));
        }
        parts.add(&self.extra)?;
        work(&mut parts)
    }
}

/// Without the query and the header values, which may hold a token or a signature, and without a user.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = showable(&self.url);
        let headers = self.extra.headers.iter();
        let headers: Vec<_> = headers.map(|header| &header.name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &url)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

impl<'a> Extra<'a> {
    pub(crate) fn header(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        let value = match value {
            Cow::Borrowed(value) => Cow::Borrowed(value.as_bytes()),
            Cow::Owned(value) => Cow::Owned(value.into_bytes()),
        };
        self.header_bytes(name, value);
    }

    fn header_bytes(&mut self, name: Cow<'a, str>, value: Cow<'a, [u8]>) {
        let look = Look::at(&name, &value);
        if self.headers.is_empty() {
            // Room for what most requests have, in one piece from the start.
            self.headers.reserve(8);
        }
        self.headers.push(OwnHeader { name, value, look });
    }

    pub(crate) fn query(&mut self, name: Cow<'a, str>, value: Option<Cow<'a, str>>) {
        self.params.push((name, value));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// Host and port as the `Host` header has them: in lower case, without the default port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authority<'a> {
    /// May hold upper case; it is written in lower case.
    pub(crate) host: &'a str,
    /// None for the scheme's default port.
    pub(crate) port: Option<u16>,
}

impl<'a> Authority<'a> {
    pub(crate) fn write(self, sink: &mut impl Sink) {
        if let Some(host) = self.written() {
            return sink.text(host);
        }
        sink.lower(self.host);
        if let Some(port) = self.port {
            sink.text(":");
            write_decimal(port.into(), sink);
        }
    }

    /// Host and port, if they stand there as they are written: nearly every host has no port, and is in lower case.
    fn written(self) -> Option<&'a str> {
        (self.port.is_none() && is_lower(self.host)).then_some(self.host)
    }
}

/// The path of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    /// As it stands in a URL.
    Wire(&'a str),
    /// The same, known to be encoded canonically and not to be empty.
    Canonical(&'a str),
    /// An object's: a prefix that is canonical already, and a key that is not encoded yet.
    Object { prefix: &'a str, key: &'a str },
}

impl Path<'_> {
    /// Writes the path encoded once, nothing removed: S3's canonical URI.
    #[inline]
    pub(crate) fn write_once(self, sink: &mut impl Sink) {
        match self {
            Path::Wire("") => sink.text("/"),
            Path::Wire(path) => Text::Wire(path).write(Bare::Path, sink),
            Path::Canonical(path) => sink.text(path),
            Path::Object { prefix, key } => {
                sink.text(prefix);
                Text::Plain(key).write(Bare::Path, sink);
            }
        }
    }

    /// Writes the path as it was given, for the services that sign it as it stands in the URL.
    pub(crate) fn write_as_given(self, sink: &mut impl Sink) {
        match self {
            Path::Wire(path) if !path.is_empty() => sink.text(path),
            path => path.write_once(sink),
        }
    }

    /// Appends what a URL begins with and the path, encoded once, in one piece of memory with so many bytes that will follow.
    /// Gives back where the path stands.
    pub(crate) fn begin_url(self, origin: &str, will_follow: usize, url: &mut String) -> usize {
        let lengths = [origin.len(), self.bound(), will_follow];
        url.reserve(lengths.into_iter().fold(0, usize::saturating_add));
        url.push_str(origin);
        let path_at = url.len();
        self.write_once(url);
        path_at
    }

    /// An upper bound of the length of the path in a URL.
    pub(crate) fn bound(self) -> usize {
        match self {
            Path::Wire(path) => Text::Wire(path).bound().saturating_add(1),
            Path::Canonical(path) => path.len(),
            Path::Object { prefix, key } => prefix.len().saturating_add(Text::Plain(key).bound()),
        }
    }
}

/// A query parameter. Without a value it is a flag: `?acl`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Param<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) value: Option<Text<'a>>,
}

impl<'a> Param<'a> {
    pub(crate) fn from_wire(text: &'a str) -> Self {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        Param {
            name: Text::Wire(name),
            value: value.map(Text::Wire),
        }
    }

    /// Writes the parameter, canonically encoded. A name without a value gets its `=`.
    pub(crate) fn write(&self, separator: &str, sink: &mut impl Sink) {
        sink.text(separator);
        self.name.write(Bare::Unreserved, sink);
        sink.text("=");
        self.value.unwrap_or_default().write(Bare::Unreserved, sink);
    }

    /// The value, if it is not empty.
    pub(crate) fn filled(&self) -> Option<Text<'a>> {
        self.value.filter(|value| !value.raw().is_empty())
    }

    /// Whether the decoded name is this one, in any case of letters.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let lower = |byte: u8| byte.to_ascii_lowercase();
        match self.name.raw().len() == name.len() {
            true => self.name.raw().eq_ignore_ascii_case(name),
            // Escapes make a name longer.
            false => {
                self.name.raw().len() > name.len()
                    && self.name.is_escaped()
                    && self.name.decoded().map(lower).eq(name.bytes().map(lower))
            }
        }
    }

    /// Whether the decoded name is just this one.
    pub(crate) fn is_exactly(&self, name: &str) -> bool {
        self.name.stands_for(name)
    }
}

/// Sorts by encoded name, then by encoded value.
pub(crate) fn sort(params: &mut [Param<'_>]) {
    params.sort_by(|one, two| {
        one.name.cmp(two.name).then_with(|| {
            one.value
                .unwrap_or_default()
                .cmp(two.value.unwrap_or_default())
        })
    });
}

/// Writes parameters one after another, in the order that they have.
pub(crate) fn write_params(params: &[Param<'_>], sink: &mut impl Sink) {
    let mut separator = "";
    for param in params {
        param.write(separator, sink);
        separator = "&";
    }
}

/// A header that was given. The value may hold any byte but control characters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Header<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a [u8],
    pub(crate) look: Look,
}

/// What is known of a header, in two whole words: they are copied faster than what is smaller.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    /// What the name begins with.
    front: u64,
    /// Bits of [`TOKEN`], [`LOWER`] and [`SINGLE_SPACED`]; none if nobody looked.
    seen: u64,
}

impl Look {
    #[inline]
    fn at(name: &str, value: &[u8]) -> Self {
        let spaced = match is_single_spaced(value) {
            true => SINGLE_SPACED,
            false => 0,
        };
        Look {
            front: front(name),
            seen: u64::from(token_class(name) | spaced),
        }
    }
}

impl<'a> Header<'a> {
    /// One that is written as it is signed: its name is in lower case, and its value is words between single spaces.
    #[inline]
    pub(crate) fn plain(name: &'a str, value: &'a [u8]) -> Self {
        let look = Look {
            front: front(name),
            seen: (TOKEN | LOWER | SINGLE_SPACED).into(),
        };
        Header { name, value, look }
    }

    /// One that nobody looked at.
    #[inline]
    pub(crate) fn unseen(name: &'a str, value: &'a [u8]) -> Self {
        let look = Look {
            front: front(name),
            seen: 0,
        };
        Header { name, value, look }
    }

    /// One that is looked at now. It may be one that can't be sent.
    #[inline]
    pub(crate) fn look_at(name: &'a str, value: &'a [u8]) -> Self {
        let look = Look::at(name, value);
        Header { name, value, look }
    }

    /// What the name begins with.
    #[inline]
    pub(crate) fn front(&self) -> u64 {
        self.look.front
    }

    /// Whether the name is known to be in lower case.
    #[inline]
    pub(crate) fn is_lower(&self) -> bool {
        self.has(LOWER)
    }

    /// Whether the value is known to be words between single spaces, which nothing is taken from.
    #[inline]
    pub(crate) fn is_single_spaced(&self) -> bool {
        self.has(SINGLE_SPACED)
    }

    /// Whether it is known that the header can be sent. Nearly every one is known to.
    #[inline]
    pub(crate) fn can_be_sent(&self) -> bool {
        self.has(TOKEN | SINGLE_SPACED)
    }

    #[inline]
    fn has(&self, bits: u8) -> bool {
        let bits = u64::from(bits);
        self.look.seen & bits == bits
    }

    /// Refuses what can't be sent, of a header that was looked at.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.can_be_sent() {
            true => Ok(()),
            false => check_closely(self.name, self.value, self.has(TOKEN)),
        }
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value without white space at its ends.
    pub(crate) fn trimmed(&self) -> &'a [u8] {
        self.value.trim_ascii()
    }

    /// The value as it can be sent: one line, trimmed.
    pub(crate) fn to_send(self) -> Result<String, Error> {
        if core::str::from_utf8(self.value).is_err() {
            return Err(error!(
                Header,
                "the value of header {} is not UTF-8, so it can't be handed back with a URL",
                Quoted(self.name)
            ));
        }
        let mut text = String::new();
        write_unfolded(self.value, &mut text);
        Ok(text)
    }
}

/// The parts of a request, checked: all that a signature version needs to know.
pub(crate) struct Parts<'a> {
    pub(crate) method: &'a str,
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority<'a>,
    pub(crate) path: Path<'a>,
    pub(crate) params: List<Param<'a>, 8>,
    pub(crate) headers: List<Header<'a>, 12>,
    /// The `Host` header that the caller gave, trimmed; it is not among the headers.
    pub(crate) host: Option<&'a [u8]>,
    /// What the URL begins with, if that is written already. It may be another one than scheme and authority, which are
    /// what is signed.
    pub(crate) origin: Option<&'a str>,
    /// The authority, if that is written already.
    pub(crate) written_authority: Option<&'a str>,
}

impl<'a> Parts<'a> {
    #[inline]
    pub(crate) fn new(
        method: &'a str,
        scheme: Scheme,
        authority: Authority<'a>,
        path: Path<'a>,
    ) -> Result<Self, Error> {
        check_method(method)?;
        Ok(Parts {
            method,
            scheme,
            authority,
            path,
            params: List::new(),
            headers: List::new(),
            host: None,
            origin: None,
            written_authority: None,
        })
    }

    pub(crate) fn add(&mut self, extra: &'a Extra<'_>) -> Result<(), Error> {
        for (name, value) in &extra.params {
            self.params.push(Param {
                name: Text::Plain(name),
                value: value.as_deref().map(Text::Plain),
            });
        }
        for OwnHeader { name, value, look } in &extra.headers {
            self.add_header(Header {
                name,
                value,
                look: *look,
            })?;
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn add_header(&mut self, header: Header<'a>) -> Result<(), Error> {
        header.check()?;
        if !header.is_named("host") {
            self.headers.push(header);
            return Ok(());
        }
        self.add_host(header.trimmed())
    }

    #[cold]
    fn add_host(&mut self, host: &'a [u8]) -> Result<(), Error> {
        if host.is_empty() {
            return Err(error!(Header, "the Host header is empty"));
        }
        match self.host {
            Some(before) if before != host => Err(error!(
                Header,
                "two Host headers that differ, {} and {}: a request has one",
                Quoted(&String::from_utf8_lossy(before)),
                Quoted(&String::from_utf8_lossy(host))
            )),
            _ => {
                self.host = Some(host);
                Ok(())
            }
        }
    }

    /// The value of the `Host` header that is signed.
    #[inline]
    pub(crate) fn signed_host(&self) -> HostValue<'a> {
        match (self.host, self.written_authority) {
            (Some(given), _) => HostValue::Bytes(given),
            (None, Some(written)) => HostValue::Line(written.as_bytes()),
            (None, None) => match self.authority.written() {
                Some(host) => HostValue::Line(host.as_bytes()),
                None => HostValue::Host(self.authority),
            },
        }
    }

    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&Header<'a>> {
        let mut headers = self.headers.as_slice().iter();
        headers.find(|header| header.is_named(name))
    }

    /// Refuses a second header of one of these names: the signature takes its value from the one that is there.
    pub(crate) fn check_single<const N: usize>(&self, names: [&str; N]) -> Result<(), Error> {
        let mut seen = names.map(|name| (name, false));
        for header in self.headers.as_slice() {
            let named = seen.iter_mut().find(|(name, _)| header.is_named(name));
            if let Some((name, seen)) = named
                && replace(seen, true)
            {
                return Err(error!(
                    Header,
                    "the header {name} is there twice: a request has one"
                ));
            }
        }
        Ok(())
    }

    /// The URL without a signature.
    pub(crate) fn write_url(&self, url: &mut String) {
        self.write_origin(url);
        self.path.write_as_given(url);
        self.write_query(url);
    }

    /// `?` and the parameters in the order given; nothing if there are none.
    ///
    /// A parameter whose value is empty stands without `=`: servers read both alike, and SigV2 signs it so.
    pub(crate) fn write_query(&self, url: &mut String) {
        let mut separator = "?";
        for param in self.params.as_slice() {
            url.push_str(separator);
            param.name.write(Bare::Unreserved, url);
            match param.filled() {
                Some(value) => {
                    url.push('=');
                    value.write(Bare::Unreserved, url);
                }
                // Without a name either, nothing would be left of the parameter, which is signed.
                None if param.name.raw().is_empty() => url.push('='),
                None => {}
            }
            separator = "&";
        }
    }

    /// What the URL begins with: `https://host:port`, or what is shown in its place.
    pub(crate) fn write_origin(&self, url: &mut String) {
        match self.origin {
            Some(origin) => url.push_str(origin),
            None => write_origin(self.scheme, self.authority, url),
        }
    }

    /// An upper bound of the length of the URL without a signature.
    pub(crate) fn url_bound(&self) -> usize {
        let params = self.params.as_slice().iter().map(|param| {
            let value = param.value.unwrap_or_default();
            let lengths = [2, param.name.bound(), value.bound()];
            lengths.into_iter().fold(0, usize::saturating_add)
        });
        [self.origin_bound(), self.path.bound()]
            .into_iter()
            .chain(params)
            .fold(0, usize::saturating_add)
    }

    /// An upper bound of the length of the origin.
    fn origin_bound(&self) -> usize {
        /// `https://` and `:65535`.
        const FIXED: usize = 14;
        match self.origin {
            Some(origin) => origin.len(),
            None => self.authority.host.len().saturating_add(FIXED),
        }
    }
}

/// `https://host:port`.
pub(crate) fn write_origin(scheme: Scheme, authority: Authority<'_>, url: &mut String) {
    url.push_str(scheme.as_str());
    url.push_str("://");
    authority.write(url);
}

/// A URL in its parts.
pub(crate) struct Url<'a> {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority<'a>,
    pub(crate) target: Target<'a>,
}

impl<'a> Url<'a> {
    pub(crate) fn parse(url: &'a str) -> Result<Self, Error> {
        Url::read(url, true)
    }

    /// The same, but for the query, which is not looked at.
    pub(crate) fn parse_to_query(url: &'a str) -> Result<Self, Error> {
        Url::read(url, false)
    }

    fn read(url: &'a str, with_query: bool) -> Result<Self, Error> {
        let (scheme, text) = split_scheme(url)?;
        let name = Bare::Host.run(text.as_bytes());
        let (host, rest) = text.split_at_checked(name).unwrap_or_default();
        let is_end = |byte| matches!(byte, b'/' | b'?');
        let end = rest.bytes().position(is_end).unwrap_or(rest.len());
        let (after_host, target) = rest.split_at_checked(end).unwrap_or_default();
        let target = Target::split(target);
        let query_rest = target.query.filter(|_| with_query).unwrap_or_default();
        let rests = [after_host, target.rest, query_rest];
        if rests.iter().any(|rest| !rest.is_empty()) {
            check_rests(rests)?;
        }
        let authority = match after_host {
            // A name without a port, as nearly all are.
            "" if !host.is_empty() => Authority { host, port: None },
            _ => {
                let end = name.saturating_add(end);
                let authority = text.get(..end).unwrap_or_default();
                parse_authority(authority, scheme).map_err(|error| {
                    // A password with a slash in it, as many secret keys have one, ends up here in pieces.
                    match target.path.contains('@') {
                        true => user_error(),
                        false => error,
                    }
                })?
            }
        };
        Ok(Url {
            scheme,
            authority,
            target,
        })
    }
}

/// What follows the host, and what of path and query is not encoded canonically.
fn check_rests(rests: [&str; 3]) -> Result<(), Error> {
    let is_mark = |byte: &u8| *byte == b'#';
    let [_, path, query] = rests;
    if rests.iter().any(|rest| holds(rest.as_bytes(), is_mark)) {
        return Err(error!(
            Url,
            "the URL has a fragment, which is never sent: a `#` that is data is written %23"
        ));
    }
    check_wire("path", path)?;
    check_wire("query", query)
}

/// A request's target: path and query as they are written.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) path: &'a str,
    /// The end of the path, from what is not encoded canonically. What is holds nothing that a URL can't have.
    rest: &'a str,
    pub(crate) query: Option<&'a str>,
}

impl<'a> Target<'a> {
    #[inline]
    pub(crate) fn split(text: &'a str) -> Self {
        let encoded = Bare::Path.canonical_run(text.as_bytes());
        let (path, after) = text.split_at_checked(encoded).unwrap_or_default();
        let query = after.strip_prefix('?');
        if query.is_some() || after.is_empty() {
            return Target {
                path,
                rest: "",
                query,
            };
        }
        let (rest, query) = match after.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (after, None),
        };
        let path = text.get(..encoded.saturating_add(rest.len()));
        Target {
            path: path.unwrap_or_default(),
            rest,
            query,
        }
    }

    /// The path, with what is known of it.
    #[inline]
    pub(crate) fn to_path(self) -> Path<'a> {
        match self.has_canonical_path() {
            true => Path::Canonical(self.path),
            false => Path::Wire(self.path),
        }
    }

    /// Whether the path is encoded canonically as it stands; an empty one is not.
    pub(crate) fn has_canonical_path(&self) -> bool {
        self.rest.is_empty() && !self.path.is_empty()
    }
}

/// The scheme of a URL, and what follows `://`.
fn split_scheme(url: &str) -> Result<(Scheme, &str), Error> {
    // Nearly every URL begins so.
    if let Some(rest) = url.strip_prefix("https://") {
        return Ok((Scheme::Https, rest));
    }
    for scheme in [Scheme::Https, Scheme::Http] {
        let rest = url
            .split_at_checked(scheme.as_str().len())
            .filter(|(front, _)| front.eq_ignore_ascii_case(scheme.as_str()))
            .and_then(|(_, rest)| rest.strip_prefix("://"));
        if let Some(rest) = rest {
            return Ok((scheme, rest));
        }
    }
    Err(match url.split_once("://") {
        Some((scheme, _)) => error!(
            Url,
            "the scheme {} can't be signed: it should be https or http",
            Quoted(showable(scheme))
        ),
        None => error!(
            Url,
            "{} is not an absolute URL: it should begin with https:// or http://",
            Quoted(showable(url))
        ),
    })
}

/// What of a text that should be a URL can stand in a message: neither a query nor a user, for they may hold
/// a signature or a secret.
fn showable(url: &str) -> &str {
    let front = url.split('?').next().unwrap_or_default();
    front.rsplit('@').next().unwrap_or_default()
}

fn user_error() -> Error {
    error!(
        Url,
        "the URL has a user before its host: credentials are given to the signer, not in the URL"
    )
}

fn parse_authority(text: &str, scheme: Scheme) -> Result<Authority<'_>, Error> {
    if text.contains('@') {
        return Err(user_error());
    }
    let (host, port) = match text.rfind(']') {
        Some(bracket) => text.split_at_checked(bracket.saturating_add(1)),
        None => text
            .find(':')
            .and_then(|colon| text.split_at_checked(colon)),
    }
    .unwrap_or((text, ""));
    check_host(host)?;
    let number = port
        .strip_prefix(':')
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let port = match number {
        None if port.is_empty() => None,
        // RFC 3986 allows the colon alone; it means the default port.
        Some("") => None,
        number => match number.and_then(|digits| digits.parse().ok()) {
            None | Some(0) => {
                return Err(error!(
                    Url,
                    "after the host stands {}, which is no port: that is `:` and a number from 1 to 65535",
                    Quoted(port)
                ));
            }
            port => port,
        },
    };
    Ok(Authority {
        host,
        port: port.filter(|port| *port != scheme.default_port()),
    })
}

pub(crate) fn check_host(host: &str) -> Result<(), Error> {
    if host.is_empty() {
        return Err(error!(Url, "the URL has no host"));
    }
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or_default();
        return match address.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err(error!(
                Url,
                "{} is not an IPv6 address in brackets",
                Quoted(host)
            )),
        };
    }
    let name = Bare::Host.run(host.as_bytes());
    match host.get(name..).and_then(|rest| rest.chars().next()) {
        None => Ok(()),
        Some(c) if c.is_ascii() => Err(error!(
            Url,
            "the host {} holds {}: letters, digits, `-`, `.` and `_` can stand there",
            Quoted(host),
            Quoted(c.encode_utf8(&mut [0; 4]))
        )),
        Some(_) => Err(error!(
            Url,
            "the host {} is not ASCII: write it in its xn-- form",
            Quoted(host)
        )),
    }
}

/// Path and query of a URL: whole escapes, and no control character, which no client would send as it is.
pub(crate) fn check_wire(what: &str, text: &str) -> Result<(), Error> {
    if !is_bad_wire(text, |byte| byte.is_ascii_control()) {
        return Ok(());
    }
    if let Some(control) = text.chars().find(char::is_ascii_control) {
        return Err(error!(
            Url,
            "the {what} holds the control character {}, which has to be percent-encoded",
            Quoted(control.encode_utf8(&mut [0; 4]))
        ));
    }
    match bad_escape(text) {
        Some(escape) => Err(error!(
            Url,
            "the {what} holds {}, which is no percent escape: a `%` that is data is written %25",
            Quoted(escape)
        )),
        None => Ok(()),
    }
}

/// A token of RFC 9110, section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    token_class(text) & TOKEN != 0
}

/// What can stand in a token.
const TOKEN: u8 = 1;
/// The same but for upper-case letters.
const LOWER: u8 = 2;

/// Known of a value: it is words between single spaces.
const SINGLE_SPACED: u8 = 4;

/// The classes that all bytes of a text are of; none if there is no byte.
fn token_class(text: &str) -> u8 {
    #[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
    static CLASSES: [u8; 256] = {
        let mut table = [0; 256];
        let mut byte = 0u8;
        while byte < 128 {
            let is_one = byte.is_ascii_alphanumeric()
                || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
            table[byte as usize] = match byte {
                b'A'..=b'Z' => TOKEN,
                _ if is_one => TOKEN | LOWER,
                _ => 0,
            };
            byte += 1;
        }
        table
    };
    let all = |bytes: &[u8]| {
        let classes = bytes.iter().map(|byte| CLASSES.get(usize::from(*byte)));
        classes.fold(TOKEN | LOWER, |all, class| {
            all & class.copied().unwrap_or(0)
        })
    };
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    // The last eight have some of those before among them.
    let last = match text.as_bytes().last_chunk::<8>() {
        Some(last) => all(last),
        None if text.is_empty() => 0,
        None => all(rest),
    };
    chunks.iter().fold(last, |found, chunk| found & all(chunk))
}

pub(crate) fn check_method(method: &str) -> Result<(), Error> {
    const KNOWN: [&str; 9] = [
        "GET", "PUT", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT",
    ];
    if KNOWN.contains(&method) {
        return Ok(());
    }
    if !is_token(method) {
        return Err(error!(
            Method,
            "{} is not an HTTP method, such as GET",
            Quoted(method)
        ));
    }
    let known = KNOWN
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(method));
    match known {
        // Clients send these in upper case, so another signature would never match.
        Some(known) => Err(error!(
            Method,
            "methods are written in upper case: {} should be {known}",
            Quoted(method)
        )),
        None => Ok(()),
    }
}

/// Refuses what can't be sent of a header; its name may be known to be a token.
#[cold]
fn check_closely(name: &str, value: &[u8], is_token: bool) -> Result<(), Error> {
    match is_token {
        true => check_lines(name, value),
        false => Err(error!(Header, "{} is not a header name", Quoted(name))),
    }
}

/// Refuses control characters in a header's value, but for those that fold a line.
fn check_lines(name: &str, value: &[u8]) -> Result<(), Error> {
    let mut bytes = value.iter().copied().enumerate();
    let bad = bytes.find(|(at, byte)| match byte {
        b'\t' => false,
        // RFC 9112, section 5.2: a line break before white space folds a line; it counts as white space.
        b'\r' => value.get(at.saturating_add(1)) != Some(&b'\n'),
        b'\n' => !matches!(value.get(at.saturating_add(1)), Some(b' ' | b'\t')),
        byte => byte.is_ascii_control(),
    });
    match bad {
        None => Ok(()),
        Some((at, byte)) => {
            let what = match byte {
                b'\r' | b'\n' => "a line break",
                0 => "a NUL byte",
                _ => "a control character",
            };
            Err(error!(
                Header,
                "the value of header {} holds {what} at byte {at}, which would end or split the header",
                Quoted(name)
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LOWER, Path, TOKEN, Target, token_class};
    use std::string::String;

    /// A path that is known to be canonical is written in each way as if nobody knew.
    #[test]
    fn a_canonical_path_is_written_as_any_other() {
        let written = |path: Path<'_>| {
            let (mut once, mut as_given) = (String::new(), String::new());
            path.write_once(&mut once);
            path.write_as_given(&mut as_given);
            assert!(once.len() <= path.bound(), "{once}");
            (once, as_given)
        };
        let canonical = ["/", "/a.txt", "//a/./~b", "/%20%C3%A9", "/a%2Bb%3F"];
        let others = [
            "",
            "/a b",
            "/%7E",
            "/%c3%a9",
            "/+",
            "/\u{e9}",
            "/%2F%",
            "/a%2Bb%3f",
        ];
        let canonical = canonical.map(|path| (path, true));
        for (path, is_canonical) in canonical
            .into_iter()
            .chain(others.map(|path| (path, false)))
        {
            for query in ["", "?", "?x=%7E&y"] {
                let target = String::from(path) + query;
                let split = Target::split(&target);
                assert_eq!(split.path, path);
                assert_eq!(split.query, query.strip_prefix('?'));
                let found = split.to_path();
                assert_eq!(
                    matches!(found, Path::Canonical(_)),
                    is_canonical,
                    "{target}"
                );
                assert_eq!(written(found), written(Path::Wire(path)), "{target}");
            }
        }
    }

    /// Wherever it stands, also among the last eight, which are looked at apart.
    #[test]
    fn tokens_are_told_from_other_texts() {
        assert_eq!(token_class(""), 0);
        for length in 1..20 {
            for at in 0..length {
                for other in ('\0'..='\u{80}').chain(['\u{e9}']) {
                    for around in ["x", "-", "_"] {
                        let mut text: String = around.repeat(length);
                        text.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
                        let expected = match other {
                            'A'..='Z' => TOKEN,
                            'a'..='z' | '0'..='9' => TOKEN | LOWER,
                            // RFC 9110, section 5.6.2.
                            other if "!#$%&'*+-.^_`|~".contains(other) => TOKEN | LOWER,
                            _ => 0,
                        };
                        assert_eq!(token_class(&text), expected, "{text:?}");
                    }
                }
            }
        }
    }
}
