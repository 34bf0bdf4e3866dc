//! Forms.

use crate::post::PresignedPost;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// `{"url", "fields": {name: value}}`, as boto3 returns it, with the fields in the form's order.
impl Serialize for PresignedPost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("PresignedPost", 2)?;
        form.serialize_field("url", self.url())?;
        form.serialize_field("fields", &Fields(self))?;
        form.end()
    }
}

/// The fields as a map. No name occurs twice.
struct Fields<'a>(&'a PresignedPost);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.fields())
    }
}
