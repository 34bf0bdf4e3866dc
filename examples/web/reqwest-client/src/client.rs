//! Uploads and downloads with reqwest: through presigned URLs and forms, and in parts.

use presign::explain::{Answer, Attempt};
use presign::s3::{Bucket, Operation};
use presign::{Credentials, Payload, PresignedPost, PresignedUrl};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, Response};
use std::error::Error;
use std::time::{Duration, SystemTime};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const HOUR: Duration = Duration::from_secs(3600);

/// Downloads through a link. For this, and for an upload, no key pair is needed.
pub async fn download(client: &Client, link: &PresignedUrl) -> Result<Vec<u8>> {
    let response = send(client, link, "").await?;
    Ok(response.bytes().await?.into())
}

/// Uploads through a link.
pub async fn upload(client: &Client, link: &PresignedUrl, body: impl Into<Body>) -> Result<()> {
    send(client, link, body).await?;
    Ok(())
}

/// Sends what a link is for, with the headers that belong to it.
async fn send(client: &Client, link: &PresignedUrl, body: impl Into<Body>) -> Result<Response> {
    // reqwest parses URLs. One that would be another afterwards, as of the key `a/../b`, is an error here.
    link.to_url()?;
    let request = link.to_http_request(body)?.try_into()?;
    let response = client.execute(request).await?;
    if response.status().is_success() {
        return Ok(response);
    }
    // Why it was refused. If the key pair is at hand, `Attempt::credentials` makes the answer surer.
    let answer = Answer::parse(&response.text().await?);
    let attempt = Attempt::new(link.method(), link.as_str()).headers(link.headers());
    Err(attempt
        .explain(&answer, SystemTime::now())
        .to_string()
        .into())
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
    // The file comes last: a server reads no field after it.
    let file = Part::stream(file).file_name(file_name.to_owned());
    let request = client.post(form.url()).multipart(fields.part("file", file));
    accepted(request.send().await?).await?;
    Ok(())
}

/// Uploads in parts, each of at least 5 MiB but for the last. Whoever sends a part needs only its link; what begins and ends
/// the upload is signed with headers.
pub async fn upload_in_parts(
    client: &Client,
    bucket: &Bucket,
    credentials: &Credentials,
    key: &str,
    parts: impl IntoIterator<Item = Vec<u8>>,
) -> Result<()> {
    let create = bucket.operation("POST").key(key).sub_resource("uploads");
    let created = send_signed(client, &create, credentials, String::new()).await?;
    let upload_id = element(&created, "UploadId").ok_or("no UploadId in the answer")?;

    let mut tags = String::new();
    for (number, part) in (1..).zip(parts) {
        let put = bucket
            .put(key)
            .part_number(number)
            .query("uploadId", upload_id);
        let link = put.presign(credentials, HOUR, SystemTime::now())?;
        let response = send(client, &link, part).await?;
        let tag = response
            .headers()
            .get("ETag")
            .ok_or("a part without an ETag")?;
        let tag = tag.to_str()?;
        tags += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>");
    }
    let complete = bucket
        .operation("POST")
        .key(key)
        .query("uploadId", upload_id);
    let parts = format!("<CompleteMultipartUpload>{tags}</CompleteMultipartUpload>");
    let completed = send_signed(client, &complete, credentials, parts).await?;
    // S3 begins its answer before it knows how this ends: status 200, and then an error.
    match element(&completed, "Code") {
        Some(code) => Err(format!("the parts were not put together: {code}").into()),
        None => Ok(()),
    }
}

/// Sends an operation, signed with headers, and gives the answer.
async fn send_signed(
    client: &Client,
    operation: &Operation<'_>,
    credentials: &Credentials,
    body: String,
) -> Result<String> {
    let payload = Payload::of(&body);
    let request = operation.sign_http(credentials, payload, body, SystemTime::now())?;
    let response = accepted(client.execute(request.try_into()?).await?).await?;
    Ok(response.text().await?)
}

/// The response, unless it is a refusal.
async fn accepted(response: Response) -> Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let answer = Answer::parse(&response.text().await?);
    let [code, message] = [answer.code(), answer.message()].map(Option::unwrap_or_default);
    Err(format!("{status}: {code}: {message}").into())
}

/// The text of an element that holds no other.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</")?.0)
}
