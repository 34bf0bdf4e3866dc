//! URLs in the settings of a store: an endpoint, or a public URL that replaces the signed one.

use crate::error::{Error, Quoted, error};
use crate::text::percent::{Component, PATH};
use crate::wire::url::{Url, without_secrets, write_origin};
use alloc::string::String;

/// Parses a URL without a query. `setting` names it in an error.
pub(crate) fn parse_base<'a>(setting: &str, url: &'a str) -> Result<Url<'a>, Error> {
    let parsed = Url::parse(url)?;
    // Paths are written with their encoding normalized, which would make it a separator.
    if parsed.target.path.to_ascii_lowercase().contains("%2f") {
        return Err(error!(
            Endpoint,
            "the path of the {setting} {} contains %2F; write a slash, or leave it out",
            Quoted(without_secrets(url))
        ));
    }
    match parsed.target.query {
        None => Ok(parsed),
        Some(_) => Err(error!(
            Endpoint,
            "the {setting} {} has a query; write scheme, host, and optionally port and path",
            Quoted(url.split('?').next().unwrap_or_default())
        )),
    }
}

/// Returns a path, canonically encoded, with a slash at its end.
pub(crate) fn path_prefix(path: &str) -> String {
    let mut prefix = String::new();
    Component::Encoded(path).write(&PATH, &mut prefix);
    if !prefix.ends_with('/') {
        prefix.push('/');
    }
    prefix
}

/// Returns the prefix of URLs that are shown instead of the signed ones, without a slash at its
/// end.
pub(super) fn public_origin(url: &str) -> Result<String, Error> {
    let Url {
        scheme,
        authority,
        target,
    } = parse_base("public URL", url)?;
    let mut origin = String::new();
    write_origin(scheme, authority, &mut origin);
    Component::Encoded(target.path).write(&PATH, &mut origin);
    if origin.ends_with('/') {
        origin.pop();
    }
    Ok(origin)
}
