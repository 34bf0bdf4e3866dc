//! Use this module to sign or verify requests to Azure Storage, with shared access signatures (SAS)
//! or Shared Key. The [guide](crate::guide::azure) compares it with S3.
//!
//! ```
//! use core::time::Duration;
//! use presign::azure::{self, Account, Permissions, Resource};
//! use presign::Timestamp;
//!
//! let key = azure::shared_key("myaccount", "c2VjcmV0")?;
//! let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
//! let account = Account::new("myaccount")?;
//! let upload = Resource::Blob { container: "images", blob: "cat.png" };
//! let token = account
//!     .sas(upload, Permissions::CREATE | Permissions::WRITE)
//!     .https_only()
//!     .presign(&key, Duration::from_secs(3600), now)?;
//! println!("{}", token.url());
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! | task | item |
//! |---|---|
//! | a URL to one blob, with the calls of other stores | [`Container::get`], [`Container::put`] |
//! | a shared access signature of any service | [`Account::sas`] |
//! | a request with a Shared Key header | [`Account::request`] |
//! | verifying a shared access signature | [`Account::parse_sas`] |
//! | verifying Shared Key | [`Account::parse_shared_key`] |

mod account;
mod connection_string;
mod container;
mod contents;
mod endpoint;
mod header_order;
mod keys;
mod layout;
mod names;
mod operation;
mod permissions;
mod prepared_sas;
mod received_target;
mod resource;
mod sas;
mod sas_expiry;
mod sas_fields;
mod sas_signing;
mod sas_token;
mod sas_validity;
mod service;
mod shared_key;
mod shared_key_query;
mod shared_key_signer;
mod signed_object;
mod stored_policy;
mod string_to_sign;
mod unverified_sas;
mod unverified_shared_key;
mod verified_sas;
mod verified_shared_key;

pub use account::Account;
pub use connection_string::connection_string;
pub use container::Container;
pub use keys::{shared_key, user_delegation_key};
pub use permissions::Permissions;
pub use resource::Resource;
pub use sas::Sas;
pub use sas_expiry::SasExpiry;
pub use sas_token::SasToken;
pub use service::Service;
pub use stored_policy::StoredPolicy;
pub use unverified_sas::UnverifiedSas;
pub use unverified_shared_key::UnverifiedSharedKey;
pub use verified_sas::VerifiedSas;
pub use verified_shared_key::VerifiedSharedKey;
