//! Tests against software by other authors: an S3 server, another verifier, and a browser.

#[path = "../../../tests/support/mod.rs"]
mod support;
mod twins;

#[cfg(feature = "azure")]
mod azurite;
mod browser;
#[cfg(feature = "explain")]
mod explain_server;
#[cfg(feature = "private-keys")]
mod private_keys;
mod server_post;
mod server_streaming;
mod server_v2;
mod server_v4;
mod verify_differential;
