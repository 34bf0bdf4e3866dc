//! Limits on what comes from strangers: at the limit it is read, one byte over it is refused, and the refusal says so.

use presign::inspect::{ProblemKind, inspect};
use presign::post::{Policy, PostPolicy, Refusal, Upload};
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier, VerifyError, VerifyErrorKind};
use presign::{Credentials, ErrorKind, Payload, Request, Timestamp, v4};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";

fn now() -> Timestamp {
    Timestamp::parse("20130524T000000Z").unwrap()
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn signer() -> v4::Signer {
    v4::Signer::new(credentials(), "us-east-1", "s3").unwrap()
}

/// Nothing if it was accepted.
fn verdict(request: &ReceivedRequest<'_>) -> Option<VerifyError> {
    let verifier = Verifier::new("us-east-1", "s3");
    let verified = verifier.verify(request, now(), |_| Some(credentials()));
    verified.err()
}

#[track_caller]
fn assert_too_large(refused: Option<VerifyError>, said: &str) {
    let error = refused.expect("a refusal");
    assert_eq!(error.kind(), VerifyErrorKind::TooLarge);
    assert_eq!(
        (error.code(), error.status()),
        ("RequestHeaderSectionTooLarge", 400)
    );
    assert_eq!(error.to_string(), said);
}

#[test]
fn a_target_of_16_kib() {
    let link = |padding: usize| {
        let request = Request::get(URL).query("a", "a".repeat(padding));
        signer()
            .presign(&request, HOUR, now())
            .unwrap()
            .into_string()
    };
    let target = |link: &str| link.len() - link.find("/a.txt").unwrap();
    let padding = 16 * 1024 - target(&link(0));
    for (padding, is_right) in [(padding, true), (padding + 1, false)] {
        let link = link(padding);
        assert_eq!(target(&link) == 16 * 1024, is_right);
        let refused = verdict(&ReceivedRequest::from_url("GET", &link).unwrap());
        match is_right {
            true => assert_eq!(refused, None),
            false => assert_too_large(
                refused,
                "the target of the request has 16385 bytes, and 16384 are allowed",
            ),
        }
    }
}

fn with_headers(headers: &[(String, String)]) -> Option<VerifyError> {
    let request = headers
        .iter()
        .fold(Request::get(URL), |request, (name, value)| {
            request.header(name.as_str(), value.as_str())
        });
    let signed = signer().sign(&request, Payload::Empty, now()).unwrap();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let request = ReceivedRequest::from_url("GET", URL).unwrap();
    verdict(&request.headers(headers).headers(signed.headers()))
}

#[test]
fn a_header_of_16_kib() {
    let one = |size: usize| with_headers(&[("x-amz-meta-a".into(), "a".repeat(size - 12))]);
    assert_eq!(one(16 * 1024), None);
    let said = "a header of the request has 16385 bytes, and 16384 are allowed";
    assert_too_large(one(16 * 1024 + 1), said);
}

#[test]
fn headers_of_64_kib() {
    let filled = |more: usize| {
        let header = |at: usize| (format!("x-amz-meta-{at}"), "a".repeat(12_000));
        let mut headers: Vec<_> = (1..=5).map(header).collect();
        headers.push(("x-amz-meta-6".into(), "a".repeat(more)));
        with_headers(&headers)
    };
    // Besides them, the host and what signing adds have their bytes: the refusal says how many.
    let refused = filled(8_000).expect("a refusal").to_string();
    let total = refused
        .split(' ')
        .find_map(|word| word.parse::<usize>().ok());
    let room = 8_000 - (total.unwrap() - 64 * 1024);
    assert_eq!(filled(room), None);
    let said = "the headers of the request have 65537 bytes, and 65536 are allowed";
    assert_too_large(filled(room + 1), said);
}

#[test]
fn headers_512_in_number() {
    // Signing adds three: the host stands in the URL.
    let many = |count: usize| {
        let header = |at: usize| (format!("x-amz-meta-{at}"), "1".to_owned());
        with_headers(&(3..count).map(header).collect::<Vec<_>>())
    };
    assert_eq!(many(512), None);
    assert_too_large(
        many(513),
        "the request has 513 headers, and 512 are allowed",
    );
}

/// All that S3 takes of a request head, 8 KB, fits in any shape.
#[test]
fn whatever_s3_takes_is_read() {
    let headers: Vec<_> = (0..480)
        .map(|at| (format!("x-amz-meta-{at}"), "1".to_owned()))
        .collect();
    assert!(
        headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum::<usize>()
            > 8192
    );
    assert_eq!(with_headers(&headers), None);
    let key = "\u{e9}".repeat(512);
    let token = "+".repeat(2048);
    let keys = credentials().with_session_token(token.as_str()).unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .get(key.as_str())
        .presign(&keys, HOUR, now())
        .unwrap();
    assert!(link.as_str().len() > 8192);
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3");
    assert!(
        verifier
            .verify(&request, now(), |_| Some(keys.clone()))
            .is_ok()
    );
    assert_eq!(inspect(link.as_str(), now()).problems(), []);
}

#[test]
fn a_form_of_20_kib() {
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let form = PostPolicy::new("key").presign(&bucket, &credentials(), HOUR, now());
    let form = form.unwrap();
    let size: usize = form
        .fields()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let room = 20 * 1024 - size - "x-ignore-a".len();
    let verifier = Verifier::new("us-east-1", "s3");
    let policy = Policy::parse(form.policy()).unwrap();
    for (room, is_right) in [(room, true), (room + 1, false)] {
        let padding = "a".repeat(room);
        let fields = || form.fields().chain([("x-ignore-a", padding.as_str())]);
        let refused = verifier.verify_form(fields(), now(), |_| Some(credentials()));
        let checked = policy.check(&Upload::new("examplebucket", 1).fields(fields()), now());
        if is_right {
            assert!(refused.is_ok());
            assert_eq!(checked, Ok(()));
            continue;
        }
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::TooLarge);
        assert_eq!(error.code(), "MaxPostPreDataLengthExceededError");
        let said = "the fields of the form have more than 20480 bytes, which are allowed";
        assert_eq!(error.to_string(), said);
        let refusal = checked.unwrap_err();
        assert_eq!(refusal, Refusal::FormTooLarge { size: 20481 });
        assert_eq!(refusal.code(), "MaxPostPreDataLengthExceededError");
        assert!(
            refusal
                .to_string()
                .ends_with("too large: 20481 bytes, not 20480")
        );
    }
}

/// The name of the file counts as often as it is put in.
#[test]
fn a_long_name_of_a_file_in_many_places() {
    let policy = r#"{"expiration": "2013-05-25T00:00:00Z", "conditions": [
        {"bucket": "examplebucket"}, ["starts-with", "$key", ""]]}"#;
    let policy = Policy::parse(policy).unwrap();
    let key = "${filename}".repeat(100);
    let check = |size: usize| {
        let name = "a".repeat(size);
        let upload = Upload::new("examplebucket", 1)
            .file_name(&name)
            .field("key", &key);
        policy.check(&upload, now())
    };
    // 1,103 bytes of name and value, and a hundred times the name of the file.
    assert_eq!(check(193), Ok(()));
    assert_eq!(check(194), Err(Refusal::FormTooLarge { size: 20_503 }));
}

#[test]
fn a_policy_of_20_kib() {
    let json = |size: usize| {
        let json = r#"{"expiration": "2013-05-25T00:00:00Z", "conditions": []}"#;
        format!("{json}{}", " ".repeat(size - json.len()))
    };
    assert!(Policy::parse(&json(20 * 1024)).is_ok());
    let error = Policy::parse(&json(20 * 1024 + 1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    let said = "the policy has 20481 bytes, and a form has room for 20480 (20 KB)";
    assert_eq!(error.to_string(), said);
    // Base64 is a third longer.
    use base64::Engine as _;
    let base64 = |size| base64::engine::general_purpose::STANDARD.encode(json(size));
    assert_eq!(base64(15 * 1024).len(), 20 * 1024);
    assert!(Policy::from_base64(&base64(15 * 1024)).is_ok());
    let error = Policy::from_base64(&base64(15 * 1024 + 1)).unwrap_err();
    let said = "the policy has 20484 bytes, and a form has room for 20480 (20 KB)";
    assert_eq!(error.to_string(), said);
}

#[test]
fn a_policy_that_no_form_has_room_for_is_not_built() {
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let sign = |size: usize| {
        let mut policy = PostPolicy::new("key");
        for at in 0..size / 20 {
            policy = policy.starts_with(format!("x-amz-meta-{at:09}"), "");
        }
        policy.presign(&bucket, &credentials(), HOUR, now())
    };
    assert!(sign(4_000).is_ok());
    let error = sign(21_000).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Policy);
    let said = "the policy's fields and conditions have 21003 bytes, and a server takes a form of 20480 (20 KB) before its file: \
                it would answer \"MaxPostPreDataLengthExceededError\"";
    assert_eq!(error.to_string(), said);
}

#[test]
fn a_text_of_64_kib_to_inspect() {
    let link = signer().presign(&Request::get(URL), HOUR, now()).unwrap();
    let text = |size: usize| format!("{link}&a={}", "a".repeat(size - link.as_str().len() - 3));
    let read = inspect(&text(64 * 1024), now());
    assert_eq!(read.access_key_id(), Some("AKIDEXAMPLE"));
    assert_eq!(read.problems(), []);
    let unread = inspect(&text(64 * 1024 + 1), now());
    assert_eq!((unread.access_key_id(), unread.host()), (None, None));
    let [problem] = unread.problems() else {
        panic!("{unread:?}");
    };
    assert_eq!(problem.kind(), ProblemKind::TooLong);
    let said = "the text has 65537 bytes, and no URL has more than 65536: it was not read";
    assert_eq!(problem.to_string(), said);
}

#[cfg(feature = "explain")]
#[test]
fn an_answer_of_256_kib() {
    use presign::explain::Answer;
    let end = "<Code>AccessDenied</Code></Error>";
    let body = |size: usize| {
        let front = "<Error><Padding>é</Padding>";
        format!("{front}{}{end}", " ".repeat(size - front.len() - end.len()))
    };
    assert_eq!(
        Answer::parse(&body(256 * 1024)).field("Code"),
        Some("AccessDenied")
    );
    let cut = Answer::parse(&body(256 * 1024 + "</Code></Error>".len() + 1));
    assert_eq!((cut.code(), cut.field("Code")), (None, None));
    assert_eq!(cut.field("Padding"), Some("é"));
    // No character is cut in two.
    for more in 0..4 {
        let text = format!("{}{}", "a".repeat(more), "😀".repeat(70_000));
        let message = Answer::parse(&text).message().unwrap().to_owned();
        assert!(message.len() <= 256 * 1024 && message.len() > 256 * 1024 - 4);
        assert!(text.starts_with(&message));
    }
}
