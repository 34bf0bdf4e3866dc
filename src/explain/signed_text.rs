//! The texts that one side signed: canonical request and string to sign.

use super::canonical_text::CanonicalText;
use super::error_response::ErrorResponse;
use crate::scheme::v4_family::V4_FAMILIES;
use crate::verify::Unverified;
use alloc::string::String;

/// The texts that one side signed.
#[derive(Clone)]
pub(super) struct SignedText {
    /// Empty under SigV2, which has none.
    pub(super) canonical_request: String,
    pub(super) string_to_sign: String,
    pub(super) is_from_server: bool,
}

impl SignedText {
    /// Returns the texts as they follow from a request.
    pub(super) fn of_request(request: &Unverified<'_, '_>) -> Self {
        SignedText {
            canonical_request: request.canonical_request(),
            string_to_sign: request.string_to_sign(),
            is_from_server: false,
        }
    }

    /// Returns the texts that a response contains, if it contains any.
    pub(super) fn of_response(response: &ErrorResponse) -> Option<Self> {
        let canonical_request = response.canonical_request();
        let string_to_sign = response.string_to_sign();
        if canonical_request.is_none() && string_to_sign.is_none() {
            return None;
        }
        Some(SignedText {
            canonical_request: canonical_request.unwrap_or_default().into(),
            string_to_sign: string_to_sign.unwrap_or_default().into(),
            is_from_server: true,
        })
    }

    pub(super) fn is_v2(&self) -> bool {
        self.canonical_request.is_empty()
    }

    /// Parses the canonical request, or the string to sign of SigV2. A string to sign of SigV4
    /// without its canonical request says nothing about the request.
    pub(super) fn parse(&self) -> Option<CanonicalText<'_>> {
        if !self.is_v2() {
            CanonicalText::parse(&self.canonical_request)
        } else if is_of_v4(&self.string_to_sign) {
            None
        } else {
            CanonicalText::parse_v2(&self.string_to_sign)
        }
    }
}

/// Returns whether a string to sign starts with the name of an algorithm.
fn is_of_v4(string_to_sign: &str) -> bool {
    let algorithm = string_to_sign.split('\n').next().unwrap_or_default();
    let mut families = V4_FAMILIES.iter();
    families.any(|family| family.with_algorithm(algorithm).is_some())
}
