//! The address of a bucket for any name, region, endpoint and options, and the requests for its
//! objects.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use presign::SignatureVersion;
use presign::s3::{Bucket, BucketBuilder};
use presign::{AddressingStyle, ContentDisposition, Expiry, Payload, Request, Timestamp, v4};
use presign_fuzz::{SECRET, credentials, signing};
use std::time::Duration;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    name: Name<'a>,
    region: Option<&'a str>,
    endpoint: Option<&'a str>,
    public_url: Option<&'a str>,
    style: Style,
    /// Six options, the signature version, and the form of the endpoint, one bit each.
    options: u8,
    key: &'a str,
    query: Option<(&'a str, &'a str)>,
    flag: Option<&'a str>,
    header: Option<(&'a str, &'a str)>,
    file_name: Option<&'a str>,
    now: Timestamp,
}

#[derive(Arbitrary, Debug)]
enum Name<'a> {
    Any(&'a str),
    Good,
    Directory(&'a str),
    Outposts(&'a str),
    Arn(&'a str),
    AccessPoint(&'a str),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Style {
    Auto,
    Virtual,
    Path,
    Domain,
}

impl Name<'_> {
    fn text(&self) -> String {
        match self {
            Name::Any(text) => (*text).to_owned(),
            Name::Good => "examplebucket".to_owned(),
            Name::Directory(text) => format!("{text}--usw2-az1--x-s3"),
            Name::Outposts(text) => format!("{text}--op-s3"),
            Name::Arn(text) => format!("arn:aws:{text}"),
            Name::AccessPoint(text) => {
                format!("arn:aws:s3:us-west-2:123456789012:accesspoint{text}")
            }
        }
    }
}

impl Input<'_> {
    fn has_option(&self, bit: usize) -> bool {
        self.options >> bit & 1 == 1
    }

    fn builder(&self) -> BucketBuilder {
        let mut builder = Bucket::builder(self.name.text(), self.region.unwrap_or("us-west-2"));
        builder = builder.addressing_style(match self.style {
            Style::Auto => AddressingStyle::Auto,
            Style::Virtual => AddressingStyle::Virtual,
            Style::Path => AddressingStyle::Path,
            Style::Domain => AddressingStyle::Domain,
        });
        let options = [
            BucketBuilder::dualstack,
            BucketBuilder::fips,
            BucketBuilder::accelerate,
            BucketBuilder::global_endpoint,
            BucketBuilder::use_arn_region,
            BucketBuilder::disable_session_auth,
        ];
        for (bit, option) in options.into_iter().enumerate() {
            if self.has_option(bit) {
                builder = option(builder);
            }
        }
        if self.has_option(6) {
            builder = builder.signature_version(SignatureVersion::V2);
        }
        if let Some(endpoint) = self.endpoint {
            builder = builder.endpoint(if self.has_option(7) {
                endpoint.to_owned()
            } else {
                format!("https://{endpoint}")
            });
        }
        if let Some(url) = self.public_url {
            builder = builder.public_url(format!("https://{url}"));
        }
        builder
    }

    fn request<'r>(&'r self, bucket: &'r Bucket) -> Request<'r> {
        let mut request = bucket.get(self.key);
        if let Some((name, value)) = self.query {
            request = request.query(name, value);
        }
        if let Some(name) = self.flag {
            request = request.query_flag(name);
        }
        if let Some((name, value)) = self.header {
            request = request.header(name, value);
        }
        if let Some(name) = self.file_name {
            request = request.response_content_disposition(ContentDisposition::attachment(name));
        }
        request
    }
}

fuzz_target!(|input: Input<'_>| {
    let Ok(bucket) = input.builder().build() else {
        return;
    };
    std::hint::black_box(format!("{bucket:?}"));
    let request = input.request(&bucket);
    let keys = credentials(input.options & 1 == 1);
    let hour = Expiry::from(Duration::from_secs(3600));
    let presigned = signing::presign(&request, (keys, SECRET), hour, input.now);
    let signed = request.clone().payload(Payload::Empty);
    let _ = signing::sign(&signed, (keys, SECRET), input.now);
    let url = request.url();
    let is_maybe_too_long = input.key.len() > 1024;
    assert!(if input.key.is_empty() {
        url.is_err()
    } else {
        url.is_ok() || input.header.is_some() || is_maybe_too_long
    });
    let (Ok(url), Ok(presigned)) = (url, presigned) else {
        return;
    };
    let presigned = presigned.result;
    // Every client can send the URL, and no part of the input escapes into another part of the URL:
    // the host is the same, and the path has the same start as that of a plain key.
    let plain = bucket.get("x").url().unwrap();
    let front = plain.strip_suffix('x').unwrap();
    assert!(url.starts_with(front), "{url} {front}");
    assert!(presigned.as_str().starts_with(front));
    let (_, authority) = front.split_once("://").unwrap();
    let (authority, _) = authority.split_once('/').unwrap();
    let is_authority = |byte: u8| byte.is_ascii_graphic() && !b"?#@/\\".contains(&byte);
    assert!(authority.bytes().all(is_authority), "{authority}");
    let path = url.split('?').next().unwrap();
    assert!(
        path.bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
    );
    if input.has_option(6)
        || input.public_url.is_some()
        || bucket.name().ends_with("-s3")
        || bucket.name().starts_with("arn:")
    {
        return;
    }
    // A service signs the URL as the bucket does.
    let service = v4::Service::new(bucket.region(), "s3").unwrap();
    let mut request = service.get(url);
    if let Some((name, value)) = input.header {
        request = request.header(name, value);
    }
    let general = request.presign(keys, hour, input.now).unwrap();
    assert_eq!(general.as_str(), presigned.as_str());
});
