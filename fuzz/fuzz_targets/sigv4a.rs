//! Region sets and received signatures of SigV4a, compared with a second matcher and the crate
//! `p256`.
//!
//! The input is a region set, a line break, a region, a line break, and the text of a signature.
#![no_main]

use libfuzzer_sys::fuzz_target;
use p256::ecdsa::Signature;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Timestamp, v4};
use presign_fuzz::credentials;
use std::time::Duration;

const URL: &str = "https://example.amazonaws.com/a";

/// Returns whether a text matches a pattern in which `*` is any sequence of characters.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => (0..=text.len()).any(|start| matches(rest, &text[start..])),
        [byte, rest @ ..] => text.first() == Some(byte) && matches(rest, &text[1..]),
    }
}

fuzz_target!(|input: &str| {
    let mut lines = input.splitn(3, '\n');
    let (set, region) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    let received = lines.next().unwrap_or("");
    // The second matcher takes exponential time for many asterisks.
    if set.len() > 64 || set.matches('*').count() > 6 {
        return;
    }
    let Ok(service) = v4::Service::sigv4a(set, "service") else {
        return;
    };
    let now = Timestamp::from_unix_seconds(1_440_938_160);
    let keys = credentials(false);
    let link = service.get(URL).presign(keys, Duration::from_secs(60), now);
    let Ok(link) = link else {
        assert!(set.contains(|c: char| c.is_ascii_uppercase()), "{set}");
        return;
    };
    let verifier = Verifier::new(region, "service").allow_sigv4a();
    let verify = |url: &str| {
        let request = ReceivedRequest::from_url("GET", url).ok()?;
        Some(verifier.verify(&request, now, |_| Some(keys)).map(drop))
    };
    let covers = set
        .split(',')
        .any(|pattern| matches(pattern.as_bytes(), region.as_bytes()));
    match verify(link.as_str()).expect("a URL") {
        Ok(()) => assert!(covers, "{set} {region}"),
        Err(error) => {
            assert_eq!(error.kind(), VerifyErrorKind::Region, "{error}");
            assert!(!covers, "{set} {region}");
        }
    }
    // Another text is accepted only if it is the same point, with either sign.
    let (front, own) = link.as_str().rsplit_once('=').unwrap();
    if let Some(Ok(())) = verify(&format!("{front}={received}")) {
        let decode = |text: &str| {
            let text = percent_decoded(text);
            let bytes: Vec<u8> = text
                .as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect();
            Signature::from_der(&bytes).unwrap()
        };
        assert_eq!(decode(received).normalize_s(), decode(own).normalize_s());
    }
});

fn percent_decoded(text: &str) -> String {
    let (mut decoded, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('%') {
        decoded.push_str(before);
        let byte = after
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(char::from(byte.expect("a valid escape")));
        rest = &after[2..];
    }
    decoded + rest
}
