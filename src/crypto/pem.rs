//! Private and public keys in PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)).
//!
//! | label | content |
//! |---|---|
//! | `PRIVATE KEY` | PKCS #8, RSA or P-256 |
//! | `RSA PRIVATE KEY` | PKCS #1 |
//! | `EC PRIVATE KEY` | SEC 1 |
//! | `PUBLIC KEY` | SubjectPublicKeyInfo, RSA or P-256 |
//! | `RSA PUBLIC KEY` | PKCS #1 |
//!
//! No message quotes the text, because it may be a private key.

#[cfg(feature = "p256")]
use super::p256_key::{P256PrivateKey, P256PublicKey};
use super::private_key::{PrivateKey, PublicKey};
#[cfg(feature = "rsa")]
use super::rsa_key::{RsaPrivateKey, RsaPublicKey};
use crate::error::{Error, ErrorKind};
use alloc::vec::Vec;
use pkcs8::der::Decode as _;
use pkcs8::der::pem;
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef, SubjectPublicKeyInfoRef};
#[cfg(feature = "rsa")]
use rsa::pkcs1::{DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _};

use zeroize::Zeroizing;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Parses a private key.
pub(crate) fn parse_private_key(pem: &str) -> Result<PrivateKey, Error> {
    let (label, der) = decode(pem)?;
    let der = der.as_slice();
    match label {
        "PRIVATE KEY" => {
            let info = PrivateKeyInfoRef::from_der(der).map_err(|_| damaged())?;
            match info.algorithm.oid {
                #[cfg(feature = "rsa")]
                RSA => rsa_private_key(info.try_into().ok()),
                #[cfg(feature = "p256")]
                ELLIPTIC_CURVE => p256_private_key(info.try_into().ok()),
                other => Err(unsupported_algorithm(other)),
            }
        }
        #[cfg(feature = "rsa")]
        "RSA PRIVATE KEY" => rsa_private_key(rsa::PrivateKey::from_pkcs1_der(der).ok()),
        #[cfg(feature = "p256")]
        "EC PRIVATE KEY" => p256_private_key(p256::SecretKey::from_sec1_der(der).ok()),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Err(fault(
            "the PEM text is a public key, which can't sign; use the private key",
        )),
        other => Err(unsupported_label(other)),
    }
}

/// Parses a public key.
pub(crate) fn parse_public_key(pem: &str) -> Result<PublicKey, Error> {
    let (label, der) = decode(pem)?;
    let der = der.as_slice();
    match label {
        "PUBLIC KEY" => {
            let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| damaged())?;
            match info.algorithm.oid {
                #[cfg(feature = "rsa")]
                RSA => rsa_public_key(info.try_into().ok()),
                #[cfg(feature = "p256")]
                ELLIPTIC_CURVE => p256_public_key(info.try_into().ok()),
                other => Err(unsupported_algorithm(other)),
            }
        }
        #[cfg(feature = "rsa")]
        "RSA PUBLIC KEY" => rsa_public_key(rsa::PublicKey::from_pkcs1_der(der).ok()),
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => Err(fault(
            "the PEM text is a private key; verifying needs only the public key, which \
             `openssl pkey -pubout` writes",
        )),
        other => Err(unsupported_label(other)),
    }
}

#[cfg(feature = "rsa")]
fn rsa_private_key(key: Option<rsa::PrivateKey>) -> Result<PrivateKey, Error> {
    let key = key.ok_or_else(invalid_rsa_key)?;
    RsaPrivateKey::new(key).map(PrivateKey::from)
}

#[cfg(feature = "rsa")]
fn rsa_public_key(key: Option<rsa::PublicKey>) -> Result<PublicKey, Error> {
    let key = key.ok_or_else(invalid_rsa_key)?;
    RsaPublicKey::new(key).map(PublicKey::from)
}

#[cfg(feature = "p256")]
fn p256_private_key(key: Option<p256::SecretKey>) -> Result<PrivateKey, Error> {
    let key = key.ok_or_else(invalid_p256_key)?;
    Ok(P256PrivateKey::from(key).into())
}

#[cfg(feature = "p256")]
fn p256_public_key(key: Option<p256::PublicKey>) -> Result<PublicKey, Error> {
    let key = key.ok_or_else(invalid_p256_key)?;
    Ok(P256PublicKey::from(key).into())
}

/// Decodes the only block of a text. The DER is overwritten when it is dropped.
fn decode(pem: &str) -> Result<(&str, Zeroizing<Vec<u8>>), Error> {
    let block = only_block(pem)?;
    if block.contains("ENCRYPTED") {
        return Err(fault(
            "the private key is encrypted; decrypt it, as `openssl pkey` does",
        ));
    }
    // Large enough, so that it never grows, which would leave a copy behind.
    let mut der = Zeroizing::new(alloc::vec![0; block.len()]);
    let (label, decoded) = pem::decode(block.as_bytes(), &mut der).map_err(|_| damaged())?;
    let length = decoded.len();
    der.truncate(length);
    Ok((label, der))
}

/// Returns the block with the key. `openssl ecparam -genkey` writes a block with the curve before
/// it.
fn only_block(pem: &str) -> Result<&str, Error> {
    const BEGIN: &str = "-----BEGIN ";
    const PARAMETERS: &str = "-----BEGIN EC PARAMETERS-----";
    if pem.contains("\\n") {
        return Err(fault(
            "the PEM text contains `\\n` as two characters; replace them by line breaks",
        ));
    }
    let mut blocks = pem
        .match_indices(BEGIN)
        .filter_map(|(at, _)| pem.get(at..))
        .filter(|block| !block.starts_with(PARAMETERS));
    match (blocks.next(), blocks.next()) {
        (Some(block), None) => Ok(block.trim_end()),
        (Some(_), Some(_)) => Err(fault(
            "the PEM text contains more than one key; pass only the one to use",
        )),
        (None, _) => Err(fault(
            "the text is not PEM; a key begins with a line such as `-----BEGIN PRIVATE KEY-----`",
        )),
    }
}

fn fault(message: &'static str) -> Error {
    Error::new(ErrorKind::Credentials, message)
}

fn damaged() -> Error {
    fault("the PEM text is damaged, or contains something else than its first line says")
}

#[cfg(feature = "rsa")]
fn invalid_rsa_key() -> Error {
    fault(
        "the RSA key is damaged, or has more than two primes, or doesn't have 1024 to 8192 bits; \
         create one with `openssl genrsa 2048`",
    )
}

#[cfg(feature = "p256")]
fn invalid_p256_key() -> Error {
    fault(
        "the key is damaged, or isn't on the curve P-256, which is also called prime256v1 and \
         secp256r1",
    )
}

fn unsupported_algorithm(algorithm: ObjectIdentifier) -> Error {
    fault(match algorithm {
        RSA => "the key is an RSA key; enable the feature `rsa`",
        ELLIPTIC_CURVE => "the key is an elliptic curve key; enable the feature `p256`",
        _ => "the key is neither RSA nor ECDSA; create an RSA key or a P-256 key",
    })
}

fn unsupported_label(label: &str) -> Error {
    fault(match label {
        "RSA PRIVATE KEY" | "RSA PUBLIC KEY" => "the key is an RSA key; enable the feature `rsa`",
        "EC PRIVATE KEY" => "the key is an elliptic curve key; enable the feature `p256`",
        "CERTIFICATE" => {
            "the PEM text is a certificate; `openssl x509 -pubkey -noout` extracts its public key"
        }
        "OPENSSH PRIVATE KEY" => {
            "the key has the format of OpenSSH; `ssh-keygen -p -m PEM -f FILE` converts it"
        }
        _ => {
            "the PEM text is not a key; its label must be PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE \
             KEY, PUBLIC KEY or RSA PUBLIC KEY"
        }
    })
}

#[cfg(all(feature = "rsa", feature = "p256"))]
#[cfg(test)]
mod tests {
    use super::{parse_private_key, parse_public_key};
    use crate::crypto::Hash;
    use alloc::vec::Vec;
    use serde_json::Value;
    use std::path::Path;

    fn vectors(file: &str) -> Value {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn text(value: &Value) -> &str {
        value.as_str().unwrap()
    }

    #[test]
    fn every_form_of_a_key_is_the_same_key() {
        let keys = &vectors("cloudfront.json")["keys"];
        for (name, forms) in [
            ("cloudfront_rsa", ["private_pkcs8", "private_pkcs1"]),
            ("cloudfront_ec", ["private_pkcs8", "private_sec1"]),
        ] {
            let public_key = parse_public_key(text(&keys[name]["public"])).unwrap();
            for form in forms {
                let pem = text(&keys[name][form]);
                let key = parse_private_key(pem).unwrap();
                assert!(key.public_key() == public_key, "{form}");
                // Text around the key, as key managers and editors leave it.
                for pem in [
                    pem.replace('\n', "\r\n"),
                    pem.trim_end().into(),
                    alloc::format!("Bag Attributes\n    localKeyID: 01\n{pem}\n\n"),
                ] {
                    let key = parse_private_key(&pem).unwrap_or_else(|_| panic!("{pem}"));
                    assert!(key.public_key() == public_key, "{pem}");
                }
            }
        }
        let keys = vectors("keys.json");
        for (name, private, public) in [
            ("ec_parameters", "private", "public"),
            ("rsa_3072", "private", "public"),
            ("rsa_3072", "private", "public_pkcs1"),
        ] {
            let private = parse_private_key(text(&keys[name][private])).unwrap();
            let public = parse_public_key(text(&keys[name][public])).unwrap();
            assert!(private.public_key() == public, "{name}");
        }
    }

    /// The signatures are botocore's, with keys of the Python package `cryptography`.
    #[test]
    fn signatures_are_recorded_ones() {
        let vectors = vectors("cloudfront.json");
        let [rsa, ec] = ["cloudfront_rsa", "cloudfront_ec"].map(|name| {
            let key = &vectors["keys"][name];
            let private_key = parse_private_key(text(&key["private_pkcs8"])).unwrap();
            (private_key, parse_public_key(text(&key["public"])).unwrap())
        });
        let mut compared = 0;
        for case in vectors["cases"].as_array().unwrap() {
            let is_rsa = text(&case["key"]) == "rsa";
            let (private_key, public_key) = if is_rsa { &rsa } else { &ec };
            let hash = match text(&case["hash"]) {
                "SHA1" => Hash::Sha1,
                _ => Hash::Sha256,
            };
            let other_hash = match hash {
                Hash::Sha1 => Hash::Sha256,
                Hash::Sha256 => Hash::Sha1,
            };
            let message = text(&case["expected"]["policy"]);
            let signature = text(&case["expected"]["signature"]);
            let signature = signature
                .replace('-', "+")
                .replace('_', "=")
                .replace('~', "/");
            let expected = crate::text::base64::decode(signature.as_bytes()).unwrap();

            let own = private_key.sign(hash, message).unwrap();
            if is_rsa {
                assert_eq!(own.as_bytes(), expected);
                compared += 1;
            }
            for signature in [own.as_bytes(), &expected] {
                assert!(public_key.verify(hash, message, signature));
                assert!(!public_key.verify(other_hash, message, signature));
                assert!(!public_key.verify(hash, &message[1..], signature));
                assert!(!public_key.verify(hash, message, &signature[1..]));
                for at in [0, 40, signature.len() - 1] {
                    let mut changed = Vec::from(signature);
                    changed[at] ^= 1;
                    assert!(!public_key.verify(hash, message, &changed));
                }
            }
        }
        assert_eq!(compared, 15);
    }
}
