//! The signature version and service that sign a request.

use super::custom_signer::CustomSigner;
use crate::{v2, v4};

/// The signer of a request, which its store or service owns.
#[derive(Clone, Copy)]
pub(crate) enum Signer<'a> {
    V4(&'a v4::Service),
    V2(&'a v2::Service),
    #[cfg_attr(
        not(any(feature = "azure", feature = "cloudfront", feature = "gcs")),
        allow(dead_code, reason = "no store uses it")
    )]
    Custom(&'a dyn CustomSigner),
}

/// The signer that a store owns.
#[derive(Clone, Debug)]
pub(crate) enum StoreSigner {
    V4(v4::Service),
    V2(v2::Service),
}

impl StoreSigner {
    pub(crate) fn as_ref(&self) -> Signer<'_> {
        match self {
            StoreSigner::V4(service) => Signer::V4(service),
            StoreSigner::V2(service) => Signer::V2(service),
        }
    }
}
