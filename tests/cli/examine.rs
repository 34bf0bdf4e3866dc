//! `inspect`, `verify` and `explain`.

use super::*;

/// The presigned URL of AWS's documents: signed at `NOW`, for a day.
fn published(form: &str) -> String {
    let cases: Value = serde_json::from_str(&vectors("s3-sigv4.json")).unwrap();
    let cases = cases.as_array().unwrap();
    let case = cases.iter().find(|case| case["form"] == form).unwrap();
    text(case, "/expected/signed_url").into()
}

/// SigV2's published URL.
struct PublishedV2 {
    url: String,
    id: String,
}

fn published_v2() -> PublishedV2 {
    let cases: Value = serde_json::from_str(&vectors("s3-sigv2.json")).unwrap();
    let cases = cases.as_array().unwrap();
    let case = cases
        .iter()
        .find(|case| case["form"] == "query" && case["virtual_host_bucket"].is_string())
        .unwrap();
    PublishedV2 {
        url: text(case, "/expected/signed_url").into(),
        id: text(case, "/access_key_id").into(),
    }
}

// inspect.

#[test]
fn inspect_says_what_a_url_says() {
    let url = published("query");
    let text = Presign::bare(["inspect", &url, "--at", NOW]).quiet();
    for part in [
        "sigv4",
        "AKIAIOSFODNN7EXAMPLE (long-term)",
        "us-east-1",
        "s3",
        "2013-05-24T00:00:00Z",
        "2013-05-25T00:00:00Z, in 1 day",
        "host",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("problem"), "{text}");
    let signature = param(&url, "X-Amz-Signature").unwrap();
    assert!(!text.contains(&signature), "the whole signature");

    let json = Presign::bare(["inspect", &url, "--at", "2013-05-24T23:00:00Z"]).json();
    for (name, expected) in [
        ("scheme", Value::from("sigv4")),
        ("access_key_id", ID.into()),
        ("credential_kind", "long-term".into()),
        ("has_session_token", false.into()),
        ("region", "us-east-1".into()),
        ("service", "s3".into()),
        ("signed_at", "2013-05-24T00:00:00Z".into()),
        ("expires_at", "2013-05-25T00:00:00Z".into()),
        ("remaining_seconds", 3600.into()),
        ("signed_headers", vec!["host"].into()),
        ("problems", Value::Array(vec![])),
    ] {
        assert_eq!(json[name], expected, "{name}");
    }
}

#[test]
fn inspect_reads_sigv2_which_tells_less() {
    let PublishedV2 { url, id } = published_v2();
    let json = Presign::bare(["inspect", &url, "--at", "20070301T000000Z"]).json();
    assert_eq!(json["scheme"], "sigv2");
    assert_eq!(json["access_key_id"], id);
    for name in ["region", "service", "signed_at"] {
        assert_eq!(json[name], Value::Null, "{name}");
    }
    let expires = param(&url, "Expires").unwrap().parse::<i64>().unwrap();
    // 2007-03-01T00:00:00Z.
    assert_eq!(json["remaining_seconds"], expires - 1_172_707_200);
}

#[test]
fn inspect_tells_problems_and_succeeds() {
    let url = published("query").replace("AKIA", "ASIA");
    let json = Presign::bare(["inspect", &url, "--at", "20130526T000000Z"]).json();
    let problems = json["problems"].as_array().unwrap();
    let kinds: Vec<_> = problems
        .iter()
        .map(|problem| text(problem, "/kind"))
        .collect();
    assert_eq!(kinds, ["expired", "token-missing"]);
    assert_eq!(json["credential_kind"], "temporary");
    assert_eq!(json["remaining_seconds"], 0);
    assert!(text(&problems[0], "/message").contains("ended at 2013-05-25T00:00:00Z"));

    // A token is told of and not shown.
    let token = TOKEN.replace('/', "%2F").replace('=', "%3D");
    let url = format!("{url}&X-Amz-Security-Token={token}");
    for format in ["text", "json"] {
        let args = ["inspect", &url, "--at", NOW, "--output", format];
        let printed = Presign::bare(args).quiet();
        assert!(!printed.contains(TOKEN) && !printed.contains(&token));
        assert!(!printed.contains("token-missing"), "{printed}");
    }
}

#[test]
fn inspect_refuses_what_is_not_presigned() {
    for url in [
        "https://examplebucket.s3.amazonaws.com/test.txt?versionId=1",
        "AKIAIOSFODNN7EXAMPLE",
        "",
    ] {
        for format in ["text", "json"] {
            let sentence = Presign::bare(["inspect", url, "--output", format]).refused();
            assert!(sentence.contains("no presigned URL"), "{url:?}: {sentence}");
        }
    }
    Presign::bare(["inspect"]).misused();
    Presign::bare(["inspect", "https://a/", "--at", "yesterday"]).misused();
}
