//! The fast reader of a presigned URL's query. It accepts the parts of the signature first and in
//! canonical order, then other parameters in canonical order, then the signature. A canonical query
//! with a parameter before `X-Amz-Algorithm`, such as `Action`, is left to the plain reader.
//!
//! Most signers write the query so. Verification then takes a third less time than with
//! [`V4Claim::from_query`], because no parameter is compared with every name, and the canonical
//! query is the received one.

use super::authentication::{Authentication, Carrier, Claim, nonempty_token};
use super::v4_claim::{V4Claim, parse_expires};
use crate::scheme::detect::V2Signals;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::percent::{Component, UNRESERVED};
use crate::time::AmzDate;
use crate::wire::query::Param;
use alloc::borrow::Cow;

impl<'r> V4Claim<'r> {
    /// Reads the signature from a query that is canonical.
    ///
    /// Returns `None` for any other query, and for one that [`from_query`](V4Claim::from_query)
    /// rejects or that may have a second signature.
    #[inline]
    pub(super) fn from_canonical_query(scheme: &'static V4Scheme, query: &'r str) -> Option<Self> {
        // SigV4a is left to the plain reader: its region set is a parameter, and its signatures
        // vary in length.
        if !scheme.scope_has_region {
            return None;
        }
        // The names are sorted as the parameters are.
        let [
            algorithm,
            credential,
            date,
            expires,
            tokens @ ..,
            names,
            signature,
        ] = scheme.names
        else {
            return None;
        };
        let (signed, signature) = split_signature(query, signature.query_start)?;
        let query = signed.strip_prefix(algorithm.query_start.get(1..)?)?;
        let query = query.strip_prefix(scheme.algorithm)?;
        let query = query.strip_prefix(credential.query_start)?;
        // The only escapes of the credential are those of its slashes.
        let (access_key_id, query) = split_credential_part(query)?;
        let (scope_date, query) = query.split_at_checked("20130524".len())?;
        let (region, query) = split_credential_part(query.strip_prefix("%2F")?)?;
        let (service, query) = split_credential_part(query)?;
        let query = query.strip_prefix(scheme.terminator)?;
        let query = query.strip_prefix(date.query_start)?;
        let (date, query) = query.split_at_checked("20130524T000000Z".len())?;
        let (time, signed_at) = AmzDate::parse(date)?;
        if scope_date.as_bytes() != time.date_bytes() {
            return None;
        }
        let (expires, mut query) = split_value(query.strip_prefix(expires.query_start)?)?;
        // Escaped digits are left to the plain reader.
        let expires_at = signed_at.saturating_add(parse_expires(expires.text())?);
        let (mut token, mut express_token) = (None, None);
        for name in tokens {
            if let Some(after) = query.strip_prefix(name.query_start) {
                let (value, after) = split_value(after)?;
                match name.role {
                    Role::SecurityToken => token = Some(value),
                    Role::ExpressToken => express_token = Some(value),
                    _ => return None,
                }
                query = after;
            }
        }
        let (signed_headers, query) = split_value(query.strip_prefix(names.query_start)?)?;
        check_other_params(scheme, query, names.query)?;
        Some(V4Claim {
            scheme,
            common: Claim {
                authentication: Authentication {
                    access_key_id: Cow::Borrowed(access_key_id),
                    scheme: scheme.id,
                    carrier: Carrier::Query,
                    region: Some(Cow::Borrowed(region)),
                    service: Some(Cow::Borrowed(service)),
                    signed_at: Some(signed_at),
                    expires_at: Some(expires_at),
                },
                token: nonempty_token(token),
                signature: Component::Raw(signature),
            },
            time,
            signed_headers: signed_headers.to_text()?,
            express_token: nonempty_token(express_token),
            content_sha256: None,
            canonical_query: Some(signed),
        })
    }
}

/// Checks that the remaining parameters are canonical, sorted, and not part of a signature.
fn check_other_params(scheme: &V4Scheme, mut params: &str, last_name: &str) -> Option<()> {
    let mut previous = (last_name, "");
    while !params.is_empty() {
        let (name, after) = split_other_name(scheme, params.strip_prefix('&')?)?;
        let (value, after) = split_value(after)?;
        let param = (name, value.text());
        if previous > param {
            return None;
        }
        previous = param;
        params = after;
    }
    Some(())
}

/// Splits a query before its signature, the last parameter.
fn split_signature<'r>(query: &'r str, query_start: &str) -> Option<(&'r str, &'r str)> {
    /// The length of an HMAC-SHA256 in hexadecimal digits.
    const DIGITS: usize = 64;
    let (front, signature) = query.split_at_checked(query.len().checked_sub(DIGITS)?)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() | (b'a'..=b'f').contains(&byte);
    // A fold without a branch is faster than `all`.
    let is_hex = signature
        .bytes()
        .fold(true, |all, byte| all & is_digit(byte));
    Some((front.strip_suffix(query_start)?, signature)).filter(|_| is_hex)
}

/// Splits a part of a credential at the slash after it.
fn split_credential_part(text: &str) -> Option<(&str, &str)> {
    let (part, after) = text.split_at_checked(UNRESERVED.prefix_len(text.as_bytes()))?;
    let after = after.strip_prefix("%2F")?;
    (!part.is_empty()).then_some((part, after))
}

/// Splits the name of a parameter that isn't part of the signature from its value.
fn split_other_name<'r>(scheme: &V4Scheme, text: &'r str) -> Option<(&'r str, &'r str)> {
    let (name, after) = text.split_at_checked(UNRESERVED.prefix_len(text.as_bytes()))?;
    let value = after.strip_prefix('=')?;
    let param = Param::raw(name, None);
    let is_other = scheme.name_of(&param).is_none() && !V2Signals::contains(&param);
    // Only the plain reader reads the payload's hash.
    let is_other = is_other && !name.eq_ignore_ascii_case(scheme.content_sha256);
    is_other.then_some((name, value))
}

/// Splits a canonical value from the text after it.
fn split_value(text: &str) -> Option<(Component<'_>, &str)> {
    let (plain, after) = text.split_at_checked(UNRESERVED.prefix_len(text.as_bytes()))?;
    if !after.starts_with('%') {
        return Some((Component::Raw(plain), after));
    }
    let escaped = UNRESERVED.canonical_prefix_len(after.as_bytes());
    let (value, after) = text.split_at_checked(plain.len().saturating_add(escaped))?;
    Some((Component::Encoded(value), after))
}

#[cfg(test)]
mod tests {
    use crate::scheme::aws::AWS4;
    use crate::verify::v4_claim::V4Claim;
    use alloc::format;

    #[test]
    fn the_form_of_nearly_every_signer_is_accepted() {
        for others in ["", "&x-id=GetObject", "&partNumber=1&versionId="] {
            let query = format!(
                "X-Amz-Algorithm=AWS4-HMAC-SHA256\
                 &X-Amz-Credential=A%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
                 &X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-Security-Token=a%2Bb\
                 &X-Amz-SignedHeaders=host%3Bx-amz-acl{others}&X-Amz-Signature={}",
                "0123456789abcdef".repeat(4)
            );
            assert!(
                V4Claim::from_canonical_query(&AWS4, &query).is_some(),
                "{query}"
            );
        }
    }
}
