//! The names in CloudFront's signed URLs and cookies ([Use signed
//! URLs](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html)).

/// The expiration of a canned policy, in seconds since 1970.
pub(crate) const EXPIRES: &str = "Expires";
/// A custom policy in CloudFront's base64.
pub(crate) const POLICY: &str = "Policy";
pub(crate) const SIGNATURE: &str = "Signature";
pub(crate) const KEY_PAIR_ID: &str = super::detect::CLOUDFRONT_KEY_PAIR_ID;
/// The hash of the signature; SHA-1 without it.
pub(crate) const HASH_ALGORITHM: &str = "Hash-Algorithm";

/// The names of all parameters.
pub(crate) const NAMES: [&str; 5] = [EXPIRES, POLICY, SIGNATURE, KEY_PAIR_ID, HASH_ALGORITHM];

/// The beginning of a cookie's name; the name of the parameter follows.
pub(crate) const COOKIE_PREFIX: &str = "CloudFront-";

/// The value of `Hash-Algorithm` for SHA-1, which signers omit.
pub(crate) const SHA1: &str = "SHA1";
/// The value of `Hash-Algorithm` for SHA-256.
pub(crate) const SHA256: &str = "SHA256";
