//! POST policies. Parsing never panics, and agrees with an independent JSON parser. A policy is
//! signed, verified and parsed again, and its own form meets its conditions.
//!
//! The text is the JSON of a policy, one condition, or a policy as `presign_fuzz::policy` parses
//! it. The last byte determines how that is built.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::Timestamp;
use presign::post::{Condition, Policy, Upload};
use presign::verify::{Verifier, VerifyError, VerifyErrorKind};
use presign_fuzz::policy::{Sketch, now};
use presign_fuzz::{ID, check_hidden, credentials};
use serde_json::Value;
use std::time::Duration;

/// Returns whether the independent parser found the same condition.
fn is_same(ours: &Condition, theirs: &Value) -> bool {
    let text = |index: usize| theirs.get(index).and_then(Value::as_str);
    let number = |index: usize| theirs.get(index).and_then(Value::as_u64);
    let name = text(1).and_then(|name| name.strip_prefix('$'));
    let has_three = theirs.as_array().is_some_and(|array| array.len() == 3);
    match ours {
        Condition::Eq { field, value, .. } => match theirs {
            Value::Object(object) => {
                object.len() == 1 && object.get(field).and_then(Value::as_str) == Some(value)
            }
            _ => has_three && (text(0), name, text(2)) == (Some("eq"), Some(field), Some(value)),
        },
        Condition::StartsWith { field, prefix, .. } => {
            let expected = (Some("starts-with"), Some(&**field), Some(&**prefix));
            has_three && (text(0), name, text(2)) == expected
        }
        Condition::ContentLengthRange(range) => {
            let expected = (Some(*range.start()), Some(*range.end()));
            has_three
                && text(0) == Some("content-length-range")
                && (number(1), number(2)) == expected
        }
        _ => false,
    }
}

/// Returns the field of a condition and the text that it is compared with.
fn field_and_text(condition: &Condition) -> Option<(&str, &str)> {
    match condition {
        Condition::Eq { field, value, .. } => Some((field, value)),
        Condition::StartsWith { field, prefix, .. } => Some((field, prefix)),
        _ => None,
    }
}

fn error_kind(verdict: &Result<(), VerifyError>) -> Option<VerifyErrorKind> {
    verdict.as_ref().err().map(VerifyError::kind)
}

/// Returns whether a value is a condition by AWS's document.
fn is_condition(value: &Value) -> bool {
    let text = |at: usize| value.get(at).and_then(Value::as_str);
    let number = |at: usize| value.get(at).and_then(Value::as_u64);
    match value {
        Value::Object(object) => object.len() == 1 && object.values().all(Value::is_string),
        Value::Array(array) if array.len() == 3 => match text(0) {
            Some("eq" | "starts-with") => {
                text(1).is_some_and(|name| name.starts_with('$')) && text(2).is_some()
            }
            Some("content-length-range") => number(1)
                .zip(number(2))
                .is_some_and(|(min, max)| min <= max),
            _ => false,
        },
        _ => false,
    }
}

/// Checks the result of parsing any text.
fn check_parsing(text: &str) {
    let _ = Policy::from_base64(text);
    // AWS allows these two escapes, which JSON doesn't have.
    let is_json = !text.contains("\\$") && !text.contains("\\v");
    let theirs = serde_json::from_str::<Value>(text).ok();
    if let Ok(condition) = text.parse::<Condition>() {
        std::hint::black_box(format!("{condition:?}"));
        assert!(
            !is_json
                || theirs
                    .as_ref()
                    .is_some_and(|theirs| is_same(&condition, theirs))
        );
    }
    // This JSON has the same value, without spaces, unusual escapes and repeated names.
    let written = theirs.as_ref().map(Value::to_string).unwrap_or_default();
    if let Some(theirs) = theirs.as_ref().filter(|theirs| is_condition(theirs)) {
        assert!(is_same(&written.parse().unwrap(), theirs), "{written}");
    }
    let expiration = theirs
        .as_ref()
        .and_then(|theirs| theirs.get("expiration")?.as_str());
    let conditions = theirs
        .as_ref()
        .and_then(|theirs| theirs.get("conditions")?.as_array());
    let policy = match Policy::from_json(text) {
        Ok(policy) => policy,
        Err(_) => {
            let is_policy = theirs
                .as_ref()
                .is_some_and(|theirs| theirs.as_object().is_some_and(|object| object.len() == 2))
                && conditions.is_some_and(|all| all.iter().all(is_condition))
                && expiration
                    .is_some_and(|text| text.parse::<Timestamp>().is_ok() && text.contains('-'));
            assert!(
                !is_policy || Policy::from_json(&written).is_ok(),
                "{written}"
            );
            return;
        }
    };
    if is_json {
        let conditions = conditions.unwrap();
        assert_eq!(policy.conditions().count(), conditions.len());
        assert!(
            policy
                .conditions()
                .zip(conditions)
                .all(|(ours, theirs)| is_same(ours, theirs))
        );
        assert_eq!(expiration.unwrap().parse(), Ok(policy.expiration()));
    }
    // The upload meets each condition, and then has one more field.
    let mut upload = Upload::new("johnsmith", 1);
    let mut names = std::collections::BTreeSet::new();
    for condition in policy.conditions() {
        let Some((field, value)) = field_and_text(condition) else {
            continue;
        };
        if names.insert(field.to_ascii_lowercase()) {
            upload = upload.field(field, value);
        }
    }
    let before = Timestamp::from_unix_seconds(policy.expiration().unix_seconds() - 1);
    let verdict = policy.check(&upload, before);
    if verdict.is_ok() {
        let with_more = upload.clone().field("x-amz-meta-not-in-a-condition", "");
        assert!(matches!(
            error_kind(&policy.check(&with_more, before)),
            Some(VerifyErrorKind::ExtraField | VerifyErrorKind::Repeated)
        ));
        let without_key = Upload::new("johnsmith", u64::MAX);
        let verdict = policy.check(&without_key, before);
        assert_eq!(error_kind(&verdict), Some(VerifyErrorKind::Missing));
    }
    std::hint::black_box(format!("{verdict:?} {upload:?}"));
    let after = policy.expiration().saturating_add(Duration::from_secs(1));
    let verdict = policy.check(&upload, after);
    assert_eq!(error_kind(&verdict), Some(VerifyErrorKind::Expired));
}

/// Checks a policy that is built from text.
fn check_built(text: &str, how: u8) {
    let sketch = Sketch::read(text, how);
    let (is_v2, with_token) = (how & 16 != 0, how & 32 != 0);
    let Some(form) = sketch.sign(is_v2, with_token) else {
        return;
    };
    check_hidden(text, format_args!("{form:?}"));
    let policy = Policy::from_json(form.policy()).unwrap();
    assert_eq!(policy.expiration(), form.expires_at());
    let theirs: Value = serde_json::from_str(form.policy()).unwrap();
    let theirs = theirs["conditions"].as_array().unwrap();
    assert!(policy.conditions().count() == theirs.len());
    assert!(
        policy
            .conditions()
            .zip(theirs)
            .all(|(ours, theirs)| is_same(ours, theirs))
    );

    // A server accepts the form, and rejects it with a changed policy.
    let keys = credentials(with_token);
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(Duration::MAX);
    let verified = verifier.verify_form(form.fields(), now(), |_| Some(keys));
    let verified = verified.unwrap();
    assert_eq!(verified.authentication().access_key_id(), ID);
    let verified_policy = verified.policy().unwrap();
    assert_eq!(verified_policy.expiration(), policy.expiration());
    assert!(verified_policy.conditions().eq(policy.conditions()));
    check_hidden(text, format_args!("{verified:?}"));
    let changed = form.fields().map(|(name, value)| {
        let start = if name == "policy" { 4 } else { 0 };
        (name, &value[start..])
    });
    let changed: Vec<_> = changed.collect();
    let rejected = verifier.verify_form(changed, now(), |_| Some(keys));
    assert_eq!(rejected.unwrap_err().kind(), VerifyErrorKind::Signature);

    let open: Vec<_> = form
        .open_fields()
        .map(|(name, prefix)| (name, format!("{prefix}more")))
        .collect();
    let (min, max) = sketch.range.unwrap_or((0, u64::MAX));
    let upload = |size: u64| {
        let open = open.iter().map(|(name, value)| (*name, value.as_str()));
        let upload = Upload::new("examplebucket", size).file_name("dir/file.png");
        upload.fields(form.fields()).fields(open)
    };
    let verdict = policy.check(&upload(min), now());
    assert_eq!(verified.check(&upload(min), now()), verdict);
    // A server rejects values that aren't valid in a header.
    let mut values = form.fields().map(|(_, value)| value);
    if values.any(|value| value.contains(['\r', '\n', '\0']))
        || open
            .iter()
            .any(|(_, value)| value.contains(['\r', '\n', '\0']))
    {
        assert!(verdict.is_err());
        return;
    }
    // A value or condition that contains the name of the file depends on the file. So does a second
    // condition on a key that contains the name.
    let has_filename = |value: &str| value.contains("${filename}");
    let is_key = |name: &str| name.eq_ignore_ascii_case("key");
    let mut values = sketch.open.iter().chain(&sketch.fields);
    let is_open = values.any(|(_, value)| has_filename(value))
        || sketch.open.iter().any(|(name, _)| is_key(name))
            && form
                .fields()
                .any(|(name, value)| is_key(name) && has_filename(value));
    assert!(
        verdict == Ok(()) || is_open,
        "{verdict:?} {}",
        form.policy()
    );
    if verdict.is_ok() && sketch.range.is_some() {
        assert_eq!(policy.check(&upload(max), now()), Ok(()));
        for outside in [min.checked_sub(1), max.checked_add(1)]
            .into_iter()
            .flatten()
        {
            assert!(matches!(
                error_kind(&policy.check(&upload(outside), now())),
                Some(VerifyErrorKind::FileTooSmall | VerifyErrorKind::FileTooLarge)
            ));
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((how, text)) = input.split_last() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    check_parsing(text);
    check_built(text, *how);
});
