//! The query of a presigned URL
//! ([Authenticating requests: using query
//! parameters](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html)).
//!
//! Its parameters are in canonical order with the signature last, so the query without its
//! signature is its own canonical query.

use super::scope::SigningScope;
use super::signed_headers::SignedHeaders;
use crate::identity::Identity;
use crate::scheme::services::SessionToken;
use crate::scheme::v4_scheme::Role;
use crate::text::percent::{Component, UNRESERVED};
use crate::text::sink::{Placeholder, Sink};
use crate::time::date_of;
use crate::wire::query::Param;
use core::cmp::Ordering;

/// The query of a presigned URL without its signature.
pub(crate) struct PresignedQuery<'a> {
    /// The caller's parameters, in canonical order.
    pub(crate) params: &'a [Param<'a>],
    pub(crate) identity: &'a Identity,
    pub(crate) signing_scope: &'a SigningScope,
    pub(crate) session_token: SessionToken,
    pub(crate) headers: &'a SignedHeaders<'a>,
    /// Signing time, as [`AmzDate`](crate::time::AmzDate) writes it, and seconds of validity. A
    /// template leaves them open.
    pub(crate) times: Option<(&'a str, u64)>,
}

impl PresignedQuery<'_> {
    /// Writes the caller's parameters and those of the signature in canonical order.
    #[inline]
    pub(crate) fn write(&self, sink: &mut impl Sink) {
        let mut params = self.params.iter().peekable();
        let mut separator = "";
        for name in self.signing_scope.scheme.names {
            if !self.contains(name.role) {
                continue;
            }
            let is_before = |param: &&Param<'_>| {
                param.name.cmp_encoded(Component::Raw(name.query)) == Ordering::Less
            };
            while let Some(param) = params.next_if(is_before) {
                sink.text(separator);
                param.write_canonical(sink);
                separator = "&";
            }
            // Without a separator the first parameter has no `&`.
            sink.text(if separator.is_empty() {
                name.query_start.get(1..).unwrap_or_default()
            } else {
                name.query_start
            });
            self.write_value(name.role, sink);
            separator = "&";
        }
        for param in params {
            sink.text(separator);
            param.write_canonical(sink);
        }
    }

    fn contains(&self, role: Role) -> bool {
        match role {
            Role::Signature => false,
            Role::SecurityToken | Role::ExpressToken => {
                role == self.session_token.role() && self.signed_token().is_some()
            }
            _ => true,
        }
    }

    fn write_value(&self, role: Role, sink: &mut impl Sink) {
        match (role, self.times) {
            (Role::Algorithm, _) => sink.text(self.signing_scope.scheme.algorithm),
            (Role::Credential, times) => {
                sink.text(self.identity.encoded_access_key_id());
                sink.text("%2F");
                match times {
                    Some((time, _)) => sink.text(date_of(time)),
                    None => sink.placeholder(Placeholder::Date),
                }
                sink.text(&self.signing_scope.encoded);
            }
            (Role::Date, Some((time, _))) => sink.text(time),
            (Role::Date, None) => sink.placeholder(Placeholder::Time),
            (Role::Expires, Some((_, seconds))) => sink.decimal(seconds),
            (Role::Expires, None) => sink.placeholder(Placeholder::Expires),
            (Role::SecurityToken | Role::ExpressToken, _) => {
                sink.text(self.signed_token().unwrap_or_default());
            }
            (Role::SignedHeaders, _) => self.headers.write_names_encoded(sink),
            (Role::RegionSet, _) => {
                Component::Raw(&self.signing_scope.region).write(&UNRESERVED, sink)
            }
            (Role::Signature, _) => {}
        }
    }

    /// Returns the encoded session token, unless it is added after signing.
    fn signed_token(&self) -> Option<&str> {
        let token = self.identity.encoded_session_token();
        token.filter(|_| self.session_token != SessionToken::Appended)
    }
}
