//! Proves who one is to a service that is not AWS's: signs GetCallerIdentity, a request to STS that needs no permission, and
//! hands it over unsent. The service sends it, and STS answers with the signer's identity.
//!
//! ```console
//! $ cargo run --example identity
//! ```
//!
//! EKS takes a presigned URL (<https://github.com/kubernetes-sigs/aws-iam-authenticator>), Vault a request that is signed with
//! headers (<https://developer.hashicorp.com/vault/docs/auth/aws>). The functions down to `main` are the part to copy; what
//! comes after them has both checked as STS would, and fails if an outcome is not as it should be.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use presign::{Credentials, Error, Payload, Request, Timestamp, v4};
use serde_json::{Map, Value, json};
use std::time::{Duration, SystemTime};

/// What a presigned token says of its life. STS takes it for 15 minutes all the same; old clusters want no more than 60 seconds.
const EXPIRES_IN: Duration = Duration::from_secs(60);

/// A bearer token for the API server of an EKS cluster, as `aws eks get-token` makes it. It is good for 15 minutes.
pub fn eks_token(
    cluster: &str,
    region: &str,
    credentials: &Credentials,
    now: impl Into<Timestamp>,
) -> Result<String, Error> {
    let url = format!("https://sts.{region}.amazonaws.com/");
    // The header names the cluster, and is signed: at another cluster the token is worth nothing.
    let request = Request::get(url)
        .query("Action", "GetCallerIdentity")
        .query("Version", "2011-06-15")
        .header("x-k8s-aws-id", cluster);
    let signer = v4::Signer::new(credentials.clone(), region, "sts")?;
    let url = signer.presign(&request, EXPIRES_IN, now)?;
    Ok(format!(
        "k8s-aws-v1.{}",
        URL_SAFE_NO_PAD.encode(url.as_str())
    ))
}

/// The body of a login to Vault: `POST /v1/auth/aws/login`. `server_id` is the `iam_server_id_header_value` of that Vault, by
/// which another one refuses the same request. The STS endpoint has to be the one that Vault is configured with; if none is, that is
/// `https://sts.amazonaws.com/` with the region us-east-1.
pub fn vault_login(
    role: &str,
    server_id: &str,
    region: &str,
    credentials: &Credentials,
    now: impl Into<Timestamp>,
) -> Result<Value, Error> {
    let url = format!("https://sts.{region}.amazonaws.com/");
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let headers = [
        (
            "Content-Type",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        ("X-Vault-AWS-IAM-Server-ID", server_id),
    ];
    let request = headers
        .into_iter()
        .fold(Request::post(&*url), |request, (name, value)| {
            request.header(name, value)
        });
    let signer = v4::Signer::new(credentials.clone(), region, "sts")?;
    let signed = signer.sign(&request, Payload::of(body), now)?;
    let headers: Map<_, _> = headers
        .into_iter()
        .chain(signed.headers())
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    Ok(json!({
        "role": role,
        "iam_http_request_method": "POST",
        "iam_request_url": STANDARD.encode(url),
        "iam_request_body": STANDARD.encode(body),
        "iam_request_headers": STANDARD.encode(Value::Object(headers).to_string()),
    }))
}

// What runs it.

use presign::verify::{ReceivedRequest, Verifier, VerifyError};
use std::process::ExitCode;

const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const REGION: &str = "eu-central-1";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThis is not as it should be: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY)?;
    let now = SystemTime::now();

    let token = eks_token("examplecluster", REGION, &credentials, now)?;
    println!("A token for the EKS cluster examplecluster:\n{token}");
    let url = token.strip_prefix("k8s-aws-v1.").ok_or("no token")?;
    let url = String::from_utf8(URL_SAFE_NO_PAD.decode(url)?)?;
    // What a cluster sends: the URL of the token, with its own name.
    let from = |cluster| {
        let request = ReceivedRequest::from_url("GET", &url)?.header("x-k8s-aws-id", cluster);
        Outcome::Ok(sts(&request))
    };
    accepted("examplecluster", from("examplecluster")?)?;
    refused("othercluster", from("othercluster")?)?;

    let login = vault_login("dev", "vault.example.com", REGION, &credentials, now)?;
    println!("\nA login to the Vault vault.example.com:\n{login:#}");
    let text = |name: &str| {
        let text = login[name].as_str().ok_or_else(|| format!("no {name}"))?;
        Outcome::Ok(String::from_utf8(STANDARD.decode(text)?)?)
    };
    let (url, body) = (text("iam_request_url")?, text("iam_request_body")?);
    let headers: Map<String, Value> = serde_json::from_str(&text("iam_request_headers")?)?;
    // What a Vault sends, after it has looked whether its own id is in there.
    let from = |server_id| {
        let headers = headers.iter().map(|(name, value)| match &**name {
            "X-Vault-AWS-IAM-Server-ID" => (&**name, server_id),
            _ => (&**name, value.as_str().unwrap_or_default()),
        });
        let request = ReceivedRequest::from_url("POST", &url)?;
        Outcome::Ok(sts(&request.headers(headers).body(body.as_bytes())))
    };
    accepted("vault.example.com", from("vault.example.com")?)?;
    refused("other.example.com", from("other.example.com")?)?;

    println!("\nAll of it went as it should.");
    Ok(())
}

/// Who signed a request, as STS finds out.
fn sts(request: &ReceivedRequest<'_>) -> Result<String, VerifyError> {
    let verifier = Verifier::new(REGION, "sts");
    let find = |id: &str| {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY);
        credentials.ok().filter(|_| id == ACCESS_KEY_ID)
    };
    let verified = verifier.verify(request, SystemTime::now(), find)?;
    Ok(verified.into_access_key_id())
}

fn accepted(whose: &str, outcome: Result<String, VerifyError>) -> Outcome<()> {
    let id = outcome?;
    println!("Sent by {whose}, it is accepted as that of {id}.");
    match id == ACCESS_KEY_ID {
        true => Ok(()),
        false => Err("that is somebody else".into()),
    }
}

fn refused(whose: &str, outcome: Result<String, VerifyError>) -> Outcome<()> {
    match outcome {
        Err(error) if error.code() == "SignatureDoesNotMatch" => {
            println!("Sent by {whose}, it is refused: {error}.");
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(_) => Err(format!("sent by {whose}, it is accepted").into()),
    }
}
