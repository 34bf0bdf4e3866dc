//! The inspector, given any text: no panic, nothing secret in what it shows, and no contradiction to the verifier.
//!
//! The last four bytes are the moment.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::Timestamp;
use presign::inspect::{PresignedWith, ProblemKind, inspect};
use presign::verify::{ReceivedRequest, Scheme, Verifier};
use std::time::Duration;

/// What stands in no input.
const MARK: &str = "5IGNATURE-OR-T0KEN";

fuzz_target!(|input: &[u8]| {
    let Some((text, moment)) = input.split_last_chunk::<4>() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let now = Timestamp::from_unix_seconds(i64::from(u32::from_be_bytes(*moment)));
    let seen = inspect(text, now);
    std::hint::black_box(format!("{seen} {seen:?} {:?}", seen.key_kind()));
    for (at, problem) in seen.problems().iter().enumerate() {
        assert!(!problem.to_string().is_empty());
        let before = &seen.problems()[..at];
        assert!(before.iter().all(|other| other.kind() != problem.kind()));
    }

    // Neither a signature nor a token is shown, beyond the first four characters of the signature.
    if text.contains('?') && !text.contains(MARK) {
        for name in [
            "X-Amz-Signature",
            "X-Amz-Security-Token",
            "X-Goog-Signature",
            "Signature",
        ] {
            let marked = inspect(&format!("{text}&{name}=abcd{MARK}"), now);
            let shown = format!("{marked} {marked:?}");
            assert!(!shown.contains(MARK), "{shown}");
        }
    }

    let problem = |kind| seen.problems().iter().any(|problem| problem.kind() == kind);
    let service = seen.service().unwrap_or_default();
    let verifier = Verifier::new("us-east-1", service)
        .any_region()
        .allow_v2(Duration::MAX);
    let Ok(request) = ReceivedRequest::from_url("GET", text) else {
        return;
    };
    let claim = match verifier.parse(&request) {
        Ok(claim) => claim,
        Err(error) => {
            // What has nothing wrong with it is read, but for what only a server can ask for.
            use presign::verify::VerifyErrorKind as Kind;
            let expected = [
                Kind::Request,
                Kind::SignedHeaderMissing,
                Kind::Malformed,
                Kind::Repeated,
                Kind::Scheme,
            ];
            let is_read = [Some(PresignedWith::SigV4), Some(PresignedWith::SigV2)];
            assert!(
                !seen.problems().is_empty()
                    || !is_read.contains(&seen.presigned_with())
                    || expected.contains(&error.kind()),
                "{error:?} {seen:?}"
            );
            return;
        }
    };
    // What has been read from a text with escapes too many, or that was cleaned first, may be read in another way.
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
    let expected = match claim.scheme() {
        Scheme::V4Query => PresignedWith::SigV4,
        _ => PresignedWith::SigV2,
    };
    assert_eq!(seen.presigned_with(), Some(expected));
    assert_eq!(seen.has_session_token(), claim.has_session_token());
    assert_eq!(seen.expires_at(), claim.expires_at());
    assert_eq!(seen.signed_at(), claim.signed_at());
    // Long texts are cut.
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
