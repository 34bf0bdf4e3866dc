//! Use this module if CloudFront delivers the objects: signed URLs and signed cookies, and their
//! verification. The [guide](crate::guide::cloudfront) has a chapter.
//!
//! A key signs a [`Policy`]: which URLs it covers, and until when. To set up a key:
//!
//! 1. Create a key pair, and upload the public key to CloudFront. It gets an ID, such as
//!    `K2JCJMDEHXQW5F`.
//! 2. Add the public key to a key group, and the key group to the distribution.
//! 3. Pass the ID and the private key to `Credentials::from_pem` (feature `rsa` or `p256`).
//!
//! | task | item |
//! |---|---|
//! | a URL to one object | [`Distribution::get`] |
//! | URLs to all objects of a folder | [`Distribution::policy`], [`SignedPolicy::url`] |
//! | cookies for a folder | [`Distribution::policy`], [`SignedPolicy::cookies`] |
//! | a policy with a start or an IP range, or for several domains | [`Policy::new`] |
//! | checking a signature, as an emulator of CloudFront does | [`verify`](fn@verify) |
//!
#![cfg_attr(any(feature = "rsa", feature = "p256"), doc = "```no_run")]
#![cfg_attr(not(any(feature = "rsa", feature = "p256")), doc = "```ignore")]
//! use presign::{Credentials, cloudfront::Distribution};
//! use std::time::{Duration, SystemTime};
//!
//! let key = Credentials::from_pem("K2JCJMDEHXQW5F", &std::fs::read_to_string("private_key.pem")?)?;
//! let cdn = Distribution::new("https://media.example.com")?;
//! let (hour, now) = (Duration::from_secs(3600), SystemTime::now());
//! println!("{}", cdn.get("a.mp4").presign(&key, hour, now)?);
//!
//! let folder = cdn.policy("videos/7/*").presign(&key, hour, now)?;
//! for segment in 0..3 {
//!     println!("{}", folder.url(&format!("https://media.example.com/videos/7/{segment}.ts"))?);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Keys
//! CloudFront accepts RSA keys of 2048 bits and ECDSA keys on the curve P-256 ([Specify
//! signers](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html)).
//! An RSA signature takes milliseconds, so keep the credentials, and sign a policy once for many
//! URLs. A key in a KMS signs what [`Policy::prepare`] and
//! [`Request::prepare_url`](crate::Request::prepare_url) return.
//!
//! # Hash
//! SHA-1 is the default, because every version of CloudFront and of its emulators supports it.
//! [`Hash::Sha256`] is for keys that can't sign SHA-1, such as those of a KMS.

mod distribution;
mod encoding;
mod ip_range;
mod policy;
mod resource;
mod signed_policy;
mod statement;
mod verify;

pub use crate::crypto::Hash;
pub use distribution::Distribution;
pub use policy::Policy;
pub use signed_policy::SignedPolicy;
pub use verify::verify;

use crate::time::Timestamp;

/// Returns the expiration and the start in the value of the parameter `Policy`.
pub(crate) fn read_times(policy: &str) -> Option<(Timestamp, Option<Timestamp>)> {
    let statement = read_statement(policy)?;
    Some((statement.expires_at, statement.starts_at))
}

/// Returns the resource of the value of the parameter `Policy`, if it doesn't match a URL.
#[cfg(feature = "explain")]
pub(crate) fn other_resource(policy: &str, url: &str) -> Option<alloc::string::String> {
    let resource = read_statement(policy)?.resource;
    (!resource::matches(&resource, url)).then_some(resource)
}

fn read_statement(policy: &str) -> Option<statement::Statement> {
    let json = encoding::decode(policy.as_bytes())?;
    statement::Statement::from_json(core::str::from_utf8(&json).ok()?).ok()
}
