//! A client on reqwest. `client.rs` is the client, and the part to copy. This program uploads and
//! downloads with it, sends requests that the server rejects, and exits with an error if anything
//! unexpected happens:
//!
//! ```console
//! $ cargo run --manifest-path examples/web/Cargo.toml -p reqwest-client
//! ```
//!
//! The server is in servers/src/lib.rs of the repository: other authors wrote it, it runs inside
//! this program, and it verifies signatures like S3.

mod client;

use presign::Credentials;
use presign::s3::Bucket;
use reqwest::Client;
use s3_server::Server;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use tokio::runtime::Runtime;

const KEY: &str = "notes/März 2026.txt";
const FILE: &str = "Welcome to Amazon S3.";
const TEN_MINUTES: Duration = Duration::from_secs(600);
/// The minimum size of a part that isn't the last, in bytes.
const PART_SIZE: usize = 5 * 1024 * 1024;

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
    println!("An S3 server is running at {}.", server.endpoint());
    let client = Client::new();
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    let bucket = Bucket::builder(s3_server::BUCKET, s3_server::REGION)
        .endpoint(server.endpoint())
        .build()?;
    let now = SystemTime::now();

    let put = bucket.put(KEY).header("Content-Type", "text/plain");
    let link = put.presign(&credentials, TEN_MINUTES, now)?;
    client::upload(&client, &link, FILE).await?;
    println!("\n{KEY} is uploaded through a link.");

    let link = bucket.get(KEY).presign(&credentials, TEN_MINUTES, now)?;
    let file = client::download(&client, &link).await?;
    expect_same("the download", &file, FILE.as_bytes())?;
    println!("It is downloaded through another, unchanged.");

    let an_hour_ago = now - Duration::from_secs(3600);
    let link = bucket
        .get(KEY)
        .presign(&credentials, TEN_MINUTES, an_hour_ago)?;
    let rejected = client::download(&client, &link).await;
    let reason = rejected.err().ok_or("an expired link was accepted")?;
    println!("\nA link of an hour ago is rejected, and the error explained:\n{reason}");
    expect_word(&*reason, "expired")?;

    let other = Credentials::new(s3_server::ACCESS_KEY_ID, "another secret")?;
    let link = bucket.get(KEY).presign(&other, TEN_MINUTES, now)?;
    let rejected = client::download(&client, &link).await;
    let reason = rejected.err().ok_or("another secret was accepted")?;
    println!("\nA link that is signed with another secret is rejected:\n{reason}");
    expect_word(&*reason, "secret")?;

    let link = bucket
        .get("a/../b")
        .presign(&credentials, TEN_MINUTES, now)?;
    let not_sent = client::download(&client, &link).await;
    let reason = not_sent.err().ok_or("a rewritten path was sent")?;
    println!("\nA link that reqwest would rewrite is not sent: {reason}");
    expect_word(&*reason, "changes")?;

    let form = bucket
        .post_policy("notes/form.txt")
        .content_length_range(1..=1000)
        .presign(&credentials, TEN_MINUTES, now)?;
    client::upload_by_form(&client, &form, "form.txt", FILE).await?;
    expect_same(
        "notes/form.txt",
        &read(server, "notes/form.txt")?,
        FILE.as_bytes(),
    )?;
    println!("\nA file is uploaded through a form that accepts up to 1000 bytes.");
    let rejected = client::upload_by_form(&client, &form, "form.txt", vec![0; 1001]).await;
    let reason = rejected.err().ok_or("1001 bytes were accepted")?;
    println!("A larger file is rejected: {reason}");
    expect_word(&*reason, "EntityTooLarge")?;

    let parts = [vec![b'a'; PART_SIZE], b"the end".to_vec()];
    let whole = parts.concat();
    client::upload_in_parts(&client, &bucket, &credentials, "large", parts).await?;
    expect_same("large", &read(server, "large")?, &whole)?;
    println!(
        "\n{} bytes are uploaded in parts, each through its own link.",
        whole.len()
    );
    let rejected = client::upload_in_parts(&client, &bucket, &other, "other", [vec![0]]).await;
    let reason = rejected.err().ok_or("another secret was accepted")?;
    println!("With another secret this is rejected: {reason}");
    expect_word(&*reason, "SignatureDoesNotMatch")?;

    println!("\nEverything went as expected.");
    Ok(())
}

/// Reads the file in which the server stores an object.
fn read(server: &Server, key: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    std::fs::read(server.file(key)).map_err(|error| format!("{key} is not stored: {error}").into())
}

fn expect_same(name: &str, actual: &[u8], sent: &[u8]) -> Result<(), Box<dyn Error>> {
    if actual == sent {
        Ok(())
    } else {
        Err(format!("{name} differs from the sent data").into())
    }
}

fn expect_word(reason: &dyn Error, word: &str) -> Result<(), Box<dyn Error>> {
    if reason.to_string().contains(word) {
        Ok(())
    } else {
        Err(format!("`{reason}` doesn't contain {word}").into())
    }
}
