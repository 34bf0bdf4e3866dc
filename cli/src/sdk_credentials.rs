//! Credentials from the providers of the crate `aws-config`: roles, web identities, SSO, containers
//! and instances. The provider is chosen elsewhere, because the SDK's own chain has another order
//! than the AWS CLI.

use crate::profile::{Profile, variable};
use anyhow::{Chain, Context, Result, anyhow, ensure};
use aws_config::Region;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result as Provided};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};
use presign::Credentials;
use std::fs::File;
use std::time::Duration;

/// Asks for the credentials of a profile with a role, a web identity or SSO.
pub fn of_profile(profile: &Profile) -> Result<Credentials> {
    // The SDK's messages don't name the file or the variables.
    if let Some(path) = profile.get("web_identity_token_file") {
        check_readable(path)?;
    } else if let Some("Environment") = profile.get("credential_source") {
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            ensure!(
                variable(&[name])?.is_some(),
                "credential_source is Environment, but {name} is not set"
            );
        }
    }
    let provider = ProfileFileCredentialsProvider::builder()
        .profile_name(&profile.name)
        .configure(&config(profile, ProxyConfig::from_env())?);
    ask(&provider.build())
}

/// Exchanges the token in the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names.
pub fn of_web_identity(profile: &Profile) -> Result<Credentials> {
    if let Some(path) = variable(&["AWS_WEB_IDENTITY_TOKEN_FILE"])? {
        check_readable(&path)?;
    }
    ensure!(
        variable(&["AWS_ROLE_ARN"])?.is_some(),
        "AWS_ROLE_ARN is not set; set it to the role for the web identity"
    );
    let provider = WebIdentityTokenCredentialsProvider::builder()
        .configure(&config(profile, ProxyConfig::from_env())?);
    ask(&provider.build())
}

/// Asks the address in `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or
/// `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
pub fn of_container(profile: &Profile) -> Result<Credentials> {
    let provider =
        EcsCredentialsProvider::builder().configure(&config(profile, ProxyConfig::disabled())?);
    ask(&provider.build())
}

/// Asks the metadata of the instance. Returns `None` if there is none.
pub fn of_instance(profile: &Profile) -> Result<Option<Credentials>> {
    let config = config(profile, ProxyConfig::disabled())?;
    // Elsewhere than on an instance nothing answers, so more attempts only take longer.
    let client = imds::Client::builder().configure(&config).max_attempts(1);
    let provider = ImdsCredentialsProvider::builder()
        .configure(&config)
        .imds_client(client.build())
        .build();
    match provide(&provider)? {
        Err(CredentialsError::CredentialsNotLoaded(_)) => Ok(None),
        provided => converted(provided)
            .context("the instance metadata has no usable credentials")
            .map(Some),
    }
}

fn check_readable(path: &str) -> Result<()> {
    let file = File::open(path);
    file.map(drop)
        .with_context(|| format!("the file {path} can't be read"))
}

fn provide(provider: &impl ProvideCredentials) -> Result<Provided> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(provider.provide_credentials()))
}

fn ask(provider: &impl ProvideCredentials) -> Result<Credentials> {
    converted(provide(provider)?)
}

fn converted(provided: Provided) -> Result<Credentials> {
    let provided = provided.map_err(|error| anyhow!(causes(&error)))?;
    Ok(Credentials::try_from(provided)?)
}

/// Returns the causes of an error. Each `CredentialsError` only says that there is one, and some
/// causes are there twice.
fn causes(error: &CredentialsError) -> String {
    let mut text = String::new();
    for cause in Chain::new(error).filter(|cause| !cause.is::<CredentialsError>()) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text += if text.is_empty() { "" } else { ": " };
            text += &cause;
        }
    }
    if text.is_empty() {
        return error.to_string();
    }
    text
}

/// Containers and instances are asked directly, services through the proxy of the environment.
fn config(profile: &Profile, proxy: ProxyConfig) -> Result<ProviderConfig> {
    // Someone waits for the command.
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(200));
    Ok(ProviderConfig::without_region()
        .with_region(Some(Region::new(profile.region()?)))
        .with_http_client(http_client(proxy))
        .with_retry_config(retry))
}

fn http_client(proxy: ProxyConfig) -> SharedHttpClient {
    http_client_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(Some(settings.clone()));
        connector.set_sleep_impl(components.sleep_impl());
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        SharedHttpConnector::new(connector.tls_provider(provider).build())
    })
}
