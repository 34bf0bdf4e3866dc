//! Stores that sign something other than a canonical request.

use super::{PresignedUrl, SignedRequest, Unsigned};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::text::sink::FnSink;
use crate::text::template_text::RowValues;
use crate::time::Timestamp;
use crate::wire::path::Path;
use crate::wire::request_parts::RequestParts;
use alloc::string::String;
use alloc::sync::Arc;
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

    /// Returns a presigned URL.
    fn presign_url(
        &self,
        parts: &RequestParts<'_>,
        credentials: &Credentials,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<PresignedUrl, Error> {
        let unsigned = self.prepare_url(parts, credentials.identity(), expiry, now)?;
        unsigned.sign_with(credentials)
    }

    /// Prepares a request that is signed with headers.
    fn prepare_headers(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Unsigned<SignedRequest>, Error>;

    /// Returns a template of presigned URLs.
    fn template(
        &self,
        parts: RequestParts<'_>,
        credentials: &Credentials,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Arc<dyn CustomTemplate>, Error> {
        let _ = (parts, credentials, expiry, now);
        Err(self.unsupported("templates"))
    }

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

/// The presigned URLs of a custom signer, without their path, expiry and row values.
pub(crate) trait CustomTemplate: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Writes the URL for one path, and returns when it expires.
    fn write(
        &self,
        path: Path<'_>,
        row: RowValues<'_>,
        expiry: Expiry,
        now: Timestamp,
        url: &mut FnSink<'_>,
    ) -> Result<Timestamp, Error>;

    /// Returns when a URL that is signed now expires.
    fn expires_at(&self, expiry: Expiry, now: Timestamp) -> Result<Timestamp, Error>;

    /// Returns the headers to send with each URL.
    fn headers(&self) -> &[(String, String)];

    /// Returns an upper bound of the length of a URL whose row values have that many encoded bytes.
    fn max_len(&self, path: Path<'_>, row_values: usize) -> usize;
}
