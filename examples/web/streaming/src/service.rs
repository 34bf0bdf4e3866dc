//! A service that stores uploads whose chunks are signed. It verifies each chunk as it arrives, and
//! keeps a file only if it is complete.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use http_body_util::BodyExt as _;
use presign::Credentials;
use presign::streaming::ChunkDecoder;
use presign::verify::{ReceivedRequest, Verifier, VerifyError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt as _;

pub struct Service {
    pub verifier: Verifier,
    pub user: Credentials,
    pub directory: PathBuf,
}

pub fn router(service: Service) -> Router {
    Router::new()
        .route("/files/{name}", put(store))
        .with_state(Arc::new(service))
}

/// Stores a file. A name in the path can't contain a slash, but it can be `..`.
async fn store(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<(), Rejection> {
    if name.starts_with('.') {
        return Err(Rejection::Name);
    }
    let (head, body) = request.into_parts();
    let decoder = service.verify(&head)?;
    let path = service.directory.join(&name);
    let partial = service.directory.join(format!(".{name}.partial"));
    match receive(body, decoder, &partial).await {
        Ok(()) => Ok(fs::rename(&partial, &path).await?),
        Err(rejection) => {
            fs::remove_file(&partial).await?;
            Err(rejection)
        }
    }
}

impl Service {
    /// Verifies the head of a request, and returns the decoder of its body.
    fn verify(&self, head: &axum::http::request::Parts) -> Result<ChunkDecoder, VerifyError> {
        let request = ReceivedRequest::from_http_parts(head);
        let own_id = self.user.identity().access_key_id();
        let verified = self.verifier.verify(&request, SystemTime::now(), |id| {
            (id == own_id).then_some(&self.user)
        })?;
        verified.chunk_decoder(&self.user)
    }
}

/// Writes the data of a body into a file.
async fn receive(
    mut body: Body,
    mut decoder: ChunkDecoder,
    path: &std::path::Path,
) -> Result<(), Rejection> {
    let mut file = File::create(path).await?;
    while let Some(frame) = body.frame().await {
        let bytes = frame.map_err(|_| Rejection::Connection)?.into_data();
        let bytes = bytes.unwrap_or_default();
        let mut piece = &bytes[..];
        while let Some(data) = decoder.decode(&mut piece)? {
            file.write_all(data).await?;
        }
    }
    decoder.finish()?;
    file.flush().await?;
    Ok(())
}

/// The response to a request that is not stored.
enum Rejection {
    Name,
    Connection,
    Verification(VerifyError),
    File(std::io::Error),
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        Rejection::Verification(error)
    }
}

impl From<std::io::Error> for Rejection {
    fn from(error: std::io::Error) -> Self {
        Rejection::File(error)
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self {
            Rejection::Name | Rejection::Connection => StatusCode::BAD_REQUEST.into_response(),
            Rejection::Verification(error) => {
                let status = StatusCode::from_u16(error.status());
                (status.unwrap_or(StatusCode::BAD_REQUEST), error.to_xml()).into_response()
            }
            Rejection::File(error) => {
                eprintln!("{error}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
