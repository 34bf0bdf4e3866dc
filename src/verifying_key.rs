//! The key that a server checks a signature with.

use crate::credentials::Credentials;
use alloc::borrow::Cow;
use core::fmt;

/// The key of an access key ID: what [`verify::Verifier`](crate::verify::Verifier) checks a
/// signature with.
///
/// Functions accept `impl Into<VerifyingKey>`: [`Credentials`], a reference to them, or a reference
/// to another `VerifyingKey`. Keep credentials between requests, because they contain the signing
/// keys of the day. `Debug` shows no secret.
///
/// ```
/// use core::time::Duration;
/// use presign::verify::{ReceivedRequest, Verifier};
/// use presign::{Credentials, Timestamp, VerifyingKey, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let link = bucket.get("a.txt").presign(&credentials, Duration::from_secs(60), now)?;
///
/// let key = VerifyingKey::from(credentials);
/// let verifier = Verifier::new("us-east-1", "s3");
/// let request = ReceivedRequest::from_url("GET", link.as_str())?;
/// let verified = verifier.verify(&request, now, |_| Some(&key))?;
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct VerifyingKey<'k>(Cow<'k, Credentials>);

impl VerifyingKey<'_> {
    pub(crate) fn credentials(&self) -> &Credentials {
        &self.0
    }
}

impl From<Credentials> for VerifyingKey<'_> {
    fn from(credentials: Credentials) -> Self {
        VerifyingKey(Cow::Owned(credentials))
    }
}

impl<'k> From<&'k Credentials> for VerifyingKey<'k> {
    fn from(credentials: &'k Credentials) -> Self {
        VerifyingKey(Cow::Borrowed(credentials))
    }
}

impl<'k> From<&'k VerifyingKey<'_>> for VerifyingKey<'k> {
    fn from(key: &'k VerifyingKey<'_>) -> Self {
        VerifyingKey(Cow::Borrowed(&key.0))
    }
}

impl fmt::Debug for VerifyingKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifyingKey").field(&self.0).finish()
    }
}
