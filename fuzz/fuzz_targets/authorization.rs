//! The `Authorization` header of both generations, any text: read without a panic, and what was read is what the text says.
//!
//! The first line is the header, the second the date, if there is one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::verify::{ReceivedRequest, Scheme, Verifier};
use presign::{Credentials, Timestamp};
use presign_fuzz::hidden;
use std::sync::LazyLock;
use std::time::Duration;

static CREDENTIALS: LazyLock<Credentials> =
    LazyLock::new(|| Credentials::new("AKIDEXAMPLE", "nobody has signed with this").unwrap());

/// The parts of SigV4's header by a reader of another make: `Credential=ID/DATE/REGION/SERVICE/aws4_request`, the other
/// two as they stand.
fn parts(text: &str) -> Option<([&str; 3], [&str; 3])> {
    let parts = text.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let mut found = [None; 3];
    for part in parts.split(',') {
        let part = part.trim_matches([' ', '\t']);
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let names = ["Credential", "SignedHeaders", "Signature"];
        let at = names.iter().position(|known| *known == name)?;
        if found[at].replace(value).is_some() {
            return None;
        }
    }
    let [credential, names, signature] = found;
    let mut credential = credential?.rsplitn(5, '/');
    let [_terminator, service, region, _date] = std::array::from_fn(|_| credential.next());
    let scope = [credential.next()?, region?, service?];
    Some((scope, [names?, signature?, text]))
}

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let authorization = lines.next().unwrap_or_default();
    let date = lines.next().unwrap_or("20150830T123600Z");
    let mut request = ReceivedRequest::new("GET", "/?Param1=value1&acl")
        .header("host", "example.amazonaws.com")
        .header("x-amz-date", date)
        .header("authorization", authorization)
        .body(b"");
    // What the vectors sign.
    for name in [
        "content-type",
        "date",
        "my-header1",
        "my-header2",
        "range",
        "zoo",
    ] {
        request = request.header(name, "1");
    }
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        request = request.header(name, value);
    }
    let service = authorization.rsplit('/').nth(1).unwrap_or_default();
    let verifier = Verifier::new("us-east-1", service)
        .any_region()
        .allow_v2(Duration::MAX)
        .allow_streaming();
    let now = Timestamp::from_unix_seconds(1_440_938_160);
    let verdict = verifier.verify(&request, now, |_| Some(CREDENTIALS.clone()));
    hidden(text, format_args!("{}", verdict.unwrap_err()));
    let claim = match verifier.parse(&request) {
        Ok(claim) => claim,
        Err(error) => {
            std::hint::black_box(format!("{error:?}"));
            return;
        }
    };
    let shown = format!("{claim:?}");
    std::hint::black_box((claim.canonical_request(), claim.string_to_sign()));
    let text = authorization.trim_ascii();
    if claim.scheme() == Scheme::V2Header {
        let (id, signature) = text["AWS ".len()..].rsplit_once(':').unwrap();
        assert_eq!(claim.access_key_id(), id);
        assert!(
            signature.len() < 20
                || authorization.matches(signature).count() > 1
                || format!("{id:?}").contains(signature)
                || !shown.contains(signature)
        );
        return;
    }
    let ([id, region, service], [names, signature, _]) = parts(text).unwrap();
    assert_eq!(
        (claim.access_key_id(), claim.region(), claim.service()),
        (id, Some(region), Some(service))
    );
    for name in names.split(';') {
        assert!(claim.covers_header(name), "{name}");
    }
    assert!(names.split(';').is_sorted() && claim.covers_header("HOST"));
    assert!(
        signature.len() < 20
            || authorization.matches(signature).count() > 1
            || format!("{id:?}").contains(signature)
            || !shown.contains(signature)
    );
});
