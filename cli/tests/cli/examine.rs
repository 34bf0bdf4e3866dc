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

/// A check of a URL at `NOW` that is refused: its cause, and the sentence, which both formats have.
fn refused_verify(presign: impl Fn() -> Presign) -> (String, String) {
    let sentence = presign().refused();
    let ran = presign().args(["--output", "json"]).run();
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stderr, format!("presign: {sentence}\n"));
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["verdict"], "invalid");
    assert!(sentence.ends_with(text(&json, "/message")), "{json}");
    (text(&json, "/cause").into(), sentence)
}

#[test]
fn verify_takes_the_url_of_the_documents() {
    let url = published("query");
    let text = Presign::new(["verify", &url]).quiet();
    assert_eq!(
        text,
        format!("valid for GET until 2013-05-25T00:00:00Z, signed by {ID}\n")
    );
    let json = Presign::new(["verify", &url, "--region=us-east-1", "--service=s3"]).json();
    for (name, expected) in [
        ("verdict", "valid"),
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
fn verify_refuses_another_request() {
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
            "no signature",
        ),
        (
            &"examplebucket/test.txt".to_owned(),
            vec![],
            "request",
            "https://",
        ),
    ] {
        let (seen, sentence) = refused_verify(|| Presign::new(["verify", url]).args(&more));
        assert_eq!(seen, cause, "{url} {more:?}: {sentence}");
        assert!(sentence.contains(part), "{cause}: {sentence}");
    }
}

#[test]
fn verify_refuses_another_moment() {
    let url = published("query");
    let at = |at: &str| Presign::bare(["verify", &url, "--at", at]).credentials(ID, SECRET, None);
    at("2013-05-24T23:59:59Z").quiet();
    let (cause, sentence) = refused_verify(|| at("2013-05-25T00:20:00Z"));
    assert_eq!(cause, "expired");
    assert!(sentence.contains("expired"), "{sentence}");
    let (cause, _) = refused_verify(|| at("2013-05-23T00:00:00Z"));
    assert_eq!(cause, "not-yet-valid");
}

#[test]
fn verify_refuses_other_credentials() {
    let url = published("query");
    let by = |id: &str, secret: &str, token: Option<&str>| {
        Presign::bare(["verify", &url, "--at", NOW]).credentials(id, secret, token)
    };
    let (cause, _) = refused_verify(|| by(ID, OTHER_SECRET, None));
    assert_eq!(cause, "signature");
    let (cause, sentence) = refused_verify(|| by("AKIAI44QH8DHBEXAMPLE", OTHER_SECRET, None));
    assert_eq!(cause, "access-key");
    for id in [ID, "AKIAI44QH8DHBEXAMPLE"] {
        assert!(sentence.contains(id), "{sentence}");
    }
    let (cause, _) = refused_verify(|| by(ID, SECRET, Some(TOKEN)));
    assert_eq!(cause, "session-token");
    // Without any there is no verdict.
    let args = ["verify", &url, "--at", NOW, "--output", "json"];
    assert!(Presign::bare(args).refused().contains("no credentials"));
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
    let (cause, sentence) = refused_verify(|| verify(&[]));
    assert_eq!(cause, "signed-header-missing");
    assert!(sentence.contains("content-type") && sentence.contains("--header"));
    let (cause, _) = refused_verify(|| verify(&["--header=Content-Type: text/html"]));
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
            let (cause, _) = refused_verify(|| run(&["--body=-"]).input(other));
            assert_eq!(cause, "signature");
        }
        let (cause, _) = refused_verify(|| run(&[]));
        assert_eq!(cause, "signature");
        let sentence = run(&["--body=no/such/file"]).refused();
        assert!(sentence.contains("no/such/file"), "{sentence}");
    }
    assert_eq!(count, 2);
    // A link to S3 covers none.
    let ran = Presign::new(["verify", &published("query"), "--body=-"])
        .input("any")
        .run();
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains("covers no body"), "{}", ran.stderr);
}

/// The published calls of query APIs: another kind of SigV2, told by its `SignatureVersion`.
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
            ("algorithm", "HmacSHA256".into()),
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
            let (found, sentence) = refused_verify(|| run(url, method, secret, at));
            assert_eq!(found, cause, "{sentence}");
        }
    }
}

#[test]
fn verify_takes_sigv2_with_its_bucket() {
    let cases: Value = serde_json::from_str(&vectors("s3-sigv2.json")).unwrap();
    let mut count = 0;
    for case in cases.as_array().unwrap() {
        // What is signed of headers is not in the URL.
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

        let (cause, sentence) = refused_verify(|| run(url, &[], -60));
        assert_eq!(cause, "signature");
        assert!(sentence.contains("--bucket"), "{sentence}");
        let (cause, _) = refused_verify(|| run(url, &[&bucket], 3600));
        assert_eq!(cause, "expired");
        let (cause, _) = refused_verify(|| run_as("PATCH", url, &[&bucket], -60));
        assert_eq!(cause, "signature");
        let other = url.replace("puppy", "poppy");
        let (cause, _) = refused_verify(|| run(&other, &[&bucket], -60));
        assert_eq!(cause, "signature");
    }
    assert!(count >= 3, "{count}");
}

// explain.

/// S3's answer to a request whose signature does not match: it tells what it saw.
fn mismatch(canonical_request: &str) -> String {
    let escaped = canonical_request.replace('&', "&amp;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code>\
         <Message>The request signature we calculated does not match the signature you provided. \
         Check your key and signing method.</Message><AWSAccessKeyId>{ID}</AWSAccessKeyId>\
         <CanonicalRequest>{escaped}</CanonicalRequest><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    )
}

/// The canonical request of the published URL, by the documents.
fn published_canonical_request() -> String {
    let cases: Value = serde_json::from_str(&vectors("s3-sigv4.json")).unwrap();
    let cases = cases.as_array().unwrap();
    let case = cases.iter().find(|case| case["form"] == "query").unwrap();
    text(case, "/expected/canonical_request").into()
}

#[test]
fn explain_tells_another_method() {
    let url = published("query");
    let body = mismatch(&published_canonical_request().replace("GET\n", "HEAD\n"));
    let explain = || Presign::new(["explain", &url, "--response", "-"]).input(body.as_str());
    let text = explain().quiet();
    assert!(text.starts_with("method (certain): "), "{text}");
    // The two canonical requests, with the difference marked and no colour: this is no terminal.
    for line in ["\n- GET\n", "\n+ HEAD\n", "\n  /test.txt\n"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains('\u{1b}'), "{text}");

    let json = explain().json();
    assert_eq!(json["verdict"], "method");
    assert_eq!(json["code"], "SignatureDoesNotMatch");
    let finding = &json["findings"][0];
    for (name, expected) in [
        ("cause", "method"),
        ("confidence", "certain"),
        ("signed", "GET"),
        ("seen", "HEAD"),
    ] {
        assert_eq!(finding[name], expected, "{name}");
    }
    assert!(finding["message"].as_str().unwrap().len() > 20);
    let method = &json["difference"][0];
    assert_eq!(method["part"], "method");
    assert_eq!(
        (&method["signed"], &method["seen"]),
        (&"GET".into(), &"HEAD".into())
    );

    // That HEAD was signed is to be said, and then this is no longer why.
    let json = explain().args(["--method", "HEAD"]).json();
    assert_ne!(json["verdict"], "method");
}

#[test]
fn explain_tells_a_path_that_was_encoded_twice() {
    let made = Presign::new(["get", "s3://examplebucket/a b.txt"])
        .credentials(ID, SECRET, Some(TOKEN))
        .json();
    let url = text(&made, "/url");
    let seen = text(&made, "/canonical_request").replace("/a%20b.txt", "/a%2520b.txt");
    let run = |format: &str| {
        Presign::new(["explain", url, "--response=answer.xml", "--output", format]).credentials(
            ID,
            SECRET,
            Some(TOKEN),
        )
    };
    for format in ["text", "json"] {
        let presign = run(format).file("answer.xml", mismatch(&seen));
        let path = presign.home.path().join("answer.xml");
        let mut presign = presign;
        presign.command.current_dir(path.parent().unwrap());
        let printed = presign.quiet();
        assert!(printed.contains("path-encoded-twice"), "{printed}");
        assert!(printed.contains("/a%2520b.txt"), "{printed}");
        let signature = text(&made, "/signature");
        assert!(!printed.contains(signature), "the whole signature");
        let token = param(url, "X-Amz-Security-Token").unwrap();
        assert_eq!(token, TOKEN);
        for token in [
            TOKEN.to_owned(),
            TOKEN.replace('/', "%2F").replace('=', "%3D"),
        ] {
            assert!(!printed.contains(&token), "the whole token");
        }
        if format == "json" {
            let json: Value = serde_json::from_str(&printed).unwrap();
            assert_eq!(json["verdict"], "path-encoded-twice");
        }
    }
}

/// A server that says no more than a code, and how the request was sent.
#[test]
fn explain_takes_what_was_sent() {
    let signed = "--header=Content-Type: text/plain";
    let put = ["put", "s3://examplebucket/a b.txt", signed];
    let url = Presign::new(put).run().stdout.trim_end().to_owned();
    let explain = |more: &[&str]| {
        let presign = Presign::new(["explain", &url, "--method=PUT", signed, "--response=-"]);
        let presign = presign.args(more);
        presign
            .input("<Error><Code>SignatureDoesNotMatch</Code></Error>")
            .json()
    };
    let sent_url = format!("--sent-url={}", url.replace("a%20b", "a%2520b"));
    for (more, verdict) in [
        (&["--sent-method=POST"][..], "method"),
        (&[&*sent_url], "path-encoded-twice"),
        (&["--sent-header=Accept: */*"], "header-not-sent"),
        (&["--sent-header=Content-Type: text/html"], "header-changed"),
        (
            &[
                "--sent-header=Content-Type: text/plain",
                "--sent-header=x-amz-acl: private",
            ],
            "header-not-signed",
        ),
    ] {
        let json = explain(more);
        assert_eq!(json["verdict"], verdict, "{more:?}: {json}");
        assert_eq!(json["findings"][0]["confidence"], "certain", "{more:?}");
    }
    // Sent as it was signed, it is something else.
    let json = explain(&[
        "--sent-method=PUT",
        "--sent-header=Content-Type: text/plain",
    ]);
    assert_ne!(json["findings"][0]["confidence"], "certain", "{json}");
    Presign::new(["explain", &url, "--response=-", "--sent-url="]).misused();
    Presign::new(["explain", &url, "--response=-", "--sent-header=none"]).misused();
}

#[test]
fn explain_tells_an_end_and_a_secret() {
    let url = published("query");
    let body = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message>\
                <X-Amz-Expires>86400</X-Amz-Expires><Expires>2013-05-25T00:00:00Z</Expires>\
                <ServerTime>2013-05-26T00:00:00Z</ServerTime></Error>";
    let json = Presign::bare(["explain", &url, "--response=-", "--at", "20130526T000000Z"])
        .credentials(ID, SECRET, None)
        .input(body)
        .json();
    assert_eq!(json["verdict"], "expired");

    // Both sides have the same canonical request.
    let body = mismatch(&published_canonical_request());
    let by = |id: &str, secret: &str| {
        let presign = Presign::bare(["explain", &url, "--response=-", "--at", NOW]);
        let json = presign
            .credentials(id, secret, None)
            .input(body.as_str())
            .json();
        text(&json, "/findings/0/message").to_owned()
    };
    assert!(by(ID, SECRET).contains("right for the credentials given"));
    assert!(by(ID, OTHER_SECRET).contains("not the one that these credentials give"));
    // Another key's own secret is none of this URL's business, and its secret under this key is.
    assert!(by("AKIAI44QH8DHBEXAMPLE", OTHER_SECRET).contains("the keys differ"));
    assert!(by("AKIAI44QH8DHBEXAMPLE", SECRET).contains("mixed"));
}

#[test]
fn explain_needs_no_credentials() {
    let url = published("query");
    let body = mismatch(&published_canonical_request().replace("GET\n", "HEAD\n"));
    let args = ["explain", &url, "--response", "-", "--at", NOW];
    let ran = Presign::bare(args).input(body.as_str()).run();
    assert_eq!(ran.status, 0);
    assert!(
        ran.stdout.starts_with("method (certain): "),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.contains("not checked"), "{}", ran.stderr);
    // A profile that was asked for is needed.
    let sentence = Presign::bare(args)
        .args(["--profile", "docs"])
        .input(body.as_str())
        .refused();
    assert!(sentence.contains("docs"), "{sentence}");
}

#[test]
fn explain_reads_any_answer() {
    let url = published("query");
    for body in [
        &b""[..],
        b"SignatureDoesNotMatch",
        b"{\"message\":\"Forbidden\"}",
        b"<Error><Code>",
        b"\xff\xfe\x00<",
    ] {
        let json = Presign::new(["explain", &url, "--response", "-"])
            .input(body)
            .json();
        assert!(json["verdict"].is_string(), "{json}");
        assert!(json["findings"].is_array(), "{json}");
    }
    let long = vec![b' '; 1024 * 1024 + 1];
    let presign = Presign::new(["explain", &url, "--response", "-"]).input(long);
    assert!(presign.refused().contains("1 MiB"));
    let sentence = Presign::new(["explain", &url, "--response", "no-such-file"]).refused();
    assert!(sentence.contains("no-such-file"), "{sentence}");
    let usage = Presign::new(["explain", &url]).misused();
    assert!(usage.contains("--response"), "{usage}");
}
