//! `url` and `sign`: any request to any service, presigned or signed with headers.

use crate::args::{self, Added, Life, SignatureVersion, Signing};
use crate::output::{self, Format, Refusal, Result};
use clap::builder::NonEmptyStringValueParser;
use presign::{Payload, Request, SignedRequest, SigningSteps, v2, v4};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

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

    /// The bucket that the host names, for v2: it is signed, wherever it stands
    #[arg(long, value_name = "B", value_parser = NonEmptyStringValueParser::new())]
    bucket: Option<String>,

    #[command(flatten)]
    added: Added,
}

/// Who signs a request, and by which rules.
enum Signer {
    V4(v4::Signer),
    /// S3's REST interface.
    V2(v2::Signer),
    /// A query API.
    V2Query(v2::QuerySigner),
}

impl Target {
    fn request(&self) -> Request<'_> {
        self.added.to_request(&self.method, &self.url)
    }

    fn signer(&self, signing: &Signing) -> Result<Signer> {
        let is_rest = self.service == "s3";
        let version = signing.signature_version;
        if self.bucket.is_some() && !(is_rest && matches!(version, SignatureVersion::V2)) {
            args::conflict("--bucket is for `--signature-version v2` and the service s3 only");
        }
        let profile = signing.profile()?;
        let credentials = signing.credentials(&profile)?;
        Ok(match version {
            SignatureVersion::V4 => {
                let region = signing.region(&profile)?;
                let service = self.service.as_str();
                Signer::V4(v4::Signer::new(credentials, region, service)?)
            }
            SignatureVersion::V2 if is_rest => {
                let signer = v2::Signer::new(credentials);
                Signer::V2(match &self.bucket {
                    Some(bucket) => signer.bucket(bucket.as_str()),
                    None => signer,
                })
            }
            SignatureVersion::V2 => Signer::V2Query(v2::QuerySigner::new(credentials)),
        })
    }

    /// Says so if a bucket seems to be missing: without it the signature would be wrong.
    fn note_bucket(&self) {
        if self.bucket.is_none()
            && let Some(host) = bucket_host(&self.url)
        {
            output::note(format_args!(
                "the host {host} seems to name a bucket: without --bucket the bucket is not signed, and S3 \
                 refuses the request"
            ));
        }
    }
}

/// The host of the URL, if it seems to name a bucket before a domain of S3's.
pub fn bucket_host(url: &str) -> Option<String> {
    let host = url.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', '?', ':']).next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    let is_aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    (is_aws && (host.contains(".s3.") || host.contains(".s3-"))).then_some(host)
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
    let (life, now) = (args.life.expires_in(), args.signing.time());
    let (version, given) = (args.signing.signature_version, || args.target.added.names());
    match args.target.signer(&args.signing)? {
        Signer::V4(signer) => {
            let url = signer.presign(&request, life, now)?;
            output::print_url(args.output, version, &url, || {
                signer.presign_steps(&request, life, now)
            })?;
            output::note_unsigned(given(), |name| output::is_sent(name, &url));
        }
        Signer::V2(signer) => {
            let url = signer.presign(&request, life, now)?;
            output::print_url(args.output, version, &url, || {
                signer.presign_steps(&request, url.expires_at())
            })?;
            output::note_not_covered(&url);
            output::note_in_query(given(), &url);
            args.target.note_bucket();
        }
        Signer::V2Query(signer) => {
            const LIFE: Duration = Duration::from_secs(15 * 60);
            if args.life.given.is_some_and(|life| life != LIFE) {
                return Err(Refusal::new(
                    "under v2, services other than s3 take a call for 15 minutes from its Timestamp on: leave \
                     --expires-in out",
                ));
            }
            let url = signer.sign(&request, now)?;
            output::print_url(args.output, version, &url, || {
                signer.sign_steps(&request, now)
            })?;
            output::note_not_covered(&url);
        }
    }
    Ok(())
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
    let request = args.target.request();
    let now = args.signing.time();
    match args.target.signer(&args.signing)? {
        Signer::V4(signer) => {
            let mut given = args.given();
            let (payload, told) = args.payload()?;
            let request = match told {
                Some((name, value)) => request.header(name, value),
                None => request,
            };
            given.extend(told);
            let signed = signer.sign(&request, payload, now)?;
            let steps = signer.sign_steps(&request, payload, now)?;
            let names = signed_names(&steps);
            let is_signed =
                |name: &str| names.iter().any(|signed| signed.eq_ignore_ascii_case(name));
            given.retain(|(name, _)| is_signed(name));
            args.print(&given, &signed, &steps)?;
            output::note_unsigned(args.target.added.names(), is_signed);
            Ok(())
        }
        Signer::V2(signer) => {
            let signed = signer.sign(&request, now)?;
            let steps = signer.sign_steps(&request, now)?;
            args.print(&args.given(), &signed, &steps)?;
            if args.body.is_some() || args.payload_hash.is_some() {
                output::note(
                    "under v2 the body is not signed: a Content-MD5 header, which is, can cover it",
                );
            }
            args.target.note_bucket();
            Ok(())
        }
        Signer::V2Query(_) => Err(Refusal::new(
            "under v2, services other than s3 are signed in their parameters and not in headers: `presign url` \
             makes the signed call",
        )),
    }
}

impl SignArgs {
    /// The headers that were given.
    fn given(&self) -> Vec<(&str, &str)> {
        let headers = self.target.added.headers.iter();
        headers
            .map(|header| (header.name.as_str(), header.value.as_str()))
            .collect()
    }

    /// What is signed as the payload's hash, and the header that tells it if signing does not add that.
    fn payload(&self) -> Result<(Payload, Option<(&str, &str)>)> {
        let payload = match (&self.body, self.payload_hash.as_deref()) {
            (Some(path), _) => Payload::Sha256(hash_body(path)?),
            (None, None) => Payload::Empty,
            (None, Some("UNSIGNED-PAYLOAD")) => Payload::Unsigned,
            (None, Some(text)) if text.starts_with("STREAMING-") => {
                return Ok((Payload::Empty, Some(("x-amz-content-sha256", text))));
            }
            (None, Some(hex)) => Payload::hash(hex)?,
        };
        Ok((payload, None))
    }

    /// Prints the given headers that signing has not replaced, and those that it adds.
    fn print(
        &self,
        given: &[(&str, &str)],
        signed: &SignedRequest,
        steps: &SigningSteps,
    ) -> Result<()> {
        let is_added = |name: &str| {
            let mut added = signed.headers();
            added.any(|(added, _)| added.eq_ignore_ascii_case(name))
        };
        let to_send: Vec<_> = given
            .iter()
            .filter(|(name, _)| !is_added(name))
            .map(|(name, value)| (*name, unfolded(value)))
            .collect();
        output::print_signed(self.output, &self.target.method, &to_send, signed, steps)
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
pub fn hash_body(path: &Path) -> Result<[u8; 32]> {
    let mut body: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).map_err(|error| unreadable(path, &error))?),
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().into()),
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
