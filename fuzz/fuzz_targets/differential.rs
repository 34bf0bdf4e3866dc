//! The signature of the crate `aws-sigv4`, which is that of AWS's SDK, for the same request.
//!
//! Requests on which the two differ by rule are not made:
//! - `+` in a URL's query: a space there, a plus sign here, as servers have it; and there bytes that are not UTF-8 become replacement
//!   characters, and an empty parameter between two `&` is dropped;
//! - for S3, a path that is not canonical: hashed as it stands there, made canonical here;
//! - a path that ends in `/.` or `/..`: there it ends with a slash, here as AWS's test suite has it, without;
//! - tabs in header values: kept there, white space like any other here and in the test suite; and values that are not UTF-8, on
//!   which the other panics;
//! - headers that one never signs and the other does: the other is told our list, and `x-amz-user-agent` and `x-amz-checksum-mode`,
//!   which it never signs in a URL, are not made.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use libfuzzer_sys::fuzz_target;
use presign::v4::Signer;
use presign::{Payload, Request, Timestamp};
use presign_fuzz::{ID, SECRET, TOKEN, credentials};
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    in_query: bool,
    is_s3: bool,
    with_token: bool,
    method: Method,
    host: Host,
    path: Path<'a>,
    query: Vec<Param<'a>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: &'a [u8],
    seconds: u32,
    expires_in: u32,
}

#[derive(Arbitrary, Debug)]
enum Method {
    Get,
    Put,
    Delete,
}

#[derive(Arbitrary, Debug)]
enum Host {
    Plain,
    DefaultPort,
    OtherPort,
    Address,
}

/// Segments of a path, not yet encoded.
#[derive(Arbitrary, Debug)]
struct Path<'a> {
    segments: Vec<Segment<'a>>,
}

#[derive(Arbitrary, Debug)]
enum Segment<'a> {
    Empty,
    Dot,
    DotDot,
    Text(&'a str),
}

#[derive(Arbitrary, Debug)]
struct Param<'a> {
    name: &'a str,
    value: Option<&'a str>,
    /// Reserved characters stay as they are, where a URL may have them.
    bare: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum HeaderName {
    ContentType,
    ContentTypeLower,
    Range,
    Meta,
    MetaLower,
    MetaLonger,
    Zebra,
    UserAgent,
    Expect,
    Traceparent,
}

impl HeaderName {
    fn text(self) -> &'static str {
        match self {
            HeaderName::ContentType => "Content-Type",
            HeaderName::ContentTypeLower => "content-type",
            HeaderName::Range => "Range",
            HeaderName::Meta => "X-Amz-Meta-A",
            HeaderName::MetaLower => "x-amz-meta-a",
            HeaderName::MetaLonger => "x-amz-meta-a-b",
            HeaderName::Zebra => "Zebra",
            HeaderName::UserAgent => "User-Agent",
            HeaderName::Expect => "Expect",
            HeaderName::Traceparent => "traceparent",
        }
    }
}

/// Printable text without tabs; what is not ASCII may be there.
#[derive(Debug)]
struct HeaderValue(String);

impl<'a> Arbitrary<'a> for HeaderValue {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let text: &str = u.arbitrary()?;
        let kept = text.chars().filter(|c| !c.is_ascii_control());
        Ok(HeaderValue(kept.collect()))
    }
}

fn encode(text: &str, bare: &[u8], url: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(byte.into());
            }
            byte if bare.contains(&byte) => url.push(byte.into()),
            byte => url.push_str(&format!("%{byte:02X}")),
        }
    }
}

impl Input<'_> {
    fn url(&self) -> Option<String> {
        let mut url = String::from(match self.host {
            Host::Plain => "https://example.com",
            Host::DefaultPort => "https://example.com:443",
            Host::OtherPort => "http://localhost:9000",
            Host::Address => "http://[::1]:9000",
        });
        for segment in &self.path.segments {
            url.push('/');
            match segment {
                Segment::Empty => {}
                Segment::Dot => url.push('.'),
                Segment::DotDot => url.push_str(".."),
                Segment::Text(text) => {
                    // A service that is not S3 gets the path as it stands, with whatever may stand there.
                    let bare: &[u8] = if self.is_s3 { b"/" } else { b"!$&'()*+,;=:@" };
                    encode(text, bare, &mut url);
                }
            }
        }
        if url.ends_with("/.") || url.ends_with("/..") {
            return None;
        }
        let mut separator = '?';
        for Param { name, value, bare } in &self.query {
            let lower = name.to_ascii_lowercase();
            if name.is_empty() && value.is_none() || lower.starts_with("x-amz-") {
                return None;
            }
            let bare: &[u8] = if *bare { b"!$'()*,;:@/?" } else { b"" };
            url.push(separator);
            encode(name, bare, &mut url);
            if let Some(value) = value {
                url.push('=');
                encode(value, bare, &mut url);
            }
            separator = '&';
        }
        Some(url)
    }
}

static IDENTITIES: LazyLock<[Identity; 2]> = LazyLock::new(|| {
    let new =
        |token: Option<&str>| Credentials::new(ID, SECRET, token.map(String::from), None, "fuzz");
    [new(None).into(), new(Some(TOKEN)).into()]
});

/// What is never signed, of the headers that are made here.
const NEVER: [&str; 3] = ["user-agent", "expect", "traceparent"];

fuzz_target!(|input: Input<'_>| {
    let Some(url) = input.url() else {
        return;
    };
    let method = match input.method {
        Method::Get => "GET",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
    };
    let service = if input.is_s3 { "s3" } else { "service" };
    let life = Duration::from_secs(u64::from(input.expires_in % 604_800 + 1));

    let mut request = Request::new(method, url.as_str());
    for (name, value) in &input.headers {
        request = request.header(name.text(), value.0.as_str());
    }
    let signer = Signer::new(credentials(input.with_token).clone(), "us-east-1", service).unwrap();
    let now = Timestamp::from_unix_seconds(input.seconds.into());
    let steps = match input.in_query {
        true => signer.presign_steps(&request, life, now),
        false => signer.sign_steps(&request, Payload::of(input.body), now),
    };
    let steps = match steps {
        // The query happens to carry a signature of SigV2, over which aws-sigv4 signs all the same.
        Err(error) if error.to_string().contains("signed already") => return,
        steps => steps.unwrap_or_else(|error| panic!("{error}: {url}")),
    };

    let mut settings = SigningSettings::default();
    settings.excluded_headers = Some(NEVER.map(Into::into).to_vec());
    if input.is_s3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if input.in_query {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(life);
    }
    let params = v4::SigningParams::builder()
        .identity(&IDENTITIES[usize::from(input.with_token)])
        .region("us-east-1")
        .name(service)
        .time(UNIX_EPOCH + Duration::from_secs(input.seconds.into()))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let body = match (input.in_query, input.is_s3) {
        (true, true) => SignableBody::UnsignedPayload,
        (true, false) => SignableBody::Bytes(b""),
        (false, _) => SignableBody::Bytes(input.body),
    };
    let headers = input.headers.iter();
    let headers = headers.map(|(name, value)| (name.text(), value.0.as_str()));
    let Ok(theirs) = SignableRequest::new(method, url.as_str(), headers, body) else {
        return;
    };
    let theirs = sign(theirs, &params).unwrap();
    assert_eq!(
        steps.signature.as_str(),
        theirs.signature(),
        "{method} {url}\n{}",
        steps.canonical_request
    );
});
