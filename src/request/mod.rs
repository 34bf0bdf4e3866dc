//! Requests, which every store and service makes, and their signing methods.

// First, because rustdoc lists methods in the order of the modules.
mod signing_methods;
mod template;

mod address;
mod base_url;
mod body_limits;
mod chained;
#[cfg_attr(
    not(any(feature = "azure", feature = "cloudfront", feature = "gcs")),
    allow(dead_code, reason = "no store uses it")
)]
mod custom_signer;
mod presigned_url;
mod service_requests;
mod signed_request;
mod signer;
mod store;
mod unsigned;

pub use presigned_url::PresignedUrl;
pub use signed_request::SignedRequest;
pub use store::Store;
pub use template::{Row, Template};
pub use unsigned::Unsigned;

pub(crate) use address::{AWS_MAX_KEY_LEN, Address};
pub(crate) use base_url::{parse_base, path_prefix};
#[cfg(any(feature = "azure", feature = "cloudfront", feature = "gcs"))]
pub(crate) use custom_signer::CustomSigner;
#[cfg(feature = "azure")]
pub(crate) use custom_signer::CustomTemplate;
#[cfg(feature = "gcs")]
pub(crate) use presigned_url::headers_to_send;
#[cfg(any(feature = "azure", feature = "cloudfront", feature = "gcs"))]
pub(crate) use presigned_url::{header_names, own_method};
pub(crate) use signer::{Signer, StoreSigner};
pub(crate) use store::Sealed;
pub(crate) use unsigned::KeySource;

use crate::error::{Error, ErrorKind, error};
use crate::text::percent::Component;
use crate::v4::Payload;
use crate::wire::header::Header;
use crate::wire::query::{Param, parse_query, write_query};
use crate::wire::request_parts::{Host, Origin, RequestParts};
use crate::wire::url::{Url, without_secrets};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A request that is not signed yet. It belongs to the store or service that made it.
///
/// Nothing is checked until it is signed or prepared ([`presign`](Request::presign),
/// [`sign`](Request::sign), …). Each of these methods returns every error.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
///
/// let upload = bucket
///     .put("documents/report.pdf")
///     .header("Content-Type", "application/pdf")
///     .presign(&credentials, Duration::from_secs(900), now)?;
/// assert_eq!(upload.method(), "PUT");
/// assert_eq!(upload.headers().collect::<Vec<_>>(), [("Content-Type", "application/pdf")]);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct Request<'a> {
    method: Cow<'a, str>,
    destination: Destination<'a>,
    signer: Signer<'a>,
    params: Vec<OwnedParam<'a>>,
    headers: Vec<Header<'a>>,
    payload: Option<Payload>,
    has_no_body: bool,
    /// The first error of a method that describes the request.
    error: Option<Error>,
}

/// The URL, bucket or object to which a request is sent.
#[derive(Clone)]
pub(crate) enum Destination<'a> {
    Url(Cow<'a, str>),
    Bucket(&'a Address),
    Object(&'a Address, Cow<'a, str>),
}

#[derive(Clone)]
struct OwnedParam<'a> {
    name: Cow<'a, str>,
    value: ParamValue<'a>,
}

#[derive(Clone)]
enum ParamValue<'a> {
    None,
    Text(Cow<'a, str>),
    PerRow,
}

impl<'a> Request<'a> {
    pub(crate) fn new(
        method: impl Into<Cow<'a, str>>,
        destination: Destination<'a>,
        signer: Signer<'a>,
    ) -> Self {
        Request {
            method: method.into(),
            destination,
            signer,
            params: Vec::new(),
            headers: Vec::new(),
            payload: None,
            has_no_body: false,
            error: None,
        }
    }

    /// Adds a header. It is signed and has to be sent, unless it is one of those that are [never
    /// signed](crate::v4#headers) because proxies and clients change them. A repeated name has all
    /// its values, in order. A `Host` header is signed instead of the URL's host.
    #[must_use]
    pub fn header(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        let value = match value.into() {
            Cow::Borrowed(value) => Cow::Borrowed(value.as_bytes()),
            Cow::Owned(value) => Cow::Owned(value.into_bytes()),
        };
        self.push_header(name.into(), value);
        self
    }

    /// Adds a header whose value need not be UTF-8.
    pub(crate) fn push_header(&mut self, name: Cow<'a, str>, value: Cow<'a, [u8]>) {
        if self.headers.is_empty() {
            // Most requests have fewer, so that one allocation is enough.
            self.headers.reserve(8);
        }
        self.headers.push(Header::new(name, value));
    }

    /// Adds a query parameter. Name and value are not encoded yet.
    #[must_use]
    pub fn query(self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.param(name.into(), ParamValue::Text(value.into()))
    }

    /// Adds a query parameter without a value, such as `acl` or `uploads`.
    #[must_use]
    pub fn query_flag(self, name: impl Into<Cow<'a, str>>) -> Self {
        self.param(name.into(), ParamValue::None)
    }

    /// Adds a query parameter whose value each row of a [`template`](Request::template) provides.
    #[must_use]
    pub fn query_per_row(self, name: impl Into<Cow<'a, str>>) -> Self {
        self.param(name.into(), ParamValue::PerRow)
    }

    /// Sets the payload, as it is signed.
    ///
    /// Without it, [`presign`](Request::presign) signs what the service expects: an unsigned
    /// payload for S3, an empty one elsewhere. [`sign`](Request::sign) signs an empty one for GET,
    /// HEAD, DELETE and for operations without a body. For other methods SigV4 needs a payload, or
    /// the header `x-amz-content-sha256`; SigV2 doesn't sign it.
    ///
    /// A presigned URL for S3 with a hash has the header `x-amz-content-sha256` among the
    /// [headers to send](PresignedUrl::headers): only that body is accepted.
    #[must_use]
    pub fn payload(mut self, payload: Payload) -> Self {
        self.payload = Some(payload);
        self
    }

    /// Sets the version of the object: `versionId`, `versionid` for Azure, `generation` for Google.
    #[must_use]
    pub fn version(self, version: impl Into<Cow<'a, str>>) -> Self {
        let name = match self.signer {
            Signer::V4(service) => service.scheme().conventions.version_parameter,
            _ => "versionId",
        };
        self.store_parameter(name, version.into())
    }

    /// Sets the `Content-Type` of the response to a GET.
    #[must_use]
    pub fn response_content_type(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.store_parameter("response-content-type", value.into())
    }

    /// Sets the `Content-Disposition` of the response to a GET: whether a browser shows or saves
    /// the object, and under which name. [`ContentDisposition`](crate::ContentDisposition) writes
    /// it for any file name.
    #[must_use]
    pub fn response_content_disposition(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.store_parameter("response-content-disposition", value.into())
    }

    /// Sets the `Content-Encoding` of the response to a GET.
    #[must_use]
    pub fn response_content_encoding(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.store_parameter("response-content-encoding", value.into())
    }

    /// Sets the `Content-Language` of the response to a GET.
    #[must_use]
    pub fn response_content_language(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.store_parameter("response-content-language", value.into())
    }

    /// Sets the `Cache-Control` of the response to a GET.
    #[must_use]
    pub fn response_cache_control(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.store_parameter("response-cache-control", value.into())
    }

    /// Sets the `Expires` of the response to a GET, an HTTP date.
    #[must_use]
    pub fn response_expires(self, value: impl Into<Cow<'a, str>>) -> Self {
        self.store_parameter("response-expires", value.into())
    }

    /// Adds a query parameter that S3 has under this name, under the name that the store has for
    /// it.
    fn store_parameter(self, name: &'static str, value: Cow<'a, str>) -> Self {
        match self.signer {
            Signer::Custom(signer) => match signer.parameter_name(name) {
                Some(name) => self.query(name, value),
                None => self.fail(signer.unsupported(name)),
            },
            _ => self.query(name, value),
        }
    }

    /// Declares that the operation has no body, whatever its method.
    pub(crate) fn without_body(mut self) -> Self {
        self.has_no_body = true;
        self
    }

    /// Replaces the signer, for an operation that is signed differently from the store's others.
    pub(crate) fn signed_by(mut self, signer: Signer<'a>) -> Self {
        self.signer = signer;
        self
    }

    /// Records an error for the signing method to return.
    pub(crate) fn fail(mut self, error: Error) -> Self {
        self.error.get_or_insert(error);
        self
    }

    /// Returns the URL without a signature.
    ///
    /// # Errors
    /// Returns an error for an empty key and for an invalid URL, method or header. Other errors of
    /// the description are returned when it is signed.
    pub fn url(&self) -> Result<String, Error> {
        let parts = self.parts()?;
        let mut url = String::with_capacity(parts.max_url_len());
        parts.write_origin(&mut url);
        parts.path.write_as_sent(&mut url);
        write_query(&parts.params, &mut url);
        Ok(url)
    }

    /// Returns the checked parts of a request without row values.
    #[inline]
    pub(crate) fn parts(&self) -> Result<RequestParts<'_>, Error> {
        let has_row_values = self
            .params
            .iter()
            .any(|param| matches!(param.value, ParamValue::PerRow));
        if has_row_values {
            return Err(error!(
                Query,
                "the request has a parameter of `query_per_row`; make a `template` of it"
            ));
        }
        self.parts_with_row_values()
    }

    /// Returns the checked parts of a URL that covers no payload.
    fn custom_url_parts(&self) -> Result<RequestParts<'_>, Error> {
        self.check_url_payload()?;
        self.parts()
    }

    /// Checks that the URL of a custom signer covers no payload.
    fn check_url_payload(&self) -> Result<(), Error> {
        if matches!(self.payload, Some(Payload::Empty | Payload::Sha256(_))) {
            return Err(error!(
                Payload,
                "the store's URLs don't cover the payload; leave out `payload`"
            ));
        }
        Ok(())
    }

    #[inline]
    fn parts_with_row_values(&self) -> Result<RequestParts<'_>, Error> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let mut params = Vec::new();
        let (origin, host, path) = match &self.destination {
            Destination::Url(url) => {
                let url = Url::parse(url)?;
                params.extend(parse_query(url.target.query));
                let origin = Origin::Parts(url.scheme, url.authority);
                (origin, Host::Authority(url.authority), url.path())
            }
            Destination::Bucket(address) => (
                Origin::Text(&address.origin),
                Host::Text(&address.authority),
                address.bucket_path(),
            ),
            Destination::Object(address, key) => (
                Origin::Text(&address.origin),
                Host::Text(&address.authority),
                address.object_path(key)?,
            ),
        };
        let mut row_value = 0usize;
        params.reserve_exact(self.params.len());
        params.extend(self.params.iter().map(|param| Param {
            name: Component::Raw(&param.name),
            value: match &param.value {
                ParamValue::None => None,
                ParamValue::Text(value) => Some(Component::Raw(value)),
                ParamValue::PerRow => {
                    let index = row_value;
                    row_value = row_value.saturating_add(1);
                    Some(Component::PerRow(index))
                }
            },
        }));
        RequestParts::new(&self.method, origin, host, path, params, &self.headers)
    }

    fn param(mut self, name: Cow<'a, str>, value: ParamValue<'a>) -> Self {
        self.params.push(OwnedParam { name, value });
        self
    }
}

/// `Debug` shows neither the query nor header values, because they may contain a token or a
/// signature.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|header| &header.name).collect();
        let mut debug = f.debug_struct("Request");
        debug.field("method", &self.method);
        match &self.destination {
            Destination::Url(url) => debug.field("url", &without_secrets(url)),
            Destination::Bucket(address) => debug.field("origin", &address.origin),
            Destination::Object(address, key) => {
                debug.field("origin", &address.origin).field("key", key)
            }
        };
        debug.field("headers", &headers).finish_non_exhaustive()
    }
}

/// Returns the error for a signing method that a service doesn't have.
fn unsupported(message: &'static str) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}
