//! Command lines of curl. A shell reads them and shows their arguments.

use super::*;

/// The arguments that a shell passes to curl.
fn arguments(line: &str) -> Vec<String> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{line}");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(Into::into).collect()
}

#[test]
fn a_url_is_sent_with_its_method_headers_and_body() {
    let key = "s3://examplebucket/it's $HOME `x`";
    let url = Presign::new(["get", key]).url();
    let get = Presign::new(["get", key, "--output=curl"]).quiet();
    assert_eq!(arguments(&get), [url]);

    let url = Presign::new(["head", key]).url();
    let head = Presign::new(["head", key, "--output=curl"]).quiet();
    assert_eq!(arguments(&head), ["--head", &url]);

    let put = || {
        Presign::new(["put", "s3://examplebucket/k"]).args([
            "--header=x-amz-meta-a: it's $HOME",
            "--header=x-amz-meta-b:",
        ])
    };
    let url = text(&put().json(), "/url").to_owned();
    let line = put().args(["--output=curl"]).quiet();
    assert_eq!(
        arguments(&line),
        [
            "--request",
            "PUT",
            "--header",
            "x-amz-meta-a: it's $HOME",
            "--header",
            "x-amz-meta-b;",
            "--header",
            "Content-Type:",
            "--data-binary",
            "@-",
            &url
        ]
    );
    // A type that is signed is not removed.
    let typed = put().args(["--header=Content-Type: text/plain", "--output=curl"]);
    let line = typed.quiet();
    assert!(!arguments(&line).contains(&"Content-Type:".into()));
    assert!(arguments(&line).contains(&"Content-Type: text/plain".into()));
}

#[test]
fn curl_changes_nothing_in_a_url() {
    // It would remove the segments.
    let dots = Presign::new(["get", "s3://examplebucket/a/../b", "--output=curl"]).quiet();
    assert_eq!(arguments(&dots)[0], "--path-as-is");
    // It would read a set or a range.
    let url = "https://example.com/a[1]";
    let brackets = Presign::new(["sign", url, "--output=curl"]).quiet();
    let arguments = arguments(&brackets);
    let [.., option, last] = &*arguments else {
        panic!("{brackets}")
    };
    assert_eq!((&**option, &**last), ("--globoff", url));
}

#[test]
fn under_v2_a_command_line_adds_no_type() {
    let v2 = ["--signature-version=v2", "--output=curl"];
    let put = Presign::new(["put", "s3://examplebucket/k"]).args(v2);
    assert!(arguments(&put.quiet()).contains(&"Content-Type:".into()));
    // Calls to a query API have all parameters in the URL.
    let call = Presign::new([
        "url",
        "https://ec2.amazonaws.com/?Action=A",
        "--service=ec2",
    ]);
    let arguments = arguments(&call.args(v2).args(["--method=POST"]).quiet());
    assert_eq!(arguments[..2], ["--request", "POST"]);
    assert!(arguments[2].starts_with("https://ec2.amazonaws.com/?"));
    assert_eq!(arguments.len(), 3);
}

#[test]
fn a_signed_request_has_its_headers_and_its_body() {
    let sign = || {
        Presign::new(["sign", "https://example.com/a?b=c", "--method=PUT"])
            .file("body's", "hello")
            .args(["--header=Host: other.example.com"])
    };
    let run = sign();
    let path = run.home.path().join("body's").display().to_string();
    let run = run.args(["--body", &path]);
    let line = run.args(["--output=curl"]).quiet();
    let arguments = arguments(&line);
    assert!(arguments.contains(&"Host: other.example.com".into()));
    assert!(
        arguments
            .iter()
            .any(|argument| argument.starts_with("Authorization: AWS4-"))
    );
    assert!(arguments.contains(&format!("@{path}")));
    assert_eq!(arguments.last().unwrap(), "https://example.com/a?b=c");
    // Without a body there is none to send.
    let line = sign().args(["--output=curl"]).quiet();
    assert!(!line.contains("--data-binary"));
    for (method, has_body) in [("PUT", true), ("GET", false)] {
        let line = Presign::new(["sign", "https://example.com/", "--output=curl"])
            .args(["--payload-hash=UNSIGNED-PAYLOAD", "--method", method])
            .quiet();
        assert_eq!(line.contains("--data-binary @-"), has_body, "{line}");
    }
    let head = Presign::new(["sign", "https://example.com/", "--output=curl"]);
    let sentence = head.args(["--method=HEAD", "--body=-"]).rejected();
    assert_eq!(sentence, "curl can't send a body with HEAD");
}

#[test]
fn a_form_has_its_fields_and_then_the_file() {
    let post = || {
        Presign::new(["post", "s3://examplebucket/a/${filename}"])
            .args(["--field=x-amz-meta-a=@it's;type=x"])
    };
    let json = post().json();
    let line = post().args(["--output=curl"]).quiet();
    let arguments = arguments(&line);
    let fields = arguments
        .chunks(2)
        .filter(|pair| pair[0] == "--form-string");
    let fields: Vec<_> = fields.map(|pair| pair[1].clone()).collect();
    let expected = json["fields"].as_object().unwrap().iter();
    let expected: Vec<_> = expected
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
        .collect();
    assert_eq!(fields, expected);
    let end = &arguments[arguments.len() - 3..];
    assert_eq!(end, ["--form", "file=@-", text(&json, "/url")]);
}

#[test]
fn the_body_of_a_shared_key_has_the_signed_length() {
    let sign = |args: &[&str]| {
        Presign::bare(["sign", "https://myaccount.blob.core.windows.net/c/b"])
            .args(["--method=PUT", "--signature-version=shared-key"])
            .args(["--output=curl", "--header=x-ms-blob-type: BlockBlob"])
            .args(args)
            .env("AZURE_STORAGE_ACCOUNT", "myaccount")
            .env("AZURE_STORAGE_KEY", "a2V5")
    };
    let length = "--header=Content-Length: 5";
    for (args, body) in [
        (&[length][..], Some("@-")),
        (&[length, "--body=b"], Some("@b")),
        (&["--header=Content-Length: 0"], None),
        (&[], None),
    ] {
        let arguments = arguments(&sign(args).quiet());
        let mut pairs = arguments.chunks(2);
        let sent = pairs.find(|pair| pair[0] == "--data-binary");
        assert_eq!(sent.map(|pair| &*pair[1]), body, "{args:?}");
    }
    for args in [
        &["--body=b"][..],
        &["--body=b", "--header=Content-Length: 0"],
    ] {
        let sentence = sign(args).rejected();
        assert!(sentence.contains("Content-Length"), "{sentence}");
    }
}
