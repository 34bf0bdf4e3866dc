//! What botocore signs with SigV2, signed here: each request as botocore's signer was given it, and
//! the presigned ones again from bucket, key and parameters.
//!
//! Where the two differ, and why that is meant:
//! - The order of a URL's parameters says nothing. They are compared as sets.
//! - `ABC.Example.COM` and `:80` stand in botocore's URL. Our URLs have the host in lower case and without the
//!   default port; hosts are compared in that form.
//! - botocore signs another path than it sends for a bucket alone in path style and for an endpoint with a base
//!   path. The path as it is sent is what the servers see, and what the sample expects.
//! - botocore moves the signed headers into the query, where Swift and Ceph don't read them. Ours are headers to
//!   send, with the same string to sign. Only the session token is a parameter.
//! - botocore says nothing of the headers that its signature leaves out. `not_covered` names them.
//! - botocore signs an empty value of a sub-resource with its `=`. MinIO, Ceph and s3s don't; the sample has
//!   no such case.
//!
//! And in the addressing of buckets, what tests/signing/v4_botocore.rs lists: here `Virtual` with
//! an IP address is an error, `auto` on AWS is regional, and an endpoint is a URL whose path is
//! encoded already.

use crate::support::botocore::{self, Client, Keys};
use crate::support::signing::{Signed, Steps, presign, sign};
use crate::support::{
    Pairs, header_set, origin, path_and_query, query_set, request_like, time, vector_lines,
    with_headers,
};
use presign::s3::Bucket;
use presign::v2::{Service, SignatureMethod};
use presign::{
    AddressingStyle, Credentials, ErrorKind, Expiry, PresignedUrl, Request, SignatureVersion,
    Timestamp,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    credentials: Keys,
    timestamp: String,
    epoch: i64,
    expires: Option<u64>,
    client: Option<Client>,
    operation: Option<String>,
    #[serde(default)]
    params: Option<Map<String, Value>>,
    request: Option<Given>,
    expected: Expected,
    quirk: Option<String>,
    botocore: Option<Expected>,
}

#[derive(Deserialize)]
struct Given {
    method: String,
    url: String,
    #[serde(default)]
    headers: Pairs,
    auth_path: Option<String>,
    #[serde(default)]
    params: Pairs,
    #[serde(default)]
    form: Pairs,
}

#[derive(Deserialize)]
struct Expected {
    url: Option<String>,
    headers: Option<Map<String, Value>>,
    params: Option<Map<String, Value>>,
    string_to_sign: Option<String>,
    signature: Option<String>,
}

/// The cases of one kind, which are so many.
fn cases(kind: &str, count: usize) -> Vec<Case> {
    let mut cases: Vec<Case> = vector_lines("botocore-sample.jsonl");
    assert_eq!(cases.len(), 150);
    cases.retain(|case| case.kind == kind);
    assert_eq!(cases.len(), count);
    for case in &cases {
        assert_eq!(case.now().unix_seconds(), case.epoch, "{}", case.id);
    }
    cases
}

fn texts(map: &Map<String, Value>) -> Pairs {
    map.iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn is_amz(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("x-amz-")
}

fn is_content(name: &str) -> bool {
    ["content-type", "content-md5"].contains(&name.to_ascii_lowercase().as_str())
}

impl Case {
    fn credentials(&self) -> Credentials {
        self.credentials.credentials()
    }

    fn now(&self) -> Timestamp {
        time(&self.timestamp)
    }

    fn expires_in(&self) -> Duration {
        Duration::from_secs(self.expires.unwrap())
    }

    fn ends(&self) -> Timestamp {
        let seconds = i64::try_from(self.expires.unwrap()).unwrap();
        Timestamp::from_unix_seconds(self.epoch + seconds)
    }

    fn given(&self) -> &Given {
        self.request.as_ref().unwrap()
    }

    fn given_request<'a>(&'a self, service: &'a Service) -> Request<'a> {
        let given = self.given();
        with_headers(service.request(&given.method, &given.url), &given.headers)
    }

    /// The bucket that the host names: what `auth_path` has before the path.
    fn bucket_in_host(&self) -> Option<&str> {
        let given = self.given();
        let signed = given.auth_path.as_deref().unwrap();
        let (path, _) = path_and_query(&given.url);
        // In path style it is as the URL has it, but for what botocore does otherwise.
        if self.quirk.is_some() || signed == path {
            return None;
        }
        let bucket = signed.strip_prefix('/').unwrap();
        let bucket = bucket.strip_suffix(path).unwrap();
        let host = given.url.split_once("://").unwrap().1;
        assert!(host.starts_with(&format!("{bucket}.")), "{}", self.id);
        Some(bucket)
    }

    fn service(&self) -> Service {
        match self.bucket_in_host() {
            Some(bucket) => Service::s3().bucket(bucket),
            None => Service::s3(),
        }
    }

    /// By the duration, and by the moment at which it expires.
    fn assert_presigned(&self, request: &Request<'_>) {
        let (keys, secret) = (self.credentials(), self.credentials.secret());
        for expiry in [Expiry::from(self.expires_in()), Expiry::at(self.ends())] {
            let signed = presign(request, (&keys, secret), expiry, self.now()).unwrap();
            self.assert_steps(&signed.steps);
            self.assert_url(&signed.result);
        }
    }

    fn assert_steps(&self, steps: &Steps) {
        let Case { id, expected, .. } = self;
        let string_to_sign = expected.string_to_sign.as_deref();
        assert_eq!(Some(steps.string_to_sign.as_str()), string_to_sign, "{id}");
        let signature = expected.signature.as_deref();
        assert_eq!(Some(steps.signature.as_str()), signature, "{id}");
        assert_eq!(steps.canonical_request, "", "{id}");
    }

    fn assert_url(&self, url: &PresignedUrl) {
        let (id, given) = (&self.id, self.given());
        let expected = self.expected.url.as_deref().unwrap();
        assert_eq!(url.method(), given.method, "{id}: method");
        assert_eq!(url.expires_at(), self.ends(), "{id}: end");
        assert_eq!(origin(url.as_str()), origin(expected), "{id}: host");
        assert_eq!(
            path_and_query(url.as_str()).0,
            path_and_query(expected).0,
            "{id}: path"
        );

        // Every header that was given is to be sent, or named as not covered.
        let of = |chosen: fn(&str) -> bool| -> Pairs {
            let headers = given.headers.iter().filter(|(name, _)| chosen(name));
            headers.cloned().collect()
        };
        let params = query_set(url.as_str());
        let to_send = header_set(of(|name| is_amz(name) || is_content(name)));
        assert_eq!(header_set(url.headers()), to_send, "{id}: headers to send");
        // Together they are the parameters of botocore's URL.
        let as_params = to_send.into_iter();
        let as_params = as_params.map(|(name, value)| (name.into_bytes(), value.into_bytes()));
        let mut all: Vec<_> = params.iter().cloned().chain(as_params).collect();
        all.sort();
        assert_eq!(all, query_set(expected), "{id}: parameters");
        let rest = of(|name| !is_amz(name) && !is_content(name));
        let names = rest.iter().map(|(name, _)| name.as_str());
        let not_covered: Vec<_> = url.not_covered().collect();
        assert_eq!(
            not_covered,
            names.collect::<Vec<_>>(),
            "{id}: headers not covered"
        );
        // A header `Expires` is not the parameter of that name.
        for (name, value) in rest {
            let is_there = |(param, other): &(Vec<u8>, Vec<u8>)| {
                param.eq_ignore_ascii_case(name.as_bytes()) && *other == value.as_bytes()
            };
            assert!(!params.iter().any(is_there), "{id}: {name} is in the URL");
        }
    }
}

#[test]
fn header_cases() {
    for case in cases("header-v2", 13) {
        let (service, keys) = (case.service(), case.credentials());
        let keys = (&keys, case.credentials.secret());
        let signed = sign(&case.given_request(&service), keys, case.now());
        let Signed {
            result: signed,
            steps,
        } = signed.unwrap();
        case.assert_steps(&steps);
        // Five of them have a Date that is not the signing time: ours replaces it.
        let expected = texts(case.expected.headers.as_ref().unwrap());
        assert_eq!(
            header_set(signed.headers()),
            header_set(expected),
            "{}: headers added",
            case.id
        );
    }
}

#[test]
fn presigned_cases() {
    let mut quirks = 0;
    for case in cases("presign-v2", 30) {
        let service = case.service();
        case.assert_presigned(&case.given_request(&service));

        if let Some(botocore) = &case.botocore {
            quirks += 1;
            assert_ne!(botocore.signature, case.expected.signature, "{}", case.id);
        }
    }
    assert_eq!(quirks, 9);
}

impl Expected {
    fn url(&self) -> &str {
        self.url.as_deref().unwrap()
    }
}

#[test]
fn query_api_cases() {
    for case in cases("query-v2", 7) {
        let (id, given) = (&case.id, case.given());
        assert!(given.form.is_empty(), "{id}");
        let service = Service::query_api(SignatureMethod::HmacSha256);
        let params = given.params.iter();
        let request = params.fold(case.given_request(&service), |request, (name, value)| {
            request.query(name, value)
        });
        let (keys, secret) = (case.credentials(), case.credentials.secret());
        let signed = sign(&request, (&keys, secret), case.now()).unwrap();
        case.assert_steps(&signed.steps);
        let url = signed.result.url().unwrap();
        // The parameters of a POST are its body.
        let url = match signed.result.body() {
            Some(body) => format!("{url}?{body}"),
            None => url.to_owned(),
        };
        let expected = texts(case.expected.params.as_ref().unwrap());
        let mut expected: Vec<_> = expected
            .into_iter()
            .map(|(name, value)| (name.into_bytes(), value.into_bytes()))
            .collect();
        expected.sort();
        assert_eq!(query_set(&url), expected, "{id}");
        assert_eq!(path_and_query(&url).0, path_and_query(&given.url).0);
        assert_eq!(origin(&url), origin(&given.url), "{id}");
    }
}

/// How the bucket of a case is told here.
enum Addressing {
    Same(Box<Bucket>),
    /// With an IP address botocore falls back to path style, and `Virtual` is refused. So is an
    /// endpoint that names the bucket already.
    RefusedHere(ErrorKind),
}

impl Case {
    fn bucket(&self) -> Addressing {
        let client = self.client.as_ref().unwrap();
        let name = self.params.as_ref().unwrap()["Bucket"].as_str().unwrap();
        // SigV2 signs no region; it only makes AWS's own hosts.
        let region = client.region_name.as_deref().unwrap();
        let builder = || Bucket::builder(name, region).signature_version(SignatureVersion::V2);
        let style = client.addressing_style();
        let builder = match client.endpoint_url.as_deref() {
            Some(url) => {
                let is_ip = url.contains("127.0.0.1") || url.contains("[::1]");
                // One bucket is `abc` of `https://ABC.Example.COM`.
                let is_in_host = url.to_lowercase().contains(&format!("://{name}."));
                if (is_ip || is_in_host) && style == AddressingStyle::Virtual {
                    let refused = builder().endpoint(url).addressing_style(style).build();
                    return Addressing::RefusedHere(refused.unwrap_err().kind());
                }
                // Encoded here, so that it means the same.
                builder().endpoint(url.replace('%', "%25"))
            }
            None if self.expected.url().contains(".s3.amazonaws.com/") => {
                builder().global_endpoint()
            }
            None => builder(),
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
        // The headers, some of which botocore computes, are taken as it gave them to its signer.
        let (request, _) = botocore::request(bucket, name, params)?;
        Some(with_headers(request, &self.given().headers))
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
    let (mut own, mut other, mut refused, mut by_template) = (0, 0, 0, 0);
    for case in cases("presign-v2", 30) {
        let bucket = match case.bucket() {
            Addressing::Same(bucket) => bucket,
            Addressing::RefusedHere(kind) => {
                assert_eq!(kind, ErrorKind::Endpoint, "{}", case.id);
                refused += 1;
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
        let key = case.params.as_ref().unwrap().get("Key");
        if let Some(key) = key.and_then(Value::as_str) {
            let (keys, expiry, now) = (case.credentials(), case.expires_in(), case.now());
            let url = request.presign(&keys, expiry, now).unwrap();
            let earlier = Timestamp::from_unix_seconds(now.unix_seconds() - 1);
            let url_of =
                |template: &presign::Template, at| template.presign(key, at).unwrap().to_string();
            // Without the key, which each row gives.
            let mut params = case.params.clone().unwrap();
            params.shift_remove("Key");
            let request = case.own_request_with(&bucket, &params).unwrap_or_else(|| {
                let given = case.given();
                request_like(&bucket, (&given.method, &given.url, &given.headers), None)
            });
            let template = request.template(&keys, expiry, now).unwrap();
            assert_eq!(url_of(&template, now), url.as_str(), "{}", case.id);
            assert_ne!(url_of(&template, earlier), url.as_str(), "{}", case.id);
            let template = request.template(&keys, expiry, earlier).unwrap();
            assert_ne!(url_of(&template, earlier), url.as_str(), "{}", case.id);
            assert_eq!(url_of(&template, now), url.as_str(), "{}", case.id);
            by_template += 1;
        }
    }
    assert_eq!((own, other, refused, by_template), (18, 9, 3, 18));
}
