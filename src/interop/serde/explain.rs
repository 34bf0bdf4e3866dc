//! Explanations.

use crate::explain::{Difference, Explanation, Finding, Line};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// `{"verdict", "code", "findings", "difference"}`. The verdict is the likeliest cause, or
/// `unexplained`. The difference is null unless both sides are known.
impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let first = self.findings().first();
        let verdict = first.map_or("unexplained", |finding| finding.cause().as_str());
        let mut fields = serializer.serialize_struct("Explanation", 4)?;
        fields.serialize_field("verdict", verdict)?;
        fields.serialize_field("code", &self.code())?;
        fields.serialize_field("findings", self.findings())?;
        fields.serialize_field("difference", &self.difference())?;
        fields.end()
    }
}

/// `{"cause", "confidence", "message", "signed", "seen"}`. The last two are null if there is
/// nothing to show.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Finding", 5)?;
        fields.serialize_field("cause", &self.cause())?;
        fields.serialize_field("confidence", &self.confidence())?;
        fields.serialize_field("message", self.message())?;
        fields.serialize_field("signed", &self.signed())?;
        fields.serialize_field("seen", &self.seen())?;
        fields.end()
    }
}

/// The lines.
impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines())
    }
}

/// `{"part", "signed", "seen"}`, with null on the side that has no such line.
impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Line", 3)?;
        fields.serialize_field("part", self.part())?;
        fields.serialize_field("signed", &self.signed())?;
        fields.serialize_field("seen", &self.seen())?;
        fields.end()
    }
}
