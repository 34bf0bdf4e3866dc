//! The SigV4 signature that a request states: its parts, checked only for their form.

use super::authentication::{Authentication, Carrier, Claim, nonempty_token};
use super::error::{VerifyError, reject};
use crate::error::Quoted;
use crate::scheme::credential::Credential;
use crate::scheme::region_set::check_region_set;
use crate::scheme::services::{ServiceRules, SessionToken};
use crate::scheme::v4_scheme::{Name, Role, V4Scheme};
use crate::text::decimal::parse_decimal;
use crate::text::percent::Component;
use crate::time::AmzDate;
use crate::wire::query::Param;
use alloc::borrow::Cow;
use core::time::Duration;

/// A SigV4 signature as a request states it.
#[derive(Clone)]
pub(super) struct V4Claim<'r> {
    pub(super) scheme: &'static V4Scheme,
    /// The parts that all schemes have.
    pub(super) common: Claim<'r>,
    pub(super) time: AmzDate,
    /// `host;x-amz-date`; empty in a form.
    pub(super) signed_headers: Cow<'r, str>,
    /// The session token of S3 Express, which means nothing to other services.
    pub(super) express_token: Option<Component<'r>>,
    /// The payload's hash, or the text that replaces it, if the query states it.
    pub(super) content_sha256: Option<Component<'r>>,
    /// The signed part of the query, if it is canonical as received.
    pub(super) canonical_query: Option<&'r str>,
}

impl<'r> V4Claim<'r> {
    /// Returns the session token, which S3 Express has under its own name.
    pub(super) fn token(&self, rules: ServiceRules) -> Result<Option<Component<'r>>, VerifyError> {
        let is_express = rules.session_token == SessionToken::S3Express;
        let express_token = self.express_token.filter(|_| is_express);
        match (self.common.token, express_token) {
            (Some(_), Some(_)) => Err(reject!(
                Repeated,
                "two session tokens, {} and {}; send one",
                self.scheme.name(Role::SecurityToken).lowercase,
                self.scheme.name(Role::ExpressToken).lowercase
            )),
            (token, express_token) => Ok(token.or(express_token)),
        }
    }
}

/// The parts of a signature in a query or a form, by their roles.
pub(super) struct V4Parts<'r> {
    scheme: &'static V4Scheme,
    carrier: Carrier,
    values: [Option<Component<'r>>; ROLES],
    content_sha256: Option<Component<'r>>,
}

const ROLES: usize = Role::Signature as usize + 1;

impl<'r> V4Parts<'r> {
    pub(super) fn new(scheme: &'static V4Scheme, carrier: Carrier) -> Self {
        V4Parts {
            scheme,
            carrier,
            values: [None; ROLES],
            content_sha256: None,
        }
    }

    /// Adds a part. A part without a value counts as empty.
    pub(super) fn add(
        &mut self,
        name: &Name,
        value: Option<Component<'r>>,
    ) -> Result<(), VerifyError> {
        let slot = self.values.get_mut(name.role as usize);
        match slot.and_then(|slot| slot.replace(value.unwrap_or_default())) {
            Some(_) => Err(VerifyError::duplicate(self.noun(), self.name_of(name.role))),
            None => Ok(()),
        }
    }

    /// Adds a parameter that isn't part of the signature. The SDK for JavaScript states the
    /// payload's hash in one.
    pub(super) fn add_other(&mut self, param: &Param<'r>) -> Result<(), VerifyError> {
        let name = self.scheme.content_sha256;
        if param.name.decodes_to_ignore_case(name)
            && let Some(_) = (self.content_sha256).replace(param.value.unwrap_or_default())
        {
            return Err(VerifyError::duplicate("parameter", name));
        }
        Ok(())
    }

    /// Returns the algorithm that is stated; it is empty if none is.
    pub(super) fn algorithm(&self) -> &'r str {
        self.get(Role::Algorithm).unwrap_or_default().text()
    }

    pub(super) fn set_scheme(&mut self, scheme: &'static V4Scheme) {
        self.scheme = scheme;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.iter().all(Option::is_none)
    }

    /// Checks that all parts are there, and parses them.
    pub(super) fn parse(self) -> Result<V4Claim<'r>, VerifyError> {
        let is_query = self.carrier == Carrier::Query;
        let algorithm = self.required(Role::Algorithm)?;
        let credential = self.required(Role::Credential)?;
        let date = self.required(Role::Date)?;
        let expires = if is_query {
            Some(self.required(Role::Expires)?)
        } else {
            None
        };
        let signed_headers = if is_query {
            self.required(Role::SignedHeaders)?
        } else {
            Component::default()
        };
        let signature = self.required(Role::Signature)?;
        check_algorithm(self.scheme, algorithm)?;
        let time = date.to_text().and_then(|text| AmzDate::parse(&text));
        let Some((time, signed_at)) = time else {
            return Err(invalid_date(self.name_of(Role::Date), date.text()));
        };
        let expires_in = expires.map(|expires| {
            let parsed = expires.to_text().and_then(|text| parse_expires(&text));
            parsed.ok_or_else(|| {
                reject!(
                    Malformed,
                    "invalid {} {}; write a number of seconds, at least 1",
                    self.name_of(Role::Expires),
                    Quoted(expires.text())
                )
            })
        });
        let expires_in = expires_in.transpose()?;
        let mut credential = parse_credential(self.scheme, credential, &time)?;
        if self.scheme.region_set().is_some() {
            credential.region = parse_region_set(self.required(Role::RegionSet)?)?;
        }
        let signed_headers = parse_signed_headers(signed_headers)?;
        let scheme = self.scheme;
        Ok(V4Claim {
            scheme,
            common: Claim {
                authentication: Authentication {
                    expires_at: expires_in.map(|duration| signed_at.saturating_add(duration)),
                    ..Authentication::v4(scheme.id, self.carrier, credential, signed_at)
                },
                token: nonempty_token(self.get(Role::SecurityToken)),
                signature,
            },
            time,
            signed_headers,
            express_token: nonempty_token(self.get(Role::ExpressToken)),
            content_sha256: self.content_sha256,
            canonical_query: None,
        })
    }

    fn get(&self, role: Role) -> Option<Component<'r>> {
        self.values.get(role as usize).copied().flatten()
    }

    fn required(&self, role: Role) -> Result<Component<'r>, VerifyError> {
        // An empty field of a form counts as missing.
        let is_form = self.carrier == Carrier::Form;
        let value = self.get(role);
        let value = value.filter(|value| !(is_form && value.text().is_empty()));
        value.ok_or_else(|| VerifyError::missing(self.noun(), self.name_of(role)))
    }

    /// Returns what the carrier calls a part.
    fn noun(&self) -> &'static str {
        match self.carrier {
            Carrier::Query => "parameter",
            Carrier::Header => "header",
            Carrier::Form => "field",
        }
    }

    fn name_of(&self, role: Role) -> &'static str {
        let name = self.scheme.name(role);
        match self.carrier {
            Carrier::Query => name.query,
            Carrier::Header | Carrier::Form => name.lowercase,
        }
    }
}

/// Parses a number of seconds, at least 1.
pub(super) fn parse_expires(text: &str) -> Option<Duration> {
    let seconds = parse_decimal(text)?;
    (seconds > 0).then_some(Duration::from_secs(seconds))
}

pub(super) fn check_algorithm(
    scheme: &V4Scheme,
    algorithm: Component<'_>,
) -> Result<(), VerifyError> {
    if algorithm.decodes_to(scheme.algorithm) {
        return Ok(());
    }
    Err(reject!(
        Scheme,
        "unsupported algorithm {}; sign with {}",
        Quoted(algorithm_name(algorithm.text())),
        scheme.algorithm
    ))
}

/// Returns the start of a text that can be an algorithm. What follows it in a malformed header may
/// be the signature.
fn algorithm_name(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    let end = text.find(|c| !is_part(c));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

pub(super) fn invalid_date(name: &str, text: &str) -> VerifyError {
    reject!(
        Malformed,
        "invalid {name} {}; write a time such as 20130524T000000Z",
        Quoted(text)
    )
}

/// Parses a credential. Checks that its scope is one of the scheme and of the signing date.
pub(super) fn parse_credential<'r>(
    scheme: &V4Scheme,
    credential: Component<'r>,
    time: &AmzDate,
) -> Result<Credential<'r>, VerifyError> {
    let Some(credential) = Credential::parse(scheme, credential) else {
        // The text isn't quoted, because in a malformed header it may contain the signature.
        return Err(reject!(
            Malformed,
            "invalid credential; write ACCESS-KEY-ID/DATE/{}SERVICE/{}",
            if scheme.scope_has_region {
                "REGION/"
            } else {
                ""
            },
            scheme.terminator
        ));
    };
    if credential.terminator != scheme.terminator {
        return Err(reject!(
            Malformed,
            "the credential must end in {}",
            scheme.terminator
        ));
    }
    if credential.date.as_bytes() != time.date_bytes() {
        return Err(reject!(
            ScopeDate,
            "the date of the credential scope is {}, but the signing date is {}",
            Quoted(&credential.date),
            time.date()
        ));
    }
    Ok(credential)
}

/// Returns the region set, which is the region of a signature whose scope has none.
pub(super) fn parse_region_set(set: Component<'_>) -> Result<Cow<'_, str>, VerifyError> {
    let text = set.to_text().filter(|set| check_region_set(set).is_ok());
    text.ok_or_else(|| {
        reject!(
            Malformed,
            "invalid region set {}; write regions with commas between them, such as \
             us-east-1,us-west-2",
            Quoted(set.text())
        )
    })
}

fn parse_signed_headers(names: Component<'_>) -> Result<Cow<'_, str>, VerifyError> {
    names
        .to_text()
        .ok_or_else(|| reject!(Malformed, "the names of the signed headers are not UTF-8"))
}
