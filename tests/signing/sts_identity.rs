//! Compares tokens for EKS and the logins of `examples/identity.rs` with botocore's.

#[allow(dead_code, reason = "the example's `main`")]
#[path = "../../examples/identity.rs"]
mod identity;

use crate::support::{credentials, time, vectors};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use presign::tokens;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

#[derive(Deserialize)]
struct Case {
    kind: String,
    access_key: String,
    secret_key: String,
    token: Option<String>,
    region: String,
    timestamp: String,
    cluster: Option<String>,
    server_id: Option<String>,
    expected: Value,
}

fn cases(kind: &str) -> Vec<Case> {
    let cases: Vec<Case> = vectors("sts-identity.json");
    let cases: Vec<_> = cases.into_iter().filter(|case| case.kind == kind).collect();
    assert_eq!(cases.len(), 2);
    cases
}

#[test]
fn eks_tokens_match_botocore() {
    let url_of = |token: &str| {
        let url = token.strip_prefix("k8s-aws-v1.").unwrap();
        String::from_utf8(URL_SAFE_NO_PAD.decode(url).unwrap()).unwrap()
    };
    for case in cases("eks") {
        let credentials = credentials(&case.access_key, &case.secret_key, case.token.as_deref());
        let cluster = case.cluster.as_deref().unwrap();
        let token = tokens::eks(&case.region, cluster).unwrap();
        let token = token.presign(&credentials, Duration::from_secs(60), time(&case.timestamp));
        let token = String::from(token.unwrap());
        let expected = case.expected["token"].as_str().unwrap();
        match case.token {
            None => assert_eq!(token, expected),
            // botocore appends the session token; our parameters are sorted.
            Some(_) => {
                let sorted = |url: &str| {
                    let params = url.split(['?', '&']).map(str::to_owned);
                    params.collect::<BTreeSet<_>>()
                };
                assert_eq!(sorted(&url_of(&token)), sorted(&url_of(expected)));
            }
        }
    }
}

#[test]
fn vault_logins_match_botocore() {
    for case in cases("vault") {
        let credentials = credentials(&case.access_key, &case.secret_key, case.token.as_deref());
        let server_id = case.server_id.as_deref().unwrap();
        let now = time(&case.timestamp);
        let login =
            identity::vault_login("dev", server_id, &case.region, &credentials, now).unwrap();
        assert_eq!(login["role"], "dev");
        assert_eq!(login["iam_http_request_method"], "POST");
        let decoded = |name: &str| {
            let text = STANDARD.decode(login[name].as_str().unwrap()).unwrap();
            String::from_utf8(text).unwrap()
        };
        assert_eq!(decoded("iam_request_url"), case.expected["url"]);
        assert_eq!(decoded("iam_request_body"), case.expected["body"]);
        let headers: Value = serde_json::from_str(&decoded("iam_request_headers")).unwrap();
        let lower = |headers: &Value| {
            let headers = headers.as_object().unwrap().iter();
            let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_string()));
            headers.collect::<BTreeSet<_>>()
        };
        assert_eq!(lower(&headers), lower(&case.expected["headers"]));
    }
}
