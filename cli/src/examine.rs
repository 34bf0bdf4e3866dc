//! `inspect`, `verify` and `explain`: what a presigned URL says, whether it is good, and why a server refused it.

use crate::args::Header;
use crate::credentials;
use crate::output::{self, Format, Refusal, Result};
use crate::profile::Profile;
use crate::request::{bucket_host, hash_body};
use clap::builder::NonEmptyStringValueParser;
use presign::explain::{Answer, Attempt, Explanation};
use presign::inspect::{Inspection, PresignedWith, inspect as read};
use presign::verify::{
    CoveredPayload, ReceivedRequest, Verified, Verifier, VerifyError, VerifyErrorKind,
};
use presign::{Credentials, Timestamp};
use serde_json::{Map, json};
use std::env;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The URL that is looked at, and how.
#[derive(clap::Args)]
struct Subject {
    /// The presigned URL, in quotation marks: it holds `&`
    #[arg(value_name = "URL")]
    url: String,

    /// The moment at which it is looked at: 20130524T000000Z or RFC 3339; default now
    #[arg(long, value_name = "T", value_parser = Timestamp::parse)]
    at: Option<Timestamp>,

    /// What is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

impl Subject {
    fn time(&self) -> Timestamp {
        self.at.unwrap_or_else(|| SystemTime::now().into())
    }

    fn inspect(&self) -> Inspection {
        read(&self.url, self.time())
    }
}

/// The request that the URL stands for.
#[derive(clap::Args)]
struct Sent {
    /// The request's method
    #[arg(long, value_name = "M", default_value = "GET")]
    method: String,

    /// A header of the request, as `Name: value`; repeatable
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<Header>,

    /// The bucket that the host names, for v2: it is signed, wherever it stands
    #[arg(long, value_name = "B", value_parser = NonEmptyStringValueParser::new())]
    bucket: Option<String>,

    /// A profile of the shared credentials and config files, which then goes before the environment's credentials
    #[arg(long, value_name = "P")]
    profile: Option<String>,
}

impl Sent {
    fn credentials(&self) -> Result<Credentials> {
        credentials::find(&Profile::load(self.profile.as_deref())?)
    }
}

#[derive(clap::Args)]
pub struct InspectArgs {
    #[command(flatten)]
    subject: Subject,
}

pub fn inspect(args: &InspectArgs) -> Result<()> {
    let seen = args.subject.inspect();
    if seen.presigned_with().is_none() {
        let reason = seen.problems().last();
        return Err(Refusal::new(match reason {
            Some(problem) => format!("this is no presigned URL: {problem}"),
            None => "this is no presigned URL".into(),
        }));
    }
    match args.subject.output {
        Format::Text => output::print(seen.to_string().trim_end()),
        Format::Json => output::print_json(output::object(json!(seen))),
    }
}

#[derive(clap::Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    subject: Subject,

    #[command(flatten)]
    sent: Sent,

    /// The file with the request's body, `-` for standard input; default no body
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,

    /// The one region that is right; default the URL's own
    #[arg(long, value_name = "R", value_parser = NonEmptyStringValueParser::new())]
    region: Option<String>,

    /// The one service that is right; default the URL's own
    #[arg(long, value_name = "S", value_parser = NonEmptyStringValueParser::new())]
    service: Option<String>,
}

pub fn verify(args: &VerifyArgs) -> Result<()> {
    let (subject, sent) = (&args.subject, &args.sent);
    let credentials = sent.credentials()?;
    let seen = subject.inspect();
    let is_v2 = is_v2(&seen);
    let verifier = args.verifier(&seen);
    let mut request = match ReceivedRequest::from_url(&sent.method, &subject.url) {
        Ok(request) => request,
        Err(error) => return args.refuse("request", None, error.to_string()),
    };
    for header in &sent.headers {
        request = request.header(&header.name, &header.value);
    }
    if let Some(bucket) = &sent.bucket {
        request = request.bucket(bucket);
    }
    if let Some(path) = &args.body {
        request = request.body_sha256(hash_body(path)?);
    }
    let lookup = |id: &str| (id == credentials.access_key_id()).then_some(&credentials);
    let verified = match verifier.verify(&request, subject.time(), lookup) {
        Ok(verified) => verified,
        Err(error) => {
            let reason = args.reason(&error, &seen, &credentials);
            return args.refuse(error.kind().as_str(), Some(&error), reason);
        }
    };
    let id = verified.access_key_id();
    match subject.output {
        Format::Text => output::print(&format!(
            "valid for {}{}, signed by {id}",
            sent.method,
            match seen.expires_at() {
                Some(end) => format!(" until {end}"),
                None => String::new(),
            }
        ))?,
        Format::Json => {
            let mut object = Map::new();
            object.insert("verdict".into(), "valid".into());
            object.insert("method".into(), sent.method.as_str().into());
            object.extend(output::object(json!(seen)));
            object.insert("payload".into(), payload_name(&verified).into());
            output::print_json(object)?;
        }
    }
    if is_v2 && (args.region.is_some() || args.service.is_some()) {
        output::note("a SigV2 URL names neither region nor service, so they are not checked");
    }
    if args.body.is_some() && verified.payload() == CoveredPayload::Unsigned {
        output::note("the URL's signature covers no body, so it is not checked");
    }
    Ok(())
}

fn is_v2(seen: &Inspection) -> bool {
    let with = seen.presigned_with();
    with.is_some_and(|with| matches!(with, PresignedWith::SigV2 | PresignedWith::SigV2QueryApi))
}

impl VerifyArgs {
    /// What is allowed: SigV4 of the URL's own region and service unless others are asked for, and SigV2, to
    /// whose lives S3 sets no limit.
    fn verifier(&self, seen: &Inspection) -> Verifier {
        use presign::verify::Scheme;
        let or = |given: &Option<String>, own: Option<&str>| {
            given
                .clone()
                .unwrap_or_else(|| own.unwrap_or_default().into())
        };
        let region = or(&self.region, seen.region());
        let service = or(&self.service, seen.service());
        Verifier::new(region, service)
            .allow_v2(Duration::MAX)
            .schemes([Scheme::V4Query, Scheme::V2Query, Scheme::V2QueryApi])
    }

    /// Why the URL is not valid, and what to do where this program's options decide.
    fn reason(&self, error: &VerifyError, seen: &Inspection, credentials: &Credentials) -> String {
        let is_v2 = seen.presigned_with() == Some(PresignedWith::SigV2);
        match error.kind() {
            VerifyErrorKind::AccessKey => format!(
                "the URL is signed by the access key {}, and the credentials here are those of {}: give its own, in \
                 the environment or with --profile",
                seen.access_key_id().unwrap_or_default(),
                credentials.access_key_id()
            ),
            VerifyErrorKind::SignedHeaderMissing => format!("{error}: give it with --header"),
            VerifyErrorKind::Signature if !seen.problems().is_empty() => {
                // A cut or glued text says more than that.
                let problems = seen.problems().iter().map(|problem| format!("; {problem}"));
                format!("{error}{}", problems.collect::<String>())
            }
            VerifyErrorKind::Signature if is_v2 && self.sent.bucket.is_none() => {
                match bucket_host(&self.subject.url) {
                    Some(host) => format!(
                        "{error}; the host {host} seems to name a bucket, which SigV2 signs: give it with --bucket"
                    ),
                    None => error.to_string(),
                }
            }
            _ => error.to_string(),
        }
    }

    /// The URL is not valid.
    fn refuse(&self, cause: &str, error: Option<&VerifyError>, reason: String) -> Result<()> {
        if let Format::Json = self.subject.output {
            let mut object = Map::new();
            object.insert("verdict".into(), "invalid".into());
            object.insert("cause".into(), cause.into());
            object.insert("message".into(), reason.as_str().into());
            if let Some(error) = error {
                // What a server would answer.
                object.insert("code".into(), error.code().into());
                object.insert("status".into(), error.status().into());
            }
            output::print_json(object)?;
        }
        Err(Refusal::new(format!("the URL is not valid: {reason}")))
    }
}

/// How far the signature covers a body.
fn payload_name(verified: &Verified<'_>) -> &'static str {
    match verified.payload() {
        CoveredPayload::Unsigned => "unsigned",
        CoveredPayload::Streaming => "streaming",
        _ => "sha256",
    }
}

#[derive(clap::Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    subject: Subject,

    /// The file with the body of the server's answer, `-` for standard input; empty if there was none
    #[arg(long, value_name = "FILE")]
    response: PathBuf,

    #[command(flatten)]
    sent: Sent,

    /// The URL as it was really sent; default the one that was signed
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    sent_url: Option<String>,

    /// The method that was really sent; default the one that was signed
    #[arg(long, value_name = "M", value_parser = NonEmptyStringValueParser::new())]
    sent_method: Option<String>,

    /// A header that was really sent, as `Name: value`; repeatable: if one is given, they all are
    #[arg(long = "sent-header", value_name = "NAME: VALUE")]
    sent_headers: Vec<Header>,
}

pub fn explain(args: &ExplainArgs) -> Result<()> {
    let (subject, sent) = (&args.subject, &args.sent);
    let answer = Answer::parse(&read_response(&args.response)?);
    let headers = sent.headers.iter();
    let mut attempt = Attempt::new(&sent.method, &subject.url)
        .headers(headers.map(|header| (header.name.as_str(), header.value.as_str())));
    if let Some(bucket) = &sent.bucket {
        attempt = attempt.bucket(bucket);
    }
    if args.sent_url.is_some() || args.sent_method.is_some() {
        let method = args.sent_method.as_deref().unwrap_or(&sent.method);
        let url = args.sent_url.as_deref().unwrap_or(&subject.url);
        attempt = attempt.sent(method, url);
    }
    if !args.sent_headers.is_empty() {
        let headers = args.sent_headers.iter();
        attempt = attempt
            .sent_headers(headers.map(|header| (header.name.as_str(), header.value.as_str())));
    }
    let credentials = args.credentials()?;
    if let Some(credentials) = &credentials {
        let seen = subject.inspect();
        let own = seen.access_key_id();
        // Of another key the secret alone is of interest: it may have been taken by mistake.
        attempt = match own.is_none_or(|own| own == credentials.access_key_id()) {
            true => attempt.credentials(credentials),
            false => attempt.other_credentials(credentials),
        };
    }
    let explanation = attempt.explain(&answer, subject.time());
    match subject.output {
        Format::Text => {
            let is_coloured = io::stdout().is_terminal()
                && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            output::print(explanation_text(&explanation, is_coloured).trim_end())
        }
        Format::Json => output::print_json(output::object(json!(explanation))),
    }
}

impl ExplainArgs {
    /// The credentials, if there are any. Those of a profile that was asked for have to be there.
    fn credentials(&self) -> Result<Option<Credentials>> {
        match self.sent.credentials() {
            Ok(credentials) => Ok(Some(credentials)),
            Err(refusal) if self.sent.profile.is_some() => Err(refusal),
            Err(Refusal(reason)) => {
                output::note(format_args!(
                    "the signature itself is not checked, for want of credentials ({reason})"
                ));
                Ok(None)
            }
        }
    }
}

/// The findings, and below them what was signed against what was seen.
fn explanation_text(explanation: &Explanation, is_coloured: bool) -> String {
    let text = explanation.to_string();
    let Some(difference) = explanation.difference().filter(|_| is_coloured) else {
        return text;
    };
    // The difference stands last, if it is there.
    match text.strip_suffix(&difference.to_string()) {
        Some(findings) => format!("{findings}{}", difference.coloured()),
        None => text,
    }
}

/// The body of an answer. What is not UTF-8 in it is no part of an error that is known.
fn read_response(path: &Path) -> Result<String> {
    /// No server's error is as long; an object may be.
    const LONGEST: u64 = 1024 * 1024;
    let is_stdin = path.as_os_str() == "-";
    let name = match is_stdin {
        true => "standard input".into(),
        false => format!("the file {}", path.display()),
    };
    let unreadable =
        |error: io::Error| Refusal::new(format!("the response can't be read from {name}: {error}"));
    let response: Box<dyn Read> = match is_stdin {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).map_err(unreadable)?),
    };
    let mut bytes = Vec::new();
    response
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Refusal::new(format!(
            "{name} is longer than 1 MiB: that is no server's error"
        )));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::explanation_text;
    use presign::Timestamp;
    use presign::explain::{Answer, Attempt};

    #[test]
    fn colour_changes_nothing_else() {
        let url = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
            &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
            &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
            &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let now = Timestamp::parse("20130524T000000Z").unwrap();
        let query = url.split('?').nth(1).unwrap();
        let query = query.split("&X-Amz-Signature").next().unwrap();
        let seen = format!(
            "HEAD\n/test.txt\n{}\nhost:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD",
            query.replace('&', "&amp;")
        );
        let body = format!(
            "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{seen}</CanonicalRequest></Error>"
        );
        let explanation = Attempt::new("GET", url).explain(&Answer::parse(&body), now);
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
