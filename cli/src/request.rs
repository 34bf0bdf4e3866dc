//! `url` and `sign`: any request to any service, presigned or signed with headers.

use crate::args::{Expiry, Extras, Header, str_pairs};
use crate::input::Input;
use crate::output::{self, Format, add_members, note};
use crate::report::{self, bucket_host};
use crate::settings::{SignatureVersion, Signing};
use crate::sign::{self, RequestSigner, has_name, header_object, is_host};
use anyhow::Result;
use clap::builder::NonEmptyStringValueParser;
use clap::error::ErrorKind;
use presign::Payload;
use serde_json::json;

/// The request and its service.
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

    /// The bucket that the host names, for v2, which signs it
    #[arg(long, value_name = "B", value_parser = NonEmptyStringValueParser::new())]
    bucket: Option<String>,

    #[command(flatten)]
    extras: Extras,

    #[command(flatten)]
    signing: Signing,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

impl Target {
    fn signer(&self) -> Result<RequestSigner> {
        let version = self.signing.signature_version;
        if self.bucket.is_some() && (self.service != "s3" || version == SignatureVersion::V4) {
            let message = "--bucket is for `--signature-version v2` and the service s3 only";
            return Err(<clap::Error>::raw(ErrorKind::ArgumentConflict, message).into());
        }
        RequestSigner::new(&self.signing, &self.service, self.bucket.as_deref())
    }

    fn request<'a>(&'a self, headers: &'a [Header]) -> presign::Request<'a> {
        sign::request(&self.method, &self.url, &self.extras.query, headers)
    }

    /// Notes that a bucket seems to be missing in the signature.
    fn note_bucket(&self, signer: &RequestSigner) {
        if let RequestSigner::V2(_) = signer
            && self.bucket.is_none()
            && let Some(host) = bucket_host(&self.url)
        {
            note(format_args!(
                "the host {host} seems to name a bucket: without --bucket the bucket is not signed, and S3 \
                 refuses the request"
            ));
        }
    }
}

#[derive(clap::Args)]
pub struct UrlArgs {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    expiry: Expiry,
}

pub fn url(UrlArgs { target, expiry }: &UrlArgs) -> Result<()> {
    let signer = target.signer()?;
    let headers = &target.extras.headers;
    let url = signer.presign(&target.request(headers), expiry, target.signing.time)?;
    report::print_url(target.output, &url, headers)?;
    target.note_bucket(&signer);
    Ok(())
}

#[derive(clap::Args)]
pub struct SignArgs {
    #[command(flatten)]
    target: Target,

    /// The file with the request's body, `-` for standard input; default no body
    #[arg(long, value_name = "FILE", conflicts_with = "payload_hash")]
    body: Option<Input>,

    /// The payload's hash: 64 hexadecimal digits, UNSIGNED-PAYLOAD or a STREAMING- value
    #[arg(long, value_name = "TEXT")]
    payload_hash: Option<String>,
}

pub fn sign(args: &SignArgs) -> Result<()> {
    let target = &args.target;
    let signer = target.signer()?;
    let is_v4 = matches!(signer, RequestSigner::V4(_));
    let mut headers = target.extras.headers.clone();
    let payload = if is_v4 {
        args.payload(&mut headers)?
    } else {
        Payload::Empty
    };
    let request = target.request(&headers);
    let (signed, steps) = signer.sign(&request, payload, target.signing.time)?;

    // The line before the payload's hash lists the signed headers.
    let mut lines = steps.canonical_request.rsplit('\n');
    let signed_names = lines.nth(1).unwrap_or_default().split(';');
    let is_signed = |name: &str| !is_v4 || has_name(signed_names.clone(), name);
    let is_added = |name: &str| has_name(signed.headers().map(|(name, _)| name), name);
    headers.retain(|(name, _)| is_signed(name) && !is_added(name));
    for (_, value) in &mut headers {
        *value = unfolded(value);
    }
    let added = signed.headers();
    headers.extend(added.map(|(name, value)| (name.into(), value.into())));
    match target.output {
        Format::Text => {
            let lines: Vec<_> = str_pairs(&headers)
                .filter(|(name, _)| !is_host(name))
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            output::print(&lines.join("\n"))?;
        }
        Format::Json => {
            let headers = header_object(str_pairs(&headers));
            let mut object = json!({ "method": target.method, "headers": headers });
            add_members(&mut object, json!(steps));
            output::print_json(&object)?;
        }
    }
    // The output contains the others in both formats.
    report::note_to_send(Format::Json, str_pairs(&headers));
    let given = &target.extras.headers;
    report::note_given(given, |name| !is_signed(name), report::NEVER_SIGNED);
    if !is_v4 && (args.body.is_some() || args.payload_hash.is_some()) {
        note(
            "under v2 the body is not signed: a Content-MD5 header, which is signed, can cover it",
        );
    }
    target.note_bucket(&signer);
    Ok(())
}

impl SignArgs {
    /// Returns the payload to sign. A STREAMING- value is added to the headers, which the signer
    /// reads.
    fn payload(&self, headers: &mut Vec<Header>) -> Result<Payload> {
        Ok(match (&self.body, self.payload_hash.as_deref()) {
            (Some(body), _) => Payload::Sha256(body.body_sha256()?),
            (None, None) => Payload::Empty,
            (None, Some("UNSIGNED-PAYLOAD")) => Payload::Unsigned,
            (None, Some(text)) if text.starts_with("STREAMING-") => {
                headers.push(("x-amz-content-sha256".into(), text.into()));
                Payload::Empty
            }
            (None, Some(hex)) => Payload::hash(hex)?,
        })
    }
}

/// Returns a header's value in one line, as it can be sent.
fn unfolded(value: &str) -> String {
    let lines: Vec<_> = value.lines().map(str::trim_ascii).collect();
    lines.join(" ")
}
