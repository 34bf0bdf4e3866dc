//! Any access key, token and scope: taken or refused, and never shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Credentials, Payload, Request, Timestamp, v2, v4};
use presign_fuzz::{hex, hmac_sha256};
use std::time::Duration;

/// Arbitrary text stands in a message by chance; this does not.
const MARK: &str = "S3CR3T";

fuzz_target!(|input: (bool, [&str; 5], Option<Timestamp>, Timestamp)| {
    let (marked, [id, secret, token, region, service], ends, now) = input;
    let mark = |text: &str| match marked {
        true => format!("{MARK}{text}{MARK}"),
        false => text.to_owned(),
    };
    let (secret, token) = (&*mark(secret), &*mark(token));
    let told = [id, region, service].concat().contains(MARK);
    let hidden = |shown: &str| assert!(told || !shown.contains(MARK), "{shown:?}");
    let keys = match Credentials::new(id, secret).and_then(|keys| keys.with_session_token(token)) {
        Ok(keys) => keys,
        Err(error) => return hidden(&format!("{error} {error:?}")),
    };
    let keys = match ends {
        Some(ends) => keys.with_expiration(ends),
        None => keys,
    };
    hidden(&format!("{keys:?}"));
    let hour = Duration::from_secs(3600);
    assert!(keys.at_most(hour, now) <= hour);
    let request = Request::get("https://example.com/");
    let signer = v2::Signer::new(keys.clone());
    match signer.presign(&request, hour, now) {
        Ok(url) => hidden(&format!("{url:?}")),
        Err(error) => hidden(&format!("{error}")),
    }
    let signer = match v4::Signer::new(keys.clone(), region, service) {
        Ok(signer) => signer,
        Err(error) => return hidden(&format!("{error}")),
    };
    hidden(&format!("{signer:?}"));
    let presigned = signer.presign(&request, hour, now);
    match &presigned {
        Ok(url) => {
            hidden(&format!("{url:?}"));
            assert!(ends.is_none_or(|ends| url.expires_at() <= ends));
        }
        Err(error) => hidden(&format!("{error}")),
    }
    if let Ok(steps) = signer.sign_steps(&request, Payload::Empty, now) {
        let mut key = format!("AWS4{secret}").into_bytes();
        let date = steps
            .string_to_sign
            .split('\n')
            .nth(2)
            .unwrap()
            .split('/')
            .next()
            .unwrap();
        for part in [date, region, service, "aws4_request"] {
            key = hmac_sha256(&key, part.as_bytes());
        }
        let signature = hmac_sha256(&key, steps.string_to_sign.as_bytes());
        assert_eq!(hex(signature), steps.signature.as_str());
    }
});
