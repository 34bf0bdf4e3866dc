//! Signing: a request's parts become a presigned URL or the headers of a signed request.

use super::canonical::{
    AuthParams, CanonicalPath, CanonicalQuery, CanonicalRequest, CanonicalUri, SignedHeaders,
    is_signed, write_presigned_query,
};
use super::dialect::{AWS4, Dialect, Headers};
use super::key::{Place, Scope, check_scope_part};
use super::payload::{Payload, PayloadText, check_content_sha256, is_hash};
use crate::credentials::Credentials;
use crate::encode::{Hex, Sink, Tee};
use crate::error::{Error, error};
use crate::hash::{MacKey, hash};
use crate::marks;
use crate::request::{Header, Parts, Request, sort};
use crate::signed::{
    AUTHORIZATION, PresignedUrl, Signature, SignedRequest, SigningSteps, headers_to_send,
};
use crate::timestamp::{AmzDate, Timestamp};
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

/// Where a session token goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionToken {
    /// Into the request before it is signed, so that the signature covers it: nearly every service.
    #[default]
    Signed,
    /// Added after signing: AWS IoT's websockets and some set-ups of API Gateway.
    Appended,
    /// Signed, as `X-Amz-S3session-Token` or `x-amz-s3session-token`: the token of a session of [S3 Express One
    /// Zone](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html), and the default of the service
    /// `s3express`. The credentials of a role, which sign CreateSession, take [`Signed`](SessionToken::Signed).
    S3Express,
}

/// Signs requests of one region and service.
///
/// Cheap to clone, and made to live as long as a server: it may be shared by any number of threads, keeps the signing
/// key of the day, and takes the next one when a signing time lies in the next day. For objects in S3,
/// [`Bucket`](crate::s3::Bucket) is the shorter way.
#[derive(Clone)]
pub struct Signer {
    credentials: Credentials,
    region: Box<str>,
    service: Box<str>,
    place: Place,
    settings: Settings,
}

#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) dialect: &'static Dialect,
    pub(crate) canonical_uri: CanonicalUri,
    /// Whether header signing adds the payload's hash as a header.
    content_sha256: bool,
    session_token: SessionToken,
    /// What a presigned URL says of the payload.
    pub(super) presigned_payload: Payload,
}

/// Without the names, which the dialect has.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("canonical_uri", &self.canonical_uri)
            .field("session_token", &self.session_token)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// What the service needs.
    pub(crate) fn of_service(service: &str) -> Self {
        let canonical_uri = CanonicalUri::of_service(service);
        // The services that take a path as it is are those of S3.
        let is_s3 = canonical_uri == CanonicalUri::S3;
        let settings = Settings {
            dialect: &AWS4,
            canonical_uri,
            content_sha256: is_s3,
            session_token: SessionToken::Signed,
            presigned_payload: match is_s3 {
                true => Payload::Unsigned,
                false => Payload::Empty,
            },
        };
        match service {
            "s3express" => settings.with_session_token(SessionToken::S3Express),
            _ => settings,
        }
    }

    /// With another place for the session token, and the names that it has there.
    pub(crate) fn with_session_token(self, place: SessionToken) -> Self {
        Settings {
            dialect: match place {
                SessionToken::S3Express => self.dialect.session,
                SessionToken::Signed | SessionToken::Appended => self.dialect.usual,
            },
            session_token: place,
            ..self
        }
    }
}

impl Signer {
    /// A signer for a region such as `us-east-1` and a service by its signing name, such as `s3`, `execute-api`,
    /// `sts` or `es`.
    ///
    /// # Errors
    /// [`ErrorKind::Scope`](crate::ErrorKind::Scope) if region or service is empty or holds a slash, comma, space or
    /// anything else that can't stand in a credential scope.
    pub fn new(
        credentials: Credentials,
        region: impl Into<Box<str>>,
        service: impl Into<Box<str>>,
    ) -> Result<Self, Error> {
        let (region, service) = (region.into(), service.into());
        check_scope_part("region", &region)?;
        check_scope_part("service", &service)?;
        let settings = Settings::of_service(&service);
        Ok(Signer {
            settings,
            place: Place::new(&region, &service, settings.dialect),
            credentials,
            region,
            service,
        })
    }

    /// Another rule for the path than the service's own.
    #[must_use]
    pub fn canonical_uri(mut self, rule: CanonicalUri) -> Self {
        self.settings.canonical_uri = rule;
        self
    }

    /// Whether header signing adds `x-amz-content-sha256`. By default it does for S3, which requires it, and for
    /// a payload that is not hashed, which the server has to be told.
    #[must_use]
    pub fn content_sha256_header(mut self, add: bool) -> Self {
        self.settings.content_sha256 = add;
        self
    }

    /// Where a session token goes.
    #[must_use]
    pub fn session_token(mut self, place: SessionToken) -> Self {
        self.settings = self.settings.with_session_token(place);
        self
    }

    /// The payload that presigned URLs are good for. By default any for S3, and an empty one for other
    /// services.
    ///
    /// A request with the header `x-amz-content-sha256` says it there.
    #[must_use]
    pub fn presigned_payload(mut self, payload: Payload) -> Self {
        self.settings.presigned_payload = payload;
        self
    }

    /// Signs a request with headers.
    ///
    /// Returns the headers to add: `Authorization`, `x-amz-date`, and where needed `x-amz-content-sha256` and `x-amz-security-token`.
    ///
    /// # Errors
    /// Whatever is wrong with the request: a URL that is not absolute, not http or https, has a user, a fragment or a bad
    /// escape; a header name or value that can't be sent; two `Host` headers that differ; a
    /// query that is signed already; `x-amz-date`, `x-amz-security-token` or `x-amz-content-sha256` headers that contradict
    /// what is signed; two session tokens; an access key id with a comma; a signing time outside the years 0 to 9999.
    ///
    /// Credentials without a session token contradict none: a token that is given as a header is signed as it stands.
    pub fn sign(
        &self,
        request: &Request<'_>,
        payload: Payload,
        now: impl Into<Timestamp>,
    ) -> Result<SignedRequest, Error> {
        request.described(|parts| sign(&self.context(), parts, payload, now.into(), None))
    }

    /// The steps of [`sign`](Signer::sign): canonical request, string to sign, signature.
    ///
    /// # Errors
    /// Those of [`sign`](Signer::sign).
    pub fn sign_steps(
        &self,
        request: &Request<'_>,
        payload: Payload,
        now: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        request.described(|parts| sign_steps(&self.context(), parts, payload, now.into()))
    }

    /// Makes a presigned URL of a request, good for 1 second to 7 days.
    ///
    /// For S3 the payload is not signed; for other services it is signed as empty. To sign a payload, give its
    /// hash as the header `x-amz-content-sha256`, or to [`presigned_payload`](Signer::presigned_payload) if the
    /// header is not to be sent.
    ///
    /// # Errors
    /// Those of [`sign`](Signer::sign), and [`ErrorKind::Expiry`](crate::ErrorKind::Expiry) if `expires_in` is
    /// zero, more than seven days, not a whole number of seconds, or longer than the credentials are known to live.
    pub fn presign(
        &self,
        request: &Request<'_>,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<PresignedUrl, Error> {
        request.described(|parts| presigned_url(&self.context(), parts, expires_in, now.into()))
    }

    /// [`presign`](Signer::presign) that appends the URL to a buffer. The headers to send are those that were
    /// given. On an error the buffer is as it was.
    ///
    /// # Errors
    /// Those of [`presign`](Signer::presign).
    pub fn presign_into(
        &self,
        request: &Request<'_>,
        expires_in: Duration,
        now: impl Into<Timestamp>,
        url: &mut String,
    ) -> Result<(), Error> {
        request
            .described(|parts| presign(&self.context(), parts, expires_in, now.into(), url, None))
            .map(drop)
    }

    /// The steps of [`presign`](Signer::presign): canonical request, string to sign, signature.
    ///
    /// # Errors
    /// Those of [`presign`](Signer::presign).
    pub fn presign_steps(
        &self,
        request: &Request<'_>,
        expires_in: Duration,
        now: impl Into<Timestamp>,
    ) -> Result<SigningSteps, Error> {
        request.described(|parts| presign_steps(&self.context(), parts, expires_in, now.into()))
    }

    fn context(&self) -> Context<'_> {
        Context {
            credentials: &self.credentials,
            region: &self.region,
            service: &self.service,
            place: &self.place,
            settings: &self.settings,
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("credentials", &self.credentials)
            .field("region", &self.region)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

/// Who signs, for what, and by which rules.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) credentials: &'a Credentials,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    /// What stands in the scope after the date, written.
    pub(crate) place: &'a Place,
    pub(crate) settings: &'a Settings,
}

impl<'a> Context<'a> {
    pub(crate) fn scope(&self, date: &'a AmzDate) -> Scope<'a> {
        let (time, date) = date.time_and_date();
        Scope {
            time,
            date,
            region: self.region,
            service: self.service,
            place: Some(self.place),
            dialect: self.settings.dialect,
        }
    }

    /// A form of the session token, if it is to be signed.
    fn signed<T>(&self, token: Option<T>) -> Option<T> {
        token.filter(|_| self.settings.session_token != SessionToken::Appended)
    }

    /// The session token, percent-encoded, if it is part of the signed query.
    fn token_in_query(&self) -> Option<&'a str> {
        self.signed(self.credentials.encoded_session_token())
    }

    /// The session token, percent-encoded, if it comes after the signature.
    pub(crate) fn appended_token(&self) -> Option<&'a str> {
        self.credentials
            .encoded_session_token()
            .filter(|_| self.settings.session_token == SessionToken::Appended)
    }

    pub(crate) fn auth_params<'b>(
        &'b self,
        prepared: &'b Prepared<'_>,
        headers: &'b SignedHeaders<'b>,
    ) -> AuthParams<'b> {
        AuthParams {
            scope: self.scope(&prepared.date),
            encoded_access_key_id: self.credentials.encoded_access_key_id(),
            encoded_place: &self.place.encoded,
            expires: prepared.expires,
            session_token: self.token_in_query(),
            headers,
        }
    }
}

pub(crate) fn presigned_url(
    context: &Context<'_>,
    parts: &mut Parts<'_>,
    expires_in: Duration,
    now: Timestamp,
) -> Result<PresignedUrl, Error> {
    let headers = headers_to_send(parts, is_signed)?;
    let mut url = String::new();
    let ends = presign(context, parts, expires_in, now, &mut url, None)?;
    Ok(PresignedUrl::new(parts, url, headers, ends))
}

pub(crate) fn presign_steps(
    context: &Context<'_>,
    parts: &mut Parts<'_>,
    expires_in: Duration,
    now: Timestamp,
) -> Result<SigningSteps, Error> {
    SigningSteps::collect_with_url(|url, steps| {
        presign(context, parts, expires_in, now, url, Some(steps)).map(drop)
    })
}

pub(crate) fn sign_steps(
    context: &Context<'_>,
    parts: &mut Parts<'_>,
    payload: Payload,
    now: Timestamp,
) -> Result<SigningSteps, Error> {
    SigningSteps::collect(|steps| sign(context, parts, payload, now, Some(steps)).map(drop))
}

/// Appends a presigned URL; gives back when it ends. On an error nothing is appended.
pub(crate) fn presign(
    context: &Context<'_>,
    parts: &mut Parts<'_>,
    expires_in: Duration,
    now: Timestamp,
    url: &mut String,
    mut steps: Option<&mut SigningSteps>,
) -> Result<Timestamp, Error> {
    let payload = context.settings.presigned_payload.text();
    let prepared = prepare_presign(context, parts, &payload, expires_in, now)?;
    let mut headers = SignedHeaders::of_host(parts.signed_host());
    headers.add(parts, &[]);
    let auth = context.auth_params(&prepared, &headers);
    let scope = auth.scope;

    // Path and query are encoded once, into the URL, and hashed from there.
    url.reserve(url_bound(parts, &auth, context));
    parts.write_origin(url);
    let path_at = url.len();
    let rule = context.settings.canonical_uri;
    match rule {
        CanonicalUri::S3 => parts.path.write_once(url),
        _ => parts.path.write_as_given(url),
    }
    let path_end = url.len();
    url.push('?');
    write_presigned_query(parts.params.as_slice(), &auth, url);

    let query_at = path_end.saturating_add(1);
    let hash = hash_canonical(
        &CanonicalRequest {
            method: parts.method,
            path: match rule {
                CanonicalUri::S3 => {
                    CanonicalPath::Written(url.get(path_at..path_end).unwrap_or_default())
                }
                rule => CanonicalPath::Of(&parts.path, rule),
            },
            query: CanonicalQuery::Written(url.get(query_at..).unwrap_or_default()),
            headers: &headers,
            written_names: None,
            payload: prepared.payload,
        },
        steps.as_deref_mut(),
    );
    let signature = sign_hash(
        &scope,
        &scope.signing_key(context.credentials),
        &hash,
        steps,
    );
    push_signature(
        url,
        context.settings.dialect,
        &signature,
        context.appended_token(),
    );
    Ok(prepared.ends)
}

/// What a presigned URL is made of besides its parts, checked.
pub(crate) struct Prepared<'a> {
    pub(crate) date: AmzDate,
    pub(crate) expires: u32,
    pub(crate) ends: Timestamp,
    /// The last line of the canonical request.
    pub(crate) payload: &'a str,
}

/// Checks everything that can be wrong with a presigned URL, and sorts its parameters. `payload` is what is signed of it
/// if the caller gave no header that says it.
#[inline]
pub(crate) fn prepare_presign<'a, 'b: 'a>(
    context: &Context<'_>,
    parts: &mut Parts<'b>,
    payload: &'a PayloadText,
    expires_in: Duration,
    now: Timestamp,
) -> Result<Prepared<'a>, Error> {
    let names = &context.settings.dialect.headers;
    let expires = check_expires(expires_in)?;
    let (date, ends) = check_life(context, expires_in, now)?;
    check_not_signed(parts, context.settings.dialect)?;
    marks::check_no_v2(parts)?;
    let given = Given::of(parts.headers.as_slice(), names)?;
    for (name, header) in [
        (AUTHORIZATION, parts.header(AUTHORIZATION)),
        (names.date, given.date),
        (names.security_token, given.security_token),
        (names.other_token, given.other_token),
    ] {
        if header.is_some() {
            return Err(error!(
                Header,
                "the header {name} is there, but a presigned URL carries that in its query: \
                 a request with both is refused by the server"
            ));
        }
    }
    let payload = given.payload(payload, names)?.unwrap_or(payload.as_str());
    sort(parts.params.as_mut_slice());
    Ok(Prepared {
        date,
        expires,
        ends,
        payload,
    })
}

/// The signing time as it is written, and when the URL ends: not after the credentials do.
#[inline]
pub(crate) fn check_life(
    context: &Context<'_>,
    expires_in: Duration,
    now: Timestamp,
) -> Result<(AmzDate, Timestamp), Error> {
    let date = AmzDate::of(now.in_range()?);
    let ends = now.saturating_add(expires_in);
    context.credentials.check_outlive(ends)?;
    Ok((date, ends))
}

/// The end of a presigned URL: its signature, and a token that is not signed.
fn push_signature(
    url: &mut String,
    dialect: &Dialect,
    signature: &Signature,
    appended_token: Option<&str>,
) {
    url.push_str(dialect.beginnings.signature);
    url.push_str(signature.as_str());
    if let Some(token) = appended_token {
        url.push_str(dialect.beginnings.security_token);
        url.push_str(token);
    }
}

/// An upper bound of a presigned URL's length, so that it is allocated once.
fn url_bound(parts: &Parts<'_>, auth: &AuthParams<'_>, context: &Context<'_>) -> usize {
    /// Names, `=` and `&` of the authentication's parameters, its date, expiry and signature.
    const FIXED: usize = 320;
    [
        FIXED,
        parts.url_bound(),
        auth.encoded_access_key_id.len(),
        auth.encoded_place.len(),
        context
            .credentials
            .encoded_session_token()
            .map_or(0, str::len),
        // Percent-encoded, a byte is three at the most.
        auth.headers.names_bound().saturating_mul(3),
    ]
    .into_iter()
    .fold(0, usize::saturating_add)
}

pub(crate) fn sign(
    context: &Context<'_>,
    parts: &mut Parts<'_>,
    payload: Payload,
    now: Timestamp,
    mut steps: Option<&mut SigningSteps>,
) -> Result<SignedRequest, Error> {
    let settings = context.settings;
    let names = &settings.dialect.headers;
    let date = AmzDate::of(now.in_range()?);
    check_id(context.credentials)?;
    let scope = context.scope(&date);
    check_not_signed(parts, settings.dialect)?;
    marks::check_no_v2(parts)?;
    let given = Given::of(parts.headers.as_slice(), names)?;
    let adds_date = !is_given(given.date, names.date, scope.time)?;
    let token = context.credentials.session_token();
    let adds_token = match token {
        Some(token) => !is_given(given.security_token, names.security_token, token)?,
        None => false,
    };
    if given.other_token.is_some() && (token.is_some() || given.security_token.is_some()) {
        return Err(error!(
            Header,
            "the header {} is there beside {}: a request has one session token, so leave it out",
            names.other_token,
            names.security_token
        ));
    }
    let own = payload.text();
    let (payload, adds_hash) = match given.payload(&own, names)? {
        Some(given) => (given, false),
        None => (
            own.as_str(),
            settings.content_sha256 || payload == Payload::Unsigned,
        ),
    };
    sort(parts.params.as_mut_slice());

    let token = token.filter(|_| adds_token);
    let date_header = Header::plain(names.date, scope.time.as_bytes());
    let hash_header = Header::plain(names.content_sha256, payload.as_bytes());
    let token_header = token.map(|token| Header::plain(names.security_token, token.as_bytes()));
    // All that is added is sent; a token that is appended is not signed. Sorted, as they will be.
    let signed_too = [
        adds_hash.then_some(&hash_header),
        adds_date.then_some(&date_header),
        context.signed(token_header.as_ref()),
    ];
    let mut headers = SignedHeaders::of_host(parts.signed_host());
    headers.add(parts, &signed_too);
    let mut signed = SignedRequest::with_capacity(signed_bound(context, token, &headers));
    if adds_date {
        signed.add(names.date).push_str(scope.time);
    }
    if adds_hash {
        signed.add(names.content_sha256).push_str(payload);
    }
    if let Some(token) = token {
        signed.add(names.security_token).push_str(token);
    }
    let authorization = signed.add(AUTHORIZATION);
    begin_authorization(context, &scope, authorization);
    let canonical = CanonicalRequest {
        method: parts.method,
        path: CanonicalPath::Of(&parts.path, settings.canonical_uri),
        query: CanonicalQuery::Of(parts.params.as_slice()),
        headers: &headers,
        written_names: None,
        payload,
    };
    if let Some(steps) = &mut steps {
        canonical.write(&mut steps.canonical_request);
    }
    let hash = Hex::of(&hash(|hasher| {
        canonical.write_with_names(authorization, hasher);
    }));
    let signature = sign_hash(
        &scope,
        &scope.signing_key(context.credentials),
        &hash,
        steps,
    );
    // With a space after each comma: some services refuse the header without.
    authorization.push_str(", Signature=");
    authorization.push_str(signature.as_str());
    Ok(signed)
}

/// An upper bound of the values of the headers that signing adds, so that they are allocated once.
fn signed_bound(context: &Context<'_>, token: Option<&str>, headers: &SignedHeaders<'_>) -> usize {
    /// Words, separators, time, dates, hash and signature.
    const FIXED: usize = 256;
    [
        FIXED,
        context.credentials.access_key_id().len(),
        context.region.len(),
        context.service.len(),
        headers.names_bound(),
        token.map_or(0, str::len),
    ]
    .into_iter()
    .fold(0, usize::saturating_add)
}

/// The `Authorization` header up to the names of the signed headers.
fn begin_authorization(context: &Context<'_>, scope: &Scope<'_>, text: &mut String) {
    text.push_str(context.settings.dialect.algorithm);
    text.push_str(" Credential=");
    text.push_str(context.credentials.access_key_id());
    text.push('/');
    scope.write(text);
    text.push_str(", SignedHeaders=");
}

/// The signature of a canonical request that is at hand.
pub(crate) fn signature(
    scope: &Scope<'_>,
    credentials: &Credentials,
    canonical: &CanonicalRequest<'_>,
) -> Signature {
    let hash = hash_canonical(canonical, None);
    sign_hash(scope, &scope.signing_key(credentials), &hash, None)
}

/// The string to sign of a canonical request that is at hand.
pub(crate) fn write_string_to_sign_of(
    scope: &Scope<'_>,
    canonical: &CanonicalRequest<'_>,
    sink: &mut impl Sink,
) {
    write_string_to_sign(scope, &hash_canonical(canonical, None), sink);
}

fn hash_canonical(canonical: &CanonicalRequest<'_>, steps: Option<&mut SigningSteps>) -> Hex {
    Hex::of(&hash(|hasher| match steps {
        Some(steps) => canonical.write(&mut Tee(hasher, &mut steps.canonical_request)),
        None => canonical.write(hasher),
    }))
}

fn sign_hash(
    scope: &Scope<'_>,
    key: &MacKey,
    hash: &Hex,
    steps: Option<&mut SigningSteps>,
) -> Signature {
    let signature = Signature::hex(&key.mac(|hasher| write_string_to_sign(scope, hash, hasher)));
    if let Some(steps) = steps {
        write_string_to_sign(scope, hash, &mut steps.string_to_sign);
        steps.signature = signature.clone();
    }
    signature
}

fn write_string_to_sign(scope: &Scope<'_>, hash: &Hex, sink: &mut impl Sink) {
    write_string_to_sign_head(scope, sink);
    sink.bytes(hash.as_bytes());
}

/// The string to sign up to the hash of the canonical request.
pub(crate) fn write_string_to_sign_head(scope: &Scope<'_>, sink: &mut impl Sink) {
    sink.text(scope.dialect.algorithm);
    sink.text("\n");
    sink.text(scope.time);
    sink.text("\n");
    scope.write(sink);
    sink.text("\n");
}

/// `X-Amz-Expires`: 1 to 604800 whole seconds.
fn check_expires(expires_in: Duration) -> Result<u32, Error> {
    const LONGEST: u32 = 7 * 24 * 60 * 60;
    if expires_in.subsec_nanos() != 0 {
        return Err(error!(
            Expiry,
            "a presigned URL lives for whole seconds, and {expires_in:?} is not"
        ));
    }
    match u32::try_from(expires_in.as_secs()) {
        Ok(seconds @ 1..=LONGEST) => Ok(seconds),
        _ => Err(error!(
            Expiry,
            "a presigned URL lives for 1 to {LONGEST} seconds (seven days), not for {}",
            expires_in.as_secs()
        )),
    }
}

/// In the `Authorization` header a comma ends the credential, for every reader; a URL or a form can carry it.
fn check_id(credentials: &Credentials) -> Result<(), Error> {
    let id = credentials.access_key_id();
    // An escape is longer than the comma that it stands for.
    let may_hold_one = credentials.encoded_access_key_id().len() != id.len();
    match may_hold_one && id.contains(',') {
        false => Ok(()),
        true => Err(error!(
            Credentials,
            "the access key id holds a comma, which would end it in the Authorization header: \
             presign a URL, which can carry it"
        )),
    }
}

/// Refuses a query that carries a signature, or a part of one, already.
fn check_not_signed(parts: &Parts<'_>, dialect: &Dialect) -> Result<(), Error> {
    let names = || dialect.parameters.names().into_iter();
    let found = parts
        .params
        .as_slice()
        .iter()
        .find_map(|param| names().find(|name| param.is_named(name)));
    match found {
        Some(name) => Err(error!(
            Query,
            "the query has {name} already, which signing adds: \
             sign the request as it was before it was presigned"
        )),
        None => Ok(()),
    }
}

/// The headers that say how a request is signed, as far as the caller gave them.
#[derive(Default)]
struct Given<'s, 'a> {
    date: Option<&'s Header<'a>>,
    content_sha256: Option<&'s Header<'a>>,
    security_token: Option<&'s Header<'a>>,
    other_token: Option<&'s Header<'a>>,
}

impl<'s, 'a> Given<'s, 'a> {
    /// Refuses a second one of those that are signed: the server would see both values, joined.
    fn of(headers: &'s [Header<'a>], names: &Headers) -> Result<Self, Error> {
        let mut given = Given::default();
        for header in headers {
            let (name, place) = if header.is_named(names.date) {
                (names.date, &mut given.date)
            } else if header.is_named(names.content_sha256) {
                (names.content_sha256, &mut given.content_sha256)
            } else if header.is_named(names.security_token) {
                (names.security_token, &mut given.security_token)
            } else if header.is_named(names.other_token) {
                (names.other_token, &mut given.other_token)
            } else {
                continue;
            };
            if place.replace(header).is_some() {
                return Err(error!(
                    Header,
                    "the header {name} is there twice: a request has one"
                ));
            }
        }
        Ok(given)
    }

    /// What is signed of the payload, if the caller gave the header that tells it, and it doesn't contradict.
    fn payload(&self, own: &PayloadText, names: &Headers) -> Result<Option<&'a str>, Error> {
        let Some(given) = self.content_sha256 else {
            return Ok(None);
        };
        let given = check_content_sha256(given.trimmed())?;
        match own {
            PayloadText::Hash(own) if is_hash(given) && given != own.as_str() => Err(error!(
                Payload,
                "{} is {given}, but the payload's hash is {}",
                names.content_sha256,
                own.as_str()
            )),
            // Whoever leaves the payload to the header says `Empty`, the default of presigned URLs.
            _ => Ok(Some(given)),
        }
    }
}

/// Whether a header that signing adds is there already, with the value that it would have.
fn is_given(header: Option<&Header<'_>>, name: &str, value: &str) -> Result<bool, Error> {
    match header {
        None => Ok(false),
        Some(given) if given.trimmed() == value.as_bytes() => Ok(true),
        // Neither value is quoted: one of them may be a session token.
        Some(_) => Err(error!(
            Header,
            "the header {name} is there with another value than signing gives it: leave it out"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{AWS4, Dialect, SessionToken, Settings};

    /// As a further dialect would be, which has no sessions.
    static OTHER: Dialect = Dialect {
        algorithm: "OTHER4-HMAC-SHA256",
        usual: &OTHER,
        session: &OTHER,
        ..AWS4
    };

    #[test]
    fn the_place_of_the_token_changes_nothing_else() {
        let places = [
            SessionToken::Signed,
            SessionToken::Appended,
            SessionToken::S3Express,
        ];
        let tokens = |dialect| {
            let settings = Settings {
                dialect,
                ..Settings::of_service("s3")
            };
            places.map(|place| {
                let dialect = settings.with_session_token(place).dialect;
                (dialect.algorithm, dialect.headers.security_token)
            })
        };
        let usual = ("AWS4-HMAC-SHA256", "x-amz-security-token");
        let session = ("AWS4-HMAC-SHA256", "x-amz-s3session-token");
        assert_eq!(tokens(&AWS4), [usual, usual, session]);
        assert_eq!(tokens(AWS4.session), [usual, usual, session]);
        let other = ("OTHER4-HMAC-SHA256", "x-amz-security-token");
        assert_eq!(tokens(&OTHER), [other; 3]);
    }
}
