//! Use this module for uploads from a browser: forms with a signed POST policy, and the check of an
//! upload against it. The [guide](crate::guide::browsers) shows the page and what the bucket needs.
//!
//! A presigned `PUT` allows one key and one size. A POST policy allows ranges and prefixes. It is a
//! signed list of conditions in a hidden field of the form, and the server checks the upload
//! against it.
//!
//! ```
//! use core::time::Duration;
//! use presign::{Credentials, Timestamp, s3::Bucket};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! let now: Timestamp = "20130524T000000Z".parse()?;
//!
//! let form = bucket
//!     .post_policy("user/eric/${filename}")
//!     .content_length_range(1..=10_000_000)
//!     .field("acl", "public-read")
//!     .presign(&credentials, Duration::from_secs(3600), now)?;
//! println!("{}", form.to_html());
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! A [`PostPolicy`] is a policy that you build and sign. A [`Policy`] is one that a server has
//! received. The server verifies the form's signature and then checks the upload against the
//! policy; [`VerifiedForm::check`](crate::verify::VerifiedForm::check) is that check after
//! [`Verifier::verify_form`](crate::verify::Verifier::verify_form):
//!
//! ```
//! # use core::time::Duration;
//! # use presign::{Credentials, Timestamp, s3::Bucket};
//! use presign::post::{Policy, Upload};
//! #
//! # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! # let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! # let now: Timestamp = "20130524T000000Z".parse()?;
//! # let form = bucket
//! #     .post_policy("user/eric/${filename}")
//! #     .content_length_range(1..=10_000_000)
//! #     .field("acl", "public-read")
//! #     .presign(&credentials, Duration::from_secs(3600), now)?;
//!
//! // `form` is the one from above.
//! let policy = Policy::from_json(form.policy())?;
//! let upload = Upload::new("examplebucket", 4_096).file_name("me.png").fields(form.fields());
//! assert_eq!(policy.check(&upload, now), Ok(()));
//! let too_large = Upload::new("examplebucket", 10_000_001).file_name("me.png").fields(form.fields());
//! assert_eq!(policy.check(&too_large, now).unwrap_err().code(), "EntityTooLarge");
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # The same bytes as boto3
//! A policy is written as boto3's `generate_presigned_post` writes it, so that equal fields,
//! conditions, keys and times have equal signatures. boto3 has two lists, of fields and of
//! conditions. [`field`](PostPolicy::field) adds to the first,
//! [`condition_json`](PostPolicy::condition_json) to the second, and [`eq`](PostPolicy::eq) to
//! both.
//!
//! The rules are those of [Browser-based uploads using POST: creating an HTML
//! form](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html), [POST
//! policy](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html), its
//! [example](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html), and for
//! SigV2 [HTML forms](https://docs.aws.amazon.com/AmazonS3/latest/userguide/HTTPPOSTForms.html).

mod check;
mod condition;
mod fields;
mod form;
mod form_signer;
mod html;
mod item;
mod key;
mod policy;
mod policy_writer;
mod post_policy;
mod presigned_post;
mod sign;
mod upload;
mod verified_form;

pub use condition::Condition;
pub use html::HtmlOptions;
pub use key::Key;
pub use policy::Policy;
pub use post_policy::PostPolicy;
pub use presigned_post::PresignedPost;
pub use upload::Upload;

pub(crate) use post_policy::Target;
