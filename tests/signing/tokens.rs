//! Authentication tokens: comparison with AWS's own signers, limits, and rejected descriptions.

use crate::support::signing::remote_signature;
use crate::support::{self, credentials, time, vectors};
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use presign::tokens::{self, TokenRequest};
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, Error, ErrorKind, Payload, v4};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const NOW: &str = "20240826T220000Z";
const HOST: &str = "db.us-east-1.rds.amazonaws.com";

fn keys() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET).unwrap()
}

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    kind: String,
    timestamp: String,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    region: String,
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    cache_name: Option<String>,
    cluster: Option<String>,
    path: Option<String>,
    #[serde(default)]
    query: Vec<(String, String)>,
    expires: Option<u64>,
    url: Option<String>,
    body: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    expected: Value,
}

impl Case {
    fn request(&self) -> Result<TokenRequest, Error> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (region, host, user) = (&self.region, text(&self.host), text(&self.user));
        let (cache, path) = (text(&self.cache_name), text(&self.path));
        let request = match self.kind.as_str() {
            "rds" => tokens::rds(region, &host, self.port.unwrap(), &user),
            "dsql" => tokens::dsql(region, &host),
            "dsql-admin" => tokens::dsql_admin(region, &host),
            "elasticache" => tokens::elasticache(region, &cache, &user),
            "elasticache-serverless" => tokens::elasticache_serverless(region, &cache, &user),
            "memorydb" => tokens::memorydb(region, &cache, &user),
            "eks" => tokens::eks(region, text(&self.cluster)),
            "msk" => tokens::msk(region),
            "bedrock-api-key" => tokens::bedrock(region),
            "iot-mqtt" => tokens::iot(region, &host),
            "transcribe-websocket" => {
                tokens::transcribe(region, host.strip_suffix(":8443").unwrap(), &path)
            }
            "execute-api-websocket" => tokens::execute_api(region, &host, &path),
            kind => panic!("unknown kind {kind}"),
        };
        let query = self.query.iter();
        Ok(query.fold(request?, |request, (name, value)| {
            request.query(name, value)
        }))
    }

    /// Returns the validity period of the case.
    fn expires_in(&self) -> Duration {
        let default = if self.kind == "eks" { 60 } else { 900 };
        Duration::from_secs(self.expires.unwrap_or(default))
    }
}

/// Returns the URL in a token, before and after `?`, with its parameters sorted.
fn url_of(kind: &str, token: &str) -> (String, BTreeSet<String>) {
    let url = match kind {
        "eks" => decode(&URL_SAFE_NO_PAD, token.strip_prefix("k8s-aws-v1.").unwrap()),
        "msk" => decode(&URL_SAFE_NO_PAD, token),
        "bedrock-api-key" => decode(&STANDARD, token.strip_prefix("bedrock-api-key-").unwrap()),
        _ => token.to_owned(),
    };
    let (front, query) = url.split_once('?').unwrap();
    let params = query.split('&').map(str::to_owned);
    (front.to_owned(), params.collect())
}

fn decode(engine: &impl base64::Engine, text: &str) -> String {
    String::from_utf8(engine.decode(text).unwrap()).unwrap()
}

#[test]
fn tokens_match_those_of_other_signers() {
    let Vectors { cases } = vectors("auth-tokens.json");
    let mut kinds = BTreeSet::new();
    for case in &cases {
        let kind = case.kind.as_str();
        kinds.insert(kind);
        let credentials = credentials(
            &case.access_key_id,
            &case.secret_access_key,
            case.session_token.as_deref(),
        );
        match kind {
            "codecommit-git" => check_login(case, &credentials),
            "sts-identity-request" => check_identity_request(case, &credentials),
            _ => check_token(case, &credentials),
        }
    }
    assert_eq!((cases.len(), kinds.len()), (18, 14));
}

fn check_token(case: &Case, credentials: &Credentials) {
    let (request, now) = (case.request().unwrap(), time(&case.timestamp));
    let token = request
        .presign(credentials, case.expires_in(), now)
        .unwrap();
    assert_eq!(token.expires_at(), now.saturating_add(case.expires_in()));

    // A remote key makes the same token.
    let unsigned = request.prepare(credentials.identity(), case.expires_in(), now);
    let unsigned = unsigned.unwrap();
    let signature = remote_signature(&unsigned, &case.secret_access_key);
    assert_eq!(
        unsigned.finish(&signature).unwrap().as_str(),
        token.as_str()
    );

    let expected = case.expected["token"].as_str().unwrap();
    let [mut own, mut expected] = [token.as_str(), expected].map(|token| url_of(&case.kind, token));
    if case.kind == "msk" {
        // Each client adds its own User-Agent, which is not signed.
        let agent = |param: &String| param.starts_with("User-Agent=");
        let own_agent = own.1.iter().find(|param| agent(param)).unwrap();
        assert!(
            own_agent.starts_with("User-Agent=presign%2F"),
            "{own_agent}"
        );
        for (_, params) in [&mut own, &mut expected] {
            params.retain(|param| !agent(param));
        }
    }
    assert_eq!(own, expected, "{}", case.kind);
}

fn check_login(case: &Case, credentials: &Credentials) {
    let (host, path) = (case.host.as_ref().unwrap(), case.path.as_ref().unwrap());
    let request = tokens::codecommit(&case.region, host, path).unwrap();
    let login = request.sign(credentials, time(&case.timestamp)).unwrap();
    assert_eq!(login.username(), case.expected["username"]);
    assert_eq!(login.password(), case.expected["password"]);
}

/// Checks an identity proof, which sends the headers themselves instead of a token.
fn check_identity_request(case: &Case, credentials: &Credentials) {
    let sts = v4::Service::new(&case.region, "sts").unwrap();
    let body = case.body.as_deref().unwrap();
    let request = sts.post(case.url.as_deref().unwrap());
    let headers = case.headers.iter();
    let request = headers.fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    let request = request.payload(Payload::sha256_of(body));
    let signed = request.sign(credentials, time(&case.timestamp)).unwrap();
    let authorization = signed
        .headers()
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    assert_eq!(
        authorization.unwrap().1,
        case.expected["headers"]["Authorization"]
    );
}

/// A server accepts the URL in a token of each kind, and rejects it with another parameter.
#[test]
fn a_verifier_accepts_the_url_in_a_token() {
    let now = time(NOW);
    for (service, request) in [
        (
            "rds-db",
            tokens::rds("us-east-1", HOST, 5432, "a b").unwrap(),
        ),
        (
            "memorydb",
            tokens::memorydb("us-east-1", "My-Cluster", "u").unwrap(),
        ),
        (
            "iotwireless",
            tokens::iot_wireless("us-east-1", "api.iotwireless.us-east-1.amazonaws.com")
                .unwrap()
                .query("configuration-name", "Na Config"),
        ),
        (
            "execute-api",
            tokens::execute_api(
                "us-east-1",
                "a.execute-api.us-east-1.amazonaws.com",
                "/prod",
            )
            .unwrap(),
        ),
    ] {
        let token = request
            .presign(&keys(), Duration::from_secs(60), now)
            .unwrap();
        let url = token.as_str().trim_start_matches("wss://");
        let verifier = Verifier::new("us-east-1", service);
        for (url, accepted) in [
            (format!("https://{url}"), true),
            (format!("https://{url}&a=b"), false),
        ] {
            let received = ReceivedRequest::from_url("GET", &url).unwrap();
            let verdict = verifier.verify(&received, now, |_| Some(keys()));
            match verdict {
                Ok(_) => assert!(accepted, "{url}"),
                Err(error) => {
                    assert!(!accepted, "{url}: {error}");
                    assert_eq!(error.kind(), VerifyErrorKind::Signature);
                }
            }
        }
    }
}

#[test]
fn a_service_limits_the_validity() {
    let gateway = "a.execute-api.us-east-1.amazonaws.com";
    for (max, request) in [
        (900, tokens::rds("us-east-1", HOST, 5432, "app")),
        (604_800, tokens::dsql("us-east-1", HOST)),
        (604_800, tokens::dsql_admin("us-east-1", HOST)),
        (900, tokens::elasticache("us-east-1", "cache", "user")),
        (
            900,
            tokens::elasticache_serverless("us-east-1", "cache", "user"),
        ),
        (900, tokens::memorydb("us-east-1", "cluster", "user")),
        (900, tokens::eks("us-east-1", "cluster")),
        (900, tokens::msk("us-east-1")),
        (43_200, tokens::bedrock("us-east-1")),
        (86_400, tokens::iot("us-east-1", HOST)),
        (300, tokens::iot_wireless("us-east-1", HOST)),
        (
            300,
            tokens::transcribe("us-east-1", HOST, "/stream-transcription-websocket"),
        ),
        (604_800, tokens::execute_api("us-east-1", gateway, "/prod")),
    ] {
        let request = request.unwrap();
        let presign = |seconds| request.presign(&keys(), Duration::from_secs(seconds), time(NOW));
        let token = presign(max).unwrap();
        let expires_at = time(NOW).saturating_add(Duration::from_secs(max));
        assert_eq!(token.expires_at(), expires_at);
        let longest = max.to_string();
        rejected(presign(max + 1), ErrorKind::Expiry, &[&longest]);
        let identity = keys().identity().clone();
        let too_long = Duration::from_secs(max + 1);
        let prepared = request.prepare(&identity, too_long, time(NOW));
        rejected(prepared, ErrorKind::Expiry, &[&longest]);
    }
}

#[track_caller]
fn rejected<T>(result: Result<T, Error>, kind: ErrorKind, words: &[&str]) {
    support::rejected(result, kind, words, &[SECRET]);
}

#[test]
fn a_token_never_outlives_its_credentials() {
    let now = time(NOW);
    let soon = now.saturating_add(Duration::from_secs(100));
    let request = tokens::rds("us-east-1", HOST, 5432, "app").unwrap();
    let presigned = request.presign(&keys().with_expiration(soon), Duration::from_secs(101), now);
    rejected(presigned, ErrorKind::Expiry, &["credentials"]);

    let login = tokens::codecommit("us-east-1", "git.example.com", "/v1/repos/r").unwrap();
    let signed = |expiration| login.sign(&keys().with_expiration(expiration), now);
    assert_eq!(signed(soon).unwrap().expires_at(), soon);
    let later = now.saturating_add(Duration::from_secs(901));
    let quarter = now.saturating_add(Duration::from_secs(900));
    assert_eq!(signed(later).unwrap().expires_at(), quarter);
    rejected(signed(now), ErrorKind::Expiry, &["expired"]);
}

#[test]
fn invalid_descriptions_are_rejected() {
    let region = "us-east-1";
    rejected(
        tokens::rds("us/east", HOST, 1, "u"),
        ErrorKind::Scope,
        &["region"],
    );
    for host in ["", "h/x", "h?x", "u@h", "h:1", "h#x", "h\n", "\u{e9}"] {
        rejected(tokens::rds(region, host, 1, "u"), ErrorKind::Url, &["host"]);
        rejected(tokens::dsql(region, host), ErrorKind::Url, &["host"]);
        rejected(tokens::iot(region, host), ErrorKind::Url, &["host"]);
        rejected(
            tokens::elasticache(region, host, "u"),
            ErrorKind::Url,
            &["host"],
        );
        rejected(
            tokens::codecommit(region, host, "/"),
            ErrorKind::Url,
            &["host"],
        );
    }
    rejected(tokens::rds(region, HOST, 0, "u"), ErrorKind::Url, &["port"]);
    rejected(
        tokens::rds(region, HOST, 1, ""),
        ErrorKind::Query,
        &["user"],
    );
    let endpoint = "my-cache.abc.use1.cache.amazonaws.com";
    rejected(
        tokens::memorydb(region, endpoint, "u"),
        ErrorKind::Url,
        &["endpoint", "name"],
    );
    for path in ["", "prod", "/prod?a=b", "/prod#a"] {
        rejected(
            tokens::execute_api(region, HOST, path),
            ErrorKind::Url,
            &["path"],
        );
        rejected(
            tokens::transcribe(region, HOST, path),
            ErrorKind::Url,
            &["path"],
        );
        rejected(
            tokens::codecommit(region, HOST, path),
            ErrorKind::Url,
            &["path"],
        );
    }
    for region in ["", "US-EAST-1", "us-east-1.example.com/", "aws-global"] {
        rejected(tokens::eks(region, "c"), ErrorKind::Scope, &["region"]);
        rejected(tokens::msk(region), ErrorKind::Scope, &["region"]);
    }
    let bad_cluster = tokens::eks(region, "a\r\nb").unwrap();
    let signed = bad_cluster.presign(&keys(), Duration::from_secs(60), time(NOW));
    rejected(signed, ErrorKind::Header, &["x-k8s-aws-id"]);
}

#[test]
fn hosts_match_the_partition() {
    let token = tokens::eks("cn-north-1", "c").unwrap();
    let token = token
        .presign(&keys(), Duration::from_secs(60), time(NOW))
        .unwrap();
    assert_eq!(
        url_of("eks", token.as_str()).0,
        "https://sts.cn-north-1.amazonaws.com.cn/"
    );
}

#[test]
fn debug_hides_the_secrets() {
    let token = tokens::dsql("us-east-1", HOST).unwrap();
    let token = token
        .presign(&keys(), Duration::from_secs(60), time(NOW))
        .unwrap();
    assert_eq!(
        format!("{token:?}"),
        "Token { expires_at: 2024-08-26T22:01:00Z, .. }"
    );
    let login = tokens::codecommit("us-east-1", "git.example.com", "/v1/repos/r").unwrap();
    let login = login.sign(&keys(), time(NOW)).unwrap();
    assert_eq!(
        format!("{login:?}"),
        "GitLogin { expires_at: 2024-08-26T22:15:00Z, .. }"
    );
}
