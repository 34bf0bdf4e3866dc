//! Published SigV2 calls of query APIs and those of botocore verify, and other calls don't.

use crate::support::botocore::cases;
use crate::support::{Pairs, credentials, hmac_sha1, hmac_sha256, percent_decode, time, vectors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use presign::v2::{Service, SignatureMethod};
use presign::verify::{
    Carrier, PayloadCoverage, ReceivedRequest, Verifier, VerifyErrorKind as Kind,
};
use presign::{Credentials, Scheme, Timestamp};
use proptest::prelude::*;
use serde::Deserialize;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn verifier() -> Verifier {
    Verifier::new("us-east-1", "s3").allow_sigv2(HOUR)
}

fn keys() -> Credentials {
    credentials("AKIAIOSFODNN7EXAMPLE", SECRET, None)
}

type Verdict = Result<(), (Kind, &'static str)>;

fn verdict(
    verifier: &Verifier,
    request: &ReceivedRequest<'_>,
    keys: &Credentials,
    now: Timestamp,
) -> Verdict {
    let verified = verifier.verify(request, now, |id| {
        (id == keys.identity().access_key_id()).then(|| keys.clone())
    });
    let verified = verified.map_err(|error| (error.kind(), error.code()))?;
    let authentication = verified.authentication();
    assert_eq!(authentication.scheme(), Scheme::AwsV2QueryApi);
    assert_eq!(authentication.carrier(), Carrier::Query);
    assert_eq!(verified.payload(), PayloadCoverage::Unsigned);
    Ok(())
}

#[derive(Deserialize)]
struct Published {
    name: String,
    access_key_id: String,
    secret_access_key: String,
    method: String,
    host: String,
    path: String,
    params: Pairs,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    string_to_sign: String,
    signed_query: String,
}

impl Published {
    fn all() -> Vec<Published> {
        vectors("sigv2-query.json")
    }

    fn keys(&self) -> Credentials {
        credentials(&self.access_key_id, &self.secret_access_key, None)
    }

    fn now(&self) -> Timestamp {
        let mut params = self.params.iter();
        let (_, text) = params.find(|(name, _)| name == "Timestamp").unwrap();
        text.parse().unwrap_or_else(|_| time(&format!("{text}Z")))
    }

    fn target(&self) -> String {
        format!("{}?{}", self.path, self.expected.signed_query)
    }
}

#[test]
fn published_calls_verify() {
    let cases = Published::all();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (target, name) = (case.target(), &case.name);
        let request = ReceivedRequest::new(&case.method, &target).header("Host", &case.host);
        let now = case.now();
        assert_eq!(
            verdict(&verifier(), &request, &case.keys(), now),
            Ok(()),
            "{name}"
        );
        let verifier = verifier();
        let unverified = verifier.parse(&request).unwrap();
        assert_eq!(
            unverified.string_to_sign(),
            case.expected.string_to_sign,
            "{name}"
        );
        assert_eq!(unverified.canonical_request(), "");
        let verified = unverified.verify(case.keys(), now).unwrap();
        let stated = verified.authentication();
        assert_eq!((stated.signed_at(), stated.expires_at()), (Some(now), None));
        assert_eq!((stated.region(), stated.service()), (None, None));
        assert_eq!(verified.bucket(), None);
        assert!(verified.covers_header("HOST") && !verified.covers_header("Content-Type"));
        assert!(verified.covers_query("Action"));

        let other = credentials(&case.access_key_id, "another", None);
        let rejected = verdict(&verifier, &request, &other, now);
        assert_eq!(
            rejected,
            Err((Kind::Signature, "SignatureDoesNotMatch")),
            "{name}"
        );
        let stranger = credentials("STRANGER", &case.secret_access_key, None);
        let rejected = verdict(&verifier, &request, &stranger, now);
        assert_eq!(
            rejected,
            Err((Kind::AccessKey, "InvalidAccessKeyId")),
            "{name}"
        );
    }
}

/// Escapes every byte.
fn escape_all(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[test]
fn calls_of_botocore_verify() {
    for case in cases(&["query-v2"], 7) {
        let given = case.given();
        let params = case.expected.params.as_ref().unwrap();
        // The parameters are in reverse order.
        let params = params.iter().rev();
        let query: Vec<_> = params
            .map(|(name, value)| {
                format!(
                    "{}={}",
                    escape_all(name),
                    escape_all(value.as_str().unwrap())
                )
            })
            .collect();
        let url = format!("{}?{}", given.url, query.join("&"));
        let request = ReceivedRequest::from_url(&given.method, &url).unwrap();
        let (keys, now) = (case.credentials(), case.now());
        assert_eq!(verdict(&verifier(), &request, &keys, now), Ok(()), "{url}");
        let verifier = verifier();
        let unverified = verifier.parse(&request).unwrap();
        let string_to_sign = Some(unverified.string_to_sign());
        assert_eq!(string_to_sign, case.expected.string_to_sign);
        let other = case.credentials_with_secret("another");
        let rejected = verdict(&verifier, &request, &other, now);
        assert_eq!(rejected, Err((Kind::Signature, "SignatureDoesNotMatch")));
    }
}

/// A call with one changed character is rejected, unless it decodes to the same call.
#[test]
fn no_changed_call_verifies() {
    let pairs = |target: &str| {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut pairs: Vec<_> = query
            .split('&')
            .map(|param| {
                let (name, value) = param.split_once('=').unwrap_or((param, ""));
                (percent_decode(name), percent_decode(value))
            })
            .collect();
        pairs.sort();
        // An empty path is the root.
        let path = if path.is_empty() { "/" } else { path };
        (path.to_owned(), pairs)
    };
    let (mut rejected, mut accepted) = (0, 0);
    for case in Published::all() {
        let target = case.target();
        let is_accepted = |method: &str, host: &str, target: &str| {
            let request = ReceivedRequest::new(method, target).header("Host", host);
            verdict(&verifier(), &request, &case.keys(), case.now()).is_ok()
        };
        assert!(is_accepted(&case.method, &case.host, &target));
        // A host is case-insensitive.
        assert!(is_accepted(
            &case.method,
            &case.host.to_uppercase(),
            &target
        ));
        for method in ["HEAD", "PUT", "GET", "POST"] {
            assert_eq!(
                is_accepted(method, &case.host, &target),
                method == case.method
            );
        }
        assert!(!is_accepted(
            &case.method,
            &format!("x{}", case.host),
            &target
        ));
        assert!(!is_accepted(
            &case.method,
            &format!("{}:8080", case.host),
            &target
        ));
        for at in 0..target.len() {
            for other in [
                "", "a", "A", "0", "%", "&", "=", "/", "?", "+", "~", ".", "%41", "%2b",
            ] {
                let changed = format!("{}{other}{}", &target[..at], &target[at + 1..]);
                let is_whole = changed.match_indices('%').all(|(at, _)| {
                    changed
                        .get(at + 1..at + 3)
                        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
                });
                let same = changed == target || is_whole && pairs(&changed) == pairs(&target);
                if is_accepted(&case.method, &case.host, &changed) {
                    assert!(same, "accepted: {changed}");
                    accepted += 1;
                } else {
                    rejected += 1;
                }
            }
        }
        let (path, query) = target.split_once('?').unwrap();
        let mut params: Vec<_> = query.split('&').collect();
        params.reverse();
        let reordered = format!("{path}?{}", params.join("&"));
        assert!(is_accepted(&case.method, &case.host, &reordered));
        assert!(!is_accepted(
            &case.method,
            &case.host,
            &format!("{target}&DryRun=true")
        ));
    }
    assert!(rejected > 5000 && accepted > 0, "{rejected} {accepted}");
}

/// Returns the target of a call with exactly these parameters, signed by the hmac crate.
fn signed(params: &[(&str, &str)]) -> String {
    let mut params: Vec<_> = params.to_vec();
    params.sort_unstable();
    let query: Vec<_> = params
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let query = query.join("&");
    let text = format!("GET\nec2.amazonaws.com\n/\n{query}");
    let signature = if query.contains("HmacSHA1") {
        hmac_sha1(SECRET.as_bytes(), text)
    } else {
        hmac_sha256(SECRET.as_bytes(), text)
    };
    let signature = STANDARD.encode(signature);
    format!("/?{query}&Signature={}", encode(&signature))
}

fn encode(text: &str) -> String {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let bytes = text.bytes().map(|byte| {
        if is_unreserved(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    bytes.collect()
}

const CALL: [(&str, &str); 5] = [
    ("AWSAccessKeyId", "AKIAIOSFODNN7EXAMPLE"),
    ("Action", "DescribeImages"),
    ("SignatureMethod", "HmacSHA256"),
    ("SignatureVersion", "2"),
    ("Timestamp", "2013-05-24T00:00:00Z"),
];

fn call(name: &str, value: &'static str) -> String {
    signed(&CALL.map(|(known, old)| (known, if known == name { value } else { old })))
}

/// Returns the target of a call without one parameter and with additional ones.
fn call_with(without: &str, more: &[(&'static str, &'static str)]) -> String {
    let kept = CALL.into_iter().filter(|(name, _)| *name != without);
    let params: Vec<_> = kept.chain(more.iter().copied()).collect();
    signed(&params)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(time("20130524T000000Z").unix_seconds() + seconds)
}

fn judged(target: &str, now: Timestamp) -> Verdict {
    let request = ReceivedRequest::new("GET", target).header("Host", "ec2.amazonaws.com");
    verdict(&verifier(), &request, &keys(), now)
}

#[test]
fn both_hashes_and_both_times_verify() {
    assert_eq!(judged(&signed(&CALL), at(0)), Ok(()));
    assert_eq!(judged(&call("SignatureMethod", "HmacSHA1"), at(0)), Ok(()));
    // A time without an offset is in UTC.
    assert_eq!(
        judged(&call("Timestamp", "2013-05-24T00:00:00"), at(0)),
        Ok(())
    );
    assert_eq!(
        judged(&call("Timestamp", "2013-05-24T02:00:00+02:00"), at(0)),
        Ok(())
    );
    // The clocks may differ by 15 minutes.
    for (seconds, expected) in [
        (-901, Err((Kind::TimeSkew, "RequestTimeTooSkewed"))),
        (-900, Ok(())),
        (900, Ok(())),
        (901, Err((Kind::TimeSkew, "RequestTimeTooSkewed"))),
    ] {
        assert_eq!(judged(&signed(&CALL), at(seconds)), expected, "{seconds}");
    }
    // An expiration replaces the signing time.
    let with_expiration = call_with("Timestamp", &[("Expires", "2013-05-24T00:30:00Z")]);
    for (seconds, expected) in [
        (-1801, Err((Kind::ExpiryTooLong, "InvalidArgument"))),
        (-1800, Ok(())),
        (1800, Ok(())),
        (1801, Err((Kind::Expired, "AccessDenied"))),
    ] {
        assert_eq!(judged(&with_expiration, at(seconds)), expected, "{seconds}");
    }
}

#[test]
fn invalid_calls_are_rejected_before_the_key_lookup() {
    let malformed = |kind| Err((kind, "InvalidArgument"));
    let missing = Err((Kind::Missing, "AccessDenied"));
    let scheme = Err((Kind::Scheme, "InvalidRequest"));
    let cases = [
        (call("SignatureVersion", "1"), scheme),
        (call("SignatureVersion", "02"), scheme),
        (call("SignatureVersion", ""), missing),
        (call("SignatureMethod", "HmacMD5"), scheme),
        (call("SignatureMethod", "hmacsha256"), scheme),
        (call("Timestamp", "1369353600"), malformed(Kind::Malformed)),
        (call("Timestamp", "yesterday"), malformed(Kind::Malformed)),
        (call("AWSAccessKeyId", ""), missing),
        (call_with("AWSAccessKeyId", &[]), missing),
        (call_with("SignatureMethod", &[]), missing),
        (call_with("Timestamp", &[]), missing),
        (
            call_with("", &[("Expires", "2013-05-24T00:30:00Z")]),
            malformed(Kind::Repeated),
        ),
        (
            call_with("", &[("Timestamp", "2013-05-24T00:00:00Z")]),
            malformed(Kind::Repeated),
        ),
        (
            call_with("", &[("SignatureVersion", "2")]),
            malformed(Kind::Repeated),
        ),
        (
            call_with("", &[("SecurityToken", "token")]),
            Err((Kind::SessionToken, "InvalidToken")),
        ),
        (call_with("", &[("SecurityToken", "")]), Ok(())),
        // Without its version the URL is one for S3 that lacks its expiration.
        (call_with("SignatureVersion", &[]), missing),
    ];
    for (target, expected) in cases {
        assert_eq!(judged(&target, at(0)), expected, "{target}");
    }
    let target = signed(&CALL);
    let (unsigned, _) = target.split_once("&Signature=").unwrap();
    assert_eq!(judged(unsigned, at(0)), missing);
    let twice = format!("{target}&X-Amz-Signature=0");
    assert_eq!(
        judged(&twice, at(0)),
        Err((Kind::SignedTwice, "InvalidArgument"))
    );
    let request = ReceivedRequest::new("GET", &target)
        .header("Host", "ec2.amazonaws.com")
        .header("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:c2lnbmF0dXJl");
    let rejected = verdict(&verifier(), &request, &keys(), at(0));
    assert_eq!(rejected, Err((Kind::SignedTwice, "InvalidArgument")));

    // The verifier has to allow SigV2, and signatures in the query.
    let request = ReceivedRequest::new("GET", &target).header("Host", "ec2.amazonaws.com");
    for verifier in [
        Verifier::new("us-east-1", "s3"),
        verifier().carriers(&[Carrier::Header, Carrier::Form]),
    ] {
        assert_eq!(verdict(&verifier, &request, &keys(), at(0)), scheme);
    }
    let only = verifier().carriers(&[Carrier::Query]);
    assert_eq!(verdict(&only, &request, &keys(), at(0)), Ok(()));
}

#[test]
fn a_session_token_is_a_parameter() {
    let temporary = keys().with_session_token("IQoJb3/+=").unwrap();
    let service = Service::query_api(SignatureMethod::HmacSha256);
    let call = service
        .get("https://ec2.amazonaws.com/")
        .query("Action", "DescribeImages");
    let signed = call.sign(&temporary, at(0)).unwrap();
    let request = ReceivedRequest::from_url("GET", signed.url().unwrap()).unwrap();
    assert!(verifier().parse(&request).unwrap().has_session_token());
    assert_eq!(verdict(&verifier(), &request, &temporary, at(0)), Ok(()));
    let other = keys().with_session_token("IQoJb3/+A").unwrap();
    for wrong in [keys(), other] {
        let rejected = verdict(&verifier(), &request, &wrong, at(0));
        assert_eq!(rejected, Err((Kind::SessionToken, "InvalidToken")));
    }
    let shown = format!("{:?}", verifier().parse(&request).unwrap());
    assert!(!shown.contains("IQoJ"), "{shown}");
}

/// A form has its parameters in the body, which are signed as if they were in the query.
#[test]
fn a_form_is_checked_as_a_query() {
    for method in [SignatureMethod::HmacSha256, SignatureMethod::HmacSha1] {
        let service = Service::query_api(method);
        let call = service
            .post("https://queue.amazonaws.com/770098461991/queue2")
            .query("Action", "SendMessage")
            .query("MessageBody", "a b+c&d=\u{e9}");
        let signed = call.sign(&keys(), at(0)).unwrap();
        let form = signed.body().unwrap();
        let judged = |body: &str| {
            let target = format!("/770098461991/queue2?{body}");
            let request =
                ReceivedRequest::new("POST", &target).header("Host", "queue.amazonaws.com");
            verdict(&verifier(), &request, &keys(), at(0))
        };
        assert_eq!(judged(form), Ok(()));
        let changed = form.replace("a%20b", "a%20c");
        assert_eq!(
            judged(&changed),
            Err((Kind::Signature, "SignatureDoesNotMatch"))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Every signed call verifies.
    #[test]
    fn a_signed_call_verifies(
        params in prop::collection::vec(("[a-zA-Z.0-9\u{e9} +/=&-]{0,8}", "[ -~\u{e9}\u{65e5}]{0,12}"), 0..30),
        path in "(/[a-zA-Z0-9._~!$'()*,;=:@-]{0,5}){0,3}",
        token in "[!-~]{0,20}",
        host in prop::sample::select(vec!["ec2.amazonaws.com", "Localhost:8773", "[::1]"]),
        is_sha1: bool,
        now in 0i64..4_000_000_000,
    ) {
        let keys = keys().with_session_token(token).unwrap();
        let url = format!("https://{host}{path}");
        let method = if is_sha1 { SignatureMethod::HmacSha1 } else { SignatureMethod::HmacSha256 };
        let now = Timestamp::from_unix_seconds(now);
        let service = Service::query_api(method);
        let call = params.iter().fold(service.get(url), |call, (name, value)| {
            call.query(name.as_str(), value.as_str())
        });
        if let Ok(signed) = call.sign(&keys, now) {
            let request = ReceivedRequest::from_url("GET", signed.url().unwrap()).unwrap();
            prop_assert_eq!(verdict(&verifier(), &request, &keys, now), Ok(()));
            let other = Credentials::new(keys.identity().access_key_id(), "another").unwrap();
            let verifier = verifier();
            let unverified = verifier.parse(&request).unwrap();
            let rejected = unverified.verify(&other, now).unwrap_err().kind();
            prop_assert!([Kind::Signature, Kind::SessionToken].contains(&rejected));
        }
    }
}
