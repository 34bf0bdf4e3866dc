//! A server's response of any text is parsed without a panic, XML and JSON of another writer are
//! parsed correctly, and the explanation doesn't contain secrets.
//!
//! The last byte selects the request. The URL as it was sent follows after a NUL.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::SignatureVersion;
use presign::explain::{Cause, ErrorResponse, FailedRequest, Finding, Line};
use presign::s3::Bucket;
use presign::{Credentials, Payload, Request, SignedRequest, Timestamp, Unsigned, v2, v4};
use presign_fuzz::{SECRET, TOKEN, check_hidden, credentials};
use std::sync::LazyLock;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const OTHER_SECRET: &str = "another/secret/0123456789";

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_440_938_160)
}

/// A signed request.
struct Case {
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    texts: Texts,
    signature: String,
}

/// The texts that were signed.
struct Texts {
    canonical_request: Option<String>,
    string_to_sign: String,
}

impl Texts {
    fn of<T>(unsigned: &Unsigned<T>) -> Self {
        Texts {
            canonical_request: unsigned.canonical_request().map(str::to_owned),
            string_to_sign: String::from_utf8(unsigned.string_to_sign().to_vec()).unwrap(),
        }
    }
}

fn bucket_case(version: SignatureVersion) -> Case {
    let keys = credentials(true);
    let builder = Bucket::builder("examplebucket", "us-east-1").signature_version(version);
    let bucket = builder.build().unwrap();
    let get = bucket.get("a b/ü+~.txt").version("3/L4");
    let unsigned = get.prepare_url(keys.identity(), HOUR, now()).unwrap();
    let texts = Texts::of(&unsigned);
    let link = unsigned.sign_with(keys).unwrap();
    Case {
        method: "GET",
        signature: link.signature().into_owned(),
        url: link.to_string(),
        headers: Vec::new(),
        texts,
    }
}

const API_URL: &str = "https://api.example.com/prod/a%20b?x=1&y";
const API_HEADERS: [(&str, &str); 2] =
    [("Content-Type", "text/plain"), ("x-amz-meta-a", "one  two")];

fn headers_case(request: Request<'_>) -> Case {
    let keys = credentials(false);
    let [content_type, meta] = API_HEADERS;
    let request = request.header(content_type.0, content_type.1);
    let request = request.header(meta.0, meta.1).payload(Payload::Empty);
    let unsigned = request.prepare_headers(keys.identity(), now()).unwrap();
    let texts = Texts::of(&unsigned);
    let signed: SignedRequest = unsigned.sign_with(keys).unwrap();
    let headers = API_HEADERS.into_iter().chain(signed.headers());
    Case {
        method: "PUT",
        url: API_URL.into(),
        headers: headers
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        texts,
        signature: signed.signature().into_owned(),
    }
}

static CASES: LazyLock<[Case; 4]> = LazyLock::new(|| {
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    [
        bucket_case(SignatureVersion::V4),
        bucket_case(SignatureVersion::V2),
        headers_case(service.request("PUT", API_URL)),
        headers_case(v2::Service::s3().request("PUT", API_URL)),
    ]
});

static OTHER: LazyLock<Credentials> =
    LazyLock::new(|| Credentials::new("AKIDOTHER", OTHER_SECRET).unwrap());

fn escaped(text: &str) -> String {
    let mut xml = String::new();
    for c in text.chars() {
        match c {
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '&' => xml.push_str("&amp;"),
            '\r' => xml.push_str("&#13;"),
            c => xml.push(c),
        }
    }
    xml
}

/// Checks that XML and JSON of another writer are parsed correctly.
fn read_back(text: &str) {
    // XML and JSON are found in any text, also in a value of the other, and with escapes of a log.
    if text.trim().is_empty() || text.contains(['<', '{', '\\']) {
        return;
    }
    let name = "CanonicalRequest";
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code><{name}>{}</{name}></Error>",
        escaped(text)
    );
    let answer = ErrorResponse::parse(&xml);
    assert_eq!(answer.code(), Some("SignatureDoesNotMatch"));
    assert_eq!(answer.field(name), Some(text));
    // Its line breaks at both ends are those of the paste.
    let canonical_request =
        |answer: &ErrorResponse| answer.canonical_request().map(str::trim).map(str::to_owned);
    assert_eq!(canonical_request(&answer).as_deref(), Some(text.trim()));
    let bytes: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let xml = format!(
        "<Error><{name}>other</{name}><{name}Bytes>{}</{name}Bytes></Error>",
        bytes.join(" ")
    );
    let answer = ErrorResponse::parse(&xml);
    assert_eq!(canonical_request(&answer).as_deref(), Some(text.trim()));
    let json = serde_json::json!({ "__type": "a.b#InvalidSignatureException", "message": text });
    for json in [
        json.to_string(),
        serde_json::to_string_pretty(&json).unwrap(),
    ] {
        let answer = ErrorResponse::parse(&json);
        assert_eq!(answer.code(), Some("InvalidSignatureException"));
        assert_eq!(answer.message(), Some(text.trim()));
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((how, text)) = input.split_last() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    read_back(text);
    let (body, sent) = match text.split_once('\0') {
        Some((body, sent)) => (body, Some(sent)),
        None => (text, None),
    };
    let response = ErrorResponse::parse(body);
    std::hint::black_box((
        response.code(),
        response.message(),
        response.string_to_sign(),
        response.field("Region"),
    ));
    check_hidden(text, format_args!("{response:?}"));

    let case = &CASES[usize::from(how & 3)];
    let failed = failed_request(case, *how, &response);
    let failed = match sent {
        Some(sent) => {
            let (method, url) = sent.split_once(' ').unwrap_or((case.method, sent));
            // Any text may be the signed URL, too.
            let keys = credentials(how & 2 == 0);
            let any = FailedRequest::new(method, url, &response).credentials(keys);
            check_hidden(text, format_args!("{any:?}"));
            let any = any.explain(now());
            std::hint::black_box(format!("{any} {any:?}"));
            failed.sent(method, url)
        }
        None => failed,
    };
    let explanation = failed.explain(now());
    let shown = format!("{explanation}\n{explanation:?}");
    if let Some(difference) = explanation.difference() {
        std::hint::black_box(format!("{}", difference.coloured()));
        let is_nonempty = |line: &Line| line.signed().is_some() || line.seen().is_some();
        assert!(difference.lines().iter().all(is_nonempty));
    }
    // The server may say anything, but our own secrets are not shown.
    for secret in [SECRET, TOKEN, OTHER_SECRET, &case.signature] {
        assert!(text.contains(secret) || !shown.contains(secret), "{shown}");
    }
    let findings = explanation.findings();
    assert!(findings.is_sorted_by_key(Finding::confidence));

    // If the server saw the signed texts, the secret is wrong.
    if sent.is_none() {
        let canonical_request = case.texts.canonical_request.as_deref();
        let same = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{}</StringToSign>\
             <CanonicalRequest>{}</CanonicalRequest></Error>",
            escaped(&case.texts.string_to_sign),
            escaped(canonical_request.unwrap_or_default())
        );
        let response = ErrorResponse::parse(&same);
        let explanation = failed_request(case, *how, &response).explain(now());
        // A body that is not known may be another one.
        let mut causes = explanation.findings().iter().map(Finding::cause);
        let cause = causes.find(|cause| *cause != Cause::PayloadChanged);
        assert_eq!(cause, Some(Cause::WrongSecret), "{explanation}");
    }
});

fn failed_request<'a>(case: &'a Case, how: u8, response: &'a ErrorResponse) -> FailedRequest<'a> {
    let headers = case.headers.iter();
    let mut failed = FailedRequest::new(case.method, &case.url, response)
        .headers(headers.map(|(name, value)| (name.as_str(), value.as_str())))
        .other_credentials("other", &OTHER);
    if how & 4 != 0 {
        failed = failed.credentials(credentials(how & 2 == 0));
    }
    if how & 8 != 0 {
        let canonical_request = case.texts.canonical_request.as_deref();
        failed = failed.signed_texts(canonical_request, &case.texts.string_to_sign);
    }
    failed
}
