//! Tests of the functions.

mod arrays;
mod errors;
mod plans;
mod serialization;
mod support;
