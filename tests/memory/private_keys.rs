//! Private keys are overwritten before their memory is freed.

use crate::allocator::freed_with_bytes;
use base64::Engine as _;
use presign::cloudfront::Policy;
use presign::{Credentials, Timestamp};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// Returns a key of the vectors in PEM, and its DER.
fn key(name: &str, form: &str) -> (&'static str, &'static [u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cloudfront.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let pem = vectors["keys"][name][form].as_str().unwrap().to_owned();
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let der = base64::engine::general_purpose::STANDARD
        .decode(lines.collect::<String>())
        .unwrap();
    (pem.leak(), der.leak())
}

/// Returns bytes in the order of DER, and in that of a little-endian number.
fn both_orders(bytes: &'static [u8]) -> &'static [&'static [u8]] {
    let mut reversed = bytes.to_vec();
    reversed.reverse();
    vec![bytes, &*reversed.leak()].leak()
}

/// Parses a key, signs with it, and drops it.
fn use_key(pem: &str) {
    let now = Timestamp::from_unix_seconds(1_795_780_800);
    let key = Credentials::from_pem("K2JCJMDEHXQW5F", pem).unwrap();
    let clone = key.clone().with_expiration(now.saturating_add(HOUR));
    drop(Policy::new("*").presign(&clone, HOUR, now).unwrap());
    drop((key, clone));
}

#[test]
fn an_ecdsa_key_leaves_nothing_behind() {
    let (pem, der) = key("cloudfront_ec", "private_sec1");
    // The scalar follows the version: 30 77 02 01 01 04 20.
    let scalar = both_orders(&der[7..39]);
    assert!(freed_with_bytes(scalar, || drop(der.to_vec())) > 0);
    assert_eq!(freed_with_bytes(scalar, || use_key(pem)), 0);
}

/// The crate `rsa` leaves copies of the numbers behind. The test searches only for the DER: the end
/// of a prime, and the beginning of the next part.
#[test]
fn the_der_of_an_rsa_key_is_overwritten() {
    let (pem, der) = key("cloudfront_rsa", "private_pkcs1");
    let mut parts = der.windows(4).enumerate().skip(700);
    let (at, _) = parts
        .find(|(_, bytes)| bytes.starts_with(&[2, 0x81, 0x81, 0]))
        .unwrap();
    let border: &'static [&'static [u8]] = vec![&der[at - 16..at + 16]].leak();
    assert!(freed_with_bytes(border, || drop(der.to_vec())) > 0);
    assert_eq!(freed_with_bytes(border, || use_key(pem)), 0);
}
