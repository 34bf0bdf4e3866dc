//! Schemes whose parameters have the same names, so that only the algorithm tells them apart.

use super::aws::{AWS4, AWS4A};
use super::google::{GOOGLE4, GOOGLE4_RSA};
use super::v4_scheme::{Name, Role, V4Scheme};
use crate::wire::query::Param;

/// Schemes with one prefix of names.
#[derive(Debug)]
pub(crate) struct V4Family {
    /// The scheme of a request whose algorithm is missing or unknown.
    pub(crate) default: &'static V4Scheme,
    /// The scheme with the other algorithm.
    other: &'static V4Scheme,
}

/// Every family, and so every scheme that works like SigV4.
pub(crate) static V4_FAMILIES: [V4Family; 2] = [
    V4Family {
        default: &AWS4,
        other: &AWS4A,
    },
    V4Family {
        default: &GOOGLE4,
        other: &GOOGLE4_RSA,
    },
];

impl V4Family {
    /// Returns the part that a query parameter belongs to, ignoring the case of its name.
    pub(crate) fn part_of(&self, param: &Param<'_>) -> Option<&'static Name> {
        let part = self.default.part_of(param);
        part.or_else(|| self.other.part_of(param))
    }

    pub(crate) fn schemes(&self) -> [&'static V4Scheme; 2] {
        [self.default, self.other]
    }

    /// Returns the scheme with that algorithm.
    pub(crate) fn with_algorithm(&self, algorithm: &str) -> Option<&'static V4Scheme> {
        let mut schemes = self.schemes().into_iter();
        schemes.find(|scheme| scheme.algorithm == algorithm)
    }

    /// Returns the query name of a part that all schemes of the family have.
    pub(crate) fn query_name(&self, role: Role) -> &'static str {
        self.default.name(role).query
    }
}
