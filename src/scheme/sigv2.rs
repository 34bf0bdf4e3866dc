//! The names and lists of AWS Signature Version 2.
//!
//! - [Signing and authenticating REST
//!   requests](https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html): S3
//! - [Signature Version 2 signing
//!   process](https://docs.aws.amazon.com/general/latest/gr/signature-version-2.html): the query
//!   APIs

use super::Scheme;
use super::aws::AMZ_PREFIX;
use crate::text::percent::Component;
use crate::wire::query::Param;
use core::ops::RangeInclusive;

/// The first word of S3's `Authorization` header, with the space after it.
pub(crate) const AUTHORIZATION_START: &str = "AWS ";

/// The parameters of a presigned URL. The query APIs share the first and the last, and a form has a
/// field with the name of the first.
pub(crate) const ACCESS_KEY_ID: &str = "AWSAccessKeyId";
pub(crate) const EXPIRES: &str = "Expires";
pub(crate) const SIGNATURE: &str = "Signature";

/// A scheme whose presigned URLs work like those of S3's SigV2.
#[derive(Debug)]
pub(crate) struct V2Scheme {
    pub(crate) id: Scheme,
    /// The name of the parameter with the access key ID.
    pub(crate) access_key_id: &'static str,
    /// The number of base64 characters of an HMAC-SHA1, which has 20 bytes.
    pub(crate) signature_len: RangeInclusive<usize>,
    /// The number of base64 characters of an RSA signature, if the scheme has them.
    pub(crate) rsa_signature_len: Option<RangeInclusive<usize>>,
}

/// S3's own.
pub(crate) static AWS2: V2Scheme = V2Scheme {
    id: Scheme::AwsV2,
    access_key_id: ACCESS_KEY_ID,
    signature_len: 28..=28,
    rsa_signature_len: None,
};

/// The further parameters of the query APIs.
pub(crate) const SIGNATURE_METHOD: &str = "SignatureMethod";
pub(crate) const SIGNATURE_VERSION: &str = "SignatureVersion";
pub(crate) const TIMESTAMP: &str = "Timestamp";
pub(crate) const API_SECURITY_TOKEN: &str = "SecurityToken";

/// A form's field with the signature.
pub(crate) const FORM_SIGNATURE: &str = "signature";

/// Headers, which SigV2 signs among the `x-amz-*` headers.
pub(crate) const DATE_HEADER: &str = "x-amz-date";
pub(crate) const SECURITY_TOKEN_HEADER: &str = "x-amz-security-token";

/// The headers with a line of their own in the string to sign, in this order.
pub(crate) const CONTENT_HEADERS: [&str; 2] = ["content-md5", "content-type"];

/// Returns whether a header has a line of its own in the string to sign.
pub(crate) fn is_content_header(name: &str) -> bool {
    CONTENT_HEADERS
        .iter()
        .any(|content| name.eq_ignore_ascii_case(content))
}

/// Returns whether a header is signed because its name begins with `x-amz-`.
pub(crate) fn is_amz_header(name: &str) -> bool {
    Component::Raw(name).starts_with_ignore_case(AMZ_PREFIX)
}

/// Returns whether a parameter of a presigned URL is signed as an `x-amz-*` header.
pub(crate) fn is_amz_param(param: &Param<'_>) -> bool {
    param.name.starts_with_ignore_case(AMZ_PREFIX)
}

/// The sub-resources and response overrides: the parameters that are part of the resource, in the
/// order in which they are signed.
pub(crate) const SUB_RESOURCES: [&str; 38] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Returns whether a parameter is signed as part of the resource.
pub(crate) fn is_sub_resource(name: &str) -> bool {
    // All begin so, and the parameters of the signature don't.
    let is_lowercase = name.starts_with(|c: char| c.is_ascii_lowercase());
    is_lowercase && SUB_RESOURCES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{SUB_RESOURCES, is_sub_resource};

    #[test]
    fn sub_resources_are_sorted_and_found() {
        assert!(SUB_RESOURCES.is_sorted());
        assert!(SUB_RESOURCES.iter().all(|name| is_sub_resource(name)));
    }
}
