//! Cases, expected results and floor of SigV2 and POST policies, which sign a text with one HMAC.

use super::{
    Block, DAY, HOST, ID, PUT_HEADERS, REGION, RESERVED, SECRET, blocks, compress, date_and_scope,
    hmac_sha256, now, signing_key,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::utf8_percent_encode;
use presign::Timestamp;
use presign::post::{Key, PostPolicy};
use presign::s3::Bucket;
use serde_json::Value;
use sha1::Sha1;
use std::fs;
use std::hint::black_box;

/// A text and its signature by the second signer.
pub struct Signed {
    pub text: String,
    /// Hex under SigV4, base64 under SigV2.
    pub signature: String,
    hash: Hash,
}

#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
}

/// The minimal cost of such a signature: the compressions of one HMAC over its text, which is in
/// whole blocks, with the key's two padded states precomputed.
pub struct Floor {
    message: Vec<Block>,
    outer: [Block; 1],
    hash: Hash,
}

impl Signed {
    fn v2(text: String) -> Self {
        let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        Signed {
            signature: BASE64.encode(mac.finalize().into_bytes()),
            text,
            hash: Hash::Sha1,
        }
    }

    /// Signs a shared access signature with a key in base64.
    pub fn azure(text: String, base64_key: &str) -> Self {
        let key = BASE64.decode(base64_key).unwrap();
        Signed {
            signature: BASE64.encode(hmac_sha256(&key, &text)),
            text,
            hash: Hash::Sha256,
        }
    }

    fn v4(text: String, scope: &str) -> Self {
        Signed {
            signature: hex::encode(hmac_sha256(&signing_key(scope), &text)),
            text,
            hash: Hash::Sha256,
        }
    }

    pub fn floor(&self) -> Floor {
        Floor {
            // The first block of the inner message is the padded key, whose state is precomputed.
            message: blocks(self.text.as_bytes(), size_of::<Block>()),
            outer: [[0x80; 64]],
            hash: self.hash,
        }
    }
}

impl Floor {
    pub fn blocks(&self) -> usize {
        self.message.len() + self.outer.len()
    }

    pub fn run(&mut self) -> [u8; 32] {
        let outer = self.outer.as_flattened_mut();
        match self.hash {
            Hash::Sha1 => {
                outer[..20].copy_from_slice(&compress_sha1(&self.message));
                let mut hash = [0; 32];
                hash[..20].copy_from_slice(&compress_sha1(&self.outer));
                hash
            }
            Hash::Sha256 => {
                outer[..32].copy_from_slice(&compress(&self.message));
                compress(&self.outer)
            }
        }
    }
}

fn compress_sha1(blocks: &[Block]) -> [u8; 20] {
    let mut state = black_box([0x6745_2301; 5]);
    sha1::block_api::compress(&mut state, black_box(blocks));
    let mut hash = [0; 20];
    for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    hash
}

/// Returns the SigV2 URL of a key that needs no encoding, valid until [`ends`], and its signature.
pub fn presigned_v2(key: &str, token: Option<&str>) -> (String, Signed) {
    presigned_v2_until(key, token, expiration())
}

/// Returns the same URL with another expiration.
pub fn presigned_v2_until(
    key: &str,
    token: Option<&str>,
    expiration: Timestamp,
) -> (String, Signed) {
    // "Query string request authentication alternative" in the Amazon S3 User Guide.
    let documented = "GET\n\n\n1175139620\n/johnsmith/photos/puppy.jpg";
    let published = "NpgCjnDzrM+WFzoENXmpNDUsSn8=";
    assert_eq!(Signed::v2(documented.into()).signature, published);

    let expiration = expiration.unix_seconds();
    let line = token.map(|token| format!("x-amz-security-token:{token}\n"));
    let line = line.unwrap_or_default();
    let signed = Signed::v2(format!("GET\n\n\n{expiration}\n{line}/examplebucket/{key}"));
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let param = token.map(|token| format!("x-amz-security-token={}&", encoded(token)));
    let url = format!(
        "https://{HOST}/{key}?{}AWSAccessKeyId={ID}&Expires={expiration}&Signature={}",
        param.unwrap_or_default(),
        encoded(&signed.signature),
    );
    (url, signed)
}

/// Returns the `Authorization` header of the PUT with six headers, and its signature.
pub fn header_signed_v2() -> (String, Signed) {
    let mut lines = PUT_HEADERS.map(|(name, value)| format!("{}:{value}\n", name.to_lowercase()));
    lines.sort();
    let lines: Vec<_> = lines
        .into_iter()
        .filter(|line| line.starts_with("x-amz-"))
        .collect();
    let content_type = PUT_HEADERS[0].1;
    let signed = Signed::v2(format!(
        "PUT\n\n{content_type}\nFri, 24 May 2013 00:00:00 GMT\n{}/examplebucket/test.txt",
        lines.concat()
    ));
    (format!("AWS {ID}:{}", signed.signature), signed)
}

/// Returns the expiration of the URLs and policies.
pub fn expiration() -> Timestamp {
    now().saturating_add(DAY)
}

/// Returns a policy with five conditions besides those on bucket, key and signature.
pub fn policy(bucket: &Bucket) -> PostPolicy<'_> {
    bucket
        .post_policy(Key::starts_with("user/eric/"))
        .content_length_range(1..=10_000_000)
        .eq("acl", "public-read")
        .starts_with("Content-Type", "image/")
        .eq("success_action_status", "201")
        .field("x-amz-meta-author", "Jane Doe")
}

/// Returns its JSON as boto3 writes it, with the conditions on the signature.
fn policy_text(auth: &str) -> String {
    let json = format!(
        r#"{{"expiration": "{}", "conditions": [["content-length-range", 1, 10000000], {{"acl": "public-read"}}, ["starts-with", "$Content-Type", "image/"], {{"success_action_status": "201"}}, {{"x-amz-meta-author": "Jane Doe"}}, {{"bucket": "examplebucket"}}, ["starts-with", "$key", "user/eric/"]{auth}]}}"#,
        expiration(),
    );
    BASE64.encode(json)
}

/// Returns that policy in base64, signed with SigV4.
pub fn policy_v4() -> Signed {
    let (text, signature) = published("s3-doc-v4-post-policy");
    let scope = format!("20151229/{REGION}/s3/aws4_request");
    assert_eq!(Signed::v4(text, &scope).signature, signature);

    let (date, scope) = date_and_scope(now());
    let auth = format!(
        r#", {{"x-amz-algorithm": "AWS4-HMAC-SHA256"}}, {{"x-amz-credential": "{ID}/{scope}"}}, {{"x-amz-date": "{date}"}}"#
    );
    Signed::v4(policy_text(&auth), &scope)
}

/// Returns that policy in base64, signed with SigV2.
pub fn policy_v2() -> Signed {
    let (text, signature) = published("s3-doc-v2-file-upload-akia");
    assert_eq!(Signed::v2(text).signature, signature);
    Signed::v2(policy_text(""))
}

/// Returns the policy in base64 and the signature of a case of `tests/vectors/post-policy.json`.
fn published(name: &str) -> (String, String) {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/post-policy.json"
    );
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let case = cases.iter().find(|case| case["name"] == name).unwrap();
    let text = |name: &str| case["expected"][name].as_str().unwrap().to_owned();
    (text("policy_base64"), text("signature"))
}
