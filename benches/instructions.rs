//! Counts the instructions of each kind of signature with valgrind. The counts don't depend on
//! other programs, so a regression of a few percent shows.
//!
//! `cargo bench --bench instructions` compares them with `benches/instructions.txt` and fails if a
//! row takes more than [`allowed`]; `-- --record` writes that file again. With another compiler or
//! valgrind than those of the file, it only prints the counts. Valgrind doesn't support SHA
//! instructions, so `sha2` and `sha1` hash in software, with about 3,300 and 1,400 instructions a
//! block. Those are the floor and are counted separately.
//!
//! The program runs itself under `valgrind --tool=callgrind`, once with few calls of a row and once
//! with many. The difference is the cost of the calls.

mod support;

use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, Timestamp};
use std::collections::HashMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;
use support::{
    DAY, Downloads, HOST, REGION, Upload, bucket, bucket_v2, mac, now, service, service_v2,
};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");

/// Returns the most instructions that a row may take: 3 % more than recorded, and a hundred.
/// Inlining decisions change a row by about sixty without any change to its code.
fn allowed(recorded: u64) -> u64 {
    recorded + recorded * 3 / 100 + 100
}

const ROWS: [&str; 23] = [
    "Template::presign_into",
    "Template::presign_into, another second each time",
    "Request::presign_into",
    "Request::presign_into, session token",
    "Request::presign",
    "Request::presign_into, any service",
    "Request::sign",
    "Request::sign, any service",
    "Request::sign, described each time",
    "Request::presign, fresh credentials",
    "Template::presign_into, SigV2",
    "Template::presign_into, SigV2, another second each time",
    "Request::presign_into, SigV2",
    "Request::presign_into, SigV2, session token",
    "Request::presign_into, SigV2, any URL",
    "Request::sign, SigV2",
    "Verifier::verify, presigned URL",
    "Verifier::verify, presigned URL with session token",
    "Verifier::verify, presigned target and Host",
    "Verifier::verify, signed with headers",
    "Verifier::verify, presigned URL of SigV2",
    "PostPolicy::presign",
    "PostPolicy::presign, SigV2",
];

fn repeat<T>(calls: u64, mut call: impl FnMut() -> T) {
    for _ in 0..calls {
        black_box(call());
    }
}

fn run(row: &str, calls: u64) {
    let (short, upload) = (Downloads::short(), Upload::new());
    let (bucket, bucket_v2) = (bucket(), bucket_v2());
    let (service, service_v2) = (service(), service_v2());
    let credentials = &short.credentials;
    let temporary = support::credentials(Some(&support::session_token()));
    let (key, plain_url) = (short.key(0), short.plain_url(0));
    let (get, get_v2) = (bucket.get(key), bucket_v2.get(key));
    let (get_url, get_url_v2) = (service.get(plain_url), service_v2.get(plain_url));
    let put = upload.describe(bucket.put("test.txt"));
    let put_url = upload.describe(service.request("PUT", Upload::URL));
    let put_v2 = upload.describe(bucket_v2.put("test.txt"));
    let [template, template_v2] = [&bucket, &bucket_v2].map(|bucket| {
        let request = bucket.request("GET");
        request.template(credentials, DAY, now()).unwrap()
    });
    let mut url = String::with_capacity(4096);
    match row {
        "Template::presign_into" => repeat(calls, || {
            url.clear();
            template.presign_into(key, now(), &mut url)
        }),
        "Template::presign_into, another second each time" => {
            let mut seconds = now().unix_seconds();
            repeat(calls, || {
                url.clear();
                seconds += 1;
                let now = Timestamp::from_unix_seconds(seconds);
                template.presign_into(key, now, &mut url)
            });
        }
        "Request::presign_into" => repeat(calls, || {
            url.clear();
            get.presign_into(credentials, DAY, now(), &mut url)
        }),
        "Request::presign_into, session token" => repeat(calls, || {
            url.clear();
            get.presign_into(&temporary, DAY, now(), &mut url)
        }),
        "Request::presign" => repeat(calls, || get.presign(credentials, DAY, now())),
        "Request::presign_into, any service" => repeat(calls, || {
            url.clear();
            get_url.presign_into(credentials, DAY, now(), &mut url)
        }),
        "Request::sign" => repeat(calls, || put.sign(credentials, now())),
        "Request::sign, any service" => repeat(calls, || put_url.sign(credentials, now())),
        "Request::sign, described each time" => repeat(calls, || {
            let put = upload.describe(bucket.put("test.txt"));
            put.sign(credentials, now())
        }),
        "Request::presign, fresh credentials" => repeat(calls, || {
            get.presign(&support::credentials(None), DAY, now())
        }),
        "Template::presign_into, SigV2" => repeat(calls, || {
            url.clear();
            template_v2.presign_into(key, now(), &mut url)
        }),
        "Template::presign_into, SigV2, another second each time" => {
            let mut seconds = now().unix_seconds();
            repeat(calls, || {
                url.clear();
                seconds += 1;
                let now = Timestamp::from_unix_seconds(seconds);
                template_v2.presign_into(key, now, &mut url)
            });
        }
        "Request::presign_into, SigV2" => repeat(calls, || {
            url.clear();
            get_v2.presign_into(credentials, DAY, now(), &mut url)
        }),
        "Request::presign_into, SigV2, session token" => repeat(calls, || {
            url.clear();
            get_v2.presign_into(&temporary, DAY, now(), &mut url)
        }),
        "Request::presign_into, SigV2, any URL" => repeat(calls, || {
            url.clear();
            get_url_v2.presign_into(credentials, DAY, now(), &mut url)
        }),
        "Request::sign, SigV2" => repeat(calls, || put_v2.sign(credentials, now())),
        row => run_verify_or_post(row, calls),
    }
}

/// Runs a row of verification or of forms.
fn run_verify_or_post(row: &str, calls: u64) {
    let (short, upload, bucket) = (Downloads::short(), Upload::new(), bucket());
    let credentials = &short.credentials;
    let policy = mac::policy(&bucket);
    let verifier = Verifier::new(REGION, "s3")
        .allow_sigv2(Duration::MAX)
        .base_domain("s3.amazonaws.com");
    let verify = |request: &ReceivedRequest<'_>, credentials: &Credentials| {
        let verified = verifier.verify(request, now(), |_| Some(credentials));
        verified.unwrap().payload()
    };
    let verify_url = |url: &str, credentials: &Credentials| {
        repeat(calls, || {
            let request = ReceivedRequest::from_url("GET", black_box(url));
            verify(&request.unwrap(), credentials)
        });
    };
    match row {
        "Verifier::verify, presigned URL" => verify_url(&short.expected[0].url, credentials),
        "Verifier::verify, presigned URL with session token" => {
            let temporary = support::credentials(Some(&support::session_token()));
            let get = bucket.get(short.key(0));
            let link = get.presign(&temporary, DAY, now()).unwrap();
            verify_url(link.as_str(), &temporary);
        }
        "Verifier::verify, presigned target and Host" => {
            let target = &short.expected[0].url["https://".len() + HOST.len()..];
            repeat(calls, || {
                let request = ReceivedRequest::new("GET", black_box(target)).header("Host", HOST);
                verify(&request, credentials)
            });
        }
        "Verifier::verify, signed with headers" => {
            let headers = upload.received();
            repeat(calls, || {
                let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
                let request = ReceivedRequest::new("PUT", "/test.txt").headers(headers);
                verify(&request, credentials)
            });
        }
        "Verifier::verify, presigned URL of SigV2" => {
            verify_url(&mac::presigned_v2(short.key(0), None).0, credentials);
        }
        "PostPolicy::presign" => repeat(calls, || policy.presign(credentials, DAY, now())),
        "PostPolicy::presign, SigV2" => {
            let bucket = bucket_v2();
            let policy = mac::policy(&bucket);
            repeat(calls, || policy.presign(credentials, DAY, now()));
        }
        row => panic!("no row is called {row}"),
    }
}

#[derive(Clone, Copy)]
struct Counts {
    /// Instructions in the compression functions of SHA-256 and SHA-1.
    hash: u64,
    rest: u64,
}

/// Counts the instructions of one call.
fn count(row: &str) -> Counts {
    const FEW: u64 = 100;
    const MANY: u64 = 1100;
    let [few, many] = [FEW, MANY].map(|calls| {
        let file = env::temp_dir().join(format!("presign-callgrind-{}", std::process::id()));
        let status = Command::new("valgrind")
            .args([
                "--tool=callgrind",
                "--compress-strings=no",
                "--compress-pos=no",
            ])
            .arg(format!("--callgrind-out-file={}", file.display()))
            .arg(env::current_exe().unwrap())
            .args(["--row", row, "--calls", &calls.to_string()])
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "valgrind failed");
        let counts = read(&file);
        fs::remove_file(file).unwrap();
        counts
    });
    let for_one = |few: u64, many: u64| (many - few).div_ceil(MANY - FEW);
    Counts {
        hash: for_one(few.hash, many.hash),
        rest: for_one(few.rest, many.rest),
    }
}

/// Sums the cost of each function itself, in [callgrind's
/// format](https://valgrind.org/docs/manual/cl-format.html).
fn read(file: &Path) -> Counts {
    let mut counts = Counts { hash: 0, rest: 0 };
    let (mut in_hash, mut is_call) = (false, false);
    for line in fs::read_to_string(file).unwrap().lines() {
        if let Some(function) = line.strip_prefix("fn=") {
            let is_hash = function.contains("sha256") || function.contains("sha1");
            in_hash = is_hash && function.contains("compress");
        } else if line.starts_with("calls=") {
            // The next line is the cost of the called function, which is counted there.
            is_call = true;
        } else if line.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-' || c == '*')
        {
            let cost = line
                .split(' ')
                .nth(1)
                .map_or(0, |cost| cost.parse().unwrap());
            match (std::mem::take(&mut is_call), in_hash) {
                (true, _) => {}
                (false, true) => counts.hash += cost,
                (false, false) => counts.rest += cost,
            }
        }
    }
    counts
}

/// Returns the versions of the compiler, which determines the instructions, and of valgrind, which
/// counts them.
fn tools() -> String {
    let [compiler, valgrind] = ["rustc", "valgrind"].map(|tool| {
        let output = Command::new(tool).arg("--version").output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    });
    format!("{compiler}, {valgrind}")
}

fn compare(record: bool) -> ExitCode {
    let tools = tools();
    let recorded = fs::read_to_string(RECORDED).unwrap_or_default();
    let mut lines = recorded.lines();
    let recorded_with = lines.next().unwrap_or_default();
    let recorded: HashMap<&str, u64> = lines
        .filter_map(|line| {
            let (counts, row) = line.trim().split_once("  ")?;
            let (_, row) = row.trim().split_once("  ")?;
            Some((row, counts.parse().ok()?))
        })
        .collect();

    let mut text = format!("{tools}\n");
    let mut is_worse = false;
    for row in ROWS {
        let Counts { rest, hash } = count(row);
        writeln!(text, "{rest:6}  {hash:6}  {row}").unwrap();
        let before = recorded.get(row).copied();
        let more = before.is_some_and(|before| rest > allowed(before));
        let note = match before {
            Some(before) => format!("{before} before{}", if more { ": TOO MANY" } else { "" }),
            None => "new".into(),
        };
        println!("{rest:6} beside {hash:6} in the hash  {row} ({note})");
        is_worse |= more;
    }
    if record {
        fs::write(RECORDED, text).unwrap();
    } else if recorded_with != tools {
        println!("recorded with {recorded_with}, and this is {tools}: nothing is compared");
    } else if is_worse {
        println!("if that is meant: cargo bench --bench instructions -- --record");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    if let (Some(row), Some(calls)) = (after("--row"), after("--calls")) {
        run(row, calls.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        // As a test, every row runs once.
        ROWS.into_iter().for_each(|row| run(row, 1));
        return ExitCode::SUCCESS;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not installed, so nothing is counted");
        return ExitCode::FAILURE;
    }
    compare(arguments.iter().any(|argument| argument == "--record"))
}
