//! The parameters of SigV4 and of the schemes that work like it.

use super::facts::Facts;
use super::parameters::Parameters;
use super::problem::{ProblemKind, Problems};
use super::signature::{Encoding, check_signature};
use super::value::{decode_value, report_invalid, report_secret, shortened};
use crate::crypto::PrivateKeyKind;
use crate::error::Quoted;
use crate::scheme::credential::Credential;
use crate::scheme::limits::MAX_EXPIRY;
use crate::scheme::services::ServiceRules;
use crate::scheme::v4_family::V4Family;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::decimal::parse_decimal;
use crate::text::percent::Component;
use crate::text::secrets::{SECRET_KEY_LEN, is_secret_key};
use crate::time::{Timestamp, date_of};
use crate::wire::query::Param;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// The parameters of one family.
pub(super) struct V4Parameters<'a> {
    family: &'static V4Family,
    parameters: Parameters<'a>,
}

impl<'a> V4Parameters<'a> {
    pub(super) fn new(family: &'static V4Family) -> Self {
        V4Parameters {
            family,
            parameters: Parameters::default(),
        }
    }

    /// Adds a parameter, if it belongs to the family. Reports a misspelled name.
    pub(super) fn add(&mut self, param: &Param<'a>, problems: &mut Problems) {
        let Some(name) = self.family.name_of(param) else {
            return;
        };
        self.parameters.add(name.query, param);
        // SigV2 has a parameter with the name of this header, whose case is ignored.
        if name.role != Role::SecurityToken && !param.name.decodes_to(name.query) {
            let own = param.name.to_text().unwrap_or_default();
            let message = format!(
                "misspelled parameter {}; write {}",
                Quoted(&own),
                name.query
            );
            problems.add(ProblemKind::ParameterName, message);
        }
    }

    /// Returns whether the query is signed.
    pub(super) fn is_signed(&self) -> bool {
        let mut names = self.family.default.names.iter();
        names.any(|name| name.role.shows_signature() && self.parameters.has(name.query))
    }

    /// Returns the facts that the parameters state.
    pub(super) fn read(&self, problems: &mut Problems) -> Facts {
        self.parameters.report_duplicates(problems);
        let algorithm = self.decode(Role::Algorithm, problems);
        let credential = self.decode(Role::Credential, problems);
        let date = self.decode(Role::Date, problems);
        let expires = self.decode(Role::Expires, problems);
        let signed_headers = self.decode(Role::SignedHeaders, problems);
        let signature = self.decode(Role::Signature, problems);

        let scheme = self.scheme(algorithm.as_deref(), problems);
        let mut facts = Facts {
            scheme: Some(scheme.id),
            algorithm: algorithm.as_deref().map(shortened),
            ..Facts::default()
        };
        if let Some(date) = &date {
            facts.signed_at = Timestamp::parse_amz_date(date);
            if facts.signed_at.is_none() {
                let name = self.family.query_name(Role::Date);
                report_invalid(name, date, "a time such as 20130524T000000Z", problems);
            }
        }
        facts.valid_for = expires.and_then(|text| self.read_expires(&text, problems));
        facts.expires_at = facts
            .signed_at
            .zip(facts.valid_for)
            .map(|(signed_at, valid_for)| signed_at.saturating_add(valid_for));
        if let Some(text) = credential {
            let signing_date = facts.signed_at.and(date.as_deref()).map(date_of);
            self.read_credential(scheme, &text, signing_date, &mut facts, problems);
        }
        let token = self.session_token(facts.service.as_deref());
        facts.has_session_token = token.is_some();
        if token.is_some() {
            // Reports a token that is encoded twice.
            let _ = decode_value("X-Amz-Security-Token", token, problems);
        }
        if let Some(names) = signed_headers {
            facts.signed_headers = read_signed_headers(&names, problems);
        }
        let encoding = match scheme.private_key {
            Some(PrivateKeyKind::P256) => Encoding::HexDer,
            _ => Encoding::Hex,
        };
        facts.signature_start = signature.map(|signature| {
            check_signature(&signature, encoding, &scheme.signature_len, problems)
        });
        facts
    }

    fn decode(&self, role: Role, problems: &mut Problems) -> Option<Cow<'a, str>> {
        let name = self.family.query_name(role);
        self.parameters.decode(name, problems)
    }

    /// Returns the scheme with the algorithm, or the default one.
    fn scheme(&self, algorithm: Option<&str>, problems: &mut Problems) -> &'static V4Scheme {
        let default = self.family.default;
        let Some(algorithm) = algorithm else {
            return default;
        };
        self.family.with_algorithm(algorithm).unwrap_or_else(|| {
            let name = self.family.query_name(Role::Algorithm);
            report_invalid(name, algorithm, default.algorithm, problems);
            default
        })
    }

    fn read_expires(&self, text: &str, problems: &mut Problems) -> Option<Duration> {
        let name = self.family.query_name(Role::Expires);
        let Some(seconds) = parse_decimal(text) else {
            report_invalid(name, text, "a number of seconds", problems);
            return None;
        };
        let max = MAX_EXPIRY.as_secs();
        if !(1..=max).contains(&seconds) {
            let is_milliseconds =
                seconds.is_multiple_of(1000) && (1..=max).contains(&(seconds / 1000));
            let hint = if is_milliseconds {
                "; it seems to be in milliseconds"
            } else {
                ""
            };
            let message = format!(
                "{name} is {seconds} seconds; a URL is valid for 1 to {max} seconds, which are seven \
                 days{hint}"
            );
            problems.add(ProblemKind::ExpiryTooLong, message);
        }
        Some(Duration::from_secs(seconds))
    }

    fn read_credential(
        &self,
        scheme: &V4Scheme,
        text: &str,
        signing_date: Option<&str>,
        facts: &mut Facts,
        problems: &mut Problems,
    ) {
        let name = self.family.query_name(Role::Credential);
        // A secret contains slashes, with which its parts could be taken for those of the scope.
        let (secret, scope) = text.split_at_checked(SECRET_KEY_LEN).unwrap_or_default();
        let has_secret = is_secret_key(secret) && scope.starts_with('/');
        let without_secret = ["-", scope].concat();
        let text = if has_secret { &without_secret } else { text };
        if has_secret {
            report_secret(problems);
        }
        let Some(credential) = Credential::parse(scheme, Component::Raw(text)) else {
            let mut expected = String::from("ACCESS-KEY-ID/");
            scheme.write_scope("DATE", "REGION", "SERVICE", &mut expected);
            report_invalid(name, text, &expected, problems);
            return;
        };
        if credential.terminator != scheme.terminator {
            let expected = format!("a credential that ends with {}", scheme.terminator);
            report_invalid(name, text, &expected, problems);
        }
        if let Some(date) = signing_date
            && date != credential.date
        {
            let message = format!(
                "the credential has the date {}, but the URL was signed on {date}; the dates must be equal",
                Quoted(&credential.date)
            );
            problems.add(ProblemKind::ScopeDate, message);
        }
        facts.access_key_id = (!has_secret).then(|| shortened(&credential.access_key_id));
        facts.service = Some(shortened(&credential.service));
        facts.region = match scheme.region_set() {
            None => Some(shortened(&credential.region)),
            Some(name) => {
                let region_set = self.parameters.get(name.query).and_then(Component::to_text);
                region_set.as_deref().map(shortened)
            }
        };
    }

    /// Returns the session token, which has its common name or that of the service.
    fn session_token(&self, service: Option<&str>) -> Option<Component<'a>> {
        let rules = ServiceRules::of(service.unwrap_or_default());
        [Role::SecurityToken, rules.session_token.role()]
            .into_iter()
            .filter_map(|role| self.parameters.get(self.family.query_name(role)))
            .find(|token| !token.text().is_empty())
    }
}

fn read_signed_headers(names: &str, problems: &mut Problems) -> Vec<String> {
    const MAX_NAMES: usize = 100;
    if !names.split(';').any(|name| name == "host") {
        problems.add(
            ProblemKind::HostNotSigned,
            "`host` is missing from the signed headers; sign it, because servers require it",
        );
    }
    names.split(';').take(MAX_NAMES).map(shortened).collect()
}
