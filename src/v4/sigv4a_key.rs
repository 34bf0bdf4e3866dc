//! The P-256 key of SigV4a, which is derived from access key ID and secret access key ([Derive a
//! signing key for
//! SigV4a](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#derive-signing-key)).

use super::sigv4_key::first_key;
use crate::credentials::Credentials;
use crate::crypto::{P256PrivateKey, PrivateKey};
use crate::error::{Error, error};
use crate::scheme::v4_scheme::V4Scheme;
use crate::text::sink::Sink as _;
use zeroize::Zeroizing;

/// Returns the P-256 key of the credentials, which is derived on first use. Only SigV4a derives
/// one, so the credentials keep one.
pub(super) fn sigv4a_key(
    scheme: &V4Scheme,
    credentials: &Credentials,
) -> Result<PrivateKey, Error> {
    let secret = credentials.secret_access_key()?;
    let access_key_id = credentials.identity().access_key_id();
    secret
        .p256_key(|| derive(scheme, access_key_id, secret.as_str()))
        .ok_or_else(|| error!(Credentials, "no P-256 key can be derived from the secret"))
}

/// Derives the key: one more than the first HMAC that is at most the order of the curve minus two.
fn derive(scheme: &V4Scheme, access_key_id: &str, secret: &str) -> Option<PrivateKey> {
    let key = first_key(scheme, secret);
    // NIST SP 800-108 in counter mode: 1, the label, 0, the context (access key ID and counter),
    // and the length of 256 bits.
    first_scalar(|counter| {
        key.sign(|hasher| {
            hasher.bytes(&[0, 0, 0, 1]);
            hasher.text(scheme.algorithm);
            hasher.bytes(&[0]);
            hasher.text(access_key_id);
            hasher.bytes(&[counter, 0, 0, 1, 0]);
        })
    })
    .map(PrivateKey::from)
}

/// Returns the key of the first candidate that has one.
fn first_scalar(candidate: impl Fn(u8) -> [u8; 32]) -> Option<P256PrivateKey> {
    (1..=254).find_map(|counter| {
        let mut scalar = Zeroizing::new(candidate(counter));
        add_one(&mut scalar);
        // Neither zero, to which the largest number wraps, nor the order or more is a scalar.
        P256PrivateKey::from_scalar(&scalar)
    })
}

/// Adds one to a number in big-endian order, in a time that doesn't depend on it.
fn add_one(number: &mut [u8; 32]) {
    let mut carry = true;
    for byte in number.iter_mut().rev() {
        (*byte, carry) = byte.overflowing_add(u8::from(carry));
    }
}

#[cfg(test)]
mod tests {
    use super::first_scalar;
    use core::cell::Cell;

    const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

    /// Returns the order of the curve minus a number.
    fn order_minus(number: u8) -> [u8; 32] {
        let mut order = [0; 32];
        hex::decode_to_slice(ORDER, &mut order).unwrap();
        order[31] -= number;
        order
    }

    /// Returns the counter of the candidate that has a key, if the first one is this one.
    fn counter_after(first: [u8; 32]) -> u8 {
        let last = Cell::new(0);
        let key = first_scalar(|counter| {
            last.set(counter);
            if counter == 1 { first } else { [1; 32] }
        });
        assert!(key.is_some());
        last.get()
    }

    #[test]
    fn a_candidate_is_at_most_the_order_minus_two() {
        for good in [[0; 32], [1; 32], order_minus(2)] {
            assert_eq!(counter_after(good), 1, "{good:02x?}");
        }
        for bad in [order_minus(1), order_minus(0), [0xff; 32]] {
            assert_eq!(counter_after(bad), 2, "{bad:02x?}");
        }
        assert!(first_scalar(|_| [0xff; 32]).is_none());
    }

    #[test]
    fn the_key_is_one_more_than_the_candidate() {
        let mut carried = [0; 32];
        carried[30] = 1;
        let mut before = [0; 32];
        before[31] = 0xff;
        let key = |scalar| first_scalar(|_| scalar).unwrap().public_key();
        let expected = super::P256PrivateKey::from_scalar(&carried).unwrap();
        assert!(key(before) == expected.public_key());
    }
}
