//! Signs requests that botocore signed with SigV4: each request that botocore's signer received,
//! and the presigned ones again from bucket, key and parameters.
//!
//! The two differ on purpose:
//! - The order of a URL's parameters. botocore puts those of the signature last; ours are in
//!   canonical order. The tests compare them as sets.
//! - The host. botocore's URL keeps `ABC.Example.COM` and `:443`, though both sign the lowercase
//!   host without the default port. Our URL contains the signed host, and the tests compare hosts
//!   in that form.
//! - Header names. botocore writes `X-Amz-Date`, this crate `x-amz-date`; names are
//!   case-insensitive.
//! - An `x-amz-content-sha256` in the request. botocore sets it again, this crate doesn't.
//!
//! They also differ in the addressing of buckets:
//! - `auto` on AWS. botocore omits the region from the host; this crate does so only for the global
//!   endpoint.
//! - `virtual` for a bucket with dots over https. botocore silently uses path style; in this crate
//!   only `Auto` does.
//! - `virtual` with an IP address. botocore uses path style; in this crate it is an error.
//! - The path of an endpoint. botocore encodes it; in this crate an endpoint is a URL, so its `%20`
//!   is a space.

use crate::support::botocore::{self, Addressing, Case, Counts, cases, check_buckets};
use crate::support::signing::{Signed, presign, sign};
use crate::support::{
    Pairs, header_set, http_date, origin, path_and_query, query_set, with_headers, without,
};
use presign::s3::Bucket;
use presign::v4::Service;
use presign::{AddressingStyle, ErrorKind, Payload, PresignedUrl, Request};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

fn region(case: &Case) -> &str {
    case.region.as_deref().unwrap()
}

fn service(case: &Case) -> Service {
    Service::new(region(case), case.service.as_deref().unwrap()).unwrap()
}

fn given_request<'a>(case: &'a Case, service: &'a Service) -> Request<'a> {
    let given = case.given();
    with_headers(service.request(&given.method, &given.url), &given.headers)
}

fn assert_presigned(case: &Case, request: &Request<'_>) {
    let keys = (&case.credentials(), case.secret());
    let Signed { result, steps } = presign(request, keys, case.expires_in(), case.now()).unwrap();
    case.assert_steps(&steps);
    assert_url(case, &result);
}

/// Compares a URL, except for the order of its parameters, and the headers that have to be sent.
fn assert_url(case: &Case, url: &PresignedUrl) {
    let (id, given) = (&case.id, case.given());
    let expected = case.expected.url();
    assert_eq!(url.method(), given.method, "{id}: method");
    assert_eq!(origin(url.as_str()), origin(expected), "{id}: host");
    assert_eq!(
        path_and_query(url.as_str()).0,
        path_and_query(expected).0,
        "{id}: path"
    );
    assert_eq!(
        query_set(url.as_str()),
        query_set(expected),
        "{id}: parameters"
    );
    assert_eq!(
        header_set(url.headers()),
        header_set(given.headers.clone()),
        "{id}: headers to send"
    );
    let signed: BTreeSet<String> = url.headers().map(|(name, _)| name.to_lowercase()).collect();
    let names = query_set(expected)
        .into_iter()
        .find(|(name, _)| name == b"X-Amz-SignedHeaders");
    let names = String::from_utf8(names.unwrap().1).unwrap();
    let names: BTreeSet<String> = names
        .split(';')
        .filter(|name| *name != "host")
        .map(String::from)
        .collect();
    assert_eq!(signed, names, "{id}: the signed headers are those to send");
}

#[test]
fn header_signatures_match_botocore() {
    for case in cases(&["header-v4", "header-s3v4"], 33) {
        let (id, given) = (&case.id, case.given());
        let (service, keys) = (service(&case), (&case.credentials(), case.secret()));
        // Of a binary body the sample only has the hash.
        let hash = Payload::from_hex(given.body_sha256.as_deref().unwrap()).unwrap();
        let payload = match &given.body {
            Some(body) => Payload::sha256_of(body),
            None => hash,
        };
        if given.body.is_some() {
            assert_eq!(payload, hash, "{id}: payload hash");
        }

        let request = given_request(&case, &service).payload(payload);
        let Signed {
            result: signed,
            steps,
        } = sign(&request, keys, case.now()).unwrap();
        case.assert_steps(&steps);
        let expected = case.expected.headers();
        let repeated: Pairs = header_set(given.headers.clone())
            .into_iter()
            .filter(|(name, _)| expected.iter().any(|(other, _)| other == name))
            .collect();
        assert!(
            repeated
                .iter()
                .all(|(name, _)| name == "x-amz-content-sha256")
        );
        assert_eq!(
            header_set(signed.headers()),
            without(expected, &repeated),
            "{id}: headers added"
        );
    }
}

#[test]
fn presigned_urls_match_botocore() {
    for case in cases(&["presign-v4"], 50) {
        let service = service(&case);
        assert_presigned(&case, &given_request(&case, &service));
    }
}

fn addressing(case: &Case) -> Addressing {
    let client = case.client.as_ref().unwrap();
    let Some(name) = case.bucket_name() else {
        return Addressing::NoBucket;
    };
    assert_eq!(client.region_name.as_deref(), Some(region(case)));
    let builder = Bucket::builder(name, region(case));
    let mut style = client.addressing_style();
    let builder = match client.endpoint_url.as_deref() {
        Some(url) if url.contains("127.0.0.1") && style == AddressingStyle::Virtual => {
            let rejected = builder.endpoint(url).addressing_style(style).build();
            return Addressing::Rejected(rejected.unwrap_err().kind());
        }
        // Encoded, because botocore encodes the path of an endpoint.
        Some(url) => builder.endpoint(url.replace('%', "%25")),
        None if style == AddressingStyle::Auto => builder.global_endpoint(),
        None => {
            if style == AddressingStyle::Virtual && name.contains('.') {
                style = AddressingStyle::Auto;
            }
            builder
        }
    };
    Addressing::Same(Box::new(builder.addressing_style(style).build().unwrap()))
}

/// Returns the request of an operation that has its own method, with boto3's parameters under their
/// names in S3.
fn named_operation<'a>(
    case: &'a Case,
    bucket: &'a Bucket,
    params: &Map<String, Value>,
) -> Option<Request<'a>> {
    let (mut request, headers) = botocore::named_operation(case, bucket, params)?;
    for (name, value) in headers {
        let text = botocore::text(&value);
        request = match name.as_str() {
            "Range" => request.header("Range", text),
            "IfModifiedSince" => request.header("If-Modified-Since", http_date(&text)),
            "Expires" => request.header("Expires", http_date(&text)),
            "CacheControl" => request.header("Cache-Control", text),
            "ContentDisposition" => request.header("Content-Disposition", text),
            "ContentEncoding" => request.header("Content-Encoding", text),
            "ContentLanguage" => request.header("Content-Language", text),
            "ContentMD5" => request.header("Content-MD5", text),
            "ChecksumMode" => request.header("x-amz-checksum-mode", text),
            "RequestPayer" => request.header("x-amz-request-payer", text),
            "ServerSideEncryption" => request.header("x-amz-server-side-encryption", text),
            "StorageClass" => request.header("x-amz-storage-class", text),
            "Metadata" => {
                let pairs = value.as_object().unwrap().iter();
                pairs.fold(request, |request, (name, value)| {
                    let value = value.as_str().unwrap().to_owned();
                    request.header(format!("x-amz-meta-{name}"), value)
                })
            }
            name => panic!("{}: a parameter {name}", case.id),
        };
    }
    Some(request)
}

#[test]
fn presigned_urls_of_buckets_match_botocore() {
    let cases = cases(&["presign-v4"], 50);
    let counts = check_buckets(&cases, addressing, named_operation, assert_presigned);
    let expected = Counts {
        named: 25,
        other: 22,
        rejected: 1,
        without_bucket: 2,
        template_rows: 35,
    };
    assert_eq!(counts, expected);
}

/// One case of the sample for each of the four differences in addressing.
#[test]
fn addressing_differs_from_botocore() {
    let cases = cases(&["presign-v4"], 50);
    let host = |bucket: &Bucket| origin(&bucket.get("k").url().unwrap());
    let find = |id: &str| {
        let case = cases.iter().find(|case| case.id == id).unwrap();
        let bucket = Bucket::builder(case.bucket_name().unwrap(), region(case));
        (case.expected.url(), bucket)
    };

    let (theirs, bucket) = find("7-00067");
    assert_eq!(
        origin(theirs),
        "https://my-bucket-ce3vgtcfujopvp9b0.s3.amazonaws.com"
    );
    assert_eq!(
        host(&bucket.build().unwrap()),
        "https://my-bucket-ce3vgtcfujopvp9b0.s3.me-central-1.amazonaws.com"
    );

    let (theirs, bucket) = find("7-00071");
    assert_eq!(origin(theirs), "https://s3.us-east-1.amazonaws.com");
    assert_eq!(
        host(
            &bucket
                .addressing_style(AddressingStyle::Virtual)
                .build()
                .unwrap()
        ),
        "https://static.example.co.uk.s3.us-east-1.amazonaws.com"
    );

    let (theirs, bucket) = find("7-00132");
    assert_eq!(origin(theirs), "http://127.0.0.1:9000");
    let bucket = bucket
        .endpoint("http://127.0.0.1:9000")
        .addressing_style(AddressingStyle::Virtual);
    let rejected = bucket.build().unwrap_err();
    assert_eq!(rejected.kind(), ErrorKind::Endpoint);
    assert!(rejected.to_string().contains("path style"), "{rejected}");

    let (theirs, bucket) = find("7-00150");
    assert!(
        theirs.starts_with("https://gw.example.com/a%2520b/"),
        "{theirs}"
    );
    let bucket = bucket
        .endpoint("https://gw.example.com/a%20b/")
        .build()
        .unwrap();
    let ours = bucket.get("k").url().unwrap();
    assert!(ours.starts_with("https://gw.example.com/a%20b/"), "{ours}");
}
