//! Use this module if an AWS service accepts a signed request as a password or token: databases and
//! caches, bearer tokens, WebSocket URLs, and git repositories.
//!
//! Each function describes one kind of token, and [`TokenRequest::presign`] makes it. Nothing is
//! sent: the token is computed from the credentials, like a presigned URL.
//!
//! ```
//! use core::time::Duration;
//! use presign::{Credentials, Timestamp, tokens};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! let now: Timestamp = "20240826T220000Z".parse()?;
//!
//! // The password of the user `app` for PostgreSQL.
//! let host = "db.123456789012.us-east-1.rds.amazonaws.com";
//! let password = tokens::rds("us-east-1", host, 5432, "app")?
//!     .presign(&credentials, Duration::from_secs(900), now)?;
//! assert!(password.as_str().starts_with("db.123456789012.us-east-1.rds.amazonaws.com:5432/?Action=connect"));
//!
//! // A bearer token for Kubernetes.
//! let bearer = tokens::eks("us-east-1", "cluster")?
//!     .presign(&credentials, Duration::from_secs(60), now)?;
//! assert!(bearer.as_str().starts_with("k8s-aws-v1."));
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! | token | function | valid for at most |
//! |---|---|---|
//! | password for RDS, Aurora and RDS Proxy | [`rds`] | 15 minutes |
//! | password for Aurora DSQL | [`dsql`], [`dsql_admin`] | 7 days |
//! | password for ElastiCache and MemoryDB | [`elasticache`], [`elasticache_serverless`], [`memorydb`] | 15 minutes |
//! | bearer token for Kubernetes on EKS | [`eks`] | 15 minutes |
//! | bearer token for Kafka on MSK (OAUTHBEARER) | [`msk`] | 15 minutes |
//! | API key for Bedrock | [`bedrock`] | 12 hours |
//! | MQTT over WebSocket for IoT Core | [`iot`] | 24 hours |
//! | other WebSocket URLs | [`transcribe`], [`iot_wireless`], [`execute_api`] | 5 minutes, 5 minutes, 7 days |
//! | user name and password for git on CodeCommit | [`codecommit`] | 15 minutes |
//!
//! Every token also expires with its temporary credentials. Vault and workload identity federation
//! accept a request to STS as a proof of identity. Sign it with headers:
//! [`v4::Service`](crate::v4::Service).

mod codecommit;
mod recipes;
mod token;
mod token_request;

pub use codecommit::{GitLogin, GitLoginRequest, codecommit};
pub use recipes::{
    bedrock, dsql, dsql_admin, eks, elasticache, elasticache_serverless, execute_api, iot,
    iot_wireless, memorydb, msk, rds, transcribe,
};
pub use token::Token;
pub use token_request::TokenRequest;
