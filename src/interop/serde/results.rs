//! Times, presigned URLs and signed requests.

use crate::request::{PresignedUrl, SignedRequest};
use crate::time::Timestamp;
use alloc::vec::Vec;
use serde::ser::{Serialize, SerializeMap as _, SerializeStruct, Serializer};

/// RFC 3339 in UTC: `"2013-05-24T00:00:00Z"`.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// `{"method", "url", "headers": {name: value}, "expires_at"}`, and `"not_covered"` with the names
/// of the headers that the signature doesn't cover, if there are any.
impl Serialize for PresignedUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let not_covered = nonempty(self.not_covered().collect());
        let length = 4usize.saturating_add(not_covered.is_some().into());
        let mut fields = serializer.serialize_struct("PresignedUrl", length)?;
        fields.serialize_field("method", self.method())?;
        fields.serialize_field("url", self.as_str())?;
        fields.serialize_field("headers", &Headers(self.headers().collect()))?;
        fields.serialize_field("expires_at", &self.expires_at())?;
        serialize_some(&mut fields, "not_covered", not_covered)?;
        fields.end()
    }
}

/// `{"headers": {name: value}}`, the headers to add. A call to a query API also has `"url"`, and
/// one that is a POST `"body"`. `"not_covered"` has the names of the headers that the signature
/// doesn't cover, if there are any.
impl Serialize for SignedRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let not_covered = nonempty(self.not_covered().collect());
        let optional = [
            self.url().is_some(),
            self.body().is_some(),
            not_covered.is_some(),
        ];
        let length = optional
            .iter()
            .fold(1usize, |sum, is_some| sum.saturating_add((*is_some).into()));
        let mut fields = serializer.serialize_struct("SignedRequest", length)?;
        serialize_some(&mut fields, "url", self.url())?;
        fields.serialize_field("headers", &Headers(self.headers().collect()))?;
        serialize_some(&mut fields, "body", self.body())?;
        serialize_some(&mut fields, "not_covered", not_covered)?;
        fields.end()
    }
}

fn nonempty(names: Vec<&str>) -> Option<Vec<&str>> {
    Some(names).filter(|names| !names.is_empty())
}

/// Writes a field, or skips it if it is `None`.
fn serialize_some<F: SerializeStruct>(
    fields: &mut F,
    name: &'static str,
    value: Option<impl Serialize>,
) -> Result<(), F::Error> {
    match value {
        Some(value) => fields.serialize_field(name, &value),
        None => fields.skip_field(name),
    }
}

/// Headers as a map. The values of a name that occurs several times are joined by commas, as HTTP
/// allows.
struct Headers<'a>(Vec<(&'a str, &'a str)>);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Sorting by name finds equal names in linearithmic time. The sort is stable, so each group
        // keeps its order.
        let mut sorted: Vec<_> = self.0.iter().enumerate().collect();
        sorted.sort_by_cached_key(|(_, (name, _))| name.to_ascii_lowercase());
        let mut groups: Vec<_> = sorted
            .chunk_by(|(_, (one, _)), (_, (two, _))| one.eq_ignore_ascii_case(two))
            .collect();
        groups.sort_by_key(|group| group.first().map(|(index, _)| *index));

        let mut map = serializer.serialize_map(Some(groups.len()))?;
        for group in groups {
            if let [(_, (name, _)), ..] = group {
                let values: Vec<&str> = group.iter().map(|(_, (_, value))| *value).collect();
                map.serialize_entry(name, &values.join(","))?;
            }
        }
        map.end()
    }
}
