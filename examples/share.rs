//! Shares a file by link: uploads it through one presigned URL, downloads it through others, of SigV4 and of SigV2, and
//! shows which links a server refuses. Then uploads it through a form that limits what may be sent.
//!
//! `cargo run --example share` needs nothing but Rust. The server is in servers/src/lib.rs. It was written
//! by others, runs inside this program, and verifies signatures as S3 does.

use presign::post::PostPolicy;
use presign::s3::{Bucket, ContentDisposition};
use presign::{Credentials, PresignedUrl};
use s3_server::{Answer, Request, Server};
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

/// The file to share: the source of this program.
const FILE: &[u8] = include_bytes!("share.rs");
const KEY: &str = "drafts/März 2026.txt";
const TEN_MINUTES: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    match share() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThis is not as it should be: {error}");
            ExitCode::FAILURE
        }
    }
}

fn share() -> Result<(), Box<dyn Error>> {
    let server = Server::start()?;
    println!("An S3 server is running at {}", server.endpoint());
    println!("It knows one user and checks the signature of every request.");

    // All that signing needs. For AWS it is `Bucket::new("examplebucket", "us-east-1")`.
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    let bucket = Bucket::builder(s3_server::BUCKET, s3_server::REGION)
        .endpoint(server.endpoint())
        .build()?;

    upload(&bucket, &credentials)?;
    download(&bucket, &credentials)?;
    download_from_old_store(&bucket, &credentials)?;
    change_one_character(&bucket, &credentials)?;
    come_too_late(&bucket, &credentials)?;
    upload_by_form(&bucket, &credentials)?;

    println!("\nAll of it went as it should.");
    Ok(())
}

/// A link that takes an upload. Whoever has it needs no key pair, and can do nothing else with it.
fn upload(bucket: &Bucket, credentials: &Credentials) -> Result<(), Box<dyn Error>> {
    let link = bucket
        .put(KEY)
        .header("Content-Type", "text/plain; charset=utf-8")
        .presign(credentials, TEN_MINUTES, SystemTime::now())?;

    step("A link to upload a file, good for ten minutes", &link);
    // `Request::of` sends the headers that belong to the link, here Content-Type: they are signed too.
    let answer = Request::of(&link).body(FILE).send()?;
    expect(&answer, 200, None)?;
    println!("PUT: {} bytes are stored.", FILE.len());
    Ok(())
}

/// A link that gives the file back, under a name of our choice.
fn download(bucket: &Bucket, credentials: &Credentials) -> Result<(), Box<dyn Error>> {
    let link = bucket
        .get(KEY)
        .response_content_disposition(ContentDisposition::attachment("März.txt"))
        .presign(credentials, TEN_MINUTES, SystemTime::now())?;

    step(
        "A link to download it; a browser saves it as März.txt",
        &link,
    );
    comes_back(&link)
}

/// The same with Signature Version 2, for stores that know nothing newer.
fn download_from_old_store(
    bucket: &Bucket,
    credentials: &Credentials,
) -> Result<(), Box<dyn Error>> {
    let link = bucket
        .get(KEY)
        .response_content_disposition(ContentDisposition::attachment("März.txt"))
        .presign_v2(credentials, TEN_MINUTES, SystemTime::now())?;

    step("A link for old stores, signed with SigV2", &link);
    comes_back(&link)
}

/// A link is good for what it says and for nothing else.
fn change_one_character(bucket: &Bucket, credentials: &Credentials) -> Result<(), Box<dyn Error>> {
    let link = bucket
        .get(KEY)
        .presign(credentials, TEN_MINUTES, SystemTime::now())?;
    let changed = link.as_str().replacen("2026.txt", "2025.txt", 1);

    step(
        "Such a link with one character changed: 2025 for 2026",
        &changed,
    );
    let answer = Request::new("GET", &changed).send()?;
    expect(&answer, 403, Some("SignatureDoesNotMatch"))?;
    println!("GET: refused, SignatureDoesNotMatch.");
    Ok(())
}

/// A link ends by itself. Time is an argument, so this one can be made an hour ago.
fn come_too_late(bucket: &Bucket, credentials: &Credentials) -> Result<(), Box<dyn Error>> {
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let link = bucket
        .get(KEY)
        .presign(credentials, TEN_MINUTES, an_hour_ago)?;

    step("A link that was made an hour ago for ten minutes", &link);
    let answer = Request::of(&link).send()?;
    expect(&answer, 403, Some("AccessDenied"))?;
    println!("GET: refused, the link ended at {}.", link.expires_at());
    Ok(())
}

/// A form that takes an upload within limits, as a browser sends it. A link to upload can't limit the size.
fn upload_by_form(bucket: &Bucket, credentials: &Credentials) -> Result<(), Box<dyn Error>> {
    const MOST: usize = 10_000;
    let form = PostPolicy::new("drafts/form.txt")
        .content_length_range(1..=MOST as u64)
        .field("Content-Type", "text/plain; charset=utf-8")
        .presign(bucket, credentials, TEN_MINUTES, SystemTime::now())?;

    step(
        "A form to upload one file of up to 10 kB; it goes to",
        form.url(),
    );
    let names: Vec<_> = form.fields().map(|(name, _)| name).collect();
    println!("Its fields: {}.", names.join(", "));
    let send = |file| Request::form(form.url(), form.fields(), "form.txt", file).send();
    expect(&send(FILE)?, 204, None)?;
    println!("POST: {} bytes are stored.", FILE.len());
    expect(&send(&[b'x'; MOST + 1])?, 400, Some("EntityTooLarge"))?;
    println!("POST of {} bytes: refused, EntityTooLarge.", MOST + 1);
    Ok(())
}

/// Whether a link gives the file that was uploaded.
fn comes_back(link: &PresignedUrl) -> Result<(), Box<dyn Error>> {
    let answer = Request::of(link).send()?;
    expect(&answer, 200, None)?;
    if answer.body != FILE {
        return Err("the file that came back is not the one that was sent".into());
    }
    println!("GET: the same {} bytes came back.", answer.body.len());
    Ok(())
}

/// What comes next, and the URL on a line of its own.
fn step(what: &str, url: impl std::fmt::Display) {
    println!("\n{what}:\n{url}");
}

/// Whether the server answered with this status and, if it refused, with this code.
fn expect(answer: &Answer, status: u16, code: Option<&str>) -> Result<(), String> {
    let (was, because) = (answer.status, answer.error_code());
    if was == status && because == code {
        return Ok(());
    }
    let [because, code] = [because, code].map(|code| code.unwrap_or("no error"));
    Err(format!(
        "the server answered {was} ({because}), but should have answered {status} ({code})"
    ))
}
