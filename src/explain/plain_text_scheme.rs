//! Requests of schemes that sign a text itself, and not its hash in another one: Azure's, and
//! Google's V2.

// Each scheme needs its feature.
#![cfg_attr(
    not(all(feature = "azure", feature = "gcs")),
    allow(dead_code, unused_mut, unused_variables)
)]

use super::canonical::Canonical;
use super::error_response::ErrorResponse;
use super::signed_text::{PayloadSource, SignedText};
use crate::credentials::Credentials;
use crate::time::Timestamp;
use crate::verify::{ReceivedRequest, VerifyError, VerifyErrorKind};
use alloc::string::String;
use alloc::vec::Vec;

/// The text that such a request signs.
pub(super) struct PlainTextScheme {
    pub(super) text: SignedText,
    /// The names of the first lines of Azure's text; `None` if it is Google's, which is like
    /// SigV2's.
    lines: Option<Vec<&'static str>>,
    /// Whether the credentials at hand made the signature; `None` if that is unknown.
    pub(super) is_right: Option<bool>,
}

impl PlainTextScheme {
    /// Reads a request, if it has such a scheme. `url` is its URL.
    pub(super) fn of(
        request: &ReceivedRequest<'_>,
        url: &str,
        credentials: Option<&Credentials>,
        now: Timestamp,
    ) -> Option<Self> {
        let mut other = None;
        #[cfg(feature = "gcs")]
        if let Some(text) = crate::gcs::string_to_sign_v2(request) {
            let verify = |key| is_right(&crate::gcs::verify_v2(request, now, |_| Some(key)));
            other = Some(Self::new(text, None, credentials.and_then(verify)));
        }
        #[cfg(feature = "azure")]
        if other.is_none() {
            other = azure(request, url, credentials, now);
        }
        other
    }

    fn new(text: String, lines: Option<Vec<&'static str>>, is_right: Option<bool>) -> Self {
        PlainTextScheme {
            text: parse(text, lines.as_deref()),
            lines,
            is_right,
        }
    }

    /// Returns the text that the server signed, if it states one.
    pub(super) fn seen(&self, response: &ErrorResponse) -> Option<SignedText> {
        let text = response.string_to_sign()?;
        Some(parse(text.into(), self.lines.as_deref()))
    }
}

fn parse(text: String, lines: Option<&[&str]>) -> SignedText {
    let Some(names) = lines else {
        return SignedText::new("", &text);
    };
    SignedText {
        canonical_request: String::new(),
        canonical: Canonical::parse_azure(&text, names),
        payload: PayloadSource::Request,
        string_to_sign: text,
    }
}

/// Returns whether the key made the signature, or `None` if another error says nothing about it.
fn is_right<T>(result: &Result<T, VerifyError>) -> Option<bool> {
    match result {
        Ok(_) => Some(true),
        Err(error) => (error.kind() == VerifyErrorKind::Signature).then_some(false),
    }
}

#[cfg(feature = "azure")]
fn azure(
    request: &ReceivedRequest<'_>,
    url: &str,
    credentials: Option<&Credentials>,
    now: Timestamp,
) -> Option<PlainTextScheme> {
    use crate::azure::{Account, Service};

    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
    // An emulator has the account in its path.
    let (name, service, endpoint) = match Service::from_host(host) {
        Some(service) => (host.split('.').next()?, service, String::from(host)),
        None => {
            let name = path.split(['/', '?']).next()?;
            (name, Service::Blob, alloc::format!("{host}/{name}"))
        }
    };
    let account = Account::new(name.trim_end_matches("-secondary")).ok()?;
    let account = account.endpoint(service, &alloc::format!("{scheme}://{endpoint}"));
    let mut account = account.ok()?;
    let Some(authorization) = request.authorization().ok()? else {
        let sas = account.parse_sas(request).ok()?;
        let (text, lines) = (sas.string_to_sign().ok()?, sas.line_names());
        let verify = |key| is_right(&sas.verify(key, now));
        return Some(PlainTextScheme::new(
            text,
            Some(lines),
            credentials.and_then(verify),
        ));
    };
    if authorization.starts_with("SharedKeyLite ") {
        account = account.shared_key_lite();
    }
    let shared_key = account.parse_shared_key(request).ok()?;
    let (text, lines) = (shared_key.string_to_sign(), shared_key.line_names());
    let verify = |key| is_right(&shared_key.verify(key, now));
    Some(PlainTextScheme::new(
        text,
        Some(lines),
        credentials.and_then(verify),
    ))
}
