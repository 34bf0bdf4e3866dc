//! A second encoder and decoder of bodies in chunks, which processes the whole body at once.

use crate::crypto::{base64, hex, hmac_sha256, sha256_hex};
use crate::{ID, SECRET};
use sha2::{Digest as _, Sha256};

const TIME: &str = "20150830T123600Z";
const SCOPE: &str = "20150830/us-east-1/s3/aws4_request";
pub const CHECKSUM: &str = "x-amz-checksum-sha256";
const META: &str = "x-amz-meta-a";

pub type Pairs = Vec<(String, String)>;

/// A mode of aws-chunked.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    pub payload: &'static str,
    pub is_signed: bool,
    pub has_trailers: bool,
}

pub const MODES: [Mode; 3] = [
    Mode {
        payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        is_signed: true,
        has_trailers: false,
    },
    Mode {
        payload: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        is_signed: true,
        has_trailers: true,
    },
    Mode {
        payload: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        is_signed: false,
        has_trailers: true,
    },
];

fn sign(message: &str) -> String {
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in SCOPE.split('/') {
        key = hmac_sha256(&key, part.as_bytes());
    }
    hex(hmac_sha256(&key, message.as_bytes()))
}

/// Returns the headers of a request for a body of this length, and its signature.
pub fn head(mode: Mode, length: usize) -> (Pairs, String) {
    let mut headers = vec![
        (
            "host".to_owned(),
            "examplebucket.s3.amazonaws.com".to_owned(),
        ),
        ("x-amz-content-sha256".into(), mode.payload.into()),
        ("x-amz-date".into(), TIME.into()),
        ("x-amz-decoded-content-length".into(), length.to_string()),
    ];
    if mode.has_trailers {
        headers.push(("x-amz-trailer".into(), format!("{META},{CHECKSUM}")));
    }
    let names: Vec<_> = headers.iter().map(|(name, _)| &**name).collect();
    let names = names.join(";");
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let canonical = format!("PUT\n/a.bin\n\n{lines}\n{names}\n{}", mode.payload);
    let seed = sign(&format!(
        "AWS4-HMAC-SHA256\n{TIME}\n{SCOPE}\n{}",
        sha256_hex(canonical)
    ));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={ID}/{SCOPE}, SignedHeaders={names}, Signature={seed}"
    );
    headers.push(("authorization".into(), authorization));
    (headers, seed)
}

/// The chain of a body's signatures.
struct Chain(String);

impl Chain {
    fn chunk(&mut self, data: &[u8]) -> String {
        self.next(
            "PAYLOAD",
            &format!("{}\n{}", sha256_hex(""), sha256_hex(data)),
        )
    }

    fn trailers(&mut self, trailers: &Pairs) -> String {
        let lines: String = trailers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        self.next("TRAILER", &sha256_hex(lines))
    }

    fn next(&mut self, kind: &str, hashes: &str) -> String {
        let previous = &self.0;
        self.0 = sign(&format!(
            "AWS4-HMAC-SHA256-{kind}\n{TIME}\n{SCOPE}\n{previous}\n{hashes}"
        ));
        self.0.clone()
    }
}

pub fn trailers(data: &[u8]) -> Pairs {
    let checksum = base64(Sha256::digest(data));
    vec![(CHECKSUM.into(), checksum), (META.into(), "b c".into())]
}

/// Encodes chunks, none of which is empty.
pub fn encode(mode: Mode, seed: &str, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut chain = Chain(seed.into());
    let mut body = Vec::new();
    for chunk in chunks.iter().map(Vec::as_slice).chain([&[][..]]) {
        body.extend(format!("{:x}", chunk.len()).bytes());
        if mode.is_signed {
            body.extend(format!(";chunk-signature={}", chain.chunk(chunk)).bytes());
        }
        body.extend(b"\r\n");
        if !chunk.is_empty() {
            body.extend(chunk);
            body.extend(b"\r\n");
        }
    }
    if mode.has_trailers {
        let trailers = trailers(&chunks.concat());
        for (name, value) in &trailers {
            body.extend(format!("{name}:{value}\r\n").bytes());
        }
        if mode.is_signed {
            let signature = chain.trailers(&trailers);
            body.extend(format!("x-amz-trailer-signature:{signature}\r\n").bytes());
        }
    }
    body.extend(b"\r\n");
    body
}

/// Decodes a body of `length` bytes. Returns data and trailers, or `None` for a body that has to be
/// rejected.
pub fn decode(mode: Mode, seed: &str, length: usize, mut body: &[u8]) -> Option<(Vec<u8>, Pairs)> {
    let mut chain = Chain(seed.into());
    let mut data = Vec::new();
    loop {
        let line = take_line(&mut body)?;
        if line.len() + 2 > 256 {
            return None;
        }
        let line = std::str::from_utf8(line).ok()?;
        let (digits, signature) = match line.split_once(';') {
            Some((digits, signature)) => (digits, Some(signature)),
            None => (line, None),
        };
        if digits.is_empty() || digits.len() > 16 || !digits.bytes().all(|b| b.is_ascii_hexdigit())
        {
            return None;
        }
        let count = usize::from_str_radix(digits, 16).ok()?;
        if count > length - data.len() || (count == 0 && data.len() < length) || count > body.len()
        {
            return None;
        }
        let (chunk, after) = body.split_at(count);
        body = after;
        let expected = mode
            .is_signed
            .then(|| format!("chunk-signature={}", chain.chunk(chunk)));
        if signature != expected.as_deref() {
            return None;
        }
        if count == 0 {
            break;
        }
        data.extend(chunk);
        body = body.strip_prefix(b"\r\n")?;
    }
    let (mut received, mut signature) = (Pairs::new(), None);
    loop {
        let line = take_line(&mut body)?;
        if line.is_empty() {
            break;
        }
        if !mode.has_trailers || signature.is_some() {
            return None;
        }
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        let (name, value) = (name.trim_ascii().to_ascii_lowercase(), value.trim_ascii());
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(is_token) {
            return None;
        }
        if value.bytes().any(|b| b.is_ascii_control() && b != b'\t') {
            return None;
        }
        if name == "x-amz-trailer-signature" {
            signature = Some(value.to_owned());
        } else {
            received.push((name, value.to_owned()));
        }
    }
    if !body.is_empty() {
        return None;
    }
    received.sort();
    if mode.has_trailers {
        let [(checksum_name, checksum), (meta_name, _)] = &received[..] else {
            return None;
        };
        if checksum_name != CHECKSUM
            || meta_name != META
            || *checksum != base64(Sha256::digest(&data))
        {
            return None;
        }
        let expected = mode.is_signed.then(|| chain.trailers(&received));
        if signature != expected {
            return None;
        }
    }
    Some((data, received))
}

fn take_line<'b>(body: &mut &'b [u8]) -> Option<&'b [u8]> {
    let end = body.iter().position(|byte| *byte == b'\n')?;
    let (line, after) = body.split_at(end + 1);
    *body = after;
    line.strip_suffix(b"\r\n")
}
