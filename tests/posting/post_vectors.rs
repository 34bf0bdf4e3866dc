//! Compares POST policies with those that botocore wrote and signed: URL, fields in order, policy
//! and signature.
//!
//! The URLs differ on purpose:
//! - The host. botocore keeps `ABC.Example.COM` and `:443`; this crate writes the lowercase host
//!   without the default port. The tests compare URLs in that form.
//! - `auto` on AWS. botocore omits the region from the host; this crate does so only for the global
//!   endpoint.
//! - `virtual` for a bucket with dots over https, or with an IP address. botocore silently uses
//!   path style; in this crate only `Auto` does.
//!
//! The published policies have other white space than boto3's. The unit tests of signing check
//! their signatures; these tests parse them and check the published forms against them.

use crate::support::{credentials, origin, path_and_query, vector_text, vectors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::post::{Condition, Policy, PostPolicy, PresignedPost, Upload};
use presign::s3::Bucket;
use presign::verify::{VerifyError, VerifyErrorKind as Kind};
use presign::{AddressingStyle, SignatureVersion, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    credentials: Keys,
    epoch: i64,
    expires: u64,
    client: Client,
    bucket: String,
    key: String,
    fields: Map<String, Value>,
    conditions: Vec<Value>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Keys {
    access_key: String,
    secret_key: String,
    token: Option<String>,
}

#[derive(Deserialize)]
struct Client {
    region_name: String,
    endpoint_url: Option<String>,
    addressing_style: String,
}

#[derive(Deserialize)]
struct Expected {
    url: String,
    fields: Map<String, Value>,
    policy: String,
    signature: String,
}

fn cases() -> Vec<Case> {
    let text = vector_text("botocore-sample.jsonl");
    let posts = text
        .lines()
        .filter(|line| line.contains(r#""kind": "post-v"#));
    posts
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

impl Case {
    fn bucket(&self) -> Bucket {
        let mut builder = Bucket::builder(&self.bucket, &self.client.region_name);
        if let Some(endpoint) = &self.client.endpoint_url {
            builder = builder.endpoint(endpoint);
        }
        if self.expected.url.ends_with(".s3.amazonaws.com/") {
            builder = builder.global_endpoint();
        }
        let in_host = self.expected.url.contains(&format!("://{}.", self.bucket));
        let style = match self.client.addressing_style.as_str() {
            "path" => AddressingStyle::Path,
            "virtual" if in_host => AddressingStyle::Virtual,
            _ => AddressingStyle::Auto,
        };
        let version = match self.kind.as_str() {
            "post-v4" => SignatureVersion::V4,
            _ => SignatureVersion::V2,
        };
        let builder = builder.addressing_style(style).signature_version(version);
        builder.build().unwrap()
    }

    fn policy<'a>(&self, bucket: &'a Bucket) -> PostPolicy<'a> {
        let mut policy = bucket.post_policy(self.key.as_str());
        for (name, value) in &self.fields {
            policy = policy.field(name, value.as_str().unwrap());
        }
        for condition in &self.conditions {
            policy = policy.condition_json(&condition.to_string());
        }
        policy
    }

    fn sign(&self, policy: &PostPolicy<'_>) -> PresignedPost {
        let keys = &self.credentials;
        let credentials = credentials(&keys.access_key, &keys.secret_key, keys.token.as_deref());
        let now = Timestamp::from_unix_seconds(self.epoch);
        let expiry = Duration::from_secs(self.expires);
        let signed = policy.presign(&credentials, expiry, now);
        let signed = signed.unwrap_or_else(|error| panic!("{}: {error}", self.id));

        // Signing in two steps makes the same form.
        let unsigned = policy.prepare(credentials.identity(), expiry, now).unwrap();
        let finished = unsigned.sign_with(&credentials).unwrap();
        assert_eq!(finished.policy(), signed.policy());
        assert!(finished.fields().eq(signed.fields()));
        assert!(finished.open_fields().eq(signed.open_fields()));
        signed
    }
}

#[test]
fn forms_match_those_of_botocore() {
    let cases = cases();
    assert_eq!(cases.len(), 17);
    for case in &cases {
        let (id, expected) = (&case.id, &case.expected);
        let bucket = case.bucket();
        let form = case.sign(&case.policy(&bucket));
        assert_eq!(form.policy(), expected.policy, "{id}");
        let fields: Vec<_> = form.fields().collect();
        let theirs = expected.fields.iter();
        let theirs: Vec<_> = theirs
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        assert_eq!(fields, theirs, "{id}");
        assert_eq!(form.signature(), expected.signature, "{id}");
        assert_eq!(origin(form.url()), origin(&expected.url), "{id}");
        let path = path_and_query(&expected.url);
        assert_eq!(path_and_query(form.url()), path, "{id}");
        let expiration = case.epoch + i64::try_from(case.expires).unwrap();
        assert_eq!(form.expires_at().unix_seconds(), expiration, "{id}");
    }
}

/// Adding a field adds the condition that botocore needs as an input.
#[test]
fn a_field_adds_its_condition() {
    let exact = |case: &&Case| {
        case.conditions.len() == case.fields.len()
            && case
                .conditions
                .iter()
                .zip(&case.fields)
                .all(|(condition, (name, value))| condition.get(name) == Some(value))
    };
    let cases = cases();
    let cases: Vec<_> = cases.iter().filter(exact).collect();
    assert!(cases.len() > 3);
    for case in cases {
        let bucket = case.bucket();
        let policy = case.fields.iter().fold(
            bucket.post_policy(case.key.as_str()),
            |policy, (name, value)| policy.field(name, value.as_str().unwrap()),
        );
        assert_eq!(case.sign(&policy).policy(), case.expected.policy);
        let policy = case.fields.iter().fold(
            bucket.post_policy(case.key.as_str()),
            |policy, (name, value)| policy.eq(name, value.as_str().unwrap()),
        );
        let form = case.sign(&policy);
        assert_eq!(form.policy(), case.expected.policy);
        assert_eq!(form.signature(), case.expected.signature);
    }
}

/// Another second, key or condition changes the signature.
#[test]
fn another_policy_has_another_signature() {
    for case in &mut cases() {
        let signature = case.expected.signature.clone();
        let bucket = case.bucket();
        case.epoch += 1;
        assert_ne!(case.sign(&case.policy(&bucket)).signature(), signature);
        case.epoch -= 1;
        case.expires += 1;
        assert_ne!(case.sign(&case.policy(&bucket)).signature(), signature);
        case.expires -= 1;
        let wider = case.policy(&bucket).starts_with("x-amz-meta-more", "");
        assert_ne!(case.sign(&wider).signature(), signature);
        case.key.insert(0, 'x');
        assert_ne!(case.sign(&case.policy(&bucket)).signature(), signature);
    }
}

/// The check accepts uploads that botocore's form allows, and no others.
#[test]
fn botocores_forms_pass_the_check() {
    for case in &cases() {
        let id = &case.id;
        let expected = &case.expected;
        let policy = Policy::from_base64(expected.fields["policy"].as_str().unwrap()).unwrap();
        let fields: Vec<_> = expected.fields.iter().collect();
        let range = case.conditions.iter().find_map(|condition| {
            let range = condition.as_array()?;
            (range[0] == "content-length-range")
                .then(|| (range[1].as_u64().unwrap(), range[2].as_u64().unwrap()))
        });
        let (least, most) = range.unwrap_or((0, u64::MAX));
        let now = Timestamp::from_unix_seconds(case.epoch);
        let check = |skip: usize, size, now, changed: Option<(&str, &str)>| {
            let mut upload = Upload::new(&case.bucket, size).file_name("a.txt");
            for (at, (name, value)) in fields.iter().enumerate() {
                if at != skip {
                    let value = match changed {
                        Some((changed, value)) if name.as_str() == changed => value,
                        _ => value.as_str().unwrap(),
                    };
                    upload = upload.field(name, value);
                }
            }
            policy.check(&upload, now)
        };
        let all = usize::MAX;
        assert_eq!(check(all, least, now, None), Ok(()), "{id}");
        assert_eq!(check(all, most, now, None), Ok(()), "{id}");
        let end = form_end(case);
        assert_eq!(check(all, least, end, None), Ok(()), "{id}");
        let after = end.saturating_add(Duration::from_secs(1));
        let kind = |checked: Result<(), VerifyError>| checked.unwrap_err().kind();
        assert_eq!(kind(check(all, least, after, None)), Kind::Expired, "{id}");
        if range.is_some() {
            let large = check(all, most + 1, now, None);
            assert_eq!(kind(large), Kind::FileTooLarge, "{id}");
        }
        if let Some(size) = least.checked_sub(1) {
            let small = check(all, size, now, None);
            assert_eq!(kind(small), Kind::FileTooSmall, "{id}");
        }
        // A field that has a condition is required, and its value has to meet the condition.
        for (at, (name, _)) in fields.iter().enumerate() {
            let is_free = ["policy", "signature", "x-amz-signature", "AWSAccessKeyId"]
                .contains(&name.as_str());
            let prefix_is_empty = name.as_str() == "key" && case.key == "${filename}";
            if is_free || prefix_is_empty {
                assert_eq!(check(at, least, now, None), Ok(()), "{id} {name}");
                continue;
            }
            assert!(check(at, least, now, None).is_err(), "{id} {name}");
            let changed = check(all, least, now, Some((name, "\u{1}changed")));
            assert_eq!(kind(changed), Kind::ConditionFailed, "{id} {name}");
        }
        let more = Upload::new(&case.bucket, least)
            .fields(
                fields
                    .iter()
                    .map(|(k, v)| (k.as_str(), v.as_str().unwrap())),
            )
            .file_name("a.txt");
        let extra = policy.check(&more.clone().field("x-amz-acl", "private"), now);
        assert_eq!(extra.unwrap_err().code(), "AccessDenied", "{id}");
        let ignored = more.field("X-Ignore-this", "anything");
        assert_eq!(policy.check(&ignored, now), Ok(()), "{id}");
    }
}

fn form_end(case: &Case) -> Timestamp {
    Timestamp::from_unix_seconds(case.epoch + i64::try_from(case.expires).unwrap())
}

#[derive(Deserialize)]
struct Published {
    name: String,
    policy: String,
    expected: PublishedForm,
}

#[derive(Deserialize)]
struct PublishedForm {
    policy_base64: String,
    fields: Option<Map<String, Value>>,
}

#[test]
fn published_policies_are_parsed() {
    let cases: Vec<Published> = vectors("post-policy.json");
    assert_eq!(cases.len(), 6);
    for case in &cases {
        let name = &case.name;
        assert_eq!(BASE64.encode(&case.policy), case.expected.policy_base64);
        let policy = Policy::from_json(&case.policy).unwrap();
        let again = Policy::from_base64(&case.expected.policy_base64).unwrap();
        assert_eq!(policy.expiration(), again.expiration(), "{name}");
        assert!(policy.conditions().eq(again.conditions()), "{name}");
        // A JSON parser finds the same number of conditions and the same expiration.
        let value: Value = serde_json::from_str(&case.policy).unwrap();
        let theirs = value["conditions"].as_array().unwrap();
        assert_eq!(policy.conditions().count(), theirs.len(), "{name}");
        let end: Timestamp = value["expiration"].as_str().unwrap().parse().unwrap();
        assert_eq!(policy.expiration(), end, "{name}");
    }
}

/// The forms of AWS's document and of MinIO's client, whose field names are in mixed case.
#[test]
fn published_forms_pass_the_check() {
    let cases: Vec<Published> = vectors("post-policy.json");
    let mut checked = 0;
    for case in &cases {
        let Some(fields) = &case.expected.fields else {
            continue;
        };
        checked += 1;
        let policy = Policy::from_json(&case.policy).unwrap();
        let bucket = policy.conditions().find_map(|condition| match condition {
            Condition::Eq { field, value, .. } if field == "bucket" => Some(value),
            _ => None,
        });
        let upload = |bucket| {
            Upload::new(bucket, 0).file_name("me.jpg").fields(
                fields
                    .iter()
                    .map(|(k, v)| (k.as_str(), v.as_str().unwrap())),
            )
        };
        let (bucket, end) = (bucket.unwrap(), policy.expiration());
        assert_eq!(policy.check(&upload(bucket), end), Ok(()), "{}", case.name);
        assert!(policy.check(&upload("other"), end).is_err());
        let extra = upload(bucket).field("tagging", "");
        let error = policy.check(&extra, end).unwrap_err();
        assert_eq!(error.kind(), Kind::ExtraField);
        let message = "Invalid according to Policy: Extra input fields: tagging";
        assert_eq!(error.to_string(), message);
    }
    assert_eq!(checked, 2);
}
