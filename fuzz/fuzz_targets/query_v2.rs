//! SigV2's strings to sign for S3's REST interface and for query APIs, compared with a second
//! implementation of the rules.
//!
//! The input is HTTP/1.1 text. Its last byte determines how it is signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Credentials, Expiry, Timestamp, v2};
use presign_fuzz::crypto::{base64, hmac_sha1, hmac_sha256, percent_encoded};
use presign_fuzz::description::Description;
use presign_fuzz::wire::{HOST, ORIGIN, Text, pairs, string_to_sign_v2, unfolded};
use presign_fuzz::{ID, SECRET, TOKEN, credentials, signing};
use std::time::Duration;

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_440_938_160)
}

fn keys(with_token: bool) -> (&'static Credentials, &'static str) {
    (credentials(with_token), SECRET)
}

/// Checks a call of a query API. All parameters are signed, sorted by name as bytes and
/// percent-encoded ("Signature Version 2 signing process").
fn check_query_api(text: &Text<'_>, with_token: bool, is_sha1: bool) {
    let (path, query) = text.target.split_once('?').unwrap_or((text.target, ""));
    let service = v2::Service::query_api(if is_sha1 {
        v2::SignatureMethod::HmacSha1
    } else {
        v2::SignatureMethod::HmacSha256
    });
    let mut params = pairs(query);
    // A POST has its parameters in its body, so they are not in the URL.
    let is_post = text.method == "POST";
    let request = if is_post {
        let mut request = service.post(format!("{ORIGIN}{path}"));
        for (name, value) in &params {
            let (Ok(name), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value))
            else {
                return;
            };
            request = request.query(name.to_owned(), value.to_owned());
        }
        request
    } else {
        service.request(text.method, text.url())
    };
    let Ok(signed) = signing::sign(&request, keys(with_token), now()) else {
        return;
    };
    let own = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    params.push(own("AWSAccessKeyId", ID));
    if with_token {
        params.push(own("SecurityToken", TOKEN));
    }
    let method = if is_sha1 { "HmacSHA1" } else { "HmacSHA256" };
    params.push(own("SignatureMethod", method));
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
    assert_eq!(String::from_utf8_lossy(&signed.string_to_sign), expected);
    let signature = base64(if is_sha1 {
        hmac_sha1(SECRET.as_bytes(), expected.as_bytes())
    } else {
        hmac_sha256(SECRET.as_bytes(), expected.as_bytes())
    });
    assert_eq!(signed.signature, signature);
    let signed_params = format!("{params}&Signature={}", percent_encoded(signature));
    let url = format!("{ORIGIN}{path}");
    if is_post {
        assert_eq!(signed.result.body(), Some(&*signed_params));
        assert_eq!(signed.result.url(), Some(&*url));
    } else {
        assert_eq!(signed.result.body(), None);
        assert_eq!(
            signed.result.url(),
            Some(&*format!("{url}?{signed_params}"))
        );
    }
}

/// Checks a request to S3's REST interface.
fn check_rest(text: &Text<'_>, with_token: bool, bucket: Option<&str>) {
    let (path, query) = text.target.split_once('?').unwrap_or((text.target, ""));
    let mut description = Description::new(text.method, text.url());
    for (name, value) in &text.headers {
        description = description.header(*name, *value);
    }
    if !description.is_exact() {
        return;
    }
    let service = match bucket {
        Some(bucket) => v2::Service::s3().bucket(bucket),
        None => v2::Service::s3(),
    };
    let request = description.of(&service);
    let header = |wanted: &str| {
        let mut headers = text.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| unfolded(value))
    };
    let content = |name: &str| header(name).unwrap_or_default();
    let mut headers: Vec<_> = text
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
        .collect();
    if with_token && header("x-amz-security-token").is_none() {
        headers.push(("x-amz-security-token".into(), TOKEN.into()));
    }
    let check = |date: &[u8], string_to_sign: &[u8], signature: &str| {
        let expected = string_to_sign_v2(
            text.method,
            (&content("content-md5"), &content("content-type"), date),
            &headers,
            (bucket, path),
            &pairs(query),
        );
        assert_eq!(
            String::from_utf8_lossy(string_to_sign),
            String::from_utf8_lossy(&expected)
        );
        assert_eq!(string_to_sign, expected);
        let signature_again = base64(hmac_sha1(SECRET.as_bytes(), &expected));
        assert_eq!(signature, signature_again);
    };
    let hour = Duration::from_secs(3600);
    let start = Timestamp::from_unix_seconds(now().unix_seconds() - 3600);
    for expiry in [Expiry::at(now()), hour.into()] {
        let Ok(signed) = signing::presign(&request, keys(with_token), expiry, start) else {
            continue;
        };
        check(b"1440938160", &signed.string_to_sign, &signed.signature);
        // The URL contains the parameters and the token. The other signed headers have to be sent.
        let url = signed.result.as_str();
        let (_, signed_query) = url.split_once('?').unwrap();
        let signed_params = pairs(signed_query);
        assert!(signed_params.starts_with(&pairs(query)));
        for (name, value) in &headers {
            let lower = name.to_ascii_lowercase();
            if lower == "x-amz-security-token" {
                let token = (lower.into_bytes(), TOKEN.as_bytes().to_vec());
                assert!(signed_params.contains(&token), "{url}");
            } else if lower.starts_with("x-amz-") {
                let value = unfolded(value);
                let mut to_send = signed.result.headers();
                let is_same = |(other, text): (&str, &str)| {
                    other.eq_ignore_ascii_case(name) && text.as_bytes() == value
                };
                assert!(to_send.any(is_same), "{url}");
            }
        }
    }
    if let Ok(signed) = signing::sign(&request, keys(with_token), now()) {
        let added = signed.result.headers().find(|(name, _)| *name == "Date");
        let date = match (header("x-amz-date"), added) {
            (Some(_), _) => Vec::new(),
            (None, Some((_, date))) => date.as_bytes().to_vec(),
            (None, None) => header("date").unwrap(),
        };
        check(&date, &signed.string_to_sign, &signed.signature);
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((how, text)) = input.split_last() else {
        return;
    };
    let Some(text) = Text::read(text).filter(|text| text.target.starts_with('/')) else {
        return;
    };
    let (is_first, is_second) = (how & 1 == 0, how & 2 == 0);
    check_rest(&text, is_first, is_second.then_some("examplebucket"));
    check_query_api(&text, is_first, is_second);
});
