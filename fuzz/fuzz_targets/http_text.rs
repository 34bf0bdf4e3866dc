//! A request as HTTP/1.1 text, as it stands in the vectors, which are the seeds: request line, headers, an empty line. It is signed
//! in every way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Payload, Request, Timestamp};
use presign_fuzz::{Options, Rule, sign_every_way};

fuzz_target!(|input: &[u8]| {
    let (line, headers) = match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (input, &[][..]),
    };
    let Ok(line) = std::str::from_utf8(line) else {
        return;
    };
    let line = line.strip_suffix(" HTTP/1.1").unwrap_or(line);
    let (method, target) = line.split_once(' ').unwrap_or(("GET", line));
    let url = match target.starts_with('/') {
        true => format!("https://example.amazonaws.com{target}"),
        false => target.to_owned(),
    };
    let mut request = Request::new(method, url);
    for header in headers.split(|byte| *byte == b'\n') {
        let Some(colon) = header.iter().position(|byte| *byte == b':') else {
            break;
        };
        let Ok(name) = std::str::from_utf8(&header[..colon]) else {
            break;
        };
        request = request.header_bytes(name, &header[colon + 1..]);
    }
    // The way to sign follows from the input, too, but no byte of the text is spent on it.
    let length = input.len();
    let options = Options {
        with_token: length % 2 == 0,
        is_s3: length % 3 == 0,
        rule: (length % 5 == 0).then_some(Rule::Unnormalized),
        token: None,
        payload: Payload::Empty,
        now: Timestamp::from_unix_seconds(1_440_938_160),
        expires_in: 3600,
    };
    sign_every_way(&request, &options);
});
