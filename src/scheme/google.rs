//! Google Cloud Storage's [V4](https://cloud.google.com/storage/docs/authentication/signatures) and
//! [V2](https://cloud.google.com/storage/docs/access-control/signed-urls-v2) signing processes.

use super::Scheme;
use super::aws::AMZ_PREFIX;
use super::sigv2::V2Scheme;
use super::v4_scheme::{Conventions, PolicyForm, V4Scheme, names};
use crate::crypto::PrivateKeyKind;

/// `GOOG4-HMAC-SHA256`.
pub(crate) static GOOGLE4: V4Scheme = V4Scheme {
    id: Scheme::GoogleV4,
    algorithm: "GOOG4-HMAC-SHA256",
    private_key: None,
    key_prefix: "GOOG4",
    terminator: "goog4_request",
    scope_has_region: true,
    signature_len: 64..=64,
    conventions: &CONVENTIONS,
    header_prefix: GOOG_PREFIX,
    content_sha256: "x-goog-content-sha256",
    names: names! {
        Algorithm: "X-Goog-Algorithm", "x-goog-algorithm";
        Credential: "X-Goog-Credential", "x-goog-credential";
        Date: "X-Goog-Date", "x-goog-date";
        Expires: "X-Goog-Expires", "x-goog-expires";
        SignedHeaders: "X-Goog-SignedHeaders", "x-goog-signedheaders";
        Signature: "X-Goog-Signature", "x-goog-signature";
    },
};

/// `GOOG4-RSA-SHA256`, with the key of a service account. An RSA key has 2,048 to 4,096 bits.
pub(crate) static GOOGLE4_RSA: V4Scheme = V4Scheme {
    algorithm: "GOOG4-RSA-SHA256",
    private_key: Some(PrivateKeyKind::Rsa),
    // An RSA key is not derived.
    key_prefix: "",
    signature_len: 512..=1024,
    ..GOOGLE4
};

/// The V2 signing process: HMAC with SHA-1, or RSA of 1,024 to 4,096 bits with SHA-256.
pub(crate) static GOOGLE2: V2Scheme = V2Scheme {
    id: Scheme::GoogleV2,
    access_key_id: "GoogleAccessId",
    signature_len: 28..=28,
    rsa_signature_len: Some(172..=684),
};

pub(crate) const GOOG_PREFIX: &str = "x-goog-";

/// A request with names of both families is rejected, as Google does with `ExcessHeaderValues`.
static CONVENTIONS: Conventions = Conventions {
    policy_form: Some(PolicyForm::Google),
    host_has_port: false,
    checks_content_sha256: false,
    signs_date_header: true,
    rejected_prefix: Some(AMZ_PREFIX),
    version_parameter: "generation",
};
