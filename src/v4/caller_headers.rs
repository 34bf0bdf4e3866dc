//! The caller's headers that signing would add, too, or that contradict the signature.

use super::payload::{PayloadLine, check_content_sha256};
use crate::error::{Error, error};
use crate::scheme::detect::in_query;
use crate::scheme::services::SessionToken;
use crate::scheme::v4_scheme::{Conventions, Role, V4Scheme};
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::header::Header;
use crate::wire::request_parts::{RequestParts, duplicate_header};

/// The caller's headers that belong to the signature.
pub(crate) struct SignatureHeaders<'a> {
    names: &'a HeaderNames,
    date: Option<&'a Header<'a>>,
    content_sha256: Option<&'a Header<'a>>,
    token: Option<&'a Header<'a>>,
    other_token: Option<&'a Header<'a>>,
    region_set: Option<&'a Header<'a>>,
}

/// Names of headers, in lowercase.
#[derive(Clone, Copy)]
pub(crate) struct HeaderNames {
    pub(crate) date: &'static str,
    pub(crate) content_sha256: &'static str,
    pub(crate) token: &'static str,
    /// The name of the other kind of session token.
    other_token: &'static str,
    pub(crate) region_set: Option<&'static str>,
    conventions: &'static Conventions,
}

impl HeaderNames {
    pub(crate) fn new(scheme: &V4Scheme, session_token: SessionToken) -> Self {
        HeaderNames {
            date: scheme.name(Role::Date).lowercase,
            content_sha256: scheme.content_sha256,
            token: scheme.name(session_token.role()).lowercase,
            other_token: scheme.name(session_token.other_role()).lowercase,
            region_set: scheme.region_set().map(|name| name.lowercase),
            conventions: scheme.conventions,
        }
    }
}

impl<'a> SignatureHeaders<'a> {
    /// Finds the headers.
    ///
    /// # Errors
    /// [`ErrorKind::Header`](crate::ErrorKind::Header) if one of them is repeated: the server would
    /// join the values.
    pub(crate) fn find(parts: &RequestParts<'a>, names: &'a HeaderNames) -> Result<Self, Error> {
        let mut found = SignatureHeaders {
            names,
            date: None,
            content_sha256: None,
            token: None,
            other_token: None,
            region_set: None,
        };
        for header in parts.headers {
            let (name, slot) = if header.is_named(names.date) {
                (names.date, &mut found.date)
            } else if header.is_named(names.content_sha256) {
                (names.content_sha256, &mut found.content_sha256)
            } else if header.is_named(names.token) {
                (names.token, &mut found.token)
            } else if header.is_named(names.other_token) {
                (names.other_token, &mut found.other_token)
            } else {
                continue;
            };
            if slot.replace(header).is_some() {
                return Err(duplicate_header(name));
            }
        }
        if let Some(name) = names.region_set {
            let mut headers = parts.headers.iter();
            found.region_set = headers.find(|header| header.is_named(name));
            if headers.any(|header| header.is_named(name)) {
                return Err(duplicate_header(name));
            }
        }
        Ok(found)
    }

    /// Checks that no header repeats a parameter of a presigned URL.
    pub(crate) fn check_presigned(
        &self,
        parts: &RequestParts<'_>,
        time: &str,
    ) -> Result<(), Error> {
        let date = if self.names.conventions.signs_date_header {
            self.has_date(time)?;
            None
        } else {
            self.date
        };
        for (name, header) in [
            (AUTHORIZATION, parts.header(AUTHORIZATION)),
            (self.names.date, date),
            (self.names.token, self.token),
            (self.names.other_token, self.other_token),
            (self.names.region_set.unwrap_or_default(), self.region_set),
        ] {
            if header.is_some() {
                return Err(in_query(name));
            }
        }
        Ok(())
    }

    /// Returns whether the caller's headers contain the date.
    ///
    /// # Errors
    /// [`ErrorKind::Header`](crate::ErrorKind::Header) if it isn't the signing time.
    pub(crate) fn has_date(&self, time: &str) -> Result<bool, Error> {
        has_value(self.date, self.names.date, time)
    }

    /// Returns the name of the header with the region set, if the caller's headers don't contain
    /// it; `None` if the scheme has none.
    ///
    /// # Errors
    /// [`ErrorKind::Header`](crate::ErrorKind::Header) if it is another set.
    pub(crate) fn missing_region_set(&self, set: &str) -> Result<Option<&'static str>, Error> {
        match self.names.region_set {
            Some(name) if !has_value(self.region_set, name, set)? => Ok(Some(name)),
            _ => Ok(None),
        }
    }

    /// Returns whether the caller's headers contain the session token of the credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Header`](crate::ErrorKind::Header) for another token, and for tokens of both
    /// kinds. Credentials without a token contradict none.
    pub(crate) fn has_token(&self, token: Option<&str>) -> Result<bool, Error> {
        let has_token = match token {
            Some(token) => has_value(self.token, self.names.token, token)?,
            None => false,
        };
        if self.other_token.is_some() && (token.is_some() || self.token.is_some()) {
            return Err(error!(
                Header,
                "two session tokens, {} and {}; leave the first out",
                self.names.other_token,
                self.names.token
            ));
        }
        Ok(has_token)
    }

    /// Returns the payload's hash in the caller's header.
    ///
    /// # Errors
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) if that is neither a hash nor a text that
    /// replaces it, or contradicts the payload.
    pub(crate) fn payload(
        &self,
        payload: Option<&PayloadLine<'_>>,
    ) -> Result<Option<&'a str>, Error> {
        let Some(header) = self.content_sha256 else {
            return Ok(None);
        };
        let value = header.trimmed();
        let text = match core::str::from_utf8(value) {
            Ok(text) if !self.names.conventions.checks_content_sha256 => text,
            _ => check_content_sha256(value)?,
        };
        match payload {
            Some(payload) if payload.as_str() != text => Err(error!(
                Payload,
                "the header {} is {text}, but the payload is {}; set one of them",
                self.names.content_sha256,
                payload.as_str()
            )),
            _ => Ok(Some(text)),
        }
    }
}

/// Returns whether a header has this value; not if it is missing. The error quotes no value,
/// because it may be a session token.
fn has_value(header: Option<&Header<'_>>, name: &str, value: &str) -> Result<bool, Error> {
    match header {
        None => Ok(false),
        Some(header) if header.trimmed() == value.as_bytes() => Ok(true),
        Some(_) => Err(error!(
            Header,
            "the header {name} differs from the value that signing adds; leave it out"
        )),
    }
}
