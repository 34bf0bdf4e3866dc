//! SigV2's strings to sign, of S3's REST interface and of the query APIs, against the rules written a second time.
//!
//! The input is HTTP/1.1 text; the last byte says how it is signed.
#![no_main]

use hmac::{Hmac, KeyInit as _, Mac as _};
use libfuzzer_sys::fuzz_target;
use presign::{Request, Timestamp, v2};
use presign_fuzz::wire::{HOST, Text, pairs, string_to_sign_v2, unfolded};
use presign_fuzz::{ID, SECRET, TOKEN, credentials, hmac_sha256, percent_encoded};
use sha1::Sha1;

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_440_938_160)
}

fn hmac_sha1(message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn base64(bytes: Vec<u8>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// "Signature Version 2 signing process", the query APIs: all parameters, sorted by name as bytes, encoded by RFC 3986.
fn query_api(text: &Text<'_>, with_token: bool, sha1: bool) {
    let (path, query) = text.target.split_once('?').unwrap_or((text.target, ""));
    let request = Request::new(text.method, text.url());
    let signer = v2::QuerySigner::new(credentials(with_token).clone());
    let signer = match sha1 {
        true => signer.signature_method(v2::SignatureMethod::HmacSha1),
        false => signer,
    };
    let Ok(steps) = signer.sign_steps(&request, now()) else {
        return;
    };
    let mut params = pairs(query);
    let own = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    params.push(own("AWSAccessKeyId", ID));
    if with_token {
        params.push(own("SecurityToken", TOKEN));
    }
    params.push(own(
        "SignatureMethod",
        if sha1 { "HmacSHA1" } else { "HmacSHA256" },
    ));
    params.push(own("SignatureVersion", "2"));
    if !params.iter().any(|(name, _)| name == b"Timestamp") {
        params.push(own("Timestamp", "2015-08-30T12:36:00Z"));
    }
    params.sort_by(|one, two| one.0.cmp(&two.0));
    let params: Vec<_> = params
        .iter()
        .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
        .collect();
    let params = params.join("&");
    let path = if path.is_empty() { "/" } else { path };
    let expected = format!("{}\n{HOST}\n{path}\n{params}", text.method);
    assert_eq!(steps.string_to_sign, expected);
    let signature = base64(match sha1 {
        true => hmac_sha1(expected.as_bytes()),
        false => hmac_sha256(SECRET.as_bytes(), expected.as_bytes()),
    });
    assert_eq!(steps.signature.as_str(), signature);
    let url = signer.sign(&request, now()).unwrap();
    let end = format!("?{params}&Signature={}", percent_encoded(signature));
    assert!(url.as_str().ends_with(&end), "{url} {end}");
}

fn rest(text: &Text<'_>, with_token: bool, bucket: Option<&str>) {
    let (path, query) = text.target.split_once('?').unwrap_or((text.target, ""));
    let mut request = Request::new(text.method, text.url());
    for (name, value) in &text.headers {
        request = request.header_bytes(*name, *value);
    }
    let mut signer = v2::Signer::new(credentials(with_token).clone());
    if let Some(bucket) = bucket {
        signer = signer.bucket(bucket);
    }
    let one = |wanted: &str| {
        let mut headers = text.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| unfolded(value))
    };
    let content = |name: &str| one(name).unwrap_or_default();
    let mut headers: Vec<_> = text
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
        .collect();
    if with_token && one("x-amz-security-token").is_none() {
        headers.push(("x-amz-security-token".into(), TOKEN.into()));
    }
    let check = |date: &[u8], steps: &presign::SigningSteps| {
        let expected = string_to_sign_v2(
            text.method,
            (&content("content-md5"), &content("content-type"), date),
            &headers,
            (bucket, path),
            &pairs(query),
        );
        // What is not UTF-8 is shown with replacement characters.
        assert_eq!(steps.string_to_sign, String::from_utf8_lossy(&expected));
        assert_eq!(steps.signature.as_str(), base64(hmac_sha1(&expected)));
    };
    if let Ok(steps) = signer.presign_steps(&request, now()) {
        check(b"1440938160", &steps);
        let url = signer.presign_until(&request, now());
        // All that was signed stands in the URL: the parameters as they were, then those of the headers.
        if let Ok(url) = url {
            let (_, signed) = url.as_str().split_once('?').unwrap();
            let signed = pairs(signed);
            assert!(signed.starts_with(&pairs(query)));
            for (name, _) in headers
                .iter()
                .filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-amz-"))
            {
                let lower = name.to_ascii_lowercase();
                assert!(
                    signed.iter().any(|(name, _)| *name == lower.as_bytes()),
                    "{url}"
                );
            }
        }
    }
    if let Ok(steps) = signer.sign_steps(&request, now()) {
        let signed = signer.sign(&request, now()).unwrap();
        let set = signed.headers().find(|(name, _)| *name == "Date");
        let date = match (one("x-amz-date"), set) {
            (Some(_), _) => Vec::new(),
            (None, Some((_, set))) => set.as_bytes().to_vec(),
            (None, None) => one("date").unwrap(),
        };
        check(&date, &steps);
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((how, text)) = input.split_last() else {
        return;
    };
    let Some(text) = Text::read(text).filter(|text| text.target.starts_with('/')) else {
        return;
    };
    rest(
        &text,
        how & 1 == 0,
        (how & 2 == 0).then_some("examplebucket"),
    );
    query_api(&text, how & 1 == 0, how & 2 == 0);
});
