//! The headers and parameters that a signature covers.

use super::authentication::Carrier;
use crate::scheme::sigv2::{
    ACCESS_KEY_ID, EXPIRES, SIGNATURE, is_amz_header, is_content_header, is_sub_resource,
};
use crate::scheme::v4_scheme::{Role, V4Scheme};
use alloc::borrow::Cow;

/// The headers and parameters that a signature covers.
#[derive(Clone, Debug)]
pub(super) enum Coverage<'r> {
    /// SigV4: these headers, and the query except some parameters.
    V4 {
        scheme: &'static V4Scheme,
        signed_headers: Cow<'r, str>,
        unsigned_params: &'static [Role],
    },
    /// SigV2 of S3: a fixed list.
    V2 { carrier: Carrier, date: bool },
    /// SigV2 of the query APIs: the host, and the query except the signature.
    QueryApi,
}

impl Coverage<'_> {
    pub(super) fn covers_header(&self, name: &str) -> bool {
        match self {
            Coverage::V4 { signed_headers, .. } => signed_headers
                .split(';')
                .any(|signed| signed.eq_ignore_ascii_case(name)),
            Coverage::V2 { date, .. } => {
                (*date && name.eq_ignore_ascii_case("date"))
                    || is_content_header(name)
                    || is_amz_header(name)
            }
            Coverage::QueryApi => name.eq_ignore_ascii_case("host"),
        }
    }

    pub(super) fn covers_query(&self, name: &str) -> bool {
        match self {
            Coverage::V4 {
                scheme,
                unsigned_params,
                ..
            } => {
                let mut unsigned = unsigned_params.iter().map(|role| scheme.name(*role).query);
                !unsigned.any(|unsigned| name.eq_ignore_ascii_case(unsigned))
            }
            Coverage::QueryApi => name != SIGNATURE,
            Coverage::V2 { carrier, .. } => {
                let is_part = [ACCESS_KEY_ID, EXPIRES].contains(&name) || is_amz_header(name);
                is_sub_resource(name) || (*carrier == Carrier::Query && is_part)
            }
        }
    }
}
