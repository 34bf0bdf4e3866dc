//! Signature Version 2 of S3's REST interface: the claim of a request, and its string to sign.

use super::authentication::{Authentication, Carrier, Claim, nonempty_token};
use super::coverage::Coverage;
use super::error::{VerifyError, reject};
use super::received_request::ReceivedRequest;
use crate::error::Quoted;
use crate::scheme::Scheme;
use crate::scheme::sigv2::{
    ACCESS_KEY_ID, AUTHORIZATION_START, CONTENT_HEADERS, DATE_HEADER, EXPIRES,
    SECURITY_TOKEN_HEADER, SIGNATURE, is_amz_param,
};
use crate::text::decimal::parse_decimal;
use crate::text::percent::Component;
use crate::text::repeated::find_repeated;
use crate::time::Timestamp;
use crate::v2::{DateLine, StringToSign, amz_headers, find_ambiguous_value, may_be_sub_resource};
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::header::{Header, cmp_names};
use crate::wire::path::Path;
use crate::wire::query::Param;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The inputs of the string to sign, beside the request.
#[derive(Clone)]
pub(super) struct V2Inputs<'r> {
    date: DateLine<'r>,
    /// The `x-amz-*` parameters of a URL as headers, decoded and sorted.
    hoisted: Vec<Header<'r>>,
    /// The parameters that may be sub-resources.
    resources: Vec<Param<'r>>,
}

impl<'r> V2Inputs<'r> {
    /// Reads the signature of a request.
    pub(super) fn read(
        request: &'r ReceivedRequest<'_>,
        params: &[Param<'r>],
        carrier: Carrier,
    ) -> Result<(Claim<'r>, Self), VerifyError> {
        match carrier {
            Carrier::Header => V2Inputs::from_headers(request, params),
            _ => V2Inputs::from_query(request, params),
        }
    }

    /// Reads `AWS AKIDEXAMPLE:signature`. The access key ID can contain colons.
    fn from_headers(
        request: &'r ReceivedRequest<'_>,
        params: &[Param<'r>],
    ) -> Result<(Claim<'r>, Self), VerifyError> {
        let authorization = request.single(AUTHORIZATION)?.unwrap_or_default();
        let credentials = authorization.strip_prefix(AUTHORIZATION_START);
        let parts = credentials.and_then(|text| text.rsplit_once(':'));
        let Some((access_key_id, signature)) = parts.filter(|(id, _)| !id.is_empty()) else {
            return Err(reject!(
                Malformed,
                "invalid Authorization header; write {AUTHORIZATION_START}ACCESS-KEY-ID:SIGNATURE"
            ));
        };
        let amz_date = request.single(DATE_HEADER)?;
        let date = request.single("date")?;
        let Some(text) = amz_date.or(date) else {
            return Err(reject!(
                Missing,
                "missing header `{DATE_HEADER}` or `Date`; send one of them"
            ));
        };
        let moment = Timestamp::parse_http_date(text).or_else(|| text.parse().ok());
        let Some(signed_at) = moment else {
            return Err(reject!(
                Malformed,
                "invalid date {}; write a time such as Fri, 24 May 2013 00:00:00 GMT",
                Quoted(text)
            ));
        };
        check_content_headers(request)?;
        let claim = Claim {
            authentication: Authentication {
                signed_at: Some(signed_at),
                ..Authentication::v2(Scheme::AwsV2, Carrier::Header, Cow::Borrowed(access_key_id))
            },
            token: nonempty_token(header_token(request)?),
            signature: Component::Raw(signature),
        };
        let resources = signed_params(params)?;
        let signed = V2Inputs {
            // A date among the `x-amz-*` headers is signed with them.
            date: DateLine::Date(if amz_date.is_some() { "" } else { text }),
            hoisted: Vec::new(),
            resources,
        };
        Ok((claim, signed))
    }

    /// Reads `AWSAccessKeyId=…&Expires=…&Signature=…`.
    fn from_query(
        request: &'r ReceivedRequest<'_>,
        params: &[Param<'r>],
    ) -> Result<(Claim<'r>, Self), VerifyError> {
        let (mut id, mut expires, mut signature) = (None, None, None);
        let (mut hoisted, mut resources) = (Vec::new(), Vec::new());
        let mut token = header_token(request)?;
        for param in params {
            let value = param.value.unwrap_or_default();
            let name = param.name.to_text();
            let slot = match name.as_deref() {
                Some(ACCESS_KEY_ID) => &mut id,
                Some(EXPIRES) => &mut expires,
                Some(SIGNATURE) => &mut signature,
                _ if is_amz_param(param) => {
                    if param.name.decodes_to_ignore_case(SECURITY_TOKEN_HEADER) {
                        token = Some(value);
                    }
                    hoisted.push(hoisted_header(param)?);
                    continue;
                }
                _ => {
                    resources.extend(Some(*param).filter(may_be_sub_resource));
                    continue;
                }
            };
            if slot.replace(value).is_some() {
                return Err(duplicate_parameter(&name.unwrap_or_default()));
            }
        }
        check_hoisted(&mut hoisted, request)?;
        check_values(&resources)?;
        let id = id.ok_or_else(|| missing_parameter(ACCESS_KEY_ID))?;
        let expires = expires.ok_or_else(|| missing_parameter(EXPIRES))?;
        let signature = signature.ok_or_else(|| missing_parameter(SIGNATURE))?;
        let (seconds, expires_at) = parse_expires(expires)?;
        let access_key_id = nonempty_text(id, ACCESS_KEY_ID)?;
        check_content_headers(request)?;
        let claim = Claim {
            authentication: Authentication {
                expires_at: Some(expires_at),
                ..Authentication::v2(Scheme::AwsV2, Carrier::Query, access_key_id)
            },
            token: nonempty_token(token),
            signature,
        };
        let signed = V2Inputs {
            date: DateLine::Expires(seconds),
            hoisted,
            resources,
        };
        Ok((claim, signed))
    }

    pub(super) fn coverage(&self, carrier: Carrier) -> Coverage<'r> {
        Coverage::V2 {
            carrier,
            date: matches!(self.date, DateLine::Date(date) if !date.is_empty()),
        }
    }

    /// Calls `f` with the string to sign.
    pub(super) fn with_string_to_sign<T>(
        &self,
        request: &ReceivedRequest<'_>,
        bucket: Option<&str>,
        f: impl FnOnce(&StringToSign<'_>) -> T,
    ) -> T {
        let headers = self.hoisted.iter().chain(request.headers.iter());
        f(&StringToSign {
            method: request.method,
            headers: &request.headers,
            date: self.date,
            amz_headers: amz_headers(headers, None),
            bucket,
            path: Path::Url(request.target.path),
            params: &self.resources,
        })
    }
}

/// Returns the session token of the header.
pub(super) fn header_token<'r>(
    request: &'r ReceivedRequest<'_>,
) -> Result<Option<Component<'r>>, VerifyError> {
    Ok(request.single(SECURITY_TOKEN_HEADER)?.map(Component::Raw))
}

/// Checks that headers with a line of their own in the string to sign are not repeated.
pub(super) fn check_content_headers(request: &ReceivedRequest<'_>) -> Result<(), VerifyError> {
    for name in CONTENT_HEADERS {
        if request.values(name).nth(1).is_some() {
            return Err(VerifyError::duplicate("header", name));
        }
    }
    Ok(())
}

fn parse_expires(expires: Component<'_>) -> Result<(u64, Timestamp), VerifyError> {
    let seconds = expires.to_text().and_then(|text| parse_decimal(&text));
    let moment = seconds.and_then(|seconds| {
        let moment = i64::try_from(seconds).ok()?;
        Some((seconds, Timestamp::from_unix_seconds(moment)))
    });
    moment.ok_or_else(|| {
        reject!(
            Malformed,
            "invalid {EXPIRES} {}; write a number of seconds since 1970",
            Quoted(expires.text())
        )
    })
}

/// Returns a parameter as the header that is signed.
fn hoisted_header<'r>(param: &Param<'r>) -> Result<Header<'r>, VerifyError> {
    let Some(name) = param.name.to_text() else {
        return Err(reject!(
            Malformed,
            "the name of the parameter {} is not UTF-8",
            Quoted(param.name.text())
        ));
    };
    // The value of a header can have any bytes, except those that would end its line.
    let value = param.value.unwrap_or_default().to_bytes();
    let header = Header::new(name, value);
    if header.check().is_err() || header.value.contains(&b'\n') {
        return Err(reject!(
            Malformed,
            "the parameter {} can't be a header, because its name is not a token or its value has a \
             control character",
            Quoted(param.name.text())
        ));
    }
    Ok(header)
}

/// Returns the parameters that may be sub-resources, of a request that is signed in its headers.
fn signed_params<'r>(params: &[Param<'r>]) -> Result<Vec<Param<'r>>, VerifyError> {
    let mut resources = Vec::new();
    for param in params {
        if is_amz_param(param) {
            return Err(reject!(
                HeaderNotSigned,
                "the parameter {} is not signed; send it as a header",
                Quoted(param.name.text())
            ));
        }
        resources.extend(Some(*param).filter(may_be_sub_resource));
    }
    check_values(&resources)?;
    Ok(resources)
}

/// Checks that other sub-resources don't have the same string to sign.
fn check_values(resources: &[Param<'_>]) -> Result<(), VerifyError> {
    match find_ambiguous_value(resources) {
        Some(name) => Err(reject!(
            Request,
            "the value of the parameter {} contains `&` and the name of a sub-resource, so it may have \
             been signed as another parameter",
            Quoted(name)
        )),
        None => Ok(()),
    }
}

/// Sorts the headers of the query, and checks that none is repeated there or sent as a header, too.
fn check_hoisted(
    hoisted: &mut [Header<'_>],
    request: &ReceivedRequest<'_>,
) -> Result<(), VerifyError> {
    hoisted.sort_by(|one, two| cmp_names(&one.name, &two.name));
    let repeated = find_repeated(hoisted, |one, two| one.is_named(&two.name));
    let is_hoisted = |name: &&str| {
        let found = hoisted.binary_search_by(|header| cmp_names(&header.name, name));
        found.is_ok()
    };
    let mut sent = request.headers.iter().map(|header| &*header.name);
    match repeated
        .map(|header| &*header.name)
        .or_else(|| sent.find(is_hoisted))
    {
        Some(name) => Err(VerifyError::duplicate("header", name)),
        None => Ok(()),
    }
}

pub(super) fn duplicate_parameter(name: &str) -> VerifyError {
    VerifyError::duplicate("parameter", name)
}

pub(super) fn nonempty_text<'r>(
    text: Component<'r>,
    name: &str,
) -> Result<Cow<'r, str>, VerifyError> {
    let text = text.to_text().filter(|text| !text.is_empty());
    text.ok_or_else(|| reject!(Malformed, "{name} is empty or not UTF-8"))
}

pub(super) fn missing_parameter(name: &str) -> VerifyError {
    VerifyError::missing("parameter", name)
}
