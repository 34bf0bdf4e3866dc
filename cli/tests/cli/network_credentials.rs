//! Credentials from roles, web identities, SSO, containers and instances, whose services a server
//! on loopback stands in for. The answers have the form of AWS's documents. Each source has an
//! answer that is accepted and one that is rejected.

use super::stand_in::{Answer, Received, start};
use super::*;

/// The credentials of every accepted answer.
const ROLE_ID: &str = "ASIAROLEEXAMPLE";
/// The time of signing. The SDK changes the expiration of instances whose clock is wrong.
const AT: &str = "29990101T000000Z";
const EXPIRATION: &str = "2999-01-01T06:00:00Z";
const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/reader";

/// The profile `default` has keys, and others have what each test adds.
fn run(config: &str) -> Presign {
    Presign::bare(["get", "s3://examplebucket/k", "--at", AT])
        .file(
            ".aws/credentials",
            format!("[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"),
        )
        .file(".aws/config", config)
}

/// Asserts that the role's credentials sign, with their token and not beyond their expiration.
fn assert_signs(run: impl Fn() -> Presign) {
    let url = run().url();
    let credential = param(&url, "X-Amz-Credential").unwrap();
    assert!(
        credential.starts_with(&format!("{ROLE_ID}/")),
        "{credential}"
    );
    assert_eq!(param(&url, "X-Amz-Security-Token").as_deref(), Some(TOKEN));
    let late = run().args(["--expires-in", "7h"]).rejected();
    assert!(
        late.contains("its credentials, which expire at 2999-01-01T06:00:00Z"),
        "{late}"
    );
}

/// Asserts that nothing is signed, and that the message contains the words.
fn assert_rejected(run: Presign, words: &[&str]) {
    let message = run.rejected();
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
}

fn not_found() -> Answer {
    (404, String::new())
}

// Roles and web identities: the service STS.

fn sts_answer(action: &str) -> Answer {
    let credentials = format!(
        "<Credentials><AccessKeyId>{ROLE_ID}</AccessKeyId><SecretAccessKey>{OTHER_SECRET}</SecretAccessKey>\
         <SessionToken>{TOKEN}</SessionToken><Expiration>{EXPIRATION}</Expiration></Credentials>"
    );
    let user = "<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/reader/s</Arn>\
                <AssumedRoleId>AROAEXAMPLE:s</AssumedRoleId></AssumedRoleUser>";
    (
        200,
        format!(
            "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <{action}Result>{credentials}{user}</{action}Result></{action}Response>"
        ),
    )
}

fn sts_error(code: &str, message: &str) -> Answer {
    (
        403,
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        ),
    )
}

/// Gives the role to the keys of the profile `default`, in the region of the role's profile.
fn sts(request: &Received) -> Answer {
    let form = query_set(&format!("?{}", request.body));
    let has = |name: &str, value: &str| form.contains(&(name.into(), value.into()));
    assert_eq!(request.line, "POST /");
    if has("Action", "AssumeRoleWithWebIdentity") {
        return if has("WebIdentityToken", "web-identity-token") && has("RoleArn", ROLE_ARN) {
            sts_answer("AssumeRoleWithWebIdentity")
        } else {
            sts_error("InvalidIdentityToken", "Couldn't retrieve verification key")
        };
    }
    let is_signed_by = |id: &str| {
        let front = format!("AWS4-HMAC-SHA256 Credential={id}/");
        let authorization = request.header("authorization");
        authorization.starts_with(&front) && authorization.contains("/eu-west-1/sts/aws4_request")
    };
    let is_allowed = is_signed_by(ID) || is_signed_by(ROLE_ID);
    if has("Action", "AssumeRole") && has("RoleArn", ROLE_ARN) && is_allowed {
        sts_answer("AssumeRole")
    } else {
        sts_error(
            "AccessDenied",
            "User is not authorized to perform: sts:AssumeRole",
        )
    }
}

fn role(config: &str) -> Presign {
    run(config)
        .args(["--profile", "role"])
        .env("AWS_ENDPOINT_URL_STS", start(sts))
}

#[test]
fn a_role_is_assumed_with_the_keys_of_another_profile() {
    let config = format!(
        "[profile role]\nregion = eu-west-1\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
    );
    assert_signs(|| role(&config));
    // Another profile's keys may not assume it.
    let other = config.replace("= default", "= other")
        + &format!(
            "[profile other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = {SECRET}\n"
        );
    assert_rejected(
        role(&other),
        &[
            "come from role_arn",
            "AccessDenied",
            "User is not authorized",
        ],
    );
    let missing = config.replace("= default", "= nobody");
    assert_rejected(role(&missing), &["come from role_arn", "nobody"]);
    let no_source = config.replace("source_profile = default", "");
    assert_rejected(
        role(&no_source),
        &["come from role_arn", "source_profile", "credential_source"],
    );
}

#[test]
fn a_role_is_assumed_with_a_credential_source() {
    let config = format!(
        "[profile role]\nregion = eu-west-1\nrole_arn = {ROLE_ARN}\ncredential_source = Environment\n"
    );
    assert_signs(|| role(&config).credentials(ID, SECRET, None));
    assert_rejected(role(&config), &["come from role_arn", "AWS_ACCESS_KEY_ID"]);
    let unknown = config.replace("Environment", "Somewhere");
    assert_rejected(role(&unknown), &["come from role_arn", "Somewhere"]);

    let container = config.replace("Environment", "EcsContainer");
    let with = |token| {
        role(&container)
            .env(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                start(container_role) + "/role",
            )
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", token)
    };
    assert_signs(|| with("container-token"));
    assert_rejected(with("other-token"), &["come from role_arn"]);
}

#[test]
fn a_role_whose_user_types_a_code_is_rejected() {
    let config = format!(
        "[profile role]\nrole_arn = {ROLE_ARN}\nsource_profile = default\nmfa_serial = arn:aws:iam::1:mfa/u\n"
    );
    assert_rejected(
        role(&config),
        &[
            "mfa_serial",
            "aws configure export-credentials --profile role",
        ],
    );
}

#[test]
fn a_web_identity_is_exchanged() {
    let of_profile = |token: &str| {
        let run = role("").file("token", token);
        let path = run.home.path().join("token");
        let config = format!(
            "[profile role]\nrole_arn = {ROLE_ARN}\nweb_identity_token_file = {}\n",
            path.display()
        );
        run.file(".aws/config", config)
    };
    assert_signs(|| of_profile("web-identity-token"));
    assert_rejected(
        of_profile("other"),
        &["come from web_identity_token_file", "InvalidIdentityToken"],
    );

    let of_environment = |token: &str| {
        let run = run("").file("token", token);
        let path = run.home.path().join("token");
        run.env("AWS_WEB_IDENTITY_TOKEN_FILE", path)
            .env("AWS_ROLE_ARN", ROLE_ARN)
            .env("AWS_ENDPOINT_URL_STS", start(sts))
    };
    assert_signs(|| of_environment("web-identity-token"));
    assert_rejected(
        of_environment("other"),
        &[
            "come from AWS_WEB_IDENTITY_TOKEN_FILE",
            "InvalidIdentityToken",
        ],
    );
    let no_role = of_environment("web-identity-token").env("AWS_ROLE_ARN", "");
    assert_rejected(
        no_role,
        &[
            "come from AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_ROLE_ARN is not set",
        ],
    );
    let no_file = of_environment("").env("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token");
    assert_rejected(
        no_file,
        &["come from AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token"],
    );
}

// SSO: the service's portal, and the token of `aws sso login` in a file.

fn sso(request: &Received) -> Answer {
    let path = "GET /federation/credentials?";
    assert!(request.line.starts_with(path), "{}", request.line);
    let query = query_set(&request.line);
    let has = |name: &str, value: &str| query.contains(&(name.into(), value.into()));
    assert!(has("account_id", "123456789012") && has("role_name", "reader"));
    if request.header("x-amz-sso_bearer_token") != "sso-token" {
        return (
            401,
            r#"{"message": "Session token not found or invalid"}"#.into(),
        );
    }
    // Milliseconds.
    let expiration = 32_472_165_600_000_u64;
    (
        200,
        format!(
            r#"{{"roleCredentials": {{"accessKeyId": "{ROLE_ID}", "secretAccessKey": "{OTHER_SECRET}", "sessionToken": "{TOKEN}", "expiration": {expiration}}}}}"#
        ),
    )
}

#[test]
fn sso_has_credentials_for_those_who_logged_in() {
    let config = "[profile sso]\nsso_session = company\nsso_account_id = 123456789012\nsso_role_name = reader\n\
                  [sso-session company]\nsso_region = us-east-1\nsso_start_url = https://d-1.awsapps.com/start\n";
    let logged_out = || {
        run(config)
            .args(["--profile", "sso"])
            .env("AWS_ENDPOINT_URL_SSO", start(sso))
            .env("AWS_ENDPOINT_URL_SSO_OIDC", "http://127.0.0.1:9")
    };
    // The name is the SHA-1 of the session's name.
    let path = ".aws/sso/cache/71b21161ffa1e6516bcc072aaf5ef38cbe85b511.json";
    let logged_in = |token: &str, expiration: &str| {
        let json = format!(
            r#"{{"accessToken": "{token}", "expiresAt": "{expiration}", "region": "us-east-1", "startUrl": "https://d-1.awsapps.com/start"}}"#
        );
        logged_out().file(path, json)
    };
    assert_signs(|| logged_in("sso-token", "2999-01-01T00:00:00Z"));
    let words = [
        "come from sso_session",
        "log in with `aws sso login --profile sso`",
    ];
    assert_rejected(logged_in("other", "2999-01-01T00:00:00Z"), &words);
    assert_rejected(logged_in("sso-token", "2001-01-01T00:00:00Z"), &words);
    assert_rejected(logged_out(), &words);
}

// Containers.

fn container_role(request: &Received) -> Answer {
    if request.line != "GET /role" {
        return not_found();
    }
    if request.header("authorization") != "container-token" {
        return (403, String::new());
    }
    (
        200,
        format!(
            r#"{{"AccessKeyId": "{ROLE_ID}", "SecretAccessKey": "{OTHER_SECRET}", "Token": "{TOKEN}", "Expiration": "{EXPIRATION}"}}"#
        ),
    )
}

#[test]
fn a_container_has_a_role() {
    let with = |uri: &str, token| {
        Presign::bare(["get", "s3://examplebucket/k", "--at", AT])
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", token)
    };
    let uri = start(container_role) + "/role";
    assert_signs(|| with(&uri, "container-token"));
    let name = "come from AWS_CONTAINER_CREDENTIALS_FULL_URI";
    assert_rejected(with(&uri, "other-token"), &[name]);
    assert_rejected(with(&start(container_role), "container-token"), &[name]);
    // Credentials in plain text from elsewhere than this machine.
    assert_rejected(with("http://192.0.2.1/role", "container-token"), &[name]);
}

// Instances.

fn instance(request: &Received) -> Answer {
    let role = "/latest/meta-data/iam/security-credentials/";
    let with_token = request.header("x-aws-ec2-metadata-token") == "imds-token";
    match request.line.as_str() {
        "PUT /latest/api/token" => (200, "imds-token".into()),
        _ if !with_token => (401, String::new()),
        line if line == format!("GET {role}") => (200, "reader".into()),
        line if line == format!("GET {role}reader") => (
            200,
            format!(
                r#"{{"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2013-05-24T00:00:00Z", "AccessKeyId": "{ROLE_ID}", "SecretAccessKey": "{OTHER_SECRET}", "Token": "{TOKEN}", "Expiration": "{EXPIRATION}"}}"#
            ),
        ),
        _ => not_found(),
    }
}

fn instance_without_role(request: &Received) -> Answer {
    match request.line.as_str() {
        "PUT /latest/api/token" => (200, "imds-token".into()),
        _ => not_found(),
    }
}

fn instance_without_trust(request: &Received) -> Answer {
    match instance(request) {
        (200, text) if text.starts_with('{') => (
            200,
            r#"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role reader", "LastUpdated": "2013-05-24T00:00:00Z"}"#.into(),
        ),
        answer => answer,
    }
}

#[test]
fn an_instance_has_a_role() {
    let with = |answer| {
        Presign::bare(["get", "s3://examplebucket/k", "--at", AT])
            .env("AWS_EC2_METADATA_DISABLED", "false")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", start(answer))
    };
    assert_rejected(
        with(instance_without_role),
        &["no credentials: AWS_ACCESS_KEY_ID"],
    );
    assert_rejected(
        with(instance_without_trust),
        &["instance metadata", "EC2 cannot assume the role reader"],
    );
    assert_rejected(
        with(instance).env("AWS_EC2_METADATA_DISABLED", "true"),
        &["no credentials: AWS_ACCESS_KEY_ID"],
    );
    assert_signs(|| with(instance));
    // Keys precede it.
    let url = with(instance).credentials(ID, SECRET, None).url();
    assert!(param(&url, "X-Amz-Credential").unwrap().starts_with(ID));
}
