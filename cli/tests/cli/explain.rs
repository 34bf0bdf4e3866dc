//! `explain`.

use super::examine::published;
use super::*;

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
    // The difference of the canonical requests has no colour, because this isn't a terminal.
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

    // The signature shows that GET was signed, whatever the option says.
    let json = explain().args(["--method", "HEAD"]).json();
    assert_eq!(json["verdict"], "method");
    // Nothing shows it without the credentials.
    let args = [
        "explain",
        &url,
        "--response",
        "-",
        "--method=HEAD",
        "--at",
        NOW,
    ];
    let json = Presign::bare(args).input(body.as_str()).json();
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
        (&["--sent-header=none"], "header-not-sent"),
        (&["--sent-header=Content-Type: text/html"], "header-changed"),
    ] {
        let json = explain(more);
        assert_eq!(json["verdict"], verdict, "{more:?}: {json}");
        assert_eq!(json["findings"][0]["confidence"], "certain", "{more:?}");
    }
    // S3 has another answer to a header that isn't signed.
    let json = explain(&[
        "--sent-header=Content-Type: text/plain",
        "--sent-header=x-amz-acl: private",
    ]);
    assert_eq!(json["verdict"], "header-not-signed", "{json}");
    assert_eq!(json["findings"][0]["confidence"], "likely");
    // Sent as it was signed, it is something else.
    let json = explain(&[
        "--sent-method=PUT",
        "--sent-header=Content-Type: text/plain",
    ]);
    assert_ne!(json["findings"][0]["confidence"], "certain", "{json}");
    Presign::new(["explain", &url, "--response=-", "--sent-url="]).misused();
    Presign::new(["explain", &url, "--response=-", "--sent-header=nothing"]).misused();
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
    assert!(by("AKIAI44QH8DHBEXAMPLE", OTHER_SECRET).contains("not be that of this access key"));
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
        .rejected();
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
    assert!(presign.rejected().contains("1 MiB"));
    let sentence = Presign::new(["explain", &url, "--response", "no-such-file"]).rejected();
    assert!(sentence.contains("no-such-file"), "{sentence}");
    let usage = Presign::new(["explain", &url]).misused();
    assert!(usage.contains("--response"), "{usage}");
}

/// The secret of another profile under this access key, and what only a file shows.
#[test]
fn explain_takes_profiles_bodies_and_fields() {
    let url = published("query");
    let body = mismatch(&published_canonical_request());
    let profiles = |secret: &str| {
        format!(
            "[docs]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = {secret}\n"
        )
    };
    let verdict = |secret: &str| {
        let presign = Presign::bare(["explain", &url, "--response=-", "--at", NOW]);
        let presign = presign
            .credentials(ID, OTHER_SECRET, None)
            .file(".aws/credentials", profiles(secret));
        presign.input(body.as_str()).json()
    };
    let json = verdict(SECRET);
    assert_eq!(json["verdict"], "other-keys-secret");
    assert!(
        text(&json, "/findings/0/signed").contains("the profile `docs`"),
        "{json}"
    );
    assert_eq!(verdict(OTHER_SECRET)["verdict"], "wrong-secret");

    let api = "https://id.execute-api.us-east-1.amazonaws.com/a";
    let args = ["url", api, "--method=POST", "--service=execute-api"];
    let url = Presign::new(args).url();
    let sent = |signed: &str, sent: &str| {
        let args = [
            "explain",
            &url,
            "--method=POST",
            "--response=-",
            "--body=one",
            "--sent-body=two",
        ];
        let presign = Presign::new(args).file("one", signed).file("two", sent);
        let home = presign.home.path().to_owned();
        let mut presign = presign;
        presign.command.current_dir(home);
        presign
            .input("<Error><Code>SignatureDoesNotMatch</Code></Error>")
            .json()["verdict"]
            .clone()
    };
    assert_eq!(sent("", "{}"), "payload-changed");
    assert_ne!(sent("", ""), "payload-changed");

    let form = "https://examplebucket.s3.amazonaws.com/";
    let args = [
        "explain",
        form,
        "--method=POST",
        "--response=-",
        "--field=file=",
        "--field=key=a",
    ];
    let json = Presign::new(args)
        .input("<Error><Code>InvalidArgument</Code></Error>")
        .json();
    assert_eq!(json["verdict"], "form-fields");
}
