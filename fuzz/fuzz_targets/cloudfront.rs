//! CloudFront's policies are parsed as by `serde_json`, and a signed policy is valid for exactly
//! the URLs that a second matcher accepts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::cloudfront::{Policy, verify};
use presign::verify::{ReceivedRequest, VerifyErrorKind};
use presign::{Credentials, Identity, Timestamp};
use serde_json::Value;
use std::sync::LazyLock;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

static KEY: LazyLock<Credentials> = LazyLock::new(|| {
    // The published key of the tests.
    let vectors = include_str!("../../tests/vectors/cloudfront.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let pem = vectors["keys"]["cloudfront_ec"]["private_sec1"].as_str();
    Credentials::from_pem("K2JCJMDEHXQW5F", pem.unwrap()).unwrap()
});

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_795_780_800)
}

/// Checks a policy that is signed byte for byte.
fn check_json(json: &str) {
    let identity = Identity::p256("K2JCJMDEHXQW5F").unwrap();
    let Ok(unsigned) = Policy::from_json(json).prepare(&identity, HOUR, now()) else {
        return;
    };
    assert_eq!(unsigned.string_to_sign(), json.as_bytes());
    // The parser is that of S3's policies, which allow two escapes that JSON doesn't have.
    if json.contains("\\$") || json.contains("\\v") {
        return;
    }
    let value: Value = serde_json::from_str(json).expect(json);
    let statements = value["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 1);
    let seconds = &statements[0]["Condition"]["DateLessThan"]["AWS:EpochTime"];
    assert!(seconds.is_u64());
    assert!(statements[0]["Resource"].is_string());
}

/// Returns whether a pattern matches a URL, by trying every way.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            matches(rest, text) || (!text.is_empty() && matches(pattern, &text[1..]))
        }
        ([b'?', rest @ ..], [_, after @ ..]) => matches(rest, after),
        ([one, rest @ ..], [other, after @ ..]) => one == other && matches(rest, after),
        _ => false,
    }
}

/// Signs a policy, applies it to a URL, and verifies the URL.
fn check_url(resource: &str, url: &str, range: Option<&str>) {
    let mut policy = Policy::new(resource);
    if let Some(range) = range {
        policy = policy.ip_range(range);
    }
    let Ok(signed) = policy.presign(&KEY, HOUR, now()) else {
        return;
    };
    let value: Value = serde_json::from_str(signed.policy()).unwrap();
    assert_eq!(value["Statement"][0]["Resource"], resource);
    let is_short = resource.bytes().filter(|byte| *byte == b'*').count() < 8 && url.len() < 60;
    let link = match signed.url(url) {
        Ok(link) => link,
        Err(error) if error.to_string().contains("dot segment") => return,
        Err(_) => {
            let canned = Policy::canned(url).presign(&KEY, HOUR, now());
            // The URL has no other fault, so the policy doesn't cover it.
            assert!(canned.is_err() || !is_short || !matches(resource.as_bytes(), url.as_bytes()));
            return;
        }
    };
    assert!(!is_short || matches(resource.as_bytes(), url.as_bytes()));
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    match verify(&request, now(), |_| Some(&*KEY)) {
        Ok(()) => assert!(range.is_none()),
        Err(error) => assert_eq!(error.kind(), VerifyErrorKind::Ip, "{error}"),
    }
}

fuzz_target!(|input: (bool, &str)| {
    let (is_json, text) = input;
    if is_json {
        return check_json(text);
    }
    let mut parts = text.split(' ');
    let resource = parts.next().unwrap_or_default();
    let url = parts.next().unwrap_or_default();
    check_url(resource, url, parts.next());
});
