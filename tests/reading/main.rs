//! Tests of everything else that reads or converts requests: inspection, explanation, conversions,
//! and limits on untrusted input.

#[path = "../support/mod.rs"]
mod support;

mod aws_hosts;
#[cfg(feature = "explain")]
mod explain;
#[cfg(feature = "explain")]
mod explain_answers;
#[cfg(all(feature = "explain", feature = "azure"))]
mod explain_azure;
#[cfg(feature = "explain")]
mod explain_certainty;
#[cfg(feature = "explain")]
mod explain_changes;
#[cfg(all(feature = "explain", feature = "cloudfront"))]
mod explain_cloudfront;
#[cfg(feature = "explain")]
mod explain_evidence;
#[cfg(all(feature = "explain", feature = "gcs"))]
mod explain_google;
#[cfg(feature = "explain")]
mod explain_oracles;
mod fuzz_findings;
mod inspect;
#[cfg(feature = "azure")]
mod inspect_azure;
#[cfg(feature = "cloudfront")]
mod inspect_cloudfront;
#[cfg(feature = "std")]
mod interop;
mod limits;
#[cfg(feature = "explain")]
mod refusals;
mod sigv4a;
