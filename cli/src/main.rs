//! The command line program `presign`: presigned URLs, signed requests and POST policies, offline.
//!
//! This program is the only part of the package with the outside world in it: it reads the clock, the
//! environment, the profile files and standard input, hands them to the library, and prints. What is shared by all
//! commands lives in `args` (options), `profile`, `credentials` and `settings` (where the values come from) and
//! `output`; each group of commands has a file of its own.

#![forbid(unsafe_code)]

mod args;
mod batch;
mod credentials;
mod examine;
mod object;
mod output;
mod post;
mod profile;
mod request;
mod settings;

use clap::{Parser, Subcommand};
use output::Refusal;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  presign get s3://examplebucket/documents/report.pdf --expires-in 12h
  presign put s3://examplebucket/upload.bin --header 'Content-Type: application/octet-stream'
  presign post 's3://examplebucket/user/eric/*' --max-size 10MB --output html > form.html
  presign batch s3://examplebucket --expires-in 7d < keys.txt > urls.txt
  presign url 'https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15' --service sts
  presign sign https://examplebucket.s3.us-east-1.amazonaws.com/notes.txt --method PUT --body notes.txt
  presign inspect \"$URL\"
  presign verify \"$URL\"
  presign explain \"$URL\" --response error.xml

Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, else from the profile
(--profile, AWS_PROFILE or `default`) in the shared credentials and config files. A profile that is named
with --profile goes before the environment. A secret is never an argument and never printed.

Exit status: 0 done (for verify: valid), 1 refused or not valid (one sentence on standard error), 2 wrong usage.";

/// Presigned URLs and signed requests for S3 and every AWS-style service, offline.
#[derive(Parser)]
#[command(name = "presign", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a presigned URL that downloads an object
    #[command(after_help = object::GET_EXAMPLES)]
    Get(object::Args),
    /// Make a presigned URL that uploads an object
    #[command(after_help = object::PUT_EXAMPLES)]
    Put(object::Args),
    /// Make a presigned URL that asks for an object's metadata
    #[command(after_help = object::HEAD_EXAMPLES)]
    Head(object::Args),
    /// Make a presigned URL that deletes an object
    #[command(after_help = object::DELETE_EXAMPLES)]
    Delete(object::Args),
    /// Make a POST policy: a signed form with which a browser uploads within limits
    #[command(after_help = post::EXAMPLES)]
    Post(post::Args),
    /// Make a presigned URL for each key of standard input
    #[command(after_help = batch::EXAMPLES)]
    Batch(batch::Args),
    /// Make a presigned URL of any request to any service
    #[command(after_help = request::URL_EXAMPLES)]
    Url(request::UrlArgs),
    /// Sign any request to any service with headers
    #[command(after_help = request::SIGN_EXAMPLES)]
    Sign(request::SignArgs),
    /// Say what a presigned URL says, and what is wrong with it on its face
    #[command(after_help = examine::INSPECT_EXAMPLES)]
    Inspect(examine::InspectArgs),
    /// Check a presigned URL under the given credentials
    #[command(after_help = examine::VERIFY_EXAMPLES)]
    Verify(examine::VerifyArgs),
    /// Say why a server refused a request
    #[command(after_help = examine::EXPLAIN_EXAMPLES)]
    Explain(examine::ExplainArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Get(args) => object::run("GET", &args),
        Command::Put(args) => object::run("PUT", &args),
        Command::Head(args) => object::run("HEAD", &args),
        Command::Delete(args) => object::run("DELETE", &args),
        Command::Post(args) => post::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Url(args) => request::url(&args),
        Command::Sign(args) => request::sign(&args),
        Command::Inspect(args) => examine::inspect(&args),
        Command::Verify(args) => examine::verify(&args),
        Command::Explain(args) => examine::explain(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Refusal(reason)) => {
            output::note(reason);
            ExitCode::FAILURE
        }
    }
}
