//! The facts that the query of a presigned URL states.

use crate::scheme::Scheme;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// The facts of a signature. It contains neither the signature nor the session token.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) scheme: Option<Scheme>,
    pub(super) algorithm: Option<String>,
    pub(super) access_key_id: Option<String>,
    pub(super) region: Option<String>,
    pub(super) service: Option<String>,
    pub(super) signed_at: Option<Timestamp>,
    /// When the URL becomes valid, if that isn't the signing time.
    pub(super) valid_from: Option<Timestamp>,
    pub(super) valid_for: Option<Duration>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) signed_headers: Vec<String>,
    /// The operations that a shared access signature allows, in words.
    pub(super) allows: Option<String>,
    /// Names and values of its restrictions.
    pub(super) restrictions: Vec<(&'static str, String)>,
    pub(super) has_session_token: bool,
    pub(super) signature_start: Option<String>,
}
