//! Rejected requests of public bug reports: the first finding names the cause.

use presign::Credentials;
use presign::explain::{Confidence, ErrorResponse, FailedRequest};
use serde_json::Value;

/// The cases whose first finding names no accepted cause, with the cause that it names.
fn misses() -> (usize, Vec<(String, String, Confidence)>) {
    let mut misses = Vec::new();
    let mut count = 0;
    for line in include_str!("../vectors/refusals.jsonl").lines() {
        count += 1;
        let case: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| case[name].as_str();
        let pairs = |name: &str| -> Vec<(&str, &str)> {
            let pairs = case[name].as_array().into_iter().flatten();
            pairs
                .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
                .collect()
        };
        let (method, url) = (text("method").unwrap(), text("url").unwrap());
        let response = ErrorResponse::parse(text("response").unwrap());
        let credentials =
            text("secret").map(|secret| Credentials::new("AKIAIOSFODNN7EXAMPLE", secret).unwrap());
        let mut request = FailedRequest::new(method, url, &response);
        for (name, value) in pairs("headers") {
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
        let name = first.map_or("nothing", |finding| finding.cause().as_str());
        let causes = case["causes"].as_array().unwrap();
        if causes.iter().all(|cause| cause.as_str() != Some(name)) {
            misses.push((
                format!("{} {causes:?}", text("source").unwrap()),
                name.to_owned(),
                first.map_or(Confidence::Possible, |finding| finding.confidence()),
            ));
        }
    }
    (count, misses)
}

#[test]
fn refusals_of_public_reports_are_explained() {
    let (count, misses) = misses();
    for (source, cause, confidence) in &misses {
        println!("{source}: {cause} ({confidence:?})");
    }
    println!("{} of {count}", count - misses.len());
    assert!(count - misses.len() >= 299);
    // A wrong cause that is certain costs hours.
    let mut confidences = misses.iter().map(|(_, _, confidence)| confidence);
    assert!(confidences.all(|confidence| *confidence > Confidence::Certain));
}
