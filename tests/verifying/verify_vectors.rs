//! Every published vector and recorded request verifies, and is rejected if one character of its
//! signature is changed.

use crate::support::{credentials, unhex, vector_lines, vectors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::verify::{Authentication, Carrier, ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{
    Credentials, Scheme, Timestamp,
    v4::{CanonicalUri, SessionToken},
};
use serde_json::Value;
use std::time::Duration;

const V4_HEADER: (Scheme, Carrier) = (Scheme::AwsV4, Carrier::Header);
const V4_QUERY: (Scheme, Carrier) = (Scheme::AwsV4, Carrier::Query);
const V2_HEADER: (Scheme, Carrier) = (Scheme::AwsV2, Carrier::Header);
const V2_QUERY: (Scheme, Carrier) = (Scheme::AwsV2, Carrier::Query);

fn signed_by_of(authentication: &Authentication<'_>) -> (Scheme, Carrier) {
    (authentication.scheme(), authentication.carrier())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn pairs(value: &Value) -> Vec<(&str, &str)> {
    let pairs = value.as_array().unwrap().iter();
    pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

/// A request from a file: request line, headers, which may be folded, and body.
struct Raw {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Raw {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.split('\n');
        let line = lines.next().unwrap();
        let (method, rest) = line.split_once(' ').unwrap();
        let (target, _) = rest.rsplit_once(' ').unwrap();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut().unwrap();
                value.push('\n');
                value.push_str(line);
                continue;
            }
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.into(), value.into()));
        }
        Raw {
            method: method.into(),
            target: target.into(),
            headers,
            body: body.into(),
        }
    }

    fn request(&self) -> ReceivedRequest<'_> {
        let headers = self.headers.iter();
        ReceivedRequest::new(&self.method, &self.target)
            .headers(headers.map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// Changes one character in the middle of the signature, in the target or in a header.
    fn spoil(&mut self, signature: &str) {
        let mut spoiled = signature.to_owned();
        let other = match &signature[10..11] {
            "a" => "b",
            _ => "a",
        };
        spoiled.replace_range(10..11, other);
        let values = self.headers.iter_mut().map(|(_, value)| value);
        for text in values.chain([&mut self.target]) {
            *text = text.replace(signature, &spoiled);
        }
    }
}

/// Checks that the request verifies, and not with a changed signature.
fn check(
    name: &str,
    mut raw: Raw,
    signature: &str,
    server: (&Verifier, &Credentials, Timestamp),
    signed_by: (Scheme, Carrier),
    with_body: bool,
) {
    let (verifier, credentials, now) = server;
    let lookup =
        |id: &str| (id == credentials.identity().access_key_id()).then(|| credentials.clone());
    let with = |raw: &Raw| {
        let request = if with_body {
            raw.request().body(raw.body.as_bytes())
        } else {
            raw.request()
        };
        verifier
            .verify(&request, now, lookup)
            .map(|verified| signed_by_of(verified.authentication()))
    };
    assert_eq!(with(&raw), Ok(signed_by), "{name}");
    raw.spoil(signature);
    let rejected = with(&raw).unwrap_err();
    assert_eq!(rejected.kind(), VerifyErrorKind::Signature, "{name}");
    assert_eq!(rejected.code(), "SignatureDoesNotMatch");
    assert_eq!(rejected.status(), 403);
}

#[test]
fn the_aws_signing_test_suite_verifies() {
    let cases: Value = vectors("v4.json");
    let mut count = 0;
    for case in cases.as_array().unwrap() {
        let context = &case["context"];
        let token = context["credentials"]["token"].as_str();
        let credentials = credentials(
            text(&context["credentials"]["access_key_id"]),
            text(&context["credentials"]["secret_access_key"]),
            token,
        );
        let now = text(&context["timestamp"]).parse().unwrap();
        let mut verifier =
            Verifier::new(text(&context["region"]), text(&context["service"])).allow_dot_segments();
        if context["normalize"] == false {
            verifier = verifier.canonical_uri(CanonicalUri::Unnormalized);
        }
        if context["omit_session_token"] == true {
            verifier = verifier.session_token(SessionToken::Appended);
        }
        for (form, signed_by) in [("header", V4_HEADER), ("query", V4_QUERY)] {
            let expected = &case[form];
            // Without sign_body the suite signs the hash of nothing, whatever the body is.
            check(
                &format!("{} {form}", text(&case["name"])),
                Raw::parse(text(&expected["signed_request"])),
                text(&expected["signature"]),
                (&verifier, &credentials, now),
                signed_by,
                context["sign_body"] == true,
            );
            count += 1;
        }
    }
    assert_eq!(count, 76);
}

#[test]
fn the_earlier_suite_verifies() {
    let suite: Value = vectors("v4-legacy.json");
    let context = &suite["context"];
    let now = text(&context["timestamp"]).parse().unwrap();
    let verifier = Verifier::new(text(&context["region"]), text(&context["service"]));
    let verifier = verifier.allow_dot_segments();
    for case in suite["cases"].as_array().unwrap() {
        let name = text(&case["name"]);
        // One case appends its token to the signed request without signing it.
        let appended = name.ends_with("post-sts-header-after");
        let verifier = if appended {
            verifier.clone().session_token(SessionToken::Appended)
        } else {
            verifier.clone()
        };
        let authorization = text(&case["authorization"]);
        let signature = authorization.rsplit_once('=').unwrap().1;
        let mut raw = Raw::parse(text(&case["signed_request"]));
        let mut headers = raw.headers.iter();
        let token = headers.find(|(name, _)| name.eq_ignore_ascii_case("x-amz-security-token"));
        let credentials = credentials(
            text(&context["access_key_id"]),
            text(&context["secret_access_key"]),
            token.map(|(_, value)| value.trim()),
        );
        // The suite scrambles the signature in one signed request; the other file contains it.
        for (name, value) in &mut raw.headers {
            if name.eq_ignore_ascii_case("authorization") {
                *value = authorization.into();
            }
        }
        check(
            name,
            raw,
            signature,
            (&verifier, &credentials, now),
            V4_HEADER,
            true,
        );
    }
}

#[test]
fn the_documented_examples_verify() {
    for file in ["s3-sigv4.json", "sigv4-other.json"] {
        for case in vectors::<Value>(file).as_array().unwrap() {
            let name = text(&case["name"]);
            let token = case["session_token"].as_str();
            let credentials = credentials(
                text(&case["access_key_id"]),
                text(&case["secret_access_key"]),
                token,
            );
            let now = text(&case["timestamp"]).parse().unwrap();
            let expected = &case["expected"];
            let mut headers: Vec<(String, String)> = pairs(&case["headers"])
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect();
            let is_query = case["form"] == "query";
            let url = if is_query {
                text(&expected["signed_url"])
            } else {
                text(&case["url"])
            };
            if !is_query {
                headers.push((
                    "Authorization".into(),
                    text(&expected["authorization"]).into(),
                ));
            }
            let after_scheme = url.split_once("://").unwrap().1;
            let target =
                &after_scheme[after_scheme.find(['/', '?']).unwrap_or(after_scheme.len())..];
            let raw = Raw {
                method: text(&case["method"]).into(),
                target: target.into(),
                headers,
                body: case["payload"].as_str().unwrap_or_default().into(),
            };
            let mut verifier =
                Verifier::new(text(&case["region"]), text(&case["service"])).allow_streaming();
            verifier = if case["path_encoding"] == "single" {
                verifier.canonical_uri(CanonicalUri::S3)
            } else {
                verifier
            };
            let signed_by = if is_query { V4_QUERY } else { V4_HEADER };
            check(
                name,
                raw,
                text(&expected["signature"]),
                (&verifier, &credentials, now),
                signed_by,
                !is_query && case["payload"].is_string(),
            );
        }
    }
}

#[test]
fn the_sigv2_examples_verify() {
    let mut count = 0;
    for case in vectors::<Value>("s3-sigv2.json").as_array().unwrap() {
        let name = text(&case["name"]);
        let credentials = credentials(
            text(&case["access_key_id"]),
            text(&case["secret_access_key"]),
            case["session_token"].as_str(),
        );
        let expected = &case["expected"];
        let mut headers: Vec<(String, String)> = pairs(&case["headers"])
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        headers.push(("Host".into(), text(&case["host"]).into()));
        let mut target = text(&case["request_target"]).to_owned();
        let signature = text(&expected["signature"]);
        let (signed_by, now) = match case["expires"].as_i64() {
            Some(expires) => {
                let separator = if target.contains('?') { '&' } else { '?' };
                // The signature is not encoded, because this part of a query may contain `+` and
                // `=`.
                target.push_str(&format!(
                    "{separator}AWSAccessKeyId={}&Expires={expires}&Signature={signature}",
                    text(&case["access_key_id"])
                ));
                (V2_QUERY, Timestamp::from_unix_seconds(expires - 60))
            }
            None => {
                let authorization = text(&expected["authorization"]);
                headers.push(("Authorization".into(), authorization.into()));
                let date = ["x-amz-date", "date"].iter().find_map(|wanted| {
                    let mut headers = headers.iter();
                    headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                });
                let (_, date) = date.unwrap();
                let format = time::format_description::well_known::Rfc2822;
                let date = time::OffsetDateTime::parse(date, &format).unwrap();
                (
                    V2_HEADER,
                    Timestamp::from_unix_seconds(date.unix_timestamp()),
                )
            }
        };
        let raw = Raw {
            method: text(&case["method"]).into(),
            target,
            headers,
            body: String::new(),
        };
        let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(Duration::from_secs(3600));
        let bucket = case["virtual_host_bucket"].as_str();
        let request = raw.request();
        let request = match bucket {
            Some(bucket) => request.bucket(bucket),
            None => request,
        };
        let lookup = |_: &str| Some(credentials.clone());
        let verified = verifier.verify(&request, now, lookup);
        assert_eq!(
            verified.map(|verified| signed_by_of(verified.authentication())),
            Ok(signed_by),
            "{name}"
        );

        let mut spoiled = raw;
        spoiled.spoil(signature);
        let request = spoiled.request();
        let request = match bucket {
            Some(bucket) => request.bucket(bucket),
            None => request,
        };
        let rejected = verifier.verify(&request, now, lookup).unwrap_err();
        assert_eq!(rejected.kind(), VerifyErrorKind::Signature, "{name}");
        count += 1;
    }
    assert_eq!(count, 32);
}

#[test]
fn the_published_post_policies_verify() {
    let cases: Value = vectors("post-policy.json");
    for case in cases.as_array().unwrap() {
        let expected = &case["expected"];
        let policy = text(&expected["policy_base64"]);
        let signature = text(&expected["signature"]);
        let id = text(&case["access_key_id"]);
        let credentials = credentials(id, text(&case["secret_access_key"]), None);
        let is_v4 = case["scheme"] == "AWS4-HMAC-SHA256";
        let (fields, now) = match is_v4 {
            true => {
                let timestamp = text(&case["timestamp"]);
                let credential = format!(
                    "{id}/{}/{}/{}/aws4_request",
                    &timestamp[..8],
                    text(&case["region"]),
                    text(&case["service"])
                );
                (
                    vec![
                        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
                        ("X-Amz-Credential", credential),
                        ("X-Amz-Date", timestamp.to_owned()),
                        ("Policy", policy.to_owned()),
                        ("X-Amz-Signature", signature.to_owned()),
                    ],
                    timestamp.parse().unwrap(),
                )
            }
            false => (
                vec![
                    ("AWSAccessKeyId", id.to_owned()),
                    ("policy", policy.to_owned()),
                    ("signature", signature.to_owned()),
                ],
                Timestamp::from_unix_seconds(1_200_000_000),
            ),
        };
        form_verifies(
            text(&case["name"]),
            &fields,
            "us-east-1",
            &credentials,
            now,
            text(&case["policy"]),
        );
    }
}

fn policy_of<'f>(fields: &'f [(&str, String)]) -> &'f str {
    let mut fields = fields.iter();
    let policy = fields.find(|(name, _)| name.eq_ignore_ascii_case("policy"));
    &policy.unwrap().1
}

fn form_verifies(
    name: &str,
    fields: &[(&str, String)],
    region: &str,
    credentials: &Credentials,
    now: Timestamp,
    policy: &str,
) {
    let verifier = Verifier::new(region, "s3").allow_sigv2(Duration::from_secs(3600));
    let lookup = |_: &str| Some(credentials.clone());
    let borrowed = || fields.iter().map(|(name, value)| (*name, value.as_str()));
    let verified = verifier.verify_form(borrowed(), now, lookup);
    let verified = verified.unwrap_or_else(|error| panic!("{name}: {error}"));
    let id = verified.authentication().access_key_id();
    assert_eq!(id, credentials.identity().access_key_id());
    let signed = BASE64.decode(policy_of(fields)).unwrap();
    assert_eq!(signed, policy.as_bytes(), "{name}");

    // A form with a changed character in the policy or signature is rejected.
    for spoil in ["policy", "signature", "x-amz-signature"] {
        let spoiled = fields.iter().map(|(name, value)| {
            let mut value = value.clone();
            if name.eq_ignore_ascii_case(spoil) {
                let other = if &value[8..9] == "a" { "b" } else { "a" };
                value.replace_range(8..9, other);
            }
            (*name, value)
        });
        let spoiled: Vec<_> = spoiled.collect();
        if spoiled == fields {
            continue;
        }
        let spoiled = spoiled.iter().map(|(name, value)| (*name, value.as_str()));
        let rejected = verifier.verify_form(spoiled, now, lookup).unwrap_err();
        assert_eq!(
            rejected.kind(),
            VerifyErrorKind::Signature,
            "{name}: {spoil}"
        );
    }
}

#[test]
fn requests_of_botocore_verify() {
    let mut seen = std::collections::BTreeMap::new();
    for record in vector_lines::<Value>("botocore-sample.jsonl") {
        let kind = text(&record["kind"]);
        let name = format!("{} {kind}", text(&record["id"]));
        let keys = &record["credentials"];
        let credentials = credentials(
            text(&keys["access_key"]),
            text(&keys["secret_key"]),
            keys["token"].as_str(),
        );
        let now = Timestamp::from_unix_seconds(record["epoch"].as_i64().unwrap());
        let region = record["region"].as_str().unwrap_or("us-east-1");
        let service = record["service"].as_str().unwrap_or("s3");
        let verifier =
            Verifier::new(region, service).allow_sigv2(Duration::from_secs(u32::MAX.into()));
        let verifier = verifier.allow_dot_segments();
        let expected = &record["expected"];
        *seen.entry(kind.to_owned()).or_insert(0) += 1;
        if kind.starts_with("post-") {
            let fields = expected["fields"].as_object().unwrap();
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), text(value).to_owned()))
                .collect();
            form_verifies(
                &name,
                &fields,
                region,
                &credentials,
                now,
                text(&expected["policy"]),
            );
            continue;
        }
        if kind == "query-v2" {
            // `verify_query_api.rs` verifies the calls of query APIs.
            continue;
        }
        let request = &record["request"];
        let url = if kind.starts_with("presign-") {
            text(&expected["url"])
        } else {
            text(&request["url"])
        };
        let after_scheme = url.split_once("://").unwrap().1;
        let end = after_scheme.find(['/', '?']).unwrap_or(after_scheme.len());
        let (authority, target) = after_scheme.split_at(end);
        let default = if url.starts_with("https:") {
            ":443"
        } else {
            ":80"
        };
        let mut headers = pairs(&request["headers"]);
        let added = expected["headers"].as_object();
        for (name, value) in added.into_iter().flatten() {
            headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
            headers.push((name, text(value)));
        }
        let signed_by = match kind {
            "presign-v4" => V4_QUERY,
            "presign-v2" => V2_QUERY,
            "header-v2" => V2_HEADER,
            _ => V4_HEADER,
        };
        if signed_by == V2_QUERY {
            // Headers that botocore moves into the query are not sent.
            headers.retain(|(name, _)| !name.to_ascii_lowercase().starts_with("x-amz-"));
        }
        let has_host = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"));
        let host = authority
            .strip_suffix(default)
            .unwrap_or(authority)
            .to_lowercase();
        let mut received = ReceivedRequest::new(text(&request["method"]), target).headers(headers);
        if !has_host {
            received = received.header("host", &host);
        }
        if signed_by == V4_HEADER {
            let hash = unhex(text(&request["body_sha256"]));
            received = received.body_sha256(hash.try_into().unwrap());
        }
        let sts = text(&expected["string_to_sign"]);
        let resource = sts.rsplit('\n').next().unwrap();
        if signed_by.0 == Scheme::AwsV2 {
            let path = target.split('?').next().unwrap();
            let named = resource.split('?').next().unwrap().strip_suffix(path);
            if let Some(bucket) = named.and_then(|named| named.strip_prefix('/')) {
                received = received.bucket(bucket);
            }
        }
        let claim = verifier
            .parse(&received)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(claim.string_to_sign(), sts, "{name}");
        let lookup = |_: &str| Some(credentials.clone());
        let verified = verifier.verify(&received, now, lookup);
        assert_eq!(
            verified.map(|verified| signed_by_of(verified.authentication())),
            Ok(signed_by),
            "{name}"
        );
        let other =
            Credentials::new(credentials.identity().access_key_id(), "another secret").unwrap();
        let other = other
            .with_session_token(keys["token"].as_str().unwrap_or_default())
            .unwrap();
        let rejected = verifier
            .verify(&received, now, |_| Some(other))
            .unwrap_err();
        assert_eq!(rejected.kind(), VerifyErrorKind::Signature, "{name}");
    }
    println!("{seen:?}");
    assert!(seen.len() >= 7);
}
