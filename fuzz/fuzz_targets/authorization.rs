//! `Authorization` headers of both signature versions: parsing never panics, and returns the values
//! in the text.
//!
//! The first line is the header, the second the date. Each other line is a further header.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, Scheme, Timestamp};
use presign_fuzz::check_hidden;
use std::sync::LazyLock;
use std::time::Duration;

static CREDENTIALS: LazyLock<Credentials> =
    LazyLock::new(|| Credentials::new("AKIDEXAMPLE", "no request is signed with this").unwrap());

/// Parses SigV4's header a second time. Returns the access key ID, region and service of
/// `Credential=ID/DATE/REGION/SERVICE/aws4_request`, then the signed headers, the signature and the
/// whole text.
fn parts(text: &str) -> Option<([&str; 3], [&str; 3])> {
    let parts = text.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let mut found = [None; 3];
    for part in parts.split(',') {
        let part = part.trim_matches([' ', '\t']);
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let names = ["Credential", "SignedHeaders", "Signature"];
        let index = names.iter().position(|known| *known == name)?;
        if found[index].replace(value).is_some() {
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
    // The headers that the vectors sign.
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
        .allow_any_region()
        .allow_sigv2(Duration::MAX)
        .allow_streaming();
    let now = Timestamp::from_unix_seconds(1_440_938_160);
    let verdict = verifier.verify(&request, now, |_| Some(&*CREDENTIALS));
    check_hidden(text, format_args!("{}", verdict.unwrap_err()));
    let unverified = match verifier.parse(&request) {
        Ok(unverified) => unverified,
        Err(error) => {
            std::hint::black_box(format!("{error:?}"));
            return;
        }
    };
    let shown = format!("{unverified:?}");
    std::hint::black_box((unverified.canonical_request(), unverified.string_to_sign()));
    let claim = unverified.authentication();
    let text = authorization.trim_ascii();
    if claim.scheme() == Scheme::AwsV2 {
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
    assert!(names.split(';').is_sorted() && names.split(';').any(|name| name == "host"));
    assert!(
        signature.len() < 20
            || authorization.matches(signature).count() > 1
            || format!("{id:?}").contains(signature)
            || !shown.contains(signature)
    );
});
