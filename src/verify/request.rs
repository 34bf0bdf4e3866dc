//! A request as a server received it. What lives here: its description. What does not: any check of it, but for those of a URL.

use super::limits::MOST_TARGET;
use crate::encode::is_in_lower;
use crate::error::Error;
use crate::headers::HostValue;
use crate::list::List;
use crate::request::{Authority, Header, Target, Url};
use crate::v4::{AWS4, S3_EXPRESS};
use core::fmt;

/// A request as it was received: method, target, headers, and what is known of the body.
///
/// The target is the path with the query, just as it stands on the request line; a framework that has
/// decoded or normalised it no longer has what was signed. All headers should be given: of those that
/// are left out nobody can say that they should have been signed.
///
/// ```
/// use presign::verify::ReceivedRequest;
///
/// let request = ReceivedRequest::new("GET", "/photos/puppy.jpg?versionId=null")
///     .header("Host", "johnsmith.s3.amazonaws.com")
///     .header("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=")
///     .body(b"");
/// # let _ = request;
/// ```
#[derive(Clone)]
pub struct ReceivedRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// Whether the path is known to be encoded canonically as it stands.
    pub(super) path_is_canonical: bool,
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: List<Header<'a>, 16>,
    singles: Singles,
    /// From a URL, for want of a `Host` header.
    pub(crate) authority: Option<Authority<'a>>,
    pub(crate) body: Body<'a>,
    pub(crate) bucket: Option<&'a str>,
}

/// What is known of a body.
#[derive(Clone, Copy, Default)]
pub(crate) enum Body<'a> {
    /// Not read yet.
    #[default]
    Unknown,
    Bytes(&'a [u8]),
    Sha256([u8; 32]),
}

impl<'a> ReceivedRequest<'a> {
    /// A request by its method and its target: `/photos/puppy.jpg?versionId=null`.
    #[must_use]
    pub fn new(method: &'a str, target: &'a str) -> Self {
        ReceivedRequest::at(method, Target::split(target))
    }

    #[inline]
    fn at(method: &'a str, target: Target<'a>) -> Self {
        ReceivedRequest {
            method,
            path: target.path,
            path_is_canonical: target.has_canonical_path(),
            query: target.query,
            headers: List::new(),
            singles: Singles::default(),
            authority: None,
            body: Body::Unknown,
            bucket: None,
        }
    }

    /// A request by its method and whole URL. Without a `Host` header, the host is the URL's.
    ///
    /// # Errors
    /// [`ErrorKind::Url`](crate::ErrorKind::Url) if the URL is not absolute, not http or https, or has a user, or if a fragment, a bad escape
    /// or a control character is in front of the query. The query is looked at when the request is checked.
    // Inlined, so that the request is made where it stays: it is large, and would be moved out of the `Result`.
    #[inline]
    pub fn from_url(method: &'a str, url: &'a str) -> Result<Self, Error> {
        let url = Url::parse_to_query(url)?;
        Ok(ReceivedRequest {
            authority: Some(url.authority),
            ..ReceivedRequest::at(method, url.target)
        })
    }

    /// Adds a header. Give a repeated header as often as it was received, in that order.
    #[must_use]
    pub fn header(mut self, name: &'a str, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.add(name, value.as_ref());
        self
    }

    /// Adds all headers of a list.
    #[must_use]
    pub fn headers<'n: 'a, 'v: 'a, V: AsRef<[u8]> + ?Sized + 'v>(
        mut self,
        headers: impl IntoIterator<Item = (&'n str, &'v V)>,
    ) -> Self {
        for (name, value) in headers {
            self.add(name, value.as_ref());
        }
        self
    }

    #[inline]
    fn add(&mut self, name: &'a str, value: &'a [u8]) {
        let at = self.headers.as_slice().len();
        self.headers.push(match self.singles.see(name, at) {
            // It is looked at when it is read, and hardly ever signed.
            Some(Single::Authorization) => Header::unseen(name, value),
            _ => look_at(name, value),
        });
    }

    /// The body, if it has been read. Only if its hash is needed, and for S3 only after the signature was
    /// found to be right, is it hashed.
    #[must_use]
    pub fn body(mut self, body: &'a [u8]) -> Self {
        self.body = Body::Bytes(body);
        self
    }

    /// The SHA-256 of the body, if that was computed while it was read.
    #[must_use]
    pub fn body_sha256(mut self, hash: [u8; 32]) -> Self {
        self.body = Body::Sha256(hash);
        self
    }

    /// The bucket that the host names, which SigV2 signs. Only for a host that
    /// [`Verifier::base_domain`](super::Verifier::base_domain) can't tell it from, such as a custom domain.
    #[must_use]
    pub fn bucket(mut self, name: &'a str) -> Self {
        self.bucket = Some(name);
        self
    }

    /// All headers of that name.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &Header<'a>> {
        let headers = self.headers.as_slice().iter();
        headers.filter(move |header| header.is_named(name))
    }

    /// The first header of a name that should be there once at most.
    pub(crate) fn single(&self, single: Single) -> Option<&Header<'a>> {
        let at = *self.singles.first.get(single as usize)?;
        self.headers.as_slice().get(usize::from(at))
    }

    /// Whether there is a second one.
    pub(crate) fn is_repeated(&self, single: Single) -> bool {
        self.singles.repeated & (1 << single as u8) != 0
    }

    /// The host as it is signed.
    pub(crate) fn host(&self) -> Option<HostValue<'a>> {
        match (self.single(Single::Host), self.authority) {
            (Some(header), _) if header.is_single_spaced() => Some(HostValue::Line(header.value)),
            (Some(header), _) => Some(HostValue::Bytes(header.trimmed())),
            (None, Some(authority)) => Some(HostValue::Host(authority)),
            (None, None) => None,
        }
    }
}

/// A header that is looked for in nearly every request, and that should be there once at most.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Single {
    Host,
    Authorization,
    Date,
    AmzDate,
    ContentSha256,
    SecurityToken,
    SessionToken,
}

impl Single {
    const COUNT: usize = 7;

    /// The one of that name, in any case of letters.
    #[inline]
    pub(super) fn of(name: &str) -> Option<Self> {
        // By length, which tells most names apart.
        let likely: &[Single] = match name.len() {
            4 => &[Single::Host, Single::Date],
            10 => &[Single::AmzDate],
            13 => &[Single::Authorization],
            20 => &[Single::ContentSha256, Single::SecurityToken],
            21 => &[Single::SessionToken],
            _ => return None,
        };
        let is = |single: &Single| is_in_lower(name.as_bytes(), single.name().as_bytes());
        likely.iter().copied().find(is)
    }

    /// Its name, in lower case.
    pub(super) fn name(self) -> &'static str {
        match self {
            Single::Host => "host",
            Single::Authorization => "authorization",
            Single::Date => "date",
            Single::AmzDate => AWS4.headers.date,
            Single::ContentSha256 => AWS4.headers.content_sha256,
            Single::SecurityToken => AWS4.headers.security_token,
            Single::SessionToken => S3_EXPRESS.headers.security_token,
        }
    }
}

/// Where these headers stand, found while they are added.
#[derive(Clone, Copy)]
struct Singles {
    /// By [`Single`]. Where none is, the place is one that no request comes to.
    first: [u16; Single::COUNT],
    /// A bit for each that is there more than once.
    repeated: u8,
}

impl Default for Singles {
    fn default() -> Self {
        Singles {
            first: [u16::MAX; Single::COUNT],
            repeated: 0,
        }
    }
}

impl Singles {
    /// Takes in the header at this place, and tells which it is.
    #[inline]
    fn see(&mut self, name: &str, at: usize) -> Option<Single> {
        let single = Single::of(name)?;
        let first = self.first.get_mut(single as usize)?;
        match *first {
            // What does not fit is refused for the number of headers.
            u16::MAX => *first = u16::try_from(at).unwrap_or(u16::MAX),
            _ => self.repeated |= 1 << single as u8,
        }
        Some(single)
    }
}

/// A header, and what can be seen of it at once. One that can't be is refused when the request is checked, and so is one that is too
/// long, which nobody looks at before.
fn look_at<'a>(name: &'a str, value: &'a [u8]) -> Header<'a> {
    match name.len().saturating_add(value.len()) <= MOST_TARGET {
        true => Header::look_at(name, value),
        false => Header::unseen(name, value),
    }
}

#[cfg(feature = "http")]
impl<'a> ReceivedRequest<'a> {
    /// The head of an `http::Request`, as hyper and what is built on it give it. Without a `Host` header, as under
    /// HTTP/2, the host is the URI's. The body is added by [`body`](ReceivedRequest::body), if it is known.
    #[must_use]
    pub fn from_parts(parts: &'a http::request::Parts) -> Self {
        ReceivedRequest::of_http(&parts.method, &parts.uri, &parts.headers)
    }

    /// An `http::Request` but for its body.
    #[must_use]
    pub fn from_http<B>(request: &'a http::Request<B>) -> Self {
        ReceivedRequest::of_http(request.method(), request.uri(), request.headers())
    }

    fn of_http(method: &'a http::Method, uri: &'a http::Uri, headers: &'a http::HeaderMap) -> Self {
        let mut target = Target::split(uri.path());
        target.query = uri.query();
        let request = ReceivedRequest::at(method.as_str(), target);
        let request = request.headers(
            headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes())),
        );
        match uri.authority() {
            Some(authority) if request.single(Single::Host).is_none() => {
                request.header("host", authority.as_str())
            }
            _ => request,
        }
    }
}

/// Without the query and the header values, which hold a signature and may hold a token.
impl fmt::Debug for ReceivedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers = self.headers.as_slice().iter();
        let names: alloc::vec::Vec<_> = headers.map(|header| header.name).collect();
        f.debug_struct("ReceivedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{ReceivedRequest, Single};
    use crate::encode::{Bare, Text};
    use std::format;
    use std::string::String;

    /// What is said to be canonical is what would be written.
    #[test]
    fn a_canonical_path_is_told_from_others() {
        let mut canonical = 0;
        for path in [
            "/",
            "/a",
            "/a/b%20c.txt",
            "/%C3%A9",
            "//a/../b",
            "/~",
            "",
            "/a%2fb",
            "/%7E",
            "/a+b",
            "/a b",
            "/\u{e9}",
            "/a%20b:c",
        ] {
            for query in ["", "?", "?a=1", "?a=%2f"] {
                let url = format!("https://example.com{path}{query}");
                let request = ReceivedRequest::from_url("GET", &url).unwrap();
                assert_eq!(request.path, path, "{url}");
                let mut written = String::new();
                Text::Wire(path).write(Bare::Path, &mut written);
                let is_canonical = !path.is_empty() && written == path;
                assert_eq!(request.path_is_canonical, is_canonical, "{url}");
                let request = ReceivedRequest::new("GET", &url["https://example.com".len()..]);
                assert_eq!(request.path, path, "{url}");
                assert_eq!(request.path_is_canonical, is_canonical, "{url}");
                canonical += usize::from(is_canonical);
            }
        }
        assert_eq!(canonical, 6 * 4);
    }

    #[test]
    fn a_single_header_is_found_in_any_case_of_letters() {
        for at in 0..Single::COUNT {
            let singles = [
                Single::Host,
                Single::Authorization,
                Single::Date,
                Single::AmzDate,
                Single::ContentSha256,
                Single::SecurityToken,
                Single::SessionToken,
            ];
            let single = *singles.get(at).unwrap();
            let (lower, upper) = (single.name(), single.name().to_ascii_uppercase());
            let request = ReceivedRequest::new("GET", "/").header("accept", "*/*");
            let request = request.header(&upper, "1");
            assert_eq!(request.single(single).unwrap().value, b"1", "{lower}");
            assert!(!request.is_repeated(single), "{lower}");
            for other in singles.into_iter().filter(|other| other.name() != lower) {
                assert!(request.single(other).is_none() && !request.is_repeated(other));
            }
            let request = request.header(lower, "2");
            assert_eq!(request.single(single).unwrap().value, b"1", "{lower}");
            assert!(request.is_repeated(single), "{lower}");
        }
    }
}
