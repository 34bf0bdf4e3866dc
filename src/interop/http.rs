//! The request type of the crate `http`, which hyper, reqwest, axum and tower share.

use crate::error::{Error, Quoted, error};
use crate::request::{PresignedUrl, Request, SignedRequest};
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::header::write_unfolded;
use crate::wire::request_parts::RequestParts;
use crate::wire::url::without_secrets;
use alloc::vec::Vec;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Uri};

impl Request<'_> {
    /// Returns the request with its method, URL and all its headers, not signed yet.
    ///
    /// [`SignedRequest::apply_to`] signs it.
    ///
    /// ```
    /// use presign::{Credentials, Payload, s3::Bucket};
    /// use std::time::SystemTime;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let body = "Welcome to Amazon S3.";
    /// let put = bucket
    ///     .put("a.txt")
    ///     .header("Content-Type", "text/plain")
    ///     .payload(Payload::sha256_of(body));
    ///
    /// let mut request = put.to_http(body)?;
    /// put.sign(&credentials, SystemTime::now())?.apply_to(&mut request)?;
    /// assert_eq!(request.headers()["content-type"], "text/plain");
    /// assert!(request.headers()["authorization"].is_sensitive());
    /// # Ok::<(), presign::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns the errors of [`url`](Request::url), and [`ErrorKind::Url`](crate::ErrorKind::Url)
    /// if the crate `http` rejects the URL, such as one of more than 65,534 bytes, and
    /// [`ErrorKind::Header`](crate::ErrorKind::Header) if there are more headers than a `HeaderMap`
    /// can contain, 24,576.
    pub fn to_http<B>(&self, body: B) -> Result<http::Request<B>, Error> {
        let parts = self.parts()?;
        new_request(parts.method, &self.url()?, sendable_headers(&parts)?, body)
    }
}

impl PresignedUrl {
    /// Returns the request that the URL is for, with the headers that have to be sent.
    ///
    /// ```
    /// use presign::{Credentials, s3::Bucket};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let upload = bucket
    ///     .put("a.txt")
    ///     .header("Content-Type", "text/plain")
    ///     .presign(&credentials, Duration::from_secs(60), SystemTime::now())?;
    ///
    /// let request: http::Request<&str> = upload.to_http("Welcome to Amazon S3.")?;
    /// assert_eq!(request.method(), "PUT");
    /// assert_eq!(request.uri(), upload.as_str());
    /// assert_eq!(request.headers()["content-type"], "text/plain");
    /// # Ok::<(), presign::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) if the crate `http` rejects the URL, such as one
    /// of more than 65,534 bytes, and [`ErrorKind::Header`](crate::ErrorKind::Header) if there are
    /// more headers than a `HeaderMap` can contain, 24,576.
    pub fn to_http<B>(&self, body: B) -> Result<http::Request<B>, Error> {
        let headers = self
            .headers()
            .map(|(name, value)| header(name, value.as_bytes()))
            .collect::<Result<_, _>>()?;
        new_request(self.method(), self.as_str(), headers, body)
    }
}

impl SignedRequest {
    /// Adds the signature to a request: [`headers`](SignedRequest::headers), which replace those of
    /// the same names, and the [`url`](SignedRequest::url) of a query API's call.
    ///
    /// The values of `Authorization` and of a session token are set as sensitive. The body doesn't
    /// change: for a POST to a query API, set it to [`body`](SignedRequest::body).
    ///
    /// ```
    /// use presign::{Credentials, Payload, v4};
    /// use std::time::SystemTime;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let api = v4::Service::new("us-east-1", "execute-api")?;
    /// let mut request = http::Request::post("https://abc123.execute-api.us-east-1.amazonaws.com/jobs")
    ///     .header("content-type", "application/json")
    ///     .body(r#"{"name": "report"}"#)?;
    ///
    /// let signed = api
    ///     .http(&request)
    ///     .payload(Payload::sha256_of(request.body()))
    ///     .sign(&credentials, SystemTime::now())?;
    /// signed.apply_to(&mut request)?;
    /// assert!(request.headers()["authorization"].is_sensitive());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Header`](crate::ErrorKind::Header) if the request has no room for the headers,
    /// and [`ErrorKind::Url`](crate::ErrorKind::Url) if the crate `http` rejects the URL. The
    /// request is then unchanged.
    pub fn apply_to<B>(&self, request: &mut http::Request<B>) -> Result<(), Error> {
        let uri = self.url().map(parse_uri).transpose()?;
        let headers = self
            .headers()
            .map(|(name, value)| sensitive_header(name, value))
            .collect::<Result<Vec<_>, _>>()?;
        // With room for all headers, none of the insertions fails.
        let map = request.headers_mut();
        map.try_reserve(headers.len())
            .map_err(|_| too_many_headers())?;
        for (name, value) in headers {
            map.try_insert(name, value)
                .map_err(|_| too_many_headers())?;
        }
        if let Some(uri) = uri {
            *request.uri_mut() = uri;
        }
        Ok(())
    }
}

/// Returns all headers of a request on one line each. `Host` is among them only if it isn't the
/// URL's.
fn sendable_headers(parts: &RequestParts<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, Error> {
    let mut headers = Vec::new();
    if let Some(host) = parts.host_header {
        let mut url_host = Vec::new();
        parts.url_host.write(&mut url_host);
        if url_host != host {
            headers.push(header("host", host)?);
        }
    }
    for own in parts.headers_without_host() {
        let mut value = Vec::new();
        write_unfolded(&own.value, &mut value);
        headers.push(header(&own.name, &value)?);
    }
    Ok(headers)
}

fn new_request<B>(
    method: &str,
    url: &str,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: B,
) -> Result<http::Request<B>, Error> {
    let mut request = http::Request::new(body);
    *request.method_mut() = Method::from_bytes(method.as_bytes()).map_err(|_| {
        error!(
            Method,
            "the crate http rejects the method {}",
            Quoted(method)
        )
    })?;
    *request.uri_mut() = parse_uri(url)?;
    for (name, value) in headers {
        // `append` panics in a full map.
        let appended = request.headers_mut().try_append(name, value);
        appended.map_err(|_| too_many_headers())?;
    }
    Ok(request)
}

fn parse_uri(url: &str) -> Result<Uri, Error> {
    url.parse().map_err(|reason| {
        error!(
            Url,
            "the crate http rejects the URL {}: {reason}",
            Quoted(without_secrets(url))
        )
    })
}

fn sensitive_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let (name, mut value) = header(name, value.as_bytes())?;
    let is_secret =
        name.as_str().eq_ignore_ascii_case(AUTHORIZATION) || name.as_str().ends_with("-token");
    value.set_sensitive(is_secret);
    Ok((name, value))
}

fn header(name: &str, value: &[u8]) -> Result<(HeaderName, HeaderValue), Error> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .ok()
        .zip(HeaderValue::from_bytes(value).ok());
    parsed.ok_or_else(|| error!(Header, "the crate http rejects the header {}", Quoted(name)))
}

fn too_many_headers() -> Error {
    error!(
        Header,
        "the request has more headers than a `HeaderMap` of the crate http can contain"
    )
}
