//! Signing calls of query APIs: EC2, SimpleDB, EMR, SQS and services compatible with them. Every
//! parameter is signed; headers and a body are not.

use super::service::SignatureMethod;
use super::sign::check_path;
use crate::error::{Error, ErrorKind, Quoted, error};
use crate::identity::Identity;
use crate::scheme::detect::{already_signed, check_no_v4_signature, find_param};
use crate::scheme::sigv2::{
    ACCESS_KEY_ID, API_SECURITY_TOKEN, EXPIRES, SIGNATURE, SIGNATURE_METHOD, SIGNATURE_VERSION,
    TIMESTAMP,
};
use crate::text::sink::Sink;
use crate::time::Timestamp;
use crate::wire::added_headers::AUTHORIZATION;
use crate::wire::path::Path;
use crate::wire::query::{Param, sort_decoded, write_canonical_query};
use crate::wire::request_parts::{Host, RequestParts};
use alloc::string::{String, ToString as _};

/// A call without its signature.
pub(crate) struct PreparedCall {
    /// All parameters, sorted and encoded.
    pub(crate) parameters: String,
    pub(crate) string_to_sign: String,
}

/// Writes a call up to its signature.
pub(crate) fn prepare_call(
    method: SignatureMethod,
    identity: &Identity,
    parts: &RequestParts<'_>,
    now: Timestamp,
) -> Result<PreparedCall, Error> {
    // Services can't parse a time outside of these years.
    now.amz_date()?;
    if parts.header(AUTHORIZATION).is_some() {
        return Err(error!(
            Header,
            "the request has the header {AUTHORIZATION}, but a query API reads the signature from the \
             parameters; remove it before signing"
        ));
    }
    check_no_signature(&parts.params)?;
    check_no_v4_signature(&parts.params)?;
    check_path(parts.path)?;
    let timestamp = now.to_string();
    let timestamp = (!has_timestamp(&parts.params, now)?).then_some(timestamp.as_str());
    let mut params = parts.params.clone();
    for (name, value) in [
        (ACCESS_KEY_ID, Some(identity.access_key_id())),
        (API_SECURITY_TOKEN, identity.session_token()),
        (SIGNATURE_METHOD, Some(method.as_str())),
        (SIGNATURE_VERSION, Some("2")),
        (TIMESTAMP, timestamp),
    ] {
        if value.is_some() {
            params.push(Param::raw(name, value));
        }
    }
    sort_decoded(&mut params);
    let mut parameters = String::new();
    write_canonical_query(&params, &mut parameters);
    let mut string_to_sign = String::new();
    write_before_parameters(parts.method, parts.host(), parts.path, &mut string_to_sign);
    string_to_sign.push_str(&parameters);
    Ok(PreparedCall {
        parameters,
        string_to_sign,
    })
}

/// Writes the string to sign up to its last line, which is the sorted parameters.
pub(crate) fn write_before_parameters(
    method: &str,
    host: Host<'_>,
    path: Path<'_>,
    sink: &mut impl Sink,
) {
    sink.text(method);
    sink.text("\n");
    match host {
        Host::Header(value) => sink.lowercase(&String::from_utf8_lossy(value)),
        host => host.write(sink),
    }
    sink.text("\n");
    path.write_as_sent(sink);
    sink.text("\n");
}

/// Parses the value of `Timestamp`. A time without an offset is in UTC.
pub(crate) fn parse_timestamp(text: &str) -> Result<Timestamp, Error> {
    text.parse().or_else(|_| alloc::format!("{text}Z").parse())
}

/// Returns whether the signing time is among the parameters.
///
/// # Errors
/// [`ErrorKind::Query`](crate::ErrorKind::Query) for another time, and for two.
fn has_timestamp(params: &[Param<'_>], now: Timestamp) -> Result<bool, Error> {
    let mut has_timestamp = false;
    for param in params
        .iter()
        .filter(|param| param.name.decodes_to(TIMESTAMP))
    {
        if has_timestamp {
            return Err(Error::duplicate(ErrorKind::Query, "parameter", TIMESTAMP));
        }
        let value = param.value.unwrap_or_default().to_bytes();
        let text = String::from_utf8_lossy(&value);
        if parse_timestamp(&text) != Ok(now) {
            return Err(error!(
                Query,
                "the parameter {TIMESTAMP} is {}, but the signing time is {now}; leave it out",
                Quoted(&text)
            ));
        }
        has_timestamp = true;
    }
    Ok(has_timestamp)
}

/// Checks that the parameters have none of a signature.
fn check_no_signature(params: &[Param<'_>]) -> Result<(), Error> {
    let names = [
        ACCESS_KEY_ID,
        API_SECURITY_TOKEN,
        SIGNATURE,
        SIGNATURE_METHOD,
        SIGNATURE_VERSION,
    ];
    if let Some(name) = find_param(params, &names) {
        return Err(already_signed(name));
    }
    if params.iter().any(|param| param.name.decodes_to(EXPIRES)) {
        return Err(error!(
            Query,
            "the query contains {EXPIRES}, but signing adds {TIMESTAMP}, and a request has one of them; \
             leave it out"
        ));
    }
    Ok(())
}
