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
    /// The schemes with other algorithms.
    others: &'static [&'static V4Scheme],
}

/// Every family, and so every scheme that works like SigV4.
pub(crate) static V4_FAMILIES: [V4Family; 2] = [
    V4Family {
        default: &AWS4,
        others: &[&AWS4A],
    },
    V4Family {
        default: &GOOGLE4,
        others: &[&GOOGLE4_RSA],
    },
];

impl V4Family {
    pub(crate) fn schemes(&self) -> impl Iterator<Item = &'static V4Scheme> {
        core::iter::once(self.default).chain(self.others.iter().copied())
    }

    /// Returns the authentication parameter that a query parameter is, ignoring the case of its
    /// name.
    pub(crate) fn name_of(&self, param: &Param<'_>) -> Option<&'static Name> {
        self.schemes().find_map(|scheme| scheme.name_of(param))
    }

    /// Returns the scheme with that algorithm.
    pub(crate) fn with_algorithm(&self, algorithm: &str) -> Option<&'static V4Scheme> {
        self.schemes().find(|scheme| scheme.algorithm == algorithm)
    }

    /// Returns the query name of an authentication parameter that all schemes of the family have.
    pub(crate) fn query_name(&self, role: Role) -> &'static str {
        self.default.name(role).query
    }
}
