//! The functions of [`presign_datafusion`] on [Ballista](https://datafusion.apache.org/ballista/),
//! which distributes queries of DataFusion over many machines.
//!
//! A plan travels from the [`client`] to the scheduler and to the executors. It holds the name of
//! a function, its settings and the signing time, so all executors sign for the same second.
//! Credentials are only in the executors: each has its own.
//!
//! ```no_run
//! use ballista_executor::executor_process::ExecutorProcessConfig;
//! use ballista_scheduler::config::SchedulerConfig;
//! use presign_datafusion::Functions;
//! use std::net::SocketAddr;
//!
//! type Error = Box<dyn std::error::Error + Send + Sync>;
//!
//! // The process of the scheduler.
//! async fn scheduler() -> Result<(), Error> {
//!     let functions = Functions::s3("us-east-1");
//!     let address = SocketAddr::from(([127, 0, 0, 1], 50050));
//!     let listener = tokio::net::TcpListener::bind(address).await?;
//!     presign_ballista::run_scheduler(listener, SchedulerConfig::default(), [functions]).await
//! }
//!
//! // The process of each executor.
//! async fn executor(credentials: presign::Credentials) -> Result<(), Error> {
//!     let functions = Functions::s3("us-east-1").credentials(credentials);
//!     presign_ballista::run_executor(ExecutorProcessConfig::default(), [functions]).await
//! }
//!
//! // The client's process.
//! async fn query() -> Result<(), Error> {
//!     let functions = Functions::s3("us-east-1");
//!     let context = presign_ballista::client("df://127.0.0.1:50050", [functions]).await?;
//!     context.register_parquet("files", "/data/files", Default::default()).await?;
//!     let query = "SELECT key, presign_get('examplebucket', key, 3600) AS link FROM files";
//!     context.sql(query).await?.show().await?;
//!     Ok(())
//! }
//! ```

use ballista::prelude::SessionContextExt;
use ballista_core::extension::SessionConfigExt;
use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion::common::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::PhysicalExtensionCodec;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use presign_datafusion::{Codec, Functions, RejectLinksInValues};
use std::sync::Arc;
use tokio::net::TcpListener;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Returns a session whose queries run on the cluster of a scheduler, `df://host:port`.
///
/// # Errors
/// Returns an error if the URL or the settings of the functions are invalid. It doesn't connect.
pub async fn client(
    scheduler: &str,
    functions: impl IntoIterator<Item = Functions>,
) -> Result<SessionContext, Error> {
    let config = SessionConfig::new_with_ballista();
    client_with_config(scheduler, config, functions).await
}

/// Returns the session of [`client`] with a configuration. The configuration must come from
/// [`SessionConfigExt::new_with_ballista`].
///
/// # Errors
/// Returns the errors of [`client`].
pub async fn client_with_config(
    scheduler: &str,
    config: SessionConfig,
    functions: impl IntoIterator<Item = Functions>,
) -> Result<SessionContext, Error> {
    let functions: Vec<_> = functions.into_iter().collect();
    let config = config
        .with_ballista_logical_extension_codec(logical_codec(&functions)?)
        .with_ballista_physical_extension_codec(physical_codec(&functions)?);
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .build();
    let context = SessionContext::remote_with_state(scheduler, state).await?;
    for functions in functions {
        functions.register(&context)?;
    }
    Ok(context)
}

/// Runs a scheduler. Its functions need no credentials, and it uses none.
///
/// An executor that stops without a message is replaced after
/// [`executor_timeout_seconds`](SchedulerConfig::executor_timeout_seconds), 180 by default. Its
/// tasks run again on other executors.
///
/// # Errors
/// Returns an error if the configuration is invalid, or if the listener fails.
pub async fn run_scheduler(
    listener: TcpListener,
    mut config: SchedulerConfig,
    functions: impl IntoIterator<Item = Functions>,
) -> Result<(), Error> {
    let functions: Vec<_> = functions.into_iter().collect();
    config.override_logical_codec = Some(logical_codec(&functions)?);
    config.override_physical_codec = Some(physical_codec(&functions)?);
    let builder = config.override_session_builder.take();
    let builder = builder.unwrap_or_else(|| Arc::new(default_session_builder));
    config.override_session_builder = Some(Arc::new(move |config| {
        let mut state = builder(config)?;
        state.add_analyzer_rule(Arc::new(RejectLinksInValues));
        Ok(state)
    }));
    config.validate()?;
    let cluster = BallistaCluster::new_from_config(&config).await?;
    let scheduler =
        create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config));
    start_grpc_service_with_listener(listener, scheduler.await?).await?;
    Ok(())
}

/// Runs an executor, which signs with the credentials of its functions.
///
/// A plan whose region, endpoint or style differs from those of all `functions` is rejected. A
/// client that can send plans to the cluster can sign everything else that the credentials allow.
///
/// # Errors
/// Returns an error if the configuration is invalid, or if the scheduler can't be reached.
pub async fn run_executor(
    mut config: ExecutorProcessConfig,
    functions: impl IntoIterator<Item = Functions>,
) -> Result<(), Error> {
    let functions: Vec<_> = functions.into_iter().collect();
    config.override_logical_codec = Some(logical_codec(&functions)?);
    config.override_physical_codec = Some(physical_codec(&functions)?);
    start_executor_process(Arc::new(config)).await?;
    Ok(())
}

fn logical_codec(functions: &[Functions]) -> Result<Arc<dyn LogicalExtensionCodec>> {
    let fallback = BallistaLogicalExtensionCodec::default();
    Ok(Arc::new(Codec::new(functions.iter().cloned(), fallback)?))
}

fn physical_codec(functions: &[Functions]) -> Result<Arc<dyn PhysicalExtensionCodec>> {
    let fallback = BallistaPhysicalExtensionCodec::default();
    Ok(Arc::new(Codec::new(functions.iter().cloned(), fallback)?))
}

#[cfg(test)]
mod tests;
