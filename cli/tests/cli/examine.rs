//! `inspect` and `verify`.

use super::*;

/// The presigned URL in the AWS documentation: signed at `NOW`, for a day.
pub fn published(form: &str) -> String {
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
fn inspect_shows_the_contents_of_a_url() {
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
        ("access_key_kind", "long-term".into()),
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
fn inspect_reads_sigv2_which_states_less() {
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
fn inspect_shows_problems_and_succeeds() {
    let url = published("query").replace("AKIA", "ASIA");
    let json = Presign::bare(["inspect", &url, "--at", "20130526T000000Z"]).json();
    let problems = json["problems"].as_array().unwrap();
    let kinds: Vec<_> = problems
        .iter()
        .map(|problem| text(problem, "/kind"))
        .collect();
    assert_eq!(kinds, ["expired", "token-missing"]);
    assert_eq!(json["access_key_kind"], "temporary");
    assert_eq!(json["remaining_seconds"], 0);
    assert!(text(&problems[0], "/message").contains("expired at 2013-05-25T00:00:00Z"));

    // A token is mentioned, but not shown.
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
fn inspect_rejects_a_text_that_is_not_presigned() {
    for url in [
        "https://examplebucket.s3.amazonaws.com/test.txt?versionId=1",
        "AKIAIOSFODNN7EXAMPLE",
        "",
    ] {
        for format in ["text", "json"] {
            let sentence = Presign::bare(["inspect", url, "--output", format]).rejected();
            assert!(
                sentence.contains("not a presigned URL"),
                "{url:?}: {sentence}"
            );
        }
    }
    Presign::bare(["inspect"]).misused();
    Presign::bare(["inspect", "https://a/", "--at", "yesterday"]).misused();
}

// verify.

/// A check of a URL at `NOW` that is rejected: its cause, and the sentence, which both formats
/// have.
fn rejected_verify(presign: impl Fn() -> Presign) -> (String, String) {
    let sentence = presign().rejected();
    let ran = presign().args(["--output", "json"]).run();
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stderr, format!("presign: {sentence}\n"));
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["valid"], false);
    assert!(sentence.ends_with(text(&json, "/message")), "{json}");
    (text(&json, "/why").into(), sentence)
}

#[test]
fn verify_accepts_the_published_url() {
    let url = published("query");
    let text = Presign::new(["verify", &url]).quiet();
    assert_eq!(
        text,
        format!("valid for GET until 2013-05-25T00:00:00Z, signed by {ID}\n")
    );
    let json = Presign::new(["verify", &url, "--region=us-east-1", "--service=s3"]).json();
    assert_eq!(json["valid"], true);
    for (name, expected) in [
        ("method", "GET"),
        ("scheme", "sigv4"),
        ("access_key_id", ID),
        ("region", "us-east-1"),
        ("service", "s3"),
        ("expires_at", "2013-05-25T00:00:00Z"),
        ("payload", "unsigned"),
    ] {
        assert_eq!(json[name], expected, "{name}");
    }
    // By a profile, as by the environment.
    let file = format!("[docs]\naws_access_key_id={ID}\naws_secret_access_key={SECRET}\n");
    Presign::bare(["verify", &url, "--at", NOW, "--profile", "docs"])
        .file(".aws/credentials", file)
        .quiet();
}

#[test]
fn verify_rejects_another_request() {
    let url = published("query");
    let last = url.len() - 1;
    assert!(url.ends_with('4'));
    for (url, more, cause, part) in [
        (&url, vec!["--method=HEAD"], "signature", "signature"),
        (&url, vec!["--method=PUT"], "signature", "signature"),
        (
            &url.replace("test.txt", "tesT.txt"),
            vec![],
            "signature",
            "signature",
        ),
        (
            &url.replace("86400", "86401"),
            vec![],
            "signature",
            "signature",
        ),
        (
            &format!("{}5", &url[..last]),
            vec![],
            "signature",
            "signature",
        ),
        (&url[..last].to_owned(), vec![], "signature", "cut off"),
        (&url, vec!["--region=eu-west-1"], "region", "eu-west-1"),
        (&url, vec!["--service=sts"], "service", "sts"),
        (
            &url,
            vec!["--header=x-amz-acl: public-read"],
            "header-not-signed",
            "x-amz-acl",
        ),
        (
            &url,
            vec!["--header=Host: other.example.com"],
            "signature",
            "signature",
        ),
        (
            &"https://examplebucket.s3.amazonaws.com/test.txt".to_owned(),
            vec![],
            "not-signed",
            "not signed",
        ),
        (
            &"examplebucket/test.txt".to_owned(),
            vec![],
            "request",
            "https://",
        ),
    ] {
        let (seen, sentence) = rejected_verify(|| Presign::new(["verify", url]).args(&more));
        assert_eq!(seen, cause, "{url} {more:?}: {sentence}");
        assert!(sentence.contains(part), "{cause}: {sentence}");
    }
}

#[test]
fn verify_rejects_another_moment() {
    let url = published("query");
    let at = |at: &str| Presign::bare(["verify", &url, "--at", at]).credentials(ID, SECRET, None);
    at("2013-05-24T23:59:59Z").quiet();
    let (cause, sentence) = rejected_verify(|| at("2013-05-25T00:20:00Z"));
    assert_eq!(cause, "expired");
    assert!(sentence.contains("expired"), "{sentence}");
    let (cause, _) = rejected_verify(|| at("2013-05-23T00:00:00Z"));
    assert_eq!(cause, "not-yet-valid");
}

#[test]
fn verify_rejects_other_credentials() {
    let url = published("query");
    let by = |id: &str, secret: &str, token: Option<&str>| {
        Presign::bare(["verify", &url, "--at", NOW]).credentials(id, secret, token)
    };
    let (cause, _) = rejected_verify(|| by(ID, OTHER_SECRET, None));
    assert_eq!(cause, "signature");
    let (cause, sentence) = rejected_verify(|| by("AKIAI44QH8DHBEXAMPLE", OTHER_SECRET, None));
    assert_eq!(cause, "access-key");
    for id in [ID, "AKIAI44QH8DHBEXAMPLE"] {
        assert!(sentence.contains(id), "{sentence}");
    }
    let (cause, _) = rejected_verify(|| by(ID, SECRET, Some(TOKEN)));
    assert_eq!(cause, "session-token");
    // Without credentials nothing is checked.
    let args = ["verify", &url, "--at", NOW, "--output", "json"];
    assert!(Presign::bare(args).rejected().contains("no credentials"));
    Presign::new(["verify"]).misused();
    Presign::new(["verify", &url, "--bucket="]).misused();
}

#[test]
fn verify_asks_for_the_signed_headers() {
    let signed = "--header=Content-Type: text/plain";
    let made = Presign::new([
        "put",
        "s3://examplebucket/a b",
        signed,
        "--region=eu-west-1",
    ])
    .credentials(ID, SECRET, Some(TOKEN))
    .run();
    let url = made.stdout.trim_end();
    let verify = |more: &[&str]| {
        Presign::new(["verify", url, "--method=PUT"])
            .credentials(ID, SECRET, Some(TOKEN))
            .args(more)
    };
    verify(&[signed]).quiet();
    let (cause, sentence) = rejected_verify(|| verify(&[]));
    assert_eq!(cause, "signed-header-missing");
    assert!(sentence.contains("content-type") && sentence.contains("--header"));
    let (cause, _) = rejected_verify(|| verify(&["--header=Content-Type: text/html"]));
    assert_eq!(cause, "signature");
}

/// AWS's signing test suite has URLs whose signature covers a body.
#[test]
fn verify_checks_the_body() {
    let cases: Value = serde_json::from_str(&vectors("v4.json")).unwrap();
    let mut count = 0;
    for case in cases.as_array().unwrap() {
        if case["context"]["sign_body"] != true {
            continue;
        }
        count += 1;
        let request = text(case, "/query/signed_request");
        let (head, body) = request.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        let target = lines.next().unwrap().split(' ').nth(1).unwrap();
        let url = format!("https://example.amazonaws.com{target}");
        let headers = lines.map(|line| format!("--header={line}"));
        let headers: Vec<_> = headers.filter(|header| !header.contains("Host:")).collect();
        let run = |more: &[&str]| {
            let credentials = &case["context"]["credentials"];
            Presign::bare(["verify", &url, "--method=POST", "--at", "20150830T123600Z"])
                .args(&headers)
                .args(more)
                .credentials(
                    text(credentials, "/access_key_id"),
                    text(credentials, "/secret_access_key"),
                    None,
                )
        };
        run(&["--body=-"]).input(body).quiet();
        let presign = run(&[]).file("body", body);
        let path = presign.home.path().join("body").into_os_string();
        presign.args(["--body".into(), path]).quiet();
        for other in ["Param1=value2", ""] {
            let (cause, _) = rejected_verify(|| run(&["--body=-"]).input(other));
            assert_eq!(cause, "signature");
        }
        let (cause, _) = rejected_verify(|| run(&[]));
        assert_eq!(cause, "signature");
        let sentence = run(&["--body=no/such/file"]).rejected();
        assert!(sentence.contains("no/such/file"), "{sentence}");
    }
    assert_eq!(count, 2);
    // A presigned URL of S3 doesn't cover a body.
    let ran = Presign::new(["verify", &published("query"), "--body=-"])
        .input("any")
        .run();
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains("covers no body"), "{}", ran.stderr);
}

/// MD5 of `any`: 100b8cad7cf2a56f6df78f171f97a1ec.
#[test]
fn verify_checks_the_body_by_its_md5() {
    let md5 = "--header=Content-MD5: EAuMrXzypW9t948XH5eh7A==";
    for version in ["v4", "v2"] {
        let options = ["--signature-version", version];
        let put = Presign::new(["put", "s3://examplebucket/a.txt", md5]).args(options);
        let ran = put.run();
        let url = ran.stdout.trim();
        let verify = |more: &[&str]| {
            let run = Presign::new(["verify", url, "--method=PUT"]);
            run.args(["--bucket=examplebucket"]).args(more)
        };
        verify(&[md5, "--body=-"]).input("any").quiet();
        let (cause, sentence) = rejected_verify(|| verify(&[md5, "--body=-"]).input("other"));
        assert_eq!(cause, "payload-mismatch");
        assert!(sentence.contains("Content-MD5"), "{sentence}");
    }
    // Without the header, nothing covers the body.
    let url = published("query");
    let ran = Presign::new(["verify", &url, md5, "--body=-"])
        .input("other")
        .run();
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains("covers no body"), "{}", ran.stderr);
}

/// A URL of one host, whose server receives another in its header.
#[test]
fn verify_takes_the_host_of_the_header() {
    let host = "--header=Host: bucket.example.com";
    let ran = Presign::new(["url", "https://localhost:9000/k", host]).run();
    let url = ran.stdout.trim();
    Presign::new(["verify", url, host]).quiet();
    let (cause, _) = rejected_verify(|| Presign::new(["verify", url]));
    assert_eq!(cause, "signature");
}

/// The published calls of query APIs, another kind of SigV2 with a `SignatureVersion`.
#[test]
fn calls_of_query_apis_are_read_and_checked() {
    let cases: Value = serde_json::from_str(&vectors("sigv2-query.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let (id, secret) = (
            text(case, "/access_key_id"),
            text(case, "/secret_access_key"),
        );
        let url = format!(
            "https://{}{}?{}",
            text(case, "/host"),
            text(case, "/path"),
            text(case, "/expected/signed_query")
        );
        let said = param(&url, "Timestamp").unwrap();
        let at = format!("{}Z", said.trim_end_matches('Z'));
        let json = Presign::bare(["inspect", &url, "--at", &at]).json();
        for (name, expected) in [
            ("scheme", Value::from("sigv2-query-api")),
            ("access_key_id", id.into()),
            ("signed_at", at.as_str().into()),
            ("remaining_seconds", 900.into()),
            ("problems", Value::Array(vec![])),
        ] {
            assert_eq!(json[name], expected, "{name}");
        }
        let method = text(case, "/method");
        let run = |url: &str, method: &str, secret: &str, at: &str| {
            Presign::bare(["verify", url, "--method", method, "--at", at])
                .credentials(id, secret, None)
        };
        let valid = run(&url, method, secret, &at).quiet();
        assert!(
            valid.starts_with(&format!("valid for {method} until ")),
            "{valid}"
        );
        for (url, method, secret, at, cause) in [
            (url.as_str(), method, "another", at.as_str(), "signature"),
            (&url, "PUT", secret, &at, "signature"),
            (
                &url.replace("Version=2&", "Version=1&"),
                method,
                secret,
                &at,
                "scheme",
            ),
            (
                &url.replace("Action=", "Action=x"),
                method,
                secret,
                &at,
                "signature",
            ),
            (&url, method, secret, "2013-05-24T00:00:00Z", "time-skew"),
        ] {
            let (found, sentence) = rejected_verify(|| run(url, method, secret, at));
            assert_eq!(found, cause, "{sentence}");
        }
    }
}

#[test]
fn verify_accepts_sigv2_with_its_bucket() {
    let cases: Value = serde_json::from_str(&vectors("s3-sigv2.json")).unwrap();
    let mut count = 0;
    for case in cases.as_array().unwrap() {
        // The values of signed headers are not in the URL.
        if case["form"] != "query" || !case["headers"].as_array().unwrap().is_empty() {
            continue;
        }
        let Some(bucket) = case["virtual_host_bucket"].as_str() else {
            continue;
        };
        count += 1;
        let (id, secret) = (
            text(case, "/access_key_id"),
            text(case, "/secret_access_key"),
        );
        let method = text(case, "/method");
        let run_as = |method: &str, url: &str, more: &[&str], late: i64| {
            let end = case["expires"].as_i64().unwrap();
            let at = time::OffsetDateTime::from_unix_timestamp(end + late).unwrap();
            let at = at
                .format(&time::format_description::well_known::Rfc3339)
                .unwrap();
            Presign::bare(["verify", url, "--method", method, "--at", &at])
                .args(more)
                .credentials(id, secret, None)
        };
        let run = |url: &str, more: &[&str], late| run_as(method, url, more, late);
        let url = text(case, "/expected/signed_url");
        let bucket = format!("--bucket={bucket}");
        let valid = run(url, &[&bucket], -60).quiet();
        assert!(valid.starts_with(&format!("valid for {method} until ")));
        let ran = run(url, &[&bucket, "--region=eu-west-1"], -60).run();
        assert_eq!(ran.status, 0);
        assert!(ran.stderr.contains("not checked"), "{}", ran.stderr);

        let (cause, sentence) = rejected_verify(|| run(url, &[], -60));
        assert_eq!(cause, "signature");
        assert!(sentence.contains("--bucket"), "{sentence}");
        let (cause, _) = rejected_verify(|| run(url, &[&bucket], 3600));
        assert_eq!(cause, "expired");
        let (cause, _) = rejected_verify(|| run_as("PATCH", url, &[&bucket], -60));
        assert_eq!(cause, "signature");
        let other = url.replace("puppy", "poppy");
        let (cause, _) = rejected_verify(|| run(&other, &[&bucket], -60));
        assert_eq!(cause, "signature");
    }
    assert!(count >= 3, "{count}");
}
