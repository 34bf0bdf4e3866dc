//! A request as HTTP/1.1 text (request line, headers, an empty line), signed in every way. The
//! seeds are the requests of the vectors.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Payload, Timestamp};
use presign_fuzz::description::Description;
use presign_fuzz::every_way::sign_every_way;
use presign_fuzz::options::{AnyExpiry, Options, Rule};
use presign_fuzz::wire::Text;

fuzz_target!(|input: &[u8]| {
    let Some(text) = Text::read(input) else {
        return;
    };
    // The length determines the options, so that the input consists only of the text.
    let length = input.len();
    let payload = (length % 7 != 0).then_some(Payload::Empty);
    let mut description = Description::new(text.method, text.url()).payload(payload);
    for (name, value) in &text.headers {
        description = description.header(*name, *value);
    }
    let options = Options {
        with_token: length % 2 == 0,
        is_s3: length % 3 == 0,
        rule: (length % 5 == 0).then_some(Rule::Unnormalized),
        token: None,
        content_sha256_header: None,
        now: Timestamp::from_unix_seconds(1_440_938_160),
        expiry: AnyExpiry::After(3600),
    };
    sign_every_way(&description, &options);
});
