//! Links to the files of a server. The holder of a link can read that file until the link expires.

use axum::Router;
use axum::extract::{Extension, OriginalUri, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use presign::v4::{CanonicalUri, Service};
use presign::verify::{Carrier, ReceivedRequest, Verifier, VerifyError};
use presign::{Credentials, Error, PresignedUrl, Timestamp};
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Any two names. Another server with the same key needs other names.
const REGION: &str = "local";
const SERVICE: &str = "files";
/// The path is signed as it is sent, so each path has its own signature.
const PATH_RULE: CanonicalUri = CanonicalUri::Unnormalized;
const MINUTE: Duration = Duration::from_secs(60);

pub struct Links {
    origin: String,
    key: Credentials,
    service: Service,
    verifier: Verifier,
    files: HashMap<u32, String>,
}

impl Links {
    /// Returns a server whose public origin is `https://files.example.com`, without a slash.
    pub fn new(
        origin: impl Into<String>,
        key: Credentials,
        files: HashMap<u32, String>,
    ) -> Result<Self, Error> {
        Ok(Links {
            origin: origin.into(),
            key,
            service: Service::new(REGION, SERVICE)?.canonical_uri(PATH_RULE),
            verifier: Verifier::new(REGION, SERVICE)
                .canonical_uri(PATH_RULE)
                .carriers(&[Carrier::Query])
                .max_expires_in(MINUTE)
                .reject_plus_in_query(),
            files,
        })
    }

    /// Returns a link to a file.
    pub fn link(&self, file: u32, now: impl Into<Timestamp>) -> Result<PresignedUrl, Error> {
        let get = self.service.get(format!("{}/files/{file}", self.origin));
        get.presign(&self.key, MINUTE, now)
    }
}

pub fn router(links: Arc<Links>) -> Router {
    let require_link = middleware::from_fn_with_state(links.clone(), require_link);
    let files = Router::new()
        .route("/{*path}", get(file))
        .layer(require_link);
    Router::new().nest("/files", files).with_state(links)
}

/// The path that the signature covers.
#[derive(Clone)]
struct SignedPath(String);

/// Passes on requests with a valid link.
async fn require_link(
    State(links): State<Arc<Links>>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let (mut head, body) = request.into_parts();
    // The signature covers the whole path, whose beginning a nested router removes.
    let routed = mem::replace(&mut head.uri, uri);
    let received = ReceivedRequest::from_http_parts(&head);
    let lookup = |id: &str| (id == links.key.identity().access_key_id()).then_some(&links.key);
    let verified = links.verifier.verify(&received, SystemTime::now(), lookup);
    let path = match verified {
        Ok(verified) => verified.path().into_owned(),
        Err(error) => return rejection(&error),
    };
    head.uri = routed;
    head.extensions.insert(SignedPath(path));
    next.run(Request::from_parts(head, body)).await
}

/// Returns the file of the signed path. It doesn't use the router's path, which may be decoded or
/// normalized in another way.
async fn file(
    State(links): State<Arc<Links>>,
    Extension(SignedPath(path)): Extension<SignedPath>,
) -> Response {
    let file = path
        .strip_prefix("/files/")
        .and_then(|file| file.parse().ok());
    match file.and_then(|file: u32| links.files.get(&file)) {
        Some(text) => text.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn rejection(error: &VerifyError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FORBIDDEN);
    (status, error.to_string()).into_response()
}
