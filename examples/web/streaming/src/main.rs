//! Uploads that are signed while they are sent, with reqwest, and a service on axum that verifies
//! them while they arrive. `client.rs` and `service.rs` are the parts to copy.
//!
//! ```console
//! $ cargo run --manifest-path examples/web/Cargo.toml -p streaming
//! ```
//!
//! This program uploads a file to an S3 server by other authors and to the service. It exits with
//! an error if anything unexpected happens.

mod client;
mod service;

use presign::s3::Bucket;
use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
use presign::verify::Verifier;
use presign::{Credentials, Request};
use reqwest::Client;
use s3_server::Server;
use service::Service;
use std::error::Error;
use std::io::Read as _;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::SystemTime;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const LENGTH: usize = 1_000_000;

fn main() -> ExitCode {
    match Server::start().and_then(|server| Runtime::new()?.block_on(run(&server))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nunexpected: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(server: &Server) -> Result<(), Box<dyn Error>> {
    let client = Client::new();
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    let directory = tempfile::tempdir()?;
    let data: Vec<u8> = (0..LENGTH).map(|index| (index % 251) as u8).collect();
    let source = directory.path().join("source");
    std::fs::write(&source, &data)?;

    println!("An S3 server is running at {}.", server.endpoint());
    let s3 = Bucket::builder(s3_server::BUCKET, s3_server::REGION)
        .endpoint(server.endpoint())
        .build()?;
    let put = s3.put("video.bin");
    client::upload(&client, &put, &credentials, &source).await?;
    expect_same(&std::fs::read(server.file("video.bin"))?, &data)?;
    println!("A file is uploaded to it in signed chunks.");
    let changed = |sent: &mut Vec<u8>| sent[LENGTH / 2] ^= 1;
    let outcome = upload_damaged(&client, &put, &credentials, &data, changed).await;
    expect_rejection(outcome, "")?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let endpoint = format!("http://localhost:{}", listener.local_addr()?.port());
    let router = service::router(Service {
        verifier: Verifier::new(s3_server::REGION, "s3").allow_streaming(),
        user: credentials.clone(),
        directory: directory.path().into(),
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    println!("\nA service is running at {endpoint}.");
    let own = Bucket::builder("files", s3_server::REGION)
        .endpoint(endpoint)
        .build()?;
    let put = own.put("stored.bin");
    client::upload(&client, &put, &credentials, &source).await?;
    let stored = directory.path().join("stored.bin");
    expect_same(&std::fs::read(&stored)?, &data)?;
    println!("A file is uploaded to it in signed chunks.");
    std::fs::remove_file(&stored)?;

    let outcome = upload_damaged(&client, &put, &credentials, &data, changed).await;
    expect_rejection(outcome, "403 Forbidden: SignatureDoesNotMatch")?;
    let cut = |sent: &mut Vec<u8>| sent.truncate(LENGTH / 2);
    let outcome = upload_damaged(&client, &put, &credentials, &data, cut).await;
    expect_rejection(outcome, "400 Bad Request: IncompleteBody")?;
    let other = Credentials::new("SOMEBODYELSE", "secret")?;
    let outcome = client::upload(&client, &put, &other, &source).await;
    expect_rejection(outcome, "403 Forbidden: InvalidAccessKeyId")?;
    if std::fs::read_dir(directory.path())?.count() != 1 {
        return Err("a rejected upload left a file behind".into());
    }
    println!("\nEverything went as expected.");
    Ok(())
}

/// Uploads a body that is damaged in transit.
async fn upload_damaged(
    client: &Client,
    put: &Request<'_>,
    credentials: &Credentials,
    data: &[u8],
    damage: impl FnOnce(&mut Vec<u8>),
) -> Result<(), Box<dyn Error>> {
    // A signed `content-length` would reveal that the body is truncated.
    let body = ChunkedBody::signed(data.len() as u64)
        .checksum(ChecksumAlgorithm::CRC64_NVME)
        .without_content_length();
    let (signed, encoder) = put.sign_chunked(credentials, &body, SystemTime::now())?;
    let mut sent = Vec::new();
    encoder.reader(data).read_to_end(&mut sent)?;
    damage(&mut sent);
    let mut request = put.to_http(sent)?;
    signed.apply_to(&mut request)?;
    client::send(client, request.try_into()?).await
}

fn expect_same(actual: &[u8], expected: &[u8]) -> Result<(), Box<dyn Error>> {
    if actual == expected {
        Ok(())
    } else {
        Err("the file differs from the one that was sent".into())
    }
}

/// Checks that an upload is rejected, and that the error contains this text.
fn expect_rejection(
    outcome: Result<(), Box<dyn Error>>,
    expected: &str,
) -> Result<(), Box<dyn Error>> {
    match outcome {
        Ok(()) => Err("a damaged upload was accepted".into()),
        Err(error) if expected.is_empty() || error.to_string() == expected => {
            println!("Rejected as expected: {error}.");
            Ok(())
        }
        // The server responds before it has read the body, and then closes the connection. A client
        // that is still sending may not receive the response.
        Err(error) if error.downcast_ref().is_some_and(reqwest::Error::is_request) => {
            println!("Rejected as expected: the connection was closed ({expected}).");
            Ok(())
        }
        Err(error) => Err(format!("`{error}`, expected `{expected}`").into()),
    }
}
