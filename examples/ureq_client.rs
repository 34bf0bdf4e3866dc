//! A client on ureq: downloads and uploads through presigned URLs, and uploads through a form.
//!
//! ```console
//! $ cargo run --example ureq_client
//! ```
//!
//! The functions down to `main` are the part to copy; what comes after them runs them against a server, and fails if an
//! outcome is not as it should be.

use presign::{PresignedPost, PresignedUrl};
use std::error::Error;
use ureq::Agent;
use ureq::http::Response;
use ureq::unversioned::multipart::{Form, Part};

/// Has the answers of a server read whatever their status is: the body says why a request was refused.
fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        // S3 answers at another region's address with a redirect, which no signature survives.
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
    Ok(accepted(request.call()?)?.body_mut().read_to_vec()?)
}

/// Uploads through a link, with the headers that were signed with it.
fn upload(agent: &Agent, link: &PresignedUrl, body: &[u8]) -> Result<(), Box<dyn Error>> {
    let request = link
        .headers()
        .fold(agent.put(link.as_str()), |request, (name, value)| {
            request.header(name, value)
        });
    accepted(request.send(body)?)?;
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
    // The file comes last: a server reads no field after it.
    let body = fields.part("file", Part::bytes(file).file_name(file_name));
    accepted(agent.post(form.url()).send(body)?)?;
    Ok(())
}

/// The response, unless it is a refusal: then the code in its XML.
fn accepted(mut response: Response<ureq::Body>) -> Result<Response<ureq::Body>, Box<dyn Error>> {
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

// What runs it.

use presign::s3::{Bucket, ContentDisposition};
use presign::{Credentials, PostPolicy};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

const KEY: &str = "notes/März 2026.txt";
const FILE: &[u8] = b"Welcome to Amazon S3.";
const TEN_MINUTES: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThis is not as it should be: {error}");
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
    stored(&download(&agent, &link)?, FILE)?;
    println!("It is downloaded through another, and is the same.");
    let ended = get.presign(&credentials, TEN_MINUTES, now - 2 * TEN_MINUTES)?;
    refused(download(&agent, &ended), "403 Forbidden: AccessDenied")?;

    let form = PostPolicy::new("notes/form.txt")
        .content_length_range(1..=1000)
        .presign(&bucket, &credentials, TEN_MINUTES, now)?;
    upload_by_form(&agent, &form, "form.txt", FILE)?;
    stored(&std::fs::read(server.file("notes/form.txt"))?, FILE)?;
    println!("\nA file is uploaded through a form that takes up to 1000 bytes.");
    let large = upload_by_form(&agent, &form, "form.txt", &[0; 1001]);
    refused(large, "400 Bad Request: EntityTooLarge")?;

    println!("\nAll of it went as it should.");
    Ok(())
}

fn stored(was: &[u8], sent: &[u8]) -> Result<(), String> {
    match was == sent {
        true => Ok(()),
        false => Err("what is stored is not what was sent".into()),
    }
}

fn refused<T>(outcome: Result<T, Box<dyn Error>>, why: &str) -> Result<(), String> {
    match outcome {
        Ok(_) => Err(format!(
            "this was accepted, and should have been refused: {why}"
        )),
        Err(error) if error.to_string() == why => {
            println!("Refused as it should be: {why}.");
            Ok(())
        }
        Err(error) => Err(format!("`{error}` should have been `{why}`")),
    }
}
