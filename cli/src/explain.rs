//! `explain`: the reason why a server rejected a request.

use crate::args::{Header, parse_field, parse_header};
use crate::credentials;
use crate::examine::{Sent, Subject};
use crate::google::KeyOption;
use crate::input::Input;
use crate::output::{self, Format};
use crate::profile::Profile;
use anyhow::{Context, Result, ensure};
use clap::builder::NonEmptyStringValueParser;
use presign::explain::{ErrorResponse, Explanation, FailedRequest};
use presign::inspect::Inspection;
use presign::{Credentials, Scheme};

use serde_json::json;
use std::env;
use std::io::{self, IsTerminal, Read};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    subject: Subject,

    /// The file with the body of the server's response, `-` for standard input; an empty file if it
    /// had none
    #[arg(long, value_name = "FILE")]
    response: Input,

    #[command(flatten)]
    sent: Sent,

    #[command(flatten)]
    google_key: KeyOption,

    /// The URL that was sent [default: the signed one]
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    sent_url: Option<String>,

    /// The method that was sent [default: the signed one]
    #[arg(long, value_name = "METHOD", value_parser = NonEmptyStringValueParser::new())]
    sent_method: Option<String>,

    /// A header that was sent, as `Name: value`. Repeat it for every header, or write `none`
    #[arg(long = "sent-header", value_name = "NAME: VALUE", value_parser = parse_sent_header)]
    sent_headers: Vec<Option<Header>>,

    /// The file with the body of the request that was signed
    #[arg(long, value_name = "FILE")]
    body: Option<Input>,

    /// The file with the body that was sent [default: the signed one]
    #[arg(long, value_name = "FILE")]
    sent_body: Option<Input>,

    /// A field of a form, in the form's order; repeatable
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = parse_field)]
    fields: Vec<(String, String)>,
}

/// Parses a header, or `none` for a request without any.
fn parse_sent_header(text: &str) -> Result<Option<Header>, &'static str> {
    match text {
        "none" => Ok(None),
        _ => parse_header(text).map(Some),
    }
}

pub fn run(args: &Args) -> Result<()> {
    let (subject, sent) = (&args.subject, &args.sent);
    subject.check_stdin(Some(&args.response))?;
    let response = ErrorResponse::parse(&args.response()?);
    let mut request = FailedRequest::new(&sent.method, &subject.url, &response);
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    if let Some(bucket) = &sent.bucket {
        request = request.bucket(bucket);
    }
    if args.sent_url.is_some() || args.sent_method.is_some() {
        let method = args.sent_method.as_deref().unwrap_or(&sent.method);
        let url = args.sent_url.as_deref().unwrap_or(&subject.url);
        request = request.sent(method, url);
    }
    if !args.sent_headers.is_empty() {
        let headers = args.sent_headers.iter().flatten();
        request = request.sent_headers(headers.map(|(name, value)| (&**name, &**value)));
    }
    for (name, value) in &args.fields {
        request = request.field(name, value);
    }
    let body = args.body.as_ref().map(read).transpose()?;
    let sent_body = args.sent_body.as_ref().map(read).transpose()?;
    if let Some(body) = &body {
        request = request.body(body);
    }
    if let Some(body) = &sent_body {
        request = request.sent_body(body);
    }
    let inspection = subject.inspect();
    let credentials = args.credentials(&inspection)?;
    if let Some(credentials) = &credentials {
        // The secret of another key may have been used by mistake.
        let is_own = |id| id == credentials.identity().access_key_id();
        request = if inspection.access_key_id().is_none_or(is_own) {
            request.credentials(credentials)
        } else {
            request.other_credentials("the credentials given", credentials)
        };
    }
    // Nor need the credentials be those of the profile that is meant.
    let profiles = other_profiles();
    for (name, credentials) in &profiles {
        request = request.other_credentials(name, credentials);
    }
    let explanation = request.explain(subject.time);
    match subject.output {
        Format::Text => {
            let is_coloured = io::stdout().is_terminal()
                && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            output::print(explanation_text(&explanation, is_coloured).trim_end())
        }
        Format::Json => output::print_json(&json!(explanation)),
    }
}

impl Args {
    /// Returns the credentials, which are optional unless an option names them.
    fn credentials(&self, inspection: &Inspection) -> Result<Option<Credentials>> {
        let is_google = inspection.scheme() == Some(Scheme::GoogleV4);
        let (found, is_named) = if is_google {
            let found = self.google_key.load().map(|(credentials, _)| credentials);
            (found, self.google_key.is_given())
        } else {
            (self.sent.credentials(), self.sent.profile.name.is_some())
        };
        match found {
            Err(reason) if !is_named => {
                output::note(format_args!(
                    "the signature itself is not checked, because there are no credentials ({reason:#})"
                ));
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    /// Returns the body of the server's response as text. Known error bodies are UTF-8.
    fn response(&self) -> Result<String> {
        /// No server's error is as long; an object may be.
        const MAX_LENGTH: u64 = 1024 * 1024;
        let input = &self.response;
        let mut bytes = Vec::new();
        let read = |body: Box<dyn Read>| body.take(MAX_LENGTH + 1).read_to_end(&mut bytes);
        input
            .open()
            .and_then(read)
            .with_context(|| format!("the response can't be read from {input}"))?;
        ensure!(
            bytes.len() as u64 <= MAX_LENGTH,
            "{input} is longer than 1 MiB, but no server's error is as long"
        );
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Returns the whole content of a file.
fn read(input: &Input) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = input
        .open()
        .and_then(|mut body| body.read_to_end(&mut bytes));
    read.with_context(|| format!("the body can't be read from {input}"))?;
    Ok(bytes)
}

/// Returns the profiles that have keys of their own, with their names for people.
fn other_profiles() -> Vec<(String, Credentials)> {
    let profiles = Profile::names().into_iter();
    let profiles = profiles.filter_map(|name| {
        let credentials = credentials::find(&Profile::load(Some(&name)).ok()?).ok()?;
        Some((format!("the profile `{name}`"), credentials))
    });
    profiles.collect()
}

/// Returns the findings, and below them the difference between the signed and the seen request.
fn explanation_text(explanation: &Explanation, is_coloured: bool) -> String {
    let mut text = explanation.to_string();
    if is_coloured
        && let Some(difference) = explanation.difference()
        && let Some(findings) = text.strip_suffix(&difference.to_string())
    {
        text = format!("{findings}{}", difference.coloured());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::explanation_text;
    use presign::explain::{ErrorResponse, FailedRequest};
    use std::time::SystemTime;

    #[test]
    fn colour_changes_nothing_else() {
        let url = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
            &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
            &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
            &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let query = url.split('?').nth(1).unwrap();
        let query = query.split("&X-Amz-Signature").next().unwrap();
        let seen = format!(
            "HEAD\n/test.txt\n{}\nhost:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD",
            query.replace('&', "&amp;")
        );
        let body = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{seen}</CanonicalRequest></Error>"
        );
        let response = ErrorResponse::parse(&body);
        let explanation = FailedRequest::new("GET", url, &response).explain(SystemTime::now());
        let plain = explanation_text(&explanation, false);
        let coloured = explanation_text(&explanation, true);
        assert!(plain.contains("- GET") && !plain.contains('\u{1b}'));
        assert!(coloured.contains("\u{1b}[31m- GET\u{1b}[0m"));
        assert!(coloured.contains("\u{1b}[32m+ HEAD\u{1b}[0m"));
        let bare = ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[0m"]
            .iter()
            .fold(coloured, |text, code| text.replace(code, ""));
        assert_eq!(bare, plain);
    }
}
