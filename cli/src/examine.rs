//! `inspect` and `verify`: the contents of a presigned URL, and its validity.

use crate::args::{Header, check_unused, misuse, parse_header, parse_time, str_pairs};
use crate::cloudfront;
use crate::credentials::{self, ProfileOption};
use crate::google::KeyOption;
use crate::input::Input;
use crate::output::{self, Format, add_members};
use crate::report::{bucket_host, host_of};
use anyhow::{Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::builder::NonEmptyStringValueParser;
use presign::inspect::{AwsHost, Inspection};
use presign::verify::{
    Carrier, PayloadCoverage, ReceivedRequest, Verifier, VerifyError, VerifyErrorKind,
};
use presign::{Credentials, Error, Scheme, Timestamp, gcs};
use serde_json::json;
use std::io;
use std::ops::Deref;
use std::time::{Duration, SystemTime};

/// The URL, and the options of all commands that examine it.
#[derive(clap::Args)]
pub struct Subject {
    /// The presigned URL, in quotation marks: it contains `&`. `-` reads it from standard input, so
    /// that it doesn't appear in the process list
    #[arg(value_name = "URL", value_parser = parse_url)]
    pub url: UrlArgument,

    /// The moment of checking: 20130524T000000Z, RFC 3339 or Unix seconds [default: now]
    #[arg(long = "at", value_name = "TIME", value_parser = parse_time)]
    #[arg(default_value_t = SystemTime::now().into(), hide_default_value = true)]
    pub time: Timestamp,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: Format,
}

/// A URL, and whether it came from standard input.
#[derive(Clone)]
pub struct UrlArgument {
    text: String,
    is_stdin: bool,
}

impl Deref for UrlArgument {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

fn parse_url(argument: &str) -> Result<UrlArgument, String> {
    let is_stdin = argument == "-";
    let text = if is_stdin {
        let text = io::read_to_string(io::stdin());
        let text = text.map_err(|error| format!("standard input can't be read: {error}"))?;
        text.trim().to_owned()
    } else {
        argument.to_owned()
    };
    Ok(UrlArgument { text, is_stdin })
}

impl Subject {
    /// Checks that standard input is not both the URL and another input.
    pub fn check_stdin(&self, other: Option<&Input>) -> Result<()> {
        if self.url.is_stdin && other.is_some_and(Input::is_stdin) {
            return Err(misuse(
                "standard input can't be both the URL and another input",
            ));
        }
        Ok(())
    }

    pub fn inspect(&self) -> Inspection {
        Inspection::new(&self.url, self.time)
    }
}

/// The other parts of the request.
#[derive(clap::Args)]
pub struct Sent {
    /// The request's method
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    pub method: String,

    /// A header of the request, as `Name: value`; repeatable
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    pub headers: Vec<Header>,

    /// For v2: the bucket, if the host contains it
    #[arg(long, value_name = "BUCKET", value_parser = NonEmptyStringValueParser::new())]
    pub bucket: Option<String>,

    #[command(flatten)]
    pub profile: ProfileOption,
}

impl Sent {
    pub fn credentials(&self) -> Result<Credentials> {
        credentials::find(&self.profile.load()?)
    }

    fn has_header(&self, name: &str) -> bool {
        let mut headers = self.headers.iter();
        headers.any(|(other, _)| other.eq_ignore_ascii_case(name))
    }

    /// Returns whether the request is signed with Shared Key Lite, if Azure's Shared Key or Shared
    /// Key Lite signs its headers.
    fn shared_key(&self) -> Option<bool> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
        match value.trim().split(' ').next() {
            Some("SharedKey") => Some(false),
            Some("SharedKeyLite") => Some(true),
            _ => None,
        }
    }

    /// Returns the value of `Content-MD5`, if the signature covers it.
    pub fn signed_md5(&self, covers_header: impl FnOnce(&str) -> bool) -> Option<&str> {
        let mut headers = self.headers.iter();
        let is_md5 = |name: &str| name.eq_ignore_ascii_case("content-md5");
        let (name, value) = headers.find(|(name, _)| is_md5(name))?;
        covers_header(name).then_some(value.trim())
    }
}

pub const WRONG_MD5: &str =
    "the MD5 of the body is not the signed one, that of the header Content-MD5";

pub fn inspect(subject: &Subject) -> Result<()> {
    let inspection = subject.inspect();
    if inspection.scheme().is_none() {
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
    pub subject: Subject,

    #[command(flatten)]
    pub sent: Sent,

    /// The file with the request's body, `-` for standard input [default: no body]
    #[arg(long, value_name = "FILE")]
    pub body: Option<Input>,

    /// The only region to accept [default: the URL's own]
    #[arg(long, value_name = "REGION", value_parser = NonEmptyStringValueParser::new())]
    region: Option<String>,

    /// The only service to accept [default: the URL's own]
    #[arg(long, value_name = "SERVICE", value_parser = NonEmptyStringValueParser::new())]
    pub service: Option<String>,

    #[command(flatten)]
    pub cloudfront: cloudfront::VerifyOptions,

    #[command(flatten)]
    google_key: KeyOption,

    /// The XML of the user delegation key, `-` for standard input, for a SAS of Azure
    #[arg(long, value_name = "FILE")]
    pub user_delegation_key: Option<Input>,
}

pub fn verify(args: &VerifyArgs) -> Result<()> {
    let (subject, sent) = (&args.subject, &args.sent);
    subject.check_stdin(args.body.as_ref())?;
    let inspection = subject.inspect();
    let scheme = inspection.scheme();
    if scheme == Some(Scheme::AzureSas) {
        subject.check_stdin(args.user_delegation_key.as_ref())?;
        args.check_options(
            "a shared access signature",
            &["--service", "--user-delegation-key", "--client-ip"],
        )?;
        return args.verify_sas(&inspection);
    }
    if let Some(is_lite) = sent.shared_key() {
        args.check_options("Shared Key", &["--service", "--body"])?;
        return args.verify_shared_key(is_lite);
    }
    subject.check_stdin(args.cloudfront.public_key())?;
    if args.cloudfront.public_key().is_some() || scheme == Some(Scheme::CloudFront) {
        args.check_options("a CloudFront URL", &["--public-key", "--client-ip"])?;
        return args.verify_cloudfront(&inspection);
    }
    if scheme == Some(Scheme::GoogleV2) {
        args.check_options("Google's V2", &["--bucket", "--key-file"])?;
        return args.verify_google_v2(&inspection);
    }
    let credentials = if scheme == Some(Scheme::GoogleV4) {
        args.check_options(
            "Google's V4",
            &["--bucket", "--body", "--region", "--key-file"],
        )?;
        args.google_key.load()?.0
    } else {
        args.check_options(
            "an AWS signature",
            &["--bucket", "--profile", "--body", "--region", "--service"],
        )?;
        sent.credentials()?
    };
    let mut request = match ReceivedRequest::from_url(&sent.method, &subject.url) {
        // The client connects at the URL's host, but the server receives the header.
        Ok(_) if sent.has_header("host") => {
            ReceivedRequest::new(&sent.method, target(&subject.url))
        }
        Ok(request) => request,
        Err(error) => return args.reject("request", None, &error.to_string()),
    };
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    if let Some(bucket) = &sent.bucket {
        request = request.bucket(bucket);
    }
    let body = args.body.as_ref().map(Input::body_hashes).transpose()?;
    if let Some(body) = &body {
        request = request.body_sha256(body.sha256);
    }
    let lookup = |id: &str| (id == credentials.identity().access_key_id()).then_some(&credentials);
    let verifier = args.verifier(&inspection);
    let verified = match verifier.verify(&request, subject.time, lookup) {
        Ok(verified) => verified,
        Err(error) => {
            let reason = args.reason(&error, &inspection, &credentials);
            return args.reject(error.kind().as_str(), Some(&error), &reason);
        }
    };
    // The verifier checks only a SHA-256, so that of the header is checked here.
    let md5 = sent.signed_md5(|name| verified.covers_header(name));
    if let (Some(md5), Some(body)) = (md5, &body)
        && md5 != BASE64.encode(body.md5)
    {
        return args.reject("payload-mismatch", None, WRONG_MD5);
    }
    let payload = match verified.payload() {
        PayloadCoverage::Unsigned => "unsigned",
        PayloadCoverage::SignedChunks | PayloadCoverage::UnsignedChunks => "streaming",
        _ => "sha256",
    };
    args.print_valid(&inspection, verified.access_key_id(), Some(payload))?;
    let is_v2 = matches!(scheme, Some(Scheme::AwsV2 | Scheme::AwsV2QueryApi));
    if is_v2 && (args.region.is_some() || args.service.is_some()) {
        output::note("a SigV2 URL names neither region nor service, so they are not checked");
    }
    let is_checked = md5.is_some() || verified.payload() != PayloadCoverage::Unsigned;
    if args.body.is_some() && !is_checked {
        output::note("the URL's signature covers no body, so it is not checked");
    }
    Ok(())
}

/// Returns path and query of a URL.
fn target(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |index| index + "://".len());
    let authority_and_target = &url[authority..];
    let target = authority_and_target.find(['/', '?']);
    target.map_or("", |index| &authority_and_target[index..])
}

impl VerifyArgs {
    /// Returns the request with its headers.
    pub fn received(&self) -> Result<ReceivedRequest<'_>, Error> {
        let request = ReceivedRequest::from_url(&self.sent.method, &self.subject.url)?;
        Ok(request.headers(str_pairs(&self.sent.headers)))
    }

    /// Checks that no option is given that doesn't apply to a kind of signature.
    fn check_options(&self, kind: &str, used: &[&str]) -> Result<()> {
        let options = [
            ("--bucket", self.sent.bucket.is_some()),
            ("--profile", self.sent.profile.name.is_some()),
            ("--body", self.body.is_some()),
            ("--region", self.region.is_some()),
            ("--service", self.service.is_some()),
            ("--public-key", self.cloudfront.public_key().is_some()),
            ("--client-ip", self.cloudfront.client_ip().is_some()),
            ("--key-file", self.google_key.is_given()),
            ("--user-delegation-key", self.user_delegation_key.is_some()),
        ];
        let unused = options.into_iter().filter(|(name, _)| !used.contains(name));
        check_unused(kind, &unused.collect::<Vec<_>>())
    }

    fn verify_google_v2(&self, inspection: &Inspection) -> Result<()> {
        let key = self.google_key.load()?.0;
        let request = self.received().map(|request| match &self.sent.bucket {
            Some(bucket) => request.bucket(bucket),
            None => request,
        });
        let request = match request {
            Ok(request) => request,
            Err(error) => return self.reject("request", None, &error.to_string()),
        };
        let id = key.identity().access_key_id();
        let lookup = |signed_by: &str| (signed_by == id).then_some(&key);
        if let Err(error) = gcs::verify_v2(&request, self.subject.time, lookup) {
            let reason = self.reason(&error, inspection, &key);
            return self.reject(error.kind().as_str(), Some(&error), &reason);
        }
        self.print_valid(inspection, id, None)
    }

    /// Prints that the URL is valid. `payload` is the member of that name, if the scheme has it.
    pub fn print_valid(
        &self,
        inspection: &Inspection,
        signed_by: &str,
        payload: Option<&str>,
    ) -> Result<()> {
        let method = &self.sent.method;
        match self.subject.output {
            Format::Text => {
                let until = inspection.expires_at();
                let until = until.map_or(String::new(), |time| format!(" until {time}"));
                output::print(&format!("valid for {method}{until}, signed by {signed_by}"))
            }
            Format::Json => {
                let mut object = json!({ "valid": true, "method": method });
                add_members(&mut object, json!(inspection));
                if let Some(payload) = payload {
                    object["payload"] = payload.into();
                }
                output::print_json(&object)
            }
        }
    }

    fn verify_cloudfront(&self, inspection: &Inspection) -> Result<()> {
        let request = match self.received() {
            Ok(request) => request,
            Err(error) => return self.reject("request", None, &error.to_string()),
        };
        if let Err(error) = self.cloudfront.verify(request, self.subject.time)? {
            return self.reject(error.kind().as_str(), Some(&error), &error.to_string());
        }
        if self.subject.output == Format::Json {
            let mut object = json!({ "valid": true });
            add_members(&mut object, json!(inspection));
            return output::print_json(&object);
        }
        let until = inspection.expires_at();
        let until = until.map_or(String::new(), |time| format!(" until {time}"));
        let id = inspection
            .access_key_id()
            .unwrap_or("the key of the cookies");
        output::print(&format!("valid{until}, signed by {id}"))
    }

    /// Returns a verifier for requests of the given region and service, by default the URL's own,
    /// whose expiration S3 doesn't limit under SigV2. With an `Authorization` header, the request
    /// is signed with headers; by default its service is that of an AWS host, or S3.
    fn verifier(&self, inspection: &Inspection) -> Verifier {
        let region = self.region.as_deref().or(inspection.region());
        let host = host_of(&self.subject.url);
        let is_header = self.sent.has_header("authorization");
        let of_host = || AwsHost::parse(&host)?.service();
        let service = match (&self.service, is_header) {
            (Some(service), _) => Some(service.as_str()),
            (None, true) => of_host().or(Some("s3")),
            (None, false) => inspection.service(),
        };
        let carrier = if is_header {
            Carrier::Header
        } else {
            Carrier::Query
        };
        let region = region.unwrap_or_default();
        let verifier = if inspection.scheme() == Some(Scheme::GoogleV4) {
            gcs::verifier(region)
        } else {
            Verifier::new(region, service.unwrap_or_default()).allow_sigv4a()
        };
        // A region set is not one region.
        let verifier = if self.region.is_none() {
            verifier.allow_any_region()
        } else {
            verifier
        };
        verifier
            .allow_sigv2(Duration::MAX)
            // The services accept them.
            .allow_dot_segments()
            .allow_escaped_slash()
            .carriers(&[carrier])
    }

    /// Returns why the URL is not valid, and the option that may help.
    fn reason(
        &self,
        error: &VerifyError,
        inspection: &Inspection,
        credentials: &Credentials,
    ) -> String {
        let is_v2 = inspection.scheme() == Some(Scheme::AwsV2);
        match error.kind() {
            VerifyErrorKind::AccessKey => format!(
                "the URL is signed by the access key {}, but the credentials are of {}; pass the \
                 URL's credentials in the environment or with --profile",
                inspection.access_key_id().unwrap_or_default(),
                credentials.identity().access_key_id()
            ),
            VerifyErrorKind::SignedHeaderMissing => format!("{error}; add it with --header"),
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
                    format!(
                        "{error}; the host {host} seems to name a bucket, which SigV2 signs; pass \
                         it with --bucket"
                    )
                })
            }
            _ => error.to_string(),
        }
    }

    /// Reports that the URL is not valid.
    pub fn reject(&self, why: &str, error: Option<&VerifyError>, reason: &str) -> Result<()> {
        if self.subject.output == Format::Json {
            output::print_json(&json!({
                "valid": false,
                "why": why,
                "message": reason,
                // The answer of a server.
                "code": error.map(VerifyError::code),
                "status": error.map(VerifyError::status),
            }))?;
        }
        bail!("the URL is not valid: {reason}")
    }
}
