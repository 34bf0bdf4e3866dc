//! The policy of a form whose signature was verified.

use super::check::INVALID;
use super::policy::Policy;
use super::upload::Upload;
use crate::error::Error;
use crate::scheme::form::POLICY;
use crate::time::Timestamp;
use crate::verify::{VerifiedForm, VerifyError, reject};

/// The policy, which the signature of a form covers.
impl VerifiedForm<'_> {
    /// Parses the policy that was signed.
    ///
    /// # Errors
    /// Returns the errors of [`Policy::from_json`].
    pub fn policy(&self) -> Result<Policy, Error> {
        Policy::from_base64(self.policy_base64())
    }

    /// Checks an upload against the policy that was signed. Don't store an upload for which this
    /// returns an error.
    ///
    /// The upload has all fields of the form whose signature was verified, and the length of the
    /// file.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::post::Upload;
    /// use presign::verify::Verifier;
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// # let now: Timestamp = "20130524T000000Z".parse()?;
    /// # let form = bucket
    /// #     .post_policy("user/eric/${filename}")
    /// #     .content_length_range(1..=10)
    /// #     .presign(&credentials, Duration::from_secs(3600), now)?;
    /// # let (fields, file): (Vec<_>, _) = (form.fields().collect(), b"hello");
    /// # let lookup = |_: &str| Some(&credentials);
    /// // `fields` and `file` are the parts of the multipart/form-data. The URL names the bucket.
    /// let verifier = Verifier::new("us-east-1", "s3");
    /// let verified = verifier.verify_form(fields.iter().copied(), now, lookup)?;
    ///
    /// let upload = Upload::new("examplebucket", file.len() as u64)
    ///     .file_name("notes.txt")
    ///     .fields(fields.iter().copied());
    /// verified.check(&upload, now)?;
    /// assert_eq!(upload.value("key").as_deref(), Some("user/eric/notes.txt"));
    ///
    /// let too_large = Upload::new("examplebucket", 11).fields(fields.iter().copied());
    /// let error = verified.check(&too_large, now).unwrap_err();
    /// assert_eq!((error.code(), error.status()), ("EntityTooLarge", 400));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the errors of [`Policy::check`];
    /// [`InvalidPolicy`](crate::verify::VerifyErrorKind::InvalidPolicy) if the signed text is not a
    /// policy; [`OtherPolicy`](crate::verify::VerifyErrorKind::OtherPolicy) if the upload's field
    /// `policy` is not the signed one;
    /// [`ExpiryTooLong`](crate::verify::VerifyErrorKind::ExpiryTooLong) if a SigV2 policy expires
    /// later than [`allow_sigv2`](crate::verify::Verifier::allow_sigv2) allows.
    pub fn check(&self, upload: &Upload<'_>, now: impl Into<Timestamp>) -> Result<(), VerifyError> {
        let policy = self.policy();
        let policy = policy.map_err(|error| reject!(InvalidPolicy, "{INVALID}: {error}"))?;
        let fields = upload.fields.iter();
        let mut policies = fields.filter(|(name, _)| name.eq_ignore_ascii_case(POLICY));
        match (policies.next(), policies.next()) {
            (Some((_, text)), None) if *text == self.policy_base64() => {
                let now = now.into();
                policy.check(upload, now)?;
                self.check_expiration(policy.expiration(), now)
            }
            _ => Err(reject!(
                OtherPolicy,
                "the field policy is not the one whose signature was verified"
            )),
        }
    }
}
