//! Signing requests with Shared Key and Shared Key Lite.

use super::names::has_dot_segment;
use super::shared_key::{
    DATE, Form, STANDARD_HEADERS, SharedKeyText, find_repeated_ms_header, is_covered,
    write_authorization,
};
use super::shared_key_query::check_params;
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::request::{
    CustomSigner, KeySource, PresignedUrl, SignedRequest, Unsigned, header_names,
};
use crate::scheme::azure_sas::{ApiVersion, Field};
use crate::text::percent::Component;
use crate::time::Timestamp;
use crate::wire::added_headers::{AUTHORIZATION, AddedHeaders};
use crate::wire::header::Header;
use crate::wire::path::Path;
use crate::wire::request_parts::{RequestParts, duplicate_header};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The signer of the requests to an account.
#[derive(Clone, Debug)]
pub(super) struct SharedKeySigner {
    pub(super) account: Box<str>,
    pub(super) form: Form,
}

/// The name of the header with the version of the service.
const VERSION: &str = "x-ms-version";

impl SharedKeySigner {
    /// Checks that credentials are of this account.
    pub(super) fn check_credentials(&self, account_name: &str) -> Result<(), Error> {
        if *self.account == *account_name {
            return Ok(());
        }
        Err(error!(
            Credentials,
            "the credentials are of {}, but the account is {}",
            Quoted(account_name),
            Quoted(&self.account)
        ))
    }
}

impl CustomSigner for SharedKeySigner {
    fn prepare_url(
        &self,
        _: &RequestParts<'_>,
        _: &Identity,
        _: Expiry,
        _: Timestamp,
    ) -> Result<Unsigned<PresignedUrl>, Error> {
        Err(Error::new(
            ErrorKind::Unsupported,
            "Shared Key doesn't support presigned URLs; make a shared access signature with `Account::sas` or \
             `Container`",
        ))
    }

    fn prepare_headers(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Unsigned<SignedRequest>, Error> {
        self.check_credentials(identity.access_key_id())?;
        if identity.session_token().is_some() {
            return Err(error!(
                Credentials,
                "a user delegation key signs shared access signatures only; use an account key"
            ));
        }
        check_unsigned(parts)?;
        check_path(parts.path)?;
        check_params(self.form, &parts.params).map_err(|error| error!(Query, "{error}"))?;
        check_repetitions(parts)?;

        let mut added = AddedHeaders::with_capacity(160);
        let has_date = parts
            .header(DATE)
            .or_else(|| parts.header("date"))
            .is_some();
        if !has_date {
            added.add(DATE).push_str(now.http_date()?.as_str());
        }
        if parts.header(VERSION).is_none() {
            let version = if self.form.is_table {
                ApiVersion::NEWEST_DATE_OF_TABLES
            } else {
                ApiVersion::NEWEST_DATE
            };
            added.add(VERSION).push_str(version);
        }
        let own = added.clone();
        let own: Vec<_> = own
            .iter()
            .map(|(name, value)| Header::canonical(name, value))
            .collect();
        let headers: Vec<_> = parts.headers.iter().chain(&own).collect();
        let text = SharedKeyText {
            form: self.form,
            account: &self.account,
            method: parts.method,
            headers: &headers,
            path: parts.path,
            params: &parts.params,
        };
        let has_ms_date = text.header(DATE).is_some();
        let not_covered = header_names(parts, |header| !is_covered(header, self.form, has_ms_date));
        write_authorization(self.form, &self.account, added.add(AUTHORIZATION));
        Ok(Unsigned::new(
            identity,
            KeySource::Base64,
            &text,
            move |signature| {
                signature.write_base64(added.last_value());
                SignedRequest::from_headers(added, not_covered)
            },
        ))
    }

    fn signs_header(&self, name: &str) -> bool {
        is_covered(&Header::canonical(name, ""), self.form, true)
    }

    fn parameter_name(&self, _: &'static str) -> Option<&'static str> {
        None
    }

    fn unsupported(&self, what: &str) -> Error {
        error!(Unsupported, "Shared Key doesn't support {what}")
    }
}

/// Checks that the request has no signature yet.
fn check_unsigned(parts: &RequestParts<'_>) -> Result<(), Error> {
    if parts.header(AUTHORIZATION).is_some() {
        return Err(error!(
            Header,
            "the request has the header {AUTHORIZATION}; remove it before signing"
        ));
    }
    let mut params = parts.params.iter();
    if params.any(|param| param.name.decodes_to(Field::Signature.name())) {
        return Err(error!(
            Query,
            "the URL has a shared access signature; remove it before signing"
        ));
    }
    Ok(())
}

/// Checks that the path of a URL has no dot segment. Clients remove it before they send the
/// request, so that the signature would be that of another path.
fn check_path(path: Path<'_>) -> Result<(), Error> {
    let Path::Url(path) = path else {
        return Ok(());
    };
    if has_dot_segment(&Component::Encoded(path).to_text_lossy()) {
        return Err(error!(
            Url,
            "the path of the URL has a dot segment, which clients remove; write the path without it"
        ));
    }
    Ok(())
}

/// Checks that no signed header is repeated, because the signature covers one value of each.
fn check_repetitions(parts: &RequestParts<'_>) -> Result<(), Error> {
    parts.check_single(&STANDARD_HEADERS)?;
    parts.check_single(&["date"])?;
    match find_repeated_ms_header(parts.headers.iter()) {
        Some(name) => Err(duplicate_header(name)),
        None => Ok(()),
    }
}
