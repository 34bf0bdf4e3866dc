//! CloudFront's signed URLs and cookies equal recorded and published ones, and invalid ones are
//! rejected.

use crate::support::{self, time, vectors};
use base64::Engine as _;
use presign::cloudfront::{Distribution, Hash, Policy, SignedPolicy};
use presign::verify::ReceivedRequest;
use presign::{
    Algorithm, ContentDisposition, Credentials, Error, ErrorKind, Expiry, Identity, Payload, Store,
    Timestamp, Unsigned, VerifyingKey, cloudfront,
};
use serde::Deserialize;
use serde_json::Value;
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

#[derive(Deserialize)]
struct Vectors {
    keys: Value,
    published: Published,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Published {
    private_pkcs1: String,
    cases: Vec<PublishedCase>,
}

#[derive(Deserialize)]
struct PublishedCase {
    url: Option<String>,
    policy: String,
    policy_parameter: Option<String>,
    signature: String,
}

#[derive(Deserialize)]
struct Case {
    id: u32,
    key: String,
    hash: String,
    key_pair_id: String,
    url: String,
    date_less_than: i64,
    resource: Option<String>,
    date_greater_than: Option<i64>,
    ip_address: Option<String>,
    policy: Option<String>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    policy: String,
    signature: String,
    url: Option<String>,
    cookies: Option<BTreeMap<String, String>>,
}

static VECTORS: LazyLock<Vectors> = LazyLock::new(|| vectors("cloudfront.json"));
static RSA: LazyLock<Credentials> = LazyLock::new(|| key("cloudfront_rsa", ID));
static P256: LazyLock<Credentials> = LazyLock::new(|| key("cloudfront_ec", ID));

const ID: &str = "K2JCJMDEHXQW5F";
const HOUR: Duration = Duration::from_secs(3600);

fn key(name: &str, id: &str) -> Credentials {
    let pem = VECTORS.keys[name]["private_pkcs8"].as_str().unwrap();
    Credentials::from_pem(id, pem).unwrap()
}

fn public_key(name: &str) -> VerifyingKey<'static> {
    VerifyingKey::from_pem(VECTORS.keys[name]["public"].as_str().unwrap()).unwrap()
}

fn now() -> Timestamp {
    time("2026-11-27T12:00:00Z")
}

#[track_caller]
fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::rejected(result, kind, words, &["PRIVATE KEY"]);
}

impl Case {
    fn policy(&self) -> Policy {
        let policy = match (&self.policy, &self.resource) {
            (Some(json), _) => Policy::from_json(json.as_str()),
            (None, None) => Policy::canned(self.url.as_str()),
            (None, Some(resource)) => {
                let mut policy = Policy::new(resource.as_str());
                if let Some(range) = &self.ip_address {
                    policy = policy.ip_range(range.as_str());
                }
                if let Some(starts_at) = self.date_greater_than {
                    policy = policy.starts_at(Timestamp::from_unix_seconds(starts_at));
                }
                policy
            }
        };
        policy.hash(match self.hash.as_str() {
            "SHA1" => Hash::Sha1,
            "SHA256" => Hash::Sha256,
            other => panic!("{other}"),
        })
    }

    fn credentials(&self) -> Credentials {
        let name = match self.key.as_str() {
            "rsa" => "cloudfront_rsa",
            "ecdsa" => "cloudfront_ec",
            other => panic!("{other}"),
        };
        key(name, &self.key_pair_id)
    }
}

/// Compares the result with the recorded one. ECDSA signatures are another signer's, so what is
/// compared is everything else.
fn assert_expected(case: &Case, signed: &SignedPolicy) {
    let expected = &case.expected;
    assert_eq!(signed.policy(), expected.policy, "{}", case.id);
    let text = |text: &str| match case.key.as_str() {
        "rsa" => text.to_owned(),
        _ => text.replace(&expected.signature, signed.signature()),
    };
    if let Some(cookies) = &expected.cookies {
        let cookies = cookies
            .iter()
            .map(|(name, value)| (name.clone(), text(value)));
        let own = signed
            .cookies()
            .map(|(name, value)| (name.into(), value.into()));
        let (own, cookies): (BTreeMap<_, _>, BTreeMap<_, _>) = (own.collect(), cookies.collect());
        assert_eq!(own, cookies, "{}", case.id);
    }
    if let Some(url) = &expected.url {
        // The signers of the vectors don't check that the resource covers the URL.
        match signed.url(&case.url) {
            Ok(own) => assert_eq!(own.as_str(), text(url), "{}", case.id),
            Err(error) => {
                assert!([8, 17].contains(&case.id), "{error}");
                assert!(
                    error.to_string().starts_with("the policy covers"),
                    "{error}"
                );
            }
        }
    }
    assert_eq!(signed.expires_at().unix_seconds(), case.date_less_than);
}

#[test]
fn recorded_urls_and_cookies() {
    assert_eq!(VECTORS.cases.len(), 28);
    let mut urls = 0;
    for case in &VECTORS.cases {
        let policy = case.policy();
        let expires_at = Timestamp::from_unix_seconds(case.date_less_than);
        let signed_at = Timestamp::from_unix_seconds(case.date_less_than - 60);
        let credentials = case.credentials();
        let expiry = Expiry::at(expires_at);
        let signed = policy.presign(&credentials, expiry, signed_at).unwrap();
        assert_expected(case, &signed);
        urls += usize::from(case.expected.url.is_some() && signed.url(&case.url).is_ok());

        // An external key returns the recorded signature.
        let identity = credentials.identity();
        let unsigned = policy.prepare(identity, expiry, signed_at).unwrap();
        assert_eq!(unsigned.string_to_sign(), case.expected.policy.as_bytes());
        let algorithm = match (case.key.as_str(), case.hash.as_str()) {
            ("rsa", "SHA1") => Algorithm::RsaSha1,
            ("rsa", _) => Algorithm::RsaSha256,
            (_, "SHA1") => Algorithm::EcdsaSha1,
            _ => Algorithm::EcdsaSha256,
        };
        assert_eq!(unsigned.algorithm(), algorithm);
        let signature = decode(&case.expected.signature);
        let finished = unsigned.finish(&signature).unwrap();
        assert_eq!(finished.signature(), case.expected.signature);
        if let (Some(url), Ok(own)) = (&case.expected.url, finished.url(&case.url)) {
            assert_eq!(own.as_str(), url);
            assert_eq!(own.signature(), case.expected.signature);
        }
    }
    assert_eq!(urls, 18);
}

/// CloudFront's base64, decoded without the library.
fn decode(text: &str) -> Vec<u8> {
    let text = text.replace('-', "+").replace('_', "=").replace('~', "/");
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

/// The examples of the CloudFront Developer Guide. Their key has 1024 bits, which CloudFront no
/// longer accepts, so another implementation signs.
#[test]
fn published_policies_are_reproduced() {
    use rsa::pkcs1::DecodeRsaPrivateKey as _;
    let published = &VECTORS.published;
    assert_eq!(published.cases.len(), 3);
    let key = rsa::PrivateKey::from_pkcs1_pem(&published.private_pkcs1).unwrap();
    for case in &published.cases {
        let policy = match &case.url {
            Some(url) => Policy::canned(url.as_str()),
            None => Policy::from_json(case.policy.as_str()),
        };
        let expiry = Expiry::at(Timestamp::from_unix_seconds(1_258_237_200));
        let identity = Identity::rsa("PK12345EXAMPLE").unwrap();
        let signed_at = Timestamp::from_unix_seconds(1_258_230_000);
        let unsigned = policy.prepare(&identity, expiry, signed_at).unwrap();
        assert_eq!(unsigned.string_to_sign(), case.policy.as_bytes());
        let digest = sha1::Sha1::digest(unsigned.string_to_sign());
        let signature = key.pkcs1v15_sign_prehash::<sha1::Sha1>(&digest).unwrap();
        assert_eq!(signature, decode(&case.signature));
        rejected(
            unsigned.finish(&signature),
            ErrorKind::Signature,
            &["128 bytes", "2048"],
        );
        if let Some(parameter) = &case.policy_parameter {
            let unsigned = policy.prepare(&identity, expiry, signed_at).unwrap();
            let signed = unsigned.finish(&[7; 256]).unwrap();
            let (_, value) = signed.cookies().next().unwrap();
            assert_eq!(value, parameter);
        }
    }
    rejected(
        Credentials::from_pem(ID, &published.private_pkcs1),
        ErrorKind::Credentials,
        &["1024 bits"],
    );
}

#[test]
fn a_distribution_signs_the_url_with_its_parameters() {
    let cdn = Distribution::new("https://media.example.com").unwrap();
    for (key, public_key) in [
        (&*RSA, public_key("cloudfront_rsa")),
        (&*P256, public_key("cloudfront_ec")),
    ] {
        for hash in [Hash::Sha1, Hash::Sha256] {
            let cdn = cdn.clone().hash(hash);
            let request = cdn.get("a b/ü*.mp4");
            let request =
                request.response_content_disposition(ContentDisposition::attachment("a.mp4"));
            let link = request.presign(key, HOUR, now()).unwrap();
            let url = "https://media.example.com/a%20b/%C3%BC%2A.mp4?response-content-disposition=\
                       attachment%3B%20filename%3D%22a.mp4%22&Expires=1795784400&Signature=";
            assert!(link.as_str().starts_with(url), "{link}");
            assert_eq!(link.method(), "GET");
            assert_eq!(link.headers().count() + link.not_covered().count(), 0);
            assert_eq!(link.expires_at(), time("2026-11-27T13:00:00Z"));
            let end = match hash {
                Hash::Sha1 => "&Key-Pair-Id=K2JCJMDEHXQW5F",
                _ => "&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256",
            };
            assert!(link.as_str().ends_with(end), "{link}");

            let received = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
            cloudfront::verify(&received, now(), |id| {
                assert_eq!(id, ID);
                Some(&public_key)
            })
            .unwrap();

            // The other signing methods agree.
            let mut written = String::new();
            request
                .presign_into(key, HOUR, now(), &mut written)
                .unwrap();
            let unsigned = request.prepare_url(key.identity(), HOUR, now()).unwrap();
            let finished = unsigned.sign_with(key).unwrap();
            for other in [written.as_str(), finished.as_str()] {
                assert_eq!(other, link.as_str());
            }
        }
    }
}

/// Settings choose the store, and the code is the same.
#[test]
fn a_distribution_is_a_store() {
    let cdn = Distribution::new("http://127.0.0.1:8080/media").unwrap();
    let store: Box<dyn Store> = Box::new(cdn);
    let request = store.object("HEAD", "a.txt").header("If-Match", "1");
    let link = request.presign(&RSA, HOUR, now()).unwrap();
    assert!(
        link.as_str()
            .starts_with("http://127.0.0.1:8080/media/a.txt?Expires=")
    );
    assert_eq!(link.method(), "HEAD");
    assert_eq!(link.not_covered().collect::<Vec<_>>(), ["If-Match"]);
}

#[test]
fn a_signed_policy_covers_any_number_of_urls() {
    let cdn = Distribution::new("https://media.example.com").unwrap();
    let policy = cdn.policy("videos/7/*").hash(Hash::Sha256);
    let folder = policy.presign(&P256, HOUR, now()).unwrap();
    let key = public_key("cloudfront_ec");
    for file in ["0.ts", "1.ts?a=b", "sub/index.m3u8"] {
        let url = format!("https://media.example.com/videos/7/{file}");
        let signed = folder.url(&url).unwrap();
        let received = ReceivedRequest::from_url("GET", signed.as_str()).unwrap();
        cloudfront::verify(&received, now(), |_| Some(&key)).unwrap();
    }
    for other in [
        "https://media.example.com/videos/8/0.ts",
        "http://media.example.com/videos/7/0.ts",
        "https://media.example.com/videos/7",
    ] {
        rejected(
            folder.url(other),
            ErrorKind::Url,
            &["the policy covers", other],
        );
    }
    let debug = format!("{folder:?}");
    assert!(!debug.contains(folder.signature()), "{debug}");
}

#[test]
fn bad_urls_are_rejected() {
    for (url, kind, words) in [
        ("https://a.example/x#y", ErrorKind::Url, "fragment"),
        (
            "https://a.example/x y",
            ErrorKind::Url,
            "invalid character ` `",
        ),
        (
            "https://a.example/ü",
            ErrorKind::Url,
            "invalid character `ü`",
        ),
        ("https://a.example/x\n", ErrorKind::Url, "invalid character"),
        (
            "https://a.example/%zz",
            ErrorKind::Url,
            "invalid percent escape",
        ),
        ("https://a.example", ErrorKind::Url, "has no path"),
        ("https://a.example?x=1", ErrorKind::Url, "has no path"),
        (
            "https://A.example/x",
            ErrorKind::Url,
            "begin it with https://a.example",
        ),
        (
            "https://a.example:443/x",
            ErrorKind::Url,
            "begin it with https://a.example",
        ),
        (
            "HTTPS://a.example/x",
            ErrorKind::Url,
            "begin it with https://a.example",
        ),
        ("a.example/x", ErrorKind::Url, "not an absolute URL"),
        ("https://u:p@a.example/x", ErrorKind::Url, "user name"),
        (
            "https://a.example/x?Expires=1",
            ErrorKind::Query,
            "contains Expires",
        ),
        (
            "https://a.example/x?a=b&Policy=1",
            ErrorKind::Query,
            "contains Policy",
        ),
        (
            "https://a.example/x?Signature",
            ErrorKind::Query,
            "contains Signature",
        ),
        (
            "https://a.example/x?Key-Pair-Id=1",
            ErrorKind::Query,
            "contains Key-Pair-Id",
        ),
        (
            "https://a.example/x?Hash%2DAlgorithm=1",
            ErrorKind::Query,
            "contains Hash-Algorithm",
        ),
    ] {
        let canned = Policy::canned(url).presign(&P256, HOUR, now());
        rejected(canned, kind, &[words]);
        let any = Policy::new("*").presign(&P256, HOUR, now()).unwrap();
        rejected(any.url(url), kind, &[words]);
    }
    let long = format!("https://a.example/{}", "x".repeat(8192));
    rejected(
        Policy::canned(long).presign(&P256, HOUR, now()),
        ErrorKind::Url,
        &["8210 bytes", "the maximum is 8192"],
    );
    // The JSON of a canned policy can be sent as a custom policy, in which `*` is a wildcard.
    for url in ["https://a.example/x/*", "https://a.example/x?name=*"] {
        let canned = Policy::canned(url).presign(&P256, HOUR, now());
        rejected(canned, ErrorKind::Url, &["encode it as %2A"]);
        let encoded = url.replace('*', "%2A");
        assert!(Policy::canned(encoded).presign(&P256, HOUR, now()).is_ok());
    }
    // Similar names are not part of a signature.
    let similar = "https://a.example/x?expires=1&policy=1&response-expires=1";
    assert!(Policy::canned(similar).presign(&P256, HOUR, now()).is_ok());
}

#[test]
fn bad_policies_are_rejected() {
    let sign = |policy: Policy| policy.presign(&P256, HOUR, now());
    let custom = || Policy::new("https://a.example/*");
    assert!(sign(custom().ip_range("192.0.2.0/24").starts_at(now())).is_ok());
    for (range, words) in [
        ("2001:db8::1", "is an IPv6 address"),
        ("2001:db8::/32", "is an IPv6 address"),
        ("::ffff:192.0.2.7", "is an IPv6 address"),
        ("192.0.2.0/33", "invalid IP range"),
        ("192.0.2.0/", "invalid IP range"),
        ("192.0.2.0/024", "invalid IP range"),
        ("192.0.2.0/+4", "invalid IP range"),
        ("192.0.2/24", "invalid IP range"),
        ("192.0.2.0/24 ", "invalid IP range"),
        ("", "invalid IP range"),
    ] {
        rejected(sign(custom().ip_range(range)), ErrorKind::Policy, &[words]);
    }
    for (policy, kind, words) in [
        (
            custom().starts_at(time("2026-11-27T13:00:00Z")),
            ErrorKind::Policy,
            "not before its expiration",
        ),
        (
            custom().starts_at(Timestamp::from_unix_seconds(-1)),
            ErrorKind::Expiry,
            "before 1970",
        ),
        (
            Policy::canned("https://a.example/x").starts_at(now()),
            ErrorKind::Policy,
            "a canned policy has no start",
        ),
        (
            Policy::canned("https://a.example/x").ip_range("192.0.2.1"),
            ErrorKind::Policy,
            "a canned policy has no IP range",
        ),
        (
            Policy::from_json("{}").starts_at(now()),
            ErrorKind::Policy,
            "write it into the JSON",
        ),
        (
            Policy::from_json("{}"),
            ErrorKind::Policy,
            "missing property `Statement`",
        ),
        (Policy::from_json("{"), ErrorKind::Policy, "ends too early"),
        (Policy::new("videos/*"), ErrorKind::Policy, "isn't a URL"),
        (Policy::new("rtmp://a/*"), ErrorKind::Policy, "isn't a URL"),
        (Policy::new(""), ErrorKind::Policy, "isn't a URL"),
        (
            Policy::new("https://a/ *"),
            ErrorKind::Url,
            "invalid character",
        ),
        (Policy::new("https://a/#*"), ErrorKind::Policy, "fragment"),
        (
            Policy::new("https://a/*?Expires=*"),
            ErrorKind::Query,
            "contains Expires",
        ),
    ] {
        rejected(sign(policy), kind, &[words]);
    }
    let two = r#"{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":1}}}"#;
    let two = format!(r#"{{"Statement":[{two},{two}]}}"#);
    rejected(
        sign(Policy::from_json(two)),
        ErrorKind::Policy,
        &["more than one statement"],
    );
    rejected(
        custom().presign(&P256, Duration::from_millis(1500), now()),
        ErrorKind::Expiry,
        &["whole number"],
    );
    let expiring = P256.clone().with_expiration(time("2026-11-27T12:30:00Z"));
    rejected(
        custom().presign(&expiring, HOUR, now()),
        ErrorKind::Expiry,
        &["after its credentials"],
    );
    let shorter = custom().presign(&expiring, Expiry::at_most(HOUR), now());
    assert_eq!(shorter.unwrap().expires_at(), time("2026-11-27T12:30:00Z"));
}

#[test]
fn other_keys_are_rejected() {
    let policy = Policy::new("*");
    let secret = Credentials::new(ID, "secret").unwrap();
    rejected(
        policy.presign(&secret, HOUR, now()),
        ErrorKind::Credentials,
        &["needs a private key", "Credentials::from_pem"],
    );
    let token = P256.clone().with_session_token("token").unwrap();
    rejected(
        policy.presign(&token, HOUR, now()),
        ErrorKind::Credentials,
        &["session token"],
    );
    for id in ["K2JC;MDE", "K2 JC", "K2JC\u{e4}"] {
        if let Ok(identity) = Identity::p256(id) {
            rejected(
                policy.prepare(&identity, HOUR, now()),
                ErrorKind::Credentials,
                &["invalid key pair ID"],
            );
        }
    }
    let larger = vectors::<Value>("keys.json");
    let larger = larger["rsa_3072"]["private"].as_str().unwrap();
    let larger = Credentials::from_pem(ID, larger).unwrap();
    rejected(
        policy.presign(&larger, HOUR, now()),
        ErrorKind::Credentials,
        &["3072 bits", "one of 2048 bits"],
    );
    // The ID is the same, but not the kind of key.
    let prepare = |identity: Result<Identity, Error>| -> Unsigned<SignedPolicy> {
        policy.prepare(&identity.unwrap(), HOUR, now()).unwrap()
    };
    rejected(
        prepare(Identity::rsa(ID)).sign_with(&P256),
        ErrorKind::Credentials,
        &["another kind of private key"],
    );
    rejected(
        prepare(Identity::p256(ID)).sign_with(&secret),
        ErrorKind::Credentials,
        &["needs a private key"],
    );
}

#[test]
fn signatures_of_another_form_are_rejected() {
    let prepare = |identity: Result<Identity, Error>| -> Unsigned<SignedPolicy> {
        let policy = Policy::new("*");
        policy.prepare(&identity.unwrap(), HOUR, now()).unwrap()
    };
    assert!(prepare(Identity::rsa(ID)).finish(&[7; 256]).is_ok());
    for length in [0, 255, 257, 344, 384] {
        let finished = prepare(Identity::rsa(ID)).finish(&vec![7; length]);
        rejected(
            finished,
            ErrorKind::Signature,
            &[&format!("{length} bytes")],
        );
    }
    let der = decode(&VECTORS.cases[2].expected.signature);
    assert!(prepare(Identity::p256(ID)).finish(&der).is_ok());
    // Not DER: the two numbers in a row, base64, cut off, and with more behind it.
    let base64 = VECTORS.cases[2].expected.signature.as_bytes();
    let longer = [der.as_slice(), &[0]].concat();
    for bad in [&[7; 64][..], base64, &der[..der.len() - 1], &longer, &[]] {
        let finished = prepare(Identity::p256(ID)).finish(bad);
        rejected(finished, ErrorKind::Signature, &["in DER"]);
    }
}

#[test]
fn what_a_distribution_does_not_have() {
    let cdn = Distribution::new("https://media.example.com").unwrap();
    let get = cdn.get("a.txt");
    rejected(
        get.sign(&P256, now()),
        ErrorKind::Unsupported,
        &["support signed headers"],
    );
    rejected(
        get.prepare_headers(P256.identity(), now()),
        ErrorKind::Unsupported,
        &["support signed headers"],
    );
    rejected(get.template(&P256, HOUR, now()), ErrorKind::Key, &["a.txt"]);
    rejected(
        cdn.get("a.txt")
            .payload(Payload::Empty)
            .presign(&P256, HOUR, now()),
        ErrorKind::Payload,
        &["don't cover the payload"],
    );
    rejected(
        cdn.get("a.txt")
            .header("Host", "b.example")
            .presign(&P256, HOUR, now()),
        ErrorKind::Header,
        &["Host header"],
    );
    rejected(
        cdn.get("").presign(&P256, HOUR, now()),
        ErrorKind::Key,
        &["empty"],
    );
    rejected(
        cdn.get("a")
            .query("Expires", "1")
            .presign(&P256, HOUR, now()),
        ErrorKind::Query,
        &["contains Expires"],
    );
    for (url, words) in [
        ("media.example.com", "not an absolute URL"),
        ("https://media.example.com/?a=b", "has a query"),
        ("https://media.example.com/a b", "invalid character"),
    ] {
        rejected(Distribution::new(url), ErrorKind::Url, &[words]);
    }
}

/// CloudFront rejects policies of another form.
#[test]
fn policies_of_another_form_are_rejected() {
    // The date of the published policy is in the past.
    let before = Timestamp::from_unix_seconds(1_258_230_000);
    let sign = |policy: Policy| policy.presign(&P256, HOUR, before);
    const CONDITION: &str = r#""Condition":{"DateLessThan":{"AWS:EpochTime":1258237200}}"#;
    let statement = format!(r#"{{"Resource":"*",{CONDITION}}}"#);
    let policy = |statements: &str| format!(r#"{{"Statement":[{statements}]}}"#);
    assert!(sign(Policy::from_json(policy(&statement))).is_ok());
    for (json, expected) in [
        (policy(""), "missing property `Statement`"),
        (
            policy(&format!("{statement},{statement}")),
            "more than one statement",
        ),
        (
            policy(&format!("{{{CONDITION}}}")),
            "missing property `Resource`",
        ),
        (
            policy(r#"{"Resource":"*"}"#),
            "missing property `Condition`",
        ),
        (
            policy(r#"{"Resource":"*","Condition":{}}"#),
            "missing property `DateLessThan`",
        ),
        (
            policy(r#"{"Resource":"*","Condition":{"DateLessThan":{}}}"#),
            "missing property `AWS:EpochTime`",
        ),
        (
            policy(r#"{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":1.5}}}"#),
            "expected a whole number",
        ),
        (
            policy(
                r#"{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":18446744073709551615}}}"#,
            ),
            "is too large",
        ),
        (
            policy(&statement.replace("DateLessThan", "StringEquals")),
            "unknown property `StringEquals` in the conditions",
        ),
        (
            policy(&statement.replace("AWS:EpochTime", "aws:EpochTime")),
            "unknown property `aws:EpochTime` in a condition",
        ),
        (
            policy(&statement.replace(r#""Resource":"*""#, r#""Resource":"*","Resource":"*""#)),
            "duplicate property `Resource`",
        ),
        (
            policy(&statement.replace(
                r#"{"DateLess"#,
                r#"{"IpAddress":{"AWS:SourceIp":"::1"},"DateLess"#,
            )),
            "is an IPv6 address",
        ),
        (
            policy(&statement).replacen('{', r#"{"Version":"2012-10-17","#, 1),
            "unknown property `Version` in the policy",
        ),
        (format!("{} ]", policy(&statement)), "expected the end"),
        ("".into(), "ends too early"),
    ] {
        let error = sign(Policy::from_json(json.as_str())).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{json}: {message}");
    }
}
