//! The request as one side signed it: its canonical request, its string to sign, or both.

use super::canonical::{Canonical, Form};
use super::catalogue::Cause;
use super::error_response::ErrorResponse;
use super::finding::Finding;
use super::text_forms::without_ellipsis;
use crate::crypto::sha256;
use crate::scheme::v4_family::V4_FAMILIES;
use crate::scheme::v4_scheme::{Role, V4Scheme};
use crate::text::hex::Hex;
use crate::v4::EMPTY_SHA256;
use crate::verify::Unverified;
use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

/// The texts of one side.
#[derive(Clone)]
pub(super) struct SignedText {
    /// Empty under SigV2, and if a server doesn't state it.
    pub(super) canonical_request: String,
    pub(super) string_to_sign: String,
    pub(super) canonical: Option<Canonical>,
    pub(super) payload: PayloadSource,
}

/// The source of the last line of a canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PayloadSource {
    Request,
    /// The body is unknown. The hash is the one that the server states.
    Server,
    /// The body is unknown, and counts as empty.
    Assumed,
}

impl SignedText {
    pub(super) fn new(canonical_request: &str, string_to_sign: &str) -> Self {
        let canonical = if !canonical_request.is_empty() {
            Canonical::parse(canonical_request)
        } else if V4Lines::parse(string_to_sign).is_some() {
            // Its hash says nothing about the parts of the request.
            None
        } else {
            Canonical::parse_v2(string_to_sign)
        };
        SignedText {
            canonical_request: canonical_request.to_owned(),
            string_to_sign: string_to_sign.to_owned(),
            canonical,
            payload: PayloadSource::Request,
        }
    }

    /// Returns the texts as they follow from a request. Without a known body, `is_payload_known` is
    /// false.
    pub(super) fn of_request(request: &Unverified<'_, '_>, is_payload_known: bool) -> Self {
        let text = SignedText::new(&request.canonical_request(), &request.string_to_sign());
        let mut text = text;
        // A payload that is unsigned, or whose hash a header states, needs no body.
        if let Some(canonical) = &mut text.canonical
            && !is_payload_known
            && canonical.payload.as_deref() == Some(EMPTY_SHA256)
        {
            canonical.payload = None;
        }
        text
    }

    /// Returns the texts that a response contains, if it contains any.
    pub(super) fn of_response(response: &ErrorResponse) -> Option<Self> {
        let canonical_request = response.canonical_request();
        let string_to_sign = response.string_to_sign();
        if canonical_request.is_none() && string_to_sign.is_none() {
            return None;
        }
        let canonical_request = canonical_request.unwrap_or_default();
        let shown = without_ellipsis(canonical_request);
        let is_cut = shown.is_some() || response.is_cut_in("CanonicalRequest");
        let canonical_request = match shown.unwrap_or(canonical_request) {
            // The last line is not whole.
            text if is_cut => text.rsplit_once(['\n', ' ']).map_or("", |(lines, _)| lines),
            text => text,
        };
        let mut text = SignedText::new(canonical_request, string_to_sign.unwrap_or_default());
        if let Some(canonical) = &mut text.canonical {
            canonical.is_cut |= is_cut || response.is_cut_in("StringToSign");
        }
        Some(text)
    }

    /// Returns whether a part of the request is missing, because the text was cut off.
    pub(super) fn is_cut(&self) -> bool {
        self.canonical.as_ref().is_none_or(|request| request.is_cut)
    }

    /// Returns the hash of the canonical request, which ends a string to sign of SigV4.
    pub(super) fn canonical_hash(&self) -> Option<&str> {
        let lines = V4Lines::parse(&self.string_to_sign)?;
        lines.hash.filter(|hash| hash.len() == 64)
    }

    /// Takes a payload that is not known from the other side, or else counts the body as empty.
    pub(super) fn with_payload_of(mut self, seen: Option<&SignedText>) -> Self {
        let seen = seen.and_then(|seen| seen.canonical.as_ref()?.payload.clone());
        if let Some(canonical) = &mut self.canonical
            && canonical.form == Form::V4
            && canonical.payload.is_none()
        {
            self.payload = match seen {
                Some(_) => PayloadSource::Server,
                None => PayloadSource::Assumed,
            };
            canonical.payload = Some(seen.unwrap_or_else(|| EMPTY_SHA256.to_owned()));
            self.canonical_request = canonical.to_text().unwrap_or_default();
        }
        self
    }

    /// Returns the text that is hashed or signed.
    pub(super) fn message(&self) -> &str {
        if self.canonical_request.is_empty() {
            &self.string_to_sign
        } else {
            &self.canonical_request
        }
    }

    /// Returns whether the other side certainly signed the same text.
    pub(super) fn is_same(&self, seen: &SignedText) -> bool {
        let own = || Hex::new(&sha256(self.canonical_request.as_bytes()));
        if self.canonical_request.is_empty() {
            return self.string_to_sign.trim_end() == seen.string_to_sign.trim_end();
        }
        match seen.canonical_hash() {
            Some(hash) => hash == own().as_str(),
            None => self.canonical_request == seen.canonical_request,
        }
    }

    /// Returns whether both sides have the same words. Answers are pasted without their line
    /// breaks.
    pub(super) fn has_words_of(&self, seen: &SignedText) -> bool {
        let words = self.string_to_sign.split_ascii_whitespace();
        words.eq(seen.string_to_sign.split_ascii_whitespace())
    }
}

/// Returns whether the hash of a text is that of a string to sign.
pub(super) fn has_hash(text: &str, hash: &str) -> bool {
    Hex::new(&sha256(text.as_bytes())).as_str() == hash
}

/// Returns whether a string to sign is that of a chunk of the body.
pub(super) fn is_of_chunk(text: &str) -> bool {
    let first = text.split_ascii_whitespace().next().unwrap_or_default();
    let mut ends = ["-PAYLOAD", "-TRAILER"].iter();
    let algorithm = ends.find_map(|end| first.strip_suffix(end));
    algorithm.and_then(scheme_of).is_some()
}

fn scheme_of(algorithm: &str) -> Option<&'static V4Scheme> {
    let mut families = V4_FAMILIES.iter();
    families.find_map(|family| family.with_algorithm(algorithm))
}

/// The lines of a string to sign of SigV4, possibly with blanks for line breaks.
struct V4Lines<'a> {
    scheme: &'static V4Scheme,
    time: &'a str,
    scope: &'a str,
    hash: Option<&'a str>,
}

impl<'a> V4Lines<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        Some(V4Lines {
            scheme: scheme_of(words.next()?)?,
            time: words.next()?,
            scope: words.next()?,
            hash: words.next(),
        })
    }
}

/// Compares algorithm, scope and signing time of two strings to sign.
pub(super) fn compare_scopes(signed: &str, seen: &str) -> Vec<Finding> {
    let (Some(signed), Some(seen)) = (V4Lines::parse(signed), V4Lines::parse(seen)) else {
        return Vec::new();
    };
    let mut pairs = alloc::vec![
        (
            Cause::Malformed,
            signed.scheme.algorithm,
            seen.scheme.algorithm,
        ),
        (Cause::HeaderChanged, signed.time, seen.time),
    ];
    // Text that was cut off may end within the scope.
    if seen.hash.is_some() {
        let causes: &[_] = if signed.scheme.scope_has_region {
            &[Cause::ScopeDate, Cause::WrongRegion, Cause::WrongService]
        } else {
            &[Cause::ScopeDate, Cause::WrongService]
        };
        let parts = signed.scope.split('/').zip(seen.scope.split('/'));
        pairs.extend(
            causes
                .iter()
                .zip(parts)
                .map(|(cause, (signed, seen))| (*cause, signed, seen)),
        );
    }
    let date_header = signed.scheme.name(Role::Date).lowercase;
    let different = pairs.into_iter().filter(|(_, signed, seen)| signed != seen);
    let finding = |(cause, signed, seen)| {
        let about = match cause {
            Cause::Malformed => "it read another algorithm than the one that was signed.",
            _ => date_header,
        };
        Finding::between(cause, signed, seen).about(about)
    };
    different.map(finding).collect()
}
