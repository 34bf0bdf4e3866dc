//! Private keys that sign: those of the credentials, or, for SigV4a, the one that is derived from
//! access key ID and secret access key.

use crate::credentials::Credentials;
use crate::crypto::{PrivateKey, PrivateKeyKind};
use crate::error::{Error, error};
use crate::identity::Identity;
use crate::scheme::v4_scheme::{Role, V4Scheme};

/// Checks that an identity can sign for a scheme: the kind of its key, and its session token.
#[inline]
pub(crate) fn check_can_sign(scheme: &V4Scheme, identity: &Identity) -> Result<(), Error> {
    if identity.session_token().is_some() && !scheme.has(Role::SecurityToken) {
        return Err(error!(
            Credentials,
            "the credentials have a session token, which {} doesn't support; leave it out",
            scheme.algorithm
        ));
    }
    match (scheme.private_key, identity.private_key_kind()) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(identity.needs_secret_access_key_error()),
        (Some(_), None) if scheme.derives_key() => check_derivation(),
        (Some(_), None) => Err(identity.needs_private_key_error()),
        (Some(needed), Some(own)) if needed == own => Ok(()),
        (Some(needed), Some(_)) => Err(error!(
            Credentials,
            "this signature needs {}, but {} has another kind of private key; use a key of that kind",
            match needed {
                PrivateKeyKind::Rsa => "an RSA key",
                PrivateKeyKind::P256 => "an ECDSA key on the curve P-256",
            },
            identity.access_key_id()
        )),
    }
}

/// Returns the private key that signs for a scheme.
pub(crate) fn private_key(
    scheme: &V4Scheme,
    credentials: &Credentials,
) -> Result<PrivateKey, Error> {
    let identity = credentials.identity();
    check_can_sign(scheme, identity)?;
    if identity.private_key_kind().is_some() {
        return credentials.private_key().cloned();
    }
    #[cfg(feature = "sigv4a")]
    return super::sigv4a_key::sigv4a_key(scheme, credentials);
    #[cfg(not(feature = "sigv4a"))]
    Err(identity.needs_private_key_error())
}

/// Checks that SigV4a can derive its key.
fn check_derivation() -> Result<(), Error> {
    if cfg!(feature = "sigv4a") {
        return Ok(());
    }
    Err(error!(
        Unsupported,
        "the key of SigV4a is derived from the secret access key with the feature `sigv4a`, which is \
         disabled; enable it, or sign with a P-256 key of your own"
    ))
}
