//! Tests of bodies in chunks.

#[path = "../support/mod.rs"]
mod support;

mod encode_properties;
mod encode_refusals;
mod encode_vectors;
mod vector_files;
