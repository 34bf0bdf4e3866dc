//! Limits on untrusted input: input of the maximum size is accepted, and one more byte is an error
//! that names the limit.

use presign::inspect::{Inspection, ProblemKind};
use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier, VerifyError, VerifyErrorKind};
use presign::{Credentials, Timestamp, v4};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const URL: &str = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn s3() -> v4::Service {
    v4::Service::new("us-east-1", "s3").unwrap()
}

/// Returns the error for a rejected request.
fn error_of(request: &ReceivedRequest<'_>) -> Option<VerifyError> {
    let verifier = Verifier::new("us-east-1", "s3");
    let verified = verifier.verify(request, now(), |_| Some(credentials()));
    verified.err()
}

#[track_caller]
fn assert_too_large(error: Option<VerifyError>, message: &str) {
    let error = error.expect("an error");
    assert_eq!(error.kind(), VerifyErrorKind::TooLarge);
    assert_eq!(
        (error.code(), error.status()),
        ("RequestHeaderSectionTooLarge", 400)
    );
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_target_can_have_16_kib() {
    let link = |padding: usize| {
        let s3 = s3();
        let request = s3.get(URL).query("a", "a".repeat(padding));
        String::from(request.presign(&credentials(), HOUR, now()).unwrap())
    };
    let target_len = |link: &str| link.len() - link.find("/a.txt").unwrap();
    let padding = 16 * 1024 - target_len(&link(0));
    for (padding, is_accepted) in [(padding, true), (padding + 1, false)] {
        let link = link(padding);
        assert_eq!(target_len(&link) == 16 * 1024, is_accepted);
        let error = error_of(&ReceivedRequest::from_url("GET", &link).unwrap());
        if is_accepted {
            assert_eq!(error, None);
        } else {
            assert_too_large(error, "the target has 16385 bytes; the maximum is 16384");
        }
    }
}

/// Verifies a signed request with headers.
fn error_of_headers(headers: &[(String, String)]) -> Option<VerifyError> {
    let s3 = s3();
    let request = headers.iter().fold(s3.get(URL), |request, (name, value)| {
        request.header(name.as_str(), value.as_str())
    });
    let signed = request.sign(&credentials(), now()).unwrap();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let request = ReceivedRequest::from_url("GET", URL).unwrap();
    error_of(&request.headers(headers).headers(signed.headers()))
}

#[test]
fn a_header_can_have_16_kib() {
    let error_of = |size: usize| {
        let name = "x-amz-meta-a";
        error_of_headers(&[(name.into(), "a".repeat(size - name.len()))])
    };
    assert_eq!(error_of(16 * 1024), None);
    assert_too_large(
        error_of(16 * 1024 + 1),
        "the header `x-amz-meta-a` has 16385 bytes; the maximum is 16384",
    );
}

#[test]
fn headers_can_have_64_kib() {
    let error_of = |last: usize| {
        let header = |number: usize| (format!("x-amz-meta-{number}"), "a".repeat(12_000));
        let mut headers: Vec<_> = (1..=5).map(header).collect();
        headers.push(("x-amz-meta-6".into(), "a".repeat(last)));
        error_of_headers(&headers)
    };
    // The host and the headers that signing adds count, too. The message contains the sum.
    let message = error_of(8_000).expect("an error").to_string();
    let mut words = message.split(' ');
    let total: usize = words.find_map(|word| word.parse().ok()).unwrap();
    let last = 8_000 - (total - 64 * 1024);
    assert_eq!(error_of(last), None);
    assert_too_large(
        error_of(last + 1),
        "the headers have 65537 bytes; the maximum is 65536",
    );
}

#[test]
fn a_request_can_have_512_headers() {
    // Signing adds three headers. The host is in the URL.
    let error_of = |count: usize| {
        let header = |number: usize| (format!("x-amz-meta-{number}"), "1".to_owned());
        error_of_headers(&(3..count).map(header).collect::<Vec<_>>())
    };
    assert_eq!(error_of(512), None);
    assert_too_large(
        error_of(513),
        "the request has 513 headers; the maximum is 512",
    );
}

/// S3 accepts 8 KB of target and headers, which can be many headers, a long key or a long token.
#[test]
fn requests_that_s3_accepts_are_within_the_limits() {
    let headers: Vec<_> = (0..480)
        .map(|number| (format!("x-amz-meta-{number}"), "1".to_owned()))
        .collect();
    let sizes = headers
        .iter()
        .map(|(name, value)| name.len() + value.len() + 4);
    assert!(sizes.sum::<usize>() > 8192);
    assert_eq!(error_of_headers(&headers), None);

    let key = "\u{e9}".repeat(512);
    let token = "+".repeat(2048);
    let credentials = credentials().with_session_token(token.as_str()).unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .get(key.as_str())
        .presign(&credentials, HOUR, now())
        .unwrap();
    assert!(link.as_str().len() > 8192);
    let request = ReceivedRequest::from_url("GET", link.as_str()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3");
    let verified = verifier.verify(&request, now(), |_| Some(&credentials));
    assert!(verified.is_ok());
    assert_eq!(Inspection::new(link.as_str(), now()).problems(), []);
}

#[test]
fn a_text_to_inspect_can_have_64_kib() {
    let link = s3().get(URL).presign(&credentials(), HOUR, now()).unwrap();
    let text = |size: usize| format!("{link}&a={}", "a".repeat(size - link.as_str().len() - 3));
    let read = Inspection::new(&text(64 * 1024), now());
    assert_eq!(read.access_key_id(), Some("AKIDEXAMPLE"));
    assert_eq!(read.problems(), []);
    let unread = Inspection::new(&text(64 * 1024 + 1), now());
    assert_eq!((unread.access_key_id(), unread.host()), (None, None));
    let [problem] = unread.problems() else {
        panic!("{unread:?}");
    };
    assert_eq!(problem.kind(), ProblemKind::TooLong);
    assert_eq!(
        problem.to_string(),
        "the text has 65537 bytes, but only URLs of up to 65536 bytes are read"
    );
}

mod forms {
    use super::{HOUR, credentials, now};
    use presign::ErrorKind;
    use presign::post::{Policy, Upload};
    use presign::s3::Bucket;
    use presign::verify::{Verifier, VerifyErrorKind};

    fn bucket() -> Bucket {
        Bucket::new("examplebucket", "us-east-1").unwrap()
    }

    #[test]
    fn a_form_can_have_20_kib() {
        let bucket = bucket();
        let form = bucket
            .post_policy("key")
            .presign(&credentials(), HOUR, now());
        let form = form.unwrap();
        let sizes = form.fields().map(|(name, value)| name.len() + value.len());
        let padding = 20 * 1024 - sizes.sum::<usize>() - "x-ignore-a".len();
        let verifier = Verifier::new("us-east-1", "s3");
        let policy = Policy::from_json(form.policy()).unwrap();
        for (padding, is_accepted) in [(padding, true), (padding + 1, false)] {
            let padding = "a".repeat(padding);
            let fields = || form.fields().chain([("x-ignore-a", padding.as_str())]);
            let verified = verifier.verify_form(fields(), now(), |_| Some(credentials()));
            let upload = Upload::new("examplebucket", 1).fields(fields());
            let checked = policy.check(&upload, now());
            if is_accepted {
                assert!(verified.is_ok());
                assert_eq!(checked, Ok(()));
                continue;
            }
            let message = "Your POST request fields preceding the upload file were too large: 20481 \
                           bytes, at most 20480 are accepted";
            for error in [verified.unwrap_err(), checked.unwrap_err()] {
                assert_eq!(error.kind(), VerifyErrorKind::TooLarge);
                assert_eq!(error.code(), "MaxPostPreDataLengthExceededError");
                assert_eq!(error.to_string(), message);
            }
        }
    }

    /// The length of a file name counts once for each `${filename}`.
    #[test]
    fn a_file_name_counts_for_each_variable() {
        let policy = r#"{"expiration": "2013-05-25T00:00:00Z", "conditions": [
            {"bucket": "examplebucket"}, ["starts-with", "$key", ""]]}"#;
        let policy = Policy::from_json(policy).unwrap();
        let key = "${filename}".repeat(100);
        let check = |size: usize| {
            let name = "a".repeat(size);
            let upload = Upload::new("examplebucket", 1)
                .file_name(&name)
                .field("key", &key);
            policy.check(&upload, now())
        };
        // Name and value have 1,103 bytes, and the file name counts a hundred times.
        assert_eq!(check(193), Ok(()));
        let error = check(194).unwrap_err();
        assert_eq!(error.kind(), VerifyErrorKind::TooLarge);
        assert!(error.to_string().contains(" 20503 bytes"), "{error}");
    }

    #[test]
    fn a_policy_can_have_20_kib() {
        let json = |size: usize| {
            let json = r#"{"expiration": "2013-05-25T00:00:00Z", "conditions": []}"#;
            format!("{json}{}", " ".repeat(size - json.len()))
        };
        assert!(Policy::from_json(&json(20 * 1024)).is_ok());
        let error = Policy::from_json(&json(20 * 1024 + 1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Policy);
        let message = "the policy has 20481 bytes; the maximum of a form is 20480 (20 KB)";
        assert_eq!(error.to_string(), message);
        // Base64 is a third longer.
        use base64::Engine as _;
        let base64 = |size| base64::engine::general_purpose::STANDARD.encode(json(size));
        assert_eq!(base64(15 * 1024).len(), 20 * 1024);
        assert!(Policy::from_base64(&base64(15 * 1024)).is_ok());
        let error = Policy::from_base64(&base64(15 * 1024 + 1)).unwrap_err();
        let message = "the policy has 20484 bytes; the maximum of a form is 20480 (20 KB)";
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn a_policy_larger_than_any_form_is_rejected() {
        let bucket = bucket();
        let sign = |size: usize| {
            let mut policy = bucket.post_policy("key");
            for number in 0..size / 20 {
                policy = policy.starts_with(format!("x-amz-meta-{number:09}"), "");
            }
            policy.presign(&credentials(), HOUR, now())
        };
        assert!(sign(4_000).is_ok());
        let error = sign(21_000).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Policy);
        assert_eq!(
            error.to_string(),
            "the fields and conditions have 21003 bytes, but servers accept a form of 20480 (20 KB) and \
             reject more with \"MaxPostPreDataLengthExceededError\"; shorten them"
        );
    }
}

#[cfg(feature = "explain")]
#[test]
fn an_error_response_can_have_256_kib() {
    use presign::explain::ErrorResponse;
    let end = "<Code>AccessDenied</Code></Error>";
    let body = |size: usize| {
        let front = "<Error><Padding>\u{e9}</Padding>";
        format!("{front}{}{end}", " ".repeat(size - front.len() - end.len()))
    };
    assert_eq!(
        ErrorResponse::parse(&body(256 * 1024)).field("Code"),
        Some("AccessDenied")
    );
    let cut = ErrorResponse::parse(&body(256 * 1024 + "</Code></Error>".len() + 1));
    assert_eq!((cut.code(), cut.field("Code")), (None, None));
    assert_eq!(cut.field("Padding"), Some("\u{e9}"));
    // The limit doesn't split a character.
    for more in 0..4 {
        let text = format!("{}{}", "a".repeat(more), "\u{1f600}".repeat(70_000));
        let message = ErrorResponse::parse(&text).message().unwrap().to_owned();
        assert!(message.len() <= 256 * 1024 && message.len() > 256 * 1024 - 4);
        assert!(text.starts_with(&message));
    }
}
