//! Presigned URLs that differ only in key, row values and expiration: everything else is written
//! once.

use super::ambiguous_value::SubResourceFinder;
use super::service::signing_key;
use super::sign::{SigningRequest, ambiguous_value, check_expiry, expires, finish_url};
use super::string_to_sign::{DateLine, write_sub_resources};
use crate::credentials::Credentials;
use crate::crypto::{Message, Signature, SigningKey};
use crate::error::Error;
use crate::expiry::{Expiry, Validity};
use crate::text::capacity::capacity;
use crate::text::sink::{Placeholder, Sink};
use crate::text::template_text::{RowValues, TemplateText, Values};
use crate::time::Timestamp;
use crate::wire::path::Path;
use alloc::string::String;
use alloc::vec::Vec;

/// A presigned URL without its path.
#[derive(Clone)]
pub(crate) struct UrlTemplate {
    credentials: Credentials,
    /// `https://host:port`.
    origin: String,
    /// The query up to the signature.
    query: TemplateText,
    /// The string to sign before the expiration, between it and the path, and after the path.
    before_date: Vec<u8>,
    before_path: Vec<u8>,
    sub_resources: TemplateText,
    /// The state for the expiration for which the template was made, if rows have no values.
    prepared: Option<Prepared>,
}

/// The texts and the key for one expiration.
#[derive(Clone)]
struct Prepared {
    expires_at: Timestamp,
    /// The query up to the signature.
    query: String,
    /// The key, which has hashed the whole blocks of the text with which every string to sign
    /// begins.
    key: SigningKey,
    /// The remaining bytes of that text, up to the path.
    start_tail: Vec<u8>,
    sub_resources: Vec<u8>,
}

impl UrlTemplate {
    pub(crate) fn new(
        request: &SigningRequest<'_>,
        credentials: &Credentials,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let secret = credentials.secret_access_key()?;
        let validity = request.check_url(expiry, now)?;
        let parts = &request.parts;
        let query = TemplateText::record(|text| {
            request.write_query_start(text);
            text.placeholder(Placeholder::Expires);
        });
        let sub_resources = TemplateText::record(|text| write_sub_resources(&parts.params, text));
        let string_to_sign = request.string_to_sign(DateLine::Date(""), true);
        let (mut origin, mut before_date, mut before_path) =
            (String::new(), Vec::new(), Vec::new());
        parts.write_origin(&mut origin);
        string_to_sign.write_before_date(&mut before_date);
        string_to_sign.write_before_path(&mut before_path);

        let prepared = (!query.has_row_values()).then(|| {
            let values = Values {
                time: None,
                expires: expires(&validity),
                row: RowValues::default(),
            };
            let mut prepared_query = String::new();
            query.write_encoded(&values, &mut prepared_query);
            let mut start = before_date.clone();
            start.decimal(values.expires);
            start.extend_from_slice(&before_path);
            let (key, start_tail) = signing_key(secret).with_start(start);
            let mut resources = Vec::new();
            sub_resources.write_plain(&values, &mut resources);
            Prepared {
                expires_at: validity.expires_at,
                query: prepared_query,
                key,
                start_tail,
                sub_resources: resources,
            }
        });
        Ok(UrlTemplate {
            credentials: credentials.clone(),
            origin,
            query,
            before_date,
            before_path,
            sub_resources,
            prepared,
        })
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
        let validity = check_expiry(&expiry, self.credentials.identity(), now)?;
        match &self.prepared {
            Some(prepared) if prepared.expires_at == validity.expires_at => {
                self.write_prepared(prepared, path, url)?;
            }
            _ => self.write_at(path, row, &validity, url)?,
        }
        Ok(validity.expires_at)
    }

    /// Writes the URL for the expiration for which the template was made.
    fn write_prepared(
        &self,
        prepared: &Prepared,
        path: Path<'_>,
        url: &mut impl Sink,
    ) -> Result<(), Error> {
        let signature = prepared.key.sign(&PreparedMessage { prepared, path })?;
        self.write_url(path, url, &signature, |url| url.text(&prepared.query));
        Ok(())
    }

    /// Writes the URL for any expiration.
    fn write_at(
        &self,
        path: Path<'_>,
        row: RowValues<'_>,
        validity: &Validity,
        url: &mut impl Sink,
    ) -> Result<(), Error> {
        self.check_row(row)?;
        let values = Values {
            time: None,
            expires: expires(validity),
            row,
        };
        let message = RowMessage {
            template: self,
            path,
            values: &values,
        };
        let signature = signing_key(self.credentials.secret_access_key()?).sign(&message)?;
        self.write_url(path, url, &signature, |url| {
            self.query.write_encoded(&values, url);
        });
        Ok(())
    }

    /// Checks the row values: none may have the signature of another sub-resource.
    fn check_row(&self, row: RowValues<'_>) -> Result<(), Error> {
        let mut finder = SubResourceFinder::default();
        let mut ambiguous = None;
        row.check_with(|index, text| {
            if !self
                .sub_resources
                .row_values()
                .any(|signed| signed == index)
            {
                return;
            }
            match text {
                Some(text) => text.bytes().for_each(|byte| finder.push(byte)),
                None => {
                    let is_found = finder.end_value();
                    ambiguous = ambiguous.or(is_found.then_some(index));
                }
            }
        })?;
        match ambiguous {
            Some(index) => Err(ambiguous_value(format_args!("row value {index}"))),
            None => Ok(()),
        }
    }

    fn write_url<S: Sink>(
        &self,
        path: Path<'_>,
        url: &mut S,
        signature: &Signature,
        write_query: impl FnOnce(&mut S),
    ) {
        url.text(&self.origin);
        path.write_as_sent(url);
        write_query(url);
        finish_url(signature, url);
    }

    /// Returns when a URL that is signed now expires.
    pub(crate) fn expires_at(&self, expiry: Expiry, now: Timestamp) -> Result<Timestamp, Error> {
        Ok(check_expiry(&expiry, self.credentials.identity(), now)?.expires_at)
    }

    /// Returns an upper bound of the length of a URL whose row values have that many encoded bytes.
    pub(crate) fn max_len(&self, path: Path<'_>, row_values: usize) -> usize {
        /// Expiration, signature and its name.
        const FIXED: usize = 128;
        capacity([
            FIXED,
            self.origin.len(),
            path.max_len(),
            self.query.len(),
            row_values,
        ])
    }
}

/// The end of a string to sign, whose whole blocks before it are in the key.
struct PreparedMessage<'a> {
    prepared: &'a Prepared,
    path: Path<'a>,
}

impl Message for PreparedMessage<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.bytes(&self.prepared.start_tail);
        self.path.write_as_sent(sink);
        sink.bytes(&self.prepared.sub_resources);
    }
}

/// The string to sign of a row.
struct RowMessage<'a> {
    template: &'a UrlTemplate,
    path: Path<'a>,
    values: &'a Values<'a>,
}

impl Message for RowMessage<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.bytes(&self.template.before_date);
        sink.decimal(self.values.expires);
        sink.bytes(&self.template.before_path);
        self.path.write_as_sent(sink);
        self.template.sub_resources.write_plain(self.values, sink);
    }
}
