//! The names of buckets and objects
//! ([buckets](https://cloud.google.com/storage/docs/buckets#naming),
//! [objects](https://cloud.google.com/storage/docs/objects#naming)).

use crate::error::{Error, Quoted, error};
use core::net::Ipv4Addr;

/// Checks the name of a bucket.
pub(super) fn check_bucket_name(name: &str) -> Result<(), Error> {
    let is_valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let rule = if !(3..=222).contains(&name.len()) {
        "it must have 3 to 63 characters, or up to 222 with dots"
    } else if name.split('.').any(|part| part.len() > 63) {
        "a part between dots must have at most 63 characters"
    } else if !name.chars().all(is_valid) {
        "it may have only lowercase letters, digits, hyphens, underscores and dots"
    } else if !name.starts_with(is_end) || !name.ends_with(is_end) {
        "it must begin and end with a letter or digit"
    } else if name.split('.').any(str::is_empty) {
        "a dot must be between other characters"
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "it must not look like an IP address"
    } else if name.starts_with("goog") || name.contains("google") || name.contains("g00gle") {
        "Google reserves names that begin with `goog` or contain `google` or `g00gle`"
    } else {
        return Ok(());
    };
    Err(error!(
        Bucket,
        "invalid bucket name {}; {rule}",
        Quoted(name)
    ))
}

/// Checks the name of an object.
pub(super) fn check_object_name(name: &str) -> Result<(), Error> {
    let rule = if matches!(name, "." | "..") {
        "it must not be a dot segment"
    } else if name.starts_with(".well-known/acme-challenge/") {
        "it must not begin with .well-known/acme-challenge/"
    } else if name.contains(['\r', '\n']) {
        "it must not contain a line break"
    } else {
        return Ok(());
    };
    Err(error!(Key, "invalid object name {}; {rule}", Quoted(name)))
}

/// Checks the domain of a universe, such as `googleapis.com`.
pub(super) fn check_universe_domain(domain: &str) -> Result<(), Error> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_label = |label: &str| !label.is_empty() && label.chars().all(is_valid);
    if domain.split('.').all(is_label) {
        return Ok(());
    }
    Err(error!(
        Endpoint,
        "invalid universe domain {}; write a domain such as googleapis.com",
        Quoted(domain)
    ))
}
