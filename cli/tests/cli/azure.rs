//! Azure Storage: the tokens and requests of its SDKs, made by the program.

use super::*;

const ACCOUNT: &str = "myaccount";
const KEY: &str = "VGhpcyBpcyBhIHNlY3JldCBrZXk=";
const AT: &str = "2026-10-06T00:00:00Z";

fn azure(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Presign {
    let mut presign = Presign::bare(args)
        .env("AZURE_STORAGE_ACCOUNT", ACCOUNT)
        .env("AZURE_STORAGE_KEY", KEY);
    presign.secrets.push(KEY.into());
    presign
}

fn file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn delegation_key(key: &Value) -> String {
    let mut xml = String::from("<UserDelegationKey>");
    for (name, element) in [
        ("oid", "SignedOid"),
        ("tid", "SignedTid"),
        ("start", "SignedStart"),
        ("expiry", "SignedExpiry"),
        ("service", "SignedService"),
        ("version", "SignedVersion"),
        ("delegated_user_tid", "SignedDelegatedUserTid"),
        ("value", "Value"),
    ] {
        let value = key[format!("signed_{name}")].as_str();
        if let Some(value) = value.or_else(|| key[name].as_str()) {
            xml.push_str(&format!("<{element}>{value}</{element}>"));
        }
    }
    xml + "</UserDelegationKey>"
}

#[test]
fn tokens_are_those_of_the_sdks() {
    let (old, more) = (file("azure-sas.json"), file("azure-more.json"));
    let lists = [&old["generated"]["cases"], &more["cases"]];
    let cases = lists.into_iter().flat_map(|list| list.as_array().unwrap());
    let (mut made, mut rejected) = (0, 0);
    for case in cases.filter(|case| case["expected"]["token"].is_string()) {
        let account = case["account_name"].as_str().unwrap();
        let input = |names: &[&str]| {
            let mut values = names.iter().map(|name| &case["input"][name]);
            values.find_map(|value| value.as_str())
        };
        let mut address = format!("az://{account}");
        for names in [
            &[
                "container_name",
                "container",
                "share_name",
                "queue_name",
                "table_name",
            ][..],
            &["blob_name", "blob", "file_path"][..],
        ] {
            if let Some(name) = input(names) {
                address.push_str(&format!("/{name}"));
            }
        }
        let kind = case["kind"].as_str().unwrap();
        let service = match kind.trim_start_matches("ud-") {
            "share" => "file",
            kind @ ("file" | "queue" | "table") => kind,
            _ => "blob",
        };
        let mut args = vec!["sas".to_owned(), address];
        if kind != "account" {
            args.push(format!("--service={service}"));
        }
        for (names, option) in [
            (&["permission", "permissions"][..], "permissions"),
            (&["start"], "start"),
            (&["expiry"], "expiry"),
            (&["ip"], "ip"),
            (&["protocol"], "protocol"),
            (&["policy_id", "identifier"], "policy-name"),
            (&["encryption_scope", "encryptionScope"], "encryption-scope"),
            (&["snapshot", "snapshotTime"], "snapshot"),
            (&["version_id"], "version-id"),
            (&["cache_control"], "cache-control"),
            (&["content_disposition"], "content-disposition"),
            (&["content_encoding"], "content-encoding"),
            (&["content_language"], "content-language"),
            (&["content_type", "contentType"], "content-type"),
            (&["correlation_id", "correlationId"], "correlation-id"),
            (&["user_delegation_oid"], "delegated-user-oid"),
            (&["version"], "api-version"),
        ] {
            if let Some(value) = input(names) {
                args.push(format!("--{option}={value}"));
            }
        }
        if kind == "account" {
            args.push(format!(
                "--services={}",
                input(&["services"]).unwrap_or("b")
            ));
            args.push(format!(
                "--resource-types={}",
                input(&["resource_types"]).unwrap()
            ));
        }
        if case["sdk"] == "table" {
            args.push("--api-version=2019-02-02".into());
        }
        if case["input"]["is_directory"] == true {
            args.push("--directory".into());
        }
        for (names, option, separator) in [
            (
                ["request_headers", "requestHeaders"],
                "request-header",
                ": ",
            ),
            (
                ["request_query_params", "requestQueryParameters"],
                "request-query",
                "=",
            ),
        ] {
            let mut values = names.iter().map(|name| &case["input"][name]);
            for (name, value) in values.find_map(Value::as_object).into_iter().flatten() {
                let value = value.as_str().unwrap();
                args.push(format!("--{option}={name}{separator}{value}"));
            }
        }
        let full = |text: &str| match text.len() {
            10 => format!("{text}T00:00:00Z"),
            17 => text.replace('Z', ":00Z"),
            _ => text.to_owned(),
        };
        // The token's day, or an hour before its end.
        let at = input(&["start"]).map_or_else(
            || input(&["expiry"]).map_or(AT.to_owned(), |end| minute_before(&full(end))),
            full,
        );
        args.push(format!("--at={at}"));
        let mut presign = Presign::bare(args).env("AZURE_STORAGE_ACCOUNT", account);
        if case["user_delegation_key"].is_object() {
            let xml = delegation_key(&case["user_delegation_key"]);
            presign = presign.input(xml).args(["--user-delegation-key", "-"]);
        } else {
            presign = presign.env("AZURE_STORAGE_KEY", case["account_key"].as_str().unwrap());
        }
        let ran = presign.args(["--output", "json"]).run();
        if ran.status == 1 {
            // It would be valid for too long, or no blob can have the name.
            let reasons = ["would", "dot segment", "control character"];
            assert!(
                reasons.iter().any(|reason| ran.stderr.contains(reason)),
                "{} {}",
                case["id"],
                ran.stderr
            );
            rejected += 1;
            continue;
        }
        assert_eq!(ran.status, 0, "{case} {}", ran.stderr);
        let json: Value = serde_json::from_str(&ran.stdout).unwrap();
        let set = |token: &str| query_set(&format!("?{token}"));
        let token = json["token"].as_str().unwrap();
        let expected = case["expected"]["token"].as_str().unwrap();
        assert_eq!(set(token), set(expected), "{}", case["id"]);
        if let Some(text) = case["expected"]["string_to_sign"].as_str() {
            assert_eq!(json["string_to_sign"], text);
        }
        assert!(json["url"].as_str().unwrap().ends_with(token));
        assert_eq!(json["expires_at"].is_null(), input(&["expiry"]).is_none());
        made += 1;
    }
    assert_eq!((made, rejected), (83, 6));
}

/// A minute before a moment in RFC 3339.
fn minute_before(text: &str) -> String {
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;
    let moment = OffsetDateTime::parse(text, &Rfc3339).unwrap();
    (moment - time::Duration::MINUTE).format(&Rfc3339).unwrap()
}

#[test]
fn requests_are_signed_with_shared_key() {
    let mut signed = 0;
    for case in file("azure-more.json")["cases"].as_array().unwrap() {
        let Some(method) = case["method"].as_str() else {
            continue;
        };
        let version = match case["kind"].as_str().unwrap() {
            "shared-key-lite" => "shared-key-lite",
            _ => "shared-key",
        };
        let url = case["url"].as_str().unwrap();
        let mut args = vec![
            "sign",
            url,
            "--method",
            method,
            "--signature-version",
            version,
        ];
        let headers: Vec<_> = case["headers"].as_array().unwrap().iter().collect();
        let headers: Vec<_> = headers
            .iter()
            .map(|pair| {
                format!(
                    "{}: {}",
                    pair[0].as_str().unwrap(),
                    pair[1].as_str().unwrap()
                )
            })
            .collect();
        for header in &headers {
            args.extend(["--header", header]);
        }
        let json = Presign::bare(args)
            .env(
                "AZURE_STORAGE_ACCOUNT",
                case["account_name"].as_str().unwrap(),
            )
            .env("AZURE_STORAGE_KEY", case["account_key"].as_str().unwrap())
            .json();
        let expected = &case["expected"];
        assert_eq!(json["string_to_sign"], expected["string_to_sign"]);
        assert_eq!(json["headers"]["Authorization"], expected["authorization"]);
        signed += 1;
    }
    assert_eq!(signed, 12);
    let url = "https://myaccount.blob.core.windows.net/c/b";
    let presigned = azure(["url", url, "--signature-version", "shared-key"]);
    assert!(presigned.rejected().contains("presign sas"));
    let other = azure([
        "sign",
        "https://example.com/",
        "--signature-version",
        "shared-key",
    ]);
    assert!(other.rejected().contains("--service"));
}

/// Returns the headers of JSON as options.
fn header_options(json: &Value) -> Vec<String> {
    let headers = json["headers"].as_object().unwrap().iter();
    let options =
        headers.map(|(name, value)| format!("--header={name}: {}", value.as_str().unwrap()));
    options.collect()
}

#[test]
fn requests_with_shared_key_are_verified() {
    let url = "https://myaccount.blob.core.windows.net/images/a?comp=metadata";
    for version in ["shared-key", "shared-key-lite"] {
        let sign = azure(["sign", url, "--method=PUT", "--at", AT]);
        let signed = sign.args([
            "--signature-version",
            version,
            "--header=Content-MD5: XrY7u+Ae7tCTyyK7j1rNww==",
        ]);
        let headers = header_options(&signed.json());
        let verify_at = |url: &str, method: &str, at: &str| {
            azure(["verify", url, "--at", at, "--method", method]).args(&headers)
        };
        let verify = |url: &str, method: &str| verify_at(url, method, AT);
        assert_eq!(
            verify(url, "PUT").quiet(),
            "valid for PUT, signed at 2026-10-06T00:00:00Z by myaccount\n"
        );
        let json = verify(url, "PUT").json();
        assert_eq!(json["valid"], true);
        assert_eq!(json["scheme"], "azure-shared-key");
        assert_eq!(json["service"], "blob");
        // The MD5 is that of `hello world`.
        let with_body = |body: &str| verify(url, "PUT").args(["--body=-"]).input(body);
        with_body("hello world").quiet();
        assert!(with_body("hello").rejected().contains("MD5"));
        let why = |ran: Presign| {
            let ran = ran.args(["--output=json"]).run();
            assert_eq!(ran.status, 1);
            let json: Value = serde_json::from_str(&ran.stdout).unwrap();
            json["why"].as_str().unwrap().to_owned()
        };
        assert_eq!(why(verify(url, "DELETE")), "signature");
        assert_eq!(why(verify(&url.replace("/a?", "/b?"), "PUT")), "signature");
        let late = verify_at(url, "PUT", "2026-10-06T00:15:01Z");
        assert_eq!(why(late), "time-skew");
        let other = url.replace("blob.core.windows.net", "example.com");
        assert!(verify(&other, "PUT").rejected().contains("--service"));
    }
}

fn sas(args: &[&str]) -> Presign {
    azure(["sas"]).args(args).args(["--at", AT])
}

#[test]
fn what_is_made_is_inspected_and_verified() {
    let url = sas(&["az://myaccount/images/a b.png", "--protocol=https"]).url();
    assert!(url.starts_with("https://myaccount.blob.core.windows.net/images/a%20b.png?"));
    assert_eq!(param(&url, "sp").as_deref(), Some("r"));
    assert_eq!(param(&url, "se").as_deref(), Some("2026-10-06T01:00:00Z"));
    let inspection = Presign::bare(["inspect", &url, "--at", AT]).json();
    assert_eq!(inspection["scheme"], "azure-sas");
    assert_eq!(inspection["expires_at"], "2026-10-06T01:00:00Z");
    let text = Presign::bare(["inspect", &url, "--at", AT]).quiet();
    assert!(
        text.contains("read, blob a b.png in container images"),
        "{text}"
    );

    let verify = |url: &str, args: &[&str]| azure(["verify", url]).args(args);
    let valid = verify(&url, &["--at", AT]);
    assert_eq!(
        valid.quiet(),
        "valid for GET until 2026-10-06T01:00:00Z, signed by myaccount\n"
    );
    let json = verify(&url, &["--at", AT]).json();
    assert_eq!(
        (&json["valid"], &json["scheme"]),
        (&true.into(), &"azure-sas".into())
    );
    for (args, why) in [
        (&["--at", "2026-10-06T01:00:00Z"][..], "expired"),
        (&["--at", AT, "--method", "DELETE"], "permission"),
    ] {
        let ran = verify(&url, args).args(["--output", "json"]).run();
        assert_eq!(ran.status, 1);
        let json: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(
            (json["why"].as_str(), &json["valid"]),
            (Some(why), &false.into())
        );
    }
    let changed = url.replace("images", "other");
    assert!(
        verify(&changed, &["--at", AT])
            .rejected()
            .contains("signature")
    );
    let ranged = sas(&["az://myaccount/images/a", "--ip=203.0.113.7"]).url();
    assert!(
        verify(&ranged, &["--at", AT])
            .rejected()
            .contains("203.0.113.7")
    );
    let from = verify(&ranged, &["--at", AT, "--client-ip", "203.0.113.7"]);
    from.quiet();
}

#[test]
fn accounts_come_from_the_environment_and_the_address() {
    let string = format!(
        "AccountName=myaccount;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:10000/myaccount"
    );
    let args = ["sas", "az://myaccount/images/a", "--at", AT];
    let url = Presign::bare(args)
        .env("AZURE_STORAGE_CONNECTION_STRING", string)
        .url();
    assert!(url.starts_with("http://127.0.0.1:10000/myaccount/images/a?"));
    let valid = azure(["verify", &url, "--at", AT]);
    assert!(valid.quiet().ends_with("signed by myaccount\n"));
    let local = sas(&[
        "az://myaccount/images/a",
        "--endpoint-url=http://localhost:1/myaccount",
    ]);
    assert!(
        local
            .url()
            .starts_with("http://localhost:1/myaccount/images/a?")
    );

    // The URL of an account's token is that of the first service.
    let of_queue = sas(&[
        "az://myaccount",
        "--services=tq",
        "--endpoint-url=http://localhost:2/myaccount",
    ]);
    assert!(of_queue.url().starts_with("http://localhost:2/myaccount/?"));

    let other = sas(&["az://otheraccount/images/a"]);
    assert!(other.rejected().contains("otheraccount"));
    let none = Presign::bare(["sas", "az://myaccount/images/a"]);
    assert!(none.rejected().contains("AZURE_STORAGE_KEY"));
    let bad = Presign::bare(args).env(
        "AZURE_STORAGE_CONNECTION_STRING",
        format!("AccountKey={KEY}"),
    );
    assert!(!bad.rejected().contains(KEY));
}

#[test]
fn tokens_that_cannot_be_made_are_rejected() {
    for (args, part) in [
        (&["az://myaccount"][..], "container"),
        (&["az://myaccount/images", "--services=b"], "az://ACCOUNT"),
        (&["az://myaccount/images", "--snapshot=1"], "--snapshot"),
        (
            &["az://myaccount/queue/a", "--service=queue"],
            "az://ACCOUNT/NAME",
        ),
        (
            &["az://myaccount/images/a", "--permissions=l"],
            "permission",
        ),
        (
            &["az://myaccount/images/a", "--expiry=2026-10-06"],
            "would expire",
        ),
        (
            &[
                "az://myaccount/images/a",
                "--encryption-scope=x",
                "--api-version=2019-12-12",
            ],
            "2020-12-06",
        ),
        (&["az://myaccount/images/a", "--ip=::1"], "IP range"),
    ] {
        let sentence = sas(args).rejected();
        assert!(sentence.contains(part), "{sentence}");
    }
    for args in [
        &["s3://myaccount/images/a"][..],
        &["az://myaccount/images/a", "--permissions=rr"],
        &["az://myaccount/images/a", "--permissions=Z"],
        &["az://myaccount/images/a", "--service=disk"],
        &[
            "az://myaccount/images/a",
            "--expires-in=1h",
            "--expiry=2030-01-01",
        ],
        &["az://myaccount", "--services=b", "--service=queue"],
        &["az://myaccount", "--services=b", "--snapshot=1"],
        &["az://myaccount", "--services=b", "--version-id=7"],
        &["az://myaccount", "--services=b", "--directory"],
    ] {
        sas(args).misused();
    }
}

#[test]
fn options_that_do_not_apply_to_azure_are_rejected() {
    let url = "https://myaccount.blob.core.windows.net/images/a";
    for option in [
        &["--payload-hash", "UNSIGNED-PAYLOAD"][..],
        &["--session-token", "signed"],
        &["--bucket", "b"],
        &["--region", "us-east-1"],
        &["--region-set", "*"],
        &["--profile", "p"],
        &["--key-file", "k.json"],
    ] {
        let sign = azure(["sign", url, "--signature-version=shared-key"]).args(option);
        assert!(sign.misused().contains(option[0]));
    }
    let url = sas(&["az://myaccount/images/a"]).url();
    for option in [
        &["--body", "/dev/null"][..],
        &["--region", "us-east-1"],
        &["--bucket", "b"],
        &["--profile", "p"],
        &["--public-key", "k.pem"],
        &["--key-file", "k.json"],
    ] {
        let verify = azure(["verify", &url, "--at", AT]).args(option);
        assert!(verify.misused().contains(option[0]));
    }
}
