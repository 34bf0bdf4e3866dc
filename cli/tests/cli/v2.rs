//! SigV2: objects, any request to S3, and the query APIs.

use super::*;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// The program under SigV2, with the keys of a case.
fn of_keys(args: Vec<String>, id: &str, secret: &str, token: Option<&str>) -> Presign {
    Presign::bare(args)
        .args(["--signature-version", "v2"])
        .credentials(id, secret, token)
}

fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap()
}

fn at_epoch(seconds: i64) -> String {
    rfc3339(OffsetDateTime::from_unix_timestamp(seconds).unwrap())
}

fn assert_steps_v2(json: &Value, expected: &Value, case: &str) {
    for step in ["string_to_sign", "signature"] {
        assert_eq!(json[step], expected[step], "{step} of {case}");
    }
    assert_eq!(json.get("canonical_request"), None, "{case}");
}

#[test]
fn the_requests_of_the_documents() {
    let cases: Value = serde_json::from_str(&vectors("s3-sigv2.json")).unwrap();
    let (mut header, mut query) = (0, 0);
    for case in cases.as_array().unwrap() {
        let name = text(case, "/name");
        let url = format!(
            "https://{}{}",
            text(case, "/host"),
            text(case, "/request_target")
        );
        let given = pairs(&case["headers"]);
        let is_header = case["form"] == "header";
        let command = if is_header { "sign" } else { "url" };
        let mut args = vec![command.into(), url.clone()];
        args.push(format!("--method={}", text(case, "/method")));
        args.extend(header_args(given.iter().copied()));
        if let Some(bucket) = case["virtual_host_bucket"].as_str() {
            args.push(format!("--bucket={bucket}"));
        }
        let run = |args: &[String]| {
            of_keys(
                args.to_vec(),
                text(case, "/access_key_id"),
                text(case, "/secret_access_key"),
                None,
            )
        };
        if is_header {
            header += 1;
            let date = |name: &str| given.iter().find(|(other, _)| *other == name);
            let (_, date) = date("x-amz-date").or(date("Date")).unwrap();
            let date = OffsetDateTime::parse(date, &Rfc2822).unwrap();
            args.push(format!("--at={}", rfc3339(date)));
            assert_steps_v2(&run(&args).json(), &case["expected"], name);
            // All headers of the page, in its order, and the signature.
            let ran = run(&args).run();
            let mut notes = ran.stderr.lines();
            assert!(notes.all(|note| note.contains("is not covered")), "{name}");
            let mut expected = given;
            expected.push(("Authorization", text(case, "/expected/authorization")));
            assert_eq!(header_lines(&ran.stdout), expected, "{name}");
        } else {
            query += 1;
            let ends = case["expires"].as_i64().unwrap();
            args.push(format!("--at={}", at_epoch(ends - 900)));
            args.push("--expires-in=15m".into());
            let json = run(&args).json();
            assert_steps_v2(&json, &case["expected"], name);
            assert_eq!(json["expires_at"], at_epoch(ends), "{name}");
            let expected = query_set(text(case, "/expected/signed_url"));
            let to_send = given.iter().copied();
            let to_send = to_send.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert!(
                header_set(&json["headers"]).into_iter().eq(to_send),
                "{name}"
            );
            let printed = text(&json, "/url");
            assert_eq!(query_set(printed), expected, "{name}");
            assert_eq!(address(printed), address(&url), "{name}");
            assert_eq!(run(&args).run().stdout, format!("{printed}\n"), "{name}");
        }
    }
    assert_eq!((header, query), (25, 7));
}

/// The case's run, at its time.
fn of_botocore(args: Vec<String>, case: &Value) -> Presign {
    of_keys(
        args,
        text(case, "/credentials/access_key"),
        text(case, "/credentials/secret_key"),
        case["credentials"]["token"].as_str(),
    )
    .args(["--at", text(case, "/timestamp")])
}

fn is_amz(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("x-amz-")
}

fn is_content(name: &str) -> bool {
    ["content-type", "content-md5"].contains(&name.to_ascii_lowercase().as_str())
}

/// The bucket that the host of a botocore case names.
fn bucket_of_host(case: &Value) -> Option<&str> {
    let sent = text(case, "/request/url");
    let signed = text(case, "/request/auth_path");
    let (_, rest) = sent.split_once("://").unwrap();
    let bucket = signed[1..].split('/').next().unwrap();
    rest.starts_with(&format!("{bucket}.")).then_some(bucket)
}

#[test]
fn botocore_presigns_the_same_urls() {
    let (mut objects, mut others) = (0, 0);
    for case in botocore(&["presign-v2"]) {
        let id = text(&case, "/id");
        // Its endpoint's host begins with the bucket, which is an error here.
        if id == "7-00129" {
            continue;
        }
        let method = text(&case, "/request/method");
        let sent = text(&case, "/request/url");
        let command = match method {
            "GET" => "get",
            "PUT" => "put",
            "HEAD" => "head",
            "DELETE" => "delete",
            _ => "",
        };
        let params = &case["params"];
        let mut args = match (command, params["Bucket"].as_str(), params["Key"].as_str()) {
            ("", ..) | (_, _, None) | (_, None, _) => {
                others += 1;
                let mut args = vec!["url".into(), sent.into(), format!("--method={method}")];
                args.extend(bucket_of_host(&case).map(|bucket| format!("--bucket={bucket}")));
                args
            }
            (command, Some(bucket), Some(key)) => {
                objects += 1;
                let client = &case["client"];
                let mut args = vec![command.into(), format!("s3://{bucket}/{key}")];
                args.push(format!("--region={}", text(client, "/region_name")));
                let style = match bucket_of_host(&case) {
                    Some(_) => "virtual",
                    None => "path",
                };
                args.push(format!("--addressing-style={style}"));
                if let Some(endpoint) = client["endpoint_url"].as_str() {
                    // An endpoint is a URL, and encoded already.
                    let endpoint = endpoint.replace("a%20b", "a%2520b");
                    args.push(format!("--endpoint-url={endpoint}"));
                } else if address(sent).contains("s3.amazonaws.com/") {
                    args.push("--endpoint-url=https://s3.amazonaws.com".into());
                }
                let query = sent.split_once('?').map_or("", |(_, query)| query);
                for param in query.split('&').filter(|param| !param.is_empty()) {
                    args.push(match param.split_once('=') {
                        Some((name, value)) => {
                            format!("--query={}={}", decode(name), decode(value))
                        }
                        None => format!("--query={}", decode(param)),
                    });
                }
                args
            }
        };
        let given = pairs(&case["request"]["headers"]);
        args.extend(header_args(given.iter().copied()));
        args.push(format!("--expires-in={}", case["expires"]));
        let json = of_botocore(args.clone(), &case).json();
        assert_steps_v2(&json, &case["expected"], id);
        let url = text(&json, "/url");
        let expected = text(&case, "/expected/url");
        let params = |url: &str| -> BTreeSet<_> {
            let set = query_set(url).into_iter();
            set.map(|(name, value)| match is_amz(&name) || is_content(&name) {
                true => (name.to_ascii_lowercase(), value.trim().to_owned()),
                false => (name, value),
            })
            .collect()
        };
        // botocore moves the headers into the query, except those that it doesn't sign.
        let mut params_and_headers = params(url);
        params_and_headers.extend(header_set(&json["headers"]));
        assert_eq!(params_and_headers, params(expected), "{id}");
        assert_eq!(json["method"], method, "{id}");

        // Each header is to be sent, or named.
        let names = |keep: &dyn Fn(&str) -> bool| -> Vec<&str> {
            let names = given.iter().map(|(name, _)| *name);
            names.filter(|name| keep(name)).collect()
        };
        let sent: Vec<_> = super::names(&json["headers"]);
        assert_eq!(
            sent,
            names(&|name| is_content(name) || is_amz(name)),
            "{id}"
        );
        let uncovered = names(&|name| !is_content(name) && !is_amz(name));
        assert_eq!(json["not_covered"], serde_json::json!(uncovered), "{id}");
        let ran = of_botocore(args, &case).run();
        assert_eq!(ran.stdout, format!("{url}\n"), "{id}");
        for name in uncovered {
            let note = format!("presign: the header {name} is not covered by the signature");
            assert!(ran.stderr.contains(&note), "{id}: {}", ran.stderr);
        }
        let notes = ran.stderr.lines();
        let notes = notes.filter(|line| !line.contains("presign: v2 signs the "));
        assert_eq!(notes.count(), given.len(), "{id}");
    }
    assert_eq!((objects, others), (17, 12));
}

#[test]
fn botocore_signs_the_same_requests() {
    let mut count = 0;
    for case in botocore(&["header-v2"]) {
        count += 1;
        let id = text(&case, "/id");
        let given = pairs(&case["request"]["headers"]);
        let mut args = vec!["sign".to_owned(), text(&case, "/request/url").into()];
        args.push(format!("--method={}", text(&case, "/request/method")));
        args.extend(bucket_of_host(&case).map(|bucket| format!("--bucket={bucket}")));
        args.extend(header_args(given.iter().copied()));
        let json = of_botocore(args.clone(), &case).json();
        assert_steps_v2(&json, &case["expected"], id);
        let headers = header_set(&json["headers"]);
        for (name, value) in header_set(&case["expected"]["headers"]) {
            assert_eq!(headers.get(&name), Some(&value), "{name} of {id}");
        }
        for (name, _) in given {
            let name = name.to_ascii_lowercase();
            assert!(headers.contains_key(&name), "{name} of {id}");
        }
        assert_eq!(
            super::names(&json),
            ["method", "url", "headers", "string_to_sign", "signature"]
        );
    }
    assert_eq!(count, 13);
}

#[test]
fn the_calls_of_the_query_apis() {
    let cases: Value = serde_json::from_str(&vectors("sigv2-query.json")).unwrap();
    let mut count = 0;
    for case in cases.as_array().unwrap() {
        count += 1;
        let name = text(case, "/name");
        let url = format!("https://{}{}", text(case, "/host"), text(case, "/path"));
        let mut args = vec!["url".into(), url.clone(), "--service=ec2".into()];
        args.push(format!("--method={}", text(case, "/method")));
        for (name, value) in pairs(&case["params"]) {
            args.push(format!("--query={name}={value}"));
            if name == "Timestamp" {
                args.push(format!("--at={}Z", value.trim_end_matches('Z')));
            }
        }
        let run = of_keys(
            args,
            text(case, "/access_key_id"),
            text(case, "/secret_access_key"),
            None,
        );
        let json = run.json();
        assert_steps_v2(&json, &case["expected"], name);
        let expected = format!("{url}?{}", text(case, "/expected/signed_query"));
        assert_eq!(query_set(text(&json, "/url")), query_set(&expected));
        assert_eq!(address(text(&json, "/url")), url);
    }
    assert_eq!(count, 4);
    let mut count = 0;
    for case in botocore(&["query-v2"]) {
        count += 1;
        let id = text(&case, "/id");
        let mut args = vec!["url".into(), text(&case, "/request/url").into()];
        args.push("--service=sqs".into());
        for (name, value) in pairs(&case["request"]["params"]) {
            args.push(format!("--query={name}={value}"));
        }
        let json = of_botocore(args, &case).json();
        assert_steps_v2(&json, &case["expected"], id);
        let expected = case["expected"]["params"].as_object().unwrap();
        let expected = expected
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().into()));
        assert_eq!(query_set(text(&json, "/url")), expected.collect(), "{id}");
    }
    assert_eq!(count, 7);
}

fn v2(args: &[&str]) -> Presign {
    Presign::new(args).args(["--signature-version", "v2"])
}

#[test]
fn json_has_the_names_of_the_contract() {
    let url = [
        "method",
        "url",
        "headers",
        "expires_at",
        "not_covered",
        "string_to_sign",
        "signature",
    ];
    let object = v2(&["get", "s3://examplebucket/k"]).json();
    assert_eq!(super::names(&object), url);
    assert_eq!(object["not_covered"], serde_json::json!([]));
    assert_eq!(object["expires_at"], "2013-05-24T01:00:00Z");
    let call = v2(&["url", "https://ec2.amazonaws.com/", "--service=ec2"]).json();
    assert_eq!(super::names(&call), url);
    assert_eq!(call["expires_at"], "2013-05-24T00:15:00Z");
    let sign = v2(&["sign", "https://example.com/b/k"]).env("AWS_SESSION_TOKEN", TOKEN);
    assert_eq!(
        super::names(&sign.json()["headers"]),
        ["Date", "x-amz-security-token", "Authorization"]
    );
}

#[test]
fn each_header_is_sent_or_noted() {
    let run = || {
        v2(&["put", "s3://examplebucket/k"]).args([
            "--header=Range: a",
            "--header=Content-Type: text/plain",
            "--header=x-amz-acl: private",
            "--header=range: b",
        ])
    };
    let ran = run().run();
    assert_eq!(ran.status, 0);
    assert_eq!(param(&ran.stdout, "x-amz-acl"), None);
    assert_eq!(
        ran.stderr,
        "presign: send with it: Content-Type: text/plain\n\
         presign: send with it: x-amz-acl: private\n\
         presign: the header Range is not covered by the signature, so the sender may omit it or \
         send any value\n"
    );
    let json = run().json();
    assert_eq!(json["not_covered"], serde_json::json!(["Range"]));
    assert_eq!(
        json["headers"],
        serde_json::json!({"Content-Type": "text/plain", "x-amz-acl": "private"})
    );
}

#[test]
fn a_url_may_be_valid_for_more_than_seven_days() {
    let url = v2(&["get", "s3://examplebucket/k", "--expires-in=365d"]).url();
    let expires = 1_369_353_600 + 365 * 24 * 60 * 60;
    assert_eq!(param(&url, "Expires"), Some(expires.to_string()));
    let any = v2(&["url", "https://example.com/b/k", "--expires-in=8d"]).url();
    let expires = 1_369_353_600 + 8 * 24 * 60 * 60;
    assert_eq!(param(&any, "Expires"), Some(expires.to_string()));
    v2(&["get", "s3://examplebucket/k", "--expires-in=0"]).rejected();
}

#[test]
fn a_bucket_that_the_host_names_is_signed() {
    let steps = |args: &[&str]| text(&v2(args).json(), "/string_to_sign").to_owned();
    let host = "https://files.example.com/k";
    for command in ["url", "sign"] {
        assert!(steps(&[command, host]).ends_with("\n/k"));
        assert!(steps(&[command, host, "--bucket=b"]).ends_with("\n/b/k"));
        // A missing bucket is noted.
        let aws = "https://examplebucket.s3.eu-west-1.amazonaws.com/k";
        let ran = v2(&[command, aws]).run();
        assert!(ran.stderr.contains("--bucket"), "{}", ran.stderr);
        v2(&[command, aws, "--bucket=examplebucket"]).quiet();
        v2(&[command, "https://s3.eu-west-1.amazonaws.com/b/k"]).quiet();
        // Other requests don't have it.
        Presign::new([command, host, "--bucket=b"]).misused();
        v2(&[command, host, "--bucket=b", "--service=ec2"]).misused();
        v2(&[command, host, "--bucket="]).misused();
    }
    assert!(steps(&["get", "s3://b-1/k"]).ends_with("\n/b-1/k"));
    let path = steps(&["get", "s3://b-1/k", "--addressing-style=path"]);
    assert!(path.ends_with("\n/b-1/k"));
}

#[test]
fn a_body_that_is_not_signed_is_noted() {
    let sign = || v2(&["sign", "https://example.com/b/k", "--method=PUT"]);
    let plain = sign().quiet();
    for args in [["--body", "-"], ["--payload-hash", "UNSIGNED-PAYLOAD"]] {
        let ran = sign().args(args).run();
        assert_eq!((ran.status, ran.stdout.as_str()), (0, plain.as_str()));
        assert!(ran.stderr.contains("Content-MD5"), "{}", ran.stderr);
    }
}

#[test]
fn an_option_that_a_query_api_does_not_have_is_rejected() {
    let call = ["https://ec2.amazonaws.com/", "--service=ec2"];
    let usage = v2(&["sign", call[0], call[1]]).misused();
    assert!(usage.contains("presign url"), "{usage}");
    let url = |expiry: &str| v2(&["url", call[0], call[1], expiry]);
    let usage = url("--expires-in=1h").misused();
    assert!(usage.contains("15 minutes"), "{usage}");
    url("--expires-at=2013-05-24T00:15:00Z").misused();
    assert_eq!(
        url("--expires-in=15m").url(),
        v2(&["url", call[0], call[1]]).url()
    );
}

#[test]
fn a_signed_request_is_rejected() {
    for query in ["AWSAccessKeyId=a", "Signature=a", "Expires=1"] {
        let url = format!("https://example.com/b/k?{query}");
        let name = query.split('=').next().unwrap();
        for command in ["url", "sign"] {
            assert!(v2(&[command, &url]).rejected().contains(name));
        }
    }
    let header = "--header=x-amz-date: Tue, 27 Mar 2007 19:36:42 +0000";
    let sentence = v2(&["sign", "https://example.com/b/k", header]).rejected();
    assert!(sentence.contains("x-amz-date"), "{sentence}");
}

/// Most clients add a Content-Type to a body.
#[test]
fn a_missing_content_type_of_an_upload_is_noted() {
    let notes = |args: &[&str]| v2(args).run().stderr;
    let url = "https://s3.amazonaws.com/b/k";
    for args in [
        &["put", "s3://b-1/k"][..],
        &["url", url, "--method=PUT"],
        &["url", url, "--method=POST"],
        &["batch", "s3://b-1", "--method=PUT"],
    ] {
        assert!(
            notes(args).contains("v2 signs the Content-Type"),
            "{args:?}"
        );
    }
    for args in [
        &["get", "s3://b-1/k"][..],
        &["put", "s3://b-1/k", "--header=Content-Type: text/plain"],
        &["url", url],
        &["batch", "s3://b-1"],
    ] {
        assert!(
            !notes(args).contains("v2 signs the Content-Type"),
            "{args:?}"
        );
    }
    let v4 = Presign::new(["put", "s3://b-1/k"]).run();
    assert_eq!(v4.stderr, "");
}
