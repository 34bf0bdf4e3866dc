//! Signature Version 2 of the query APIs: the claim of a call, and its string to sign.

use super::authentication::{Authentication, Carrier, Claim, nonempty_token};
use super::error::{VerifyError, reject};
use super::received_request::ReceivedRequest;
use super::slots::{Duplicate, Slots};
use super::v2_inputs::{duplicate_parameter, header_token, missing_parameter, nonempty_text};
use crate::error::Quoted;
use crate::scheme::Scheme;
use crate::scheme::sigv2::{
    ACCESS_KEY_ID, API_SECURITY_TOKEN, EXPIRES, SIGNATURE, SIGNATURE_METHOD, SIGNATURE_VERSION,
    TIMESTAMP,
};
use crate::text::percent::Component;
use crate::text::sink::Sink;
use crate::v2::{SignatureMethod, parse_timestamp, write_before_parameters};
use crate::wire::path::Path;
use crate::wire::query::{Param, parse_query, sort_decoded, write_canonical_query};
use crate::wire::request_parts::Host;
use alloc::vec::Vec;

/// Reads `AWSAccessKeyId=…&SignatureMethod=…&SignatureVersion=2&Timestamp=…&Signature=…`.
pub(super) fn read_call<'r>(
    request: &'r ReceivedRequest<'_>,
    params: &[Param<'r>],
) -> Result<(Claim<'r>, SignatureMethod), VerifyError> {
    let parts = CallParts::find(params)?;
    let access_key_id = parts.required(ACCESS_KEY_ID)?;
    let method = parts.required(SIGNATURE_METHOD)?;
    let version = parts.required(SIGNATURE_VERSION)?;
    let signature = parts.required(SIGNATURE)?;
    if !version.decodes_to("2") {
        return Err(reject!(
            Scheme,
            "unsupported {SIGNATURE_VERSION} {}; use 2",
            Quoted(version.text())
        ));
    }
    let found = method
        .to_text()
        .and_then(|name| SignatureMethod::parse(&name));
    let Some(method) = found else {
        return Err(reject!(
            Scheme,
            "unsupported {SIGNATURE_METHOD} {}; use {} or {}",
            Quoted(method.text()),
            SignatureMethod::HmacSha256.as_str(),
            SignatureMethod::HmacSha1.as_str()
        ));
    };
    let (name, moment) = parts.moment()?;
    let time = moment
        .to_text()
        .and_then(|text| parse_timestamp(&text).ok());
    let Some(time) = time else {
        return Err(reject!(
            Malformed,
            "invalid {name} {}; write a time such as 2013-05-24T00:00:00Z",
            Quoted(moment.text())
        ));
    };
    let token = match parts.get(API_SECURITY_TOKEN) {
        Some(token) => Some(token),
        // No query API reads this header. Its token isn't signed, but must be that of the
        // credentials.
        None => header_token(request)?,
    };
    let access_key_id = nonempty_text(access_key_id, ACCESS_KEY_ID)?;
    let is_expiration = name == EXPIRES;
    let claim = Claim {
        authentication: Authentication {
            signed_at: (!is_expiration).then_some(time),
            expires_at: is_expiration.then_some(time),
            ..Authentication::v2(Scheme::AwsV2QueryApi, Carrier::Query, access_key_id)
        },
        token: nonempty_token(token),
        signature,
    };
    Ok((claim, method))
}

/// Writes the string to sign of a call.
pub(super) fn write_string_to_sign(request: &ReceivedRequest<'_>, sink: &mut impl Sink) {
    let params = parse_query(request.target.query);
    let is_signed = |param: &Param<'_>| !param.name.decodes_to(SIGNATURE);
    let mut params: Vec<_> = params.filter(is_signed).collect();
    sort_decoded(&mut params);
    let host = request.host().unwrap_or(Host::Text(""));
    let path = Path::Url(request.target.path);
    write_before_parameters(request.method, host, path, sink);
    write_canonical_query(&params, sink);
}

/// The parameters of a call's signature, by their names.
struct CallParts<'r>(Slots<Component<'r>, 7>);

impl<'r> CallParts<'r> {
    fn find(params: &[Param<'r>]) -> Result<Self, VerifyError> {
        let mut slots = Slots::new([
            ACCESS_KEY_ID,
            SIGNATURE_METHOD,
            SIGNATURE_VERSION,
            SIGNATURE,
            TIMESTAMP,
            EXPIRES,
            API_SECURITY_TOKEN,
        ]);
        for param in params {
            let added = slots.add(
                |name| param.name.decodes_to(name),
                param.value.unwrap_or_default(),
            );
            added.map_err(|Duplicate(name)| duplicate_parameter(name))?;
        }
        Ok(CallParts(slots))
    }

    fn get(&self, name: &str) -> Option<Component<'r>> {
        self.0.get(name)
    }

    fn required(&self, name: &str) -> Result<Component<'r>, VerifyError> {
        let value = self.get(name).filter(|value| !value.text().is_empty());
        value.ok_or_else(|| missing_parameter(name))
    }

    /// Returns the parameter that states the signing time or the expiration.
    fn moment(&self) -> Result<(&'static str, Component<'r>), VerifyError> {
        match (self.get(TIMESTAMP), self.get(EXPIRES)) {
            (Some(_), Some(_)) => Err(reject!(
                Repeated,
                "the request has both {TIMESTAMP} and {EXPIRES}; send one of them"
            )),
            (None, Some(expires)) => Ok((EXPIRES, expires)),
            (_, None) => Ok((TIMESTAMP, self.required(TIMESTAMP)?)),
        }
    }
}
