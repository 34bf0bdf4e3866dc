//! Use this module for query APIs with Signature Version 2, and for URLs of stores that no bucket
//! describes. For a bucket of a store that supports nothing newer, set
//! [`SignatureVersion::V2`](crate::SignatureVersion::V2) in [`s3::Bucket`](crate::s3::Bucket).
//!
//! ```
//! use presign::{Credentials, Expiry, Timestamp, v2};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! // SigV2 signs the bucket, so it has to be known if the host names it.
//! let store = v2::Service::s3().bucket("johnsmith");
//!
//! let expires_at = Timestamp::from_unix_seconds(1175139620);
//! let url = store
//!     .get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg")
//!     .presign(&credentials, Expiry::at(expires_at), Timestamp::from_unix_seconds(1175136020))?;
//! assert!(url.as_str().ends_with("&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D"));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # Coverage
//! The signature covers much less than under SigV4: the method, the bucket, the path, the
//! sub-resources and `response-*` parameters, the headers `x-amz-*`, `Content-MD5` and
//! `Content-Type`, and the date or the expiration. The rest can be changed: host, payload, all
//! other parameters and headers. [`PresignedUrl::not_covered`](crate::PresignedUrl::not_covered)
//! names the headers of the request that are not covered.
//!
//! # Path
//! The path is signed as it is in the URL, after the bucket if the host names the bucket. Nothing
//! is removed or encoded, so a path with a character that has to be percent-encoded is an error.
//!
//! # Headers
//! `x-amz-*` headers are signed in lowercase, sorted; the values of a repeated one are joined with
//! commas, and folded lines are unfolded. With a presigned URL all signed headers have to be sent,
//! as under SigV4: [`PresignedUrl::headers`](crate::PresignedUrl::headers) lists them. Only the
//! session token is a query parameter. botocore moves the others there too, which most stores don't
//! read.
//!
//! `Content-Type` is always signed, as empty if the request has none. Many clients add one to a PUT
//! or POST with a body, and the store then rejects the URL. So set it for an upload, or make sure
//! that the client sends none.
//!
//! # Query
//! The values of sub-resources and `response-*` parameters are signed decoded. An empty value
//! counts as none: `?acl=` becomes `?acl`. Parameters keep their order; the session token follows,
//! then `AWSAccessKeyId`, `Expires` and `Signature`. A `+` in a URL is a plus sign, not a space. A
//! value that contains `&` and the name of another sub-resource is an error, because the signature
//! would also be valid for that sub-resource.
//!
//! # Expiry
//! A presigned URL contains its expiration, in seconds since 1970, and not its signing time. So it
//! can be valid for any time.
//!
//! # Differences between stores
//! Some stores read the session token only from a header, and reject a URL with one: sign such a
//! request with headers. Not every store signs the newer sub-resources
//! `encryption`, `legal-hold` and `retention`. An access key ID with a colon, such as Swift's
//! `account:user`, is read from the header by stores that search for the last colon, such as Swift
//! and [`verify`](crate::verify); others end the ID at the first colon, and accept it in a URL
//! only.
//!
//! The rules are those of [Signing and authenticating REST
//! requests](https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html) and,
//! for query APIs, of [Signature Version 2 signing
//! process](https://docs.aws.amazon.com/general/latest/gr/signature-version-2.html).

mod ambiguous_value;
mod query_api;
mod service;
mod sign;
mod string_to_sign;
mod template;

pub use service::{Service, SignatureMethod};

pub(crate) use ambiguous_value::find_ambiguous_value;
pub(crate) use query_api::{parse_timestamp, prepare_call, write_before_parameters};
pub(crate) use service::{Interface, signing_key};
pub(crate) use sign::{PreparedHeaders, SigningRequest, finish_headers, finish_url};
pub(crate) use string_to_sign::{DateLine, StringToSign, amz_headers, may_be_sub_resource};
pub(crate) use template::UrlTemplate;
