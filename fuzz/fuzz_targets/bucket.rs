//! The address of a bucket, whatever its name, region, endpoint and options, and the operations on it.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use presign::s3::{AddressingStyle, Bucket, ContentDisposition};
use presign::{Payload, Request, Timestamp, v4};
use presign_fuzz::credentials;
use std::time::Duration;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    name: Name<'a>,
    region: Option<&'a str>,
    endpoint: Option<&'a str>,
    shown: Option<&'a str>,
    style: Style,
    /// Seven options, one bit each.
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

fuzz_target!(|input: Input<'_>| {
    let mut builder = Bucket::builder(input.name.text(), input.region.unwrap_or("us-west-2"));
    builder = builder.addressing_style(match input.style {
        Style::Auto => AddressingStyle::Auto,
        Style::Virtual => AddressingStyle::Virtual,
        Style::Path => AddressingStyle::Path,
        Style::Domain => AddressingStyle::Domain,
    });
    let options = [
        presign::s3::BucketBuilder::dualstack,
        presign::s3::BucketBuilder::fips,
        presign::s3::BucketBuilder::accelerate,
        presign::s3::BucketBuilder::global_endpoint,
        presign::s3::BucketBuilder::use_arn_region,
        presign::s3::BucketBuilder::disable_session_auth,
    ];
    for (bit, option) in options.into_iter().enumerate() {
        if input.options >> bit & 1 == 1 {
            builder = option(builder);
        }
    }
    if let Some(endpoint) = input.endpoint {
        builder = builder.endpoint(match input.options >> 7 {
            0 => format!("https://{endpoint}"),
            _ => endpoint.to_owned(),
        });
    }
    if let Some(shown) = input.shown {
        builder = builder.shown_as(format!("https://{shown}"));
    }
    let Ok(bucket) = builder.build() else {
        return;
    };

    let mut operation = bucket.get(input.key);
    if let Some((name, value)) = input.query {
        operation = operation.query(name, value);
    }
    if let Some(name) = input.flag {
        operation = operation.sub_resource(name);
    }
    if let Some((name, value)) = input.header {
        operation = operation.header(name, value);
    }
    if let Some(name) = input.file_name {
        operation = operation.response_content_disposition(ContentDisposition::attachment(name));
    }
    let keys = credentials(input.options & 1 == 1);
    let hour = Duration::from_secs(3600);
    let presigned = operation.presign(keys, hour, input.now);
    let _ = operation.presign_v2(keys, hour, input.now);
    let _ = operation.sign(keys, Payload::Empty, input.now);
    let _ = operation.sign_v2(keys, input.now);
    let url = operation.url();
    assert_eq!(
        url.is_err(),
        input.key.is_empty() || input.header.is_some_and(|_| url.is_err())
    );
    let (Ok(url), Ok(presigned)) = (url, presigned) else {
        return;
    };
    // The address is one that every signer takes, and all parts of it stay where they were put: the same host, and a path that
    // begins with the front that a plain key has.
    let plain = bucket.get("x").url().unwrap();
    let front = plain.strip_suffix('x').unwrap();
    assert!(url.starts_with(front), "{url} {front}");
    assert!(presigned.as_str().starts_with(front));
    let authority = front
        .split_once("://")
        .unwrap()
        .1
        .split_once('/')
        .unwrap()
        .0;
    assert!(
        authority
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"?#@/\\".contains(&byte))
    );
    let path = url.split('?').next().unwrap();
    assert!(
        path.bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
    );
    if input.shown.is_some()
        || bucket.region() == "*"
        || bucket.name().ends_with("-s3")
        || bucket.name().starts_with("arn:")
    {
        return;
    }
    // The general signer, given the URL, agrees with the operation.
    let signer = v4::Signer::new(keys.clone(), bucket.region(), "s3").unwrap();
    let mut request = Request::get(url);
    if let Some((name, value)) = input.header {
        request = request.header(name, value);
    }
    let general = signer.presign(&request, hour, input.now).unwrap();
    assert_eq!(general.as_str(), presigned.as_str());
});
