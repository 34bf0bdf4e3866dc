//! Signing: a request's parts become a presigned URL or the headers of a signed request.

use super::canonical::{
    AmzHeaders, CONTENT_HEADERS, DATE, Moment, ResourcePath, SECURITY_TOKEN, StringToSign, is_amz,
    is_amz_param, is_content, write_joined,
};
use crate::credentials::Credentials;
use crate::encode::{Bare, Encoded, Sink, Tee};
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::headers::write_unfolded;
use crate::marks;
use crate::request::{Header, Parts, Path, Request};
use crate::signed::{
    AUTHORIZATION, PresignedUrl, Signature, SignedRequest, SigningSteps, headers_to_send, names_of,
};
use crate::timestamp::{Timestamp, write_decimal};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

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
    /// A signer for requests in path style, which name their bucket in the path, and for those to no bucket.
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
    /// Returns the headers to add: `Authorization`, `Date`, and where needed `x-amz-security-token`.
    ///
    /// A `Date` that is there is replaced, unless it says the signing time: then it is signed as it stands. An
    /// `x-amz-date` that is there is signed instead of the `Date`.
    ///
    /// # Errors
    /// Whatever is wrong with the request: a URL that is not absolute, not http or https, has a user, a
    /// fragment, a bad escape or a path with a character that has to be percent-encoded; a header name or value
    /// that can't be sent; two `Host` headers that differ; two `Content-Type`, `Content-MD5`, `x-amz-date` or
    /// `x-amz-security-token` headers; a query that is signed already; an `x-amz-date` or
    /// `x-amz-security-token` header that contradicts what is signed; a bucket name that is empty or has a
    /// slash; a signing time outside the years 0 to 9999.
    ///
    /// Credentials without a session token contradict none: a token that is given as a header is signed as it stands.
    pub fn sign(
        &self,
        request: &Request<'_>,
        now: impl Into<Timestamp>,
    ) -> Result<SignedRequest, Error> {
        request.described(|parts| sign(&self.context(), parts, now.into(), None))
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
        request.described(|parts| sign_steps(&self.context(), parts, now.into()))
    }

    /// Makes a presigned URL of a request, good for any whole number of seconds from `now` on.
    ///
    /// The payload is not signed, but for its hash in a `Content-MD5` header.
    ///
    /// # Errors
    /// Those of [`sign`](Signer::sign) that concern the request; `x-amz-*` parameters in its query, which are given as headers;
    /// headers such as `x-amz-signature`, which would be parts of a SigV4 signature in a query; and
    /// [`ErrorKind::Expiry`] if `expires_in` is zero, not a whole number of seconds, or longer than
    /// the credentials are known to live, or if the URL would end after the year 9999.
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
        request.described(|parts| presigned_url(&self.context(), parts, expires_at.into()))
    }

    /// [`presign_until`](Signer::presign_until) that appends the URL to a buffer. The headers to send are
    /// `Content-Type` and `Content-MD5`, if they were given. On an error the buffer is as it was.
    ///
    /// # Errors
    /// Those of [`presign_until`](Signer::presign_until).
    pub fn presign_into(
        &self,
        request: &Request<'_>,
        expires_at: impl Into<Timestamp>,
        url: &mut String,
    ) -> Result<(), Error> {
        request.described(|parts| presign(&self.context(), parts, expires_at.into(), url, None))
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
        request.described(|parts| presign_steps(&self.context(), parts, expires_at.into()))
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
    /// The signature of a text that is its own string to sign: a POST policy in base64.
    pub(crate) fn sign_text(&self, text: &str) -> Signature {
        let key = self.credentials.hmac_sha1();
        Signature::base64(&key.mac(|hasher| hasher.update(text.as_bytes())))
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
    presigned.not_covered = names_of(parts, |header| !is_content(header) && !is_amz(header));
    Ok(presigned)
}

pub(crate) fn presign_steps(
    context: &Context<'_>,
    parts: &Parts<'_>,
    expires_at: Timestamp,
) -> Result<SigningSteps, Error> {
    SigningSteps::collect_with_url(|url, steps| {
        presign(context, parts, expires_at, url, Some(steps))
    })
}

pub(crate) fn sign_steps(
    context: &Context<'_>,
    parts: &Parts<'_>,
    now: Timestamp,
) -> Result<SigningSteps, Error> {
    SigningSteps::collect(|steps| sign(context, parts, now, Some(steps)).map(drop))
}

/// Appends a presigned URL. On an error nothing is appended.
pub(crate) fn presign(
    context: &Context<'_>,
    parts: &Parts<'_>,
    expires_at: Timestamp,
    url: &mut String,
    steps: Option<&mut SigningSteps>,
) -> Result<(), Error> {
    let expires = prepare_presign(context, parts, expires_at)?;
    let amz_headers = AmzHeaders::of(parts, context.credentials.session_token());

    // Path and end are written once, into the URL, and signed from there.
    url.reserve(url_bound(parts, context));
    parts.write_origin(url);
    let path_at = url.len();
    parts.path.write_as_given(url);
    let path_end = url.len();
    write_query_front(context, parts, &amz_headers, url);
    let expires_at = url.len();
    write_decimal(expires, url);
    let string_to_sign = StringToSign {
        moment: Moment::Written(url.get(expires_at..).unwrap_or_default()),
        amz_headers: &amz_headers,
        bucket: context.bucket,
        path: ResourcePath::Written(url.get(path_at..path_end).unwrap_or_default()),
    };
    let signature = sign_string(context, parts, &string_to_sign, steps);
    url.push_str(BEFORE_SIGNATURE);
    write_signature(&signature, url);
    Ok(())
}

/// Appends the query up to the end of the URL.
pub(super) fn write_query_front(
    context: &Context<'_>,
    parts: &Parts<'_>,
    amz_headers: &AmzHeaders<'_>,
    url: &mut String,
) {
    parts.write_query(url);
    let mut separator = match parts.params.as_slice() {
        [] => '?',
        _ => '&',
    };
    let mut push_name = |name: &str, url: &mut String| {
        url.push(separator);
        // A token may hold `%`, `&` and `#`.
        Encoded(url).lower(name);
        url.push('=');
        separator = '&';
    };
    let headers = parts.headers.as_slice().iter();
    for header in headers.filter(|header| is_content(header)) {
        push_name(header.name, url);
        write_unfolded(header.value, &mut Encoded(url));
    }
    for (name, values) in amz_headers.groups() {
        push_name(name, url);
        match context.credentials.encoded_session_token() {
            Some(token) if name == SECURITY_TOKEN => url.push_str(token),
            _ => write_joined(values, &mut Encoded(url)),
        }
    }
    url.push(separator);
    url.push_str("AWSAccessKeyId=");
    url.push_str(context.credentials.encoded_access_key_id());
    url.push_str("&Expires=");
}

/// What stands in a query before the signature.
pub(super) const BEFORE_SIGNATURE: &str = "&Signature=";

/// Appends a signature, percent-encoded.
pub(super) fn write_signature(signature: &Signature, url: &mut String) {
    Encoded(url).text(signature.as_str());
}

/// Checks everything that can be wrong with a presigned URL, and gives back its `Expires`.
pub(super) fn prepare_presign(
    context: &Context<'_>,
    parts: &Parts<'_>,
    expires_at: Timestamp,
) -> Result<u64, Error> {
    let expires = check_life(context.credentials, expires_at)?;
    check(context, parts)?;
    for name in [AUTHORIZATION, DATE, SECURITY_TOKEN] {
        if parts.header(name).is_some() {
            return Err(error!(
                Header,
                "the header {name} is there, but a presigned URL carries that in its query: \
                 a request with both is refused by the server"
            ));
        }
    }
    let mut headers = parts.headers.as_slice().iter();
    headers.try_for_each(marks::check_no_v4_header)?;
    for param in parts.params.as_slice() {
        // Signed as a header by the servers that read it there, and left out by the others.
        if is_amz_param(param) {
            return Err(error!(
                Query,
                "the query has {}, which servers take for a header: give it as a header, and it is signed and stands in the URL",
                Quoted(param.name.raw())
            ));
        }
        if param.is_exactly(marks::SIGNATURE_VERSION) {
            return Err(error!(
                Query,
                "the query has {}, by which a call of the query APIs is told from a URL of S3: \
                 leave it out, or sign such a call with v2::QuerySigner",
                marks::SIGNATURE_VERSION
            ));
        }
    }
    Ok(expires)
}

/// An upper bound of a presigned URL's length, so that it is allocated once.
fn url_bound(parts: &Parts<'_>, context: &Context<'_>) -> usize {
    /// Names of the authentication's parameters, expiry and signature.
    const FIXED: usize = 192;
    let headers = parts.headers.as_slice().iter().map(|header| {
        let length = header.value.len().saturating_add(header.name.len());
        length.saturating_mul(3).saturating_add(2)
    });
    [
        FIXED,
        parts.url_bound(),
        context.credentials.encoded_access_key_id().len(),
        context
            .credentials
            .encoded_session_token()
            .map_or(0, str::len),
    ]
    .into_iter()
    .chain(headers)
    .fold(0, usize::saturating_add)
}

pub(crate) fn sign(
    context: &Context<'_>,
    parts: &Parts<'_>,
    now: Timestamp,
    steps: Option<&mut SigningSteps>,
) -> Result<SignedRequest, Error> {
    let date = now.http_date()?;
    check(context, parts)?;
    let amz_date = parts.header(DATE);
    if amz_date.is_some_and(|given| !says(given, now)) {
        return Err(error!(
            Header,
            "the header {DATE} is there and does not say the signing time, which is {}",
            date.as_str()
        ));
    }
    let given_date = given_date(parts, now);
    let adds_date = amz_date.is_none() && given_date.is_none();
    let signed_date = match amz_date {
        Some(_) => "",
        None => given_date.unwrap_or(date.as_str()),
    };
    let token = token_to_add(context, parts)?;

    let string_to_sign = StringToSign {
        moment: Moment::Date(signed_date),
        amz_headers: &AmzHeaders::of(parts, token),
        bucket: context.bucket,
        path: ResourcePath::Of(parts.path),
    };
    let signature = sign_string(context, parts, &string_to_sign, steps);

    let id = context.credentials.access_key_id();
    let authorization = ["AWS ", id, ":", signature.as_str()];
    let added = [
        adds_date.then_some(("Date", date.as_str())),
        token.map(|token| (SECURITY_TOKEN, token)),
    ];
    let values = added.iter().flatten().map(|(_, value)| value);
    let lengths = values.chain(&authorization).map(|text| text.len());
    let mut signed = SignedRequest::with_capacity(lengths.fold(0, usize::saturating_add));
    for (name, value) in added.into_iter().flatten() {
        signed.add(name).push_str(value);
    }
    signed.add(AUTHORIZATION).extend(authorization);
    Ok(signed)
}

pub(crate) fn sign_string(
    context: &Context<'_>,
    parts: &Parts<'_>,
    string_to_sign: &StringToSign<'_>,
    steps: Option<&mut SigningSteps>,
) -> Signature {
    let key = context.credentials.hmac_sha1();
    match steps {
        None => Signature::base64(&key.mac(|hasher| string_to_sign.write(parts, hasher))),
        Some(steps) => {
            let mut text = Vec::new();
            let mac = key.mac(|hasher| string_to_sign.write(parts, &mut Tee(hasher, &mut text)));
            steps.string_to_sign = String::from_utf8_lossy(&text).into_owned();
            steps.signature = Signature::base64(&mac);
            steps.signature.clone()
        }
    }
}

/// The end of a URL that lives for `expires_in`.
pub(crate) fn ends_after(expires_in: Duration, now: Timestamp) -> Result<Timestamp, Error> {
    if expires_in.is_zero() || expires_in.subsec_nanos() != 0 {
        return Err(error!(
            Expiry,
            "a presigned URL lives for one or more whole seconds, not for {expires_in:?}"
        ));
    }
    Ok(now.saturating_add(expires_in))
}

/// Checks when a URL ends, and gives back its `Expires`: seconds since 1970. Servers that read it as a date know no year
/// after 9999.
pub(super) fn check_life(credentials: &Credentials, expires_at: Timestamp) -> Result<u64, Error> {
    match u64::try_from(expires_at.unix_seconds()) {
        Ok(seconds) if expires_at.calendar().is_some() => {
            credentials.check_outlive(expires_at)?;
            Ok(seconds)
        }
        _ => Err(error!(
            Expiry,
            "the URL would end at {expires_at}: it can end in the years 1970 to 9999"
        )),
    }
}

/// What holds for both forms.
fn check(context: &Context<'_>, parts: &Parts<'_>) -> Result<(), Error> {
    check_not_signed(parts)?;
    marks::check_no_v4(parts)?;
    check_path(parts.path)?;
    let [md5, content_type] = CONTENT_HEADERS;
    parts.check_single([md5, content_type, DATE, SECURITY_TOKEN])?;
    match context.bucket {
        Some("") => Err(Error::new(ErrorKind::Bucket, "the bucket name is empty")),
        // As nearly every name is.
        Some(name) if Bare::Host.run(name.as_bytes()) == name.len() => Ok(()),
        Some(name) if name.contains(|c: char| matches!(c, '/' | '?') || c.is_control()) => {
            Err(error!(
                Bucket,
                "{} is not the name of a bucket: it goes into the resource as it is",
                Quoted(name)
            ))
        }
        _ => Ok(()),
    }
}

/// Refuses a query that carries a signature, or a part of one, already.
fn check_not_signed(parts: &Parts<'_>) -> Result<(), Error> {
    const ADDED: [&str; 3] = [marks::ACCESS_KEY_ID, marks::EXPIRES, marks::SIGNATURE];
    let mut params = parts.params.as_slice().iter();
    match params.find_map(|param| ADDED.into_iter().find(|name| param.is_named(name))) {
        Some(name) => Err(error!(
            Query,
            "the query has {name} already, which signing adds: \
             sign the request as it was before it was presigned"
        )),
        None => Ok(()),
    }
}

/// Clients encode what can't stand in a URL, and the path is signed as it is sent.
pub(super) fn check_path(path: Path<'_>) -> Result<(), Error> {
    // RFC 3986, section 3.3, and the `%` of an escape.
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/%".contains(c);
    let Path::Wire(path) = path else {
        return Ok(());
    };
    // Nearly all of a path stays bare in any URL.
    let bare = Bare::Path.run(path.as_bytes());
    let rest = path.get(bare..).unwrap_or_default();
    match rest.chars().find(|c| !fits(*c)) {
        Some(c) => Err(error!(
            Url,
            "the path holds {}, which has to be percent-encoded",
            Quoted(c.encode_utf8(&mut [0; 4]))
        )),
        None => Ok(()),
    }
}

/// The session token, unless it is there already as a header.
fn token_to_add<'a>(context: &Context<'a>, parts: &Parts<'_>) -> Result<Option<&'a str>, Error> {
    match (
        context.credentials.session_token(),
        parts.header(SECURITY_TOKEN),
    ) {
        (token, None) => Ok(token),
        (Some(token), Some(given)) if given.trimmed() != token.as_bytes() => {
            // Neither token is quoted: they are secret.
            Err(error!(
                Header,
                "the header {SECURITY_TOKEN} is there with another token than the credentials': leave it out"
            ))
        }
        (_, Some(_)) => Ok(None),
    }
}

/// The one `Date` of a request, if it says this moment.
fn given_date<'a>(parts: &Parts<'a>, moment: Timestamp) -> Option<&'a str> {
    let headers = parts.headers.as_slice().iter();
    let mut dates = headers.filter(|header| header.is_named("date"));
    match (dates.next(), dates.next()) {
        (Some(given), None) if says(given, moment) => core::str::from_utf8(given.trimmed())
            .ok()
            .filter(|text| !text.contains('\n')),
        _ => None,
    }
}

/// Whether a header's date is this moment, in any of the forms that a date can have.
fn says(header: &Header<'_>, moment: Timestamp) -> bool {
    core::str::from_utf8(header.trimmed())
        .ok()
        .and_then(Timestamp::parse_http_date)
        == Some(moment)
}
