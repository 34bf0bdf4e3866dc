//! Instructions for each kind of signature, counted by valgrind: the same on a busy machine as on an idle one, so a
//! regression of a few percent shows.
//!
//! `cargo bench --bench instructions` compares with `benches/instructions.txt` and fails where a row takes over 3 %
//! more; `-- --record` writes that file anew. Valgrind knows no SHA instructions, so `sha2` hashes in software, at some
//! 3,300 instructions a block: those are counted apart from all others, as the floor that they are.
//!
//! The program runs itself under `valgrind --tool=callgrind`, once with few calls of a row and once with many; the
//! difference is what the calls took.

mod support;

use presign::s3::Bucket;
use presign::{Request, Timestamp, v4};
use std::collections::HashMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use support::{DAY, Downloads, REGION, Upload, bucket, now};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");

/// How much more a row may take than was recorded.
const TOLERANCE: f64 = 1.03;

const ROWS: [&str; 9] = [
    "Links::write",
    "Links::write_at, another second each time",
    "Operation::presign_into",
    "Operation::presign_into, session token",
    "Operation::presign",
    "Signer::presign_into",
    "Operation::sign",
    "Signer::sign",
    "Operation::presign, fresh credentials",
];

fn repeat<T>(calls: u64, mut call: impl FnMut() -> T) {
    for _ in 0..calls {
        black_box(call());
    }
}

fn run(row: &str, calls: u64) {
    let (short, upload, bucket): (_, _, Bucket) = (Downloads::short(), Upload::new(), bucket());
    let credentials = &short.credentials;
    let temporary = support::credentials(Some(&"token+/=".repeat(50)));
    let signer = v4::Signer::new(credentials.clone(), REGION, "s3").unwrap();
    let get = bucket.get(short.key(0));
    let get_request = Request::get(short.plain_url(0));
    let (put, put_request) = (Upload::operation(&bucket), Upload::request());
    let links = get.links(credentials, DAY, now()).unwrap();
    let mut url = String::with_capacity(4096);
    match row {
        "Links::write" => repeat(calls, || {
            url.clear();
            links.write(short.key(0), &mut url)
        }),
        "Links::write_at, another second each time" => {
            let mut seconds = now().unix_seconds();
            repeat(calls, || {
                url.clear();
                seconds += 1;
                let now = Timestamp::from_unix_seconds(seconds);
                links.write_at(short.key(0), now, &mut url)
            });
        }
        "Operation::presign_into" => repeat(calls, || {
            url.clear();
            get.presign_into(credentials, DAY, now(), &mut url)
        }),
        "Operation::presign_into, session token" => repeat(calls, || {
            url.clear();
            get.presign_into(&temporary, DAY, now(), &mut url)
        }),
        "Operation::presign" => repeat(calls, || get.presign(credentials, DAY, now())),
        "Signer::presign_into" => repeat(calls, || {
            url.clear();
            signer.presign_into(&get_request, DAY, now(), &mut url)
        }),
        "Operation::sign" => repeat(calls, || put.sign(credentials, upload.payload, now())),
        "Signer::sign" => repeat(calls, || signer.sign(&put_request, upload.payload, now())),
        "Operation::presign, fresh credentials" => repeat(calls, || {
            get.presign(&support::credentials(None), DAY, now())
        }),
        row => panic!("no row is called {row}"),
    }
}

#[derive(Clone, Copy)]
struct Counts {
    /// In SHA-256's compression function.
    hash: u64,
    rest: u64,
}

/// Instructions for one call.
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

/// Reads [callgrind's format](https://valgrind.org/docs/manual/cl-format.html): what each function took itself.
fn read(file: &Path) -> Counts {
    let mut counts = Counts { hash: 0, rest: 0 };
    let (mut in_hash, mut is_call) = (false, false);
    for line in fs::read_to_string(file).unwrap().lines() {
        if let Some(function) = line.strip_prefix("fn=") {
            in_hash = function.contains("sha256") && function.contains("compress");
        } else if line.starts_with("calls=") {
            // The next line has what the function that is called took, which is counted there.
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

/// The compiler, which decides how many instructions there are.
fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().into()
}

fn compare(record: bool) -> ExitCode {
    let compiler = compiler();
    let recorded = fs::read_to_string(RECORDED).unwrap_or_default();
    let mut lines = recorded.lines();
    let same_compiler = lines.next() == Some(&compiler);
    let recorded: HashMap<&str, u64> = lines
        .filter_map(|line| {
            let (counts, row) = line.trim().split_once("  ")?;
            let (_, row) = row.trim().split_once("  ")?;
            Some((row, counts.parse().ok()?))
        })
        .collect();

    let mut text = format!("{compiler}\n");
    let mut is_worse = false;
    for row in ROWS {
        let Counts { rest, hash } = count(row);
        writeln!(text, "{rest:6}  {hash:6}  {row}").unwrap();
        let before = recorded.get(row).copied();
        let more = before.is_some_and(|before| rest as f64 > before as f64 * TOLERANCE);
        let note = match before {
            Some(before) => format!("{before} before{}", if more { ": TOO MANY" } else { "" }),
            None => "new".into(),
        };
        println!("{rest:6} beside {hash:6} in SHA-256  {row} ({note})");
        is_worse |= more;
    }
    if record {
        fs::write(RECORDED, text).unwrap();
    } else if !same_compiler {
        println!("recorded with another compiler than {compiler}: nothing is refused");
    } else if is_worse {
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
        // As a test: every row runs.
        ROWS.into_iter().for_each(|row| run(row, 1));
        return ExitCode::SUCCESS;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not installed, so nothing is counted");
        return ExitCode::SUCCESS;
    }
    compare(arguments.iter().any(|argument| argument == "--record"))
}
