//! Signature Version 2, of S3's REST interface and of the query APIs, from the server's side. What lives here: reading the
//! authentication of a header or a query. What does not: the strings to sign, which are those of `v2::canonical` and `v2::query`.

use super::error::{VerifyError, refuse};
use super::request::{ReceivedRequest, Single};
use super::text::{Presented, decode, decode_bytes, parse_decimal};
use super::v4::single;
use super::{Scheme, Verifier};
use crate::credentials::Credentials;
use crate::encode::{Sink, Text};
use crate::error::Quoted;
use crate::headers::compare_names;
use crate::list::List;
use crate::marks::{ACCESS_KEY_ID, EXPIRES, SIGNATURE, SIGNATURE_VERSION, V2Marks};
use crate::request::{Authority, Header, Param, Parts, Path, Scheme as UrlScheme, write_params};
use crate::signed::Signature;
use crate::timestamp::Timestamp;
use crate::v2::{
    API_TOKEN, AmzHeaders, Context, Moment, ResourcePath, SECURITY_TOKEN, SIGNATURE_METHOD,
    SignatureMethod, StringToSign, TIMESTAMP, is_amz, is_amz_param, may_be_sub_resource,
    parse_timestamp, sign_string, sort_by_name, write_front,
};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// What the authentication says.
#[derive(Clone)]
pub(super) struct Claim<'a> {
    pub(super) scheme: Scheme,
    pub(super) access_key_id: Cow<'a, str>,
    presented: Presented<'a>,
    moment: Moment<'a>,
    /// The time in the header, or the end of the URL.
    time: Timestamp,
    /// The `x-amz-*` parameters of a URL, decoded.
    hoisted: Vec<Hoisted<'a>>,
    bucket: Option<&'a str>,
    /// Of a query API, by its own string to sign.
    api: Option<SignatureMethod>,
    /// Whether there may be a sub-resource in the query.
    has_resources: bool,
}

/// The parameters of a URL that is presigned with SigV2, as a query has them.
#[derive(Default)]
pub(super) struct Params<'a> {
    /// By the places of [`URL_NAMES`].
    found: [Option<Text<'a>>; 3],
    version: bool,
    /// Whether one of these is there twice, or an `x-amz-*` parameter is there: then the query has to be read once more.
    is_special: bool,
    /// Whether there may be a sub-resource.
    has_resources: bool,
}

impl<'a> Params<'a> {
    pub(super) fn see(&mut self, param: &Param<'a>) {
        let mut slots = URL_NAMES.iter().zip(&mut self.found);
        if let Some((_, slot)) = slots.find(|(name, _)| param.is_exactly(name)) {
            self.is_special |= slot.replace(param.value.unwrap_or_default()).is_some();
            return;
        }
        self.version |= param.is_exactly(SIGNATURE_VERSION);
        self.is_special |= is_amz_param(param);
        self.has_resources |= may_be_sub_resource(param);
    }

    pub(super) fn is_signed(&self) -> bool {
        let [access_key_id, expires, signature] = self.found.map(|value| value.is_some());
        let marks = V2Marks {
            access_key_id,
            expires,
            signature,
            version: self.version,
        };
        marks.is_signed()
    }

    /// That of the query APIs is told by its version, which S3's does not name.
    pub(super) fn scheme(&self) -> Scheme {
        match self.version {
            true => Scheme::V2QueryApi,
            false => Scheme::V2Query,
        }
    }
}

const URL_NAMES: [&str; 3] = [ACCESS_KEY_ID, EXPIRES, SIGNATURE];

impl<'a> Claim<'a> {
    /// Reads `AWS AKIDEXAMPLE:signature`.
    pub(super) fn of_header(
        verifier: &Verifier,
        request: &'a ReceivedRequest<'_>,
        authorization: &'a str,
        params: &Params<'_>,
    ) -> Result<Self, VerifyError> {
        let scheme = Scheme::V2Header;
        let text = authorization.strip_prefix("AWS ").unwrap_or_default();
        let Some((id, presented)) = text.rsplit_once(':').filter(|(id, _)| !id.is_empty()) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "the Authorization header should be AWS ACCESS-KEY-ID:SIGNATURE"
            ));
        };
        let amz_date = single(request, scheme, Single::AmzDate)?;
        let date = single(request, scheme, Single::Date)?;
        let Some(text) = amz_date.or(date) else {
            return Err(refuse!(
                Missing,
                scheme,
                "the request has neither a Date nor an x-amz-date header"
            ));
        };
        let time = Timestamp::parse_http_date(text).or_else(|| Timestamp::parse(text).ok());
        let Some(time) = time else {
            return Err(refuse!(
                Malformed,
                scheme,
                "the date {} is no HTTP date",
                Quoted(text)
            ));
        };
        let claim = Claim {
            scheme,
            access_key_id: Cow::Borrowed(id),
            presented: Presented(Text::Plain(presented)),
            moment: Moment::Date(match amz_date {
                Some(_) => "",
                None => text,
            }),
            time,
            hoisted: Vec::new(),
            bucket: verifier.bucket(request),
            api: None,
            has_resources: params.has_resources,
        };
        claim.check_single(request)?;
        Ok(claim)
    }

    /// Reads `AWSAccessKeyId=…&Expires=…&Signature=…`.
    pub(super) fn of_query(
        verifier: &Verifier,
        request: &'a ReceivedRequest<'_>,
        params: &Params<'a>,
    ) -> Result<Self, VerifyError> {
        let scheme = Scheme::V2Query;
        let hoisted = match params.is_special {
            true => hoisted(request)?,
            false => Vec::new(),
        };
        let [id, expires, presented] = params.found;
        let missing = |name| VerifyError::missing_parameter(scheme, name);
        let id = id.ok_or_else(|| missing(ACCESS_KEY_ID))?;
        let expires = expires.ok_or_else(|| missing(EXPIRES))?;
        let presented = presented.ok_or_else(|| missing(SIGNATURE))?;
        let seconds = decode(expires).and_then(|text| parse_decimal(&text));
        let end = seconds.and_then(|seconds| i64::try_from(seconds).ok());
        let (Some(seconds), Some(end)) = (seconds, end) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "Expires is {}: it should be a number of seconds since 1970",
                Quoted(expires.raw())
            ));
        };
        let Some(id) = decode(id).filter(|id| !id.is_empty()) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "{ACCESS_KEY_ID} is empty or not UTF-8"
            ));
        };
        let claim = Claim {
            scheme,
            access_key_id: id,
            presented: Presented(presented),
            moment: Moment::Expires(seconds),
            time: Timestamp::from_unix_seconds(end),
            hoisted,
            bucket: verifier.bucket(request),
            api: None,
            has_resources: params.has_resources,
        };
        claim.check_single(request)?;
        Ok(claim)
    }

    /// Reads `AWSAccessKeyId=…&SignatureMethod=…&SignatureVersion=2&Timestamp=…&Signature=…`.
    pub(super) fn of_api(request: &'a ReceivedRequest<'_>) -> Result<Self, VerifyError> {
        let scheme = Scheme::V2QueryApi;
        const NAMES: [&str; 7] = [
            ACCESS_KEY_ID,
            SIGNATURE_METHOD,
            SIGNATURE_VERSION,
            SIGNATURE,
            TIMESTAMP,
            EXPIRES,
            API_TOKEN,
        ];
        let mut found: [Option<Text<'a>>; 7] = [None; 7];
        let query = request.query.unwrap_or_default();
        for param in query.split('&').map(Param::from_wire) {
            let slot = NAMES.iter().zip(&mut found);
            let slot = slot.into_iter().find(|(name, _)| param.is_exactly(name));
            if let Some((name, slot)) = slot
                && slot.replace(param.value.unwrap_or_default()).is_some()
            {
                return Err(VerifyError::repeated_parameter(scheme, name));
            }
        }
        let [id, method, version, presented, timestamp, expires, token] = found;
        let required = |value: Option<Text<'a>>, name: &str| {
            let value = value.filter(|value| !value.raw().is_empty());
            value.ok_or_else(|| VerifyError::missing_parameter(scheme, name))
        };
        let id = required(id, ACCESS_KEY_ID)?;
        let method = required(method, SIGNATURE_METHOD)?;
        let version = required(version, SIGNATURE_VERSION)?;
        let presented = required(presented, SIGNATURE)?;
        if !version.decoded().eq(*b"2") {
            return Err(refuse!(
                Scheme,
                scheme,
                "SignatureVersion is {}: 2 is supported",
                Quoted(version.raw())
            ));
        }
        let Some(api) = decode(method).and_then(|name| SignatureMethod::named(&name)) else {
            return Err(refuse!(
                Scheme,
                scheme,
                "SignatureMethod is {}: HmacSHA256 and HmacSHA1 are supported",
                Quoted(method.raw())
            ));
        };
        let (name, moment) = match (timestamp, expires) {
            (Some(_), Some(_)) => {
                return Err(refuse!(
                    Repeated,
                    scheme,
                    "the request has {TIMESTAMP} and {EXPIRES}: it can have one of them"
                ));
            }
            (None, Some(end)) => (EXPIRES, end),
            (start, None) => (TIMESTAMP, required(start, TIMESTAMP)?),
        };
        let Some(time) = decode(moment).and_then(|text| parse_timestamp(&text).ok()) else {
            return Err(refuse!(
                Malformed,
                scheme,
                "{name} is {}: it should be a time like 2013-05-24T00:00:00Z",
                Quoted(moment.raw())
            ));
        };
        let text = |text: Text<'a>, name: &str| {
            let text = decode(text).filter(|text| !text.is_empty());
            text.ok_or_else(|| refuse!(Malformed, scheme, "{name} is empty or not UTF-8"))
        };
        let mut hoisted = Vec::new();
        if let Some(token) = token {
            let token = text(token, API_TOKEN)?.into_owned().into_bytes();
            hoisted.push((Cow::Borrowed(SECURITY_TOKEN), Cow::Owned(token)));
        }
        let claim = Claim {
            scheme,
            access_key_id: text(id, ACCESS_KEY_ID)?,
            presented: Presented(presented),
            // The text is signed as a parameter; this says which kind of time it is.
            moment: match name {
                EXPIRES => Moment::Expires(0),
                _ => Moment::Date(""),
            },
            time,
            hoisted,
            bucket: None,
            api: Some(api),
            has_resources: false,
        };
        claim.check_single(request)?;
        Ok(claim)
    }

    /// Refuses what the string to sign has no room for.
    fn check_single(&self, request: &ReceivedRequest<'_>) -> Result<(), VerifyError> {
        for name in ["content-type", "content-md5"] {
            if request.values(name).nth(1).is_some() {
                return Err(refuse!(
                    Repeated,
                    self.scheme,
                    "the header {name} is there more than once"
                ));
            }
        }
        Ok(())
    }

    pub(super) fn check_time(
        &self,
        skew: Duration,
        longest_life: Duration,
        now: Timestamp,
    ) -> Result<(), VerifyError> {
        let (scheme, time) = (self.scheme, self.time);
        if let Moment::Date(_) = self.moment {
            if time > now.saturating_add(skew) || now > time.saturating_add(skew) {
                return Err(refuse!(
                    TimeSkew,
                    scheme,
                    "the request was signed at {time} and it is {now}: more than {} seconds apart",
                    skew.as_secs()
                ));
            }
            return Ok(());
        }
        if now > time {
            return Err(refuse!(
                Expired,
                scheme,
                "the request has expired: it ended at {time} and it is {now}"
            ));
        }
        if time > now.saturating_add(longest_life) {
            return Err(refuse!(
                ExpiryTooLong,
                scheme,
                "the URL lives until {time}: at most {} seconds from now are allowed",
                longest_life.as_secs()
            ));
        }
        Ok(())
    }

    pub(super) fn signed_at(&self) -> Option<Timestamp> {
        matches!(self.moment, Moment::Date(_)).then_some(self.time)
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        matches!(self.moment, Moment::Expires(_)).then_some(self.time)
    }

    pub(super) fn token<'b>(&'b self, request: &'b ReceivedRequest<'_>) -> Option<&'b [u8]> {
        let hoisted = self.hoisted.iter();
        let mut hoisted = hoisted.filter(|(name, _)| name.eq_ignore_ascii_case(SECURITY_TOKEN));
        match hoisted.next() {
            Some((_, token)) => Some(token),
            None => request
                .single(Single::SecurityToken)
                .map(|header| header.trimmed()),
        }
    }

    pub(super) fn presented(&self) -> &Presented<'a> {
        &self.presented
    }

    pub(super) fn bucket(&self) -> Option<&'a str> {
        self.bucket
    }

    /// None if the request is one that can't be sent, which was found out before.
    pub(super) fn signature(
        &self,
        request: &ReceivedRequest<'_>,
        credentials: &Credentials,
    ) -> Option<Signature> {
        if let Some(method) = self.api {
            let mut text = String::new();
            self.write_string_to_sign(request, &mut text);
            return Some(method.sign(credentials, &text));
        }
        let context = Context {
            credentials,
            bucket: self.bucket,
        };
        self.with_string_to_sign(request, |text, parts| {
            sign_string(&context, parts, text, None)
        })
    }

    pub(super) fn write_string_to_sign(&self, request: &ReceivedRequest<'_>, sink: &mut impl Sink) {
        if self.api.is_some() {
            write_api_string(request, sink);
        } else {
            self.with_string_to_sign(request, |text, parts| text.write(parts, sink));
        }
    }

    /// None if the request is one that can't be sent.
    fn with_string_to_sign<T>(
        &self,
        request: &ReceivedRequest<'_>,
        work: impl FnOnce(&StringToSign<'_>, &Parts<'_>) -> T,
    ) -> Option<T> {
        let authority = Authority {
            host: "",
            port: None,
        };
        let path = Path::Wire(request.path);
        let mut parts = Parts::new(request.method, UrlScheme::Https, authority, path).ok()?;
        let query = request.query.filter(|_| self.has_resources);
        let params = query.into_iter().flat_map(|query| query.split('&'));
        parts.params.extend(params.map(Param::from_wire));
        for name in ["content-type", "content-md5"] {
            if let Some(header) = request.values(name).next() {
                let header = Header::look_at(header.name, header.value);
                parts.add_header(header).ok()?;
            }
        }
        let hoisted = self.hoisted.iter();
        let hoisted = hoisted.map(|(name, value)| (name.as_ref(), value.as_ref()));
        let headers = request.headers.as_slice().iter();
        let headers = headers.filter(|header| is_amz(header));
        let headers = headers.map(|header| (header.name, header.value));
        let text = StringToSign {
            moment: self.moment,
            amz_headers: &AmzHeaders::received(hoisted.chain(headers)),
            bucket: self.bucket,
            path: ResourcePath::Of(parts.path),
        };
        Some(work(&text, &parts))
    }
}

/// The string to sign of a query API.
fn write_api_string(request: &ReceivedRequest<'_>, sink: &mut impl Sink) {
    let mut params = List::<Param<'_>, 24>::new();
    let query = request.query.filter(|query| !query.is_empty());
    for param in query.into_iter().flat_map(|query| query.split('&')) {
        let param = Param::from_wire(param);
        if !param.is_exactly(SIGNATURE) {
            params.push(param);
        }
    }
    sort_by_name(params.as_mut_slice());
    let host = request.host().unwrap_or_default();
    write_front(request.method, host, Path::Wire(request.path), sink);
    write_params(params.as_slice(), sink);
}

/// A header of a URL, as its parameter says it.
type Hoisted<'a> = (Cow<'a, str>, Cow<'a, [u8]>);

/// The `x-amz-*` parameters of a URL, sorted. Refuses what is there twice, those of the authentication too.
fn hoisted<'a>(request: &'a ReceivedRequest<'_>) -> Result<Vec<Hoisted<'a>>, VerifyError> {
    let scheme = Scheme::V2Query;
    let mut found = URL_NAMES.map(|name| (name, false));
    let mut hoisted = Vec::new();
    let query = request.query.unwrap_or_default();
    for param in query.split('&').map(Param::from_wire) {
        let mark = found.iter_mut().find(|(name, _)| param.is_exactly(name));
        if let Some((name, is_found)) = mark {
            if core::mem::replace(is_found, true) {
                return Err(VerifyError::repeated_parameter(scheme, name));
            }
        } else if is_amz_param(&param) {
            let Some(name) = decode(param.name) else {
                return Err(refuse!(
                    Malformed,
                    scheme,
                    "the name of the parameter {} is not UTF-8",
                    Quoted(param.name.raw())
                ));
            };
            // A header's value may be any bytes.
            hoisted.push((name, decode_bytes(param.value.unwrap_or_default())));
        }
    }
    check_hoisted_once(&mut hoisted, request)?;
    Ok(hoisted)
}

/// Sorts the parameters, and refuses one that is there twice, or as a header too.
fn check_hoisted_once(
    hoisted: &mut [Hoisted<'_>],
    request: &ReceivedRequest<'_>,
) -> Result<(), VerifyError> {
    hoisted.sort_by(|(one, _), (two, _)| compare_names(one, two));
    let twice = hoisted.windows(2).find_map(|pair| match pair {
        [(one, _), (two, _)] if one.eq_ignore_ascii_case(two) => Some(&**one),
        _ => None,
    });
    let headers = request.headers.as_slice().iter().map(|header| header.name);
    let is_hoisted = |name: &&str| {
        let found = hoisted.binary_search_by(|(hoisted, _)| compare_names(hoisted, name));
        found.is_ok()
    };
    match twice.or_else(|| headers.into_iter().find(is_hoisted)) {
        Some(name) => Err(refuse!(
            Repeated,
            Scheme::V2Query,
            "{} is there more than once",
            Quoted(name)
        )),
        None => Ok(()),
    }
}
