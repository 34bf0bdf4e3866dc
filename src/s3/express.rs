//! Sessions of S3 Express One Zone.

use super::bucket::Bucket;
use crate::error::{Quoted, error};
use crate::request::Request;

/// Sessions of directory buckets.
impl Bucket {
    /// Returns a request that creates a session of a directory bucket
    /// ([CreateSession](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html)).
    ///
    /// Sign it with the credentials of an IAM user or role, and parse the response with
    /// [`session_credentials`](crate::s3::session_credentials). They sign the requests to objects
    /// for 5 minutes. [`copy_object`](Bucket::copy_object),
    /// [`upload_part_copy`](Bucket::upload_part_copy) and [`head_bucket`](Bucket::head_bucket) are
    /// signed with the credentials of the user or role, too.
    ///
    /// The header `x-amz-create-session-mode` limits the session to `ReadOnly`.
    ///
    /// ```
    /// # #[cfg(feature = "s3-express")]
    /// # {
    /// use core::time::Duration;
    /// use presign::{Credentials, Expiry, Timestamp, s3};
    ///
    /// let role = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?
    ///     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?;
    /// let now: Timestamp = "20240601T000000Z".parse()?;
    /// let bucket = s3::Bucket::new("logs--usw2-az1--x-s3", "us-west-2")?;
    /// let create = bucket.create_session().header("x-amz-create-session-mode", "ReadOnly");
    /// assert_eq!(
    ///     create.url()?,
    ///     "https://logs--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/?session",
    /// );
    /// let signed = create.sign(&role, now)?;
    /// assert!(signed.headers().any(|(name, _)| name == "x-amz-security-token"));
    ///
    /// // The body of the response.
    /// let body = "<CreateSessionResult><Credentials><SessionToken>TOKEN</SessionToken>\
    ///     <SecretAccessKey>SECRET</SecretAccessKey><AccessKeyId>ASIASESSIONEXAMPLE</AccessKeyId>\
    ///     <Expiration>2024-06-01T00:05:00Z</Expiration></Credentials></CreateSessionResult>";
    /// let session = s3::session_credentials(body)?;
    ///
    /// // A URL that expires with the session, at the latest.
    /// let later = now.saturating_add(Duration::from_secs(120));
    /// let five_minutes = Expiry::at_most(Duration::from_secs(300));
    /// let link = bucket.get("a.txt").presign(&session, five_minutes, later)?;
    /// assert!(link.as_str().contains("&X-Amz-Expires=180&X-Amz-S3session-Token=TOKEN&"));
    /// # }
    /// # Ok::<(), presign::Error>(())
    /// ```
    #[must_use]
    pub fn create_session(&self) -> Request<'_> {
        let request = self
            .request("GET")
            .query_flag("session")
            .signed_by(self.signer_without_session());
        if self.has_sessions() {
            return request;
        }
        request.fail(error!(
            Unsupported,
            "{} is not a directory bucket; only directory buckets have sessions",
            Quoted(self.name())
        ))
    }
}
