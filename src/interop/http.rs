//! The request types of the crate `http`, which hyper, reqwest, axum and tower share.

use crate::error::{Error, Quoted, error};
use crate::request::Request;
use crate::s3::Operation;
use crate::signed::{AUTHORIZATION, PresignedUrl, SignedRequest, headers_to_send};
use crate::timestamp::Timestamp;
use crate::{Credentials, Payload, v2, v4};
use alloc::string::ToString as _;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;

/// The URI has to be absolute, as a client's is.
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl<'a> From<&'a Parts> for Request<'a> {
    fn from(parts: &'a Parts) -> Self {
        describe(&parts.method, &parts.uri, &parts.headers)
    }
}

/// The URI has to be absolute, as a client's is.
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl<'a, B> From<&'a http::Request<B>> for Request<'a> {
    fn from(request: &'a http::Request<B>) -> Self {
        describe(request.method(), request.uri(), request.headers())
    }
}

fn describe<'a>(method: &'a http::Method, uri: &http::Uri, headers: &'a HeaderMap) -> Request<'a> {
    headers.iter().fold(
        Request::new(method.as_str(), uri.to_string()),
        |request, (name, value)| request.header_bytes(name.as_str(), value.as_bytes()),
    )
}

#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl SignedRequest {
    /// Adds the headers to a request's, replacing those of the same name. `Authorization` and a session token are
    /// marked as sensitive.
    ///
    /// # Errors
    /// [`ErrorKind::Header`](crate::ErrorKind::Header) if the map is full, or if a value can't be a header's, which none
    /// of signing's is.
    pub fn apply_to(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        // Room for all, or none is added.
        headers
            .try_reserve(self.headers().count())
            .map_err(|_| too_many())?;
        for (name, text) in self.headers() {
            let (name, mut value) = header(name, text)?;
            value.set_sensitive(
                name.as_str().eq_ignore_ascii_case(AUTHORIZATION)
                    || name.as_str().ends_with("-token"),
            );
            headers.try_insert(name, value).map_err(|_| too_many())?;
        }
        Ok(())
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl PresignedUrl {
    /// The request that the URL is for, with the headers that have to be sent.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) if the crate `http` doesn't take the URL, as one of more than 65,534 bytes.
    pub fn to_http_request<B>(&self, body: B) -> Result<http::Request<B>, Error> {
        let headers = self.headers();
        whole_request(self.method(), self.as_str(), headers, body)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl Operation<'_> {
    /// Signs the operation with headers, and gives the whole request: method, URL, the headers that the operation was given,
    /// and those that signing adds.
    ///
    /// ```
    /// use presign::{Credentials, Payload, s3::Bucket};
    /// use std::time::SystemTime;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let put = bucket.put("a.txt").header("Content-Type", "text/plain");
    /// let body = "Welcome to Amazon S3.";
    /// let request = put.sign_http(&credentials, Payload::of(body), body, SystemTime::now())?;
    /// assert_eq!(request.headers()["content-type"], "text/plain");
    /// assert!(request.headers()["authorization"].is_sensitive());
    /// # Ok::<(), presign::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`sign`](Operation::sign), and [`ErrorKind::Url`](crate::ErrorKind::Url) if the crate `http` doesn't take the
    /// URL, as one of more than 65,534 bytes.
    pub fn sign_http<B>(
        &self,
        credentials: &Credentials,
        payload: Payload,
        body: B,
        now: impl Into<Timestamp>,
    ) -> Result<http::Request<B>, Error> {
        self.with_headers(&self.sign(credentials, payload, now)?, body)
    }

    /// [`sign_http`](Operation::sign_http) with SigV2.
    ///
    /// # Errors
    /// Those of [`sign_v2`](Operation::sign_v2) and [`sign_http`](Operation::sign_http).
    pub fn sign_v2_http<B>(
        &self,
        credentials: &Credentials,
        body: B,
        now: impl Into<Timestamp>,
    ) -> Result<http::Request<B>, Error> {
        self.with_headers(&self.sign_v2(credentials, now)?, body)
    }

    fn with_headers<B>(&self, signed: &SignedRequest, body: B) -> Result<http::Request<B>, Error> {
        self.described(|parts| {
            // What is not signed is sent all the same.
            let headers = headers_to_send(parts, |_| true)?;
            let headers = headers.iter().map(|(name, value)| (&**name, &**value));
            let mut request = whole_request(parts.method, &self.url()?, headers, body)?;
            signed.apply_to(request.headers_mut())?;
            Ok(request)
        })
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl v4::Signer {
    /// Signs a request and adds the headers to it. On an error the request is as it was.
    ///
    /// ```
    /// use presign::{Credentials, Payload, v4::Signer};
    /// use std::time::SystemTime;
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", "execute-api")?;
    /// let body = r#"{"name": "report"}"#;
    /// let mut request = http::Request::post("https://abc123.execute-api.us-east-1.amazonaws.com/jobs")
    ///     .header("content-type", "application/json")
    ///     .body(body)?;
    /// signer.sign_http(&mut request, Payload::of(body), SystemTime::now())?;
    /// assert!(request.headers()["authorization"].is_sensitive());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`sign`](v4::Signer::sign).
    pub fn sign_http<B>(
        &self,
        request: &mut http::Request<B>,
        payload: Payload,
        now: impl Into<Timestamp>,
    ) -> Result<(), Error> {
        let signed = self.sign(&Request::from(&*request), payload, now)?;
        signed.apply_to(request.headers_mut())
    }

    /// [`sign_http`](v4::Signer::sign_http) for the parts of a request.
    ///
    /// # Errors
    /// Those of [`sign`](v4::Signer::sign).
    pub fn sign_http_parts(
        &self,
        parts: &mut Parts,
        payload: Payload,
        now: impl Into<Timestamp>,
    ) -> Result<(), Error> {
        let signed = self.sign(&Request::from(&*parts), payload, now)?;
        signed.apply_to(&mut parts.headers)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
impl v2::Signer {
    /// Signs a request and adds the headers to it. On an error the request is as it was.
    ///
    /// # Errors
    /// Those of [`sign`](v2::Signer::sign).
    pub fn sign_http<B>(
        &self,
        request: &mut http::Request<B>,
        now: impl Into<Timestamp>,
    ) -> Result<(), Error> {
        let signed = self.sign(&Request::from(&*request), now)?;
        signed.apply_to(request.headers_mut())
    }

    /// [`sign_http`](v2::Signer::sign_http) for the parts of a request.
    ///
    /// # Errors
    /// Those of [`sign`](v2::Signer::sign).
    pub fn sign_http_parts(
        &self,
        parts: &mut Parts,
        now: impl Into<Timestamp>,
    ) -> Result<(), Error> {
        let signed = self.sign(&Request::from(&*parts), now)?;
        signed.apply_to(&mut parts.headers)
    }
}

fn whole_request<'a, B>(
    method: &str,
    url: &str,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: B,
) -> Result<http::Request<B>, Error> {
    let mut request = http::Request::new(body);
    *request.method_mut() = method
        .parse()
        .map_err(|_| error!(Method, "{} is no method for the crate http", Quoted(method)))?;
    *request.uri_mut() = url.parse().map_err(|reason| {
        let address = url.split('?').next().unwrap_or_default();
        error!(
            Url,
            "{} is no URI for the crate http: {reason}",
            Quoted(address)
        )
    })?;
    for (name, value) in headers {
        let (name, value) = header(name, value)?;
        let appended = request.headers_mut().try_append(name, value);
        appended.map_err(|_| too_many())?;
    }
    Ok(request)
}

/// A `HeaderMap` holds 24,576 names at most, and panics at one more unless it is asked to try.
fn too_many() -> Error {
    error!(
        Header,
        "there are more headers than the crate http can hold"
    )
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .ok()
        .zip(HeaderValue::from_bytes(value.as_bytes()).ok());
    parsed.ok_or_else(|| error!(Header, "the header {} can't be sent", Quoted(name)))
}
