//! A received request with Shared Key, before its signature is verified.

use super::account::Account;
use super::received_target::ReceivedTarget;
use super::service::Service;
use super::shared_key::{
    DATE, Form, STANDARD_HEADERS, SharedKeyText, find_repeated_ms_header, is_ms_header,
};
use super::shared_key_query::{check_params, check_plus};
use crate::crypto::Message as _;
use crate::error::Quoted;
use crate::scheme::Scheme;
use crate::scheme::azure_sas::Field;
use crate::scheme::limits::MAX_CLOCK_SKEW;
use crate::time::Timestamp;
use crate::verify::{Carrier, ReceivedRequest, VerifyError, check_skew, reject};
use crate::wire::path::Path;
use crate::wire::query::parse_query;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A request signed with Shared Key or Shared Key Lite that is not verified yet.
///
/// ```
/// use presign::azure::{self, Account, Service};
/// use presign::verify::{ReceivedRequest, VerifyErrorKind};
/// use presign::Timestamp;
///
/// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
/// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
/// let account = Account::new("myaccount")?;
/// let url = "https://myaccount.blob.core.windows.net/images/cat.png";
/// let signed = account.request(Service::Blob, "GET", url).sign(&key, now)?;
///
/// let request = ReceivedRequest::from_url("GET", url)?.headers(signed.headers());
/// let verified = account.parse_shared_key(&request)?.verify(&key, now)?;
/// assert_eq!((verified.name(), verified.object()), ("images", "cat.png"));
///
/// let request = ReceivedRequest::from_url("DELETE", url)?.headers(signed.headers());
/// let error = account.parse_shared_key(&request)?.verify(&key, now).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::Signature);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct UnverifiedSharedKey<'r> {
    pub(super) request: &'r ReceivedRequest<'r>,
    pub(super) account: Box<str>,
    pub(super) form: Form,
    pub(super) target: ReceivedTarget<'r>,
    pub(super) signed_at: Timestamp,
    /// In base64.
    pub(super) signature: &'r str,
}

impl Account {
    /// Parses the `Authorization` header of a request to this account. The request's host has to be
    /// that of an endpoint of the account, or of a secondary one.
    ///
    /// The scheme is the one that the account signs with: Shared Key, or Shared Key Lite after
    /// [`shared_key_lite`](Account::shared_key_lite). Shared Key Lite covers less, so it is
    /// accepted only if the account selects it.
    ///
    /// No form covers the host or the service. A request to one service of the account is also
    /// valid for the same path of another: compare
    /// [`service`](super::VerifiedSharedKey::service) with the service that you serve.
    ///
    /// Names of parameters are signed in lowercase, so that `Prefix=a` passes for `prefix=a`: read
    /// them ignoring case.
    ///
    /// # Errors
    /// The first failure in this order: size and syntax of the request, not signed, signed twice,
    /// scheme, malformed header, access key, resource, ambiguous path, duplicate headers and
    /// parameters, a raw `+` in a signed parameter, missing or malformed time, and for Shared Key
    /// Lite except for tables, no `x-ms-*` header. [`UnverifiedSharedKey::verify`] checks the
    /// signature.
    pub fn parse_shared_key<'r>(
        &self,
        request: &'r ReceivedRequest<'r>,
    ) -> Result<UnverifiedSharedKey<'r>, VerifyError> {
        parse(self, request).map_err(signed_by_shared_key)
    }
}

pub(super) fn signed_by_shared_key(error: VerifyError) -> VerifyError {
    error.signed_by(Scheme::AzureSharedKey, Carrier::Header)
}

fn parse<'r>(
    account: &Account,
    request: &'r ReceivedRequest<'r>,
) -> Result<UnverifiedSharedKey<'r>, VerifyError> {
    request.check_size()?;
    request.check_query()?;
    request.check_message()?;
    let Some(authorization) = request.authorization()? else {
        return Err(reject!(NotSigned, "the request is not signed"));
    };
    let mut params = parse_query(request.target.query);
    if params.any(|param| param.name.decodes_to_ignore_case(Field::Signature.name())) {
        return Err(reject!(
            SignedTwice,
            "the request has an Authorization header and a shared access signature"
        ));
    }
    let (scheme, value) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let expected = account.shared_key_signer().form.scheme();
    if scheme != expected {
        return Err(reject!(
            Scheme,
            "the Authorization header doesn't begin with {expected}, the scheme of the account"
        ));
    }
    let Some((name, signature)) = value.split_once(':') else {
        return Err(reject!(
            Malformed,
            "invalid Authorization header; write {scheme} account:signature"
        ));
    };
    if name != account.name() {
        return Err(reject!(
            AccessKey,
            "the request is signed by the account {}, not by {}",
            Quoted(name),
            Quoted(account.name())
        ));
    }
    let target = ReceivedTarget::of(account, request)?;
    // The first word is the same for every service, but the text differs for tables.
    let form = account.shared_key_signer_of(target.service).form;
    check_headers(request)?;
    check_params(form, &target.params)?;
    check_plus(form, request.target.query)?;
    let signed_at = signed_at(request)?;
    if form.is_lite && !form.is_table && !request.headers.iter().any(is_ms_header) {
        return Err(reject!(
            Missing,
            "the request has no x-ms-* header; add one, because otherwise a request to a table has \
             the same signature"
        ));
    }
    Ok(UnverifiedSharedKey {
        request,
        account: Box::from(account.name()),
        form,
        target,
        signed_at,
        signature,
    })
}

/// Checks that no header that is signed is repeated.
fn check_headers(request: &ReceivedRequest<'_>) -> Result<(), VerifyError> {
    for name in STANDARD_HEADERS.into_iter().chain(["date"]) {
        request.single(name)?;
    }
    match find_repeated_ms_header(request.headers.iter()) {
        Some(name) => Err(VerifyError::duplicate("header", name)),
        None => Ok(()),
    }
}

/// Returns the time that is signed.
fn signed_at(request: &ReceivedRequest<'_>) -> Result<Timestamp, VerifyError> {
    let (name, text) = match (request.single(DATE)?, request.single("date")?) {
        (Some(text), _) => (DATE, text),
        (None, Some(text)) => ("date", text),
        (None, None) => {
            return Err(reject!(
                Missing,
                "missing header `{DATE}` or `date`; send one of them"
            ));
        }
    };
    Timestamp::parse_http_date(text).ok_or_else(|| {
        reject!(
            Malformed,
            "invalid {name} {}; write a time such as Fri, 24 May 2013 00:00:00 GMT",
            Quoted(text)
        )
    })
}

impl UnverifiedSharedKey<'_> {
    /// Returns the name of the account that parsed the request. Verify with its key.
    #[must_use]
    pub fn account_name(&self) -> &str {
        &self.account
    }

    /// Returns the service that the request was sent to. No form of Shared Key covers it.
    #[must_use]
    pub fn service(&self) -> Service {
        self.target.service
    }

    /// Returns the string to sign as this side computes it.
    #[must_use]
    pub fn string_to_sign(&self) -> String {
        let mut text = String::new();
        self.with_text(|signed| signed.write(&mut text));
        text
    }

    /// Returns the names of the lines of [`string_to_sign`](Self::string_to_sign) before those of
    /// the `x-ms-*` headers.
    #[cfg(feature = "explain")]
    pub(crate) fn line_names(&self) -> Vec<&'static str> {
        self.form.line_names()
    }

    /// Passes the text that is signed to `f`.
    pub(super) fn with_text<T>(&self, f: impl FnOnce(&SharedKeyText<'_>) -> T) -> T {
        let headers: Vec<_> = self.request.headers.iter().collect();
        f(&SharedKeyText {
            form: self.form,
            account: &self.account,
            method: self.request.method,
            headers: &headers,
            path: Path::Url(self.request.target.path),
            params: &self.target.params,
        })
    }

    /// Checks the signing time, which may differ from `now` by 15 minutes.
    /// [`verify`](UnverifiedSharedKey::verify) repeats the check; call it first to reject a request
    /// before fetching the key.
    ///
    /// # Errors
    /// [`TimeSkew`](crate::verify::VerifyErrorKind::TimeSkew).
    pub fn check_time(&self, now: impl Into<Timestamp>) -> Result<(), VerifyError> {
        check_skew(self.signed_at, now.into(), MAX_CLOCK_SKEW).map_err(signed_by_shared_key)
    }
}

impl fmt::Debug for UnverifiedSharedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedSharedKey")
            .field("account", &self.account)
            .field("service", &self.target.service)
            .field("name", &self.target.name)
            .field("object", &self.target.object)
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}
