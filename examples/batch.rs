//! Links for any number of objects, offline: keys on standard input, one a line, and links on standard output. The signing key is
//! derived once, what the links have in common is written once, and memory stays as it is however many there are.
//!
//! ```console
//! $ seq 1000000 | cargo run --release --example batch > links.txt
//! ```
//!
//! `write_links` is the part to copy. tests/memory/batch_example.rs compares its output with what
//! botocore signs.

use presign::s3::{Bucket, Links};
use presign::{Credentials, Error};
use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

/// Writes a link for each key, and tells how many.
pub fn write_links(links: &Links, mut keys: impl BufRead, mut out: impl Write) -> io::Result<u64> {
    let (mut key, mut link) = (String::new(), String::new());
    let mut count = 0;
    while keys.read_line(&mut key)? > 0 {
        count += 1;
        links
            .write(key.strip_suffix('\n').unwrap_or(&key), &mut link)
            .map_err(|error| io::Error::other(format!("line {count}: {error}")))?;
        link.push('\n');
        out.write_all(link.as_bytes())?;
        key.clear();
        link.clear();
    }
    out.flush()?;
    Ok(count)
}

/// Links to download what the bucket holds, good for a day. The key pair is a published example.
fn links() -> Result<Links, Error> {
    let credentials = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )?;
    let day = Duration::from_secs(24 * 60 * 60);
    Bucket::new("examplebucket", "us-east-1")?
        .operation("GET")
        .links(&credentials, day, SystemTime::now())
}

fn main() -> ExitCode {
    let written = links().map_err(io::Error::other).and_then(|links| {
        let out = io::BufWriter::new(io::stdout().lock());
        let count = write_links(&links, io::stdin().lock(), out)?;
        Ok((count, links.expires_at()))
    });
    match written {
        Ok((count, end)) => {
            eprintln!("{count} links, good until {end}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("batch: {error}");
            ExitCode::FAILURE
        }
    }
}
