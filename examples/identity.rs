//! Proves an identity to a service that isn't AWS: signs GetCallerIdentity, a request to STS that
//! needs no permission, and passes it on unsent. The service sends it, and STS answers with the
//! signer's identity.
//!
//! ```console
//! $ cargo run --example identity
//! ```
//!
//! EKS accepts a presigned URL (<https://github.com/kubernetes-sigs/aws-iam-authenticator>), which
//! [`presign::tokens`] makes, and Vault a request with signed headers
//! (<https://developer.hashicorp.com/vault/docs/auth/aws>). The function down to `main` is the part
//! to copy. The rest verifies both like STS, and exits with an error if anything unexpected
//! happens.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use presign::{Credentials, Error, Payload, Timestamp, v4};
use serde_json::{Map, Value, json};

/// Returns the body of a login to Vault: `POST /v1/auth/aws/login`.
///
/// `server_id` is the `iam_server_id_header_value` of that Vault; Vaults with another one reject
/// the request. The STS endpoint has to be the one that Vault is configured with. Without such a
/// configuration it is `https://sts.amazonaws.com/` with the region us-east-1.
pub fn vault_login(
    role: &str,
    server_id: &str,
    region: &str,
    credentials: &Credentials,
    now: impl Into<Timestamp>,
) -> Result<Value, Error> {
    let url = format!("https://sts.{region}.amazonaws.com/");
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let content_type = "application/x-www-form-urlencoded; charset=utf-8";
    let own_headers = [
        ("Content-Type", content_type),
        ("X-Vault-AWS-IAM-Server-ID", server_id),
    ];
    let sts = v4::Service::new(region, "sts")?;
    let mut request = sts.post(&url).payload(Payload::sha256_of(body));
    for (name, value) in own_headers {
        request = request.header(name, value);
    }
    let signed = request.sign(credentials, now)?;
    let headers: Map<_, _> = own_headers
        .into_iter()
        .chain(signed.headers())
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    Ok(json!({
        "role": role,
        "iam_http_request_method": "POST",
        "iam_request_url": STANDARD.encode(&url),
        "iam_request_body": STANDARD.encode(body),
        "iam_request_headers": STANDARD.encode(Value::Object(headers).to_string()),
    }))
}

// The program that runs it.

use presign::tokens;
use presign::verify::{ReceivedRequest, Verifier, VerifyError};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const REGION: &str = "eu-central-1";
const SERVER_ID: &str = "X-Vault-AWS-IAM-Server-ID";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nunexpected: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY)?;
    let now = SystemTime::now();

    let token = tokens::eks(REGION, "examplecluster")?;
    let token = token.presign(&credentials, Duration::from_secs(60), now)?;
    let token = token.as_str();
    println!("A token for the EKS cluster examplecluster:\n{token}");
    expect_accepted("examplecluster", sent_by_cluster(token, "examplecluster")?)?;
    expect_rejected("othercluster", sent_by_cluster(token, "othercluster")?)?;

    let login = vault_login("dev", "vault.example.com", REGION, &credentials, now)?;
    println!("\nA login to the Vault vault.example.com:\n{login:#}");
    expect_accepted(
        "vault.example.com",
        sent_by_vault(&login, "vault.example.com")?,
    )?;
    expect_rejected(
        "other.example.com",
        sent_by_vault(&login, "other.example.com")?,
    )?;

    println!("\nEverything went as expected.");
    Ok(())
}

type Verdict = Result<String, VerifyError>;

/// Returns the response of STS to a cluster, which sends the URL of the token with its own name.
fn sent_by_cluster(token: &str, cluster: &str) -> Outcome<Verdict> {
    let url = token.strip_prefix("k8s-aws-v1.").ok_or("no token")?;
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(url)?)?;
    let request = ReceivedRequest::from_url("GET", &url)?.header("x-k8s-aws-id", cluster);
    Ok(sts(&request))
}

/// Returns the response of STS to a Vault, which sends the request with its own ID.
fn sent_by_vault(login: &Value, server_id: &str) -> Outcome<Verdict> {
    let url = field(login, "iam_request_url")?;
    let body = field(login, "iam_request_body")?;
    let headers: Map<String, Value> = serde_json::from_str(&field(login, "iam_request_headers")?)?;
    let mut request = ReceivedRequest::from_url("POST", &url)?.body(body.as_bytes());
    for (name, value) in &headers {
        let value = match name.as_str() {
            SERVER_ID => server_id,
            _ => value.as_str().unwrap_or_default(),
        };
        request = request.header(name, value);
    }
    Ok(sts(&request))
}

/// Returns the decoded value of a field of a login.
fn field(login: &Value, name: &str) -> Outcome<String> {
    let text = login[name].as_str().ok_or_else(|| format!("no {name}"))?;
    Ok(String::from_utf8(STANDARD.decode(text)?)?)
}

/// Returns the access key ID that signed a request, as STS determines it.
fn sts(request: &ReceivedRequest<'_>) -> Verdict {
    let verified = Verifier::new(REGION, "sts").verify(request, SystemTime::now(), |id| {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY);
        credentials.ok().filter(|_| id == ACCESS_KEY_ID)
    })?;
    Ok(verified.access_key_id().to_owned())
}

fn expect_accepted(sender: &str, verdict: Verdict) -> Outcome<()> {
    let id = verdict?;
    println!("Sent by {sender}, it is accepted. The signer is {id}.");
    if id == ACCESS_KEY_ID {
        Ok(())
    } else {
        Err(format!("the signer is {id}, expected {ACCESS_KEY_ID}").into())
    }
}

fn expect_rejected(sender: &str, verdict: Verdict) -> Outcome<()> {
    match verdict {
        Err(error) if error.code() == "SignatureDoesNotMatch" => {
            println!("Sent by {sender}, it is rejected: {error}.");
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(_) => Err(format!("sent by {sender}, it is accepted").into()),
    }
}
