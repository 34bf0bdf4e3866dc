//! `inspect`, `verify` and `explain`: the contents of a presigned URL, its validity, and the reason
//! why a server refused it.

use crate::args::{Header, parse_header, str_pairs};
use crate::credentials::{self, ProfileOption};
use crate::input::Input;
use crate::output::{self, Format, add_members};
use crate::report::bucket_host;
use anyhow::{Result, bail};
use clap::builder::NonEmptyStringValueParser;
use presign::explain::{Answer, Attempt, Explanation};
use presign::inspect::{Inspection, PresignedWith};
use presign::verify::{
    CoveredPayload, ReceivedRequest, Scheme, Verifier, VerifyError, VerifyErrorKind,
};
use presign::{Credentials, Timestamp};
use serde_json::json;
use std::env;
use std::io::{self, IsTerminal};
use std::time::{Duration, SystemTime};

/// The URL, and the options of all three commands.
#[derive(clap::Args)]
pub struct Subject {
    /// The presigned URL, in quotation marks: it contains `&`
    #[arg(value_name = "URL")]
    url: String,

    /// The time of the check: 20130524T000000Z or RFC 3339; default now
    #[arg(long = "at", value_name = "T", value_parser = Timestamp::parse)]
    #[arg(default_value_t = SystemTime::now().into(), hide_default_value = true)]
    time: Timestamp,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

impl Subject {
    fn inspect(&self) -> Inspection {
        presign::inspect::inspect(&self.url, self.time)
    }
}

/// The rest of the request.
#[derive(clap::Args)]
struct Sent {
    /// The request's method
    #[arg(long, value_name = "M", default_value = "GET")]
    method: String,

    /// A header of the request, as `Name: value`; repeatable
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    headers: Vec<Header>,

    /// The bucket that the host names, for v2, which signs it
    #[arg(long, value_name = "B", value_parser = NonEmptyStringValueParser::new())]
    bucket: Option<String>,

    #[command(flatten)]
    profile: ProfileOption,
}

impl Sent {
    fn credentials(&self) -> Result<Credentials> {
        credentials::find(&self.profile.load()?)
    }
}

pub fn inspect(subject: &Subject) -> Result<()> {
    let inspection = subject.inspect();
    if inspection.presigned_with().is_none() {
        match inspection.problems().last() {
            Some(problem) => bail!("this is not a presigned URL: {problem}"),
            None => bail!("this is not a presigned URL"),
        }
    }
    match subject.output {
        Format::Text => output::print(inspection.to_string().trim_end()),
        Format::Json => output::print_json(&json!(inspection)),
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
    body: Option<Input>,

    /// The only region to accept; default the URL's own
    #[arg(long, value_name = "R", value_parser = NonEmptyStringValueParser::new())]
    region: Option<String>,

    /// The only service to accept; default the URL's own
    #[arg(long, value_name = "S", value_parser = NonEmptyStringValueParser::new())]
    service: Option<String>,
}

pub fn verify(args: &VerifyArgs) -> Result<()> {
    let (subject, sent) = (&args.subject, &args.sent);
    let credentials = sent.credentials()?;
    let inspection = subject.inspect();
    let mut request = match ReceivedRequest::from_url(&sent.method, &subject.url) {
        Ok(request) => request,
        Err(error) => return args.refuse("request", None, &error.to_string()),
    };
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    if let Some(bucket) = &sent.bucket {
        request = request.bucket(bucket);
    }
    if let Some(body) = &args.body {
        request = request.body_sha256(body.body_sha256()?);
    }
    let lookup = |id: &str| (id == credentials.access_key_id()).then_some(&credentials);
    let verifier = args.verifier(&inspection);
    let verified = match verifier.verify(&request, subject.time, lookup) {
        Ok(verified) => verified,
        Err(error) => {
            let reason = args.reason(&error, &inspection, &credentials);
            return args.refuse(error.kind().as_str(), Some(&error), &reason);
        }
    };
    match subject.output {
        Format::Text => {
            let until = inspection.expires_at();
            let until = until.map_or(String::new(), |time| format!(" until {time}"));
            let (method, id) = (&sent.method, verified.access_key_id());
            output::print(&format!("valid for {method}{until}, signed by {id}"))?;
        }
        Format::Json => {
            let mut object = json!({ "verdict": "valid", "method": sent.method });
            add_members(&mut object, json!(inspection));
            object["payload"] = json!(match verified.payload() {
                CoveredPayload::Unsigned => "unsigned",
                CoveredPayload::Streaming => "streaming",
                _ => "sha256",
            });
            output::print_json(&object)?;
        }
    }
    let is_v2 = matches!(
        inspection.presigned_with(),
        Some(PresignedWith::SigV2 | PresignedWith::SigV2QueryApi)
    );
    if is_v2 && (args.region.is_some() || args.service.is_some()) {
        output::note("a SigV2 URL names neither region nor service, so they are not checked");
    }
    if args.body.is_some() && verified.payload() == CoveredPayload::Unsigned {
        output::note("the URL's signature covers no body, so it is not checked");
    }
    Ok(())
}

impl VerifyArgs {
    /// Returns a verifier for SigV4 URLs of the given region and service, by default the URL's own,
    /// and for SigV2 URLs, whose expiration S3 doesn't limit.
    fn verifier(&self, inspection: &Inspection) -> Verifier {
        let region = self.region.as_deref().or(inspection.region());
        let service = self.service.as_deref().or(inspection.service());
        Verifier::new(region.unwrap_or_default(), service.unwrap_or_default())
            .allow_v2(Duration::MAX)
            .schemes([Scheme::V4Query, Scheme::V2Query, Scheme::V2QueryApi])
    }

    /// Returns why the URL is not valid, and the option that may help.
    fn reason(
        &self,
        error: &VerifyError,
        inspection: &Inspection,
        credentials: &Credentials,
    ) -> String {
        let is_v2 = inspection.presigned_with() == Some(PresignedWith::SigV2);
        match error.kind() {
            VerifyErrorKind::AccessKey => format!(
                "the URL is signed by the access key {}, but the credentials are those of {}: give its own, in \
                 the environment or with --profile",
                inspection.access_key_id().unwrap_or_default(),
                credentials.access_key_id()
            ),
            VerifyErrorKind::SignedHeaderMissing => format!("{error}: give it with --header"),
            VerifyErrorKind::Signature if !inspection.problems().is_empty() => {
                // The URL may have been truncated or changed by a program.
                let problems = inspection
                    .problems()
                    .iter()
                    .map(|problem| format!("; {problem}"));
                format!("{error}{}", problems.collect::<String>())
            }
            VerifyErrorKind::Signature if is_v2 && self.sent.bucket.is_none() => {
                let host = bucket_host(&self.subject.url);
                host.map_or(error.to_string(), |host| {
                    format!("{error}; the host {host} seems to name a bucket, which SigV2 signs: give it with --bucket")
                })
            }
            _ => error.to_string(),
        }
    }

    /// Reports that the URL is not valid.
    fn refuse(&self, cause: &str, error: Option<&VerifyError>, reason: &str) -> Result<()> {
        if self.subject.output == Format::Json {
            let mut object = json!({ "verdict": "invalid", "cause": cause, "message": reason });
            if let Some(error) = error {
                // The answer of a server.
                add_members(
                    &mut object,
                    json!({ "code": error.code(), "status": error.status() }),
                );
            }
            output::print_json(&object)?;
        }
        bail!("the URL is not valid: {reason}")
    }
}

#[derive(clap::Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    subject: Subject,

    /// The file with the body of the server's answer, `-` for standard input; empty if there was
    /// none
    #[arg(long, value_name = "FILE")]
    response: Input,

    #[command(flatten)]
    sent: Sent,

    /// The URL that was actually sent; default the one that was signed
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    sent_url: Option<String>,

    /// The method that was actually sent; default the one that was signed
    #[arg(long, value_name = "M", value_parser = NonEmptyStringValueParser::new())]
    sent_method: Option<String>,

    /// A header that was actually sent, as `Name: value`; repeatable: give all or none
    #[arg(long = "sent-header", value_name = "NAME: VALUE", value_parser = parse_header)]
    sent_headers: Vec<Header>,
}

pub fn explain(args: &ExplainArgs) -> Result<()> {
    let (subject, sent) = (&args.subject, &args.sent);
    let answer = Answer::parse(&args.response.response()?);
    let mut attempt = Attempt::new(&sent.method, &subject.url).headers(str_pairs(&sent.headers));
    if let Some(bucket) = &sent.bucket {
        attempt = attempt.bucket(bucket);
    }
    if args.sent_url.is_some() || args.sent_method.is_some() {
        let method = args.sent_method.as_deref().unwrap_or(&sent.method);
        let url = args.sent_url.as_deref().unwrap_or(&subject.url);
        attempt = attempt.sent(method, url);
    }
    if !args.sent_headers.is_empty() {
        attempt = attempt.sent_headers(str_pairs(&args.sent_headers));
    }
    let credentials = args.credentials()?;
    if let Some(credentials) = &credentials {
        let inspection = subject.inspect();
        // The secret of another key may have been used by mistake.
        let is_own = |id| id == credentials.access_key_id();
        attempt = if inspection.access_key_id().is_none_or(is_own) {
            attempt.credentials(credentials)
        } else {
            attempt.other_credentials(credentials)
        };
    }
    let explanation = attempt.explain(&answer, subject.time);
    match subject.output {
        Format::Text => {
            let is_coloured = io::stdout().is_terminal()
                && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            output::print(explanation_text(&explanation, is_coloured).trim_end())
        }
        Format::Json => output::print_json(&json!(explanation)),
    }
}

impl ExplainArgs {
    /// Returns the credentials, which are optional unless an option names their profile.
    fn credentials(&self) -> Result<Option<Credentials>> {
        match self.sent.credentials() {
            Err(reason) if self.sent.profile.name.is_none() => {
                output::note(format_args!(
                    "the signature itself is not checked, because there are no credentials ({reason:#})"
                ));
                Ok(None)
            }
            result => result.map(Some),
        }
    }
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
