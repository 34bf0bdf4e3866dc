//! Addresses of Google Cloud Storage.

use super::*;

const HMAC: [(&str, &str); 2] = [
    ("GS_ACCESS_KEY_ID", "GOOG1EXAMPLE"),
    (
        "GS_SECRET_ACCESS_KEY",
        "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ",
    ),
];

fn with_hmac<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Presign {
    let run = Presign::bare(arguments);
    HMAC.into_iter()
        .fold(run, |run, (name, value)| run.env(name, value))
}

/// The published conformance test with the key file of a service account.
#[test]
fn a_key_file_signs_as_published() {
    let file: Value = serde_json::from_str(&vectors("gcs-v4.json")).unwrap();
    let case = &file["signingV4Tests"][0];
    let run = |address: &str| {
        let run = Presign::bare(["get", address, "--expires-in", "10"])
            .args(["--at", text(case, "/timestamp")]);
        let key_file = run.home.path().join("key.json");
        std::fs::write(&key_file, file["service_account"].to_string()).unwrap();
        run.args(["--key-file", key_file.to_str().unwrap()])
    };
    let printed = run("gs://test-bucket/test-object").quiet();
    assert_eq!(printed.trim_end(), text(case, "/expectedUrl"));
    let misused = run("s3://test-bucket/test-object").misused();
    assert!(misused.contains("--key-file"), "{misused}");
}

#[test]
fn an_hmac_key_signs_and_verifies() {
    let url = with_hmac(["get", "gs://test-bucket/a b"]).url();
    assert!(url.starts_with("https://storage.googleapis.com/test-bucket/a%20b?"));
    assert_eq!(
        param(&url, "X-Goog-Algorithm").as_deref(),
        Some("GOOG4-HMAC-SHA256")
    );
    let verified = with_hmac(["verify", &url]).quiet();
    assert!(verified.starts_with("valid for GET"), "{verified}");
    let rejected = with_hmac(["verify", &url, "--method", "PUT"]).rejected();
    assert!(rejected.contains("signature"), "{rejected}");

    let batch = with_hmac(["batch", "gs://test-bucket/p/"])
        .input("a\nb\n")
        .run();
    assert_eq!(batch.stdout.lines().count(), 2, "{}", batch.stderr);
    let form = with_hmac(["post", "gs://test-bucket/a.png", "--max-size", "10MB"]).quiet();
    assert!(form.contains("\nx-goog-signature="), "{form}");
    let signed = with_hmac(["sign", "gs://test-bucket/a"]).quiet();
    assert!(signed.contains("GOOG4-HMAC-SHA256 Credential="), "{signed}");
    let old = with_hmac(["get", "gs://test-bucket/a", "--signature-version", "v2"]).url();
    assert_eq!(
        param(&old, "GoogleAccessId").as_deref(),
        Some("GOOG1EXAMPLE")
    );
    let verified = with_hmac(["verify", &old]).quiet();
    assert!(verified.starts_with("valid for GET"), "{verified}");
    let rejected = with_hmac(["verify", &old, "--method", "PUT"]).rejected();
    assert!(rejected.contains("signature"), "{rejected}");
    let misused = with_hmac(["verify", &old, "--region", "us-east-1"]).misused();
    assert!(misused.contains("--region"), "{misused}");
}

#[test]
fn missing_keys_and_options_of_aws_are_rejected() {
    let rejected = Presign::bare(["get", "gs://test-bucket/a"]).rejected();
    assert!(
        rejected.contains("GOOGLE_APPLICATION_CREDENTIALS"),
        "{rejected}"
    );
    let rejected = Presign::bare(["get", "gs://test-bucket/a"])
        .env("GS_ACCESS_KEY_ID", "GOOG1EXAMPLE")
        .rejected();
    assert!(rejected.contains("no GS_SECRET_ACCESS_KEY"), "{rejected}");
    for options in [
        &["--dualstack"][..],
        &["--signature-version", "v4a"],
        &["--region-set", "*"],
    ] {
        let misused = with_hmac(["get", "gs://test-bucket/a"])
            .args(options.iter().copied())
            .misused();
        assert!(
            misused.contains("for gs://") || misused.contains("v4a"),
            "{misused}"
        );
    }
}

#[test]
fn each_method_is_signed_and_verified() {
    for (arguments, method) in [
        (&["put", "gs://test-bucket/a"][..], "PUT"),
        (&["head", "gs://test-bucket/a"], "HEAD"),
        (&["delete", "gs://test-bucket/a"], "DELETE"),
        (&["url", "gs://test-bucket/a", "--method", "POST"], "POST"),
    ] {
        let url = with_hmac(arguments.iter().copied()).url();
        let verified = with_hmac(["verify", &url, "--method", method]).quiet();
        assert!(
            verified.contains(&format!("valid for {method}")),
            "{verified}"
        );
        let rejected = with_hmac(["verify", &url]).rejected();
        assert!(rejected.contains("signature"), "{rejected}");
    }
    for name in ["..", ".well-known/acme-challenge/a"] {
        let address = format!("gs://test-bucket/{name}");
        let rejected = with_hmac(["get", &address]).rejected();
        assert!(rejected.contains("invalid object name"), "{rejected}");
    }
}

#[test]
fn a_refusal_is_explained_with_the_key_at_hand() {
    let url = with_hmac(["get", "gs://test-bucket/a"]).url();
    let explain = |secret: &str| {
        let run = Presign::bare(["explain", &url, "--response", "-"])
            .env("GS_ACCESS_KEY_ID", "GOOG1EXAMPLE")
            .env("GS_SECRET_ACCESS_KEY", secret)
            .input("<Error><Code>SignatureDoesNotMatch</Code></Error>");
        run.run().stdout
    };
    let found = explain("another");
    assert!(found.starts_with("wrong-secret (likely)"), "{found}");
    let found = explain(HMAC[1].1);
    assert!(!found.starts_with("wrong-secret (likely)"), "{found}");
}
