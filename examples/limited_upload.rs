//! Upload links that accept only one body, because its length and checksum are signed.
//!
//! ```console
//! $ cargo run --example limited_upload
//! ```
//!
//! `link_for` is the part to copy. A service calls it with the length and checksum of the client's
//! file. The rest uploads that file through the link, then a file of another size and one with
//! another content, which the server rejects.

use presign::s3::Bucket;
use presign::streaming::ChecksumAlgorithm;
use presign::{Credentials, Error, PresignedUrl};
use std::time::{Duration, SystemTime};
use ureq::Agent;

/// Returns a link for one file, whose length and SHA-256 the client knows.
fn link_for(
    bucket: &Bucket,
    credentials: &Credentials,
    key: &str,
    length: u64,
    sha256: &str,
) -> Result<PresignedUrl, Error> {
    bucket
        .put(key)
        .content_length(length)
        .checksum(ChecksumAlgorithm::SHA256, sha256)
        .presign(credentials, Duration::from_secs(600), SystemTime::now())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = s3_server::Server::start()?;
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    let bucket = Bucket::builder(s3_server::BUCKET, s3_server::REGION)
        .endpoint(server.endpoint())
        .build()?;
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();

    let file = b"Welcome to Amazon S3.";
    let sha256 = ChecksumAlgorithm::SHA256.of(file);
    let link = link_for(&bucket, &credentials, "a.txt", file.len() as u64, &sha256)?;
    println!("{link}");
    for (name, value) in link.headers() {
        println!("  {name}: {value}");
    }

    let upload = |body: &[u8]| -> Result<u16, ureq::Error> {
        let mut request = agent.put(link.as_str());
        for (name, value) in link.headers() {
            // The client sends the length of its own body.
            if !name.eq_ignore_ascii_case("content-length") {
                request = request.header(name, value);
            }
        }
        Ok(request.send(body)?.status().as_u16())
    };
    for (step, body, expected) in [
        ("the file", &file[..], 200),
        ("a longer file", b"Welcome to Amazon S3. And more.", 403),
        ("another file of that length", b"Welcome to Amazon S4.", 400),
    ] {
        let status = upload(body)?;
        println!("{step}: {status}");
        if status != expected {
            return Err(format!("expected {expected} for {step}").into());
        }
    }
    Ok(())
}
