//! A service that returns links, signed with the credentials that the AWS SDK finds: environment,
//! profile, SSO, or the role of a container or an instance.

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use presign::s3::Bucket;
use presign::{CredentialsCache, Expiry, PresignedUrl};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const TEN_MINUTES: Duration = Duration::from_secs(600);

pub struct Service {
    pub bucket: Bucket,
    /// `SdkConfig::credentials_provider` of `aws_config::load_defaults(…).await`.
    pub provider: SharedCredentialsProvider,
    /// Keeps the signing keys while the provider returns the same credentials.
    pub cache: CredentialsCache,
}

pub fn router(service: Service) -> Router {
    // Anyone gets links here. Add the login of your service before this route.
    Router::new()
        .route("/download-link/{*key}", get(download_link))
        .with_state(Arc::new(service))
}

/// Returns a link to download an object: `{"method", "url", "headers", "expires_at"}`.
async fn download_link(
    State(service): State<Arc<Service>>,
    Path(key): Path<String>,
) -> Result<Json<PresignedUrl>, (StatusCode, String)> {
    // The provider of an SdkConfig caches them, and fetches new ones before they expire.
    let provided = service.provider.provide_credentials().await;
    let provided =
        provided.map_err(|error| (StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    let not_signed = |error: presign::Error| (StatusCode::BAD_REQUEST, error.to_string());
    let credentials = service.cache.get(&provided).map_err(not_signed)?;
    // A link expires with its credentials, which may be in less than ten minutes.
    let expiry = Expiry::at_most(TEN_MINUTES);
    let link = service.bucket.get(key);
    let link = link.presign(&credentials, expiry, SystemTime::now());
    link.map(Json).map_err(not_signed)
}
