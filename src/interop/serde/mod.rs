//! `Serialize` for results. Names of fields and forms of values are those of the program's JSON.

#[cfg(feature = "explain")]
mod explain;
mod inspection;
mod names;
mod post;
mod results;
