//! The command line program `presign`: presigned URLs, signed requests and POST policies, offline.
//!
//! The program reads the clock, the environment, files and standard input; the library signs. A
//! module imports modules of the groups above its own only.

#![forbid(unsafe_code)]

mod args;
mod credential_process;
mod curl;
mod input;
mod output;
mod profile;

#[cfg(feature = "aws-config")]
mod sdk_credentials;

mod network_credentials;
mod progress;

mod credentials;

mod azure;
mod settings;

mod google;

mod sign;

mod report;

mod cloudfront;
mod shared_key;

mod batch;
mod examine;
mod object;
mod post;
mod request;
mod sas;
mod token;

mod explain;
mod verify_azure;

use anyhow::{Context, Result};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Presigned URLs and signed requests for S3 and every service that uses AWS signatures, offline.
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
    /// Make a presigned URL that reads the metadata of an object
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
    /// Make a password or a bearer token: for databases, caches, Kubernetes, Kafka and others
    #[command(after_help = include_str!("help/token.txt"))]
    Token(token::Args),
    /// Make a signed URL or signed cookies for CloudFront
    #[command(after_help = include_str!("help/cloudfront.txt"))]
    Cloudfront(cloudfront::Args),
    /// Make a shared access signature of Azure Storage
    #[command(after_help = include_str!("help/sas.txt"))]
    Sas(Box<sas::Args>),
    /// Show the contents and the faults of a presigned URL
    #[command(after_help = include_str!("help/inspect.txt"))]
    Inspect(examine::Subject),
    /// Verify a presigned URL with the given credentials
    #[command(after_help = include_str!("help/verify.txt"))]
    Verify(examine::VerifyArgs),
    /// Explain why a server rejected a request
    #[command(after_help = include_str!("help/explain.txt"))]
    Explain(explain::Args),
    /// Print the completions of this program for a shell
    #[command(after_help = include_str!("help/completions.txt"))]
    Completions {
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print the manual page of this program, or write a page for each command
    #[command(after_help = include_str!("help/man.txt"))]
    Man {
        /// The existing folder that gets the pages [default: one page on standard output]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| named_argument(error).exit());
    let result = match cli.command {
        Command::Get(args) => object::run("GET", &args),
        Command::Put(args) => object::run("PUT", &args),
        Command::Head(args) => object::run("HEAD", &args),
        Command::Delete(args) => object::run("DELETE", &args),
        Command::Post(args) => post::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Url(args) => request::url(&args),
        Command::Sign(args) => request::sign(&args),
        Command::Token(args) => token::run(&args),
        Command::Cloudfront(args) => cloudfront::run(&args),
        Command::Sas(args) => sas::run(&args),
        Command::Inspect(args) => examine::inspect(&args),
        Command::Verify(args) => examine::verify(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Completions { shell } => print_completions(shell),
        Command::Man { folder: None } => print_page(),
        Command::Man {
            folder: Some(folder),
        } => write_pages(&folder),
    };
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    match error.downcast::<clap::Error>() {
        Ok(usage) => usage.format(&mut Cli::command()).exit(),
        Err(error) => output::note(format_args!("{error:#}")),
    }
    ExitCode::FAILURE
}

/// Adds to the error about invalid UTF-8 which argument it is.
fn named_argument(error: clap::Error) -> clap::Error {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.find(|argument| argument.to_str().is_none()) {
        Some(argument) if error.kind() == ErrorKind::InvalidUtf8 => {
            let message = format!("the argument {} is not UTF-8", argument.display());
            Cli::command().error(ErrorKind::InvalidUtf8, message)
        }
        _ => error,
    }
}

fn print_completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "presign", &mut script);
    output::write(&script).map(drop)
}

fn print_page() -> Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    output::write(&page).map(drop)
}

fn write_pages(folder: &Path) -> Result<()> {
    clap_mangen::generate_to(Cli::command(), folder)
        .with_context(|| format!("the pages can't be written to {}", folder.display()))
}
