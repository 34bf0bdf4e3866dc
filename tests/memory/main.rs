//! Tests of memory: the number of allocations, and secrets in freed blocks. They share one global
//! allocator.

mod allocator;
#[path = "../support/mod.rs"]
mod support;

mod allocations;
#[cfg(feature = "azure")]
mod azure_allocations;
#[cfg(feature = "std")]
mod batch_example;
#[cfg(feature = "explain")]
mod explain_leaves_nothing;
mod forms;
#[cfg(all(feature = "cloudfront", feature = "rsa", feature = "p256"))]
mod private_keys;
mod verify_allocations;
mod verify_leaves_nothing;
mod zeroized;
