//! What the records of botocore's calls have in common under both generations.

use super::{credentials, http_date};
use presign::s3::Bucket;
use presign::{AddressingStyle, Credentials, Request};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub struct Keys {
    access_key: String,
    secret_key: String,
    token: Option<String>,
}

impl Keys {
    pub fn credentials(&self) -> Credentials {
        credentials(&self.access_key, &self.secret_key, self.token.as_deref())
    }

    pub fn secret(&self) -> &str {
        &self.secret_key
    }
}

#[derive(Deserialize)]
pub struct Client {
    pub region_name: Option<String>,
    pub endpoint_url: Option<String>,
    addressing_style: Option<String>,
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

/// A request that has a method of its own here, with boto3's parameters for the query under the
/// names of S3; and those that are left, of which the headers are made.
pub fn request<'a>(
    bucket: &'a Bucket,
    name: &str,
    params: &Map<String, Value>,
) -> Option<(Request<'a>, Map<String, Value>)> {
    let mut params = params.clone();
    params.shift_remove("Bucket");
    let key = params.shift_remove("Key").as_ref().map(text);
    let list = |request: Request<'a>| request.query("encoding-type", "url");
    let mut request = match (name, key) {
        ("get_object", Some(key)) => bucket.get(key),
        ("put_object", Some(key)) => bucket.put(key),
        ("head_object", Some(key)) => bucket.head(key),
        ("delete_object", Some(key)) => bucket.delete(key),
        // Without a key they are for a template.
        ("get_object", None) => bucket.request("GET"),
        ("put_object", None) => bucket.request("PUT"),
        ("head_object", None) => bucket.request("HEAD"),
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
            // What botocore adds to a list by itself, and we have given above.
            "EncodingType" => request,
            _ => {
                left.insert(name, value);
                continue;
            }
        };
    }
    Some((request, left))
}

/// A parameter as it is sent.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
