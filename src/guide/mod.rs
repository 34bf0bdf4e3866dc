//! The guide: background to signing, one chapter for each question.
//!
//! | question | chapter |
//! |---|---|
//! | Which signature version do I need? | [`signature_version`] |
//! | Which headers should be signed, and what if one is not? | [`headers`] |
//! | A browser uploads or fetches. What does the bucket need? Why does the type not match? | [`browsers`] |
//! | How does a browser upload a large file in parts? | [`multipart`] |
//! | Why is nothing cached, and how do I make it cacheable? | [`caching`] |
//! | Why did the link expire early? | [`temporary_credentials`] |
//! | A CDN, a proxy or a container network is in between. Which host is signed? | [`proxies`] |
//! | My store is not AWS. Which endpoint, region and style? | [`stores`] |
//! | A database, a cache or a cluster wants a token. How do I make it? | [`tokens`] |
//! | CloudFront delivers the objects. How do I sign URLs and cookies for it? | [`cloudfront`] |
//! | What differs in Google Cloud Storage? | [`google`] |
//! | What differs in Azure Storage? | [`azure`] |
//! | What are the limits, and what does this error mean? | [`limits_and_errors`] |
//! | I know boto3, an AWS SDK or another crate. What is the same call here? | [`moving`] |
//! | How do I check signatures in my own server, and sign links to it? | [`own_server`] |
//! | How do I sign a body while it is sent, and check it while it arrives? | [`streaming`] |
//! | The keys are in Parquet files. How do links become a column of a query? | [`query_engines`] |
//! | Does it work in WebAssembly and in Cloudflare Workers? | [`wasm`] |
//! | How do I test a server that checks signatures, or fuzz it? | [`testing_a_server`] |
//!
//! Every snippet is a test, or is part of an example.

#[doc = include_str!("signature_version.md")]
pub mod signature_version {}

#[doc = include_str!("google.md")]
pub mod google {}

#[doc = include_str!("headers.md")]
pub mod headers {}

#[doc = include_str!("browsers.md")]
pub mod browsers {}

#[doc = include_str!("multipart.md")]
pub mod multipart {}

#[doc = include_str!("wasm.md")]
pub mod wasm {}

#[doc = include_str!("query_engines.md")]
pub mod query_engines {}

#[doc = include_str!("caching.md")]
pub mod caching {}

#[doc = include_str!("temporary_credentials.md")]
pub mod temporary_credentials {}

#[doc = include_str!("proxies.md")]
pub mod proxies {}

#[doc = include_str!("stores.md")]
pub mod stores {}

#[doc = include_str!("tokens.md")]
pub mod tokens {}

#[cfg(feature = "cloudfront")]
#[doc = include_str!("cloudfront.md")]
pub mod cloudfront {}
#[doc = include_str!("azure.md")]
#[cfg(feature = "azure")]
pub mod azure {}

#[doc = include_str!("limits_and_errors.md")]
pub mod limits_and_errors {}

#[doc = include_str!("moving.md")]
pub mod moving {}

#[doc = include_str!("own_server.md")]
pub mod own_server {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("testing_a_server.md")]
pub mod testing_a_server {}
