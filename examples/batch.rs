//! Writes links for any number of objects, offline. Reads one key a line from standard input, and
//! writes one link a line to standard output. The signing key is derived once, the common parts of
//! the links are written once, and memory doesn't grow with the number of keys.
//!
//! ```console
//! $ seq 1000000 | cargo run --release --example batch > links.txt
//! ```
//!
//! `write_links` is the part to copy. tests/memory/batch_example.rs compares its output with
//! botocore's.

use presign::{Template, Timestamp};
use std::io::{self, BufRead, Write};

/// Writes a link for each key, signed now, and returns the number of links.
pub fn write_links(
    template: &Template,
    now: Timestamp,
    mut keys: impl BufRead,
    mut out: impl Write,
) -> io::Result<u64> {
    let (mut key, mut link) = (String::new(), String::new());
    let mut count = 0;
    while keys.read_line(&mut key)? > 0 {
        count += 1;
        template
            .presign_into(key.strip_suffix('\n').unwrap_or(&key), now, &mut link)
            .map_err(|error| io::Error::other(format!("line {count}: {error}")))?;
        link.push('\n');
        out.write_all(link.as_bytes())?;
        key.clear();
        link.clear();
    }
    out.flush()?;
    Ok(count)
}

// The program that runs it.

use presign::s3::Bucket;
use presign::{Credentials, Error};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Returns a template of download links that are valid for a day. The key pair is a published
/// example.
fn template(now: Timestamp) -> Result<Template, Error> {
    let credentials = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )?;
    Bucket::new("examplebucket", "us-east-1")?
        .request("GET")
        .template(&credentials, DAY, now)
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("batch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let now = Timestamp::from(SystemTime::now());
    let template = template(now)?;
    let out = io::BufWriter::new(io::stdout().lock());
    let count = write_links(&template, now, io::stdin().lock(), out)?;
    eprintln!("{count} links, valid until {}", template.expires_at(now)?);
    Ok(())
}
