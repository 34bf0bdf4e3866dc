//! JSON, tables, and standard output that can't be written.

use super::*;

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
            "url",
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
    assert_eq!(signed["url"], "https://example.com/");
    let authorization = text(&signed, "/headers/Authorization");
    assert!(authorization.ends_with(&format!("Signature={}", text(&signed, "/signature"))));
}

#[test]
fn a_signed_request_whose_url_changed_begins_with_it() {
    let sign = || {
        Presign::new(["sign", "https://example.com/?a=1", "--method=PUT"])
            .args(["--query=b/c=d e", "--query=acl"])
    };
    let url = "https://example.com/?a=1&b%2Fc=d%20e&acl";
    assert_eq!(sign().json()["url"], url);
    let printed = sign().quiet();
    let (first, headers) = printed.split_once('\n').unwrap();
    assert_eq!(first, format!("PUT {url}"));
    assert_eq!(header_lines(headers).len(), 3);
}

#[test]
fn a_table_has_keys_and_urls() {
    let url = Presign::new(["get", "s3://examplebucket/p/a b"]).url();
    let batch = || Presign::new(["batch", "s3://examplebucket/p/", "--output=tsv", "-0"]);
    let table = batch().input("a b\0").quiet();
    assert_eq!(table, format!("p/a b\t{url}\n"));
    // They would change the table, and an empty key has no URL.
    let ran = batch().input("c\td\0e\nf\0g\r\0\0a b\0").run();
    assert_eq!((ran.status, ran.stdout), (1, table));
    let notes: Vec<_> = ran.stderr.lines().collect();
    for (note, number) in notes.iter().zip(1..=3) {
        let expected = format!("presign: key {number}: a table can't contain a key with a tab");
        assert!(note.starts_with(&expected), "{note}");
    }
    assert!(notes[3].starts_with("presign: key 4: "), "{}", notes[3]);
    assert_eq!(
        notes[4..],
        ["presign: 4 of 5 keys have no URL; see the messages above"]
    );
}

#[test]
fn another_host_is_noted_but_is_not_among_the_headers() {
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
fn a_header_that_is_never_signed_is_left_out_and_noted() {
    for command in ["url", "sign"] {
        let ran = Presign::new([command, "https://example.com/", "--header=User-Agent: me"])
            .args(["--header=Host: example.com"])
            .run();
        assert_eq!(ran.status, 0);
        assert!(!ran.stdout.contains("User-Agent") && !ran.stdout.contains("user-agent"));
        let note = "the header User-Agent is not covered by the signature";
        assert!(ran.stderr.contains(note), "{}", ran.stderr);
        assert!(!ran.stderr.contains("the header Host"));
    }
}

#[test]
fn a_folded_value_is_sent_in_one_line() {
    let run = || Presign::new(["sign", "https://example.com/", "--header=A: b\n  c"]);
    assert!(run().quiet().starts_with("A: b c\n"));
    assert!(text(&run().json(), "/canonical_request").contains("\na:b c\n"));
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut run = Presign::new(["get", "s3://examplebucket/k"]);
    let output = run.command.stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
    // Standard error may be closed, too.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut run = Presign::new(["get", "s3://examplebucket"]);
    let status = run.command.stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
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

#[test]
#[cfg(unix)]
fn a_closed_standard_output_is_an_error() {
    let run = |redirection: &str| {
        let script = format!("exec \"$0\" get s3://examplebucket/k {redirection}");
        let run = Presign::bare(["-"]);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_presign")]);
        shell.env_clear().env("HOME", run.home.path());
        shell
            .env("AWS_ACCESS_KEY_ID", ID)
            .env("AWS_SECRET_ACCESS_KEY", SECRET);
        shell.output().unwrap()
    };
    let closed = run(">&-");
    assert_eq!(closed.status.code(), Some(1));
    assert_eq!(closed.stderr, b"presign: standard output is closed\n");
    let discarded = run(">/dev/null");
    assert_eq!(
        (discarded.status.code(), &*discarded.stderr),
        (Some(0), &b""[..])
    );
}
