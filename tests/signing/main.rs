//! Tests of signing: published and recorded signatures, properties, addresses, and rejected
//! requests.

#[path = "../support/mod.rs"]
mod support;

mod addresses;
#[cfg(feature = "azure")]
mod azure_sas;
#[cfg(feature = "azure")]
#[path = "../support/azure_sas_cases.rs"]
mod azure_sas_cases;
#[cfg(feature = "azure")]
mod azure_shared_key;
#[cfg(feature = "azure")]
mod azure_templates;
mod body_limits;
#[cfg(all(feature = "cloudfront", feature = "rsa", feature = "p256"))]
mod cloudfront;
#[cfg(all(feature = "gcs", feature = "rsa"))]
mod gcs;
mod impossible_requests;
mod operations;
#[cfg(all(feature = "rsa", feature = "p256"))]
mod private_keys;
mod properties;
mod refusals;
mod rollover;
mod s3_express;
#[cfg(feature = "std")]
mod sts_identity;
mod templates;
mod times;
mod tokens;
mod unsigned;
mod v2_botocore;
mod v2_refusals;
mod v2_vectors;
mod v4_botocore;
mod v4_vectors;
#[cfg(feature = "sigv4a")]
mod v4a;
mod verified;
