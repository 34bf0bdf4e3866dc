//! The address of one service of an account.

use crate::error::{Error, Quoted, error};
use crate::wire::url::{Url, write_origin};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};

/// The URL of a service and its parts.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    /// `https://host:port`, in lowercase and without the default port.
    pub(super) origin: Box<str>,
    /// The host with its port.
    pub(super) authority: Box<str>,
    /// The path before the container, percent-encoded: empty, or `/devstoreaccount1`.
    pub(super) path: Box<str>,
    /// The URL of the service, with a slash at its end.
    pub(super) url: Box<str>,
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
        let path = parsed.target.path.trim_end_matches('/');
        Ok(Endpoint::new(origin, authority, path.into()))
    }

    fn new(origin: String, authority: String, path: String) -> Self {
        Endpoint {
            url: format!("{origin}{path}/").into_boxed_str(),
            origin: origin.into_boxed_str(),
            authority: authority.into_boxed_str(),
            path: path.into_boxed_str(),
        }
    }

    /// Returns the secondary endpoint.
    pub(super) fn secondary(&self, account: &str) -> Result<Self, Error> {
        if self.path.strip_prefix('/') == Some(account) {
            return Ok(Endpoint::new(
                self.origin.to_string(),
                self.authority.to_string(),
                format!("{}-secondary", self.path),
            ));
        }
        let after_name = self.authority.strip_prefix(account);
        match (after_name, self.origin.split_once("://")) {
            (Some(domain), Some((scheme, _))) if domain.starts_with('.') => {
                let authority = format!("{account}-secondary{domain}");
                let origin = format!("{scheme}://{authority}");
                Ok(Endpoint::new(origin, authority, self.path.to_string()))
            }
            _ => Err(error!(
                Endpoint,
                "the endpoint {} doesn't contain the name of the account, so the secondary \
                 endpoint can't be derived; set it with `Account::endpoint`",
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
}
