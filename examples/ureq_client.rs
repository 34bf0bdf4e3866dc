//! A client on ureq: downloads and uploads through presigned URLs, and uploads through a form.
//!
//! ```console
//! $ cargo run --example ureq_client
//! ```
//!
//! The functions down to `main` are the part to copy. The rest runs them against a server, and
//! exits with an error if anything unexpected happens.

use presign::PresignedUrl;
use presign::post::PresignedPost;
use std::error::Error;
use ureq::Agent;
use ureq::http::Response;
use ureq::unversioned::multipart::{Form, Part};

/// Returns an agent that doesn't treat a status such as 403 as an error, because the body contains
/// the reason.
fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        // S3 redirects requests for another region, and a signature is invalid after a redirect.
        .max_redirects(0)
        .build()
        .into()
}

/// Downloads through a link.
fn download(agent: &Agent, link: &PresignedUrl) -> Result<Vec<u8>, Box<dyn Error>> {
    let request = link
        .headers()
        .fold(agent.get(link.as_str()), |request, (name, value)| {
            request.header(name, value)
        });
    Ok(successful(request.call()?)?.body_mut().read_to_vec()?)
}

/// Uploads through a link, with its signed headers.
fn upload(agent: &Agent, link: &PresignedUrl, body: &[u8]) -> Result<(), Box<dyn Error>> {
    let request = link
        .headers()
        .fold(agent.put(link.as_str()), |request, (name, value)| {
            request.header(name, value)
        });
    successful(request.send(body)?)?;
    Ok(())
}

/// Uploads through a form, as a browser does.
fn upload_by_form(
    agent: &Agent,
    form: &PresignedPost,
    file_name: &str,
    file: &[u8],
) -> Result<(), Box<dyn Error>> {
    let fields = form.fields().fold(Form::new(), |fields, (name, value)| {
        fields.text(name, value)
    });
    // The file comes last, because a server ignores fields after it.
    let body = fields.part("file", Part::bytes(file).file_name(file_name));
    successful(agent.post(form.url()).send(body)?)?;
    Ok(())
}

/// Returns a successful response. Otherwise the error contains the code in the response's XML.
fn successful(mut response: Response<ureq::Body>) -> Result<Response<ureq::Body>, Box<dyn Error>> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.body_mut().read_to_string()?;
    let code = body
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"));
    Err(format!("{status}: {}", code.map_or("no code", |(code, _)| code)).into())
}

// The program that runs these functions.

use presign::s3::Bucket;
use presign::{ContentDisposition, Credentials};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

const KEY: &str = "notes/März 2026.txt";
const FILE: &[u8] = b"Welcome to Amazon S3.";
const TEN_MINUTES: Duration = Duration::from_secs(600);

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
    let server = s3_server::Server::start()?;
    println!("An S3 server is running at {}.", server.endpoint());
    let agent = agent();
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    let bucket = Bucket::builder(s3_server::BUCKET, s3_server::REGION)
        .endpoint(server.endpoint())
        .build()?;
    let now = SystemTime::now();

    let put = bucket.put(KEY).header("Content-Type", "text/plain");
    let link = put.presign(&credentials, TEN_MINUTES, now)?;
    upload(&agent, &link, FILE)?;
    println!("\n{KEY} is uploaded through a link.");

    let get = bucket
        .get(KEY)
        .response_content_disposition(ContentDisposition::attachment("März.txt"));
    let link = get.presign(&credentials, TEN_MINUTES, now)?;
    expect_file(&download(&agent, &link)?, FILE)?;
    println!("It is downloaded through another, unchanged.");
    let expired = get.presign(&credentials, TEN_MINUTES, now - 2 * TEN_MINUTES)?;
    expect_error(download(&agent, &expired), "403 Forbidden: AccessDenied")?;

    let form = bucket
        .post_policy("notes/form.txt")
        .content_length_range(1..=1000)
        .presign(&credentials, TEN_MINUTES, now)?;
    upload_by_form(&agent, &form, "form.txt", FILE)?;
    expect_file(&std::fs::read(server.file("notes/form.txt"))?, FILE)?;
    println!("\nA file is uploaded through a form that accepts up to 1000 bytes.");
    let large = upload_by_form(&agent, &form, "form.txt", &[0; 1001]);
    expect_error(large, "400 Bad Request: EntityTooLarge")?;

    println!("\nEverything went as expected.");
    Ok(())
}

fn expect_file(actual: &[u8], expected: &[u8]) -> Result<(), String> {
    if actual == expected {
        Ok(())
    } else {
        Err("the file differs from the one that was sent".into())
    }
}

fn expect_error<T>(outcome: Result<T, Box<dyn Error>>, expected: &str) -> Result<(), String> {
    match outcome {
        Ok(_) => Err(format!("the request was accepted, expected: {expected}")),
        Err(error) if error.to_string() == expected => {
            println!("Rejected as expected: {expected}.");
            Ok(())
        }
        Err(error) => Err(format!("`{error}`, expected `{expected}`")),
    }
}
