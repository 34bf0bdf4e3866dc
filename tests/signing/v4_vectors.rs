//! Published SigV4 vectors: AWS's two test suites, examples from the S3, IAM, Glacier and STS
//! documents, and published signing keys. `tests/vectors/README.md` lists the sources.

use crate::support::signing::{Steps, authorization, presign, sign};
use crate::support::{
    HttpText, Pairs, credentials, header_set, hex, hmac_sha256, path_and_query, query_set, time,
    unhex, vectors, with_headers, without,
};
use presign::v4::{CanonicalUri, Service, SessionToken};
use presign::{Credentials, Payload};
use serde::Deserialize;
use std::time::Duration;

/// Compares the three texts of a signature in the order in which they are computed, so that the
/// first failure names the first difference.
fn assert_steps(case: &str, steps: &Steps, expected: [&str; 3]) {
    let [canonical_request, string_to_sign, signature] = expected;
    assert_eq!(
        steps.canonical_request, canonical_request,
        "{case}: canonical request"
    );
    assert_eq!(
        steps.string_to_sign, string_to_sign,
        "{case}: string to sign"
    );
    assert_eq!(steps.signature, signature, "{case}: signature");
}

// AWS's current suite: one context for each case, with header and query signatures.

#[derive(Deserialize)]
struct SuiteCase {
    name: String,
    context: SuiteContext,
    request: String,
    header: SuiteExpected,
    query: SuiteExpected,
}

#[derive(Deserialize)]
struct SuiteContext {
    credentials: SuiteCredentials,
    expiration_in_seconds: u64,
    normalize: bool,
    region: String,
    service: String,
    sign_body: bool,
    timestamp: String,
    #[serde(default)]
    omit_session_token: bool,
}

#[derive(Deserialize)]
struct SuiteCredentials {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

#[derive(Deserialize)]
struct SuiteExpected {
    canonical_request: String,
    string_to_sign: String,
    signature: String,
    signed_request: String,
}

impl SuiteExpected {
    fn steps(&self) -> [&str; 3] {
        [
            &self.canonical_request,
            &self.string_to_sign,
            &self.signature,
        ]
    }
}

impl SuiteContext {
    /// Returns the payload that the suite signs: empty unless the context says otherwise.
    fn payload(&self, request: &HttpText) -> Payload {
        if self.sign_body {
            Payload::sha256_of(&request.body)
        } else {
            Payload::Empty
        }
    }

    fn credentials(&self) -> Credentials {
        let keys = &self.credentials;
        credentials(
            &keys.access_key_id,
            &keys.secret_access_key,
            keys.token.as_deref(),
        )
    }

    fn secret(&self) -> &str {
        &self.credentials.secret_access_key
    }

    fn service(&self) -> Service {
        let service = Service::new(&*self.region, &*self.service).unwrap();
        service
            .canonical_uri(if self.normalize {
                CanonicalUri::Normalized
            } else {
                CanonicalUri::Unnormalized
            })
            .content_sha256_header(self.sign_body)
            .session_token(if self.omit_session_token {
                SessionToken::Appended
            } else {
                SessionToken::Signed
            })
    }
}

fn suite() -> Vec<SuiteCase> {
    let cases: Vec<SuiteCase> = vectors("v4.json");
    assert_eq!(cases.len(), 38);
    cases
}

#[test]
fn header_signatures_of_the_suite_match() {
    for case in suite() {
        let name = &case.name;
        let text = HttpText::parse(&case.request);
        let (service, keys) = (case.context.service(), case.context.credentials());
        let request = text.request(&service);
        let request = request.payload(case.context.payload(&text));
        let now = time(&case.context.timestamp);

        let signed = sign(&request, (&keys, case.context.secret()), now).unwrap();
        assert_steps(name, &signed.steps, case.header.steps());
        let signed = signed.result;
        let expected = HttpText::parse(&case.header.signed_request);
        assert_eq!(
            header_set(signed.headers()),
            without(
                header_set(expected.headers),
                &header_set(text.headers.clone())
            ),
            "{name}: headers added"
        );
        assert_eq!(
            (expected.method, expected.target, expected.body),
            (text.method, text.target, text.body),
            "{name}: the suite changes nothing else"
        );
    }
}

/// Parameters are compared as sets: our URL has them in canonical order with the signature last,
/// the suite's URL has another order.
#[test]
fn presigned_urls_of_the_suite_match() {
    for case in suite() {
        let name = &case.name;
        let text = HttpText::parse(&case.request);
        let (service, keys) = (case.context.service(), case.context.credentials());
        let request = text.request(&service);
        let request = request.payload(case.context.payload(&text));
        let now = time(&case.context.timestamp);
        let expires_in = Duration::from_secs(case.context.expiration_in_seconds);

        let keys = (&keys, case.context.secret());
        let signed = presign(&request, keys, expires_in, now).unwrap();
        assert_steps(name, &signed.steps, case.query.steps());
        let url = signed.result;
        let expected = HttpText::parse(&case.query.signed_request);
        assert_eq!(url.method(), expected.method, "{name}: method");
        let (path, query) = path_and_query(url.as_str());
        let (expected_path, _) = path_and_query(&expected.target);
        assert_eq!(path, expected_path, "{name}: path");
        assert_eq!(
            query_set(url.as_str()),
            query_set(&expected.target),
            "{name}: parameters"
        );
        // The query of our URL is already canonical.
        let canonical_query = case.query.canonical_request.lines().nth(2).unwrap();
        assert!(
            query.starts_with(&format!("{canonical_query}&X-Amz-Signature=")),
            "{name}: order of the parameters"
        );
        // Apart from Host, the headers to send are those of the request.
        let mut to_send = header_set(url.headers().map(|(name, value)| (name, unfolded(value))));
        to_send.push(("host".into(), "example.amazonaws.com".into()));
        let given = expected.headers.iter();
        assert_eq!(
            header_set(to_send),
            header_set(given.map(|(name, value)| (name, unfolded(value)))),
            "{name}: headers to send"
        );
    }
}

/// Joins the lines of a folded header. The number of spaces at a fold doesn't matter.
fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

// AWS's earlier suite: one context for all cases, header signatures only, a date in each request.

#[derive(Deserialize)]
struct Legacy {
    context: LegacyContext,
    cases: Vec<LegacyCase>,
}

#[derive(Deserialize)]
struct LegacyContext {
    access_key_id: String,
    secret_access_key: String,
    region: String,
    service: String,
    timestamp: String,
}

#[derive(Deserialize)]
struct LegacyCase {
    name: String,
    request: String,
    canonical_request: String,
    string_to_sign: String,
    authorization: String,
    signed_request: String,
}

#[test]
fn header_signatures_of_the_earlier_suite_match() {
    const TOKEN: &str = "x-amz-security-token";
    let Legacy { context, cases } = vectors("v4-legacy.json");
    assert_eq!(cases.len(), 34);
    for case in cases {
        let name = &case.name;
        let text = HttpText::parse(&case.request);
        let expected = header_set(HttpText::parse(&case.signed_request).headers);
        let token = expected.iter().find(|(name, _)| name == TOKEN);
        let keys = credentials(
            &context.access_key_id,
            &context.secret_access_key,
            token.map(|(_, value)| value.as_str()),
        );
        let service = Service::new(&*context.region, &*context.service).unwrap();
        let service = service.session_token(if case.canonical_request.contains(TOKEN) {
            SessionToken::Signed
        } else {
            SessionToken::Appended
        });
        let request = text.request(&service);
        let request = request.payload(Payload::sha256_of(&text.body));

        let keys = (&keys, &*context.secret_access_key);
        let signed = sign(&request, keys, time(&context.timestamp)).unwrap();
        let (_, signature) = case.authorization.split_once("Signature=").unwrap();
        assert_steps(
            name,
            &signed.steps,
            [&case.canonical_request, &case.string_to_sign, signature],
        );
        let signed = signed.result;
        assert_eq!(authorization(&signed), case.authorization, "{name}");
        // The suite scrambles the signature in one signed request, so `Authorization` is compared
        // above.
        let apart = |headers: Pairs| -> Pairs {
            let headers = headers.into_iter();
            headers
                .filter(|(name, _)| name != "authorization")
                .collect()
        };
        assert_eq!(
            apart(header_set(signed.headers())),
            apart(without(expected, &header_set(text.headers.clone()))),
            "{name}: headers added"
        );
    }
}

// Examples from documents and crates, and captured requests.

#[derive(Deserialize)]
struct Example {
    name: String,
    form: String,
    access_key_id: String,
    secret_access_key: String,
    region: String,
    service: String,
    timestamp: String,
    expires: Option<u64>,
    method: String,
    url: String,
    headers: Pairs,
    #[serde(default)]
    payload: String,
    payload_hash: String,
    expected: ExampleExpected,
    published: Published,
    published_signature_agrees: bool,
}

#[derive(Deserialize)]
struct ExampleExpected {
    canonical_request: String,
    string_to_sign: String,
    signed_headers: String,
    signature: String,
    authorization: Option<String>,
    signed_url: Option<String>,
}

/// Values that the source prints. The other values were computed from them.
#[derive(Deserialize)]
struct Published {
    creq_sha: Option<String>,
    sig: Option<String>,
}

/// The note of this case names the token, which is appended without being signed.
const APPENDED: (&str, &str) = ("crate-session-token-excluded", "notarealsessiontoken");

impl Example {
    fn check(&self) {
        let name = &self.name;
        let token = (*name == APPENDED.0).then_some(APPENDED.1);
        let credentials = credentials(&self.access_key_id, &self.secret_access_key, token);
        let has_hash = self
            .headers
            .iter()
            .any(|(name, _)| name == "x-amz-content-sha256");
        let keys = (&credentials, &*self.secret_access_key);
        let service = Service::new(&*self.region, &*self.service)
            .unwrap()
            .content_sha256_header(has_hash)
            .session_token(SessionToken::Appended);
        // Signing adds these three headers.
        let (added, given): (Pairs, Pairs) = self.headers.iter().cloned().partition(|(name, _)| {
            ["host", "x-amz-date", "x-amz-content-sha256"].contains(&name.as_str())
        });
        let request = service.request(&self.method, &self.url);
        let request = with_headers(request, &given);
        let now = time(&self.timestamp);
        let expected = &self.expected;
        let texts = [
            expected.canonical_request.as_str(),
            &expected.string_to_sign,
            &expected.signature,
        ];

        match self.form.as_str() {
            "header" => {
                let payload = Payload::sha256_of(&self.payload);
                let signed = sign(&request.payload(payload), keys, now).unwrap();
                assert_steps(name, &signed.steps, texts);
                let signed = signed.result;
                let hash = Payload::from_hex(&self.payload_hash).unwrap();
                if !self.payload.is_empty() {
                    assert_eq!(payload, hash, "{name}: payload hash");
                }
                let whole = expected.authorization.as_deref().unwrap();
                assert_eq!(authorization(&signed), whole, "{name}");
                assert!(whole.contains(&expected.signed_headers), "{name}");
                let mut all: Pairs = vec![("authorization".into(), whole.into())];
                all.extend(added.into_iter().filter(|(name, _)| name != "host"));
                all.extend(token.map(|token| ("x-amz-security-token".into(), token.into())));
                assert_eq!(
                    header_set(signed.headers()),
                    header_set(all),
                    "{name}: headers added"
                );
            }
            "query" => {
                let expires_in = Duration::from_secs(self.expires.unwrap());
                let signed = presign(&request, keys, expires_in, now).unwrap();
                assert_steps(name, &signed.steps, texts);
                let url = signed.result;
                // The published parameters are in canonical order, so our URL is equal to the byte.
                assert_eq!(
                    url.as_str(),
                    expected.signed_url.as_deref().unwrap(),
                    "{name}"
                );
                let to_send = header_set(url.headers());
                assert_eq!(
                    to_send,
                    header_set(given.clone()),
                    "{name}: headers to send"
                );
            }
            form => panic!("{name}: a form {form}"),
        }
        if let Some(hash) = &self.published.creq_sha {
            assert!(expected.string_to_sign.ends_with(hash), "{name}");
        }
        assert_eq!(
            self.published.sig.as_ref() == Some(&expected.signature),
            self.published_signature_agrees,
            "{name}"
        );
        // The captured client keeps repeated values in the order given; AWS sorts them.
        assert_eq!(
            self.published_signature_agrees,
            name != "minio-events-path-style",
            "{name}"
        );
    }
}

#[test]
fn examples_for_s3_match() {
    let cases: Vec<Example> = vectors("s3-sigv4.json");
    assert_eq!(cases.len(), 6);
    cases.iter().for_each(Example::check);
}

#[test]
fn examples_for_other_services_match() {
    let cases: Vec<Example> = vectors("sigv4-other.json");
    assert_eq!(cases.len(), 11);
    cases.iter().for_each(Example::check);
}

// Signing keys.

#[derive(Deserialize)]
struct KeyCase {
    name: String,
    scheme: String,
    secret_access_key: String,
    date: Option<String>,
    region: Option<String>,
    service: Option<String>,
    expected: KeyExpected,
}

#[derive(Deserialize)]
struct KeyExpected {
    k_signing: Option<String>,
}

/// The library doesn't expose signing keys, but a signature is the HMAC of the string to sign. The
/// HMAC crate with the published key therefore has to compute our signature, for each day, region
/// and service.
#[test]
fn signatures_use_the_published_signing_keys() {
    let cases: Vec<KeyCase> = vectors("key-derivation.json");
    let cases = cases
        .iter()
        .filter(|case| case.scheme == "AWS4-HMAC-SHA256");
    let mut count = 0;
    for case in cases {
        count += 1;
        let [Some(date), Some(region), Some(service), Some(key)] = [
            &case.date,
            &case.region,
            &case.service,
            &case.expected.k_signing,
        ] else {
            panic!("{}: something is missing", case.name);
        };
        let keys = credentials("AKIDEXAMPLE", &case.secret_access_key, None);
        let keys = (&keys, &*case.secret_access_key);
        let service = Service::new(region.as_str(), service.as_str()).unwrap();
        let request = service.get("https://example.amazonaws.com/");
        // The first and the last second of the day.
        for clock in ["000000", "235959"] {
            let now = time(&format!("{date}T{clock}Z"));
            let steps = sign(&request, keys, now).unwrap().steps;
            assert_eq!(
                steps.signature,
                hex(hmac_sha256(&unhex(key), &steps.string_to_sign)),
                "{}",
                case.name
            );
        }
        // The next day has another key.
        let next = time(&format!("{date}T235959Z")).saturating_add(Duration::from_secs(1));
        let steps = sign(&request, keys, next).unwrap().steps;
        assert_ne!(
            steps.signature,
            hex(hmac_sha256(&unhex(key), &steps.string_to_sign)),
            "{}",
            case.name
        );
    }
    assert_eq!(count, 5);
}
