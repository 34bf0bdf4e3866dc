//! Signature Version 4: the `Authorization` header and presigned URLs, for any AWS-style service.
//!
//! What lives here: the canonical request, the signing key, the string to sign, and where the signature
//! goes. What does not: what a bucket's URL looks like ([`s3`](crate::s3)).
//!
//! ```
//! use core::time::Duration;
//! use presign::{Credentials, Payload, Request, Timestamp, v4};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let signer = v4::Signer::new(credentials, "us-east-1", "iam")?;
//! let now = Timestamp::parse("20150830T123600Z")?;
//!
//! // Headers to add to a request …
//! let request = Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
//!     .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
//! let signed = signer.sign(&request, Payload::Empty, now)?;
//! for (name, value) in signed.headers() {
//!     println!("{name}: {value}");
//! }
//!
//! // … or a URL that carries its signature.
//! let url = signer.presign(&request, Duration::from_secs(60), now)?;
//! assert!(url.as_str().ends_with(
//!     "&X-Amz-Signature=37ac2f4fde00b0ac9bd9eadeb459b1bbee224158d66e7ae5fcadb70b2d181d02"
//! ));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # Path
//! For S3 the path is encoded once and nothing in it is removed: an object may be called `a//../b`. For
//! every other service dot segments and doubled slashes are removed and the path, as it stands in the URL, is encoded a
//! second time (a space is `%20` in the URL and `%2520` in the canonical request). See [`CanonicalUri`]. What stands in a path without being
//! encoded, a space or a letter outside ASCII, counts as encoded once, as in AWS's test suite; but most clients would encode it when they send it,
//! and so send another path than was signed: hand in a path that is encoded.
//!
//! # Headers
//! Every header that is given is signed and has to be sent, but for those that proxies and
//! clients add or change on the way: `authorization`, `baggage`, `connection`, `expect`, `keep-alive`,
//! `proxy-authenticate`, `proxy-authorization`, `te`, `trailer`, `traceparent`, `tracestate`,
//! `transfer-encoding`, `upgrade`, `user-agent` and `x-amzn-trace-id`.
//! `host` is always signed.
//!
//! # Query
//! A presigned URL's parameters stand in their canonical order with the signature last, so the URL is its own canonical
//! query string. A `+` in a URL that is handed in is a plus sign, not a space.
//!
//! # Testing a server
//! A server is tested with signatures that it has to refuse. They need no back door: all that a signature depends on is an
//! argument, and the same input and time give the same output on every machine. See [`guide::testing_a_server`](crate::guide::testing_a_server).
//!
//! The rules are those of [AWS Signature Version 4 for API
//! requests](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html) and [Authenticating Requests: Using Query
//! Parameters](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).

mod canonical;
mod dialect;
mod key;
mod payload;
mod sign;
mod template;

pub use canonical::CanonicalUri;
pub use payload::Payload;
pub use sign::{SessionToken, Signer};

pub(crate) use canonical::{CanonicalPath, CanonicalQuery, CanonicalRequest, SignedHeaders};
pub(crate) use dialect::{AWS4, S3_EXPRESS};
pub(crate) use key::{Place, Scope, check_scope_part};
pub(crate) use payload::{EMPTY_SHA256, UNSIGNED_PAYLOAD, check_content_sha256, hash_of, is_hash};
pub(crate) use sign::{
    Context, Settings, presign, presign_steps, presigned_url, sign, sign_steps, signature,
    write_string_to_sign_of,
};
pub(crate) use template::Template;
