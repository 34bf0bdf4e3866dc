//! The address of one service of an account.

use crate::error::{Error, Quoted, error};
use crate::text::sink::Sink;
use crate::wire::url::{Url, write_origin};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

/// The URL of a service, without a slash at its end.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    /// `https://host:port`, in lowercase and without the default port.
    pub(super) origin: Box<str>,
    /// The host with its port.
    pub(super) authority: Box<str>,
    /// The path before the container, percent-encoded: empty, or `/devstoreaccount1`.
    pub(super) path: Box<str>,
}

impl Endpoint {
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let parsed = Url::parse(url)?;
        if parsed.target.query.is_some() {
            return Err(error!(
                Url,
                "the endpoint has a query; write its URL without one"
            ));
        }
        let (mut origin, mut authority) = (String::new(), String::new());
        write_origin(parsed.scheme, parsed.authority, &mut origin);
        parsed.authority.write(&mut authority);
        Ok(Endpoint {
            origin: origin.into_boxed_str(),
            authority: authority.into_boxed_str(),
            path: Box::from(parsed.target.path.trim_end_matches('/')),
        })
    }

    /// Returns the secondary endpoint.
    pub(super) fn secondary(&self, account: &str) -> Result<Self, Error> {
        let mut secondary = self.clone();
        if self.path.strip_prefix('/') == Some(account) {
            secondary.path = format!("{}-secondary", self.path).into_boxed_str();
            return Ok(secondary);
        }
        let after_name = self.authority.strip_prefix(account);
        match (after_name, self.origin.split_once("://")) {
            (Some(domain), Some((scheme, _))) if domain.starts_with('.') => {
                secondary.authority = format!("{account}-secondary{domain}").into_boxed_str();
                secondary.origin = format!("{scheme}://{}", secondary.authority).into_boxed_str();
                Ok(secondary)
            }
            _ => Err(error!(
                Endpoint,
                "the endpoint {} doesn't contain the name of the account, so its secondary one is \
                 unknown; set it by its URL",
                Quoted(&self.origin)
            )),
        }
    }

    /// Returns the rest of a URL's path, without its first slash, if the URL begins with this one.
    pub(super) fn strip<'p>(&self, authority: &str, path: &'p str) -> Option<&'p str> {
        if *self.authority != *authority {
            return None;
        }
        match path.strip_prefix(&*self.path)? {
            "" => Some(""),
            rest => rest.strip_prefix('/'),
        }
    }

    pub(super) fn url_len(&self) -> usize {
        self.origin.len().saturating_add(self.path.len())
    }

    pub(super) fn write_url(&self, sink: &mut impl Sink) {
        sink.text(&self.origin);
        sink.text(&self.path);
    }
}
