//! `Serialize` for the results: field names and forms are those of the command line's JSON.

#[cfg(feature = "explain")]
use crate::explain::{Cause, Confidence, Difference, Explanation, Finding, Row};
use crate::inspect::{Inspection, KeyKind, PresignedWith, Problem, ProblemKind};
use crate::post::PresignedPost;
use crate::signed::{PresignedUrl, SignedRequest, SigningSteps};
use crate::timestamp::Timestamp;
use alloc::string::ToString as _;
use alloc::vec::Vec;
use serde::ser::{Serialize, SerializeMap as _, SerializeStruct as _, Serializer};

/// RFC 3339 in UTC: `"2013-05-24T00:00:00Z"`.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// `{"method", "url", "headers": {name: value}, "expires_at"}`, and under SigV2 `"not_covered"`, the names of the headers that it
/// can't cover, if there are any.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for PresignedUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let not_covered: Vec<&str> = self.not_covered().collect();
        let fields = match not_covered.is_empty() {
            true => 4,
            false => 5,
        };
        let mut map = serializer.serialize_struct("PresignedUrl", fields)?;
        map.serialize_field("method", self.method())?;
        map.serialize_field("url", self.as_str())?;
        map.serialize_field("headers", &Headers(self.headers().collect()))?;
        map.serialize_field("expires_at", &self.expires_at())?;
        if not_covered.is_empty() {
            map.skip_field("not_covered")?;
        } else {
            map.serialize_field("not_covered", &not_covered)?;
        }
        map.end()
    }
}

/// `{"url", "fields": {name: value}}` as boto3 gives it, the fields in the form's order.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for PresignedPost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("PresignedPost", 2)?;
        map.serialize_field("url", self.url())?;
        map.serialize_field("fields", &Fields(self))?;
        map.end()
    }
}

/// A form's fields as a map. No name stands twice.
struct Fields<'a>(&'a PresignedPost);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.fields())
    }
}

/// `{"headers": {name: value}}`: the headers to add.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for SignedRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("SignedRequest", 1)?;
        map.serialize_field("headers", &Headers(self.headers().collect()))?;
        map.end()
    }
}

/// `{"canonical_request", "string_to_sign", "signature"}`; the first is left out under SigV2, which has none. The URL is
/// for a [`PresignedUrl`] to say.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for SigningSteps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let has_canonical_request = !self.canonical_request.is_empty();
        let fields = match has_canonical_request {
            true => 3,
            false => 2,
        };
        let mut map = serializer.serialize_struct("SigningSteps", fields)?;
        if has_canonical_request {
            map.serialize_field("canonical_request", &self.canonical_request)?;
        } else {
            map.skip_field("canonical_request")?;
        }
        map.serialize_field("string_to_sign", &self.string_to_sign)?;
        map.serialize_field("signature", self.signature.as_str())?;
        map.end()
    }
}

/// Each value is its name, as `as_str` gives it.
macro_rules! by_name {
    ($($(#[$attribute:meta])* $name:ty),*) => {
        $(
            /// The name, as a text.
            $(#[$attribute])*
            #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
        )*
    };
}

by_name!(
    PresignedWith,
    KeyKind,
    ProblemKind,
    #[cfg(feature = "explain")]
    Cause,
    #[cfg(feature = "explain")]
    Confidence
);

/// `{"scheme", "algorithm", "host", "path", "access_key_id", "credential_kind", "has_session_token", "region", "service",
/// "signed_at", "expires_at", "life_seconds", "remaining_seconds", "signed_headers", "problems"}`; null where the URL does not say.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Inspection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = |span: Option<core::time::Duration>| span.map(|span| span.as_secs());
        let signed_headers: Vec<&str> = self.signed_headers().collect();
        let mut map = serializer.serialize_struct("Inspection", 15)?;
        map.serialize_field("scheme", &self.presigned_with())?;
        map.serialize_field("algorithm", &self.algorithm())?;
        map.serialize_field("host", &self.host())?;
        map.serialize_field("path", self.path())?;
        map.serialize_field("access_key_id", &self.access_key_id())?;
        map.serialize_field("credential_kind", &self.key_kind())?;
        map.serialize_field("has_session_token", &self.has_session_token())?;
        map.serialize_field("region", &self.region())?;
        map.serialize_field("service", &self.service())?;
        map.serialize_field("signed_at", &self.signed_at())?;
        map.serialize_field("expires_at", &self.expires_at())?;
        map.serialize_field("life_seconds", &seconds(self.life()))?;
        map.serialize_field("remaining_seconds", &seconds(self.remaining()))?;
        map.serialize_field("signed_headers", &signed_headers)?;
        map.serialize_field("problems", self.problems())?;
        map.end()
    }
}

/// `{"kind", "message"}`.
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Problem", 2)?;
        map.serialize_field("kind", &self.kind())?;
        map.serialize_field("message", &self.to_string())?;
        map.end()
    }
}

/// `{"verdict", "code", "findings", "difference"}`: the verdict is the likeliest cause, or `unexplained`; the difference is null unless
/// both sides are known.
#[cfg(feature = "explain")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let first = self.findings().first();
        let verdict = first.map_or("unexplained", |first| first.cause().as_str());
        let mut map = serializer.serialize_struct("Explanation", 4)?;
        map.serialize_field("verdict", verdict)?;
        map.serialize_field("code", &self.code())?;
        map.serialize_field("findings", self.findings())?;
        map.serialize_field("difference", &self.difference())?;
        map.end()
    }
}

/// `{"cause", "confidence", "message", "signed", "seen"}`; the last two are null if there is nothing to show.
#[cfg(feature = "explain")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Finding", 5)?;
        map.serialize_field("cause", &self.cause())?;
        map.serialize_field("confidence", &self.confidence())?;
        map.serialize_field("message", self.message())?;
        map.serialize_field("signed", &self.signed_text())?;
        map.serialize_field("seen", &self.seen_text())?;
        map.end()
    }
}

/// The rows.
#[cfg(feature = "explain")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows())
    }
}

/// `{"part", "signed", "seen"}`; null on the side that has no such line.
#[cfg(feature = "explain")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Row", 3)?;
        map.serialize_field("part", self.part)?;
        map.serialize_field("signed", &self.signed)?;
        map.serialize_field("seen", &self.seen)?;
        map.end()
    }
}

/// Headers as a map. A name that was given twice stands once, its values joined as HTTP allows.
struct Headers<'a>(Vec<(&'a str, &'a str)>);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Sorted by name to find those that are the same, and then back into the order given.
        let mut sorted: Vec<_> = self.0.iter().enumerate().collect();
        sorted.sort_by_cached_key(|(_, (name, _))| name.to_ascii_lowercase());
        let same = |one: &str, two: &str| one.eq_ignore_ascii_case(two);
        let mut groups: Vec<_> = sorted
            .chunk_by(|(_, (one, _)), (_, (two, _))| same(one, two))
            .collect();
        groups.sort_by_key(|group| group.first().map(|(at, _)| *at));

        let mut map = serializer.serialize_map(None)?;
        for group in groups {
            let Some((_, (name, _))) = group.first() else {
                continue;
            };
            let values: Vec<&str> = group.iter().map(|(_, (_, value))| *value).collect();
            map.serialize_entry(name, &values.join(","))?;
        }
        map.end()
    }
}
