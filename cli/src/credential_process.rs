//! Credentials from another program:
//! [`credential_process`](https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html)
//! of a profile. No message quotes its output, which contains a secret.

use anyhow::{Context, Result, bail, ensure};
use presign::{Credentials, Timestamp};
use serde_json::Value;
use std::process::{Command, Stdio};

/// Runs a command line, and returns the credentials that it prints.
pub fn run(command_line: &str) -> Result<Credentials> {
    let words = shlex::split(command_line).context("the quotation marks are not closed")?;
    let (program, arguments) = words.split_first().context("the command is empty")?;
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        // Its messages are for the user.
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{program} can't be started"))?;
    ensure!(
        output.status.success(),
        "{program} failed: {}",
        output.status
    );
    parse(&output.stdout).with_context(|| format!("the output of {program} has no credentials"))
}

fn parse(output: &[u8]) -> Result<Credentials> {
    // The error of the parser could quote a secret.
    let Ok(json) = serde_json::from_slice::<Value>(output) else {
        bail!("it is not JSON");
    };
    ensure!(json["Version"] == 1, "its Version is not 1");
    let text = |name: &str| json[name].as_str();
    let required = |name| text(name).with_context(|| format!("missing property `{name}`"));
    let id = required("AccessKeyId")?;
    let mut credentials = Credentials::new(id, required("SecretAccessKey")?)?;
    if let Some(token) = text("SessionToken") {
        credentials = credentials.with_session_token(token)?;
    }
    if let Some(expiration) = text("Expiration") {
        let expiration = expiration.parse::<Timestamp>().context("Expiration")?;
        credentials = credentials.with_expiration(expiration);
    }
    Ok(credentials)
}
