//! The facts about the request that a cause is derived from.

use super::error_response::ErrorResponse;
use super::text_forms::{header_value, split_params};
use crate::credentials::Credentials;
use crate::inspect::{AccessKeyKind, Inspection};
use crate::scheme::Scheme;
use crate::scheme::aws::STREAMING_PAYLOADS;
use crate::scheme::aws_host::{AwsHost, needs_sigv4a};
use crate::scheme::services::{CanonicalUri, ServiceRules};
use crate::time::Timestamp;
use crate::verify::{Authentication, Unverified};
use crate::wire::added_headers::AUTHORIZATION;
use alloc::borrow::ToOwned as _;
use alloc::string::String;

/// The facts about the request.
pub(super) struct Evidence<'e> {
    pub(super) method: &'e str,
    pub(super) url: &'e str,
    pub(super) now: Timestamp,
    pub(super) response: &'e ErrorResponse,
    /// The headers, as they were given.
    pub(super) headers: &'e [(&'e str, &'e str)],
    /// The contents of the signed URL.
    pub(super) inspection: &'e Inspection,
    /// The signed request; `None` if its authentication is invalid.
    pub(super) request: Option<&'e Unverified<'e, 'e>>,
    /// The request as it was sent, if that is known and valid.
    pub(super) sent: Option<&'e Unverified<'e, 'e>>,
    /// The credentials that should have signed it.
    pub(super) credentials: Option<&'e Credentials>,
    /// Other credentials by their names.
    pub(super) other_credentials: &'e [(&'e str, &'e Credentials)],
}

impl<'e> Evidence<'e> {
    pub(super) fn authentication(&self) -> Option<&'e Authentication<'e>> {
        self.request.map(|request| request.authentication())
    }

    pub(super) fn has_session_token(&self) -> bool {
        self.request.is_some_and(Unverified::has_session_token)
    }

    /// Returns whether the request was sent with a session token.
    pub(super) fn sends_token(&self) -> bool {
        self.sent.is_some_and(Unverified::has_session_token)
    }

    /// Returns whether the URL or a header has a signature, in any scheme.
    pub(super) fn is_signed(&self) -> bool {
        self.inspection.scheme().is_some() || self.authorization().is_some()
    }

    /// Returns whether a SigV4 URL begins with a parameter that isn't part of the signature. A
    /// shell that cuts the URL at its first `&` still sends that one.
    pub(super) fn starts_unsigned(&self) -> bool {
        let (_, query) = self.url.split_once('?').unwrap_or_default();
        self.inspection.scheme() == Some(Scheme::AwsV4)
            && !query.to_ascii_lowercase().starts_with("x-amz-")
    }

    /// Returns the names of the signed headers, separated by semicolons.
    pub(super) fn signed_headers(&self) -> Option<String> {
        let canonical = self.request?.canonical_request();
        Some(canonical.lines().rev().nth(1)?.to_owned())
    }

    /// Returns whether each of the headers, separated by commas, is signed; `None` if the signature
    /// can't be read.
    pub(super) fn signs(&self, names: &str) -> Option<bool> {
        let signed = self.signed_headers()?;
        let is_signed = |name: &str| signed.split(';').any(|signed| signed == name.trim());
        Some(names.to_ascii_lowercase().split(',').all(is_signed))
    }

    /// Returns whether the access key is temporary, but the request has no session token.
    pub(super) fn lacks_token(&self) -> bool {
        self.is_key(AccessKeyKind::Temporary) && !self.has_session_token()
    }

    /// Returns whether the request has a session token, but a key that never has one.
    pub(super) fn has_needless_token(&self) -> bool {
        self.is_key(AccessKeyKind::LongTerm) && self.has_session_token()
    }

    fn is_key(&self, kind: AccessKeyKind) -> bool {
        let id = self.authentication().map(Authentication::access_key_id);
        id.is_some_and(|id| AccessKeyKind::of(id) == kind)
    }

    /// Returns whether the body is signed in chunks, or sent with a checksum behind it.
    pub(super) fn streams_payload(&self) -> bool {
        self.request.is_some_and(|request| {
            let canonical = request.canonical_request();
            let payload = canonical.lines().next_back().unwrap_or_default();
            STREAMING_PAYLOADS.contains(&payload)
        })
    }

    /// Returns whether a token of Azure for a container is sent without the parameter of a
    /// container and without the name of a blob.
    pub(super) fn names_only_container(&self) -> bool {
        let (_, query) = self.url.split_once('?').unwrap_or_default();
        let params = split_params(query);
        let is_container = params.contains(&("sr", "c"));
        let path = self.inspection.path().trim_matches('/');
        let has_type = params.iter().any(|(name, _)| *name == "restype");
        self.inspection.scheme() == Some(Scheme::AzureSas)
            && is_container
            && !has_type
            && !path.is_empty()
            && !path.contains('/')
    }

    /// Returns whether the service signs the path encoded once more than it is sent.
    pub(super) fn encodes_path_twice(&self) -> bool {
        let service = self.authentication().and_then(Authentication::service);
        let rule = service.map(|service| ServiceRules::of(service).canonical_uri);
        !self.is_v2() && rule == Some(CanonicalUri::Normalized)
    }

    /// Returns the name of a header that is given more than once.
    pub(super) fn repeated_header(&self) -> Option<&'e str> {
        let mut names = self.headers.iter().map(|(name, _)| *name);
        names.find(|name| {
            let same = |(other, _): &&(&str, &str)| other.eq_ignore_ascii_case(name);
            self.headers.iter().filter(same).nth(1).is_some()
        })
    }

    /// Returns the `Authorization` header.
    pub(super) fn authorization(&self) -> Option<&'e str> {
        header_value(self.headers, AUTHORIZATION)
    }

    /// Returns whether requests of the method have a body.
    pub(super) fn has_body(&self) -> bool {
        matches!(self.method, "POST" | "PUT" | "PATCH")
    }

    /// Returns whether the request may be the upload of a form. Only stores have forms.
    pub(super) fn may_be_form(&self) -> bool {
        let is_s3 = |host: AwsHost<'_>| host.service() == Some("s3");
        self.method == "POST" && self.aws_host().is_none_or(is_s3)
    }

    /// Returns the host of the URL, if it is an AWS host.
    pub(super) fn aws_host(&self) -> Option<AwsHost<'e>> {
        self.inspection.host().and_then(AwsHost::parse)
    }

    /// Returns whether the host accepts only SigV4a.
    pub(super) fn needs_sigv4a(&self) -> bool {
        self.inspection.host().is_some_and(needs_sigv4a)
    }

    pub(super) fn is_cloudfront(&self) -> bool {
        self.inspection.scheme() == Some(Scheme::CloudFront)
    }

    pub(super) fn is_v4a(&self) -> bool {
        let scheme = self.authentication().map(Authentication::scheme);
        scheme == Some(Scheme::AwsV4a)
    }

    pub(super) fn is_v2(&self) -> bool {
        let scheme = self.authentication().map(Authentication::scheme);
        let scheme = scheme.or(self.inspection.scheme());
        let is_header = |text: &str| text.starts_with("AWS ");
        matches!(scheme, Some(Scheme::AwsV2 | Scheme::AwsV2QueryApi))
            || self.authorization().is_some_and(is_header)
    }
}
