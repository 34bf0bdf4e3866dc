//! The table of services: their rules beyond those of the scheme.

use super::v4_scheme::Role;

/// The rule by which the path of a URL becomes the canonical URI.
///
/// [`v4::Service`](crate::v4::Service) chooses it by the service's name. A server that isn't AWS
/// may need another choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CanonicalUri {
    /// Encoded once, nothing removed. The rule of `s3`, `s3express`, `s3-outposts`,
    /// `s3-object-lambda` and Google's `storage`. An unnecessary escape (`%7E`) is decoded.
    S3,
    /// Dot segments and duplicate slashes removed, then encoded once more. The rule of every other
    /// service.
    Normalized,
    /// Encoded once more, nothing removed.
    Unnormalized,
}

/// The way in which a session token is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionToken {
    /// Added before signing, so that the signature covers it. The way of nearly every service.
    #[default]
    Signed,
    /// Added after signing. AWS IoT's websockets need it, and so do some configurations of API
    /// Gateway.
    Appended,
    /// Signed, under the name of an [S3 Express One
    /// Zone](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html) session's
    /// token. The default of the service `s3express`. The credentials of a role, which sign
    /// CreateSession itself, need [`Signed`](SessionToken::Signed).
    S3Express,
}

impl SessionToken {
    /// Returns the authentication parameter that carries the token.
    pub(crate) fn role(self) -> Role {
        match self {
            SessionToken::Signed | SessionToken::Appended => Role::SecurityToken,
            SessionToken::S3Express => Role::ExpressToken,
        }
    }

    /// Returns the authentication parameter of the other kind of token, which a request must not
    /// have beside this one.
    pub(crate) fn other_role(self) -> Role {
        match self {
            SessionToken::Signed | SessionToken::Appended => Role::ExpressToken,
            SessionToken::S3Express => Role::SecurityToken,
        }
    }
}

/// The rules of a service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServiceRules {
    pub(crate) canonical_uri: CanonicalUri,
    /// Whether a header carries the payload's hash. Then a presigned URL without that header has an
    /// unsigned payload; elsewhere the server hashes the body, and the payload is signed as empty.
    pub(crate) payload_header: bool,
    pub(crate) session_token: SessionToken,
}

const S3: ServiceRules = ServiceRules {
    canonical_uri: CanonicalUri::S3,
    payload_header: true,
    session_token: SessionToken::Signed,
};

const S3_EXPRESS: ServiceRules = ServiceRules {
    session_token: SessionToken::S3Express,
    ..S3
};

const OTHER: ServiceRules = ServiceRules {
    canonical_uri: CanonicalUri::Normalized,
    payload_header: false,
    session_token: SessionToken::Signed,
};

impl ServiceRules {
    /// Returns the rules of a service by the name in its credential scope.
    pub(crate) fn of(service: &str) -> Self {
        match service {
            // `storage` is Google Cloud Storage.
            "s3" | "s3-outposts" | "s3-object-lambda" | "storage" => S3,
            "s3express" => S3_EXPRESS,
            _ => OTHER,
        }
    }
}
