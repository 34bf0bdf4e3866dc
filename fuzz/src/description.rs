//! The description of a request, from which a service or a bucket makes the request.

use arbitrary::{Arbitrary, Result, Unstructured};
use http::{HeaderName, HeaderValue};
use presign::s3::Bucket;
use presign::{Payload, Request, v2, v4};
use std::borrow::Cow;
use std::cell::OnceCell;

/// Method, URL, headers, parameters and payload of a request.
#[derive(Clone, Debug)]
pub struct Description<'a> {
    pub method: Cow<'a, str>,
    pub url: Cow<'a, str>,
    headers: Vec<(Cow<'a, str>, Cow<'a, [u8]>)>,
    params: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
    pub payload: Option<Payload>,
    /// The request in the types of the crate `http`, whose header values may be other than UTF-8.
    http: OnceCell<Option<http::Request<()>>>,
}

impl<'a> Description<'a> {
    pub fn new(method: impl Into<Cow<'a, str>>, url: impl Into<Cow<'a, str>>) -> Self {
        Description {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            params: Vec::new(),
            payload: None,
            http: OnceCell::new(),
        }
    }

    pub fn header(
        mut self,
        name: impl Into<Cow<'a, str>>,
        value: impl Into<Cow<'a, [u8]>>,
    ) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn query(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.params.push((name.into(), Some(value.into())));
        self
    }

    pub fn query_flag(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.params.push((name.into(), None));
        self
    }

    pub fn payload(mut self, payload: impl Into<Option<Payload>>) -> Self {
        self.payload = payload.into();
        self
    }

    /// Returns the request for a service.
    ///
    /// If the crate `http` can represent the request, a header value that isn't UTF-8 is signed
    /// byte for byte. Otherwise it contains replacement characters; see
    /// [`is_exact`](Self::is_exact).
    pub fn of<'s>(&'s self, service: &'s impl Service) -> Request<'s> {
        match self.as_http() {
            Some(http) if !self.is_utf8() => self.with_params(service.make_http(http)),
            _ => self.with_headers(service.make(&self.method, &self.url)),
        }
    }

    /// Returns the request for a service, made from a request of the crate `http`, or `None` if
    /// that crate can't represent it.
    pub fn of_http<'s>(&'s self, service: &'s impl Service) -> Option<Request<'s>> {
        let http = self.as_http()?;
        Some(self.with_params(service.make_http(http)))
    }

    /// Returns the request for an object of a bucket, which replaces the URL.
    pub fn of_object<'s>(&'s self, bucket: &'s Bucket, key: &'s str) -> Request<'s> {
        self.with_headers(bucket.object(&*self.method, key))
    }

    /// Returns the request for a bucket, which replaces the URL.
    pub fn of_bucket<'s>(&'s self, bucket: &'s Bucket) -> Request<'s> {
        self.with_headers(bucket.request(&*self.method))
    }

    /// Returns whether the request contains the headers byte for byte.
    pub fn is_exact(&self) -> bool {
        self.is_utf8() || self.as_http().is_some()
    }

    fn is_utf8(&self) -> bool {
        let mut values = self.headers.iter().map(|(_, value)| value);
        values.all(|value| std::str::from_utf8(value).is_ok())
    }

    fn as_http(&self) -> Option<&http::Request<()>> {
        let http = self.http.get_or_init(|| {
            let mut request = http::Request::builder()
                .method(&*self.method)
                .uri(&*self.url)
                .body(())
                .ok()?;
            if request.uri().to_string() != self.url {
                return None;
            }
            for (name, value) in &self.headers {
                let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
                let value = HeaderValue::from_bytes(value).ok()?;
                request.headers_mut().try_append(name, value).ok()?;
            }
            Some(request)
        });
        http.as_ref()
    }

    fn with_headers<'s>(&'s self, request: Request<'s>) -> Request<'s> {
        let headers = self.headers.iter();
        let request = headers.fold(request, |request, (name, value)| {
            request.header(&**name, String::from_utf8_lossy(value))
        });
        self.with_params(request)
    }

    fn with_params<'s>(&'s self, request: Request<'s>) -> Request<'s> {
        let params = self.params.iter();
        let request = params.fold(request, |request, (name, value)| match value {
            Some(value) => request.query(&**name, &**value),
            None => request.query_flag(&**name),
        });
        match self.payload {
            Some(payload) => request.payload(payload),
            None => request,
        }
    }
}

/// A service that makes requests.
pub trait Service {
    fn make<'a>(&'a self, method: &'a str, url: &'a str) -> Request<'a>;
    fn make_http<'a>(&'a self, request: &'a http::Request<()>) -> Request<'a>;
}

impl Service for v4::Service {
    fn make<'a>(&'a self, method: &'a str, url: &'a str) -> Request<'a> {
        self.request(method, url)
    }

    fn make_http<'a>(&'a self, request: &'a http::Request<()>) -> Request<'a> {
        self.http(request)
    }
}

impl Service for v2::Service {
    fn make<'a>(&'a self, method: &'a str, url: &'a str) -> Request<'a> {
        self.request(method, url)
    }

    fn make_http<'a>(&'a self, request: &'a http::Request<()>) -> Request<'a> {
        self.http(request)
    }
}

/// Most descriptions can be signed, because arbitrary text would fail the first check and never
/// reach the others. One method, URL or header in eight is arbitrary text.
impl<'a> Arbitrary<'a> for Description<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        const METHODS: [&str; 6] = ["GET", "PUT", "POST", "HEAD", "DELETE", "PROPFIND"];
        let method: &str = if u.ratio(7, 8)? {
            u.choose(&METHODS)?
        } else {
            u.arbitrary()?
        };
        let url: Cow<'a, str> = if u.ratio(7, 8)? {
            url(u)?.into()
        } else {
            u.arbitrary::<&str>()?.into()
        };
        let mut description = Description::new(method, url).payload(u.arbitrary::<Option<_>>()?);
        while u.arbitrary()? {
            description = if u.ratio(7, 8)? {
                description.header(*u.choose(&HEADERS)?, header_value(u)?)
            } else {
                description.header(u.arbitrary::<&str>()?, u.arbitrary::<&[u8]>()?)
            };
        }
        while u.arbitrary()? {
            let name: &str = u.arbitrary()?;
            description = match u.arbitrary::<Option<&str>>()? {
                Some(value) => description.query(name, value),
                None => description.query_flag(name),
            };
        }
        Ok(description)
    }
}

/// Headers that are signed or never signed, that are repeated in another case, or that have their
/// own rules.
const HEADERS: [&str; 16] = [
    "A",
    "Content-MD5",
    "Content-Type",
    "content-type",
    "Date",
    "Host",
    "Range",
    "User-Agent",
    "X-Amz-Content-Sha256",
    "x-amz-content-sha256",
    "x-amz-date",
    "X-Amz-Meta-A",
    "x-amz-meta-a",
    "x-amz-meta-a-b",
    "x-amz-security-token",
    "x-amz-tagging",
];

/// Returns arbitrary bytes without control characters other than the tab, which would be an error.
fn header_value(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut value = u.arbitrary::<&[u8]>()?.to_vec();
    for byte in &mut value {
        if byte.is_ascii_control() {
            *byte = b'\t';
        }
    }
    Ok(value)
}

fn url(u: &mut Unstructured<'_>) -> Result<String> {
    const SCHEMES: [&str; 3] = ["https", "http", "HTTPS"];
    const HOSTS: [&str; 8] = [
        "example.com",
        "EXAMPLE.com:443",
        "examplebucket.s3.amazonaws.com",
        "localhost:9000",
        "127.0.0.1:80",
        "[::1]:8443",
        "iam.amazonaws.com",
        "a_b.example:",
    ];
    let mut url = String::from(*u.choose(&SCHEMES)?);
    url.push_str("://");
    url.push_str(u.choose(&HOSTS)?);
    if u.arbitrary()? {
        url.push('/');
        push_url_text(u.arbitrary()?, &mut url);
    }
    if u.arbitrary()? {
        url.push('?');
        push_url_text(u.arbitrary()?, &mut url);
    }
    Ok(url)
}

/// Appends text, and encodes the characters that would be an error in a URL.
fn push_url_text(text: &str, url: &mut String) {
    for (index, c) in text.char_indices() {
        let digits = text.as_bytes().get(index + 1..index + 3);
        let is_escape = digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        match c {
            '%' if !is_escape => url.push_str("%25"),
            '#' => url.push_str("%23"),
            c if c.is_ascii_control() => url.push_str("%0A"),
            c => url.push(c),
        }
    }
}
