//! Tests of the verifier.

#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "azure")]
#[path = "../support/azure_sas_cases.rs"]
mod azure_sas_cases;
mod verify_ambiguity;
#[cfg(feature = "azure")]
mod verify_azure_sas;
#[cfg(feature = "azure")]
mod verify_azure_shared_key;
mod verify_canonical_query;
#[cfg(all(feature = "cloudfront", feature = "rsa", feature = "p256"))]
mod verify_cloudfront;
mod verify_credential;
mod verify_form;
#[cfg(all(feature = "gcs", feature = "rsa", feature = "p256"))]
mod verify_gcs;
mod verify_in_place;
mod verify_kinds;
mod verify_query_api;
mod verify_roundtrip;
mod verify_settings;
mod verify_tamper;
#[cfg(feature = "sigv4a")]
mod verify_v4a;
mod verify_vectors;
