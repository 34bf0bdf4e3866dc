//! Use this module to find out why a server rejected a request.
//!
//! A [`FailedRequest`] combines everything that is known: how the request was signed, how it was
//! sent, the credentials, and the server's [`ErrorResponse`]. Its [`Explanation`] lists the causes,
//! the most certain first, each with a remedy.
//!
//! ```
//! use core::time::Duration;
//! use presign::explain::{Cause, Confidence, ErrorResponse, FailedRequest};
//! use presign::{Credentials, Timestamp, s3::Bucket};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let now: Timestamp = "20130524T000000Z".parse()?;
//! let bucket = Bucket::new("examplebucket", "us-east-1")?;
//! let link = bucket.get("a.txt").presign(&credentials, Duration::from_secs(60), now)?;
//!
//! // The link was opened through a proxy, which sent its own Host header.
//! let response = ErrorResponse::parse(
//!     "HTTP/1.1 403 Forbidden\n\n<Error><Code>SignatureDoesNotMatch</Code></Error>",
//! );
//! let query = link.as_str().split_once('?').map_or("", |(_, query)| query);
//! let sent_url = format!("https://proxy.example.com/a.txt?{query}");
//! let explanation = FailedRequest::new("GET", link.as_str(), &response)
//!     .credentials(&credentials)
//!     .sent("GET", &sent_url)
//!     .explain(now);
//! for finding in explanation.findings() {
//!     if finding.confidence() == Confidence::Certain {
//!         println!("{}: {}", finding.cause().as_str(), finding.message());
//!     }
//! }
//! println!("{explanation}");
//!
//! let [finding] = explanation.findings() else { panic!("one finding") };
//! assert_eq!(finding.cause(), Cause::HostRewritten);
//! assert_eq!(finding.signed(), Some("examplebucket.s3.us-east-1.amazonaws.com"));
//! assert_eq!(finding.seen(), Some("proxy.example.com"));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! # How a cause is found
//! A cause is a mistake that turns the request into another one: another method, a path encoded
//! twice, a header that was not sent. A finding is [`Certain`](Confidence::Certain) only if an
//! oracle confirms the mistake:
//!
//! | known | oracle |
//! |---|---|
//! | the server's canonical request | the parts that differ; S3 returns it, and most services quote it |
//! | the server's string to sign | the hash of the canonical request that a mistake would give |
//! | the credentials | the signature of the request that a mistake would give |
//! | how the request was sent ([`FailedRequest::sent`]) | the parts that differ |
//! | the server's statement | its code or words and values, unless the request contradicts them |
//!
//! CloudFront (feature `cloudfront`) states no text that it verified; the resource of the policy is
//! compared with the URL. Azure (feature `azure`) states its string to sign.
//!
//! Without an oracle, findings are [`Likely`](Confidence::Likely) or
//! [`Possible`](Confidence::Possible), ranked by the signs that the request has. If nothing is
//! known, the first finding repeats what the server says. [`Cause`] lists all causes.

mod authentication_findings;
mod canonical;
mod catalogue;
#[cfg(feature = "cloudfront")]
mod cloudfront_findings;
mod compare;
mod confidence;
mod difference;
mod entry;
mod error_response;
mod evidence;
mod explanation;
mod failed_request;
mod finding;
mod form_findings;
mod host_findings;
mod investigation;
mod mismatch;
mod plain_text_scheme;
mod ranking;
mod redaction;
mod response_fields;
mod response_method;
mod search;
mod sent_findings;
mod session_token;
mod side;
mod signed_text;
mod statement;
mod statement_times;
mod text_forms;
mod transformation;
mod url_findings;

pub use catalogue::Cause;
pub use confidence::Confidence;
pub use difference::{Difference, Line};
pub use error_response::ErrorResponse;
pub use explanation::Explanation;
pub use failed_request::FailedRequest;
pub use finding::Finding;
