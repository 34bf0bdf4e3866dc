//! Requests of schemes that the verifier of AWS doesn't parse: Azure's, and Google's V2.

use super::canonical::Canonical;
use super::error_response::ErrorResponse;
use super::signed_text::SignedText;
use crate::credentials::Credentials;
use crate::time::Timestamp;
use crate::verify::ReceivedRequest;
#[cfg(any(feature = "azure", feature = "gcs"))]
use crate::verify::{VerifyError, VerifyErrorKind};
use alloc::string::String;
use alloc::vec::Vec;

/// The text that such a request signs.
pub(super) struct OtherScheme {
    pub(super) text: SignedText,
    layout: Layout,
    /// Whether the credentials at hand made the signature; `None` without credentials.
    pub(super) is_right: Option<bool>,
}

/// The parts of a string to sign.
enum Layout {
    /// Those of SigV2, which Google's V2 shares.
    V2,
    SharedKey,
    /// The names of the lines of a shared access signature.
    Sas(Vec<&'static str>),
}

impl Layout {
    fn parse(&self, text: String) -> SignedText {
        let canonical = match self {
            Layout::V2 => return SignedText::new("", &text),
            Layout::SharedKey => Canonical::parse_shared_key(&text),
            Layout::Sas(names) => Canonical::parse_sas(&text, names),
        };
        SignedText {
            canonical_request: String::new(),
            string_to_sign: text,
            canonical,
        }
    }
}

impl OtherScheme {
    /// Reads a request, if it has such a scheme. `url` is its URL.
    pub(super) fn of(
        request: &ReceivedRequest<'_>,
        url: &str,
        credentials: Option<&Credentials>,
        now: Timestamp,
    ) -> Option<Self> {
        let (text, layout, is_right) =
            google(request, credentials, now).or_else(|| azure(request, url, credentials, now))?;
        Some(OtherScheme {
            text: layout.parse(text),
            layout,
            is_right,
        })
    }

    /// Returns the text that the server signed, if it states one.
    pub(super) fn seen(&self, response: &ErrorResponse) -> Option<SignedText> {
        let text = response.string_to_sign()?;
        Some(self.layout.parse(text.trim_end().into()))
    }

    /// Returns whether both sides have the same words. Answers are pasted without their line
    /// breaks.
    pub(super) fn has_words_of(&self, seen: &SignedText) -> bool {
        let (own, seen) = (&self.text.string_to_sign, &seen.string_to_sign);
        own.split_ascii_whitespace()
            .eq(seen.split_ascii_whitespace())
    }
}

type Read = (String, Layout, Option<bool>);

/// Returns whether the key is the right one. Other errors come before the check of the signature.
#[cfg(any(feature = "azure", feature = "gcs"))]
fn is_signature_right<T>(result: Result<T, VerifyError>) -> Option<bool> {
    match result {
        Ok(_) => Some(true),
        Err(error) if error.kind() == VerifyErrorKind::Signature => Some(false),
        Err(_) => None,
    }
}

#[cfg(feature = "gcs")]
fn google(
    request: &ReceivedRequest<'_>,
    credentials: Option<&Credentials>,
    now: Timestamp,
) -> Option<Read> {
    let text = crate::gcs::string_to_sign_v2(request)?;
    let verify = |credentials| crate::gcs::verify_v2(request, now, |_| Some(credentials));
    let is_right = credentials.and_then(|credentials| is_signature_right(verify(credentials)));
    Some((text, Layout::V2, is_right))
}

#[cfg(not(feature = "gcs"))]
fn google(_: &ReceivedRequest<'_>, _: Option<&Credentials>, _: Timestamp) -> Option<Read> {
    None
}

#[cfg(feature = "azure")]
fn azure(
    request: &ReceivedRequest<'_>,
    url: &str,
    credentials: Option<&Credentials>,
    now: Timestamp,
) -> Option<Read> {
    let authorization = request.single("authorization").ok()?;
    let account = azure_account(url, authorization)?;
    if authorization.is_some() {
        let parsed = account.parse_shared_key(request).ok()?;
        let text = parsed.string_to_sign();
        let verify = |credentials| is_signature_right(parsed.verify(credentials, now));
        return Some((text, Layout::SharedKey, credentials.and_then(verify)));
    }
    let parsed = account.parse_sas(request).ok()?;
    let (text, names) = (parsed.string_to_sign().ok()?, parsed.line_names());
    let verify = |credentials| is_signature_right(parsed.verify(credentials, now));
    Some((text, Layout::Sas(names), credentials.and_then(verify)))
}

/// Returns the account that a host names, or the path of an emulator.
#[cfg(feature = "azure")]
fn azure_account(url: &str, authorization: Option<&str>) -> Option<crate::azure::Account> {
    use crate::azure::{Account, Service};
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
    let (name, service, endpoint) = match Service::from_host(host) {
        Some(service) => (host.split('.').next()?, service, String::from(host)),
        None => {
            let name = path.split(['/', '?']).next()?;
            (name, Service::Blob, alloc::format!("{host}/{name}"))
        }
    };
    let account = Account::new(name.trim_end_matches("-secondary")).ok()?;
    let account = account.endpoint(service, &alloc::format!("{scheme}://{endpoint}"));
    let account = account.ok()?;
    let is_lite = authorization.is_some_and(|text| text.starts_with("SharedKeyLite "));
    Some(if is_lite {
        account.shared_key_lite()
    } else {
        account
    })
}

#[cfg(not(feature = "azure"))]
fn azure(_: &ReceivedRequest<'_>, _: &str, _: Option<&Credentials>, _: Timestamp) -> Option<Read> {
    None
}
