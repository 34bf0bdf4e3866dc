//! The signer, scheme, scope and times that a request claims.

use crate::scheme::Scheme;
use crate::scheme::credential::Credential;
use crate::text::percent::Component;
use crate::time::Timestamp;
use alloc::borrow::Cow;

/// The part of a request that carries the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Carrier {
    /// The `Authorization` header.
    Header,
    /// The query: a presigned URL, or a call to a query API.
    Query,
    /// The fields of a browser's POST form.
    Form,
}

impl Carrier {
    /// Returns the name of the carrier: `header`, `query` or `form`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Carrier::Header => "header",
            Carrier::Query => "query",
            Carrier::Form => "form",
        }
    }
}

/// The signer, scheme, scope and times that a request claims.
///
/// Don't trust the result of [`Unverified::authentication`](super::Unverified::authentication): any
/// client can write it. [`Verified::authentication`](super::Verified::authentication) is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication<'r> {
    pub(super) access_key_id: Cow<'r, str>,
    pub(super) scheme: Scheme,
    pub(super) carrier: Carrier,
    pub(super) region: Option<Cow<'r, str>>,
    pub(super) service: Option<Cow<'r, str>>,
    pub(super) signed_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
}

impl<'r> Authentication<'r> {
    /// Returns the authentication of a scheme that works like SigV4. It doesn't expire.
    #[inline]
    pub(super) fn v4(
        scheme: Scheme,
        carrier: Carrier,
        credential: Credential<'r>,
        signed_at: Timestamp,
    ) -> Self {
        Authentication {
            access_key_id: credential.access_key_id,
            scheme,
            carrier,
            region: Some(credential.region),
            service: Some(credential.service),
            signed_at: Some(signed_at),
            expires_at: None,
        }
    }

    /// Returns the authentication of a SigV2 scheme, which has no scope. Its times have to be set.
    pub(super) fn v2(scheme: Scheme, carrier: Carrier, access_key_id: Cow<'r, str>) -> Self {
        Authentication {
            access_key_id,
            scheme,
            carrier,
            region: None,
            service: None,
            signed_at: None,
            expires_at: None,
        }
    }

    /// Returns the access key ID of the signer.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the signature scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the part of the request that carries the signature.
    #[must_use]
    pub fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Returns the region of the credential scope; under SigV4a the region set. SigV2 has none.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Returns the service of the credential scope, such as `s3`. SigV2 has none.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// Returns the signing time. A SigV2 URL for S3 and a SigV2 form don't state it.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        self.signed_at
    }

    /// Returns when a presigned URL expires. A signature in a header doesn't state it, and a form
    /// states it in its policy.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

/// Returns a session token. An empty one counts as none.
pub(super) fn nonempty_token(token: Option<Component<'_>>) -> Option<Component<'_>> {
    token.filter(|token| !token.text().is_empty())
}

/// An authentication with its secret parts: the signature and the session token, as received.
#[derive(Clone)]
pub(super) struct Claim<'r> {
    pub(super) authentication: Authentication<'r>,
    pub(super) token: Option<Component<'r>>,
    pub(super) signature: Component<'r>,
}
