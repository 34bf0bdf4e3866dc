//! The check that credentials belong to the signer: access key ID, session token and expiration.

use super::authentication::Claim;
use super::clock::check_expiration;
use super::error::{VerifyError, reject};
use crate::identity::Identity;
use crate::text::percent::Component;
use crate::time::Timestamp;
use crate::verifying_key::VerifyingKey;
use ctutils::CtEq as _;

/// Checks that the key belongs to the signer, and that its credentials haven't expired. A public
/// key has neither an access key ID nor a session token.
pub(super) fn check_signer(
    key: &VerifyingKey<'_>,
    claim: &Claim<'_>,
    now: Timestamp,
) -> Result<(), VerifyError> {
    let Some(credentials) = key.credentials() else {
        return match claim.token {
            None => Ok(()),
            Some(_) => Err(wrong_token()),
        };
    };
    let identity = credentials.identity();
    if identity.access_key_id() != claim.authentication.access_key_id {
        return Err(unknown_access_key());
    }
    if !is_token(identity, claim.token) {
        return Err(wrong_token());
    }
    check_expiration(identity, now)
}

pub(super) fn unknown_access_key() -> VerifyError {
    reject!(AccessKey, "unknown access key ID")
}

fn wrong_token() -> VerifyError {
    reject!(
        SessionToken,
        "the session token is missing, or differs from the credentials' token"
    )
}

pub(super) fn wrong_signature() -> VerifyError {
    reject!(
        Signature,
        "the signature doesn't match the request; check the key, and whether a proxy changed the \
         request"
    )
}

/// Compares session tokens in constant time.
fn is_token(identity: &Identity, received: Option<Component<'_>>) -> bool {
    let (own, received) = match (identity.session_token(), received) {
        (Some(own), Some(received)) => (own, received),
        (own, received) => return own.is_none() && received.is_none(),
    };
    // A canonically encoded token needs no decoding, which would allocate.
    let encoded = identity.encoded_session_token().unwrap_or_default();
    if let Component::Encoded(received) = received
        && received.as_bytes().ct_eq(encoded.as_bytes()).to_bool()
    {
        return true;
    }
    own.as_bytes().ct_eq(&received.to_bytes()).to_bool()
}
