//! Addresses, options and bodies.

use super::*;

#[test]
fn a_key_is_used_as_it_is() {
    for (key, path) in [
        ("a b", "a%20b"),
        ("a%20b", "a%2520b"),
        ("a+b", "a%2Bb"),
        ("/a", "/a"),
        ("a//b/", "a//b/"),
        ("a?b#c&d=e", "a%3Fb%23c%26d%3De"),
        ("ü/%C3", "%C3%BC/%25C3"),
        ("-", "-"),
    ] {
        let url = Presign::new(["get".into(), format!("s3://examplebucket/{key}")]).url();
        let expected = format!("https://examplebucket.s3.us-east-1.amazonaws.com/{path}");
        assert_eq!(address(&url), expected);
    }
}

#[test]
fn a_key_that_clients_rewrite_is_signed_with_a_warning() {
    let ran = Presign::new(["get", "s3://examplebucket/a/../b"]).run();
    assert_eq!(ran.status, 0);
    assert!(ran.stdout.contains(".amazonaws.com/a/../b?"));
    assert!(ran.stderr.contains("--path-as-is"), "{}", ran.stderr);
}

#[test]
fn the_commands_sign_their_methods() {
    for (command, method) in [
        ("get", "GET"),
        ("put", "PUT"),
        ("head", "HEAD"),
        ("delete", "DELETE"),
    ] {
        let json = Presign::new([command, "s3://examplebucket/k"]).json();
        assert_eq!(json["method"], method);
        assert!(text(&json, "/canonical_request").starts_with(&format!("{method}\n")));
    }
    let json = Presign::new(["url", "https://example.com/"]).json();
    assert_eq!(json["method"], "GET");
    let json = Presign::new(["url", "https://example.com/", "--method", "PATCH"]).json();
    assert_eq!(json["method"], "PATCH");
    let json = Presign::new(["sign", "https://example.com/", "--method", "PATCH"]).json();
    assert_eq!(json["method"], "PATCH");
}

#[test]
fn durations_have_units_and_default_to_an_hour() {
    let seconds = |args: &[&str]| {
        let run = Presign::new(["get", "s3://examplebucket/k"]).args(args);
        param(&run.url(), "X-Amz-Expires").unwrap()
    };
    assert_eq!(seconds(&[]), "3600");
    for (given, expected) in [
        ("1", "1"),
        ("90s", "90"),
        ("15m", "900"),
        ("12h", "43200"),
        ("7d", "604800"),
        ("1h30m", "5400"),
    ] {
        assert_eq!(seconds(&["--expires-in", given]), expected);
    }
}

#[test]
fn an_expiry_can_be_a_moment() {
    for given in ["20130524T003000Z", "2013-05-24T02:30:00+02:00"] {
        for command in ["get", "put"] {
            let run = || Presign::new([command, "s3://examplebucket/k", "--expires-at", given]);
            assert_eq!(param(&run().url(), "X-Amz-Expires").unwrap(), "1800");
            assert_eq!(run().json()["expires_at"], "2013-05-24T00:30:00Z");
        }
        let url = Presign::new(["url", "https://example.com/", "--expires-at", given]).url();
        assert_eq!(param(&url, "X-Amz-Expires").unwrap(), "1800");
    }
    for past in [NOW, "2013-05-23T00:00:00Z"] {
        let run = Presign::new(["get", "s3://examplebucket/k", "--expires-at", past]);
        let sentence = run.rejected();
        assert!(
            sentence.contains("not after the signing time"),
            "{sentence}"
        );
    }
}

#[test]
fn the_signing_time_is_given_or_now() {
    for given in [NOW, "2013-05-24T00:00:00Z", "2013-05-24T02:00:00.5+02:00"] {
        let json = Presign::bare(["get", "s3://examplebucket/k", "--at", given])
            .credentials(ID, SECRET, None)
            .json();
        let url = text(&json, "/url");
        assert_eq!(param(url, "X-Amz-Date").as_deref(), Some(NOW));
        assert_eq!(json["expires_at"], "2013-05-24T01:00:00Z");
    }
    let now = || presign::Timestamp::from(std::time::SystemTime::now());
    let before = now();
    let url = Presign::bare(["get", "s3://examplebucket/k"])
        .credentials(ID, SECRET, None)
        .url();
    let date = param(&url, "X-Amz-Date").unwrap();
    let date = date.parse::<presign::Timestamp>().unwrap();
    assert!(before <= date && date <= now());
}

#[test]
fn parameters_are_encoded_and_headers_are_signed_and_said() {
    let ran = Presign::new(["put", "s3://examplebucket/k"])
        .args([
            "--query",
            "versionId=a=b/c",
            "--query",
            "acl",
            "--query",
            "empty=",
        ])
        .args(["--header", "Content-Type:  text/plain "])
        .args(["--header", "x-amz-meta-a:b:c"])
        .run();
    assert_eq!(ran.status, 0);
    assert!(ran.stdout.contains("&acl&") || ran.stdout.contains("&acl=&"));
    let url = ran.stdout.trim_end();
    assert_eq!(param(url, "versionId").as_deref(), Some("a=b/c"));
    assert_eq!(param(url, "acl").as_deref(), Some(""));
    assert_eq!(param(url, "empty").as_deref(), Some(""));
    assert_eq!(
        param(url, "X-Amz-SignedHeaders").as_deref(),
        Some("content-type;host;x-amz-meta-a")
    );
    assert_eq!(
        ran.stderr,
        "presign: send with it: Content-Type: text/plain\n\
         presign: send with it: x-amz-meta-a: b:c\n"
    );
}

#[test]
fn a_customer_key_is_not_repeated() {
    let key = "MzIgYnl0ZXMgdGhhdCBub2JvZHkgc2hvdWxkIHNlZQ==";
    let name = "x-amz-server-side-encryption-customer-key";
    let ran = Presign::new(["put", "s3://examplebucket/k"])
        .args(["--header".into(), format!("{name}: {key}")])
        .run();
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.contains(name) && !ran.stderr.contains(key));
}

#[test]
fn addressing_styles_and_endpoints() {
    for (args, expected) in [
        (
            &["--region=eu-central-1"][..],
            "https://b-1.s3.eu-central-1.amazonaws.com/k",
        ),
        (
            &["--addressing-style=path"],
            "https://s3.us-east-1.amazonaws.com/b-1/k",
        ),
        (
            &["--addressing-style=auto", "--region=cn-north-1"],
            "https://b-1.s3.cn-north-1.amazonaws.com.cn/k",
        ),
        (
            &["--dualstack"],
            "https://b-1.s3.dualstack.us-east-1.amazonaws.com/k",
        ),
        (&["--fips"], "https://b-1.s3-fips.us-east-1.amazonaws.com/k"),
        (
            &["--accelerate"],
            "https://b-1.s3-accelerate.amazonaws.com/k",
        ),
        (
            &["--endpoint-url=http://localhost:9000"],
            "http://localhost:9000/b-1/k",
        ),
        (
            &[
                "--endpoint-url=http://localhost:9000/base",
                "--addressing-style=auto",
            ],
            "http://localhost:9000/base/b-1/k",
        ),
        (
            &[
                "--endpoint-url=https://example.com",
                "--addressing-style=virtual",
            ],
            "https://b-1.example.com/k",
        ),
        (
            &[
                "--endpoint-url=https://files.example.com",
                "--addressing-style=domain",
            ],
            "https://files.example.com/k",
        ),
    ] {
        let url = Presign::new(["get", "s3://b-1/k"]).args(args).url();
        assert_eq!(address(&url), expected);
    }
}

#[test]
fn a_service_is_signed_by_its_own_rules() {
    let json = Presign::new([
        "url",
        "https://abc.execute-api.eu-west-1.amazonaws.com/a%20b/../c",
    ])
    .args(["--service", "execute-api", "--region", "eu-west-1"])
    .json();
    let canonical = text(&json, "/canonical_request");
    assert!(canonical.starts_with("GET\n/c\n"), "{canonical}");
    assert!(
        text(&json, "/string_to_sign").contains("\n20130524/eu-west-1/execute-api/aws4_request\n")
    );
    let signed = Presign::new(["sign", "https://example.com/", "--service=sts"]).quiet();
    let names: Vec<_> = header_lines(&signed)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["x-amz-date", "Authorization"]);
}

#[test]
fn a_body_is_hashed_from_a_file_or_standard_input() {
    // Longer than one piece of the file.
    let body = "Welcome to Amazon S3.".repeat(10_000);
    let expected = {
        use sha2::{Digest, Sha256};
        let hash = Sha256::digest(&body);
        hash.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let sign = || Presign::new(["sign", "https://example.com/", "--method=PUT"]);
    let of_input = sign().args(["--body", "-"]).input(body.as_str()).quiet();
    let run = sign().file("body.txt", &body);
    let path = run.home.path().join("body.txt").into_os_string();
    assert_eq!(run.args(["--body".into(), path]).quiet(), of_input);
    let given = sign().args(["--payload-hash", &expected]);
    assert_eq!(given.quiet(), of_input);
    assert!(of_input.contains(&format!("x-amz-content-sha256: {expected}\n")));
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for run in [
        Presign::new(["sign", "https://example.com/"]),
        Presign::new(["sign", "https://example.com/", "--body", "-"]),
    ] {
        assert!(
            run.quiet()
                .contains(&format!("x-amz-content-sha256: {empty}\n"))
        );
    }
}

#[test]
fn a_payload_without_a_hash_is_told_to_the_server() {
    for service in ["s3", "execute-api"] {
        for value in [
            "UNSIGNED-PAYLOAD",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        ] {
            let run = || {
                Presign::new(["sign", "https://example.com/", "--method=PUT"]).args([
                    "--service",
                    service,
                    "--payload-hash",
                    value,
                ])
            };
            let printed = run().quiet();
            let lines = header_lines(&printed);
            let told: Vec<_> = lines
                .iter()
                .filter(|(name, _)| *name == "x-amz-content-sha256")
                .collect();
            assert_eq!(told, [&("x-amz-content-sha256", value)]);
            let json = run().json();
            assert!(text(&json, "/canonical_request").ends_with(&format!("\n{value}")));
            assert_eq!(json["headers"]["x-amz-content-sha256"], value);
        }
    }
}

/// Region and service of a URL are those of the AWS host; other ones are noted.
#[test]
fn a_host_of_aws_names_region_and_service() {
    let scope = |args: &[&str]| {
        let ran = Presign::new(["url"])
            .env("AWS_REGION", "eu-north-1")
            .args(args)
            .run();
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let credential = param(ran.stdout.trim_end(), "X-Amz-Credential").unwrap();
        let scope = credential.split_once('/').unwrap().1.to_owned();
        (scope, ran.stderr)
    };
    for (url, expected) in [
        ("https://b.s3.us-west-2.amazonaws.com/k", "us-west-2/s3"),
        ("https://B.S3.us-west-2.AMAZONAWS.com/k", "us-west-2/s3"),
        (
            "https://a.execute-api.eu-west-1.amazonaws.com/p",
            "eu-west-1/execute-api",
        ),
        ("https://sts.amazonaws.com/", "eu-north-1/sts"),
        ("https://b.s3.example.com/k", "eu-north-1/s3"),
        ("http://localhost:9000/b/k", "eu-north-1/s3"),
    ] {
        let (scope, notes) = scope(&[url]);
        assert_eq!(scope, format!("20130524/{expected}/aws4_request"), "{url}");
        assert_eq!(notes, "", "{url}");
    }

    let url = "https://b.s3.us-west-2.amazonaws.com/k";
    let (found, notes) = scope(&[url, "--region=eu-west-1"]);
    assert_eq!(found, "20130524/eu-west-1/s3/aws4_request");
    assert!(
        notes.contains("the region us-west-2, but this is signed for eu-west-1"),
        "{notes}"
    );
    let (found, notes) = scope(&[url, "--service=sts", "--region=us-west-2"]);
    assert_eq!(found, "20130524/us-west-2/sts/aws4_request");
    assert!(
        notes.contains("the service s3, but this is signed for sts"),
        "{notes}"
    );
    assert_eq!(notes.lines().count(), 1, "{notes}");

    // The signing name of `email` is `ses`.
    let email = "https://email.us-east-1.amazonaws.com/";
    let (found, notes) = scope(&[email]);
    assert_eq!(found, "20130524/us-east-1/s3/aws4_request");
    assert!(notes.contains("pass --service"), "{notes}");
    let (found, notes) = scope(&[email, "--service=ses"]);
    assert_eq!(
        (&*found, &*notes),
        ("20130524/us-east-1/ses/aws4_request", "")
    );
}

#[test]
fn a_bucket_that_a_host_may_name_is_noted_under_v2() {
    let notes = |args: &[&str]| {
        let ran = Presign::new(["url", "--signature-version=v2"])
            .args(args)
            .run();
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        ran.stderr
    };
    let aws = notes(&["https://photos.s3.us-west-2.amazonaws.com/k"]);
    assert!(aws.contains("without --bucket"), "{aws}");
    let custom = notes(&["https://photos.store.example.com/k"]);
    assert!(
        custom.contains("if the host photos.store.example.com names it"),
        "{custom}"
    );
    for args in [
        &["https://photos.store.example.com/k", "--bucket=photos"][..],
        &["https://s3.us-west-2.amazonaws.com/b/k"],
        &["http://localhost:9000/b/k"],
        &["http://127.0.0.1:9000/b/k"],
        &["https://example.com/b/k"],
    ] {
        assert_eq!(notes(args), "", "{args:?}");
    }
}

#[test]
fn times_are_written_in_three_ways() {
    let get = |time: &str| {
        Presign::bare(["get", "s3://examplebucket/k", "--at", time])
            .credentials(ID, SECRET, None)
            .url()
    };
    assert_eq!(get("1369353600"), get(NOW));
    assert_eq!(get("2013-05-24T02:00:00+02:00"), get(NOW));
    let until = |expiry: &str| Presign::new(["get", "s3://b-1/k", expiry]).url();
    assert_eq!(until("--expires-at=1369353660"), until("--expires-in=60"));
}

#[test]
fn an_object_is_saved_under_a_name() {
    let url = Presign::new(["get", "s3://examplebucket/k", "--save-as=caf\u{e9} 1.png"]).url();
    let disposition = param(&url, "response-content-disposition").unwrap();
    assert!(
        disposition.starts_with("attachment; filename="),
        "{disposition}"
    );
    assert!(
        disposition.ends_with("filename*=UTF-8\'\'caf%C3%A9%201.png"),
        "{disposition}"
    );
}

#[test]
fn a_public_url_is_shown_and_the_endpoint_is_signed() {
    let get = |args: &[&str]| {
        let run = Presign::new(["get", "s3://b-1/k", "--endpoint-url=http://minio:9000"]);
        run.args(args).json()
    };
    let (plain, public) = (get(&[]), get(&["--public-url=https://files.example.com"]));
    assert_eq!(plain["signature"], public["signature"]);
    let front = "https://files.example.com/b-1/k?";
    assert!(text(&public, "/url").starts_with(front), "{public}");
}

#[test]
fn a_session_token_is_signed_or_appended() {
    let url = |args: &[&str]| {
        let run = Presign::new(["url", "https://example.com/", "--service=iotdevicegateway"]);
        run.credentials(ID, SECRET, Some(TOKEN)).args(args).url()
    };
    let is_last = |url: &str| {
        url.rsplit('&')
            .next()
            .unwrap()
            .starts_with("X-Amz-Security-Token=")
    };
    assert!(!is_last(&url(&[])));
    assert_eq!(url(&["--session-token=signed"]), url(&[]));
    assert!(is_last(&url(&["--session-token=appended"])));
    Presign::new(["url", "https://example.com/", "--session-token=x"]).misused();
}

#[test]
fn a_url_is_read_from_standard_input() {
    let url = Presign::new(["get", "s3://examplebucket/k"]).url();
    let from_input = |args: &[&str]| Presign::new(args).input(format!("{url}\n"));
    let expected = Presign::new(["verify", &url]).quiet();
    assert_eq!(from_input(&["verify", "-"]).quiet(), expected);
    let inspected = Presign::bare(["inspect", &url, "--at", NOW]).quiet();
    let read = Presign::bare(["inspect", "-", "--at", NOW]).input(url.as_str());
    assert_eq!(read.quiet(), inspected);
    from_input(&["verify", "-", "--body=-"]).misused();
    from_input(&["explain", "-", "--response=-"]).misused();
}
