//! A page that uploads pictures into a bucket. One way is the form of
//! [`PresignedPost::to_html`](presign::post::PresignedPost::to_html), which needs no other script,
//! the other is the function of `to_javascript`. The browser sends the files directly to the
//! bucket; the server of the page only signs.
//!
//! ```console
//! $ cargo run --example upload_page
//! ```
//!
//! It prints the URL of the page, and runs until Ctrl-C; `--port N` chooses the port. The functions
//! `upload_form`, `upload_page` and `download_link` are the parts to copy. The server is in
//! servers/src/lib.rs: other authors wrote it, it runs inside this program, and it verifies
//! signatures like S3.

use presign::post::PresignedPost;
use presign::s3::Bucket;
use presign::{Credentials, Timestamp};
use std::error::Error;
use std::time::{Duration, SystemTime};
use url::form_urlencoded;

const TEN_MINUTES: Duration = Duration::from_secs(600);
/// The largest picture, in bytes.
const MAX_SIZE: u64 = 1_000_000;
/// The names of the pictures that the form and the script upload.
const BY_FORM: &str = "by-form";
const BY_SCRIPT: &str = "by-script";

/// Signs for one bucket.
struct Signer {
    bucket: Bucket,
    credentials: Credentials,
}

impl Signer {
    /// Returns a form to upload one picture.
    ///
    /// With a key that ends in `${filename}`, S3 stores the file under its own name. The server of
    /// this example doesn't support that, so each picture has a fixed key.
    fn upload_form(&self, file_name: &str) -> Result<PresignedPost, presign::Error> {
        self.bucket
            .post_policy(key(file_name))
            .content_length_range(1..=MAX_SIZE)
            .starts_with("Content-Type", "image/")
            .field("success_action_status", "201")
            .presign(&self.credentials, TEN_MINUTES, now())
    }

    /// Responds to `GET /` with both ways to upload. Each view of the page is signed again.
    fn upload_page(&self) -> Result<String, presign::Error> {
        let by_form = self.upload_form(BY_FORM)?;
        let by_script = self.upload_form(BY_SCRIPT)?;
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
<h1>Upload a picture of up to {MAX_SIZE} bytes</h1>
<section id="by-form">
<h2>With the form</h2>
{form}<p><output></output></p>
</section>
<section id="by-script">
<h2>With a script of your own</h2>
<p><label>File <input type="file"></label></p>
<p><button type="button">Upload</button></p>
<p><output></output></p>
</section>
</main>
<script>
{upload_file}
// Shows a link to download the stored picture.
async function showLink(section, fileName) {{
  const answer = await fetch("/presigned-url?file_name=" + fileName);
  const link = document.createElement("a");
  link.href = (await answer.json()).presigned_url;
  link.textContent = "Stored";
  section.querySelector("output").replaceChildren(link);
}}
const byForm = document.getElementById("by-form");
byForm.addEventListener("uploaded", () => showLink(byForm, "{BY_FORM}"));
const byScript = document.getElementById("by-script");
byScript.querySelector("button").addEventListener("click", async () => {{
  try {{
    const [file] = byScript.querySelector("input").files;
    await uploadFile(file);
    await showLink(byScript, "{BY_SCRIPT}");
  }} catch (error) {{
    byScript.querySelector("output").textContent = "Refused: " + error.message;
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

    /// Responds to `GET /presigned-url?file_name=…` with a download link.
    fn download_link(&self, query: &str) -> Result<String, Box<dyn Error>> {
        let mut names = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name == "file_name")
            .map(|(_, value)| value);
        let (Some(file_name), None) = (names.next(), names.next()) else {
            return Err("the query should have one file_name".into());
        };
        if file_name.is_empty() {
            return Err("file_name is empty".into());
        }
        let link =
            self.bucket
                .get(key(&file_name))
                .presign(&self.credentials, TEN_MINUTES, now())?;
        // Returns an error for a name such as `../x`, for which a browser would request another
        // object.
        Ok(link.to_url()?.into())
    }
}

fn key(file_name: &str) -> String {
    format!("pictures/{file_name}")
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

// The program that serves them.

use s3_server::{Page, Server};
use serde_json::json;
use std::process::ExitCode;

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
    println!(
        "Open {}/ in a browser. Stop with Ctrl-C.",
        server.endpoint()
    );
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

/// Starts the page and the bucket on a port, or on a free one for 0.
pub fn start(port: u16) -> Result<Server, Box<dyn Error>> {
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    Server::start_with(port, |endpoint| {
        // For AWS the bucket is `Bucket::new("examplebucket", "us-east-1")`.
        let bucket = Bucket::builder(s3_server::BUCKET, s3_server::REGION)
            .endpoint(&endpoint)
            .build()?;
        let signer = Signer {
            bucket,
            credentials,
        };
        Ok(Box::new(move |target| answer(&signer, target)))
    })
}

/// Returns the page for a target, or `None` for a request to the bucket.
fn answer(signer: &Signer, target: &str) -> Option<Page> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path {
        "/" => Some(match signer.upload_page() {
            Ok(page) => html(page),
            Err(error) => text(500, error),
        }),
        "/presigned-url" => Some(match signer.download_link(query) {
            Ok(url) => json_page(200, &json!({ "presigned_url": url })),
            Err(error) => json_page(400, &json!({ "message": error.to_string() })),
        }),
        _ => None,
    }
}

fn json_page(status: u16, json: &serde_json::Value) -> Page {
    Page {
        status,
        content_type: "application/json",
        body: json.to_string(),
    }
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
