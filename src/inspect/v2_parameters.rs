//! The parameters of SigV2, of its query APIs, and of Google's V2 signing process.

use super::facts::Facts;
use super::parameters::Parameters;
use super::problem::{ProblemKind, Problems};
use super::signature::{Encoding, check_signature};
use super::value::{report_invalid, shortened, shown_access_key_id};
use crate::scheme::Scheme;
use crate::scheme::detect;
use crate::scheme::google::GOOGLE2;
use crate::scheme::limits::MAX_CLOCK_SKEW;
use crate::scheme::sigv2::{
    ACCESS_KEY_ID, API_SECURITY_TOKEN, AWS2, EXPIRES, SECURITY_TOKEN_HEADER, SIGNATURE,
    SIGNATURE_METHOD, SIGNATURE_VERSION, TIMESTAMP, V2Scheme,
};
use crate::text::decimal::parse_unix_seconds;
use crate::time::Timestamp;
use crate::v2::{SignatureMethod, parse_timestamp};
use crate::wire::query::Param;

/// The schemes that work like S3's SigV2. A URL that names no access key ID is read as the first.
const SCHEMES: [&V2Scheme; 2] = [&AWS2, &GOOGLE2];

/// The parameters of [`SCHEMES`], except the session token, whose name has any case.
const STORE_NAMES: [&str; 4] = [
    AWS2.access_key_id,
    GOOGLE2.access_key_id,
    EXPIRES,
    SIGNATURE,
];

/// The further parameters of the query APIs.
const API_NAMES: [&str; 4] = [
    SIGNATURE_VERSION,
    SIGNATURE_METHOD,
    TIMESTAMP,
    API_SECURITY_TOKEN,
];

/// The parameters of a store, and those that only query APIs have. A URL of a store can use the
/// latter names for parameters of its own.
#[derive(Default)]
pub(super) struct V2Parameters<'a> {
    store: Parameters<'a>,
    api: Parameters<'a>,
}

impl<'a> V2Parameters<'a> {
    /// Adds a parameter, if it is one of a signature.
    pub(super) fn add(&mut self, param: &Param<'a>) {
        self.store.add_named(&STORE_NAMES, param);
        self.api.add_named(&API_NAMES, param);
        // The name of a header, whose case is ignored.
        if param.name.decodes_to_ignore_case(SECURITY_TOKEN_HEADER) {
            self.store.add(SECURITY_TOKEN_HEADER, param);
        }
    }

    /// Returns whether the query is signed. `Expires` or `Signature` alone can be another
    /// parameter.
    pub(super) fn is_signed(&self) -> bool {
        let found = detect::V2Signals {
            access_key_id: SCHEMES
                .iter()
                .any(|scheme| self.store.has(scheme.access_key_id)),
            expires: self.store.has(EXPIRES),
            signature: self.store.has(SIGNATURE),
            signature_version: self.is_query_api(),
        };
        found.is_signed()
    }

    /// Returns the facts that the parameters state.
    pub(super) fn read(&self, problems: &mut Problems) -> Facts {
        self.store.report_duplicates(problems);
        if self.is_query_api() {
            self.api.report_duplicates(problems);
            self.read_query_api(problems)
        } else {
            self.read_store(problems)
        }
    }

    fn is_query_api(&self) -> bool {
        self.api.has(SIGNATURE_VERSION)
    }

    fn read_store(&self, problems: &mut Problems) -> Facts {
        let mut schemes = SCHEMES.into_iter();
        let scheme = schemes
            .find(|scheme| self.store.has(scheme.access_key_id))
            .unwrap_or(&AWS2);
        let access_key_id = self.store.decode(scheme.access_key_id, problems);
        let expires = self.store.decode(EXPIRES, problems);
        let signature = self.store.decode(SIGNATURE, problems);
        Facts {
            scheme: Some(scheme.id),
            access_key_id: access_key_id.and_then(|id| shown_access_key_id(&id, problems)),
            expires_at: expires.and_then(|text| read_expires(&text, problems)),
            has_session_token: self.store.has_nonempty(SECURITY_TOKEN_HEADER),
            signature_start: signature.map(|signature| {
                let own = &scheme.signature_len;
                let is_rsa = signature.len() > *own.end();
                let rsa = scheme.rsa_signature_len.as_ref().filter(|_| is_rsa);
                check_signature(&signature, Encoding::Base64, rsa.unwrap_or(own), problems)
            }),
            ..Facts::default()
        }
    }

    fn read_query_api(&self, problems: &mut Problems) -> Facts {
        let access_key_id = self.store.decode(ACCESS_KEY_ID, problems);
        if let Some(version) = self.api.decode(SIGNATURE_VERSION, problems)
            && version != "2"
        {
            report_invalid(SIGNATURE_VERSION, &version, "2", problems);
        }
        let algorithm = self.api.decode(SIGNATURE_METHOD, problems);
        let method = algorithm.as_deref().and_then(SignatureMethod::parse);
        if let (Some(algorithm), None) = (&algorithm, method) {
            report_invalid(
                SIGNATURE_METHOD,
                algorithm,
                "HmacSHA256 or HmacSHA1",
                problems,
            );
        }
        let mut facts = Facts {
            scheme: Some(Scheme::AwsV2QueryApi),
            algorithm: algorithm.as_deref().map(shortened),
            access_key_id: access_key_id.and_then(|id| shown_access_key_id(&id, problems)),
            has_session_token: self.api.has_nonempty(API_SECURITY_TOKEN),
            ..Facts::default()
        };
        self.read_time(&mut facts, problems);
        if let Some(signature) = self.store.decode(SIGNATURE, problems) {
            let length = match method {
                Some(SignatureMethod::HmacSha1) => 28,
                _ => 44,
            };
            let length = length..=length;
            let start = check_signature(&signature, Encoding::Base64, &length, problems);
            facts.signature_start = Some(start);
        }
        facts
    }

    /// Reads `Timestamp` or `Expires`, of which a call has one.
    fn read_time(&self, facts: &mut Facts, problems: &mut Problems) {
        let has_expires = !self.api.has(TIMESTAMP) && self.store.has(EXPIRES);
        let (parameters, name) = if has_expires {
            (&self.store, EXPIRES)
        } else {
            (&self.api, TIMESTAMP)
        };
        let Some(text) = parameters.decode(name, problems) else {
            return;
        };
        let Ok(moment) = parse_timestamp(&text) else {
            report_invalid(name, &text, "a time such as 2013-05-24T00:00:00Z", problems);
            return;
        };
        if has_expires {
            facts.expires_at = Some(moment);
        } else {
            facts.signed_at = Some(moment);
            facts.valid_for = Some(MAX_CLOCK_SKEW);
            facts.expires_at = Some(moment.saturating_add(MAX_CLOCK_SKEW));
        }
    }
}

/// Parses `Expires` of a store: seconds since 1970.
fn read_expires(text: &str, problems: &mut Problems) -> Option<Timestamp> {
    let expires_at = parse_unix_seconds(text);
    if expires_at.is_none() {
        report_invalid(EXPIRES, text, "a number of seconds since 1970", problems);
    }
    // The year 5138, or the year 1973 in milliseconds.
    if expires_at.is_some_and(|moment| moment.unix_seconds() > 100_000_000_000) {
        problems.add(
            ProblemKind::ExpiryTooLong,
            "Expires is in milliseconds, so that it ends after thousands of years; write seconds since 1970",
        );
    }
    expires_at
}
