//! The operations of S3 that have a name.

use super::bucket::Bucket;
use crate::error::error;
use crate::request::{Destination, Request};
use crate::text::percent::{Component, PATH};
use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};

/// Requests to objects. Keys and upload IDs are not encoded yet: a `%` in them is data.
impl Bucket {
    /// Returns a request that downloads an object
    /// ([GetObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html)).
    #[must_use]
    pub fn get<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("GET", key)
    }

    /// Returns a request that uploads an object
    /// ([PutObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html)).
    #[must_use]
    pub fn put<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("PUT", key)
    }

    /// Returns a request for the headers of an object
    /// ([HeadObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html)).
    #[must_use]
    pub fn head<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("HEAD", key)
    }

    /// Returns a request that deletes an object
    /// ([DeleteObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html)).
    #[must_use]
    pub fn delete<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("DELETE", key)
    }

    /// Returns a request to an object with any method and parameters:
    /// `bucket.object("POST", key).query_flag("restore")`.
    #[must_use]
    pub fn object<'a>(
        &'a self,
        method: impl Into<Cow<'a, str>>,
        key: impl Into<Cow<'a, str>>,
    ) -> Request<'a> {
        let object = Destination::Object(&self.address, key.into());
        Request::new(method, object, self.signer.as_ref())
    }

    /// Returns a request that lists objects
    /// ([ListObjectsV2](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html)).
    /// Its parameters, such as `prefix`, are added with [`query`](Request::query).
    #[must_use]
    pub fn list_objects_v2(&self) -> Request<'_> {
        self.request("GET").query("list-type", "2")
    }

    /// Returns a request that tells whether the bucket exists and can be accessed
    /// ([HeadBucket](https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html)).
    #[must_use]
    pub fn head_bucket(&self) -> Request<'_> {
        let request = self.request("HEAD");
        request.signed_by(self.signer_without_session())
    }

    /// Returns a request that copies an object of a bucket, in its current version, to `key`
    /// ([CopyObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html)).
    ///
    /// For a version or an access point, use `put(key).header("x-amz-copy-source", …)`.
    #[must_use]
    pub fn copy_object<'a>(
        &'a self,
        key: impl Into<Cow<'a, str>>,
        from_bucket: &str,
        from_key: &str,
    ) -> Request<'a> {
        let request = self.object("PUT", key);
        let request = request.signed_by(self.signer_without_session());
        add_copy_source(request, from_bucket, from_key)
    }

    /// Returns a request that starts an upload in parts
    /// ([CreateMultipartUpload](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html)).
    #[must_use]
    pub fn create_multipart_upload<'a>(&'a self, key: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("POST", key)
            .query_flag("uploads")
            .without_body()
    }

    /// Returns a request that uploads a part, from 1 to 10,000
    /// ([UploadPart](https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html)).
    #[must_use]
    pub fn upload_part<'a>(
        &'a self,
        key: impl Into<Cow<'a, str>>,
        upload_id: impl Into<Cow<'a, str>>,
        part_number: u16,
    ) -> Request<'a> {
        const MAX_PART_NUMBER: u16 = 10_000;
        let request = self
            .object("PUT", key)
            .query("partNumber", part_number.to_string())
            .query("uploadId", upload_id);
        if (1..=MAX_PART_NUMBER).contains(&part_number) {
            request
        } else {
            request.fail(error!(
                Query,
                "the part number must be 1 to {MAX_PART_NUMBER}, got {part_number}"
            ))
        }
    }

    /// Returns a request that copies an object of a bucket, in its current version, into a part
    /// ([UploadPartCopy](https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html)).
    ///
    /// For a version or an access point, use
    /// `upload_part(key, upload_id, part_number).header("x-amz-copy-source", …)`.
    #[must_use]
    pub fn upload_part_copy<'a>(
        &'a self,
        key: impl Into<Cow<'a, str>>,
        upload_id: impl Into<Cow<'a, str>>,
        part_number: u16,
        from_bucket: &str,
        from_key: &str,
    ) -> Request<'a> {
        let request = self.upload_part(key, upload_id, part_number);
        let request = request.signed_by(self.signer_without_session());
        add_copy_source(request, from_bucket, from_key)
    }

    /// Returns a request that completes an upload in parts
    /// ([CompleteMultipartUpload](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html)).
    /// Its body is an XML list of the parts.
    #[must_use]
    pub fn complete_multipart_upload<'a>(
        &'a self,
        key: impl Into<Cow<'a, str>>,
        upload_id: impl Into<Cow<'a, str>>,
    ) -> Request<'a> {
        self.object("POST", key).query("uploadId", upload_id)
    }

    /// Returns a request that aborts an upload in parts
    /// ([AbortMultipartUpload](https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html)).
    #[must_use]
    pub fn abort_multipart_upload<'a>(
        &'a self,
        key: impl Into<Cow<'a, str>>,
        upload_id: impl Into<Cow<'a, str>>,
    ) -> Request<'a> {
        self.object("DELETE", key).query("uploadId", upload_id)
    }

    /// Returns a request that lists the parts of an upload
    /// ([ListParts](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html)).
    #[must_use]
    pub fn list_parts<'a>(
        &'a self,
        key: impl Into<Cow<'a, str>>,
        upload_id: impl Into<Cow<'a, str>>,
    ) -> Request<'a> {
        self.object("GET", key).query("uploadId", upload_id)
    }
}

/// Adds the source of a copy, which is percent-encoded.
fn add_copy_source<'a>(request: Request<'a>, bucket: &str, key: &str) -> Request<'a> {
    let mut source = String::from("/");
    for (component, separator) in [(bucket, "/"), (key, "")] {
        Component::Raw(component).write(&PATH, &mut source);
        source.push_str(separator);
    }
    let request = request.header("x-amz-copy-source", source).without_body();
    if bucket.is_empty() {
        request.fail(error!(
            Bucket,
            "the bucket name of the copy's source is empty"
        ))
    } else if key.is_empty() {
        request.fail(error!(
            Key,
            "the key of the copy's source is empty; an object's key has at least one character"
        ))
    } else {
        request
    }
}
