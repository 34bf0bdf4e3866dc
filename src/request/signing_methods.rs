//! The signing methods: a request becomes a URL or headers.

use super::presigned_url::{header_names, headers_to_send, own_method};
use super::{KeySource, PresignedUrl, Request, SignedRequest, Signer, Unsigned, unsupported};
use crate::credentials::Credentials;
use crate::crypto::SecretAccessKey;
use crate::error::{Error, ErrorKind};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::scheme::sigv2::{is_amz_header, is_content_header};
use crate::text::sink::{FmtSink, Sink};
use crate::time::Timestamp;
use crate::v2::{self, SignatureMethod};
use crate::v4::{self, is_signed};
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::added_headers::AddedHeaders;
use crate::wire::header::Header;
use crate::wire::request_parts::RequestParts;
use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The signing methods. Each checks the whole request, and returns every error of its description.
impl<'a> Request<'a> {
    /// Returns a presigned URL.
    ///
    /// # Errors
    /// - [`ErrorKind::Expiry`]: the expiry is not a whole number of seconds, is zero, is longer
    ///   than the seven days of SigV4, or is after the expiration of the credentials. A SigV2 URL
    ///   would expire outside of the years 1970 to 9999.
    /// - [`ErrorKind::Url`], [`ErrorKind::Key`], [`ErrorKind::Method`], [`ErrorKind::Query`],
    ///   [`ErrorKind::Header`], [`ErrorKind::Payload`]: a part of the request can't be sent, is
    ///   signed already, or contradicts another part.
    /// - [`ErrorKind::Scope`]: the host is an AWS host, but AWS has no such region or service.
    /// - [`ErrorKind::Credentials`]: the signature needs another kind of key, or the store has no
    ///   session tokens.
    /// - [`ErrorKind::Signature`]: a private key can't sign, for example because the operating
    ///   system has no randomness.
    /// - [`ErrorKind::Time`]: the signing time is outside of the years 0 to 9999.
    /// - [`ErrorKind::Unsupported`], [`ErrorKind::Bucket`]: the store or service has no presigned
    ///   URLs, or SigV4a needs the feature `sigv4a`.
    pub fn presign(
        &self,
        credentials: &Credentials,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        let (expiry, now) = (expiry.into(), now.into());
        let identity = credentials.identity();
        match self.signer {
            Signer::V4(service) => {
                let mut signing = self.v4_request(service, identity)?;
                let mut url = String::with_capacity(signing.max_url_len());
                let prepared = write_v4(&mut signing, credentials, expiry, now, &mut url)?;
                v4_result(&signing.parts, &prepared, url)
            }
            Signer::V2(service) => {
                let secret = credentials.secret_access_key()?;
                let signing = self.v2_request(service, identity)?;
                let headers = v2_headers_to_send(&signing.parts)?;
                let mut url = String::with_capacity(signing.max_url_len());
                let expires_at = write_v2(&signing, secret, expiry, now, &mut url)?;
                Ok(v2_result(&signing.parts, headers, expires_at, url))
            }
            Signer::Custom(signer) => {
                signer.presign_url(&self.custom_url_parts()?, credentials, expiry, now)
            }
        }
    }

    /// Appends a presigned URL to a writer. [`presign`](Request::presign) also returns the headers
    /// to send.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](Request::presign), and [`ErrorKind::Output`] if the writer
    /// returns an error. Before `Output` and `Signature` a part of the URL may have been written,
    /// and nothing before any other error. A header value of an `http::Request` that isn't UTF-8 is
    /// not an error here, because no headers are returned.
    pub fn presign_into(
        &self,
        credentials: &Credentials,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
        out: &mut (impl fmt::Write + ?Sized),
    ) -> Result<(), Error> {
        let (expiry, now) = (expiry.into(), now.into());
        let identity = credentials.identity();
        let mut out = FmtSink::new(out);
        match self.signer {
            Signer::V4(service) => {
                let mut signing = self.v4_request(service, identity)?;
                write_v4(&mut signing, credentials, expiry, now, &mut out)?;
            }
            Signer::V2(service) => {
                let secret = credentials.secret_access_key()?;
                let signing = self.v2_request(service, identity)?;
                write_v2(&signing, secret, expiry, now, &mut out)?;
            }
            Signer::Custom(signer) => {
                let parts = self.custom_url_parts()?;
                let url = signer.presign_url(&parts, credentials, expiry, now)?;
                out.text(url.as_str());
            }
        }
        check_output(&out)
    }

    /// Prepares a presigned URL for an external key, such as one in a KMS, and shows each step of
    /// its signature.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](Request::presign).
    pub fn prepare_url(
        &self,
        identity: &Identity,
        expiry: impl Into<Expiry>,
        now: impl Into<Timestamp>,
    ) -> Result<Unsigned<PresignedUrl>, Error> {
        let (expiry, now) = (expiry.into(), now.into());
        let mut url = String::new();
        match self.signer {
            Signer::V4(service) => {
                let mut signing = self.v4_request(service, identity)?;
                let mut canonical = String::new();
                let prepared = signing.prepare_url(expiry, now, &mut url, Some(&mut canonical))?;
                let mut result = v4_result(&signing.parts, &prepared, url)?;
                let (service, owned_identity) = (signing.service.clone(), identity.clone());
                Ok(Unsigned::new(
                    identity,
                    KeySource::of_v4(&prepared.string_to_sign),
                    &prepared.string_to_sign,
                    move |signature| {
                        v4::finish_url(&service, &owned_identity, signature, &mut result.url);
                        result
                    },
                )
                .with_canonical_request(canonical)
                .with_expiration(prepared.expires_at))
            }
            Signer::V2(service) => {
                let signing = self.v2_request(service, identity)?;
                let headers = v2_headers_to_send(&signing.parts)?;
                let validity = signing.check_url(expiry, now)?;
                signing.write_url(&validity, &mut url);
                let mut result = v2_result(&signing.parts, headers, validity.expires_at, url);
                Ok(Unsigned::new(
                    identity,
                    KeySource::V2(SignatureMethod::HmacSha1),
                    &signing.url_string_to_sign(&validity),
                    move |signature| {
                        v2::finish_url(signature, &mut result.url);
                        result
                    },
                )
                .with_expiration(validity.expires_at))
            }
            Signer::Custom(signer) => {
                signer.prepare_url(&self.custom_url_parts()?, identity, expiry, now)
            }
        }
    }

    /// Signs the request with headers, and returns those to add.
    ///
    /// # Errors
    /// Returns the errors of [`presign`](Request::presign) except those of the expiry. It also
    /// returns [`ErrorKind::Payload`] if the method has a body and [`payload`](Request::payload)
    /// isn't called.
    pub fn sign(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<SignedRequest, Error> {
        let now = now.into();
        let identity = credentials.identity();
        match self.signer {
            Signer::V4(service) => {
                let mut signing = self.v4_request(service, identity)?;
                let mut prepared = signing.prepare_headers(now, None)?;
                let signature = prepared.string_to_sign.sign(credentials)?;
                v4::finish_headers(&mut prepared.headers, &signature);
                let not_covered = not_covered_by_v4(&signing.parts);
                Ok(SignedRequest::from_headers(prepared.headers, not_covered))
            }
            Signer::V2(service @ v2::Service(v2::Interface::S3 { .. })) => {
                let signing = self.v2_request(service, identity)?;
                let mut prepared = signing.prepare_headers(now)?;
                let key = v2::signing_key(credentials.secret_access_key()?);
                let signature = key.sign(&signing.headers_string_to_sign(&prepared))?;
                v2::finish_headers(&mut prepared.headers, &signature);
                let not_covered = not_covered_by_v2_headers(&signing.parts, &prepared);
                Ok(SignedRequest::from_headers(prepared.headers, not_covered))
            }
            Signer::V2(_) | Signer::Custom(_) => {
                self.prepare_headers(identity, now)?.sign_with(credentials)
            }
        }
    }

    /// Prepares a request that is signed with headers for an external key, such as one in a KMS,
    /// and shows each step of its signature.
    ///
    /// # Errors
    /// Returns the errors of [`sign`](Request::sign).
    pub fn prepare_headers(
        &self,
        identity: &Identity,
        now: impl Into<Timestamp>,
    ) -> Result<Unsigned<SignedRequest>, Error> {
        let now = now.into();
        match self.signer {
            Signer::V4(service) => {
                let mut signing = self.v4_request(service, identity)?;
                let mut canonical = String::new();
                let prepared = signing.prepare_headers(now, Some(&mut canonical))?;
                let mut headers = prepared.headers;
                let string_to_sign = prepared.string_to_sign;
                let not_covered = not_covered_by_v4(&signing.parts);
                Ok(Unsigned::new(
                    identity,
                    KeySource::of_v4(&string_to_sign),
                    &string_to_sign,
                    move |signature| {
                        v4::finish_headers(&mut headers, signature);
                        SignedRequest::from_headers(headers, not_covered)
                    },
                )
                .with_canonical_request(canonical))
            }
            Signer::V2(service) => match &service.0 {
                v2::Interface::S3 { .. } => {
                    let signing = self.v2_request(service, identity)?;
                    let prepared = signing.prepare_headers(now)?;
                    let not_covered = not_covered_by_v2_headers(&signing.parts, &prepared);
                    let mut headers = prepared.headers.clone();
                    Ok(Unsigned::new(
                        identity,
                        KeySource::V2(SignatureMethod::HmacSha1),
                        &signing.headers_string_to_sign(&prepared),
                        move |signature| {
                            v2::finish_headers(&mut headers, signature);
                            SignedRequest::from_headers(headers, not_covered)
                        },
                    ))
                }
                v2::Interface::QueryApi(method) => self.prepare_call(*method, identity, now),
            },
            Signer::Custom(signer) => signer.prepare_headers(&self.parts()?, identity, now),
        }
    }

    #[inline]
    pub(super) fn v4_request<'s>(
        &'s self,
        service: &'s v4::Service,
        identity: &'s Identity,
    ) -> Result<v4::SigningRequest<'s>, Error> {
        let service = service.for_key_of(identity);
        v4::check_can_sign(service.scheme(), identity)?;
        Ok(self.v4_request_of_parts(self.parts()?, service, identity))
    }

    #[inline]
    pub(super) fn v4_request_of_parts<'s>(
        &'s self,
        parts: RequestParts<'s>,
        service: &'s v4::Service,
        identity: &'s Identity,
    ) -> v4::SigningRequest<'s> {
        v4::SigningRequest {
            service,
            identity,
            parts,
            payload: self.payload,
            has_no_body: self.has_no_body,
        }
    }

    fn v2_request<'s>(
        &'s self,
        service: &'s v2::Service,
        identity: &'s Identity,
    ) -> Result<v2::SigningRequest<'s>, Error> {
        identity.check_secret_access_key()?;
        self.v2_request_of_parts(self.parts()?, service, identity)
    }

    pub(super) fn v2_request_of_parts<'s>(
        &'s self,
        parts: RequestParts<'s>,
        service: &'s v2::Service,
        identity: &'s Identity,
    ) -> Result<v2::SigningRequest<'s>, Error> {
        match &service.0 {
            v2::Interface::S3 { bucket } => {
                Ok(v2::SigningRequest::new(bucket.as_deref(), identity, parts))
            }
            v2::Interface::QueryApi(_) => Err(unsupported(
                "a query API doesn't support presigned URLs, because the server sets the validity; use `sign`",
            )),
        }
    }

    fn prepare_call(
        &self,
        method: SignatureMethod,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Unsigned<SignedRequest>, Error> {
        identity.check_secret_access_key()?;
        let parts = self.parts()?;
        // A POST has its parameters in its body, unless its URL has a query.
        let has_url_params = parts.params.len() > self.params.len();
        let is_form = parts.method == "POST" && !has_url_params;
        let call = v2::prepare_call(method, identity, &parts, now)?;
        let mut parameters = call.parameters;
        let mut url = String::new();
        parts.write_origin(&mut url);
        parts.path.write_as_sent(&mut url);
        let other_headers = headers_to_send(&parts, |_| false)?;
        let not_covered = header_names(&parts, |_| true);
        Ok(Unsigned::new(
            identity,
            KeySource::V2(method),
            call.string_to_sign.as_str(),
            move |signature| {
                v2::finish_url(signature, &mut parameters);
                let body = if is_form {
                    Some(parameters)
                } else {
                    url.extend(["?", &parameters]);
                    None
                };
                SignedRequest {
                    headers: AddedHeaders::with_capacity(0),
                    other_headers,
                    url: Some(url),
                    body,
                    not_covered,
                }
            },
        ))
    }
}

/// Writes a presigned URL of SigV4.
#[inline]
fn write_v4<'a>(
    signing: &mut v4::SigningRequest<'a>,
    credentials: &Credentials,
    expiry: Expiry,
    now: Timestamp,
    url: &mut impl Sink,
) -> Result<v4::PreparedUrl<'a>, Error> {
    let prepared = signing.prepare_url(expiry, now, url, None)?;
    let signature = prepared.string_to_sign.sign(credentials)?;
    v4::finish_url(signing.service, signing.identity, &signature, url);
    Ok(prepared)
}

/// Writes a presigned URL of SigV2, and returns when it expires.
fn write_v2(
    signing: &v2::SigningRequest<'_>,
    secret: &SecretAccessKey,
    expiry: Expiry,
    now: Timestamp,
    url: &mut impl Sink,
) -> Result<Timestamp, Error> {
    let validity = signing.check_url(expiry, now)?;
    signing.write_url(&validity, url);
    let key = v2::signing_key(secret);
    let signature = key.sign(&signing.url_string_to_sign(&validity))?;
    v2::finish_url(&signature, url);
    Ok(validity.expires_at)
}

/// Returns the error of a writer.
pub(super) fn check_output<W: fmt::Write + ?Sized>(out: &FmtSink<'_, W>) -> Result<(), Error> {
    out.result()
        .map_err(|_| Error::new(ErrorKind::Output, "the writer returned an error"))
}

fn v4_result(
    parts: &RequestParts<'_>,
    prepared: &v4::PreparedUrl<'_>,
    url: String,
) -> Result<PresignedUrl, Error> {
    let mut headers = headers_to_send(parts, is_signed)?;
    if let Some((name, value)) = &prepared.added_header {
        headers.push(((*name).to_owned(), value.as_str().to_owned()));
    }
    Ok(PresignedUrl {
        method: own_method(parts.method),
        url,
        headers,
        not_covered: not_covered_by_v4(parts),
        expires_at: prepared.expires_at,
    })
}

fn v2_result(
    parts: &RequestParts<'_>,
    headers: Vec<(String, String)>,
    expires_at: Timestamp,
    url: String,
) -> PresignedUrl {
    PresignedUrl {
        method: own_method(parts.method),
        url,
        headers,
        not_covered: not_covered_by_v2(parts),
        expires_at,
    }
}

/// Returns the headers to send with a SigV2 URL.
pub(super) fn v2_headers_to_send(parts: &RequestParts<'_>) -> Result<Vec<(String, String)>, Error> {
    headers_to_send(parts, is_covered_by_v2)
}

/// Returns the names of the headers that a SigV4 signature doesn't cover. Signing replaces
/// `Authorization`.
pub(super) fn not_covered_by_v4(parts: &RequestParts<'_>) -> Vec<String> {
    header_names(parts, |header| {
        !is_signed(header) && !header.is_named(AUTHORIZATION)
    })
}

/// Returns the names of the headers that a SigV2 URL doesn't cover.
pub(super) fn not_covered_by_v2(parts: &RequestParts<'_>) -> Vec<String> {
    header_names(parts, |header| !is_covered_by_v2(header))
}

/// Returns the names of the headers that a SigV2 `Authorization` header doesn't cover. It covers
/// `Date` unless `x-amz-date` is signed instead.
fn not_covered_by_v2_headers(
    parts: &RequestParts<'_>,
    prepared: &v2::PreparedHeaders<'_>,
) -> Vec<String> {
    header_names(parts, |header| {
        let is_signed_date = prepared.signs_date_header() && header.is_named("date");
        !is_covered_by_v2(header) && !is_signed_date
    })
}

fn is_covered_by_v2(header: &Header<'_>) -> bool {
    is_content_header(&header.name) || is_amz_header(&header.name)
}
