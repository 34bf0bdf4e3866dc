//! Types whose values are written as their names.

use crate::inspect::{AccessKeyKind, ProblemKind};
use crate::scheme::Scheme;
use serde::ser::{Serialize, Serializer};

macro_rules! serialize_names {
    ($($type:ty),*) => {
        $(
            /// The name that `as_str` returns.
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
        )*
    };
}

serialize_names!(Scheme, AccessKeyKind, ProblemKind);
#[cfg(feature = "explain")]
serialize_names!(crate::explain::Cause, crate::explain::Confidence);
