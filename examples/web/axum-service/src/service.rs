//! A service that hands out links and upload forms for a bucket, and that itself takes requests by presigned URL or signed
//! header.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Extension, OriginalUri, Path, Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use presign::post::Key;
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier, VerifyError};
use presign::{Credentials, PostPolicy, PresignedPost, PresignedUrl};
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const TEN_MINUTES: Duration = Duration::from_secs(600);
/// The most bytes that a picture may have.
const LARGEST_PICTURE: u64 = 1_000_000;
/// The most bytes that the body of a signed request may have.
const LARGEST_BODY: usize = 1_000_000;

/// What the service knows.
pub struct Service {
    /// The bucket that it hands out links for, and the key pair that may use it.
    pub bucket: Bucket,
    pub bucket_credentials: Credentials,
    /// The host by which clients know the service: the one that they sign for.
    pub public_host: HeaderValue,
    /// What is allowed of signed requests, and who may sign them, by access key id. Credentials are kept and not made for each
    /// request: they hold the signing key of the day.
    pub verifier: Verifier,
    pub users: HashMap<String, Credentials>,
}

pub fn router(service: Service) -> Router {
    let service = Arc::new(service);
    let require_signature = middleware::from_fn_with_state(service.clone(), require_signature);
    let reports = Router::new()
        .route("/{name}", get(report).put(store_report))
        .layer(require_signature);
    // Who gets links and forms is for the service's own login to decide: put that before these routes.
    Router::new()
        .route("/download-link/{*key}", get(download_link))
        .route("/upload-link/{*key}", get(upload_link))
        .route("/upload-form", get(upload_form))
        .route("/upload-page", get(upload_page))
        .nest("/reports", reports)
        .with_state(service)
}

// Links and forms

/// A link to download an object: `{"method", "url", "headers", "expires_at"}`.
async fn download_link(
    State(service): State<Arc<Service>>,
    Path(key): Path<String>,
) -> Result<Json<PresignedUrl>, NotSigned> {
    let now = SystemTime::now();
    let download = service.bucket.get(key);
    let link = download.presign(&service.bucket_credentials, TEN_MINUTES, now)?;
    // Refuses a key such as `a/../b`, of which a browser would ask for another object.
    link.to_url()?;
    Ok(Json(link))
}

/// A link to upload a picture. The client has to send the headers that come with it.
async fn upload_link(
    State(service): State<Arc<Service>>,
    Path(key): Path<String>,
) -> Result<Json<PresignedUrl>, NotSigned> {
    let now = SystemTime::now();
    let upload = service.bucket.put(key).header("Content-Type", "image/png");
    let link = upload.presign(&service.bucket_credentials, TEN_MINUTES, now)?;
    link.to_url()?;
    Ok(Json(link))
}

/// A form to upload a picture, which limits its size as a link can't: `{"url", "fields"}`.
async fn upload_form(
    State(service): State<Arc<Service>>,
) -> Result<Json<PresignedPost>, NotSigned> {
    Ok(Json(form(&service)?))
}

/// The same as a page.
async fn upload_page(State(service): State<Arc<Service>>) -> Result<Html<String>, NotSigned> {
    Ok(Html(form(&service)?.to_html_page()))
}

fn form(service: &Service) -> Result<PresignedPost, presign::Error> {
    let now = SystemTime::now();
    PostPolicy::new(Key::exact("pictures/latest"))
        .content_length_range(1..=LARGEST_PICTURE)
        .starts_with("Content-Type", "image/")
        .presign(
            &service.bucket,
            &service.bucket_credentials,
            TEN_MINUTES,
            now,
        )
}

/// Nothing was signed: what was asked for has no link.
struct NotSigned(presign::Error);

impl From<presign::Error> for NotSigned {
    fn from(error: presign::Error) -> Self {
        NotSigned(error)
    }
}

impl IntoResponse for NotSigned {
    fn into_response(self) -> Response {
        // The message says what was wrong with the request, and never holds a secret.
        (StatusCode::BAD_REQUEST, self.0.to_string()).into_response()
    }
}

// Signed requests

/// The access key id that a request was signed with.
#[derive(Clone)]
struct SignedBy(String);

async fn report(
    Extension(SignedBy(user)): Extension<SignedBy>,
    Path(name): Path<String>,
) -> String {
    format!("{name}, for {user}")
}

async fn store_report(
    Extension(SignedBy(user)): Extension<SignedBy>,
    Path(name): Path<String>,
    body: Bytes,
) -> String {
    format!("{name}, {} bytes, from {user}", body.len())
}

/// Lets requests pass whose signature is right, and tells the handlers who signed.
async fn require_signature(
    State(service): State<Arc<Service>>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let (mut head, body) = request.into_parts();
    // The signature covers the body, so that is read first.
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    // It is checked against what the client sent: the whole path, of which a nested router has cut off the beginning; the
    // public host, where a proxy may have put its own; and nothing that a proxy has added under a name that has to be
    // signed, as CloudFront does.
    let routed: Uri = mem::replace(&mut head.uri, uri);
    head.headers.insert(HOST, service.public_host.clone());
    head.headers.remove("x-amz-cf-id");
    let received = ReceivedRequest::from_parts(&head).body(&body);
    let find = |id: &str| service.users.get(id);
    let verified = service.verifier.verify(&received, SystemTime::now(), find);
    let user = match verified {
        Ok(verified) => verified.into_access_key_id(),
        Err(error) => return refusal(&error),
    };
    head.uri = routed;
    head.extensions.insert(SignedBy(user));
    next.run(Request::from_parts(head, Body::from(body))).await
}

/// The answer that S3 would give.
fn refusal(error: &VerifyError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FORBIDDEN);
    let content_type = [(CONTENT_TYPE, "application/xml")];
    (status, content_type, error.to_xml()).into_response()
}
