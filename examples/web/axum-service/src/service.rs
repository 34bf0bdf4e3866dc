//! A service that returns links and upload forms for a bucket, and that itself accepts requests
//! with presigned URLs or signed headers.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Extension, OriginalUri, Path, Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use presign::post::PresignedPost;
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier, VerifyError};
use presign::{Credentials, PresignedUrl};
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const TEN_MINUTES: Duration = Duration::from_secs(600);
/// The largest picture, in bytes.
const MAX_PICTURE_SIZE: u64 = 1_000_000;
/// The largest body of a signed request, in bytes.
const MAX_BODY_SIZE: usize = 1_000_000;

/// The configuration of the service.
pub struct Service {
    /// The bucket of links and forms.
    pub bucket: Bucket,
    pub bucket_credentials: Credentials,
    /// The host for which clients sign.
    pub public_host: HeaderValue,
    /// Determines which signed requests are accepted.
    pub verifier: Verifier,
    /// The users that may sign requests, by access key ID. The credentials are kept between
    /// requests, because they cache the signing key of the day.
    pub users: HashMap<String, Credentials>,
}

pub fn router(service: Service) -> Router {
    let service = Arc::new(service);
    let require_signature = middleware::from_fn_with_state(service.clone(), require_signature);
    let reports = Router::new()
        .route("/{name}", get(report).put(store_report))
        .layer(require_signature);
    // Anyone gets links and forms here. Add the login of your service before these routes.
    Router::new()
        .route("/download-link/{*key}", get(download_link))
        .route("/upload-link/{*key}", get(upload_link))
        .route("/upload-form", get(upload_form))
        .route("/upload-page", get(upload_page))
        .nest("/reports", reports)
        .with_state(service)
}

// Links and forms

/// Returns a link to download an object: `{"method", "url", "headers", "expires_at"}`.
async fn download_link(
    State(service): State<Arc<Service>>,
    Path(key): Path<String>,
) -> Result<Json<PresignedUrl>, NotSigned> {
    let now = SystemTime::now();
    let download = service.bucket.get(key);
    let link = download.presign(&service.bucket_credentials, TEN_MINUTES, now)?;
    // Returns an error for a key such as `a/../b`, for which a browser would request another
    // object.
    link.to_url()?;
    Ok(Json(link))
}

/// Returns a link to upload a picture. The client has to send its headers.
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

/// Returns a form to upload a picture, which unlike a link limits the size: `{"url", "fields"}`.
async fn upload_form(
    State(service): State<Arc<Service>>,
) -> Result<Json<PresignedPost>, NotSigned> {
    Ok(Json(form(&service)?))
}

/// Returns the form as an HTML page.
async fn upload_page(State(service): State<Arc<Service>>) -> Result<Html<String>, NotSigned> {
    Ok(Html(form(&service)?.to_html_page()))
}

fn form(service: &Service) -> Result<PresignedPost, presign::Error> {
    service
        .bucket
        .post_policy("pictures/latest")
        .content_length_range(1..=MAX_PICTURE_SIZE)
        .starts_with("Content-Type", "image/")
        .presign(&service.bucket_credentials, TEN_MINUTES, SystemTime::now())
}

/// The response to a request whose link or form can't be signed.
struct NotSigned(presign::Error);

impl From<presign::Error> for NotSigned {
    fn from(error: presign::Error) -> Self {
        NotSigned(error)
    }
}

impl IntoResponse for NotSigned {
    fn into_response(self) -> Response {
        // The message names the fault of the request, and never contains a secret.
        (StatusCode::BAD_REQUEST, self.0.to_string()).into_response()
    }
}

// Signed requests

/// The access key ID that signed a request.
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

/// Passes on requests with a valid signature, and tells the handlers who signed them.
async fn require_signature(
    State(service): State<Arc<Service>>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let (mut head, body) = request.into_parts();
    // The signature covers the body, so the body is read first.
    let Ok(body) = to_bytes(body, MAX_BODY_SIZE).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    // The signature covers the request as the client sent it. So this restores the whole path,
    // whose beginning a nested router removes. It also restores the public host, in the header and,
    // under HTTP/2, in the URI, because a proxy may have replaced it. It removes headers that a
    // proxy added and whose name would have to be signed: CloudFront adds one.
    let target = uri.path_and_query().cloned().map(Uri::from);
    let routed: Uri = mem::replace(&mut head.uri, target.unwrap_or_default());
    head.headers.insert(HOST, service.public_host.clone());
    head.headers.remove("x-amz-cf-id");
    let mut request = Request::from_parts(head, body);
    let received = ReceivedRequest::from_http(&request).body(request.body());
    let verified = service
        .verifier
        .verify(&received, SystemTime::now(), |id| service.users.get(id));
    let user = match verified {
        Ok(verified) => verified.access_key_id().to_owned(),
        Err(error) => return rejection(&error),
    };
    *request.uri_mut() = routed;
    request.extensions_mut().insert(SignedBy(user));
    next.run(request.map(Body::from)).await
}

/// Returns the response that S3 would send.
fn rejection(error: &VerifyError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FORBIDDEN);
    let content_type = [(CONTENT_TYPE, "application/xml")];
    (status, content_type, error.to_xml()).into_response()
}
