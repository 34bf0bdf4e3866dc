//! Verifying Google's V4 signatures.

use crate::scheme::google::{GOOGLE4, GOOGLE4_RSA};
use crate::verify::Verifier;
use alloc::string::String;

/// Returns a verifier for Google's V4 signatures: URLs, headers and forms, with HMAC and RSA keys.
///
/// It is for a server that replaces Google Cloud Storage, such as an emulator. The location is that
/// of the credential scope, `auto` for most signers; [`Verifier::allow_any_region`] allows every
/// one.
///
/// ```
/// use core::time::Duration;
/// use presign::gcs::{self, Bucket};
/// use presign::verify::{ReceivedRequest, VerifyErrorKind};
/// use presign::{Credentials, Timestamp};
///
/// let key = Credentials::new("GOOG1EXAMPLE", "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ")?;
/// let now: Timestamp = "20190201T090000Z".parse()?;
/// let bucket = Bucket::new("examplebucket")?;
/// let link = bucket.get("a.txt").presign(&key, Duration::from_secs(600), now)?;
///
/// let verifier = gcs::verifier("auto");
/// let request = ReceivedRequest::from_url("GET", link.as_str())?;
/// assert!(verifier.verify(&request, now, |_| Some(&key)).is_ok());
///
/// let request = ReceivedRequest::from_url("PUT", link.as_str())?;
/// let error = verifier.verify(&request, now, |_| Some(&key)).unwrap_err();
/// assert_eq!(error.kind(), VerifyErrorKind::Signature);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn verifier(location: impl Into<String>) -> Verifier {
    Verifier::with_schemes([&GOOGLE4, &GOOGLE4_RSA], location.into(), "storage".into())
}
