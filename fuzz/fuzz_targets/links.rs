//! A template, which writes most of a URL once, makes the same URLs as single requests: for rows
//! with values, with their own expiry, and at any signing time.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use presign::SignatureVersion;
use presign::s3::Bucket;
use presign::{AddressingStyle, Credentials, Timestamp};
use presign_fuzz::credentials;
use presign_fuzz::options::AnyExpiry;
use presign_fuzz::template::{Param, Sketch, SketchRow};
use std::sync::LazyLock;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    bucket: u8,
    with_token: bool,
    expiration: Option<Timestamp>,
    put: bool,
    params: Vec<InputParam<'a>>,
    header: Option<(&'a str, &'a str)>,
    expiry: AnyExpiry,
    now: Timestamp,
    rows: Vec<InputRow<'a>>,
}

#[derive(Arbitrary, Debug)]
struct InputParam<'a> {
    name: Name<'a>,
    kind: Kind<'a>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Name<'a> {
    Any(&'a str),
    /// A sub-resource, which SigV2 signs.
    SubResource(SubResource),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum SubResource {
    PartNumber,
    UploadId,
    VersionId,
    ResponseContentType,
}

impl<'a> Name<'a> {
    fn text(self) -> &'a str {
        match self {
            Name::Any(text) => text,
            Name::SubResource(SubResource::PartNumber) => "partNumber",
            Name::SubResource(SubResource::UploadId) => "uploadId",
            Name::SubResource(SubResource::VersionId) => "versionId",
            Name::SubResource(SubResource::ResponseContentType) => "response-content-type",
        }
    }
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kind<'a> {
    Text(&'a str),
    Flag,
    PerRow,
}

#[derive(Arbitrary, Debug)]
struct InputRow<'a> {
    key: &'a str,
    values: Vec<&'a str>,
    /// The row has the number of values that the template needs.
    has_right_count: bool,
    expiry: Option<AnyExpiry>,
    now: Option<Timestamp>,
}

static BUCKETS: LazyLock<Vec<Bucket>> = LazyLock::new(|| {
    let of = |name: &str| Bucket::builder(name, "us-west-2");
    let builders = [
        of("examplebucket"),
        of("example.bucket"),
        of("examplebucket").endpoint("http://localhost:9000/base%20path"),
        of("examplebucket").public_url("https://cdn.example.com/files"),
        of("logs--usw2-az1--x-s3"),
        of("examplebucket").signature_version(SignatureVersion::V2),
        of("examplebucket")
            .signature_version(SignatureVersion::V2)
            .addressing_style(AddressingStyle::Path),
        of("examplebucket")
            .signature_version(SignatureVersion::V2)
            .public_url("https://cdn.example.com"),
    ];
    let buckets = builders.into_iter();
    buckets.map(|builder| builder.build().unwrap()).collect()
});

/// Returns credentials with the expiration of the input.
fn credentials_of(input: &Input<'_>) -> Credentials {
    let credentials = credentials(input.with_token).clone();
    match input.expiration {
        Some(expiration) => credentials.with_expiration(expiration),
        None => credentials,
    }
}

fuzz_target!(|input: Input<'_>| {
    let sketch = Sketch {
        method: if input.put { "PUT" } else { "GET" },
        headers: input.header.into_iter().collect(),
        params: input
            .params
            .iter()
            .map(|param| match (param.name.text(), param.kind) {
                (name, Kind::Text(value)) => Param::Text(name, value),
                (name, Kind::Flag) => Param::Flag(name),
                (name, Kind::PerRow) => Param::PerRow(name),
            })
            .collect(),
        expiry: input.expiry.at(input.now),
        now: input.now,
    };
    let count = sketch.row_value_count();
    let rows = input.rows.iter().map(|row| {
        let now = row.now.unwrap_or(input.now);
        let mut values = row.values.clone();
        if row.has_right_count {
            values.resize(count, "");
        }
        SketchRow {
            key: row.key,
            values,
            expiry: row.expiry.map(|expiry| expiry.at(now)),
            now,
        }
    });
    let rows: Vec<_> = rows.collect();
    let bucket = &BUCKETS[usize::from(input.bucket) % BUCKETS.len()];
    sketch.check(bucket, &credentials_of(&input), &rows);
});
