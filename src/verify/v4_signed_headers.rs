//! The headers that a SigV4 signature names, found in the request.

use super::error::{VerifyError, reject};
use super::received_request::ReceivedRequest;
use crate::error::Quoted;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::percent::LOWERCASE_TOKEN;
use crate::text::secrets::before_secrets;
use crate::wire::header::{Header, name_prefix};
use crate::wire::header_list::SortedHeaders;
use crate::wire::inline_list::InlineList;
use core::cmp::Ordering;

/// Finds the headers that a SigV4 signature names, except `Host`. Checks that the request has each
/// of them, and that no other one has to be signed.
#[inline]
pub(super) fn find_signed_headers<'r>(
    scheme: &V4Scheme,
    request: &'r ReceivedRequest<'r>,
    names: &str,
    token_is_appended: bool,
) -> Result<SortedHeaders<'r>, VerifyError> {
    let mut signed = SortedHeaders::new();
    // Most presigned URLs sign no other header.
    if names == HOST {
        for header in request.headers.iter() {
            check_unsigned(scheme, header, token_is_appended)?;
        }
        return Ok(signed);
    }
    let names = parse_names(names)?;
    let headers = request.headers.iter();
    let headers = SortedHeaders::sort(headers.filter(|header| !header.is_named(HOST)));
    let mut headers = headers.lines().iter().peekable();
    let mut missing = None;
    for name in names.iter() {
        let prefix = name_prefix(name);
        // Every request has a host, possibly that of its URL.
        let mut is_found = *name == HOST;
        while let Some(header) = headers.peek() {
            match header.cmp_name(prefix, name) {
                Ordering::Less => check_unsigned(scheme, header, token_is_appended)?,
                Ordering::Equal => {
                    signed.push(header);
                    is_found = true;
                }
                Ordering::Greater => break,
            }
            headers.next();
        }
        if !is_found {
            missing.get_or_insert(name);
        }
    }
    for header in headers {
        check_unsigned(scheme, header, token_is_appended)?;
    }
    match missing {
        Some(name) => Err(reject!(
            SignedHeaderMissing,
            "the header {} is signed, but the request doesn't have it",
            Quoted(name)
        )),
        None => Ok(signed),
    }
}

const HOST: &str = "host";

/// Parses the names of the signed headers: lowercase tokens, sorted, without duplicates, of which
/// one is `host`.
fn parse_names(text: &str) -> Result<InlineList<&str, 16>, VerifyError> {
    let mut names = InlineList::<&str, 16>::new();
    let mut unread = Some(text);
    while let Some(text) = unread {
        let end = LOWERCASE_TOKEN.prefix_len(text.as_bytes());
        let (name, after) = text.split_at_checked(end).unwrap_or_default();
        unread = after.strip_prefix(';');
        if name.is_empty() || !(after.is_empty() || unread.is_some()) {
            let name = text.split(';').next().unwrap_or_default();
            return Err(reject!(
                Malformed,
                "invalid name {} among the signed headers; write lowercase names with `;` between them",
                Quoted(before_secrets(name))
            ));
        }
        if names.last().is_some_and(|previous| name <= *previous) {
            return Err(reject!(
                Malformed,
                "the signed header {} is a duplicate or not in alphabetical order",
                Quoted(name)
            ));
        }
        names.push(name);
    }
    if names.contains(&HOST) {
        Ok(names)
    } else {
        Err(reject!(
            HeaderNotSigned,
            "the header host is not signed; sign it"
        ))
    }
}

/// Checks a header that is not signed. It must not be a header of the service.
fn check_unsigned(
    scheme: &V4Scheme,
    header: &Header<'_>,
    token_is_appended: bool,
) -> Result<(), VerifyError> {
    let is_allowed = !scheme.is_own_header(&header.name)
        // Its value is the last line of the canonical request.
        || header.is_named(scheme.content_sha256)
        || (token_is_appended && header.is_named(scheme.name(Role::SecurityToken).lowercase));
    if is_allowed {
        return Ok(());
    }
    Err(reject!(
        HeaderNotSigned,
        "the header {} is not signed; sign every {}* header",
        Quoted(&header.name),
        scheme.header_prefix
    ))
}
