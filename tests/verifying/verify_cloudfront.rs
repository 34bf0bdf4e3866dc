//! CloudFront's signatures as a server verifies them: the recorded table, cookies, and every
//! rejection.

use crate::support::{time, vectors};
use presign::cloudfront::{Hash, Policy, SignedPolicy, verify};
use presign::verify::{ReceivedRequest, VerifyError, VerifyErrorKind};
use presign::{Credentials, Expiry, Timestamp, VerifyingKey};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::Duration;

#[derive(Deserialize)]
struct Vectors {
    keys: Value,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: u32,
    key: String,
    url: String,
    now: i64,
    client_ip: IpAddr,
    expected: Verdict,
}

#[derive(Deserialize)]
struct Verdict {
    verdict: String,
    why: Option<String>,
}

static KEYS: LazyLock<Value> =
    LazyLock::new(|| vectors::<Value>("cloudfront.json")["keys"].clone());
static KEY: LazyLock<Credentials> = LazyLock::new(|| {
    let pem = KEYS["cloudfront_ec"]["private_sec1"].as_str().unwrap();
    Credentials::from_pem("K2JCJMDEHXQW5F", pem).unwrap()
});

const URL: &str = "https://media.example.com/videos/7/0.ts?a=b";
const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    time("2026-11-27T12:00:00Z")
}

#[test]
fn the_recorded_table() {
    let vectors: Vectors = vectors("cloudfront-verify.json");
    assert_eq!(vectors.cases.len(), 24);
    let key = |name: &str| {
        let pem = vectors.keys[name]["public"].as_str().unwrap();
        VerifyingKey::from_pem(pem).unwrap()
    };
    let (rsa, ecdsa) = (key("cloudfront_rsa"), key("cloudfront_ec"));
    let mut verdicts = BTreeMap::new();
    for case in &vectors.cases {
        let key = match case.key.as_str() {
            "rsa" => &rsa,
            _ => &ecdsa,
        };
        let request = ReceivedRequest::from_url("GET", &case.url).unwrap();
        let request = request.client_ip(case.client_ip);
        let now = Timestamp::from_unix_seconds(case.now);
        let result = verify(&request, now, |_| Some(key));
        let verdict = match &result {
            Ok(()) => "accept",
            Err(error) => error.kind().as_str(),
        };
        let expected = case.expected.why.as_deref();
        let expected = expected.unwrap_or(&case.expected.verdict);
        assert_eq!(verdict, expected, "{}: {result:?}", case.id);
        *verdicts.entry(verdict).or_insert(0) += 1;
        if let Err(error) = result {
            assert_eq!((error.code(), error.status()), ("AccessDenied", 403));
        }
        // With the other key, nothing is accepted.
        let other = if case.key == "rsa" { &ecdsa } else { &rsa };
        let error = verify(&request, now, |_| Some(other)).unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::Signature, "{}", case.id);
    }
    let expected = [
        ("accept", 14),
        ("not-yet-valid", 2),
        ("resource", 1),
        ("signature", 7),
    ];
    assert_eq!(verdicts, BTreeMap::from(expected));
}

fn signed(policy: Policy) -> SignedPolicy {
    policy.presign(&KEY, HOUR, now()).unwrap()
}

fn verify_url(url: &str, now: Timestamp) -> Result<(), VerifyError> {
    let request = ReceivedRequest::from_url("GET", url).unwrap();
    verify(&request, now, |id| {
        (id == "K2JCJMDEHXQW5F").then_some(&*KEY)
    })
}

#[track_caller]
fn assert_rejected(url: &str, kind: VerifyErrorKind, words: &str) {
    let error = verify_url(url, now()).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn the_expiration_is_exclusive_and_the_start_inclusive() {
    let starts_at = time("2026-11-27T12:10:00Z");
    let policy = signed(Policy::new("*").starts_at(starts_at));
    let url = policy.url(URL).unwrap();
    for (moment, expected) in [
        ("2026-11-27T12:09:59Z", Some(VerifyErrorKind::NotYetValid)),
        ("2026-11-27T12:10:00Z", None),
        ("2026-11-27T12:59:59Z", None),
        ("2026-11-27T13:00:00Z", Some(VerifyErrorKind::Expired)),
    ] {
        let error = verify_url(url.as_str(), time(moment)).err();
        assert_eq!(error.map(|error| error.kind()), expected, "{moment}");
    }
}

#[test]
fn the_address_of_the_client_has_to_be_in_the_range() {
    for (range, inside, outside) in [
        ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
        ("192.0.2.0/24", "::ffff:192.0.2.1", "2001:db8::1"),
        ("192.0.2.7/24", "192.0.2.0", "192.0.1.255"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
        ("192.0.2.7/32", "::ffff:192.0.2.7", "::1"),
        ("128.0.0.0/1", "255.255.255.255", "127.255.255.255"),
        ("0.0.0.0/0", "203.0.113.7", "2001:db8::1"),
    ] {
        let policy = signed(Policy::new("*").ip_range(range));
        let url = policy.url(URL).unwrap();
        let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
        let verify_from = |ip: &str| {
            let request = request.clone().client_ip(ip.parse::<IpAddr>().unwrap());
            verify(&request, now(), |_| Some(&*KEY))
        };
        assert_eq!(verify_from(inside), Ok(()), "{range}");
        for error in [
            verify_from(outside).unwrap_err(),
            verify(&request, now(), |_| Some(&*KEY)).unwrap_err(),
        ] {
            assert_eq!(error.kind(), VerifyErrorKind::Ip, "{range}: {error}");
        }
    }
}

#[test]
fn cookies_are_read_if_the_url_has_no_signature() {
    let policy = signed(Policy::new("https://media.example.com/videos/*").hash(Hash::Sha256));
    let cookies: Vec<_> = policy.cookies().collect();
    let header: Vec<_> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let header = format!("theme=dark; {}; lang=en", header.join("; "));
    let verify_with = |url: &str, headers: &[&str]| {
        let mut request = ReceivedRequest::from_url("GET", url).unwrap();
        for header in headers {
            request = request.header("Cookie", *header);
        }
        verify(&request, now(), |_| Some(&*KEY)).map_err(|error| error.kind())
    };
    assert_eq!(verify_with(URL, &[&header]), Ok(()));
    // HTTP/2 clients may split the header.
    let (first, second) = header.split_once("; CloudFront-Key").unwrap();
    let second = format!("CloudFront-Key{second}");
    assert_eq!(verify_with(URL, &[first, &second]), Ok(()));
    let resource = Err(VerifyErrorKind::Resource);
    assert_eq!(
        verify_with("https://media.example.com/a", &[&header]),
        resource
    );
    let missing = Err(VerifyErrorKind::Missing);
    assert_eq!(verify_with(URL, &[first]), missing);
    let repeated = Err(VerifyErrorKind::Repeated);
    assert_eq!(verify_with(URL, &[&header, &second]), repeated);
    assert_eq!(
        verify_with(URL, &["theme=dark"]),
        Err(VerifyErrorKind::NotSigned)
    );

    // A canned policy's cookies cover one URL.
    let canned = signed(Policy::canned(URL));
    let cookies = canned
        .cookies()
        .map(|(name, value)| format!("{name}={value}"));
    let header = cookies.collect::<Vec<_>>().join("; ");
    assert_eq!(verify_with(URL, &[&header]), Ok(()));
    let other = URL.replace("a=b", "a=c");
    assert_eq!(
        verify_with(&other, &[&header]),
        Err(VerifyErrorKind::Signature)
    );
    // Beside cookies, `Expires` is a parameter like any other.
    let added = format!("{URL}&Expires=1");
    assert_eq!(
        verify_with(&added, &[&header]),
        Err(VerifyErrorKind::Signature)
    );

    // The URL's signature counts.
    let url = policy.url(URL).unwrap();
    let spoiled = url.as_str().replace("Signature=ME", "Signature=MF");
    assert_eq!(
        verify_with(&spoiled, &[&header]),
        Err(VerifyErrorKind::Signature)
    );
}

#[test]
fn dot_segments_do_not_leave_the_resource() {
    let policy = signed(Policy::new("https://media.example.com/videos/7/*"));
    let url = policy
        .url("https://media.example.com/videos/7/a..b/.c")
        .unwrap();
    assert_eq!(verify_url(url.as_str(), now()), Ok(()));
    for path in ["../8/a", "%2e%2E/8/a", "..%2f8/a", "./a", "a/.."] {
        let other = url.as_str().replace("a..b/.c", path);
        assert_rejected(&other, VerifyErrorKind::Resource, "dot segment");
        let other = format!("https://media.example.com/videos/7/{path}");
        let error = policy.url(&other).unwrap_err();
        assert!(error.to_string().contains("dot segment"), "{error}");
    }
    // A canned policy covers exactly its URL.
    let canned = signed(Policy::canned("https://media.example.com/a/../b"));
    let url = canned.url("https://media.example.com/a/../b").unwrap();
    assert_eq!(verify_url(url.as_str(), now()), Ok(()));
}

#[test]
fn what_cloudfront_rejects_is_rejected() {
    let custom = signed(Policy::new("*"));
    let url = custom.url(URL).unwrap();
    let url = url.as_str();
    assert_eq!(verify_url(url, now()), Ok(()));
    let without = |name: &str| {
        let (start, query) = url.split_once('?').unwrap();
        let others = query.split('&').filter(|text| !text.starts_with(name));
        format!("{start}?{}", others.collect::<Vec<_>>().join("&"))
    };
    use VerifyErrorKind as Kind;
    for (url, kind, words) in [
        (URL.to_owned(), Kind::NotSigned, "not signed"),
        (
            without("Key-Pair-Id"),
            Kind::Missing,
            "missing parameter or cookie `Key-Pair-Id`",
        ),
        (
            without("Signature"),
            Kind::Missing,
            "missing parameter or cookie `Signature`",
        ),
        (
            without("Policy"),
            Kind::Missing,
            "missing `Policy` or `Expires`; send one of them",
        ),
        (
            format!("{url}&Expires=1795784400"),
            Kind::Malformed,
            "both Policy and Expires",
        ),
        (
            format!("{url}&Policy=e30_"),
            Kind::Repeated,
            "duplicate parameter or cookie `Policy`; send it once",
        ),
        (
            format!("{url}&Hash-Algorithm=MD5"),
            Kind::Malformed,
            "send SHA1 or SHA256",
        ),
        (
            format!("{url}&Hash-Algorithm=SHA256"),
            Kind::Signature,
            "doesn't match",
        ),
        (
            url.replace("Signature=M", "Signature=%2B"),
            Kind::Malformed,
            "base64",
        ),
        (
            url.replace("Policy=e", "Policy=!"),
            Kind::Malformed,
            "base64",
        ),
        (
            url.replace("K2JCJMDEHXQW5F", "K2JCJMDEHXQW5G"),
            Kind::AccessKey,
            "unknown",
        ),
        (
            url.replace("Policy=eyJ", "Policy=eyK"),
            Kind::Signature,
            "doesn't match",
        ),
    ] {
        assert_ne!(url, custom.url(URL).unwrap().as_str());
        assert_rejected(&url, kind, words);
    }
    let canned = signed(Policy::canned(URL));
    let url = canned.url(URL).unwrap();
    let url = url.as_str();
    assert_eq!(verify_url(url, now()), Ok(()));
    // An explicit SHA-1 is the default, and the order of parameters doesn't matter.
    assert_eq!(
        verify_url(&format!("{url}&Hash-Algorithm=SHA1"), now()),
        Ok(())
    );
    let first = url
        .replace("?a=b&", "?")
        .replacen("&Signature", "&a=b&Signature", 1);
    assert_eq!(verify_url(&first, now()), Ok(()));
    for (url, kind, words) in [
        (
            url.replace("Expires=17957", "Expires=17967"),
            Kind::Signature,
            "doesn't match",
        ),
        (
            url.replace("Expires=1", "Expires=-1"),
            Kind::Malformed,
            "write a number of seconds",
        ),
        (url.replace("a=b", "a=c"), Kind::Signature, "doesn't match"),
        (
            url.replace("https", "http"),
            Kind::Signature,
            "doesn't match",
        ),
    ] {
        assert_rejected(&url, kind, words);
    }
}

/// Policies that are signed, but that CloudFront doesn't accept.
#[test]
fn signed_policies_can_be_invalid() {
    use p256::ecdsa::signature::Signer as _;
    let pem = KEYS["cloudfront_ec"]["private_pkcs8"].as_str().unwrap();
    let key: p256::SecretKey = pem.parse().unwrap();
    let key = p256::ecdsa::SigningKey::from(key);
    let statement = r#"{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":1895784400}}}"#;
    let encode = |bytes: &[u8]| {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        text.replace('+', "-").replace('=', "_").replace('/', "~")
    };
    let verify = |policy: &str| {
        let signature: p256::ecdsa::DerSignature = key.sign(policy.as_bytes());
        let (policy, signature) = (encode(policy.as_bytes()), encode(signature.as_bytes()));
        let url = format!(
            "{URL}&Policy={policy}&Signature={signature}&Key-Pair-Id=K2JCJMDEHXQW5F\
             &Hash-Algorithm=SHA256"
        );
        verify_url(&url, now())
    };
    assert_eq!(
        verify(&format!(r#"{{ "Statement" : [ {statement} ] }}"#)),
        Ok(())
    );
    for (policy, words) in [
        (
            format!(r#"{{"Statement":[{statement},{statement}]}}"#),
            "more than one statement",
        ),
        (
            format!(r#"{{"Statement":[{statement}]}}"#).replace("DateLess", "DateMore"),
            "unknown property",
        ),
        (
            String::from(r#"{"Statement":[]}"#),
            "missing property `Statement`",
        ),
        (String::from("no JSON"), "unexpected"),
    ] {
        let error = verify(&policy).unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::InvalidPolicy, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn codes_are_cloudfronts() {
    let error = verify_url(URL, now()).unwrap_err();
    assert_eq!((error.code(), error.status()), ("MissingKey", 403));
    let url = signed(Policy::new("*")).url(URL).unwrap();
    let error = verify_url(url.as_str(), time("2026-11-28T12:00:00Z")).unwrap_err();
    assert_eq!((error.code(), error.status()), ("AccessDenied", 403));
}

#[test]
fn the_request_has_to_be_whole() {
    let expiry = Expiry::at(time("2026-11-27T13:00:00Z"));
    let policy = Policy::canned("https://media.example.com/").presign(&KEY, expiry, now());
    let url = policy.unwrap().url("https://media.example.com/").unwrap();
    let target = url
        .as_str()
        .strip_prefix("https://media.example.com")
        .unwrap();
    let request = ReceivedRequest::new("GET", target).header("Host", "media.example.com");
    let error = verify(&request, now(), |_| Some(&*KEY)).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::Request);
    assert!(
        error.to_string().contains("scheme of the URL is unknown"),
        "{error}"
    );
    // A browser sends a path, though the URL has none.
    let short = url.as_str().replace("com/?", "com?");
    assert_eq!(verify_url(&short, now()), Ok(()));
    // The host is signed, too.
    let internal = url.as_str().replace("media.example.com", "10.0.0.1:8080");
    assert_rejected(&internal, VerifyErrorKind::Signature, "doesn't match");
    let request = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
    assert_eq!(verify(&request, now(), |_| Some(&*KEY)), Ok(()));

    let secret = Credentials::new("K2JCJMDEHXQW5F", "secret").unwrap();
    let error = verify(&request, now(), |_| Some(&secret)).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::AccessKey);
    let larger: Value = vectors("keys.json");
    let larger = larger["rsa_3072"]["public"].as_str().unwrap();
    let larger = VerifyingKey::from_pem(larger).unwrap();
    let error = verify(&request, now(), |_| Some(&larger)).unwrap_err();
    assert!(error.to_string().contains("3072 bits"), "{error}");
}
