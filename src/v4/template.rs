//! Presigned URLs that differ only in key, row values and signing time: everything else is written
//! once.
//!
//! Against presigning each URL on its own this saves a third of the time.

use super::canonical::{CanonicalRequest, Query};
use super::presigned_query::PresignedQuery;
use super::scope::Scope;
use super::service::Service;
use super::sign::{SigningRequest, check_expiry, finish_url, signature_start, write_signature};
use super::string_to_sign::StringToSign;
use crate::credentials::Credentials;
use crate::crypto::{Message, SigningKey, sha256_of};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::text::capacity::capacity;
use crate::text::hex::Hex;
use crate::text::sink::{Sink, Tee};
use crate::text::template_text::{RowValues, TemplateText, Values};
use crate::time::Timestamp;
use crate::wire::path::Path;
use crate::wire::query::sort_encoded;
use alloc::string::String;
use alloc::vec::Vec;

/// A presigned URL without its path.
#[derive(Clone)]
pub(crate) struct UrlTemplate {
    service: Service,
    credentials: Credentials,
    /// The method and the line break after it.
    method_line: String,
    /// `https://host:port`.
    origin: String,
    /// The query up to the signature.
    query: TemplateText,
    /// The canonical request after its query.
    after_query: String,
    /// The state for the signing time at which the template was made, if rows have no values.
    prepared: Option<Prepared>,
}

/// The texts and the key for one signing time.
#[derive(Clone)]
struct Prepared {
    now: Timestamp,
    expiry: Expiry,
    expires_at: Timestamp,
    /// `?` and the query up to the value of the signature.
    query: String,
    /// The canonical request after its path.
    after_path: String,
    /// The key, which has hashed the whole blocks of the text with which every string to sign
    /// begins.
    key: SigningKey,
    /// The remaining bytes of that text, up to the hash of the canonical request.
    start_tail: Vec<u8>,
}

impl UrlTemplate {
    /// Returns the template, and the header that has to be sent beside those of the caller.
    pub(crate) fn new(
        request: &mut SigningRequest<'_>,
        credentials: &Credentials,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<(Self, Option<(String, String)>), Error> {
        let checked = request.check_url(expiry, now)?;
        sort_encoded(&mut request.parts.params);
        let (service, parts) = (request.service, &request.parts);
        let payload_header = checked.payload_header();
        let headers = request.signed_headers(payload_header.as_ref());
        let mut query = PresignedQuery {
            params: &parts.params,
            identity: request.identity,
            signing_scope: &service.signing_scope,
            session_token: service.rules.session_token,
            headers: &headers,
            times: None,
        };
        let open_query = TemplateText::record(|text| query.write(text));
        query.times = Some((checked.time.as_str(), checked.validity.seconds));
        let mut origin = String::new();
        parts.write_origin(&mut origin);
        let mut after_query = String::new();
        CanonicalRequest {
            method: parts.method,
            path: parts.path,
            canonical_uri: service.rules.canonical_uri,
            query: Query::Presigned(&query),
            headers: &headers,
            written_names: None,
            payload: checked.payload.as_str(),
        }
        .write_after_query(&mut after_query);

        let prepare = || -> Result<Prepared, Error> {
            let mut text = String::new();
            query.write(&mut text);
            let scope = Scope {
                time: checked.time,
                signing_scope: &service.signing_scope,
            };
            let mut start = Vec::new();
            StringToSign::write_start(&scope, &mut start);
            let (key, start_tail) = scope.signing_key(credentials)?.with_start(start);
            Ok(Prepared {
                now,
                expiry,
                expires_at: checked.validity.expires_at,
                after_path: alloc::format!("\n{text}{after_query}"),
                query: alloc::format!("?{text}{}", signature_start(service)),
                key,
                start_tail,
            })
        };
        let prepared = if open_query.has_row_values() {
            None
        } else {
            Some(prepare()?)
        };
        let template = UrlTemplate {
            service: service.clone(),
            credentials: credentials.clone(),
            method_line: alloc::format!("{}\n", parts.method),
            origin,
            query: open_query,
            after_query,
            prepared,
        };
        let added_header = payload_header.map(|header| {
            let value = checked.payload.as_str();
            (header.name.into_owned(), String::from(value))
        });
        Ok((template, added_header))
    }

    /// Writes the URL for one path, and returns when it expires.
    pub(crate) fn write(
        &self,
        path: Path<'_>,
        row: RowValues<'_>,
        expiry: Expiry,
        now: Timestamp,
        url: &mut impl Sink,
    ) -> Result<Timestamp, Error> {
        match &self.prepared {
            Some(prepared) if prepared.now == now && prepared.expiry == expiry => {
                self.write_prepared(prepared, path, url)?;
                Ok(prepared.expires_at)
            }
            _ => self.write_at(path, row, expiry, now, url),
        }
    }

    /// Writes the URL for the signing time at which the template was made.
    fn write_prepared(
        &self,
        prepared: &Prepared,
        path: Path<'_>,
        url: &mut impl Sink,
    ) -> Result<(), Error> {
        url.text(&self.origin);
        let hash = sha256_of(|hasher| {
            hasher.text(&self.method_line);
            path.write_encoded_once(&mut Tee(url, hasher));
            hasher.text(&prepared.after_path);
        });
        url.text(&prepared.query);
        let signature = prepared.key.sign(&PreparedMessage {
            start_tail: &prepared.start_tail,
            canonical_hash: &Hex::new(&hash),
        })?;
        write_signature(&self.service, self.credentials.identity(), &signature, url);
        Ok(())
    }

    /// Writes the URL for any signing time.
    fn write_at(
        &self,
        path: Path<'_>,
        row: RowValues<'_>,
        expiry: Expiry,
        now: Timestamp,
        url: &mut impl Sink,
    ) -> Result<Timestamp, Error> {
        let identity = self.credentials.identity();
        let time = now.amz_date()?;
        let validity = check_expiry(&expiry, identity, now)?;
        row.check()?;
        let values = Values {
            time: Some(time),
            expires: validity.seconds,
            row,
        };
        url.text(&self.origin);
        let hash = sha256_of(|hasher| {
            hasher.text(&self.method_line);
            path.write_encoded_once(&mut Tee(url, hasher));
            url.text("?");
            hasher.text("\n");
            self.query.write_encoded(&values, &mut Tee(url, hasher));
            hasher.text(&self.after_query);
        });
        let string_to_sign = StringToSign {
            scope: Scope {
                time,
                signing_scope: &self.service.signing_scope,
            },
            canonical_hash: Hex::new(&hash),
        };
        let signature = string_to_sign.sign(&self.credentials)?;
        finish_url(&self.service, identity, &signature, url);
        Ok(validity.expires_at)
    }

    /// Returns when a URL that is signed now expires.
    pub(crate) fn expires_at(&self, expiry: Expiry, now: Timestamp) -> Result<Timestamp, Error> {
        Ok(check_expiry(&expiry, self.credentials.identity(), now)?.expires_at)
    }

    /// Returns an upper bound of the length of a URL whose row values have that many encoded bytes.
    pub(crate) fn max_len(&self, path: Path<'_>, row_values: usize) -> usize {
        /// The signing time twice, expiry, and the signature's name.
        const FIXED: usize = 96;
        let token = self.credentials.identity().encoded_session_token();
        capacity([
            FIXED,
            self.origin.len(),
            path.max_len(),
            self.query.len(),
            *self.service.scheme().signature_len.end(),
            token.map_or(0, str::len),
            row_values,
        ])
    }
}

/// The end of a string to sign, whose whole blocks before it are in the key.
struct PreparedMessage<'a> {
    start_tail: &'a [u8],
    canonical_hash: &'a Hex,
}

impl Message for PreparedMessage<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.bytes(self.start_tail);
        sink.bytes(self.canonical_hash.as_bytes());
    }
}
