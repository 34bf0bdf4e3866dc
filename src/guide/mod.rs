//! The guide: what to know around a signature, one chapter for each question.
//!
//! | you ask | chapter |
//! |---|---|
//! | Which of the two signature versions do I need? | [`signature_version`] |
//! | Which headers should be signed, and what does it mean if one is not? | [`headers`] |
//! | A browser uploads or fetches: what does the bucket need, and why does the type not match? | [`browsers`] |
//! | Why is nothing cached, and how does it get cached? | [`caching`] |
//! | Why did the link end before its time? | [`temporary_credentials`] |
//! | There is a CDN, a proxy or a container network in between: which host is signed? | [`proxies`] |
//! | How long, how large, how late may it be, and what does this error want from me? | [`limits_and_errors`] |
//! | I come from boto3, an AWS SDK or another crate: what is the same call here? | [`moving`] |
//! | How do I test a server that checks signatures, or fuzz it? | [`testing_a_server`] |
//!
//! What lives here: text. What does not: code. These modules are empty and exist in the documents alone, so the guide costs a
//! program nothing. Every snippet is a test.

#[doc = include_str!("signature_version.md")]
pub mod signature_version {}

#[doc = include_str!("headers.md")]
pub mod headers {}

#[doc = include_str!("browsers.md")]
pub mod browsers {}

#[doc = include_str!("caching.md")]
pub mod caching {}

#[doc = include_str!("temporary_credentials.md")]
pub mod temporary_credentials {}

#[doc = include_str!("proxies.md")]
pub mod proxies {}

#[doc = include_str!("limits_and_errors.md")]
pub mod limits_and_errors {}

#[doc = include_str!("moving.md")]
pub mod moving {}

#[doc = include_str!("testing_a_server.md")]
pub mod testing_a_server {}
