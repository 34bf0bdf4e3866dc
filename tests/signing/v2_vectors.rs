//! Published SigV2 vectors: header signatures and presigned URLs of S3, and calls of query APIs.

use crate::support::signing::{authorization, presign, sign};
use crate::support::{
    Pairs, credentials, header_set, origin, path_and_query, percent_decode, query_set, vectors,
    with_headers,
};
use presign::s3::Bucket;
use presign::v2::{Service, SignatureMethod};
use presign::{Credentials, Expiry, Request, SignatureVersion, Timestamp};
use serde::Deserialize;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

#[derive(Deserialize)]
struct Case {
    name: String,
    form: String,
    access_key_id: String,
    secret_access_key: String,
    method: String,
    request_target: String,
    host: String,
    headers: Pairs,
    virtual_host_bucket: Option<String>,
    expires: Option<i64>,
    expected: Expected,
    published_signature: String,
    published_signature_agrees: bool,
}

#[derive(Deserialize)]
struct Expected {
    string_to_sign: String,
    signature: String,
    authorization: Option<String>,
    signed_url: Option<String>,
}

impl Case {
    fn keys(&self) -> Credentials {
        credentials(&self.access_key_id, &self.secret_access_key, None)
    }

    fn service(&self) -> Service {
        service(self.virtual_host_bucket.as_deref())
    }

    fn url(&self) -> String {
        format!("https://{}{}", self.host, self.request_target)
    }

    fn request<'a>(&'a self, service: &'a Service) -> Request<'a> {
        with_headers(service.request(&self.method, self.url()), &self.headers)
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// Returns the time at which the request is signed.
    fn now(&self) -> Timestamp {
        let date = self.header("x-amz-date").or_else(|| self.header("date"));
        let moment = OffsetDateTime::parse(date.unwrap(), &Rfc2822).unwrap();
        Timestamp::from_unix_seconds(moment.unix_timestamp())
    }
}

/// Returns the service S3, with a bucket if the host names it.
fn service(bucket: Option<&str>) -> Service {
    match bucket {
        Some(bucket) => Service::s3().bucket(bucket),
        None => Service::s3(),
    }
}

fn cases(form: &str, count: usize) -> Vec<Case> {
    let mut cases: Vec<Case> = vectors("s3-sigv2.json");
    assert_eq!(cases.len(), 32);
    cases.retain(|case| case.form == form);
    assert_eq!(cases.len(), count);
    cases
}

#[test]
fn header_signatures_match() {
    for case in cases("header", 25) {
        let Case { name, expected, .. } = &case;
        let (service, keys, now) = (case.service(), case.keys(), case.now());
        let keys = (&keys, &*case.secret_access_key);
        let signed = sign(&case.request(&service), keys, now).unwrap();
        let (signed, steps) = (signed.result, signed.steps);
        assert_eq!(signed.url(), None, "{name}");
        assert_eq!(steps.canonical_request, "", "{name}");
        assert_eq!(steps.string_to_sign, expected.string_to_sign, "{name}");
        assert_eq!(steps.signature, expected.signature, "{name}");

        // The request has a Date of the form `+0000`, which signing keeps.
        let expected = expected.authorization.as_deref().unwrap();
        assert_eq!(authorization(&signed), expected, "{name}");
        let added: Vec<_> = signed.headers().collect();
        assert_eq!(added, [("Authorization", expected)], "{name}");
    }
}

#[test]
fn presigned_urls_match() {
    for case in cases("query", 7) {
        let Case { name, expected, .. } = &case;
        let (service, keys) = (case.service(), case.keys());
        let (request, keys) = (case.request(&service), (&keys, &*case.secret_access_key));
        let expiration = Timestamp::from_unix_seconds(case.expires.unwrap());
        let start = Timestamp::from_unix_seconds(expiration.unix_seconds() - 900);
        let signed = presign(&request, keys, Expiry::at(expiration), start).unwrap();
        let (url, steps) = (signed.result, signed.steps);
        assert_eq!(steps.string_to_sign, expected.string_to_sign, "{name}");
        assert_eq!(steps.signature, expected.signature, "{name}");

        let expected = expected.signed_url.as_deref().unwrap();
        assert_eq!(origin(url.as_str()), origin(expected), "{name}");
        assert_eq!(
            path_and_query(url.as_str()).0,
            path_and_query(expected).0,
            "{name}"
        );
        assert_eq!(query_set(url.as_str()), query_set(expected), "{name}");

        assert_eq!(url.method(), case.method, "{name}");
        assert_eq!(url.expires_at(), expiration, "{name}");
        // One case has a header `x-amz-acl`, which its source sends.
        let to_send = header_set(url.headers());
        assert_eq!(to_send, header_set(case.headers.clone()), "{name}");
        assert_eq!(url.not_covered().count(), 0, "{name}");

        let by_duration = request.presign(keys.0, Duration::from_secs(900), start);
        assert_eq!(by_duration.unwrap().as_str(), url.as_str(), "{name}");
    }
}

/// A row of a template for the bucket is the same URL.
#[test]
fn template_rows_match() {
    for case in cases("query", 7) {
        let Case { name, expected, .. } = &case;
        let bucket = Bucket::builder(case.virtual_host_bucket.as_deref().unwrap(), "us-west-1");
        let bucket = bucket.signature_version(SignatureVersion::V2);
        let bucket = if case.host.ends_with(".us-west-1.amazonaws.com") {
            bucket
        } else {
            bucket.global_endpoint()
        };
        let bucket = bucket.build().unwrap();
        let request = with_headers(bucket.request(&case.method), &case.headers);
        let key = percent_decode(case.request_target.strip_prefix('/').unwrap());
        let key = str::from_utf8(&key).unwrap();

        let keys = case.keys();
        let (expiration, expiry) = (case.expires.unwrap(), Duration::from_secs(900));
        let at = |before: i64| Timestamp::from_unix_seconds(expiration - 900 - before);
        let template = request.template(&keys, expiry, at(0)).unwrap();
        let link = template.presign(key, at(0)).unwrap();
        let link = link.as_str();
        let url = expected.signed_url.as_deref().unwrap();
        assert_eq!(origin(link), origin(url), "{name}");
        assert_eq!(path_and_query(link).0, path_and_query(url).0, "{name}");
        assert_eq!(query_set(link), query_set(url), "{name}");
        let expires_at = template.expires_at(at(0)).unwrap();
        assert_eq!(expires_at.unix_seconds(), expiration, "{name}");

        // One template is prepared for another time and signs for this one; its twin signs for
        // another time.
        let template = request.template(&keys, expiry, at(1)).unwrap();
        assert_eq!(
            template.presign(key, at(0)).unwrap().as_str(),
            link,
            "{name}"
        );
        assert_ne!(
            template.presign(key, at(1)).unwrap().as_str(),
            link,
            "{name}"
        );
    }
}

/// Three of the pages print a signature of something other than what they describe.
#[test]
fn three_published_signatures_differ_from_their_requests() {
    let mut all = cases("header", 25);
    all.extend(cases("query", 7));
    let mut disagree = 0;
    for case in &all {
        let published = case.published_signature.as_str();
        if case.published_signature_agrees {
            assert_eq!(published, case.expected.signature, "{}", case.name);
            continue;
        }
        disagree += 1;
        let keys = (&case.keys(), &*case.secret_access_key);
        let signature = match case.name.as_str() {
            // The page shows the value of x-amz-date on the Date line, and no line for the header.
            "2017/delete-path-style-x-amz-date" | "2021/delete-path-style-x-amz-date" => {
                let date = case.header("x-amz-date").unwrap();
                let service = case.service();
                let request = service.request(&case.method, case.url());
                let request = request.header("Date", date);
                sign(&request, keys, case.now()).unwrap().steps.signature
            }
            // The page copied the signature from an edition with another bucket.
            "2021/query-string-auth" => {
                let expiration = Timestamp::from_unix_seconds(case.expires.unwrap());
                let service = service(Some("johnsmith"));
                let request = case.request(&service);
                let now = Timestamp::from_unix_seconds(expiration.unix_seconds() - 1);
                let signed = presign(&request, keys, Expiry::at(expiration), now);
                signed.unwrap().steps.signature
            }
            name => panic!("{name}"),
        };
        assert_eq!(signature, published, "{}", case.name);
    }
    assert_eq!(disagree, 3);
}

#[derive(Deserialize)]
struct QueryCase {
    name: String,
    access_key_id: String,
    secret_access_key: String,
    method: String,
    host: String,
    path: String,
    params: Pairs,
    signature_method: String,
    expected: QueryExpected,
}

#[derive(Deserialize)]
struct QueryExpected {
    string_to_sign: String,
    signature: String,
    signed_query: String,
}

/// Signing keeps the `Timestamp` among the parameters of these cases, two of them without `Z`.
#[test]
fn query_api_calls_match() {
    let cases: Vec<QueryCase> = vectors("sigv2-query.json");
    assert_eq!(cases.len(), 4);
    for case in &cases {
        let QueryCase { name, expected, .. } = case;
        let keys = credentials(&case.access_key_id, &case.secret_access_key, None);
        assert_eq!(case.signature_method, "HmacSHA256", "{name}");
        let keys = (&keys, &*case.secret_access_key);
        let service = Service::query_api(SignatureMethod::HmacSha256);
        let timestamp = case.params.iter().find(|(name, _)| name == "Timestamp");
        let timestamp = format!("{}Z", timestamp.unwrap().1.trim_end_matches('Z'));
        let now = OffsetDateTime::parse(&timestamp, &Rfc3339).unwrap();
        let now = Timestamp::from_unix_seconds(now.unix_timestamp());
        let address = format!("https://{}{}", case.host, case.path);
        let params = case.params.iter();
        let request = params.fold(
            service.request(&case.method, &*address),
            |request, (name, value)| request.query(name, value),
        );

        let signed = sign(&request, keys, now).unwrap();
        let (signed, steps) = (signed.result, signed.steps);
        assert_eq!(steps.string_to_sign, expected.string_to_sign, "{name}");
        assert_eq!(steps.signature, expected.signature, "{name}");
        let signed_url = format!("{address}?{}", expected.signed_query);
        if case.method == "POST" {
            assert_eq!(signed.url(), Some(&*address), "{name}");
            assert_eq!(signed.body(), Some(&*expected.signed_query), "{name}");
            let params = case.params.iter().rev();
            let reversed = params.fold(
                service.request(&case.method, &*address),
                |request, (name, value)| request.query(name, value),
            );
            let signed = sign(&reversed, keys, now).unwrap().result;
            assert_eq!(signed.body(), Some(&*expected.signed_query), "{name}");
            continue;
        }
        assert_eq!(signed.url(), Some(&*signed_url), "{name}");
        assert_eq!(signed.body(), None, "{name}");

        // Passes the same parameters in another order and percent-encoded.
        let (front, _) = expected.signed_query.split_once("&Signature=").unwrap();
        let given = front.split('&').filter(|param| {
            !["AWSAccessKeyId", "SignatureMethod", "SignatureVersion"]
                .iter()
                .any(|name| param.starts_with(name))
        });
        let given: Vec<_> = given.collect();
        let reversed: Vec<_> = given.iter().rev().copied().collect();
        for params in [given, reversed] {
            let wire = service.request(&case.method, format!("{address}?{}", params.join("&")));
            let signed = sign(&wire, keys, now).unwrap().result;
            assert_eq!(signed.url(), Some(&*signed_url), "{name}");
        }
    }
}
