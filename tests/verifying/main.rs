//! Tests of the verifier.

#[path = "../support/mod.rs"]
mod support;

mod verify_ambiguity;
mod verify_form;
mod verify_in_place;
mod verify_kinds;
mod verify_query_api;
mod verify_roundtrip;
mod verify_settings;
mod verify_tamper;
mod verify_vectors;
