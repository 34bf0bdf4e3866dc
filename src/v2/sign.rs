//! Signing requests to S3's REST interface, in the steps of [`v4::sign`](crate::v4): *prepare*
//! writes everything except the signature, a key signs, *finish* adds the signature.

use super::ambiguous_value::find_ambiguous_value;
use super::string_to_sign::{DateLine, StringToSign, amz_headers};
use crate::crypto::Signature;
use crate::error::{Error, Quoted, error};
use crate::expiry::{Expiry, Validity};
use crate::identity::Identity;
use crate::scheme::detect::{already_signed, check_no_v4_signature, find_param, in_query};
use crate::scheme::response_overrides::check_response_overrides;
use crate::scheme::sigv2::{
    ACCESS_KEY_ID, AUTHORIZATION_START, CONTENT_HEADERS, DATE_HEADER, EXPIRES,
    SECURITY_TOKEN_HEADER, SIGNATURE, SIGNATURE_VERSION, is_amz_param,
};
use crate::text::capacity::capacity;
use crate::text::percent::PATH;
use crate::text::sink::Sink;
use crate::time::{HttpDate, Timestamp};
use crate::wire::added_headers::{AUTHORIZATION, AddedHeaders};
use crate::wire::header::Header;
use crate::wire::header_list::SortedHeaders;
use crate::wire::path::Path;
use crate::wire::query::{Param, write_query};
use crate::wire::request_parts::RequestParts;
use core::fmt;

/// A request with its bucket and identity, ready to be signed.
pub(crate) struct SigningRequest<'a> {
    /// The bucket, if the host names it.
    bucket: Option<&'a str>,
    identity: &'a Identity,
    pub(crate) parts: RequestParts<'a>,
    token_header: Option<Header<'a>>,
}

/// The headers to add, `Authorization` up to the signature.
pub(crate) struct PreparedHeaders<'a> {
    date: SignedDate<'a>,
    adds_token: bool,
    pub(crate) headers: AddedHeaders,
}

impl PreparedHeaders<'_> {
    /// Returns whether the signature covers the `Date` header.
    pub(crate) fn signs_date_header(&self) -> bool {
        !matches!(self.date, SignedDate::AmzDate)
    }
}

/// The date of a request that is signed with headers.
enum SignedDate<'a> {
    /// `x-amz-date`, which is signed among the headers.
    AmzDate,
    /// The caller's `Date` header.
    Caller(&'a str),
    Added(HttpDate),
}

impl<'a> SigningRequest<'a> {
    pub(crate) fn new(
        bucket: Option<&'a str>,
        identity: &'a Identity,
        parts: RequestParts<'a>,
    ) -> Self {
        let token = identity.session_token();
        SigningRequest {
            bucket,
            identity,
            parts,
            token_header: token.map(|token| Header::canonical(SECURITY_TOKEN_HEADER, token)),
        }
    }

    /// Checks everything that can be wrong with a presigned URL.
    pub(crate) fn check_url(&self, expiry: Expiry, now: Timestamp) -> Result<Validity, Error> {
        let validity = check_expiry(&expiry, self.identity, now)?;
        self.check()?;
        for name in [AUTHORIZATION, DATE_HEADER, SECURITY_TOKEN_HEADER] {
            if self.parts.header(name).is_some() {
                return Err(in_query(name));
            }
        }
        self.parts.params.iter().try_for_each(check_param)?;
        Ok(validity)
    }

    /// Writes a presigned URL up to its signature.
    pub(crate) fn write_url(&self, validity: &Validity, url: &mut impl Sink) {
        self.parts.write_origin(url);
        self.parts.path.write_as_sent(url);
        self.write_query_start(url);
        url.decimal(expires(validity));
    }

    /// Writes the query up to the value of `Expires`.
    pub(super) fn write_query_start(&self, url: &mut impl Sink) {
        let parts = &self.parts;
        write_query(&parts.params, url);
        let mut separator = if parts.params.is_empty() { "?" } else { "&" };
        if let Some(token) = self.identity.encoded_session_token() {
            url.text(separator);
            url.text(SECURITY_TOKEN_HEADER);
            url.text("=");
            url.text(token);
            separator = "&";
        }
        url.text(separator);
        url.text(ACCESS_KEY_ID);
        url.text("=");
        url.text(self.identity.encoded_access_key_id());
        url.text("&");
        url.text(EXPIRES);
        url.text("=");
    }

    /// Returns the string to sign of a presigned URL.
    pub(crate) fn url_string_to_sign(&self, validity: &Validity) -> StringToSign<'_> {
        self.string_to_sign(DateLine::Expires(expires(validity)), true)
    }

    /// Checks a request that is signed with headers, and writes the headers up to the signature.
    pub(crate) fn prepare_headers(&self, now: Timestamp) -> Result<PreparedHeaders<'a>, Error> {
        let http_date = now.http_date()?;
        self.check()?;
        let amz_date = self.parts.header(DATE_HEADER);
        if amz_date.is_some_and(|header| !states(header, now)) {
            return Err(error!(
                Header,
                "the header {DATE_HEADER} is not the signing time, which is {}; leave it out",
                http_date.as_str()
            ));
        }
        let date = match (amz_date, self.caller_date(now)) {
            (Some(_), _) => SignedDate::AmzDate,
            (None, Some(date)) => SignedDate::Caller(date),
            (None, None) => SignedDate::Added(http_date),
        };
        let token = self.identity.session_token();
        let adds_token = token.is_some() && !self.has_token()?;
        let id = self.identity.access_key_id();
        let token = token.filter(|_| adds_token);
        let mut headers = AddedHeaders::with_capacity(max_added_len(id, token));
        if let SignedDate::Added(date) = &date {
            headers.add("Date").push_str(date.as_str());
        }
        if let Some(token) = token {
            headers.add(SECURITY_TOKEN_HEADER).push_str(token);
        }
        headers
            .add(AUTHORIZATION)
            .extend([AUTHORIZATION_START, id, ":"]);
        Ok(PreparedHeaders {
            date,
            adds_token,
            headers,
        })
    }

    /// Returns the string to sign of a request that is signed with headers.
    pub(crate) fn headers_string_to_sign<'s>(
        &'s self,
        prepared: &'s PreparedHeaders<'_>,
    ) -> StringToSign<'s> {
        let date = match &prepared.date {
            SignedDate::AmzDate => "",
            SignedDate::Caller(date) => date,
            SignedDate::Added(date) => date.as_str(),
        };
        self.string_to_sign(DateLine::Date(date), prepared.adds_token)
    }

    pub(super) fn string_to_sign<'s>(
        &'s self,
        date: DateLine<'s>,
        adds_token: bool,
    ) -> StringToSign<'s> {
        StringToSign {
            method: self.parts.method,
            headers: self.parts.headers,
            date,
            amz_headers: self.amz_headers(adds_token),
            bucket: self.bucket,
            path: self.parts.path,
            params: &self.parts.params,
        }
    }

    fn amz_headers(&self, adds_token: bool) -> SortedHeaders<'_> {
        let token = self.token_header.as_ref().filter(|_| adds_token);
        amz_headers(self.parts.headers, token)
    }

    /// Makes the checks that URLs and headers have in common.
    fn check(&self) -> Result<(), Error> {
        check_no_signature(&self.parts.params)?;
        check_no_v4_signature(&self.parts.params)?;
        check_path(self.parts.path)?;
        check_values(&self.parts.params)?;
        check_response_overrides(&self.parts.params)?;
        let [md5, content_type] = CONTENT_HEADERS;
        self.parts
            .check_single(&[md5, content_type, DATE_HEADER, SECURITY_TOKEN_HEADER])?;
        check_bucket(self.bucket)
    }

    /// Returns the caller's `Date`, if there is one and it is the signing time.
    fn caller_date(&self, now: Timestamp) -> Option<&'a str> {
        let headers = self.parts.headers.iter();
        let mut dates = headers.filter(|header| header.is_named("date"));
        match (dates.next(), dates.next()) {
            (Some(date), None) if states(date, now) => core::str::from_utf8(date.trimmed())
                .ok()
                .filter(|text| !text.contains('\n')),
            _ => None,
        }
    }

    /// Returns whether the caller's headers contain the session token of the credentials.
    fn has_token(&self) -> Result<bool, Error> {
        let token = self.identity.session_token().unwrap_or_default();
        match self.parts.header(SECURITY_TOKEN_HEADER) {
            None => Ok(false),
            Some(header) if header.trimmed() == token.as_bytes() => Ok(true),
            // Neither token is quoted, because both are secret.
            Some(_) => Err(error!(
                Header,
                "the header {SECURITY_TOKEN_HEADER} has another token than the credentials; \
                 leave it out"
            )),
        }
    }

    /// Returns an upper bound of the length of a presigned URL, so that it is allocated once.
    pub(crate) fn max_url_len(&self) -> usize {
        /// Names of the signature's parameters, expiration and signature.
        const FIXED: usize = 192;
        let token = self.identity.encoded_session_token().map_or(0, str::len);
        capacity([
            FIXED,
            self.parts.max_url_len(),
            self.identity.encoded_access_key_id().len(),
            token,
        ])
    }
}

/// Returns the validity of a presigned URL: any that expires in the years 1970 to 9999, because
/// servers read the expiration as a date.
pub(super) fn check_expiry(
    expiry: &Expiry,
    identity: &Identity,
    now: Timestamp,
) -> Result<Validity, Error> {
    let validity = expiry.resolve(identity, now, "URL")?;
    let expires_at = validity.expires_at;
    if expires_at.unix_seconds() < 0 || expires_at.calendar().is_none() {
        return Err(error!(
            Expiry,
            "the URL would expire at {expires_at}; choose a time in the years 1970 to 9999"
        ));
    }
    Ok(validity)
}

/// Returns the value of `Expires`: seconds since 1970.
pub(super) fn expires(validity: &Validity) -> u64 {
    u64::try_from(validity.expires_at.unix_seconds()).unwrap_or(0)
}

/// Writes the end of a presigned URL, or of the parameters of a call.
pub(crate) fn finish_url(signature: &Signature, url: &mut impl Sink) {
    url.text("&");
    url.text(SIGNATURE);
    url.text("=");
    signature.write_base64_encoded(url);
}

/// Writes the end of the `Authorization` header.
pub(crate) fn finish_headers(headers: &mut AddedHeaders, signature: &Signature) {
    signature.write_base64(headers.last_value());
}

/// Returns an upper bound of the length of all values of the headers that are added.
fn max_added_len(access_key_id: &str, token: Option<&str>) -> usize {
    /// A date, `AWS `, a colon and a signature.
    const FIXED: usize = 64;
    capacity([FIXED, access_key_id.len(), token.map_or(0, str::len)])
}

/// Checks that a query has no parameter of the signature.
fn check_no_signature(params: &[Param<'_>]) -> Result<(), Error> {
    match find_param(params, &[ACCESS_KEY_ID, EXPIRES, SIGNATURE]) {
        Some(name) => Err(already_signed(name)),
        None => Ok(()),
    }
}

/// Checks that the signature is valid for these sub-resources only.
fn check_values(params: &[Param<'_>]) -> Result<(), Error> {
    match find_ambiguous_value(params) {
        Some(name) => Err(ambiguous_value(format_args!(
            "the value of the parameter {}",
            Quoted(name)
        ))),
        None => Ok(()),
    }
}

pub(super) fn ambiguous_value(place: fmt::Arguments<'_>) -> Error {
    error!(
        Query,
        "{place} contains `&` and the name of a sub-resource, which SigV2 signs like another parameter; \
         leave it out, or sign with SigV4"
    )
}

/// Checks that a path is encoded, because it is signed as it is sent.
pub(super) fn check_path(path: Path<'_>) -> Result<(), Error> {
    let Path::Url(path) = path else {
        return Ok(());
    };
    // RFC 3986, section 3.3, and the `%` of an escape.
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/%".contains(c);
    let unreserved = PATH.prefix_len(path.as_bytes());
    let rest = path.get(unreserved..).unwrap_or_default();
    match rest.chars().find(|c| !is_valid(*c)) {
        Some(c) => Err(error!(
            Url,
            "invalid character {} in the path; percent-encode it",
            Quoted(c.encode_utf8(&mut [0; 4]))
        )),
        None => Ok(()),
    }
}

/// Checks the name of the bucket, which is signed as it is.
fn check_bucket(bucket: Option<&str>) -> Result<(), Error> {
    let Some(name) = bucket else {
        return Ok(());
    };
    if name.is_empty() {
        return Err(error!(Bucket, "the bucket name is empty"));
    }
    if name.contains(|c: char| matches!(c, '/' | '?') || c.is_control()) {
        return Err(error!(
            Bucket,
            "invalid bucket name {}; remove `/`, `?` and control characters",
            Quoted(name)
        ));
    }
    Ok(())
}

/// Checks that a parameter isn't a header or a part of another signature to a server.
fn check_param(param: &Param<'_>) -> Result<(), Error> {
    // Some servers sign such a parameter as a header, the others don't sign it.
    if is_amz_param(param) {
        return Err(error!(
            Query,
            "the query contains {}, which servers read as a header; add it with `header`",
            Quoted(param.name.text())
        ));
    }
    if param.name.decodes_to(SIGNATURE_VERSION) {
        return Err(error!(
            Query,
            "the query contains {SIGNATURE_VERSION}, as a call to a query API does; leave it out, or \
             sign the call with v2::Service::query_api"
        ));
    }
    Ok(())
}

/// Returns whether a header's date, in any of its formats, is this moment.
fn states(header: &Header<'_>, moment: Timestamp) -> bool {
    core::str::from_utf8(header.trimmed())
        .ok()
        .and_then(Timestamp::parse_http_date)
        == Some(moment)
}
