//! Tests of rules that hold across the whole source: imports between modules, auto traits, hidden
//! secrets, and the guide.

#[path = "../support/mod.rs"]
mod support;

mod auto_traits;
mod guide;
mod layers;
mod secrets;
mod source;
