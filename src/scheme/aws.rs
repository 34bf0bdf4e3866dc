//! AWS Signature Version 4, for AWS and everything that is compatible with it.

use super::Scheme;
use super::v4_scheme::{Conventions, PolicyForm, V4Scheme, names};
use crate::crypto::PrivateKeyKind;

/// `AWS4-HMAC-SHA256` ([AWS Signature Version
/// 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html)).
pub(crate) static AWS4: V4Scheme = V4Scheme {
    id: Scheme::AwsV4,
    algorithm: "AWS4-HMAC-SHA256",
    private_key: None,
    key_prefix: "AWS4",
    terminator: "aws4_request",
    scope_has_region: true,
    signature_len: 64..=64,
    conventions: &CONVENTIONS,
    header_prefix: AMZ_PREFIX,
    content_sha256: "x-amz-content-sha256",
    names: names! {
        Algorithm: "X-Amz-Algorithm", "x-amz-algorithm";
        Credential: "X-Amz-Credential", "x-amz-credential";
        Date: "X-Amz-Date", "x-amz-date";
        Expires: "X-Amz-Expires", "x-amz-expires";
        ExpressToken: "X-Amz-S3session-Token", "x-amz-s3session-token";
        SecurityToken: "X-Amz-Security-Token", "x-amz-security-token";
        SignedHeaders: "X-Amz-SignedHeaders", "x-amz-signedheaders";
        Signature: "X-Amz-Signature", "x-amz-signature";
    },
};

/// `AWS4-ECDSA-P256-SHA256`, Signature Version 4a. Its signatures are ECDSA in DER, whose length
/// varies.
pub(crate) static AWS4A: V4Scheme = V4Scheme {
    id: Scheme::AwsV4a,
    algorithm: "AWS4-ECDSA-P256-SHA256",
    private_key: Some(PrivateKeyKind::P256),
    key_prefix: "AWS4A",
    scope_has_region: false,
    signature_len: 136..=144,
    conventions: &Conventions {
        policy_form: None,
        ..CONVENTIONS
    },
    names: names! {
        Algorithm: "X-Amz-Algorithm", "x-amz-algorithm";
        Credential: "X-Amz-Credential", "x-amz-credential";
        Date: "X-Amz-Date", "x-amz-date";
        Expires: "X-Amz-Expires", "x-amz-expires";
        RegionSet: "X-Amz-Region-Set", "x-amz-region-set";
        ExpressToken: "X-Amz-S3session-Token", "x-amz-s3session-token";
        SecurityToken: "X-Amz-Security-Token", "x-amz-security-token";
        SignedHeaders: "X-Amz-SignedHeaders", "x-amz-signedheaders";
        Signature: "X-Amz-Signature", "x-amz-signature";
    },
    ..AWS4
};

static CONVENTIONS: Conventions = Conventions {
    policy_form: Some(PolicyForm::Aws),
    host_has_port: true,
    checks_content_sha256: true,
    signs_date_header: false,
    rejected_prefix: None,
    version_parameter: "versionId",
};

/// The prefix of AWS header names, with SigV2 too.
pub(crate) const AMZ_PREFIX: &str = "x-amz-";

/// The text instead of a payload's hash if the payload is not signed.
pub(crate) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The text instead of a payload's hash if the payload is sent in chunks that are not signed.
pub(crate) const UNSIGNED_CHUNKS: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// The text instead of a payload's hash if the payload is a signed event stream.
pub(crate) const STREAMING_EVENTS: &str = "STREAMING-AWS4-HMAC-SHA256-EVENTS";

/// The texts instead of a payload's hash if the payload is sent in chunks
/// ([x-amz-content-sha256](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html)).
pub(crate) const STREAMING_PAYLOADS: [&str; 6] = [
    UNSIGNED_CHUNKS,
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
    STREAMING_EVENTS,
];
