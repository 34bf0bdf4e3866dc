//! The parts of a signature are read from a query and from a header.

use presign::verify::{ReceivedRequest, Verifier};

const ADDRESS: &str = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const NAMES: &str = "host;x-amz-content-sha256;x-amz-date";

/// The access key ID, the region and the service.
type Parts = [String; 3];

fn parts(request: &ReceivedRequest<'_>, region: &str) -> Option<Parts> {
    let verifier = Verifier::new(region, "s3");
    let claim = verifier.parse(request).ok()?;
    let authentication = claim.authentication();
    Some([
        authentication.access_key_id().to_owned(),
        authentication.region()?.to_owned(),
        authentication.service()?.to_owned(),
    ])
}

fn of_query(credential: &str, region: &str) -> Option<Parts> {
    let url = format!(
        "{ADDRESS}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
         &X-Amz-Signature={DIGITS}"
    );
    parts(&ReceivedRequest::from_url("GET", &url).unwrap(), region)
}

fn of_header(credential: &str) -> Option<Parts> {
    of_authorization(&format!(
        "Credential={credential}, SignedHeaders={NAMES}, Signature={DIGITS}"
    ))
}

fn of_authorization(text: &str) -> Option<Parts> {
    let authorization = format!("AWS4-HMAC-SHA256 {text}");
    let request = ReceivedRequest::from_url("GET", ADDRESS).unwrap();
    let request = request.headers([
        (
            "x-amz-content-sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        ("x-amz-date", "20130524T000000Z"),
        ("Authorization", &authorization),
    ]);
    parts(&request, "us-east-1")
}

#[test]
fn a_credential_is_parsed_with_any_spelling_of_the_slash() {
    let raw = "AK/ID/20130524/us-east-1/s3/aws4_request";
    let expected = Some(["AK/ID", "us-east-1", "s3"].map(String::from));
    assert_eq!(of_header(raw), expected);
    for slash in ["/", "%2F", "%2f"] {
        let text = raw.replace('/', slash).replace("us", "u%73");
        assert_eq!(of_query(&text, "us-east-1"), expected, "{text}");
    }
    let mixed = "AK%2FID/20130524%2fus-east-1%2Fs3/aws4_request";
    assert_eq!(of_query(mixed, "us-east-1"), expected);
    // An escape of another character is part of its text.
    let escaped = "%41%2fB%25%2F2013052%34%2Feu%2D1%2F%733%2Faws4%5frequest";
    let expected = Some(["A/B%", "eu-1", "s3"].map(String::from));
    assert_eq!(of_query(escaped, "eu-1"), expected);
}

#[test]
fn incomplete_credentials_are_rejected() {
    for text in [
        "",
        "AKID",
        "20130524/us-east-1/s3/aws4_request",
        "/20130524/us-east-1/s3/aws4_request",
        "AKID/20130524//s3/aws4_request",
        "AKID/20130524/us-east-1//aws4_request",
        "AK%FF/20130524/us-east-1/s3/aws4_request",
    ] {
        assert_eq!(of_query(text, "us-east-1"), None, "{text}");
    }
    // A header has no escapes.
    let escaped = "AKID%2F20130524%2Fus-east-1%2Fs3%2Faws4_request";
    assert_eq!(of_header(escaped), None);
    assert!(of_query(escaped, "us-east-1").is_some());
}

#[test]
fn the_parts_of_the_header_have_any_order() {
    let credential = "Credential=AKID/20130524/us-east-1/s3/aws4_request";
    let (names, signature) = (
        format!("SignedHeaders={NAMES}"),
        format!("Signature={DIGITS}"),
    );
    let expected = Some(["AKID", "us-east-1", "s3"].map(String::from));
    for text in [
        format!("{credential}, {names}, {signature}"),
        format!("{credential},{names},{signature}"),
        format!("{names}, {credential}, {signature}"),
        format!("{credential} , {names} , {signature}"),
        format!("{credential}, {names}\t, {signature}"),
        format!(" {credential},  {names}, {signature} "),
    ] {
        assert_eq!(of_authorization(&text), expected, "{text}");
    }
    for text in [
        format!("{credential}, {names}, {signature},"),
        format!("{credential}, {names}, x=1, {signature}"),
        format!("{credential}, {names}, Signature=,{DIGITS}"),
        format!("{credential}, {credential}, {names}, {signature}"),
    ] {
        assert_eq!(of_authorization(&text), None, "{text}");
    }
}
