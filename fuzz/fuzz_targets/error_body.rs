//! A server's answer, any text: read without a panic, in XML and JSON what another writer wrote; and the whole explanation of it, of
//! which nothing is secret.
//!
//! The last byte says what was attempted. Behind a NUL may stand the URL as it was sent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::explain::{Answer, Attempt, Cause};
use presign::s3::Bucket;
use presign::{Credentials, Payload, Request, SigningSteps, Timestamp, v2, v4};
use presign_fuzz::{SECRET, TOKEN, credentials, hidden};
use std::sync::LazyLock;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_440_938_160)
}

/// What was signed.
struct Case {
    method: &'static str,
    url: String,
    headers: Vec<(String, String)>,
    steps: SigningSteps,
}

static CASES: LazyLock<[Case; 4]> = LazyLock::new(|| {
    let keys = credentials(true);
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let get = bucket.get("a b/ü+~.txt").version_id("3/L4");
    let link = get.presign(keys, HOUR, now()).unwrap();
    let old = get.presign_v2(keys, HOUR, now()).unwrap();
    let old_signer = v2::Signer::new(keys.clone()).bucket("examplebucket");
    let old_url = get.url().unwrap();
    let end = now().saturating_add(HOUR);
    let put = Request::put("https://api.example.com/prod/a%20b?x=1&y")
        .header("Content-Type", "text/plain")
        .header("x-amz-meta-a", "one  two");
    let signer = v4::Signer::new(credentials(false).clone(), "us-east-1", "execute-api").unwrap();
    let headers = |signed: &presign::SignedRequest| {
        let given = [("Content-Type", "text/plain"), ("x-amz-meta-a", "one  two")];
        let all = given.into_iter().chain(signed.headers());
        all.map(|(name, value)| (name.into(), value.into()))
            .collect()
    };
    let signed = signer.sign(&put, Payload::Empty, now()).unwrap();
    let old_put = v2::Signer::new(credentials(false).clone());
    [
        Case {
            method: "GET",
            steps: get.presign_steps(keys, HOUR, now()).unwrap(),
            url: link.into_string(),
            headers: Vec::new(),
        },
        Case {
            method: "GET",
            steps: old_signer
                .presign_steps(&Request::get(old_url), end)
                .unwrap(),
            url: old.into_string(),
            headers: Vec::new(),
        },
        Case {
            method: "PUT",
            url: "https://api.example.com/prod/a%20b?x=1&y".into(),
            headers: headers(&signed),
            steps: signer.sign_steps(&put, Payload::Empty, now()).unwrap(),
        },
        Case {
            method: "PUT",
            url: "https://api.example.com/prod/a%20b?x=1&y".into(),
            headers: headers(&old_put.sign(&put, now()).unwrap()),
            steps: old_put.sign_steps(&put, now()).unwrap(),
        },
    ]
});

static OTHER: LazyLock<Credentials> =
    LazyLock::new(|| Credentials::new("AKIDOTHER", "another/secret/0123456789").unwrap());

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

/// What another writer wrote is read as it was meant.
fn read_back(text: &str) {
    if text.trim().is_empty() {
        return;
    }
    let name = "CanonicalRequest";
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code><{name}>{}</{name}></Error>",
        escaped(text)
    );
    let answer = Answer::parse(&xml);
    assert_eq!(answer.code(), Some("SignatureDoesNotMatch"));
    assert_eq!(answer.field(name), Some(text));
    assert_eq!(answer.canonical_request(), Some(text));
    let bytes: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let xml = format!(
        "<Error><{name}>other</{name}><{name}Bytes>{}</{name}Bytes></Error>",
        bytes.join(" ")
    );
    assert_eq!(Answer::parse(&xml).canonical_request(), Some(text));
    let json = serde_json::json!({ "__type": "a.b#InvalidSignatureException", "message": text });
    for json in [
        json.to_string(),
        serde_json::to_string_pretty(&json).unwrap(),
    ] {
        let answer = Answer::parse(&json);
        assert_eq!(answer.code(), Some("InvalidSignatureException"));
        assert_eq!(answer.message(), Some(text));
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
    let answer = Answer::parse(body);
    std::hint::black_box((
        answer.code(),
        answer.message(),
        answer.string_to_sign(),
        answer.field("Region"),
    ));
    hidden(text, format_args!("{answer:?}"));

    let case = &CASES[usize::from(how & 3)];
    let keys = credentials(how & 2 == 0);
    let headers = case.headers.iter();
    let mut attempt = Attempt::new(case.method, &case.url)
        .headers(headers.map(|(name, value)| (name.as_str(), value.as_str())))
        .other_credentials(&OTHER);
    if how & 4 != 0 {
        attempt = attempt.credentials(keys);
    }
    if how & 8 != 0 {
        attempt = attempt.steps(&case.steps);
    }
    if let Some(sent) = sent {
        let (method, url) = sent.split_once(' ').unwrap_or((case.method, sent));
        attempt = attempt.sent(method, url);
        // Any text may be what was signed, too.
        let any = Attempt::new(method, url).credentials(keys);
        hidden(text, format_args!("{any:?}"));
        let any = any.explain(&answer, now());
        std::hint::black_box(format!("{any} {any:?}"));
    }
    let explanation = attempt.explain(&answer, now());
    let shown = format!("{explanation}\n{explanation:?}");
    if let Some(difference) = explanation.difference() {
        std::hint::black_box(format!("{}", difference.coloured()));
        assert!(
            difference
                .rows()
                .iter()
                .all(|row| row.signed.is_some() || row.seen.is_some())
        );
    }
    // What the server said may be anything; what we know is not told.
    let signature = case.steps.signature.as_str();
    for secret in [SECRET, TOKEN, "another/secret/0123456789", signature] {
        assert!(text.contains(secret) || !shown.contains(secret), "{shown}");
    }
    let findings = explanation.findings();
    assert!(findings.is_sorted_by_key(presign::explain::Finding::confidence));

    // If the server saw what was signed, the secret is another.
    let steps = &case.steps;
    let same = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{}</StringToSign><CanonicalRequest>{}</CanonicalRequest></Error>",
        escaped(&steps.string_to_sign),
        escaped(&steps.canonical_request)
    );
    if sent.is_none() {
        let explanation = attempt.explain(&Answer::parse(&same), now());
        assert_eq!(
            explanation.findings()[0].cause(),
            Cause::WrongSecret,
            "{explanation}"
        );
    }
});
