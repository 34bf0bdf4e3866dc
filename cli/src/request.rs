//! `url` and `sign`: any request to any service, presigned or signed with headers.

use crate::args::{
    Address, Expiry, Extras, Header, Store, check_unused, has_name, misuse, str_pairs,
};
use crate::credentials;
use crate::curl;
use crate::google::{self, KeyOption};
use crate::input::Input;
use crate::output::{self, RequestFormat, note};
use crate::profile::Profile;
use crate::report::{self, host_of};
use crate::settings::{Location, Signing, Version};
use crate::shared_key::SharedKeyRequest;
use crate::sign::{self, Signer, header_object, is_host};
use anyhow::Result;
use clap::builder::NonEmptyStringValueParser;
use presign::inspect::AwsHost;
use presign::v4::SessionToken;
use presign::{Credentials, Payload, Request, gcs, v2, v4};
use serde_json::json;
use std::time::Duration;

/// The request and its service.
#[derive(clap::Args)]
struct Target {
    /// The request's URL as it would be sent, already percent-encoded; or gs://BUCKET/OBJECT, which
    /// is not encoded
    #[arg(value_name = "URL")]
    url: String,

    /// The request's method
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    method: String,

    /// The service's signing name, such as s3, execute-api, sts or es [default: the service of an
    /// AWS host, otherwise s3]
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,

    /// For v2: the bucket, if the host contains it
    #[arg(long, value_name = "BUCKET", value_parser = NonEmptyStringValueParser::new())]
    bucket: Option<String>,

    #[command(flatten)]
    extras: Extras,

    /// Whether the signature covers a session token; some services expect it appended
    #[arg(long, value_name = "signed|appended", value_parser = parse_session_token)]
    session_token: Option<SessionToken>,

    #[command(flatten)]
    signing: Signing,

    #[command(flatten)]
    key: KeyOption,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: RequestFormat,
}

fn parse_session_token(text: &str) -> Result<SessionToken, &'static str> {
    match text {
        "signed" => Ok(SessionToken::Signed),
        "appended" => Ok(SessionToken::Appended),
        _ => Err("a session token is signed or appended"),
    }
}

/// The service that makes the request.
enum Service {
    V4(v4::Service),
    V2(v2::Service),
    /// An object of Google Cloud Storage.
    Google(gcs::Bucket, String),
}

impl Target {
    /// Returns the service's name: the given one, else that of the host.
    fn service_name(&self) -> String {
        let of_host = || {
            let host = host_of(&self.url);
            AwsHost::parse(&host)?.service().map(Into::into)
        };
        let name = self.service.clone().or_else(of_host);
        name.unwrap_or_else(|| "s3".into())
    }

    /// Returns the region: the given one, else that of the host, else the usual one.
    fn region(&self, profile: &Profile) -> Result<String> {
        let host = host_of(&self.url);
        let of_host = AwsHost::parse(&host).and_then(|host| host.region());
        match (&self.signing.region, of_host) {
            (None, Some(region)) => Ok(region.into()),
            _ => self.signing.region(profile),
        }
    }

    /// Returns whether the request is a call to a query API.
    fn is_call(&self) -> bool {
        self.signing.is_v2() && self.service_name() != "s3"
    }

    /// Returns the service and the credentials.
    fn load(&self, profile: &Profile) -> Result<(Service, Credentials)> {
        if !self.url.starts_with(Store::Google.prefix()) {
            self.key.check_absent()?;
            return Ok((self.service(profile)?, credentials::find(profile)?));
        }
        if self.bucket.is_some() || self.service.is_some() || self.session_token.is_some() {
            return Err(misuse(
                "--bucket, --service and --session-token are for AWS: leave them out for gs://",
            ));
        }
        let address: Address = self.url.parse().map_err(misuse)?;
        let key = address.key("")?.to_owned();
        let location = Location::default();
        let (bucket, credentials) =
            google::load(&address.bucket, &self.signing, &location, &self.key)?;
        Ok((Service::Google(bucket, key), credentials))
    }

    fn service(&self, profile: &Profile) -> Result<Service> {
        self.signing.region_set()?;
        if self.session_token.is_some() && self.signing.is_v2() {
            return Err(misuse(
                "--session-token is for v4 and v4a, because v2 always signs a session token",
            ));
        }
        if self.bucket.is_some() && (!self.signing.is_v2() || self.is_call()) {
            return Err(misuse(
                "--bucket is for `--signature-version v2` and the service s3 only",
            ));
        }
        if !self.signing.is_v2() {
            let name = self.service_name();
            let mut service = match self.signing.region_set()? {
                Some(set) => v4::Service::sigv4a(set, name)?,
                None => v4::Service::new(self.region(profile)?, name)?,
            };
            if let Some(session_token) = self.session_token {
                service = service.session_token(session_token);
            }
            self.note_scope();
            return Ok(Service::V4(service));
        }
        Ok(Service::V2(match &self.bucket {
            Some(bucket) => v2::Service::s3().bucket(bucket),
            None if self.is_call() => v2::Service::query_api(v2::SignatureMethod::HmacSha256),
            None => v2::Service::s3(),
        }))
    }

    /// Notes that an AWS host contradicts the given region or service, or names no service.
    fn note_scope(&self) {
        let host = host_of(&self.url);
        let Some(aws_host) = AwsHost::parse(&host) else {
            return;
        };
        let facts = [
            ("region", &self.signing.region, aws_host.region()),
            ("service", &self.service, aws_host.service()),
        ];
        for (part, given, named) in facts {
            if let (Some(given), Some(named)) = (given, named)
                && given != named
            {
                note(format_args!(
                    "the host {host} belongs to the {part} {named}, but this is signed for \
                     {given}, which AWS rejects"
                ));
            }
        }
        if self.service.is_none() && aws_host.service().is_none() {
            note(format_args!(
                "the host {host} doesn't say which service it belongs to, so this is signed for \
                 s3; pass --service"
            ));
        }
    }

    fn request<'a>(&'a self, service: &'a Service) -> Request<'a> {
        self.extras.add_to(match service {
            Service::V4(service) => service.request(&self.method, &self.url),
            Service::V2(service) => service.request(&self.method, &self.url),
            Service::Google(bucket, key) => bucket.object(&self.method, key),
        })
    }

    /// Notes that a bucket seems to be missing in the signature.
    fn note_bucket(&self) {
        if !self.signing.is_v2() || self.is_call() || self.bucket.is_some() {
            return;
        }
        let host = host_of(&self.url);
        match AwsHost::parse(&host) {
            Some(aws_host) if aws_host.bucket().is_some() => note(format_args!(
                "the host {host} names a bucket, but without --bucket it is not signed, and S3 \
                 rejects the request; pass --bucket"
            )),
            Some(_) => {}
            None if may_name_bucket(&host) => note(format_args!(
                "v2 signs the bucket; if the host {host} names it, and not the path, pass --bucket"
            )),
            None => {}
        }
    }
}

/// Returns whether a host that isn't AWS's can have a bucket before its domain.
fn may_name_bucket(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.parse::<std::net::Ipv4Addr>().is_err() && name.split('.').count() > 2
}

#[derive(clap::Args)]
pub struct UrlArgs {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    expiry: Expiry,
}

pub fn url(UrlArgs { target, expiry }: &UrlArgs) -> Result<()> {
    let profile = target.signing.profile.load()?;
    let (service, credentials) = target.load(&profile)?;
    let signer = Signer::with(credentials, expiry, &target.signing)?;
    let request = target.request(&service);
    if target.is_call() {
        let is_allowed = |duration| duration == CALL_VALIDITY;
        if expiry.expires_at.is_some() || !expiry.expires_in.is_none_or(is_allowed) {
            return Err(misuse(
                "under v2, services other than s3 accept a call for 15 minutes from its Timestamp; omit \
                 --expires-in and --expires-at",
            ));
        }
        return print_call(target, &request, &signer);
    }
    let (url, steps) = signer.presign(&request)?;
    report::print_url(target.output, &url, &steps)?;
    if steps.is_v2() {
        report::note_content_type(target.output, &target.method, &target.extras);
    }
    target.note_bucket();
    Ok(())
}

/// The time for which services accept a call to a query API.
const CALL_VALIDITY: Duration = Duration::from_secs(15 * 60);

/// Prints a signed call to a query API, with all its parameters in the URL.
fn print_call(target: &Target, request: &Request<'_>, signer: &Signer) -> Result<()> {
    let unsigned = request.prepare_headers(signer.credentials.identity(), signer.now)?;
    let (call, steps) = sign::sign(unsigned, &signer.credentials)?;
    let mut url = call.url().unwrap_or_default().to_owned();
    if let Some(body) = call.body() {
        url.extend(["?", body]);
    }
    match target.output {
        RequestFormat::Text => output::print(&url)?,
        RequestFormat::Json => {
            let mut object = json!({
                "method": target.method,
                "url": url,
                "headers": header_object(call.headers()),
                "expires_at": signer.now.saturating_add(CALL_VALIDITY),
                "not_covered": call.not_covered().collect::<Vec<_>>(),
            });
            steps.add_to(&mut object, &call.signature());
            output::print_json(&object)?;
        }
        RequestFormat::Curl => {
            output::print(&curl::request(&target.method, &url, call.headers(), None)?)?;
        }
    }
    report::note_to_send(target.output, call.headers());
    report::note_not_covered(call.not_covered());
    Ok(())
}

#[derive(clap::Args)]
pub struct SignArgs {
    #[command(flatten)]
    target: Target,

    /// The file with the request's body, `-` for standard input [default: no body]
    #[arg(long, value_name = "FILE", conflicts_with = "payload_hash")]
    body: Option<Input>,

    /// The payload's hash: 64 hexadecimal digits, UNSIGNED-PAYLOAD or a STREAMING- value
    #[arg(long, value_name = "TEXT")]
    payload_hash: Option<String>,
}

impl SignArgs {
    /// Checks that no option is given that Shared Key doesn't use.
    fn check_shared_key(&self) -> Result<()> {
        let (target, signing) = (&self.target, &self.target.signing);
        check_unused(
            "Shared Key",
            &[
                ("--payload-hash", self.payload_hash.is_some()),
                ("--session-token", target.session_token.is_some()),
                ("--bucket", target.bucket.is_some()),
                ("--key-file", target.key.is_given()),
                ("--region", signing.region.is_some()),
                ("--region-set", signing.has_region_set()),
                ("--profile", signing.profile.name.is_some()),
            ],
        )
    }
}

pub fn sign(args: &SignArgs) -> Result<()> {
    let target = &args.target;
    if let Version::SharedKey { is_lite } = target.signing.signature_version {
        args.check_shared_key()?;
        let request = SharedKeyRequest {
            is_lite,
            url: &target.url,
            method: &target.method,
            service: target.service.as_deref(),
            extras: &target.extras,
            time: target.signing.time,
            body: args.body.as_ref(),
            output: target.output,
        };
        return request.sign();
    }
    let profile = target.signing.profile.load()?;
    let (service, credentials) = target.load(&profile)?;
    if target.is_call() {
        return Err(misuse(
            "under v2, services other than s3 are signed in their parameters and not in headers; \
             `presign url` makes the signed call",
        ));
    }
    let mut headers = target.extras.headers.clone();
    let request = args.add_payload(target.request(&service), &mut headers)?;
    let unsigned = request.prepare_headers(credentials.identity(), target.signing.time)?;
    let (signed, steps) = sign::sign(unsigned, &credentials)?;

    let is_signed = |name: &str| steps.is_v2() || steps.has_signed_header(name);
    let is_added = |name: &str| has_name(signed.headers().map(|(name, _)| name), name);
    headers.retain(|(name, _)| is_signed(name) && !is_added(name));
    for (_, value) in &mut headers {
        *value = unfolded(value);
    }
    let added = signed.headers();
    headers.extend(added.map(|(name, value)| (name.into(), value.into())));
    let url = request.url()?;
    match target.output {
        RequestFormat::Text => {
            let lines = str_pairs(&headers).filter(|(name, _)| !is_host(name));
            let mut lines: Vec<_> = lines
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            if target.extras.has_parameters() {
                lines.insert(0, format!("{} {url}", target.method));
            }
            output::print(&lines.join("\n"))?;
        }
        RequestFormat::Json => {
            let headers = header_object(str_pairs(&headers));
            let mut object = json!({ "method": target.method, "url": url, "headers": headers });
            steps.add_to(&mut object, &signed.signature());
            output::print_json(&object)?;
        }
        RequestFormat::Curl => {
            let body = args.curl_body()?;
            let line = curl::request(&target.method, &url, str_pairs(&headers), body.as_deref())?;
            output::print(&line)?;
        }
    }
    report::note_to_send(
        match target.output {
            // Text contains the same headers as JSON.
            RequestFormat::Text | RequestFormat::Json => RequestFormat::Json,
            RequestFormat::Curl => RequestFormat::Curl,
        },
        str_pairs(&headers),
    );
    report::note_not_covered(signed.not_covered());
    if steps.is_v2() && (args.body.is_some() || args.payload_hash.is_some()) {
        note(
            "under v2 the body is not signed; a Content-MD5 header, which is signed, can cover it",
        );
    }
    target.note_bucket();
    Ok(())
}

impl SignArgs {
    /// Returns the body that curl sends: the given file, or else standard input if the payload's
    /// hash says that there may be one.
    fn curl_body(&self) -> Result<Option<String>> {
        let may_have_body = self.payload_hash.is_some() && curl::may_have_body(&self.target.method);
        match &self.body {
            Some(file) => file.curl_argument().map(Some),
            None => Ok(may_have_body.then(|| curl::STDIN.into())),
        }
    }

    /// Adds the payload to a request under v4. A STREAMING- value is a header, which is added to
    /// the headers to send, too.
    fn add_payload<'a>(
        &'a self,
        request: Request<'a>,
        headers: &mut Vec<Header>,
    ) -> Result<Request<'a>> {
        const NAME: &str = "x-amz-content-sha256";
        let payload = match (&self.body, self.payload_hash.as_deref()) {
            _ if self.target.signing.is_v2() => return Ok(request),
            (Some(body), _) => Payload::Sha256(body.body_sha256()?),
            (None, Some("UNSIGNED-PAYLOAD")) => Payload::Unsigned,
            (None, Some(text)) if text.starts_with("STREAMING-") => {
                headers.push((NAME.into(), text.into()));
                return Ok(request.header(NAME, text));
            }
            (None, Some(hex)) => Payload::from_hex(hex)?,
            // The given header states the payload.
            (None, None) if has_name(str_pairs(headers).map(|(name, _)| name), NAME) => {
                return Ok(request);
            }
            (None, None) => Payload::Empty,
        };
        Ok(request.payload(payload))
    }
}

/// Returns a header's value in one line, as it can be sent.
fn unfolded(value: &str) -> String {
    let lines: Vec<_> = value.lines().map(str::trim_ascii).collect();
    lines.join(" ")
}
