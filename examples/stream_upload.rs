//! Uploads a file with ureq and signs it while it is sent, with a checksum at its end.
//!
//! ```console
//! $ cargo run --example stream_upload
//! ```
//!
//! The function `upload` is the part to copy. The rest runs it against a server, and exits with an
//! error if anything unexpected happens.

use presign::s3::Bucket;
use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
use presign::{Credentials, Request};
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::process::ExitCode;
use std::time::SystemTime;
use ureq::{Agent, SendBody};

/// Uploads a file, which is read once in chunks of 64 KiB. The headers of `put` have to be sent,
/// too.
fn upload(
    agent: &Agent,
    put: &Request<'_>,
    credentials: &Credentials,
    file: File,
) -> Result<(), Box<dyn Error>> {
    let body = ChunkedBody::signed(file.metadata()?.len()).checksum(ChecksumAlgorithm::CRC64_NVME);
    let (signed, encoder) = put.sign_chunked(credentials, &body, SystemTime::now())?;
    let headers: Vec<_> = signed.headers().collect();
    send(agent, &put.url()?, &headers, encoder.reader(file))
}

/// Sends a body with the headers of its signature.
fn send(
    agent: &Agent,
    url: &str,
    headers: &[(&str, &str)],
    mut body: impl Read,
) -> Result<(), Box<dyn Error>> {
    let request = headers
        .iter()
        .fold(agent.put(url), |request, (name, value)| {
            request.header(*name, *value)
        });
    let mut response = request.send(SendBody::from_reader(&mut body))?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let body = response.body_mut().read_to_string()?;
    let code = body
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"));
    Err(format!("{status}: {}", code.map_or("no code", |(code, _)| code)).into())
}

// The program that runs it.

const KEY: &str = "video.bin";
const LENGTH: usize = 200_000;

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
    // A status such as 403 is not an error, because the body contains the reason.
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    let bucket = Bucket::builder(s3_server::BUCKET, s3_server::REGION)
        .endpoint(server.endpoint())
        .build()?;
    let put = bucket.put(KEY);
    let data: Vec<u8> = (0..LENGTH).map(|index| (index % 251) as u8).collect();
    let path = server.file("source");
    std::fs::write(&path, &data)?;
    upload(&agent, &put, &credentials, File::open(&path)?)?;
    if std::fs::read(server.file(KEY))? != data {
        return Err("the object differs from the file".into());
    }
    println!("\n{KEY} is uploaded in four signed chunks.");

    // One byte in the middle changes in transit.
    std::fs::remove_file(server.file(KEY))?;
    let body = ChunkedBody::signed(LENGTH as u64).checksum(ChecksumAlgorithm::CRC64_NVME);
    let (signed, encoder) = put.sign_chunked(&credentials, &body, SystemTime::now())?;
    let mut sent = Vec::new();
    encoder.reader(&data[..]).read_to_end(&mut sent)?;
    if let Some(byte) = sent.get_mut(LENGTH / 2) {
        *byte ^= 1;
    }
    let headers: Vec<_> = signed.headers().collect();
    match send(&agent, &put.url()?, &headers, &sent[..]) {
        Ok(()) => return Err("the server accepted a changed body".into()),
        Err(error) => println!("\nWith a changed byte the server rejects it: {error}."),
    }
    if server.file(KEY).exists() {
        return Err("the server stored a changed body".into());
    }
    println!("\nEverything went as expected.");
    Ok(())
}
