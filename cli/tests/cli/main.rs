//! The command line keeps its contract: what it prints and where, where its values come from, and its exit
//! status. Signatures come from published vectors and from botocore's recorded output.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

mod batch;
mod examine;
mod post;
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
        command.env_clear().env("HOME", home.path()).args(args);
        Presign {
            command,
            home,
            secrets: vec![SECRET.into(), OTHER_SECRET.into()],
            input: Vec::new(),
        }
    }

    /// With the credentials of AWS's documents in the environment, at the time of its examples.
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
        // A program that is done before it reads has closed its end: that is no error.
        let mut stdin = child.stdin.take().unwrap();
        let input = std::mem::take(&mut self.input);
        // From a thread: it may print before it has read all.
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

    /// Standard output of a run that succeeds and has nothing to say besides.
    fn quiet(self) -> String {
        let ran = self.run();
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        ran.stdout
    }

    /// The URL that is printed.
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

    /// The sentence of a run that is refused.
    fn refused(self) -> String {
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

// Signatures.

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
    // The same object under the global endpoint's name, as an address.
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
            // The suite's query form hashes the body without telling it in a header.
            continue;
        }
        assert_steps(&run("sign").json(), expected, name);
        let expires = context["expiration_in_seconds"].to_string();
        let presigned = run("url").args(["--expires-in", &expires]).json();
        assert_steps(&presigned, &case["query"], name);
    }
    assert_eq!(count, 31);
}

fn botocore(kinds: &[&str]) -> Vec<Value> {
    vectors("botocore-sample.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|case| kinds.contains(&text(case, "/kind")))
        .collect()
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

/// Header names in lower case.
fn header_set(headers: &Value) -> BTreeMap<String, String> {
    headers
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().unwrap().into()))
        .collect()
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
        // Text and JSON say the same, and nothing that is signed is missing but host.
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

// Addresses and options.

#[test]
fn a_key_is_taken_as_it_is() {
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
    let date = presign::Timestamp::parse(&date).unwrap();
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

// Bodies.

#[test]
fn a_body_is_hashed_from_a_file_or_standard_input() {
    // Longer than what is read at once.
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

// JSON.

fn names(json: &Value) -> Vec<&str> {
    json.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn json_has_the_names_of_the_contract() {
    let url = [
        "method",
        "url",
        "headers",
        "expires_at",
        "canonical_request",
        "string_to_sign",
        "signature",
    ];
    let object = Presign::new(["put", "s3://examplebucket/k"])
        .args(["--header", "Content-Type: text/plain"])
        .json();
    assert_eq!(names(&object), url);
    assert_eq!(object["expires_at"], "2013-05-24T01:00:00Z");
    assert_eq!(header_set(&object["headers"]).len(), 1);
    assert_eq!(object["headers"]["Content-Type"], "text/plain");
    assert!(
        text(&object, "/url")
            .ends_with(&format!("&X-Amz-Signature={}", text(&object, "/signature")))
    );
    let any = Presign::new(["url", "https://example.com/"]).json();
    assert_eq!(names(&any), url);
    assert_eq!(any["headers"], serde_json::json!({}));
    let signed = Presign::new(["sign", "https://example.com/"])
        .args(["--header", "Content-Type: text/plain"])
        .env("AWS_SESSION_TOKEN", TOKEN)
        .json();
    assert_eq!(
        names(&signed),
        [
            "method",
            "headers",
            "canonical_request",
            "string_to_sign",
            "signature"
        ]
    );
    assert_eq!(
        names(&signed["headers"]),
        [
            "Content-Type",
            "x-amz-date",
            "x-amz-content-sha256",
            "x-amz-security-token",
            "Authorization"
        ]
    );
    let authorization = text(&signed, "/headers/Authorization");
    assert!(authorization.ends_with(&format!("Signature={}", text(&signed, "/signature"))));
}

#[test]
fn a_host_of_its_own_is_said_but_is_not_among_the_headers() {
    for command in ["url", "sign"] {
        for output in ["text", "json"] {
            let ran = Presign::new([command, "https://localhost:9000/k", "--output", output])
                .args(["--header", "Host: bucket.example.com"])
                .run();
            assert_eq!(ran.status, 0);
            let stderr = ran.stderr.to_ascii_lowercase();
            assert_eq!(stderr, "presign: send with it: host: bucket.example.com\n");
            if output == "json" {
                let json: Value = serde_json::from_str(&ran.stdout).unwrap();
                assert!(!header_set(&json["headers"]).contains_key("host"));
                assert!(text(&json, "/canonical_request").contains("\nhost:bucket.example.com\n"));
            } else {
                assert!(!ran.stdout.to_ascii_lowercase().contains("host: "));
            }
        }
    }
}

#[test]
fn repeated_headers_are_one_name_in_json_and_two_lines_in_text() {
    let args = ["--header=A: 2", "--header=a:  1 "];
    let json = Presign::new(["sign", "https://example.com/"])
        .args(args)
        .json();
    assert_eq!(json["headers"]["A"], "2,1");
    assert!(text(&json, "/canonical_request").contains("\na:2,1\n"));
    let printed = Presign::new(["sign", "https://example.com/"])
        .args(args)
        .quiet();
    assert!(printed.starts_with("A: 2\na: 1\n"), "{printed}");
}

#[test]
fn a_header_that_is_never_signed_is_left_out_and_said() {
    for command in ["url", "sign"] {
        let ran = Presign::new([command, "https://example.com/", "--header=User-Agent: me"])
            .args(["--header=Host: example.com"])
            .run();
        assert_eq!(ran.status, 0);
        assert!(!ran.stdout.contains("User-Agent") && !ran.stdout.contains("user-agent"));
        assert!(ran.stderr.contains("the header User-Agent is never signed"));
        assert!(!ran.stderr.contains("the header Host"));
    }
}

#[test]
fn a_folded_value_is_sent_in_one_line() {
    let run = || Presign::new(["sign", "https://example.com/", "--header=A: b\n  c"]);
    assert!(run().quiet().starts_with("A: b c\n"));
    assert!(text(&run().json(), "/canonical_request").contains("\na:b c\n"));
}

// Where values come from.

/// Config and credentials files with three profiles.
fn with_files(run: Presign) -> Presign {
    run.file(
        ".aws/credentials",
        format!(
            "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = {SECRET}\n\n\
             # another one\n[other]\n  aws_access_key_id=AKIDOTHER\n  aws_secret_access_key={OTHER_SECRET}\n\
             [both]\naws_access_key_id = AKIDBOTH\naws_secret_access_key = {SECRET}\nregion = eu-west-3\n"
        ),
    )
    .file(
        ".aws/config",
        format!(
            "[default]\nregion = eu-west-1\n\n\
             [profile other]\nregion = eu-west-2\nendpoint_url = http://other.example.com\ns3 =\n    \
             addressing_style = virtual\noutput = json\n\
             [profile both]\nregion = eu-north-1\naws_session_token = {TOKEN}\nservices = local\n\
             endpoint_url = http://general.example.com\n\
             [profile config-only]\naws_access_key_id = ASIDCONFIG\naws_secret_access_key = {OTHER_SECRET}\n\
             aws_session_token = {TOKEN}\n\
             [services local]\ns3 =\n  endpoint_url = http://localhost:9000\ndynamodb =\n  \
             endpoint_url = http://localhost:8000\n"
        ),
    )
}

/// Access key id and region of a URL.
fn signer(url: &str) -> (String, String) {
    let credential = param(url, "X-Amz-Credential").unwrap();
    let parts: Vec<_> = credential.split('/').collect();
    (parts[0].into(), parts[2].into())
}

#[test]
fn credentials_come_from_the_environment_then_the_profile() {
    let get = |args: &[&str]| {
        with_files(Presign::bare(["get", "s3://examplebucket/k", "--at", NOW])).args(args)
    };
    let who = |run: Presign| signer(&run.url()).0;
    assert_eq!(who(get(&[])), "AKIDDEFAULT");
    assert_eq!(who(get(&[]).env("AWS_PROFILE", "other")), "AKIDOTHER");
    assert_eq!(who(get(&["--profile", "other"])), "AKIDOTHER");
    assert_eq!(
        who(get(&["--profile", "other"]).env("AWS_PROFILE", "both")),
        "AKIDOTHER"
    );
    assert_eq!(who(get(&["--profile=config-only"])), "ASIDCONFIG");
    // The environment goes before the profile that it names, but not before one that an option names.
    assert_eq!(who(get(&[]).credentials(ID, SECRET, None)), ID);
    assert_eq!(
        who(get(&[])
            .credentials(ID, SECRET, None)
            .env("AWS_PROFILE", "other")),
        ID
    );
    assert_eq!(
        who(get(&["--profile", "other"]).credentials(ID, SECRET, None)),
        "AKIDOTHER"
    );
    // Empty variables are not set.
    assert_eq!(who(get(&[]).credentials("", "", None)), "AKIDDEFAULT");
    // Credentials of the environment need no profile.
    let nowhere = get(&[])
        .credentials(ID, SECRET, None)
        .env("AWS_PROFILE", "nowhere");
    assert_eq!(signer(&nowhere.url()), (ID.into(), "us-east-1".into()));
}

#[test]
fn a_session_token_belongs_to_the_keys_beside_it() {
    let get = |args: &[&str]| {
        with_files(Presign::bare(["get", "s3://examplebucket/k", "--at", NOW])).args(args)
    };
    let token = |run: Presign| param(&run.url(), "X-Amz-Security-Token");
    assert_eq!(
        token(get(&["--profile=config-only"])).as_deref(),
        Some(TOKEN)
    );
    // The keys of `both` stand in the credentials file, its token in the config file.
    assert_eq!(token(get(&["--profile=both"])), None);
    let env = || get(&[]).credentials(ID, SECRET, Some(TOKEN));
    assert_eq!(token(env()).as_deref(), Some(TOKEN));
    assert_eq!(token(env().args(["--profile=other"])), None);
    assert_eq!(token(get(&[]).env("AWS_SESSION_TOKEN", TOKEN)), None);
    assert_eq!(token(get(&[]).credentials(ID, SECRET, Some(""))), None);
}

#[test]
fn files_are_where_the_environment_says() {
    let run = |credentials: &str| {
        let run = Presign::bare(["get", "s3://examplebucket/k", "--at", NOW])
            .file(
                "here/keys",
                format!("[default]\naws_access_key_id=AKIDHERE\naws_secret_access_key={SECRET}\n"),
            )
            .file(
                "here/conf",
                "[profile default]\nregion=sa-east-1\n[default]\nregion=x-1\n",
            );
        let config = run.home.path().join("here/conf");
        let credentials = match credentials.starts_with('~') {
            true => credentials.into(),
            false => run.home.path().join(credentials).into_os_string(),
        };
        run.env("AWS_SHARED_CREDENTIALS_FILE", credentials)
            .env("AWS_CONFIG_FILE", config)
    };
    let expected = ("AKIDHERE".to_owned(), "sa-east-1".to_owned());
    assert_eq!(signer(&run("here/keys").url()), expected);
    assert_eq!(signer(&run("~/here/keys").url()), expected);
    let refused = run("nowhere/keys").refused();
    assert!(
        refused.contains("nowhere/keys") && refused.contains("here/conf"),
        "{refused}"
    );
}

#[test]
fn the_region_comes_from_the_option_the_environment_the_profile_or_the_default() {
    let get = |args: &[&str]| with_files(Presign::new(["get", "s3://examplebucket/k"])).args(args);
    let region = |run: Presign| signer(&run.url()).1;
    let bare = Presign::new(["get", "s3://examplebucket/k"]);
    assert_eq!(region(bare), "us-east-1");
    assert_eq!(region(get(&[])), "eu-west-1");
    assert_eq!(
        region(get(&["--profile=other", "--endpoint-url=http://h"])),
        "eu-west-2"
    );
    // The credentials file goes before the config file.
    assert_eq!(
        region(get(&["--profile=both", "--endpoint-url=http://h"])),
        "eu-west-3"
    );
    let env = || get(&["--profile=other", "--endpoint-url=http://h"]);
    assert_eq!(
        region(env().env("AWS_DEFAULT_REGION", "ap-south-1")),
        "ap-south-1"
    );
    let both = || {
        env()
            .env("AWS_DEFAULT_REGION", "ap-south-1")
            .env("AWS_REGION", "ap-south-2")
    };
    assert_eq!(region(both()), "ap-south-2");
    assert_eq!(region(both().args(["--region=ca-west-1"])), "ca-west-1");
    assert_eq!(region(env().env("AWS_REGION", "")), "eu-west-2");
    for command in ["url", "sign"] {
        let json = Presign::new([command, "https://example.com/"])
            .env("AWS_REGION", "ap-south-2")
            .json();
        assert!(text(&json, "/string_to_sign").contains("/ap-south-2/s3/"));
    }
}

#[test]
fn the_endpoint_comes_from_the_option_the_environment_or_the_profile() {
    let get = |profile: &str| {
        with_files(Presign::new([
            "get",
            "s3://examplebucket/k",
            "--profile",
            profile,
        ]))
    };
    let place = |run: Presign| address(&run.url()).to_owned();
    assert_eq!(
        place(get("default")),
        "https://examplebucket.s3.eu-west-1.amazonaws.com/k"
    );
    // The profile's endpoint, and the addressing style in the lines below `s3 =`.
    assert_eq!(
        place(get("other")),
        "http://examplebucket.other.example.com/k"
    );
    assert_eq!(
        place(get("other").args(["--addressing-style=path"])),
        "http://other.example.com/examplebucket/k"
    );
    // The one for S3 goes before the one for all services.
    assert_eq!(place(get("both")), "http://localhost:9000/examplebucket/k");
    let env = || get("both").env("AWS_ENDPOINT_URL", "http://all.example.com");
    assert_eq!(place(env()), "http://all.example.com/examplebucket/k");
    let s3 = || env().env("AWS_ENDPOINT_URL_S3", "http://s3.example.com");
    assert_eq!(place(s3()), "http://s3.example.com/examplebucket/k");
    assert_eq!(
        place(s3().args(["--endpoint-url=http://option.example.com"])),
        "http://option.example.com/examplebucket/k"
    );
}

#[test]
fn kinds_of_hosts_come_from_the_environment_or_the_profile() {
    let get = || Presign::new(["get", "s3://examplebucket/k"]);
    let place = |run: Presign| address(&run.url()).to_owned();
    let dualstack = "https://examplebucket.s3.dualstack.us-east-1.amazonaws.com/k";
    let fips = "https://examplebucket.s3-fips.us-east-1.amazonaws.com/k";
    assert_eq!(
        place(get().env("AWS_USE_DUALSTACK_ENDPOINT", "true")),
        dualstack
    );
    assert_eq!(place(get().env("AWS_USE_FIPS_ENDPOINT", "TRUE")), fips);
    let config = "[default]\nuse_fips_endpoint = true\n";
    assert_eq!(place(get().file(".aws/config", config)), fips);
    let off = get()
        .file(".aws/config", config)
        .env("AWS_USE_FIPS_ENDPOINT", "false");
    assert_eq!(
        place(off),
        "https://examplebucket.s3.us-east-1.amazonaws.com/k"
    );
    // They say nothing of an endpoint that is not AWS's.
    let custom = get().env("AWS_USE_FIPS_ENDPOINT", "true");
    let custom = custom.args(["--endpoint-url=http://localhost:9000"]);
    assert_eq!(place(custom), "http://localhost:9000/examplebucket/k");
}

// Refusals.

#[test]
fn what_is_refused_ends_with_one_sentence_and_nothing_else() {
    let get = "s3://examplebucket/k";
    let url = "https://example.com/";
    let cases: &[(&[&str], &str)] = &[
        (&["get", "s3://examplebucket"], "key"),
        (&["put", "s3://examplebucket/"], "key"),
        (&["head", "s3:///k"], "bucket name is empty"),
        (
            &[
                "delete",
                "s3://Example_Bucket/k",
                "--addressing-style=virtual",
            ],
            "Example_Bucket",
        ),
        (&["get", get, "--expires-in=0"], "not for 0"),
        (&["get", get, "--expires-in=604801"], "604800"),
        (&["get", get, "--expires-in=8d"], "seven days"),
        (&["url", url, "--expires-in=8d"], "seven days"),
        (&["get", get, "--region=eu/west"], "eu/west"),
        (&["get", get, "--region="], "region"),
        (&["url", url, "--region=eu west"], "eu west"),
        (&["url", url, "--service=a/b"], "a/b"),
        (&["url", url, "--service="], "service"),
        (&["get", get, "--query=X-Amz-Date=x"], "X-Amz-Date"),
        (&["get", get, "--query=x-amz-signature"], "X-Amz-Signature"),
        (
            &["url", "https://example.com/?X-Amz-Expires=1"],
            "X-Amz-Expires",
        ),
        (
            &["sign", "https://example.com/?x-amz-algorithm=1"],
            "X-Amz-Algorithm",
        ),
        (&["get", get, "--header=a b: c"], "a b"),
        (&["get", get, "--header=a: b\r\nc: d"], "line break"),
        (&["sign", url, "--header=a: b\nc: d"], "line break"),
        (
            &["get", get, "--header=Host: a", "--header=host: b"],
            "Host",
        ),
        (&["get", get, "--endpoint-url=localhost:9000"], "https://"),
        (&["get", get, "--endpoint-url=ftp://localhost"], "ftp"),
        (&["get", get, "--endpoint-url=https://u@localhost"], "user"),
        (
            &["get", get, "--endpoint-url=http://h", "--dualstack"],
            "dualstack",
        ),
        (&["get", get, "--accelerate", "--fips"], "exclude"),
        (&["url", "example.com/"], "absolute"),
        (&["url", "s3://examplebucket/k"], "s3"),
        (&["url", "https:///path"], "host"),
        (&["url", "https://user@example.com/"], "user"),
        (&["url", "https://example.com/%zz"], "%zz"),
        (&["url", "https://example.com/?a=%2"], "%2"),
        (&["url", "https://example.com/#a"], "fragment"),
        (&["url", url, "--method=get"], "GET"),
        (&["sign", url, "--method=A B"], "A B"),
        (&["sign", url, "--payload-hash=abc"], "abc"),
        (&["sign", url, "--payload-hash=STREAMING-X"], "STREAMING-X"),
        (&["sign", url, "--body=no/such/file"], "no/such/file"),
        (
            &["sign", url, "--header=x-amz-date: 20200101T000000Z"],
            "x-amz-date",
        ),
        (
            &[
                "sign",
                url,
                "--header=x-amz-date: 20130524T000000Z",
                "--header=X-Amz-Date: 20130524T000000Z",
            ],
            "x-amz-date is there twice",
        ),
        (
            &[
                "url",
                url,
                "--header=x-amz-content-sha256: UNSIGNED-PAYLOAD",
                "--header=x-amz-content-sha256: UNSIGNED-PAYLOAD",
            ],
            "x-amz-content-sha256 is there twice",
        ),
        (
            &[
                "sign",
                url,
                "--payload-hash=STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "--header=x-amz-content-sha256: UNSIGNED-PAYLOAD",
            ],
            "x-amz-content-sha256 is there twice",
        ),
        (&["get", get, "--profile=nowhere"], "`nowhere`"),
    ];
    for (args, part) in cases {
        let sentence = Presign::new(*args).refused();
        assert!(sentence.contains(part), "{args:?}: {sentence}");
        let json = Presign::new(*args).args(["--output", "json"]);
        assert_eq!(json.refused(), sentence);
    }
}

#[test]
fn credentials_that_cannot_be_are_refused_without_being_shown() {
    let get = || Presign::bare(["get", "s3://examplebucket/k"]);
    let padded = format!("{SECRET} ");
    for (run, part) in [
        (get().env("AWS_ACCESS_KEY_ID", ID), "AWS_SECRET_ACCESS_KEY"),
        (
            get().env("AWS_SECRET_ACCESS_KEY", SECRET),
            "AWS_ACCESS_KEY_ID",
        ),
        (get().credentials(ID, "", None), "AWS_SECRET_ACCESS_KEY"),
        (get().credentials(ID, &padded, None), "secret access key"),
        (
            get()
                .credentials(ID, SECRET, None)
                .env("AWS_SESSION_TOKEN", format!("{TOKEN}\n")),
            "token",
        ),
        (get().credentials(" AKID", SECRET, None), "access key id"),
        (
            get()
                .credentials(ID, SECRET, None)
                .env("AWS_CREDENTIAL_EXPIRATION", "tomorrow"),
            "AWS_CREDENTIAL_EXPIRATION",
        ),
        (
            Presign::new(["get", "s3://examplebucket/k"])
                .env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T00:59:59Z"),
            "2013-05-24T00:59:59Z",
        ),
    ] {
        let sentence = run.refused();
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    Presign::new(["get", "s3://examplebucket/k"])
        .env("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T01:00:00+00:00")
        .url();
}

#[test]
fn missing_credentials_say_where_was_looked() {
    let sentence = Presign::bare(["get", "s3://examplebucket/k"]).refused();
    for part in [
        "AWS_ACCESS_KEY_ID",
        "`default`",
        ".aws/credentials",
        ".aws/config",
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }
    let run = Presign::bare(["url", "https://example.com/"]).env("AWS_PROFILE", "mine");
    let sentence = run.refused();
    assert!(sentence.contains("`mine`"), "{sentence}");
    // A profile that is there and has no keys.
    let sentence = Presign::new(["get", "s3://examplebucket/k", "--profile=mine"])
        .file(".aws/config", "[profile mine]\nregion = eu-west-1\n")
        .refused();
    assert!(
        sentence.contains("`mine` has no aws_access_key_id"),
        "{sentence}"
    );
}

#[test]
fn a_message_stays_in_one_line() {
    let sentence = Presign::new(["get", "s3://a\nb\u{1b}[2J"]).refused();
    assert!(sentence.contains(r"s3://a\nb\u{1b}[2J"), "{sentence}");
    let profile = Presign::new(["get", "s3://examplebucket/k", "--profile=a\nb"]);
    assert!(profile.refused().contains(r"`a\nb`"));
}

#[test]
fn without_a_home_only_the_environment_is_asked() {
    let run = |mut run: Presign| {
        run.command.env_remove("HOME").current_dir(run.home.path());
        run
    };
    run(Presign::new(["get", "s3://examplebucket/k"])).url();
}

#[test]
fn profiles_that_fetch_their_credentials_are_not_supported() {
    for (lines, part) in [
        (
            "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default",
            "role_arn",
        ),
        (
            "sso_session = s\nsso_account_id = 123456789012",
            "sso_session",
        ),
        ("sso_start_url = https://example.com/start", "sso_start_url"),
        (
            "credential_process = /bin/tool secret-argument",
            "credential_process",
        ),
    ] {
        let sentence = Presign::bare(["get", "s3://examplebucket/k", "--profile=p"])
            .file(".aws/config", format!("[profile p]\n{lines}\n"))
            .refused();
        assert!(sentence.contains(part), "{sentence}");
        assert!(
            sentence.contains("aws configure export-credentials"),
            "{sentence}"
        );
        assert!(!sentence.contains("secret-argument"), "{sentence}");
    }
}

#[test]
fn files_that_cannot_be_read_are_refused_without_being_shown() {
    let get = || Presign::bare(["get", "s3://examplebucket/k"]);
    for (text, part) in [
        (format!("[default]\n[{SECRET}\n"), "line 2"),
        (format!("[default]\n= {SECRET}\n"), "line 2"),
        (
            format!("[default]\naws_secret_access_key = {SECRET}\n"),
            "aws_access_key_id",
        ),
        (
            "[default]\naws_access_key_id = AKID\n".into(),
            "aws_secret_access_key",
        ),
        (
            format!("[default]\naws_access_key_id = A B\naws_secret_access_key = {SECRET}\n"),
            "access key id",
        ),
    ] {
        let sentence = get().file(".aws/credentials", text).refused();
        assert!(sentence.contains(part), "{sentence}");
    }
    let bytes = [b"[default]\n", SECRET.as_bytes(), b"\xff\n"].concat();
    let sentence = get().file(".aws/credentials", bytes).refused();
    assert!(sentence.contains("UTF-8"), "{sentence}");
    // A folder in place of the file.
    let sentence = get().file(".aws/credentials/x", "").refused();
    assert!(sentence.contains("can't be read"), "{sentence}");
    let sentence = Presign::new(["get", "s3://examplebucket/k"])
        .file(
            ".aws/config",
            "[default]\ns3 =\n  addressing_style = sideways\n",
        )
        .refused();
    assert!(sentence.contains("addressing_style"), "{sentence}");
    let sentence = Presign::new(["get", "s3://examplebucket/k"])
        .env("AWS_USE_FIPS_ENDPOINT", "maybe")
        .refused();
    assert!(sentence.contains("AWS_USE_FIPS_ENDPOINT"), "{sentence}");
}

#[test]
fn wrong_usage_has_a_status_of_its_own() {
    let cases: &[&[&str]] = &[
        &[],
        &["share"],
        &["get"],
        &["get", "examplebucket/k"],
        &["get", "https://example.com/k"],
        &["get", "s3://b/k", "s3://b/l"],
        &["get", "s3://b/k", "--expires-in", "soon"],
        &["get", "s3://b/k", "--expires-in", "1.5"],
        &["get", "s3://b/k", "--expires-in="],
        &["get", "s3://b/k", "--at", "yesterday"],
        &["get", "s3://b/k", "--header", "no colon"],
        &["get", "s3://b/k", "--query", ""],
        &["get", "s3://b/k", "--query", "=v"],
        &["get", "s3://b/k", "--addressing-style", "sideways"],
        &["get", "s3://b/k", "--output", "html"],
        &["get", "s3://b/k", "--signature-version", "v3"],
        &["get", "s3://b/k", "--secret-access-key", "x"],
        &["get", "s3://b/k", "--method", "GET"],
        &["batch"],
        &["batch", "examplebucket"],
        &["batch", "s3://b", "--jobs", "0"],
        &["batch", "s3://b", "--at", "yesterday"],
        &["url"],
        &["url", "https://example.com/", "--body", "x"],
        &["sign", "https://example.com/", "--expires-in", "1"],
        &[
            "sign",
            "https://example.com/",
            "--body",
            "-",
            "--payload-hash",
            "UNSIGNED-PAYLOAD",
        ],
    ];
    for args in cases {
        let message = Presign::bare(*args).misused();
        assert!(!message.is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let version = Presign::bare(["--version"]).quiet();
    assert_eq!(version, format!("presign {}\n", env!("CARGO_PKG_VERSION")));
    for args in [
        &["--help"][..],
        &["-h"],
        &["get", "-h"],
        &["put", "--help"],
        &["head", "-h"],
        &["delete", "-h"],
        &["batch", "-h"],
        &["url", "-h"],
        &["sign", "-h"],
    ] {
        let help = Presign::bare(args).quiet();
        assert!(
            help.contains("Usage: presign") && help.contains("Examples:"),
            "{help}"
        );
    }
}

#[test]
#[cfg(unix)]
fn arguments_that_are_not_utf_8_are_wrong_usage() {
    use std::os::unix::ffi::OsStrExt;
    let key = OsStr::from_bytes(b"s3://examplebucket/\xff");
    Presign::new([OsStr::new("get"), key]).misused();
    let run = Presign::new(["get", "s3://examplebucket/k"]);
    let refused = run.env("AWS_REGION", OsStr::from_bytes(b"\xff")).refused();
    assert!(refused.contains("AWS_REGION"), "{refused}");
}

// Standard output.

#[test]
fn a_reader_that_went_away_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut run = Presign::new(["get", "s3://examplebucket/k"]);
    let output = run.command.stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
    // Standard error may be gone as well.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut run = Presign::new(["get", "s3://examplebucket"]);
    let status = run.command.stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let full = fs::File::create("/dev/full").unwrap();
    let mut run = Presign::new(["get", "s3://examplebucket/k"]);
    let output = run.command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("presign: standard output can't be written"),
        "{message}"
    );
}
