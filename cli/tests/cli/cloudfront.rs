//! `cloudfront`, and `inspect` and `verify` of its URLs.

use super::*;

fn cases(file: &str) -> (Value, Vec<Value>) {
    let vectors: Value = serde_json::from_str(&vectors(file)).unwrap();
    let cases = vectors["cases"].as_array().unwrap().clone();
    (vectors, cases)
}

/// Writes a key of the vectors into a file.
fn key_file(folder: &TempDir, vectors: &Value, key: &str, form: &str) -> String {
    let name = match key {
        "rsa" => "cloudfront_rsa",
        _ => "cloudfront_ec",
    };
    let path = folder.path().join(format!("{name}_{form}.pem"));
    fs::write(&path, text(vectors, &format!("/keys/{name}/{form}"))).unwrap();
    path.to_str().unwrap().into()
}

#[test]
fn recorded_urls_and_cookies() {
    let folder = tempfile::tempdir().unwrap();
    let (vectors, cases) = cases("cloudfront.json");
    let mut made = 0;
    for case in &cases {
        let key = key_file(&folder, &vectors, text(case, "/key"), "private_pkcs8");
        let expires_at = case["date_less_than"].as_i64().unwrap();
        let hash = text(case, "/hash").to_lowercase();
        let url = text(case, "/url");
        let at = (expires_at - 60).to_string();
        let mut args = vec![
            "cloudfront",
            url,
            "--key-pair-id",
            text(case, "/key_pair_id"),
        ];
        args.extend(["--private-key", &key, "--hash", &hash, "--at", &at]);
        let starts_at = case["date_greater_than"]
            .as_i64()
            .map(|time| time.to_string());
        let policy = folder.path().join("policy.json");
        let policy = policy.to_str().unwrap();
        if let Some(json) = case["policy"].as_str() {
            fs::write(policy, json).unwrap();
            args.extend(["--policy", policy]);
        } else {
            args.extend(["--expires-in", "60"]);
        }
        if let Some(starts_at) = &starts_at {
            args.extend(["--starts-at", starts_at]);
        }
        for (option, name) in [("--ip-address", "ip_address"), ("--resource", "resource")] {
            if let Some(value) = case[name].as_str() {
                args.extend([option, value]);
            }
        }
        if case["expected"]["cookies"].is_object() {
            args.push("--cookies");
        }
        // The resource doesn't cover the URL, which the recorded signer doesn't check.
        if [8, 17].contains(&case["id"].as_u64().unwrap()) {
            let message = Presign::bare(&args).rejected();
            assert!(message.contains("the policy covers"), "{message}");
            continue;
        }
        let json = Presign::bare(&args).json();
        let signature = text(&json, "/signature");
        let expected = text(case, "/expected/signature");
        assert_eq!(json["policy"], case["expected"]["policy"], "{}", case["id"]);
        let own = |recorded: &Value| {
            let text = recorded.to_string();
            match case["key"].as_str() {
                // ECDSA signatures of two signers differ.
                Some("ecdsa") => text.replace(expected, signature),
                _ => text,
            }
        };
        for name in ["url", "cookies"] {
            if let Some(recorded) = case["expected"].get(name) {
                let recorded: Value = serde_json::from_str(&own(recorded)).unwrap();
                assert_eq!(json[name], recorded, "{}", case["id"]);
            }
        }
        let printed = Presign::bare(&args).quiet();
        match json["url"].as_str() {
            // RSA signatures are the same each time, and so are RFC 6979's.
            Some(url) => assert_eq!(printed.trim_end(), url),
            None => {
                let lines: Vec<_> = printed.lines().collect();
                assert!(lines[1].starts_with("CloudFront-Signature="), "{printed}");
            }
        }
        made += 1;
    }
    assert_eq!(made, 26);
}

#[test]
fn the_recorded_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let (vectors, cases) = cases("cloudfront-verify.json");
    assert_eq!(cases.len(), 24);
    for case in &cases {
        let key = key_file(&folder, &vectors, text(case, "/key"), "public");
        let at = case["now"].as_i64().unwrap();
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(at.try_into().unwrap());
        let at = time::OffsetDateTime::from(at);
        let format = time::format_description::well_known::Rfc3339;
        let at = at.format(&format).unwrap();
        let (url, ip) = (text(case, "/url"), text(case, "/client_ip"));
        let args = [
            "verify",
            url,
            "--public-key",
            &key,
            "--client-ip",
            ip,
            "--at",
            &at,
        ];
        let run = Presign::bare(args).args(["--output", "json"]).run();
        let json: Value = serde_json::from_str(&run.stdout).unwrap();
        let is_valid = case["expected"]["verdict"] == "accept";
        assert_eq!(json["valid"], is_valid, "{}", case["id"]);
        assert_eq!(run.status, i32::from(!is_valid));
        if is_valid {
            assert_eq!(json["scheme"], "cloudfront");
        } else {
            assert_eq!(json["why"], case["expected"]["why"]);
            assert_eq!(json["code"], "AccessDenied");
        }
    }
}

#[test]
fn a_url_is_inspected_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let (vectors, _) = cases("cloudfront.json");
    let private_key = key_file(&folder, &vectors, "ecdsa", "private_sec1");
    let public_key = key_file(&folder, &vectors, "ecdsa", "public");
    let url = Presign::bare([
        "cloudfront",
        "https://media.example.com/a.mp4",
        "--key-pair-id",
        "K2JCJMDEHXQW5F",
        "--private-key",
        &private_key,
        "--at",
        NOW,
        "--ip-address",
        "192.0.2.0/24",
    ]);
    let url = url.quiet();
    let url = url.trim_end();
    let shown = Presign::bare(["inspect", url, "--at", NOW]).quiet();
    for part in [
        "cloudfront",
        "K2JCJMDEHXQW5F",
        "2013-05-24T01:00:00Z, in 1 hour",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let verify = ["verify", url, "--public-key", &public_key, "--at", NOW];
    let valid = Presign::bare(verify)
        .args(["--client-ip", "192.0.2.7"])
        .quiet();
    assert_eq!(
        valid.trim_end(),
        "valid until 2013-05-24T01:00:00Z, signed by K2JCJMDEHXQW5F"
    );
    let message = Presign::bare(verify)
        .args(["--client-ip", "192.0.3.7"])
        .rejected();
    assert!(
        message.contains("allows 192.0.2.0/24, not 192.0.3.7"),
        "{message}"
    );
    let message = Presign::bare(["verify", url, "--at", NOW]).rejected();
    assert!(message.contains("--public-key"), "{message}");
    let wrong = ["verify", url, "--public-key", &private_key, "--at", NOW];
    let message = Presign::bare(wrong).rejected();
    assert!(message.contains("is a private key"), "{message}");
}

#[test]
fn keys_and_policies_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let (vectors, _) = cases("cloudfront.json");
    let key = key_file(&folder, &vectors, "rsa", "private_pkcs1");
    let public = key_file(&folder, &vectors, "rsa", "public");
    let missing = folder.path().join("missing.pem");
    let missing = missing.to_str().unwrap();
    let url = "https://media.example.com/a.mp4";
    let sign = |key: &str, more: &[&str]| {
        let args = [
            "cloudfront",
            url,
            "--key-pair-id",
            "K2JC",
            "--private-key",
            key,
        ];
        Presign::bare(args).args(["--at", NOW]).args(more)
    };
    for (key, more, words) in [
        (
            missing,
            &[][..],
            "the private key can't be read from the file",
        ),
        (&public, &[], "is a public key"),
        (&key, &["--ip-address", "::1"], "IPv6"),
        (
            &key,
            &["--resource", "https://media.example.com/b/*"],
            "the policy covers",
        ),
        (&key, &["--policy", &public], "of the JSON"),
        (
            &key,
            &["--expires-at", "2013-05-23T00:00:00Z"],
            "not after the signing time",
        ),
    ] {
        let message = sign(key, more).rejected();
        assert!(message.contains(words), "{message}");
        assert!(!message.contains("MII"), "{message}");
    }
    let wrong = sign(&key, &["--policy", &public, "--ip-address", "192.0.2.1"]).run();
    assert_eq!(wrong.status, 2, "{}", wrong.stderr);
}
