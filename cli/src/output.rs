//! Standard output, which gets a command's result and nothing else, and messages on standard error.

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde_json::Value;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The result alone
    #[default]
    Text,
    /// A JSON object: the result and all that belongs to it, such as the steps of signing
    Json,
}

/// The output of a command that makes a request.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RequestFormat {
    /// The result alone
    #[default]
    Text,
    /// A JSON object: the result and all that belongs to it, such as the steps of signing
    Json,
    /// A command line of curl that sends the request, with a body from standard input
    Curl,
}

/// Writes a message to standard error. It stays one line, because control characters are escaped.
pub fn note(text: impl Display) {
    let mut line = String::from("presign: ");
    for c in text.to_string().chars() {
        if c.is_control() {
            line.extend(c.escape_debug());
        } else {
            line.push(c);
        }
    }
    // An error can't be reported either.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Prints a JSON object in several lines.
pub fn print_json(object: &Value) -> Result<()> {
    print(&format!("{object:#}"))
}

/// Adds the members of an object to another object.
pub fn add_members(object: &mut Value, others: Value) {
    if let (Value::Object(object), Value::Object(others)) = (object, others) {
        object.extend(others);
    }
}

/// Prints the result and a line break.
pub fn print(result: &str) -> Result<()> {
    write(format!("{result}\n").as_bytes()).map(drop)
}

/// Writes lines to standard output. Returns whether it still has a reader.
pub fn write(lines: &[u8]) -> Result<bool> {
    let mut stdout = io::stdout().lock();
    ensure!(!is_closed(&stdout), "standard output is closed");
    match stdout.write_all(lines).and_then(|()| stdout.flush()) {
        // `head` closes the pipe after its lines.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        result => result
            .map(|()| true)
            .context("standard output can't be written"),
    }
}

/// Returns whether standard output was closed when the program began. Rust's runtime then opens
/// `/dev/null` in its place, for reading and writing; a shell opens it for writing only.
#[cfg(unix)]
fn is_closed(stdout: &io::StdoutLock<'_>) -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};

    let is_read_write = fcntl_getfl(stdout).is_ok_and(|flags| flags.contains(OFlags::RDWR));
    let null = stat("/dev/null").map(|null| null.st_rdev);
    is_read_write && fstat(stdout).is_ok_and(|stdout| null == Ok(stdout.st_rdev))
}

#[cfg(not(unix))]
fn is_closed(_stdout: &io::StdoutLock<'_>) -> bool {
    false
}
