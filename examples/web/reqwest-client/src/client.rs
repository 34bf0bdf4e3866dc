//! Uploads and downloads with reqwest: through presigned URLs and forms, and in parts.

use presign::explain::{ErrorResponse, FailedRequest};
use presign::post::PresignedPost;
use presign::s3::Bucket;
use presign::{Credentials, Payload, PresignedUrl, Request};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, Response};
use std::error::Error;
use std::time::{Duration, SystemTime};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const HOUR: Duration = Duration::from_secs(3600);

/// Downloads through a link. This needs no key pair, and neither does an upload.
pub async fn download(client: &Client, link: &PresignedUrl) -> Result<Vec<u8>> {
    let response = send(client, link, "").await?;
    Ok(response.bytes().await?.into())
}

/// Uploads through a link.
pub async fn upload(client: &Client, link: &PresignedUrl, body: impl Into<Body>) -> Result<()> {
    send(client, link, body).await?;
    Ok(())
}

/// Sends the request of a link, with its headers.
async fn send(client: &Client, link: &PresignedUrl, body: impl Into<Body>) -> Result<Response> {
    // reqwest parses URLs and rewrites some, such as that of the key `a/../b`. This returns an
    // error for them.
    link.to_url()?;
    let response = client.execute(link.to_http(body)?.try_into()?).await?;
    if response.status().is_success() {
        return Ok(response);
    }
    Err(reason(link, &response.text().await?).into())
}

/// Returns the cause of a rejection. With the key pair, `FailedRequest::credentials` finds more
/// causes.
fn reason(link: &PresignedUrl, body: &str) -> String {
    let response = ErrorResponse::parse(body);
    let mut request = FailedRequest::new(link.method(), link.as_str(), &response);
    for (name, value) in link.headers() {
        request = request.header(name, value);
    }
    request.explain(SystemTime::now()).to_string()
}

/// Uploads through a form, as a browser does.
pub async fn upload_by_form(
    client: &Client,
    form: &PresignedPost,
    file_name: &str,
    file: impl Into<Body>,
) -> Result<()> {
    let fields = form.fields().fold(Form::new(), |fields, (name, value)| {
        fields.text(name.to_owned(), value.to_owned())
    });
    // The file comes last, because a server ignores fields after it.
    let file = Part::stream(file).file_name(file_name.to_owned());
    let request = client.post(form.url()).multipart(fields.part("file", file));
    successful(request.send().await?).await?;
    Ok(())
}

/// Uploads in parts, each of at least 5 MiB except the last. Sending a part needs only its link.
/// The requests that start and complete the upload are signed with headers.
pub async fn upload_in_parts(
    client: &Client,
    bucket: &Bucket,
    credentials: &Credentials,
    key: &str,
    parts: impl IntoIterator<Item = Vec<u8>>,
) -> Result<()> {
    let create = bucket.create_multipart_upload(key);
    let created = send_signed(client, create, credentials, String::new()).await?;
    let upload_id = element(&created, "UploadId").ok_or("no UploadId in the response")?;

    let mut tags = String::new();
    for (number, part) in (1..).zip(parts) {
        let link = bucket.upload_part(key, upload_id, number).presign(
            credentials,
            HOUR,
            SystemTime::now(),
        )?;
        let response = send(client, &link, part).await?;
        let tag = response
            .headers()
            .get("ETag")
            .ok_or("a part without an ETag")?;
        let tag = tag.to_str()?;
        tags += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>");
    }
    let complete = bucket.complete_multipart_upload(key, upload_id);
    let parts = format!("<CompleteMultipartUpload>{tags}</CompleteMultipartUpload>");
    let completed = send_signed(client, complete, credentials, parts).await?;
    // S3 starts its response before it has completed the upload, so even an error has the status
    // 200.
    match element(&completed, "Code") {
        Some(code) => Err(format!("the upload was not completed: {code}").into()),
        None => Ok(()),
    }
}

/// Sends a request that is signed with headers, and returns the body of the response.
async fn send_signed(
    client: &Client,
    request: Request<'_>,
    credentials: &Credentials,
    body: String,
) -> Result<String> {
    let request = request.payload(Payload::sha256_of(&body));
    let mut http = request.to_http(body)?;
    request
        .sign(credentials, SystemTime::now())?
        .apply_to(&mut http)?;
    let response = successful(client.execute(http.try_into()?).await?).await?;
    Ok(response.text().await?)
}

/// Returns a successful response, or an error.
async fn successful(response: Response) -> Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let response = ErrorResponse::parse(&response.text().await?);
    let [code, message] = [response.code(), response.message()].map(Option::unwrap_or_default);
    Err(format!("{status}: {code}: {message}").into())
}

/// Returns the text of an element without child elements.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</")?.0)
}
