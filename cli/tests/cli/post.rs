//! `presign post`: forms in all three outputs, against botocore's.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

const ANY_IMAGE: &str = r#"["starts-with", "$Content-Type", "image/"]"#;

fn post(args: &[&str]) -> Presign {
    Presign::new([&["post"], args].concat())
}

fn conditions(json: &Value) -> Vec<Value> {
    let policy: Value = serde_json::from_str(text(json, "/policy")).unwrap();
    policy["conditions"].as_array().unwrap().clone()
}

/// The arguments with which a case of botocore is asked for.
fn args_of(case: &Value) -> Vec<String> {
    let (bucket, url) = (text(case, "/bucket"), text(case, "/expected/url"));
    let mut args = vec![
        "post".into(),
        format!("s3://{bucket}/{}", text(case, "/key")),
        format!("--region={}", text(case, "/client/region_name")),
        format!("--at={}", text(case, "/timestamp")),
        format!("--expires-in={}", case["expires"]),
        format!(
            "--signature-version={}",
            text(case, "/kind").replace("post-", "")
        ),
    ];
    let style = match url.contains(&format!("://{bucket}.")) {
        true => "virtual",
        false => "path",
    };
    args.push(format!("--addressing-style={style}"));
    if let Some(endpoint) = case["client"]["endpoint_url"].as_str() {
        args.push(format!("--endpoint-url={endpoint}"));
    } else if url.contains(".s3.amazonaws.com/") {
        args.push("--endpoint-url=https://s3.amazonaws.com".into());
    }
    for (name, value) in case["fields"].as_object().unwrap() {
        args.push(format!("--field={name}={}", value.as_str().unwrap()));
    }
    for condition in case["conditions"].as_array().unwrap() {
        args.push(format!("--condition={condition}"));
    }
    args
}

#[test]
fn botocore_makes_the_same_forms() {
    let mut count = 0;
    for case in botocore(&["post-v4", "post-v2"]) {
        count += 1;
        let id = text(&case, "/id");
        let run = |output: &str| {
            let keys = &case["credentials"];
            Presign::bare(args_of(&case))
                .args(["--output", output])
                .credentials(
                    text(keys, "/access_key"),
                    text(keys, "/secret_key"),
                    keys["token"].as_str(),
                )
                .run()
        };
        let ran = run("json");
        assert_eq!(ran.status, 0, "{id}: {}", ran.stderr);
        let json: Value = serde_json::from_str(&ran.stdout).unwrap();
        let expected = &case["expected"];
        for name in ["policy", "signature"] {
            assert_eq!(json[name], expected[name], "{name} of {id}");
        }
        let fields = |form: &Value| -> Vec<_> {
            let fields = form["fields"].as_object().unwrap().iter();
            fields
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect()
        };
        assert_eq!(fields(&json), fields(expected), "{id}");
        let same = |url: &str| url.replace(":443/", "/").to_ascii_lowercase();
        let url = text(&json, "/url");
        // botocore leaves the region `auto` out of AWS's host.
        if text(&case, "/client/region_name") != "auto" || !case["client"]["endpoint_url"].is_null()
        {
            assert_eq!(same(url), same(text(expected, "/url")), "{id}");
        }

        let lines: Vec<_> = fields(&json)
            .iter()
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        assert_eq!(run("text").stdout, format!("{url}\n{}", lines.concat()));
        let html = run("html").stdout;
        let signature = text(expected, "/signature").replace('"', "&quot;");
        assert!(html.contains(&format!("value=\"{signature}\"")), "{id}");
    }
    assert_eq!(count, 17);
}

#[test]
fn json_has_the_names_of_the_contract() {
    for version in ["v4", "v2"] {
        let json = post(&["s3://b-1/k", "--signature-version", version]).json();
        let expected = ["url", "fields", "policy", "expires_at", "signature"];
        assert_eq!(names(&json), expected);
        assert_eq!(json["url"], "https://b-1.s3.us-east-1.amazonaws.com/");
        assert_eq!(json["expires_at"], "2013-05-24T01:00:00Z");
        let policy = BASE64.decode(text(&json, "/fields/policy")).unwrap();
        assert_eq!(json["policy"], str::from_utf8(&policy).unwrap());
        let signature = ["x-amz-signature", "signature"];
        let signature = signature.iter().find_map(|name| json["fields"].get(*name));
        assert_eq!(signature, Some(&json["signature"]));
    }
}

#[test]
fn a_key_ends_in_a_star_or_in_the_name_of_the_file() {
    let key_of = |key: &str| {
        let json = post(&[&format!("s3://b-1/{key}")]).json();
        let mut conditions = conditions(&json).into_iter();
        let about_key = |condition: &Value| {
            condition.get("key").is_some() || condition.get(1) == Some(&"$key".into())
        };
        let condition = conditions.find(about_key).unwrap().to_string();
        (text(&json, "/fields/key").to_owned(), condition)
    };
    for (key, field, condition) in [
        ("a/*", "a/${filename}", r#"["starts-with","$key","a/"]"#),
        ("*", "${filename}", r#"["starts-with","$key",""]"#),
        ("**", "*${filename}", r#"["starts-with","$key","*"]"#),
        (
            "a/${filename}",
            "a/${filename}",
            r#"["starts-with","$key","a/"]"#,
        ),
        ("a*b%20", "a*b%20", r#"{"key":"a*b%20"}"#),
    ] {
        assert_eq!(key_of(key), (field.into(), condition.into()), "{key}");
    }
}

#[test]
fn a_field_makes_its_condition_unless_one_is_given() {
    let json = post(&[
        "s3://b-1/k",
        "--field=acl=public=read",
        "--field=Content-Type=image/png",
    ])
    .args(["--condition", ANY_IMAGE])
    .json();
    let expected = [
        serde_json::json!({"acl": "public=read"}),
        serde_json::json!(["starts-with", "$Content-Type", "image/"]),
    ];
    assert_eq!(conditions(&json)[..2], expected);
    assert_eq!(json["fields"]["acl"], "public=read");
    assert_eq!(json["fields"]["Content-Type"], "image/png");
}

#[test]
fn sizes_make_a_range() {
    for (args, range) in [
        (&["--max-size=10MB"][..], Some((0, 10_000_000))),
        (&["--max-size=10MiB", "--min-size=1"], Some((1, 10_485_760))),
        (&["--min-size=5", "--max-size=5"], Some((5, 5))),
        // S3's limit for one request: 5 GiB.
        (&["--min-size=2kB"], Some((2000, 5_368_709_120u64))),
        (&[], None),
    ] {
        let json = post(&["s3://b-1/k"]).args(args).json();
        let mut conditions = conditions(&json).into_iter();
        let found = conditions.find(|condition| condition[0] == "content-length-range");
        let range = range.map(|(min, max)| serde_json::json!(["content-length-range", min, max]));
        assert_eq!(found, range, "{args:?}");
    }
}

#[test]
fn what_the_sender_adds_is_noted() {
    let ran = post(&["s3://b-1/k", "--condition", ANY_IMAGE])
        .args(["--condition", r#"["starts-with", "$acl", ""]"#])
        .run();
    assert_eq!(ran.status, 0);
    assert_eq!(
        ran.stderr,
        "presign: send with it: Content-Type, which begins with image/\n\
         presign: send with it: acl, with any value\n"
    );
    assert!(!ran.stdout.contains("Content-Type"), "{}", ran.stdout);
}

#[test]
fn a_page_escapes_what_it_is_given() {
    let page = post(&["s3://b-1/\"><script>alert(1)</script>&amp;'"])
        .args(["--field=x-amz-meta-a=<b>\"'&lt;", "--output=html"])
        .quiet();
    assert!(page.starts_with("<!DOCTYPE html>\n") && page.ends_with("</html>\n"));
    assert!(
        page.contains("<form action=\"https://b-1.s3.us-east-1.amazonaws.com/\" method=\"post\"")
    );
    assert!(
        page.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&#39;\"")
    );
    assert!(page.contains("value=\"&lt;b&gt;&quot;&#39;&amp;lt;\""));
    // The only script is the page's own.
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(!page.contains("<script>alert") && !page.contains("<b>"));
    // The page asks for the open fields, so the program prints no note.
    let page = post(&["s3://b-1/k", "--condition", ANY_IMAGE, "--output=html"]).quiet();
    assert!(page.contains("data-name=\"Content-Type\" data-prefix=\"image/\""));
}

#[test]
fn a_line_break_is_not_for_text() {
    let form = ["s3://b-1/k", "--field", "x-amz-meta-a=1\r\nkey=other"];
    let sentence = post(&form).rejected();
    assert!(
        sentence.contains("x-amz-meta-a has a line break"),
        "{sentence}"
    );
    let json = post(&form).json();
    assert_eq!(json["fields"]["x-amz-meta-a"], "1\r\nkey=other");
}

#[test]
fn a_session_token_is_a_field() {
    for version in ["v4", "v2"] {
        let json = post(&["s3://b-1/k", "--signature-version", version])
            .credentials(ID, SECRET, Some(TOKEN))
            .json();
        assert_eq!(json["fields"]["x-amz-security-token"], TOKEN);
    }
}

#[test]
fn a_form_that_no_server_takes_is_rejected() {
    for (args, reason) in [
        (&["s3://b-1/a${filename}b"][..], "${filename}"),
        (&["s3://b-1/${filename}/*"], "${filename}"),
        (&["s3://B_/k"], "bucket"),
        (&["s3://b-1/k", "--field=file=x"], "file"),
        (&["s3://b-1/k", "--field=policy=x"], "policy"),
        (
            &["s3://b-1/k", "--field=acl=a", "--field=ACL=b"],
            "duplicate field `acl`",
        ),
        (
            &["s3://b-1/k", "--min-size=2", "--max-size=1"],
            "at least 2",
        ),
        (&["s3://b-1/k", "--min-size=6GiB"], "at most 5368709120"),
        (
            &["s3://b-1/k", "--condition={\"acl\": \"x\"}"],
            "the form has no field `acl`",
        ),
        (&["s3://b-1/k", "--condition=acl"], "a condition"),
        (
            &[
                "s3://b-1/k",
                "--field=acl=a",
                "--condition={\"acl\": \"b\"}",
            ],
            "doesn't meet",
        ),
        (&["s3://b-1/k", "--expires-in=0"], "at least one second"),
        (
            &[
                "s3://b-1/k",
                &format!("--field=x-amz-meta-a={}", "x".repeat(21_000)),
            ],
            "20 KB",
        ),
    ] {
        let sentence = post(args).rejected();
        assert!(sentence.contains(reason), "{args:?}: {sentence}");
    }
}

#[test]
fn a_form_that_is_wrong_usage() {
    for args in [
        &["post"][..],
        &["post", "s3://b-1/"],
        &["post", "b-1/k"],
        &["post", "s3://b-1/k", "--field", "acl"],
        &["post", "s3://b-1/k", "--field", "=x"],
        &["post", "s3://b-1/k", "--max-size", "ten"],
        &["post", "s3://b-1/k", "--max-size", "-1"],
        &["post", "s3://b-1/k", "--output", "xml"],
        &["post", "s3://b-1/k", "--header", "a: b"],
    ] {
        Presign::new(args).misused();
    }
}
