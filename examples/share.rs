//! Shares a file by link. Uploads it through one presigned URL and downloads it through others,
//! with SigV4 and SigV2. Then uploads it through a form that limits the size, and shows which links
//! a server rejects.
//!
//! ```console
//! $ cargo run --example share
//! ```
//!
//! The functions down to `main` are the part to copy. The rest runs them against a server, and
//! exits with an error if anything unexpected happens. The server is in servers/src/lib.rs: other
//! authors wrote it, it runs inside this program, and it verifies signatures like S3.

use presign::post::PresignedPost;
use presign::s3::Bucket;
use presign::{ContentDisposition, Credentials, Error, PresignedUrl, Timestamp};
use std::time::Duration;

const TEN_MINUTES: Duration = Duration::from_secs(600);

/// Returns a link to upload one file. The client needs no key pair, and can't do anything else.
fn upload_link(
    bucket: &Bucket,
    key: &str,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<PresignedUrl, Error> {
    bucket
        .put(key)
        .header("Content-Type", "text/plain; charset=utf-8")
        .presign(credentials, TEN_MINUTES, now)
}

/// Returns a link to download the file. A browser saves it as `file_name`.
fn download_link(
    bucket: &Bucket,
    key: &str,
    file_name: &str,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<PresignedUrl, Error> {
    bucket
        .get(key)
        .response_content_disposition(ContentDisposition::attachment(file_name))
        .presign(credentials, TEN_MINUTES, now)
}

/// Returns a form to upload one file of limited size. A link can't limit the size.
fn upload_form(
    bucket: &Bucket,
    key: &str,
    max_size: u64,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<PresignedPost, Error> {
    bucket
        .post_policy(key)
        .content_length_range(1..=max_size)
        .field("Content-Type", "text/plain; charset=utf-8")
        .presign(credentials, TEN_MINUTES, now)
}

// The program that runs these functions.

use presign::SignatureVersion;
use s3_server::{Answer, Request, Server};
use std::process::ExitCode;
use std::time::SystemTime;

/// The file to share: the source of this program.
const FILE: &[u8] = include_bytes!("share.rs");
const KEY: &str = "drafts/März 2026.txt";
const MAX_SIZE: usize = 10_000;

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
    let server = Server::start()?;
    println!("An S3 server is running at {}.", server.endpoint());
    println!("It has one user and verifies the signature of every request.");

    // Signing needs nothing else. For AWS the bucket is `Bucket::new("examplebucket",
    // "us-east-1")?`.
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    let builder = Bucket::builder(s3_server::BUCKET, s3_server::REGION).endpoint(server.endpoint());
    let now = Timestamp::from(SystemTime::now());

    for (version, name) in [
        (SignatureVersion::V4, "SigV4"),
        (SignatureVersion::V2, "SigV2, for old stores"),
    ] {
        let bucket = builder.clone().signature_version(version).build()?;
        println!("\n# {name}");
        upload_and_download(&bucket, &credentials, now)?;
        upload_by_form(&bucket, &credentials, now)?;
        rejected_links(&bucket, &credentials, now)?;
    }
    println!("\nEverything went as expected.");
    Ok(())
}

fn upload_and_download(bucket: &Bucket, credentials: &Credentials, now: Timestamp) -> Outcome<()> {
    let link = upload_link(bucket, KEY, credentials, now)?;
    print_step("A link to upload a file, valid for ten minutes", &link);
    // `Request::of` sends the link's headers, here Content-Type, because they are signed too.
    let answer = Request::of(&link).body(FILE).send()?;
    expect(&answer, 200, None)?;
    println!("PUT: {} bytes are stored.", FILE.len());

    let link = download_link(bucket, KEY, "März.txt", credentials, now)?;
    print_step(
        "A link to download it, which a browser saves as März.txt",
        &link,
    );
    let answer = Request::of(&link).send()?;
    expect(&answer, 200, None)?;
    if answer.body != FILE {
        return Err("the downloaded file differs from the uploaded one".into());
    }
    println!("GET: the same {} bytes were returned.", answer.body.len());
    Ok(())
}

fn upload_by_form(bucket: &Bucket, credentials: &Credentials, now: Timestamp) -> Outcome<()> {
    let form = upload_form(bucket, "drafts/form.txt", MAX_SIZE as u64, credentials, now)?;
    print_step(
        "A form to upload one file of up to 10 kB. Its URL",
        form.url(),
    );
    let names: Vec<_> = form.fields().map(|(name, _)| name).collect();
    println!("Its fields: {}.", names.join(", "));
    let send = |file| Request::form(form.url(), form.fields(), "form.txt", file).send();
    expect(&send(FILE)?, 204, None)?;
    println!("POST: {} bytes are stored.", FILE.len());
    expect(&send(&[b'x'; MAX_SIZE + 1])?, 400, Some("EntityTooLarge"))?;
    println!("POST of {} bytes: rejected, EntityTooLarge.", MAX_SIZE + 1);
    Ok(())
}

fn rejected_links(bucket: &Bucket, credentials: &Credentials, now: Timestamp) -> Outcome<()> {
    let link = download_link(bucket, KEY, "März.txt", credentials, now)?;
    let changed = link.as_str().replacen("2026.txt", "2025.txt", 1);
    print_step(
        "That link with one character changed: 2025 for 2026",
        &changed,
    );
    let answer = Request::new("GET", &changed).send()?;
    expect(&answer, 403, Some("SignatureDoesNotMatch"))?;
    println!("GET: rejected, SignatureDoesNotMatch.");

    // The time is an argument, so this link is signed an hour ago.
    let an_hour_ago = Timestamp::from_unix_seconds(now.unix_seconds() - 3600);
    let link = download_link(bucket, KEY, "März.txt", credentials, an_hour_ago)?;
    print_step("A link that was signed an hour ago for ten minutes", &link);
    let answer = Request::of(&link).send()?;
    expect(&answer, 403, Some("AccessDenied"))?;
    println!("GET: rejected, the link expired at {}.", link.expires_at());
    Ok(())
}

/// Prints a step, and its URL on a separate line.
fn print_step(step: &str, url: impl std::fmt::Display) {
    println!("\n{step}:\n{url}");
}

/// Checks the status of a response and, if the server rejected the request, the error code.
fn expect(answer: &Answer, status: u16, code: Option<&str>) -> Outcome<()> {
    let (actual_status, actual_code) = (answer.status, answer.error_code());
    if actual_status == status && actual_code == code {
        return Ok(());
    }
    let [actual_code, code] = [actual_code, code].map(|code| code.unwrap_or("no error"));
    Err(
        format!("the server answered {actual_status} ({actual_code}), expected {status} ({code})")
            .into(),
    )
}
