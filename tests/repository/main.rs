//! Tests of rules that hold across the whole source: imports between modules, auto traits, hidden
//! secrets, the guide, and links.

#[path = "../support/mod.rs"]
mod support;

mod auto_traits;
mod documents;
mod guide;
mod layers;
mod method_order;
mod secrets;
mod source;
