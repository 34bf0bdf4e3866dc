//! Uploads a file with reqwest. The file is read once and signed while it is sent.

use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
use presign::{Credentials, Request};
use reqwest::{Body, Client};
use std::error::Error;
use std::path::Path;
use std::time::SystemTime;
use tokio::fs::File;

/// Uploads a file in signed chunks, with a checksum at its end.
pub async fn upload(
    client: &Client,
    put: &Request<'_>,
    credentials: &Credentials,
    path: &Path,
) -> Result<(), Box<dyn Error>> {
    let file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let body = ChunkedBody::signed(length).checksum(ChecksumAlgorithm::CRC64_NVME);
    let (signed, encoder) = put.sign_chunked(credentials, &body, SystemTime::now())?;
    let mut request = put.to_http(Body::wrap(encoder.body(Body::from(file))))?;
    signed.apply_to(&mut request)?;
    send(client, request.try_into()?).await
}

/// Sends a request. An error contains the status, and the code in the response's XML.
pub async fn send(client: &Client, request: reqwest::Request) -> Result<(), Box<dyn Error>> {
    let response = client.execute(request).await?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let body = response.text().await?;
    let code = body
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"));
    Err(format!("{status}: {}", code.map_or("no code", |(code, _)| code)).into())
}
