//! The request's method.

use super::header::is_token;
use crate::error::{Error, Quoted, error};

/// Checks that a method can be sent and is written as clients send it.
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
            "invalid method {}; write a token such as GET",
            Quoted(method)
        ));
    }
    let uppercase = KNOWN
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(method));
    match uppercase {
        // Clients send these in uppercase, so a signature over another spelling would never match.
        Some(known) => Err(error!(
            Method,
            "the method {} is not in uppercase; write {known}",
            Quoted(method)
        )),
        None => Ok(()),
    }
}
