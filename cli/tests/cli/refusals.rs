//! Refusals, wrong usage and help.

use super::*;

#[test]
fn what_is_rejected_ends_with_one_sentence_and_nothing_else() {
    let get = "s3://examplebucket/k";
    let url = "https://example.com/";
    let cases: &[(&[&str], &str)] = &[
        (&["head", "s3:///k"], "bucket name is empty"),
        (
            &[
                "delete",
                "s3://Example_Bucket/k",
                "--addressing-style=virtual",
            ],
            "Example_Bucket",
        ),
        (&["get", get, "--expires-in=0"], "at least one second"),
        (&["get", get, "--expires-in=604801"], "604800"),
        (&["get", get, "--expires-in=8d"], "seven days"),
        (&["url", url, "--expires-in=8d"], "seven days"),
        (&["get", get, "--region=eu/west"], "eu/west"),
        (&["get", get, "--region="], "region"),
        (&["url", url, "--region=eu west"], "eu west"),
        (&["url", url, "--service=a/b"], "a/b"),
        (&["url", url, "--service="], "service"),
        (&["get", get, "--query=X-Amz-Date=x"], "X-Amz-Date"),
        (&["get", get, "--query=x-amz-signature"], "X-Amz-Signature"),
        (
            &["url", "https://example.com/?X-Amz-Expires=1"],
            "X-Amz-Expires",
        ),
        (
            &["sign", "https://example.com/?x-amz-algorithm=1"],
            "X-Amz-Algorithm",
        ),
        (&["get", get, "--header=a b: c"], "a b"),
        (&["get", get, "--header=a: b\r\nc: d"], "line break"),
        (&["sign", url, "--header=a: b\nc: d"], "line break"),
        (
            &["get", get, "--header=Host: a", "--header=host: b"],
            "Host",
        ),
        (&["get", get, "--endpoint-url=localhost:9000"], "https://"),
        (&["get", get, "--endpoint-url=ftp://localhost"], "ftp"),
        (&["get", get, "--endpoint-url=https://u@localhost"], "user"),
        (
            &["get", get, "--endpoint-url=http://h", "--dualstack"],
            "dualstack",
        ),
        (&["get", get, "--accelerate", "--fips"], "exclude"),
        (&["url", "example.com/"], "absolute"),
        (&["url", "s3://examplebucket/k"], "s3"),
        (&["url", "https:///path"], "host"),
        (&["url", "https://user@example.com/"], "user"),
        (&["url", "https://example.com/%zz"], "%zz"),
        (&["url", "https://example.com/?a=%2"], "%2"),
        (&["url", "https://example.com/#a"], "fragment"),
        (&["url", url, "--method=get"], "GET"),
        (&["sign", url, "--method=A B"], "A B"),
        (&["sign", url, "--payload-hash=abc"], "abc"),
        (&["sign", url, "--payload-hash=STREAMING-X"], "STREAMING-X"),
        (&["sign", url, "--body=no/such/file"], "no/such/file"),
        (
            &["sign", url, "--header=x-amz-date: 20200101T000000Z"],
            "x-amz-date",
        ),
        (
            &[
                "sign",
                url,
                "--header=x-amz-date: 20130524T000000Z",
                "--header=X-Amz-Date: 20130524T000000Z",
            ],
            "duplicate header `x-amz-date`",
        ),
        (
            &[
                "url",
                url,
                "--header=x-amz-content-sha256: UNSIGNED-PAYLOAD",
                "--header=x-amz-content-sha256: UNSIGNED-PAYLOAD",
            ],
            "duplicate header `x-amz-content-sha256`",
        ),
        (
            &[
                "sign",
                url,
                "--payload-hash=STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "--header=x-amz-content-sha256: UNSIGNED-PAYLOAD",
            ],
            "duplicate header `x-amz-content-sha256`",
        ),
        (&["get", get, "--profile=nowhere"], "`nowhere`"),
    ];
    for (args, part) in cases {
        let sentence = Presign::new(*args).rejected();
        assert!(sentence.contains(part), "{args:?}: {sentence}");
        let json = Presign::new(*args).args(["--output", "json"]);
        assert_eq!(json.rejected(), sentence);
    }
}

#[test]
fn credentials_that_cannot_be_are_rejected_without_being_shown() {
    let get = || Presign::bare(["get", "s3://examplebucket/k"]);
    let padded = format!("{SECRET} ");
    for (run, part) in [
        (get().env("AWS_ACCESS_KEY_ID", ID), "AWS_SECRET_ACCESS_KEY"),
        (
            get().env("AWS_SECRET_ACCESS_KEY", SECRET),
            "AWS_ACCESS_KEY_ID",
        ),
        (get().credentials(ID, "", None), "AWS_SECRET_ACCESS_KEY"),
        (get().credentials(ID, &padded, None), "secret access key"),
        (
            get()
                .credentials(ID, SECRET, None)
                .env("AWS_SESSION_TOKEN", format!("{TOKEN}\n")),
            "token",
        ),
        (get().credentials(" AKID", SECRET, None), "access key ID"),
        (
            get()
                .credentials(ID, SECRET, None)
                .env("AWS_CREDENTIAL_EXPIRATION", "tomorrow"),
            "AWS_CREDENTIAL_EXPIRATION",
        ),
        (
            Presign::new(["get", "s3://examplebucket/k"])
                .env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T00:59:59Z"),
            "2013-05-24T00:59:59Z",
        ),
    ] {
        let sentence = run.rejected();
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    Presign::new(["get", "s3://examplebucket/k"])
        .env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T01:00:00+00:00")
        .url();
}

#[test]
fn missing_credentials_say_where_was_looked() {
    let sentence = Presign::bare(["get", "s3://examplebucket/k"]).rejected();
    for part in [
        "AWS_ACCESS_KEY_ID",
        "`default`",
        ".aws/credentials",
        ".aws/config",
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }
    let run = Presign::bare(["url", "https://example.com/"]).env("AWS_PROFILE", "mine");
    let sentence = run.rejected();
    assert!(sentence.contains("`mine`"), "{sentence}");
    // A profile that is there and has no keys.
    let sentence = Presign::new(["get", "s3://examplebucket/k", "--profile=mine"])
        .file(".aws/config", "[profile mine]\nregion = eu-west-1\n")
        .rejected();
    assert!(
        sentence.contains("`mine` has no aws_access_key_id"),
        "{sentence}"
    );
}

#[test]
fn a_message_stays_in_one_line() {
    let sentence = Presign::new(["get", "s3://a\nb\u{1b}[2J/k"]).rejected();
    assert!(sentence.contains(r"a\nb\u{1b}[2J"), "{sentence}");
    let usage = Presign::new(["get", "s3://a\nb\u{1b}[2J"]).misused();
    assert!(usage.contains(r"s3://a\nb\u{1b}[2J"), "{usage}");
    let profile = Presign::new(["get", "s3://examplebucket/k", "--profile=a\nb"]);
    assert!(profile.rejected().contains(r"`a\nb`"));
}

#[test]
fn without_a_home_only_the_environment_is_asked() {
    let run = |mut run: Presign| {
        run.command.env_remove("HOME").current_dir(run.home.path());
        run
    };
    run(Presign::new(["get", "s3://examplebucket/k"])).url();
}

#[cfg(not(feature = "aws-config"))]
#[test]
fn profiles_that_fetch_their_credentials_are_not_supported() {
    for (lines, part) in [
        (
            "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default",
            "role_arn",
        ),
        (
            "sso_session = s\nsso_account_id = 123456789012",
            "sso_session",
        ),
        ("sso_start_url = https://example.com/start", "sso_start_url"),
        (
            "web_identity_token_file = /token",
            "web_identity_token_file",
        ),
        ("login_session = s", "login_session"),
    ] {
        let sentence = Presign::bare(["get", "s3://examplebucket/k", "--profile=p"])
            .file(".aws/config", format!("[profile p]\n{lines}\n"))
            .rejected();
        assert!(sentence.contains(part), "{sentence}");
        // The environment that the remedy sets is not asked with --profile.
        let remedy = "aws configure export-credentials --profile p --format env";
        assert!(sentence.contains(remedy), "{sentence}");
        assert!(sentence.contains("without --profile"), "{sentence}");
        let sentence = Presign::bare(["get", "s3://examplebucket/k"])
            .env("AWS_PROFILE", "p")
            .file(".aws/config", format!("[profile p]\n{lines}\n"))
            .rejected();
        assert!(!sentence.contains("without --profile"), "{sentence}");
    }
}

/// A program that prints a text, as `credential_process`.
fn with_process(output: &str) -> Presign {
    let run = Presign::bare(["get", "s3://examplebucket/k", "--profile=p", "--at", NOW]);
    let script = run.home.path().join("a tool");
    let line = format!(
        "credential_process = /bin/sh \"{}\" 'a b'",
        script.display()
    );
    let script = format!("[ \"$1\" = 'a b' ] || exit 3\ncat <<'END'\n{output}\nEND\n");
    run.file(".aws/config", format!("[profile p]\n{line}\n"))
        .file("a tool", script)
}

#[test]
fn a_process_prints_credentials() {
    let output = format!(
        r#"{{"Version": 1, "AccessKeyId": "{ID}", "SecretAccessKey": "{SECRET}", "SessionToken": "{TOKEN}", "Expiration": "2013-05-24T00:30:00Z"}}"#
    );
    let url = with_process(&output).args(["--expires-in=30m"]).url();
    assert!(param(&url, "X-Amz-Credential").unwrap().starts_with(ID));
    assert_eq!(param(&url, "X-Amz-Security-Token").unwrap(), TOKEN);
    let late = with_process(&output).args(["--expires-in=31m"]).rejected();
    assert!(late.contains("2013-05-24T00:30:00Z"), "{late}");
}

#[test]
fn a_process_that_prints_no_credentials_is_rejected() {
    for (output, part) in [
        (String::new(), "not JSON"),
        (format!("secret: {SECRET}"), "not JSON"),
        (
            format!(r#"{{"Version": 2, "SecretAccessKey": "{SECRET}"}}"#),
            "Version",
        ),
        (
            format!(r#"{{"Version": 1, "SecretAccessKey": "{SECRET}"}}"#),
            "AccessKeyId",
        ),
        (
            format!(r#"{{"Version": 1, "AccessKeyId": "{ID}"}}"#),
            "SecretAccessKey",
        ),
        (
            format!(
                r#"{{"Version": 1, "AccessKeyId": "{ID}", "SecretAccessKey": "{SECRET}", "Expiration": "soon"}}"#
            ),
            "Expiration",
        ),
    ] {
        let sentence = with_process(&output).rejected();
        assert!(sentence.contains(part), "{sentence}");
        assert!(
            sentence.contains("credential_process of the profile `p`"),
            "{sentence}"
        );
    }
    for (line, part) in [
        ("/bin/false", "failed"),
        ("/nowhere/tool secret-argument", "can't be started"),
        ("'unclosed", "quotation marks"),
    ] {
        let sentence = Presign::bare(["get", "s3://examplebucket/k"])
            .file(
                ".aws/config",
                format!("[default]\ncredential_process = {line}\n"),
            )
            .rejected();
        assert!(
            sentence.contains(part) && !sentence.contains("secret-argument"),
            "{sentence}"
        );
    }
}

#[test]
fn files_that_cannot_be_read_are_rejected_without_being_shown() {
    let get = || Presign::bare(["get", "s3://examplebucket/k"]);
    for (text, part) in [
        (format!("[default]\n[{SECRET}\n"), "line 2"),
        (format!("[default]\n= {SECRET}\n"), "line 2"),
        (
            format!("[default]\naws_secret_access_key = {SECRET}\n"),
            "aws_access_key_id",
        ),
        (
            "[default]\naws_access_key_id = AKID\n".into(),
            "aws_secret_access_key",
        ),
        (
            format!("[default]\naws_access_key_id = A B\naws_secret_access_key = {SECRET}\n"),
            "access key ID",
        ),
    ] {
        let sentence = get().file(".aws/credentials", text).rejected();
        assert!(sentence.contains(part), "{sentence}");
    }
    let bytes = [b"[default]\n", SECRET.as_bytes(), b"\xff\n"].concat();
    let sentence = get().file(".aws/credentials", bytes).rejected();
    assert!(sentence.contains("UTF-8"), "{sentence}");
    // A folder in place of the file.
    let sentence = get().file(".aws/credentials/x", "").rejected();
    assert!(sentence.contains("can't be read"), "{sentence}");
    let sentence = Presign::new(["get", "s3://examplebucket/k"])
        .file(
            ".aws/config",
            "[default]\ns3 =\n  addressing_style = sideways\n",
        )
        .rejected();
    assert!(sentence.contains("addressing_style"), "{sentence}");
    let sentence = Presign::new(["get", "s3://examplebucket/k"])
        .env("AWS_USE_FIPS_ENDPOINT", "maybe")
        .rejected();
    assert!(sentence.contains("AWS_USE_FIPS_ENDPOINT"), "{sentence}");
}

#[test]
fn wrong_usage_has_a_status_of_its_own() {
    let cases: &[&[&str]] = &[
        &[],
        &["share"],
        &["get"],
        &["get", "examplebucket/k"],
        &["get", "https://example.com/k"],
        &["get", "s3://b/k", "s3://b/l"],
        &["get", "s3://b/k", "--expires-in", "soon"],
        &["get", "s3://b/k", "--expires-in", "1.5"],
        &["get", "s3://b/k", "--expires-in="],
        &["get", "s3://b/k", "--at", "yesterday"],
        &["get", "s3://b/k", "--expires-at", "tomorrow"],
        &[
            "get",
            "s3://b/k",
            "--expires-in=1",
            "--expires-at=20130525T000000Z",
        ],
        &["get", "s3://b/k", "--header", "no colon"],
        &["get", "s3://b/k", "--query", ""],
        &["get", "s3://b/k", "--query", "=v"],
        &["get", "s3://examplebucket"],
        &["put", "s3://examplebucket/"],
        &["get", "s3://b/k", "--addressing-style", "sideways"],
        &["get", "s3://b/k", "--output", "html"],
        &["get", "s3://b/k", "--signature-version", "v3"],
        &["get", "s3://b/k", "--secret-access-key", "x"],
        &["get", "s3://b/k", "--method", "GET"],
        &["batch"],
        &["batch", "examplebucket"],
        &["batch", "s3://b", "--jobs", "0"],
        &["batch", "s3://b", "--at", "yesterday"],
        &["url"],
        &["url", "https://example.com/", "--body", "x"],
        &["sign", "https://example.com/", "--expires-in", "1"],
        &[
            "sign",
            "https://example.com/",
            "--body",
            "-",
            "--payload-hash",
            "UNSIGNED-PAYLOAD",
        ],
    ];
    for args in cases {
        let message = Presign::bare(*args).misused();
        assert!(!message.is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let version = Presign::bare(["--version"]).quiet();
    assert_eq!(version, format!("presign {}\n", env!("CARGO_PKG_VERSION")));
    for args in [
        &["--help"][..],
        &["-h"],
        &["get", "-h"],
        &["put", "--help"],
        &["head", "-h"],
        &["delete", "-h"],
        &["batch", "-h"],
        &["url", "-h"],
        &["sign", "-h"],
    ] {
        let help = Presign::bare(args).quiet();
        assert!(
            help.contains("Usage: presign") && help.contains("Examples:"),
            "{help}"
        );
    }
}

#[test]
#[cfg(unix)]
fn arguments_that_are_not_utf_8_are_wrong_usage() {
    use std::os::unix::ffi::OsStrExt;
    let key = OsStr::from_bytes(b"s3://examplebucket/\xff");
    let usage = Presign::new([OsStr::new("get"), key]).misused();
    assert!(
        usage.contains("s3://examplebucket/\u{fffd} is not UTF-8"),
        "{usage}"
    );
    let run = Presign::new(["get", "s3://examplebucket/k"]);
    let rejected = run.env("AWS_REGION", OsStr::from_bytes(b"\xff")).rejected();
    assert!(rejected.contains("AWS_REGION"), "{rejected}");
}

/// A message names the argument and what to write, and doesn't propose something else.
#[test]
fn wrong_usage_is_not_misleading() {
    let usage = Presign::bare(["generate"]).misused();
    assert!(!usage.contains("delete"), "{usage}");
    for duration in ["-5", "1y"] {
        let usage = Presign::new(["get", "s3://b/k", "--expires-in", duration]).misused();
        assert!(usage.contains("whole seconds or with units"), "{usage}");
    }
    let usage = Presign::new(["get", "https://b.s3.amazonaws.com/k"]).misused();
    assert!(usage.contains("presign url"), "{usage}");
}

#[test]
fn a_query_in_an_address_is_noted() {
    let ran = Presign::new(["get", "s3://examplebucket/?list-type=2"]).run();
    assert!(ran.stdout.contains("/%3Flist-type%3D2?"), "{}", ran.stdout);
    assert!(ran.stderr.contains("presign url"), "{}", ran.stderr);
}

#[test]
fn credentials_that_expire_sooner_are_rejected_or_clamp_the_expiry() {
    let get = || {
        Presign::new(["get", "s3://examplebucket/k", "--expires-in=2h"])
            .env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T01:00:00Z")
    };
    let sentence = get().rejected();
    assert!(sentence.contains("--clamp-expiry"), "{sentence}");
    assert!(sentence.contains("2013-05-24T01:00:00Z"), "{sentence}");
    let url = get().args(["--clamp-expiry"]).url();
    assert_eq!(param(&url, "X-Amz-Expires").unwrap(), "3600");
    // A shorter expiry stays.
    let short = Presign::new([
        "get",
        "s3://examplebucket/k",
        "--expires-in=1m",
        "--clamp-expiry",
    ])
    .env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T01:00:00Z");
    assert_eq!(param(&short.url(), "X-Amz-Expires").unwrap(), "60");
    let expired = get()
        .args(["--clamp-expiry"])
        .env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T00:00:00Z");
    assert!(expired.rejected().contains("use new credentials"));
}
