//! The check of a signature with the key of an account.

use crate::credentials::Credentials;
use crate::crypto::SigningKey;
use crate::text::base64;
use crate::verify::{VerifyError, reject};

/// Checks a signature in base64. `verify` returns whether it is that of the signed text.
pub(super) fn check_signature(
    credentials: &Credentials,
    signature: &str,
    verify: impl FnOnce(&SigningKey, &[u8]) -> Result<bool, VerifyError>,
) -> Result<(), VerifyError> {
    let key = credentials.base64_key();
    let key = key.map_err(|error| reject!(AccessKey, "{error}"))?;
    let mut buffer = [0; 64];
    // No key has an empty signature.
    let signature = base64::decode_into(signature.as_bytes(), &mut buffer).unwrap_or_default();
    if verify(key, signature)? {
        return Ok(());
    }
    Err(reject!(
        Signature,
        "the signature doesn't match the request"
    ))
}
