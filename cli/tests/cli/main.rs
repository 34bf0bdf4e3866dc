//! Tests of the program: its output, the sources of its values, and its exit status. Signatures
//! come from published vectors and from botocore's recorded output.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

mod aws_choices;
mod azure;
mod batch;
mod cloudfront;
mod curl;
mod examine;
mod explain;
mod google;
mod imports;
#[cfg(feature = "aws-config")]
mod network_credentials;
mod options;
mod output;
mod pages;
mod post;
mod refusals;
mod settings;
mod signatures;
#[cfg(feature = "aws-config")]
mod stand_in;
mod token;
mod v2;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const OTHER_SECRET: &str = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQ==";
const NOW: &str = "20130524T000000Z";

/// The program with nothing of this machine's environment, and a home directory of its own.
struct Presign {
    command: Command,
    home: TempDir,
    secrets: Vec<String>,
    input: Vec<u8>,
}

struct Ran {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Presign {
    /// Without credentials.
    fn bare(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_presign"));
        command
            .env_clear()
            .env("HOME", home.path())
            // Nothing is asked beyond this machine.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(args);
        Presign {
            command,
            home,
            secrets: vec![SECRET.into(), OTHER_SECRET.into()],
            input: Vec::new(),
        }
    }

    /// With the credentials of the AWS documentation in the environment, at the time of its
    /// examples.
    fn new(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        Presign::bare(args)
            .args(["--at", NOW])
            .credentials(ID, SECRET, None)
    }

    fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    fn credentials(mut self, id: &str, secret: &str, token: Option<&str>) -> Self {
        self.command
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret);
        if let Some(token) = token {
            self.command.env("AWS_SESSION_TOKEN", token);
        }
        if secret != id && !secret.is_empty() {
            self.secrets.push(secret.into());
        }
        self
    }

    /// Writes a file in the home directory.
    fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    fn run(mut self) -> Ran {
        self.command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        // Writing fails if the program ends before it has read all.
        let mut stdin = child.stdin.take().unwrap();
        let input = std::mem::take(&mut self.input);
        // In a thread, because the program may print before it has read all.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let ran = Ran {
            status: output.status.code().expect("no signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for secret in &self.secrets {
            for (name, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
                assert!(!text.contains(secret.as_str()), "a secret on {name}");
            }
        }
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran
    }

    /// Returns the standard output of a run that succeeds without a note.
    fn quiet(self) -> String {
        let ran = self.run();
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        ran.stdout
    }

    /// Returns the printed URL.
    fn url(self) -> String {
        let text = self.quiet();
        let url = text.strip_suffix('\n').unwrap();
        assert!(url.starts_with("http") && !url.contains('\n'), "{text}");
        url.into()
    }

    fn json(self) -> Value {
        let ran = self.args(["--output", "json"]).run();
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// Returns the error message of a failed run.
    fn rejected(self) -> String {
        let home = self.home.path().display().to_string();
        let ran = self.run();
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
        let sentence = ran.stderr.strip_prefix("presign: ").unwrap();
        let sentence = sentence.strip_suffix('\n').unwrap();
        assert!(
            !sentence.contains('\n') && sentence.len() > 10,
            "{sentence}"
        );
        assert!(!sentence.contains(TOKEN), "a token on stderr");
        sentence.replace(&home, "~")
    }

    /// A run that is wrong usage.
    fn misused(self) -> String {
        let ran = self.run();
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        ran.stderr
    }
}

/// The value of a query parameter, decoded.
fn param(url: &str, name: &str) -> Option<String> {
    query_set(url)
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

/// The query's parameters, decoded; a flag has an empty value.
fn query_set(url: &str) -> BTreeSet<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter(|param| !param.is_empty())
        .map(|param| {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .unwrap()
        .into_owned()
}

/// The URL up to its query.
fn address(url: &str) -> &str {
    url.split('?').next().unwrap()
}

fn vectors(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors")
        .join(name);
    fs::read_to_string(path).unwrap()
}

fn text<'a>(case: &'a Value, pointer: &str) -> &'a str {
    case.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{pointer} of {case}"))
}

fn pairs(value: &Value) -> Vec<(&str, &str)> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect()
}

fn header_args<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    headers
        .into_iter()
        .map(|(name, value)| format!("--header={name}: {value}"))
        .collect()
}

/// The three steps of a JSON result are those that a vector expects.
fn assert_steps(json: &Value, expected: &Value, case: &str) {
    for step in ["canonical_request", "string_to_sign", "signature"] {
        assert_eq!(json[step], expected[step], "{step} of {case}");
    }
}

/// Lines of `name: value`.
fn header_lines(text: &str) -> Vec<(&str, &str)> {
    text.lines()
        .map(|line| line.split_once(": ").unwrap())
        .collect()
}

/// Header names in lower case.
fn header_set(headers: &Value) -> BTreeMap<String, String> {
    headers
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().unwrap().into()))
        .collect()
}

fn botocore(kinds: &[&str]) -> Vec<Value> {
    vectors("botocore-sample.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|case| kinds.contains(&text(case, "/kind")))
        .collect()
}

fn names(json: &Value) -> Vec<&str> {
    json.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}
