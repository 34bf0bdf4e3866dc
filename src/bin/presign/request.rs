//! `url` and `sign`: any request to any service, presigned or signed with headers.

use crate::args::{Added, Life, SignatureVersion, Signing};
use crate::output::{self, Format, Refusal, Result};
use presign::{Payload, Request, SigningSteps, v4};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub const URL_EXAMPLES: &str = "\
Examples:
  presign url 'https://examplebucket.s3.us-east-1.amazonaws.com/?list-type=2' --query prefix=a/b
  presign url 'https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15' --service sts
  presign url https://abc123.execute-api.eu-west-1.amazonaws.com/prod/pets --service execute-api \\
    --region eu-west-1 --method POST";

pub const SIGN_EXAMPLES: &str = "\
Prints the headers to send, one `name: value` a line: those given with --header, and those that signing
adds. `Host` is left out: clients send it by themselves.

Examples:
  presign sign https://examplebucket.s3.us-east-1.amazonaws.com/notes.txt --method PUT --body notes.txt
  presign sign https://iam.amazonaws.com/ --service iam --method POST --body - < form.txt \\
    --header 'Content-Type: application/x-www-form-urlencoded'
  presign sign https://localhost:9000/bucket/big.bin --method PUT --payload-hash UNSIGNED-PAYLOAD";

/// What is asked of which service.
#[derive(clap::Args)]
struct Target {
    /// The request's URL as it would be sent, already percent-encoded
    #[arg(value_name = "URL")]
    url: String,

    /// The request's method
    #[arg(long, value_name = "M", default_value = "GET")]
    method: String,

    /// The service's signing name, such as s3, execute-api, sts or es
    #[arg(long, value_name = "S", default_value = "s3")]
    service: String,

    #[command(flatten)]
    added: Added,
}

impl Target {
    fn request(&self) -> Request<'_> {
        let mut request = Request::new(&self.method, &self.url);
        for param in &self.added.query {
            request = match &param.value {
                Some(value) => request.query(&param.name, value),
                None => request.query_flag(&param.name),
            };
        }
        for header in &self.added.headers {
            request = request.header(&header.name, &header.value);
        }
        request
    }

    fn signer(&self, signing: &Signing) -> Result<v4::Signer> {
        let profile = signing.profile()?;
        let region = signing.region(&profile)?;
        let credentials = signing.credentials(&profile)?;
        Ok(v4::Signer::new(credentials, region, self.service.as_str())?)
    }
}

#[derive(clap::Args)]
pub struct UrlArgs {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    life: Life,

    #[command(flatten)]
    signing: Signing,

    /// What is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

pub fn url(args: &UrlArgs) -> Result<()> {
    let request = args.target.request();
    let (life, now) = (args.life.expires_in, args.signing.time());
    match args.signing.signature_version {
        SignatureVersion::V4 => {
            let signer = args.target.signer(&args.signing)?;
            let url = signer.presign(&request, life, now)?;
            output::print_url(args.output, &url, args.target.added.names(), || {
                signer.presign_steps(&request, life, now)
            })
        }
    }
}

#[derive(clap::Args)]
pub struct SignArgs {
    #[command(flatten)]
    target: Target,

    /// The file with the request's body, `-` for standard input; default no body
    #[arg(long, value_name = "FILE", conflicts_with = "payload_hash")]
    body: Option<PathBuf>,

    /// The payload's hash: 64 hexadecimal digits, UNSIGNED-PAYLOAD or a STREAMING- value
    #[arg(long, value_name = "TEXT")]
    payload_hash: Option<String>,

    #[command(flatten)]
    signing: Signing,

    /// What is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

pub fn sign(args: &SignArgs) -> Result<()> {
    const CONTENT_SHA256: &str = "x-amz-content-sha256";
    let mut given: Vec<_> = args
        .target
        .added
        .headers
        .iter()
        .map(|header| (header.name.as_str(), header.value.as_str()))
        .collect();
    let mut request = args.target.request();
    let payload = match (&args.body, args.payload_hash.as_deref()) {
        (Some(path), _) => hash_body(path)?,
        (None, None) => Payload::Empty,
        (None, Some("UNSIGNED-PAYLOAD")) => Payload::Unsigned,
        (None, Some(text)) if text.starts_with("STREAMING-") => {
            request = request.header(CONTENT_SHA256, text);
            given.push((CONTENT_SHA256, text));
            Payload::Empty
        }
        (None, Some(hex)) => Payload::hash(hex)?,
    };
    let now = args.signing.time();
    match args.signing.signature_version {
        SignatureVersion::V4 => {
            let signer = args.target.signer(&args.signing)?;
            let signed = signer.sign(&request, payload, now)?;
            let steps = signer.sign_steps(&request, payload, now)?;
            let names = signed_names(&steps);
            let is_signed =
                |name: &str| names.iter().any(|signed| signed.eq_ignore_ascii_case(name));
            let is_added = |name: &str| {
                let mut added = signed.headers();
                added.any(|(added, _)| added.eq_ignore_ascii_case(name))
            };
            let to_send: Vec<_> = given
                .into_iter()
                .filter(|(name, _)| is_signed(name) && !is_added(name))
                .map(|(name, value)| (name, unfolded(value)))
                .collect();
            let method = &args.target.method;
            output::print_signed(args.output, method, &to_send, &signed, &steps)?;
            output::note_unsigned(args.target.added.names(), is_signed);
            Ok(())
        }
    }
}

/// The names of the signed headers: the line before the payload's hash.
fn signed_names(steps: &SigningSteps) -> Vec<&str> {
    let mut lines = steps.canonical_request.rsplit('\n');
    lines.nth(1).unwrap_or_default().split(';').collect()
}

/// A header's value in one line, as it can be sent.
fn unfolded(value: &str) -> String {
    let lines: Vec<_> = value.lines().map(str::trim_ascii).collect();
    lines.join(" ")
}

/// The hash of a body, which is read in pieces: it may be larger than the memory.
fn hash_body(path: &Path) -> Result<Payload> {
    let mut body: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).map_err(|error| unreadable(path, &error))?),
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => return Ok(Payload::Sha256(hasher.finalize().into())),
            Ok(length) => hasher.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(path, &error)),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Refusal {
    let name = match path.as_os_str() == "-" {
        true => "standard input".into(),
        false => format!("the file {}", path.display()),
    };
    Refusal::new(format!("the body can't be read from {name}: {error}"))
}
