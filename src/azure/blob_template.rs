//! Presigned URLs for the blobs of a container.

use super::blob_params::BlobParams;
use super::prepared_sas::{PreparedSas, TokenExpiry, ValueSpace};
use super::sas::Sas;
use super::sas_template::TokenTemplate;
use super::string_to_sign::{SignedValues, Value};
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind, error};
use crate::expiry::Expiry;
use crate::request::CustomTemplate;
use crate::text::capacity::capacity;
use crate::text::sink::{FnSink, Placeholder, Sink as _};
use crate::text::template_text::RowValues;
use crate::time::Timestamp;
use crate::wire::path::Path;
use crate::wire::request_parts::RequestParts;
use alloc::string::String;
use alloc::vec::Vec;

/// What the URLs of blobs have in common.
pub(super) struct BlobTemplate {
    /// `https://host:port`.
    origin: String,
    /// The query.
    query: TokenTemplate,
    /// The headers to send with each URL.
    headers: Vec<(String, String)>,
}

impl BlobTemplate {
    /// `sas` describes a blob with an empty name, which each row replaces.
    pub(super) fn new(
        sas: &Sas<'_>,
        params: &BlobParams<'_>,
        parts: &RequestParts<'_>,
        credentials: &Credentials,
    ) -> Result<Self, Error> {
        let identity = credentials.identity();
        let (mut space, mut values) = (ValueSpace::default(), SignedValues::new());
        let prepared =
            PreparedSas::new(sas, identity, TokenExpiry::PerRow, &mut space, &mut values)?;
        let mut values = prepared.values().clone();
        for (field, index) in &params.response_per_row {
            if values.has(*field) {
                let name = field.name();
                return Err(Error::duplicate(ErrorKind::Query, "parameter", name));
            }
            values.set(*field, Value::PerRow(Placeholder::RowValue(*index)));
        }
        let mut text = prepared.text();
        text.values = &values;
        text.resource.object = Value::PerRow(Placeholder::Key);

        let mut origin = String::new();
        parts.write_origin(&mut origin);
        Ok(BlobTemplate {
            origin,
            query: TokenTemplate::new(&prepared, &text, credentials, |query| {
                params.write_before_token(query);
            })?,
            headers: params.headers(parts),
        })
    }

    /// Checks the row values: those of the token are lines of the string to sign.
    fn check_row(&self, row: RowValues<'_>) -> Result<(), Error> {
        let mut invalid = None;
        let mut has_text = false;
        row.check_with(|index, text| {
            let is_invalid = match text {
                Some(text) => {
                    has_text = true;
                    text.contains(char::is_control)
                }
                None => !core::mem::take(&mut has_text),
            };
            if is_invalid && self.query.signs_row_value(index) {
                invalid.get_or_insert(index);
            }
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

impl CustomTemplate for BlobTemplate {
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
        let query = self.query.row(path.key(), expires_at, row)?;
        let signature = query.sign()?;
        url.text(&self.origin);
        path.write_as_sent(url);
        query.write_signed(&signature, url);
        Ok(expires_at)
    }

    fn expires_at(&self, expiry: Expiry, now: Timestamp) -> Result<Timestamp, Error> {
        self.query.expires_at(expiry, now)
    }

    fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    fn max_len(&self, path: Path<'_>, row_values: usize) -> usize {
        capacity([
            self.origin.len(),
            path.max_len(),
            self.query.max_len(),
            row_values,
        ])
    }
}
