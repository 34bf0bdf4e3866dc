//! The parameters of a request to a blob.

use super::operation::{Level, Operation, sets_tags};
use super::permissions::Permissions;
use super::resource::Resource;
use super::service::Service;
use crate::error::{Error, error};
use crate::scheme::azure_sas::Field;
use crate::text::percent::Component;
use crate::text::sink::Sink;
use crate::wire::query::{Param, write_query};
use crate::wire::request_parts::RequestParts;
use alloc::borrow::{Cow, ToOwned as _};
use alloc::string::String;
use alloc::vec::Vec;

/// The type of a blob, a header that the service requires for an upload.
const BLOB_TYPE: &str = "x-ms-blob-type";

/// The parameters of a request to a blob.
#[derive(Default)]
pub(super) struct BlobParams<'p> {
    /// Headers of the response, which the token sets.
    pub(super) response: Vec<(Field, Cow<'p, str>)>,
    /// Those of them that a template's row sets, with the index of the row value.
    pub(super) response_per_row: Vec<(Field, usize)>,
    others: Vec<Param<'p>>,
    /// The parameter `comp`, which selects an operation.
    comp: Option<Cow<'p, str>>,
    snapshot: Option<Cow<'p, str>>,
    version: Option<Cow<'p, str>>,
    delete_type: Option<Cow<'p, str>>,
}

impl<'p> BlobParams<'p> {
    pub(super) fn parse(params: &[Param<'p>]) -> Result<Self, Error> {
        let mut parsed = BlobParams::default();
        for param in params {
            // The service ignores the case of names.
            let name = param.name.to_text_lossy().to_ascii_lowercase();
            let value = param.value.unwrap_or_default();
            match Field::from_name(&name) {
                Some(field) if field.is_response_header() => {
                    match value {
                        Component::PerRow(index) => parsed.response_per_row.push((field, index)),
                        value => parsed.response.push((field, value.to_text_lossy())),
                    }
                    continue;
                }
                Some(field) => {
                    return Err(error!(
                        Query,
                        "the parameter {} belongs to the shared access signature; set it with \
                         `Account::sas`",
                        field.name()
                    ));
                }
                None => {}
            }
            let known = match &*name {
                "comp" => Some(&mut parsed.comp),
                "snapshot" => Some(&mut parsed.snapshot),
                "versionid" => Some(&mut parsed.version),
                "deletetype" => Some(&mut parsed.delete_type),
                _ => None,
            };
            if let Some(known) = known {
                if let Component::PerRow(_) = value {
                    return Err(error!(
                        Query,
                        "the parameter {name} decides the permissions or the resource, so it can't have a value \
                         per row; make a template for each value"
                    ));
                }
                if known.replace(value.to_text_lossy()).is_some() {
                    return Err(error!(Query, "duplicate parameter {name}; write it once"));
                }
            }
            parsed.others.push(*param);
        }
        if parsed.snapshot.is_some() && parsed.version.is_some() {
            return Err(error!(
                Query,
                "the request names a snapshot and a version; name one of them"
            ));
        }
        Ok(parsed)
    }

    pub(super) fn permissions(&self, parts: &RequestParts<'_>) -> Result<Permissions, Error> {
        let method = parts.method;
        let comp = self.comp.as_deref().unwrap_or_default();
        let delete_type = self.delete_type.as_deref().unwrap_or_default();
        let comp = comp.to_ascii_lowercase();
        let operation = Operation {
            has_version: self.version.is_some(),
            is_permanent: delete_type.eq_ignore_ascii_case("permanent"),
            sets_tags: sets_tags(parts.headers.iter()),
            ..Operation::new(Service::Blob, Level::Object, method, &comp)
        };
        let needed = operation.needed().ok_or_else(|| {
            error!(
                Unsupported,
                "unsupported method {method}; choose the permissions with `Account::sas`"
            )
        })?;
        Ok(needed.permissions())
    }

    /// Writes the query up to the token.
    pub(super) fn write_before_token(&self, query: &mut impl Sink) {
        write_query(&self.others, query);
        query.text(if self.others.is_empty() { "?" } else { "&" });
    }

    /// Returns the headers that have to be sent.
    pub(super) fn headers(&self, parts: &RequestParts<'_>) -> Vec<(String, String)> {
        if parts.method != "PUT" || self.comp.is_some() {
            return Vec::new();
        }
        let value = parts.header(BLOB_TYPE).map(|header| header.trimmed());
        let value = value.unwrap_or(b"BlockBlob");
        let value = String::from_utf8_lossy(value).into_owned();
        Vec::from([(BLOB_TYPE.to_owned(), value)])
    }

    pub(super) fn resource<'r>(&'r self, container: &'r str, blob: &'r str) -> Resource<'r> {
        match (&self.snapshot, &self.version) {
            (Some(snapshot), _) => Resource::Snapshot {
                container,
                blob,
                snapshot,
            },
            (None, Some(version)) => Resource::Version {
                container,
                blob,
                version,
            },
            (None, None) => Resource::Blob { container, blob },
        }
    }
}
