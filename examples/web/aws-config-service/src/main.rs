//! An axum service that returns links, signed with the credentials that the AWS SDK finds.
//! `service.rs` is the service, and the part to copy. This program starts it, downloads through its
//! links from a server that verifies them, and exits with an error if anything unexpected happens:
//!
//! ```console
//! $ cargo run --manifest-path examples/web/Cargo.toml -p aws-config-service
//! ```

mod service;

use aws_config::BehaviorVersion;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::future;
use presign::CredentialsCache;
use presign::s3::Bucket;
use s3_server::{Answer, Request, Server};
use serde_json::Value;
use service::Service;
use std::error::Error;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nunexpected: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let s3 = Server::start()?;
    let runtime = Runtime::new()?;
    // Without `credentials_provider`, the SDK searches for credentials itself.
    let config = aws_config::defaults(BehaviorVersion::latest())
        .credentials_provider(ShortLived)
        .region(s3_server::REGION);
    let config = runtime.block_on(config.load());
    let service = Service {
        bucket: Bucket::builder(s3_server::BUCKET, s3_server::REGION)
            .endpoint(s3.endpoint())
            .build()?,
        provider: config.credentials_provider().ok_or("no credentials")?,
        cache: CredentialsCache::new(),
    };
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let port = listener.local_addr()?.port();
    runtime.spawn(async { axum::serve(listener, service::router(service)).await });

    std::fs::write(s3.file("report.txt"), "The report.")?;
    let link = Request::new(
        "GET",
        &format!("http://localhost:{port}/download-link/report.txt"),
    );
    let link: Value = serde_json::from_slice(&link.send()?.body)?;
    let expires_at: presign::Timestamp = text(&link, "expires_at")?.parse()?;
    let seconds = expires_at
        .saturating_duration_since(SystemTime::now())
        .as_secs();
    println!("a link that is valid for {seconds} seconds, like its credentials");
    if seconds > ShortLived::VALID_FOR.as_secs() {
        return Err("the link outlives its credentials".into());
    }

    let url = text(&link, "url")?;
    expect("a download", &Request::new("GET", url).send()?, 200)?;
    let other = url.replace("report.txt", "other.txt");
    expect(
        "a download of another key",
        &Request::new("GET", &other).send()?,
        403,
    )?;
    println!("\nEverything went as expected.");
    Ok(())
}

/// A provider that replaces the SDK's, because this program has no account. Its credentials expire
/// soon, like those of a role.
#[derive(Debug)]
struct ShortLived;

impl ShortLived {
    const VALID_FOR: Duration = Duration::from_secs(300);
}

impl ProvideCredentials for ShortLived {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Ok(aws_credential_types::Credentials::new(
            s3_server::ACCESS_KEY_ID,
            s3_server::SECRET_ACCESS_KEY,
            None,
            Some(SystemTime::now() + ShortLived::VALID_FOR),
            "example",
        )))
    }
}

fn text<'a>(json: &'a Value, name: &str) -> Result<&'a str, Box<dyn Error>> {
    Ok(json[name]
        .as_str()
        .ok_or_else(|| format!("no {name} in {json}"))?)
}

fn expect(step: &str, answer: &Answer, status: u16) -> Result<(), Box<dyn Error>> {
    println!("{step}: {}", answer.status);
    if answer.status == status {
        Ok(())
    } else {
        Err(format!("{step} returned {}, expected {status}", answer.status).into())
    }
}
