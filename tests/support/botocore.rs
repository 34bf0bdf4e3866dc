//! Requests that botocore signed, from `botocore-sample.jsonl`, and their equivalents in this
//! crate.

use super::signing::Steps;
use super::{Pairs, credentials, header_set, http_date, request_like, time, vector_lines};
use presign::s3::Bucket;
use presign::{AddressingStyle, Credentials, ErrorKind, Request, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::time::Duration;

#[derive(Deserialize)]
pub struct Case {
    pub id: String,
    kind: String,
    pub region: Option<String>,
    pub service: Option<String>,
    credentials: Keys,
    timestamp: String,
    epoch: i64,
    expires: Option<u64>,
    pub client: Option<Client>,
    operation: Option<String>,
    params: Option<Map<String, Value>>,
    request: Option<Given>,
    pub expected: Expected,
    pub quirk: Option<String>,
    pub botocore: Option<Expected>,
}

#[derive(Deserialize)]
struct Keys {
    access_key: String,
    secret_key: String,
    token: Option<String>,
}

#[derive(Deserialize)]
pub struct Client {
    pub region_name: Option<String>,
    pub endpoint_url: Option<String>,
    addressing_style: Option<String>,
}

/// The request that botocore passes to its signer.
#[derive(Deserialize)]
pub struct Given {
    pub method: String,
    pub url: String,
    pub headers: Pairs,
    pub auth_path: Option<String>,
    #[serde(default)]
    pub params: Pairs,
    #[serde(default)]
    pub form: Pairs,
    pub body: Option<String>,
    pub body_sha256: Option<String>,
}

#[derive(Deserialize)]
pub struct Expected {
    url: Option<String>,
    headers: Option<Map<String, Value>>,
    pub params: Option<Map<String, Value>>,
    canonical_request: Option<String>,
    pub string_to_sign: Option<String>,
    pub signature: Option<String>,
}

/// Returns the cases of some kinds, and checks their number.
pub fn cases(kinds: &[&str], count: usize) -> Vec<Case> {
    let mut cases: Vec<Case> = vector_lines("botocore-sample.jsonl");
    assert_eq!(cases.len(), 150);
    cases.retain(|case| kinds.contains(&case.kind.as_str()));
    assert_eq!(cases.len(), count);
    for case in &cases {
        assert_eq!(case.now().unix_seconds(), case.epoch, "{}", case.id);
    }
    cases
}

impl Case {
    pub fn credentials(&self) -> Credentials {
        self.credentials_with_secret(self.secret())
    }

    pub fn credentials_with_secret(&self, secret: &str) -> Credentials {
        let Keys {
            access_key, token, ..
        } = &self.credentials;
        credentials(access_key, secret, token.as_deref())
    }

    pub fn secret(&self) -> &str {
        &self.credentials.secret_key
    }

    pub fn now(&self) -> Timestamp {
        time(&self.timestamp)
    }

    pub fn expires_in(&self) -> Duration {
        Duration::from_secs(self.expires.unwrap())
    }

    pub fn expires_at(&self) -> Timestamp {
        self.now().saturating_add(self.expires_in())
    }

    pub fn given(&self) -> &Given {
        self.request.as_ref().unwrap()
    }

    /// Returns the parameter `Bucket` of the operation.
    pub fn bucket_name(&self) -> Option<&str> {
        self.params.as_ref().unwrap().get("Bucket")?.as_str()
    }

    pub fn assert_steps(&self, steps: &Steps) {
        let Case { id, expected, .. } = self;
        for (name, ours, theirs) in [
            (
                "canonical request",
                &steps.canonical_request,
                expected.canonical_request.as_deref().or(Some("")),
            ),
            (
                "string to sign",
                &steps.string_to_sign,
                expected.string_to_sign.as_deref(),
            ),
            ("signature", &steps.signature, expected.signature.as_deref()),
        ] {
            assert_eq!(Some(ours.as_str()), theirs, "{id}: {name}");
        }
    }

    /// Returns the request of the case for a bucket, without its key for a template, and whether it
    /// is one of the operations that `named` makes. Any other request has the method, parameters
    /// and headers of botocore's request.
    fn bucket_request<'a>(
        &'a self,
        bucket: &'a Bucket,
        has_key: bool,
        named: NamedOperation,
    ) -> (Request<'a>, bool) {
        let mut params = self.params.clone().unwrap();
        if !has_key {
            params.shift_remove("Key");
        }
        if let Some(request) = named(self, bucket, &params) {
            return (request, true);
        }
        let Given {
            method,
            url,
            headers,
            ..
        } = self.given();
        let key = self.key().filter(|_| has_key);
        (request_like(bucket, (method, url, headers), key), false)
    }

    fn key(&self) -> Option<&str> {
        self.params.as_ref().unwrap().get("Key")?.as_str()
    }
}

impl Client {
    pub fn addressing_style(&self) -> AddressingStyle {
        match self.addressing_style.as_deref() {
            Some("auto") => AddressingStyle::Auto,
            Some("virtual") => AddressingStyle::Virtual,
            Some("path") => AddressingStyle::Path,
            style => panic!("the addressing style {style:?}"),
        }
    }
}

impl Expected {
    pub fn url(&self) -> &str {
        self.url.as_deref().unwrap()
    }

    /// Returns the headers that botocore adds to a signed request.
    pub fn headers(&self) -> Pairs {
        let headers = self.headers.as_ref().unwrap().iter();
        header_set(headers.map(|(name, value)| (name, value.as_str().unwrap())))
    }
}

/// Makes the request of an operation that has its own method in this crate.
pub type NamedOperation =
    for<'a> fn(&'a Case, &'a Bucket, &Map<String, Value>) -> Option<Request<'a>>;

/// The bucket of a case.
pub enum Addressing {
    Same(Box<Bucket>),
    /// botocore falls back to path style, and this crate rejects the addressing style.
    Rejected(ErrorKind),
    /// The request is not for a bucket.
    NoBucket,
}

/// The numbers of requests in [`check_buckets`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub named: usize,
    pub other: usize,
    pub rejected: usize,
    pub without_bucket: usize,
    pub template_rows: usize,
}

/// Presigns each case for its bucket, as a single request, which `check` compares with the case,
/// and as a row of a template.
pub fn check_buckets(
    cases: &[Case],
    addressing: fn(&Case) -> Addressing,
    named: NamedOperation,
    check: fn(&Case, &Request<'_>),
) -> Counts {
    let mut counts = Counts::default();
    for case in cases {
        let bucket = match addressing(case) {
            Addressing::Same(bucket) => bucket,
            Addressing::Rejected(kind) => {
                assert_eq!(kind, ErrorKind::Endpoint, "{}", case.id);
                counts.rejected += 1;
                continue;
            }
            Addressing::NoBucket => {
                counts.without_bucket += 1;
                continue;
            }
        };
        let (request, is_named) = case.bucket_request(&bucket, true, named);
        if is_named {
            counts.named += 1;
        } else {
            counts.other += 1;
        }
        check(case, &request);

        let Some(key) = case.key() else {
            continue;
        };
        let (for_template, _) = case.bucket_request(&bucket, false, named);
        let (keys, expiry, now) = (case.credentials(), case.expires_in(), case.now());
        let earlier = Timestamp::from_unix_seconds(now.unix_seconds() - 86_400);
        for prepared in [now, earlier] {
            let template = for_template.template(&keys, expiry, prepared).unwrap();
            for at in [now, earlier] {
                let url = request.presign(&keys, expiry, at).unwrap();
                let row = template.presign(key, at).unwrap();
                assert_eq!(row.as_str(), url.as_str(), "{}", case.id);
            }
        }
        counts.template_rows += 1;
    }
    counts
}

/// Returns the request of an operation that has its own method, with boto3's query parameters under
/// their names in S3, and the remaining parameters, which are headers.
pub fn named_operation<'a>(
    case: &Case,
    bucket: &'a Bucket,
    params: &Map<String, Value>,
) -> Option<(Request<'a>, Map<String, Value>)> {
    let name = case.operation.as_deref().unwrap();
    let mut params = params.clone();
    params.shift_remove("Bucket");
    let key = params.shift_remove("Key").as_ref().map(text);
    let list = |request: Request<'a>| request.query("encoding-type", "url");
    let mut request = match (name, key) {
        ("get_object", Some(key)) => bucket.get(key),
        ("put_object", Some(key)) => bucket.put(key),
        ("head_object", Some(key)) => bucket.head(key),
        ("delete_object", Some(key)) => bucket.delete(key),
        // A template has no key.
        ("get_object", None) => bucket.request("GET"),
        ("put_object", None) => bucket.request("PUT"),
        ("head_object", None) => bucket.head_bucket(),
        ("delete_object", None) => bucket.request("DELETE"),
        ("list_objects", _) => list(bucket.request("GET")),
        ("list_objects_v2", _) => list(bucket.list_objects_v2()),
        ("list_object_versions", _) => list(bucket.request("GET").query_flag("versions")),
        _ => return None,
    };
    let mut left = Map::new();
    for (name, value) in params {
        let text = text(&value);
        request = match name.as_str() {
            "VersionId" => request.version(text),
            "PartNumber" => request.query("partNumber", text),
            "ResponseContentType" => request.response_content_type(text),
            "ResponseContentDisposition" => request.response_content_disposition(text),
            "ResponseContentEncoding" => request.response_content_encoding(text),
            "ResponseContentLanguage" => request.response_content_language(text),
            "ResponseCacheControl" => request.response_cache_control(text),
            "ResponseExpires" => request.response_expires(http_date(&text)),
            "Prefix" => request.query("prefix", text),
            "Delimiter" => request.query("delimiter", text),
            "MaxKeys" => request.query("max-keys", text),
            "StartAfter" => request.query("start-after", text),
            "FetchOwner" => request.query("fetch-owner", text),
            "ContinuationToken" => request.query("continuation-token", text),
            "KeyMarker" => request.query("key-marker", text),
            "VersionIdMarker" => request.query("version-id-marker", text),
            // botocore adds it to every list, and so does `list` above.
            "EncodingType" => request,
            _ => {
                left.insert(name, value);
                continue;
            }
        };
    }
    Some((request, left))
}

/// Returns a parameter as it is sent.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
