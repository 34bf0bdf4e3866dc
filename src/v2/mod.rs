//! Signature Version 2: for S3-compatible stores and appliances that know nothing newer, and for links of the
//! form `?AWSAccessKeyId=…&Expires=…&Signature=…`.
//!
//! What lives here: the string to sign of S3's REST interface and of the query APIs, and where the signature goes. What does
//! not: what a bucket's URL looks like ([`s3`](crate::s3)).
//!
//! ```
//! use core::time::Duration;
//! use presign::{Credentials, Request, Timestamp, v2};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! // The bucket is signed, so a signer has to know it if it stands in the host.
//! let signer = v2::Signer::new(credentials).bucket("johnsmith");
//!
//! let request = Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg");
//! let url = signer.presign_until(&request, Timestamp::from_unix_seconds(1175139620))?;
//! assert!(url.as_str().ends_with("&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D"));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # What is covered
//! Much less than under SigV4: the method, the bucket, the path, the sub-resources and `response-*` parameters, the
//! headers `x-amz-*`, `Content-MD5` and `Content-Type`, and the date or the end of the URL. Whoever has the
//! request can change the rest: host, payload, all other parameters and headers.
//! [`PresignedUrl::not_covered`](crate::PresignedUrl::not_covered) names the headers that were given and are not covered.
//!
//! # Path
//! Signed just as it stands in the URL, nothing removed and nothing encoded, with the bucket before it if the host names the bucket. So
//! it has to be percent-encoded when it is handed in.
//!
//! # Headers
//! `x-amz-*` headers are signed in lower case, sorted; the values of a repeated one are joined by commas, and folded
//! lines are unfolded. In a presigned URL they become query parameters, and so does the session token; they are
//! not sent as headers then. `Content-Type` and `Content-MD5` stand in the query and have to be sent too, for servers
//! read them from the headers.
//!
//! # Query
//! The values of sub-resources and `response-*` parameters are signed as they are before they are encoded. An empty value
//! counts as none: `?acl=` becomes `?acl`. Parameters stand in the order given, then those of the headers, then
//! `AWSAccessKeyId`, `Expires` and `Signature`. A `+` in a URL that is handed in is a plus sign, not a space.
//!
//! # Expiry
//! A presigned URL says when it ends, in seconds since 1970, and not when it was made: so there is no longest life, and
//! `presign_until` takes no signing time.
//!
//! # Where stores differ
//! Some stores read `x-amz-*` from headers alone and refuse a link that carries them, or a session token, in its query: sign
//! such a request with headers. Not every store signs the newer sub-resources `encryption`, `legal-hold` and `retention`. An access
//! key id with a colon, such as Swift's `account:user`, is read from the header by stores that look for the last colon, as Swift and
//! [`verify`](crate::verify) do; others end the id at the first, and take it from a URL only.
//!
//! The rules are those of [Signing and authenticating REST
//! requests](https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html) and, for
//! [`QuerySigner`], of [Signature Version 2 signing
//! process](https://docs.aws.amazon.com/general/latest/gr/signature-version-2.html).

mod canonical;
mod query;
mod sign;
mod template;

pub use query::{QuerySigner, SignatureMethod, SignedForm};
pub use sign::Signer;

pub(crate) use canonical::{
    AmzHeaders, Moment, ResourcePath, SECURITY_TOKEN, StringToSign, is_amz, is_amz_param,
    is_sub_resource, may_be_sub_resource,
};
pub(crate) use query::{
    API_TOKEN, LIFE, SIGNATURE_METHOD, TIMESTAMP, parse_timestamp, sort_by_name, write_front,
};
pub(crate) use sign::{
    Context, ends_after, presign, presign_steps, presigned_url, sign, sign_steps, sign_string,
};
pub(crate) use template::Template;
