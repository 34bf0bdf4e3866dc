//! Rejected requests of public bug reports and of servers: the first finding names the cause.

use crate::support::vector_lines;
use presign::Credentials;
use presign::explain::{Confidence, ErrorResponse, FailedRequest};
use serde_json::Value;

/// The first finding of a case, unless it names an accepted cause.
struct Miss {
    cause: String,
    confidence: Confidence,
}

fn miss(case: &Value) -> Option<Miss> {
    let text = |name: &str| case[name].as_str();
    let pairs = |name: &str| -> Vec<(&str, &str)> {
        let pairs = case[name].as_array().into_iter().flatten();
        pairs
            .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
            .collect()
    };
    let (method, url) = (text("method").unwrap(), text("url").unwrap());
    let headers = pairs("headers");
    let temporary = "ASIAIOSFODNN7EXAMPLE";
    let is_temporary =
        url.contains(temporary) || headers.iter().any(|(_, value)| value.contains(temporary));
    let id = if is_temporary {
        temporary
    } else {
        "AKIAIOSFODNN7EXAMPLE"
    };
    let id = text("access_key_id").unwrap_or(id);
    let credentials = text("secret").map(|secret| Credentials::new(id, secret).unwrap());
    let response = ErrorResponse::parse(text("response").unwrap());
    let mut request = FailedRequest::new(method, url, &response);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    if case["sent_method"].is_string() || case["sent_url"].is_string() {
        let (sent_method, sent_url) = (text("sent_method"), text("sent_url"));
        request = request.sent(sent_method.unwrap_or(method), sent_url.unwrap_or(url));
    }
    for (name, value) in pairs("sent_headers") {
        request = request.sent_header(name, value);
    }
    if let Some(body) = text("body") {
        request = request.body(body.as_bytes());
    }
    if let Some(credentials) = &credentials {
        request = request.credentials(credentials);
    }
    let at: presign::Timestamp = text("at").unwrap().parse().unwrap();
    let explanation = request.explain(at);
    let first = explanation.findings().first();
    let cause = first.map_or("nothing", |finding| finding.cause().as_str());
    let accepted = case["causes"].as_array().unwrap();
    if accepted.iter().any(|name| name == cause) {
        return None;
    }
    Some(Miss {
        cause: cause.to_owned(),
        confidence: first.map_or(Confidence::Possible, |finding| finding.confidence()),
    })
}

#[test]
fn recorded_refusals_are_explained() {
    // The number of cases, and the bounds of misses and of certain misses. A wrong cause that is
    // certain costs hours.
    for (file, count, most_misses, most_certain) in [
        ("refusals.jsonl", 301, 1, 0),
        ("refusals-aws.jsonl", 185, 23, 0),
        ("refusals-stores.jsonl", 137, 27, 0),
        ("refusals-servers.jsonl", 400, 37, 0),
    ] {
        let cases: Vec<Value> = vector_lines(file);
        assert_eq!(cases.len(), count, "{file}");
        let (mut misses, mut certain) = (0, 0);
        for case in &cases {
            if let Some(Miss { cause, confidence }) = miss(case) {
                println!(
                    "{} {}: {cause} ({confidence:?})",
                    case["source"], case["causes"]
                );
                misses += 1;
                certain += usize::from(confidence == Confidence::Certain);
            }
        }
        println!("{file}: {misses} misses of {count}, {certain} of them certain");
        assert!(misses <= most_misses, "{file}: {misses} misses");
        assert!(certain <= most_certain, "{file}: {certain} certain misses");
    }
}
