//! Signature schemes as data: names, prefixes, the shape of the scope, what services need, and
//! limits. CONTRIBUTING.md lists the steps to add a scheme.
//!
//! Signing, verification and inspection take the parameters' names from these tables.

pub(crate) mod aws;
pub(crate) mod aws_host;
#[cfg(feature = "azure")]
pub(crate) mod azure_sas;
#[cfg(feature = "cloudfront")]
pub(crate) mod cloudfront;
pub(crate) mod credential;
pub(crate) mod detect;
pub(crate) mod form;
pub(crate) mod google;
pub(crate) mod limits;
pub(crate) mod partition;
pub(crate) mod region_set;
#[cfg(feature = "explain")]
pub(crate) mod regions;
pub(crate) mod response_overrides;
pub(crate) mod services;
pub(crate) mod sigv2;
pub(crate) mod v4_family;
pub(crate) mod v4_scheme;

use crate::text::named_enum::named_enum;

named_enum! {
    /// A signature scheme, as a request states it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Scheme {
        /// AWS Signature Version 4: HMAC-SHA256.
        AwsV4 = "sigv4",
        /// AWS Signature Version 4a: ECDSA over P-256.
        AwsV4a = "sigv4a",
        /// AWS Signature Version 2 of S3's REST interface: HMAC-SHA1.
        AwsV2 = "sigv2",
        /// AWS Signature Version 2 of the query APIs.
        AwsV2QueryApi = "sigv2-query-api",
        /// Google Cloud Storage's V4 signing process with an HMAC key or an RSA key.
        GoogleV4 = "google-v4",
        /// Google Cloud Storage's V2 signing process.
        GoogleV2 = "google-v2",
        /// CloudFront's signed URLs and cookies: RSA or ECDSA over P-256.
        CloudFront = "cloudfront",
        /// A shared access signature of Azure Storage.
        AzureSas = "azure-sas",
        /// Shared Key or Shared Key Lite of Azure Storage.
        AzureSharedKey = "azure-shared-key",
    }

    /// Returns the scheme's name in the program's JSON, such as `sigv4`.
    fn as_str;
}
