//! What is printed. Standard output gets the result and nothing else, and only when all of it is there;
//! messages go to standard error. What does not live here: which result a command has.

use clap::ValueEnum;
use presign::{PresignedUrl, SignedRequest, SigningSteps};
use serde_json::{Map, Value};
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Why there is no result: one sentence, with nothing secret in it. It ends the program with status 1.
#[derive(Debug)]
pub struct Refusal(pub String);

pub type Result<T, E = Refusal> = std::result::Result<T, E>;

impl Refusal {
    pub fn new(reason: impl Into<String>) -> Self {
        Refusal(reason.into())
    }
}

impl From<presign::Error> for Refusal {
    fn from(error: presign::Error) -> Self {
        Refusal(error.to_string())
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The result alone
    #[default]
    Text,
    /// A JSON object: the result and the steps on the way to it
    Json,
}

/// A message for the person at the terminal. It stays one line, whatever a name in it holds.
pub fn note(text: impl Display) {
    let mut line = String::from("presign: ");
    for c in text.to_string().chars() {
        match c.is_control() {
            true => line.extend(c.escape_debug()),
            false => line.push(c),
        }
    }
    // If nobody reads standard error, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Prints a presigned URL of a request with these headers. `steps` is asked only if they are printed.
pub fn print_url<'a>(
    format: Format,
    url: &PresignedUrl,
    given: impl Iterator<Item = &'a str>,
    steps: impl FnOnce() -> Result<SigningSteps, presign::Error>,
) -> Result<()> {
    match format {
        Format::Text => {
            print(url.as_str())?;
            for (name, value) in url.headers() {
                note_header(name, value);
            }
        }
        Format::Json => {
            let mut object = Map::new();
            object.insert("method".into(), url.method().into());
            object.insert("url".into(), url.as_str().into());
            object.insert("headers".into(), header_object(url.headers()));
            object.insert("expires_at".into(), url.expires_at().to_string().into());
            insert_steps(&mut object, &steps()?);
            print_json(object)?;
            // The object's headers are those besides host.
            for (name, value) in url.headers().filter(|(name, _)| is_host(name)) {
                note_header(name, value);
            }
        }
    }
    note_unsigned(given, |name| {
        url.headers()
            .any(|(signed, _)| signed.eq_ignore_ascii_case(name))
    });
    Ok(())
}

/// Prints the headers of a signed request: the given ones that have to be sent, and those that signing adds.
pub fn print_signed(
    format: Format,
    method: &str,
    given: &[(&str, String)],
    signed: &SignedRequest,
    steps: &SigningSteps,
) -> Result<()> {
    let given = given.iter().map(|(name, value)| (*name, value.as_str()));
    let added = signed
        .headers()
        .map(|(name, value)| -> (&str, _) { (name, value) });
    let headers = given.clone().chain(added);
    match format {
        Format::Text => {
            let lines: Vec<_> = headers
                .filter(|(name, _)| !is_host(name))
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            print(&lines.join("\n"))?;
        }
        Format::Json => {
            let mut object = Map::new();
            object.insert("method".into(), method.into());
            object.insert("headers".into(), header_object(headers));
            insert_steps(&mut object, steps);
            print_json(object)?;
        }
    }
    for (name, value) in given.filter(|(name, _)| is_host(name)) {
        note_header(name, value);
    }
    Ok(())
}

/// Says which of the given headers a signature never covers, whoever gives them.
pub fn note_unsigned<'a>(given: impl Iterator<Item = &'a str>, is_signed: impl Fn(&str) -> bool) {
    for name in given.filter(|name| !is_host(name) && !is_signed(name)) {
        note(format_args!(
            "the header {name} is never signed, so it need not be sent"
        ));
    }
}

/// Says which header has to be sent with the result, where standard output has no place for it.
fn note_header(name: &str, value: &str) {
    // The key of SSE-C is a secret, though one that the caller holds.
    match name.to_ascii_lowercase().ends_with("-customer-key") {
        true => note(format_args!("send with it: {name}, as it was given")),
        false => note(format_args!("send with it: {name}: {value}")),
    }
}

fn is_host(name: &str) -> bool {
    name.eq_ignore_ascii_case("host")
}

/// Headers besides host, as an object. The values of a repeated name are joined as the signature has them.
fn header_object<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let mut joined: Vec<(&str, String)> = Vec::new();
    for (name, value) in headers.filter(|(name, _)| !is_host(name)) {
        let before = joined
            .iter_mut()
            .find(|(before, _)| before.eq_ignore_ascii_case(name));
        match before {
            Some((_, values)) => {
                values.push(',');
                values.push_str(value);
            }
            None => joined.push((name, value.into())),
        }
    }
    joined.into_iter().collect()
}

fn insert_steps(object: &mut Map<String, Value>, steps: &SigningSteps) {
    for (name, text) in [
        ("canonical_request", steps.canonical_request.as_str()),
        ("string_to_sign", steps.string_to_sign.as_str()),
        ("signature", steps.signature.as_str()),
    ] {
        object.insert(name.into(), text.into());
    }
}

fn print_json(object: Map<String, Value>) -> Result<()> {
    print(&format!("{:#}", Value::Object(object)))
}

/// Writes the result and a line break to standard output.
fn print(result: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{result}").and_then(|()| stdout.flush());
    match written {
        // The reader has seen enough, as `head` has after its lines.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Refusal::new(format!(
            "standard output can't be written: {error}"
        ))),
        Ok(()) => Ok(()),
    }
}
