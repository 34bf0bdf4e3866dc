//! Inspections.

use crate::inspect::{Inspection, Problem};
use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::time::Duration;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// `{"scheme", "host", "path", "access_key_id", "access_key_kind", "has_session_token", "region",
/// "service", "signed_at", "expires_at", "valid_seconds", "remaining_seconds", "signed_headers",
/// "problems"}`, with null for the parts that the URL lacks.
impl Serialize for Inspection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let signed_headers: Vec<&str> = self.signed_headers().collect();
        let mut fields = serializer.serialize_struct("Inspection", 14)?;
        fields.serialize_field("scheme", &self.scheme())?;
        fields.serialize_field("host", &self.host())?;
        fields.serialize_field("path", self.path())?;
        fields.serialize_field("access_key_id", &self.access_key_id())?;
        fields.serialize_field("access_key_kind", &self.access_key_kind())?;
        fields.serialize_field("has_session_token", &self.has_session_token())?;
        fields.serialize_field("region", &self.region())?;
        fields.serialize_field("service", &self.service())?;
        fields.serialize_field("signed_at", &self.signed_at())?;
        fields.serialize_field("expires_at", &self.expires_at())?;
        fields.serialize_field(
            "valid_seconds",
            &self.valid_for().as_ref().map(Duration::as_secs),
        )?;
        fields.serialize_field(
            "remaining_seconds",
            &self.time_left().as_ref().map(Duration::as_secs),
        )?;
        fields.serialize_field("signed_headers", &signed_headers)?;
        fields.serialize_field("problems", self.problems())?;
        fields.end()
    }
}

/// `{"kind", "message"}`.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Problem", 2)?;
        fields.serialize_field("kind", &self.kind())?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}
