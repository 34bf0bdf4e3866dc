//! Presigned URLs as a column: scalar functions for [Apache
//! DataFusion](https://datafusion.apache.org), and through it for Ballista.
//!
//! ```
//! use datafusion::prelude::SessionContext;
//! use presign::Credentials;
//! use presign_datafusion::Functions;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let context = SessionContext::new();
//! Functions::s3("us-east-1")
//!     .credentials(credentials)
//!     .register(&context)?;
//!
//! let links = context
//!     .sql(
//!         "SELECT key, presign_get('examplebucket', key, INTERVAL '1 hour') AS link
//!          FROM (VALUES ('a.txt'), ('b.txt')) AS files(key)",
//!     )
//!     .await?;
//! assert_eq!(links.count().await?, 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Functions
//!
//! | call | link |
//! |---|---|
//! | `presign_get(bucket, key, expires_in)` | a download, SigV4 |
//! | `presign(method, bucket, key, expires_in [, options])` | any method, SigV4 |
//! | `presign_v2_get(bucket, key, expires_in)` | a download, SigV2 |
//! | `presign_v2(method, bucket, key, expires_in [, options])` | any method, SigV2 |
//! | `presign_gcs_get(bucket, key, expires_in)` | a download from Google Cloud Storage, feature `gcs` |
//! | `presign_gcs(method, bucket, key, expires_in [, options])` | any method, feature `gcs` |
//!
//! - `method`, `bucket` and `key` are `Utf8`, `LargeUtf8` or `Utf8View`, or dictionaries of them.
//!   A key in a dictionary is signed once for each distinct value, if all other arguments are
//!   constant.
//! - `expires_in` is whole seconds or an interval. A day of an interval has 24 hours. Months have
//!   no fixed length and are an error.
//! - `options` is a map of texts: `MAP {'query:versionId': 'v1', 'header:content-type':
//!   'image/png'}`. The client has to send the headers with the link. The literal `NULL` is a call
//!   without options. Options are part of the plan, so they must not contain a secret, such as a
//!   key for server-side encryption.
//! - The result is `Utf8`. It is null if any argument or the value of an option is null.
//!
//! A call in `VALUES` is an error, because DataFusion evaluates `VALUES` while it plans, and the
//! link would be in the plan. Write `SELECT presign_get(…)` instead.
//!
//! A bucket, method or map that differs from row to row costs one preparation for each distinct
//! combination in a batch, for up to 1024 combinations. Sort rows with more by combination.
//!
//! DataFusion doesn't share the result of a volatile function. Two calls with the same arguments in
//! a query sign twice, so name the link in a subquery and use the name. `WHERE` and `LIMIT` belong
//! in a subquery, too: `SELECT presign_get('b', key, 60) FROM (SELECT key FROM t LIMIT 10)`.
//!
//! # Signing time
//! Links are signed for the start of the query, the time of `now()`. The optimizer appends it to
//! each call as a literal, so that all executors sign for the same second. The query starts when
//! [`SessionContext::sql`](datafusion::prelude::SessionContext::sql) returns a `DataFrame`. Links
//! of a `DataFrame` or plan that is kept are signed for this time, however late they are made.
//! [`Functions::signing_time`] sets another time. So does a timestamp as an additional last
//! argument, which a plan that is kept should have.
//!
//! # Secrets
//! A plan holds the name of a function, its settings (region, endpoint, style) and its constant
//! arguments, among them `options`. Credentials are in the process that signs, and never in a plan,
//! an `EXPLAIN`, a log or a serialized expression.
//! The functions are volatile, because DataFusion would otherwise evaluate a call with constant
//! arguments while it plans, and the link would be in the plan.

mod argument;
mod codec;
mod credential_source;
mod function;
mod functions;
mod link_writer;
mod options;
mod settings;
mod values_rule;

pub use codec::Codec;
pub use functions::Functions;
pub use values_rule::RejectLinksInValues;
