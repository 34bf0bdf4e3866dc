//! Tests of POST policies and forms.

#[path = "../support/mod.rs"]
mod support;

mod post_checks;
mod post_properties;
mod post_vectors;
