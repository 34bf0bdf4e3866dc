//! `token`: a password or a bearer token that is made of a signed request.

use crate::args::{Expiry, misuse, parse_field, parse_time};
use crate::credentials::{self, ProfileOption};
use crate::output::{print, print_json};
use crate::settings::region_or_default;
use anyhow::Result;
use clap::{Subcommand, ValueEnum};
use presign::Timestamp;
use presign::tokens::{self, Token, TokenRequest};
use serde_json::json;
use std::time::{Duration, SystemTime};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    kind: Kind,

    #[command(flatten)]
    options: Options,
}

#[derive(clap::Args)]
struct Options {
    /// The region [default: the first of AWS_REGION, AWS_DEFAULT_REGION, the profile's region and
    /// us-east-1]
    #[arg(long, value_name = "REGION", global = true)]
    region: Option<String>,

    /// The time until the token expires: seconds, or 90s 15m 12h; the service has a limit [default:
    /// the service's]
    #[arg(long, value_name = "DURATION", value_parser = crate::args::parse_duration, global = true)]
    expires_in: Option<Duration>,

    /// Shorten the validity to that of temporary credentials, instead of returning an error
    #[arg(long, global = true)]
    clamp_expiry: bool,

    /// The signing time: 20130524T000000Z, RFC 3339 or Unix seconds [default: now]
    #[arg(long = "at", value_name = "TIME", value_parser = parse_time, global = true)]
    time: Option<Timestamp>,

    /// A profile of the shared credentials and config files
    #[arg(long, value_name = "PROFILE", global = true)]
    profile: Option<String>,

    /// The output
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        global = true
    )]
    output: Format,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The token alone
    #[default]
    Text,
    /// A JSON object: the token and its expiration
    Json,
    /// For EKS: the ExecCredential that kubectl expects
    ExecCredential,
}

#[derive(Subcommand)]
enum Kind {
    /// The password of a user of RDS, Aurora or RDS Proxy
    Rds {
        /// The host that the client connects to
        #[arg(long, value_name = "HOST")]
        host: String,
        /// The port of the database
        #[arg(long, value_name = "PORT")]
        port: u16,
        /// The name of the database's user
        #[arg(long, value_name = "USER")]
        user: String,
    },
    /// The password of a role of Aurora DSQL
    Dsql {
        /// The host of the cluster
        #[arg(long, value_name = "HOST")]
        host: String,
        /// The role is `admin`
        #[arg(long)]
        admin: bool,
    },
    /// The password of a user of ElastiCache
    Elasticache {
        /// The name of the cache, which is not its endpoint
        #[arg(long, value_name = "NAME")]
        cache: String,
        /// The ID of the user
        #[arg(long, value_name = "USER")]
        user: String,
        /// The cache is serverless
        #[arg(long)]
        serverless: bool,
    },
    /// The password of a user of MemoryDB
    Memorydb {
        /// The name of the cluster, which is not its endpoint
        #[arg(long, value_name = "NAME")]
        cluster: String,
        /// The ID of the user
        #[arg(long, value_name = "USER")]
        user: String,
    },
    /// A bearer token for Kubernetes on EKS
    Eks {
        /// The name of the cluster
        #[arg(long, value_name = "NAME")]
        cluster: String,
    },
    /// A bearer token for Kafka on MSK
    Msk,
    /// An API key for Bedrock
    Bedrock,
    /// A WebSocket URL for MQTT on IoT Core
    Iot {
        /// The endpoint of the account
        #[arg(long, value_name = "HOST")]
        host: String,
    },
    /// A WebSocket URL of the network analyzer of IoT Wireless
    IotWireless {
        /// The host, api.iotwireless.REGION.amazonaws.com
        #[arg(long, value_name = "HOST")]
        host: String,
        /// A parameter, such as configuration-name=NAME; repeatable
        #[arg(long, value_name = "NAME=VALUE", value_parser = parse_field)]
        query: Vec<(String, String)>,
    },
    /// A WebSocket URL of Transcribe
    Transcribe {
        /// The host, transcribestreaming.REGION.amazonaws.com
        #[arg(long, value_name = "HOST")]
        host: String,
        /// The path, such as /stream-transcription-websocket
        #[arg(long, value_name = "PATH")]
        path: String,
        /// A parameter of the stream; repeatable
        #[arg(long, value_name = "NAME=VALUE", value_parser = parse_field)]
        query: Vec<(String, String)>,
    },
    /// A WebSocket URL of API Gateway
    ExecuteApi {
        /// The host, ID.execute-api.REGION.amazonaws.com
        #[arg(long, value_name = "HOST")]
        host: String,
        /// The path, such as /STAGE
        #[arg(long, value_name = "PATH")]
        path: String,
    },
    /// User name and password for git on CodeCommit
    Codecommit {
        /// The host, git-codecommit.REGION.amazonaws.com
        #[arg(long, value_name = "HOST")]
        host: String,
        /// The path, /v1/repos/NAME
        #[arg(long, value_name = "PATH")]
        path: String,
    },
}

pub fn run(args: &Args) -> Result<()> {
    let options = &args.options;
    let is_eks = matches!(args.kind, Kind::Eks { .. });
    if options.output == Format::ExecCredential && !is_eks {
        return Err(misuse("--output exec-credential is for eks only"));
    }
    let profile = ProfileOption {
        name: options.profile.clone(),
    };
    let profile = profile.load()?;
    let region = region_or_default(options.region.as_ref(), &profile)?;
    let credentials = credentials::find(&profile)?;
    let now = options.time.unwrap_or_else(|| SystemTime::now().into());
    if let Kind::Codecommit { host, path } = &args.kind {
        if options.expires_in.is_some() {
            return Err(misuse("CodeCommit sets the validity; omit --expires-in"));
        }
        let login = tokens::codecommit(region, host, path)?.sign(&credentials, now)?;
        let (username, password) = (login.username(), login.password());
        return match options.output {
            Format::Json => print_json(&json!({
                "username": username,
                "password": password,
                "expires_at": login.expires_at(),
            })),
            _ => print(&format!("username={username}\npassword={password}")),
        };
    }
    let (request, default) = args.kind.request(&region)?;
    let expiry = Expiry {
        expires_in: Some(options.expires_in.unwrap_or(default)),
        expires_at: None,
        clamp_expiry: options.clamp_expiry,
    };
    let expiry = expiry.resolve(credentials.identity(), now)?;
    let token = request.presign(&credentials, expiry, now)?;
    match options.output {
        Format::Text => print(token.as_str()),
        Format::Json => print_json(&json!({
            "token": token.as_str(),
            "expires_at": token.expires_at(),
        })),
        Format::ExecCredential => {
            let expiration = credentials.identity().expiration();
            print_json(&exec_credential(&token, now, expiration))
        }
    }
}

/// Returns the
/// [ExecCredential](https://kubernetes.io/docs/reference/config-api/client-authentication.v1/) of a
/// token. Like the AWS CLI, it says a minute less than the server accepts. The token is valid no
/// longer than the credentials.
fn exec_credential(
    token: &Token,
    now: Timestamp,
    expiration: Option<Timestamp>,
) -> serde_json::Value {
    const VALID_FOR: Duration = Duration::from_secs(14 * 60);
    let expires_at = now.saturating_add(VALID_FOR);
    let expires_at = expiration.map_or(expires_at, |expiration| expires_at.min(expiration));
    json!({
        "kind": "ExecCredential",
        "apiVersion": "client.authentication.k8s.io/v1",
        "spec": {},
        "status": {
            "expirationTimestamp": expires_at,
            "token": token.as_str(),
        },
    })
}

impl Kind {
    /// Returns the request and its default validity.
    fn request(&self, region: &str) -> Result<(TokenRequest, Duration)> {
        let request = match self {
            Kind::Rds { host, port, user } => tokens::rds(region, host, *port, user),
            Kind::Dsql { host, admin: false } => tokens::dsql(region, host),
            Kind::Dsql { host, admin: true } => tokens::dsql_admin(region, host),
            Kind::Elasticache {
                cache,
                user,
                serverless,
            } => {
                if *serverless {
                    tokens::elasticache_serverless(region, cache, user)
                } else {
                    tokens::elasticache(region, cache, user)
                }
            }
            Kind::Memorydb { cluster, user } => tokens::memorydb(region, cluster, user),
            Kind::Eks { cluster } => tokens::eks(region, cluster),
            Kind::Msk => tokens::msk(region),
            Kind::Bedrock => tokens::bedrock(region),
            Kind::Iot { host } => tokens::iot(region, host),
            Kind::IotWireless { host, query } => {
                tokens::iot_wireless(region, host).map(|request| with_query(request, query))
            }
            Kind::Transcribe { host, path, query } => {
                tokens::transcribe(region, host, path).map(|request| with_query(request, query))
            }
            Kind::ExecuteApi { host, path } => tokens::execute_api(region, host, path),
            Kind::Codecommit { .. } => return Err(misuse("CodeCommit has a login, not a token")),
        };
        let default = match self {
            Kind::Eks { .. } => 60,
            Kind::Transcribe { .. } | Kind::IotWireless { .. } => 300,
            Kind::Bedrock => 43_200,
            Kind::Iot { .. } => 86_400,
            _ => 900,
        };
        Ok((request?, Duration::from_secs(default)))
    }
}

fn with_query(request: TokenRequest, query: &[(String, String)]) -> TokenRequest {
    query
        .iter()
        .fold(request, |request, (name, value)| request.query(name, value))
}
