//! Google Cloud Storage: Google's conformance tests, recorded signatures, and rejected requests.

use crate::support::{Pairs, header_set, query_set, time, vectors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presign::gcs::{Bucket, BucketBuilder, ServiceAccount};
use presign::{
    AddressingStyle, Credentials, ErrorKind, Expiry, Identity, Payload, Request, SignatureVersion,
    Timestamp,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

fn account(file: &Value) -> Credentials {
    let account = ServiceAccount::from_json(&file.to_string()).unwrap();
    account.credentials().clone()
}

/// Returns the bucket that the input of a conformance test describes.
fn conformance_bucket(input: &Value) -> BucketBuilder {
    let scheme = text(input, "scheme").unwrap_or("https");
    let with_scheme = |host: &str| {
        if host.contains("://") {
            host.to_owned()
        } else {
            format!("{scheme}://{host}")
        }
    };
    let builder = Bucket::builder(text(input, "bucket").unwrap());
    let endpoint = ["hostname", "clientEndpoint", "emulatorHostname"]
        .iter()
        .find_map(|name| text(input, name));
    let builder = match (endpoint, text(input, "universeDomain")) {
        (Some(host), _) => builder.endpoint(with_scheme(host)),
        (None, Some(domain)) => builder.universe_domain(domain),
        (None, None) => builder,
    };
    match text(input, "urlStyle") {
        Some("VIRTUAL_HOSTED_STYLE") => builder.addressing_style(AddressingStyle::Virtual),
        Some("BUCKET_BOUND_HOSTNAME") => builder
            .endpoint(with_scheme(text(input, "bucketBoundHostname").unwrap()))
            .addressing_style(AddressingStyle::Domain),
        _ => builder,
    }
}

fn members(value: Option<&Value>) -> Map<String, Value> {
    value
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

/// A name with a slash isn't a header name, so no client can send it.
const UNSENDABLE: &str = "Slashes in object name should not be URL encoded";

/// The expected URL has the default port, which ours omit. The signature doesn't cover a port.
const DEFAULT_PORT: &str = "Simple GET with endpoint on client";

#[test]
fn urls_match_the_conformance_tests() {
    let file: Value = vectors("gcs-v4.json");
    let keys = account(&file["service_account"]);
    let (mut equal, mut rejected) = (0, 0);
    for case in file["signingV4Tests"].as_array().unwrap() {
        let name = text(case, "description").unwrap();
        let bucket = conformance_bucket(case).build().unwrap();
        let method = text(case, "method").unwrap();
        let mut request = match text(case, "object") {
            Some(object) => bucket.object(method, object),
            None => bucket.request(method),
        };
        let (headers, params) = (
            members(case.get("headers")),
            members(case.get("queryParameters")),
        );
        for (name, value) in &headers {
            request = request.header(name, value.as_str().unwrap());
        }
        for (name, value) in &params {
            request = request.query(name, value.as_str().unwrap());
        }
        let expires_in = Duration::from_secs(case["expiration"].as_u64().unwrap());
        let now = time(text(case, "timestamp").unwrap());
        if name == UNSENDABLE {
            let error = request.presign(&keys, expires_in, now).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Header);
            rejected += 1;
            continue;
        }
        let unsigned = request
            .prepare_url(keys.identity(), expires_in, now)
            .unwrap();
        let quirks = file["quirks"].get(name).is_some();
        let canonical = text(case, "expectedCanonicalRequest").unwrap();
        if !quirks {
            assert_eq!(unsigned.canonical_request(), Some(canonical), "{name}");
        }
        let expected = text(case, "expectedStringToSign").unwrap();
        assert_eq!(unsigned.string_to_sign(), expected.as_bytes(), "{name}");
        let link = unsigned.sign_with(&keys).unwrap();
        let mut expected = text(case, "expectedUrl").unwrap().to_owned();
        if name == DEFAULT_PORT {
            expected = expected.replacen(":443/", "/", 1);
        }
        assert_eq!(link.as_str(), expected, "{name}");
        let at_once = request.presign(&keys, expires_in, now).unwrap();
        assert_eq!(at_once.as_str(), expected, "{name}");
        equal += 1;
    }
    assert_eq!((equal, rejected), (28, 1));
}

#[test]
fn policies_match_the_conformance_tests() {
    let file: Value = vectors("gcs-v4.json");
    let keys = account(&file["service_account"]);
    let cases = file["postPolicyV4Tests"].as_array().unwrap();
    for case in cases {
        let name = text(case, "description").unwrap();
        let (input, output) = (&case["policyInput"], &case["policyOutput"]);
        let bucket = conformance_bucket(input).build().unwrap();
        let mut policy = bucket.post_policy(text(input, "object").unwrap());
        let conditions = members(input.get("conditions"));
        for (operator, operands) in &conditions {
            let operands = operands.as_array().unwrap();
            policy = match operator.as_str() {
                "contentLengthRange" => {
                    let [min, max] = [0, 1].map(|index| operands[index].as_u64().unwrap());
                    policy.content_length_range(min..=max)
                }
                "startsWith" => {
                    let [field, prefix] = [0, 1].map(|index| operands[index].as_str().unwrap());
                    policy.starts_with(field.trim_start_matches('$'), prefix)
                }
                other => panic!("{other}"),
            };
        }
        let fields = members(input.get("fields"));
        for (name, value) in &fields {
            policy = policy.field(name, value.as_str().unwrap());
        }
        let expires_in = Duration::from_secs(input["expiration"].as_u64().unwrap());
        let now = time(text(input, "timestamp").unwrap());
        let form = policy.presign(&keys, expires_in, now).unwrap();
        assert_eq!(Some(form.url()), text(output, "url"), "{name}");
        let own: BTreeMap<_, _> = form.fields().collect();
        let expected = members(output.get("fields"));
        let expected: BTreeMap<_, _> = expected
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let decoded = STANDARD.decode(expected["policy"]).unwrap();
        assert_eq!(form.policy(), String::from_utf8(decoded).unwrap(), "{name}");
        assert_eq!(own, expected, "{name}");
    }
    assert_eq!(cases.len(), 11);
}

/// Returns the bucket, the credentials and the signing time of a recorded case.
fn recorded(file: &Value, case: &Value) -> (Bucket, Credentials, Timestamp) {
    let host = text(case, "host").unwrap_or("storage.googleapis.com");
    let scheme = text(case, "scheme").unwrap_or("https");
    let name = text(case, "bucket").unwrap();
    let builder = Bucket::builder(name);
    let builder = match text(case, "url_style") {
        Some("virtual") => builder.addressing_style(AddressingStyle::Virtual),
        Some("bucket-bound") => builder
            .endpoint(format!("{scheme}://{host}"))
            .addressing_style(AddressingStyle::Domain),
        _ => builder,
    };
    let builder = builder.location(text(case, "location").unwrap_or("auto"));
    let version = if text(case, "kind").unwrap().starts_with("v2") {
        SignatureVersion::V2
    } else {
        SignatureVersion::V4
    };
    let bucket = builder.signature_version(version).build().unwrap();
    let keys = match text(case, "service_account") {
        Some(email) => {
            let pem = text(&file["keys"]["gcs_rsa"], "private_pkcs8").unwrap();
            Credentials::from_pem(email, pem)
        }
        None => Credentials::new(
            text(case, "access_id").unwrap(),
            text(case, "secret").unwrap(),
        ),
    };
    let now = time(text(case, "timestamp").unwrap());
    (bucket, keys.unwrap(), now)
}

fn pairs(case: &Value, name: &str) -> Vec<(String, String)> {
    let pairs = case.get(name).cloned().unwrap_or(Value::Array(Vec::new()));
    serde_json::from_value(pairs).unwrap()
}

fn describe<'a>(mut request: Request<'a>, headers: &'a Pairs, params: &'a Pairs) -> Request<'a> {
    for (name, value) in headers {
        request = request.header(name, value);
    }
    for (name, value) in params {
        request = request.query(name, value);
    }
    request
}

#[test]
fn signatures_match_recorded_ones() {
    let file: Value = vectors("gcs-more.json");
    let mut kinds = BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let id = &case["id"];
        let kind = text(case, "kind").unwrap();
        *kinds.entry(kind).or_insert(0) += 1;
        let (bucket, keys, now) = recorded(&file, case);
        let object = text(case, "object").unwrap();
        let expected = &case["expected"];
        let mut headers = pairs(case, "headers");
        for name in ["content_md5", "content_type"] {
            if let Some(value) = text(case, name) {
                headers.push((name.replace('_', "-"), value.into()));
            }
        }
        let params = pairs(case, "query");
        let string_to_sign = text(expected, "string_to_sign").map(str::as_bytes);
        match kind {
            "v4-rsa" | "v4-hmac" | "v2-rsa" | "v2-hmac" => {
                let request = bucket.object(text(case, "method").unwrap(), object);
                let request = describe(request, &headers, &params);
                let expiry = match case.get("expires").and_then(Value::as_u64) {
                    Some(seconds) => Duration::from_secs(seconds).into(),
                    None => {
                        let seconds = case["expires_at"].as_i64().unwrap();
                        Expiry::at(Timestamp::from_unix_seconds(seconds))
                    }
                };
                let unsigned = request.prepare_url(keys.identity(), expiry, now).unwrap();
                let canonical = text(expected, "canonical_request");
                assert_eq!(unsigned.canonical_request(), canonical, "{id}");
                assert_eq!(Some(unsigned.string_to_sign()), string_to_sign, "{id}");
                let link = unsigned.sign_with(&keys).unwrap();
                assert_eq!(
                    link.signature(),
                    text(expected, "signature").unwrap(),
                    "{id}"
                );
                let url = text(expected, "url").unwrap();
                let front = |url: &str| url.split('?').next().unwrap().to_owned();
                assert_eq!(front(link.as_str()), front(url), "{id}");
                assert_eq!(query_set(link.as_str()), query_set(url), "{id}");
                if kind.starts_with("v4") {
                    assert_eq!(link.as_str(), url, "{id}");
                }
            }
            "v4-hmac-header" => {
                let request = bucket.object(text(case, "method").unwrap(), object);
                let payload = match text(case, "payload_hash").unwrap() {
                    "UNSIGNED-PAYLOAD" => Payload::Unsigned,
                    hash => Payload::from_hex(hash).unwrap(),
                };
                let request = describe(request, &headers, &params).payload(payload);
                let unsigned = request.prepare_headers(keys.identity(), now).unwrap();
                let canonical = text(expected, "canonical_request");
                assert_eq!(unsigned.canonical_request(), canonical, "{id}");
                assert_eq!(Some(unsigned.string_to_sign()), string_to_sign, "{id}");
                let signed = unsigned.sign_with(&keys).unwrap();
                let mut added = pairs(expected, "add_headers");
                let authorization = text(expected, "authorization").unwrap();
                added.push(("Authorization".into(), authorization.into()));
                assert_eq!(header_set(signed.headers()), header_set(added), "{id}");
            }
            "post-v4-rsa" | "post-v4-hmac" => {
                let mut policy = bucket.post_policy(object);
                for condition in case["conditions"].as_array().unwrap() {
                    let condition = condition.to_string();
                    policy = policy.condition_json(&condition);
                }
                for (name, value) in pairs(case, "fields") {
                    policy = policy.field(name, value);
                }
                let expires_in = Duration::from_secs(case["expires"].as_u64().unwrap());
                let form = policy.presign(&keys, expires_in, now).unwrap();
                assert_eq!(Some(form.url()), text(expected, "url"), "{id}");
                let own: BTreeMap<_, _> = form.fields().collect();
                let fields = members(expected.get("fields"));
                let fields: BTreeMap<_, _> = fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                    .collect();
                assert_eq!(own, fields, "{id}: {}", form.policy());
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(kinds.values().sum::<i32>(), 32, "{kinds:?}");
    assert_eq!(kinds.len(), 7);
}

fn hmac_key() -> Credentials {
    Credentials::new("GOOG1EXAMPLE", "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ").unwrap()
}

fn now() -> Timestamp {
    time("20190201T090000Z")
}

fn bucket() -> Bucket {
    Bucket::new("test-bucket").unwrap()
}

#[test]
fn names_of_both_families_are_rejected() {
    let bucket = bucket();
    let sign = |request: Request<'_>| request.presign(&hmac_key(), HOUR, now());
    sign(bucket.put("a").header("x-goog-meta-a", "b")).unwrap();
    for request in [
        bucket.put("a").header("x-amz-meta-a", "b"),
        bucket.put("a").header("X-Amz-Acl", "private"),
        bucket.put("a").query("x-amz-acl", "private"),
    ] {
        assert_eq!(sign(request).unwrap_err().kind(), ErrorKind::Header);
    }
    let old = Bucket::builder("test-bucket").signature_version(SignatureVersion::V2);
    let old = old.build().unwrap();
    sign(old.put("a").header("x-goog-meta-a", "b")).unwrap();
    let error = sign(old.put("a").header("x-amz-meta-a", "b")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Header);
}

#[test]
fn session_tokens_are_rejected() {
    let token = hmac_key().with_session_token("token").unwrap();
    let bucket = bucket();
    for result in [
        bucket.get("a").presign(&token, HOUR, now()).map(drop),
        bucket.get("a").sign(&token, now()).map(drop),
        bucket
            .post_policy("a")
            .presign(&token, HOUR, now())
            .map(drop),
        bucket
            .request("GET")
            .template(&token, HOUR, now())
            .map(drop),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
        assert!(!error.to_string().contains("token\""), "{error}");
    }
}

#[test]
fn names_of_buckets_and_objects_are_validated() {
    for good in ["abc", "my-bucket", "my.bucket.example", "a_b", "123"] {
        assert!(Bucket::new(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "ab",
        "Bucket",
        "-abc",
        "abc-",
        "a..b",
        "1.2.3.4",
        "googx",
        "mygoogle",
        "a b",
        "a/b",
        &"a".repeat(64),
    ] {
        assert_eq!(
            Bucket::new(bad).unwrap_err().kind(),
            ErrorKind::Bucket,
            "{bad}"
        );
    }
    let bucket = bucket();
    let sign = |name: &str| bucket.get(name).presign(&hmac_key(), HOUR, now()).map(drop);
    for good in ["a", "a/../b", ".well-known/a", "...", "a\tb"] {
        assert_eq!(sign(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        ".",
        "..",
        ".well-known/acme-challenge/a",
        "a\nb",
        "a\rb",
        &"a".repeat(1025),
    ] {
        assert_eq!(sign(bad).unwrap_err().kind(), ErrorKind::Key, "{bad}");
    }

    // Templates and forms accept the same names.
    let template = bucket
        .request("GET")
        .template(&hmac_key(), HOUR, now())
        .unwrap();
    let row = |name: &str| template.presign(name, now()).map(drop);
    let post = |name: &str| {
        let policy = bucket.post_policy(name);
        policy.presign(&hmac_key(), HOUR, now()).map(drop)
    };
    assert_eq!((row("a"), post("a")), (Ok(()), Ok(())));
    for bad in ["..", ".well-known/acme-challenge/a"] {
        assert_eq!(row(bad).unwrap_err().kind(), ErrorKind::Key, "{bad}");
        assert_eq!(post(bad).unwrap_err().kind(), ErrorKind::Key, "{bad}");
    }
}

#[test]
fn universe_domains_are_validated() {
    let build = |domain: &str| {
        let builder = Bucket::builder("test-bucket").universe_domain(domain);
        builder.build().map_err(|error| error.kind())
    };
    for good in ["googleapis.com", "example-1.com", "localhost"] {
        assert!(build(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "example.com/x",
        "example.com:81",
        "a..b",
        "a@b.com",
        "example.com?x",
    ] {
        assert_eq!(build(bad).unwrap_err(), ErrorKind::Endpoint, "{bad}");
    }
}

#[test]
fn v4_and_v2_have_different_expiry_limits() {
    let days = |count: u64| Duration::from_secs(count * 24 * 60 * 60);
    let bucket = bucket();
    let get = bucket.get("a");
    assert!(get.presign(&hmac_key(), days(7), now()).is_ok());
    let error = get.presign(&hmac_key(), days(8), now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expiry);
    let old = Bucket::builder("test-bucket").signature_version(SignatureVersion::V2);
    let old = old.build().unwrap();
    let link = old.get("a").presign(&hmac_key(), days(365), now()).unwrap();
    assert!(
        link.as_str()
            .contains("?GoogleAccessId=GOOG1EXAMPLE&Expires=")
    );
    let signed = old.get("a").sign(&hmac_key(), now()).unwrap();
    let authorization = signed.headers().find(|(name, _)| *name == "Authorization");
    assert!(authorization.unwrap().1.starts_with("GOOG1 GOOG1EXAMPLE:"));
    let error = old
        .request("GET")
        .template(&hmac_key(), HOUR, now())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn invalid_service_accounts_are_rejected() {
    let file: Value = vectors("gcs-v4.json");
    let good = &file["service_account"];
    let account = ServiceAccount::from_json(&good.to_string()).unwrap();
    assert_eq!(account.universe_domain(), "googleapis.com");
    assert_eq!(
        account.identity().access_key_id(),
        good["client_email"].as_str().unwrap()
    );
    let with = |name: &str, value: Option<&str>| {
        let mut file = good.as_object().unwrap().clone();
        match value {
            Some(value) => drop(file.insert(name.into(), value.into())),
            None => drop(file.remove(name)),
        }
        Value::Object(file).to_string()
    };
    let key = good["private_key"].as_str().unwrap();
    let broken = key.replace('M', "N");
    for bad in [
        String::new(),
        "[]".into(),
        key.into(),
        with("type", Some("authorized_user")),
        with("type", None),
        with("client_email", None),
        with("client_email", Some("a b")),
        with("private_key", None),
        with("private_key", Some("")),
        with("private_key", Some(&broken)),
    ] {
        let error = ServiceAccount::from_json(&bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        let shown = format!("{error} {error:?}");
        for line in key.lines().filter(|line| !line.starts_with('-')) {
            assert!(!shown.contains(&line[..8]), "{shown}");
        }
    }
    assert!(!format!("{account:?}").contains("PRIVATE"));
    let other = with("universe_domain", Some("example.com"));
    let other = ServiceAccount::from_json(&other).unwrap();
    assert_eq!(other.universe_domain(), "example.com");
    let mut number = good.clone();
    number["universe_domain"] = 1.into();
    let error = ServiceAccount::from_json(&number.to_string()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
}

#[test]
fn a_url_starts_a_resumable_upload() {
    let bucket = bucket();
    let start = bucket.start_resumable_upload("big.bin");
    let link = start.presign(&hmac_key(), HOUR, now()).unwrap();
    assert_eq!(link.method(), "POST");
    let headers: Vec<_> = link.headers().collect();
    assert_eq!(headers, [("x-goog-resumable", "start")]);
    assert!(start.sign(&hmac_key(), now()).is_ok());
    let version = bucket.get("a").version("1360887697105000");
    assert!(
        version
            .url()
            .unwrap()
            .ends_with("/a?generation=1360887697105000")
    );
}

#[test]
fn the_kind_of_key_selects_the_algorithm() {
    let bucket = bucket();
    let get = bucket.get("a");
    let algorithm = |identity: &Identity| {
        let unsigned = get.prepare_url(identity, HOUR, now()).unwrap();
        unsigned.algorithm()
    };
    let email = "app@project.iam.gserviceaccount.com";
    assert_eq!(
        algorithm(&Identity::rsa(email).unwrap()),
        presign::Algorithm::RsaSha256
    );
    assert_eq!(
        algorithm(&Identity::hmac("GOOG1EXAMPLE").unwrap()),
        presign::Algorithm::HmacSha256
    );
    let p256 = Identity::p256(email).unwrap();
    let error = get.prepare_url(&p256, HOUR, now()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let unsigned = get.prepare_url(&Identity::rsa(email).unwrap(), HOUR, now());
    let error = unsigned.unwrap().finish(&[0; 32]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signature);
}

/// Templates make the same URLs as single requests, with HMAC and RSA keys.
#[test]
fn templates_make_the_urls_of_single_requests() {
    let file: Value = vectors("gcs-v4.json");
    let bucket = bucket();
    for keys in [hmac_key(), account(&file["service_account"])] {
        let template = bucket.request("GET").template(&keys, HOUR, now()).unwrap();
        let later = Timestamp::from_unix_seconds(now().unix_seconds() + 60);
        for moment in [now(), later] {
            let one = bucket.get("a b/é").presign(&keys, HOUR, moment).unwrap();
            let row = template.presign("a b/é", moment).unwrap();
            assert_eq!(row.as_str(), one.as_str());
        }
    }
}
