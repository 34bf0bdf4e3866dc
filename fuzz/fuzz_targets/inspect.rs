//! The inspection of any text doesn't panic, doesn't display secrets, and agrees with the verifier.
//!
//! The last four bytes are the time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::inspect::{Inspection, ProblemKind};
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Scheme, Timestamp};
use presign_fuzz::wire::pairs;
use std::time::Duration;

/// A text that no input contains by chance.
const CANARY: &str = "5IGNATURE-OR-T0KEN";

fuzz_target!(|input: &[u8]| {
    let Some((text, moment)) = input.split_last_chunk::<4>() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let now = Timestamp::from_unix_seconds(i64::from(u32::from_be_bytes(*moment)));
    let seen = Inspection::new(text, now);
    std::hint::black_box(format!("{seen} {seen:?} {:?}", seen.access_key_kind()));
    for (index, problem) in seen.problems().iter().enumerate() {
        assert!(!problem.to_string().is_empty());
        let before = &seen.problems()[..index];
        assert!(before.iter().all(|other| other.kind() != problem.kind()));
    }

    // Of signature and token, only the first four characters of the signature are displayed.
    if text.contains('?') && !text.contains(CANARY) {
        for name in [
            "X-Amz-Signature",
            "X-Amz-Security-Token",
            "X-Goog-Signature",
            "Signature",
        ] {
            let inspection = Inspection::new(&format!("{text}&{name}=abcd{CANARY}"), now);
            let shown = format!("{inspection} {inspection:?}");
            assert!(!shown.contains(CANARY), "{shown}");
        }
    }

    let problem = |kind| seen.problems().iter().any(|problem| problem.kind() == kind);
    let service = seen.service().unwrap_or_default();
    let verifier = Verifier::new("us-east-1", service)
        .allow_any_region()
        .allow_sigv2(Duration::MAX);
    let Ok(request) = ReceivedRequest::from_url("GET", text) else {
        return;
    };
    let unverified = match verifier.parse(&request) {
        Ok(unverified) => unverified,
        Err(error) => {
            // The verifier accepts a URL without problems, except for requirements that only a
            // server has.
            use presign::verify::VerifyErrorKind as Kind;
            let expected = [
                Kind::Request,
                Kind::SignedHeaderMissing,
                Kind::Malformed,
                Kind::Repeated,
                Kind::Scheme,
            ];
            let is_supported = matches!(seen.scheme(), Some(Scheme::AwsV4 | Scheme::AwsV2));
            assert!(
                !seen.problems().is_empty() || !is_supported || expected.contains(&error.kind()),
                "{error:?} {seen:?}"
            );
            return;
        }
    };
    // The inspection repairs these faults first, so its findings can differ from those of the
    // verifier.
    let cleaned = [
        ProblemKind::EncodedTwice,
        ProblemKind::HtmlEscaped,
        ProblemKind::LineBreak,
        ProblemKind::Space,
        ProblemKind::RepeatedParameter,
    ];
    if cleaned.into_iter().any(problem) {
        return;
    }
    let claim = unverified.authentication();
    assert_eq!(seen.scheme(), Some(claim.scheme()));
    let is_token = |name: &[u8]| match claim.scheme() {
        Scheme::AwsV4 => {
            let is_express = claim.service() == Some("s3express");
            name == b"X-Amz-Security-Token" || is_express && name == b"X-Amz-S3session-Token"
        }
        _ => name.eq_ignore_ascii_case(b"x-amz-security-token"),
    };
    // An empty token counts as none. The verifier finds and then rejects it.
    let (_, query) = text.split_once('?').unwrap_or_default();
    let mut params = pairs(query).into_iter();
    let has_token = params.any(|(name, value)| is_token(&name) && !value.is_empty());
    assert_eq!(seen.has_session_token(), has_token);
    assert_eq!(seen.expires_at(), claim.expires_at());
    assert_eq!(seen.signed_at(), claim.signed_at());
    // The inspection shortens long texts.
    let same = |seen: Option<&str>, claimed: Option<&str>| match (seen, claimed) {
        (Some(seen), Some(claimed)) => claimed.starts_with(seen.trim_end_matches('…')),
        (seen, claimed) => seen == claimed,
    };
    assert!(
        same(seen.access_key_id(), Some(claim.access_key_id())),
        "{seen:?}"
    );
    assert!(same(seen.region(), claim.region()), "{seen:?}");
    assert!(same(seen.service(), claim.service()), "{seen:?}");
    assert_eq!(
        problem(ProblemKind::Expired),
        claim.expires_at().is_some_and(|end| now > end)
    );
});
