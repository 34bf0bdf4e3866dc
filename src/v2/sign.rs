//! Signing: a request's parts become a presigned URL or the headers of a signed request.

use super::canonical::{AmzHeaders, Moment, SECURITY_TOKEN, StringToSign, is_amz, write_joined};
use crate::credentials::Credentials;
use crate::encode::{Bare, Sink, Tee, Text};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::request::{Header, Parts, Path, Request, write_lower};
use crate::signed::{
    AUTHORIZATION, PresignedUrl, Signature, SignedRequest, SigningSteps, headers_to_send,
};
use crate::timestamp::{Timestamp, write_decimal};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

/// Signs requests to S3's REST interface with HMAC-SHA1.
///
/// Cheap to clone, and shared by any number of threads. For objects in S3, [`Bucket`](crate::s3::Bucket) is the
/// shorter way.
#[derive(Clone, Debug)]
pub struct Signer {
    credentials: Credentials,
    bucket: Option<Box<str>>,
}

impl Signer {
    /// A signer for requests in path style, which name their bucket in the path.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Signer {
            credentials,
            bucket: None,
        }
    }

    /// The bucket that the host names: the `johnsmith` of `johnsmith.s3.amazonaws.com`, or the bucket behind a custom domain.
    #[must_use]
    pub fn bucket(mut self, name: impl Into<Box<str>>) -> Self {
        self.bucket = Some(name.into());
        self
    }

    /// Signs a request with headers.
    ///
    /// Returns the headers to add: `Authorization`, `Date`, and the session token as `x-amz-security-token`. The `Date` replaces
    /// one that is there, unless that says the same moment. If there is an `x-amz-date`, it is signed instead.
    ///
    /// # Errors
    /// Whatever is wrong with the request: a URL that is not absolute, not http or https, has a user, a
    /// fragment or a path that is not percent-encoded; a header name or value that can't be sent; a query
    /// that is signed already; an `x-amz-date` or `x-amz-security-token` header that contradicts what is signed; a signing time
    /// outside the years 0 to 9999.
    pub fn sign(
        &self,
        request: &Request<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<SignedRequest, Error> {
        sign(&self.context(), &request.parts()?, now.into(), None)
    }

    /// The steps of [`sign`](Signer::sign): string to sign and signature.
    ///
    /// # Errors
    /// Those of [`sign`](Signer::sign).
    pub fn sign_steps(
        &self,
        request: &Request<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        sign_steps(&self.context(), &request.parts()?, now.into())
    }

    /// Makes a presigned URL, good for any whole number of seconds from `now` on.
    ///
    /// # Errors
    /// Those of [`sign`](Signer::sign), and [`ErrorKind::Expiry`] if `expires_in` is zero, not a whole number of seconds, or longer
    /// than the credentials are known to live.
    pub fn presign(
        &self,
        request: &Request<'_>,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        self.presign_until(request, ends_after(expires_in, now.into())?)
    }

    /// Makes a presigned URL that is good until a moment.
    ///
    /// # Errors
    /// Those of [`presign`](Signer::presign); the moment can't be before 1970.
    pub fn presign_until(
        &self,
        request: &Request<'_>,
        expires_at: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        presigned_url(&self.context(), &request.parts()?, expires_at.into())
    }

    /// [`presign_until`](Signer::presign_until) that appends the URL to a buffer. On an error the buffer is as it was.
    ///
    /// # Errors
    /// Those of [`presign_until`](Signer::presign_until).
    pub fn presign_into(
        &self,
        request: &Request<'_>,
        expires_at: impl Into<Timestamp>,
        url: &mut String,
    ) -> Result<(), Error> {
        let parts = request.parts()?;
        presign(&self.context(), &parts, expires_at.into(), url, None)
    }

    /// The steps of [`presign_until`](Signer::presign_until): string to sign and signature.
    ///
    /// # Errors
    /// Those of [`presign_until`](Signer::presign_until).
    pub fn presign_steps(
        &self,
        request: &Request<'_>,
        expires_at: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        presign_steps(&self.context(), &request.parts()?, expires_at.into())
    }

    fn context(&self) -> Context<'_> {
        Context {
            credentials: &self.credentials,
            bucket: self.bucket.as_deref(),
        }
    }
}

/// Who signs, and which bucket the host names.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) bucket: Option<&'a str>,
}

impl Context<'_> {
    pub(crate) fn signature(
        &self,
        parts: &Parts<'_>,
        moment: Moment<'_>,
        amz_headers: &AmzHeaders<'_>,
        steps: Option<&mut SigningSteps>,
    ) -> Signature {
        let string_to_sign = StringToSign {
            moment,
            amz_headers,
            bucket: self.bucket,
        };
        let mut mac = MacSink(self.credentials.hmac_sha1());
        match steps {
            None => {
                string_to_sign.write(parts, &mut mac);
                mac.signature()
            }
            Some(steps) => {
                string_to_sign.write(parts, &mut Tee(&mut mac, &mut steps.string_to_sign));
                steps.signature = mac.signature();
                steps.signature.clone()
            }
        }
    }
}

/// The signature of a text that is signed as it is: a POST policy in base64.
pub(crate) fn sign_text(credentials: &Credentials, text: &str) -> Signature {
    let mut mac = MacSink(credentials.hmac_sha1());
    mac.text(text);
    mac.signature()
}

/// HMAC-SHA1 of what is written into it.
struct MacSink(Hmac<Sha1>);

impl MacSink {
    fn signature(self) -> Signature {
        Signature::base64(&self.0.finalize().into_bytes())
    }
}

impl Sink for MacSink {
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

pub(crate) fn presigned_url(
    context: &Context<'_>,
    parts: &Parts<'_>,
    expires_at: Timestamp,
) -> Result<PresignedUrl, Error> {
    let headers = headers_to_send(parts, is_content)?;
    let mut url = String::new();
    presign(context, parts, expires_at, &mut url, None)?;
    let mut presigned = PresignedUrl::new(parts, url, headers, expires_at);
    let not_covered = parts
        .headers
        .as_slice()
        .iter()
        .filter(|header| !is_content(header) && !is_amz(header));
    presigned
        .not_covered
        .extend(not_covered.map(|header| header.name.into()));
    Ok(presigned)
}

pub(crate) fn presign_steps(
    context: &Context<'_>,
    parts: &Parts<'_>,
    expires_at: Timestamp,
) -> Result<SigningSteps, Error> {
    let mut url = String::new();
    SigningSteps::collect(|steps| presign(context, parts, expires_at, &mut url, Some(steps)))
}

/// Appends a presigned URL. On an error nothing is appended.
pub(crate) fn presign(
    context: &Context<'_>,
    parts: &Parts<'_>,
    expires_at: Timestamp,
    url: &mut String,
    steps: Option<&mut SigningSteps>,
) -> Result<(), Error> {
    context.credentials.check_outlive(expires_at)?;
    let Ok(expires) = u64::try_from(expires_at.unix_seconds()) else {
        return Err(error!(
            Expiry,
            "the URL would end at {expires_at}, but Expires counts seconds since 1970"
        ));
    };
    check(parts)?;
    for name in [AUTHORIZATION, "x-amz-date", SECURITY_TOKEN] {
        if parts.header(name).is_some() {
            return Err(error!(
                Header,
                "the header {name} is there, but a presigned URL carries that in its query"
            ));
        }
    }
    let amz_headers = AmzHeaders::of(parts, context.credentials.session_token());
    let signature = context.signature(parts, Moment::Expires(expires), &amz_headers, steps);

    url.reserve(url_bound(parts, context));
    parts.write_url(url);
    let mut separator = match parts.params.as_slice() {
        [] => '?',
        _ => '&',
    };
    let mut write_name = |name: &str, url: &mut String| {
        url.push(separator);
        write_lower(name, url);
        url.push('=');
        separator = '&';
    };
    for header in parts
        .headers
        .as_slice()
        .iter()
        .filter(|header| is_content(header))
    {
        write_name(header.name, url);
        write_joined([header.value].into_iter(), &mut InQuery(url));
    }
    for (name, values) in amz_headers.groups() {
        write_name(name, url);
        write_joined(values, &mut InQuery(url));
    }
    url.push(separator);
    url.push_str("AWSAccessKeyId=");
    InQuery(url).text(context.credentials.access_key_id());
    url.push_str("&Expires=");
    write_decimal(expires, url);
    url.push_str("&Signature=");
    InQuery(url).text(signature.as_str());
    Ok(())
}

/// Percent-encodes what it is given as the value of a query parameter.
pub(super) struct InQuery<'a>(pub(super) &'a mut String);

impl Sink for InQuery<'_> {
    fn text(&mut self, text: &str) {
        Text::Plain(text).write(Bare::Unreserved, self.0);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        match core::str::from_utf8(bytes) {
            Ok(text) => self.text(text),
            Err(_) => {
                for byte in bytes {
                    self.0
                        .push_str(percent_encoding::percent_encode_byte(*byte));
                }
            }
        }
    }
}

/// An upper bound of a presigned URL's length, so that it is allocated once.
fn url_bound(parts: &Parts<'_>, context: &Context<'_>) -> usize {
    /// Scheme, port, names of the authentication's parameters, expiry and signature.
    const FIXED: usize = 192;
    let params = parts.params.as_slice().iter().map(|param| {
        let value = param.value.unwrap_or_default();
        [2, param.name.bound(), value.bound()]
            .into_iter()
            .fold(0, usize::saturating_add)
    });
    let headers = parts.headers.as_slice().iter().map(|header| {
        let value = header.value.len().saturating_mul(3);
        value.saturating_add(header.name.len()).saturating_add(2)
    });
    [
        FIXED,
        parts.authority.host.len(),
        parts.path.bound(),
        context.credentials.access_key_id().len().saturating_mul(3),
        context
            .credentials
            .encoded_session_token()
            .map_or(0, str::len),
    ]
    .into_iter()
    .chain(params)
    .chain(headers)
    .fold(0, usize::saturating_add)
}

pub(crate) fn sign_steps(
    context: &Context<'_>,
    parts: &Parts<'_>,
    now: Timestamp,
) -> Result<SigningSteps, Error> {
    SigningSteps::collect(|steps| sign(context, parts, now, Some(steps)).map(drop))
}

pub(crate) fn sign(
    context: &Context<'_>,
    parts: &Parts<'_>,
    now: Timestamp,
    steps: Option<&mut SigningSteps>,
) -> Result<SignedRequest, Error> {
    check(parts)?;
    let http_date = now.http_date()?;
    let amz_date = parts.header("x-amz-date");
    if amz_date.is_some_and(|given| !says(given, now)) {
        return Err(error!(
            Header,
            "the header x-amz-date is there and does not say the signing time, which is {}",
            http_date.as_str()
        ));
    }
    let given = parts.header("date").filter(|given| says(given, now));
    let date = match (amz_date, given) {
        (Some(_), _) => "",
        (None, Some(given)) => core::str::from_utf8(given.trimmed()).unwrap_or_default(),
        (None, None) => http_date.as_str(),
    };
    let adds_date = amz_date.is_none() && given.is_none();

    let token = match (
        context.credentials.session_token(),
        parts.header(SECURITY_TOKEN),
    ) {
        (Some(token), Some(given)) if given.trimmed() != token.as_bytes() => {
            return Err(Error::new(
                ErrorKind::Header,
                "the header x-amz-security-token is there with another token than the credentials': leave it out",
            ));
        }
        (token, None) => token,
        (_, Some(_)) => None,
    };
    let amz_headers = AmzHeaders::of(parts, token);
    let signature = context.signature(parts, Moment::Date(date), &amz_headers, steps);
    let id = context.credentials.access_key_id();
    let authorization = alloc::format!("AWS {id}:{}", signature.as_str());
    Ok(SignedRequest::new([
        adds_date.then(|| ("Date", Cow::Owned(http_date.as_str().into()))),
        token.map(|token| (SECURITY_TOKEN, Cow::Owned(token.into()))),
        Some((AUTHORIZATION, Cow::Owned(authorization))),
        None,
    ]))
}

/// Whether a header's date is this moment, in any of the forms that a date can have.
fn says(header: &Header<'_>, moment: Timestamp) -> bool {
    core::str::from_utf8(header.trimmed())
        .ok()
        .and_then(Timestamp::parse_http_date)
        == Some(moment)
}

/// The end of a URL that lives for `expires_in`.
pub(crate) fn ends_after(expires_in: Duration, now: Timestamp) -> Result<Timestamp, Error> {
    if expires_in.subsec_nanos() != 0 || expires_in.is_zero() {
        return Err(error!(
            Expiry,
            "a presigned URL lives for one or more whole seconds, not for {expires_in:?}"
        ));
    }
    Ok(now.saturating_add(expires_in))
}

fn is_content(header: &Header<'_>) -> bool {
    header.is_named("content-type") || header.is_named("content-md5")
}

/// What holds for both forms.
fn check(parts: &Parts<'_>) -> Result<(), Error> {
    for name in ["AWSAccessKeyId", "Signature", "Expires"] {
        if parts
            .params
            .as_slice()
            .iter()
            .any(|param| param.is_named(name))
        {
            return Err(error!(
                Query,
                "the query has {name} already, which signing adds: \
                 sign the request as it was before it was presigned"
            ));
        }
    }
    // Clients encode what can't stand in a URL, and the path is signed as it is sent.
    if let Path::Wire(path) = parts.path
        && let Some(c) = path.chars().find(|c| !is_path_character(*c))
    {
        return Err(error!(
            Url,
            "the path holds {}, which has to be percent-encoded",
            Quoted(c.encode_utf8(&mut [0; 4]))
        ));
    }
    let mut content = parts
        .headers
        .as_slice()
        .iter()
        .filter(|header| is_content(header));
    let repeated = content.find(|header| {
        let same = |other: &&Header<'_>| other.is_named(header.name);
        parts.headers.as_slice().iter().filter(same).count() > 1
    });
    match repeated {
        Some(header) => Err(error!(
            Header,
            "the header {} is there more than once, but its line in the string to sign has room for one",
            header.name
        )),
        None => Ok(()),
    }
}

/// RFC 3986, section 3.3, and the `%` of an escape.
fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/%".contains(c)
}
