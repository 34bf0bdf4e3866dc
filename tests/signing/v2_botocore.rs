//! Signs requests that botocore signed with SigV2: each request that botocore's signer received,
//! and the presigned ones again from bucket, key and parameters.
//!
//! The two differ on purpose:
//! - The order of a URL's parameters doesn't matter. The tests compare them as sets.
//! - botocore's URL keeps `ABC.Example.COM` and `:80`. Our URL has the lowercase host without the
//!   default port, and the tests compare hosts in that form.
//! - For a bucket alone in path style, and for an endpoint with a base path, botocore signs another
//!   path than it sends. Servers see the path that is sent, which the sample expects.
//! - botocore moves the signed headers into the query, where Swift and Ceph don't read them. This
//!   crate returns them as headers to send, with the same string to sign. Only the session token is
//!   a parameter.
//! - botocore doesn't tell which headers its signature leaves out. `not_covered` names them.
//! - botocore signs a sub-resource with an empty value including its `=`. MinIO, Ceph and s3s
//!   don't; the sample has no such case.
//!
//! They also differ in the addressing of buckets, as tests/signing/v4_botocore.rs lists: `Virtual`
//! with an IP address is an error, `auto` on AWS is regional, and an endpoint is an encoded URL.

use crate::support::botocore::{self, Addressing, Case, Counts, cases, check_buckets};
use crate::support::signing::{Signed, presign, sign};
use crate::support::{Pairs, header_set, origin, path_and_query, query_set, with_headers};
use presign::s3::Bucket;
use presign::v2::{Service, SignatureMethod};
use presign::{AddressingStyle, Expiry, PresignedUrl, Request, SignatureVersion};
use serde_json::{Map, Value};

/// Returns whether a presigned URL covers a header.
fn is_covered(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("x-amz-") || ["content-type", "content-md5"].contains(&name.as_str())
}

fn given_request<'a>(case: &'a Case, service: &'a Service) -> Request<'a> {
    let given = case.given();
    with_headers(service.request(&given.method, &given.url), &given.headers)
}

/// Returns the bucket that the host names. `auth_path` has it before the path.
fn bucket_in_host(case: &Case) -> Option<&str> {
    let given = case.given();
    let signed = given.auth_path.as_deref().unwrap();
    let (path, _) = path_and_query(&given.url);
    // In path style both paths are equal, except where botocore signs another path.
    if case.quirk.is_some() || signed == path {
        return None;
    }
    let bucket = signed.strip_prefix('/').unwrap();
    let bucket = bucket.strip_suffix(path).unwrap();
    let host = given.url.split_once("://").unwrap().1;
    assert!(host.starts_with(&format!("{bucket}.")), "{}", case.id);
    Some(bucket)
}

fn service(case: &Case) -> Service {
    match bucket_in_host(case) {
        Some(bucket) => Service::s3().bucket(bucket),
        None => Service::s3(),
    }
}

/// Presigns with a duration and with the time of the expiration.
fn assert_presigned(case: &Case, request: &Request<'_>) {
    let keys = (&case.credentials(), case.secret());
    for expiry in [case.expires_in().into(), Expiry::at(case.expires_at())] {
        let signed = presign(request, keys, expiry, case.now()).unwrap();
        case.assert_steps(&signed.steps);
        assert_url(case, &signed.result);
    }
}

fn assert_url(case: &Case, url: &PresignedUrl) {
    let (id, given) = (&case.id, case.given());
    let expected = case.expected.url();
    assert_eq!(url.method(), given.method, "{id}: method");
    assert_eq!(url.expires_at(), case.expires_at(), "{id}: expiration");
    assert_eq!(origin(url.as_str()), origin(expected), "{id}: host");
    assert_eq!(
        path_and_query(url.as_str()).0,
        path_and_query(expected).0,
        "{id}: path"
    );

    // Every given header has to be sent, or is named as not covered.
    let (covered, not_covered): (Pairs, Pairs) = given
        .headers
        .iter()
        .cloned()
        .partition(|(name, _)| is_covered(name));
    let params = query_set(url.as_str());
    let to_send = header_set(covered);
    assert_eq!(header_set(url.headers()), to_send, "{id}: headers to send");
    // botocore's URL contains these headers as parameters.
    let as_params = to_send.into_iter();
    let as_params = as_params.map(|(name, value)| (name.into_bytes(), value.into_bytes()));
    let mut all: Vec<_> = params.iter().cloned().chain(as_params).collect();
    all.sort();
    assert_eq!(all, query_set(expected), "{id}: parameters");
    let names = not_covered.iter().map(|(name, _)| name.as_str());
    assert!(url.not_covered().eq(names), "{id}: headers not covered");
    // A header `Expires` is not the parameter of that name.
    for (name, value) in not_covered {
        let is_there = |(param, other): &(Vec<u8>, Vec<u8>)| {
            param.eq_ignore_ascii_case(name.as_bytes()) && *other == value.as_bytes()
        };
        assert!(!params.iter().any(is_there), "{id}: {name} is in the URL");
    }
}
#[test]
fn header_signatures_match_botocore() {
    for case in cases(&["header-v2"], 13) {
        let (service, keys) = (service(&case), (&case.credentials(), case.secret()));
        let signed = sign(&given_request(&case, &service), keys, case.now());
        let Signed { result, steps } = signed.unwrap();
        case.assert_steps(&steps);
        // Five cases have a Date other than the signing time, which signing replaces.
        assert_eq!(
            header_set(result.headers()),
            case.expected.headers(),
            "{}: headers added",
            case.id
        );
    }
}

#[test]
fn presigned_urls_match_botocore() {
    let mut quirks = 0;
    for case in cases(&["presign-v2"], 30) {
        let service = service(&case);
        assert_presigned(&case, &given_request(&case, &service));

        if let Some(botocore) = &case.botocore {
            quirks += 1;
            assert_ne!(botocore.signature, case.expected.signature, "{}", case.id);
        }
    }
    assert_eq!(quirks, 9);
}

#[test]
fn query_api_calls_match_botocore() {
    for case in cases(&["query-v2"], 7) {
        let (id, given) = (&case.id, case.given());
        assert!(given.form.is_empty(), "{id}");
        let service = Service::query_api(SignatureMethod::HmacSha256);
        let params = given.params.iter();
        let request = params.fold(given_request(&case, &service), |request, (name, value)| {
            request.query(name, value)
        });
        let keys = (&case.credentials(), case.secret());
        let signed = sign(&request, keys, case.now()).unwrap();
        case.assert_steps(&signed.steps);
        let url = signed.result.url().unwrap();
        // A POST has its parameters in its body.
        let url = match signed.result.body() {
            Some(body) => format!("{url}?{body}"),
            None => url.to_owned(),
        };
        let expected = case.expected.params.as_ref().unwrap().iter();
        let mut expected: Vec<_> = expected
            .map(|(name, value)| (name.clone().into(), value.as_str().unwrap().into()))
            .collect();
        expected.sort();
        assert_eq!(query_set(&url), expected, "{id}");
        assert_eq!(path_and_query(&url).0, path_and_query(&given.url).0);
        assert_eq!(origin(&url), origin(&given.url), "{id}");
    }
}

fn addressing(case: &Case) -> Addressing {
    let client = case.client.as_ref().unwrap();
    let name = case.bucket_name().unwrap();
    // SigV2 doesn't sign the region, which is only part of AWS's hosts.
    let region = client.region_name.as_deref().unwrap();
    let builder = Bucket::builder(name, region).signature_version(SignatureVersion::V2);
    let style = client.addressing_style();
    let builder = match client.endpoint_url.as_deref() {
        Some(url) => {
            let is_ip = url.contains("127.0.0.1") || url.contains("[::1]");
            // One bucket is the `abc` of `https://ABC.Example.COM`.
            let is_in_host = url.to_lowercase().contains(&format!("://{name}."));
            if (is_ip || is_in_host) && style == AddressingStyle::Virtual {
                let rejected = builder.endpoint(url).addressing_style(style).build();
                return Addressing::Rejected(rejected.unwrap_err().kind());
            }
            // Encoded, because botocore encodes the path of an endpoint.
            builder.endpoint(url.replace('%', "%25"))
        }
        None if case.expected.url().contains(".s3.amazonaws.com/") => builder.global_endpoint(),
        None => builder,
    };
    Addressing::Same(Box::new(builder.addressing_style(style).build().unwrap()))
}

/// Returns the request of an operation that has its own method. botocore computes some of its
/// headers, so they are those that botocore's signer received.
fn named_operation<'a>(
    case: &'a Case,
    bucket: &'a Bucket,
    params: &Map<String, Value>,
) -> Option<Request<'a>> {
    let (request, _) = botocore::named_operation(case, bucket, params)?;
    Some(with_headers(request, &case.given().headers))
}

#[test]
fn presigned_urls_of_buckets_match_botocore() {
    let cases = cases(&["presign-v2"], 30);
    let counts = check_buckets(&cases, addressing, named_operation, assert_presigned);
    let expected = Counts {
        named: 18,
        other: 9,
        rejected: 3,
        without_bucket: 0,
        template_rows: 18,
    };
    assert_eq!(counts, expected);
}
