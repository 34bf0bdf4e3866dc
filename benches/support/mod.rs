//! Cases of the benches: their inputs, the results of an independent signer, and the floor.
//!
//! The independent signer is written for readability, with `format!`, `sha2` and `hmac`. It agrees
//! with the signatures that AWS publishes (see `published`), and the crate has to agree with it.

#![allow(dead_code)] // Each bench uses its part.

pub mod mac;
pub mod rows;

use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use presign::s3::Bucket;
use presign::{Credentials, Payload, Request, SignatureVersion, SignedRequest, Timestamp, v2, v4};
use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
use std::hint::black_box;
use std::time::Duration;

pub const ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const REGION: &str = "us-east-1";
pub const HOST: &str = "examplebucket.s3.amazonaws.com";
pub const DAY: Duration = Duration::from_secs(86400);

/// SHA-256 of `Welcome to Amazon S3.`, the body in S3's example of a PUT.
pub const BODY_HASH: &str = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";

/// The headers of the signed PUT.
pub const PUT_HEADERS: [(&str, &str); 6] = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "max-age=31536000, immutable"),
    ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ("x-amz-acl", "bucket-owner-full-control"),
    ("x-amz-meta-author", "Jane Doe"),
    ("x-amz-tagging", "project=presign&kind=bench"),
];

/// 2013-05-24T00:00:00Z, the time of S3's examples.
pub fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_369_353_600)
}

/// Returns the bucket of S3's examples, with the host that they use.
pub fn bucket() -> Bucket {
    Bucket::builder("examplebucket", REGION)
        .global_endpoint()
        .build()
        .unwrap()
}

/// Returns the same bucket, signed with SigV2.
pub fn bucket_v2() -> Bucket {
    Bucket::builder("examplebucket", REGION)
        .global_endpoint()
        .signature_version(SignatureVersion::V2)
        .build()
        .unwrap()
}

/// Returns the service S3, which signs complete URLs.
pub fn service() -> v4::Service {
    v4::Service::new(REGION, "s3").unwrap()
}

/// Returns the same service for SigV2.
pub fn service_v2() -> v2::Service {
    v2::Service::s3().bucket("examplebucket")
}

/// Returns the `Authorization` header of a request.
pub fn authorization(signed: &SignedRequest) -> &str {
    let mut headers = signed.headers();
    headers
        .find(|(name, _)| *name == "Authorization")
        .unwrap()
        .1
}

/// Returns a base64 token like an AWS session token, in which few characters need encoding.
pub fn session_token() -> String {
    const PLAIN: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..400)
        .map(|n| match n {
            150 => '/',
            300 => '+',
            399 => '=',
            n => char::from(PLAIN[n * 7 % 62]),
        })
        .collect()
}

/// Returns credentials that haven't signed yet, so that the first signature derives the key.
pub fn credentials(session_token: Option<&str>) -> Credentials {
    Credentials::new(ID, SECRET)
        .unwrap()
        .with_session_token(session_token.unwrap_or_default())
        .unwrap()
}

/// Presigned URLs to download objects.
pub struct Downloads {
    pub name: &'static str,
    /// The highest ratio of each way to sign.
    pub limits: Limits,
    pub token: Option<String>,
    pub credentials: Credentials,
    pub keys: Vec<String>,
    /// The URL without a signature, for each key.
    pub plain_urls: Vec<String>,
    /// The result of the independent signer, for each key.
    pub expected: Vec<Signed>,
}

/// The highest ratios that are accepted.
#[derive(Clone, Copy)]
pub struct Limits {
    /// A row of a template into a buffer.
    pub link: f64,
    /// One call for an object.
    pub object: f64,
    /// One call for the URL of any service.
    pub url: f64,
    /// One call with SigV2.
    pub v2: f64,
}

impl Downloads {
    /// S3's documented example: one short key, no session token.
    pub fn short() -> Self {
        let limits = Limits {
            link: 1.25,
            object: 2.15,
            url: 2.40,
            v2: 4.20,
        };
        let case = Downloads::new("a short GET", limits, vec!["test.txt".into()], None);
        assert!(case.expected[0].url.ends_with(published::GET));
        case
    }

    /// 10,000 keys of ordinary length, and a session token of 400 characters.
    pub fn many() -> Self {
        let keys = (0..10_000).map(|n| format!("reports/2013/05/report-{n:05}.pdf"));
        let limits = Limits {
            link: 1.20,
            object: 1.75,
            url: 1.85,
            v2: 2.20,
        };
        Downloads::new(
            "10,000 keys, a session token of 400 characters",
            limits,
            keys.collect(),
            Some(&session_token()),
        )
    }

    fn new(name: &'static str, limits: Limits, keys: Vec<String>, token: Option<&str>) -> Self {
        Downloads {
            name,
            limits,
            credentials: credentials(token),
            plain_urls: keys
                .iter()
                .map(|key| format!("https://{HOST}/{key}"))
                .collect(),
            expected: keys
                .iter()
                .map(|key| presigned_get(key, token, now()))
                .collect(),
            keys,
            token: token.map(String::from),
        }
    }

    pub fn key(&self, call: usize) -> &str {
        &self.keys[call % self.keys.len()]
    }

    pub fn plain_url(&self, call: usize) -> &str {
        &self.plain_urls[call % self.plain_urls.len()]
    }

    /// Asserts that `sign` returns the correct URL for every key.
    pub fn check(&self, mut sign: impl FnMut(usize) -> String) {
        for (call, expected) in self.expected.iter().enumerate() {
            assert_eq!(sign(call), expected.url);
        }
    }

    /// Asserts that `sign` returns the correct URL at the time of each call, for more calls than
    /// there are keys.
    pub fn check_at(&self, at: impl Fn(usize) -> Timestamp, mut sign: impl FnMut(usize) -> String) {
        for call in 0..self.keys.len() + 20 {
            let expected = presigned_get(self.key(call), self.token.as_deref(), at(call));
            assert_eq!(sign(call), expected.url);
        }
    }
}

/// A PUT with six headers, signed with headers.
pub struct Upload {
    pub credentials: Credentials,
    pub payload: Payload,
    pub expected: Signed,
}

impl Upload {
    pub fn new() -> Self {
        // S3's documented example has one header less, so it only checks the signer.
        let documented = [
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ];
        let signed = header_signed_put("/test%24file.text", &documented);
        assert!(signed.authorization.ends_with(published::PUT));
        Upload {
            credentials: credentials(None),
            payload: Payload::from_hex(BODY_HASH).unwrap(),
            expected: header_signed_put("/test.txt", &PUT_HEADERS),
        }
    }

    /// The address of the object.
    pub const URL: &str = "https://examplebucket.s3.amazonaws.com/test.txt";

    /// Adds headers and payload to a request.
    pub fn describe<'a>(&self, request: Request<'a>) -> Request<'a> {
        let headers = PUT_HEADERS.iter();
        headers
            .fold(request, |request, (name, value)| {
                request.header(*name, *value)
            })
            .payload(self.payload)
    }

    /// Returns the headers that a server receives for the signed request.
    pub fn received(&self) -> Vec<(&'static str, String)> {
        let mut headers: Vec<_> = PUT_HEADERS
            .iter()
            .map(|(name, value)| (*name, value.to_string()))
            .collect();
        headers.extend([
            ("Host", HOST.into()),
            ("X-Amz-Date", date_and_scope(now()).0),
            ("X-Amz-Content-Sha256", BODY_HASH.into()),
            ("Authorization", self.expected.authorization.clone()),
        ]);
        headers
    }
}

/// Signatures that AWS publishes for its examples in "Authenticating Requests (AWS Signature
/// Version 4)" of the Amazon S3 API Reference.
mod published {
    pub const GET: &str =
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    pub const PUT: &str =
        ", Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
}

/// A request signed by the independent signer.
pub struct Signed {
    canonical_request: String,
    string_to_sign: String,
    /// The URL, if the request is presigned.
    pub url: String,
    /// The header, if the request is signed with headers.
    pub authorization: String,
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Signs the presigned URL of a key that needs no encoding.
pub fn presigned_get(key: &str, token: Option<&str>, now: Timestamp) -> Signed {
    let (date, scope) = date_and_scope(now);
    let credential = format!("{ID}/{scope}");
    let token = token.map(|token| {
        let token = utf8_percent_encode(token, RESERVED);
        format!("&X-Amz-Security-Token={token}")
    });
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={date}&X-Amz-Expires=86400{}\
         &X-Amz-SignedHeaders=host",
        utf8_percent_encode(&credential, RESERVED),
        token.unwrap_or_default(),
    );
    let canonical_request = format!("GET\n/{key}\n{query}\nhost:{HOST}\n\nhost\nUNSIGNED-PAYLOAD");
    let (string_to_sign, signature) = sign(&canonical_request, &date, &scope);
    Signed {
        canonical_request,
        string_to_sign,
        url: format!("https://{HOST}/{key}?{query}&X-Amz-Signature={signature}"),
        authorization: String::new(),
    }
}

/// Signs the `Authorization` header of a PUT of [`BODY_HASH`].
fn header_signed_put(path: &str, headers: &[(&str, &str)]) -> Signed {
    let (date, scope) = date_and_scope(now());
    let mut headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.to_string()))
        .chain([
            ("host".into(), HOST.into()),
            ("x-amz-content-sha256".into(), BODY_HASH.into()),
            ("x-amz-date".into(), date.clone()),
        ])
        .collect();
    headers.sort();
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let canonical_request = format!("PUT\n{path}\n\n{lines}\n{names}\n{BODY_HASH}");
    let (string_to_sign, signature) = sign(&canonical_request, &date, &scope);
    Signed {
        canonical_request,
        string_to_sign,
        url: String::new(),
        authorization: format!(
            "AWS4-HMAC-SHA256 Credential={ID}/{scope}, SignedHeaders={names}, Signature={signature}"
        ),
    }
}

fn date_and_scope(now: Timestamp) -> (String, String) {
    let date = now.to_string().replace(['-', ':'], "");
    let scope = format!("{}/{REGION}/s3/aws4_request", &date[..8]);
    (date, scope)
}

fn sign(canonical_request: &str, date: &str, scope: &str) -> (String, String) {
    let hash = hex::encode(Sha256::digest(canonical_request));
    let string_to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let signature = hex::encode(hmac_sha256(&signing_key(scope), &string_to_sign));
    (string_to_sign, signature)
}

fn signing_key(scope: &str) -> [u8; 32] {
    let secret = format!("AWS4{SECRET}");
    let mut parts = scope.split('/');
    let first = hmac_sha256(secret.as_bytes(), parts.next().unwrap());
    parts.fold(first, |key, part| hmac_sha256(&key, part))
}

fn hmac_sha256(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

type Block = [u8; 64];

/// The minimal cost of a signature: the SHA-256 compressions over its canonical request and the
/// HMAC over its string to sign. The texts are in whole blocks, and the key's two padded states are
/// precomputed.
///
/// Each hash is an input of the next message, as 32 bytes instead of hex digits.
pub struct Floor {
    canonical_request: Vec<Block>,
    string_to_sign: Vec<Block>,
    /// The position of the hash of the canonical request.
    hash_at: usize,
    outer: [Block; 1],
    /// A step of the key's derivation: a block of the key and one of the message.
    derivation: [Block; 2],
}

impl Signed {
    pub fn floor(&self) -> Floor {
        // The first block of the inner message is the padded key, whose state is precomputed.
        let string_to_sign = blocks(self.string_to_sign.as_bytes(), size_of::<Block>());
        Floor {
            canonical_request: blocks(self.canonical_request.as_bytes(), 0),
            hash_at: self.string_to_sign.len() - 64,
            string_to_sign,
            // The inner hash and its padding are one block.
            outer: [[0x80; 64]],
            derivation: [[0x36; 64], [0x80; 64]],
        }
    }
}

impl Floor {
    /// Returns the number of compressed blocks.
    pub fn blocks(&self) -> usize {
        self.canonical_request.len() + self.string_to_sign.len() + self.outer.len()
    }

    pub fn run(&mut self) -> [u8; 32] {
        let hash = compress(&self.canonical_request);
        put(hash, &mut self.string_to_sign, self.hash_at);
        put(compress(&self.string_to_sign), &mut self.outer, 0);
        compress(&self.outer)
    }

    /// Runs the floor with the derivation of the signing key. It consists of four HMACs, each with
    /// the result of the previous one as its key, and the padded states of the last key.
    pub fn run_with_derivation(&mut self) -> [u8; 32] {
        let step = &mut self.derivation;
        for _ in 0..4 {
            put(compress(step), step, 64);
            put(compress(step), step, 0);
        }
        black_box((compress(&step[..1]), compress(&step[..1])));
        self.run()
    }
}

fn put(hash: [u8; 32], blocks: &mut [Block], at: usize) {
    blocks.as_flattened_mut()[at..at + 32].copy_from_slice(&hash);
}

fn compress(blocks: &[Block]) -> [u8; 32] {
    let mut state = black_box([0x6a09_e667; 8]);
    compress256(&mut state, black_box(blocks));
    let mut hash = [0; 32];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

/// Splits a message into blocks, padded as in FIPS 180-4, after `before` bytes that were hashed
/// already.
fn blocks(message: &[u8], before: usize) -> Vec<Block> {
    let bits = 8 * (before + message.len()) as u64;
    let mut text = [message, &[0x80]].concat();
    text.resize((text.len() + 8).next_multiple_of(64), 0);
    let at = text.len() - 8;
    text[at..].copy_from_slice(&bits.to_be_bytes());
    text.as_chunks().0.to_vec()
}
