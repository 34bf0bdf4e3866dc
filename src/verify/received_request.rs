//! A request as a server received it.

use super::error::{VerifyError, reject};
use crate::error::{Error, Quoted};
use crate::scheme::limits::{MAX_HEADERS, MAX_HEADERS_BYTES, MAX_TARGET_BYTES};
use crate::text::percent::Component;
use crate::text::secrets::before_secrets;
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::header::Header;
use crate::wire::inline_list::InlineList;
use crate::wire::method::check_method;
use crate::wire::query::parse_query;
use crate::wire::request_parts::Host;
use crate::wire::url::{Authority, Target, Url, UrlScheme, check_sendable, parse_authority};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

/// A request as it was received: method, target, headers, and possibly the body.
///
/// The target is path and query as they are in the request line. A framework that has decoded or
/// normalized them no longer has what was signed. Add all headers. Otherwise an unsigned `x-amz-*`
/// header isn't noticed.
///
/// ```
/// use presign::verify::{ReceivedRequest, Verifier};
/// use presign::{Credentials, Timestamp};
///
/// let request = ReceivedRequest::new(
///     "GET",
///     "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
/// )
/// .header("Host", "examplebucket.s3.amazonaws.com");
///
/// let credentials =
///     Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T120000Z".parse()?; // a server has `SystemTime::now()`
/// let lookup = |id: &str| (id == "AKIAIOSFODNN7EXAMPLE").then_some(&credentials);
/// let verified = Verifier::new("us-east-1", "s3").verify(&request, now, lookup)?;
/// assert_eq!(verified.path(), "/test.txt");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The signature is the one of AWS's [example of a presigned
/// URL](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
#[derive(Clone)]
pub struct ReceivedRequest<'r> {
    pub(crate) method: &'r str,
    pub(crate) target: Target<'r>,
    pub(crate) headers: InlineList<Header<'r>, 16>,
    /// The trimmed value of the first `Host` header. It is empty, and so invalid, if it isn't
    /// UTF-8.
    host_header: Option<&'r str>,
    has_second_host: bool,
    /// Name and size of a header that is too long, which is neither scanned nor kept.
    oversized_header: Option<(&'r str, usize)>,
    /// The authority of a URL, which is the host if there is no `Host` header.
    authority: Option<Authority<'r>>,
    /// The scheme of a URL. Only CloudFront signs it, and tokens of Azure restrict it.
    #[cfg_attr(
        not(any(feature = "azure", feature = "cloudfront")),
        allow(dead_code, reason = "no other scheme needs it")
    )]
    pub(crate) scheme: Option<UrlScheme>,
    /// The client's address. Only policies and tokens with an IP range need it.
    pub(super) client_ip: Option<IpAddr>,
    /// True if the path was checked when a URL was parsed.
    path_is_checked: bool,
    pub(super) body: Body<'r>,
    pub(crate) bucket: Option<&'r str>,
}

/// The body, as far as it is known.
#[derive(Clone, Copy, Default)]
pub(super) enum Body<'r> {
    /// It has not been read yet.
    #[default]
    Unknown,
    Bytes(&'r [u8]),
    Sha256([u8; 32]),
}

impl<'r> ReceivedRequest<'r> {
    /// Returns a request with a method and a target: `/photos/puppy.jpg?versionId=null`.
    #[must_use]
    #[inline]
    pub fn new(method: &'r str, target: &'r str) -> Self {
        ReceivedRequest::of_parts(method, Target::parse(target), None)
    }

    /// Returns a request with a method and a whole URL. Without a `Host` header, the host is the
    /// URL's. A `Host` header with another host is rejected when the request is verified.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) if the URL is not absolute, is neither http nor
    /// https, or contains a user name; and for a fragment, an invalid escape or a control character
    /// before the query. The query is checked by [`Verifier::parse`](super::Verifier::parse).
    // Inlined, because the request is large and would be moved out of the `Result`.
    #[inline]
    pub fn from_url(method: &'r str, url: &'r str) -> Result<Self, Error> {
        let url = Url::parse_before_query(url)?;
        Ok(ReceivedRequest::of_parts(
            method,
            url.target,
            Some((url.scheme, url.authority)),
        ))
    }

    #[inline]
    fn of_parts(
        method: &'r str,
        target: Target<'r>,
        origin: Option<(UrlScheme, Authority<'r>)>,
    ) -> Self {
        ReceivedRequest {
            method,
            target,
            headers: InlineList::new(),
            host_header: None,
            has_second_host: false,
            oversized_header: None,
            path_is_checked: origin.is_some(),
            scheme: origin.map(|(scheme, _)| scheme),
            client_ip: None,
            authority: origin.map(|(_, authority)| authority),
            body: Body::Unknown,
            bucket: None,
        }
    }

    /// Adds a header. Add a repeated header as often as it was received, in that order.
    #[must_use]
    #[inline]
    pub fn header(mut self, name: &'r str, value: &'r (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.push(name, value.as_ref());
        self
    }

    /// Adds all headers of a list.
    #[must_use]
    pub fn headers<'n: 'r, 'v: 'r, V: AsRef<[u8]> + ?Sized + 'v>(
        mut self,
        headers: impl IntoIterator<Item = (&'n str, &'v V)>,
    ) -> Self {
        for (name, value) in headers {
            self.push(name, value.as_ref());
        }
        self
    }

    fn push(&mut self, name: &'r str, value: &'r [u8]) {
        let size = name.len().saturating_add(value.len());
        if size > MAX_TARGET_BYTES {
            self.oversized_header = Some((name, size));
        } else {
            let header = Header::new(Cow::Borrowed(name), Cow::Borrowed(value));
            if header.is_named("host") {
                self.has_second_host = self.host_header.is_some();
                let host = core::str::from_utf8(value.trim_ascii());
                self.host_header.get_or_insert(host.unwrap_or_default());
            }
            self.headers.push(header);
        }
    }

    /// Sets the body, if it has been read. It is hashed only if its hash is needed, and for S3 only
    /// after the signature was verified.
    #[must_use]
    pub fn body(mut self, body: &'r [u8]) -> Self {
        self.body = Body::Bytes(body);
        self
    }

    /// Sets the SHA-256 of the body, if it was computed while the body was read.
    #[must_use]
    pub fn body_sha256(mut self, hash: [u8; 32]) -> Self {
        self.body = Body::Sha256(hash);
        self
    }

    /// Sets the bucket that the host names, which SigV2 signs. It is needed only for a host that
    /// [`Verifier::base_domain`](super::Verifier::base_domain) doesn't describe, such as a custom
    /// domain.
    #[must_use]
    pub fn bucket(mut self, name: &'r str) -> Self {
        self.bucket = Some(name);
        self
    }

    /// Returns all headers of that name.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &Header<'r>> {
        self.headers
            .iter()
            .filter(move |header| header.is_named(name))
    }

    /// Returns the names and values of all headers.
    pub(crate) fn header_pairs(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let headers = self.headers.iter();
        headers.map(|header| (&*header.name, &*header.value))
    }

    /// Returns the trimmed value of a header that a request has at most once.
    pub(crate) fn single<'s>(&'s self, name: &str) -> Result<Option<&'s str>, VerifyError> {
        let mut values = self.values(name);
        let Some(header) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(VerifyError::duplicate("header", name));
        }
        text_of(name, header).map(Some)
    }

    /// Returns the trimmed value of the `Authorization` header.
    #[cfg(any(feature = "azure", feature = "gcs"))]
    pub(crate) fn authorization(&self) -> Result<Option<&str>, VerifyError> {
        let header = self.authorization_header()?;
        header
            .map(|header| text_of(AUTHORIZATION, header))
            .transpose()
    }

    /// Returns the `Authorization` header, of which a request has one at most.
    pub(super) fn authorization_header(&self) -> Result<Option<&Header<'r>>, VerifyError> {
        let mut headers = self.values(AUTHORIZATION);
        let header = headers.next();
        match headers.next() {
            None => Ok(header),
            Some(_) => Err(reject!(
                SignedTwice,
                "duplicate header `{AUTHORIZATION}`; send it once"
            )),
        }
    }

    /// Returns the host as it is signed.
    pub(crate) fn host(&self) -> Option<Host<'_>> {
        let authority = self.authority.map(Host::Authority);
        let header = self.host_header.map(str::as_bytes);
        header.map(Host::Header).or(authority)
    }

    /// Returns the host as text, possibly with its port.
    pub(super) fn host_name(&self) -> Option<&str> {
        let authority = self.authority.map(|authority| authority.host);
        self.host_header.or(authority)
    }

    /// Checks that the request isn't larger than any that AWS accepts, before its signature is
    /// searched for.
    pub(crate) fn check_size(&self) -> Result<(), VerifyError> {
        let query = self.target.query;
        let query = query.map_or(0, |query| query.len().saturating_add(1));
        let target = self.target.path.len().saturating_add(query);
        if target > MAX_TARGET_BYTES {
            return Err(reject!(
                TooLarge,
                "the target has {target} bytes; the maximum is {MAX_TARGET_BYTES}"
            ));
        }
        if let Some((name, size)) = self.oversized_header {
            return Err(reject!(
                TooLarge,
                "the header {} has {size} bytes; the maximum is {MAX_TARGET_BYTES}",
                Quoted(name)
            ));
        }
        let count = self.headers.len();
        if count > MAX_HEADERS {
            return Err(reject!(
                TooLarge,
                "the request has {count} headers; the maximum is {MAX_HEADERS}"
            ));
        }
        let authority = self.authority.map_or(0, |authority| authority.host.len());
        let total = self.headers.iter().fold(authority, |total, header| {
            let size = header.name.len().saturating_add(header.value.len());
            total.saturating_add(size)
        });
        if total > MAX_HEADERS_BYTES {
            return Err(reject!(
                TooLarge,
                "the headers have {total} bytes; the maximum is {MAX_HEADERS_BYTES}"
            ));
        }
        Ok(())
    }

    /// Checks that a client can have sent the query.
    pub(crate) fn check_query(&self) -> Result<(), VerifyError> {
        check_sendable("query", self.target.query.unwrap_or_default()).map_err(invalid)
    }

    /// Checks that a client can have sent method, path and headers, and that there is one host.
    pub(crate) fn check_message(&self) -> Result<(), VerifyError> {
        check_method(self.method).map_err(invalid)?;
        for header in self.headers.iter() {
            header.check().map_err(invalid)?;
        }
        if !self.path_is_checked {
            let path = self.target.path;
            check_sendable("path", path).map_err(invalid)?;
            if !(path.is_empty() || path.starts_with('/') || path == "*") {
                return Err(reject!(
                    Request,
                    "the target doesn't begin with a slash; pass a whole URL to from_url"
                ));
            }
        }
        self.check_host()
    }

    /// Checks that no header and no parameter has a name with that prefix.
    pub(crate) fn check_without_prefix(&self, prefix: &str) -> Result<(), VerifyError> {
        let headers = self.headers.iter();
        let headers = headers.map(|header| Component::Raw(&header.name));
        let mut names = headers.chain(parse_query(self.target.query).map(|param| param.name));
        match names.find(|name| name.starts_with_ignore_case(prefix)) {
            Some(name) => Err(reject!(
                Request,
                "the request has {}, but the service rejects {prefix}* names; remove it",
                Quoted(&name.to_text_lossy())
            )),
            None => Ok(()),
        }
    }

    /// Checks that the request names one host. A handler may read it from the header or from the
    /// target's authority ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2), [RFC
    /// 9113](https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1)).
    fn check_host(&self) -> Result<(), VerifyError> {
        if self.has_second_host {
            return Err(reject!(Request, "duplicate header `Host`; send it once"));
        }
        let text = match (self.host_header, self.authority) {
            (Some(text), _) => text,
            (None, Some(_)) => return Ok(()),
            (None, None) => return Err(reject!(Request, "missing header `Host`")),
        };
        let Ok(host) = parse_authority(text, UrlScheme::Https) else {
            return Err(reject!(
                Request,
                "invalid Host header {}; write a host name, possibly with a port",
                Quoted(text)
            ));
        };
        match self.authority {
            Some(authority) if !host.is_same(authority) => Err(reject!(
                Request,
                "the Host header is {}, but the target names the host {}; send the same host",
                Quoted(text),
                Quoted(authority.host)
            )),
            _ => Ok(()),
        }
    }

    /// Removes the authority of the URL if there is a `Host` header: the request as a server
    /// receives it to which a client connects at another host.
    #[cfg(feature = "explain")]
    pub(crate) fn without_connected_host(mut self) -> Self {
        if self.host_header.is_some() {
            self.authority = None;
        }
        self
    }
}

/// Returns the trimmed value of a header as text.
fn text_of<'h>(name: &str, header: &'h Header<'_>) -> Result<&'h str, VerifyError> {
    core::str::from_utf8(header.trimmed())
        .map_err(|_| reject!(Malformed, "the value of the header {name} is not UTF-8"))
}

fn invalid(error: Error) -> VerifyError {
    reject!(Request, "{error}")
}

#[cfg(feature = "http")]
impl<'r> ReceivedRequest<'r> {
    /// Returns the received request of an `http::Request`, without its body.
    ///
    /// Without a `Host` header, as under HTTP/2, the host is the URI's, in lowercase and without
    /// the default port. A URI and a `Host` header with different hosts are rejected when the
    /// request is verified. Add the body by [`body`](ReceivedRequest::body), if it is known.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::verify::{ReceivedRequest, Verifier};
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let link = bucket.get("a.txt").presign(&credentials, Duration::from_secs(60), now)?;
    ///
    /// let request = http::Request::get(link.as_str()).body(())?;
    /// let request = ReceivedRequest::from_http(&request);
    /// let verifier = Verifier::new("us-east-1", "s3");
    /// let verified = verifier.verify(&request, now, |_| Some(&credentials))?;
    /// assert_eq!(verified.path(), "/a.txt");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_http<B>(request: &'r http::Request<B>) -> Self {
        ReceivedRequest::of_http(request.method(), request.uri(), request.headers())
    }

    /// Returns the head of an `http::Request`; see [`from_http`](ReceivedRequest::from_http).
    #[must_use]
    pub fn from_http_parts(parts: &'r http::request::Parts) -> Self {
        ReceivedRequest::of_http(&parts.method, &parts.uri, &parts.headers)
    }

    fn of_http(method: &'r http::Method, uri: &'r http::Uri, headers: &'r http::HeaderMap) -> Self {
        let target = Target {
            path: uri.path(),
            query: uri.query(),
        };
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()));
        let mut request = ReceivedRequest::of_parts(method.as_str(), target, None).headers(headers);
        if let Some(authority) = uri.authority() {
            let scheme = if uri.scheme() == Some(&http::uri::Scheme::HTTP) {
                UrlScheme::Http
            } else {
                UrlScheme::Https
            };
            request.scheme = uri.scheme().map(|_| scheme);
            match parse_authority(authority.as_str(), scheme) {
                Ok(authority) => request.authority = Some(authority),
                // It is rejected: as an invalid host, or as a second one.
                Err(_) => return request.header("host", authority.as_str()),
            }
        }
        request
    }
}

/// Shows neither the query nor the header values, which contain a signature and possibly a token.
impl fmt::Debug for ReceivedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|header| &header.name).collect();
        f.debug_struct("ReceivedRequest")
            .field("method", &self.method)
            .field("path", &before_secrets(self.target.path))
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}
