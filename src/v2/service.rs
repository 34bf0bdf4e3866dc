//! A service that is signed with SigV2: S3's REST interface, or a query API.

use crate::crypto::{HmacSha256Key, SecretAccessKey, SigningKey};
use alloc::boxed::Box;
use alloc::string::String;

/// A service whose requests are signed with SigV2.
///
/// For objects in a store that supports nothing newer, use
/// [`BucketBuilder::signature_version`](crate::s3::BucketBuilder::signature_version).
///
/// ```
/// use presign::{Credentials, Expiry, Timestamp, v2};
///
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "2011-10-03T15:19:30Z".parse()?;
///
/// // A query API: the signed parameters are the body of a POST, or the query of a GET.
/// let api = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
/// let signed = api
///     .post("https://elasticmapreduce.amazonaws.com/")
///     .query("Action", "DescribeJobFlows")
///     .query("Version", "2009-03-31")
///     .sign(&credentials, now)?;
/// assert!(signed.body().unwrap().starts_with("AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Action="));
///
/// // S3's REST interface. The host names the bucket, which is signed.
/// let expires_at: Timestamp = "2011-10-04T00:00:00Z".parse()?;
/// let url = v2::Service::s3()
///     .bucket("johnsmith")
///     .get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg")
///     .presign(&credentials, Expiry::at(expires_at), now)?;
/// assert!(url.as_str().contains("/photos/puppy.jpg?AWSAccessKeyId="));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Service(pub(crate) Interface);

/// The interface of a service.
#[derive(Clone, Debug)]
pub(crate) enum Interface {
    S3 {
        /// The bucket, if the host names it.
        bucket: Option<Box<str>>,
    },
    QueryApi(SignatureMethod),
}

impl Service {
    /// Returns S3's REST interface, for requests whose path names the bucket, or no bucket at all.
    #[must_use]
    pub fn s3() -> Self {
        Service(Interface::S3 { bucket: None })
    }

    /// Returns a query API: EC2, SimpleDB, EMR, SQS, and services compatible with them. They sign
    /// all parameters, and accept a call for 15 minutes.
    #[must_use]
    pub fn query_api(method: SignatureMethod) -> Self {
        Service(Interface::QueryApi(method))
    }

    /// Sets the bucket that the host names: the `johnsmith` of `johnsmith.s3.amazonaws.com`, or the
    /// bucket behind a custom domain. S3 signs it. Query APIs ignore it.
    #[must_use]
    pub fn bucket(mut self, name: impl Into<String>) -> Self {
        if let Interface::S3 { bucket } = &mut self.0 {
            *bucket = Some(name.into().into());
        }
        self
    }
}

/// The HMAC of a query API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureMethod {
    /// `HmacSHA256`.
    #[default]
    HmacSha256,
    /// `HmacSHA1`, for services that support no other.
    HmacSha1,
}

impl SignatureMethod {
    /// Returns the value of the parameter `SignatureMethod`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            SignatureMethod::HmacSha256 => "HmacSHA256",
            SignatureMethod::HmacSha1 => "HmacSHA1",
        }
    }

    /// Parses the value of the parameter `SignatureMethod`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let methods = [SignatureMethod::HmacSha256, SignatureMethod::HmacSha1];
        methods.into_iter().find(|method| method.as_str() == text)
    }

    /// Returns the key, which is the secret itself.
    pub(crate) fn signing_key(self, secret: &SecretAccessKey) -> SigningKey {
        match self {
            SignatureMethod::HmacSha256 => {
                SigningKey::HmacSha256(HmacSha256Key::new(secret.as_str().as_bytes()))
            }
            SignatureMethod::HmacSha1 => signing_key(secret),
        }
    }
}

/// Returns the key of S3's REST interface, which is the secret itself.
pub(crate) fn signing_key(secret: &SecretAccessKey) -> SigningKey {
    SigningKey::HmacSha1(secret.hmac_sha1_key().clone())
}
