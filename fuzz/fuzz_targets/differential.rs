//! Compares signatures with those of the crate `aws-sigv4`, which AWS's SDK uses.
//!
//! The target makes no requests for which the two follow different rules:
//! - A `+` in a URL's query is a space for `aws-sigv4`, and a plus sign for this crate and for
//!   servers. That crate also replaces bytes that aren't UTF-8, and drops an empty parameter
//!   between two `&`.
//! - For S3, `aws-sigv4` hashes a path as it is, even if it isn't canonical. This crate makes it
//!   canonical.
//! - `aws-sigv4` adds a slash to a path that ends in `/.` or `/..`. This crate doesn't, like AWS's
//!   test suite.
//! - `aws-sigv4` keeps tabs in header values. This crate treats them as white space, like the test
//!   suite. That crate panics on values that aren't UTF-8.
//! - The two have different lists of headers that are never signed, so `aws-sigv4` receives this
//!   crate's list. It never signs `x-amz-user-agent` and `x-amz-checksum-mode` in a URL, so the
//!   target doesn't use them.
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
use presign::v4::Service;
use presign::{Payload, Timestamp};
use presign_fuzz::{ID, SECRET, TOKEN, credentials, signing};
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

/// Segments of a path before encoding.
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
    /// Reserved characters stay unencoded where a URL may contain them.
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

/// Text without control characters, which may be other than ASCII.
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
                    // For services other than S3 the path may contain every character of RFC 3986.
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

/// The headers of [`HeaderName`] that are never signed.
const NEVER_SIGNED: [&str; 3] = ["user-agent", "expect", "traceparent"];

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
    let expires_in = Duration::from_secs(u64::from(input.expires_in % 604_800 + 1));

    let keys = (credentials(input.with_token), SECRET);
    let own = Service::new("us-east-1", service).unwrap();
    let mut request = own.request(method, url.as_str());
    for (name, value) in &input.headers {
        request = request.header(name.text(), value.0.as_str());
    }
    let now = Timestamp::from_unix_seconds(input.seconds.into());
    let signed = if input.in_query {
        let signed = signing::presign(&request, keys, expires_in.into(), now);
        signed.map(|signed| (signed.signature, signed.canonical_request))
    } else {
        let request = request.payload(Payload::sha256_of(input.body));
        let signed = signing::sign(&request, keys, now);
        signed.map(|signed| (signed.signature, signed.canonical_request))
    };
    let (signature, canonical_request) = match signed {
        // The query may contain a SigV2 signature by chance. aws-sigv4 signs such a request
        // nevertheless.
        Err(error) if error.to_string().contains("signed already") => return,
        signed => signed.unwrap_or_else(|error| panic!("{error}: {url}")),
    };

    let mut settings = SigningSettings::default();
    settings.excluded_headers = Some(NEVER_SIGNED.map(Into::into).to_vec());
    if input.is_s3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if input.in_query {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires_in);
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
        signature,
        theirs.signature(),
        "{method} {url}\n{}",
        canonical_request.unwrap_or_default()
    );
});
