//! The headers that a SigV4 signature names, found in the request.

use super::error::{VerifyError, refuse};
use super::received_request::ReceivedRequest;
use crate::error::Quoted;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::secrets::before_secrets;
use crate::wire::header::{Header, cmp_after_prefix, is_lowercase_token, name_prefix};
use crate::wire::inline_list::InlineList;

/// The indices of a request's signed headers, `Host` excepted.
pub(super) type SignedIndices = InlineList<u16, 16>;

/// Finds the headers that a SigV4 signature names. Checks that the request has each of them, and
/// that no other one has to be signed.
pub(super) fn find_signed_headers(
    scheme: &V4Scheme,
    request: &ReceivedRequest<'_>,
    names: &str,
    token_is_appended: bool,
) -> Result<SignedIndices, VerifyError> {
    let mut signed = SignedIndices::new();
    // Most presigned URLs sign no other header.
    if names == HOST {
        for header in request.headers.iter() {
            check_unsigned(scheme, header, token_is_appended)?;
        }
        return Ok(signed);
    }
    let mut names = SignedNames::parse(names)?;
    for (index, header) in request.headers.iter().enumerate() {
        if !names.find(header) {
            check_unsigned(scheme, header, token_is_appended)?;
        } else if !header.is_named(HOST) {
            signed.extend(u16::try_from(index));
        }
    }
    match names.missing() {
        Some(name) => Err(refuse!(
            SignedHeaderMissing,
            "the header {} is signed, but the request doesn't have it",
            Quoted(name)
        )),
        None => Ok(signed),
    }
}

const HOST: &str = "host";

/// The names of the signed headers, sorted.
struct SignedNames<'n>(InlineList<SignedName<'n>, 16>);

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
        let mut names = SignedNames(InlineList::new());
        for text in text.split(';') {
            if !is_lowercase_token(text) {
                return Err(refuse!(
                    Malformed,
                    "invalid name {} among the signed headers; write lowercase names with `;` between them",
                    Quoted(before_secrets(text))
                ));
            }
            if names.0.last().is_some_and(|previous| text <= previous.text) {
                return Err(refuse!(
                    Malformed,
                    "the signed header {} is a duplicate or not in alphabetical order",
                    Quoted(text)
                ));
            }
            names.0.push(SignedName {
                prefix: name_prefix(text),
                text,
                // Every request has a host, possibly that of its URL.
                is_found: text == HOST,
            });
        }
        // So far only `host` is marked as found.
        if names.0.iter().any(|name| name.is_found) {
            Ok(names)
        } else {
            Err(refuse!(HeaderNotSigned, "the header host is not signed"))
        }
    }

    /// Returns whether a header is signed, and remembers that it was found.
    fn find(&mut self, header: &Header<'_>) -> bool {
        let found = self.0.binary_search_by(|name| {
            let order = name.prefix.cmp(&header.name_prefix);
            order.then_with(|| cmp_after_prefix(name.text, &header.name))
        });
        match found.ok().and_then(|index| self.0.get_mut(index)) {
            Some(name) => {
                name.is_found = true;
                true
            }
            None => false,
        }
    }

    /// Returns a name that no header has.
    fn missing(&self) -> Option<&'n str> {
        let missing = self.0.iter().find(|name| !name.is_found)?;
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
    Err(refuse!(
        HeaderNotSigned,
        "the header {} is not signed; sign every {}* header",
        Quoted(&header.name),
        scheme.header_prefix
    ))
}
