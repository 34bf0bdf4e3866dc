//! Checks that a verifier accepts presigned URLs.

use crate::ID;
use crate::description::Description;
use crate::options::Options;
use presign::v4::SessionToken;
use presign::verify::{ReceivedRequest, Verifier, VerifyError, VerifyErrorKind};
use presign::{Payload, PresignedUrl};
use std::time::Duration;

/// Checks that a SigV4 URL verifies.
pub fn check_v4(url: &PresignedUrl, description: &Description<'_>, options: &Options) {
    let session_token = options.session_token();
    // Only the service of S3 Express has this token, and this verifier is for another service.
    if session_token == SessionToken::S3Express {
        return;
    }
    let verifier = Verifier::new("us-east-1", options.service_name())
        .session_token(session_token)
        .allow_unsigned_payload()
        .allow_dot_segments();
    let verifier = match options.canonical_uri() {
        Some(rule) => verifier.canonical_uri(rule),
        None => verifier,
    };
    match description.payload {
        Some(Payload::Sha256(hash)) => check(url, &verifier, options, Some(hash)),
        // Services other than S3 hash the body themselves.
        Some(Payload::Unsigned) if !options.is_s3 => {}
        _ => check(url, &verifier, options, None),
    }
}

/// Checks that a SigV2 URL verifies.
pub fn check_v2(url: &PresignedUrl, options: &Options) {
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(Duration::MAX);
    check(url, &verifier, options, None);
}

fn check(url: &PresignedUrl, verifier: &Verifier, options: &Options, body: Option<[u8; 32]>) {
    let mut request = ReceivedRequest::from_url(url.method(), url.as_str()).unwrap();
    if url
        .headers()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        // The Host header names the server, and the URL's host is the one that the client connects
        // to.
        let (_, target) = url.as_str().split_once("://").unwrap();
        let target = target.find(['/', '?']).map_or("", |index| &target[index..]);
        request = ReceivedRequest::new(url.method(), target);
    }
    for (name, value) in url.headers() {
        request = request.header(name, value);
    }
    // SigV2 signs the bucket, SigV4 ignores it.
    if options.is_s3 {
        request = request.bucket("examplebucket");
    }
    if let Some(hash) = body {
        request = request.body_sha256(hash);
    }
    let keys = options.credentials();
    let verified = verifier.verify(&request, options.now, |id| (id == ID).then_some(keys));
    let kind = verified.as_ref().err().map(VerifyError::kind);
    // A signer doesn't detect every signature of the other version in the request.
    let is_expected = matches!(kind, None | Some(VerifyErrorKind::SignedTwice));
    assert!(is_expected, "{verified:?} {url:?}");
}
