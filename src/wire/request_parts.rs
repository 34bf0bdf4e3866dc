//! The checked parts of a request, from which every signature version signs.

use super::header::{Header, name_prefix};
use super::method::check_method;
use super::path::Path;
use super::query::{Param, max_query_len};
use super::url::{Authority, UrlScheme, parse_authority, write_origin};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::text::capacity::capacity;
use crate::text::decimal::parse_decimal;
use crate::text::percent::Component;
use crate::text::sink::Sink;
use alloc::string::String;
use alloc::vec::Vec;

/// A request's parts, borrowed from its description.
pub(crate) struct RequestParts<'a> {
    pub(crate) method: &'a str,
    pub(crate) origin: Origin<'a>,
    /// The host of the URL.
    pub(crate) url_host: Host<'a>,
    /// The value of the caller's `Host` header, which is signed instead of the URL's host.
    pub(crate) host_header: Option<&'a [u8]>,
    pub(crate) path: Path<'a>,
    pub(crate) params: Vec<Param<'a>>,
    /// The caller's headers, `Host` included.
    pub(crate) headers: &'a [Header<'a>],
}

/// The front of a URL: scheme and authority.
#[derive(Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// Written already. It may differ from the host that is signed.
    Text(&'a str),
    Parts(UrlScheme, Authority<'a>),
}

/// The value of a `Host` header.
#[derive(Clone, Copy)]
pub(crate) enum Host<'a> {
    /// The value of a header, trimmed.
    Header(&'a [u8]),
    /// The authority of a store's URL, written already.
    Text(&'a str),
    /// The authority of a URL.
    Authority(Authority<'a>),
}

impl<'a> Host<'a> {
    /// Returns the host without its port.
    pub(crate) fn without_port(self) -> Self {
        match self {
            Host::Header(value) => {
                let text = core::str::from_utf8(value).unwrap_or_default();
                Host::Header(host_name(text).as_bytes())
            }
            Host::Text(text) => Host::Text(host_name(text)),
            Host::Authority(authority) => Host::Authority(Authority {
                port: None,
                ..authority
            }),
        }
    }

    /// Writes the value as it is signed.
    pub(crate) fn write(self, sink: &mut impl Sink) {
        match self {
            // It was checked, so it has no white space.
            Host::Header(value) => sink.bytes(value),
            Host::Text(text) => sink.text(text),
            Host::Authority(authority) => authority.write(sink),
        }
    }
}

/// Returns a host without its port. An IPv6 address contains colons in brackets.
fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    }
}

impl<'a> RequestParts<'a> {
    /// Checks method and headers.
    #[inline]
    pub(crate) fn new(
        method: &'a str,
        origin: Origin<'a>,
        url_host: Host<'a>,
        path: Path<'a>,
        params: Vec<Param<'a>>,
        headers: &'a [Header<'a>],
    ) -> Result<Self, Error> {
        check_method(method)?;
        const CONTENT_PREFIX: u64 = name_prefix("content-length");
        let (mut host_header, mut content_length) = (None, None);
        for header in headers {
            header.check()?;
            if header.is_named("host") {
                check_host_header(header, host_header)?;
                host_header = Some(header.trimmed());
            } else if header.name_prefix == CONTENT_PREFIX && header.is_named("content-length") {
                check_content_length(header, content_length)?;
                content_length = Some(header.trimmed());
            }
        }
        Ok(RequestParts {
            method,
            origin,
            url_host,
            host_header,
            path,
            params,
            headers,
        })
    }

    /// Checks that no header and no parameter has a name that begins with `rejected`, which the
    /// service rejects beside `own`.
    pub(crate) fn check_without_prefix(&self, rejected: &str, own: &str) -> Result<(), Error> {
        let headers = self.headers.iter();
        let headers = headers.map(|header| Component::Raw(&header.name));
        let mut names = headers.chain(self.params.iter().map(|param| param.name));
        match names.find(|name| name.starts_with_ignore_case(rejected)) {
            None => Ok(()),
            Some(name) => Err(error!(
                Header,
                "the request has the name {}, but the service rejects {rejected}* names beside its \
                 own {own}*; use the latter",
                Quoted(name.text())
            )),
        }
    }

    /// Returns the value of the `Host` header that is signed.
    pub(crate) fn host(&self) -> Host<'a> {
        self.host_header.map_or(self.url_host, Host::Header)
    }

    /// Returns the first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&'a Header<'a>> {
        self.headers.iter().find(|header| header.is_named(name))
    }

    /// Returns the headers except `Host`.
    pub(crate) fn headers_without_host(&self) -> impl Iterator<Item = &'a Header<'a>> {
        self.headers
            .iter()
            .filter(|header| !header.is_named("host"))
    }

    /// Checks that none of these headers is repeated, because the signature covers one value of
    /// each.
    pub(crate) fn check_single(&self, names: &[&str]) -> Result<(), Error> {
        for name in names {
            let mut named = self.headers.iter().filter(|header| header.is_named(name));
            if named.next().is_some() && named.next().is_some() {
                return Err(duplicate_header(name));
            }
        }
        Ok(())
    }

    pub(crate) fn write_origin(&self, sink: &mut impl Sink) {
        match self.origin {
            Origin::Text(origin) => sink.text(origin),
            Origin::Parts(scheme, authority) => write_origin(scheme, authority, sink),
        }
    }

    /// Returns an upper bound of the length of the URL without a signature.
    pub(crate) fn max_url_len(&self) -> usize {
        /// The length of `https://` and `:65535`.
        const AROUND_HOST: usize = 14;
        let origin = match self.origin {
            Origin::Text(origin) => origin.len(),
            Origin::Parts(_, authority) => authority.host.len().saturating_add(AROUND_HOST),
        };
        capacity([origin, self.path.max_len(), max_query_len(&self.params)])
    }
}

fn check_host_header(header: &Header<'_>, previous: Option<&[u8]>) -> Result<(), Error> {
    let host = header.trimmed();
    if host.is_empty() {
        return Err(error!(
            Header,
            "the Host header is empty; write a host name, possibly with a port"
        ));
    }
    let text = core::str::from_utf8(host).ok();
    let is_host = text.is_some_and(|host| parse_authority(host, UrlScheme::Https).is_ok());
    if !is_host {
        return Err(error!(
            Header,
            "invalid Host header {}; write a host name, possibly with a port",
            Quoted(&String::from_utf8_lossy(host))
        ));
    }
    match previous {
        Some(previous) if previous != host => Err(error!(
            Header,
            "two Host headers that differ, {} and {}; add one",
            Quoted(&String::from_utf8_lossy(previous)),
            Quoted(&String::from_utf8_lossy(host))
        )),
        _ => Ok(()),
    }
}

/// Checks the value of a `Content-Length`. A request with another one can't be sent.
#[cold]
fn check_content_length(header: &Header<'_>, previous: Option<&[u8]>) -> Result<(), Error> {
    let length = header.trimmed();
    let text = String::from_utf8_lossy(length);
    if parse_decimal(&text).is_none() {
        return Err(error!(
            Header,
            "invalid Content-Length {}; write a number of bytes",
            Quoted(&text)
        ));
    }
    match previous {
        Some(previous) if previous != length => Err(error!(
            Header,
            "two Content-Length headers that differ, {} and {}; add one",
            Quoted(&String::from_utf8_lossy(previous)),
            Quoted(&text)
        )),
        _ => Ok(()),
    }
}

pub(crate) fn duplicate_header(name: &str) -> Error {
    Error::duplicate(ErrorKind::Header, "header", name)
}
