//! Tests of the verifier.

#[path = "../support/mod.rs"]
mod support;

mod verify_ambiguity;
#[cfg(all(feature = "cloudfront", feature = "rsa", feature = "p256"))]
mod verify_cloudfront;
mod verify_form;
mod verify_in_place;
mod verify_kinds;
mod verify_query_api;
mod verify_roundtrip;
mod verify_settings;
mod verify_tamper;
mod verify_vectors;
