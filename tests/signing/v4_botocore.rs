//! What botocore signs with SigV4, signed here: first each request as botocore's signer was given
//! it, then the presigned ones again from bucket, key and parameters.
//!
//! Where the two differ, and why that is meant:
//! - The order of a URL's parameters. botocore puts its own last; ours are in canonical order. They are compared as sets.
//! - `ABC.Example.COM` and `:443` stand in botocore's URL, though both sign the host in lower case and without the
//!   default port. Our URLs have the host as it is signed; hosts are compared in that form.
//! - Header names. botocore writes `X-Amz-Date`, we write `x-amz-date`; names have no case.
//! - `x-amz-content-sha256` that the request has already. botocore sets it once more, we don't add it.
//!
//! And in the addressing of buckets:
//! - `auto` on AWS. botocore leaves the region out of the host; we do so only when asked for the global endpoint.
//! - `virtual` for a bucket with dots over https. botocore takes path style without a word; here `Virtual` is an order, and
//!   it is `Auto` that takes path style.
//! - `virtual` with an IP address. botocore takes path style; here it is an error.
//! - The path of an endpoint. botocore takes it as not yet encoded; here an endpoint is a URL, so its `%20` is a space.

use crate::support::botocore::{self, Client, Keys};
use crate::support::signing::{Signed, Steps, presign, sign};
use crate::support::{
    Pairs, header_set, http_date, origin, path_and_query, query_set, request_like, time,
    vector_lines, with_headers, without,
};
use presign::s3::Bucket;
use presign::v4::Service;
use presign::{AddressingStyle, Credentials, ErrorKind, Payload, PresignedUrl, Request, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::time::Duration;

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    service: Option<String>,
    credentials: Keys,
    timestamp: String,
    expires: Option<u64>,
    client: Option<Client>,
    operation: Option<String>,
    #[serde(default)]
    params: Option<Map<String, Value>>,
    request: Option<Given>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Given {
    method: String,
    url: String,
    #[serde(default)]
    headers: Pairs,
    body: Option<String>,
    body_sha256: Option<String>,
}

#[derive(Deserialize)]
struct Expected {
    url: Option<String>,
    headers: Option<Map<String, Value>>,
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    signature: Option<String>,
}

/// The cases of some kinds, which are so many.
fn cases(kinds: &[&str], count: usize) -> Vec<Case> {
    let mut cases: Vec<Case> = vector_lines("botocore-sample.jsonl");
    assert_eq!(cases.len(), 150);
    cases.retain(|case| kinds.contains(&case.kind.as_str()));
    assert_eq!(cases.len(), count);
    cases
}

impl Case {
    fn credentials(&self) -> Credentials {
        self.credentials.credentials()
    }

    fn region(&self) -> &str {
        self.region.as_deref().unwrap()
    }

    fn given(&self) -> &Given {
        self.request.as_ref().unwrap()
    }

    fn service(&self) -> Service {
        Service::new(self.region(), self.service.as_deref().unwrap()).unwrap()
    }

    fn given_request<'a>(&'a self, service: &'a Service) -> Request<'a> {
        let given = self.given();
        with_headers(service.request(&given.method, &given.url), &given.headers)
    }

    fn expires_in(&self) -> Duration {
        Duration::from_secs(self.expires.unwrap())
    }

    fn assert_presigned(&self, request: &Request<'_>) {
        let (keys, now) = (self.credentials(), time(&self.timestamp));
        let keys = (&keys, self.credentials.secret());
        let Signed { result, steps } = presign(request, keys, self.expires_in(), now).unwrap();
        self.assert_steps(&steps);
        self.assert_url(&result);
    }

    fn assert_steps(&self, steps: &Steps) {
        let Case { id, expected, .. } = self;
        for (what, ours, theirs) in [
            (
                "canonical request",
                &steps.canonical_request,
                &expected.canonical_request,
            ),
            (
                "string to sign",
                &steps.string_to_sign,
                &expected.string_to_sign,
            ),
            ("signature", &steps.signature, &expected.signature),
        ] {
            assert_eq!(Some(ours), theirs.as_ref(), "{id}: {what}");
        }
    }

    /// The URL but for the order of its parameters, and the headers that have to be sent with it.
    fn assert_url(&self, url: &PresignedUrl) {
        let (id, given) = (&self.id, self.given());
        let expected = self.expected.url.as_deref().unwrap();
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
}

#[test]
fn header_cases() {
    for case in cases(&["header-v4", "header-s3v4"], 33) {
        let (id, given) = (&case.id, case.given());
        let (service, keys) = (case.service(), case.credentials());
        let (keys, now) = ((&keys, case.credentials.secret()), time(&case.timestamp));
        // A body that is no text is known by its hash.
        let hash = Payload::from_hex(given.body_sha256.as_deref().unwrap()).unwrap();
        let payload = match &given.body {
            Some(body) => Payload::sha256_of(body),
            None => hash,
        };
        if given.body.is_some() {
            assert_eq!(payload, hash, "{id}: payload hash");
        }

        let request = case.given_request(&service).payload(payload);
        let Signed {
            result: signed,
            steps,
        } = sign(&request, keys, now).unwrap();
        case.assert_steps(&steps);
        let expected = case.expected.headers.as_ref().unwrap();
        let expected = expected
            .iter()
            .map(|(name, value)| (name, value.as_str().unwrap()));
        let expected = header_set(expected);
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
fn presigned_cases() {
    for case in cases(&["presign-v4"], 50) {
        let service = case.service();
        case.assert_presigned(&case.given_request(&service));
    }
}

/// The bucket of a case.
enum Addressing {
    Same(Box<Bucket>),
    /// botocore falls back to path style, and `Virtual` is refused.
    RefusedHere(ErrorKind),
    /// The request is not one to a bucket.
    NoBucket,
}

impl Case {
    fn bucket(&self) -> Addressing {
        let client = self.client.as_ref().unwrap();
        let Some(name) = self.params.as_ref().unwrap().get("Bucket") else {
            return Addressing::NoBucket;
        };
        let name = name.as_str().unwrap();
        assert_eq!(client.region_name.as_deref(), Some(self.region()));
        let builder = || Bucket::builder(name, self.region());
        let mut style = client.addressing_style();
        let builder = match client.endpoint_url.as_deref() {
            Some(url) if url.contains("127.0.0.1") && style == AddressingStyle::Virtual => {
                let refused = builder().endpoint(url).addressing_style(style).build();
                return Addressing::RefusedHere(refused.unwrap_err().kind());
            }
            // Encoded here, so that it means the same.
            Some(url) => builder().endpoint(url.replace('%', "%25")),
            None if style == AddressingStyle::Auto => builder().global_endpoint(),
            None => {
                if style == AddressingStyle::Virtual && name.contains('.') {
                    style = AddressingStyle::Auto;
                }
                builder()
            }
        };
        Addressing::Same(Box::new(builder.addressing_style(style).build().unwrap()))
    }

    /// The operations that have a method of their own, with the parameters of boto3 under the names
    /// of S3.
    fn own_request<'a>(&'a self, bucket: &'a Bucket) -> Option<Request<'a>> {
        self.own_request_with(bucket, self.params.as_ref().unwrap())
    }

    fn own_request_with<'a>(
        &'a self,
        bucket: &'a Bucket,
        params: &Map<String, Value>,
    ) -> Option<Request<'a>> {
        let name = self.operation.as_deref().unwrap();
        let (mut request, headers) = botocore::request(bucket, name, params)?;
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
                name => panic!("{}: a parameter {name}", self.id),
            };
        }
        Some(request)
    }

    /// Any other request: method, parameters and headers of botocore's request, on our bucket.
    fn other_request<'a>(&'a self, bucket: &'a Bucket) -> Request<'a> {
        let given = self.given();
        let key = self.params.as_ref().unwrap().get("Key");
        let like = (&*given.method, &*given.url, &given.headers);
        request_like(bucket, like, key.and_then(Value::as_str))
    }
}

#[test]
fn presigned_cases_from_bucket_and_key() {
    let (mut own, mut other, mut refused, mut no_bucket) = (0, 0, 0, 0);
    let mut by_template = 0;
    for case in cases(&["presign-v4"], 50) {
        let bucket = match case.bucket() {
            Addressing::Same(bucket) => *bucket,
            Addressing::RefusedHere(kind) => {
                assert_eq!(kind, ErrorKind::Endpoint, "{}", case.id);
                refused += 1;
                continue;
            }
            Addressing::NoBucket => {
                no_bucket += 1;
                continue;
            }
        };
        let request = match case.own_request(&bucket) {
            Some(request) => {
                own += 1;
                request
            }
            None => {
                other += 1;
                case.other_request(&bucket)
            }
        };
        case.assert_presigned(&request);

        // A template for many keys, of which this is one.
        let params = case.params.as_ref().unwrap();
        if let Some(key) = params.get("Key").and_then(Value::as_str) {
            let mut params = params.clone();
            params.shift_remove("Key");
            let open = case.own_request_with(&bucket, &params).unwrap_or_else(|| {
                let given = case.given();
                request_like(&bucket, (&given.method, &given.url, &given.headers), None)
            });
            let (keys, expiry) = (case.credentials(), case.expires_in());
            let now = time(&case.timestamp);
            let earlier = Timestamp::from_unix_seconds(now.unix_seconds() - 86_400);
            for prepared in [now, earlier] {
                let template = open.template(&keys, expiry, prepared).unwrap();
                case.assert_url(&template.presign(key, now).unwrap());
                for at in [now, earlier] {
                    let url = request.presign(&keys, expiry, at).unwrap();
                    let row = template.presign(key, at).unwrap();
                    assert_eq!(row.as_str(), url.as_str(), "{}", case.id);
                }
            }
            by_template += 1;
        }
    }
    assert_eq!(by_template, 35);
    assert_eq!((own, other, refused, no_bucket), (25, 22, 1, 2));
}

/// The four differences in addressing, each seen in a case of the sample.
#[test]
fn differences_in_addressing() {
    let cases = cases(&["presign-v4"], 50);
    let host = |bucket: &Bucket| origin(&bucket.get("k").url().unwrap());
    let find = |id: &str| {
        let case = cases.iter().find(|case| case.id == id).unwrap();
        let url = case.expected.url.as_deref().unwrap();
        let name = case.params.as_ref().unwrap()["Bucket"].as_str().unwrap();
        (url, Bucket::builder(name, case.region()))
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
    let refused = bucket.build().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Endpoint);
    assert!(refused.to_string().contains("path style"), "{refused}");

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
