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
//! let hour = Duration::from_secs(3600);
//! let account = Account::new("myaccount")?;
//!
//! let link = account.container("images")?.get("cat.png").presign(&key, hour, now)?;
//! println!("{link}");
//!
//! // With other permissions, or for another resource:
//! let list = account
//!     .sas(Resource::Container("images"), Permissions::READ | Permissions::LIST)
//!     .https_only()
//!     .presign(&key, hour, now)?;
//! println!("{}", list.url());
//! # Ok::<(), presign::Error>(())
//! ```
//!
//! | task | item |
//! |---|---|
//! | a URL to one blob, with the calls of other stores | [`Container::get`], [`Container::put`] |
//! | a shared access signature of any service | [`Account::sas`] |
//! | many of them, which differ in their expiry | [`Sas::template`] |
//! | a request with a Shared Key header | [`Account::request`] |
//! | verifying a shared access signature | [`Account::parse_sas`] |
//! | verifying Shared Key | [`Account::parse_shared_key`] |

// First, in this order, because rustdoc lists methods in the order of the modules.
mod account;

mod contents;
mod sas_signing;

mod account_settings;
mod blob_params;
mod blob_template;
mod connection_string;
mod container;
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
mod sas_template;
mod sas_token;
mod sas_validity;
mod service;
mod shared_key;
mod shared_key_query;
mod shared_key_signer;
mod signature;
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
pub use sas_template::SasTemplate;
pub use sas_token::SasToken;
pub use service::Service;
pub use stored_policy::StoredPolicy;
pub use unverified_sas::UnverifiedSas;
pub use unverified_shared_key::UnverifiedSharedKey;
pub use verified_sas::VerifiedSas;
pub use verified_shared_key::VerifiedSharedKey;
