//! Forms for uploads to a bucket.

use super::bucket::Bucket;
use crate::post::{Key, PostPolicy, Target};

/// POST policies.
impl Bucket {
    /// Returns a POST policy to which conditions are added, for uploads from a browser
    /// ([POST Object](https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html)).
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::post::Key;
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// for key in [
    ///     Key::from("avatars/eric.png"),
    ///     Key::from("user/eric/${filename}"),
    ///     Key::starts_with("user/eric/"),
    /// ] {
    ///     let form = bucket.post_policy(key).presign(&credentials, Duration::from_secs(900), now)?;
    ///     assert_eq!(form.url(), "https://examplebucket.s3.us-east-1.amazonaws.com/");
    /// }
    /// # Ok::<(), presign::Error>(())
    /// ```
    pub fn post_policy(&self, key: impl Into<Key>) -> PostPolicy<'_> {
        let target = Target {
            bucket: self.name(),
            address: &self.address,
            signer: self.signer.as_ref(),
        };
        PostPolicy::new(target, self.check_accepts_forms(), key.into())
    }
}
