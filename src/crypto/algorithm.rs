//! Algorithms of signatures.

/// The algorithm of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256. Under SigV4 its key is derived from the secret access key and the scope.
    HmacSha256,
    /// HMAC with SHA-1. Its key is the secret access key.
    HmacSha1,
    /// RSA with PKCS #1 v1.5 padding and SHA-256.
    RsaSha256,
    /// RSA with PKCS #1 v1.5 padding and SHA-1.
    RsaSha1,
    /// ECDSA on P-256 with SHA-256. Signatures are DER. Under SigV4a its key is derived from the
    /// access key ID and the secret access key.
    EcdsaSha256,
    /// ECDSA on P-256 with SHA-1. Signatures are DER.
    EcdsaSha1,
}
