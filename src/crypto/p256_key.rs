//! ECDSA keys on the curve P-256 ([FIPS 186-5](https://csrc.nist.gov/pubs/fips/186-5/final)).
//!
//! Signatures are deterministic ([RFC 6979](https://www.rfc-editor.org/rfc/rfc6979)) and DER.

use crate::error::{Error, error};
use alloc::sync::Arc;
use alloc::vec::Vec;
use p256::ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};

/// A private key. It is overwritten when the last clone is dropped. A clone doesn't copy it,
/// because the copy would pass through the stack, which isn't overwritten.
#[derive(Clone)]
pub(crate) struct P256PrivateKey(Arc<SigningKey>);

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct P256PublicKey(VerifyingKey);

impl P256PrivateKey {
    /// Returns the key with this scalar, in big-endian order, if it is between 1 and the order of
    /// the curve.
    #[cfg(any(feature = "sigv4a", test))]
    pub(crate) fn from_scalar(scalar: &[u8; 32]) -> Option<Self> {
        let key = SigningKey::from_slice(scalar).ok()?;
        Some(P256PrivateKey(Arc::new(key)))
    }

    /// Signs a digest, and returns the signature in DER. A digest that is shorter than SHA-256's is
    /// signed as it is.
    ///
    /// # Errors
    /// None is known. The crate `p256` returns a `Result`.
    pub(crate) fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: Signature = self
            .0
            .sign_prehash(digest)
            .map_err(|_| error!(Signature, "the P-256 key can't sign"))?;
        Ok(signature.to_der().as_bytes().into())
    }

    pub(crate) fn public_key(&self) -> P256PublicKey {
        P256PublicKey(*self.0.verifying_key())
    }
}

impl P256PublicKey {
    /// Returns whether strict DER is a signature of a digest. Each signature has one encoding,
    /// except that `s` and the order of the curve minus `s` are equally valid.
    pub(crate) fn verify(&self, digest: &[u8], der: &[u8]) -> bool {
        Signature::from_der(der)
            .is_ok_and(|signature| self.0.verify_prehash(digest, &signature).is_ok())
    }
}

impl From<p256::SecretKey> for P256PrivateKey {
    fn from(key: p256::SecretKey) -> Self {
        P256PrivateKey(Arc::new(key.into()))
    }
}

impl From<p256::PublicKey> for P256PublicKey {
    fn from(key: p256::PublicKey) -> Self {
        P256PublicKey(key.into())
    }
}

#[cfg(test)]
mod tests {
    use super::P256PrivateKey;
    use crate::crypto::Hash;
    use crate::text::hex;
    use alloc::vec::Vec;

    /// RFC 6979, appendix A.2.5.
    const SCALAR: &[u8] = b"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";

    fn key() -> P256PrivateKey {
        P256PrivateKey::from_scalar(&hex::decode(SCALAR).unwrap()).unwrap()
    }

    /// Returns `r` and `s` in DER, which is short enough for lengths of one byte.
    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let integer = |digits: &[u8]| {
            let bytes: [u8; 32] = hex::decode(digits).unwrap();
            let sign: &[u8] = if bytes[0] & 0x80 == 0 { &[] } else { &[0] };
            let value = [sign, &bytes].concat();
            [&[2, value.len() as u8], value.as_slice()].concat()
        };
        let both = [integer(r), integer(s)].concat();
        [&[0x30, both.len() as u8], both.as_slice()].concat()
    }

    #[test]
    fn signatures_are_those_of_rfc_6979() {
        let expected = der(
            b"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            b"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        );
        let digest = Hash::Sha256.digest("sample");
        assert_eq!(key().sign(digest.as_bytes()), Ok(expected));
    }

    /// The RFC's SHA-1 signature uses another `k` than ours, because ours is derived with SHA-256.
    #[test]
    fn signatures_of_sha1_digests_are_verified() {
        let published = der(
            b"61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d32",
            b"6d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb",
        );
        let public_key = key().public_key();
        let digest = Hash::Sha1.digest("sample");
        assert!(public_key.verify(digest.as_bytes(), &published));
        let own = key().sign(digest.as_bytes()).unwrap();
        assert!(public_key.verify(digest.as_bytes(), &own));
        let other = Hash::Sha1.digest("sampel");
        assert!(!public_key.verify(other.as_bytes(), &published));
    }

    #[test]
    fn only_strict_der_is_accepted() {
        let digest = Hash::Sha256.digest("sample");
        let (public_key, signature) = (key().public_key(), key().sign(digest.as_bytes()).unwrap());
        assert!(public_key.verify(digest.as_bytes(), &signature));
        let after = [&signature[..], &[0]].concat();
        // A length in two bytes, which BER allows.
        let long = [&[0x30, 0x81], &signature[1..]].concat();
        // An integer with a superfluous zero byte.
        let padded = [
            &[0x30, signature[1] + 1, 2, signature[3] + 1, 0],
            &signature[4..],
        ]
        .concat();
        for bad in [
            &after[..],
            &long,
            &padded,
            &signature[..signature.len() - 1],
            &[],
        ] {
            assert!(!public_key.verify(digest.as_bytes(), bad), "{bad:02x?}");
        }
        let zero = der(&[b'0'; 64], &[b'0'; 64]);
        assert!(!public_key.verify(digest.as_bytes(), &zero));
    }

    #[test]
    fn a_scalar_is_between_one_and_the_order() {
        let order = b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
        let order: [u8; 32] = hex::decode(order).unwrap();
        assert!(P256PrivateKey::from_scalar(&order).is_none());
        assert!(P256PrivateKey::from_scalar(&[0; 32]).is_none());
        let mut largest = order;
        largest[31] -= 1;
        assert!(P256PrivateKey::from_scalar(&largest).is_some());
    }
}
