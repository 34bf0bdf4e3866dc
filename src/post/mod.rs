//! POST policies: what a browser may upload with a form, signed beforehand.
//!
//! A presigned `PUT` can't limit the size of an upload, nor leave its key or type open within bounds. A POST policy can: it is a list of
//! conditions, signed, in a hidden field of the form, and the server holds the upload against it.
//!
//! What lives here: the conditions and their JSON ([`PostPolicy`]), the signed form and its HTML
//! ([`PresignedPost`]), and the check of an upload against a policy ([`Policy`]). What does not: the two signatures over the
//! policy's base64 ([`v4`](crate::v4), [`v2`](crate::v2)), and reading `multipart/form-data`.
//!
//! ```
//! use core::time::Duration;
//! use presign::post::{Policy, PostPolicy, Upload};
//! use presign::{Credentials, Timestamp, s3::Bucket};
//!
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
//! let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! let now = Timestamp::parse("20130524T000000Z")?;
//!
//! let form = PostPolicy::new("user/eric/${filename}")
//!     .content_length_range(1..=10_000_000)
//!     .field("acl", "public-read")
//!     .presign(&bucket, &credentials, Duration::from_secs(3600), now)?;
//! println!("{}", form.to_html());
//!
//! // What a server does with the upload, once it has verified the signature: `verify::VerifiedForm::check` does both.
//! let policy = Policy::parse(form.policy())?;
//! let upload = Upload::new("examplebucket", 4_096).file_name("me.png").fields(form.fields());
//! assert_eq!(policy.check(&upload, now), Ok(()));
//! let too_large = Upload::new("examplebucket", 10_000_001).file_name("me.png").fields(form.fields());
//! assert_eq!(policy.check(&too_large, now).unwrap_err().code(), "EntityTooLarge");
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # The same bytes as boto3
//! A policy is written as boto3's `generate_presigned_post` writes it, so that for the same fields, conditions, key and time the
//! signature is the same. There fields and conditions are two lists; here [`field`](PostPolicy::field) adds to the
//! first, [`condition_json`](PostPolicy::condition_json) to the second, and
//! [`eq`](PostPolicy::eq) to both.
//!
//! The rules are those of [Browser-based uploads using POST: creating an HTML
//! form](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html), [POST
//! policy](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html), its
//! [example](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html), and for SigV2 [HTML
//! forms](https://docs.aws.amazon.com/AmazonS3/latest/userguide/HTTPPOSTForms.html).

mod check;
mod condition;
mod form;
mod html;
mod json;
mod policy;
mod sign;

pub use check::{Policy, Refusal, Upload};
pub use condition::{Condition, Rule};
pub use form::PresignedPost;
pub use policy::{Key, PostPolicy};

use crate::marks::ACCESS_KEY_ID;

/// A server puts the name of the uploaded file in its place, in every field, before it compares anything.
const FILENAME: &str = "${filename}";

/// Whether a field carries the signature or the file, and so can have no condition.
fn is_outside(name: &str) -> bool {
    const OUTSIDE: [&str; 5] = [
        ACCESS_KEY_ID,
        "signature",
        "x-amz-signature",
        "policy",
        "file",
    ];
    OUTSIDE
        .iter()
        .any(|outside| outside.eq_ignore_ascii_case(name))
}

/// Whether a field needs no condition.
fn is_exempt(name: &str) -> bool {
    const IGNORED: &str = "x-ignore-";
    let front = name.get(..IGNORED.len());
    is_outside(name) || front.is_some_and(|front| front.eq_ignore_ascii_case(IGNORED))
}

#[cfg(test)]
mod tests {
    use super::policy::write_credential;
    use crate::Credentials;
    use crate::s3::Bucket;
    use crate::timestamp::Timestamp;
    use alloc::string::String;
    use serde_json::Value;
    use std::{fs, path::Path};

    /// Published policies are laid out in other ways than ours, so they are signed here as texts.
    #[test]
    fn published_policies_have_their_signatures() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/post-policy.json");
        let cases: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let mut signed = 0;
        for case in cases.as_array().unwrap() {
            let text = |name: &str| case[name].as_str().unwrap();
            let credentials =
                Credentials::new(text("access_key_id"), text("secret_access_key")).unwrap();
            let policy = case["expected"]["policy_base64"].as_str().unwrap();
            let region = case["region"].as_str().unwrap_or("us-east-1");
            let bucket = Bucket::new("examplebucket", region).unwrap();
            let sign = |policy: &str| match case["timestamp"].as_str() {
                Some(time) => {
                    let context = bucket.context(&credentials).unwrap();
                    let date = Timestamp::parse(time).unwrap().amz_date().unwrap();
                    let credential = &case["expected"]["fields"];
                    let names = ["x-amz-credential", "X-Amz-Credential"];
                    let credential = names.iter().find_map(|name| credential[*name].as_str());
                    let mut own = String::new();
                    let scope = context.scope(&date);
                    write_credential(credentials.access_key_id(), &scope, &mut own);
                    assert_eq!(Some(own.as_str()), credential);
                    scope.sign_text(&credentials, policy)
                }
                None => bucket.context_v2(&credentials).unwrap().sign_text(policy),
            };
            let expected = case["expected"]["signature"].as_str().unwrap();
            assert_eq!(sign(policy).as_str(), expected, "{}", text("name"));
            let changed = policy.replacen('e', "f", 1);
            assert_ne!(sign(&changed).as_str(), expected, "{}", text("name"));
            signed += 1;
        }
        assert_eq!(signed, 6);
    }
}
