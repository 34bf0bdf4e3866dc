//! The request of each kind of token.
//!
//! The requests are those of the AWS CLI, of botocore and of AWS's own signers for MSK and Bedrock.

use super::token_request::{Form, TokenRequest};
use crate::error::{Error, Quoted, error};
use crate::scheme::limits::MAX_EXPIRY;
use crate::scheme::partition::Partition;
use crate::scheme::services::SessionToken;
use crate::v4::Service;
use crate::wire::url::check_host;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

const FIVE_MINUTES: Duration = Duration::from_secs(300);
const QUARTER_HOUR: Duration = Duration::from_secs(900);
const TWELVE_HOURS: Duration = Duration::from_secs(43_200);
const DAY: Duration = Duration::from_secs(86_400);

/// Returns the password of a database user on RDS, Aurora or RDS Proxy
/// ([IAM database authentication](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html)).
///
/// `host` and `port` are the ones to which the client connects, not a tunnel's.
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region,
/// [`ErrorKind::Url`](crate::ErrorKind::Url) for an invalid host or a port of 0, and
/// [`ErrorKind::Query`](crate::ErrorKind::Query) for an empty user.
pub fn rds(
    region: impl Into<String>,
    host: &str,
    port: u16,
    user: &str,
) -> Result<TokenRequest, Error> {
    check_host(host)?;
    if port == 0 {
        return Err(error!(
            Url,
            "the port is 0; pass the database's port, such as 5432"
        ));
    }
    let url = format!("https://{host}:{port}/");
    check_user(user)?;
    let request = get(region, "rds-db", url, QUARTER_HOUR, Form::WithoutScheme)?;
    Ok(request.query("Action", "connect").query("DBUser", user))
}

/// Returns the password of a database role on Aurora DSQL
/// ([authentication tokens](https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-token-cli.html)).
/// Most clients use 15 minutes.
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region, and
/// [`ErrorKind::Url`](crate::ErrorKind::Url) for an invalid host.
pub fn dsql(region: impl Into<String>, host: &str) -> Result<TokenRequest, Error> {
    dsql_action(region, host, "DbConnect")
}

/// Returns the password of the role `admin` on Aurora DSQL; see [`dsql`].
///
/// # Errors
/// Returns the errors of [`dsql`].
pub fn dsql_admin(region: impl Into<String>, host: &str) -> Result<TokenRequest, Error> {
    dsql_action(region, host, "DbConnectAdmin")
}

fn dsql_action(region: impl Into<String>, host: &str, action: &str) -> Result<TokenRequest, Error> {
    check_host(host)?;
    let url = format!("https://{host}/");
    let request = get(region, "dsql", url, MAX_EXPIRY, Form::WithoutScheme)?;
    Ok(request.query("Action", action))
}

/// Returns the password of a user of an ElastiCache replication group ([authenticating with
/// IAM](https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html)).
///
/// `cache` is the name of the replication group, not its endpoint; its case is ignored.
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region,
/// [`ErrorKind::Url`](crate::ErrorKind::Url) for an endpoint or another text that isn't a name, and
/// [`ErrorKind::Query`](crate::ErrorKind::Query) for an empty user.
pub fn elasticache(
    region: impl Into<String>,
    cache: &str,
    user: &str,
) -> Result<TokenRequest, Error> {
    cache_user(region, "elasticache", cache, user)
}

/// Returns the password of a user of a serverless ElastiCache cache; see [`elasticache`].
///
/// # Errors
/// Returns the errors of [`elasticache`].
pub fn elasticache_serverless(
    region: impl Into<String>,
    cache: &str,
    user: &str,
) -> Result<TokenRequest, Error> {
    let request = cache_user(region, "elasticache", cache, user)?;
    Ok(request.query("ResourceType", "ServerlessCache"))
}

/// Returns the password of a user of a MemoryDB cluster
/// ([authenticating with IAM](https://docs.aws.amazon.com/memorydb/latest/devguide/auth-iam.html)).
///
/// `cluster` is the name of the cluster, not its endpoint; its case is ignored.
///
/// # Errors
/// Returns the errors of [`elasticache`].
pub fn memorydb(
    region: impl Into<String>,
    cluster: &str,
    user: &str,
) -> Result<TokenRequest, Error> {
    cache_user(region, "memorydb", cluster, user)
}

fn cache_user(
    region: impl Into<String>,
    service: &str,
    name: &str,
    user: &str,
) -> Result<TokenRequest, Error> {
    check_host(name)?;
    if name.contains('.') {
        return Err(error!(
            Url,
            "{} is an endpoint; pass the name of the cache, which is signed instead",
            Quoted(name)
        ));
    }
    check_user(user)?;
    let url = format!("http://{name}/");
    let request = get(region, service, url, QUARTER_HOUR, Form::WithoutScheme)?;
    Ok(request.query("Action", "connect").query("User", user))
}

/// Returns a bearer token for the Kubernetes API of an EKS cluster, as `aws eks get-token` makes it
/// ([aws-iam-authenticator](https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster)).
///
/// Most clients sign for 60 seconds. The server ignores that, and accepts the token until 15
/// minutes after its signing time.
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region. Making the token returns
/// [`ErrorKind::Header`](crate::ErrorKind::Header) if a header can't have the cluster's name as its
/// value.
pub fn eks(region: impl Into<String>, cluster: impl Into<String>) -> Result<TokenRequest, Error> {
    let region = region.into();
    let url = format!("https://sts.{region}.{}/", Partition::of(&region)?.suffix);
    let request = TokenRequest {
        header: Some(("x-k8s-aws-id", cluster.into())),
        ..get(region, "sts", url, QUARTER_HOUR, Form::Eks)?
    };
    let request = request.query("Action", "GetCallerIdentity");
    Ok(request.query("Version", "2011-06-15"))
}

/// Returns a bearer token for Kafka on MSK, for the mechanism `OAUTHBEARER` ([IAM access
/// control](https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html)).
///
/// Kafka's callback also wants the lifetime in milliseconds: 1,000 times
/// [`Token::expires_at`](super::Token::expires_at).
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region.
pub fn msk(region: impl Into<String>) -> Result<TokenRequest, Error> {
    let region = region.into();
    let url = format!("https://kafka.{region}.{}/", Partition::of(&region)?.suffix);
    let request = get(region, "kafka-cluster", url, QUARTER_HOUR, Form::Msk)?;
    Ok(request.query("Action", "kafka-cluster:Connect"))
}

/// Returns a short-term API key for Bedrock
/// ([API keys](https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-generate.html)).
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region.
pub fn bedrock(region: impl Into<String>) -> Result<TokenRequest, Error> {
    let url = "https://bedrock.amazonaws.com/".into();
    let request = TokenRequest {
        method: "POST",
        ..get(region, "bedrock", url, TWELVE_HOURS, Form::Bedrock)?
    };
    Ok(request.query("Action", "CallWithBearerToken"))
}

/// Returns a WebSocket URL for MQTT on IoT Core
/// ([protocols](https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html)). `host` is
/// the account's endpoint.
///
/// A session token is added after signing, as IoT expects it.
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region, and
/// [`ErrorKind::Url`](crate::ErrorKind::Url) for an invalid host.
pub fn iot(region: impl Into<String>, host: &str) -> Result<TokenRequest, Error> {
    check_host(host)?;
    let url = format!("https://{host}/mqtt");
    let mut request = get(region, "iotdevicegateway", url, DAY, Form::WebSocket)?;
    request.service = request.service.session_token(SessionToken::Appended);
    Ok(request)
}

/// Returns a WebSocket URL of the network analyzer of IoT Wireless
/// ([presigned request](https://docs.aws.amazon.com/iot-wireless/latest/developerguide/network-analyzer-generate-request.html)).
/// `host` is `api.iotwireless.REGION.amazonaws.com`; the parameter `configuration-name` selects a
/// configuration.
///
/// # Errors
/// Returns the errors of [`iot`].
pub fn iot_wireless(region: impl Into<String>, host: &str) -> Result<TokenRequest, Error> {
    check_host(host)?;
    let url = format!("https://{host}/start-network-analyzer-stream");
    get(region, "iotwireless", url, FIVE_MINUTES, Form::WebSocket)
}

/// Returns a WebSocket URL of Transcribe ([WebSocket
/// streams](https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html)). `host` is
/// `transcribestreaming.REGION.amazonaws.com`, whose port is 8443; `path` is the stream, such as
/// `/stream-transcription-websocket`. The stream's settings are [parameters](TokenRequest::query).
///
/// To sign the stream's messages, too, presign the URL with `Request::presign_events` (feature
/// `event-stream`).
///
/// # Errors
/// [`ErrorKind::Scope`](crate::ErrorKind::Scope) for an invalid region, and
/// [`ErrorKind::Url`](crate::ErrorKind::Url) for an invalid host or path.
pub fn transcribe(
    region: impl Into<String>,
    host: &str,
    path: &str,
) -> Result<TokenRequest, Error> {
    check_host(host)?;
    check_path(path)?;
    let url = format!("https://{host}:8443{path}");
    get(region, "transcribe", url, FIVE_MINUTES, Form::WebSocket)
}

/// Returns a WebSocket URL of API Gateway
/// ([IAM authorization](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html)).
/// `host` is `ID.execute-api.REGION.amazonaws.com`; `path` is the stage, such as `/prod`.
///
/// # Errors
/// Returns the errors of [`transcribe`].
pub fn execute_api(
    region: impl Into<String>,
    host: &str,
    path: &str,
) -> Result<TokenRequest, Error> {
    check_host(host)?;
    check_path(path)?;
    let url = format!("https://{host}{path}");
    get(region, "execute-api", url, MAX_EXPIRY, Form::WebSocket)
}

/// Returns a GET request without a query.
fn get(
    region: impl Into<String>,
    service: &str,
    url: String,
    max_expires_in: Duration,
    form: Form,
) -> Result<TokenRequest, Error> {
    Ok(TokenRequest {
        service: Service::new(region, service)?,
        method: "GET",
        url,
        query: Vec::new(),
        header: None,
        max_expires_in,
        form,
    })
}

fn check_user(user: &str) -> Result<(), Error> {
    if user.is_empty() {
        return Err(error!(Query, "the user name is empty"));
    }
    Ok(())
}

/// Checks a path, which has no query: parameters are added by [`TokenRequest::query`].
pub(super) fn check_path(path: &str) -> Result<(), Error> {
    if path.starts_with('/') && !path.contains(['?', '#']) {
        return Ok(());
    }
    Err(error!(
        Url,
        "invalid path {}; write it with a slash first, and without a query",
        Quoted(path)
    ))
}
