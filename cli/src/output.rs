//! What is printed. Standard output gets the result and nothing else, and only when all of it is there;
//! messages go to standard error. What does not live here: which result a command has.

use crate::args::SignatureVersion;
use clap::ValueEnum;
use presign::{PresignedPost, PresignedUrl, SignedRequest, SigningSteps};
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

/// What is printed of a form.
#[derive(Clone, Copy, Default, ValueEnum)]
pub enum PostFormat {
    /// The URL, and then the fields, one NAME=VALUE a line
    #[default]
    Text,
    /// A JSON object: URL, fields, policy, end and signature
    Json,
    /// A page with the form, for a browser
    Html,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The result alone
    #[default]
    Text,
    /// A JSON object: the result and all that belongs to it, such as the steps of signing
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

/// Prints a presigned URL, and says which headers have to be sent with it. `steps` is asked only if they are
/// printed.
pub fn print_url(
    format: Format,
    version: SignatureVersion,
    url: &PresignedUrl,
    steps: impl FnOnce() -> Result<SigningSteps, presign::Error>,
) -> Result<()> {
    match format {
        Format::Text => print(url.as_str())?,
        Format::Json => print_json(url_object(version, url, url.as_str(), &steps()?))?,
    }
    note_headers(format, url);
    Ok(())
}

/// A URL with what belongs to it, and the steps on the way to it.
pub fn url_object(
    version: SignatureVersion,
    url: &PresignedUrl,
    text: &str,
    steps: &SigningSteps,
) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("method".into(), url.method().into());
    object.insert("url".into(), text.into());
    object.insert("headers".into(), header_object(url.headers()));
    object.insert("expires_at".into(), url.expires_at().to_string().into());
    if let SignatureVersion::V2 = version {
        object.insert("not_covered".into(), not_covered(url).into());
    }
    insert_steps(&mut object, steps);
    object
}

/// Prints a form, and says which fields it leaves to the sender.
pub fn print_post(format: PostFormat, form: &PresignedPost) -> Result<()> {
    match format {
        PostFormat::Text => {
            let mut text = String::from(form.url());
            for (name, value) in form.fields() {
                if value.contains('\n') {
                    return Err(Refusal::new(format!(
                        "the field {name} has a line break, so it is no line of text output: use --output json"
                    )));
                }
                text.push('\n');
                text.extend([name, "=", value]);
            }
            print(&text)?;
        }
        PostFormat::Json => {
            let mut object = Map::new();
            object.insert("url".into(), form.url().into());
            object.insert("fields".into(), form.fields().collect());
            object.insert("policy".into(), form.policy().into());
            object.insert("expires_at".into(), form.expires_at().to_string().into());
            object.insert("signature".into(), form.signature().as_str().into());
            print_json(object)?;
        }
        // The page asks for the open fields.
        PostFormat::Html => return print(form.to_html_page().trim_end()),
    }
    for (name, prefix) in form.open_fields() {
        match prefix {
            "" => note(format_args!("send with it: {name}, with any value")),
            _ => note(format_args!(
                "send with it: {name}, which begins with {prefix}"
            )),
        }
    }
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

/// Says which headers have to be sent with a URL, but for those that its JSON has.
pub fn note_headers(format: Format, url: &PresignedUrl) {
    for (name, value) in url.headers() {
        // The object's headers are those besides host.
        if format == Format::Text || is_host(name) {
            note_header(name, value);
        }
    }
}

/// Whether a header of that name has to be sent with a URL.
pub fn is_sent(name: &str, url: &PresignedUrl) -> bool {
    url.headers()
        .any(|(sent, _)| sent.eq_ignore_ascii_case(name))
}

/// The headers that the signature of a SigV2 URL can't cover, each name once.
fn not_covered(url: &PresignedUrl) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in url.not_covered() {
        if !names.iter().any(|before| before.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    names
}

/// Says which of the given headers the signature of a SigV2 URL can't cover.
pub fn note_not_covered(url: &PresignedUrl) {
    for name in not_covered(url) {
        note(format_args!(
            "the header {name} is not covered by the signature: whoever has the URL may send it or not, \
             with any value"
        ));
    }
}

/// Says which of the given headers became parameters of a SigV2 URL.
pub fn note_in_query<'a>(given: impl Iterator<Item = &'a str>, url: &PresignedUrl) {
    let not_covered = not_covered(url);
    let is_in_query = |name: &str| {
        let mut others = not_covered.iter();
        !is_host(name)
            && !is_sent(name, url)
            && !others.any(|other| other.eq_ignore_ascii_case(name))
    };
    for name in given.filter(|name| is_in_query(name)) {
        note(format_args!(
            "the header {name} stands in the URL's query and is not to be sent as a header"
        ));
    }
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
        // SigV2 has no canonical request.
        if text.is_empty() {
            continue;
        }
        object.insert(name.into(), text.into());
    }
}

/// A result as the library writes it.
pub fn object(result: Value) -> Map<String, Value> {
    match result {
        Value::Object(object) => object,
        // Each result is an object.
        _ => Map::new(),
    }
}

/// Prints a JSON object, in several lines.
pub fn print_json(object: Map<String, Value>) -> Result<()> {
    print(&format!("{:#}", Value::Object(object)))
}

/// Writes the result and a line break to standard output.
pub fn print(result: &str) -> Result<()> {
    write(format!("{result}\n").as_bytes()).map(drop)
}

/// Writes lines to standard output. Whether there is still somebody who reads them.
pub fn write(lines: &[u8]) -> Result<bool> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(lines).and_then(|()| stdout.flush());
    match written {
        // The reader has seen enough, as `head` has after its lines.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Refusal::new(format!(
            "standard output can't be written: {error}"
        ))),
        Ok(()) => Ok(true),
    }
}
