//! Shared access signatures for the blobs of a container, which differ only in name, expiry and row
//! values: everything else is written once.

use super::blob_params::BlobParams;
use super::prepared_sas::{PreparedSas, ValueSpace};
use super::sas::Sas;
use super::sas_validity::{SasTime, ValidityRules};
use super::string_to_sign::{SignedValues, Value};
use crate::credentials::Credentials;
use crate::crypto::Message;
use crate::error::{Error, ErrorKind, error};
use crate::expiry::Expiry;
use crate::request::CustomTemplate;
use crate::scheme::azure_sas::Field;
use crate::text::capacity::capacity;
use crate::text::sink::{FnSink, Placeholder, Sink};
use crate::text::template_text::{RowValues, TemplateText};
use crate::time::Timestamp;
use crate::wire::path::Path;
use crate::wire::query::write_query;
use crate::wire::request_parts::RequestParts;
use alloc::string::String;
use alloc::vec::Vec;

/// The URLs of blobs without their path.
pub(super) struct SasTemplate {
    credentials: Credentials,
    is_delegated: bool,
    /// `https://host:port`.
    origin: String,
    /// The query up to the signature.
    query: TemplateText,
    string_to_sign: TemplateText,
    /// The headers to send with each URL.
    headers: Vec<(String, String)>,
}

impl SasTemplate {
    /// `sas` is that of a blob without a name.
    pub(super) fn new(
        sas: &Sas<'_>,
        params: &BlobParams<'_>,
        parts: &RequestParts<'_>,
        credentials: &Credentials,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Self, Error> {
        // An invalid key is an error now, not one of the first row.
        credentials.base64_key()?;
        let identity = credentials.identity();
        let (mut space, mut values) = (ValueSpace::default(), SignedValues::new());
        let prepared =
            PreparedSas::new(sas, identity, expiry.into(), now, &mut space, &mut values)?;
        let mut values = prepared.values().clone();
        values.set(Field::ExpiresAt, Value::PerRow(Placeholder::Expires));
        for (field, index) in &params.response_per_row {
            if values.has(*field) {
                let name = field.name();
                return Err(Error::duplicate(ErrorKind::Query, "parameter", name));
            }
            values.set(*field, Value::PerRow(Placeholder::RowValue(*index)));
        }

        let mut origin = String::new();
        parts.write_origin(&mut origin);
        let mut text = prepared.text();
        text.values = &values;
        text.resource.object = Value::PerRow(Placeholder::Key);
        Ok(SasTemplate {
            credentials: credentials.clone(),
            is_delegated: identity.session_token().is_some(),
            origin,
            query: TemplateText::record(|query| {
                write_query(&params.others, query);
                query.text(if params.others.is_empty() { "?" } else { "&" });
                values.write_params(query);
                query.text(Field::Signature.assignment());
            }),
            string_to_sign: TemplateText::record(|sink| text.write(sink)),
            headers: params.headers(parts),
        })
    }

    /// Checks the row values: those of the token are lines of the string to sign.
    fn check_row(&self, row: RowValues<'_>) -> Result<(), Error> {
        let mut invalid = None;
        let mut is_empty = true;
        row.check_with(|index, text| {
            let is_end = text.is_empty();
            let is_invalid = text.contains(char::is_control) || (is_end && is_empty);
            let mut signed = self.string_to_sign.row_values();
            if is_invalid && signed.any(|signed| signed == index) {
                invalid.get_or_insert(index);
            }
            is_empty = is_end;
        })?;
        match invalid {
            None => Ok(()),
            Some(index) => Err(error!(
                Query,
                "row value {index} is empty or contains a control character, which can't be signed"
            )),
        }
    }
}

impl CustomTemplate for SasTemplate {
    fn write(
        &self,
        path: Path<'_>,
        row: RowValues<'_>,
        expiry: Expiry,
        now: Timestamp,
        url: &mut FnSink<'_>,
    ) -> Result<Timestamp, Error> {
        self.check_row(row)?;
        let expires_at = self.expires_at(expiry, now)?;
        let row = SasRow {
            template: self,
            blob: path.key(),
            expires_at: SasTime::new(expires_at)?,
            values: row,
        };
        let signature = self.credentials.base64_key()?.sign(&row)?;
        url.text(&self.origin);
        path.write_as_sent(url);
        self.query.write(url, |placeholder, url| {
            row.write_value(placeholder, url, |value, url| value.write_encoded(url));
        });
        signature.write_base64_encoded(url);
        Ok(expires_at)
    }

    fn expires_at(&self, expiry: Expiry, now: Timestamp) -> Result<Timestamp, Error> {
        let rules = ValidityRules {
            starts_at: None,
            now,
            is_delegated: self.is_delegated,
            has_policy: false,
        };
        rules.expires_at(self.credentials.identity(), expiry)
    }

    fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    fn max_len(&self, path: Path<'_>, row_values: usize) -> usize {
        /// Expiry and signature.
        const FIXED: usize = 96;
        capacity([
            FIXED,
            self.origin.len(),
            path.max_len(),
            self.query.len(),
            row_values,
        ])
    }
}

/// The URL of one blob.
struct SasRow<'r> {
    template: &'r SasTemplate,
    blob: &'r str,
    expires_at: SasTime,
    values: RowValues<'r>,
}

impl SasRow<'_> {
    fn write_value<S: Sink>(
        &self,
        placeholder: Placeholder,
        sink: &mut S,
        write: impl Fn(Value<'_>, &mut S),
    ) {
        let write_text = |text: &str, sink: &mut S| write(Value::Text(text), sink);
        match placeholder {
            Placeholder::Expires => write(self.expires_at.value(), sink),
            Placeholder::Key => write_text(self.blob, sink),
            Placeholder::RowValue(index) => self.values.write(index, "", sink, write_text),
            Placeholder::RowAssignment(index) => self.values.write(index, "=", sink, write_text),
            // A token has neither.
            Placeholder::Date | Placeholder::Time => {}
        }
    }
}

/// The string to sign.
impl Message for SasRow<'_> {
    fn write(&self, sink: &mut impl Sink) {
        self.template
            .string_to_sign
            .write(sink, |placeholder, sink| {
                self.write_value(placeholder, sink, |value, sink| value.write(sink));
            });
    }
}
