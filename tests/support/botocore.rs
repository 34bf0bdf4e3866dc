//! What the records of botocore's calls have in common under both generations.

use super::{credentials, http_date};
use presign::Credentials;
use presign::s3::{AddressingStyle, Bucket, Operation};
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

/// An operation that has a method of its own here, with boto3's parameters for the query under the names of S3;
/// and those that are left, of which the headers are made.
pub fn operation<'a>(
    bucket: &'a Bucket,
    name: &str,
    params: &Map<String, Value>,
) -> Option<(Operation<'a>, Map<String, Value>)> {
    let mut params = params.clone();
    params.remove("Bucket");
    let key = params.remove("Key").as_ref().map(text).unwrap_or_default();
    let list = || bucket.operation("GET").query("encoding-type", "url");
    let mut operation = match name {
        "get_object" => bucket.get(key),
        "put_object" => bucket.put(key),
        "head_object" => bucket.head(key),
        "delete_object" => bucket.delete(key),
        "list_objects" => list(),
        "list_objects_v2" => list().query("list-type", "2"),
        "list_object_versions" => list().sub_resource("versions"),
        _ => return None,
    };
    let mut left = Map::new();
    for (name, value) in params {
        let text = text(&value);
        operation = match name.as_str() {
            "VersionId" => operation.version_id(text),
            "PartNumber" => operation.part_number(text.parse().unwrap()),
            "ResponseContentType" => operation.response_content_type(text),
            "ResponseContentDisposition" => operation.response_content_disposition(text),
            "ResponseContentEncoding" => operation.response_content_encoding(text),
            "ResponseContentLanguage" => operation.response_content_language(text),
            "ResponseCacheControl" => operation.response_cache_control(text),
            "ResponseExpires" => operation.response_expires(http_date(&text)),
            "Prefix" => operation.query("prefix", text),
            "Delimiter" => operation.query("delimiter", text),
            "MaxKeys" => operation.query("max-keys", text),
            "StartAfter" => operation.query("start-after", text),
            "FetchOwner" => operation.query("fetch-owner", text),
            "ContinuationToken" => operation.query("continuation-token", text),
            "KeyMarker" => operation.query("key-marker", text),
            "VersionIdMarker" => operation.query("version-id-marker", text),
            // What botocore adds to a list by itself, and we have given above.
            "EncodingType" => operation,
            _ => {
                left.insert(name, value);
                continue;
            }
        };
    }
    Some((operation, left))
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
