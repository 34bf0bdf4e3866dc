//! Stores that sign something other than a canonical request.

use super::{PresignedUrl, SignedRequest, Unsigned};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::time::Timestamp;
use crate::wire::request_parts::RequestParts;
use core::fmt::Debug;
use core::panic::{RefUnwindSafe, UnwindSafe};

/// The signer of a store that signs something other than a canonical request.
pub(crate) trait CustomSigner: Debug + Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Prepares a presigned URL.
    fn prepare_url(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Unsigned<PresignedUrl>, Error>;

    /// Prepares a request that is signed with headers.
    fn prepare_headers(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Unsigned<SignedRequest>, Error>;

    /// Returns whether each URL and request has a signature that covers the header.
    fn signs_header(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Returns the name of a query parameter that S3 has under the given name, or `None` if the
    /// store has none.
    fn parameter_name(&self, name: &'static str) -> Option<&'static str>;

    /// Returns the error for a feature that the store lacks, such as templates and forms.
    fn unsupported(&self, what: &str) -> Error;
}
