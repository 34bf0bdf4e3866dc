//! URLs in their parts. They are parsed without being rewritten, because the signature covers them
//! as they are sent.

use super::path::Path;
use crate::error::{Error, Quoted, error};
use crate::text::percent::{HOST, invalid_escape};
use crate::text::sink::Sink;
use alloc::string::String;
use core::net::Ipv6Addr;

/// `http` or `https`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UrlScheme {
    Http,
    Https,
}

impl UrlScheme {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            UrlScheme::Http => "http",
            UrlScheme::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            UrlScheme::Http => 80,
            UrlScheme::Https => 443,
        }
    }
}

/// Host and port as the `Host` header has them: without the scheme's default port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authority<'a> {
    /// Possibly with uppercase letters; it is written in lowercase.
    pub(crate) host: &'a str,
    /// `None` if it is the scheme's default port.
    pub(crate) port: Option<u16>,
}

impl Authority<'_> {
    pub(crate) fn write(self, sink: &mut impl Sink) {
        sink.lowercase(self.host);
        if let Some(port) = self.port {
            sink.text(":");
            sink.decimal(port.into());
        }
    }

    /// Returns whether two authorities name the same host and port. The schemes may be unknown, so
    /// the default ports of both count as none.
    pub(crate) fn is_same(self, other: Authority<'_>) -> bool {
        self.host.eq_ignore_ascii_case(other.host) && self.unusual_port() == other.unusual_port()
    }

    /// Returns the port, unless it is the default of a scheme.
    fn unusual_port(self) -> Option<u16> {
        let defaults = [UrlScheme::Http, UrlScheme::Https].map(UrlScheme::default_port);
        self.port.filter(|port| !defaults.contains(port))
    }
}

/// Writes `https://host:port`.
pub(crate) fn write_origin(scheme: UrlScheme, authority: Authority<'_>, sink: &mut impl Sink) {
    sink.text(scheme.as_str());
    sink.text("://");
    authority.write(sink);
}

/// Returns the URL of a WebSocket: `ws` and `wss` in place of `http` and `https`.
pub(crate) fn websocket_url(url: &str) -> String {
    let after = url.strip_prefix("http").unwrap_or(url);
    ["ws", after].concat()
}

/// A request's target: path and query as they are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
}

impl<'a> Target<'a> {
    pub(crate) fn parse(text: &'a str) -> Self {
        // `split_once` takes longer for a short path, because it first aligns its search to words.
        let end = text.bytes().position(|byte| byte == b'?');
        let parts = end.and_then(|end| text.split_at_checked(end));
        let (path, query) = parts.unwrap_or((text, ""));
        Target {
            path,
            query: query.strip_prefix('?'),
        }
    }
}

/// An absolute URL in its parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Url<'a> {
    pub(crate) scheme: UrlScheme,
    pub(crate) authority: Authority<'a>,
    pub(crate) target: Target<'a>,
}

impl<'a> Url<'a> {
    /// Parses a URL and checks all of it.
    pub(crate) fn parse(url: &'a str) -> Result<Self, Error> {
        let url = Url::parse_before_query(url)?;
        check_sendable("query", url.target.query.unwrap_or_default())?;
        Ok(url)
    }

    /// Parses a URL and checks everything before its query.
    pub(crate) fn parse_before_query(url: &'a str) -> Result<Self, Error> {
        let (scheme, rest) = split_scheme(url)?;
        let host_len = HOST.prefix_len(rest.as_bytes());
        let mut after_host = rest.bytes().skip(host_len);
        let end = after_host
            .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
            .map_or(rest.len(), |end| host_len.saturating_add(end));
        let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let target = Target::parse(target);
        let authority = if end == host_len && !authority.is_empty() {
            // Most URLs have neither a user nor a port.
            Authority {
                host: authority,
                port: None,
            }
        } else {
            parse_authority(authority, scheme).map_err(|error| {
                // A secret key with a slash that is written as a password ends up in the path.
                if target.path.contains('@') {
                    user_error()
                } else {
                    error
                }
            })?
        };
        check_sendable("path", target.path)?;
        Ok(Url {
            scheme,
            authority,
            target,
        })
    }

    pub(crate) fn path(&self) -> Path<'a> {
        Path::Url(self.target.path)
    }
}

/// Splits a URL at its `://`.
fn split_scheme(url: &str) -> Result<(UrlScheme, &str), Error> {
    for scheme in [UrlScheme::Https, UrlScheme::Http] {
        if let Some((front, rest)) = url.split_at_checked(scheme.as_str().len())
            && front.eq_ignore_ascii_case(scheme.as_str())
            && let Some(rest) = rest.strip_prefix("://")
        {
            return Ok((scheme, rest));
        }
    }
    Err(match url.split_once("://") {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("wss") => error!(
            Url,
            "unsupported URL scheme `wss`; sign the URL with https, and change the scheme of the result to wss"
        ),
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("ws") => error!(
            Url,
            "unsupported URL scheme `ws`; sign the URL with http, and change the scheme of the result to ws"
        ),
        Some((scheme, _)) => error!(
            Url,
            "unsupported URL scheme {}; use https or http",
            Quoted(without_secrets(scheme))
        ),
        None => error!(
            Url,
            "{} is not an absolute URL; begin it with https:// or http://",
            Quoted(without_secrets(url))
        ),
    })
}

/// Returns the part of a would-be URL that a message may show: no query and no user, because they
/// may contain a signature or a secret.
pub(crate) fn without_secrets(url: &str) -> &str {
    let front = url.split('?').next().unwrap_or_default();
    front.rsplit('@').next().unwrap_or_default()
}

fn user_error() -> Error {
    error!(
        Url,
        "the URL contains a user name; remove it, because credentials are an argument of signing"
    )
}

pub(crate) fn parse_authority(text: &str, scheme: UrlScheme) -> Result<Authority<'_>, Error> {
    // Most hosts have neither a user nor a port.
    if HOST.contains_all(text) && !text.is_empty() {
        return Ok(Authority {
            host: text,
            port: None,
        });
    }
    if text.contains('@') {
        return Err(user_error());
    }
    let colon = match text.rfind(']') {
        // The colons within the brackets of an IPv6 address are not the port's.
        Some(bracket) => Some(bracket.saturating_add(1)),
        None => text.find(':'),
    };
    let (host, port) = colon
        .and_then(|colon| text.split_at_checked(colon))
        .unwrap_or((text, ""));
    check_host(host)?;
    let digits = port
        .strip_prefix(':')
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let port = match digits {
        None if port.is_empty() => None,
        // RFC 3986 allows a colon without digits; it means the default port.
        Some("") => None,
        digits => match digits.and_then(|digits| digits.parse().ok()) {
            None | Some(0) => {
                return Err(error!(
                    Url,
                    "invalid port {} in the URL; write a number from 1 to 65535",
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
        return Err(error!(Url, "the URL has no host; write one after https://"));
    }
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or_default();
        return match address.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err(error!(
                Url,
                "invalid IPv6 address {}; write it in brackets, such as [2001:db8::1]",
                Quoted(host)
            )),
        };
    }
    let valid = HOST.prefix_len(host.as_bytes());
    match host.get(valid..).and_then(|rest| rest.chars().next()) {
        None => Ok(()),
        Some(c) if c.is_ascii() => Err(error!(
            Url,
            "invalid character {} in the host {}; use letters, digits, `-`, `.` and `_`",
            Quoted(c.encode_utf8(&mut [0; 4])),
            Quoted(host)
        )),
        Some(_) => Err(error!(
            Url,
            "the host {} is not ASCII; write it in its xn-- form",
            Quoted(host)
        )),
    }
}

/// Checks a path or query: whole escapes, no fragment, and no control character, which no client
/// would send unencoded.
pub(crate) fn check_sendable(part: &str, text: &str) -> Result<(), Error> {
    // One fold over all bytes is vectorized; most texts have none of these.
    let (is_forbidden, has_escape) = text.bytes().fold((false, false), |(any, escape), byte| {
        let is_forbidden = byte.is_ascii_control() | (byte == b'#');
        (any | is_forbidden, escape | (byte == b'%'))
    });
    if is_forbidden {
        let control = text.chars().find(char::is_ascii_control);
        return Err(match control.filter(|_| !text.contains('#')) {
            Some(c) => error!(
                Url,
                "invalid control character {} in the {part}; percent-encode it",
                Quoted(c.encode_utf8(&mut [0; 4]))
            ),
            None => error!(
                Url,
                "the URL has a fragment, which is never sent; encode a literal `#` as %23"
            ),
        });
    }
    let escape = if has_escape {
        invalid_escape(text)
    } else {
        None
    };
    match escape {
        None => Ok(()),
        Some(escape) => Err(error!(
            Url,
            "invalid percent escape {} in the {part}; encode a literal `%` as %25",
            Quoted(escape)
        )),
    }
}
