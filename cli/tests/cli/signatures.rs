//! Signatures of published vectors and of recorded requests.

use super::*;

#[test]
fn the_presigned_url_of_the_documents() {
    let cases: Value = serde_json::from_str(&vectors("s3-sigv4.json")).unwrap();
    let case = cases
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["form"] == "query")
        .unwrap();
    let printed = Presign::new(["url", text(case, "/url"), "--expires-in", "86400"]).quiet();
    assert_eq!(printed, format!("{}\n", text(case, "/expected/signed_url")));
    assert!(printed.contains("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
    // An address at the global endpoint makes the same URL.
    let domain = Presign::new(["get", "s3://examplebucket/test.txt", "--expires-in=86400"])
        .args(["--endpoint-url", "https://s3.amazonaws.com"])
        .args(["--addressing-style", "virtual"]);
    assert_eq!(domain.quiet(), printed);
}

#[test]
fn the_signed_requests_of_the_documents() {
    let cases: Value = serde_json::from_str(&vectors("s3-sigv4.json")).unwrap();
    let mut count = 0;
    for case in cases.as_array().unwrap() {
        if case["form"] != "header" {
            continue;
        }
        count += 1;
        let given = pairs(&case["headers"]);
        let given = given
            .into_iter()
            .filter(|(name, _)| !matches!(*name, "host" | "x-amz-date" | "x-amz-content-sha256"));
        let run = Presign::bare(["sign", text(case, "/url"), "--body", "-"])
            .args(["--method", text(case, "/method")])
            .args(["--at", text(case, "/timestamp")])
            .args(header_args(given.clone()))
            .credentials(
                text(case, "/access_key_id"),
                text(case, "/secret_access_key"),
                None,
            )
            .input(text(case, "/payload"));
        let printed = run.quiet();
        let lines: BTreeMap<_, _> = header_lines(&printed).into_iter().collect();
        let mut expected: BTreeMap<_, _> = given.collect();
        expected.insert("Authorization", text(case, "/expected/authorization"));
        expected.insert("x-amz-date", text(case, "/timestamp"));
        expected.insert("x-amz-content-sha256", text(case, "/payload_hash"));
        assert_eq!(lines, expected, "{}", case["name"]);
    }
    assert_eq!(count, 5);
}

#[test]
fn the_signing_test_suite_in_both_forms() {
    let cases: Value = serde_json::from_str(&vectors("v4.json")).unwrap();
    let mut count = 0;
    for case in cases.as_array().unwrap() {
        let context = &case["context"];
        if context["normalize"] == false {
            // A rule that no service has which the command line can name.
            continue;
        }
        count += 1;
        let name = text(case, "/name");
        let headers = pairs(&case["request_parsed"]["headers"]);
        let host = headers.iter().find(|(name, _)| *name == "Host").unwrap().1;
        let url = format!("https://{host}{}", text(case, "/request_parsed/target"));
        let mut given = header_args(headers.into_iter().filter(|(name, _)| *name != "Host"));
        let body = text(case, "/request_parsed/body");
        if context["sign_body"] == true {
            let canonical = text(case, "/header/canonical_request");
            let hash = canonical.rsplit('\n').next().unwrap();
            given.push(format!("--header=x-amz-content-sha256: {hash}"));
        }
        let token = context["credentials"]["token"].as_str();
        let token = token.filter(|_| context["omit_session_token"] != true);
        let run = |command: &str| {
            Presign::bare([command, &url, "--service", text(context, "/service")])
                .args(["--method", text(case, "/request_parsed/method")])
                .args(["--region", text(context, "/region")])
                .args(["--at", text(context, "/timestamp")])
                .args(&given)
                .credentials(
                    text(context, "/credentials/access_key_id"),
                    text(context, "/credentials/secret_access_key"),
                    token,
                )
                .input(body)
        };
        let expected = &case["header"];
        if context["sign_body"] == true {
            assert_steps(&run("sign").args(["--body", "-"]).json(), expected, name);
            // The suite's query form hashes the body without a header for the hash.
            continue;
        }
        assert_steps(&run("sign").json(), expected, name);
        let expires = context["expiration_in_seconds"].to_string();
        let presigned = run("url").args(["--expires-in", &expires]).json();
        assert_steps(&presigned, &case["query"], name);
    }
    assert_eq!(count, 31);
}

fn of_case(args: Vec<String>, case: &Value) -> Presign {
    Presign::bare(args)
        .args(["--region", text(case, "/region")])
        .args(["--at", text(case, "/timestamp")])
        .credentials(
            text(case, "/credentials/access_key"),
            text(case, "/credentials/secret_key"),
            case["credentials"]["token"].as_str(),
        )
}

#[test]
fn botocore_presigns_the_same_object_urls() {
    let (mut objects, mut others) = (0, 0);
    for case in botocore(&["presign-v4"]) {
        let id = text(&case, "/id");
        let method = text(&case, "/request/method");
        let sent = text(&case, "/request/url");
        let command = match method {
            "GET" => "get",
            "PUT" => "put",
            "HEAD" => "head",
            "DELETE" => "delete",
            _ => "",
        };
        let (bucket, key) = (
            case["params"]["Bucket"].as_str(),
            case["params"]["Key"].as_str(),
        );
        let mut args = match (command, bucket, key) {
            ("", ..) | (_, _, None) | (_, None, _) => {
                others += 1;
                vec!["url".into(), sent.to_owned(), format!("--method={method}")]
            }
            (command, Some(bucket), Some(key)) => {
                objects += 1;
                let client = &case["client"];
                let mut args = vec![command.into(), format!("s3://{bucket}/{key}")];
                if let Some(endpoint) = client["endpoint_url"].as_str() {
                    args.push(format!("--endpoint-url={endpoint}"));
                } else if address(sent).contains(".s3.amazonaws.com/") {
                    // The global host, as an endpoint.
                    args.push("--endpoint-url=https://s3.amazonaws.com".into());
                }
                // Of dotted names botocore's `virtual` falls back to the path.
                let in_path = !address(sent).contains(&format!("//{bucket}."));
                args.push(format!(
                    "--addressing-style={}",
                    if in_path { "path" } else { "virtual" }
                ));
                let query = sent.split_once('?').map_or("", |(_, query)| query);
                for param in query.split('&').filter(|param| !param.is_empty()) {
                    args.push(format!(
                        "--query={}",
                        match param.split_once('=') {
                            Some((name, value)) => format!("{}={}", decode(name), decode(value)),
                            None => decode(param),
                        }
                    ));
                }
                args
            }
        };
        let given = pairs(&case["request"]["headers"]);
        args.extend(header_args(given.iter().copied()));
        args.push(format!("--expires-in={}", case["expires"]));
        let json = of_case(args.clone(), &case).json();
        assert_steps(&json, &case["expected"], id);
        assert_eq!(json["method"], method, "{id}");
        let url = text(&json, "/url");
        assert_eq!(
            query_set(url),
            query_set(text(&case, "/expected/url")),
            "{id}"
        );
        let given = given
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        assert_eq!(header_set(&json["headers"]), given.collect(), "{id}");
        let ran = of_case(args, &case).run();
        assert_eq!(ran.stdout, format!("{url}\n"), "{id}");
    }
    assert_eq!((objects, others), (34, 16));
}

#[test]
fn botocore_signs_the_same_requests() {
    let mut count = 0;
    for case in botocore(&["header-v4", "header-s3v4"]) {
        count += 1;
        let id = text(&case, "/id");
        let given = pairs(&case["request"]["headers"]);
        let mut args = vec!["sign".to_owned(), text(&case, "/request/url").into()];
        args.push(format!("--service={}", text(&case, "/service")));
        args.push(format!("--method={}", text(&case, "/request/method")));
        args.push(format!(
            "--payload-hash={}",
            text(&case, "/request/body_sha256")
        ));
        args.extend(header_args(given.iter().copied()));
        let json = of_case(args.clone(), &case).json();
        assert_steps(&json, &case["expected"], id);
        let headers = header_set(&json["headers"]);
        for (name, value) in header_set(&case["expected"]["headers"]) {
            assert_eq!(headers.get(&name), Some(&value), "{name} of {id}");
        }
        // Text and JSON have the same headers: all that are signed, except host.
        let printed = of_case(args, &case).run().stdout;
        let mut lines = BTreeMap::<_, String>::new();
        for (name, value) in header_lines(&printed) {
            lines
                .entry(name.to_ascii_lowercase())
                .and_modify(|values| *values = format!("{values},{value}"))
                .or_insert(value.into());
        }
        assert_eq!(lines, headers, "{id}");
        let canonical = text(&json, "/canonical_request");
        for name in canonical.rsplit('\n').nth(1).unwrap().split(';') {
            assert_eq!(lines.contains_key(name), name != "host", "{name} of {id}");
        }
    }
    assert_eq!(count, 33);
}

/// A multi-region access point's ARN selects SigV4a by itself.
#[test]
fn a_multi_region_access_point_is_signed_with_v4a() {
    let arn = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
    let url = Presign::new(["get", &format!("s3://{arn}/a.txt")]).quiet();
    let host = "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/a.txt?";
    assert!(url.starts_with(host), "{url}");
    assert!(url.contains("&X-Amz-Region-Set=%2A&"), "{url}");
    let verified = Presign::new(["verify", url.trim(), "--region", "eu-west-1"]).quiet();
    assert!(verified.starts_with("valid for GET"), "{verified}");
    let rejected = Presign::new(["get", &format!("s3://{arn}/a.txt")])
        .args(["--dualstack"])
        .rejected();
    assert!(rejected.contains("has no dualstack"), "{rejected}");
}

#[test]
fn a_region_set_limits_where_a_url_is_valid() {
    let url = Presign::new(["get", "s3://examplebucket/a.txt"])
        .args(["--signature-version", "v4a", "--region-set", "us-*"])
        .quiet();
    let verify = |region| Presign::new(["verify", url.trim(), "--region", region]);
    assert!(verify("us-west-2").quiet().starts_with("valid"));
    let rejected = verify("eu-west-1").rejected();
    assert!(
        rejected.contains("the region `us-*` is wrong"),
        "{rejected}"
    );
    let rejected =
        Presign::new(["get", "s3://examplebucket/a.txt", "--region-set", "us-*"]).rejected();
    assert!(rejected.contains("SignatureVersion::V4a"), "{rejected}");
    let misused = Presign::new(["url", "https://example.com/", "--region-set", "us-*"]).misused();
    assert!(misused.contains("--signature-version v4a"), "{misused}");
}

#[test]
fn a_request_with_an_authorization_header_is_verified() {
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt";
    let printed = Presign::new(["sign", url]).quiet();
    let headers = header_lines(&printed);
    let verify = |method| {
        Presign::new(["verify", url, "--method", method]).args(header_args(headers.clone()))
    };
    assert!(
        verify("GET")
            .quiet()
            .starts_with("valid for GET, signed by")
    );
    let rejected = verify("PUT").rejected();
    assert!(
        rejected.contains("the signature doesn't match"),
        "{rejected}"
    );
}
