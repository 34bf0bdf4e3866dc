//! The contents of CloudFront's URLs, and their problems.

use crate::support::{time, vectors};
use presign::Scheme;
use presign::Timestamp;
use presign::inspect::{Inspection, ProblemKind};
use serde_json::Value;
use std::time::Duration;

fn inspect(url: &str, now: i64) -> (Inspection, Vec<ProblemKind>) {
    let inspection = Inspection::new(url, Timestamp::from_unix_seconds(now));
    let problems = inspection.problems().iter();
    let problems = problems.map(|problem| problem.kind()).collect();
    (inspection, problems)
}

/// Returns a recorded URL, when it becomes valid and when it expires.
fn recorded(id: usize) -> (String, Option<i64>, i64) {
    let vectors: Value = vectors("cloudfront.json");
    let case = &vectors["cases"][id];
    let url = case["expected"]["url"].as_str().unwrap();
    let expires_at = case["date_less_than"].as_i64().unwrap();
    (url.into(), case["date_greater_than"].as_i64(), expires_at)
}

#[test]
fn recorded_urls_have_no_problem() {
    let vectors: Value = vectors("cloudfront.json");
    let mut read = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let Some(url) = case["expected"]["url"].as_str() else {
            continue;
        };
        let expires_at = case["date_less_than"].as_i64().unwrap();
        let (inspection, problems) = inspect(url, expires_at - 1);
        assert_eq!(problems, [], "{url}");
        assert_eq!(inspection.scheme(), Some(Scheme::CloudFront));
        assert_eq!(inspection.access_key_id(), case["key_pair_id"].as_str());
        let expected = Timestamp::from_unix_seconds(expires_at);
        assert_eq!(inspection.expires_at(), Some(expected));
        assert_eq!(inspection.time_left(), Some(Duration::from_secs(1)));
        let hash = (case["hash"] == "SHA256").then_some("SHA256");
        assert_eq!(inspection.algorithm(), hash);
        // Neither the signature nor the policy is shown.
        let signature = case["expected"]["signature"].as_str().unwrap();
        let shown = format!("{inspection}{inspection:?}");
        assert!(!shown.contains(&signature[..12]), "{shown}");
        assert!(shown.contains("cloudfront"), "{shown}");
        read += 1;
    }
    assert_eq!(read, 20);
}

#[test]
fn times_are_those_of_the_policy() {
    let (url, starts_at, expires_at) = recorded(0);
    let starts_at = starts_at.unwrap();
    let (inspection, problems) = inspect(&url, starts_at);
    assert_eq!(problems, []);
    let start = Timestamp::from_unix_seconds(starts_at);
    let line = format!("\nvalid from      {start}\n");
    assert!(inspection.to_string().contains(&line), "{inspection}");
    assert_eq!(inspect(&url, starts_at - 1).1, [ProblemKind::NotYetValid]);
    // The expiration is exclusive.
    assert_eq!(inspect(&url, expires_at).1, [ProblemKind::Expired]);
}

#[test]
fn problems_of_a_cloudfront_url_are_named() {
    let (url, _, expires_at) = recorded(3);
    let (custom, ..) = recorded(0);
    let without = |name: &str| {
        let (start, query) = url.split_once('?').unwrap();
        let others = query.split('&').filter(|text| !text.starts_with(name));
        format!("{start}?{}", others.collect::<Vec<_>>().join("&"))
    };
    for (url, expected) in [
        (without("Signature"), ProblemKind::Truncated),
        (without("Expires"), ProblemKind::MissingParameter),
        (
            format!("{url}&Key-Pair-Id=K"),
            ProblemKind::RepeatedParameter,
        ),
        (
            url.replace("Expires=1", "Expires=x"),
            ProblemKind::MalformedParameter,
        ),
        (
            url.replace("=SHA256", "=MD5"),
            ProblemKind::MalformedParameter,
        ),
        (
            custom.replace("Policy=eyJ", "Policy=!yJ"),
            ProblemKind::MalformedParameter,
        ),
        (
            format!("{custom}&Expires=1"),
            ProblemKind::MalformedParameter,
        ),
        (
            url.replace("Signature=O", "Signature=+"),
            ProblemKind::SignatureAlphabet,
        ),
        (
            format!("{}&Key-Pair-Id=K", &url[..150]),
            ProblemKind::Truncated,
        ),
    ] {
        let (_, problems) = inspect(&url, expires_at - 1);
        assert!(problems.contains(&expected), "{url}: {problems:?}");
    }
    let signed_twice = format!("{url}&X-Amz-Signature=0&X-Amz-Credential=0");
    let (inspection, problems) = inspect(&signed_twice, expires_at - 1);
    assert_eq!(inspection.scheme(), Some(Scheme::AwsV4));
    assert!(problems.contains(&ProblemKind::SignedTwice), "{problems:?}");
    let v2 = "https://b.s3.amazonaws.com/a?AWSAccessKeyId=A&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";
    let (inspection, _) = inspect(v2, time("2007-03-29T00:00:00Z").unix_seconds());
    assert_eq!(inspection.scheme(), Some(Scheme::AwsV2));
}
