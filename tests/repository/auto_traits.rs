//! Auto traits of every public type: `Send`, `Sync`, `Unpin` and unwind safety. Losing one of them
//! would break callers.

use crate::source::source_files;
use presign::s3::{Bucket, BucketBuilder};
use presign::v2::{self, SignatureMethod};
use presign::v4::{self, CanonicalUri, SessionToken};
use presign::{
    AddressingStyle, Algorithm, ContentDisposition, Credentials, Error, ErrorKind, Expiry,
    Identity, Payload, PresignedUrl, Request, Row, Scheme, SignatureVersion, SignedRequest, Store,
    Template, Timestamp, Unsigned,
};
use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe};

trait Auto: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Debug {}

impl<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Debug> Auto for T {}

/// Fails to compile if a type lacks a trait.
fn has<T: Auto + Clone>() {}

fn has_except_clone<T: Auto>() {}

#[test]
fn public_types_have_auto_traits() {
    has::<AddressingStyle>();
    has::<Algorithm>();
    has::<ContentDisposition<'_>>();
    has::<Credentials>();
    has::<Error>();
    has::<ErrorKind>();
    has::<Expiry>();
    has::<Identity>();
    has::<Payload>();
    has::<PresignedUrl>();
    has::<Request<'_>>();
    has::<Scheme>();
    has::<SignatureVersion>();
    has::<SignedRequest>();
    has::<Template>();
    has::<Timestamp>();
    // A result without a signature is finished once.
    has_except_clone::<Unsigned<PresignedUrl>>();
    has_except_clone::<Unsigned<SignedRequest>>();
    // s3
    has::<Bucket>();
    has::<BucketBuilder>();
    // v2
    has::<SignatureMethod>();
    has::<v2::Service>();
    // v4
    has::<CanonicalUri>();
    has::<SessionToken>();
    has::<v4::Service>();
}

#[test]
fn types_of_other_modules_have_auto_traits() {
    use presign::VerifyingKey;
    use presign::inspect::{AccessKeyKind, AwsHost, Inspection, Problem, ProblemKind};
    use presign::post::{Condition, HtmlOptions, Key, Policy, PostPolicy, PresignedPost, Upload};
    use presign::tokens::{GitLogin, GitLoginRequest, Token, TokenRequest};
    use presign::verify::{
        Authentication, Carrier, PayloadCoverage, ReceivedRequest, Unverified, UnverifiedForm,
        Verified, VerifiedForm, Verifier, VerifyError, VerifyErrorKind,
    };
    has_except_clone::<Unsigned<PresignedPost>>();
    has::<VerifyingKey<'_>>();
    // inspect
    has::<AccessKeyKind>();
    has::<AwsHost<'_>>();
    has::<Inspection>();
    has::<Problem>();
    has::<ProblemKind>();
    // post
    has::<Condition>();
    has::<HtmlOptions<'_>>();
    has::<Key>();
    has::<Policy>();
    has::<PostPolicy<'_>>();
    has::<PresignedPost>();
    has::<Upload<'_>>();
    // tokens
    has::<GitLogin>();
    has::<GitLoginRequest>();
    has::<Token>();
    has::<TokenRequest>();
    has_except_clone::<Unsigned<Token>>();
    // verify
    has::<Authentication<'_>>();
    has::<Carrier>();
    has::<PayloadCoverage>();
    has::<ReceivedRequest<'_>>();
    has::<Unverified<'_, '_>>();
    has::<UnverifiedForm<'_, '_>>();
    has::<Verified<'_>>();
    has::<VerifiedForm<'_>>();
    has::<Verifier>();
    has::<VerifyError>();
    has::<VerifyErrorKind>();
    fn copy<T: Copy + PartialEq>() {}
    copy::<AccessKeyKind>();
    copy::<AwsHost<'_>>();
    copy::<Carrier>();
    copy::<PayloadCoverage>();
    copy::<ProblemKind>();
    copy::<VerifyErrorKind>();
    fn error<T: std::error::Error + PartialEq + 'static>() {}
    error::<VerifyError>();
}

#[cfg(feature = "aws-credential-types")]
#[test]
fn the_credentials_cache_has_auto_traits() {
    use presign::CredentialsCache;
    has_except_clone::<CredentialsCache>();
}

#[test]
fn types_of_streaming_have_auto_traits() {
    use presign::streaming::{ChecksumAlgorithm, ChunkDecoder, ChunkEncoder, ChunkedBody};
    has::<ChecksumAlgorithm>();
    has::<ChunkedBody>();
    // A clone would compute the checksums of the first half twice.
    has_except_clone::<ChunkEncoder>();
    has_except_clone::<ChunkDecoder>();
    #[cfg(feature = "std")]
    has_except_clone::<presign::streaming::ChunkReader<std::fs::File>>();
    #[cfg(feature = "http-body")]
    has_except_clone::<presign::streaming::EncodedBody<String>>();
}

#[cfg(feature = "event-stream")]
#[test]
fn types_of_event_stream_have_auto_traits() {
    use presign::event_stream::{EventDecoder, EventSigner, HeaderValue, Message, MessageReader};
    has::<HeaderValue<'_>>();
    has::<Message<'_>>();
    has::<MessageReader>();
    // A signature of a stream is used once.
    has_except_clone::<EventDecoder>();
    has_except_clone::<EventSigner>();
}

#[cfg(feature = "cloudfront")]
#[test]
fn types_of_cloudfront_have_auto_traits() {
    use presign::cloudfront::{Distribution, Hash, Policy, SignedPolicy};
    has::<Distribution>();
    has::<Hash>();
    has::<Policy>();
    has::<SignedPolicy>();
    has_except_clone::<Unsigned<SignedPolicy>>();
    fn copy<T: Copy + PartialEq>() {}
    copy::<Hash>();
}

#[cfg(all(feature = "gcs", feature = "rsa"))]
#[test]
fn types_of_gcs_have_auto_traits() {
    use presign::gcs::{Bucket, BucketBuilder, ServiceAccount};
    has::<Bucket>();
    has::<BucketBuilder>();
    has::<ServiceAccount>();
}

#[cfg(feature = "azure")]
#[test]
fn types_of_azure_have_auto_traits() {
    use presign::azure::{
        Account, Container, Permissions, Resource, Sas, SasExpiry, SasTemplate, SasToken, Service,
        StoredPolicy, UnverifiedSas, UnverifiedSharedKey, VerifiedSas, VerifiedSharedKey,
    };
    has::<Account>();
    has::<Container>();
    has::<Permissions>();
    has::<Resource<'_>>();
    has::<Sas<'_>>();
    has::<SasExpiry<'_>>();
    has::<SasTemplate>();
    has::<SasToken>();
    has::<Service>();
    has::<StoredPolicy>();
    has::<UnverifiedSas<'_>>();
    has::<VerifiedSas<'_>>();
    has::<UnverifiedSharedKey<'_>>();
    has::<VerifiedSharedKey<'_>>();
    has_except_clone::<Unsigned<SasToken>>();
}

#[cfg(feature = "explain")]
#[test]
fn types_of_explain_have_auto_traits() {
    use presign::explain::{
        Cause, Confidence, Difference, ErrorResponse, Explanation, FailedRequest, Finding, Line,
    };
    has::<Cause>();
    has::<Confidence>();
    has::<Difference>();
    has::<ErrorResponse>();
    has::<Explanation>();
    has::<FailedRequest<'_>>();
    has::<Finding>();
    has::<Line>();
}

/// The values of a row borrow from the caller, who need not be able to share them.
#[test]
fn rows_and_stores_have_auto_traits() {
    fn copies<T: Copy + Unpin + Debug>() {}
    copies::<Row<'_>>();
    fn shares<T: Send + Sync + Debug + ?Sized>() {}
    shares::<dyn Store>();
    shares::<Box<dyn Store>>();
}

#[test]
fn small_values_are_copied_and_compared() {
    fn copy<T: Copy + PartialEq>() {}
    copy::<AddressingStyle>();
    copy::<Algorithm>();
    copy::<CanonicalUri>();
    copy::<ErrorKind>();
    copy::<Expiry>();
    copy::<Payload>();
    copy::<Scheme>();
    copy::<SessionToken>();
    copy::<SignatureMethod>();
    copy::<SignatureVersion>();
    copy::<Timestamp>();
    fn equals<T: PartialEq>() {}
    equals::<ContentDisposition<'_>>();
    equals::<Credentials>();
    fn error<T: std::error::Error + PartialEq + 'static>() {}
    error::<Error>();
}

/// Returns the names of the public structs and enums in the source.
fn public_types() -> Vec<String> {
    let mut found = Vec::new();
    for file in source_files() {
        for line in file.code.lines().map(str::trim) {
            let kinds = ["pub struct ", "pub enum "];
            let name = kinds.iter().find_map(|kind| line.strip_prefix(kind));
            let end = |c: char| !c.is_alphanumeric();
            found.extend(name.and_then(|name| Some(name.split(end).next()?.to_owned())));
        }
    }
    assert!(found.len() > 20, "{found:?}");
    found
}

#[test]
fn every_public_type_is_tested() {
    let own = include_str!("auto_traits.rs");
    for name in public_types() {
        let fronts = [
            "has::<",
            "has::<v2::",
            "has::<v4::",
            "has_except_clone::<",
            "has_except_clone::<presign::streaming::",
            "copies::<",
        ];
        let is_here = fronts.iter().any(|front| {
            own.split(&format!("{front}{name}"))
                .skip(1)
                .any(|rest| rest.starts_with(['>', '<']))
        });
        assert!(is_here, "{name} is not in this file");
    }
}
