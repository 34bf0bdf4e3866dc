//! Tests of bodies in chunks.

#[path = "../support/mod.rs"]
mod support;

mod checksums;
mod decode_properties;
mod decode_refusals;
mod decode_tampered;
mod decode_vectors;
mod encode_properties;
mod encode_refusals;
mod encode_vectors;
#[cfg(feature = "event-stream")]
mod events;
mod received;
#[cfg(feature = "sigv4a")]
mod sigv4a;
mod vector_files;
