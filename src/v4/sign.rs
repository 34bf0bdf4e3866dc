//! Signing in three steps: *prepare* writes everything except the signature, a key signs, and
//! *finish* adds the signature.
//!
//! The key can be elsewhere. With credentials at hand, [`StringToSign::sign`] hashes the string to
//! sign as it is written, without an allocation.

use super::caller_headers::SignatureHeaders;
use super::canonical::{CanonicalRequest, Query};
use super::payload::{Payload, PayloadLine};
use super::presigned_query::PresignedQuery;
use super::scope::Scope;
use super::scope_checks::check_aws_scope;
use super::service::Service;
use super::signed_headers::{SignedHeaders, is_signed};
use super::string_to_sign::StringToSign;
use crate::crypto::{Signature, sha256_of};
use crate::error::{Error, error};
use crate::expiry::{Expiry, Validity};
use crate::identity::Identity;
use crate::scheme::detect::{already_signed, check_no_v2_signature};
use crate::scheme::limits::MAX_EXPIRY;
use crate::scheme::partition::Partition;
use crate::scheme::response_overrides::check_response_overrides;
use crate::scheme::services::{CanonicalUri, SessionToken};
use crate::scheme::v4_scheme::Role;
use crate::text::capacity::capacity;
use crate::text::hex::Hex;
use crate::text::sink::{Sink, Tee};
use crate::time::{AmzDate, Timestamp};
use crate::wire::added_headers::{AUTHORIZATION, AddedHeaders};
use crate::wire::header::Header;
use crate::wire::header_list::SortedHeaders;
use crate::wire::query::{Param, sort_encoded};
use crate::wire::request_parts::RequestParts;
use alloc::string::String;

/// A request with its service and identity, ready to be signed.
pub(crate) struct SigningRequest<'a> {
    pub(crate) service: &'a Service,
    pub(crate) identity: &'a Identity,
    pub(crate) parts: RequestParts<'a>,
    pub(crate) payload: Option<Payload>,
    /// Whether the operation has no body, whatever its method.
    pub(crate) has_no_body: bool,
}

/// The values of a presigned URL, after its checks.
pub(super) struct CheckedUrl<'a> {
    pub(super) time: AmzDate,
    pub(super) validity: Validity,
    pub(super) payload: PayloadLine<'a>,
    /// The header that has to be sent with the payload's hash.
    payload_header: Option<&'static str>,
}

impl CheckedUrl<'_> {
    pub(super) fn payload_header(&self) -> Option<Header<'_>> {
        let name = self.payload_header?;
        Some(Header::canonical(name, self.payload.as_str()))
    }
}

/// A presigned URL of which everything except the signature is written.
pub(crate) struct PreparedUrl<'a> {
    pub(crate) string_to_sign: StringToSign<'a>,
    pub(crate) expires_at: Timestamp,
    /// A header that has to be sent with the URL, beside those of the caller.
    pub(crate) added_header: Option<(&'static str, PayloadLine<'a>)>,
}

/// A request of which all headers are written, `Authorization` up to the signature.
pub(crate) struct PreparedHeaders<'a> {
    pub(crate) string_to_sign: StringToSign<'a>,
    pub(crate) headers: AddedHeaders,
}

impl<'a> SigningRequest<'a> {
    /// Writes a presigned URL up to its signature, and the canonical request to `canonical`.
    #[inline]
    pub(crate) fn prepare_url(
        &mut self,
        expiry: Expiry,
        now: Timestamp,
        url: &mut impl Sink,
        canonical: Option<&mut String>,
    ) -> Result<PreparedUrl<'a>, Error> {
        let checked = self.check_url(expiry, now)?;
        sort_encoded(&mut self.parts.params);
        let (service, parts) = (self.service, &self.parts);
        let payload_header = checked.payload_header();
        let headers = self.signed_headers(payload_header.as_ref());
        let query = PresignedQuery {
            params: &parts.params,
            identity: self.identity,
            signing_scope: &service.signing_scope,
            session_token: service.rules.session_token,
            headers: &headers,
            times: Some((checked.time.as_str(), checked.validity.seconds)),
        };
        let request = CanonicalRequest {
            method: parts.method,
            path: parts.path,
            canonical_uri: service.rules.canonical_uri,
            query: Query::Presigned(&query),
            headers: &headers,
            written_names: None,
            payload: checked.payload.as_str(),
        };
        parts.write_origin(url);
        let hash = sha256_of(|hasher| match canonical {
            Some(canonical) => request.write_with_url(url, &mut Tee(hasher, canonical)),
            None => request.write_with_url(url, hasher),
        });
        Ok(PreparedUrl {
            string_to_sign: self.string_to_sign(checked.time, hash),
            expires_at: checked.validity.expires_at,
            added_header: checked.payload_header.map(|name| (name, checked.payload)),
        })
    }

    /// Writes the headers to add, and the canonical request to `canonical`.
    pub(crate) fn prepare_headers(
        &mut self,
        now: Timestamp,
        canonical: Option<&mut String>,
    ) -> Result<PreparedHeaders<'a>, Error> {
        let (service, identity) = (self.service, self.identity);
        let scheme = service.scheme();
        let time = now.amz_date()?;
        check_id(identity)?;
        self.check_path()?;
        self.check_scope()?;
        self.check_no_signature()?;
        let names = &service.header_names;
        let caller_headers = SignatureHeaders::find(&self.parts, names)?;
        let token = identity.session_token();
        let time_text = time.as_str();
        let adds_date = !caller_headers.has_date(time_text)?;
        let adds_token = !caller_headers.has_token(token)?;
        let region_set = &*service.signing_scope.region;
        let added_region_set = caller_headers.missing_region_set(region_set)?;
        let (payload, adds_payload) = self.header_payload(&caller_headers)?;
        let payload = payload.as_str();
        sort_encoded(&mut self.parts.params);

        let date = adds_date.then_some((names.date, time_text));
        let payload_hash = adds_payload.then_some((names.content_sha256, payload));
        let region_set = added_region_set.map(|name| (name, region_set));
        let token = token
            .filter(|_| adds_token)
            .map(|token| (names.token, token));
        // An appended token is sent, but not signed.
        let signed_token = token.filter(|_| service.rules.session_token != SessionToken::Appended);
        let to_header = |(name, value)| Header::canonical(name, value);
        // Their names are sorted already, which saves time.
        let signed = [
            payload_hash.map(to_header),
            date.map(to_header),
            region_set.map(to_header),
            signed_token.map(to_header),
        ];
        let headers = self.signed_headers(signed.iter().flatten());
        let mut added = AddedHeaders::with_capacity(self.max_added_len());
        for (name, value) in [date, payload_hash, region_set, token]
            .into_iter()
            .flatten()
        {
            added.add(name).push_str(value);
        }
        let scope = Scope {
            time,
            signing_scope: &service.signing_scope,
        };
        let authorization = added.add(AUTHORIZATION);
        authorization.push_str(scheme.algorithm);
        authorization.push_str(" Credential=");
        scope.write_credential(identity.access_key_id(), authorization);
        // Some services reject the header without a space after each comma.
        authorization.push_str(", SignedHeaders=");
        let names_start = authorization.len();
        headers.write_names(authorization);

        let request = CanonicalRequest {
            method: self.parts.method,
            path: self.parts.path,
            canonical_uri: service.rules.canonical_uri,
            query: Query::Sorted(&self.parts.params),
            headers: &headers,
            written_names: authorization.get(names_start..),
            payload,
        };
        let hash = sha256_of(|hasher| match canonical {
            Some(canonical) => request.write(&mut Tee(hasher, canonical)),
            None => request.write(hasher),
        });
        authorization.push_str(", Signature=");
        Ok(PreparedHeaders {
            string_to_sign: self.string_to_sign(time, hash),
            headers: added,
        })
    }

    /// Checks everything that can be wrong with a presigned URL.
    #[inline]
    pub(super) fn check_url(
        &self,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<CheckedUrl<'a>, Error> {
        let rules = self.service.rules;
        let time = now.amz_date()?;
        let validity = check_expiry(&expiry, self.identity, now)?;
        self.check_path()?;
        self.check_scope()?;
        self.check_no_signature()?;
        let names = &self.service.header_names;
        let caller_headers = SignatureHeaders::find(&self.parts, names)?;
        caller_headers.check_presigned(&self.parts, time.as_str())?;
        let payload = self.payload.map(Payload::line);
        let caller_payload = caller_headers.payload(payload.as_ref())?;
        let is_hash = self
            .payload
            .is_some_and(|payload| payload != Payload::Unsigned);
        let adds_header = caller_payload.is_none() && is_hash && rules.payload_header;
        let payload = match (caller_payload, payload) {
            (Some(text), _) => PayloadLine::Text(text),
            (None, Some(payload)) => payload,
            (None, None) if rules.payload_header => Payload::Unsigned.line(),
            (None, None) => Payload::Empty.line(),
        };
        self.check_payload_parameter(payload.as_str())?;
        Ok(CheckedUrl {
            time,
            validity,
            payload,
            payload_header: adds_header.then_some(names.content_sha256),
        })
    }

    /// Returns the payload of a request that is signed with headers, and whether its header is
    /// added.
    fn header_payload(
        &self,
        caller_headers: &SignatureHeaders<'a>,
    ) -> Result<(PayloadLine<'a>, bool), Error> {
        let payload = self.payload.map(Payload::line);
        if let Some(text) = caller_headers.payload(payload.as_ref())? {
            return Ok((PayloadLine::Text(text), false));
        }
        let method = self.parts.method;
        let adds_header = self.service.content_sha256_header;
        match payload {
            Some(payload) => {
                let is_unsigned = self.payload == Some(Payload::Unsigned);
                Ok((payload, adds_header || is_unsigned))
            }
            None if self.has_no_body || matches!(method, "GET" | "HEAD" | "DELETE") => {
                Ok((Payload::Empty.line(), adds_header))
            }
            None => Err(error!(
                Payload,
                "the payload of a {method} request is signed, but it is missing; \
                 call `payload`, for example with Payload::sha256_of(body)"
            )),
        }
    }

    /// Returns the signed headers: `Host`, those of the caller, and those that signing adds.
    #[inline]
    pub(super) fn signed_headers<'h>(
        &'h self,
        added: impl IntoIterator<Item = &'h Header<'h>>,
    ) -> SignedHeaders<'h> {
        let own = self.parts.headers_without_host();
        let own = own.filter(|header| is_signed(header));
        let host = self.parts.host();
        let host = if self.service.scheme().conventions.host_has_port {
            host
        } else {
            host.without_port()
        };
        SignedHeaders::new(host, SortedHeaders::sort(added.into_iter().chain(own)))
    }

    fn string_to_sign(&self, time: AmzDate, canonical_hash: [u8; 32]) -> StringToSign<'a> {
        StringToSign {
            scope: Scope {
                time,
                signing_scope: &self.service.signing_scope,
            },
            canonical_hash: Hex::new(&canonical_hash),
        }
    }

    /// Checks that no escape hides a slash or a dot segment. S3 signs `%2F` as `/`, and the URL
    /// contains what is signed, so its segments would differ from the caller's.
    fn check_path(&self) -> Result<(), Error> {
        let is_decoded = self.service.rules.canonical_uri == CanonicalUri::S3;
        if is_decoded && self.parts.path.has_hidden_segment() {
            return Err(error!(
                Url,
                "the path has an escaped slash or dot segment, which S3 signs like the character itself; \
                 write the character, or sign with another CanonicalUri"
            ));
        }
        Ok(())
    }

    /// Checks that a parameter with the payload's hash, which servers read like the header, equals
    /// the signed payload.
    fn check_payload_parameter(&self, payload: &str) -> Result<(), Error> {
        let name = self.service.scheme().content_sha256;
        let mut params = self.parts.params.iter();
        let is_other = |param: &Param<'_>| {
            let value = param.value.unwrap_or_default();
            param.name.decodes_to_ignore_case(name) && !value.decodes_to(payload)
        };
        if params.any(is_other) {
            return Err(error!(
                Payload,
                "the parameter {name} differs from the signed payload {payload}; leave it out"
            ));
        }
        Ok(())
    }

    /// Checks that an AWS host can have the region and the service.
    #[inline]
    fn check_scope(&self) -> Result<(), Error> {
        if self.service.is_aws_scope {
            Ok(())
        } else {
            self.check_host_of_scope()
        }
    }

    /// Checks that the host isn't an AWS host if AWS doesn't have the region or the service.
    #[cold]
    fn check_host_of_scope(&self) -> Result<(), Error> {
        let mut host = String::new();
        self.parts.url_host.write(&mut host);
        let name = host.split(':').next().unwrap_or_default();
        if !Partition::is_aws_host(name) {
            return Ok(());
        }
        let signing_scope = &self.service.signing_scope;
        check_aws_scope(&signing_scope.region, &signing_scope.service)
    }

    /// Checks that the query has no parameter of a signature.
    fn check_no_signature(&self) -> Result<(), Error> {
        let scheme = self.service.scheme();
        let params = &self.parts.params;
        check_response_overrides(params)?;
        if let Some(prefix) = scheme.conventions.rejected_prefix {
            self.parts
                .check_without_prefix(prefix, scheme.header_prefix)?;
        }
        match params.iter().find_map(|param| scheme.name_of(param)) {
            Some(name) => Err(already_signed(name.query)),
            None => check_no_v2_signature(params),
        }
    }

    /// Returns an upper bound of the length of a presigned URL, so that it is allocated once.
    pub(crate) fn max_url_len(&self) -> usize {
        /// Names of the signature's parameters, time, expiry and payload header.
        const FIXED: usize = 300;
        let region_set = match self.service.header_names.region_set {
            Some(_) => self.service.signing_scope.region.len().saturating_mul(3),
            None => 0,
        };
        let token = self.identity.encoded_session_token().map_or(0, str::len);
        let header_names = self.parts.headers.iter().fold(0usize, |length, header| {
            // Escaped, a byte takes three.
            length.saturating_add(header.name.len().saturating_mul(3).saturating_add(3))
        });
        capacity([
            FIXED,
            self.parts.max_url_len(),
            self.identity.encoded_access_key_id().len(),
            self.service.signing_scope.encoded.len(),
            *self.service.scheme().signature_len.end(),
            region_set,
            token,
            header_names,
        ])
    }

    /// Returns an upper bound of the length of all values of the headers that are added.
    fn max_added_len(&self) -> usize {
        /// Words, separators, time, dates, hash, and the names of the headers that are added.
        const FIXED: usize = 280;
        let header_names = self.parts.headers.iter().fold(0usize, |length, header| {
            length.saturating_add(header.name.len()).saturating_add(1)
        });
        capacity([
            FIXED,
            self.identity.access_key_id().len(),
            self.service.signing_scope.text.len(),
            self.service.signing_scope.region.len(),
            *self.service.scheme().signature_len.end(),
            header_names,
            self.identity.session_token().map_or(0, str::len),
        ])
    }
}

/// Writes the end of a presigned URL: the signature, and a token that it doesn't cover.
pub(crate) fn finish_url(
    service: &Service,
    identity: &Identity,
    signature: &Signature,
    url: &mut impl Sink,
) {
    url.text(signature_start(service));
    write_signature(service, identity, signature, url);
}

/// Returns `&`, the name of the signature's parameter, and `=`.
pub(super) fn signature_start(service: &Service) -> &'static str {
    service.scheme().name(Role::Signature).query_start
}

/// Writes the value of the signature, and a token that it doesn't cover.
pub(super) fn write_signature(
    service: &Service,
    identity: &Identity,
    signature: &Signature,
    url: &mut impl Sink,
) {
    signature.write_hex(url);
    if service.rules.session_token == SessionToken::Appended
        && let Some(token) = identity.encoded_session_token()
    {
        let scheme = service.scheme();
        url.text(scheme.name(Role::SecurityToken).query_start);
        url.text(token);
    }
}

/// Writes the end of the `Authorization` header.
pub(crate) fn finish_headers(headers: &mut AddedHeaders, signature: &Signature) {
    signature.write_hex(headers.last_value());
}

/// Returns the validity of a presigned URL: 1 second to 7 days.
pub(super) fn check_expiry(
    expiry: &Expiry,
    identity: &Identity,
    now: Timestamp,
) -> Result<Validity, Error> {
    let max = MAX_EXPIRY.as_secs();
    let validity = expiry.resolve(identity, now, "URL")?;
    if validity.seconds > max {
        return Err(error!(
            Expiry,
            "the expiry is {} seconds; the maximum is {max} (seven days)", validity.seconds
        ));
    }
    Ok(validity)
}

/// Checks that an `Authorization` header can carry the access key ID. A comma would end it; a URL
/// can carry one.
fn check_id(identity: &Identity) -> Result<(), Error> {
    if identity.access_key_id().contains(',') {
        return Err(error!(
            Credentials,
            "the access key ID contains a comma, which would end it in the Authorization header; \
             presign a URL instead"
        ));
    }
    Ok(())
}
