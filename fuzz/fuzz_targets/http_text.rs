//! A request as HTTP/1.1 text, as it stands in the vectors, which are the seeds: request line, headers, an empty line. It is signed
//! in every way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Payload, Request, Timestamp};
use presign_fuzz::wire::Text;
use presign_fuzz::{Options, Rule, sign_every_way};

fuzz_target!(|input: &[u8]| {
    let Some(text) = Text::read(input) else {
        return;
    };
    let mut request = Request::new(text.method, text.url());
    for (name, value) in &text.headers {
        request = request.header_bytes(*name, *value);
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
