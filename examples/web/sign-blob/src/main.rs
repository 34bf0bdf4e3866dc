//! Links to Google Cloud Storage without a key file: IAM's `signBlob` signs them.
//!
//! ```console
//! $ cargo run --manifest-path examples/web/Cargo.toml -p sign-blob
//! ```
//!
//! `presign` and `sign_blob` are the part to copy. The example runs a server that replaces IAM with
//! the key of a test account, and verifies the link with the account's public key, as Google would.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::gcs::{self, Bucket, ServiceAccount};
use presign::verify::ReceivedRequest;
use presign::{Identity, PresignedUrl};
use serde_json::{Value, json};
use std::error::Error;
use std::time::{Duration, SystemTime};

type Failure = Box<dyn Error + Send + Sync>;

/// IAM's API for the keys of service accounts
/// ([signBlob](https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob)).
struct Iam {
    client: reqwest::Client,
    /// `https://iamcredentials.googleapis.com`.
    url: String,
    /// The access token of the service account that runs this program, from its metadata server.
    access_token: String,
}

impl Iam {
    /// Signs bytes with RSA and SHA-256, using a key of a service account that never leaves Google.
    async fn sign_blob(&self, email: &str, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let url = format!(
            "{}/v1/projects/-/serviceAccounts/{email}:signBlob",
            self.url
        );
        let request = self.client.post(url).bearer_auth(&self.access_token);
        let response = request
            .json(&json!({ "payload": BASE64.encode(bytes) }))
            .send()
            .await?;
        let body: Value = response.error_for_status()?.json().await?;
        let blob = body["signedBlob"].as_str().ok_or("no signedBlob")?;
        Ok(BASE64.decode(blob)?)
    }
}

/// Returns a link that is valid for an hour.
async fn presign(
    iam: &Iam,
    bucket: &Bucket,
    email: &str,
    name: &str,
) -> Result<PresignedUrl, Failure> {
    let (hour, now) = (Duration::from_secs(3600), SystemTime::now());
    let unsigned = bucket
        .get(name)
        .prepare_url(&Identity::rsa(email)?, hour, now)?;
    let signature = iam.sign_blob(email, unsigned.string_to_sign()).await?;
    Ok(unsigned.finish(&signature)?)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // Google's published test account.
    let vectors = include_str!("../../../../tests/vectors/gcs-v4.json");
    let account = serde_json::from_str::<Value>(vectors)?["service_account"].to_string();
    let account = ServiceAccount::from_json(&account)?;
    let iam = Iam {
        client: reqwest::Client::new(),
        url: iam_server::start().await?,
        access_token: "ya29.example".into(),
    };
    let bucket = Bucket::new("examplebucket")?;
    let email = account.identity().access_key_id();
    let link = presign(&iam, &bucket, email, "a b.txt").await?;
    println!("{link}");

    let verify = |method| {
        let request = ReceivedRequest::from_url(method, link.as_str())?;
        let verifier = gcs::verifier("auto");
        let result = verifier.verify(&request, SystemTime::now(), |_| Some(account.credentials()));
        Ok::<_, Failure>(result.map(drop))
    };
    verify("GET")??;
    if verify("PUT")?.is_ok() {
        return Err("the link is valid for another method".into());
    }
    println!("verified with the public key of {email}");
    Ok(())
}

/// A server that replaces IAM.
mod iam_server {
    use super::{BASE64, Failure};
    use axum::Json;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use base64::Engine as _;
    use rsa::pkcs8::DecodePrivateKey as _;
    use serde_json::{Value, json};
    use sha2::{Digest as _, Sha256};

    pub async fn start() -> Result<String, Failure> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let app =
            axum::Router::new().route("/v1/projects/-/serviceAccounts/{account}", post(sign_blob));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(url)
    }

    async fn sign_blob(
        headers: HeaderMap,
        Json(body): Json<Value>,
    ) -> Result<Json<Value>, StatusCode> {
        let token = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        if token != Some("Bearer ya29.example") {
            return Err(StatusCode::UNAUTHORIZED);
        }
        let payload = body["payload"].as_str().ok_or(StatusCode::BAD_REQUEST)?;
        let bytes = BASE64
            .decode(payload)
            .map_err(|_| StatusCode::BAD_REQUEST)?;
        let signature = sign(&bytes).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        Ok(Json(
            json!({ "keyId": "example", "signedBlob": BASE64.encode(signature) }),
        ))
    }

    fn sign(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let vectors = include_str!("../../../../tests/vectors/gcs-v4.json");
        let file: Value = serde_json::from_str(vectors)?;
        let pem = file["service_account"]["private_key"]
            .as_str()
            .ok_or("no key")?;
        let key = rsa::PrivateKey::from_pkcs8_pem(pem)?;
        Ok(key
            .pkcs1v15_sign_prehash::<Sha256>(&Sha256::digest(bytes))?
            .to_vec())
    }
}
