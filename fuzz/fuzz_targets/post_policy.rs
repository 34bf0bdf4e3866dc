//! POST policies. Any text is read without a panic, as another reader of JSON reads it; and a policy that was built is signed,
//! verified, read again and met by its own form.
//!
//! The last byte says how it is built. The text is a policy's JSON, or one condition, or a policy as `presign_fuzz::policy` reads it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::Timestamp;
use presign::post::{Condition, Policy, Refusal, Rule, Upload};
use presign::verify::{Verifier, VerifyErrorKind};
use presign_fuzz::policy::{Sketch, now};
use presign_fuzz::{credentials, hidden};
use serde_json::Value;
use std::time::Duration;

/// A condition as the other reader has it.
fn is_same(ours: &Condition, theirs: &Value) -> bool {
    let texts = |at: usize| theirs.get(at).and_then(Value::as_str);
    match (ours.rule(), theirs) {
        (Rule::Eq { field, value }, Value::Object(object)) => {
            object.len() == 1 && object.get(field).and_then(Value::as_str) == Some(value)
        }
        (Rule::Eq { field, value }, Value::Array(array)) => {
            array.len() == 3
                && (
                    texts(0),
                    texts(1).and_then(|name| name.strip_prefix('$')),
                    texts(2),
                ) == (Some("eq"), Some(field), Some(value))
        }
        (Rule::StartsWith { field, prefix }, Value::Array(array)) => {
            array.len() == 3
                && (
                    texts(0),
                    texts(1).and_then(|name| name.strip_prefix('$')),
                    texts(2),
                ) == (Some("starts-with"), Some(field), Some(prefix))
        }
        (Rule::ContentLengthRange { min, max }, Value::Array(array)) => {
            array.len() == 3
                && texts(0) == Some("content-length-range")
                && (array[1].as_u64(), array[2].as_u64()) == (Some(min), Some(max))
        }
        _ => false,
    }
}

/// Whether it is a condition by AWS's document.
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

fn read(text: &str) {
    let _ = Policy::from_base64(text);
    // These two escapes are AWS's own.
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
    // As another writer writes it, whatever spaces, escapes and repeated names it had.
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
    let policy = match Policy::parse(text) {
        Ok(policy) => policy,
        Err(_) => {
            let is_policy = theirs
                .as_ref()
                .is_some_and(|theirs| theirs.as_object().is_some_and(|object| object.len() == 2))
                && conditions.is_some_and(|all| all.iter().all(is_condition))
                && expiration
                    .is_some_and(|text| Timestamp::parse(text).is_ok() && text.contains('-'));
            assert!(!is_policy || Policy::parse(&written).is_ok(), "{written}");
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
        assert_eq!(
            Timestamp::parse(expiration.unwrap()),
            Ok(policy.expiration())
        );
    }
    // An upload that gives each condition what it asks for, and then one field too many.
    let mut upload = Upload::new("johnsmith", 1);
    let mut names = std::collections::BTreeSet::new();
    for condition in policy.conditions() {
        let (Rule::Eq { field, value }
        | Rule::StartsWith {
            field,
            prefix: value,
        }) = condition.rule()
        else {
            continue;
        };
        if names.insert(field.to_ascii_lowercase()) {
            upload = upload.field(field, value);
        }
    }
    let before = Timestamp::from_unix_seconds(policy.expiration().unix_seconds() - 1);
    let verdict = policy.check(&upload, before);
    if verdict.is_ok() {
        let more = upload.clone().field("x-amz-meta-nobody-asked", "");
        assert!(matches!(
            policy.check(&more, before),
            Err(Refusal::ExtraField { .. } | Refusal::RepeatedField { .. })
        ));
        let other = Upload::new("johnsmith", u64::MAX);
        assert_eq!(policy.check(&other, before), Err(Refusal::NoKey));
    }
    std::hint::black_box(format!("{verdict:?} {upload:?}"));
    let after = policy.expiration().saturating_add(Duration::from_secs(1));
    assert!(matches!(
        policy.check(&upload, after),
        Err(Refusal::Expired { .. })
    ));
}

fn build(text: &str, how: u8) {
    let sketch = Sketch::read(text, how);
    let (v2, with_token) = (how & 16 != 0, how & 32 != 0);
    let Some(form) = sketch.sign(v2, with_token) else {
        return;
    };
    hidden(text, format_args!("{form:?}"));
    let policy = Policy::parse(form.policy()).unwrap();
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

    // A server takes it, and none of its texts may change.
    let keys = credentials(with_token);
    let verifier = Verifier::new("us-east-1", "s3").allow_v2(Duration::MAX);
    let verified = verifier.verify_form(form.fields(), now(), |_| Some(keys.clone()));
    let verified = verified.unwrap();
    assert_eq!(verified.policy(), form.policy().as_bytes());
    hidden(text, format_args!("{verified:?}"));
    let changed = form.fields().map(|(name, value)| match name {
        "policy" => (name, &value[4..]),
        _ => (name, value),
    });
    let changed: Vec<_> = changed.collect();
    let refused = verifier.verify_form(changed, now(), |_| Some(keys.clone()));
    assert_eq!(refused.unwrap_err().kind(), VerifyErrorKind::Signature);

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
    // Where the file's name stands in a value or a condition, only the file decides; so it does where a second condition is about
    // a key that has the name in it.
    let waits = |value: &str| value.contains("${filename}");
    let is_key = |name: &str| name.eq_ignore_ascii_case("key");
    let mut values = sketch.open.iter().chain(&sketch.fields);
    let is_open = values.any(|(_, value)| waits(value))
        || sketch.open.iter().any(|(name, _)| is_key(name))
            && form
                .fields()
                .any(|(name, value)| is_key(name) && waits(value));
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
            let refused = policy.check(&upload(outside), now());
            assert!(matches!(
                refused,
                Err(Refusal::TooSmall { .. } | Refusal::TooLarge { .. })
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
    read(text);
    build(text, *how);
});
