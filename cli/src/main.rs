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

/// Presigned URLs and signed requests for S3 and every AWS-style service, offline.
#[derive(Parser)]
#[command(name = "presign", version, after_help = include_str!("help/presign.txt"))]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a presigned URL that downloads an object
    #[command(after_help = include_str!("help/get.txt"))]
    Get(object::Args),
    /// Make a presigned URL that uploads an object
    #[command(after_help = include_str!("help/put.txt"))]
    Put(object::Args),
    /// Make a presigned URL that asks for an object's metadata
    #[command(after_help = include_str!("help/head.txt"))]
    Head(object::Args),
    /// Make a presigned URL that deletes an object
    #[command(after_help = include_str!("help/delete.txt"))]
    Delete(object::Args),
    /// Make a POST policy: a signed form with which a browser uploads within limits
    #[command(after_help = include_str!("help/post.txt"))]
    Post(post::Args),
    /// Make a presigned URL for each key of standard input
    #[command(after_help = include_str!("help/batch.txt"))]
    Batch(batch::Args),
    /// Make a presigned URL of any request to any service
    #[command(after_help = include_str!("help/url.txt"))]
    Url(request::UrlArgs),
    /// Sign any request to any service with headers
    #[command(after_help = include_str!("help/sign.txt"))]
    Sign(request::SignArgs),
    /// Say what a presigned URL says, and what is wrong with it on its face
    #[command(after_help = include_str!("help/inspect.txt"))]
    Inspect(examine::InspectArgs),
    /// Check a presigned URL under the given credentials
    #[command(after_help = include_str!("help/verify.txt"))]
    Verify(examine::VerifyArgs),
    /// Say why a server refused a request
    #[command(after_help = include_str!("help/explain.txt"))]
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
