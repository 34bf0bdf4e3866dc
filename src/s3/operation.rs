//! What is asked of a bucket.

use super::bucket::Bucket;
use super::links::{Links, Template};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::{Extra, Parts, Path};
use crate::signed::{PresignedUrl, SignedRequest, SigningSteps};
use crate::timestamp::Timestamp;
use crate::v2;
use crate::v4::{self, Payload};
use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use core::fmt;
use core::time::Duration;

/// A request to a bucket or to one of its objects, made by [`Bucket::get`] and its siblings.
///
/// Nothing is checked until the operation is signed; the signing function returns every error.
#[derive(Clone)]
pub struct Operation<'a> {
    bucket: &'a Bucket,
    method: Cow<'a, str>,
    key: Option<Cow<'a, str>>,
    extra: Extra<'a>,
}

impl<'a> Operation<'a> {
    pub(super) fn new(bucket: &'a Bucket, method: Cow<'a, str>) -> Self {
        Operation {
            bucket,
            method,
            key: None,
            extra: Extra::default(),
        }
    }

    /// The object's key, as it is: it is encoded here, and a `%` in it is data.
    #[must_use]
    pub fn key(mut self, key: impl Into<Cow<'a, str>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds a query parameter, not yet encoded: `uploadId`, `prefix`, …
    #[must_use]
    pub fn query(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.extra.query(name.into(), Some(value.into()));
        self
    }

    /// Adds a sub-resource, a parameter without a value: `acl`, `tagging`, `uploads`, …
    #[must_use]
    pub fn sub_resource(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.extra.query(name.into(), None);
        self
    }

    /// Adds a header, which is signed and has to be sent with the request: `Content-Type`, `x-amz-meta-…`,
    /// `x-amz-server-side-encryption`, `Range`, …
    #[must_use]
    pub fn header(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.extra.header(name.into(), value.into());
        self
    }

    /// `versionId`: one version of the object.
    #[must_use]
    pub fn version_id(self, id: impl Into<Cow<'a, str>>) -> Self {
        self.query("versionId", id)
    }

    /// `partNumber`: one part of a multipart upload, from 1 to 10000.
    #[must_use]
    pub fn part_number(self, number: u32) -> Self {
        self.query("partNumber", number.to_string())
    }

    /// `response-content-type`: the `Content-Type` that the answer to a GET will have.
    #[must_use]
    pub fn response_content_type(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.query("response-content-type", value)
    }

    /// `response-content-disposition`: whether the answer to a GET is shown or saved, and under which
    /// name; [`ContentDisposition`](super::ContentDisposition) writes it for any file name.
    #[must_use]
    pub fn response_content_disposition(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.query("response-content-disposition", value)
    }

    /// `response-content-encoding`: the `Content-Encoding` that the answer to a GET will have.
    #[must_use]
    pub fn response_content_encoding(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.query("response-content-encoding", value)
    }

    /// `response-content-language`: the `Content-Language` that the answer to a GET will have.
    #[must_use]
    pub fn response_content_language(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.query("response-content-language", value)
    }

    /// `response-cache-control`: the `Cache-Control` that the answer to a GET will have.
    #[must_use]
    pub fn response_cache_control(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.query("response-cache-control", value)
    }

    /// `response-expires`: the `Expires` that the answer to a GET will have, an HTTP date.
    #[must_use]
    pub fn response_expires(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.query("response-expires", value)
    }

    /// Makes a presigned URL, good for 1 second to 7 days.
    ///
    /// The payload of an upload is not signed: any body may be sent. Sign the header `Content-Length` to
    /// fix its size, or the header `x-amz-content-sha256` to fix its content.
    ///
    /// # Errors
    /// - [`ErrorKind::Key`](crate::ErrorKind::Key): the key is empty.
    /// - [`ErrorKind::Expiry`](crate::ErrorKind::Expiry): `expires_in` is zero, more than seven days, not a whole
    ///   number of seconds, or longer than the credentials are known to live.
    /// - [`ErrorKind::Header`](crate::ErrorKind::Header), [`ErrorKind::Query`](crate::ErrorKind::Query), [`ErrorKind::Method`](crate::ErrorKind::Method):
    ///   something that can't be sent, or that a presigned URL carries already.
    /// - [`ErrorKind::Time`](crate::ErrorKind::Time): `now` is outside the years 0 to 9999.
    /// - [`ErrorKind::Bucket`](crate::ErrorKind::Bucket): the bucket is a multi-region access point, which needs SigV4a.
    pub fn presign(
        &self,
        credentials: &Credentials,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        let context = self.bucket.context(credentials)?;
        self.described(|parts| v4::presigned_url(&context, parts, expires_in, now.into()))
    }

    /// [`presign`](Operation::presign) that appends the URL to a buffer. On an error the buffer is as it was.
    ///
    /// # Errors
    /// Those of [`presign`](Operation::presign).
    pub fn presign_into(
        &self,
        credentials: &Credentials,
        expires_in: Duration,
        now: impl Into<Timestamp>,
        url: &mut String,
    ) -> Result<(), Error> {
        let context = self.bucket.context(credentials)?;
        self.described(|parts| v4::presign(&context, parts, expires_in, now.into(), url, None))
            .map(drop)
    }

    /// The steps of [`presign`](Operation::presign): canonical request, string to sign, signature.
    ///
    /// # Errors
    /// Those of [`presign`](Operation::presign).
    pub fn presign_steps(
        &self,
        credentials: &Credentials,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        let context = self.bucket.context(credentials)?;
        self.described(|parts| v4::presign_steps(&context, parts, expires_in, now.into()))
    }

    /// Signs the operation with headers; [`url`](Operation::url) is where to send it. The headers that the operation was given are
    /// signed and have to be sent too. With the feature `http`, `sign_http` makes the whole request.
    ///
    /// # Errors
    /// Those of [`presign`](Operation::presign) but for the expiry, and [`ErrorKind::Payload`](crate::ErrorKind::Payload) if a given
    /// `x-amz-content-sha256` contradicts the payload.
    pub fn sign(
        &self,
        credentials: &Credentials,
        payload: Payload,
        now: impl Into<Timestamp>,
    ) -> Result<SignedRequest, Error> {
        let context = self.bucket.context(credentials)?;
        self.described(|parts| v4::sign(&context, parts, payload, now.into(), None))
    }

    /// The steps of [`sign`](Operation::sign): canonical request, string to sign, signature.
    ///
    /// # Errors
    /// Those of [`sign`](Operation::sign).
    pub fn sign_steps(
        &self,
        credentials: &Credentials,
        payload: Payload,
        now: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        let context = self.bucket.context(credentials)?;
        self.described(|parts| v4::sign_steps(&context, parts, payload, now.into()))
    }

    /// Makes a presigned URL with SigV2, good for any whole number of seconds from `now` on.
    ///
    /// `x-amz-*` headers become query parameters. Headers that the signature can't cover are named by
    /// [`PresignedUrl::not_covered`]. See [`v2`](crate::v2) for what it covers.
    ///
    /// # Errors
    /// - [`ErrorKind::Key`](crate::ErrorKind::Key): the key is empty.
    /// - [`ErrorKind::Expiry`](crate::ErrorKind::Expiry): `expires_in` is zero, not a whole number of seconds, or longer than
    ///   the credentials are known to live, or the URL would end after the year 9999.
    /// - [`ErrorKind::Header`](crate::ErrorKind::Header), [`ErrorKind::Query`](crate::ErrorKind::Query), [`ErrorKind::Method`](crate::ErrorKind::Method):
    ///   something that can't be sent, or that a presigned URL carries already; `x-amz-*` parameters, which are given as headers.
    /// - [`ErrorKind::Bucket`](crate::ErrorKind::Bucket): this is no bucket, but an access point or a directory bucket: these take
    ///   no SigV2 signatures.
    pub fn presign_v2(
        &self,
        credentials: &Credentials,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        self.presign_v2_until(credentials, v2::ends_after(expires_in, now.into())?)
    }

    /// Makes a presigned URL with SigV2 that is good until a moment.
    ///
    /// # Errors
    /// Those of [`presign_v2`](Operation::presign_v2); the moment can't be before 1970.
    pub fn presign_v2_until(
        &self,
        credentials: &Credentials,
        expires_at: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        let context = self.bucket.context_v2(credentials)?;
        self.described(|parts| v2::presigned_url(&context, parts, expires_at.into()))
    }

    /// [`presign_v2_until`](Operation::presign_v2_until) that appends the URL to a buffer. On an error the
    /// buffer is as it was.
    ///
    /// # Errors
    /// Those of [`presign_v2_until`](Operation::presign_v2_until).
    pub fn presign_v2_into(
        &self,
        credentials: &Credentials,
        expires_at: impl Into<Timestamp>,
        url: &mut String,
    ) -> Result<(), Error> {
        let context = self.bucket.context_v2(credentials)?;
        self.described(|parts| v2::presign(&context, parts, expires_at.into(), url, None))
    }

    /// The steps of [`presign_v2_until`](Operation::presign_v2_until): string to sign and signature.
    ///
    /// # Errors
    /// Those of [`presign_v2_until`](Operation::presign_v2_until).
    pub fn presign_v2_steps(
        &self,
        credentials: &Credentials,
        expires_at: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        let context = self.bucket.context_v2(credentials)?;
        self.described(|parts| v2::presign_steps(&context, parts, expires_at.into()))
    }

    /// Signs the operation with SigV2 headers; [`url`](Operation::url) is where to send it.
    ///
    /// # Errors
    /// Those of [`presign_v2`](Operation::presign_v2) but for the expiry, and [`ErrorKind::Time`](crate::ErrorKind::Time) if `now`
    /// is outside the years 0 to 9999.
    pub fn sign_v2(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<SignedRequest, Error> {
        let context = self.bucket.context_v2(credentials)?;
        self.described(|parts| v2::sign(&context, parts, now.into(), None))
    }

    /// The steps of [`sign_v2`](Operation::sign_v2): string to sign and signature.
    ///
    /// # Errors
    /// Those of [`sign_v2`](Operation::sign_v2).
    pub fn sign_v2_steps(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        let context = self.bucket.context_v2(credentials)?;
        self.described(|parts| v2::sign_steps(&context, parts, now.into()))
    }

    /// The URL of the operation, without a signature; at the host that is [shown](super::BucketBuilder::shown_as), if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty.
    pub fn url(&self) -> Result<String, Error> {
        self.described(|parts| {
            let mut url = String::with_capacity(parts.url_bound());
            parts.write_url(&mut url);
            Ok(url)
        })
    }

    /// Prepares links for many keys: all that does not depend on the key is written once.
    ///
    /// A key that the operation may have is not used.
    ///
    /// # Errors
    /// Those of [`presign`](Operation::presign).
    pub fn links(
        &self,
        credentials: &Credentials,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Links, Error> {
        let context = self.bucket.context(credentials)?;
        self.described_at(self.bucket.path(None)?, |parts| {
            let template = v4::Template::new(&context, parts, expires_in, now.into())?;
            Ok(Links::new(self.bucket, Template::V4(template.into())))
        })
    }

    /// Prepares SigV2 links for many keys: all that does not depend on the key is written once.
    ///
    /// A key that the operation may have is not used.
    ///
    /// # Errors
    /// Those of [`presign_v2`](Operation::presign_v2).
    pub fn links_v2(
        &self,
        credentials: &Credentials,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<Links, Error> {
        let ends = v2::ends_after(expires_in, now.into())?;
        let context = self.bucket.context_v2(credentials)?;
        self.described_at(self.bucket.path(None)?, |parts| {
            let template = v2::Template::new(&context, parts, expires_in, ends)?;
            Ok(Links::new(self.bucket, Template::V2(template.into())))
        })
    }

    /// Does something with the request's parts. They are large, so they stay where they are made.
    pub(crate) fn described<'b, T>(
        &'b self,
        work: impl FnOnce(&mut Parts<'b>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.described_at(self.bucket.path(self.key.as_deref())?, work)
    }

    fn described_at<'b, T>(
        &'b self,
        path: Path<'b>,
        work: impl FnOnce(&mut Parts<'b>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut parts = self.bucket.parts(&self.method, path)?;
        parts.add(&self.extra)?;
        work(&mut parts)
    }
}

impl fmt::Debug for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("bucket", &self.bucket.name())
            .field("method", &self.method)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
