//! A page that uploads pictures into a bucket: with a plain form, and with a script. The files go straight to the
//! bucket; the page's server only signs.
//!
//! `cargo run --example upload_page` needs nothing but Rust. It prints the address of the page, and runs until
//! Ctrl-C; `--port N` chooses the port. The server is in servers/src/lib.rs. It was written by others, runs
//! inside this program, and verifies signatures as S3 does.

use presign::post::PostPolicy;
use presign::s3::Bucket;
use presign::{Credentials, PresignedPost};
use s3_server::{Page, Server};
use serde_json::json;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use url::form_urlencoded;

const TEN_MINUTES: Duration = Duration::from_secs(600);
/// The most bytes that a picture may have.
const MOST: u64 = 1_000_000;
/// The names of the pictures that the form and the script upload.
const BY_FORM: &str = "by-form";
const BY_SCRIPT: &str = "by-script";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("upload_page: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let server = start(port()?)?;
    println!("Open {}/ in a browser. Ctrl-C ends it.", server.endpoint());
    tokio::runtime::Runtime::new()?.block_on(tokio::signal::ctrl_c())?;
    Ok(())
}

fn port() -> Result<u16, Box<dyn Error>> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Ok(0),
        ["--port", port] => Ok(port.parse().map_err(|_| "a port is 0 to 65535")?),
        _ => Err("usage: upload_page [--port N]".into()),
    }
}

/// Starts the page and the bucket on this port, 0 for one that is free.
pub fn start(port: u16) -> Result<Server, Box<dyn Error>> {
    // All that signing needs. For AWS it is `Bucket::new("examplebucket", "us-east-1")`.
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    Server::start_with(port, |endpoint| {
        Box::new(move |target| answer(&endpoint, &credentials, target))
    })
}

/// What the page's server answers; none for what goes to the bucket.
fn answer(endpoint: &str, credentials: &Credentials, target: &str) -> Option<Page> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let answer = match path {
        "/" => upload_page(endpoint, credentials).map(html),
        "/stored" => Ok(html(STORED.into())),
        "/presigned-url" => return Some(presigned_url(endpoint, credentials, query)),
        _ => return None,
    };
    Some(answer.unwrap_or_else(|error| text(500, error)))
}

fn bucket(endpoint: &str) -> Result<Bucket, presign::Error> {
    Bucket::builder(s3_server::BUCKET, s3_server::REGION)
        .endpoint(endpoint)
        .build()
}

fn key(file_name: &str) -> String {
    format!("pictures/{file_name}")
}

/// A form for one picture of at most a megabyte.
///
/// With a key that ends in `${filename}`, S3 stores the file under its own name; the server of this example does
/// not know that, so each way has one key.
fn form(
    endpoint: &str,
    credentials: &Credentials,
    file_name: &str,
    then: (&str, &str),
) -> Result<PresignedPost, presign::Error> {
    let (field, value) = then;
    PostPolicy::new(key(file_name))
        .content_length_range(1..=MOST)
        .starts_with("Content-Type", "image/")
        .field(field, value)
        .presign(
            &bucket(endpoint)?,
            credentials,
            TEN_MINUTES,
            SystemTime::now(),
        )
}

/// `GET /`: both ways. Each look at the page signs anew.
fn upload_page(endpoint: &str, credentials: &Credentials) -> Result<String, presign::Error> {
    // Where the browser goes after the upload, and what the script gets.
    let stored = format!("{endpoint}/stored");
    let by_form = form(
        endpoint,
        credentials,
        BY_FORM,
        ("success_action_redirect", &stored),
    )?;
    let by_script = form(
        endpoint,
        credentials,
        BY_SCRIPT,
        ("success_action_status", "201"),
    )?;
    Ok(format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Upload a picture</title>
</head>
<body>
<main>
<h1>Upload a picture of up to {MOST} bytes</h1>
<section id="by-form">
<h2>With a form</h2>
{form}</section>
<section id="by-script">
<h2>With a script</h2>
<p><label>File <input type="file"></label></p>
<p><button type="button">Upload</button></p>
<p><output></output></p>
</section>
</main>
<script>
{upload_file}
const section = document.getElementById("by-script");
const output = section.querySelector("output");
section.querySelector("button").addEventListener("click", async () => {{
  try {{
    const [file] = section.querySelector("input").files;
    await uploadFile(file);
    const answer = await fetch("/presigned-url?file_name={BY_SCRIPT}");
    const link = document.createElement("a");
    link.href = (await answer.json()).presigned_url;
    link.textContent = "Stored";
    output.replaceChildren(link);
  }} catch (error) {{
    output.textContent = "Refused: " + error.message;
  }}
}});
</script>
</body>
</html>
"#,
        form = by_form.to_html(),
        upload_file = by_script.to_javascript(),
    ))
}

const STORED: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Stored</title>
</head>
<body>
<h1>The picture is stored</h1>
<p><a href="/">Another one</a></p>
</body>
</html>
"#;

/// `GET /presigned-url?file_name=…`: a download link as JSON.
fn presigned_url(endpoint: &str, credentials: &Credentials, query: &str) -> Page {
    let (status, body) = match download_link(endpoint, credentials, query) {
        Ok(url) => (200, json!({ "presigned_url": url })),
        Err(error) => (400, json!({ "message": error.to_string() })),
    };
    Page {
        status,
        content_type: "application/json",
        body: body.to_string(),
    }
}

fn download_link(
    endpoint: &str,
    credentials: &Credentials,
    query: &str,
) -> Result<String, Box<dyn Error>> {
    let mut names = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "file_name")
        .map(|(_, value)| value);
    let (Some(file_name), None) = (names.next(), names.next()) else {
        return Err("the query should have one file_name".into());
    };
    if file_name.is_empty() {
        return Err("file_name is empty".into());
    }
    let key = key(&file_name);
    let bucket = bucket(endpoint)?;
    let link = bucket
        .get(&key)
        .presign(credentials, TEN_MINUTES, SystemTime::now())?;
    // Refuses a name such as `../x`, of which a browser would ask for another object.
    Ok(link.to_url()?.into())
}

fn html(body: String) -> Page {
    Page {
        status: 200,
        content_type: "text/html; charset=utf-8",
        body,
    }
}

fn text(status: u16, error: impl std::fmt::Display) -> Page {
    Page {
        status,
        content_type: "text/plain; charset=utf-8",
        body: error.to_string(),
    }
}
