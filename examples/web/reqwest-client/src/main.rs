//! A client on reqwest: `client.rs` is the client, and the part to copy. This program has it upload and download, and be
//! refused:
//!
//! ```console
//! $ cargo run --manifest-path examples/web/Cargo.toml -p reqwest-client
//! ```
//!
//! The server is in servers/src/lib.rs of the repository. It was written by others, runs inside this
//! program, and verifies signatures as S3 does.

mod client;

use presign::s3::Bucket;
use presign::{Credentials, PostPolicy};
use reqwest::Client;
use s3_server::Server;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use tokio::runtime::Runtime;

const KEY: &str = "notes/März 2026.txt";
const FILE: &str = "Welcome to Amazon S3.";
const TEN_MINUTES: Duration = Duration::from_secs(600);
/// The least that a part may hold which is not the last.
const PART: usize = 5 * 1024 * 1024;

fn main() -> ExitCode {
    match Server::start().and_then(|server| Runtime::new()?.block_on(run(&server))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThis is not as it should be: {error}");
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
    stored("what was downloaded", &file, FILE.as_bytes())?;
    println!("It is downloaded through another, and is the same.");

    let an_hour_ago = now - Duration::from_secs(3600);
    let link = bucket
        .get(KEY)
        .presign(&credentials, TEN_MINUTES, an_hour_ago)?;
    let refused = client::download(&client, &link).await;
    let why = refused.err().ok_or("a link that had ended was accepted")?;
    println!("\nA link of an hour ago is refused, and explained:\n{why}");
    mentions(&*why, "expired (certain)")?;

    let other = Credentials::new(s3_server::ACCESS_KEY_ID, "another secret")?;
    let link = bucket.get(KEY).presign(&other, TEN_MINUTES, now)?;
    let refused = client::download(&client, &link).await;
    let why = refused.err().ok_or("another secret was accepted")?;
    println!("\nSo is one that was signed with another secret:\n{why}");
    mentions(&*why, "secret")?;

    let link = bucket
        .get("a/../b")
        .presign(&credentials, TEN_MINUTES, now)?;
    let refused = client::download(&client, &link).await;
    let why = refused
        .err()
        .ok_or("a path that reqwest rewrites was sent")?;
    println!("\nOne that reqwest would change is not sent: {why}");
    mentions(&*why, "rewrites")?;

    let form = PostPolicy::new("notes/form.txt")
        .content_length_range(1..=1000)
        .presign(&bucket, &credentials, TEN_MINUTES, now)?;
    client::upload_by_form(&client, &form, "form.txt", FILE).await?;
    stored(
        "notes/form.txt",
        &read(server, "notes/form.txt")?,
        FILE.as_bytes(),
    )?;
    println!("\nA file is uploaded through a form that takes up to 1000 bytes.");
    let refused = client::upload_by_form(&client, &form, "form.txt", vec![0; 1001]).await;
    let why = refused.err().ok_or("1001 bytes were accepted")?;
    println!("A larger one is refused: {why}");
    mentions(&*why, "EntityTooLarge")?;

    let parts = [vec![b'a'; PART], b"the end".to_vec()];
    let whole = parts.concat();
    client::upload_in_parts(&client, &bucket, &credentials, "large", parts).await?;
    stored("large", &read(server, "large")?, &whole)?;
    println!(
        "\n{} bytes are uploaded in parts, each through its own link.",
        whole.len()
    );
    let refused = client::upload_in_parts(&client, &bucket, &other, "other", [vec![0]]).await;
    let why = refused.err().ok_or("another secret was accepted")?;
    println!("With another secret that is refused: {why}");
    mentions(&*why, "SignatureDoesNotMatch")?;

    println!("\nAll of it went as it should.");
    Ok(())
}

/// The file that the server keeps an object in.
fn read(server: &Server, key: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    std::fs::read(server.file(key)).map_err(|error| format!("{key} is not stored: {error}").into())
}

fn stored(what: &str, was: &[u8], sent: &[u8]) -> Result<(), Box<dyn Error>> {
    match was == sent {
        true => Ok(()),
        false => Err(format!("{what} is not what was sent").into()),
    }
}

fn mentions(why: &dyn Error, word: &str) -> Result<(), Box<dyn Error>> {
    match why.to_string().contains(word) {
        true => Ok(()),
        false => Err(format!("`{why}` does not mention {word}").into()),
    }
}
