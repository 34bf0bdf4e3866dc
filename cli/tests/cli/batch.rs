//! `batch`: all keys, in their order, each with the URL that `get` makes.

use super::*;
use std::io::{BufRead, BufReader, Read};

fn batch(args: &[&str], input: impl Into<Vec<u8>>) -> Presign {
    Presign::new(["batch", "s3://examplebucket"])
        .args(args)
        .input(input)
}

/// Standard output of a run with bad keys, and what it says of them.
fn incomplete(run: Presign) -> (String, Vec<String>) {
    let ran = run.run();
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let notes = ran.stderr.lines().map(|line| {
        let note = line.strip_prefix("presign: ").unwrap();
        note.to_owned()
    });
    (ran.stdout, notes.collect())
}

/// The URL of one key, by the command for it.
fn one(command: &str, key: &str, args: &[&str]) -> String {
    let address = format!("s3://examplebucket/{key}");
    let ran = Presign::new([command, &address]).args(args).run();
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran.stdout.strip_suffix('\n').unwrap().to_owned()
}

/// The key in a URL's path.
fn key_of(url: &str) -> String {
    let (_, path) = url.split_once(".com/").unwrap();
    decode(address(path))
}

/// Keys of many lengths, which fill many chunks.
fn many() -> Vec<String> {
    (0..6_000usize)
        .map(|at| match at % 7 {
            0 => format!("{at}"),
            1 => format!("a b/{at}.txt"),
            2 => format!("ü%20+/{at}"),
            3 => format!("{at}?x#y&z= "),
            4 => format!("{at}/{}", "long/".repeat(at % 97)),
            5 => format!("\t{at}//"),
            _ => format!("日本語/{at}.pdf"),
        })
        .collect()
}

#[test]
fn every_key_has_its_url_in_order_whatever_the_number_of_threads() {
    let keys = many();
    let input = keys.join("\n");
    let printed = batch(&[], input.as_str()).quiet();
    let urls: Vec<_> = printed.lines().collect();
    assert_eq!(urls.len(), keys.len());
    for (url, key) in urls.iter().zip(&keys) {
        assert_eq!(key_of(url), *key);
    }
    for at in (0..keys.len()).step_by(599) {
        assert_eq!(urls[at], one("get", &keys[at], &[]), "{}", keys[at]);
    }
    for jobs in ["1", "2", "5", "16"] {
        let again = batch(&["--jobs", jobs], input.as_str()).quiet();
        assert!(again == printed, "--jobs {jobs}");
    }
    // A line break after the last key, and NUL in place of line breaks.
    assert!(batch(&[], format!("{input}\n")).quiet() == printed);
    for option in ["-0", "--null"] {
        let input = keys.join("\0");
        assert!(batch(&[option], input.as_str()).quiet() == printed);
        assert!(batch(&[option], format!("{input}\0")).quiet() == printed);
    }
}

#[test]
fn it_has_the_options_of_the_commands_for_one_key() {
    let keys = ["k", "a b%20", "ü/ü"];
    for args in [
        &["--expires-in=7d"][..],
        &["--region=eu-west-1", "--addressing-style=path"],
        &["--endpoint-url=http://localhost:9000"],
        &["--query=versionId=a/b", "--query=acl"],
        &["--header=Content-Type: text/plain", "--header=x-amz-acl: a"],
        &["--dualstack"],
        &["--signature-version=v2"],
        &["--signature-version=v2", "--expires-in=100d", "--query=acl"],
        &[
            "--signature-version=v2",
            "--header=x-amz-acl: a",
            "--header=Content-Type: b",
        ],
    ] {
        for (command, method) in [
            ("get", "GET"),
            ("put", "PUT"),
            ("head", "HEAD"),
            ("delete", "DELETE"),
        ] {
            let run = batch(args, keys.join("\n")).args(["--method", method]);
            let ran = run.env("AWS_SESSION_TOKEN", TOKEN).run();
            assert_eq!(ran.status, 0, "{}", ran.stderr);
            let expected: Vec<_> = keys
                .iter()
                .map(|key| {
                    let address = format!("s3://examplebucket/{key}");
                    let run = Presign::new([command, &address]).args(args);
                    let one = run.env("AWS_SESSION_TOKEN", TOKEN).run();
                    // The headers to send are noted once for all keys.
                    assert_eq!(one.stderr, ran.stderr);
                    one.stdout
                })
                .collect();
            assert_eq!(ran.stdout, expected.concat(), "{args:?}");
        }
    }
}

#[test]
fn the_method_is_get_unless_it_is_given() {
    let method = |args: &[&str]| {
        let line = batch(args, "k").args(["--output=json", "--steps"]).quiet();
        let json: Value = serde_json::from_str(&line).unwrap();
        text(&json, "/method").to_owned()
    };
    assert_eq!(method(&[]), "GET");
    assert_eq!(method(&["--method=PATCH"]), "PATCH");
}

#[test]
fn all_are_signed_for_the_same_moment() {
    let run = Presign::bare(["batch", "s3://examplebucket"])
        .credentials(ID, SECRET, None)
        .input("a\nb\nc");
    let printed = run.quiet();
    let dates: BTreeSet<_> = printed
        .lines()
        .map(|url| param(url, "X-Amz-Date").unwrap())
        .collect();
    assert_eq!(dates.len(), 1);
}

#[test]
fn no_input_is_no_output() {
    assert_eq!(batch(&[], "").quiet(), "");
    assert_eq!(batch(&["-0"], "").quiet(), "");
    assert_eq!(batch(&["--output=json"], "").quiet(), "");
}

#[test]
fn a_bad_key_is_reported_and_the_others_are_signed() {
    let (printed, notes) = incomplete(batch(&[], b"a\n\nb\xff\nc\n\n".as_slice()));
    let urls: Vec<_> = printed.lines().collect();
    assert_eq!(urls, [one("get", "a", &[]), one("get", "c", &[])]);
    assert!(
        notes[0].starts_with("line 2: the key is empty"),
        "{notes:?}"
    );
    assert_eq!(notes[1], "line 3: the key is not UTF-8");
    assert!(
        notes[2].starts_with("line 5: the key is empty"),
        "{notes:?}"
    );
    assert_eq!(
        notes[3..],
        ["3 of 5 keys have no URL; see the messages above"]
    );

    let (printed, notes) = incomplete(batch(&["--null"], b"\0a\n\0".as_slice()));
    assert_eq!(printed.lines().map(key_of).collect::<Vec<_>>(), ["a\n"]);
    assert!(notes[0].starts_with("key 1: the key is empty"), "{notes:?}");
    assert_eq!(
        notes[1..],
        ["1 of 2 keys have no URL; see the messages above"]
    );

    let (printed, _) = incomplete(batch(&[], "\n"));
    assert_eq!(printed, "");
}

#[test]
fn bad_keys_far_from_the_start_have_their_numbers() {
    let mut input = Vec::new();
    let mut expected = Vec::new();
    for line in 1..=20_000 {
        if line % 2801 == 0 {
            input.extend_from_slice(b"\xff\n");
            expected.push(format!("line {line}: the key is not UTF-8"));
        } else {
            input.extend_from_slice(format!("{line}\n").as_bytes());
        }
    }
    expected.push("7 of 20000 keys have no URL; see the messages above".into());
    for jobs in ["1", "4"] {
        let (printed, notes) = incomplete(batch(&["--jobs", jobs], input.clone()));
        assert_eq!(notes, expected);
        let keys = printed
            .lines()
            .map(|url| key_of(url).parse::<u32>().unwrap());
        let good: Vec<u32> = (1..=20_000).filter(|line| line % 2801 != 0).collect();
        assert!(keys.eq(good));
    }
}

#[test]
fn a_huge_line_is_rejected_without_losing_the_rest() {
    const LONGEST: usize = 1024 * 1024;
    let long = "x".repeat(LONGEST);
    // AWS has no such keys.
    let other = &["--endpoint-url=https://example.com"];
    let printed = batch(other, format!("a\n{long}\nb\n")).quiet();
    let lengths = printed.lines().map(|url| key_of(url).len());
    // The bucket is before the key.
    let front = "examplebucket/".len();
    assert!(lengths.eq([front + 1, front + LONGEST, front + 1]));
    for length in [LONGEST + 1, LONGEST + 20_000, 5 * LONGEST] {
        let huge = "x".repeat(length);
        let (printed, notes) = incomplete(batch(&[], format!("a\n{huge}\nb\n{huge}")));
        assert_eq!(printed.lines().map(key_of).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(
            notes,
            [
                "line 2: the key is longer than 1 MiB",
                "line 4: the key is longer than 1 MiB",
                "2 of 4 keys have no URL; see the messages above"
            ]
        );
    }
}

#[test]
fn a_key_is_used_as_it_is() {
    let ran = batch(&[], " a \nb\r\nc\r\n").run();
    assert_eq!(ran.status, 0);
    let keys: Vec<_> = ran.stdout.lines().map(key_of).collect();
    assert_eq!(keys, [" a ", "b\r", "c\r"]);
    // The URLs of a list from Windows don't work, so there is one note.
    assert!(
        ran.stderr
            .starts_with("presign: line 2: the key ends with a carriage return")
    );
    assert_eq!(ran.stderr.lines().count(), 1);
    batch(&["-0"], "b\r\0").quiet();

    let ran = batch(&[], "a\n./b\n..\nc/..").run();
    assert_eq!(ran.status, 0);
    assert_eq!(ran.stdout.lines().count(), 4);
    assert!(
        ran.stderr
            .starts_with("presign: line 2: the key has a segment")
    );
    assert_eq!(ran.stderr.lines().count(), 1);
    batch(&[], "a.\n.b\n...\nc./d\ne/.f/..g\n").quiet();
}

/// In the first key, in the last, in the only one, and at the end of the input.
#[test]
fn a_segment_of_dots_is_found_in_any_position() {
    let found = |args: &[&str], input: &[u8]| {
        let ran = batch(args, input).run();
        let note = ran.stderr.lines().find(|line| line.contains("segment"));
        note.map(|note| note.split(':').nth(1).unwrap().trim().to_owned())
    };
    for (input, line) in [
        (&b"."[..], "line 1"),
        (b"..\n", "line 1"),
        (b"a\nb/..", "line 2"),
        (b"a\nb/./c\nd", "line 2"),
        (b"a\nb.\n../c", "line 3"),
        (b"\xff./x\n./a\n", "line 2"),
        (b"a\n\n.\r\n/..\n", "line 4"),
    ] {
        assert_eq!(found(&[], input).as_deref(), Some(line), "{input:?}");
    }
    assert_eq!(found(&["-0"], b"a\0..\0b").as_deref(), Some("key 2"));
    for input in [&b".\r\n..\r"[..], b"a./b\nc.", b"\xff/..\n", b"\n"] {
        assert_eq!(found(&[], input), None, "{input:?}");
    }
    // The separator is not the one that ends these.
    assert_eq!(found(&["-0"], b"a\n..\nb\0"), None);
}

#[test]
fn json_is_one_object_a_line() {
    for args in [&[][..], &["--signature-version=v2"]] {
        let args = [args, &["--header=Content-Type: a", "--header=Range: b"]].concat();
        let keys = ["k", "a b\"\\", "ü"];
        let run = || batch(&args, keys.join("\n")).args(["--output", "json"]);
        let (ran, short) = (run().args(["--steps"]).run(), run().run());
        assert_eq!((ran.status, &ran.stderr), (0, &short.stderr));
        let lines: Vec<_> = ran.stdout.lines().zip(short.stdout.lines()).collect();
        assert_eq!(lines.len(), keys.len());
        for ((line, short), key) in lines.into_iter().zip(keys) {
            let short: Value = serde_json::from_str(short).unwrap();
            assert_eq!(names(&short), ["key", "url", "headers", "expires_at"]);
            let mut line: Value = serde_json::from_str(line).unwrap();
            let named = line.as_object_mut().unwrap().shift_remove("key");
            assert_eq!(named, Some(Value::from(key)));
            let one = Presign::new(["get".into(), format!("s3://examplebucket/{key}")]);
            let mut one = one.args(&args).json();
            assert_eq!(line, one);
            // Without the steps, a line has fewer members.
            one["key"] = key.into();
            for name in ["key", "url", "headers", "expires_at"] {
                assert_eq!(short[name], one[name]);
            }
        }
    }
    let (printed, notes) = incomplete(batch(&["--output=json"], "a\n\nb"));
    assert_eq!(printed.lines().count(), 2);
    assert_eq!(notes.len(), 2);
}

#[test]
fn invalid_options_are_rejected_before_a_key_is_read() {
    for (args, part) in [
        (&["--expires-in=8d"][..], "seven days"),
        (&["--method=get"], "GET"),
        (&["--query=X-Amz-Date=x"], "X-Amz-Date"),
        (&["--region=eu/west"], "eu/west"),
        (&["--signature-version=v2", "--expires-in=0"], "0"),
        (&["--output=json", "--header=a: b\nc: d"], "line break"),
    ] {
        for input in ["", "a\nb\n"] {
            let sentence = batch(args, input).rejected();
            assert!(sentence.contains(part), "{sentence}");
        }
    }
    let usage = Presign::new(["batch", "s3://examplebucket/prefix"]).misused();
    assert!(usage.contains("s3://examplebucket/prefix/"), "{usage}");
    Presign::new(["batch", "s3://examplebucket/"]).quiet();
    Presign::bare(["batch", "s3://examplebucket"]).rejected();
}

/// A prefix that ends with a slash precedes each key.
#[test]
fn keys_have_the_prefix_of_the_address() {
    let batch = |address: &str, output: &str, input: &str| {
        let run = Presign::new(["batch", address, "--output", output]);
        run.input(input).quiet()
    };
    let prefixed = batch("s3://examplebucket/a/b/", "text", "c\n/d\n");
    assert_eq!(
        prefixed,
        batch("s3://examplebucket", "text", "a/b/c\na/b//d\n")
    );
    let prefixed = batch("s3://examplebucket/a/", "json", "b\n");
    let object: Value = serde_json::from_str(&prefixed).unwrap();
    assert_eq!(object["key"], "a/b");
    // An empty line is not the key `a/`.
    let empty = Presign::new(["batch", "s3://examplebucket/a/"])
        .input("\n")
        .run();
    assert_eq!((empty.status, &*empty.stdout), (1, ""));
}

/// Keys that arrive one by one are signed one by one.
#[test]
fn a_key_is_answered_before_the_next_one_comes() {
    let mut run = batch(&[], "");
    run.command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = run.command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for key in ["first", "second", "third"] {
        stdin.write_all(format!("{key}\n").as_bytes()).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(key_of(&line), key);
    }
    drop(stdin);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_closed_pipe_ends_it_without_a_message() {
    let mut run = batch(&[], "");
    run.command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = run.command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let writer = std::thread::spawn(move || {
        // Until the program ends.
        while stdin.write_all(b"some/key\n").is_ok() {}
    });
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(key_of(&line), "some/key");
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let full = fs::File::create("/dev/full").unwrap();
    let mut run = batch(&[], "");
    let keys = run.home.path().join("keys");
    fs::write(&keys, many().join("\n")).unwrap();
    run.command
        .stdin(fs::File::open(keys).unwrap())
        .stdout(full);
    let output = run.command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("presign: standard output can't be written"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn an_input_that_cannot_be_read_is_an_error() {
    let mut run = batch(&[], "");
    let folder = fs::File::open(run.home.path()).unwrap();
    let output = run.command.stdin(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("presign: standard input can't be read"),
        "{message}"
    );
}

/// The memory of the process does not grow with its input.
#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_depend_on_the_length_of_the_input() {
    let peak = |text: &[u8], times: usize| -> u64 {
        let mut run = batch(&["--jobs=2"], "");
        run.command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = run.command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        for _ in 0..times {
            stdin.write_all(text).unwrap();
        }
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let peak = line.unwrap().split_whitespace().nth(1).unwrap();
        let peak = peak.parse().unwrap();
        drop(stdin);
        child.wait().unwrap();
        peak
    };
    let keys = "documents/report.pdf\n".repeat(1000);
    let (short, long) = (peak(keys.as_bytes(), 10), peak(keys.as_bytes(), 150));
    assert!(long < short + 8 * 1024, "{short} KiB, {long} KiB");
    // Nor with a line that never ends.
    let line = peak(&[b'x'; 1 << 20], 64);
    assert!(line < short + 8 * 1024, "{short} KiB, {line} KiB");
}
