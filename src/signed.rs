//! What signing gives back: all that a caller has to send, and the steps on the way for those who want
//! to see them.

use crate::encode::Hex;
use crate::error::Error;
use crate::headers::compare_names;
use crate::request::{Header, Parts};
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use core::fmt;
use ctutils::CtEq as _;

/// A URL that carries its own signature: whoever has it may do what it says, until it ends.
///
/// `Display` writes the URL; `Debug` hides its query, which holds the signature and the session token.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let upload = bucket
///     .put("a.txt")
///     .header("Content-Type", "text/plain")
///     .presign(&credentials, Duration::from_secs(3600), now)?;
///
/// // All that whoever uploads has to know.
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
    pub(crate) fn new(
        parts: &Parts<'_>,
        url: String,
        headers: Vec<(String, String)>,
        expires_at: Timestamp,
    ) -> Self {
        let method = match parts.method {
            "GET" => Cow::Borrowed("GET"),
            "PUT" => Cow::Borrowed("PUT"),
            "HEAD" => Cow::Borrowed("HEAD"),
            "POST" => Cow::Borrowed("POST"),
            "DELETE" => Cow::Borrowed("DELETE"),
            other => Cow::Owned(other.into()),
        };
        PresignedUrl {
            method,
            url,
            headers,
            not_covered: Vec::new(),
            expires_at,
        }
    }

    /// The method that the URL is good for. Another one gets 403 from the server, HEAD on a GET link too.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The URL, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.url
    }

    /// The headers that are signed and so have to be sent with the URL, with just these values; `Host`
    /// only if it was given and is not what the URL says.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names of headers that were given but that the signature of this URL can't cover, as SigV2 can't most
    /// of them: whoever has the URL may send them or not, with any value. Always empty under SigV4.
    pub fn not_covered(&self) -> impl Iterator<Item = &str> {
        self.not_covered.iter().map(String::as_str)
    }

    /// When the URL ends.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
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

/// The headers that make a request a signed one.
///
/// Add them to the request, replacing those of the same name that it may have. `Debug` shows only their names.
///
/// ```
/// use presign::{Credentials, Payload, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let signed = bucket.get("a.txt").sign(&credentials, Payload::Empty, now)?;
///
/// let names: Vec<_> = signed.headers().map(|(name, _)| name).collect();
/// assert_eq!(names, ["x-amz-date", "x-amz-content-sha256", "Authorization"]);
/// assert!(signed.authorization().starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20130524/"));
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
pub struct SignedRequest {
    /// The values, one after another: so they are one allocation.
    values: String,
    /// Each name, and where its value begins.
    names: [Option<(&'static str, usize)>; 4],
}

impl SignedRequest {
    /// No header yet, and room for values of so many bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        SignedRequest {
            values: String::with_capacity(bytes),
            names: [None; 4],
        }
    }

    /// Adds a header, of four at the most, whose value is written where this leads.
    pub(crate) fn add(&mut self, name: &'static str) -> &mut String {
        if let Some(place) = self.names.iter_mut().find(|name| name.is_none()) {
            *place = Some((name, self.values.len()));
        }
        &mut self.values
    }

    /// Names and values of the headers to add, `Authorization` among them.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let names = self.names.iter().flatten();
        let starts = names.clone().map(|(_, start)| *start);
        let ends = starts.skip(1).chain([self.values.len()]);
        names.zip(ends).map(|((name, start), end)| {
            let value = self.values.get(*start..end);
            (*name, value.unwrap_or_default())
        })
    }

    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> &str {
        self.headers()
            .find(|(name, _)| *name == AUTHORIZATION)
            .map_or("", |(_, value)| value)
    }
}

pub(crate) const AUTHORIZATION: &str = "Authorization";

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers().map(|(name, _)| name).collect();
        f.debug_struct("SignedRequest")
            .field("headers", &names)
            .finish()
    }
}

/// A signature. It has no `==`, so that none can be compared in a way that takes
/// longer the more of it is right; `Debug` hides it.
#[derive(Clone)]
pub struct Signature {
    /// 64 hexadecimal digits, or 28 or 44 characters of base64.
    text: [u8; 64],
    length: usize,
}

impl Signature {
    /// SigV4's: an HMAC-SHA256 in hex.
    pub(crate) fn hex(mac: &[u8; 32]) -> Self {
        let text = *Hex::of(mac).as_bytes();
        Signature { text, length: 64 }
    }

    /// SigV2's: an HMAC-SHA1 or HMAC-SHA256 in base64.
    pub(crate) fn base64(mac: &[u8]) -> Self {
        let mut text = [0; 64];
        // 32 bytes at the most, so 44 characters.
        let length = BASE64.encode_slice(mac, &mut text).unwrap_or(0);
        Signature { text, length }
    }

    /// Whether a signature that was received is this one, in a time that does not depend on where they
    /// differ. Its text has to be as it is sent: lower-case hexadecimal digits or base64.
    #[must_use]
    pub fn matches(&self, received: impl AsRef<[u8]>) -> bool {
        self.as_bytes().ct_eq(received.as_ref()).to_bool()
    }

    /// The signature as it is sent: lower-case hexadecimal digits under SigV4, base64 under SigV2. In a query the
    /// latter is percent-encoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

/// The steps of one signature, as AWS's documents name them: what to compare with a server's when it answers
/// `SignatureDoesNotMatch`. `Debug` hides all of it: the URL is a secret, and a session token may stand in any of the texts.
///
/// ```
/// use presign::{Credentials, Payload, Timestamp, s3::Bucket};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let bucket = Bucket::new("examplebucket", "us-east-1")?;
/// let steps = bucket.get("a b.txt").sign_steps(&credentials, Payload::Empty, now)?;
///
/// assert!(steps.canonical_request.starts_with("GET\n/a%20b.txt\n\nhost:examplebucket.s3."));
/// assert!(steps.string_to_sign.starts_with("AWS4-HMAC-SHA256\n20130524T000000Z\n"));
/// assert_eq!(steps.signature.as_str().len(), 64);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SigningSteps {
    /// The presigned URL that all this led to, for those who want both from one signature; empty where something else than a
    /// presigned URL is signed.
    pub url: String,
    /// The canonical request; empty under SigV2, which has none. A header value that is not UTF-8 is shown with replacement characters.
    pub canonical_request: String,
    /// The string to sign.
    pub string_to_sign: String,
    /// The signature.
    pub signature: Signature,
}

impl SigningSteps {
    /// Has the steps filled in by what presigns, and the URL.
    pub(crate) fn collect_with_url(
        presign: impl FnOnce(&mut String, &mut SigningSteps) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let mut url = String::new();
        let steps = SigningSteps::collect(|steps| presign(&mut url, steps))?;
        Ok(SigningSteps { url, ..steps })
    }

    /// Has the steps filled in by what signs.
    pub(crate) fn collect(
        sign: impl FnOnce(&mut SigningSteps) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let mut steps = SigningSteps {
            url: String::new(),
            canonical_request: String::new(),
            string_to_sign: String::new(),
            signature: Signature {
                text: [0; 64],
                length: 0,
            },
        };
        sign(&mut steps)?;
        Ok(steps)
    }
}

impl fmt::Debug for SigningSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSteps(…)")
    }
}

/// The names of some of a request's headers, each once.
pub(crate) fn names_of<'a>(
    parts: &Parts<'a>,
    is_meant: impl Fn(&Header<'a>) -> bool,
) -> Vec<String> {
    // Sorted by name to find those that are the same, and then back into the order given. Both sorts are stable.
    let headers = parts.headers.as_slice().iter();
    let names = headers
        .filter(|header| is_meant(header))
        .map(|header| header.name);
    let mut names: Vec<_> = names.enumerate().collect();
    names.sort_by(|(_, one), (_, two)| compare_names(one, two));
    names.dedup_by(|(_, again), (_, first)| again.eq_ignore_ascii_case(first));
    names.sort_by_key(|(at, _)| *at);
    names.into_iter().map(|(_, name)| name.into()).collect()
}

/// The headers of a presigned URL that a caller has to send.
pub(crate) fn headers_to_send<'a>(
    parts: &Parts<'a>,
    is_signed: impl Fn(&Header<'a>) -> bool,
) -> Result<Vec<(String, String)>, Error> {
    let mut headers = Vec::new();
    if let Some(host) = parts.host {
        let mut own = String::new();
        parts.authority.write(&mut own);
        if own.as_bytes() != host {
            let given = Header::unseen("host", host);
            headers.push(("host".into(), given.to_send()?));
        }
    }
    for header in parts
        .headers
        .as_slice()
        .iter()
        .filter(|header| is_signed(header))
    {
        headers.push((header.name.into(), header.to_send()?));
    }
    Ok(headers)
}
