//! An axum service that hands out links and upload forms, and takes signed requests: `service.rs` is the service, and the
//! part to copy. This program starts it, and goes through what its clients do:
//!
//! ```console
//! $ cargo run --manifest-path examples/web/Cargo.toml -p axum-service
//! ```
//!
//! The bucket's server is in servers/src/lib.rs of the repository. It was written by others, runs inside
//! this program, and verifies signatures as S3 does.

mod service;

use presign::s3::Bucket;
use presign::v4::Signer;
use presign::verify::Verifier;
use presign::{Credentials, Payload};
use s3_server::{Answer, Request, Server};
use serde_json::Value;
use service::Service;
use std::error::Error;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A user of the service. The key pair is made up here.
const USER: (&str, &str) = ("AKIDREPORTS", "made/up+for=the example");
/// The scope of signatures for the service. Any words do, if the client signs for the same.
const REGION: &str = "eu-north-1";
const NAME: &str = "reports";
/// Where the world knows it. This program plays the proxy that stands there.
const PUBLIC_HOST: &str = "reports.example.com";
const MINUTE: Duration = Duration::from_secs(60);
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n";

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
    println!("\nAll of it went as it should.");
    Ok(())
}

/// What a client does with links: it asks for one, and uses it as it is.
fn links(port: u16) -> Result<(), Box<dyn Error>> {
    println!("\nLinks that the service hands out:");
    let upload = json(port, "/upload-link/pictures/caf%C3%A9%20au%20lait.png")?;
    let answer = request(&upload)?.body(PICTURE).send()?;
    expect("an upload through a link", &answer, 200, "")?;
    let answer = Request::new("PUT", text(&upload, "url")?)
        .headers([("Content-Type", "text/html")])
        .body(PICTURE)
        .send()?;
    let refused = "SignatureDoesNotMatch";
    expect("the same as text/html", &answer, 403, refused)?;

    let download = json(port, "/download-link/pictures/caf%C3%A9%20au%20lait.png")?;
    let answer = request(&download)?.send()?;
    expect("a download through a link", &answer, 200, "")?;
    same(&answer.body, PICTURE)?;

    let answer = get(port, "/download-link/a/%2E%2E/b")?;
    expect("asking for a link to a/../b", &answer, 400, "")
}

/// What a browser does with the form.
fn form(port: u16) -> Result<(), Box<dyn Error>> {
    println!("\nA form that the service hands out:");
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
    let what = "an upload through the form";
    expect(what, &send("image/png", PICTURE)?, 204, "")?;
    let answer = send("text/html", PICTURE)?;
    // This server's code for it; that of AWS is AccessDenied.
    expect(
        "the same as text/html",
        &answer,
        400,
        "InvalidPolicyDocument",
    )?;
    let answer = send("image/png", &vec![0; 1_000_001])?;
    expect("a file too large", &answer, 400, "EntityTooLarge")
}

/// What the clients of the service's own signed routes do, whose key pair it knows.
fn signed_requests(port: u16) -> Result<(), Box<dyn Error>> {
    println!("\nRequests that the service checks:");
    let user = Credentials::new(USER.0, USER.1)?;
    let signer = Signer::new(user, REGION, NAME)?;
    let now = SystemTime::now();
    let url = format!("https://{PUBLIC_HOST}/reports/may%202026.pdf?lang=en");
    let report = presign::Request::get(&*url);
    let link = signer.presign(&report, MINUTE, now)?;

    let answer = proxy(port, Request::of(&link))?;
    expect("a presigned URL", &answer, 200, "")?;
    same(&answer.body, b"may 2026.pdf, for AKIDREPORTS")?;

    let changed = link.as_str().replace("lang=en", "lang=fr");
    let answer = proxy(port, Request::new("GET", &changed))?;
    let mismatch = "SignatureDoesNotMatch";
    expect("the same, changed", &answer, 403, mismatch)?;
    let moved = link.as_str().replace("/reports/may", "/reports/june");
    let answer = proxy(port, Request::new("GET", &moved))?;
    expect("the same, for another report", &answer, 403, mismatch)?;
    let answer = proxy(port, Request::new("PUT", link.as_str()))?;
    expect("the same, with PUT", &answer, 403, mismatch)?;

    let expired = signer.presign(&report, MINUTE, now - 2 * MINUTE)?;
    let answer = proxy(port, Request::of(&expired))?;
    expect(
        "a presigned URL that has ended",
        &answer,
        403,
        "AccessDenied",
    )?;
    let answer = proxy(port, Request::new("GET", &url))?;
    expect("no signature", &answer, 403, "AccessDenied")?;
    let stranger = Signer::new(Credentials::new("AKIDSTRANGER", USER.1)?, REGION, NAME)?;
    let answer = proxy(port, Request::of(&stranger.presign(&report, MINUTE, now)?))?;
    expect("nobody's signature", &answer, 403, "InvalidAccessKeyId")?;
    // A link for another host is none for this one, even if it is sent here.
    let elsewhere = url.replace(PUBLIC_HOST, "other.example.com");
    let elsewhere = signer.presign(&presign::Request::get(elsewhere), MINUTE, now)?;
    let answer = proxy(port, Request::of(&elsewhere))?;
    expect("a presigned URL for another host", &answer, 403, mismatch)?;

    let body = "totals";
    let put = presign::Request::put(&*url).header("Content-Type", "text/plain");
    let signed = signer.sign(&put, Payload::of(body), now)?;
    let request = Request::new("PUT", &url)
        .headers([("Content-Type", "text/plain")])
        .headers(signed.headers());
    let answer = proxy(port, request.clone().body(body.as_bytes()))?;
    expect("signed headers", &answer, 200, "")?;
    same(&answer.body, b"may 2026.pdf, 6 bytes, from AKIDREPORTS")?;
    let answer = proxy(port, request.body(b"TOTALS"))?;
    expect("the same with another body", &answer, 403, mismatch)
}

/// What a proxy does with a request to the public host: it sends it on to the service, under another host and with headers of
/// its own.
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

/// What a client sends for the JSON of a link.
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

/// Whether the server answered with this status and, if it refused with XML, with this code.
fn expect(what: &str, answer: &Answer, status: u16, code: &str) -> Result<(), Box<dyn Error>> {
    let was = (answer.status, answer.error_code().unwrap_or_default());
    if was == (status, code) {
        println!("{}", format!("  {what}: {status} {code}").trim_end());
        return Ok(());
    }
    let (was, because) = was;
    Err(
        format!("{what}: the answer was {was} {because}, and should have been {status} {code}")
            .into(),
    )
}

fn same(was: &[u8], expected: &[u8]) -> Result<(), Box<dyn Error>> {
    if was == expected {
        return Ok(());
    }
    let [was, expected] = [was, expected].map(String::from_utf8_lossy);
    Err(format!("the answer was {was}, and should have been {expected}").into())
}
