//! `inspect`, `verify` and `explain`: what a presigned URL says, whether it is good, and why a server refused it.

use crate::output::{self, Format, Refusal, Result};
use presign::Timestamp;
use presign::inspect::{Inspection, KeyKind, PresignedWith, inspect as read};
use serde_json::{Map, Value, json};
use std::time::SystemTime;

pub const INSPECT_EXAMPLES: &str = "\
No credentials are needed. What is wrong with the URL on its face is said and is no failure: the exit status is 1
only if the text is no presigned URL at all.

Examples:
  presign inspect \"$URL\"
  presign inspect \"$URL\" --output json | jq .remaining_seconds";

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
        Format::Json => output::print_json(inspection_object(&seen)),
    }
}

/// What a URL says, by name.
fn inspection_object(seen: &Inspection) -> Map<String, Value> {
    let problems: Vec<Value> = seen
        .problems()
        .iter()
        .map(|problem| json!({"kind": problem.kind().as_str(), "message": problem.to_string()}))
        .collect();
    let moment = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
    [
        (
            "scheme",
            json!(seen.presigned_with().map(PresignedWith::as_str)),
        ),
        ("algorithm", json!(seen.algorithm())),
        ("host", json!(seen.host())),
        ("path", json!(seen.path())),
        ("access_key_id", json!(seen.access_key_id())),
        (
            "credential_kind",
            json!(seen.key_kind().map(KeyKind::as_str)),
        ),
        ("has_session_token", json!(seen.has_session_token())),
        ("region", json!(seen.region())),
        ("service", json!(seen.service())),
        ("signed_at", json!(moment(seen.signed_at()))),
        ("expires_at", json!(moment(seen.expires_at()))),
        (
            "life_seconds",
            json!(seen.life().map(|life| life.as_secs())),
        ),
        (
            "remaining_seconds",
            json!(seen.remaining().map(|left| left.as_secs())),
        ),
        (
            "signed_headers",
            json!(seen.signed_headers().collect::<Vec<_>>()),
        ),
        ("problems", json!(problems)),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value))
    .collect()
}
