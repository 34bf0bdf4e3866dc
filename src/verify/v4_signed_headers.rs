//! The headers that a SigV4 signature names, found in the request.

use super::error::{VerifyError, reject};
use super::received_request::ReceivedRequest;
use crate::error::Quoted;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::percent::LOWERCASE_TOKEN;
use crate::text::secrets::before_secrets;
use crate::wire::header::{Header, cmp_after_prefix, name_prefix};
use crate::wire::header_list::SortedHeaders;
use crate::wire::inline_list::InlineList;
use core::cmp::Ordering;

/// Finds the headers that a SigV4 signature names, except `Host`. Checks that the request has each
/// of them, and that no other one has to be signed.
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
    let mut names = SignedNames::parse(names)?;
    let headers = request.headers.iter();
    let headers = SortedHeaders::sort(headers.filter(|header| !header.is_named(HOST)));
    for header in headers.lines().iter() {
        if names.find(header) {
            signed.push(header);
        } else {
            check_unsigned(scheme, header, token_is_appended)?;
        }
    }
    match names.missing() {
        Some(name) => Err(reject!(
            SignedHeaderMissing,
            "the header {} is signed, but the request doesn't have it",
            Quoted(name)
        )),
        None => Ok(signed),
    }
}

const HOST: &str = "host";

/// The names of the signed headers, sorted.
struct SignedNames<'n> {
    names: InlineList<SignedName<'n>, 16>,
    /// The index of the first name that no header has passed.
    next: usize,
}

#[derive(Clone, Copy, Default)]
struct SignedName<'n> {
    prefix: u64,
    text: &'n str,
    is_found: bool,
}

impl<'n> SignedNames<'n> {
    /// Checks that the names are lowercase tokens, sorted, without duplicates, and that one is
    /// `host`.
    fn parse(text: &'n str) -> Result<Self, VerifyError> {
        let mut names = InlineList::<SignedName<'_>, 16>::new();
        let mut rest = text;
        loop {
            let end = LOWERCASE_TOKEN.prefix_len(rest.as_bytes());
            let (text, after) = rest.split_at_checked(end).unwrap_or_default();
            if text.is_empty() || !(after.is_empty() || after.starts_with(';')) {
                let text = rest.split(';').next().unwrap_or_default();
                return Err(reject!(
                    Malformed,
                    "invalid name {} among the signed headers; write lowercase names with `;` between them",
                    Quoted(before_secrets(text))
                ));
            }
            if names.last().is_some_and(|previous| text <= previous.text) {
                return Err(reject!(
                    Malformed,
                    "the signed header {} is a duplicate or not in alphabetical order",
                    Quoted(text)
                ));
            }
            names.push(SignedName {
                prefix: name_prefix(text),
                text,
                // Every request has a host, possibly that of its URL.
                is_found: text == HOST,
            });
            match after.strip_prefix(';') {
                Some(after) => rest = after,
                None => break,
            }
        }
        // So far only `host` is marked as found.
        if names.iter().any(|name| name.is_found) {
            Ok(SignedNames { names, next: 0 })
        } else {
            Err(reject!(
                HeaderNotSigned,
                "the header host is not signed; sign it"
            ))
        }
    }

    /// Returns whether a header is signed, and remembers that it was found. The headers have to be
    /// given in the order of their names.
    fn find(&mut self, header: &Header<'_>) -> bool {
        while let Some(name) = self.names.get_mut(self.next) {
            let order = name.prefix.cmp(&header.name_prefix);
            match order.then_with(|| cmp_after_prefix(name.text, &header.name)) {
                Ordering::Less => self.next = self.next.saturating_add(1),
                Ordering::Equal => {
                    name.is_found = true;
                    return true;
                }
                Ordering::Greater => return false,
            }
        }
        false
    }

    /// Returns a name that no header has.
    fn missing(&self) -> Option<&'n str> {
        let missing = self.names.iter().find(|name| !name.is_found)?;
        Some(missing.text)
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
