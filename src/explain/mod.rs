//! Why a server rejected a request.
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
//! # Confidence
//! S3 returns the canonical request that it saw, and most other services quote it in their message.
//! Then a difference is [`Certain`](Confidence::Certain). MinIO, Ceph and the response to a HEAD
//! request state only a code. Then the request itself and the credentials, if they are known, show
//! [`Likely`](Confidence::Likely) and [`Possible`](Confidence::Possible) causes. If it is known how
//! the request was sent, [`FailedRequest::sent`] and [`FailedRequest::sent_header`] replace the
//! server's view.
//!
//! # Causes
//!
//! | cause | example |
//! |---|---|
//! | `wrong-secret` | both sides have the same canonical request, but the signatures differ |
//! | `wrong-access-key` | `InvalidAccessKeyId`: the key was deleted, or belongs to another store |
//! | `other-keys-secret` | the ID is from the environment, the secret from a profile |
//! | `whitespace-in-secret` | the secret was read from a file with its line break |
//! | `wrong-region` | signed for `us-east-1`, but the bucket is in `eu-central-1` |
//! | `wrong-service` | signed for `s3` and sent to API Gateway, which needs `execute-api` |
//! | `clock-skew` | signed at 12:00 by a clock that is an hour ahead |
//! | `expired` | a link valid for an hour, opened the next day |
//! | `expiry-too-long` | `X-Amz-Expires=604801` |
//! | `credentials-expired` | a link valid for a day, signed with a session that expired after an hour |
//! | `method` | HEAD on a link for GET; POST where PUT was signed |
//! | `path-encoded-twice` | signed `/a%20b`, seen `/a%2520b` |
//! | `path-not-encoded` | signed `/a%2Bb`, seen `/a%20b`; a `#` in the key that ends the URL |
//! | `unicode-form` | `é` as one character, and as `e` with an accent |
//! | `path-normalized` | signed `/a//b`, seen `/a/b` |
//! | `leading-slash` | signed `//a.txt`, seen `/a.txt` |
//! | `path-prefix` | signed `/a.txt`, seen `/storage/a.txt` |
//! | `path-changed` | signed `/a.txt`, seen `/b.txt` |
//! | `addressing-style` | signed `bucket.host/key`, seen `host/bucket/key` |
//! | `host-rewritten` | signed `minio`, seen `localhost` |
//! | `port-differs` | signed `localhost:9000`, seen `localhost:9001` |
//! | `default-port` | signed `example.com:443`, seen `example.com` |
//! | `url-scheme` | signed for http, seen with the port of https |
//! | `header-not-sent` | `Content-Type` is signed, but the browser sends none |
//! | `header-changed` | signed `text/plain`, seen `text/plain; charset=utf-8` |
//! | `header-not-signed` | an `x-amz-acl` that was not signed |
//! | `parameter-added` | `utm_source=…` at the end of a link |
//! | `parameter-dropped` | a CDN that doesn't forward the query |
//! | `parameter-changed` | another `versionId` |
//! | `parameter-reencoded` | `+` for a space; `%7E` for `~`; `%2f` for `%2F` |
//! | `parameters-reordered` | sorted by a CDN; harmless |
//! | `token-missing` | an `ASIA…` key without a session token |
//! | `token-changed` | the token of other credentials |
//! | `token-added` | the token was appended to a signed URL |
//! | `payload-changed` | a body other than the hashed one |
//! | `payload-unsigned` | `UNSIGNED-PAYLOAD` where the server needs a hash |
//! | `scope-date` | a scope that was kept past midnight |
//! | `sigv2-not-taken` | a SigV2 link for `eu-central-1` |
//! | `signed-twice` | a presigned URL, sent with an `Authorization` header |
//! | `signature-truncated` | a URL that was cut off in a mail |
//! | `signature-plus` | the `+` of a SigV2 signature became a space |
//! | `signature-changed` | the signature of another URL |
//! | `html-escaped` | `&amp;` for `&` |
//! | `line-break` | a URL that was wrapped |
//! | `url-encoded-twice` | `%252F` in `X-Amz-Credential` |
//! | `malformed` | a parameter that is missing or invalid |
//! | `policy` | a form field without a condition |

mod canonical_text;
mod cause;
mod compare;
mod compare_address;
mod compare_headers;
mod compare_path;
mod compare_payload;
mod compare_query;
mod compare_scope;
mod confidence;
mod difference;
mod error_response;
mod evidence;
mod explanation;
mod failed_request;
mod finding;
mod parse_findings;
mod possible_findings;
mod redaction;
mod response_findings;
mod secret_findings;
mod session_token;
mod shared_findings;
mod signature_findings;
mod signed_text;
mod text_forms;
mod url_findings;

pub use cause::Cause;
pub use confidence::Confidence;
pub use difference::{Difference, Line};
pub use error_response::ErrorResponse;
pub use explanation::Explanation;
pub use failed_request::FailedRequest;
pub use finding::Finding;
