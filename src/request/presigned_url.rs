//! The result of presigning.

use crate::error::{Error, Quoted, error};
use crate::text::percent::Component;
use crate::time::Timestamp;
use crate::wire::header::{Header, cmp_names, write_unfolded};
use crate::wire::request_parts::RequestParts;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A URL that contains its own signature: until it expires, everyone who has it can use it.
///
/// `Display` writes the URL. `Debug` hides its query, which contains the signature and the session
/// token.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now: Timestamp = "20130524T000000Z".parse()?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let upload = bucket
///     .put("a.txt")
///     .header("Content-Type", "text/plain")
///     .presign(&credentials, Duration::from_secs(3600), now)?;
///
/// // The uploading client needs all of these:
/// assert_eq!(upload.method(), "PUT");
/// assert!(upload.as_str().starts_with("https://examplebucket.s3.us-east-1.amazonaws.com/a.txt?"));
/// assert_eq!(upload.headers().collect::<Vec<_>>(), [("Content-Type", "text/plain")]);
/// assert_eq!(upload.expires_at().to_string(), "2013-05-24T01:00:00Z");
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct PresignedUrl {
    pub(crate) method: Cow<'static, str>,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) not_covered: Vec<String>,
    pub(crate) expires_at: Timestamp,
}

impl PresignedUrl {
    /// Returns the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Returns the method for which the URL is valid. Servers answer 403 to any other, also to HEAD
    /// with the URL of a GET.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the signed headers, which have to be sent with these values. `Host` is among them
    /// only if the request has such a header and it differs from the URL's host.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the names of the request's headers that the signature doesn't cover. Any client can
    /// omit or change them. SigV4 covers all headers except those that are [never
    /// signed](crate::v4#headers), SigV2 few.
    pub fn not_covered(&self) -> impl Iterator<Item = &str> {
        self.not_covered.iter().map(String::as_str)
    }

    /// Returns when the URL expires.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Returns the signature: lowercase hexadecimal digits under SigV4, base64 under SigV2 and for
    /// Azure, CloudFront's base64 for CloudFront.
    #[must_use]
    pub fn signature(&self) -> Cow<'_, str> {
        signature_parameter(&self.url)
    }
}

/// Returns the decoded value of the parameter `Signature` or `X-…-Signature`, the last one that
/// ends in that name, or of Azure's `sig`, which is the last of all.
pub(super) fn signature_parameter(text: &str) -> Cow<'_, str> {
    const NAME_END: &str = "Signature=";
    const AZURE: &str = "sig=";
    let last = text.rsplit(['?', '&']).next().unwrap_or_default();
    if let Some(value) = last.strip_prefix(AZURE) {
        return Component::Encoded(value).to_text().unwrap_or_default();
    }
    let (_, value) = text.rsplit_once(NAME_END).unwrap_or_default();
    let value = value.split('&').next().unwrap_or_default();
    Component::Encoded(value).to_text().unwrap_or_default()
}

/// Returns a method as a result owns it. The common ones need no allocation.
pub(crate) fn own_method(method: &str) -> Cow<'static, str> {
    match method {
        "GET" => Cow::Borrowed("GET"),
        "PUT" => Cow::Borrowed("PUT"),
        "HEAD" => Cow::Borrowed("HEAD"),
        "POST" => Cow::Borrowed("POST"),
        "DELETE" => Cow::Borrowed("DELETE"),
        other => Cow::Owned(other.into()),
    }
}

/// Returns the headers that have to be sent with a presigned URL.
pub(crate) fn headers_to_send(
    parts: &RequestParts<'_>,
    is_signed: impl Fn(&Header<'_>) -> bool,
) -> Result<Vec<(String, String)>, Error> {
    let mut headers = Vec::new();
    if let Some(host) = parts.host_header {
        let mut url_host = String::new();
        parts.url_host.write(&mut url_host);
        if url_host.as_bytes() != host {
            headers.push(("host".into(), text_of("host", host)?));
        }
    }
    for header in parts
        .headers_without_host()
        .filter(|header| is_signed(header))
    {
        let value = text_of(&header.name, &header.value)?;
        headers.push((header.name.as_ref().into(), value));
    }
    Ok(headers)
}

/// Returns the value of a header on one line.
fn text_of(name: &str, value: &[u8]) -> Result<String, Error> {
    if core::str::from_utf8(value).is_err() {
        return Err(error!(
            Header,
            "the value of header {} is not UTF-8, so it can't be returned with a URL",
            Quoted(name)
        ));
    }
    let mut text = String::new();
    write_unfolded(value, &mut text);
    Ok(text)
}

/// Returns the names of some of a request's headers, each once, in the order of the request.
pub(crate) fn header_names(
    parts: &RequestParts<'_>,
    is_wanted: impl Fn(&Header<'_>) -> bool,
) -> Vec<String> {
    let wanted = parts
        .headers_without_host()
        .filter(|header| is_wanted(header));
    let mut names: Vec<(usize, &str)> = wanted.map(|header| &*header.name).enumerate().collect();
    // Sorting by name finds duplicates in linearithmic time.
    names.sort_by(|(_, one), (_, two)| cmp_names(one, two));
    names.dedup_by(|(_, one), (_, two)| one.eq_ignore_ascii_case(two));
    names.sort_by_key(|(index, _)| *index);
    names.into_iter().map(|(_, name)| name.into()).collect()
}

impl AsRef<str> for PresignedUrl {
    fn as_ref(&self) -> &str {
        &self.url
    }
}

impl From<PresignedUrl> for String {
    fn from(url: PresignedUrl) -> Self {
        url.url
    }
}

impl fmt::Display for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.url.split('?').next().unwrap_or_default();
        let headers: Vec<_> = self.headers().map(|(name, _)| name).collect();
        f.debug_struct("PresignedUrl")
            .field("method", &self.method)
            .field("url", &format_args!("{address}?…"))
            .field("headers", &headers)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
