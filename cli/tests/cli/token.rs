//! `token`: the vectors of the library, through the program.

use super::*;

/// The arguments of a case of `auth-tokens.json`, without those that every kind has.
fn args(case: &Value) -> Option<Vec<String>> {
    let kind = text(case, "/kind");
    let option = |name: &str, member: &str| -> Vec<String> {
        vec![
            format!("--{name}"),
            text(case, &format!("/{member}")).to_owned(),
        ]
    };
    let args = match kind {
        "rds" => {
            let port = vec!["--port".to_owned(), case["port"].to_string()];
            [
                vec!["rds".into()],
                option("host", "host"),
                port,
                option("user", "user"),
            ]
            .concat()
        }
        "dsql" => [vec!["dsql".into()], option("host", "host")].concat(),
        "dsql-admin" => [
            vec!["dsql".into(), "--admin".into()],
            option("host", "host"),
        ]
        .concat(),
        "elasticache" | "elasticache-serverless" => {
            let mut args = [
                vec!["elasticache".into()],
                option("cache", "cache_name"),
                option("user", "user"),
            ]
            .concat();
            args.extend(kind.ends_with("serverless").then(|| "--serverless".into()));
            args
        }
        "memorydb" => [
            vec!["memorydb".into()],
            option("cluster", "cache_name"),
            option("user", "user"),
        ]
        .concat(),
        "eks" => [vec!["eks".into()], option("cluster", "cluster")].concat(),
        "bedrock-api-key" => vec!["bedrock".into()],
        "iot-mqtt" => [vec!["iot".into()], option("host", "host")].concat(),
        "execute-api-websocket" => [
            vec!["execute-api".into()],
            option("host", "host"),
            option("path", "path"),
        ]
        .concat(),
        "codecommit-git" => [
            vec!["codecommit".into()],
            option("host", "host"),
            option("path", "path"),
        ]
        .concat(),
        _ => return None,
    };
    Some(args)
}

fn run(case: &Value) -> Option<Presign> {
    let run = Presign::bare(["token"]).args(args(case)?).credentials(
        text(case, "/access_key_id"),
        text(case, "/secret_access_key"),
        case["session_token"].as_str(),
    );
    let run = run.args([
        "--region",
        text(case, "/region"),
        "--at",
        text(case, "/timestamp"),
    ]);
    Some(match case["expires"].as_u64() {
        Some(seconds) => run.args(["--expires-in".to_owned(), seconds.to_string()]),
        None => run,
    })
}

#[test]
fn every_token_is_that_of_other_signers() {
    let cases: Value = serde_json::from_str(&vectors("auth-tokens.json")).unwrap();
    let mut count = 0;
    for case in cases["cases"].as_array().unwrap() {
        let Some(run) = run(case) else { continue };
        count += 1;
        let printed = run.quiet();
        if text(case, "/kind") == "codecommit-git" {
            let [name, password] =
                ["username", "password"].map(|name| text(case, &format!("/expected/{name}")));
            assert_eq!(printed, format!("username={name}\npassword={password}\n"));
            continue;
        }
        let (printed, expected) = (printed.trim_end(), text(case, "/expected/token"));
        // The order of the parameters differs between signers.
        let sorted = |token: &str| {
            let mut params: Vec<_> = token.split(['?', '&']).map(str::to_owned).collect();
            params.sort();
            params
        };
        assert_eq!(sorted(printed), sorted(expected));
    }
    assert_eq!(count, 15);
}

#[test]
fn json_has_the_names_of_the_contract() {
    let token = Presign::new(["token", "msk"]).json();
    assert_eq!(names(&token), ["token", "expires_at"]);
    assert_eq!(token["expires_at"], "2013-05-24T00:15:00Z");
    let login = [
        "token",
        "codecommit",
        "--host=git.example.com",
        "--path=/v1/repos/r",
    ];
    let login = Presign::new(login).json();
    assert_eq!(names(&login), ["username", "password", "expires_at"]);
    let eks = ["token", "eks", "--cluster=c", "--output=exec-credential"];
    let credential: Value = serde_json::from_str(&Presign::new(eks).quiet()).unwrap();
    assert_eq!(credential["kind"], "ExecCredential");
    assert_eq!(
        credential["status"]["expirationTimestamp"],
        "2013-05-24T00:14:00Z"
    );
    // The token ends with the credentials.
    let soon = Presign::new(eks).env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T00:02:00Z");
    let soon: Value = serde_json::from_str(&soon.quiet()).unwrap();
    assert_eq!(
        soon["status"]["expirationTimestamp"],
        "2013-05-24T00:02:00Z"
    );
    assert!(text(&credential, "/status/token").starts_with("k8s-aws-v1."));
}

#[test]
fn what_a_service_does_not_accept_is_rejected() {
    let rds = [
        "token",
        "rds",
        "--host=h.example.com",
        "--port=1",
        "--user=u",
    ];
    let rejected = Presign::new(rds).args(["--expires-in=16m"]).rejected();
    assert!(rejected.contains("900"), "{rejected}");
    let rejected = Presign::new(rds).args(["--region=a/b"]).rejected();
    assert!(rejected.contains("a/b"), "{rejected}");
    Presign::new(rds)
        .args(["--output=exec-credential"])
        .misused();
    Presign::new(["token", "rds", "--host=h"]).misused();
    Presign::new(["token"]).misused();
    let login = [
        "token",
        "codecommit",
        "--host=h",
        "--path=/p",
        "--expires-in=60",
    ];
    Presign::new(login).misused();

    let soon = || Presign::new(rds).env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T00:01:00Z");
    assert!(soon().rejected().contains("--clamp-expiry"));
    let token = soon().args(["--clamp-expiry"]).json();
    assert_eq!(token["expires_at"], "2013-05-24T00:01:00Z");
}
