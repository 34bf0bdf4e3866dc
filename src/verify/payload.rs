//! The payload that is signed, and the check of the body against it.

use super::authentication::Carrier;
use super::error::{VerifyError, reject};
use super::received_request::{Body, ReceivedRequest};
use super::settings::Settings;
use crate::crypto::sha256;
use crate::scheme::aws::{UNSIGNED_CHUNKS, UNSIGNED_PAYLOAD};
use crate::scheme::services::ServiceRules;
use crate::scheme::v4_scheme::V4Scheme;
use crate::text::hex;
use crate::text::percent::Component;
use crate::v4::{EMPTY_SHA256, Payload, PayloadLine, check_content_sha256};

/// The part of the body that a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadCoverage {
    /// The signature covers the body, and the body is the signed one.
    Checked,
    /// The signature covers a body with this SHA-256. The body was not given: check it with
    /// [`matches`](PayloadCoverage::matches) before it is used.
    Sha256([u8; 32]),
    /// The signature doesn't cover the body.
    Unsigned,
    /// The body is sent in chunks, each with a signature that still has to be verified.
    SignedChunks,
    /// The body is sent in chunks without signatures. Only their checksum can be checked.
    UnsignedChunks,
}

impl PayloadCoverage {
    /// Returns whether a body is the signed one. It is false if the signature doesn't state the
    /// hash of the whole body, and for [`Checked`](PayloadCoverage::Checked).
    #[must_use]
    pub fn matches(self, body: &[u8]) -> bool {
        match self {
            PayloadCoverage::Sha256(signed) => sha256(body) == signed,
            _ => false,
        }
    }
}

/// The last line of a SigV4 canonical request.
#[derive(Clone, Copy, Debug)]
pub(super) enum SignedPayload<'r> {
    /// A hash or a text in its place.
    Line(&'r str),
    /// The hash of the body that was given.
    Body,
}

impl<'r> SignedPayload<'r> {
    /// Finds the line, and checks that the settings allow it.
    pub(super) fn find(
        settings: &Settings,
        scheme: &V4Scheme,
        request: &'r ReceivedRequest<'_>,
        parameter: Option<Component<'r>>,
        rules: ServiceRules,
        carrier: Carrier,
    ) -> Result<Self, VerifyError> {
        let name = scheme.content_sha256;
        let has_header = rules.payload_header;
        let header = request.single(name)?;
        // A valid value has no escape, so it is not decoded.
        let parameter = parameter.map(Component::text);
        if let (Some(header), Some(parameter)) = (header, parameter)
            && header != parameter
        {
            return Err(reject!(
                Repeated,
                "the header {name} differs from the parameter of that name; leave the header out"
            ));
        }
        let line = match parameter.or(header) {
            Some(value) => check_content_sha256(value.as_bytes())
                .map_err(|error| reject!(Malformed, "{error}"))?,
            None if has_header && carrier == Carrier::Header => {
                return Err(reject!(
                    Missing,
                    "missing header `{name}`, which S3 requires"
                ));
            }
            None if has_header => UNSIGNED_PAYLOAD,
            None => match request.body {
                Body::Unknown => EMPTY_SHA256,
                Body::Bytes(_) | Body::Sha256(_) => return Ok(SignedPayload::Body),
            },
        };
        let unsigned = settings.unsigned_payload.unwrap_or(has_header);
        let is_allowed = match line {
            UNSIGNED_PAYLOAD => unsigned,
            UNSIGNED_CHUNKS => unsigned && settings.streaming,
            line => match line.strip_prefix("STREAMING-") {
                Some(algorithm) => settings.streaming && algorithm.starts_with(scheme.algorithm),
                // A hash.
                None => true,
            },
        };
        if is_allowed {
            Ok(SignedPayload::Line(line))
        } else {
            Err(reject!(
                PayloadNotAllowed,
                "the payload {line} is not allowed; sign the SHA-256 of the body"
            ))
        }
    }

    /// Returns the line as it is signed.
    pub(super) fn line(self, body: Body<'_>) -> PayloadLine<'r> {
        match (self, body) {
            (SignedPayload::Line(line), _) => PayloadLine::Text(line),
            (SignedPayload::Body, Body::Bytes(bytes)) => Payload::sha256_of(bytes).line(),
            (SignedPayload::Body, Body::Sha256(hash)) => Payload::Sha256(hash).line(),
            (SignedPayload::Body, Body::Unknown) => Payload::Empty.line(),
        }
    }

    /// Checks the body against the hash that was signed.
    pub(super) fn check(self, body: Body<'_>) -> Result<PayloadCoverage, VerifyError> {
        let line = match self {
            SignedPayload::Line(line) => line,
            // The signature, which was verified, covers the hash of the body.
            SignedPayload::Body => return Ok(PayloadCoverage::Checked),
        };
        let Some(signed) = hex::decode(line.as_bytes()) else {
            return Ok(match line {
                UNSIGNED_PAYLOAD => PayloadCoverage::Unsigned,
                UNSIGNED_CHUNKS => PayloadCoverage::UnsignedChunks,
                _ => PayloadCoverage::SignedChunks,
            });
        };
        let is_signed = match body {
            Body::Unknown => return Ok(PayloadCoverage::Sha256(signed)),
            Body::Bytes(bytes) => sha256(bytes) == signed,
            Body::Sha256(hash) => hash == signed,
        };
        if is_signed {
            Ok(PayloadCoverage::Checked)
        } else {
            Err(reject!(
                PayloadMismatch,
                "the SHA-256 of the body is not the signed one"
            ))
        }
    }
}
