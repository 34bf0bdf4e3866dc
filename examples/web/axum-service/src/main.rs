//! An axum service that returns links and upload forms, and accepts signed requests. `service.rs`
//! is the service, and the part to copy. This program starts it, sends the requests of its clients,
//! and exits with an error if anything unexpected happens:
//!
//! ```console
//! $ cargo run --manifest-path examples/web/Cargo.toml -p axum-service
//! ```
//!
//! The bucket's server is in servers/src/lib.rs of the repository: other authors wrote it, it runs
//! inside this program, and it verifies signatures like S3.

mod service;

use presign::s3::Bucket;
use presign::verify::Verifier;
use presign::{Credentials, Payload, v4};
use s3_server::{Answer, Request, Server};
use serde_json::Value;
use service::Service;
use std::error::Error;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A user of the service: an invented key pair.
const USER: (&str, &str) = ("AKIDREPORTS", "made/up+for=the example");
/// The region and service in signatures. The client has to sign for the same.
const REGION: &str = "eu-north-1";
const NAME: &str = "reports";
/// The public host of the service. This program acts as the proxy behind that name.
const PUBLIC_HOST: &str = "reports.example.com";
const MINUTE: Duration = Duration::from_secs(60);
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n";

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
    let service = Service {
        bucket: Bucket::builder(s3_server::BUCKET, s3_server::REGION)
            .endpoint(s3.endpoint())
            .build()?,
        bucket_credentials: Credentials::new(
            s3_server::ACCESS_KEY_ID,
            s3_server::SECRET_ACCESS_KEY,
        )?,
        public_host: PUBLIC_HOST.parse()?,
        verifier: Verifier::new(REGION, NAME),
        users: [(USER.0.to_owned(), Credentials::new(USER.0, USER.1)?)].into(),
    };
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let port = listener.local_addr()?.port();
    runtime.spawn(async { axum::serve(listener, service::router(service)).await });
    println!("The service is running at http://localhost:{port}, for {PUBLIC_HOST}.");

    links(port)?;
    form(port)?;
    signed_requests(port)?;
    println!("\nEverything went as expected.");
    Ok(())
}

/// Requests links and uses them, like a client.
fn links(port: u16) -> Result<(), Box<dyn Error>> {
    println!("\nLinks that the service returns:");
    let upload = json(port, "/upload-link/pictures/caf%C3%A9%20au%20lait.png")?;
    let answer = request(&upload)?.body(PICTURE).send()?;
    expect("an upload through a link", &answer, 200, "")?;
    let answer = Request::new("PUT", text(&upload, "url")?)
        .headers([("Content-Type", "text/html")])
        .body(PICTURE)
        .send()?;
    let mismatch = "SignatureDoesNotMatch";
    expect("the same as text/html", &answer, 403, mismatch)?;

    let download = json(port, "/download-link/pictures/caf%C3%A9%20au%20lait.png")?;
    let answer = request(&download)?.send()?;
    expect("a download through a link", &answer, 200, "")?;
    expect_body(&answer.body, PICTURE)?;

    let answer = get(port, "/download-link/a/%2E%2E/b")?;
    expect("a request for a link to a/../b", &answer, 400, "")
}

/// Requests the form and uploads with it, like a browser.
fn form(port: u16) -> Result<(), Box<dyn Error>> {
    println!("\nA form that the service returns:");
    let answer = get(port, "/upload-page")?;
    expect("the page", &answer, 200, "")?;
    let page = String::from_utf8(answer.body)?;
    if !page.contains("<form action=") {
        return Err(format!("there is no form in {page}").into());
    }

    let form = json(port, "/upload-form")?;
    let fields = form["fields"].as_object().ok_or("no fields")?;
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value));
    let fields = fields.map(|(name, value)| (name, value.as_str().unwrap_or_default()));
    let send = |content_type, file: &[u8]| {
        let fields = fields.clone().chain([("Content-Type", content_type)]);
        Request::form(text(&form, "url")?, fields, "picture.png", file).send()
    };
    let step = "an upload through the form";
    expect(step, &send("image/png", PICTURE)?, 204, "")?;
    let answer = send("text/html", PICTURE)?;
    // AWS responds with AccessDenied.
    expect(
        "the same as text/html",
        &answer,
        400,
        "InvalidPolicyDocument",
    )?;
    let answer = send("image/png", &vec![0; 1_000_001])?;
    expect("a file too large", &answer, 400, "EntityTooLarge")
}

/// Sends requests to the signed routes of the service, like a user.
fn signed_requests(port: u16) -> Result<(), Box<dyn Error>> {
    println!("\nRequests that the service verifies:");
    let user = Credentials::new(USER.0, USER.1)?;
    let reports = v4::Service::new(REGION, NAME)?;
    let now = SystemTime::now();
    let url = format!("https://{PUBLIC_HOST}/reports/may%202026.pdf?lang=en");
    let report = reports.get(&url);
    let link = report.presign(&user, MINUTE, now)?;

    let answer = proxy(port, Request::of(&link))?;
    expect("a presigned URL", &answer, 200, "")?;
    expect_body(&answer.body, b"may 2026.pdf, for AKIDREPORTS")?;

    let changed = link.as_str().replace("lang=en", "lang=fr");
    let answer = proxy(port, Request::new("GET", &changed))?;
    let mismatch = "SignatureDoesNotMatch";
    expect("the same, changed", &answer, 403, mismatch)?;
    let moved = link.as_str().replace("/reports/may", "/reports/june");
    let answer = proxy(port, Request::new("GET", &moved))?;
    expect("the same, for another report", &answer, 403, mismatch)?;
    let answer = proxy(port, Request::new("PUT", link.as_str()))?;
    expect("the same, with PUT", &answer, 403, mismatch)?;

    let expired = report.presign(&user, MINUTE, now - 2 * MINUTE)?;
    let answer = proxy(port, Request::of(&expired))?;
    expect("an expired presigned URL", &answer, 403, "AccessDenied")?;
    let answer = proxy(port, Request::new("GET", &url))?;
    expect("no signature", &answer, 403, "AccessDenied")?;
    let stranger = Credentials::new("AKIDSTRANGER", USER.1)?;
    let answer = proxy(port, Request::of(&report.presign(&stranger, MINUTE, now)?))?;
    let unknown = "InvalidAccessKeyId";
    expect("an unknown signer", &answer, 403, unknown)?;
    let other_host = reports.get(url.replace(PUBLIC_HOST, "other.example.com"));
    let answer = proxy(port, Request::of(&other_host.presign(&user, MINUTE, now)?))?;
    expect("a presigned URL for another host", &answer, 403, mismatch)?;

    let body = "totals";
    let signed = reports
        .request("PUT", &url)
        .header("Content-Type", "text/plain")
        .payload(Payload::sha256_of(body))
        .sign(&user, now)?;
    let request = Request::new("PUT", &url)
        .headers([("Content-Type", "text/plain")])
        .headers(signed.headers());
    let answer = proxy(port, request.clone().body(body.as_bytes()))?;
    expect("signed headers", &answer, 200, "")?;
    expect_body(&answer.body, b"may 2026.pdf, 6 bytes, from AKIDREPORTS")?;
    let answer = proxy(port, request.body(b"TOTALS"))?;
    expect("the same with another body", &answer, 403, mismatch)
}

/// Forwards a request for the public host to the service, like a proxy, with another host and its
/// own headers.
fn proxy(port: u16, mut request: Request) -> Result<Answer, Box<dyn Error>> {
    let target = request.url.split_once(".example.com").ok_or("no URL")?.1;
    request.url = format!("http://localhost:{port}{target}");
    let added = [
        ("X-Forwarded-Host", PUBLIC_HOST),
        ("X-Amz-Cf-Id", "example"),
    ];
    request.headers(added).send()
}

fn get(port: u16, target: &str) -> Result<Answer, Box<dyn Error>> {
    Request::new("GET", &format!("http://localhost:{port}{target}")).send()
}

fn json(port: u16, target: &str) -> Result<Value, Box<dyn Error>> {
    let answer = get(port, target)?;
    expect(&format!("GET {target}"), &answer, 200, "")?;
    Ok(serde_json::from_slice(&answer.body)?)
}

/// Returns the request that a client sends for the JSON of a link.
fn request(link: &Value) -> Result<Request, Box<dyn Error>> {
    let headers = link["headers"].as_object().ok_or("no headers")?;
    let headers = headers
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_str()?)));
    Ok(Request::new(text(link, "method")?, text(link, "url")?).headers(headers))
}

fn text<'a>(json: &'a Value, name: &str) -> Result<&'a str, Box<dyn Error>> {
    Ok(json[name]
        .as_str()
        .ok_or_else(|| format!("no {name} in {json}"))?)
}

/// Checks the status of a response and the code in its XML.
fn expect(step: &str, answer: &Answer, status: u16, code: &str) -> Result<(), Box<dyn Error>> {
    let (actual_status, actual_code) = (answer.status, answer.error_code().unwrap_or_default());
    if (actual_status, actual_code) == (status, code) {
        println!("{}", format!("  {step}: {status} {code}").trim_end());
        return Ok(());
    }
    Err(format!("{step}: got {actual_status} {actual_code}, expected {status} {code}").into())
}

fn expect_body(actual: &[u8], expected: &[u8]) -> Result<(), Box<dyn Error>> {
    if actual == expected {
        return Ok(());
    }
    let [actual, expected] = [actual, expected].map(String::from_utf8_lossy);
    Err(format!("got {actual}, expected {expected}").into())
}
